//! Watching an upload: looks at its own pace, until it is over.
//!
//! What the figures are is the model's ([`crate::model::watch`]); here is only when to ask, what to ask, and what an
//! answer means. A look that failed is told and tried again: only what is plain from the beginning ends a watch.

mod budget;
mod look;
mod over;
mod wait;
mod walk;

use std::time::Duration;

use super::job::{Asker, Job};
use super::ours;
use super::pacer::Stop;
use crate::model::Timestamp;
use crate::model::watch::{
    Glance, Happening, Interval, Ledger, Pulse, Rhythm, Route, Vitals, Watch,
};
use crate::protocol::{Fault, News, Outcome, Urgency};
use crate::s3::ListParts;

pub(super) use budget::Budget;

use budget::Share;
use walk::Walk;

/// A clock that is off by less is taken for right: what is known of it is exact to about a second.
const EXACT: i64 = 2000;
/// The pause after a look that failed, doubled up to …
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// … this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What one look came to.
#[derive(Debug)]
enum Looked {
    Going,
    /// It is told how it ended.
    Over,
}

/// Looks until the upload is over.
pub(super) async fn run(job: &Job, watch: Watch) -> Outcome {
    let mut watcher = Watcher::new(job, watch).await;
    loop {
        match watcher.look().await {
            Ok(Looked::Going) => watcher.succeeded(),
            Ok(Looked::Over) => return Outcome::Done,
            Err(Stop::Cancelled) => return Outcome::Cancelled { done: 0, left: 1 },
            Err(Stop::Fault(fault)) if watcher.is_hopeless(&fault) => {
                return Outcome::Failed(fault);
            }
            Err(Stop::Fault(fault)) => watcher.failed(&fault),
        }
        watcher.beat().await;
        if watcher.wait().await.is_err() {
            return Outcome::Cancelled { done: 0, left: 1 };
        }
    }
}

/// One upload that is watched.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "none follows from another")]
struct Watcher<'a> {
    job: &'a Job,
    asker: Asker,
    share: Share,
    watch: Watch,
    ledger: Ledger,
    rhythm: Rhythm,
    route: Route,
    /// The first reading, while it goes on.
    reading: Option<Walk>,
    /// What the service says of this very upload.
    abort_date: Option<Timestamp>,
    /// The service's and our own time at the last look that went well.
    alive: Option<Timestamp>,
    at: Timestamp,
    looks: u64,
    requests: u64,
    /// Requests of the last look.
    pages: u32,
    /// Looks in a row that failed.
    failures: u32,
    /// Pages that listed nothing where something is.
    misses: u32,
    trouble: Option<String>,
    /// What the server does wrong, looks or not.
    oddity: Option<String>,
    /// The service said that it is gone: only what became of it is asked.
    is_gone: bool,
    is_stalled: bool,
    /// Parts came since the last beat.
    has_news: bool,
    is_paused: bool,
    every: Duration,
    /// Tunings that were heeded.
    tuned: usize,
}

impl<'a> Watcher<'a> {
    async fn new(job: &'a Job, mut watch: Watch) -> Self {
        if watch.size.is_none() {
            // A journal that cannot be read only leaves the size unknown.
            let ours = ours::find(job, &watch.target).await.ok().flatten();
            watch.size = ours.and_then(|ours| ours.total);
        }
        let request = Self::request(&watch);
        Self {
            job,
            asker: job.asker(&watch.target.bucket, Urgency::Visible),
            share: job.looks.join(),
            ledger: Ledger::default(),
            rhythm: Rhythm::default(),
            route: Route::default(),
            reading: Some(Walk::new(request)),
            abort_date: None,
            alive: None,
            at: job.clock.now(),
            looks: 0,
            requests: 0,
            pages: 1,
            failures: 0,
            misses: 0,
            trouble: None,
            oddity: None,
            is_gone: false,
            is_stalled: false,
            has_news: false,
            is_paused: false,
            every: Duration::ZERO,
            tuned: 0,
            watch,
        }
    }

    /// Asks for the first page.
    fn request(watch: &Watch) -> ListParts {
        ListParts {
            target: watch.target.clone(),
            marker: None,
            max_parts: None,
            access: watch.access.clone(),
        }
    }

    /// The service's time: ours, less what ours is known to be off.
    fn now(&self) -> Timestamp {
        let ahead = self.job.store.noticed().clock_ahead.unwrap_or(0);
        let ahead = if ahead.abs() < EXACT { 0 } else { ahead };
        let now = self.job.clock.now().millis();
        Timestamp::from_millis(now.saturating_sub(ahead))
    }

    fn succeeded(&mut self) {
        self.failures = 0;
        self.trouble = None;
    }

    fn failed(&mut self, fault: &Fault) {
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(fault.to_string());
    }

    /// The figures as of the last look that went well. What was read of old parts tells no pace before all is read.
    fn vitals(&self) -> Vitals {
        let glance = Glance {
            ledger: &self.ledger,
            rhythm: &self.rhythm,
            initiated: self.watch.initiated,
            size: self.watch.size,
            deadline: self.abort_date.or(self.watch.deadline),
            stall: self.watch.stall,
            now: self.alive.unwrap_or_else(|| self.now()),
            at: self.at,
        };
        let vitals = Vitals {
            looks: self.looks,
            requests: self.requests,
            caught_up: self.reading.is_none(),
            every: self.every,
            paused: self.is_paused,
            trouble: self.trouble.clone().or_else(|| self.oddity.clone()),
            ..glance.vitals()
        };
        if vitals.caught_up {
            vitals
        } else {
            vitals.without_pace()
        }
    }

    /// Tells the figures, and whether it stalled or goes on; sets when to look again.
    async fn beat(&mut self) {
        let mut vitals = self.vitals();
        self.every = match self.failures {
            0 if self.reading.is_some() => Duration::ZERO,
            0 => {
                let every = vitals.next_look(self.watch.interval);
                self.share.stretched(every, self.pages)
            }
            failures => {
                let doubled = FIRST_PAUSE * (1 << (failures - 1).min(8));
                // Whoever asked for a slower pace keeps it.
                let least = match self.watch.interval {
                    Interval::Every(every) => every,
                    Interval::Adaptive => Duration::ZERO,
                };
                doubled.min(LONGEST_PAUSE).max(least)
            }
        };
        vitals.every = self.every;
        self.pulse(&vitals).await;
        self.show(vitals);
    }

    async fn pulse(&mut self, vitals: &Vitals) {
        let has_news = std::mem::take(&mut self.has_news);
        if !vitals.caught_up || self.failures > 0 {
            return;
        }
        match (vitals.pulse, vitals.quiet) {
            (Pulse::Stalled, Some(quiet)) if !self.is_stalled => {
                self.is_stalled = true;
                self.happened(Happening::Stalled(quiet)).await;
            }
            (Pulse::Stalled, _) => {}
            _ if self.is_stalled && has_news => {
                self.is_stalled = false;
                self.happened(Happening::Moving).await;
            }
            _ => {}
        }
    }

    fn show(&self, vitals: Vitals) {
        let news = News::Vitals(Box::new(vitals));
        self.job.outbox.progress(self.job.id, news);
    }

    async fn happened(&self, happening: Happening) {
        self.job.tell(News::Happened(happening)).await;
    }
}
