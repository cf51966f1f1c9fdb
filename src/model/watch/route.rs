//! Which page of the parts to read next, so that a look costs one small page and yet nothing is missed for ever.
//!
//! New parts appear at the frontier: behind the last number below the first gap that may still fill. Each page has
//! room for a part that is known, so that an upload that is gone, and a server that does not heed the marker, show.
//! Every now and then the page is one of older numbers instead, those with gaps first: that finds parts that came
//! very late and parts that were sent again. An upload of few parts is read whole each time.

use std::time::Duration;

use super::{Ledger, Rhythm};

/// Parts of a page of older numbers: few, since it is read for what hardly ever happens.
pub const OLD: u32 = 200;
/// Each so-manyth look reads older numbers.
const TURN: u64 = 8;
/// A gap may still fill if it is no further below the highest number, …
const REACH: u32 = 200;
/// … and the part above it came so short a time before the newest one, or within so many usual spacings.
const YOUNG: Duration = Duration::from_mins(2);
const SPACINGS: u32 = 16;

/// Whether part numbers can be made up as markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markers {
    /// Not tried yet.
    #[default]
    Untried,
    /// A page began behind the number that was sent.
    Heeded,
    /// They are something else here: only what the server gives may be sent back, so all pages are read.
    Opaque,
}

/// What to read at a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// All pages, from the first one.
    All,
    /// What stands behind this number, until the end; 0: from the first one.
    New { after: u32 },
    /// At most [`OLD`] parts behind this number.
    Old { after: u32 },
}

impl Page {
    /// The number behind which it begins.
    pub const fn after(self) -> u32 {
        match self {
            Self::All => 0,
            Self::New { after } | Self::Old { after } => after,
        }
    }
}

/// Where the looks go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    pub markers: Markers,
    looks: u64,
    old: u64,
    /// Older numbers were read up to here, …
    swept: u32,
    /// … and gaps among them.
    filled: u32,
}

impl Route {
    /// The page for the next look.
    pub fn next(&mut self, ledger: &Ledger, rhythm: &Rhythm) -> Page {
        if self.markers == Markers::Opaque {
            return Page::All;
        }
        let after = frontier(ledger, rhythm);
        self.looks += 1;
        if after == 0 || self.markers == Markers::Untried || !self.looks.is_multiple_of(TURN) {
            return Page::New { after };
        }
        self.old += 1;
        // Every other one sweeps, so that many gaps do not keep the rest from being read.
        if self.old.is_multiple_of(2) {
            return self.sweep(after);
        }
        match self.gap(ledger, after) {
            Some(page) => page,
            None => self.sweep(after),
        }
    }

    /// The next stretch of older numbers.
    fn sweep(&mut self, end: u32) -> Page {
        if self.swept >= end {
            self.swept = 0;
        }
        let after = self.swept;
        // The last part of one page is the first of the next.
        self.swept = after.saturating_add(OLD - 1);
        Page::Old { after }
    }

    /// The next gap among the older numbers, with the part in front of it.
    fn gap(&mut self, ledger: &Ledger, end: u32) -> Option<Page> {
        let (gaps, _) = ledger.gaps(usize::MAX);
        let old = || gaps.iter().filter(|(from, _)| *from <= end);
        let next = old().find(|(_, to)| *to > self.filled);
        let (from, to) = *next.or_else(|| old().next())?;
        // Of a gap that is longer than a page the next stretch.
        let begin = from.max(self.filled.saturating_add(1));
        let begin = if begin > to { from } else { begin };
        self.filled = to.min(begin.saturating_add(OLD));
        // Behind the number before the one in front of it: that one is known.
        let after = begin.min(from).saturating_sub(2);
        Some(Page::Old { after })
    }
}

/// The number behind which new parts may appear, less one, so that a known part is listed with them. Few parts are
/// read whole, so that one that is sent again shows at once.
fn frontier(ledger: &Ledger, rhythm: &Rhythm) -> u32 {
    let highest = ledger.highest();
    if ledger.parts() <= OLD {
        return 0;
    }
    let young = YOUNG.max(rhythm.spacing.unwrap_or_default() * SPACINGS);
    let mut last = highest;
    for (from, to) in ledger.gaps_from_above() {
        let above = ledger.arrived(to + 1);
        let age = rhythm
            .last
            .zip(above)
            .map(|(last, above)| last.since(above));
        if highest - to > REACH || age.is_some_and(|age| age > young) {
            break;
        }
        last = from - 1;
        if highest - last > REACH {
            break;
        }
    }
    // A gap of thousands: what is behind it is in older pages.
    last.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Part, Timestamp};

    fn part(number: u32, second: i64) -> Part {
        Part {
            number,
            size: 1,
            etag: second.to_string(),
            last_modified: Some(Timestamp::from_secs(second)),
            checksum: None,
        }
    }

    fn known(parts: impl IntoIterator<Item = (u32, i64)>) -> (Ledger, Rhythm) {
        let mut ledger = Ledger::default();
        ledger.take(
            parts
                .into_iter()
                .map(|(number, at)| part(number, at))
                .collect(),
        );
        let rhythm = Rhythm::of(&ledger, None);
        (ledger, rhythm)
    }

    fn next(parts: impl IntoIterator<Item = (u32, i64)>) -> Page {
        let (ledger, rhythm) = known(parts);
        Route::default().next(&ledger, &rhythm)
    }

    #[test]
    fn new_parts_are_looked_for_behind_the_last_and_behind_a_young_gap() {
        let all = |n: u32| (n, i64::from(n) * 5);
        assert_eq!(next([]), Page::New { after: 0 });
        assert_eq!(next((1..=OLD).map(all)), Page::New { after: 0 }, "few");
        assert_eq!(next((1..=OLD + 1).map(all)), Page::New { after: OLD });
        assert_eq!(next((1..=900).map(all)), Page::New { after: 899 });
        let young = (1..=900).filter(|n| ![893, 896].contains(n)).map(all);
        assert_eq!(next(young), Page::New { after: 891 });
        let old = (1..=900).filter(|n| *n != 500).map(all);
        assert_eq!(next(old), Page::New { after: 899 });
        let slow = (1..=900).filter(|n| *n != 850).map(all);
        assert_eq!(next(slow), Page::New { after: 899 }, "four minutes old");
    }

    #[test]
    fn gaps_and_older_numbers_have_their_turn() {
        let sparse = (1..=3000).filter(|n| *n != 700 && *n != 1900);
        let (ledger, rhythm) = known(sparse.map(|n| (n, i64::from(n))));
        let mut route = Route {
            markers: Markers::Heeded,
            ..Route::default()
        };
        let pages = (0..64).map(|_| route.next(&ledger, &rhythm));
        let old: Vec<u32> = pages
            .filter_map(|page| match page {
                Page::Old { after } => Some(after),
                _ => None,
            })
            .collect();
        assert_eq!(old, [698, 0, 1898, 199, 698, 398, 1898, 597]);
        route.markers = Markers::Opaque;
        assert_eq!(route.next(&ledger, &rhythm), Page::All);
    }

    /// A page as a server lists it: behind a number, at most so many.
    fn page(server: &BTreeMap<u32, i64>, after: u32, most: usize) -> Vec<Part> {
        let behind = server.range(after + 1..).take(most);
        behind.map(|(number, at)| part(*number, *at)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whatever comes in whatever order, a page a look finds it all in the end.
        #[test]
        fn nothing_is_missed_for_ever(
            begun in prop::collection::btree_set(1_u32..2500, 0..800),
            later in prop::collection::vec(1_u32..2600, 0..200),
        ) {
            let mut server: BTreeMap<u32, i64> =
                begun.into_iter().map(|number| (number, i64::from(number))).collect();
            let mut ledger = Ledger::default();
            ledger.take(page(&server, 0, usize::MAX));
            let mut route = Route { markers: Markers::Heeded, ..Route::default() };
            let mut later = later.into_iter().zip(3000..);
            let mut after_the_last = 0;
            while after_the_last < 1500 {
                match later.next() {
                    Some((number, at)) => {
                        server.insert(number, at);
                    }
                    None => after_the_last += 1,
                }
                let rhythm = Rhythm::of(&ledger, None);
                let next = route.next(&ledger, &rhythm);
                let most = if matches!(next, Page::Old { .. }) { OLD as usize } else { usize::MAX };
                let read = page(&server, next.after(), most);
                let expected = ledger.highest() > next.after();
                prop_assert!(!expected || !read.is_empty(), "{:?}", next);
                ledger.take(read);
            }
            let mut whole = Ledger::default();
            whole.take(page(&server, 0, usize::MAX));
            prop_assert_eq!(ledger.bytes(), whole.bytes());
            prop_assert_eq!(
                ledger.arrivals().collect::<Vec<_>>(),
                whole.arrivals().collect::<Vec<_>>()
            );
        }
    }
}
