//! The abort protocol: look again, abort, look whether anything is left, record.
//!
//! A target is looked at right before its abort and left alone when it lives. Small batches, and uploads with
//! recent parts, are verified one by one; large batches by listing the bucket again once.

mod accepted;
mod recheck;
mod run;
mod verify;

pub(super) use run::run;

use tokio::time::{Duration, Instant};

use super::audit::{Audit, Deed};
use super::job::{Asker, Job};
use super::pacer::Stop;
use crate::model::bucket::is_directory_bucket;
use crate::model::{Extent, Row, RowId, Target, Timestamp};
use crate::protocol::{AbortOutcome, AbortPolicy, Fault, Kind, SkipReason, Urgency};
use crate::s3::Abort;

use recheck::{Checked, Verdict};

/// A look older than this does not count as "right before": a storm may hold an abort back for minutes.
const FRESH: Duration = Duration::from_secs(30);

/// What is the same for all targets of a job.
#[derive(Debug)]
struct Protocol<'a> {
    job: &'a Job,
    policy: AbortPolicy,
    audit: Option<Audit>,
    /// Verify everything one by one.
    singly: bool,
}

/// One upload while it is dealt with, with what was known of it when the person decided.
#[derive(Debug)]
struct Doomed {
    row: RowId,
    target: Target,
    initiated: Option<Timestamp>,
    /// What the person saw, if it had been sized: more parts than that means that it became active.
    seen: Option<Extent>,
}

impl Doomed {
    fn of(row: &Row<'_>, bucket: &str) -> Self {
        Self {
            row: row.id(),
            target: row.target(bucket),
            initiated: row.initiated(),
            seen: row.measure().exact().copied(),
        }
    }
}

/// How far one target came.
#[derive(Debug)]
enum Step {
    Finished(AbortOutcome),
    /// The service said yes; whether anything is left is to be seen.
    Accepted(Checked),
}

/// The audit log failed: nothing more may be aborted.
#[derive(Debug)]
struct Unrecorded(Fault);

impl Protocol<'_> {
    /// Looks, aborts, and records the answer.
    async fn abort(&self, asker: &Asker, target: &Doomed) -> Result<Step, Unrecorded> {
        loop {
            let now = || self.job.cautious_now();
            let checked = match recheck::look(asker, target, &self.policy, now).await {
                Verdict::Go(checked) => checked,
                Verdict::Leave(outcome) => return Ok(Step::Finished(outcome)),
            };
            let looked = Instant::now();
            let mut lost = false;
            let request = request(target);
            let ask = |losses| {
                lost = losses > 0;
                let request = &request;
                async move {
                    // Once sent, it is repeated until it is answered: it may have happened already.
                    if losses == 0 && looked.elapsed() > FRESH {
                        return Ok(false);
                    }
                    asker.store.abort(request).await.map(|()| true)
                }
            };
            let answer = asker.pacer.run(asker.urgency, &asker.cancel, ask).await;
            let step = match answer {
                Ok(false) => continue,
                Ok(true) => Step::Accepted(checked),
                Err(Stop::Cancelled) => return Ok(Step::Finished(cancelled())),
                Err(Stop::Fault(fault)) => match fault.kind {
                    Kind::UploadGone if lost => Step::Accepted(checked),
                    Kind::UploadGone => Step::Finished(AbortOutcome::AlreadyGone),
                    Kind::Precondition => {
                        Step::Finished(AbortOutcome::Skipped(SkipReason::Changed))
                    }
                    _ => Step::Finished(AbortOutcome::Failed(fault)),
                },
            };
            self.record(target, &step).await?;
            return Ok(step);
        }
    }

    async fn record(&self, target: &Doomed, step: &Step) -> Result<(), Unrecorded> {
        match step {
            Step::Accepted(checked) => self.log(target, ("aborted", checked.freed), None).await,
            Step::Finished(AbortOutcome::AlreadyGone) => {
                self.log(target, ("already_gone", None), None).await
            }
            Step::Finished(AbortOutcome::Skipped(reason)) => {
                self.log(target, (reason.word(), None), None).await
            }
            Step::Finished(AbortOutcome::Failed(fault)) => {
                self.log(target, ("failed", None), Some(fault)).await
            }
            Step::Finished(AbortOutcome::Aborted { .. }) => Ok(()),
        }
    }

    async fn log(
        &self,
        target: &Doomed,
        (outcome, bytes): (&'static str, Option<u64>),
        failure: Option<&Fault>,
    ) -> Result<(), Unrecorded> {
        let Some(audit) = &self.audit else {
            return Ok(());
        };
        let at = self.job.clock.now();
        let deed = Deed {
            action: "abort",
            outcome,
            bytes,
        };
        audit
            .record(at, &target.target, deed, failure)
            .await
            .map_err(Unrecorded)
    }
}

const fn cancelled() -> AbortOutcome {
    AbortOutcome::Skipped(SkipReason::Cancelled)
}

/// Aborts an upload of ours that the person gave up, whatever sign of life it shows; verified and recorded.
pub(super) async fn own(job: &Job, target: Target) -> Result<AbortOutcome, Fault> {
    let audit = match &job.settings.audit {
        None => None,
        Some(path) => {
            let identity = job.store.identity().await?;
            Some(Audit::open(path.clone(), identity.access_key_tail).await?)
        }
    };
    let protocol = Protocol {
        job,
        policy: AbortPolicy {
            include_active: true,
            thresholds: job.settings.thresholds,
        },
        audit,
        singly: true,
    };
    let target = Doomed {
        row: RowId(0),
        target,
        initiated: None,
        seen: None,
    };
    let asker = job
        .asker(&target.target.bucket, Urgency::Marked)
        .unstoppable();
    let step = protocol.abort(&asker, &target).await;
    match step.map_err(|Unrecorded(fault)| fault)? {
        Step::Finished(outcome) => Ok(outcome),
        Step::Accepted(checked) => protocol
            .verify(&asker, &target, checked)
            .await
            .map_err(|Unrecorded(fault)| fault),
    }
}

/// Directory buckets, and only they, can be told which upload is meant.
/// Source: API reference, `AbortMultipartUpload`.
fn request(target: &Doomed) -> Abort {
    let directory = is_directory_bucket(&target.target.bucket);
    Abort {
        target: target.target.clone(),
        if_initiated: target.initiated.filter(|_| directory),
    }
}
