//! What a person changes about a job while it runs: pause, pace, and how it is to end.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::model::send::Pace;
use crate::model::watch::Tuning;

/// The levers of one job.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) cancel: CancellationToken,
    paused: watch::Sender<bool>,
    /// `None`: as the job was started.
    pace: watch::Sender<Option<Pace>>,
    /// What a watch was told since it began, in order, until it reads it.
    tunings: watch::Sender<Vec<Tuning>>,
    dropped: AtomicBool,
}

impl Control {
    pub(super) fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            paused: watch::Sender::new(false),
            pace: watch::Sender::new(None),
            tunings: watch::Sender::new(Vec::new()),
            dropped: AtomicBool::new(false),
        }
    }

    pub(super) fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        self.pace.send_replace(Some(pace));
    }

    pub(super) fn tune(&self, tuning: Tuning) {
        self.tunings.send_modify(|all| all.push(tuning));
    }

    /// Cancels, and says that what was begun is to be aborted.
    pub(super) fn drop_it(&self) {
        self.dropped.store(true, Ordering::SeqCst);
        self.cancel.cancel();
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::SeqCst)
    }

    pub(super) fn pauses(&self) -> watch::Receiver<bool> {
        self.paused.subscribe()
    }

    /// Everything that was told since the job began.
    pub(super) fn tunings(&self) -> watch::Receiver<Vec<Tuning>> {
        self.tunings.subscribe()
    }

    pub(super) fn paces(&self) -> watch::Receiver<Option<Pace>> {
        self.pace.subscribe()
    }
}
