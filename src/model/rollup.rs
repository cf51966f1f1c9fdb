//! Uploads grouped: folders by `/`, and the groups of `du`.
//!
//! Knows uploads and totals; which uploads take part is for the caller to say.

mod age;

use std::collections::HashMap;

use super::cost::Prices;
use super::{Moment, State, Subject, Tally, liveness};

pub use age::AgeGroup;

/// Uploads that share the next `/` segment of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The segment with its slash: `raw/`. May be a lone `/`.
    pub name: String,
    /// From the start of the key, name included.
    pub prefix: String,
    pub tally: Tally,
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
    /// By [`AgeGroup`]; its word is the name.
    Age,
}

impl By {
    /// The group that an upload belongs to; `None` where the service does not say it, or nobody has looked.
    pub fn name<'a>(self, subject: &Subject<'a>, moment: &Moment) -> Option<&'a str> {
        match self {
            Self::Prefix(depth) => Some(leading(subject.key, depth)),
            Self::Initiator => subject.initiator,
            Self::Class => subject.storage_class,
            Self::Bucket => Some(subject.bucket),
            Self::State => {
                let state: Option<State> = liveness::state_moved(
                    &subject.measure,
                    subject.moved_at,
                    moment.now,
                    &moment.thresholds,
                );
                state.map(State::word)
            }
            Self::Age => AgeGroup::of(subject.initiated, moment.now).word(),
        }
    }

    /// Groups by bytes, then by rows, the greatest first, then by bucket and name; groups of ages the youngest
    /// first.
    pub fn ranked(self, groups: impl IntoIterator<Item = Group>) -> Vec<Group> {
        let mut groups: Vec<Group> = groups.into_iter().collect();
        if self == Self::Age {
            groups.sort_by_key(|group| AgeGroup::of_word(group.name.as_deref()));
            return groups;
        }
        let weight = |group: &Group| (group.tally.bytes, group.tally.rows);
        let called = |a: &Group, b: &Group| (&a.bucket, &a.name).cmp(&(&b.bucket, &b.name));
        groups.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| called(a, b)));
        groups
    }

    /// Whether groups are made for each bucket.
    const fn of_one_bucket(self) -> bool {
        matches!(self, Self::Prefix(_) | Self::Bucket)
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

/// Groups that grow upload by upload. Takes memory for the groups alone, and for an upload of a group that is
/// there none.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    by: By,
    moment: Moment,
    made: Vec<Group>,
    /// Where the groups of a bucket lie, by name; the bucket is empty where groups are mixed across buckets.
    places: HashMap<String, Places>,
    /// Where the last upload went: its neighbour mostly goes there too.
    last: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Places {
    named: HashMap<String, usize>,
    nameless: Option<usize>,
}

impl Groups {
    pub fn new(by: By, moment: Moment) -> Self {
        Self {
            by,
            moment,
            made: Vec::new(),
            places: HashMap::new(),
            last: 0,
        }
    }

    /// Counts an upload in.
    pub fn add(&mut self, subject: &Subject<'_>, prices: &Prices) {
        let name = self.by.name(subject, &self.moment);
        let bucket = self.by.of_one_bucket().then_some(subject.bucket);
        let is_last =
            |last: &Group| last.name.as_deref() == name && last.bucket.as_deref() == bucket;
        if !self.made.get(self.last).is_some_and(is_last) {
            self.last = self.place(bucket, name);
        }
        if let Some(group) = self.made.get_mut(self.last) {
            group.tally.add(subject, prices);
        }
    }

    /// Where a group lies, made if need be.
    fn place(&mut self, bucket: Option<&str>, name: Option<&str>) -> usize {
        let of = bucket.unwrap_or_default();
        let known = self.places.get(of).and_then(|places| match name {
            Some(name) => places.named.get(name).copied(),
            None => places.nameless,
        });
        if let Some(place) = known {
            return place;
        }
        let place = self.made.len();
        self.made.push(Group {
            bucket: bucket.map(ToOwned::to_owned),
            name: name.map(ToOwned::to_owned),
            tally: Tally::default(),
        });
        let places = self.places.entry(of.to_owned()).or_default();
        match name {
            Some(name) => {
                places.named.insert(name.to_owned(), place);
            }
            None => places.nameless = Some(place),
        }
        place
    }

    /// The groups in the order of [`By::ranked`].
    pub fn finish(self) -> Vec<Group> {
        self.by.ranked(self.made)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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

    #[test]
    fn groups_of_ages_come_in_the_order_of_ages_and_others_by_weight() {
        let now = Timestamp::from_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let moment = Moment {
            now,
            thresholds: Thresholds::default(),
        };
        let day = |days: i64| Timestamp::from_millis(now.millis() - days * 86_400_000);
        let begun = [
            None,
            Some(day(400)),
            Some(day(0)),
            Some(day(8)),
            Some(day(9)),
        ];
        let uploads = begun.map(|initiated| Upload {
            initiated,
            ..Upload::default()
        });
        let subjects = |bucket: &'static str| {
            let of = move |upload| Subject::of(bucket, upload, Measure::Unknown);
            uploads.iter().map(of)
        };
        let both = subjects("b").chain(subjects("a"));
        let ages = group_by(both, By::Age, moment, &prices());
        let words: Vec<_> = ages
            .iter()
            .map(|group| {
                (
                    group.bucket.as_deref(),
                    group.name.as_deref(),
                    group.tally.rows,
                )
            })
            .collect();
        assert_eq!(
            words,
            [
                (None, Some("today"), 2),
                (None, Some("7-29d"), 4),
                (None, Some("365d+"), 2),
                (None, None, 2),
            ]
        );
        let both = subjects("b").chain(subjects("a"));
        let of_buckets = group_by(both, By::Prefix(0), moment, &prices());
        let names: Vec<_> = of_buckets.iter().map(|of| of.bucket.as_deref()).collect();
        assert_eq!(names, [Some("a"), Some("b")]);
    }
}
