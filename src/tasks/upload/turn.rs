//! What goes in one request: it waits while the job is paused, and is told of while it goes.

use std::future::Future;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::prepare::Common;
use super::transfer::report;
use crate::model::send::Phase;

const OFTEN: Duration = Duration::from_millis(250);

impl Common<'_> {
    /// Waits while the job is paused; `false`: it was cancelled.
    pub(super) async fn gate(&self) -> bool {
        let job = self.job;
        let mut pauses = job.control.pauses();
        while *pauses.borrow_and_update() {
            self.board.count_time(false);
            self.board.tell(|told| told.phase = Phase::Paused);
            report(self.job, &self.board);
            tokio::select! {
                _ = pauses.changed() => {}
                () = job.cancel.cancelled() => return false,
            }
        }
        self.board.tell(|told| told.phase = Phase::Sending);
        !job.cancel.is_cancelled()
    }

    /// Tells how far it is while `work` goes on, and heeds a change of pace.
    pub(super) async fn watched<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut ticks = interval(OFTEN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut paces = self.job.control.paces();
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = ticks.tick() => report(self.job, &self.board),
                Ok(()) = paces.changed() => {
                    if let Some(pace) = *paces.borrow_and_update() {
                        self.board.limiter.set(pace.limit);
                    }
                }
            }
        }
    }
}
