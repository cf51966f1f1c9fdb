//! A whole abort job: its stages, its counts, its cancel.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::ready;
use futures_util::{StreamExt, stream};

use super::accepted::{Accepted, One};
use super::{Doomed, Protocol, Step, Unrecorded, verify};
use crate::model::{RowId, Targets};
use crate::protocol::{
    AbortOutcome, AbortPolicy, Fault, Kind, News, Operation, Outcome, Progress, SkipReason, Urgency,
};
use crate::tasks::audit::Audit;
use crate::tasks::gather::{Findings, drive};
use crate::tasks::job::{Asker, Job, lock, stopped};

/// Batches up to this size are verified one by one.
const SMALL: usize = 20;
/// What a page of a listing covers: a listing that needs more pages than there are uploads to look at costs more.
const PAGE: usize = 1_000;
/// After a cancel the verification may take so long; then the service's word is taken.
const LAST_LOOK: Duration = Duration::from_secs(10);

/// Runs the protocol over all targets and reports the outcome of each that was begun once. Holds no more of them at a
/// time than are asked about.
pub(in crate::tasks) async fn run(job: &Job, targets: Targets, mut policy: AbortPolicy) -> Outcome {
    if job.settings.read_only {
        return Outcome::Failed(read_only());
    }
    let floor = job.settings.thresholds.active;
    policy.thresholds.active = policy.thresholds.active.max(floor);
    let audit = match Audit::of(job).await {
        Ok(audit) => audit,
        Err(stop) => return stopped(stop, 0, 0),
    };
    let batch = Batch {
        asker: job.asker(targets.bucket(), Urgency::Marked),
        protocol: Protocol {
            job,
            policy,
            audit,
            singly: targets.len() <= SMALL,
        },
        tally: Mutex::new(Progress {
            total: Some(targets.len() as u64),
            ..Progress::default()
        }),
        targets,
        unrecorded: Mutex::new(None),
        findings: Findings::new(),
        accepted: Mutex::default(),
        is_late: AtomicBool::new(false),
    };
    batch.abort_all().await;
    tokio::select! {
        () = batch.verify_all() => {}
        () = batch.hurry() => {}
    }
    batch.end()
}

struct Batch<'a> {
    targets: Targets,
    asker: Asker,
    protocol: Protocol<'a>,
    tally: Mutex<Progress>,
    unrecorded: Mutex<Option<Fault>>,
    findings: Findings<(RowId, AbortOutcome)>,
    accepted: Mutex<Accepted>,
    /// Nobody waits any longer for a verification.
    is_late: AtomicBool,
}

impl Batch<'_> {
    /// The first stage: every target is looked at and aborted; what is verified singly is finished.
    async fn abort_all(&self) {
        let work = stream::iter(0..self.targets.len())
            .take_while(|_| ready(!self.protocol.job.cancel.is_cancelled()))
            .map(|at| self.one(at))
            .buffer_unordered(self.protocol.job.settings.width);
        self.drive(work).await;
    }

    fn doomed(&self, at: usize) -> Option<Doomed> {
        let row = self.targets.at(at)?;
        Some(Doomed::of(&row, self.targets.bucket()))
    }

    async fn one(&self, at: usize) {
        let Some(target) = self.doomed(at) else {
            return;
        };
        let protocol = &self.protocol;
        let outcome = match protocol.abort(&self.asker, &target).await {
            Ok(Step::Finished(outcome)) => outcome,
            Ok(Step::Accepted(checked)) if protocol.singly || checked.recent => {
                match protocol.verify(&self.asker, &target, checked).await {
                    Ok(outcome) => outcome,
                    Err(unrecorded) => self.stop(unrecorded),
                }
            }
            Ok(Step::Accepted(checked)) => {
                let mut tally = lock(&self.tally);
                tally.done += 1;
                tally.unverified += 1;
                tally.bytes += checked.freed.unwrap_or(0);
                let name = (&*target.target.key, &*target.target.upload_id);
                lock(&self.accepted).push(at, name, checked.freed);
                return;
            }
            Err(unrecorded) => self.stop(unrecorded),
        };
        self.finish(target.row, outcome);
    }

    /// The second stage: what a large batch aborted is looked for in a new listing of its bucket; what that still
    /// shows is looked at, and aborted again while anything is left.
    async fn verify_all(&self) {
        let mut accepted = std::mem::take(&mut *lock(&self.accepted));
        if accepted.len() == 0 {
            return;
        }
        accepted.sort();
        let were_listed = self.find_listed(&mut accepted).await;
        let work = stream::iter(accepted.into_iter())
            .map(|one| self.look_again(one, !were_listed || one.is_listed))
            .buffer_unordered(self.protocol.job.settings.width);
        self.drive(work).await;
    }

    /// Whether a listing told which of them are still there; else each has to be looked at.
    async fn find_listed(&self, accepted: &mut Accepted) -> bool {
        let prefix = self.targets.common_prefix();
        let pages = self
            .targets
            .known_under(prefix)
            .saturating_sub(accepted.len())
            / PAGE;
        if accepted.len() <= SMALL || pages > accepted.len() {
            return false;
        }
        let place = (self.targets.bucket(), prefix);
        tokio::select! {
            listed = verify::find_listed(self.protocol.job, place, accepted) => listed,
            () = self.too_long() => false,
        }
    }

    async fn too_long(&self) {
        self.protocol.job.cancel.cancelled().await;
        tokio::time::sleep(LAST_LOOK).await;
    }

    /// Ends the verification some time after a cancel; what is being looked at ends first. Never returns.
    async fn hurry(&self) {
        self.too_long().await;
        self.is_late.store(true, Ordering::Relaxed);
        std::future::pending::<()>().await;
    }

    async fn look_again(&self, one: One, look: bool) {
        let Some(target) = self.doomed(one.at) else {
            return;
        };
        let freed = one.checked.freed;
        let is_late = self.is_late.load(Ordering::Relaxed);
        let outcome = if look && !is_late {
            let verified = self.protocol.verify(&self.asker, &target, one.checked);
            match verified.await {
                Ok(outcome) => outcome,
                Err(unrecorded) => self.stop(unrecorded),
            }
        } else {
            AbortOutcome::Aborted {
                freed,
                verified: !look,
            }
        };
        {
            let mut tally = lock(&self.tally);
            match outcome {
                AbortOutcome::Failed(_) => {
                    tally.unverified -= 1;
                    tally.failed += 1;
                    tally.bytes -= freed.unwrap_or(0);
                }
                AbortOutcome::Aborted { verified: true, .. } => tally.unverified -= 1,
                _ => {}
            }
        }
        self.findings.push((target.row, outcome));
    }

    async fn drive(&self, work: impl futures_util::Stream<Item = ()>) {
        let progress = || lock(&self.tally).clone();
        let job = self.protocol.job;
        drive(job, work, &self.findings, News::Aborted, progress).await;
    }

    /// Nothing more may be aborted; what was just done without a record is reported as failed.
    fn stop(&self, Unrecorded(fault): Unrecorded) -> AbortOutcome {
        self.protocol.job.cancel.cancel();
        lock(&self.unrecorded).get_or_insert_with(|| fault.clone());
        AbortOutcome::Failed(fault)
    }

    /// Counts and reports an outcome; what was cancelled before its turn counts as not begun.
    fn finish(&self, row: RowId, outcome: AbortOutcome) {
        {
            let mut tally = lock(&self.tally);
            match &outcome {
                AbortOutcome::Skipped(SkipReason::Cancelled) => return,
                AbortOutcome::Aborted { freed, verified } => {
                    tally.bytes += freed.unwrap_or(0);
                    tally.unverified += u64::from(!verified);
                }
                AbortOutcome::AlreadyGone => {}
                AbortOutcome::Skipped(_) => tally.skipped += 1,
                AbortOutcome::Failed(_) => tally.failed += 1,
            }
            tally.done += 1;
        }
        self.findings.push((row, outcome));
    }

    fn end(self) -> Outcome {
        if let Some(fault) = lock(&self.unrecorded).take() {
            return Outcome::Failed(fault);
        }
        let tally = lock(&self.tally);
        let done = tally.done;
        match tally.left().unwrap_or(0) {
            0 => Outcome::Done,
            left => Outcome::Cancelled { done, left },
        }
    }
}

fn read_only() -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Denied,
        code: None,
        message: "read-only mode".to_owned(),
        hint: "start without --read-only to abort".to_owned(),
    }
}
