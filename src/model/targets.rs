//! Uploads that something is to be done with, frozen as they were when they were chosen: a hundred thousand of
//! them cost four bytes each. Knows not what is to be done.

use std::sync::Arc;

use super::catalog::{Row, Rows};
use super::{RowId, Target};

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
        self.chosen.iter().map(|row| self.row(*row))
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

    fn row(&self, row: RowId) -> Row<'_> {
        Row::of(&self.rows, row)
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Catalog;
    use super::super::{Measure, Timestamp, Upload};
    use super::*;

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
