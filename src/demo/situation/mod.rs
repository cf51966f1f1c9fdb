//! What the embedded server is filled with: the mess that a real account gathers, the same on every run.
//!
//! All times are relative to the store's clock; all chance comes from one seed.

mod backups;
mod buckets;
mod crowd;
mod live;
mod odd;

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

pub use buckets::MOST as MOST_BUCKETS;

use super::uploader::Script;
use crate::model::lifecycle::Document;
use crate::model::{Bucket, Timestamp};
use crate::protocol::Operation;
use crate::s3::Clock;
use crate::s3::memory::{MemoryStore, Meta, NewUpload, Principal};

/// One seed, so that two runs show the same.
const SEED: u64 = 0x6d6f_7075;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MIB: u64 = 1 << 20;

/// A directory bucket: no order, opaque markers, prefixes that end in a slash.
const DIRECTORY: &str = "training--use1-az4--x-s3";

/// What to fill the store with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Situation {
    /// Several buckets and several thousand orphans, some of them alive.
    #[default]
    Believable,
    /// So many uploads in one bucket named `many`.
    Uploads(u32),
    /// So many uploads of 10,000 parts in one bucket named `many`, the last 500 of which arrive one by one.
    Arriving(u32),
    /// So many buckets (1 to [`MOST_BUCKETS`]) in several regions, some denied; the uploads, if that is said, are
    /// spread over the others.
    Buckets { count: u32, uploads: Option<u32> },
    /// No bucket at all.
    Empty,
}

/// A store in which the situation stands still: nothing arrives by itself.
pub fn still(clock: Clock, situation: Situation) -> MemoryStore {
    let store = MemoryStore::new(clock);
    fill(&store, situation);
    store
}

/// Fills the store; answers what other programs do there from now on.
pub(super) fn fill(store: &MemoryStore, situation: Situation) -> Vec<Script> {
    let mut scene = Scene {
        store,
        now: store.clock().now(),
        rng: Rng::with_seed(SEED),
    };
    match situation {
        Situation::Empty => Vec::new(),
        Situation::Uploads(count) => {
            scene.bucket("many", "us-east-1", 400);
            crowd::many(&mut scene, count);
            Vec::new()
        }
        Situation::Arriving(count) => {
            scene.bucket("many", "us-east-1", 400);
            live::many(&scene, count)
        }
        Situation::Buckets { count, uploads } => {
            buckets::fill(&mut scene, count, uploads);
            Vec::new()
        }
        Situation::Believable => believable(&mut scene),
    }
}

fn believable(scene: &mut Scene<'_>) -> Vec<Script> {
    scene.bucket("media-archive", "eu-west-1", 1210);
    crowd::media(scene);
    scene.bucket("logs-prod", "us-east-1", 903);
    crowd::logs(scene);
    scene.bucket("data-lake", "us-east-1", 622);
    crowd::lake(scene);
    scene.bucket("scratch-7d", "eu-west-1", 377);
    scene.abort_rule("scratch-7d", "abort-after-7-days", 7);
    crowd::scratch(scene);
    scene.bucket("odd-keys", "eu-central-1", 99);
    odd::fill(scene);
    // Nothing in progress, and a rule that keeps it so.
    scene.bucket("ml-models", "eu-west-1", 540);
    scene.abort_rule("ml-models", "tidy", 3);
    scene.bucket("website-assets", "us-east-1", 801);
    scene.bucket("payroll-locked", "eu-central-1", 2000);
    scene
        .store
        .deny("payroll-locked", Operation::ListMultipartUploads, "");
    scene
        .store
        .deny("payroll-locked", Operation::GetLifecycle, "");
    scene.bucket("partner-inbox", "eu-central-1", 250);
    crowd::partner(scene);
    scene
        .store
        .deny("partner-inbox", Operation::ListParts, "sealed/");
    scene.bucket("db-backups", "eu-central-1", 1500);
    backups::fill(scene);
    scene.bucket(DIRECTORY, "us-east-1", 30);
    crowd::directory(scene);
    live::fill(scene)
}

/// What is being filled, and the one source of chance.
struct Scene<'a> {
    store: &'a MemoryStore,
    now: Timestamp,
    rng: Rng,
}

impl Scene<'_> {
    fn bucket(&self, name: &str, region: &str, age_in_days: u32) {
        self.store.add_bucket(Bucket {
            name: name.to_owned(),
            created: Some(self.now.minus(DAY * age_in_days)),
            region: Some(region.to_owned()),
        });
    }

    fn abort_rule(&self, bucket: &str, id: &str, days: u32) {
        let body = format!(
            "<LifecycleConfiguration><Rule><ID>{id}</ID><Filter><Prefix></Prefix></Filter>\
             <Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}\
             </DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
        );
        let document = Document {
            body,
            default_minimum: None,
        };
        // The bucket was added a line before.
        let _ = self.store.set_lifecycle(bucket, Some(&document));
    }

    /// Puts an upload in; answers its upload ID.
    fn put(&self, bucket: &str, upload: NewUpload) -> String {
        self.store.insert_upload(bucket, upload).unwrap_or_default()
    }

    /// A span between the two, the short ones more often than the long.
    fn span(&mut self, least: Duration, most: Duration) -> Duration {
        let share = self.rng.f64();
        let range = most.saturating_sub(least);
        least + range.mul_f64(share * share)
    }
}

/// What `who` begins uploads with.
fn meta(who: &str, class: &str, checksum: Option<&str>) -> Arc<Meta> {
    let principal = |name: &str| Principal {
        id: name.to_owned(),
        display_name: None,
    };
    Arc::new(Meta {
        storage_class: Some(class.to_owned()),
        initiator: Some(principal(who)),
        owner: Some(principal("acme-production")),
        checksum_algorithm: checksum.map(str::to_owned),
        checksum_type: checksum.map(|_| "COMPOSITE".to_owned()),
        ..Meta::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::Clock;
    use crate::s3::memory::Listing;

    fn filled(situation: Situation) -> (MemoryStore, Vec<Script>) {
        let store = MemoryStore::new(Clock::fixed(Timestamp::from_secs(1_790_000_000)));
        let scripts = fill(&store, situation);
        (store, scripts)
    }

    fn first_page(store: &MemoryStore, bucket: &str) -> crate::s3::memory::Listed {
        let listing = Listing {
            bucket: bucket.to_owned(),
            ..Listing::default()
        };
        store.list(&listing).unwrap()
    }

    #[test]
    fn two_runs_show_the_same() {
        let (one, _) = filled(Situation::Believable);
        let (two, _) = filled(Situation::Believable);
        assert_eq!(one.buckets(), two.buckets());
        for bucket in one.buckets() {
            if bucket.name != "payroll-locked" {
                let page = first_page(&one, &bucket.name);
                assert_eq!(page, first_page(&two, &bucket.name));
            }
        }
    }

    #[test]
    fn there_are_several_thousand_orphans_and_some_arrive() {
        let (store, scripts) = filled(Situation::Believable);
        let uploads: usize = store
            .buckets()
            .iter()
            .map(|bucket| store.upload_count(&bucket.name))
            .sum();
        assert!((4000..20_000).contains(&uploads), "{uploads}");
        assert!(!scripts.is_empty());
        assert_eq!(store.upload_count("ml-models"), 0);
    }

    #[test]
    fn an_upload_with_all_its_parts_and_one_with_gaps_are_there() {
        let (store, _) = filled(Situation::Believable);
        let page = first_page(&store, "db-backups");
        let counts: Vec<(usize, u32)> = page
            .uploads
            .iter()
            .map(|upload| {
                let target = upload.target("db-backups");
                let (mut count, mut highest) = (0, 0);
                while let Ok(page) = store.parts(&target, highest, None) {
                    count += page.parts.len();
                    highest = page.parts.last().map_or(highest, |part| part.number);
                    if page.next.is_none() {
                        break;
                    }
                }
                (count, highest)
            })
            .collect();
        assert!(counts.contains(&(10_000, 10_000)));
        let gap = |(count, highest): &(usize, u32)| *count > 0 && *count < *highest as usize;
        assert!(counts.iter().any(gap));
        assert!(counts.iter().any(|(count, _)| *count == 0));
    }

    #[test]
    fn a_number_of_uploads_is_a_number_of_uploads() {
        let (store, _) = filled(Situation::Uploads(2500));
        assert_eq!(store.upload_count("many"), 2500);
        assert!(filled(Situation::Empty).0.buckets().is_empty());
    }
}
