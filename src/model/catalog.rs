//! The uploads of one bucket, compact and append-only: a million of them fit where a million structs would not.
//!
//! Keys lie one behind the other, upload IDs are packed, words that repeat are interned as whole sets, sizes are
//! kept only for rows that were sized. Rows are never moved and never reused: what is gone leaves a tombstone.
//! A copy of the rows as they are now costs next to nothing. Knows no filter, order or mark.

mod index;
mod labels;
mod names;
mod packed;
mod row;
mod rows;

use index::Index;
use labels::Interner;
use names::{Name, fit};

pub use packed::UploadId;
pub use row::Row;
pub use rows::Rows;

use super::bits::Bits;
use super::{Measure, RowId, Timestamp, Upload};

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
    /// Not taken: a key of more than 64 KiB, an upload ID of more than 16 KiB, or more than 2^32 rows.
    Full,
}

/// The rows of one bucket, and how they are found.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    rows: Rows,
    /// Named, or buried, since the listing began.
    seen: Bits,
    index: Index,
    interner: Interner,
    /// For an ID while it is packed.
    scratch: Vec<u8>,
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && self.seen == other.seen
    }
}

fn time(millis: i64, never: i64) -> Option<Timestamp> {
    (millis != never).then(|| Timestamp::from_millis(millis))
}

impl Catalog {
    /// How many rows there are, gone ones among them.
    pub fn slots(&self) -> usize {
        self.rows.slots()
    }

    /// How many rows are not gone.
    pub fn live(&self) -> usize {
        self.rows.live()
    }

    /// Bytes of memory that the rows take, capacity that is not yet used included.
    pub fn memory(&self) -> usize {
        self.rows.memory() + self.index.memory() + self.seen.memory()
    }

    /// The rows as they are now; what changes later does not change them. Costs next to nothing.
    pub fn snapshot(&self) -> Rows {
        self.rows.clone()
    }

    /// The rows themselves.
    pub fn all(&self) -> &Rows {
        &self.rows
    }

    /// Begins another listing: rows that it does not name are found by [`Catalog::unseen`].
    pub fn begin_listing(&mut self) {
        self.seen.clear();
    }

    /// The live rows under `prefix` that no listing has named since [`Catalog::begin_listing`].
    pub fn unseen(&self, prefix: &str) -> Vec<RowId> {
        if self.seen.len() == self.slots() {
            return Vec::new();
        }
        let unseen = (0_u32..).take(self.slots()).map(RowId);
        unseen
            .filter(|row| !self.seen.contains(*row))
            .filter_map(|row| self.get(row))
            .filter(|row| !row.is_gone() && row.key().starts_with(prefix))
            .map(|row| row.id())
            .collect()
    }

    /// The row of `row`, gone or not; `None` if there never was one.
    pub fn get(&self, row: RowId) -> Option<Row<'_>> {
        self.rows.get(row)
    }

    /// The live rows in the order in which they were first listed.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter()
    }

    /// The row of an upload, gone or not.
    pub fn find(&self, key: &str, upload_id: &str) -> Option<RowId> {
        let mut scratch = Vec::new();
        let form = packed::pack(upload_id, &mut scratch)?;
        let bytes = &scratch;
        let id = UploadId { form, bytes };
        self.index.find(&self.rows, Name { key, id })
    }

    /// Takes in one entry of a listing. `before` is called with a known row, gone or not, before its
    /// facts change.
    pub fn list(&mut self, upload: &Upload, before: impl FnOnce(Row<'_>)) -> Listed {
        if !fit(&upload.key, &upload.upload_id) {
            return Listed::Full;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let listed = match packed::pack(&upload.upload_id, &mut scratch) {
            None => Listed::Full,
            Some(form) => {
                let bytes = &scratch;
                let id = UploadId { form, bytes };
                let key = &upload.key;
                self.list_name(Name { key, id }, upload, before)
            }
        };
        self.scratch = scratch;
        listed
    }

    fn list_name(
        &mut self,
        name: Name<'_>,
        upload: &Upload,
        before: impl FnOnce(Row<'_>),
    ) -> Listed {
        let Some(id) = self.index.find(&self.rows, name) else {
            return self.insert(name, upload);
        };
        let row = id.0;
        let facts = self.rows.facts(row);
        let gone = facts.is_gone(row);
        if gone && self.seen.contains(id) {
            return Listed::Buried;
        }
        self.seen.insert(id);
        if !gone
            && facts.initiated(row) == upload.initiated
            && self.rows.labels_of(row).fits(upload)
        {
            return Listed::Same(id);
        }
        if let Some(known) = self.get(id) {
            before(known);
        }
        let labels = self.interner.intern(upload, &mut self.rows.labels);
        let initiated = rows::millis(upload.initiated);
        if self.rows.facts_mut(row).relist(row, initiated, labels) {
            self.rows.live += 1;
        }
        Listed::Changed(id)
    }

    fn insert(&mut self, name: Name<'_>, upload: &Upload) -> Listed {
        let labels = self.interner.intern(upload, &mut self.rows.labels);
        let initiated = rows::millis(upload.initiated);
        let Some(row) = self.rows.push(name, initiated, labels) else {
            return Listed::Full;
        };
        self.index.insert(&self.rows, row);
        self.seen.insert(RowId(row));
        Listed::New(RowId(row))
    }

    /// Takes in a look at a row's parts. An incomplete look that shows nothing new does not replace a complete
    /// one; parts that differ from an earlier complete look are a sign of life at `now`. False if the row is
    /// gone, or nothing changed.
    pub fn set_measure(&mut self, row: RowId, measure: Measure, now: Timestamp) -> bool {
        let Some(before) = self.get(row).filter(|row| !row.is_gone()) else {
            return false;
        };
        let old = before.measure();
        if old == measure || !measure.tells_more_than(&old) {
            return false;
        }
        let moved = measure.shows_change_since(&old).then_some(now);
        self.rows
            .facts_mut(row.0)
            .set_measure(row.0, measure, moved);
        true
    }

    /// What the service said of the uploads' ends holds no more.
    pub fn forget_abort_dates(&mut self) {
        for facts in self.rows.all_facts_mut() {
            facts.forget_abort_dates();
        }
    }

    /// Leaves a tombstone. False if there was no live row.
    pub fn bury(&mut self, row: RowId) -> bool {
        if self.get(row).is_none_or(|row| row.is_gone()) {
            return false;
        }
        self.rows.facts_mut(row.0).bury(row.0);
        self.seen.insert(row);
        self.rows.live -= 1;
        true
    }
}
