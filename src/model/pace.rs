//! How fast something goes: the rate of the last seconds and the time that is left. Knows neither what is counted
//! nor any clock: time arrives as what has passed since some point that stays the same.

use std::collections::VecDeque;
use std::time::Duration;

/// The present rate is that of the last seconds.
pub const RECENT: Duration = Duration::from_secs(5);
/// Samples are so far apart.
const SAMPLE: Duration = Duration::from_millis(250);
/// Less time than this tells nothing.
const LEAST: Duration = Duration::from_millis(500);

/// What had been done at some moments of the last seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pace(VecDeque<(Duration, u64)>);

impl Pace {
    /// `done` in all at `at`.
    pub fn note(&mut self, at: Duration, done: u64) {
        let due = self.0.back().is_none_or(|(last, _)| at >= *last + SAMPLE);
        if due {
            self.0.push_back((at, done));
        }
        while self.0.len() > 2 && at >= self.0[1].0 + RECENT {
            self.0.pop_front();
        }
    }

    /// Time that passed on purpose without anything done does not count.
    pub fn rest(&mut self) {
        self.0.clear();
    }

    /// Since when how much was done, of the last seconds.
    pub fn lately(&self, at: Duration, done: u64) -> Option<(Duration, u64)> {
        let past = self.0.iter().rev().find(|(since, _)| at >= *since + RECENT);
        let (since, before) = past.or_else(|| self.0.front())?;
        Some((at.saturating_sub(*since), done.saturating_sub(*before)))
    }

    /// So much a second; `None` while too little is known.
    pub fn rate(&self, at: Duration, done: u64) -> Option<f64> {
        let (span, done) = self.lately(at, done)?;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = done as f64 / span.as_secs_f64();
        (span >= LEAST).then_some(rate)
    }

    /// How long `left` more take; `None` while nothing moves.
    pub fn time_left(&self, at: Duration, done: u64, left: u64) -> Option<Duration> {
        let rate = self.rate(at, done)?;
        #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
        let seconds = left as f64 / rate;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// `3,305/s`, `4.2/s`.
pub fn per_second(rate: f64) -> String {
    if rate >= 10.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "never negative; casts of floats saturate"
        )]
        let whole = rate.round() as u64;
        return format!("{}/s", super::human::count(whole));
    }
    format!("{rate:.1}/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(at(0), 0), None);
        for tick in 0..=1_000_u64 {
            // A hundred a second at first, a thousand after a minute.
            let millis = tick * 100;
            let done = millis / 10 + millis.saturating_sub(60_000) * 9 / 10;
            pace.note(at(millis), done);
            if millis == 300 {
                assert_eq!(pace.rate(at(300), done), None, "too soon to tell");
            }
            if millis == 50_000 {
                let rate = pace.rate(at(millis), done).unwrap();
                assert!((rate - 100.0).abs() < 1.0, "{rate}");
                let left = pace.time_left(at(millis), done, 6_000).unwrap();
                assert!((59..=61).contains(&left.as_secs()), "{left:?}");
            }
        }
        let rate = pace.rate(at(100_000), 46_000).unwrap();
        assert!((rate - 1_000.0).abs() < 5.0, "{rate}");
        assert!(pace.0.len() < 40, "{} samples", pace.0.len());
    }

    #[test]
    fn what_stands_still_has_no_time_left_to_tell() {
        let mut pace = Pace::default();
        pace.note(at(0), 0);
        pace.note(at(1_000), 500);
        assert_eq!(pace.rate(at(60_000), 500), Some(0.0));
        assert_eq!(pace.time_left(at(60_000), 500, 10), None);
    }

    #[test]
    fn rates_are_short() {
        assert_eq!(per_second(3_305.4), "3,305/s");
        assert_eq!(per_second(4.21), "4.2/s");
    }
}
