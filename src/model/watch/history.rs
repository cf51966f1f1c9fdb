//! Bytes that arrived over time, from the dates of the parts: full from the first look.

use std::time::Duration;

use super::{History, Ledger, SLOTS};
use crate::model::Timestamp;

/// Seconds of a slot that read well; the first that is long enough is taken.
const STEPS: [u64; 18] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];
const DAY: u64 = 86_400;

/// The history until `now`, the slot of which is the last one. Slots begin at multiples of their length, so that
/// nothing moves from one look to the next. Empty without dated parts.
pub fn history(ledger: &Ledger, now: Timestamp) -> History {
    let second = |at: Timestamp| at.millis().div_euclid(1000);
    let dated = || ledger.arrivals().map(|(at, bytes)| (second(at), bytes));
    let Some(first) = dated().map(|(at, _)| at).min() else {
        return History::default();
    };
    let last = dated().map(|(at, _)| at).max().unwrap_or(first);
    // A part from the future is of now: clocks differ.
    let until = second(now).max(first).min(i64::MAX / 2);
    let until = if last > until && last - until < 60 {
        last
    } else {
        until
    };
    let (step, count) = cut(first, until);
    let begin = first.div_euclid(step) * step;
    let mut bytes = vec![0_u64; count];
    for (at, size) in dated() {
        let slot = usize::try_from((at - begin).div_euclid(step)).unwrap_or(0);
        let slot = &mut bytes[slot.min(count - 1)];
        *slot = slot.saturating_add(size);
    }
    History {
        from: Some(Timestamp::from_secs(begin)),
        step: Duration::from_secs(step.unsigned_abs()),
        bytes,
    }
}

/// Seconds of a slot, and how many slots there are.
fn cut(first: i64, until: i64) -> (i64, usize) {
    let slots = |step: i64| until.div_euclid(step) - first.div_euclid(step) + 1;
    let most = i64::try_from(SLOTS).unwrap_or(i64::MAX);
    let days = (1..).map(|days: u64| days.saturating_mul(days).saturating_mul(DAY));
    let steps = STEPS.into_iter().chain(days);
    let fits = steps
        .filter_map(|step| i64::try_from(step).ok())
        .find(|step| slots(*step) <= most)
        .unwrap_or(i64::MAX);
    (fits, usize::try_from(slots(fits)).unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Part;

    fn ledger(parts: &[(i64, u64)]) -> Ledger {
        let part = |(number, (at, size)): (u32, &(i64, u64))| Part {
            number,
            size: *size,
            etag: String::new(),
            last_modified: Some(Timestamp::from_secs(*at)),
            checksum: None,
        };
        let mut ledger = Ledger::default();
        ledger.take((1..).zip(parts).map(part).collect());
        ledger
    }

    #[test]
    fn it_is_full_from_the_first_look_and_ends_now() {
        let parts: Vec<(i64, u64)> = (0..600).map(|n| (1000 + n * 2, 5)).collect();
        let found = history(&ledger(&parts), Timestamp::from_secs(2199));
        assert_eq!(found.step, Duration::from_secs(5));
        assert_eq!(found.from, Some(Timestamp::from_secs(1000)));
        assert_eq!(found.bytes.len(), SLOTS);
        assert_eq!(found.bytes[..4], [15, 10, 15, 10]);
        let later = history(&ledger(&parts), Timestamp::from_secs(2300));
        assert_eq!(later.step, Duration::from_secs(10));
        assert_eq!(later.bytes.len(), 131);
        assert_eq!(later.bytes[..120], [25; 120]);
        assert_eq!(later.bytes[120..], [0; 11], "nothing arrived lately");
    }

    #[test]
    fn an_upload_of_long_ago_and_one_without_parts_have_one_too() {
        let found = history(&ledger(&[(0, 7)]), Timestamp::from_secs(1_800_000_000));
        assert!(found.bytes.len() <= SLOTS);
        assert_eq!(found.bytes[0], 7);
        assert_eq!(
            history(&Ledger::default(), Timestamp::from_secs(5)),
            History::default()
        );
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_whatever_the_dates(
            parts in prop::collection::vec((-2_000_000_000_i64..2_000_000_000, 0_u64..1000), 1..80),
            now in -3_000_000_000_i64..3_000_000_000,
        ) {
            let found = history(&ledger(&parts), Timestamp::from_secs(now));
            prop_assert!((1..=SLOTS).contains(&found.bytes.len()));
            let all: u64 = parts.iter().map(|(_, size)| size).sum();
            prop_assert_eq!(found.bytes.iter().sum::<u64>(), all);
            prop_assert!(found.step >= Duration::from_secs(1));
        }
    }
}
