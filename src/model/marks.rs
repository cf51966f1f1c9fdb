//! The rows that the person marked, with their totals. Survives filters and sorting; knows neither.

use super::bits::Bits;
use super::tally::Load;
use super::{RowId, Tally};

/// A set of rows and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    rows: Bits,
    tally: Tally,
}

impl Marks {
    pub fn contains(&self, row: RowId) -> bool {
        self.rows.contains(row)
    }

    /// Marks a row of this weight; false if it was marked.
    pub fn insert(&mut self, row: RowId, load: &Load) -> bool {
        let fresh = self.rows.insert(row);
        if fresh {
            self.tally.count_in(load);
        }
        fresh
    }

    /// Takes a row's mark; false if it had none.
    pub fn remove(&mut self, row: RowId, load: &Load) -> bool {
        let marked = self.rows.remove(row);
        if marked {
            self.tally.count_out(load);
        }
        marked
    }

    /// Marks exactly these rows, which add up to this.
    pub fn replace(&mut self, rows: Bits, tally: Tally) {
        (self.rows, self.tally) = (rows, tally);
    }

    /// Before a row changes: takes its weight out, its mark stays.
    pub fn lift(&mut self, row: RowId, load: &Load) {
        if self.contains(row) {
            self.tally.count_out(load);
        }
    }

    /// After a row has changed: puts its weight back.
    pub fn lower(&mut self, row: RowId, load: &Load) {
        if self.contains(row) {
            self.tally.count_in(load);
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub const fn rows(&self) -> &Bits {
        &self.rows
    }

    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    pub fn tally_mut(&mut self) -> &mut Tally {
        &mut self.tally
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The marked rows by number.
    pub fn iter(&self) -> impl Iterator<Item = RowId> {
        self.rows.iter()
    }
}
