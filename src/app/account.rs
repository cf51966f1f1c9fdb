//! All buckets of the account by what their uploads cost: a view over the panes.

use std::time::Duration;

use super::Effect;
use super::action::{Action, Scope};
use super::cursor::{Cursor, Motion};
use super::dialog::Dialog;
use super::input::{Code, Key, Mouse};
use super::layout::Pane;
use super::messages::Severity;
use super::place::{Listing, Place};
use super::state::App;
use crate::model::account::{Guard, Holding, Listed, Mix, Rank, Taken, markdown, rank};
use crate::model::{Timestamp, liveness};
use crate::protocol::{Kind, Prevention};

/// Lines of the view that are no bucket: borders, heading, sum, keys.
const AROUND: u16 = 5;
/// The states of so many uploads are counted again a second: more would be felt.
const COUNTED_A_SECOND: u64 = 200_000;
/// So few are counted again as soon as anything changes.
const COUNTED_AT_ONCE: u64 = 10_000;

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
}

impl App {
    pub(super) fn show_account(&mut self, effects: &mut Vec<Effect>) {
        let mut view = AccountView {
            holdings: Vec::new(),
            rank: Rank::default(),
            made_at: self.now,
            cursor: Cursor::default(),
            question: None,
        };
        self.renew_account(&mut view);
        self.dialog = Some(Dialog::Account(Box::new(view)));
        self.sweep(effects);
    }

    /// Counts again what the view shows, once it is old enough for its size.
    pub(super) fn keep_account_fresh(&mut self) {
        let is_account = |dialog: &mut Dialog| matches!(dialog, Dialog::Account(_));
        let Some(Dialog::Account(mut view)) = self.dialog.take_if(is_account) else {
            return;
        };
        let uploads: u64 = view.holdings.iter().map(|of| of.tally.rows).sum();
        let often = Duration::from_secs(1 + uploads / COUNTED_A_SECOND);
        let due = self.now.since(view.made_at) >= often;
        if due || (uploads < COUNTED_AT_ONCE && self.has_moved(&view)) {
            self.renew_account(&mut view);
        }
        self.dialog = Some(Dialog::Account(view));
    }

    /// Whether any total, or what is known of a listing, differs from what the view shows.
    fn has_moved(&self, view: &AccountView) -> bool {
        let places = &self.buckets.places;
        let differs = |of: &Holding| {
            let place = self.buckets.get(&of.bucket);
            place.is_none_or(|place| {
                let known = (listed(place), *place.table.totals(), guard(place));
                known != (of.listed, of.tally, of.guard)
            })
        };
        places.len() != view.holdings.len() || view.holdings.iter().any(differs)
    }

    fn renew_account(&self, view: &mut AccountView) {
        let holding = |place: &Place| holding(place, self.now);
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
            return Some(Dialog::Account(view));
        };
        match action {
            Action::Sort => {
                view.rank = view.rank.next();
                self.put_in_order(&mut view);
            }
            Action::SizeAll => view.question = self.ask_account(&view),
            Action::Lifecycle => return self.rules_of_account(&view, effects),
            Action::Copy => self.copy_account(&view, effects),
            Action::Refresh => self.refresh_buckets(effects),
            Action::Open => {
                if let Some(name) = view.cursor.item() {
                    self.go_to_bucket(&name.clone(), "", effects);
                }
                return None;
            }
            Action::Back | Action::Leave | Action::Account | Action::Quit => return None,
            _ => {}
        }
        Some(Dialog::Account(view))
    }

    /// A press takes the cursor there; on the cursor it opens the bucket.
    pub(super) fn press_account(
        &mut self,
        mut view: Box<AccountView>,
        mouse: Mouse,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
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

    /// The rules of the bucket under the cursor, as in the buckets pane.
    fn rules_of_account(
        &mut self,
        view: &AccountView,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let name = view.cursor.item()?.clone();
        self.focus_bucket(&name);
        self.act(Action::Lifecycle, effects);
        self.dialog.take()
    }

    /// Puts the cursor of the buckets pane on a bucket, also on one that its filter hid.
    fn focus_bucket(&mut self, name: &str) {
        if !self.buckets.shows(name) {
            self.buckets.filter.clear();
        }
        self.focus = Pane::Buckets;
        self.buckets.open = None;
        let shown = self.buckets.shown();
        let names: Vec<String> = shown.map(|place| place.bucket.name.clone()).collect();
        let window = self.window(Pane::Buckets);
        if let Some(index) = names.iter().position(|of| of == name) {
            let at = |index: usize| names.get(index).cloned();
            self.buckets.cursor.go(index, names.len(), window, at);
        }
    }
}

fn holding(place: &Place, now: Timestamp) -> Holding {
    let thresholds = &place.table.settings().thresholds;
    let mut mix = Mix::default();
    for row in place.table.rows() {
        let measure = row.measure();
        let state = liveness::state_moved(&measure, row.moved_at(), now, thresholds);
        mix.add(state);
    }
    Holding {
        bucket: place.bucket.name.clone(),
        region: place.bucket.region.clone(),
        listed: listed(place),
        tally: *place.table.totals(),
        mix,
        guard: guard(place),
    }
}

fn guard(place: &Place) -> Guard {
    let prevention = place.prevention.as_ref();
    prevention.map_or(Guard::Unasked, Prevention::guard)
}

fn listed(place: &Place) -> Listed {
    match &place.listing {
        // Only what was listed whole says what the bucket holds.
        Listing::Complete if place.scope.is_empty() => Listed::Whole,
        Listing::Failed(fault) if fault.kind == Kind::Denied => Listed::Denied,
        Listing::Failed(_) => Listed::Failed,
        _ => Listed::Unfinished,
    }
}
