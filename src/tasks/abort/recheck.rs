//! The look right before an abort: does the upload live?

use super::Doomed;
use crate::model::liveness::{self, Life};
use crate::model::{Extent, Measure, Thresholds, Timestamp};
use crate::protocol::{AbortOutcome, AbortPolicy, Fault, Kind, SkipReason};
use crate::tasks::job::Asker;
use crate::tasks::pacer::Stop;
use crate::tasks::parts::PartsWalk;

/// An upload with a part younger than this is verified one by one: more parts may be on their way.
const RECENT: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// What is known of an upload that may be aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checked {
    /// Bytes that its parts hold; `None` where they may not be listed.
    pub(super) freed: Option<u64>,
    /// Parts may still be on their way, or nothing is known.
    pub(super) recent: bool,
}

/// Whether to go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Go(Checked),
    Leave(AbortOutcome),
}

/// Looks at the target's parts and judges. Stops reading at the first sign of life that forbids the abort.
pub(super) async fn look(
    asker: &Asker,
    target: &Doomed,
    policy: &AbortPolicy,
    now: impl Fn() -> Timestamp,
) -> Verdict {
    let mut walk = PartsWalk::new(target.target.clone());
    let mut extent = Extent::default();
    let measure = loop {
        match walk.next(asker).await {
            Ok(Some((_, parts))) => {
                for part in &parts {
                    extent.add(part);
                }
                let seen = Measure::AtLeast(extent);
                let life = liveness::life(target.initiated, &seen, now(), &policy.thresholds);
                if life == Life::Alive && !policy.include_active {
                    break seen;
                }
            }
            Ok(None) => break Measure::Exact(extent),
            Err(Stop::Cancelled) => return Verdict::Leave(super::cancelled()),
            Err(Stop::Fault(fault)) => match refused(fault) {
                Ok(measure) => break measure,
                Err(outcome) => return Verdict::Leave(outcome),
            },
        }
    };
    judge(target, &measure, policy, now())
}

/// What a failed look means.
fn refused(fault: Fault) -> Result<Measure, AbortOutcome> {
    match fault.kind {
        Kind::UploadGone => Err(AbortOutcome::AlreadyGone),
        Kind::Denied | Kind::Unsupported => Ok(Measure::Denied),
        _ => Err(AbortOutcome::Failed(fault)),
    }
}

fn judge(target: &Doomed, measure: &Measure, policy: &AbortPolicy, now: Timestamp) -> Verdict {
    if !policy.include_active
        && let Some(reason) = reason(target, measure, &policy.thresholds, now)
    {
        return Verdict::Leave(AbortOutcome::Skipped(reason));
    }
    let exact = measure.exact();
    let recent = exact.is_none_or(|extent| {
        extent
            .last_part
            .map_or(extent.parts > 0, |at| now.since(at) < RECENT)
    });
    Verdict::Go(Checked {
        freed: exact.map(|extent| extent.bytes),
        recent: recent || policy.include_active,
    })
}

/// Why to leave it alone.
fn reason(
    target: &Doomed,
    measure: &Measure,
    thresholds: &Thresholds,
    now: Timestamp,
) -> Option<SkipReason> {
    let grew = match (target.seen, measure.extent()) {
        (Some(seen), Some(extent)) => {
            extent.parts > seen.parts || extent.last_part > seen.last_part
        }
        _ => false,
    };
    match liveness::life(target.initiated, measure, now, thresholds) {
        _ if grew => Some(SkipReason::BecameActive),
        Life::Alive => Some(SkipReason::Active),
        Life::Undetermined => Some(SkipReason::LivenessUnknown),
        Life::Dead => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{RowId, Target};

    const NOW: Timestamp = Timestamp::from_secs(10_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn extent(parts: u32, quiet: Duration) -> Extent {
        Extent {
            bytes: 5 * u64::from(parts),
            parts,
            last_part: Some(NOW.minus(quiet)),
            abort_date: None,
        }
    }

    fn verdict(seen: Option<Extent>, measure: Measure, include_active: bool) -> Verdict {
        let target = Doomed {
            row: RowId(0),
            target: Target {
                bucket: "b".into(),
                key: "k".into(),
                upload_id: "u".into(),
            },
            initiated: Some(NOW.minus(HOUR * 2400)),
            seen,
        };
        let policy = AbortPolicy {
            include_active,
            thresholds: Thresholds::default(),
        };
        judge(&target, &measure, &policy, NOW)
    }

    fn left(reason: SkipReason) -> Verdict {
        Verdict::Leave(AbortOutcome::Skipped(reason))
    }

    #[test]
    fn what_lives_is_left_alone() {
        let fresh = extent(3, HOUR / 2);
        let live = Measure::Exact(fresh);
        assert_eq!(verdict(None, live, false), left(SkipReason::Active));
        assert_eq!(verdict(Some(fresh), live, false), left(SkipReason::Active));
        let old = extent(2, HOUR * 50);
        let became = left(SkipReason::BecameActive);
        assert_eq!(verdict(Some(old), live, false), became);
        // Grown since it was seen, though its newest part is not young.
        let grown = Measure::Exact(extent(3, HOUR * 2));
        assert_eq!(verdict(Some(old), grown, false), became);
        assert_eq!(
            verdict(None, Measure::Denied, false),
            left(SkipReason::LivenessUnknown)
        );
    }

    #[test]
    fn what_is_dead_goes_and_says_what_it_frees() {
        let old = extent(2, HOUR * 50);
        let go = |freed, recent| Verdict::Go(Checked { freed, recent });
        assert_eq!(
            verdict(Some(old), Measure::Exact(old), false),
            go(Some(10), false)
        );
        let yesterday = Measure::Exact(extent(2, HOUR * 20));
        assert_eq!(verdict(None, yesterday, false), go(Some(10), true));
        assert_eq!(verdict(None, Measure::Denied, true), go(None, true));
        assert_eq!(
            verdict(None, Measure::Exact(Extent::default()), false),
            go(Some(0), false)
        );
    }
}
