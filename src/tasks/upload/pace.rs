//! How fast bytes may go: the cap on bytes a second, and how many parts at once a link carries.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::s3::SLICE;
use crate::tasks::job::lock;

/// Unused time counts for so long: after a lull a little more may go at once.
const BURST: Duration = Duration::from_millis(250);
/// However slow, so much goes at once.
const SMALLEST_SLICE: usize = 1024;

/// The cap on bytes a second, shared by all bodies of a job.
#[derive(Debug)]
pub(super) struct Limiter {
    state: Mutex<Cap>,
}

#[derive(Debug)]
struct Cap {
    /// Bytes a second.
    limit: Option<u64>,
    /// What has been let through so far is paid for then.
    paid: Instant,
}

impl Limiter {
    pub(super) fn new(limit: Option<u64>) -> Self {
        let cap = Cap {
            limit: limit.filter(|limit| *limit > 0),
            paid: Instant::now(),
        };
        Self {
            state: Mutex::new(cap),
        }
    }

    pub(super) fn set(&self, limit: Option<u64>) {
        let limit = limit.filter(|limit| *limit > 0);
        let mut cap = lock(&self.state);
        if cap.limit != limit {
            cap.limit = limit;
            cap.paid = Instant::now();
        }
    }

    pub(super) fn limit(&self) -> Option<u64> {
        lock(&self.state).limit
    }

    /// How many bytes to ask for at once, so that a low cap still lets something pass several times a second.
    pub(super) fn slice(&self) -> usize {
        self.limit().map_or(SLICE, |limit| {
            let eighth = usize::try_from(limit / 8).unwrap_or(SLICE);
            eighth.clamp(SMALLEST_SLICE, SLICE)
        })
    }

    /// Lets `bytes` pass, or says how long to wait before asking again.
    pub(super) fn wait(&self, bytes: usize) -> Option<Duration> {
        let now = Instant::now();
        let mut cap = lock(&self.state);
        let limit = cap.limit?;
        if cap.paid > now {
            return Some(cap.paid - now);
        }
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        #[expect(clippy::cast_precision_loss, reason = "a fraction of a second")]
        let cost = Duration::from_secs_f64(bytes as f64 / limit as f64);
        cap.paid = cap.paid.max(earliest) + cost;
        None
    }
}

/// A part should take no longer than this, or a broken connection costs too much.
const PART_TIME: f64 = 20.0;
/// A window is judged after so long …
const WINDOW: Duration = Duration::from_secs(2);
/// Another part at once has to gain so much.
const GAIN: f64 = 1.05;
/// The first width.
const START: usize = 4;

/// How many parts at once a link carries: one more as long as that brings more, fewer when parts fail or take
/// too long.
#[derive(Debug)]
pub(super) struct Width {
    max: usize,
    /// Chosen by the person.
    fixed: Option<usize>,
    now: usize,
    part_size: u64,
    /// The best throughput so far and the width at which it was seen.
    best: (f64, usize),
    window: Option<(Instant, u64)>,
    /// Windows in a row without a gain.
    flat: u32,
}

impl Width {
    pub(super) fn new(max: usize, part_size: u64) -> Self {
        Self {
            max: max.max(1),
            fixed: None,
            now: START.min(max.max(1)),
            part_size,
            best: (0.0, 1),
            window: None,
            flat: 0,
        }
    }

    pub(super) fn fix(&mut self, width: Option<usize>) {
        self.fixed = width.map(|width| width.clamp(1, self.max));
    }

    pub(super) fn get(&self) -> usize {
        self.fixed.unwrap_or(self.now)
    }

    pub(super) const fn max(&self) -> usize {
        self.max
    }

    /// A part failed, or the service asked to slow down.
    pub(super) fn struggled(&mut self) {
        self.now = (self.now / 2).max(1);
        self.best = (0.0, self.now);
        self.window = None;
        self.flat = 0;
    }

    /// `total` bytes have gone until `now`.
    pub(super) fn moved(&mut self, now: Instant, total: u64) {
        let Some((since, before)) = self.window else {
            self.window = Some((now, total));
            return;
        };
        let span = now.duration_since(since);
        if span < WINDOW {
            return;
        }
        self.window = Some((now, total));
        #[expect(clippy::cast_precision_loss, reason = "a throughput")]
        let rate = total.saturating_sub(before) as f64 / span.as_secs_f64();
        self.judge(rate);
    }

    fn judge(&mut self, rate: f64) {
        let carried = self.carried(rate);
        if self.now > carried {
            self.now = carried;
            self.best = (rate, self.now);
            return;
        }
        if rate > self.best.0 * GAIN {
            self.best = (rate, self.now);
            self.flat = 0;
            self.now = (self.now + 1).min(self.max).min(carried.max(self.now));
        } else {
            self.flat += 1;
            if self.now > self.best.1 {
                self.now = self.best.1;
            } else if self.flat.is_multiple_of(15) {
                // Links change: from time to time one more is tried.
                self.best.0 = rate;
                self.now = (self.now + 1).min(self.max).min(carried.max(self.now));
            }
        }
    }

    /// The most parts at once of which each still gets through in time.
    fn carried(&self, rate: f64) -> usize {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small whole number, never negative"
        )]
        let carried = (rate * PART_TIME / self.part_size.max(1) as f64) as usize;
        carried.clamp(1, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `seconds` on a link that gives each part `each` bytes a second and all together at most `whole`.
    fn run(width: &mut Width, seconds: u64, each: u64, whole: u64) {
        let start = Instant::now();
        let mut total = 0;
        for second in 0..seconds {
            width.moved(start + Duration::from_secs(second), total);
            total += (each * width.get() as u64).min(whole);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_width_grows_as_long_as_that_brings_more() {
        let mib = 1024 * 1024;
        let mut width = Width::new(16, 8 * mib);
        run(&mut width, 120, 10 * mib, 100 * mib);
        assert!((9..=11).contains(&width.get()), "{}", width.get());
        let mut width = Width::new(16, 8 * mib);
        run(&mut width, 120, 100 * mib, 90 * mib);
        assert!(width.get() <= 5, "{}", width.get());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_link_gets_few_parts_that_get_through() {
        let mib = 1024 * 1024;
        let mut width = Width::new(8, 8 * mib);
        run(&mut width, 60, 200_000, 200_000);
        assert_eq!(width.get(), 1);
        width.fix(Some(99));
        assert_eq!(width.get(), 8);
        width.fix(None);
        assert_eq!(width.get(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_struggles_is_halved() {
        let mut width = Width::new(16, 1);
        run(&mut width, 60, 1000, u64::MAX);
        assert_eq!(width.get(), 16);
        width.struggled();
        assert_eq!(width.get(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cap_is_kept_and_can_be_lifted() {
        let limiter = Limiter::new(Some(100_000));
        let start = Instant::now();
        let mut passed = 0;
        while passed < 1_000_000 {
            let slice = limiter.slice();
            match limiter.wait(slice) {
                Some(span) => tokio::time::sleep(span).await,
                None => passed += slice,
            }
        }
        let took = start.elapsed().as_secs_f64();
        assert!((9.0..10.5).contains(&took), "{took}");
        limiter.set(None);
        assert_eq!(limiter.wait(usize::MAX), None);
        assert_eq!(limiter.slice(), SLICE);
    }
}
