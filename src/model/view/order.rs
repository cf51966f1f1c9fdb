//! How rows compare: a number for each, and the text where numbers are equal. Knows no list.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Spot;
use crate::model::bits::Bits;
use crate::model::catalog::{Row, Rows};
use crate::model::deadline::Rules;
use crate::model::{Measure, RowId, Timestamp};

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

/// Packed values under which rows stay where they are although they have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Rows that had no value: most of those that are held.
    unknown: Bits,
    values: HashMap<RowId, u64>,
}

impl Held {
    pub fn get(&self, row: RowId) -> Option<u64> {
        if self.unknown.contains(row) {
            Some(UNKNOWN)
        } else {
            self.values.get(&row).copied()
        }
    }

    pub fn insert(&mut self, row: RowId, value: u64) {
        self.remove(row);
        if value == UNKNOWN {
            self.unknown.insert(row);
        } else {
            self.values.insert(row, value);
        }
    }

    pub fn remove(&mut self, row: RowId) {
        self.unknown.remove(row);
        self.values.remove(&row);
    }

    pub fn len(&self) -> usize {
        self.unknown.len() + self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How a row's value is packed.
#[derive(Debug, Clone, Copy)]
pub struct Packing<'a> {
    pub sort: Sort,
    /// For [`Column::Deadline`].
    pub rules: &'a Rules,
    /// Rows that keep the place of an earlier value.
    pub held: &'a Held,
}

impl Packing<'_> {
    /// The row's value in the sorted column, packed so that numbers compare as values do.
    pub fn pack(&self, row: &Row<'_>) -> u64 {
        if let Some(held) = self.held.get(row.id()) {
            return held;
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
}

/// How rows compare.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    pub rows: &'a Rows,
    pub packing: Packing<'a>,
}

impl Order<'_> {
    /// Where a row belongs.
    pub fn spot(&self, row: &Row<'_>) -> Spot {
        (self.packing.pack(row), row.id())
    }

    /// Whether equal numbers may stand for different texts.
    pub fn is_by_text(&self) -> bool {
        matches!(
            self.packing.sort.column,
            Column::Key | Column::Initiator | Column::Class
        )
    }

    fn text(&self, row: RowId) -> Option<&str> {
        let row = self.rows.get(row)?;
        match self.packing.sort.column {
            Column::Key => Some(row.key()),
            Column::Initiator => row.initiator(),
            Column::Class => row.storage_class(),
            _ => None,
        }
    }

    /// Which of two rows comes first. Rows that are equal in the column stay in the order of the listing.
    pub fn compare(&self, a: &Spot, b: &Spot) -> Ordering {
        let texts = || {
            if !self.is_by_text() {
                return Ordering::Equal;
            }
            match (self.text(a.1), self.text(b.1)) {
                (Some(a), Some(b)) if self.packing.sort.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            }
        };
        a.0.cmp(&b.0).then_with(texts).then(a.1.cmp(&b.1))
    }

    /// Puts spots in order.
    pub fn sort(&self, spots: &mut [Spot]) {
        if self.is_by_text() {
            // Listings come in runs of ordered keys, which a stable sort makes use of.
            spots.sort_by(|a, b| self.compare(a, b));
        } else {
            spots.sort_unstable();
        }
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
