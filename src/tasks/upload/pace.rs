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
/// What a link carries is judged after so long, and no sooner again; something must have gone meanwhile.
const WINDOW: Duration = Duration::from_secs(2);

/// How many parts at once a link carries: all that are planned at first, fewer when parts fail or take too long,
/// half as many more for each window without trouble.
#[derive(Debug)]
pub(super) struct Width {
    max: usize,
    /// Chosen by the person.
    fixed: Option<usize>,
    now: usize,
    part_size: u64,
    /// When the present window began, and the bytes that had gone by then.
    window: Option<(Instant, u64)>,
    /// The last time it was halved: what fails together tells one thing.
    halved: Option<Instant>,
}

impl Width {
    pub(super) fn new(max: usize, part_size: u64) -> Self {
        let max = max.max(1);
        Self {
            max,
            fixed: None,
            now: max,
            part_size,
            window: None,
            halved: None,
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
        let now = Instant::now();
        self.window = None;
        if self.halved.is_none_or(|at| now >= at + WINDOW) {
            self.halved = Some(now);
            self.now = (self.now / 2).max(1);
        }
    }

    /// Nothing is sent on purpose: that time tells nothing of the link.
    pub(super) const fn rested(&mut self) {
        self.window = None;
    }

    /// `total` bytes have gone until `now`.
    pub(super) fn moved(&mut self, now: Instant, total: u64) {
        let Some((since, before)) = self.window else {
            self.window = Some((now, total));
            return;
        };
        let span = now.duration_since(since);
        // Bodies that nobody sees going count when they have arrived, so a window lasts until one has.
        if span < WINDOW || total <= before {
            return;
        }
        self.window = Some((now, total));
        #[expect(clippy::cast_precision_loss, reason = "a throughput")]
        let rate = (total - before) as f64 / span.as_secs_f64();
        let grown = self.now + (self.now / 2).max(1);
        self.now = grown.min(self.carried(rate).max(1)).min(self.max);
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
        carried
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// Runs `seconds` on a link that gives each part `each` bytes a second and all together at most `whole`.
    async fn run(width: &mut Width, seconds: u64, each: u64, whole: u64) {
        let mut total = 0;
        for _ in 0..seconds {
            width.moved(Instant::now(), total);
            total += (each * width.get() as u64).min(whole);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_are_planned_go_at_once() {
        let mut width = Width::new(16, 8 * MIB);
        assert_eq!(width.get(), 16, "a short upload has no time to try");
        run(&mut width, 60, 10 * MIB, 100 * MIB).await;
        assert_eq!(width.get(), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_link_gets_few_parts_that_get_through() {
        let mut width = Width::new(8, 8 * MIB);
        run(&mut width, 60, 200_000, 200_000).await;
        assert_eq!(width.get(), 1);
        width.fix(Some(99));
        assert_eq!(width.get(), 8);
        width.fix(None);
        assert_eq!(width.get(), 1);
        width.rested();
        run(&mut width, 15, 10 * MIB, 100 * MIB).await;
        assert_eq!(width.get(), 8, "it became faster");
    }

    #[tokio::test(start_paused = true)]
    async fn what_struggles_is_halved_once_and_recovers() {
        let mut width = Width::new(16, 1);
        for _ in 0..16 {
            width.struggled();
        }
        assert_eq!(width.get(), 8, "what fails together tells one thing");
        tokio::time::sleep(WINDOW).await;
        width.struggled();
        assert_eq!(width.get(), 4);
        run(&mut width, 12, 1000, u64::MAX).await;
        assert_eq!(width.get(), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lull_and_bodies_that_nobody_sees_are_no_slow_link() {
        let mut width = Width::new(8, 8 * MIB);
        width.moved(Instant::now(), 0);
        for _ in 0..15 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            width.moved(Instant::now(), 0);
        }
        assert_eq!(width.get(), 8);
        // All eight arrive together, 15 s after they were begun.
        width.moved(Instant::now(), 64 * MIB);
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
