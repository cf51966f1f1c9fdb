//! What every job holds, and how it asks the store: through its bucket's pacer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::Settings;
use super::control::Control;
use super::list::Disorder;
use super::mailbox::Outbox;
use super::pacer::{Pacer, Pacers, Stop};
use super::watch::Budget;
use crate::model::Timestamp;
use crate::model::provider::{Checksums, Provider, Trust, recognised};
use crate::model::send::Sending;
use crate::protocol::{Fault, JobId, Kind, News, Outcome, Progress, Urgency};
use crate::s3::{Clock, ListParts, ListUploads, PartsPage, Store, UploadsPage};

/// Locks; a panic of another holder leaves nothing half-done that this code could not go on with.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One job's view of the engine.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: JobId,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Clock,
    pub(super) settings: Arc<Settings>,
    pub(super) exact_prefixes: Arc<OnceCell<bool>>,
    pub(super) disorder: Disorder,
    pub(super) pacers: Arc<Pacers>,
    pub(super) looks: Arc<Budget>,
    pub(super) outbox: Outbox,
    pub(super) cancel: CancellationToken,
    pub(super) control: Arc<Control>,
    /// Answers that are paid for as listings are.
    pub(super) requests: Arc<AtomicU64>,
}

impl Job {
    /// Reports a fact; waits while the inbox is full, and with a page while the job is paused.
    pub(super) async fn tell(&self, news: News) {
        if matches!(news, News::Listed(_)) {
            let mut pauses = self.control.pauses();
            tokio::select! {
                _ = pauses.wait_for(|paused| !paused) => {}
                () = self.cancel.cancelled() => {}
            }
        }
        self.outbox.fact(self.id, news).await;
    }

    /// Overwrites the job's progress.
    pub(super) fn progress(&self, progress: Progress) {
        self.outbox.progress(self.id, News::Progress(progress));
    }

    /// Overwrites how far the upload is.
    pub(super) fn sending(&self, sending: Sending) {
        self.outbox
            .progress(self.id, News::Sending(Box::new(sending)));
    }

    /// Whether the service finds by a prefix only the key that equals it. Known once it is known where requests
    /// go; until then a listing fails anyway.
    pub(super) async fn has_exact_prefixes(&self) -> bool {
        let exact = self.exact_prefixes.get_or_try_init(|| async {
            if let Some(named) = &self.settings.provider {
                return Ok(named.exact_prefix_only);
            }
            let endpoint = self.store.identity().await?.endpoint;
            let found = endpoint.and_then(|at| recognised(&at, &self.settings.providers).cloned());
            Ok::<_, Fault>(found.is_some_and(|of| of.exact_prefix_only))
        });
        exact.await.is_ok_and(|exact| *exact)
    }

    /// The provider whose rules hold: the named one, else the one that the endpoint names. AWS takes everything
    /// that is sent to it.
    pub(super) async fn provider(&self) -> Provider {
        if let Some(named) = &self.settings.provider {
            return named.clone();
        }
        let endpoint = self
            .store
            .identity()
            .await
            .ok()
            .and_then(|who| who.endpoint);
        match endpoint {
            Some(at) => recognised(&at, &self.settings.providers).cloned(),
            None => Some(Provider {
                name: "aws".to_owned(),
                checksums: Checksums::Takes,
                listing: vec![Trust::Prefix, Trust::Order, Trust::Markers],
                ..Provider::default()
            }),
        }
        .unwrap_or_default()
    }

    /// The time by which life is judged: the service's, where ours is ahead of it, since a clock that is
    /// ahead makes fresh parts look old.
    pub(super) fn cautious_now(&self) -> Timestamp {
        let ahead = self.store.noticed().clock_ahead.unwrap_or(0).max(0);
        Timestamp::from_millis(self.clock.now().millis() - ahead)
    }

    /// Asks about one bucket, until this job is cancelled.
    pub(super) fn asker(&self, bucket: &str, urgency: Urgency) -> Asker {
        Asker {
            store: Arc::clone(&self.store),
            pacer: self.pacers.of(bucket),
            gate: self.pacers.gate(),
            cancel: self.cancel.clone(),
            urgency,
            requests: Arc::clone(&self.requests),
        }
    }
}

/// Sends requests about one bucket at the bucket's pace.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) store: Arc<dyn Store>,
    pub(super) pacer: Arc<Pacer>,
    /// What the listings of all buckets go through.
    pub(super) gate: Arc<Pacer>,
    pub(super) cancel: CancellationToken,
    pub(super) urgency: Urgency,
    pub(super) requests: Arc<AtomicU64>,
}

impl Asker {
    /// The same, but not stopped by a cancel: for looking again at what was already changed.
    pub(super) fn unstoppable(&self) -> Self {
        Self {
            cancel: CancellationToken::new(),
            ..self.clone()
        }
    }

    pub(super) async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Stop> {
        let ask = |_| self.store.list_uploads(request);
        let through = Some(&self.gate);
        let pacer = &self.pacer;
        self.count(
            pacer
                .run_through(through, self.urgency, &self.cancel, ask)
                .await,
        )
    }

    /// What was throttled or lost costs nothing.
    fn count<T>(&self, answer: Result<T, Stop>) -> Result<T, Stop> {
        let answered = match &answer {
            Ok(_) => true,
            Err(Stop::Fault(fault)) => !matches!(fault.kind, Kind::Throttled | Kind::Network),
            Err(Stop::Cancelled) => false,
        };
        self.requests
            .fetch_add(u64::from(answered), Ordering::Relaxed);
        answer
    }

    pub(super) async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Stop> {
        let ask = |_| self.store.list_parts(request);
        let through = Some(&self.gate);
        let pacer = &self.pacer;
        self.count(
            pacer
                .run_through(through, self.urgency, &self.cancel, ask)
                .await,
        )
    }
}

/// How a job ends that was stopped after `done` items with `left` to go.
pub(super) fn stopped(stop: Stop, done: u64, left: u64) -> Outcome {
    match stop {
        Stop::Cancelled => Outcome::Cancelled { done, left },
        Stop::Fault(fault) => Outcome::Failed(fault),
    }
}
