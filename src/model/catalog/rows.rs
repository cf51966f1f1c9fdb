//! Rows in chunks that are shared: a copy of a million rows costs a few hundred pointers, and whoever has one
//! sees them as they were while others come and change.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::labels::{LabelSets, Labels};
use super::names::{Name, Names};
use super::{Row, time};
use crate::model::bits::Bits;
use crate::model::{Extent, Measure, RowId, Timestamp};

/// Rows of a chunk. What changes in one that somebody else looks at is copied first: some hundred KiB.
pub(super) const CHUNK: usize = 1 << SHIFT;
const SHIFT: u32 = 13;
/// Stands for "no time" in rows.
const NEVER: i64 = i64::MIN;
/// Stands for "not sized" in rows.
const UNSIZED: u16 = u16::MAX;

pub(super) fn millis(time: Option<Timestamp>) -> i64 {
    time.map_or(NEVER, Timestamp::millis)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Unknown,
    AtLeast,
    Exact,
    Denied,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Size {
    bytes: u64,
    last_part: i64,
    abort_date: i64,
    parts: u32,
    depth: Depth,
}

/// What of a chunk's rows may change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    initiated: Vec<i64>,
    labels: Vec<u32>,
    /// Into the sizes, or [`UNSIZED`].
    size_at: Vec<u16>,
    sizes: Vec<Size>,
    /// When parts were last found to differ: of few rows.
    moved: BTreeMap<u16, i64>,
    gone: Bits,
}

fn slot_of(row: u32) -> usize {
    row as usize & (CHUNK - 1)
}

fn bit_of(row: u32) -> RowId {
    RowId(row & ((1 << SHIFT) - 1))
}

/// A slot fits: a chunk is smaller.
fn short(row: u32) -> u16 {
    u16::try_from(slot_of(row)).unwrap_or(u16::MAX)
}

impl Facts {
    pub(super) fn initiated(&self, row: u32) -> Option<Timestamp> {
        time(self.initiated[slot_of(row)], NEVER)
    }

    pub(super) fn labels(&self, row: u32) -> u32 {
        self.labels[slot_of(row)]
    }

    pub(super) fn is_gone(&self, row: u32) -> bool {
        self.gone.contains(bit_of(row))
    }

    pub(super) fn moved_at(&self, row: u32) -> Option<Timestamp> {
        self.moved.get(&short(row)).and_then(|at| time(*at, NEVER))
    }

    pub(super) fn measure(&self, row: u32) -> Measure {
        let at = self.size_at[slot_of(row)];
        let Some(size) = self.sizes.get(usize::from(at)).filter(|_| at != UNSIZED) else {
            return Measure::Unknown;
        };
        let extent = Extent {
            bytes: size.bytes,
            parts: size.parts,
            last_part: time(size.last_part, NEVER),
            abort_date: time(size.abort_date, NEVER),
        };
        match size.depth {
            Depth::Unknown => Measure::Unknown,
            Depth::AtLeast => Measure::AtLeast(extent),
            Depth::Exact => Measure::Exact(extent),
            Depth::Denied => Measure::Denied,
        }
    }

    pub(super) fn set_measure(&mut self, row: u32, measure: Measure, moved: Option<Timestamp>) {
        let extent = measure.extent().copied().unwrap_or_default();
        let size = Size {
            bytes: extent.bytes,
            last_part: millis(extent.last_part),
            abort_date: millis(extent.abort_date),
            parts: extent.parts,
            depth: match measure {
                Measure::Unknown => Depth::Unknown,
                Measure::AtLeast(_) => Depth::AtLeast,
                Measure::Exact(_) => Depth::Exact,
                Measure::Denied => Depth::Denied,
            },
        };
        if let Some(moved) = moved {
            self.moved.insert(short(row), moved.millis());
        }
        let slot = slot_of(row);
        let at = self.size_at[slot];
        if at == UNSIZED {
            // No chunk has more sizes than rows.
            self.size_at[slot] = u16::try_from(self.sizes.len()).unwrap_or(UNSIZED);
            self.sizes.push(size);
        } else {
            self.sizes[usize::from(at)] = size;
        }
    }

    /// The row is listed with these facts; nothing of what was known of its parts holds if it was gone.
    pub(super) fn relist(&mut self, row: u32, initiated: i64, labels: u32) -> bool {
        let slot = slot_of(row);
        self.initiated[slot] = initiated;
        self.labels[slot] = labels;
        let came_back = self.gone.remove(bit_of(row));
        if came_back && self.size_at[slot] != UNSIZED {
            self.sizes[usize::from(self.size_at[slot])].depth = Depth::Unknown;
            self.moved.remove(&short(row));
        }
        came_back
    }

    pub(super) fn bury(&mut self, row: u32) -> bool {
        self.gone.insert(bit_of(row))
    }

    pub(super) fn forget_abort_dates(&mut self) {
        for size in &mut self.sizes {
            size.abort_date = NEVER;
        }
    }

    fn memory(&self) -> usize {
        self.initiated.capacity() * size_of::<i64>()
            + self.labels.capacity() * size_of::<u32>()
            + self.size_at.capacity() * size_of::<u16>()
            + self.sizes.capacity() * size_of::<Size>()
            + self.gone.memory()
    }
}

/// The rows of one bucket, gone ones among them. A clone shares them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    names: Vec<Arc<Names>>,
    facts: Vec<Arc<Facts>>,
    pub(super) labels: LabelSets,
    slots: u32,
    pub(super) live: usize,
}

impl Rows {
    /// How many rows there are, gone ones among them.
    pub fn slots(&self) -> usize {
        self.slots as usize
    }

    /// How many rows are not gone.
    pub fn live(&self) -> usize {
        self.live
    }

    /// A row, gone or not; `None` if there never was one.
    pub fn get(&self, row: RowId) -> Option<Row<'_>> {
        (row.0 < self.slots).then_some(Row {
            rows: self,
            id: row,
        })
    }

    /// The live rows in the order in which they were first listed.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let all = (0..self.slots).map(RowId);
        all.filter_map(|row| self.get(row))
            .filter(|row| !row.is_gone())
    }

    /// The initiation of the oldest row that is not gone.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.iter().filter_map(|row| row.initiated()).min()
    }

    /// The initiator that a label set names, see [`Row::label_set`].
    pub fn initiator_of(&self, labels: u32) -> Option<&str> {
        self.labels.get(labels).initiator.as_deref()
    }

    /// The storage class that a label set names.
    pub fn class_of(&self, labels: u32) -> Option<&str> {
        self.labels.get(labels).storage_class.as_deref()
    }

    pub(super) fn name(&self, row: u32) -> Name<'_> {
        let names = &self.names[(row >> SHIFT) as usize];
        Name {
            key: names.key(slot_of(row)),
            id: names.id(slot_of(row)),
        }
    }

    pub(super) fn key(&self, row: u32) -> &str {
        self.names[(row >> SHIFT) as usize].key(slot_of(row))
    }

    pub(super) fn facts(&self, row: u32) -> &Facts {
        &self.facts[(row >> SHIFT) as usize]
    }

    pub(super) fn facts_mut(&mut self, row: u32) -> &mut Facts {
        Arc::make_mut(&mut self.facts[(row >> SHIFT) as usize])
    }

    pub(super) fn all_facts_mut(&mut self) -> impl Iterator<Item = &mut Facts> {
        self.facts.iter_mut().map(Arc::make_mut)
    }

    pub(super) fn labels_of(&self, row: u32) -> &Labels {
        self.labels.get(self.facts(row).labels(row))
    }

    /// Appends a row; `None` where no number is left.
    pub(super) fn push(&mut self, name: Name<'_>, initiated: i64, labels: u32) -> Option<u32> {
        let row = self.slots;
        self.slots = row.checked_add(1)?;
        if slot_of(row) == 0 {
            if let Some(full) = self.names.last_mut() {
                Arc::make_mut(full).shrink();
            }
            self.names.push(Arc::default());
            self.facts.push(Arc::default());
        }
        let (Some(names), Some(facts)) = (self.names.last_mut(), self.facts.last_mut()) else {
            return None;
        };
        Arc::make_mut(names).push(name.key, name.id);
        let facts = Arc::make_mut(facts);
        facts.initiated.push(initiated);
        facts.labels.push(labels);
        facts.size_at.push(UNSIZED);
        self.live += 1;
        Some(row)
    }

    /// Bytes of memory, capacity that is not yet used included.
    pub(super) fn memory(&self) -> usize {
        let names = self.names.iter().map(|names| names.memory());
        let facts = self.facts.iter().map(|facts| facts.memory());
        names.chain(facts).sum()
    }
}
