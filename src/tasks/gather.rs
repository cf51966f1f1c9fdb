//! Drives many small pieces of work with a bound, and merges what they find into few reports.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::time::{MissedTickBehavior, interval};

use super::job::{Job, lock};
use crate::protocol::{News, Progress};

/// A report goes out when so many findings wait, …
const MOST: usize = 64;
/// … or so much time has passed.
const OFTEN: Duration = Duration::from_millis(50);

/// Findings that wait to be reported.
#[derive(Debug)]
pub(super) struct Findings<T>(Mutex<Vec<T>>);

impl<T> Findings<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub(super) fn push(&self, finding: T) {
        lock(&self.0).push(finding);
    }

    fn are_many(&self) -> bool {
        lock(&self.0).len() >= MOST
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut lock(&self.0))
    }
}

/// Runs `work` to its end; from time to time and in the end reports the findings, made into news by `wrap`,
/// and the progress if it changed. A report that waits for its reader holds up the work: that is the
/// backpressure.
pub(super) async fn drive<T>(
    job: &Job,
    work: impl Stream<Item = ()>,
    findings: &Findings<T>,
    wrap: fn(Vec<T>) -> News,
    progress: impl Fn() -> Progress,
) {
    let mut work = std::pin::pin!(work);
    let mut ticks = interval(OFTEN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Progress::default();
    loop {
        let (ended, due) = tokio::select! {
            item = work.next() => (item.is_none(), findings.are_many()),
            _ = ticks.tick() => (false, true),
        };
        if !ended && !due {
            continue;
        }
        let found = findings.take();
        if !found.is_empty() {
            job.tell(wrap(found)).await;
        }
        let now = Progress {
            requests: job.requests.load(Ordering::Relaxed),
            throttled: job.pacers.are_throttled(),
            ..progress()
        };
        if now != last {
            job.progress(now.clone());
            last = now;
        }
        if ended {
            return;
        }
    }
}
