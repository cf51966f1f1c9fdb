//! What takes time: jobs, their pace and their reports. Knows neither the app nor the screen.
//!
//! [`Engine::send`] takes a command and returns at once; the job reports into the [`Inbox`] and ends with
//! exactly one `Ended`, also when it is cancelled or panics.

mod abort;
mod arrange;
mod audit;
mod buckets;
mod complete;
mod control;
mod examine;
pub mod expand;
mod files;
mod gather;
mod job;
mod lifecycle;
mod list;
mod mailbox;
mod measure;
mod ours;
mod pacer;
mod parts;
mod upload;
mod watch;

use std::any::Any;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::model::Thresholds;
use crate::model::provider::Provider;
use crate::protocol::{Command, Fault, JobId, Kind, Operation, Outcome};
use crate::s3::{Clock, Store};

pub use mailbox::Inbox;

use control::Control;
use job::{Job, lock};
use mailbox::Outbox;
use pacer::Pacers;

/// How the engine works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Requests in flight to one bucket, at most; 1 to 64.
    pub width: usize,
    /// The audit log's file; `None`: nothing is recorded.
    pub audit: Option<PathBuf>,
    /// The folder of the journals of our own uploads; `None`: nothing can be gone on with later.
    pub journal: Option<PathBuf>,
    /// Refuses every change.
    pub read_only: bool,
    /// No command may judge life more leniently than this.
    pub thresholds: Thresholds,
    /// The provider that was named; `None`: the one of `providers` that the endpoint names.
    pub provider: Option<Provider>,
    pub providers: Vec<Provider>,
    /// An upload of which nothing went well for so long ends, and is kept.
    pub patience: Duration,
    /// Pages of a bucket's uploads that are asked for at the same time, 1 to [`MOST_LISTING`]; 1: one after the other.
    pub listing: usize,
}

/// More pages at the same time bring none sooner.
pub const MOST_LISTING: usize = list::WIDTH;

/// Requests in flight to one bucket unless configured: one core does not get further with more.
pub const DEFAULT_WIDTH: usize = 64;

/// How long an upload waits for a network or a service that is away, unless configured.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(60 * 60);

impl Default for Settings {
    fn default() -> Self {
        Self {
            width: DEFAULT_WIDTH,
            audit: None,
            journal: None,
            read_only: false,
            thresholds: Thresholds::default(),
            provider: None,
            providers: Vec::new(),
            patience: DEFAULT_PATIENCE,
            listing: MOST_LISTING,
        }
    }
}

/// The task tree, the pacers and the writing end of the mailbox. Dropping it cancels every job.
#[derive(Debug)]
pub struct Engine {
    store: Arc<dyn Store>,
    clock: Clock,
    settings: Arc<Settings>,
    exact_prefixes: Arc<OnceCell<bool>>,
    /// The service broke the order of keys once: from then on it is listed page by page.
    disorder: list::Disorder,
    pacers: Arc<Pacers>,
    /// What all watches ask together.
    looks: Arc<watch::Budget>,
    outbox: Outbox,
    root: CancellationToken,
    jobs: Arc<Mutex<HashMap<JobId, Arc<Control>>>>,
    tracker: TaskTracker,
    runtime: Handle,
}

impl Engine {
    /// An engine that asks `store`, and where its reports arrive. Must be called within a tokio runtime.
    pub fn new(store: Arc<dyn Store>, clock: Clock, settings: Settings) -> (Self, Inbox) {
        let (outbox, inbox) = mailbox::open();
        let width = settings.width.clamp(1, DEFAULT_WIDTH);
        let engine = Self {
            store,
            clock,
            settings: Arc::new(Settings { width, ..settings }),
            exact_prefixes: Arc::default(),
            disorder: Arc::default(),
            pacers: Arc::new(Pacers::new(width)),
            looks: Arc::default(),
            outbox,
            root: CancellationToken::new(),
            jobs: Arc::default(),
            tracker: TaskTracker::new(),
            runtime: Handle::current(),
        };
        (engine, inbox)
    }

    /// Starts or cancels a job. Never waits.
    pub fn send(&self, command: Command) {
        let Some(id) = command.starts() else {
            self.pull(&command);
            return;
        };
        let cancel = self.root.child_token();
        let control = Arc::new(Control::new(cancel.clone()));
        lock(&self.jobs).insert(id, Arc::clone(&control));
        let job = Job {
            id,
            store: Arc::clone(&self.store),
            clock: self.clock.clone(),
            settings: Arc::clone(&self.settings),
            exact_prefixes: Arc::clone(&self.exact_prefixes),
            disorder: Arc::clone(&self.disorder),
            pacers: Arc::clone(&self.pacers),
            looks: Arc::clone(&self.looks),
            outbox: self.outbox.clone(),
            cancel,
            control,
            requests: Arc::default(),
        };
        let work = self.tracker.spawn_on(work(job, command), &self.runtime);
        let (outbox, jobs) = (self.outbox.clone(), Arc::clone(&self.jobs));
        let guard = async move {
            let outcome = match work.await {
                Ok(outcome) => outcome,
                Err(error) => Outcome::Failed(died(error)),
            };
            lock(&jobs).remove(&id);
            outbox.end(id, outcome).await;
        };
        self.tracker.spawn_on(guard, &self.runtime);
    }

    /// Does to a running job what the command says.
    fn pull(&self, command: &Command) {
        let (Command::Cancel(id)
        | Command::Drop(id)
        | Command::Pause(id)
        | Command::Continue(id)
        | Command::Tune { job: id, .. }
        | Command::Pace { job: id, .. }) = command
        else {
            return;
        };
        let Some(control) = lock(&self.jobs).get(id).map(Arc::clone) else {
            return;
        };
        match command {
            Command::Pause(_) => control.pause(true),
            Command::Continue(_) => control.pause(false),
            Command::Pace { pace, .. } => control.set_pace(*pace),
            Command::Tune { tuning, .. } => control.tune(*tuning),
            Command::Drop(_) => control.drop_it(),
            _ => control.cancel.cancel(),
        }
    }

    /// Cancels all jobs and waits for the requests in flight. Reports that nobody takes out of the inbox
    /// meanwhile are dropped once it is full.
    pub async fn shutdown(self) {
        self.root.cancel();
        self.outbox.stop_waiting();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.root.cancel();
    }
}

async fn work(job: Job, command: Command) -> Outcome {
    match command {
        Command::Identify { .. } => buckets::identify(&job).await,
        Command::Buckets { .. } => buckets::list(&job).await,
        Command::List {
            scope,
            urgency,
            in_order,
            ..
        } => list::run(&job, &scope, urgency, in_order).await,
        Command::ListKey {
            bucket,
            key,
            urgency,
            ..
        } => list::run_key(&job, &bucket, &key, urgency).await,
        Command::Arrange { wish, .. } => arrange::run(&job, wish).await,
        Command::Measure {
            targets, urgency, ..
        } => measure::run(&job, targets, urgency).await,
        Command::Parts { target, access, .. } => parts::run(&job, target, access).await,
        Command::Abort {
            targets, policy, ..
        } => abort::run(&job, targets, policy).await,
        Command::Send { order, .. } => upload::send(&job, *order).await,
        Command::Resume { resumption, .. } => upload::resume(&job, *resumption).await,
        Command::Interrupted { .. } => upload::interrupted(&job).await,
        Command::Discard { id, .. } => upload::discard(&job, id).await,
        Command::Folder { path, .. } => files::run(&job, path).await,
        Command::Judge { inquiry, .. } => complete::judge(&job, *inquiry).await,
        Command::Complete { ending, .. } => complete::complete(&job, *ending).await,
        Command::Compare { adoption, .. } => upload::compare(&job, *adoption).await,
        Command::Adopt { adoption, .. } => upload::adopt(&job, *adoption).await,
        Command::Place { placing, .. } => upload::place(&job, *placing).await,
        Command::Copy { order, .. } => upload::copy(&job, *order).await,
        Command::Watch { watch, .. } => watch::run(&job, *watch).await,
        Command::Lifecycle {
            bucket, urgency, ..
        } => lifecycle::look(&job, &bucket, urgency).await,
        Command::SetLifecycle { bucket, change, .. } => {
            lifecycle::set(&job, &bucket, *change).await
        }
        Command::Examine { checkup, .. } => examine::run(&job, checkup).await,
        // `send` acts on them itself.
        Command::Cancel(_)
        | Command::Drop(_)
        | Command::Pause(_)
        | Command::Continue(_)
        | Command::Tune { .. }
        | Command::Pace { .. } => Outcome::Done,
    }
}

/// What is told of a job that panicked.
fn died(error: tokio::task::JoinError) -> Fault {
    let reason = error
        .try_into_panic()
        .map_or_else(|_| "it was stopped".to_owned(), |panic| reason(&*panic));
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Bug,
        code: None,
        message: format!("a task died: {reason}"),
        hint: "this is a defect of mopup; what was done until then is done".to_owned(),
    }
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no reason given".to_owned())
}
