//! Our own uploads that did not end: offered at the start, shown when asked for, gone on with or given up.

use std::mem::take;

use super::Effect;
use super::dialog::interrupted::{Step, is_offered, parse_key_source};
use super::dialog::{Answer, Confirm, Dialog, InterruptedDialog};
use super::input::{Code, Key};
use super::jobs::{Look, Purpose};
use super::layout::Pane;
use super::messages::Severity;
use super::pacing::ABORT;
use super::state::App;
use super::text::Line;
use crate::model::human;
use crate::model::send::{Interrupted, KeySource, Pace, Resumption, Standing};
use crate::protocol::Command;

const ANEW: &str = "anew";

impl App {
    /// Asks what the journal knows.
    pub(super) fn look_for_interrupted(&mut self, look: Look, effects: &mut Vec<Effect>) {
        let job = self.jobs.start(Purpose::Interrupted(look));
        effects.push(Effect::Send(Command::Interrupted { job }));
    }

    /// Goes on with the upload under the cursor, if there is one, else shows what was interrupted.
    pub(super) fn resume(&mut self, effects: &mut Vec<Effect>) {
        let here = matches!(self.focus, Pane::Uploads | Pane::Parts);
        let look = match self.current_target().filter(|_| here) {
            Some(target) => {
                if let Some(why) = self.in_use(&target) {
                    self.messages.hint(self.now, why);
                    return;
                }
                Look::One(target)
            }
            None => Look::Show,
        };
        self.look_for_interrupted(look, effects);
    }

    pub(super) fn take_interrupted(
        &mut self,
        mut entries: Vec<Interrupted>,
        look: &Look,
        effects: &mut Vec<Effect>,
    ) {
        // What this program itself is sending was not interrupted.
        let running: Vec<&str> = self
            .tasks
            .running()
            .filter_map(|task| task.transfer.as_ref()?.journal())
            .collect();
        entries.retain(|entry| {
            let over = matches!(entry.status, Standing::Done | Standing::Aborted);
            !over && !running.contains(&entry.id.as_str())
        });
        let offered = entries.iter().filter(|entry| is_offered(entry)).cloned();
        self.interrupted = offered.collect();
        match look {
            Look::Quiet => {}
            Look::Start => self.offer(entries),
            Look::Show => self.show_interrupted(entries, None),
            Look::One(target) => {
                let ours = entries.iter().find(|entry| {
                    entry.bucket == target.bucket
                        && entry.key == target.key
                        && entry.upload_id.as_deref() == Some(target.upload_id.as_str())
                });
                let Some(id) = ours.map(|entry| entry.id.clone()) else {
                    self.ask_adopt(target.clone(), effects);
                    return;
                };
                let mut dialog = InterruptedDialog::new(entries);
                dialog.select(&id);
                self.go_on(&mut dialog, None, effects);
                // It stays open only where something has to be asked or told.
                let asks = dialog.note.is_some() || !matches!(dialog.step, Step::List);
                if asks && self.dialog.is_none() {
                    self.dialog = Some(Dialog::Interrupted(dialog));
                }
            }
        }
    }

    /// At the start: said, and shown unless something else is open.
    fn offer(&mut self, entries: Vec<Interrupted>) {
        let text = match self.interrupted.len() {
            0 => return,
            1 => "1 upload was interrupted; r shows it".to_owned(),
            more => format!(
                "{} uploads were interrupted; r shows them",
                human::count(more as u64)
            ),
        };
        self.say(Severity::Info, text);
        if self.dialog.is_none() && self.filter_edit.is_none() {
            let mut dialog = InterruptedDialog::new(entries);
            dialog.unasked = true;
            self.dialog = Some(Dialog::Interrupted(dialog));
        }
    }

    fn show_interrupted(&mut self, entries: Vec<Interrupted>, note: Option<String>) {
        if entries.is_empty() {
            self.say(Severity::Info, "no upload of ours was interrupted");
        } else if self.dialog.is_none() && self.filter_edit.is_none() {
            let mut dialog = InterruptedDialog::new(entries);
            dialog.note = note;
            // Whoever asks at a task that was kept means that one.
            let task = self.tasks.current().filter(|_| self.focus == Pane::Tasks);
            if let Some(id) = task.and_then(|task| task.transfer.as_ref()?.journal()) {
                dialog.select(id);
            }
            self.dialog = Some(Dialog::Interrupted(dialog));
        }
    }

    pub(super) fn interrupted_key(
        &mut self,
        mut dialog: InterruptedDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        dialog.note = None;
        let open = match &mut dialog.step {
            Step::List => self.list_key(&mut dialog, key, effects),
            Step::GiveUp(confirm) => {
                match confirm.key(key) {
                    Answer::Confirmed => self.give_up(&mut dialog, effects),
                    Answer::Back => dialog.step = Step::List,
                    Answer::Open => {}
                }
                true
            }
            Step::Anew(confirm) => {
                match confirm.key(key) {
                    Answer::Confirmed => self.begin_anew(&mut dialog, effects),
                    Answer::Back => dialog.step = Step::List,
                    Answer::Open => {}
                }
                true
            }
            Step::Key { .. } => {
                self.key_source_key(&mut dialog, key, effects);
                true
            }
        };
        (open && !dialog.entries.is_empty()).then_some(Dialog::Interrupted(dialog))
    }

    /// A key while the list has it; false if it closes the list.
    fn list_key(
        &mut self,
        dialog: &mut InterruptedDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let last = dialog.entries.len().saturating_sub(1);
        match key.code {
            Code::Esc | Code::Char('q') => return false,
            Code::Down | Code::Char('j') => dialog.cursor = (dialog.cursor + 1).min(last),
            Code::Up | Code::Char('k') => dialog.cursor = dialog.cursor.saturating_sub(1),
            Code::Home | Code::Char('g') => dialog.cursor = 0,
            Code::End | Code::Char('G') => dialog.cursor = last,
            Code::Enter | Code::Char('r' | 'R' | 'a' | 'x' | 'n') if !self.may_change() => {
                dialog.note = Some("read-only mode: nothing is changed".to_owned());
            }
            // Whoever typed this for a list that the dialog has just covered is asked once more.
            Code::Enter | Code::Char('r' | 'R') if take(&mut dialog.unasked) => {
                dialog.note = Some(format!(
                    "this opened by itself: {key} once more goes on with it"
                ));
            }
            Code::Enter | Code::Char('r') => self.go_on(dialog, None, effects),
            Code::Char('R') => self.go_on_with_all(dialog, effects),
            Code::Char('a' | 'x') => ask_to_give_up(dialog),
            Code::Char('n') => ask_to_begin_anew(dialog),
            _ => {}
        }
        true
    }

    /// Goes on with the entry under the cursor, or says what is in the way.
    fn go_on(
        &mut self,
        dialog: &mut InterruptedDialog,
        key: Option<KeySource>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(entry) = dialog.current().cloned() else {
            return;
        };
        if self.settings.read_only {
            dialog.note = Some("read-only mode: nothing is changed".to_owned());
        } else if let Some(why) = why_not_resumed(&entry) {
            dialog.note = Some(why);
        } else if entry.needs_customer_key && key.is_none() {
            dialog.step = ask_for_key(false);
        } else {
            self.begin_resuming(&entry, resumption(&entry, key, false), effects);
            dialog.step = Step::List;
            dialog.remove(&entry.id);
        }
    }

    fn go_on_with_all(&mut self, dialog: &mut InterruptedDialog, effects: &mut Vec<Effect>) {
        let able =
            |entry: &&Interrupted| why_not_resumed(entry).is_none() && !entry.needs_customer_key;
        let able: Vec<Interrupted> = dialog.entries.iter().filter(able).cloned().collect();
        for entry in &able {
            self.begin_resuming(entry, resumption(entry, None, false), effects);
            dialog.remove(&entry.id);
        }
        dialog.note = Some(match able.len() {
            0 => "none of these can be gone on with without a question".to_owned(),
            more => format!(
                "{} are gone on with; these want a decision",
                human::count(more as u64)
            ),
        });
    }

    fn give_up(&mut self, dialog: &mut InterruptedDialog, effects: &mut Vec<Effect>) {
        dialog.step = Step::List;
        if let Some(entry) = dialog.current().cloned() {
            self.begin_discarding(&entry, effects);
            dialog.remove(&entry.id);
        }
    }

    fn begin_anew(&mut self, dialog: &mut InterruptedDialog, effects: &mut Vec<Effect>) {
        dialog.step = Step::List;
        let Some(entry) = dialog.current().cloned() else {
            return;
        };
        if entry.needs_customer_key {
            dialog.step = ask_for_key(true);
            return;
        }
        self.begin_resuming(&entry, resumption(&entry, None, true), effects);
        dialog.remove(&entry.id);
    }

    fn key_source_key(
        &mut self,
        dialog: &mut InterruptedDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) {
        let Step::Key { input, anew, error } = &mut dialog.step else {
            return;
        };
        match key.code {
            Code::Esc => dialog.step = Step::List,
            Code::Enter => match parse_key_source(input.text()) {
                Err(why) => *error = Some(why),
                Ok(source) if *anew => {
                    dialog.step = Step::List;
                    if let Some(entry) = dialog.current().cloned() {
                        let resumption = resumption(&entry, Some(source), true);
                        self.begin_resuming(&entry, resumption, effects);
                        dialog.remove(&entry.id);
                    }
                }
                Ok(source) => self.go_on(dialog, Some(source), effects),
            },
            _ => {
                *error = None;
                input.key(key);
            }
        }
    }
}

fn ask_for_key(anew: bool) -> Step {
    Step::Key {
        input: Line::default(),
        anew,
        error: None,
    }
}

fn ask_to_give_up(dialog: &mut InterruptedDialog) {
    match dialog.current().map(|entry| &entry.status) {
        Some(Standing::Busy) => dialog.note = Some(BUSY.to_owned()),
        Some(Standing::Elsewhere) => dialog.note = dialog.current().and_then(why_not_resumed),
        Some(_) => dialog.step = Step::GiveUp(Confirm::new(ABORT)),
        None => {}
    }
}

fn ask_to_begin_anew(dialog: &mut InterruptedDialog) {
    match dialog.current().map(|entry| &entry.status) {
        Some(Standing::SourceChanged(_)) => dialog.step = Step::Anew(Confirm::new(ANEW)),
        Some(_) => {
            let text = "n is for a source that changed; enter goes on where it stopped";
            dialog.note = Some(text.to_owned());
        }
        None => {}
    }
}

const BUSY: &str = "another process works on it; let that one end first";

/// Why an upload cannot be gone on with from here, and what to do; `None` if it can.
pub fn why_not_resumed(entry: &Interrupted) -> Option<String> {
    let id = &entry.id;
    Some(match &entry.status {
        Standing::Resumable if entry.is_stream => format!(
            "it read standard input and needs its input again: mopup resume {id} --file - < INPUT"
        ),
        Standing::Resumable | Standing::Completing => return None,
        Standing::Busy => BUSY.to_owned(),
        Standing::Elsewhere => {
            let place = entry.endpoint.as_deref().map_or_else(
                || {
                    let region = entry.region.as_deref();
                    region.map_or_else(|| "AWS".to_owned(), |region| format!("AWS, {region}"))
                },
                str::to_owned,
            );
            format!("it was sent to {place}: start mopup for that place")
        }
        Standing::SourceChanged(how) => format!(
            "the source changed: {how}. n begins anew with what is there now, a gives it up"
        ),
        Standing::Unreadable(why) => format!("its journal cannot be read: {why}. a gives it up"),
        Standing::Done | Standing::Aborted => "it has ended".to_owned(),
    })
}

fn resumption(entry: &Interrupted, key: Option<KeySource>, anew: bool) -> Resumption {
    Resumption {
        source_key: None,
        id: entry.id.clone(),
        source: None,
        customer_key: None,
        customer_key_from: key,
        pace: Pace::default(),
        anew,
    }
}
