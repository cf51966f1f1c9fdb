//! How fast many small requests go, how long the rest takes and what it costs, in words for a status line.

use std::time::Duration;

use crate::model::cost::Prices;
use crate::model::pace::{Pace, per_second};
use crate::model::{Timestamp, human};
use crate::protocol::Progress;

/// Sooner nothing is told anew: a line that changes faster cannot be read.
const OFTEN: Duration = Duration::from_millis(100);

/// Watches one kind of progress.
#[derive(Debug, Default)]
pub struct Meter {
    pace: Pace,
    told: Option<Timestamp>,
}

impl Meter {
    /// Takes in how far things are; whether it is time to tell so.
    pub fn note(&mut self, now: Timestamp, progress: &Progress) -> bool {
        self.pace.note(clock(now), progress.done);
        let is_due = self.told.is_none_or(|told| now.since(told) >= OFTEN);
        if is_due {
            self.told = Some(now);
        }
        is_due
    }

    /// `, 3,305/s, 2 min left, ≈ $0.31 of $0.50`, as far as it is known.
    pub fn words(&self, now: Timestamp, progress: &Progress, prices: &Prices) -> String {
        let now = clock(now);
        let rate = self.pace.rate(now, progress.done).map(per_second);
        let left = progress.left().filter(|left| *left > 0);
        let left = left.and_then(|left| self.pace.time_left(now, progress.done, left));
        let left = left.map(|left| format!("{} left", human::age(left)));
        let price = prices.spent_text(progress.requests, progress.expected_requests());
        let throttled = progress
            .throttled
            .then(|| "slowed down by the service".to_owned());
        let mut words = String::new();
        for word in [rate, left, price, throttled].into_iter().flatten() {
            words.push_str(", ");
            words.push_str(&word);
        }
        words
    }
}

fn clock(now: Timestamp) -> Duration {
    now.since(Timestamp::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_told() {
        let prices = Prices {
            list_requests: 0.005,
            ..Prices::default()
        };
        let mut meter = Meter::default();
        let at = |seconds: i64| Timestamp::from_secs(1_760_000_000 + seconds);
        let mut progress = Progress::default();
        assert!(meter.note(at(0), &progress));
        assert!(!meter.note(at(0), &progress), "too soon");
        assert_eq!(meter.words(at(0), &progress, &prices), "");
        progress.done = 8_000;
        progress.requests = 8_000;
        meter.note(at(4), &progress);
        assert_eq!(
            meter.words(at(4), &progress, &prices),
            ", 2,000/s, ≈ $0.04",
            "nobody knows how many there will be"
        );
        progress.total = Some(248_000);
        progress.throttled = true;
        assert_eq!(
            meter.words(at(4), &progress, &prices),
            ", 2,000/s, 2 min left, ≈ $0.04 of $1.24, slowed down by the service"
        );
    }
}
