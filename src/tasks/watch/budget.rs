//! How often all watches together ask: one budget, however many uploads are watched.
//!
//! A look of an upload whose parts were all read costs a page. First readings have a budget of their own, so that a
//! hundred large uploads are read soon and yet what arrives is not missed meanwhile.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::tasks::job::lock;

/// Pages a second for looks. At about 3 ms of CPU for each, that is under 2 % of a core.
const LOOKS: u32 = 5;
/// Pages a second for first readings.
const READINGS: u32 = 50;
/// So many pages may go at once after a pause.
const BURST: u32 = 8;
/// Thousandths of a page a second.
const FINE: u128 = 1000;

/// What a page is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Look,
    Reading,
}

/// The budget of all watches of one engine.
#[derive(Debug, Default)]
pub(in crate::tasks) struct Budget(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    looks: Lane,
    readings: Lane,
    /// Thousandths of a page a second that all watches would ask for.
    wanted: u128,
}

/// When the next page may go.
#[derive(Debug, Default)]
struct Lane(Option<Instant>);

impl Lane {
    fn next(&mut self, now: Instant, rate: u32) -> Instant {
        let cost = Duration::from_secs(1) / rate;
        let saved = now.checked_sub(cost * BURST).unwrap_or(now);
        let at = self.0.map_or(saved, |next| next.max(saved)) + cost;
        self.0 = Some(at);
        at
    }
}

impl Budget {
    /// Waits for the turn of one page.
    pub(super) async fn turn(&self, reason: For) {
        let at = {
            let mut state = lock(&self.0);
            let now = Instant::now();
            match reason {
                For::Look => state.looks.next(now, LOOKS),
                For::Reading => state.readings.next(now, READINGS),
            }
        };
        sleep_until(at).await;
    }

    /// One more upload is watched.
    pub(super) fn join(self: &Arc<Self>) -> Share {
        Share {
            budget: Arc::clone(self),
            wanted: 0,
        }
    }
}

/// One watch's share; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Arc<Budget>,
    wanted: u128,
}

impl Share {
    /// How long until the next look of so many pages, which alone would come after `every`: the longer, the more all
    /// watches want.
    pub(super) fn stretched(&mut self, every: Duration, pages: u32) -> Duration {
        let micros = every.as_micros().max(1);
        let wanted = u128::from(pages.max(1)) * FINE * 1_000_000 / micros;
        let mut state = lock(&self.budget.0);
        state.wanted = state.wanted - self.wanted + wanted;
        self.wanted = wanted;
        let most = u128::from(LOOKS) * FINE;
        if state.wanted <= most {
            return every;
        }
        let stretched = micros * state.wanted / most;
        Duration::from_micros(u64::try_from(stretched).unwrap_or(u64::MAX))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        lock(&self.budget.0).wanted -= self.wanted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pages_go_at_the_rate_after_a_burst() {
        let budget = Budget::default();
        let begin = Instant::now();
        for _ in 0..BURST + LOOKS * 10 {
            budget.turn(For::Look).await;
        }
        assert_eq!(begin.elapsed(), Duration::from_secs(10));
        budget.turn(For::Reading).await;
        assert_eq!(
            begin.elapsed(),
            Duration::from_secs(10),
            "a budget of its own"
        );
    }

    #[test]
    fn many_watches_look_less_often_and_few_as_they_like() {
        let budget = Arc::<Budget>::default();
        let second = Duration::from_secs(1);
        let mut one = budget.join();
        assert_eq!(one.stretched(second, 1), second);
        let mut others: Vec<Share> = (0..99).map(|_| budget.join()).collect();
        for other in &mut others {
            other.stretched(second, 1);
        }
        assert_eq!(one.stretched(second, 1), second * 20);
        // Those that are quiet leave their turns to others.
        for other in &mut others {
            other.stretched(Duration::from_mins(1), 1);
        }
        assert_eq!(one.stretched(second, 1), second);
        drop(others);
        assert_eq!(one.stretched(second, 20), second * 4, "twenty pages a look");
    }
}
