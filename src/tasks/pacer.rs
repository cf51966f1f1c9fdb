//! How fast a bucket is asked: shared by all its jobs, the most urgent first, slower when the service says so.
//!
//! The SDK's own retry does not survive a storm of `SlowDown`, since its client-wide bucket of retry tokens
//! runs dry. Here a throttled request goes back to the front of its class, the width halves at most once for
//! each back-off, and grows by one for each window (as many successes as the width) without throttling.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::job::lock;
use crate::protocol::{Fault, Kind, Urgency};

/// The width never falls below this: sixteen requests for each back-off are gentle on every service, and a
/// storm that counts refusals instead of time would otherwise last for hours.
const FLOOR: usize = 16;
/// Nothing succeeded for this long: whoever is throttled now fails.
const PATIENCE: Duration = Duration::from_secs(300);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// So long after a back-off a lower width still counts as being throttled.
const LINGER: Duration = Duration::from_secs(5);
/// How often a request is sent whose answer is lost or a server's failure.
const NETWORK_TRIES: u32 = 4;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The job was cancelled before the request was sent, or could be sent again.
    Cancelled,
    Fault(Fault),
}

/// Listings in flight at the same time, whatever their buckets: each takes a connection, and systems give a program
/// 256 files at the least.
pub(super) const ABREAST: usize = 96;

/// One pacer for each bucket, and one gate that all listings go through.
#[derive(Debug)]
pub(super) struct Pacers {
    width: usize,
    of: Mutex<HashMap<String, Arc<Pacer>>>,
    gate: Arc<Pacer>,
    /// Buckets that are listed in stretches now.
    spread: Arc<AtomicUsize>,
}

/// A bucket's share of what is listed in stretches; over when dropped.
#[derive(Debug)]
pub(super) struct Share(Arc<AtomicUsize>);

impl Share {
    /// How many stretches it may list side by side now, `width` at most: pages that nobody takes are held for each.
    pub(super) fn width(&self, width: usize) -> usize {
        let buckets = self.0.load(Ordering::Relaxed).max(1);
        (ABREAST / buckets).clamp(1, width)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pacers {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            of: Mutex::default(),
            gate: Arc::new(Pacer::new(ABREAST)),
            spread: Arc::default(),
        }
    }

    /// Joins those that are listed in stretches: the more there are, the fewer stretches has each.
    pub(super) fn share(&self) -> Share {
        self.spread.fetch_add(1, Ordering::Relaxed);
        Share(Arc::clone(&self.spread))
    }

    /// What listings of all buckets go through, the most urgent first. It narrows when several buckets are throttled.
    pub(super) fn gate(&self) -> Arc<Pacer> {
        Arc::clone(&self.gate)
    }

    /// The bucket's pacer; the empty name is the account's.
    pub(super) fn of(&self, bucket: &str) -> Arc<Pacer> {
        let mut of = lock(&self.of);
        if let Some(pacer) = of.get(bucket) {
            return Arc::clone(pacer);
        }
        let pacer = Arc::new(Pacer::new(self.width));
        of.insert(bucket.to_owned(), Arc::clone(&pacer));
        pacer
    }

    /// Whether any bucket is asked more slowly because the service asked for it.
    pub(super) fn are_throttled(&self) -> bool {
        lock(&self.of).values().any(|pacer| pacer.is_throttled())
    }
}

/// Hands out turns.
pub(super) struct Pacer {
    limit: usize,
    state: Mutex<State>,
    paused: Notify,
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("Pacer")
            .field("width", &state.width)
            .field("in_flight", &state.in_flight)
            .finish_non_exhaustive()
    }
}

struct State {
    width: usize,
    in_flight: usize,
    /// Successes since the last growth or throttling.
    clean: usize,
    /// The current or last back-off: when it began and until when nothing is sent.
    pause: Option<(Instant, Instant)>,
    /// How many back-offs there were.
    backoffs: u64,
    /// The first throttling since anything succeeded.
    storm: Option<Instant>,
    /// Of a gate: the bucket that was throttled last, by its pacer's address.
    whose: Option<usize>,
    waiting: [VecDeque<oneshot::Sender<Permit>>; 3],
}

impl State {
    fn may_start(&self) -> bool {
        self.in_flight < self.width && self.pause.is_none_or(|(_, until)| Instant::now() >= until)
    }

    /// The next one to go, if one may.
    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        while self.may_start() {
            let next = self.waiting.iter_mut().find_map(VecDeque::pop_front)?;
            if !next.is_closed() {
                self.in_flight += 1;
                return Some(next);
            }
        }
        None
    }
}

/// A turn; gives it back when dropped.
struct Permit(Arc<Pacer>);

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.0.state).in_flight -= 1;
        self.0.dispatch();
    }
}

impl Pacer {
    pub(super) fn new(limit: usize) -> Self {
        let limit = limit.max(1);
        Self {
            limit,
            state: Mutex::new(State {
                width: limit,
                in_flight: 0,
                clean: 0,
                pause: None,
                backoffs: 0,
                storm: None,
                whose: None,
                waiting: Default::default(),
            }),
            paused: Notify::new(),
        }
    }

    /// Whether work goes on at a lower rate because the service asked for it.
    pub(super) fn is_throttled(&self) -> bool {
        let state = lock(&self.state);
        let paused = |(_, until)| Instant::now() < until + LINGER;
        state.storm.is_some() || state.width < self.limit && state.pause.is_some_and(paused)
    }

    /// How often the service asked for less so far.
    pub(super) fn backoffs(&self) -> u64 {
        lock(&self.state).backoffs
    }

    /// Sends a request when its turn comes, and again while that may help. `ask` is told how many answers to
    /// it were lost before. Cancelling wakes whoever waits; a request in flight ends first.
    pub(super) async fn run<T, F, A>(
        self: &Arc<Self>,
        urgency: Urgency,
        cancel: &CancellationToken,
        ask: A,
    ) -> Result<T, Stop>
    where
        A: FnMut(u32) -> F,
        F: Future<Output = Result<T, Fault>>,
    {
        self.run_through(None, urgency, cancel, ask).await
    }

    /// The same, where each request also takes a turn of `gate` while it is in flight.
    pub(super) async fn run_through<T, F, A>(
        self: &Arc<Self>,
        gate: Option<&Arc<Self>>,
        urgency: Urgency,
        cancel: &CancellationToken,
        mut ask: A,
    ) -> Result<T, Stop>
    where
        A: FnMut(u32) -> F,
        F: Future<Output = Result<T, Fault>>,
    {
        let mut lost = 0;
        let mut last_lost = None;
        let mut front = false;
        loop {
            let Some(permit) = self.acquire(urgency, front, cancel).await else {
                // A lost answer may have been a success: that must not pass for "not sent".
                return Err(last_lost.map_or(Stop::Cancelled, Stop::Fault));
            };
            let through = match gate {
                Some(gate) => gate.acquire(urgency, front, cancel).await,
                None => None,
            };
            if gate.is_some() && through.is_none() {
                return Err(last_lost.map_or(Stop::Cancelled, Stop::Fault));
            }
            let started = Instant::now();
            let answer = ask(lost).await;
            drop(through);
            match answer {
                Ok(answer) => {
                    self.succeeded();
                    if let Some(gate) = gate {
                        gate.succeeded();
                    }
                    return Ok(answer);
                }
                Err(fault) if fault.kind == Kind::Throttled => {
                    if let Some(gate) = gate {
                        gate.hear_of(self, started);
                    }
                    if self.throttled(started) > PATIENCE {
                        return Err(Stop::Fault(fault));
                    }
                    front = true;
                }
                Err(fault) if fault.kind == Kind::Network => {
                    lost += 1;
                    if lost >= NETWORK_TRIES {
                        return Err(Stop::Fault(fault));
                    }
                    drop(permit);
                    last_lost = Some(fault);
                    tokio::select! {
                        () = cancel.cancelled() => {}
                        () = sleep(jitter(Duration::from_millis(100 << lost))) => {}
                    }
                }
                Err(fault) => {
                    // The service answers, so it does not throttle.
                    self.succeeded();
                    return Err(Stop::Fault(fault));
                }
            }
        }
    }

    async fn acquire(
        self: &Arc<Self>,
        urgency: Urgency,
        front: bool,
        cancel: &CancellationToken,
    ) -> Option<Permit> {
        let (sender, mut turn) = oneshot::channel();
        {
            let queue = &mut lock(&self.state).waiting[urgency as usize];
            if front {
                queue.push_front(sender);
            } else {
                queue.push_back(sender);
            }
        }
        self.dispatch();
        loop {
            let changed = self.paused.notified();
            let until = lock(&self.state).pause.map(|(_, until)| until);
            let until = until.filter(|until| *until > Instant::now());
            tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                permit = &mut turn => return permit.ok(),
                () = changed => {}
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => self.dispatch(),
            }
        }
    }

    fn dispatch(self: &Arc<Self>) {
        loop {
            // Sent without the lock: a permit that nobody takes gives itself back.
            let Some(next) = lock(&self.state).next() else {
                return;
            };
            let _ = next.send(Permit(Arc::clone(self)));
        }
    }

    fn succeeded(&self) {
        let mut state = lock(&self.state);
        state.storm = None;
        state.clean += 1;
        if state.clean >= state.width {
            state.clean = 0;
            state.width = self.limit.min(state.width + 1);
        }
    }

    /// Of a gate: notes that a bucket was throttled. One that is asked too much is its own affair; as soon as it is
    /// another one than before, it is the service that all of them ask too much.
    fn hear_of(&self, bucket: &Arc<Self>, started: Instant) {
        let bucket = Arc::as_ptr(bucket).addr();
        let before = lock(&self.state).whose.replace(bucket);
        if before.is_some_and(|before| before != bucket) {
            self.throttled(started);
        }
    }

    /// Notes that a request begun at `started` was throttled; tells how long nothing has succeeded.
    fn throttled(&self, started: Instant) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let storm = now - *state.storm.get_or_insert(now);
        state.clean = 0;
        // A request sent before the back-off began tells nothing new.
        if state.pause.is_none_or(|(since, _)| started > since) {
            state.width = (state.width / 2).max(FLOOR.min(self.limit));
            let pause = jitter((storm / 32).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
            state.pause = Some((now, now + pause));
            state.backoffs += 1;
            drop(state);
            self.paused.notify_waiters();
        }
        storm
    }
}

/// Three to five quarters of `span`, so that clients do not come back together.
fn jitter(span: Duration) -> Duration {
    span.mul_f64(0.75 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Operation;

    fn fault(kind: Kind) -> Fault {
        Fault {
            operation: Operation::ListParts,
            target: String::new(),
            kind,
            code: None,
            message: String::new(),
            hint: String::new(),
        }
    }

    async fn send(pacer: &Arc<Pacer>, answer: Result<(), Kind>) -> Result<(), Stop> {
        let cancel = CancellationToken::new();
        let mut answer = Some(answer);
        let ask = |_| {
            let answer = answer.take().unwrap_or(Ok(()));
            async move {
                sleep(Duration::from_millis(10)).await;
                answer.map_err(fault)
            }
        };
        pacer.run(Urgency::Visible, &cancel, ask).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_width_halves_once_for_each_back_off_and_recovers() {
        let pacer = Arc::new(Pacer::new(64));
        let width = || lock(&pacer.state).width;
        let storm = (0..64).map(|_| send(&pacer, Err(Kind::Throttled)));
        let storm = futures_util::future::join_all(storm);
        let mut storm = std::pin::pin!(storm);
        let early = tokio::time::timeout(Duration::from_millis(50), &mut storm).await;
        assert!(early.is_err(), "all wait for the back-off to end");
        assert_eq!(width(), 32, "64 refusals of one window halve once");
        assert!(pacer.is_throttled());
        assert!(storm.await.iter().all(Result::is_ok));
        assert_eq!(width(), 33, "64 successes are one clean window of 32");
        for _ in 0..31 {
            let window = (0..width()).map(|_| send(&pacer, Ok(())));
            futures_util::future::join_all(window).await;
        }
        assert_eq!(width(), 64);
        assert!(!pacer.is_throttled());
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_narrows_only_when_several_buckets_are_throttled() {
        let pacers = Pacers::new(64);
        let gate = pacers.gate();
        let width = || lock(&gate.state).width;
        let cancel = CancellationToken::new();
        let ask = async |bucket: &str, refusals: u32| {
            let mut left = refusals;
            let ask = |_| {
                let refused = left > 0;
                left = left.saturating_sub(1);
                async move {
                    sleep(Duration::from_millis(10)).await;
                    if refused {
                        Err(fault(Kind::Throttled))
                    } else {
                        Ok(())
                    }
                }
            };
            let pacer = pacers.of(bucket);
            let through = Some(&gate);
            pacer
                .run_through(through, Urgency::Visible, &cancel, ask)
                .await
        };
        assert_eq!(ask("hot", 3).await, Ok(()));
        assert_eq!(width(), ABREAST);
        let both = tokio::join!(ask("hot", 1), ask("other", 1));
        assert_eq!(both, (Ok(()), Ok(())));
        assert_eq!(width(), ABREAST / 2);
        // One clean window later it is wider by one.
        for _ in 0..ABREAST / 2 {
            assert_eq!(ask("third", 0).await, Ok(()));
        }
        assert_eq!(width(), ABREAST / 2 + 1);
    }

    #[test]
    fn buckets_in_stretches_share_what_there_is() {
        let pacers = Pacers::new(64);
        let first = pacers.share();
        assert_eq!(first.width(16), 16);
        let others: Vec<Share> = (0..47).map(|_| pacers.share()).collect();
        assert_eq!((first.width(16), others[0].width(16)), (2, 2));
        let many: Vec<Share> = (0..500).map(|_| pacers.share()).collect();
        assert_eq!(first.width(16), 1);
        drop((others, many));
        assert_eq!(first.width(16), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn the_urgent_go_first_and_the_throttled_before_their_equals() {
        let pacer = Arc::new(Pacer::new(1));
        let order = Mutex::new(Vec::new());
        let cancel = CancellationToken::new();
        let one = |name: &'static str, urgency| {
            let (pacer, order, cancel) = (&pacer, &order, &cancel);
            async move {
                let mut tries = 0;
                let ask = |_| {
                    tries += 1;
                    lock(order).push(name);
                    let throttle = name == "first" && tries == 1;
                    async move {
                        sleep(Duration::from_millis(10)).await;
                        if throttle {
                            return Err(fault(Kind::Throttled));
                        }
                        Ok(())
                    }
                };
                pacer.run(urgency, cancel, ask).await
            }
        };
        let all = tokio::join!(
            one("first", Urgency::Marked),
            one("background", Urgency::Background),
            one("marked", Urgency::Marked),
            one("visible", Urgency::Visible),
        );
        assert_eq!(all, (Ok(()), Ok(()), Ok(()), Ok(())));
        assert_eq!(
            *lock(&order),
            ["first", "visible", "first", "marked", "background"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn turns_of_those_who_gave_up_are_not_lost() {
        let pacer = Arc::new(Pacer::new(1));
        for _ in 0..50 {
            let gone = tokio::time::timeout(Duration::from_millis(5), send(&pacer, Ok(()))).await;
            assert!(gone.is_err());
        }
        let cancel = CancellationToken::new();
        let busy = send(&pacer, Ok(()));
        let waiting = async {
            let ask = |_| async { Ok::<(), Fault>(()) };
            pacer.run(Urgency::Visible, &cancel, ask).await
        };
        let cancelling = async { cancel.cancel() };
        let (busy, waiting, ()) = tokio::join!(busy, waiting, cancelling);
        assert_eq!((busy, waiting), (Ok(()), Err(Stop::Cancelled)));
        assert_eq!(send(&pacer, Ok(())).await, Ok(()));
        assert_eq!(lock(&pacer.state).in_flight, 0);
    }
}
