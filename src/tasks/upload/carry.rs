//! An upload in parts from where it is to its end, whatever that is.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use tokio_util::sync::CancellationToken;

use super::begin::{Beginning, target};
use super::prepare::Common;
use super::record::{Record, fault};
use super::source::Opened;
use super::transfer::{Checks, Transfer};
use crate::journal::{Begun, End, Recipe};
use crate::model::Target;
use crate::model::send::Access;
use crate::protocol::{AbortOutcome, Fault, Kind, News, Outcome, Sent, SentOutcome};
use crate::tasks::abort;
use crate::tasks::job::Job;
use crate::tasks::pacer::Stop;

/// Begins an upload whose recipe is recorded, and records its ID. Where nothing was begun for certain, the
/// journal goes.
pub(super) async fn begin(
    beginning: &Beginning<'_>,
    record: Record,
) -> Result<(Begun, Record), Ended> {
    let begun = match beginning.create().await {
        Ok(begun) => begun,
        Err(stop) => {
            let kept = beginning.was_lost() && record.id().is_some();
            let journal = record.id().filter(|_| kept);
            if !kept && let Err(fault) = record.remove().await {
                return Err(Ended::failed(fault, None));
            }
            return Err(Ended {
                outcome: match stop {
                    Stop::Cancelled => SentOutcome::NotBegun,
                    Stop::Fault(fault) => SentOutcome::Failed { fault, kept },
                },
                journal,
            });
        }
    };
    if let Err(fault) = record.begun(begun.clone()).await {
        // Without its ID on record it could be forgotten: rather none at all.
        let target = target(beginning.recipe, &begun.upload_id);
        let aborted = give_up(beginning.job, target).await;
        let fault = match aborted {
            Ok(_) => fault,
            Err(left) => Fault {
                hint: format!("the upload {} was left behind: {left}", begun.upload_id),
                ..fault
            },
        };
        return Err(Ended::failed(fault, None));
    }
    Ok((begun, record))
}

/// Begins the upload of `recipe` from its first part on.
pub(super) async fn begun<'a>(
    common: &Common<'a>,
    recipe: Recipe,
    opened: Opened,
    access: Access,
    may_fall_back: bool,
) -> Result<Transfer<'a>, Ended> {
    let folder = common.job.settings.journal.clone();
    let record = Record::create(folder, &recipe).await;
    let record = record.map_err(|fault| Ended::failed(fault, None))?;
    let beginning = Beginning::new(common, &recipe, &access, may_fall_back);
    let (begun, record) = begin(&beginning, record).await?;
    let transfer = Transfer {
        job: common.job,
        asker: common.asker.clone(),
        board: common.board.clone(),
        pool: common.pool.clone(),
        target: target(&recipe, &begun.upload_id),
        access,
        opened,
        record,
        algorithm: begun.algorithm,
        recipe,
        may_fall_back,
        checks: Checks::default(),
        held: BTreeMap::new(),
        known: BTreeMap::new(),
        verified: BTreeMap::new(),
        completing: std::sync::OnceLock::new(),
        arrived: AtomicU64::new(0),
        sent: AtomicU64::new(0),
    };
    announce(common, &transfer, &begun);
    Ok(transfer)
}

/// How an upload ended before it went on.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) outcome: SentOutcome,
    pub(super) journal: Option<String>,
}

impl Ended {
    pub(super) fn failed(fault: Fault, journal: Option<String>) -> Self {
        let kept = journal.is_some();
        Self {
            outcome: SentOutcome::Failed { fault, kept },
            journal,
        }
    }
}

/// Sends what is missing and completes.
pub(super) async fn carry(transfer: &Transfer<'_>) -> SentOutcome {
    let whole = async {
        let parts = transfer.run().await?;
        transfer.confirm(&parts).await?;
        transfer.finish(&parts).await
    };
    let kept = transfer.record.id().is_some();
    match whole.await {
        Ok(stored) => SentOutcome::Stored(stored),
        Err(Stop::Cancelled) if transfer.job.control.is_dropped() => {
            match give_up(transfer.job, transfer.target.clone()).await {
                Ok(freed) => {
                    if let Some(stored) = transfer.made_after_all().await {
                        return SentOutcome::Stored(stored);
                    }
                    let at = transfer.job.clock.now();
                    transfer
                        .warn(transfer.record.end(End::Aborted { at }).await)
                        .await;
                    SentOutcome::Aborted { freed }
                }
                Err(fault) => SentOutcome::Failed { fault, kept },
            }
        }
        Err(Stop::Cancelled) => SentOutcome::Kept {
            stored: transfer.arrived.load(std::sync::atomic::Ordering::Relaxed),
        },
        Err(Stop::Fault(fault)) => SentOutcome::Failed { fault, kept },
    }
}

/// Tells what became of the only upload of a job.
pub(super) async fn told(job: &Job, sent: Sent) -> Outcome {
    let left = matches!(
        sent.outcome,
        SentOutcome::Kept { .. } | SentOutcome::NotBegun | SentOutcome::Aborted { .. }
    );
    job.tell(News::Sent(Box::new(sent))).await;
    if left {
        return Outcome::Cancelled { done: 0, left: 1 };
    }
    Outcome::Done
}

/// Aborts an upload of ours and makes sure that nothing is left; answers the bytes freed.
pub(super) async fn give_up(job: &Job, target: Target) -> Result<u64, Fault> {
    // The cancel that led here is not meant for this.
    let job = Job {
        cancel: CancellationToken::new(),
        ..job.clone()
    };
    match abort::own(&job, target).await? {
        AbortOutcome::Aborted { freed, .. } => Ok(freed.unwrap_or(0)),
        AbortOutcome::AlreadyGone => Ok(0),
        AbortOutcome::Failed(fault) => Err(fault),
        AbortOutcome::Skipped(reason) => Err(Fault {
            kind: Kind::Other,
            ..fault(reason.explain())
        }),
    }
}

/// Tells what is known of an upload that begins to move.
pub(super) fn announce(common: &Common<'_>, transfer: &Transfer<'_>, begun: &Begun) {
    common.board.tell(|told| {
        told.target = Some(transfer.target.clone());
        told.journal = transfer.record.id();
        told.source.clone_from(&transfer.opened.shown);
        told.deadline = begun.deadline;
    });
}
