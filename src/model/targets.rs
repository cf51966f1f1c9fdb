//! Uploads that something is to be done with, frozen as they were when they were chosen: a hundred thousand of
//! them cost four bytes each. Knows not what is to be done.

use std::sync::Arc;

use super::catalog::{Catalog, Listed, Row, Rows};
use super::{Measure, RowId, Target, Timestamp, Upload};

/// Rows of one bucket as they were. Whatever the list does meanwhile, this is what was asked for; cloned at no
/// cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    bucket: Arc<str>,
    rows: Rows,
    chosen: Arc<[RowId]>,
}

impl Targets {
    /// Freezes some rows. What there never was is left out.
    pub fn new(bucket: &str, rows: Rows, chosen: impl IntoIterator<Item = RowId>) -> Self {
        let there = chosen.into_iter().filter(|row| rows.get(*row).is_some());
        let chosen = there.collect();
        Self {
            bucket: bucket.into(),
            rows,
            chosen,
        }
    }

    /// Freezes uploads that no table holds, with what is known of them, in this order; of one that is named twice
    /// the first. Rows are numbered from zero.
    pub fn of(bucket: &str, uploads: impl IntoIterator<Item = (Upload, Measure)>) -> Self {
        let mut catalog = Catalog::default();
        for (upload, measure) in uploads {
            if let Listed::New(row) = catalog.list(&upload, |_| ()) {
                catalog.set_measure(row, measure, Timestamp::default());
            }
        }
        Self::all(bucket, &catalog)
    }

    /// Freezes all that a catalog ever took in, by row.
    pub fn all(bucket: &str, catalog: &Catalog) -> Self {
        let chosen = (0_u32..).take(catalog.slots()).map(RowId);
        Self::new(bucket, catalog.snapshot(), chosen)
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The rows in the order in which they were chosen.
    pub fn ids(&self) -> &[RowId] {
        &self.chosen
    }

    /// The row at a position, as it was.
    pub fn at(&self, index: usize) -> Option<Row<'_>> {
        self.rows.get(*self.chosen.get(index)?)
    }

    /// What names the upload at a position for ever.
    pub fn target(&self, index: usize) -> Option<Target> {
        self.at(index).map(|row| row.target(&self.bucket))
    }

    /// The rows as they were, in the order in which they were chosen.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.chosen.iter().map(|row| Row::of(&self.rows, *row))
    }

    /// Only those that `wanted` takes, as they were.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Row<'_>) -> bool) -> Self {
        let rows = self.iter().filter(wanted).map(|row| row.id());
        Self {
            bucket: Arc::clone(&self.bucket),
            rows: self.rows.clone(),
            chosen: rows.collect(),
        }
    }

    /// Those from this position on.
    #[must_use]
    pub fn from(&self, index: usize) -> Self {
        Self {
            bucket: Arc::clone(&self.bucket),
            rows: self.rows.clone(),
            chosen: self.chosen.get(index..).unwrap_or_default().into(),
        }
    }

    /// How many uploads the bucket had under a prefix when these were chosen, as far as was known.
    pub fn known_under(&self, prefix: &str) -> usize {
        if prefix.is_empty() {
            return self.rows.live();
        }
        let under = self.rows.iter().filter(|row| row.key().starts_with(prefix));
        under.count()
    }

    /// The longest text that the keys of all begin with.
    pub fn common_prefix(&self) -> &str {
        let mut keys = self.iter().map(|row| row.key());
        let mut prefix = keys.next().unwrap_or_default();
        for key in keys {
            if key.starts_with(prefix) {
                continue;
            }
            let same = prefix.char_indices().zip(key.chars());
            let differs = same
                .clone()
                .find(|((_, mine), theirs)| mine != theirs)
                .map(|((at, _), _)| at);
            let end = differs.unwrap_or_else(|| prefix.len().min(key.len()));
            prefix = &prefix[..end];
        }
        prefix
    }

    /// A row as it was, chosen or not; `None` if there never was one.
    pub fn row(&self, row: RowId) -> Option<Row<'_>> {
        self.rows.get(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_prefix_ends_between_characters() {
        let of = |keys: &[&str]| {
            let upload = |key: &&str| Upload {
                key: (*key).to_owned(),
                ..Upload::default()
            };
            let all = keys.iter().map(|key| (upload(key), Measure::Unknown));
            Targets::of("b", all).common_prefix().to_owned()
        };
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["a/b"]), "a/b");
        assert_eq!(of(&["video/1", "video/12", "video/2"]), "video/");
        assert_eq!(of(&["ключ", "клюв"]), "клю");
        assert_eq!(of(&["ab", "abc", "a"]), "a");
        assert_eq!(of(&["x", "y"]), "");
    }

    #[test]
    fn what_was_chosen_stays_as_it_was() {
        let mut catalog = Catalog::default();
        for key in ["a", "b", "c"] {
            let upload = Upload {
                key: key.to_owned(),
                upload_id: format!("id-{key}"),
                ..Upload::default()
            };
            catalog.list(&upload, |_| ());
        }
        let chosen = [RowId(2), RowId(0), RowId(9)];
        let targets = Targets::new("bucket", catalog.snapshot(), chosen);
        catalog.set_measure(RowId(0), Measure::Denied, Timestamp::from_secs(1));
        catalog.bury(RowId(2));
        assert_eq!(targets.len(), 2, "what there never was is left out");
        let target = targets.target(0).unwrap();
        assert_eq!(
            (target.key.as_str(), target.upload_id.as_str()),
            ("c", "id-c")
        );
        assert_eq!(targets.target(2), None);
        let known: Vec<_> = targets
            .iter()
            .map(|row| (row.key(), row.measure(), row.is_gone()))
            .collect();
        assert_eq!(
            known,
            [
                ("c", Measure::Unknown, false),
                ("a", Measure::Unknown, false)
            ]
        );
        assert_eq!(targets.only(|row| row.key() == "a").ids(), [RowId(0)]);
        assert_eq!(targets.from(1).ids(), [RowId(0)]);
        assert!(targets.from(7).is_empty());
    }
}
