//! A whole abort job: its stages, its counts, its cancel.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::recheck::Checked;
use super::{Protocol, Step, Unrecorded, verify};
use crate::model::RowId;
use crate::protocol::{
    AbortOutcome, AbortPolicy, AbortTarget, Fault, Kind, News, Operation, Outcome, Progress,
    SkipReason, Urgency,
};
use crate::tasks::audit::Audit;
use crate::tasks::gather::{Findings, drive};
use crate::tasks::job::{Job, lock, stopped};

/// Batches up to this size are verified one by one.
const SMALL: usize = 20;
/// After a cancel the verifying listing may take so long; then the service's word is taken.
const LAST_LOOK: Duration = Duration::from_secs(10);

type Accepted = (AbortTarget, Checked);

/// Runs the protocol over all targets and reports each one's outcome once.
pub(in crate::tasks) async fn run(
    job: &Job,
    targets: Vec<AbortTarget>,
    mut policy: AbortPolicy,
) -> Outcome {
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
        left: Mutex::new(0),
        unrecorded: Mutex::new(None),
        findings: Findings::new(),
        accepted: Mutex::new(Vec::new()),
    };
    batch.abort_all(targets).await;
    batch.verify_all().await;
    batch.end()
}

struct Batch<'a> {
    protocol: Protocol<'a>,
    tally: Mutex<Progress>,
    /// Not begun because of a cancel.
    left: Mutex<u64>,
    unrecorded: Mutex<Option<Fault>>,
    findings: Findings<(RowId, AbortOutcome)>,
    accepted: Mutex<Vec<Accepted>>,
}

impl Batch<'_> {
    /// The first stage: every target is looked at and aborted; what is verified singly is finished.
    async fn abort_all(&self, targets: Vec<AbortTarget>) {
        let work = stream::iter(targets)
            .map(|target| self.one(target))
            .buffer_unordered(self.protocol.job.settings.width);
        self.drive(work).await;
    }

    async fn one(&self, target: AbortTarget) {
        let protocol = &self.protocol;
        if protocol.job.cancel.is_cancelled() {
            return self.finish(target.row, super::cancelled());
        }
        let bucket = &target.target.bucket;
        let asker = protocol.job.asker(bucket, Urgency::Marked);
        let outcome = match protocol.abort(&asker, &target).await {
            Ok(Step::Finished(outcome)) => outcome,
            Ok(Step::Accepted(checked)) if protocol.singly || checked.recent => {
                match protocol.verify(&asker, &target, checked).await {
                    Ok(outcome) => outcome,
                    Err(unrecorded) => self.stop(unrecorded),
                }
            }
            Ok(Step::Accepted(checked)) => {
                self.count_done(checked.freed);
                lock(&self.accepted).push((target, checked));
                return;
            }
            Err(unrecorded) => self.stop(unrecorded),
        };
        self.finish(target.row, outcome);
    }

    /// The second stage: what a large batch aborted is looked for in a new listing of its bucket.
    async fn verify_all(&self) {
        let mut buckets: BTreeMap<String, Vec<Accepted>> = BTreeMap::new();
        for (target, checked) in std::mem::take(&mut *lock(&self.accepted)) {
            let of = buckets.entry(target.target.bucket.clone()).or_default();
            of.push((target, checked));
        }
        for (bucket, accepted) in buckets {
            let listed = self.listed(&bucket, &accepted).await;
            let work = stream::iter(accepted)
                .map(|(target, checked)| {
                    let name = (target.target.key.clone(), target.target.upload_id.clone());
                    let look = listed.as_ref().is_none_or(|listed| listed.contains(&name));
                    self.look_again(target, checked, look)
                })
                .buffer_unordered(self.protocol.job.settings.width);
            self.drive(work).await;
        }
    }

    /// What the bucket still lists of `accepted`; `None` when each has to be looked at.
    async fn listed(
        &self,
        bucket: &str,
        accepted: &[Accepted],
    ) -> Option<HashSet<(String, String)>> {
        if accepted.len() <= SMALL {
            return None;
        }
        let job = self.protocol.job;
        let names = accepted
            .iter()
            .map(|(target, _)| (target.target.key.as_str(), target.target.upload_id.as_str()))
            .collect();
        let listing = verify::still_listed(job, bucket, &names);
        let too_long = async {
            job.cancel.cancelled().await;
            tokio::time::sleep(LAST_LOOK).await;
        };
        tokio::select! {
            listed = listing => listed,
            () = too_long => Some(HashSet::new()),
        }
    }

    async fn look_again(&self, target: AbortTarget, checked: Checked, look: bool) {
        let protocol = &self.protocol;
        let aborted = AbortOutcome::Aborted {
            freed: checked.freed,
        };
        let outcome = if look {
            let asker = protocol.job.asker(&target.target.bucket, Urgency::Marked);
            match protocol.verify(&asker, &target, checked).await {
                Ok(outcome) => outcome,
                Err(unrecorded) => self.stop(unrecorded),
            }
        } else {
            aborted
        };
        self.finish_counted(target.row, outcome, checked.freed);
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

    fn count_done(&self, freed: Option<u64>) {
        let mut tally = lock(&self.tally);
        tally.done += 1;
        tally.bytes += freed.unwrap_or(0);
    }

    fn finish(&self, row: RowId, outcome: AbortOutcome) {
        match &outcome {
            AbortOutcome::Skipped(SkipReason::Cancelled) => *lock(&self.left) += 1,
            AbortOutcome::Aborted { freed } => self.count_done(*freed),
            AbortOutcome::AlreadyGone => self.count_done(None),
            AbortOutcome::Skipped(_) => {
                lock(&self.tally).skipped += 1;
                self.count_done(None);
            }
            AbortOutcome::Failed(_) => {
                lock(&self.tally).failed += 1;
                self.count_done(None);
            }
        }
        self.findings.push((row, outcome));
    }

    /// As [`Self::finish`], for what was counted as done when the service said yes.
    fn finish_counted(&self, row: RowId, outcome: AbortOutcome, freed: Option<u64>) {
        if let AbortOutcome::Failed(_) = outcome {
            let mut tally = lock(&self.tally);
            tally.failed += 1;
            tally.bytes -= freed.unwrap_or(0);
        }
        self.findings.push((row, outcome));
    }

    fn end(self) -> Outcome {
        let left = *lock(&self.left);
        if let Some(fault) = lock(&self.unrecorded).take() {
            return Outcome::Failed(fault);
        }
        if left > 0 {
            let done = lock(&self.tally).done;
            return Outcome::Cancelled { done, left };
        }
        Outcome::Done
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
