//! The parts of one upload as far as they were read: 40 bytes each, so that many uploads can be watched.
//!
//! Fed with pages in any order, page by page or whole, it says what is new and what was sent again.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{Part, Timestamp};

/// No date was told.
const UNDATED: i64 = i64::MIN;

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Milliseconds; [`UNDATED`] where none was told.
    modified: i64,
    size: u64,
    /// The MD5 that the `ETag` writes, or a hash of an `ETag` that is none.
    tag: [u8; 16],
    number: u32,
    is_md5: bool,
    /// It replaced another one while one watched.
    is_resent: bool,
}

/// What is known of the parts of one upload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By number.
    entries: Vec<Entry>,
    bytes: u64,
    resent: u32,
}

/// What a page brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Parts that were not known, by number.
    pub fresh: Vec<Part>,
    /// Parts that were known and are others now, by number.
    pub resent: Vec<Part>,
}

impl Ledger {
    /// Takes in parts that were listed, in whatever order, known ones among them.
    pub fn take(&mut self, mut parts: Vec<Part>) -> News {
        parts.sort_by_key(|part| part.number);
        // A page that names a number twice: the last one counts.
        parts.reverse();
        parts.dedup_by_key(|part| part.number);
        parts.reverse();
        let mut news = News::default();
        let mut added = Vec::new();
        for part in parts {
            let entry = Entry::of(&part);
            match self.find(part.number) {
                Ok(at) if self.entries[at].is_same(&entry) => {}
                Ok(at) => {
                    let old = &mut self.entries[at];
                    self.bytes = self.bytes.saturating_sub(old.size);
                    self.bytes = self.bytes.saturating_add(entry.size);
                    *old = Entry {
                        is_resent: true,
                        ..entry
                    };
                    self.resent = self.resent.saturating_add(1);
                    news.resent.push(part);
                }
                Err(_) => {
                    self.bytes = self.bytes.saturating_add(entry.size);
                    added.push(entry);
                    news.fresh.push(part);
                }
            }
        }
        self.merge(added);
        news
    }

    fn find(&self, number: u32) -> Result<usize, usize> {
        self.entries
            .binary_search_by_key(&number, |entry| entry.number)
    }

    /// `added` ascend, and none of them is known.
    fn merge(&mut self, added: Vec<Entry>) {
        let last = self.highest();
        let in_front = added.first().is_some_and(|first| first.number < last);
        self.entries.extend(added);
        if in_front {
            // Two ascending runs: the sort merges them.
            self.entries.sort_by_key(|entry| entry.number);
        }
    }

    pub fn has(&self, number: u32) -> bool {
        self.find(number).is_ok()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    pub fn parts(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many were replaced while one watched.
    pub const fn resent(&self) -> u32 {
        self.resent
    }

    /// The highest number; 0 without parts.
    pub fn highest(&self) -> u32 {
        self.entries.last().map_or(0, |entry| entry.number)
    }

    /// The numbers that are there, ascending.
    pub fn numbers(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.entries.iter().map(|entry| entry.number)
    }

    /// When the part of this number arrived, where that was told.
    pub fn arrived(&self, number: u32) -> Option<Timestamp> {
        let at = self.find(number).ok()?;
        self.entries[at].modified()
    }

    /// The runs of missing numbers below the highest, first and last inclusive, the highest first.
    pub fn gaps_from_above(&self) -> impl Iterator<Item = (u32, u32)> {
        let below = self.numbers().rev().skip(1).chain([0]);
        let pairs = self.numbers().rev().zip(below);
        pairs
            .filter(|(above, below)| above - below > 1)
            .map(|(above, below)| (below + 1, above - 1))
    }

    /// The runs of missing numbers below the highest, the lowest first, at most `most` of them, and how many
    /// numbers are missing in all.
    pub fn gaps(&self, most: usize) -> (Vec<(u32, u32)>, u32) {
        let mut gaps = Vec::new();
        let mut missing = 0_u32;
        let mut expected = 1;
        for number in self.numbers() {
            if number > expected {
                missing = missing.saturating_add(number - expected);
                if gaps.len() < most {
                    gaps.push((expected, number - 1));
                }
            }
            expected = number.saturating_add(1);
        }
        (gaps, missing)
    }

    /// How many parts came after one of a higher number. Parts that replaced others are none of them: when those
    /// came is not known any more.
    pub fn out_of_order(&self) -> u32 {
        let mut earliest_above = i64::MAX;
        let mut count = 0;
        for entry in self.entries.iter().rev() {
            if entry.modified == UNDATED || entry.is_resent {
                continue;
            }
            if entry.modified > earliest_above {
                count += 1;
            }
            earliest_above = earliest_above.min(entry.modified);
        }
        count
    }

    /// When each dated part arrived and its bytes, by number.
    pub fn arrivals(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        let dated = |entry: &Entry| Some((entry.modified()?, entry.size));
        self.entries.iter().filter_map(dated)
    }

    /// The bytes of each part, by number.
    pub fn sizes(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().map(|entry| entry.size)
    }

    /// The `ETag` of each part, by number, where all of them are MD5s.
    pub fn md5s(&self) -> Option<Vec<String>> {
        self.entries.iter().map(Entry::md5).collect()
    }
}

impl Entry {
    fn of(part: &Part) -> Self {
        let md5 = md5(&part.etag);
        Self {
            modified: part.last_modified.map_or(UNDATED, Timestamp::millis),
            size: part.size,
            tag: md5.unwrap_or_else(|| hashed(&part.etag)),
            number: part.number,
            is_md5: md5.is_some(),
            is_resent: false,
        }
    }

    /// Whether another listing tells of the same part. A date alone may be told more or less exactly.
    fn is_same(&self, other: &Self) -> bool {
        let second = |entry: &Self| entry.modified.div_euclid(1000);
        self.tag == other.tag
            && self.size == other.size
            && (self.modified == UNDATED
                || other.modified == UNDATED
                || second(self) == second(other))
    }

    fn modified(&self) -> Option<Timestamp> {
        (self.modified != UNDATED).then(|| Timestamp::from_millis(self.modified))
    }

    fn md5(&self) -> Option<String> {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        let pair = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
        self.is_md5
            .then(|| self.tag.iter().flat_map(pair).collect())
    }
}

fn md5(etag: &str) -> Option<[u8; 16]> {
    let digits = etag.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(value(pair[0])? << 4 | value(pair[1])?).ok()?;
    }
    Some(bytes)
}

fn hashed(etag: &str) -> [u8; 16] {
    let mut hasher = DefaultHasher::new();
    etag.hash(&mut hasher);
    let first = hasher.finish();
    // The same again goes on from where it was.
    etag.hash(&mut hasher);
    let both = u128::from(first) << 64 | u128::from(hasher.finish());
    both.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::part::gaps;

    fn part(number: u32, second: i64, etag: &str) -> Part {
        Part {
            number,
            size: u64::from(number) * 10,
            etag: etag.to_owned(),
            last_modified: Some(Timestamp::from_secs(second)),
            checksum: None,
        }
    }

    #[test]
    fn a_part_takes_forty_bytes() {
        assert!(size_of::<Entry>() <= 40);
    }

    #[test]
    fn what_is_new_and_what_was_sent_again_is_told_once() {
        let mut ledger = Ledger::default();
        let news = ledger.take(vec![part(2, 5, "b"), part(1, 4, "a")]);
        assert_eq!(news.fresh, [part(1, 4, "a"), part(2, 5, "b")]);
        assert_eq!(ledger.take(vec![part(2, 5, "b")]), News::default());
        let news = ledger.take(vec![part(2, 9, "c"), part(4, 9, "d")]);
        assert_eq!(news.fresh, [part(4, 9, "d")]);
        assert_eq!(news.resent, [part(2, 9, "c")]);
        assert_eq!((ledger.parts(), ledger.resent()), (3, 1));
        // The same bytes sent again are told by their date alone.
        assert_eq!(ledger.take(vec![part(1, 8, "a")]).resent.len(), 1);
    }

    #[test]
    fn a_date_that_is_told_less_exactly_is_no_other_part() {
        let mut ledger = Ledger::default();
        let exact = Part {
            last_modified: Some(Timestamp::from_millis(5_700)),
            ..part(1, 0, "a")
        };
        ledger.take(vec![exact]);
        assert_eq!(ledger.take(vec![part(1, 5, "a")]), News::default());
        let undated = Part {
            last_modified: None,
            ..part(1, 0, "a")
        };
        assert_eq!(ledger.take(vec![undated]), News::default());
    }

    #[test]
    fn parts_that_came_late_are_counted_and_those_sent_again_are_not() {
        let mut ledger = Ledger::default();
        ledger.take(vec![
            part(1, 10, "a"),
            part(2, 14, "b"),
            part(3, 12, "c"),
            part(4, 12, "d"),
            part(5, 15, "e"),
        ]);
        assert_eq!(ledger.out_of_order(), 1, "the second came after the third");
        ledger.take(vec![part(1, 99, "z")]);
        assert_eq!(ledger.out_of_order(), 1);
    }

    #[test]
    fn etags_come_back_where_all_are_md5s() {
        let one = "0123456789abcdef0123456789ABCDEF";
        let mut ledger = Ledger::default();
        ledger.take(vec![part(1, 1, one)]);
        assert_eq!(ledger.md5s().unwrap(), [one.to_ascii_lowercase()]);
        ledger.take(vec![part(2, 1, "0123456789abcdef0123456789abcdeg")]);
        assert_eq!(ledger.md5s(), None);
    }

    proptest! {
        /// After any run of pages it is what a map of the last page for each number is.
        #[test]
        fn it_is_what_was_listed_last(
            pages in prop::collection::vec(
                prop::collection::vec((1_u32..60, 0_i64..9, "[ab]"), 0..20),
                0..12,
            ),
        ) {
            let mut ledger = Ledger::default();
            let mut known = BTreeMap::new();
            let (mut fresh, mut resent) = (0, 0);
            for page in pages {
                let parts: Vec<Part> =
                    page.iter().map(|(number, at, etag)| part(*number, *at, etag)).collect();
                let last: BTreeMap<u32, Part> =
                    parts.iter().map(|part| (part.number, part.clone())).collect();
                let news = ledger.take(parts);
                for part in &news.fresh {
                    prop_assert!(!known.contains_key(&part.number));
                }
                for part in &news.resent {
                    prop_assert!(known.get(&part.number).is_some_and(|old| old != part));
                }
                fresh += news.fresh.len();
                resent += news.resent.len();
                known.extend(last);
            }
            prop_assert_eq!(fresh, known.len());
            prop_assert_eq!(u32::try_from(resent).unwrap(), ledger.resent());
            prop_assert_eq!(ledger.bytes(), known.values().map(|part| part.size).sum::<u64>());
            let numbers: Vec<u32> = known.keys().copied().collect();
            prop_assert_eq!(ledger.numbers().collect::<Vec<_>>(), numbers.clone());
            let runs = gaps(&numbers);
            let missing: u32 = runs.iter().map(|(from, to)| to - from + 1).sum();
            let mut down: Vec<_> = ledger.gaps_from_above().collect();
            down.reverse();
            prop_assert_eq!(&down, &runs);
            prop_assert_eq!(ledger.gaps(usize::MAX), (runs, missing));
        }
    }
}
