//! Who gets a key: the open dialog, the line being edited, or the focused pane through the keymap.

use super::Effect;
use super::action::{Action, Scope};
use super::dialog::interrupted::Step;
use super::dialog::{CompleteStep, Dialog, END};
use super::input::{Code, Key};
use super::layout::Pane;
use super::state::App;
use crate::protocol::JobId;

impl App {
    /// The scopes in which a key of the focused pane is looked up, nearest first.
    pub fn scopes(&self) -> [Scope; 3] {
        let own = match self.focus {
            Pane::Buckets => Scope::Buckets,
            Pane::Uploads => Scope::Uploads,
            Pane::Parts => Scope::Parts,
            Pane::Tasks => Scope::Tasks,
        };
        [own, Scope::List, Scope::Global]
    }

    pub(super) fn key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        if self.dialog.is_some() {
            self.dialog_key(key, effects);
        } else if self.filter_edit.is_some() {
            self.filter_key(key, effects);
        } else {
            let dismissed = self.messages.dismiss();
            let keymap = &self.settings.keymap;
            let here = keymap.action(&self.scopes(), key);
            // What is asked of a bucket can be asked from within it.
            let within = matches!(self.focus, Pane::Uploads | Pane::Parts);
            let outer = || keymap.action(&[Scope::Buckets], key).filter(|_| within);
            match here.or_else(outer) {
                // A message in the way is the nearest step back, unless something else is open.
                Some(Action::Back) if dismissed && self.is_at_top() => {}
                Some(action) => self.act(action, effects),
                None => self.unknown_key(key),
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        if let Some(Dialog::Upload(upload)) = self
            .dialog
            .take_if(|open| matches!(open, Dialog::Upload(_)))
        {
            self.dialog = self.upload_paste(upload, text, effects);
            return;
        }
        let is_adopt = |open: &mut Dialog| matches!(open, Dialog::Adopt(_));
        if let Some(Dialog::Adopt(dialog)) = self.dialog.take_if(is_adopt) {
            self.dialog = self.adopt_paste(dialog, text, effects);
            return;
        }
        match &mut self.dialog {
            // A confirmation is typed, never pasted.
            Some(Dialog::Palette(palette)) => palette.input.paste(text),
            Some(Dialog::Rate(dialog)) => dialog.input.paste(text),
            Some(Dialog::Watch(view)) => {
                if let Some(asked) = &mut view.asked {
                    asked.input.paste(text);
                }
            }
            Some(Dialog::Interrupted(dialog)) => {
                if let Step::Key { input, .. } = &mut dialog.step {
                    input.paste(text);
                }
            }
            Some(Dialog::Place(dialog)) if dialog.confirm.is_none() => {
                dialog.fields.paste(text);
            }
            Some(Dialog::Rules(dialog)) => dialog.paste(text),
            Some(Dialog::Complete(dialog)) => {
                if let CompleteStep::Keep(asked) | CompleteStep::Key(asked) = &mut dialog.step {
                    asked.input.paste(text);
                }
            }
            Some(_) => {}
            None => {
                if let Some(edit) = &mut self.filter_edit {
                    edit.line.paste(text);
                    self.filter_changed();
                }
            }
        }
    }

    fn unknown_key(&mut self, key: Key) {
        if key.code != Code::Esc {
            let text = format!("{key} does nothing here; ? shows the keys of this pane");
            self.messages.hint(self.now, text);
        }
    }

    fn is_at_top(&self) -> bool {
        self.focus == Pane::Buckets && self.buckets.filter.is_empty()
    }

    fn dialog_key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        if key == Key::ctrl('c') {
            // Twice leaves, whatever is open.
            if matches!(self.dialog, Some(Dialog::Quit(_))) {
                effects.push(Effect::Quit);
            } else {
                self.dialog = None;
                self.quit(effects);
            }
            return;
        }
        let Some(dialog) = self.dialog.take() else {
            return;
        };
        let reach = self.reach.get();
        self.dialog = match dialog {
            Dialog::Abort(dialog) => self.abort_key(dialog, key, effects),
            Dialog::Upload(upload) => self.upload_key(upload, key, effects),
            Dialog::Palette(palette) => self.palette_key(palette, key, effects),
            Dialog::Adopt(dialog) => self.adopt_key(dialog, key, effects),
            Dialog::Rules(dialog) => self.rules_key(dialog, key, effects),
            Dialog::Place(dialog) => self.place_key(dialog, key, effects),
            Dialog::Review(dialog) => self.adopt_review_key(dialog, key, effects),
            Dialog::Complete(dialog) => self.complete_key(dialog, key, effects),
            Dialog::Doctor(dialog) => self.doctor_key(dialog, key, effects),
            Dialog::Menu(menu) => self.menu_key(menu, key, effects),
            Dialog::Stop(dialog) => self.stop_key(dialog, key, effects),
            Dialog::Rate(dialog) => self.rate_key(dialog, key, effects),
            Dialog::Watch(view) => self.watch_key(view, key, effects),
            Dialog::Interrupted(dialog) => self.interrupted_key(dialog, key, effects),
            Dialog::Account(view) => self.account_key(view, key, effects),
            Dialog::Quit(dialog) => self.quit_key(dialog, key, effects),
            Dialog::SizeAll(dialog) => self.size_all_key(dialog, key, effects),
            Dialog::Help { scroll } => {
                scrolled(key, scroll, reach).map(|scroll| Dialog::Help { scroll })
            }
            Dialog::Messages { scroll } => {
                scrolled(key, scroll, reach).map(|scroll| Dialog::Messages { scroll })
            }
            Dialog::Report { job, scroll } => self.report_key(job, scroll, key, effects),
        };
    }

    /// An upload obeys its keys while its details are open, too.
    fn report_key(
        &mut self,
        job: JobId,
        scroll: usize,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let action = self.settings.keymap.action(&[Scope::Tasks], key);
        let task = self.tasks.current();
        let here = task.is_some_and(|task| task.job == job && task.is_upload());
        let may_go_on = task.is_some_and(|task| task.job == job && task.left_over() > 0);
        if may_go_on && action == Some(Action::Pause) {
            self.dialog = Some(Dialog::Report { job, scroll });
            self.ask_to_go_on(job);
            return self.dialog.take();
        }
        if let Some(action) = action.filter(|action| here && is_lever(*action)) {
            self.dialog = Some(Dialog::Report { job, scroll });
            self.act(action, effects);
            return self.dialog.take();
        }
        let reach = self.reach.get();
        scrolled(key, scroll, reach).map(|scroll| Dialog::Report { job, scroll })
    }
}

/// Whether the action changes an upload while it runs.
const fn is_lever(action: Action) -> bool {
    matches!(
        action,
        Action::Pause
            | Action::Wider
            | Action::Narrower
            | Action::AutomaticWidth
            | Action::LimitRate
            | Action::Cancel
    )
}

/// The new scroll position of a text that can be scrolled so far, or `None` when the key closes it.
pub(super) fn scrolled(key: Key, scroll: usize, reach: usize) -> Option<usize> {
    const PAGE: usize = 10;
    // Where the text ends is where it is seen to end: a step back from there is seen too.
    let at = scroll.min(reach);
    let down = |rows: usize| at.saturating_add(rows).min(reach);
    match (key.code, key.ctrl) {
        (Code::Esc | Code::Enter | Code::Char('q' | '?' | '!'), false) => None,
        (Code::Char('j') | Code::Down, false) => Some(down(1)),
        (Code::Char('k') | Code::Up, false) => Some(at.saturating_sub(1)),
        (Code::PageDown | Code::Char(' '), false) | (Code::Char('f' | 'd'), true) => {
            Some(down(PAGE))
        }
        (Code::PageUp, false) | (Code::Char('b' | 'u'), true) => Some(at.saturating_sub(PAGE)),
        (Code::Home | Code::Char('g'), false) => Some(0),
        (Code::End | Code::Char('G'), false) => Some(END),
        _ => Some(scroll),
    }
}
