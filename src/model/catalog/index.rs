//! Finds a row by its key and upload ID.

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::names::Name;
use super::rows::Rows;
use crate::model::RowId;

/// A table that grows is filled anew: many small ones grow without a pause that anybody could notice.
const SHARDS: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Index {
    shards: Vec<HashTable<u32>>,
    hasher: DefaultHashBuilder,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            shards: vec![HashTable::new(); SHARDS],
            hasher: DefaultHashBuilder::default(),
        }
    }
}

fn hash(hasher: &DefaultHashBuilder, name: Name<'_>) -> u64 {
    let mut state = hasher.build_hasher();
    name.key.hash(&mut state);
    name.id.form.hash(&mut state);
    state.write(name.id.bytes);
    state.finish()
}

/// From bits that the tables themselves look at last.
fn shard(hash: u64) -> usize {
    (hash >> 40) as usize % SHARDS
}

impl Index {
    pub(super) fn find(&self, rows: &Rows, name: Name<'_>) -> Option<RowId> {
        let hash = hash(&self.hasher, name);
        let same = |row: &u32| {
            let known = rows.name(*row);
            known.id == name.id && known.key == name.key
        };
        self.shards[shard(hash)]
            .find(hash, same)
            .map(|row| RowId(*row))
    }

    /// Takes in a row that is not there yet.
    pub(super) fn insert(&mut self, rows: &Rows, row: u32) {
        let Self { shards, hasher } = self;
        let new = hash(hasher, rows.name(row));
        shards[shard(new)].insert_unique(new, row, |row| hash(hasher, rows.name(*row)));
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.shards.iter().map(HashTable::allocation_size).sum()
    }
}
