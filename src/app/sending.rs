//! Uploads as tasks: begun from the form, gone on with, followed while they run, and seen in their bucket's
//! table like any other.

use super::Effect;
use super::jobs::{Look, Purpose};
use super::messages::Severity;
use super::state::{App, Kept};
use super::tasks::{Task, TaskKind};
use super::transfer::Transfer;
use crate::model::send::{Interrupted, Order, Phase, Resumption, Sending};
use crate::model::{Extent, Measure, Target, Timestamp, Upload};
use crate::protocol::{Command, Fault, JobId, Sent, SentOutcome};

impl App {
    /// Starts an upload as a task. Whether a change may be made was asked before.
    pub(super) fn begin_sending(&mut self, order: Order, effects: &mut Vec<Effect>) -> JobId {
        let transfer = Transfer::of_order(&order);
        let bucket = order.bucket.clone();
        let job = self.add_transfer(Purpose::Send { bucket }, TaskKind::Send, transfer);
        let order = Box::new(order);
        effects.push(Effect::Send(Command::Send { job, order }));
        job
    }

    /// Goes on with an interrupted upload as a task.
    pub(super) fn begin_resuming(
        &mut self,
        entry: &Interrupted,
        resumption: Resumption,
        effects: &mut Vec<Effect>,
    ) {
        let mut transfer = Transfer::of_interrupted(entry);
        transfer.pace = resumption.pace;
        transfer.replaces = entry.upload_id.clone().filter(|_| resumption.anew);
        let bucket = entry.bucket.clone();
        let job = self.add_transfer(Purpose::Send { bucket }, TaskKind::Send, transfer);
        self.interrupted.retain(|other| other.id != entry.id);
        self.kept.remove(&entry.id);
        let resumption = Box::new(resumption);
        effects.push(Effect::Send(Command::Resume { job, resumption }));
    }

    /// Gives an interrupted upload up as a task.
    pub(super) fn begin_discarding(&mut self, entry: &Interrupted, effects: &mut Vec<Effect>) {
        let transfer = Transfer::of_interrupted(entry);
        let bucket = entry.bucket.clone();
        let purpose = Purpose::Discard { bucket };
        let job = self.add_transfer(purpose, TaskKind::Discard, transfer);
        self.interrupted.retain(|other| other.id != entry.id);
        let id = entry.id.clone();
        effects.push(Effect::Send(Command::Discard { job, id }));
    }

    /// A task about bytes that begins now.
    pub(super) fn add_transfer(
        &mut self,
        purpose: Purpose,
        kind: TaskKind,
        transfer: Transfer,
    ) -> JobId {
        let destination = &transfer.destination;
        let bucket = purpose.bucket().unwrap_or_default().to_owned();
        let verb = match (kind, &transfer.journal) {
            (TaskKind::Discard, _) => "giving up",
            (TaskKind::Complete, _) => "completing",
            (TaskKind::Compare, _) => "comparing",
            (TaskKind::Place, _) => "putting a part of",
            (_, Some(_)) => "going on with",
            (_, None) => "sending to",
        };
        let text = format!("{verb} {destination}; t shows the task");
        let job = self.jobs.start(purpose);
        let task = Task::sending(job, kind, &bucket, transfer, self.now);
        self.tasks.list.insert(0, task);
        self.say(Severity::Info, text);
        job
    }

    /// Takes the newest figures in.
    pub(super) fn take_sending(&mut self, job: JobId, sending: Box<Sending>) {
        let Some(task) = self.tasks.get_mut(job) else {
            return;
        };
        let Some(transfer) = &mut task.transfer else {
            return;
        };
        // Only an upload that is sent whole tells what its row holds.
        let of_row = task.kind == TaskKind::Send;
        let over = sending
            .target
            .as_ref()
            .is_some_and(|target| transfer.is_over(&target.upload_id));
        let begun = transfer.begun;
        let new = sending.target.as_ref();
        let old = new.and_then(|new| {
            let old = transfer.replaces.take_if(|old| *old != new.upload_id)?;
            Some((new.bucket.clone(), new.key.clone(), old))
        });
        let shown = sending.clone();
        let before = transfer.now.replace(sending);
        if let Some((bucket, key, id)) = old {
            self.leave_table(&bucket, &key, &id);
        }
        if let Some(target) = &shown.target {
            let late = shown.late && !over;
            self.mark_late(&target.clone(), late);
        }
        if of_row && !over {
            self.show_in_table(before.as_deref(), &shown, begun);
        }
    }

    /// Whether an upload was found to end only after its deadline: by how fast we send it, or as it was watched.
    pub(super) fn mark_late(&mut self, target: &Target, late: bool) {
        if let Some((row, place)) = self.row_of(target) {
            if late {
                place.late.insert(row);
            } else {
                place.late.remove(&row);
            }
        }
    }

    /// An upload that is no more leaves its bucket's table.
    fn leave_table(&mut self, bucket: &str, key: &str, upload_id: &str) {
        let Some(place) = self.buckets.get_mut(bucket) else {
            return;
        };
        if let Some(row) = place.table.find(key, upload_id) {
            place.table.bury(row);
            place.regroup();
        }
    }

    /// What is sent stands in its bucket's table as well, where that was listed.
    fn show_in_table(
        &mut self,
        before: Option<&Sending>,
        sending: &Sending,
        begun: Option<Timestamp>,
    ) {
        let now = self.now;
        let Some(target) = &sending.target else {
            return;
        };
        let Some(place) = self.buckets.get_mut(&target.bucket) else {
            return;
        };
        let listed = place.is_listing() || place.listed_at.is_some();
        if !listed || !target.key.starts_with(&place.scope) {
            return;
        }
        let mut row = place.table.find(&target.key, &target.upload_id);
        if row.is_none() && names_anew(before, target) {
            place.table.extend(&[Upload {
                key: target.key.clone(),
                upload_id: target.upload_id.clone(),
                initiated: begun.or(Some(now)),
                ..Upload::default()
            }]);
            row = place.table.find(&target.key, &target.upload_id);
            place.regroup();
        }
        // The figures of several files are those of all of them together.
        let of_one = sending.files <= 1 && sending.phase != Phase::Preparing;
        let Some(row) = row.filter(|_| of_one) else {
            return;
        };
        let known = place.table.row(row).map(|row| row.measure());
        let earlier = known.as_ref().and_then(Measure::extent).copied();
        let grown = before
            .filter(|before| before.phase != Phase::Preparing)
            .map_or(sending.stored > sending.reused, |before| {
                sending.stored > before.stored
            });
        let extent = Extent {
            bytes: sending.stored,
            parts: sending.parts_done,
            last_part: Some(now),
            abort_date: earlier.and_then(|extent| extent.abort_date),
        };
        let measure = Measure::Exact(extent);
        if grown && extent.parts > 0 && known != Some(measure) {
            // What is told here nobody needs to ask.
            place.asked.insert(row);
            place.table.set_measure_in_place(row, measure, now);
        }
    }

    /// Takes in what became of one file.
    pub(super) fn take_sent(&mut self, job: JobId, sent: Sent) {
        self.sent.add(&sent.outcome);
        self.remember_kept(&sent);
        if let Some(id) = &sent.upload_id
            && let Some(place) = self.buckets.get_mut(&sent.bucket)
            && let Some(row) = place.table.find(&sent.key, id)
        {
            match sent.outcome {
                SentOutcome::Stored(_) | SentOutcome::Aborted { .. } => {
                    place.table.bury(row);
                    place.regroup();
                }
                // It is there or not; whoever sees the row asks.
                _ => drop(place.asked.remove(row)),
            }
        }
        let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) else {
            return;
        };
        // Of a single file the verdict tells.
        let queued = transfer.now.as_ref().is_some_and(|now| now.files > 1);
        let fault = match &sent.outcome {
            SentOutcome::Failed { fault, .. } if queued => Some(fault.to_string()),
            _ => None,
        };
        transfer.take(sent);
        if let Some(text) = fault {
            self.messages.record(self.now, Severity::Error, text);
        }
    }

    fn remember_kept(&mut self, sent: &Sent) {
        let Some(journal) = &sent.journal else { return };
        let stored = match sent.outcome {
            SentOutcome::Kept { stored } => Some(stored),
            SentOutcome::Failed { kept: true, .. } => None,
            _ => {
                self.kept.remove(journal);
                return;
            }
        };
        let destination = format!("{}/{}", sent.bucket, sent.key);
        let kept = Kept {
            destination,
            stored,
        };
        self.kept.insert(journal.clone(), kept);
    }

    /// Something worth telling that ends nothing.
    pub(super) fn take_warning(&mut self, job: JobId, fault: Fault) {
        if self.judge_warned(job, &fault) {
            return;
        }
        self.say(Severity::Warning, fault.to_string());
        if let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) {
            transfer.warn(fault);
        }
    }

    /// An upload or the giving up of one has ended: what stays of it is asked for, and whoever waited for the
    /// last one leaves.
    pub(super) fn transfer_ended(&mut self, job: JobId, effects: &mut Vec<Effect>) {
        let transfer = self.tasks.get_mut(job).and_then(Task::transfer_mut);
        let sums = transfer.map(|transfer| {
            if let Some(now) = &mut transfer.now {
                now.in_flight = 0;
                now.left = None;
            }
            transfer.sums
        });
        let stays = sums.is_some_and(|of| of.kept + of.failed_kept > 0 || of.files() == 0);
        if stays {
            self.look_for_interrupted(Look::Quiet, effects);
        }
        self.leave_with_the_last(effects);
    }
}

/// Whether the target was not named by the figures before: a row that went since is not brought back.
fn names_anew(before: Option<&Sending>, target: &Target) -> bool {
    before.and_then(|before| before.target.as_ref()) != Some(target)
}
