//! Leaving: at once when nothing runs, else asked; uploads that run are kept for later unless somebody says
//! that they are to be aborted.

use super::Effect;
use super::dialog::{Answer, Confirm, Dialog, QuitDialog, QuitStep};
use super::input::{Code, Key};
use super::pacing::ABORT;
use super::state::{App, Kept};
use crate::model::human;
use crate::protocol::{Command, JobId};

/// Kept uploads are named at the end up to this many.
const NAMED: usize = 5;

impl App {
    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) {
        let running = self.tasks.at_stake().count();
        if running > 0 {
            self.dialog = Some(Dialog::Quit(QuitDialog::new(running)));
        } else {
            effects.push(Effect::Quit);
        }
    }

    pub(super) fn quit_key(
        &mut self,
        mut dialog: QuitDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match &mut dialog.step {
            QuitStep::Abort(confirm) => match confirm.key(key) {
                Answer::Confirmed => {
                    dialog.step = QuitStep::Leaving;
                    if !self.drop_uploads(effects) {
                        effects.push(Effect::Quit);
                        return None;
                    }
                }
                Answer::Back => dialog.step = QuitStep::Asked,
                Answer::Open => {}
            },
            QuitStep::Asked => match key.code {
                Code::Char('y' | 'q') | Code::Enter => {
                    effects.push(Effect::Quit);
                    return None;
                }
                Code::Char('a') if self.tasks.uploads().next().is_some() => {
                    dialog.step = QuitStep::Abort(Confirm::new(ABORT));
                }
                Code::Esc | Code::Char('n') => return None,
                _ => {}
            },
            QuitStep::Leaving => match key.code {
                Code::Char('q') => {
                    effects.push(Effect::Quit);
                    return None;
                }
                Code::Esc => return None,
                _ => {}
            },
        }
        Some(Dialog::Quit(dialog))
    }

    /// Aborts every upload that runs; false if none does.
    fn drop_uploads(&mut self, effects: &mut Vec<Effect>) -> bool {
        let jobs: Vec<JobId> = self.tasks.uploads().map(|task| task.job).collect();
        for job in &jobs {
            if let Some(task) = self.tasks.get_mut(*job) {
                task.cancelling = true;
            }
            effects.push(Effect::Send(Command::Drop(*job)));
        }
        !jobs.is_empty()
    }

    /// The last upload that somebody waited for has ended.
    pub(super) fn leave_with_the_last(&mut self, effects: &mut Vec<Effect>) {
        let leaving = matches!(
            &self.dialog,
            Some(Dialog::Quit(QuitDialog {
                step: QuitStep::Leaving,
                ..
            }))
        );
        if leaving && self.tasks.uploads().next().is_none() {
            self.dialog = None;
            effects.push(Effect::Quit);
        }
    }

    /// What to say when the terminal has been given back.
    pub fn farewell(&self) -> Option<String> {
        let mut lines = Vec::new();
        if !self.sums.is_empty() {
            lines.push(self.sums.text());
        }
        if !self.sent.is_empty() {
            lines.push(self.sent.text());
        }
        let mut kept = self.kept.clone();
        // Those that had no time to say how they ended are kept too.
        for task in self.tasks.uploads() {
            let Some(transfer) = &task.transfer else {
                continue;
            };
            if let Some(journal) = transfer.journal() {
                kept.entry(journal.to_owned()).or_insert_with(|| Kept {
                    destination: transfer.shown_destination(),
                    stored: transfer.now.as_ref().map(|now| now.stored),
                });
            }
        }
        for (journal, kept) in kept.iter().take(NAMED) {
            let destination = human::escape(&kept.destination);
            let stored = kept.stored.map_or_else(String::new, |stored| {
                format!(", {} stored", human::size(stored))
            });
            let text = "kept for later (its parts cost until it is gone on with or aborted)";
            lines.push(format!(
                "s3://{destination} is {text}{stored}: mopup resume {journal}"
            ));
        }
        if kept.len() > NAMED {
            let more = human::count((kept.len() - NAMED) as u64);
            lines.push(format!("and {more} more: mopup uploads lists them"));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
