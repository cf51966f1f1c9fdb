//! Sets of rows, one bit each. Knows nothing of rows but their numbers.

use super::RowId;

/// A set of rows.
#[derive(Debug, Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
    count: usize,
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Eq for Bits {}

fn place(row: RowId) -> (usize, u64) {
    (row.0 as usize / 64, 1 << (row.0 % 64))
}

impl Bits {
    pub fn contains(&self, row: RowId) -> bool {
        let (word, bit) = place(row);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Takes a row in; false if it was there.
    pub fn insert(&mut self, row: RowId) -> bool {
        let (word, bit) = place(row);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let fresh = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += usize::from(fresh);
        fresh
    }

    /// Takes a row out; false if it was not there.
    pub fn remove(&mut self, row: RowId) -> bool {
        let there = self.contains(row);
        if there {
            let (word, bit) = place(row);
            self.words[word] &= !bit;
            self.count -= 1;
        }
        there
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }

    /// The rows that are in one of both only, by number.
    pub fn differing(&self, other: &Self) -> Vec<RowId> {
        let word = |bits: &Self, at: usize| bits.words.get(at).copied().unwrap_or(0);
        let words = 0..self.words.len().max(other.words.len());
        let words: Vec<u64> = words.map(|at| word(self, at) ^ word(other, at)).collect();
        Self { words, count: 0 }.iter().collect()
    }

    /// The rows by number.
    pub fn iter(&self) -> impl Iterator<Item = RowId> {
        (0_u32..)
            .zip(&self.words)
            .filter(|(_, bits)| **bits != 0)
            .flat_map(|(word, bits)| {
                (0..64)
                    .filter(move |bit| bits & (1 << bit) != 0)
                    .map(move |bit| RowId(word * 64 + bit))
            })
    }
}

impl Extend<RowId> for Bits {
    fn extend<T: IntoIterator<Item = RowId>>(&mut self, rows: T) {
        for row in rows {
            self.insert(row);
        }
    }
}

impl FromIterator<RowId> for Bits {
    fn from_iter<T: IntoIterator<Item = RowId>>(rows: T) -> Self {
        let mut bits = Self::default();
        bits.extend(rows);
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_not_taken_out() {
        let mut set: Bits = [RowId(3), RowId(64), RowId(700)].into_iter().collect();
        assert!(!set.insert(RowId(64)));
        assert!(set.remove(RowId(3)));
        assert!(!set.remove(RowId(9_999)));
        assert_eq!(set.iter().collect::<Vec<_>>(), [RowId(64), RowId(700)]);
        assert_eq!(set.len(), 2);
        let other: Bits = [RowId(64), RowId(2_000)].into_iter().collect();
        assert_eq!(set.differing(&other), [RowId(700), RowId(2_000)]);
        assert_eq!(other.differing(&set), [RowId(700), RowId(2_000)]);
        // What lies behind the last row makes no difference.
        set.insert(RowId(9_999));
        set.remove(RowId(9_999));
        assert_eq!(set, [RowId(700), RowId(64)].into_iter().collect());
    }
}
