//! All buckets of the account by what their uploads cost: a view over the panes.

mod holding;

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::Effect;
use super::action::{Action, Scope};
use super::cursor::{Cursor, Motion};
use super::dialog::Dialog;
use super::footer::{Hint, fitting};
use super::input::{Code, Key, Mouse};
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use crate::model::Timestamp;
use crate::model::account::{Holding, Rank, Taken, markdown, rank};
use holding::holding;

/// Lines of the view that are no bucket: borders, heading, sum, keys.
const AROUND: u16 = 5;
/// While many uploads come in, the view is made anew this often.
const OFTEN: Duration = Duration::from_secs(1);
/// So few are shown as soon as anything changes.
const AT_ONCE: u64 = 10_000;

/// The keys of the view: what each does in a word, and in a line for its help.
pub const KEYS: &[(Action, &str, &str)] = &[
    (
        Action::Open,
        "open",
        "the uploads of the bucket under the cursor",
    ),
    (
        Action::Sort,
        "sort",
        "by cost, held bytes, uploads, oldest upload, name",
    ),
    (
        Action::SizeAll,
        "size all",
        "size all uploads of all buckets, after showing what it costs",
    ),
    (
        Action::Copy,
        "copy as Markdown",
        "a summary that can be pasted into a ticket",
    ),
    (
        Action::Lifecycle,
        "rules",
        "the bucket's lifecycle rules; propose one against orphans",
    ),
    (Action::Refresh, "refresh", "list every bucket again"),
    (Action::Help, "help", "these keys"),
    (Action::Back, "back", "to the panes"),
];
/// Where there is no room for all, these go first, in this order.
const FIRST_TO_GO: [Action; 5] = [
    Action::Refresh,
    Action::Open,
    Action::SizeAll,
    Action::Sort,
    Action::Lifecycle,
];

/// What sizing the whole account takes.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeAccount {
    pub buckets: u64,
    pub uploads: u64,
    /// US dollars.
    pub price: f64,
}

/// The view.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// In the order of `rank`, as of `made_at`.
    pub holdings: Vec<Holding>,
    pub rank: Rank,
    pub made_at: Timestamp,
    /// The bucket's name under the cursor.
    pub cursor: Cursor<String>,
    /// The question before everything is sized.
    pub question: Option<SizeAccount>,
    /// Its keys are shown.
    pub helps: bool,
}

/// The keys that are worth showing in the last line, as many as fit.
pub fn hints(app: &App) -> Vec<Hint> {
    let hint = |(action, label, _): &(Action, &'static str, &str)| {
        let key = app.settings.keymap.shown_key(*action)?.to_string();
        let width = u16::try_from(key.width() + 1 + label.width()).unwrap_or(u16::MAX);
        Some(Hint {
            action: *action,
            key,
            label,
            x: 0,
            width,
        })
    };
    let all = KEYS.iter().filter_map(hint).collect();
    fitting(all, &FIRST_TO_GO, app.columns)
}

impl App {
    pub(super) fn show_account(&mut self, effects: &mut Vec<Effect>) {
        let mut view = AccountView {
            holdings: Vec::new(),
            rank: Rank::default(),
            made_at: self.now,
            cursor: Cursor::default(),
            question: None,
            helps: false,
        };
        self.renew_account(&mut view);
        self.dialog = Some(Dialog::Account(Box::new(view)));
        self.sweep(effects);
    }

    /// Makes the view anew where it is out of date.
    pub(super) fn keep_account_fresh(&mut self) {
        let is_account = |dialog: &mut Dialog| matches!(dialog, Dialog::Account(_));
        let Some(Dialog::Account(mut view)) = self.dialog.take_if(is_account) else {
            return;
        };
        let uploads: u64 = view.holdings.iter().map(|of| of.tally.rows).sum();
        let due = self.now.since(view.made_at) >= OFTEN;
        if due || (uploads < AT_ONCE && self.has_moved(&view)) {
            self.renew_account(&mut view);
        }
        self.dialog = Some(Dialog::Account(view));
    }

    /// Whether any total, or what is known of a listing, differs from what the view shows.
    fn has_moved(&self, view: &AccountView) -> bool {
        let places = &self.buckets.places;
        let differs = |of: &Holding| {
            let place = self.buckets.get(&of.bucket);
            place.is_none_or(|place| holding(place) != *of)
        };
        places.len() != view.holdings.len() || view.holdings.iter().any(differs)
    }

    fn renew_account(&self, view: &mut AccountView) {
        view.holdings = self.buckets.places.iter().map(holding).collect();
        view.made_at = self.now;
        self.put_in_order(view);
    }

    fn put_in_order(&self, view: &mut AccountView) {
        rank(&mut view.holdings, view.rank);
        let AccountView {
            holdings, cursor, ..
        } = view;
        cursor.settle(
            holdings.len(),
            self.account_window(),
            |name| holdings.iter().position(|of| of.bucket == *name),
            |index| holdings.get(index).map(|of| of.bucket.clone()),
        );
    }

    /// Buckets that fit on screen.
    pub fn account_window(&self) -> usize {
        usize::from(self.rows.saturating_sub(AROUND)).max(1)
    }

    pub(super) fn account_key(
        &mut self,
        mut view: Box<AccountView>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        self.messages.dismiss();
        if std::mem::take(&mut view.helps) {
            return Some(Dialog::Account(view));
        }
        if view.question.is_some() {
            match key.code {
                Code::Char('y') => {
                    view.question = None;
                    self.size_account(effects);
                }
                Code::Esc | Code::Char('n' | 'q') => view.question = None,
                _ => {}
            }
            return Some(Dialog::Account(view));
        }
        let scopes = [Scope::List, Scope::Uploads, Scope::Buckets, Scope::Global];
        let action = self.settings.keymap.action(&scopes, key);
        if let Some(motion) = action.and_then(super::act::motion) {
            self.move_in_account(&mut view, motion);
            return Some(Dialog::Account(view));
        }
        let Some(action) = action else {
            self.useless(key);
            return Some(Dialog::Account(view));
        };
        if !self.act_in_account(&mut view, action, effects) {
            self.useless(key);
        }
        match action {
            Action::Lifecycle => self.rules_of_account(view, effects),
            Action::Open | Action::Back | Action::Leave | Action::Account | Action::Quit => None,
            _ => Some(Dialog::Account(view)),
        }
    }

    fn useless(&mut self, key: Key) {
        let text = format!("{key} does nothing here; ? shows the keys of this view");
        self.messages.hint(self.now, text);
    }

    /// False if the action is none of this view.
    fn act_in_account(
        &mut self,
        view: &mut AccountView,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> bool {
        match action {
            Action::Sort => {
                view.rank = view.rank.next();
                self.put_in_order(view);
            }
            Action::SizeAll => view.question = self.ask_account(view),
            Action::Copy => self.copy_account(view, effects),
            Action::Refresh => self.refresh_buckets(effects),
            Action::Help => view.helps = true,
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Open => {
                if let Some(name) = view.cursor.item() {
                    self.go_to_bucket(&name.clone(), "", effects);
                }
            }
            Action::Lifecycle | Action::Back | Action::Leave | Action::Account | Action::Quit => {}
            _ => return false,
        }
        true
    }

    /// A press takes the cursor there; on the cursor it opens the bucket; on a key of the last line it does what
    /// that does.
    pub(super) fn press_account(
        &mut self,
        mut view: Box<AccountView>,
        mouse: Mouse,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if mouse.row + 1 == self.rows && view.question.is_none() && !view.helps {
            let hit = |hint: &Hint| (hint.x..hint.x + hint.width).contains(&mouse.column);
            let hit = hints(self).into_iter().find(hit);
            let key = hit.filter(|_| !self.messages.dismiss());
            let key = key.and_then(|hint| self.settings.keymap.shown_key(hint.action));
            return match key {
                Some(key) => self.account_key(view, key, effects),
                None => Some(Dialog::Account(view)),
            };
        }
        if std::mem::take(&mut view.helps) {
            return Some(Dialog::Account(view));
        }
        // Above the first bucket are the border and the headings.
        let line = usize::from(mouse.row).checked_sub(2);
        let line = line.filter(|line| *line < self.account_window());
        let index = line.map(|line| view.cursor.top() + line);
        let index = index.filter(|index| *index < view.holdings.len());
        let (Some(index), None) = (index, &view.question) else {
            return Some(Dialog::Account(view));
        };
        if index == view.cursor.index() {
            let name = view.cursor.item()?.clone();
            self.go_to_bucket(&name, "", effects);
            return None;
        }
        let by = isize::try_from(index).unwrap_or(isize::MAX)
            - isize::try_from(view.cursor.index()).unwrap_or(isize::MAX);
        self.move_in_account(&mut view, Motion::By(by));
        Some(Dialog::Account(view))
    }

    fn move_in_account(&self, view: &mut AccountView, motion: Motion) {
        let window = self.account_window();
        let len = view.holdings.len();
        let target = motion.target(view.cursor.index(), len, window);
        let AccountView {
            holdings, cursor, ..
        } = view;
        cursor.go(target, len, window, |index| {
            holdings.get(index).map(|of| of.bucket.clone())
        });
    }

    /// The summary goes to the clipboard with what is known by now.
    fn copy_account(&mut self, view: &AccountView, effects: &mut Vec<Effect>) {
        let text = markdown(&view.holdings, &self.taken(view.made_at));
        effects.push(Effect::Copy(text));
        let told = "the summary is on the clipboard, as Markdown";
        self.say(Severity::Good, told);
    }

    fn taken(&self, at: Timestamp) -> Taken {
        let identity = self.identity.clone().unwrap_or_default();
        let region = Some(identity.region).filter(|region| !region.is_empty());
        let words = [identity.profile, identity.endpoint, region];
        let words: Vec<String> = words.into_iter().flatten().collect();
        Taken {
            at,
            origin: words.join(", "),
        }
    }

    fn ask_account(&mut self, view: &AccountView) -> Option<SizeAccount> {
        let open = view.holdings.iter().map(|of| of.tally.unsized_rows());
        let open: Vec<u64> = open.filter(|rows| *rows > 0).collect();
        let uploads = open.iter().sum();
        if uploads == 0 {
            self.say(Severity::Info, "everything that is listed is sized");
            return None;
        }
        Some(SizeAccount {
            buckets: open.len() as u64,
            uploads,
            // One request for each upload is the least; more than 1,000 parts want more.
            price: self.settings.prices.listing(uploads),
        })
    }

    fn size_account(&mut self, effects: &mut Vec<Effect>) {
        let open = |place: &&Place| place.table.totals().unsized_rows() > 0;
        let open = self.buckets.places.iter().filter(open);
        let names: Vec<String> = open.map(|place| place.bucket.name.clone()).collect();
        for name in names {
            self.size_all(&name, effects);
        }
    }

    /// The rules of the bucket under the cursor; the view comes back after them.
    fn rules_of_account(
        &mut self,
        view: Box<AccountView>,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let Some(name) = view.cursor.item().cloned() else {
            return Some(Dialog::Account(view));
        };
        self.behind = Some(view);
        self.open_rules(name, "", effects);
        self.dialog.take()
    }

    /// What was opened over the view was closed.
    pub(super) fn return_to_account(&mut self) {
        if self.dialog.is_none() {
            self.dialog = self.behind.take().map(Dialog::Account);
        }
    }
}
