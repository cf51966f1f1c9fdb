//! The sizes of uploads: many small requests at the bucket's pace, reported in batches.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::ready;
use futures_util::{StreamExt, stream};

use super::gather::{Findings, drive};
use super::job::{Asker, Job};
use super::pacer::Stop;
use super::parts::PartsWalk;
use crate::model::{Extent, RowId, Target, Targets};
use crate::protocol::{Kind, Measured, News, Outcome, Progress, Urgency};

/// Sizes every target and reports what it finds. Holds no more of them at a time than are asked about.
pub(super) async fn run(job: &Job, targets: Targets, urgency: Urgency) -> Outcome {
    let total = targets.len() as u64;
    let findings = Findings::new();
    let tally = Tally::default();
    let asker = job.asker(targets.bucket(), urgency);
    let work = stream::iter(0..targets.len())
        .take_while(|_| ready(!job.cancel.is_cancelled()))
        .map(|at| {
            let (asker, targets, findings, tally) = (&asker, &targets, &findings, &tally);
            async move {
                let Some((row, target)) =
                    targets.at(at).map(|row| row.id()).zip(targets.target(at))
                else {
                    return;
                };
                if let Some(measured) = one(asker, row, target, findings).await {
                    tally.count(&measured);
                    findings.push((row, measured));
                }
            }
        })
        .buffer_unordered(job.settings.width);
    drive(job, work, &findings, News::Measured, || {
        tally.progress(total)
    })
    .await;
    let done = tally.done.into_inner();
    if done < total {
        return Outcome::Cancelled {
            done,
            left: total - done,
        };
    }
    Outcome::Done
}

#[derive(Debug, Default)]
struct Tally {
    done: AtomicU64,
    bytes: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    fn count(&self, measured: &Measured) {
        self.done.fetch_add(1, Ordering::Relaxed);
        match measured {
            Measured::AtLeast(extent) | Measured::Exact(extent) => {
                self.bytes.fetch_add(extent.bytes, Ordering::Relaxed);
            }
            Measured::Denied(_) | Measured::Failed(_) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
            }
            Measured::Gone => {}
        }
    }

    fn progress(&self, total: u64) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: Some(total),
            bytes: self.bytes.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            ..Progress::default()
        }
    }
}

/// Sizes one upload; `None` when the job was cancelled first. What was seen is reported while pages go on.
async fn one(
    asker: &Asker,
    row: RowId,
    target: Target,
    findings: &Findings<(RowId, Measured)>,
) -> Option<Measured> {
    let mut walk = PartsWalk::new(target);
    let mut extent = Extent::default();
    loop {
        match walk.next(asker).await {
            Ok(Some((info, parts))) => {
                extent.abort_date = info.abort_date.or(extent.abort_date);
                for part in &parts {
                    extent.add(part);
                }
                if walk.has_more() {
                    findings.push((row, Measured::AtLeast(extent)));
                }
            }
            Ok(None) => return Some(Measured::Exact(extent)),
            Err(Stop::Cancelled) => return None,
            Err(Stop::Fault(fault)) => {
                return Some(match fault.kind {
                    Kind::UploadGone => Measured::Gone,
                    Kind::Denied => Measured::Denied(fault),
                    _ => Measured::Failed(fault),
                });
            }
        }
    }
}
