//! Until the next look: the interval, what a person changes meanwhile, and the turn in the budget.

use tokio::time::{Instant, sleep_until};

use super::budget::For;
use super::{Stop, Watcher};
use crate::model::watch::Tuning;

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Nothing,
    Changed,
    LookNow,
}

impl Watcher<'_> {
    /// Waits for the next look. `Cancelled` is the only failure.
    pub(super) async fn wait(&mut self) -> Result<(), Stop> {
        let begin = Instant::now();
        let mut frozen = self.job.control.pauses();
        let mut tunings = self.job.control.tunings();
        loop {
            let paused = *frozen.borrow_and_update();
            let tuned = self.tune(&tunings.borrow_and_update().clone());
            if tuned == Done::LookNow {
                break;
            }
            if paused != self.is_paused || tuned == Done::Changed {
                self.is_paused = paused;
                self.beat().await;
            }
            // The control lives as long as the job: neither channel closes.
            tokio::select! {
                biased;
                () = self.job.cancel.cancelled() => return Err(Stop::Cancelled),
                _ = frozen.changed() => {}
                _ = tunings.changed() => {}
                () = sleep_until(begin + self.every), if !self.is_paused => break,
            }
        }
        if self.reading.is_some() {
            return Ok(());
        }
        tokio::select! {
            () = self.job.cancel.cancelled() => Err(Stop::Cancelled),
            () = self.job.looks.turn(For::Look) => Ok(()),
        }
    }

    /// Heeds what was not heeded yet.
    fn tune(&mut self, tunings: &[Tuning]) -> Done {
        let mut done = Done::Nothing;
        for tuning in tunings.iter().skip(self.tuned) {
            match tuning {
                Tuning::Interval(interval) => self.watch.interval = *interval,
                Tuning::Size(size) => self.watch.size = *size,
                Tuning::Now => done = Done::LookNow,
            }
            if done == Done::Nothing {
                done = Done::Changed;
            }
        }
        self.tuned = tunings.len();
        done
    }
}
