//! How parts arrive: the usual time between two, the rate now, and from when on a quiet is one too long.
//!
//! Dates are the service's, in whole seconds as a rule, so that parts of one second count as one arrival.

use std::time::Duration;

use super::{Ledger, Pulse};
use crate::model::Timestamp;

/// So many of the newest arrivals tell what pauses are common, …
const RECENT: usize = 64;
/// … and so many of these the spacing now.
const NOW: usize = 16;
/// The rate now is that of so many usual spacings, …
const SPACINGS: u32 = 12;
/// … within these bounds.
const WINDOW: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(20));
/// A quiet is a stall from so many usual spacings on, …
const STALL: u32 = 6;
/// … or so many times what hardly any pause was longer than, and never before this.
const PAUSES: u32 = 3;
const LEAST_STALL: Duration = Duration::from_secs(30);
/// With fewer arrivals than this the rhythm is a guess, and a stall needs a longer quiet.
const FEW: usize = 4;
const GUESSED_STALL: Duration = Duration::from_mins(2);
/// Dates are whole seconds, and a look is not made every second: no shorter quiet is told.
const LEAST_QUIET: Duration = Duration::from_secs(3);

/// How the parts of an upload arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm {
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The usual time between two arrivals: the median of the recent ones.
    pub spacing: Option<Duration>,
    /// Nine of ten recent pauses were no longer.
    long: Option<Duration>,
    pauses: usize,
    /// The newest seconds in which parts arrived and their bytes, the oldest first.
    recent: Vec<(i64, u64)>,
    bytes: u64,
    first_bytes: u64,
}

impl Rhythm {
    /// Of what is known. `initiated` stands for the arrival before the first while there are few.
    pub fn of(ledger: &Ledger, initiated: Option<Timestamp>) -> Self {
        // As the service told it: whoever compares it with a listing must not see a change where there is none.
        let last = ledger.arrivals().map(|(at, _)| at).max();
        let mut arrivals: Vec<(i64, u64)> = ledger
            .arrivals()
            .map(|(at, bytes)| (at.millis().div_euclid(1000), bytes))
            .collect();
        let Some(first) = arrivals.iter().map(|(at, _)| *at).min() else {
            return Self::default();
        };
        let bytes = sum(arrivals.iter());
        let first_bytes = sum(arrivals.iter().filter(|(at, _)| *at == first));
        let recent = newest(&mut arrivals);
        let mut rhythm = Self {
            first: Some(Timestamp::from_secs(first)),
            last,
            recent,
            bytes,
            first_bytes,
            ..Self::default()
        };
        rhythm.time(initiated.filter(|_| rhythm.recent.len() <= FEW));
        rhythm
    }

    fn time(&mut self, before: Option<Timestamp>) {
        let seconds = self.recent.iter().map(|(at, _)| *at);
        let before = before.map(|at| at.millis().div_euclid(1000));
        let pairs = before.into_iter().chain(seconds.clone()).zip(seconds.skip(
            // Without what was before, the first arrival ends no pause.
            usize::from(before.is_none()),
        ));
        let mut pauses: Vec<u64> = pairs
            .map(|(from, to)| u64::try_from(to - from).unwrap_or(0))
            .collect();
        self.pauses = pauses.len();
        let mut now = pauses.split_off(pauses.len().saturating_sub(NOW));
        pauses.extend(&now);
        pauses.sort_unstable();
        now.sort_unstable();
        let secs = |secs: Option<&u64>| secs.copied().map(Duration::from_secs);
        self.spacing = secs(now.get(now.len().saturating_sub(1) / 2));
        let most = (pauses.len() * 9).div_ceil(10);
        self.long = secs(pauses.get(most.saturating_sub(1)));
    }

    /// How long none has come by `now`; since `initiated` where there is none.
    pub fn quiet(&self, initiated: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
        self.last.or(initiated).map(|at| now.since(at))
    }

    /// From how long a quiet on it counts as a stall.
    pub fn stalls_at(&self) -> Option<Duration> {
        let spacing = self.spacing?;
        let least = if self.pauses < FEW {
            GUESSED_STALL
        } else {
            LEAST_STALL
        };
        let long = self.long.unwrap_or_default() * PAUSES;
        Some(least.max(spacing * STALL).max(long))
    }

    /// How it goes, after so long a quiet and with stalls from `stalls_at` on.
    pub fn pulse(&self, quiet: Option<Duration>, stalls_at: Option<Duration>) -> Pulse {
        let Some(quiet) = quiet else {
            return Pulse::Waiting;
        };
        if stalls_at.is_some_and(|at| quiet >= at) {
            return Pulse::Stalled;
        }
        if self.last.is_none() {
            return Pulse::Waiting;
        }
        let usual = self.spacing.unwrap_or_default() * 5 / 2;
        let long = self.long.unwrap_or_default() * 3 / 2;
        if quiet > LEAST_QUIET.max(usual).max(long) {
            Pulse::Quiet
        } else {
            Pulse::Arriving
        }
    }

    /// Bytes a second over the recent arrivals, by `now`.
    pub fn rate(&self, now: Timestamp) -> Option<u64> {
        let (last, _) = *self.recent.last()?;
        let spacing = self.spacing.filter(|_| self.recent.len() > 1)?;
        let window = (spacing * SPACINGS).clamp(WINDOW.0, WINDOW.1);
        let now = (now.millis().div_euclid(1000)).max(last);
        let from = now.saturating_sub(i64::try_from(window.as_secs()).unwrap_or(i64::MAX));
        // What arrived in the window, since the arrival before it or the first one in it.
        let begin = self.recent.partition_point(|(at, _)| *at <= from);
        let begin = begin.max(1);
        let bytes = sum(self.recent[begin..].iter());
        let since = self.recent[begin - 1].0;
        let usual = i64::try_from(spacing.as_secs()).unwrap_or(i64::MAX);
        // A pause that is longer than usual counts: the rate falls while nothing comes.
        let until = last.max(now.saturating_sub(usual));
        let secs = u64::try_from(until - since).unwrap_or(0).max(1);
        Some(bytes / secs)
    }

    /// Bytes a second from the first arrival to the last.
    pub fn average(&self) -> Option<u64> {
        let secs = self.last?.since(self.first?).as_secs();
        (secs > 0).then(|| self.bytes.saturating_sub(self.first_bytes) / secs)
    }
}

/// The newest seconds in which something arrived, and the bytes of each, the oldest first.
fn newest(arrivals: &mut [(i64, u64)]) -> Vec<(i64, u64)> {
    // Most of ten thousand need not be sorted for that, unless many came in one second.
    let guess = RECENT * 16;
    if arrivals.len() > guess {
        let at = arrivals.len() - guess;
        let (_, (second, _), _) = arrivals.select_nth_unstable(at);
        let second = *second;
        let whole = arrivals.iter().filter(|(at, _)| *at >= second);
        let recent = merged(whole.copied().collect());
        if recent.len() >= RECENT {
            return last(recent);
        }
    }
    last(merged(arrivals.to_vec()))
}

fn merged(mut arrivals: Vec<(i64, u64)>) -> Vec<(i64, u64)> {
    arrivals.sort_unstable();
    arrivals.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(later.1);
        }
        same
    });
    arrivals
}

fn last(mut merged: Vec<(i64, u64)>) -> Vec<(i64, u64)> {
    merged.drain(..merged.len().saturating_sub(RECENT));
    merged
}

fn sum<'a>(arrivals: impl Iterator<Item = &'a (i64, u64)>) -> u64 {
    arrivals.fold(0, |sum: u64, (_, bytes)| sum.saturating_add(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Part;

    const MIB: u64 = 1 << 20;

    fn ledger(seconds: impl IntoIterator<Item = i64>) -> Ledger {
        let mut ledger = Ledger::default();
        let parts = (1..).zip(seconds).map(|(number, at)| Part {
            number,
            size: 8 * MIB,
            etag: String::new(),
            last_modified: Some(Timestamp::from_secs(at)),
            checksum: None,
        });
        ledger.take(parts.collect());
        ledger
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_secs(second)
    }

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn the_last_part_is_dated_as_the_service_dates_it() {
        let part = |number, millis| Part {
            number,
            size: 1,
            etag: String::new(),
            last_modified: Some(Timestamp::from_millis(millis)),
            checksum: None,
        };
        let mut all = Ledger::default();
        all.take(vec![part(1, 200_750), part(2, 100_000)]);
        let last = Rhythm::of(&all, None).last;
        assert_eq!(last, Some(Timestamp::from_millis(200_750)));
    }

    #[test]
    fn an_even_upload_has_an_even_rate_and_stalls_after_several_spacings() {
        let rhythm = Rhythm::of(&ledger((0..100).map(|n| 1000 + n * 10)), None);
        assert_eq!(rhythm.spacing, Some(secs(10)));
        assert_eq!(rhythm.stalls_at(), Some(secs(60)));
        let rate = 8 * MIB / 10;
        assert_eq!(rhythm.rate(at(1990)), Some(rate));
        assert_eq!(rhythm.rate(at(1999)), Some(rate), "the next is not due yet");
        assert!(rhythm.rate(at(2030)).unwrap() < rate * 9 / 10);
        assert_eq!(rhythm.average(), Some(rate));
        let pulse = |now| rhythm.pulse(rhythm.quiet(None, at(now)), rhythm.stalls_at());
        assert_eq!(pulse(1995), Pulse::Arriving);
        assert_eq!(pulse(2020), Pulse::Quiet);
        assert_eq!(pulse(2050), Pulse::Stalled);
    }

    #[test]
    fn parts_that_come_in_bursts_do_not_stall_between_them() {
        // Eight in flight, all there within two seconds, every forty seconds.
        let seconds = (0..80).map(|n| (n / 8) * 40 + n % 3);
        let rhythm = Rhythm::of(&ledger(seconds), None);
        assert_eq!(rhythm.spacing, Some(secs(1)));
        let last = rhythm.last.unwrap();
        let quiet = rhythm.quiet(None, last.plus(secs(38)));
        assert_ne!(rhythm.pulse(quiet, rhythm.stalls_at()), Pulse::Stalled);
        let quiet = rhythm.quiet(None, last.plus(secs(300)));
        assert_eq!(rhythm.pulse(quiet, rhythm.stalls_at()), Pulse::Stalled);
    }

    #[test]
    fn a_pause_of_the_past_is_no_rhythm() {
        let seconds = (0..40).map(|n| n * 2 + if n > 20 { 7200 } else { 0 });
        let rhythm = Rhythm::of(&ledger(seconds), None);
        assert_eq!(rhythm.spacing, Some(secs(2)));
        assert_eq!(rhythm.stalls_at(), Some(LEAST_STALL));
    }

    #[test]
    fn little_is_known_of_few_parts() {
        let rhythm = Rhythm::of(&Ledger::default(), Some(at(100)));
        let quiet = rhythm.quiet(Some(at(100)), at(160));
        assert_eq!(quiet, Some(secs(60)));
        assert_eq!(rhythm.pulse(quiet, rhythm.stalls_at()), Pulse::Waiting);
        assert_eq!((rhythm.rate(at(160)), rhythm.average()), (None, None));
        let rhythm = Rhythm::of(&ledger([130]), Some(at(100)));
        assert_eq!(rhythm.spacing, Some(secs(30)));
        assert_eq!(rhythm.stalls_at(), Some(secs(180)));
        assert_eq!(rhythm.rate(at(160)), None);
        assert_eq!(Rhythm::of(&ledger([130]), None).stalls_at(), None);
    }

    #[test]
    fn a_rate_that_changed_is_told_soon_and_the_average_later() {
        let slow = (0..50).map(|n| n * 8);
        let fast = (1..20).map(|n| 392 + n);
        let rhythm = Rhythm::of(&ledger(slow.chain(fast)), None);
        let now = rhythm.last.unwrap();
        assert!(rhythm.rate(now).unwrap() > 2 * rhythm.average().unwrap());
    }

    #[test]
    fn ten_thousand_parts_tell_what_their_last_tell() {
        let all = Rhythm::of(&ledger((0..10_000).map(|n| n / 7)), None);
        let few = Rhythm::of(&ledger((9_000..10_000).map(|n| n / 7)), None);
        assert_eq!(all.recent, few.recent);
        assert_eq!(all.recent.len(), RECENT);
        let dense = Rhythm::of(&ledger((0..10_000).map(|n| n / 100)), None);
        assert_eq!(dense.recent.len(), RECENT, "a hundred a second");
    }

    proptest! {
        #[test]
        fn no_figure_is_absurd_whatever_the_dates(
            seconds in prop::collection::vec(-10_000_i64..10_000, 0..200),
            now in -20_000_i64..20_000,
            begun in prop::option::of(-20_000_i64..20_000),
        ) {
            let all = ledger(seconds.iter().copied());
            let begun = begun.map(at);
            let rhythm = Rhythm::of(&all, begun);
            if let Some(rate) = rhythm.rate(at(now)) {
                prop_assert!(rate <= all.bytes());
            }
            let quiet = rhythm.quiet(begun, at(now));
            let pulse = rhythm.pulse(quiet, rhythm.stalls_at());
            if let Some(last) = rhythm.last && last > at(now) {
                prop_assert_ne!(pulse, Pulse::Stalled, "no part can come later than now");
            }
            prop_assert!(rhythm.stalls_at().is_none_or(|of| of >= LEAST_STALL));
        }
    }
}
