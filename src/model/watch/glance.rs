//! What is told after a look: the figures worked out of what is known of the parts.

use std::time::Duration;

use super::{GAPS, Interval, Ledger, Pulse, Rhythm, Vitals, history};
use crate::model::Timestamp;

/// No upload is looked at more often, or more seldom, by its own rhythm.
const OFTEN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_mins(1);
/// While nothing arrives, a look comes after such a share of the quiet, and never sooner than this.
const SHARE: u32 = 10;
const QUIET: Duration = Duration::from_secs(2);

/// What a look is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Glance<'a> {
    pub ledger: &'a Ledger,
    pub rhythm: &'a Rhythm,
    pub initiated: Option<Timestamp>,
    /// Bytes of the whole.
    pub size: Option<u64>,
    pub deadline: Option<Timestamp>,
    /// Instead of the rhythm's own.
    pub stall: Option<Duration>,
    /// The service's time, which dates the parts.
    pub now: Timestamp,
    /// The time here.
    pub at: Timestamp,
}

impl Glance<'_> {
    /// The figures; who looks adds how often it did.
    pub fn vitals(&self) -> Vitals {
        let rhythm = self.rhythm;
        let quiet = rhythm.quiet(self.initiated, self.now);
        let stalls_at = self.stall.or_else(|| rhythm.stalls_at());
        let pulse = rhythm.pulse(quiet, stalls_at);
        let rate = match pulse {
            Pulse::Stalled => rhythm.last.map(|_| 0),
            _ => rhythm.rate(self.now),
        };
        let left = self.left(rate);
        let (gaps, missing) = self.ledger.gaps(GAPS);
        // Both are told by the same clock, whichever it is.
        let past = |deadline| self.now.plus(left.unwrap_or_default()) > deadline;
        Vitals {
            at: self.at,
            parts: self.ledger.parts(),
            bytes: self.ledger.bytes(),
            highest: self.ledger.highest(),
            missing,
            gaps,
            out_of_order: self.ledger.out_of_order(),
            resent: self.ledger.resent(),
            first_part: rhythm.first,
            last_part: rhythm.last,
            rate,
            average: rhythm.average(),
            spacing: rhythm.spacing,
            quiet,
            stalls_at,
            pulse,
            size: self.size,
            ends_at: left.map(|left| self.at.plus(left)),
            deadline: self.deadline,
            late: self.deadline.is_some_and(past),
            history: history(self.ledger, self.now),
            ..Vitals::default()
        }
    }

    /// Until everything is there, where it is known how much that is.
    fn left(&self, rate: Option<u64>) -> Option<Duration> {
        let rate = rate.filter(|rate| *rate > 0)?;
        let missing = self.size?.checked_sub(self.ledger.bytes())?;
        (missing > 0).then(|| Duration::from_secs(missing.div_ceil(rate)))
    }
}

impl Vitals {
    /// How long until the next look, as far as this upload alone is concerned.
    pub fn next_look(&self, interval: Interval) -> Duration {
        let every = match interval {
            Interval::Every(every) => return every.max(OFTEN),
            Interval::Adaptive => self.adaptive(),
        };
        // A stall is told when it begins.
        let due = self.stalls_at.zip(self.quiet);
        let due = due.and_then(|(at, quiet)| at.checked_sub(quiet));
        match due {
            Some(due) if !due.is_zero() => every.min(due.max(OFTEN)),
            _ => every,
        }
    }

    fn adaptive(&self) -> Duration {
        let quiet = self.quiet.unwrap_or(SELDOM);
        match self.pulse {
            Pulse::Arriving => match self.spacing {
                Some(spacing) => (spacing / 2).clamp(OFTEN, SELDOM),
                None => QUIET,
            },
            Pulse::Waiting | Pulse::Quiet | Pulse::Stalled => (quiet / SHARE).clamp(QUIET, SELDOM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Part;

    const MIB: u64 = 1 << 20;

    fn ledger(count: u32, every: i64) -> Ledger {
        let mut ledger = Ledger::default();
        let part = |number: u32| Part {
            number,
            size: 8 * MIB,
            etag: String::new(),
            last_modified: Some(Timestamp::from_secs(i64::from(number) * every)),
            checksum: None,
        };
        ledger.take((1..=count).map(part).collect());
        ledger
    }

    fn vitals(ledger: &Ledger, now: i64, change: impl FnOnce(&mut Glance<'_>)) -> Vitals {
        let rhythm = Rhythm::of(ledger, Some(Timestamp::from_secs(0)));
        let mut glance = Glance {
            ledger,
            rhythm: &rhythm,
            initiated: Some(Timestamp::from_secs(0)),
            size: None,
            deadline: None,
            stall: None,
            now: Timestamp::from_secs(now),
            at: Timestamp::from_secs(now),
        };
        change(&mut glance);
        glance.vitals()
    }

    #[test]
    fn the_end_is_foretold_where_the_size_is_known() {
        let ledger = ledger(100, 4);
        let found = vitals(&ledger, 401, |of| of.size = Some(200 * 8 * MIB));
        assert_eq!(found.permille(), Some(500));
        assert_eq!(found.ends_at, Some(Timestamp::from_secs(801)));
        assert!(!found.late);
        let deadline = Timestamp::from_secs(700);
        let late = vitals(&ledger, 401, |of| {
            of.size = Some(200 * 8 * MIB);
            of.deadline = Some(deadline);
        });
        assert!(late.late);
        let unknown = vitals(&ledger, 401, |of| of.deadline = Some(deadline));
        assert_eq!((unknown.ends_at, unknown.late), (None, false));
        assert!(vitals(&ledger, 701, |of| of.deadline = Some(deadline)).late);
        let all = vitals(&ledger, 401, |of| of.size = Some(100 * 8 * MIB));
        assert_eq!((all.permille(), all.ends_at), (Some(1000), None));
    }

    #[test]
    fn a_clock_that_is_off_makes_no_stall_and_no_end() {
        let ledger = ledger(100, 4);
        let behind = vitals(&ledger, 10, |of| of.size = Some(200 * 8 * MIB));
        assert_eq!(behind.pulse, Pulse::Arriving);
        assert_eq!(behind.quiet, Some(Duration::ZERO));
        assert!(behind.ends_at.unwrap() > behind.at);
        // The service's time is what the parts are judged by, whatever it is here.
        let ahead = vitals(&ledger, 401, |of| of.at = Timestamp::from_secs(90_000));
        assert_eq!((ahead.pulse, ahead.rate), (Pulse::Arriving, Some(2 * MIB)));
    }

    #[test]
    fn looks_follow_the_rhythm() {
        let every = |found: &Vitals| found.next_look(Interval::Adaptive).as_secs();
        assert_eq!(every(&vitals(&ledger(50, 10), 505, |_| {})), 5);
        assert_eq!(every(&vitals(&ledger(50, 1), 50, |_| {})), 1);
        assert_eq!(every(&vitals(&ledger(50, 400), 20_100, |_| {})), 60);
        let stalled = vitals(&ledger(50, 1), 5000, |_| {});
        assert_eq!((stalled.pulse, stalled.rate), (Pulse::Stalled, Some(0)));
        assert_eq!(every(&stalled), 60);
        assert_eq!(every(&vitals(&ledger(0, 1), 30, |_| {})), 3);
        let fixed = Interval::Every(Duration::from_secs(5));
        assert_eq!(stalled.next_look(fixed), Duration::from_secs(5));
    }

    #[test]
    fn a_stall_that_was_asked_for_is_looked_for_when_it_is_due() {
        let ledger = ledger(50, 100);
        let found = vitals(&ledger, 5058, |of| of.stall = Some(Duration::from_secs(70)));
        assert_eq!(found.pulse, Pulse::Arriving);
        assert_eq!(found.next_look(Interval::Adaptive), Duration::from_secs(12));
        let found = vitals(&ledger, 5070, |of| of.stall = Some(Duration::from_secs(70)));
        assert_eq!(found.pulse, Pulse::Stalled);
    }
}
