//! Uploads grouped: folders by `/`, and the groups of `du`.
//!
//! Knows uploads and totals; which uploads take part is for the caller to say.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::cost::Prices;
use super::{Moment, Row, RowId, State, Subject, Tally, liveness};

/// What lies directly below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Level {
    /// By bytes, then by rows, the greatest first, then by name.
    pub folders: Vec<Folder>,
    /// Uploads whose key has no `/` behind the prefix, in the order in which they were given.
    pub leaves: Vec<RowId>,
    /// The sum of all.
    pub tally: Tally,
}

/// Uploads that share the next `/` segment of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The segment with its slash: `raw/`. May be a lone `/`.
    pub name: String,
    /// From the start of the key, name included.
    pub prefix: String,
    pub tally: Tally,
}

/// Groups the rows whose key begins with `prefix`; others are left out. Quickest when neighbours share folders.
pub fn level<'a>(rows: impl Iterator<Item = Row<'a>>, prefix: &str, prices: &Prices) -> Level {
    let mut level = Level::default();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last: Option<(&str, usize)> = None;
    for row in rows {
        let Some(rest) = row.key().strip_prefix(prefix) else {
            continue;
        };
        level.tally.add(&row, prices);
        let Some((segment, _)) = rest.split_once('/') else {
            level.leaves.push(row.id());
            continue;
        };
        let place = match last.filter(|(name, _)| *name == segment) {
            Some((_, place)) => place,
            None => *places.entry(segment).or_insert_with(|| {
                level.folders.push(Folder {
                    name: format!("{segment}/"),
                    prefix: format!("{prefix}{segment}/"),
                    tally: Tally::default(),
                });
                level.folders.len() - 1
            }),
        };
        last = Some((segment, place));
        level.folders[place].tally.add(&row, prices);
    }
    level.folders.sort_by(|a, b| {
        let weight = |folder: &Folder| (folder.tally.bytes, folder.tally.rows);
        weight(b).cmp(&weight(a)).then_with(|| a.name.cmp(&b.name))
    });
    level
}

/// What uploads are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The first so many `/` segments of the key; 0 is everything together.
    Prefix(usize),
    Initiator,
    Class,
    Bucket,
    State,
}

impl By {
    /// The group that an upload belongs to; `None` where the service does not say it, or nobody has looked.
    pub fn name(self, subject: &Subject<'_>, moment: &Moment) -> Option<String> {
        let name = match self {
            Self::Prefix(depth) => leading(subject.key, depth),
            Self::Initiator => subject.initiator?,
            Self::Class => subject.storage_class?,
            Self::Bucket => subject.bucket,
            Self::State => {
                let state: Option<State> = liveness::state_moved(
                    &subject.measure,
                    subject.moved_at,
                    moment.now,
                    &moment.thresholds,
                );
                state?.word()
            }
        };
        Some(name.to_owned())
    }
}

/// The first `depth` segments with their slashes. A key that has fewer counts to the folder in which it lies.
fn leading(key: &str, depth: usize) -> &str {
    let end = key
        .match_indices('/')
        .take(depth)
        .last()
        .map_or(0, |(at, _)| at + 1);
    &key[..end]
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The bucket, when groups are not mixed across buckets: for [`By::Prefix`] and [`By::Bucket`].
    pub bucket: Option<String>,
    /// `None`: not said, or not known.
    pub name: Option<String>,
    pub tally: Tally,
}

/// Groups that grow upload by upload.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    by: By,
    moment: Moment,
    tallies: BTreeMap<(Option<String>, Option<String>), Tally>,
}

impl Groups {
    pub fn new(by: By, moment: Moment) -> Self {
        Self {
            by,
            moment,
            tallies: BTreeMap::new(),
        }
    }

    /// Counts an upload in.
    pub fn add(&mut self, subject: &Subject<'_>, prices: &Prices) {
        let name = self.by.name(subject, &self.moment);
        let bucket =
            matches!(self.by, By::Prefix(_) | By::Bucket).then(|| subject.bucket.to_owned());
        match self.tallies.entry((bucket, name)) {
            Entry::Vacant(place) => place.insert(Tally::default()).add(subject, prices),
            Entry::Occupied(mut place) => place.get_mut().add(subject, prices),
        }
    }

    /// The groups by bytes, then by rows, the greatest first, then by name.
    pub fn finish(self) -> Vec<Group> {
        let mut groups: Vec<Group> = self
            .tallies
            .into_iter()
            .map(|((bucket, name), tally)| Group {
                bucket,
                name,
                tally,
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.tally.bytes, group.tally.rows)));
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Extent, Measure, Thresholds, Timestamp, Upload};
    use super::*;

    fn group_by<'a>(
        subjects: impl IntoIterator<Item = Subject<'a>>,
        by: By,
        moment: Moment,
        prices: &Prices,
    ) -> Vec<Group> {
        let mut groups = Groups::new(by, moment);
        for subject in subjects {
            groups.add(&subject, prices);
        }
        groups.finish()
    }

    fn prices() -> Prices {
        Prices {
            storage: BTreeMap::new(),
            fallback: 0.02,
            list_requests: 0.005,
            ..Prices::default()
        }
    }

    fn groups(by: By, keys: &[(&str, u64)]) -> Vec<(Option<String>, u64)> {
        let uploads: Vec<(Upload, Measure)> = keys
            .iter()
            .map(|(key, bytes)| {
                let extent = Extent {
                    bytes: *bytes,
                    parts: 1,
                    last_part: Some(Timestamp::from_secs(0)),
                    abort_date: None,
                };
                let upload = Upload {
                    key: (*key).to_owned(),
                    ..Upload::default()
                };
                (upload, Measure::Exact(extent))
            })
            .collect();
        let moment = Moment {
            now: Timestamp::from_secs(60),
            thresholds: Thresholds::default(),
        };
        let subjects = uploads
            .iter()
            .map(|(upload, measure)| Subject::of("b", upload, *measure));
        group_by(subjects, by, moment, &prices())
            .into_iter()
            .map(|group| (group.name, group.tally.bytes))
            .collect()
    }

    #[test]
    fn a_key_counts_to_the_folder_in_which_it_lies() {
        let keys = [("a/b/c", 1), ("a/x", 2), ("top", 10), ("/lead", 4)];
        let named = |list: &[(&str, u64)]| -> Vec<(Option<String>, u64)> {
            list.iter()
                .map(|(name, bytes)| (Some((*name).to_owned()), *bytes))
                .collect()
        };
        assert_eq!(
            groups(By::Prefix(1), &keys),
            named(&[("", 10), ("/", 4), ("a/", 3)])
        );
        assert_eq!(
            groups(By::Prefix(2), &keys),
            named(&[("", 10), ("/", 4), ("a/", 2), ("a/b/", 1)])
        );
        assert_eq!(groups(By::Prefix(0), &keys), named(&[("", 17)]));
        assert_eq!(groups(By::State, &keys), named(&[("active", 17)]));
        assert_eq!(groups(By::Initiator, &keys), [(None, 17)]);
    }
}
