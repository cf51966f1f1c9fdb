//! Which rows are shown and in which order: packed sort keys, into which what changed is merged.
//!
//! Never sorts everything again because of a few changes. Knows rows, not why they pass the filter.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::catalog::{Catalog, Row};
use super::deadline::Rules;
use super::{Measure, RowId, Timestamp};

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Key,
    Size,
    Parts,
    /// The time since the initiation: ascending is the youngest first.
    Age,
    /// The time since the newest part: ascending is the freshest first.
    LastPart,
    /// `active` to `stale` by the last sign of life, then `empty`, then `unknown`.
    State,
    /// Ascending is the soonest first.
    Deadline,
    Initiator,
    Class,
}

impl Column {
    /// All columns, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Key,
        Self::Size,
        Self::Parts,
        Self::Age,
        Self::LastPart,
        Self::State,
        Self::Deadline,
        Self::Initiator,
        Self::Class,
    ];

    /// The word for it: `size`, `last part`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Size => "size",
            Self::Parts => "parts",
            Self::Age => "age",
            Self::LastPart => "last part",
            Self::State => "state",
            Self::Deadline => "deadline",
            Self::Initiator => "initiator",
            Self::Class => "class",
        }
    }

    /// Whether somebody who chooses this column most likely wants the greatest first.
    pub const fn descends_at_first(self) -> bool {
        matches!(
            self,
            Self::Size | Self::Parts | Self::Age | Self::LastPart | Self::State
        )
    }
}

/// An order of rows. Rows whose value is unknown come last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            column: Column::Size,
            descending: true,
        }
    }
}

/// Behind every known value, in both directions.
const UNKNOWN: u64 = u64::MAX;
const EMPTY_STATE: u64 = UNKNOWN - 3;
const UNKNOWN_STATE: u64 = UNKNOWN - 2;

/// Keeps the order of signed numbers.
fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// The later, the smaller: spans since then ascend.
fn since(at: Timestamp) -> u64 {
    (!ordered(at.millis())).min(EMPTY_STATE - 1)
}

/// The first eight bytes; what is shorter comes first.
fn packed_text(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    u64::from_be_bytes(bytes)
}

/// When a row is ended by the service, a rule of its bucket, or the provider.
pub fn deadline(row: &Row<'_>, rules: &Rules) -> Option<Timestamp> {
    let own = row.measure().extent().and_then(|extent| extent.abort_date);
    rules.at(row.key(), row.initiated(), own)
}

/// How rows compare.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    pub catalog: &'a Catalog,
    pub sort: Sort,
    /// For [`Column::Deadline`].
    pub rules: &'a Rules,
    /// Rows that keep the place of an earlier value.
    pub held: &'a Held,
}

/// Packed values under which rows stay where they are although they have changed.
pub type Held = HashMap<RowId, u64>;

impl Order<'_> {
    /// The row's value in the sorted column, packed so that numbers compare as values do.
    pub fn pack(&self, row: &Row<'_>) -> u64 {
        if let Some(held) = self.held.get(&row.id()) {
            return *held;
        }
        let value = match self.sort.column {
            Column::Key => Some(packed_text(row.key())),
            Column::Initiator => row.initiator().map(packed_text),
            Column::Class => row.storage_class().map(packed_text),
            Column::Size => row.measure().extent().map(|extent| extent.bytes),
            Column::Parts => row.measure().extent().map(|extent| u64::from(extent.parts)),
            Column::Age => row.initiated().map(since),
            Column::LastPart => row
                .measure()
                .extent()
                .and_then(|extent| extent.last_part)
                .map(since),
            Column::State => state(row),
            Column::Deadline => deadline(row, self.rules).map(|at| ordered(at.millis())),
        };
        match value {
            None => UNKNOWN,
            Some(value) if self.sort.descending => (UNKNOWN - 1) - value.min(UNKNOWN - 1),
            Some(value) => value.min(UNKNOWN - 1),
        }
    }

    fn text(&self, row: RowId) -> Option<&str> {
        let row = self.catalog.get(row)?;
        match self.sort.column {
            Column::Key => Some(row.key()),
            Column::Initiator => row.initiator(),
            Column::Class => row.storage_class(),
            _ => None,
        }
    }

    /// Which of two rows comes first. Rows that are equal in the column stay in the order of the listing.
    pub fn compare(&self, a: &(u64, RowId), b: &(u64, RowId)) -> Ordering {
        let texts = || {
            if !matches!(
                self.sort.column,
                Column::Key | Column::Initiator | Column::Class
            ) {
                return Ordering::Equal;
            }
            match (self.text(a.1), self.text(b.1)) {
                (Some(a), Some(b)) if self.sort.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            }
        };
        a.0.cmp(&b.0).then_with(texts).then(a.1.cmp(&b.1))
    }
}

/// The state's rank without a clock: the older the last sign of life, the later; then empty, then unknown.
fn state(row: &Row<'_>) -> Option<u64> {
    match row.measure() {
        Measure::Unknown | Measure::AtLeast(_) => None,
        Measure::Denied => Some(UNKNOWN_STATE),
        Measure::Exact(extent) if extent.parts == 0 => Some(EMPTY_STATE),
        Measure::Exact(extent) => {
            let sign = extent.last_part.max(row.moved_at());
            Some(sign.map_or(UNKNOWN_STATE, since))
        }
    }
}

/// Rows in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    entries: Vec<(u64, RowId)>,
}

impl View {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn at(&self, index: usize) -> Option<RowId> {
        self.entries.get(index).map(|entry| entry.1)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        self.entries.iter().map(|entry| entry.1)
    }

    /// The rows of these positions, as far as there are any.
    pub fn window(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        let end = range.end.min(self.entries.len());
        let start = range.start.min(end);
        self.entries[start..end].iter().map(|entry| entry.1)
    }

    /// Where a row is. By bisection; by looking through all when the row has changed since it was merged.
    pub fn position(&self, row: &Row<'_>, order: &Order<'_>) -> Option<usize> {
        let wanted = (order.pack(row), row.id());
        let guess = self
            .entries
            .binary_search_by(|entry| order.compare(entry, &wanted));
        match guess {
            Ok(index) => Some(index),
            Err(_) => self.entries.iter().position(|entry| entry.1 == row.id()),
        }
    }

    /// Begins anew with these rows.
    pub fn rebuild(&mut self, rows: Vec<(u64, RowId)>, order: &Order<'_>) {
        self.entries = rows;
        self.entries.sort_unstable_by(|a, b| order.compare(a, b));
    }

    /// Drops the rows that `keep` refuses, then merges `fresh` in. One pass each; only `fresh` is sorted.
    pub fn merge(
        &mut self,
        keep: impl Fn(RowId) -> bool,
        mut fresh: Vec<(u64, RowId)>,
        order: &Order<'_>,
    ) {
        self.entries.retain(|entry| keep(entry.1));
        if fresh.is_empty() {
            return;
        }
        fresh.sort_unstable_by(|a, b| order.compare(a, b));
        let mut old = self.entries.len();
        self.entries
            .resize(old + fresh.len(), (UNKNOWN, RowId(u32::MAX)));
        // From the back, so that no second list is needed.
        let mut place = self.entries.len();
        while let Some(last) = fresh.last() {
            place -= 1;
            if old > 0 && order.compare(&self.entries[old - 1], last) == Ordering::Greater {
                old -= 1;
                self.entries[place] = self.entries[old];
            } else {
                self.entries[place] = *last;
                fresh.pop();
            }
        }
    }
}
