//! The tasks that a person started, running and finished, with what became of each item.

use std::time::Duration;

use crate::model::bits::Bits;
use crate::model::pace::Pace;
use crate::model::{RowId, Timestamp, human};
use crate::protocol::{Fault, JobId, Outcome, Progress};

use super::cursor::Cursor;
use super::messages::Severity;
use super::transfer::Transfer;

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    Abort,
    Size,
    /// An upload, new or gone on with.
    Send,
    /// An interrupted upload of ours that is given up.
    Discard,
    /// An upload that is completed, whoever began it.
    Complete,
    /// An upload that is compared with a file.
    Compare,
    /// Parts that are put by hand.
    Place,
    /// An upload that is watched to its end.
    Watch,
}

/// What an abort left behind, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AbortSums {
    pub aborted: u64,
    pub already_gone: u64,
    /// Bytes freed by those whose parts could be listed.
    pub freed: u64,
    /// How many were aborted without knowing what they held.
    pub unknown: u64,
    /// How many were aborted by the service's word alone: nobody could look again.
    pub unverified: u64,
    pub skipped: u64,
    /// Not begun, since the person cancelled.
    pub left: u64,
    pub failed: u64,
}

impl AbortSums {
    /// Adds another task's.
    pub fn add(&mut self, other: &Self) {
        self.aborted += other.aborted;
        self.already_gone += other.already_gone;
        self.freed += other.freed;
        self.unknown += other.unknown;
        self.unverified += other.unverified;
        self.skipped += other.skipped;
        self.left += other.left;
        self.failed += other.failed;
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `3,000 aborted, 140 GiB freed, 2 already gone, 12 skipped, 1 failed`.
    pub fn text(&self) -> String {
        let at_least = if self.unknown > 0 { "at least " } else { "" };
        let mut text = format!("{} aborted", human::count(self.aborted));
        if self.aborted > 0 {
            text.push_str(&format!(", {at_least}{} freed", human::size(self.freed)));
        }
        let others = [
            (self.unverified, "of them not looked at again"),
            (self.already_gone, "already gone"),
            (self.skipped, "skipped"),
            (self.left, "not begun"),
            (self.failed, "failed"),
        ];
        for (count, word) in others.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {} {word}", human::count(count)));
        }
        text
    }
}

/// How an item did not go as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    Failed,
    Skipped,
}

/// One item that did not go as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub key: String,
    pub upload_id: String,
    pub miss: Miss,
    pub why: String,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub job: JobId,
    pub kind: TaskKind,
    /// What it is about: a bucket, of a watch the upload's key too. Not yet escaped.
    pub bucket: String,
    pub started: Timestamp,
    pub progress: Progress,
    pub sums: AbortSums,
    /// What was skipped or failed, the first [`Task::TROUBLES`] by name; the sums count them all, and each row says
    /// why in its details.
    pub troubles: Vec<Trouble>,
    /// Of an abort or a sizing: the rows that have no answer yet; once it has ended, those that are left.
    pub open: Bits,
    pace: Pace,
    /// What a task of sending knows beside.
    pub transfer: Option<Box<Transfer>>,
    pub cancelling: bool,
    pub ended: Option<(Timestamp, Outcome)>,
}

impl Task {
    /// So many items that did not go as asked are kept by name.
    pub const TROUBLES: usize = 10_000;

    /// A task about many rows that begins now.
    pub fn batch(
        job: JobId,
        kind: TaskKind,
        bucket: &str,
        rows: impl Iterator<Item = RowId>,
        started: Timestamp,
    ) -> Self {
        let open: Bits = rows.collect();
        let task = Self::new(job, kind, bucket, open.len() as u64, started);
        Self { open, ..task }
    }

    /// How many rows it left when it was cancelled or failed, so that another can go on with them.
    pub fn left_over(&self) -> usize {
        let is_batch = matches!(self.kind, TaskKind::Abort | TaskKind::Size);
        if is_batch && !self.is_running() {
            self.open.len()
        } else {
            0
        }
    }

    /// Remembers an item that did not go as asked.
    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if self.troubles.len() < Self::TROUBLES {
            self.troubles.push(trouble);
        }
    }

    /// How far it is.
    pub(super) fn advance(&mut self, progress: Progress, now: Timestamp) {
        self.pace.note(clock(now), progress.done);
        self.progress = progress;
    }

    /// A task that begins now.
    pub fn new(job: JobId, kind: TaskKind, bucket: &str, total: u64, started: Timestamp) -> Self {
        let mut pace = Pace::default();
        pace.note(clock(started), 0);
        Self {
            job,
            kind,
            bucket: bucket.to_owned(),
            started,
            progress: Progress {
                total: Some(total),
                ..Progress::default()
            },
            sums: AbortSums::default(),
            troubles: Vec::new(),
            open: Bits::default(),
            pace,
            transfer: None,
            cancelling: false,
            ended: None,
        }
    }

    /// A task about uploads of ours that begins now.
    pub fn sending(
        job: JobId,
        kind: TaskKind,
        bucket: &str,
        transfer: Transfer,
        started: Timestamp,
    ) -> Self {
        Self {
            transfer: Some(Box::new(transfer)),
            ..Self::new(job, kind, bucket, 1, started)
        }
    }

    /// Whether it is an upload that still runs.
    pub fn is_upload(&self) -> bool {
        self.is_running() && self.kind == TaskKind::Send
    }

    /// Whether it is a watch that still runs.
    pub fn is_watch(&self) -> bool {
        self.is_running() && self.kind == TaskKind::Watch
    }

    pub(super) fn transfer_mut(&mut self) -> Option<&mut Transfer> {
        self.transfer.as_deref_mut()
    }

    /// Whether its figures change while it runs.
    pub fn moves(&self) -> bool {
        self.is_running() && self.transfer.as_ref().is_none_or(|of| of.moves())
    }

    /// Whether it still runs.
    pub const fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// The failure that ended it early, if one did.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.ended {
            Some((_, Outcome::Failed(fault))) => Some(fault),
            _ => None,
        }
    }

    /// What to say when it ends so.
    pub fn verdict(&self, outcome: &Outcome) -> (Severity, String) {
        let count = human::count;
        if let Some(transfer) = &self.transfer {
            return transfer.verdict(self.kind, outcome);
        }
        match (outcome, self.kind) {
            (Outcome::Failed(fault), _) => (Severity::Error, fault.to_string()),
            (_, TaskKind::Abort) => {
                let AbortSums {
                    failed,
                    skipped,
                    left,
                    ..
                } = self.sums;
                let clean = failed + skipped + left == 0 && *outcome == Outcome::Done;
                let severity = match (clean, self.sums.failed) {
                    (true, _) => Severity::Good,
                    (false, 0) => Severity::Warning,
                    _ => Severity::Error,
                };
                let hint = match (clean, left > 0) {
                    (true, _) => "",
                    (false, true) => "; t then p goes on",
                    (false, false) => "; t then enter shows which and why",
                };
                (severity, format!("{}{hint}", self.sums.text()))
            }
            (Outcome::Cancelled { done, left }, _) => {
                let text = format!(
                    "sizing cancelled: {} sized, {} not; t then p goes on",
                    count(*done),
                    count(*left)
                );
                (Severity::Warning, text)
            }
            (Outcome::Done, _) => {
                let text = format!(
                    "{} uploads of {} sized",
                    count(self.progress.done),
                    self.bucket
                );
                match self.progress.failed.max(self.troubles.len() as u64) {
                    0 => (Severity::Good, text),
                    failed => (
                        Severity::Warning,
                        format!("{text}, {} of them failed", count(failed)),
                    ),
                }
            }
        }
    }

    /// Items a second lately; `None` while too little is known.
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        self.pace.rate(clock(now), self.progress.done)
    }

    /// How long the rest takes at that rate; `None` while nothing moves.
    pub fn time_left(&self, now: Timestamp) -> Option<Duration> {
        let left = self.progress.left()?;
        self.pace.time_left(clock(now), self.progress.done, left)
    }
}

/// Time as a pace counts it.
fn clock(now: Timestamp) -> Duration {
    now.since(Timestamp::default())
}

/// The tasks pane, newest first.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    pub list: Vec<Task>,
    pub cursor: Cursor<JobId>,
}

impl Tasks {
    /// The task of a job.
    pub fn get_mut(&mut self, job: JobId) -> Option<&mut Task> {
        self.list.iter_mut().find(|task| task.job == job)
    }

    /// The task under the cursor.
    pub fn current(&self) -> Option<&Task> {
        let job = *self.cursor.item()?;
        self.list.iter().find(|task| task.job == job)
    }

    pub fn running(&self) -> impl Iterator<Item = &Task> {
        self.list.iter().filter(|task| task.is_running())
    }

    /// Those that run and would leave something undone.
    pub fn at_stake(&self) -> impl Iterator<Item = &Task> {
        self.running().filter(|task| task.kind != TaskKind::Watch)
    }

    /// The form that waited is open.
    pub fn forget_forms(&mut self) {
        for transfer in self.list.iter_mut().filter_map(Task::transfer_mut) {
            transfer.form_waits = false;
        }
    }

    /// The uploads that run.
    pub fn uploads(&self) -> impl Iterator<Item = &Task> {
        self.list.iter().filter(|task| task.is_upload())
    }
}
