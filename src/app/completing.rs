//! Completing the upload under the cursor: asked, judged, confirmed by a typed word, and followed as a task.

use std::collections::HashSet;

use super::Effect;
use super::dialog::complete::Asked;
use super::dialog::interrupted::parse_key_source;
use super::dialog::{Answer, CompleteDialog, CompleteStep, Confirm, Dialog};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::keys::scrolled;
use super::layout::Pane;
use super::messages::Severity;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::transfer::Transfer;
use crate::model::human;
use crate::model::orphan::{Ending, Inquiry, Judged, Made};
use crate::model::send::Source;
use crate::model::{RowId, Target};
use crate::protocol::{Command, Fault, JobId, Kind, Outcome, Sent, SentOutcome};

impl App {
    /// The upload that a key about one upload means; says why there is none.
    pub(super) fn meant_target(&mut self) -> Option<Target> {
        match self.target_here() {
            Ok(target) => Some(target),
            Err(why) => {
                self.messages.hint(self.now, why);
                None
            }
        }
    }

    /// The upload under the cursor, if something can be begun with it.
    pub(super) fn target_here(&self) -> Result<Target, String> {
        let here = matches!(self.focus, Pane::Uploads | Pane::Parts);
        let target = self.current_target().filter(|_| here);
        let target = target.ok_or("put the cursor on an upload first")?;
        match self.in_use(&target) {
            Some(why) => Err(why.to_owned()),
            None => Ok(target),
        }
    }

    /// Why nothing else may be begun with an upload.
    pub(super) fn in_use(&self, target: &Target) -> Option<&'static str> {
        let is_it = |task: &&Task| task.transfer.as_ref().is_some_and(|of| of.is_of(target));
        if let Some(task) = self.tasks.running().find(is_it) {
            return Some(match task.kind {
                TaskKind::Complete => "this upload is being completed: t shows the task",
                TaskKind::Compare => "this upload is being compared: t shows the task",
                _ => "this upload is being sent: t shows the task",
            });
        }
        let place = self.buckets.get(&target.bucket)?;
        let row = place.table.find(&target.key, &target.upload_id)?;
        let aborting = place.aborting.contains(row);
        aborting.then_some("this upload is being aborted")
    }

    /// The IDs of uploads that are being completed: they are not aborted meanwhile.
    pub(super) fn completing(&self) -> HashSet<String> {
        let tasks = self.tasks.running();
        let tasks = tasks.filter(|task| task.kind == TaskKind::Complete);
        tasks
            .filter_map(|task| task.transfer.as_ref()?.upload_id.clone())
            .collect()
    }

    /// Asks what would become of the upload under the cursor.
    pub(super) fn ask_complete(&mut self, effects: &mut Vec<Effect>) {
        if !self.may_change() {
            return;
        }
        if let Some(target) = self.meant_target() {
            let mut dialog = CompleteDialog::new(target);
            self.judge(&mut dialog, effects);
            self.dialog = Some(Dialog::Complete(Box::new(dialog)));
        }
    }

    fn judge(&mut self, dialog: &mut CompleteDialog, effects: &mut Vec<Effect>) {
        self.stop_judging(dialog, effects);
        let job = self.jobs.start(Purpose::Judge);
        dialog.judging = Some(job);
        dialog.fault = None;
        dialog.warnings.clear();
        let inquiry = Box::new(Inquiry {
            target: dialog.target.clone(),
            keys: dialog.keys(),
            choice: dialog.choice.clone(),
            file: None,
        });
        effects.push(Effect::Send(Command::Judge { job, inquiry }));
    }

    fn stop_judging(&mut self, dialog: &mut CompleteDialog, effects: &mut Vec<Effect>) {
        if let Some(job) = dialog.judging.take() {
            self.jobs.close(job);
            effects.push(Effect::Send(Command::Cancel(job)));
        }
    }

    pub(super) fn take_judged(&mut self, job: JobId, judged: Judged) {
        if let Some(dialog) = self.judging(job) {
            // All that is told of it was told before.
            dialog.judging = None;
            dialog.note = None;
            dialog.take(judged);
        }
    }

    /// Something could not be seen while it was judged; false if the job is another.
    pub(super) fn judge_warned(&mut self, job: JobId, fault: &Fault) -> bool {
        let Some(dialog) = self.judging(job) else {
            return false;
        };
        dialog.warnings.push(fault.clone());
        true
    }

    pub(super) fn judge_ended(&mut self, job: JobId, outcome: &Outcome) {
        if let Some(dialog) = self.judging(job) {
            dialog.judging = None;
            if let Outcome::Failed(fault) = outcome {
                dialog.judged = None;
                dialog.fault = Some(fault.clone());
            }
        }
    }

    fn judging(&mut self, job: JobId) -> Option<&mut CompleteDialog> {
        match &mut self.dialog {
            Some(Dialog::Complete(dialog)) if dialog.judging == Some(job) => Some(dialog),
            _ => None,
        }
    }

    pub(super) fn complete_key(
        &mut self,
        mut dialog: Box<CompleteDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        dialog.note = None;
        match &mut dialog.step {
            CompleteStep::Review => return self.review_key(dialog, key, effects),
            CompleteStep::Confirm(confirm) => match confirm.key(key) {
                Answer::Confirmed => {
                    self.begin_completing(*dialog, effects);
                    return None;
                }
                Answer::Back => dialog.step = CompleteStep::Review,
                Answer::Open => {}
            },
            CompleteStep::Keep(asked) => {
                let answer = answered(asked, key);
                self.keep_answered(&mut dialog, answer, effects);
            }
            CompleteStep::Key(asked) => {
                let answer = answered(asked, key);
                self.key_answered(&mut dialog, answer, effects);
            }
        }
        Some(Dialog::Complete(dialog))
    }

    /// Fewer parts, or all of them again, are judged anew.
    fn keep_answered(
        &mut self,
        dialog: &mut CompleteDialog,
        answer: Answered,
        effects: &mut Vec<Effect>,
    ) {
        match answer {
            Answered::Open => {}
            Answered::Back => dialog.step = CompleteStep::Review,
            Answered::Text(text) => match dialog.chosen(&text) {
                Err(why) => refuse(&mut dialog.step, why),
                Ok(choice) => {
                    dialog.choice = choice;
                    dialog.step = CompleteStep::Review;
                    self.judge(dialog, effects);
                }
            },
        }
    }

    fn key_answered(
        &mut self,
        dialog: &mut CompleteDialog,
        answer: Answered,
        effects: &mut Vec<Effect>,
    ) {
        match answer {
            Answered::Open => {}
            Answered::Back => dialog.step = CompleteStep::Review,
            Answered::Text(text) => match parse_key_source(&text) {
                Err(why) => refuse(&mut dialog.step, why),
                Ok(source) => {
                    dialog.key = Some(source);
                    dialog.step = CompleteStep::Review;
                    self.judge(dialog, effects);
                }
            },
        }
    }

    fn review_key(
        &mut self,
        mut dialog: Box<CompleteDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match key.code {
            Code::Esc | Code::Char('q') => {
                self.stop_judging(&mut dialog, effects);
                return None;
            }
            Code::Enter => match dialog.obstacle() {
                Some(why) => dialog.note = Some(why),
                None => dialog.step = CompleteStep::Confirm(Confirm::new(dialog.wanted())),
            },
            Code::Char('n') => dialog.step = CompleteStep::Keep(Asked::default()),
            Code::Char('s') => dialog.step = CompleteStep::Key(Asked::default()),
            Code::Char('i') => dialog.if_none_match = !dialog.if_none_match,
            Code::Char('r') => self.judge(&mut dialog, effects),
            _ => {
                let reach = self.reach.get();
                dialog.scroll = scrolled(key, dialog.scroll, reach).unwrap_or(dialog.scroll);
            }
        }
        Some(Dialog::Complete(dialog))
    }

    fn begin_completing(&mut self, dialog: CompleteDialog, effects: &mut Vec<Effect>) {
        let include_active = dialog.may_be_alive();
        let keys = dialog.keys();
        let Some(judged) = dialog.judged else { return };
        let target = dialog.target;
        if let Some(why) = self.in_use(&target) {
            self.say(Severity::Warning, why);
            return;
        }
        let parts = human::count(judged.parts.len() as u64);
        let word = if judged.parts.len() == 1 {
            "part"
        } else {
            "parts"
        };
        let transfer = Transfer::of_upload(format!("{parts} {word}"), &target);
        let purpose = Purpose::Complete(target.clone());
        let job = self.add_transfer(purpose, TaskKind::Complete, transfer);
        if let Some((row, place)) = self.row_of(&target) {
            place.reasons.remove(&row);
        }
        let ending = Box::new(Ending {
            target,
            keys,
            choice: dialog.choice,
            if_none_match: dialog.if_none_match,
            seen: Some(judged.parts),
            include_active,
        });
        effects.push(Effect::Send(Command::Complete { job, ending }));
    }

    /// An upload was completed: it is an object now, and its row goes.
    pub(super) fn take_made(&mut self, job: JobId, made: Made) {
        let Made { target, object } = made;
        self.take_sent(
            job,
            Sent {
                source: Source::Path(std::path::PathBuf::new()),
                bucket: target.bucket,
                key: target.key,
                upload_id: Some(target.upload_id),
                journal: None,
                outcome: SentOutcome::Stored(object),
            },
        );
    }

    /// What did not go as asked is told on the upload's row, so that the same key again is the retry.
    pub(super) fn tell_row(&mut self, target: &Target, outcome: &Outcome) {
        let Some((row, place)) = self.row_of(target) else {
            return;
        };
        match outcome {
            Outcome::Failed(fault) if fault.kind == Kind::UploadGone => {
                place.table.bury(row);
                place.regroup();
            }
            // Looking at its size again would take the reason away.
            Outcome::Failed(fault) => drop(place.reasons.insert(row, fault.to_string())),
            // Whatever was done, its size may be another now.
            _ => drop(place.asked.remove(row)),
        }
    }

    /// How the only file of a task ended, if that says more than the task's end.
    pub(super) fn end_of(&self, job: JobId, outcome: &Outcome) -> Outcome {
        let task = self.tasks.list.iter().find(|task| task.job == job);
        let only = task.and_then(|task| task.transfer.as_ref()?.only());
        match only.map(|sent| &sent.outcome) {
            Some(SentOutcome::Failed { fault, .. }) => Outcome::Failed(fault.clone()),
            _ => outcome.clone(),
        }
    }

    /// The row of an upload, where its bucket was listed.
    pub(super) fn row_of(&mut self, target: &Target) -> Option<(RowId, &mut super::place::Place)> {
        let place = self.buckets.get_mut(&target.bucket)?;
        let row = place.table.find(&target.key, &target.upload_id)?;
        Some((row, place))
    }
}

/// What a key did to a line that is asked for.
enum Answered {
    /// It is still being typed.
    Open,
    /// The person changed their mind.
    Back,
    Text(String),
}

fn answered(asked: &mut Asked, key: Key) -> Answered {
    match key.code {
        Code::Esc => return Answered::Back,
        Code::Enter => return Answered::Text(asked.input.text().to_owned()),
        _ => {
            asked.error = None;
            asked.input.key(key);
        }
    }
    Answered::Open
}

fn refuse(step: &mut CompleteStep, why: String) {
    if let CompleteStep::Keep(asked) | CompleteStep::Key(asked) = step {
        asked.error = Some(why);
    }
}
