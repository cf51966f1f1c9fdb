//! The parts of one upload: read, compared with what the service has, sent, recorded.
//!
//! What a service already holds is trusted only when it equals the source; what is missing or different is sent,
//! meanwhile the rest is compared.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::board::Board;
use super::pool::Pool;
use super::record::Record;
use super::same::hashed;
use super::source::{Opened, Part};
use crate::journal::{Completing, PartRecord, Recipe};
use crate::model::send::{Access, Cell, Pace, Phase};
use crate::model::{Algorithm, Target};
use crate::protocol::{Fault, News};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// How often is told how far it is.
const OFTEN: Duration = Duration::from_millis(250);
/// Records of parts become durable at least this often.
const GROUP: Duration = Duration::from_secs(1);
/// After a cancel or a failure the parts in flight get so long to arrive.
const GRACE: Duration = Duration::from_secs(3);
/// Held parts are compared so many at once while others are sent.
const COMPARING: usize = 2;

/// One upload under way.
#[derive(Debug)]
pub(super) struct Transfer<'a> {
    pub(super) job: &'a Job,
    pub(super) asker: Asker,
    pub(super) board: Arc<Board>,
    pub(super) pool: Pool,
    pub(super) recipe: Recipe,
    pub(super) access: Access,
    pub(super) opened: Opened,
    pub(super) record: Record,
    pub(super) target: Target,
    /// The upload's own.
    pub(super) algorithm: Option<Algorithm>,
    /// The service may be one that refuses checksums: then parts go without.
    pub(super) may_fall_back: bool,
    pub(super) checks: Checks,
    /// What the service has.
    pub(super) held: BTreeMap<u32, crate::model::Part>,
    /// What was recorded when it was sent.
    pub(super) known: BTreeMap<u32, PartRecord>,
    /// What is held and was found equal before: neither read nor sent again.
    pub(super) verified: BTreeMap<u32, PartRecord>,
    /// What the object has to be, once a Complete was asked for.
    pub(super) completing: OnceLock<Completing>,
    /// Bytes that the service has of this upload for certain.
    pub(super) arrived: AtomicU64,
    /// Those of them that were sent now.
    pub(super) sent: AtomicU64,
}

/// What turned out on the way.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// It refuses a checksum with a part.
    pub(super) refused: AtomicBool,
    /// Its `ETag`s are no MD5s although they look like it.
    pub(super) odd_etags: AtomicBool,
    /// It was told that the journal cannot be written.
    pub(super) is_warned: AtomicBool,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Compare(u32),
    Send(u32),
    /// Whatever comes next out of a stream.
    Next,
}

#[derive(Debug)]
struct Plan {
    compare: VecDeque<u32>,
    send: VecDeque<u32>,
    comparing: usize,
    /// A stream that has not ended.
    stream: bool,
}

impl Plan {
    fn next(&mut self) -> Option<Work> {
        if self.stream {
            return Some(Work::Next);
        }
        let compare = self.comparing < COMPARING || self.send.is_empty();
        if compare && let Some(number) = self.compare.pop_front() {
            self.comparing += 1;
            return Some(Work::Compare(number));
        }
        self.send.pop_front().map(Work::Send)
    }

    fn is_empty(&self) -> bool {
        !self.stream && self.compare.is_empty() && self.send.is_empty()
    }
}

/// Which work ended, and its part; `None` at a stream's end.
type Ended = (Work, Result<Option<PartRecord>, Stop>);

impl Transfer<'_> {
    /// Brings every part to the service; answers them by number.
    pub(super) async fn run(&self) -> Result<BTreeMap<u32, PartRecord>, Stop> {
        let mut plan = self.plan();
        let mut done = self.verified();
        let mut running = FuturesUnordered::new();
        let mut ticks = interval(OFTEN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pauses = self.job.control.pauses();
        let mut paces = self.job.control.paces();
        let mut stop: Option<(Stop, Instant)> = None;
        let mut synced = Instant::now();
        self.board.begin_waiting();
        loop {
            let held = *pauses.borrow_and_update();
            self.set_pace(*paces.borrow_and_update());
            self.set_phase(held);
            while stop.is_none()
                && !held
                && running.len() < self.board.width(|width| width.get())
                && let Some(work) = plan.next()
            {
                running.push(self.one(work));
            }
            if running.is_empty() && (stop.is_some() || plan.is_empty()) {
                break;
            }
            self.board.count_time(!running.is_empty());
            let idle = running.is_empty();
            tokio::select! {
                Some(ended) = running.next() => {
                    if let Err(fault) = self.take(ended, &mut plan, &mut done).await {
                        stop.get_or_insert((fault, Instant::now() + GRACE));
                    }
                }
                _ = ticks.tick(), if !idle => {
                    self.report();
                    if synced.elapsed() >= GROUP {
                        self.warn(self.record.sync().await).await;
                        synced = Instant::now();
                    }
                }
                _ = pauses.changed() => {}
                _ = paces.changed() => {}
                () = self.job.cancel.cancelled(), if stop.is_none() => {
                    let grace = if self.job.control.is_dropped() { Duration::ZERO } else { GRACE };
                    stop = Some((Stop::Cancelled, Instant::now() + grace));
                }
                () = at(stop.as_ref().map(|(_, at)| *at)) => break,
            }
        }
        drop(running);
        self.board.count_time(false);
        self.warn(self.record.sync().await).await;
        self.report();
        match stop {
            Some((stop, _)) => Err(stop),
            None => Ok(done),
        }
    }

    fn set_pace(&self, pace: Option<Pace>) {
        if let Some(pace) = pace {
            self.board.limiter.set(pace.limit);
            self.board.width(|width| width.fix(self.fixed(pace)));
        }
    }

    fn set_phase(&self, paused: bool) {
        self.board.tell(|told| match (paused, told.phase) {
            (true, Phase::Preparing | Phase::Sending | Phase::Waiting) => {
                told.phase = Phase::Paused;
            }
            (false, Phase::Preparing | Phase::Paused) => told.phase = Phase::Sending,
            _ => {}
        });
        if paused {
            self.board.begin_waiting();
            self.report();
        }
    }

    fn plan(&self) -> Plan {
        let layout = &self.recipe.layout;
        let numbers = 1..=layout.count().unwrap_or(0);
        let numbers = numbers.filter(|number| !self.verified.contains_key(number));
        let fits = |number: &u32| {
            let held = self.held.get(number).map(|part| part.size);
            held.is_some() && held == layout.piece(*number).map(|piece| piece.len)
        };
        let (compare, send): (VecDeque<u32>, VecDeque<u32>) = match self.opened.chosen() {
            Some(chosen) => (VecDeque::new(), chosen),
            None => numbers.partition(fits),
        };
        for number in &compare {
            self.board.mark(*number, Cell::Held);
        }
        Plan {
            compare,
            send,
            comparing: 0,
            stream: self.opened.record.is_stream,
        }
    }

    /// What is done before it begins.
    fn verified(&self) -> BTreeMap<u32, PartRecord> {
        for (number, part) in &self.verified {
            self.board.stored(part.size, true);
            self.arrived.fetch_add(part.size, Ordering::Relaxed);
            self.board.mark(*number, Cell::Done);
        }
        self.verified.clone()
    }

    /// Takes in what ended.
    async fn take(
        &self,
        (work, result): Ended,
        plan: &mut Plan,
        done: &mut BTreeMap<u32, PartRecord>,
    ) -> Result<(), Stop> {
        if matches!(work, Work::Compare(_)) {
            plan.comparing -= 1;
        }
        match result? {
            Some(part) => {
                self.warn(self.record.part(part.clone()).await).await;
                if let Some(placed) = self.opened.placed(&part, self.job.clock.now()) {
                    self.job.tell(News::Placed(Box::new(placed))).await;
                }
                done.insert(part.number, part);
            }
            None => plan.stream = false,
        }
        Ok(())
    }

    async fn one(&self, work: Work) -> Ended {
        let result = match work {
            Work::Compare(number) | Work::Send(number) => self.of_file(number).await,
            Work::Next => self.of_stream().await,
        };
        (work, result)
    }

    async fn of_file(&self, number: u32) -> Result<Option<PartRecord>, Stop> {
        let Some((from, piece)) = self.opened.place_of(number, &self.recipe.layout) else {
            return Ok(None);
        };
        if let Some(source) = from.copied() {
            return self.copy_part(source, piece).await.map(Some);
        }
        let read = from.read_at(piece, &self.pool, self.hash_by(number));
        let part = read.await.map_err(Stop::Fault)?;
        self.settle(part).await.map(Some)
    }

    async fn of_stream(&self) -> Result<Option<PartRecord>, Stop> {
        let layout = &self.recipe.layout;
        let read = self.opened.read_next(layout, &self.pool, self.algorithm);
        match read.await.map_err(Stop::Fault)? {
            Some(part) => self.settle(part).await.map(Some),
            None => Ok(None),
        }
    }

    /// Compares a part with what the service has, and sends it if they differ.
    async fn settle(&self, part: Part) -> Result<PartRecord, Stop> {
        let (piece, number) = (part.piece, part.piece.number);
        let len = usize::try_from(piece.len).unwrap_or(usize::MAX);
        let (bytes, read) = (part.buffer.freeze(len), part.checksum);
        self.board.mark(number, Cell::Moving);
        if let Some(held) = self.held.get(&number)
            && held.size == piece.len
            && self.is_same(held, &bytes, read.as_ref()).await
        {
            self.board.stored(piece.len, true);
            self.arrived.fetch_add(piece.len, Ordering::Relaxed);
            self.board.mark(number, Cell::Done);
            return Ok(PartRecord {
                number,
                size: piece.len,
                etag: held.etag.clone(),
                checksum: read.or_else(|| held.checksum.clone()),
            });
        }
        let checksum = match (self.algorithm, read) {
            (Some(wanted), Some(read)) if read.algorithm == wanted.name() => Some(read),
            (Some(wanted), _) => Some(hashed(wanted, &bytes).await),
            (None, _) => None,
        };
        let sent = self.send_part(number, &bytes, checksum).await;
        self.board.mark(
            number,
            match &sent {
                Ok(_) => Cell::Done,
                Err(Stop::Cancelled) => Cell::Missing,
                Err(Stop::Fault(_)) => Cell::Troubled,
            },
        );
        let record = sent?;
        self.board.stored(piece.len, false);
        self.arrived.fetch_add(piece.len, Ordering::Relaxed);
        self.sent.fetch_add(piece.len, Ordering::Relaxed);
        Ok(record)
    }

    /// Tells how far it is.
    pub(super) fn report(&self) {
        report(self.job, &self.board);
    }

    /// What goes wrong with the journal ends nothing, but is told; a full disk only once, not at every part.
    pub(super) async fn warn(&self, written: Result<(), Fault>) {
        if let Err(fault) = written
            && !self.checks.is_warned.swap(true, Ordering::Relaxed)
        {
            let hint =
                "the upload goes on; if it is interrupted, a resume asks the service what it has";
            let hint = hint.to_owned();
            self.job.tell(News::Warning(Fault { hint, ..fault })).await;
        }
    }

    /// Whether parts are sent with their checksum.
    pub(super) fn sends_checksums(&self) -> bool {
        self.algorithm.is_some() && !self.checks.refused.load(Ordering::Relaxed)
    }
}

/// Tells how far a job is.
pub(super) fn report(job: &Job, board: &Board) {
    let mut told = board.snapshot(job.clock.now());
    if told.trouble.is_none() && job.pacers.are_throttled() {
        told.trouble = Some("the service asks to slow down".to_owned());
    }
    job.sending(told);
}

/// Waits until then; without a time for ever.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}
