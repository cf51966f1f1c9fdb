//! The rows that the person marked, with their totals. Survives filters and sorting; knows neither.

use super::cost::Prices;
use super::{Row, RowId, Tally};

/// A set of rows and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    bits: Vec<u64>,
    tally: Tally,
}

fn place(row: RowId) -> (usize, u64) {
    (row.0 as usize / 64, 1 << (row.0 % 64))
}

impl Marks {
    pub fn contains(&self, row: RowId) -> bool {
        let (word, bit) = place(row);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Marks a row; false if it was marked.
    pub fn insert(&mut self, row: &Row<'_>, prices: &Prices) -> bool {
        let (word, bit) = place(row.id());
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        let fresh = self.bits[word] & bit == 0;
        if fresh {
            self.bits[word] |= bit;
            self.tally.add(row, prices);
        }
        fresh
    }

    /// Takes a row's mark; false if it had none.
    pub fn remove(&mut self, row: &Row<'_>, prices: &Prices) -> bool {
        let marked = self.contains(row.id());
        if marked {
            let (word, bit) = place(row.id());
            self.bits[word] &= !bit;
            self.tally.remove(row, prices);
        }
        marked
    }

    /// Before a row changes: takes its weight out, its mark stays.
    pub fn lift(&mut self, row: &Row<'_>, prices: &Prices) {
        if self.contains(row.id()) {
            self.tally.remove(row, prices);
        }
    }

    /// After a row has changed: puts its weight back.
    pub fn lower(&mut self, row: &Row<'_>, prices: &Prices) {
        if self.contains(row.id()) {
            self.tally.add(row, prices);
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    pub fn tally_mut(&mut self) -> &mut Tally {
        &mut self.tally
    }

    pub fn is_empty(&self) -> bool {
        self.tally.rows == 0
    }

    /// The marked rows by number.
    pub fn iter(&self) -> impl Iterator<Item = RowId> {
        (0_u32..)
            .zip(&self.bits)
            .filter(|(_, bits)| **bits != 0)
            .flat_map(|(word, bits)| {
                (0..64)
                    .filter(move |bit| bits & (1 << bit) != 0)
                    .map(move |bit| RowId(word * 64 + bit))
            })
    }
}
