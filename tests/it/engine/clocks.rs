//! A clock that is not the service's.

use std::time::Duration;

use mopup::protocol::SkipReason;

use super::fake::part;
use super::*;

/// One upload whose newest part is so old by this machine's clock.
async fn aborted(quiet: Duration, ahead: i64) -> AbortOutcome {
    let mut fake = Fake::with_dead(0);
    fake.ahead = ahead;
    fake.hold(&target(0), HOUR * 101, vec![part(1, 5, quiet)]);
    let (news, _) = run(&Arc::new(fake), abort(0..1, false)).await;
    outcomes(&news).remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_makes_no_living_upload_look_dead() {
    let quiet = HOUR + HOUR / 6;
    assert_eq!(aborted(quiet, 0).await, freed(5));
    let a_quarter = 15 * 60 * 1000;
    let active = AbortOutcome::Skipped(SkipReason::Active);
    assert_eq!(aborted(quiet, a_quarter).await, active);
    // One that is behind errs on the side of life by itself.
    assert_eq!(aborted(HOUR / 2, -3 * a_quarter).await, active);
}
