//! The uploads of one bucket, compact and append-only: a million of them fit where a million structs would not.
//!
//! Keys and upload IDs lie in one arena, words that repeat are interned as whole sets, sizes are kept only for
//! rows that were sized. Rows are never moved and never reused: what is gone leaves a tombstone. Knows no
//! filter, order or mark.

mod row;

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

pub use row::Row;

use super::{Measure, RowId, Timestamp, Upload};

/// Stands for "no time" in records.
const NEVER: i64 = i64::MIN;
/// Stands for "not sized" in records.
const UNSIZED: u32 = u32::MAX;

/// What many uploads share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Labels {
    storage_class: Option<String>,
    initiator: Option<String>,
    owner: Option<String>,
    checksum_algorithm: Option<String>,
    checksum_type: Option<String>,
}

impl Labels {
    fn fits(&self, upload: &Upload) -> bool {
        self.storage_class == upload.storage_class
            && self.initiator == upload.initiator
            && self.owner == upload.owner
            && self.checksum_algorithm == upload.checksum_algorithm
            && self.checksum_type == upload.checksum_type
    }

    fn of(upload: &Upload) -> Self {
        Self {
            storage_class: upload.storage_class.clone(),
            initiator: upload.initiator.clone(),
            owner: upload.owner.clone(),
            checksum_algorithm: upload.checksum_algorithm.clone(),
            checksum_type: upload.checksum_type.clone(),
        }
    }
}

/// One row. Its upload ID ends where the next row's key begins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    initiated: i64,
    key_at: u32,
    id_at: u32,
    labels: u32,
    /// Into the sizes, or [`UNSIZED`].
    size: u32,
    /// The listing that saw it last; for a row that is gone, the one during which it went.
    seen: u32,
    gone: bool,
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
    moved_at: i64,
    parts: u32,
    depth: Depth,
}

/// What became of an upload that was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// A new row.
    New(RowId),
    /// A known row, listed again with the same facts.
    Same(RowId),
    /// A known row whose facts differ, or that came back.
    Changed(RowId),
    /// Not taken: the row was buried since this listing began, so that the page may be older than its end.
    Buried,
    /// Not taken: the arena is full (4 GiB of keys and upload IDs).
    Full,
}

/// The rows of one bucket.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    arena: String,
    records: Vec<Record>,
    sizes: Vec<Size>,
    labels: Vec<Labels>,
    by_name: HashTable<u32>,
    by_labels: HashTable<u32>,
    hasher: DefaultHashBuilder,
    generation: u32,
    live: usize,
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.arena == other.arena
            && self.records == other.records
            && self.sizes == other.sizes
            && self.labels == other.labels
            && self.generation == other.generation
    }
}

fn time(millis: i64) -> Option<Timestamp> {
    (millis != NEVER).then(|| Timestamp::from_millis(millis))
}

fn millis(time: Option<Timestamp>) -> i64 {
    time.map_or(NEVER, Timestamp::millis)
}

impl Catalog {
    /// How many rows there are, gone ones among them.
    pub fn slots(&self) -> usize {
        self.records.len()
    }

    /// How many rows are not gone.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Bytes of memory that the rows take, capacity that is not yet used included.
    pub fn memory(&self) -> usize {
        self.arena.capacity()
            + self.records.capacity() * size_of::<Record>()
            + self.sizes.capacity() * size_of::<Size>()
            + self.by_name.allocation_size()
    }

    /// Begins another listing: rows that it does not name are found by [`Catalog::unseen`].
    pub fn begin_listing(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// The live rows under `prefix` that no listing has named since [`Catalog::begin_listing`].
    pub fn unseen(&self, prefix: &str) -> Vec<RowId> {
        self.rows()
            .filter(|row| row.record.seen != self.generation && row.key().starts_with(prefix))
            .map(|row| row.id())
            .collect()
    }

    /// The row of `row`, gone or not; `None` if there never was one.
    pub fn get(&self, row: RowId) -> Option<Row<'_>> {
        let record = self.records.get(row.0 as usize)?;
        Some(Row {
            catalog: self,
            record,
            id: row,
        })
    }

    /// The live rows in the order in which they were first listed.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0_u32..)
            .zip(&self.records)
            .filter(|(_, record)| !record.gone)
            .map(|(id, record)| Row {
                catalog: self,
                record,
                id: RowId(id),
            })
    }

    /// The row of an upload, gone or not.
    pub fn find(&self, key: &str, upload_id: &str) -> Option<RowId> {
        let hash = self.hash(key, upload_id);
        self.by_name
            .find(hash, |row| self.names(*row) == (key, upload_id))
            .map(|row| RowId(*row))
    }

    /// Takes in one entry of a listing. `before` is called with a known row before its facts change.
    pub fn list(&mut self, upload: &Upload, before: impl FnOnce(Row<'_>)) -> Listed {
        let Some(RowId(row)) = self.find(&upload.key, &upload.upload_id) else {
            return self.insert(upload);
        };
        let record = &self.records[row as usize];
        if record.gone && record.seen == self.generation {
            return Listed::Buried;
        }
        let same = !record.gone
            && record.initiated == millis(upload.initiated)
            && self.labels[record.labels as usize].fits(upload);
        if !same {
            if let Some(row) = self.get(RowId(row)).filter(|row| !row.is_gone()) {
                before(row);
            }
            let labels = self.intern(upload);
            let record = &mut self.records[row as usize];
            record.initiated = millis(upload.initiated);
            record.labels = labels;
            if record.gone {
                record.gone = false;
                record.size = UNSIZED;
                self.live += 1;
            }
        }
        self.records[row as usize].seen = self.generation;
        if same {
            Listed::Same(RowId(row))
        } else {
            Listed::Changed(RowId(row))
        }
    }

    fn insert(&mut self, upload: &Upload) -> Listed {
        let end = self.arena.len() + upload.key.len() + upload.upload_id.len();
        let (Ok(key_at), Ok(id_at), Ok(_), Ok(row)) = (
            u32::try_from(self.arena.len()),
            u32::try_from(self.arena.len() + upload.key.len()),
            u32::try_from(end),
            u32::try_from(self.records.len()),
        ) else {
            return Listed::Full;
        };
        let labels = self.intern(upload);
        self.arena.push_str(&upload.key);
        self.arena.push_str(&upload.upload_id);
        self.records.push(Record {
            initiated: millis(upload.initiated),
            key_at,
            id_at,
            labels,
            size: UNSIZED,
            seen: self.generation,
            gone: false,
        });
        self.live += 1;
        let hash = self.hash(&upload.key, &upload.upload_id);
        let Self {
            by_name,
            records,
            arena,
            hasher,
            ..
        } = self;
        by_name.insert_unique(hash, row, |row| {
            let (key, id) = names(arena, records, *row);
            hash_names(hasher, key, id)
        });
        Listed::New(RowId(row))
    }

    fn intern(&mut self, upload: &Upload) -> u32 {
        // Neighbours in a listing come from the same client more often than not.
        let last = self.records.last().map(|record| record.labels);
        if let Some(last) = last.filter(|last| self.labels[*last as usize].fits(upload)) {
            return last;
        }
        let labels = Labels::of(upload);
        let hash = self.hasher.hash_one(&labels);
        let Self {
            by_labels,
            labels: known,
            hasher,
            ..
        } = self;
        if let Some(found) = by_labels.find(hash, |at| known[*at as usize] == labels) {
            return *found;
        }
        // There are no more label sets than rows, whose number fits.
        let at = u32::try_from(known.len()).unwrap_or(u32::MAX);
        known.push(labels);
        by_labels.insert_unique(hash, at, |at| hasher.hash_one(&known[*at as usize]));
        at
    }

    /// Takes in a look at a row's parts. An incomplete look that shows nothing new does not replace a complete
    /// one; parts that differ from an earlier complete look are a sign of life at `now`. False if the row is
    /// gone, or nothing changed.
    pub fn set_measure(&mut self, row: RowId, measure: Measure, now: Timestamp) -> bool {
        let Some(before) = self.get(row).filter(|row| !row.is_gone()) else {
            return false;
        };
        let (old, mut moved_at) = (before.measure(), before.moved_at());
        if old == measure || !measure.tells_more_than(&old) {
            return false;
        }
        if measure.shows_change_since(&old) {
            moved_at = Some(now);
        }
        let extent = measure.extent().copied().unwrap_or_default();
        let size = Size {
            bytes: extent.bytes,
            last_part: millis(extent.last_part),
            abort_date: millis(extent.abort_date),
            moved_at: millis(moved_at),
            parts: extent.parts,
            depth: match measure {
                Measure::Unknown => Depth::Unknown,
                Measure::AtLeast(_) => Depth::AtLeast,
                Measure::Exact(_) => Depth::Exact,
                Measure::Denied => Depth::Denied,
            },
        };
        let record = &mut self.records[row.0 as usize];
        if let Some(place) = self.sizes.get_mut(record.size as usize) {
            *place = size;
        } else {
            record.size = u32::try_from(self.sizes.len()).unwrap_or(UNSIZED);
            self.sizes.push(size);
        }
        true
    }

    /// What the service said of the uploads' ends holds no more.
    pub fn forget_abort_dates(&mut self) {
        for size in &mut self.sizes {
            size.abort_date = millis(None);
        }
    }

    /// Leaves a tombstone. False if there was no live row.
    pub fn bury(&mut self, row: RowId) -> bool {
        let generation = self.generation;
        match self.records.get_mut(row.0 as usize) {
            Some(record) if !record.gone => {
                record.gone = true;
                record.seen = generation;
                self.live -= 1;
                true
            }
            _ => false,
        }
    }

    fn names(&self, row: u32) -> (&str, &str) {
        names(&self.arena, &self.records, row)
    }

    fn hash(&self, key: &str, upload_id: &str) -> u64 {
        hash_names(&self.hasher, key, upload_id)
    }
}

fn names<'a>(arena: &'a str, records: &[Record], row: u32) -> (&'a str, &'a str) {
    let at = row as usize;
    let record = &records[at];
    let end = records
        .get(at + 1)
        .map_or(arena.len(), |next| next.key_at as usize);
    let (key_at, id_at) = (record.key_at as usize, record.id_at as usize);
    (&arena[key_at..id_at], &arena[id_at..end])
}

fn hash_names(hasher: &DefaultHashBuilder, key: &str, upload_id: &str) -> u64 {
    let mut state = hasher.build_hasher();
    key.hash(&mut state);
    upload_id.hash(&mut state);
    state.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_no_more_than_its_names_and_fifty_bytes() {
        let mut catalog = Catalog::default();
        for number in 0..50_000 {
            catalog.list(
                &Upload {
                    key: format!("{number:060}"),
                    upload_id: format!("{number:064}"),
                    ..Upload::default()
                },
                |_| (),
            );
        }
        let names = catalog.slots() * 124;
        let used =
            names + catalog.records.len() * size_of::<Record>() + catalog.by_name.allocation_size();
        assert!(used <= names + catalog.slots() * 50, "{used}");
        assert!(catalog.memory() >= used);
    }
}
