//! An account of many buckets: most hold a few uploads, some none, some many; some may not be looked into.

use super::{DAY, Scene, crowd, meta};
use crate::protocol::Operation;

/// At most so many buckets: what AWS lists in one page.
pub const MOST: u32 = 1_000;

const REGIONS: [&str; 5] = [
    "us-east-1",
    "eu-west-1",
    "eu-central-1",
    "us-west-2",
    "ap-southeast-2",
];
const TEAMS: [&str; 9] = [
    "acme", "billing", "edge", "games", "maps", "media", "ml", "search", "web",
];
const USES: [&str; 7] = [
    "archive", "backup", "exports", "ingest", "logs", "scratch", "uploads",
];

/// How much a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    /// So many.
    Few(u32),
    Many,
    None,
    /// Whatever it is, nobody may list it.
    Denied,
}

impl Fill {
    const fn of(number: u32) -> Self {
        match number {
            number if number.is_multiple_of(50) => Self::Many,
            number if number % 15 == 4 => Self::Denied,
            number if number % 10 == 7 => Self::None,
            number => Self::Few(1 + number * 7 % 12),
        }
    }

    /// Uploads, where nobody says how many there are in all; else its share of them.
    const fn weight(self) -> u64 {
        match self {
            Self::Few(count) => count as u64,
            Self::Many => 2_500,
            Self::None | Self::Denied => 0,
        }
    }
}

/// Makes `count` buckets, 1 to [`MOST`]; with `uploads` so many in all are spread over those that may be listed.
pub(super) fn fill(scene: &mut Scene<'_>, count: u32, uploads: Option<u32>) {
    let count = count.clamp(1, MOST);
    let weights = (0..count).map(|number| Fill::of(number).weight());
    let total: u64 = weights.sum();
    let share = |weight: u64| uploads.map_or(weight, |all| u64::from(all) * weight / total);
    let metas = [
        meta("svc-ingest", "STANDARD", None),
        meta("svc-backup", "STANDARD_IA", None),
    ];
    let (mut weight, mut made) = (0, 0);
    for number in 0..count {
        let fill = Fill::of(number);
        let bucket = bucket(scene, number, fill);
        let kind = crowd::Kind {
            bucket: &bucket,
            metas: &metas,
            part: &[8, 16],
            most_parts: 40,
            oldest: DAY * 400,
        };
        weight += fill.weight();
        // By what is due until here, so that nothing is lost by rounding.
        for upload in made..share(weight) {
            let key = format!("ingest/{:04}/batch-{upload:08}.parquet", upload / 1000);
            kind.put(scene, key);
        }
        made = share(weight);
    }
}

/// Makes a bucket; answers its name.
fn bucket(scene: &Scene<'_>, number: u32, fill: Fill) -> String {
    let pick = |of: &[&'static str], step: u32| of[(number / step) as usize % of.len()];
    let (team, used) = (pick(&TEAMS, 1), pick(&USES, 9));
    let name = format!("{team}-{used}-{number:03}");
    scene.bucket(&name, pick(&REGIONS, 1), 100 + number * 13 % 2_000);
    if number % 4 == 1 {
        scene.abort_rule(&name, "abort-after-7-days", 7);
    }
    if fill == Fill::Denied {
        for denied in [Operation::ListMultipartUploads, Operation::GetLifecycle] {
            scene.store.deny(&name, denied, "");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::super::{Situation, still};
    use super::*;
    use crate::model::Timestamp;
    use crate::s3::Clock;
    use crate::s3::memory::{Listing, MemoryStore};

    fn account(count: u32, uploads: Option<u32>) -> MemoryStore {
        let clock = Clock::fixed(Timestamp::from_secs(1_790_000_000));
        still(clock, Situation::Buckets { count, uploads })
    }

    fn counts(store: &MemoryStore) -> Vec<usize> {
        let all = store.buckets();
        all.iter().map(|of| store.upload_count(&of.name)).collect()
    }

    #[test]
    fn three_hundred_buckets_are_in_five_regions_and_some_are_denied() {
        let store = account(300, None);
        let all = store.buckets();
        assert_eq!(all.len(), 300);
        let regions: std::collections::BTreeSet<_> =
            all.iter().filter_map(|of| of.region.as_deref()).collect();
        assert_eq!(regions.len(), 5);
        let list = |name: &str| {
            let listing = Listing {
                bucket: name.to_owned(),
                ..Listing::default()
            };
            store.list(&listing)
        };
        let denied = all.iter().filter(|of| list(&of.name).is_err()).count();
        assert!((15..=25).contains(&denied), "{denied}");
        let counts = counts(&store);
        let of = |what: fn(&usize) -> bool| counts.iter().filter(|of| what(of)).count();
        assert!(of(|count| *count == 0) > denied, "some are empty");
        assert_eq!(of(|count| *count == 2_500), 6);
        assert!(of(|count| (1..=12).contains(count)) > 200);
        let first = list(&all[0].name).unwrap();
        let age = |at: Option<Timestamp>| store.clock().now().since(at.unwrap());
        assert!(
            first
                .uploads
                .iter()
                .all(|of| age(of.initiated) <= DAY * 400)
        );
    }

    #[test]
    fn all_uploads_asked_for_are_spread_however_few_buckets_there_are() {
        for (count, uploads) in [
            (1, 7),
            (5, 0),
            (30, 12_345),
            (1_000, 3),
            (0, 5),
            (9_999, 10_000),
        ] {
            let store = account(count, Some(uploads));
            let counts = counts(&store);
            assert_eq!(counts.len(), count.clamp(1, MOST) as usize);
            assert_eq!(counts.iter().sum::<usize>(), uploads as usize);
        }
        assert_eq!(
            counts(&account(40, Some(900))),
            counts(&account(40, Some(900)))
        );
    }
}
