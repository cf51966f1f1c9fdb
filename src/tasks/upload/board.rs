//! How far a job is: counted where it happens, summed up for whoever watches.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Limiter, Width};
use crate::model::Timestamp;
use crate::model::pace::Pace;
use crate::model::plan::Layout;
use crate::model::send::{Cell, Phase, Sending};
use crate::s3::Meter;
use crate::tasks::job::lock;

/// What a job has done so far.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) limiter: Limiter,
    /// Bytes that left this machine, repeated ones included.
    traffic: AtomicU64,
    in_flight: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    told: Sending,
    width: Width,
    /// One a part of the upload under way; empty for a stream beyond its last part.
    cells: Vec<Cell>,
    /// Since when the samples count their time.
    origin: Instant,
    samples: Pace,
    /// Time that was spent sending, and since when it is spent now.
    active: Duration,
    since: Option<Instant>,
    /// When anything last succeeded.
    success: Instant,
    /// Whether anything ever did.
    succeeded: bool,
}

impl Board {
    pub(super) fn new(limit: Option<u64>) -> Self {
        Self {
            limiter: Limiter::new(limit),
            traffic: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            state: Mutex::new(State {
                told: Sending::default(),
                width: Width::new(1, 1),
                cells: Vec::new(),
                origin: Instant::now(),
                samples: Pace::default(),
                active: Duration::ZERO,
                since: None,
                success: Instant::now(),
                succeeded: false,
            }),
        }
    }

    /// Changes what is told.
    pub(super) fn tell(&self, change: impl FnOnce(&mut Sending)) {
        change(&mut lock(&self.state).told);
    }

    pub(super) fn width<T>(&self, ask: impl FnOnce(&mut Width) -> T) -> T {
        ask(&mut lock(&self.state).width)
    }

    /// An upload in parts begins, or goes on.
    pub(super) fn begin_parts(&self, layout: &Layout, max_width: usize) {
        let mut state = lock(&self.state);
        state.width = Width::new(max_width, layout.part_size);
        state.cells = vec![Cell::Missing; layout.count().unwrap_or(0) as usize];
        state.told.parts = layout.count();
        state.told.parts_done = 0;
    }

    /// What is known of a part now.
    pub(super) fn mark(&self, number: u32, cell: Cell) {
        let mut state = lock(&self.state);
        let index = (number as usize).saturating_sub(1);
        if index >= state.cells.len() {
            state.cells.resize(index + 1, Cell::Missing);
        }
        let before = std::mem::replace(&mut state.cells[index], cell);
        match (before == Cell::Done, cell == Cell::Done) {
            (false, true) => state.told.parts_done += 1,
            (true, false) => state.told.parts_done -= 1,
            _ => {}
        }
    }

    /// The service has `bytes` more for certain.
    pub(super) fn stored(&self, bytes: u64, reused: bool) {
        let mut state = lock(&self.state);
        state.told.stored += bytes;
        if reused {
            state.told.reused += bytes;
        }
        state.success = Instant::now();
    }

    /// A request went well: whatever troubled is over.
    pub(super) fn succeeded(&self) {
        let mut state = lock(&self.state);
        state.success = Instant::now();
        state.succeeded = true;
        if state.told.trouble.take().is_some() && state.told.phase == Phase::Waiting {
            state.told.phase = Phase::Sending;
        }
    }

    /// A request is sent again.
    pub(super) fn repeated(&self) {
        lock(&self.state).told.retries += 1;
    }

    /// A request failed again and again; it is tried once more after a pause.
    pub(super) fn troubled(&self, trouble: String) {
        let mut state = lock(&self.state);
        state.width.struggled();
        state.told.trouble = Some(trouble);
        if state.told.phase == Phase::Sending {
            state.told.phase = Phase::Waiting;
        }
    }

    /// Whether anything of this job ever went well.
    pub(super) fn has_succeeded(&self) -> bool {
        lock(&self.state).succeeded
    }

    /// How long nothing has succeeded.
    pub(super) fn barren(&self) -> Duration {
        lock(&self.state).success.elapsed()
    }

    /// From now on a lull counts anew: it was paused, or has just begun.
    pub(super) fn begin_waiting(&self) {
        let mut state = lock(&self.state);
        state.success = Instant::now();
        state.width.rested();
    }

    /// Starts or stops the time that the average counts.
    pub(super) fn count_time(&self, on: bool) {
        let mut state = lock(&self.state);
        match (on, state.since) {
            (true, None) => state.since = Some(Instant::now()),
            (false, Some(since)) => {
                state.active += since.elapsed();
                state.since = None;
                state.samples.rest();
                state.width.rested();
            }
            _ => {}
        }
    }

    /// Bytes that left this machine so far.
    pub(super) fn traffic(&self) -> u64 {
        self.traffic.load(Ordering::Relaxed)
    }

    /// Everything as it is now; `now` is the wall clock's time, for the deadline.
    pub(super) fn snapshot(&self, now: Timestamp) -> Sending {
        let traffic = self.traffic();
        let at = Instant::now();
        let mut state = lock(&self.state);
        state.width.moved(at, traffic);
        let since = at.duration_since(state.origin);
        state.samples.note(since, traffic);
        let lately = state.samples.lately(since, traffic);
        let rate = lately.map_or(0, |(span, bytes)| per_second(bytes, span));
        let active = state.active + state.since.map_or(Duration::ZERO, |since| since.elapsed());
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let mut told = state.told.clone();
        told.in_flight = in_flight;
        told.rate = rate;
        told.average = per_second(traffic, active);
        told.width = state.width.get();
        told.max_width = state.width.max();
        told.limit = self.limiter.limit();
        told.map = condensed(&state.cells);
        told.left = time_left(&told);
        let end = told.left.map(|left| now.plus(left));
        told.late = told
            .deadline
            .is_some_and(|deadline| end.is_some_and(|end| end > deadline) || now > deadline);
        told
    }
}

fn time_left(told: &Sending) -> Option<Duration> {
    let total = told.total?;
    let rate = if told.rate > 0 {
        told.rate
    } else {
        told.average
    };
    let missing = total.saturating_sub(told.stored + told.in_flight);
    let going = matches!(
        told.phase,
        Phase::Sending | Phase::Waiting | Phase::Comparing
    );
    (rate > 0 && going).then(|| Duration::from_secs(missing / rate))
}

fn per_second(bytes: u64, span: Duration) -> u64 {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    if millis < 100 {
        return 0;
    }
    let rate = u128::from(bytes) * 1000 / u128::from(millis);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// At most [`Sending::CELLS`] cells; one that stands for several parts shows the one that needs most attention.
fn condensed(cells: &[Cell]) -> Vec<Cell> {
    if cells.len() <= Sending::CELLS {
        return cells.to_vec();
    }
    let wide = cells.len().div_ceil(Sending::CELLS);
    let most = |group: &[Cell]| {
        let rank = |cell: &Cell| match cell {
            Cell::Troubled => 5,
            Cell::Different => 4,
            Cell::Moving => 3,
            Cell::Missing => 2,
            Cell::Held => 1,
            Cell::Done => 0,
        };
        group.iter().copied().max_by_key(rank).unwrap_or_default()
    };
    cells.chunks(wide).map(most).collect()
}

/// The bytes of one request on their way.
pub(super) struct PartMeter {
    board: Arc<Board>,
    passed: AtomicU64,
    is_counted: AtomicBool,
    last: Mutex<Instant>,
}

impl fmt::Debug for PartMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartMeter")
    }
}

impl PartMeter {
    pub(super) fn new(board: &Arc<Board>) -> Self {
        Self {
            board: Arc::clone(board),
            passed: AtomicU64::new(0),
            is_counted: AtomicBool::new(false),
            last: Mutex::new(Instant::now()),
        }
    }

    /// Bytes that left this machine in the present try.
    pub(super) fn passed_bytes(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// Whether bytes are counted at all: a body that is signed goes in one piece.
    pub(super) fn is_counted(&self) -> bool {
        self.is_counted.load(Ordering::Relaxed)
    }

    /// How long no byte has gone.
    pub(super) fn idle(&self) -> Duration {
        lock(&self.last).elapsed()
    }

    /// The request is over: its bytes are no longer under way.
    pub(super) fn settle(&self) -> u64 {
        let passed = self.passed.swap(0, Ordering::Relaxed);
        self.board.in_flight.fetch_sub(passed, Ordering::Relaxed);
        passed
    }

    /// A body that was not counted has gone as a whole.
    pub(super) fn went_whole(&self, bytes: u64) {
        if !self.is_counted() {
            self.board.traffic.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

impl Meter for PartMeter {
    fn restarted(&self) {
        self.settle();
        self.is_counted.store(true, Ordering::Relaxed);
        *lock(&self.last) = Instant::now();
    }

    fn passed(&self, bytes: usize) {
        let bytes = bytes as u64;
        self.passed.fetch_add(bytes, Ordering::Relaxed);
        self.board.in_flight.fetch_add(bytes, Ordering::Relaxed);
        self.board.traffic.fetch_add(bytes, Ordering::Relaxed);
        *lock(&self.last) = Instant::now();
    }

    fn wait(&self, bytes: usize) -> Option<Duration> {
        let wait = self.board.limiter.wait(bytes);
        if wait.is_some() {
            // Held back by ourselves: that is no stall.
            *lock(&self.last) = Instant::now();
        }
        wait
    }

    fn slice(&self) -> usize {
        self.board.limiter.slice()
    }
}

impl Drop for PartMeter {
    fn drop(&mut self) {
        self.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_shows_what_needs_attention() {
        let mut cells = vec![Cell::Done; 10_000];
        cells[0] = Cell::Troubled;
        cells[9_999] = Cell::Missing;
        let map = condensed(&cells);
        assert!(map.len() <= Sending::CELLS);
        assert_eq!((map[0], map[1]), (Cell::Troubled, Cell::Done));
        assert_eq!(map.last(), Some(&Cell::Missing));
    }

    #[tokio::test(start_paused = true)]
    async fn rates_and_the_time_left_are_those_of_the_last_seconds() {
        let board = Arc::new(Board::new(None));
        board.tell(|told| {
            told.total = Some(100_000_000);
            told.phase = Phase::Sending;
            told.deadline = Some(Timestamp::from_secs(10));
        });
        board.count_time(true);
        let meter = PartMeter::new(&board);
        let mut told = Sending::default();
        for second in 0..20 {
            told = board.snapshot(Timestamp::from_secs(0));
            meter.passed(if second < 10 { 1_000_000 } else { 2_000_000 });
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(
            (1_900_000..=2_100_000).contains(&told.rate),
            "{}",
            told.rate
        );
        assert!((1_300_000..=1_600_000).contains(&told.average));
        assert!(told.left.is_some_and(|left| left > Duration::from_secs(30)));
        assert!(told.late, "the end lies behind the deadline");
        assert_eq!(told.in_flight, 28_000_000);
        drop(meter);
        assert_eq!(board.snapshot(Timestamp::from_secs(0)).in_flight, 0);
    }
}
