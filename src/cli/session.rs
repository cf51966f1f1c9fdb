//! What every command needs: a connection, the engine, the clock, and the ear for an interrupt.

use std::collections::HashMap;
use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use futures_util::future::select_all;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::Connection;
use super::connect;
use super::failure::Failure;
use crate::model::cost::Prices;
use crate::model::deadline::{AbortRule, Rules};
use crate::model::provider::{self, Provider};
use crate::model::{Moment, Thresholds, Timestamp, send};
use crate::protocol::{Command, JobId, News, Outcome, Prevention, Urgency};
use crate::s3::{Clock, Store};
use crate::tasks::{Engine, Inbox, MOST_LISTING, Settings};

/// A connection and two engines on it: one lists, one looks into what was listed. The lister's reports are
/// taken only as fast as the other works, so that a listing of millions is never held in memory.
pub struct Session {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub thresholds: Thresholds,
    pub prices: Prices,
    /// What new uploads begin with.
    pub upload: send::Defaults,
    /// The custom endpoint, once connected; `None`: AWS.
    pub endpoint: Option<String>,
    /// The provider whose rules hold, if one was recognised or named.
    pub provider: Option<Provider>,
    known: Vec<Provider>,
    /// The rules that abort uploads, by bucket that was asked; `None` where they may not be read.
    pub rules: HashMap<String, Option<Arc<[AbortRule]>>>,
    pub read_only: bool,
    /// Whether there is a place to record changes.
    pub has_audit: bool,
    pub lister: Engine,
    pub listed: Inbox,
    pub worker: Engine,
    pub worked: Inbox,
    pub interrupt: Interrupt,
    next_job: u64,
}

/// Comes true when the person presses ctrl-c, or the system asks the process to end (SIGTERM, or SIGHUP where
/// that is not ignored, as `nohup` has it).
#[derive(Debug)]
pub struct Interrupt(Vec<Signal>);

impl Interrupt {
    fn new() -> Self {
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !hangups_are_ignored() {
            kinds.push(SignalKind::hangup());
        }
        // Without a handler the system ends the process by itself.
        Self(kinds.into_iter().filter_map(|of| signal(of).ok()).collect())
    }

    /// Waits for it; may be waited for again and again, each time for the next. None is lost in between.
    pub async fn heard(&mut self) {
        let asked = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        let asked: Vec<_> = asked.collect();
        if asked.is_empty() {
            return std::future::pending().await;
        }
        select_all(asked).await;
    }
}

/// Whether whoever started this process wants it to outlive the terminal. Linux tells; elsewhere what has no
/// terminal to complain on is taken to be meant so.
fn hangups_are_ignored() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return !io::stderr().is_terminal();
    };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

impl Session {
    pub fn new(connection: &Connection) -> Result<Self, Failure> {
        let settings = connect::settings(connection)?;
        let clock = Clock::system();
        let named = connect::named(connection, &settings)?;
        let store = connect::store(connection, named.as_ref(), &settings, &clock)?;
        let read_only = connection.read_only || settings.read_only;
        let recorded = connect::audit_path();
        let has_audit = recorded.is_some();
        let engine = Settings {
            audit: recorded,
            journal: connect::journal_path(),
            read_only,
            thresholds: settings.thresholds,
            provider: named.clone(),
            providers: settings.providers.clone(),
            listing: connection.workers.unwrap_or(MOST_LISTING),
            ..Settings::default()
        };
        let (lister, lists) = Engine::new(Arc::clone(&store), clock.clone(), engine.clone());
        let (worker, works) = Engine::new(Arc::clone(&store), clock.clone(), engine);
        Ok(Self {
            store,
            clock,
            thresholds: settings.thresholds,
            prices: match &named {
                Some(named) => settings.prices.with(named),
                None => settings.prices,
            },
            upload: settings.upload,
            endpoint: None,
            provider: named,
            known: settings.providers,
            rules: HashMap::new(),
            read_only,
            has_audit,
            lister,
            listed: lists,
            worker,
            worked: works,
            interrupt: Interrupt::new(),
            next_job: 0,
        })
    }

    /// Connects, so that a failure to do so is told once and first; recognises the provider.
    pub async fn connect(&mut self) -> Result<(), Failure> {
        let mut endpoint = None;
        let identified = self.run(
            |job| Command::Identify { job },
            |news| {
                if let News::Identity(identity) = news {
                    endpoint = identity.endpoint;
                }
                Ok(())
            },
        );
        identified.await?;
        if self.provider.is_none() {
            self.provider = self.rules_of(endpoint.as_deref()).cloned();
            if let Some(found) = &self.provider {
                self.prices = self.prices.with(found);
            }
        }
        self.endpoint = endpoint;
        Ok(())
    }

    /// The provider that was named, else the one that the endpoint names.
    pub fn rules_of(&self, endpoint: Option<&str>) -> Option<&Provider> {
        let recognised = || provider::recognised(endpoint?, &self.known);
        self.provider.as_ref().or_else(recognised)
    }

    /// A line typed by the person. `left` says in the sentence on an interrupt what was not done.
    pub async fn typed(&mut self, left: &str) -> Result<String, Failure> {
        let reading = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            line = reading => Ok(line.ok().and_then(Result::ok).unwrap_or_default()),
            () = self.interrupt.heard() => {
                Err(Failure::Interrupted(format!("interrupted; {left}")))
            }
        }
    }

    /// A number for the next job.
    pub fn job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    pub fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            thresholds: self.thresholds,
        }
    }

    /// When an upload ends by itself: the service's own word, else the first of the rules of its bucket, as far
    /// as they are known, and its provider.
    pub fn deadline(
        &self,
        bucket: &str,
        (key, initiated): (&str, Option<Timestamp>),
        abort_date: Option<Timestamp>,
    ) -> Option<Timestamp> {
        self.deadlines(bucket).at(key, initiated, abort_date)
    }

    /// What ends the uploads of a bucket, as far as that is known.
    pub fn deadlines(&self, bucket: &str) -> Rules {
        let known = self.rules.get(bucket).cloned().flatten();
        match &self.provider {
            Some(provider) => Rules::of(provider, known),
            None => Rules::of(&Provider::default(), known),
        }
    }

    /// Asks a bucket for its rules once; that they may not be read fails nothing.
    pub async fn learn_rules(&mut self, bucket: &str) -> Result<(), Failure> {
        if self.rules.contains_key(bucket) {
            return Ok(());
        }
        let mut found = None;
        let asked = self.run(
            |job| Command::Lifecycle {
                job,
                bucket: bucket.to_owned(),
                urgency: Urgency::Visible,
            },
            |news| {
                if let News::Lifecycle(prevention) = news
                    && let Prevention::Known(configuration) = *prevention
                {
                    found = Some(configuration.abort_rules());
                }
                Ok(())
            },
        );
        if let Err(Failure::Interrupted(why)) = asked.await {
            return Err(Failure::Interrupted(why));
        }
        self.rules.insert(bucket.to_owned(), found);
        Ok(())
    }

    /// Runs one job of the worker to its end and hands over its news; an interrupt ends the wait.
    pub async fn run(
        &mut self,
        command: impl FnOnce(JobId) -> Command,
        mut on: impl FnMut(News) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let job = self.job();
        self.worker.send(command(job));
        loop {
            let reports = tokio::select! {
                reports = self.worked.recv(64) => reports,
                () = self.interrupt.heard() => {
                    return Err(Failure::Interrupted("interrupted".to_owned()));
                }
            };
            for report in reports.into_iter().filter(|report| report.job == job) {
                match report.news {
                    News::Ended(Outcome::Failed(fault)) => return Err(fault.into()),
                    News::Ended(_) => return Ok(()),
                    news => on(news)?,
                }
            }
        }
    }
}
