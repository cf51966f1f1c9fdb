//! Directory buckets from end to end: over HTTP against the embedded server, and by keys.

use std::collections::BTreeSet;

use mopup::demo::{Options, Server, Situation, still};
use mopup::model::{Address, Measure, Targets, Thresholds, Upload};
use mopup::protocol::{AbortOutcome, AbortPolicy, Scope, SkipReason, Urgency};
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use mopup::s3::{Abort, ListUploads, Marker};

use super::*;
use crate::support::pilot::Flight;
use crate::support::scene;

/// A directory bucket of so many uploads over HTTP, and a store that asks it.
async fn served(count: u32) -> (Server, Arc<dyn Store>) {
    let store = Arc::new(MemoryStore::new(Clock::fixed(NOW)));
    store.create_bucket(FAST, "us-east-1");
    for number in 0..count {
        let upload = NewUpload {
            key: format!("d{}/{number:05}", number % 3),
            ..NewUpload::default()
        };
        store.insert_upload(FAST, upload).unwrap();
    }
    let server = Server::serve(store, Options::default()).await.unwrap();
    let options = ConnectOptions {
        endpoint: Some(server.endpoint()),
        region: Some("us-east-1".to_owned()),
        credentials: Some(StaticCredentials {
            access_key_id: server.access_key().to_owned(),
            secret_access_key: server.secret_key().to_owned(),
        }),
        ..ConnectOptions::default()
    };
    let store = Arc::new(SdkStore::new(options, Clock::system()));
    (server, store)
}

async fn news(store: &Arc<dyn Store>, command: Command) -> (Vec<News>, Outcome) {
    let (engine, mut inbox) =
        Engine::new(Arc::clone(store), Clock::fixed(NOW), Settings::default());
    engine.send(command);
    let mut told = Vec::new();
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Ended(outcome) => return (told, outcome),
                other => told.push(other),
            }
        }
    }
}

async fn listed(store: &Arc<dyn Store>, prefix: &str) -> Vec<Upload> {
    let scope = Scope {
        bucket: FAST.to_owned(),
        prefix: prefix.to_owned(),
    };
    let list = Command::List {
        job: JOB,
        scope,
        urgency: Urgency::Visible,
        in_order: false,
    };
    let (told, outcome) = news(store, list).await;
    assert_eq!(outcome, Outcome::Done);
    let uploads = told.into_iter().filter_map(|news| match news {
        News::Listed(uploads) => Some(uploads),
        _ => None,
    });
    uploads.flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_upload_is_listed_once_whatever_the_order_and_the_markers() {
    let (_server, store) = served(2_300).await;
    let found = listed(&store, "").await;
    let keys: Vec<&str> = found.iter().map(|of| of.key.as_str()).collect();
    assert!(!keys.is_sorted(), "the server sends no order");
    let distinct: BTreeSet<&str> = keys.iter().copied().collect();
    assert_eq!((keys.len(), distinct.len()), (2_300, 2_300));
    // A prefix that does not end in a slash is asked for as its folder, and narrowed here.
    let some = listed(&store, "d1/000").await;
    assert!(some.iter().all(|of| of.key.starts_with("d1/000")));
    assert_eq!(some.len(), 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_refuses_what_directory_buckets_do_not_take() {
    let (server, store) = served(5).await;
    let all = listed(&store, "").await;
    let uploads = server.store().list(&mopup::s3::memory::Listing {
        bucket: FAST.to_owned(),
        marker: Some(Marker {
            key: "x".to_owned(),
            upload_id: Some("y".to_owned()),
        }),
        ..mopup::s3::memory::Listing::default()
    });
    assert_eq!(uploads.unwrap_err().kind, Kind::Invalid);
    let request = ListUploads {
        bucket: FAST.to_owned(),
        max_uploads: Some(2),
        ..ListUploads::default()
    };
    let page = store.list_uploads(&request).await.unwrap();
    let next = page.next.unwrap();
    assert!(all.iter().all(|of| of.key != next.key), "an opaque marker");
    assert_eq!(next.upload_id, None);
    let mut abort = Abort {
        target: all[0].target(FAST),
        if_initiated: Some(NOW.plus(std::time::Duration::from_secs(60))),
    };
    let fault = store.abort(&abort).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Precondition);
    abort.if_initiated = Some(NOW);
    store.abort(&abort).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_another_by_now_is_left_alone() {
    let (server, store) = served(5).await;
    let all = listed(&store, "").await;
    let aged = |upload: &Upload, seconds: u64| {
        let age = std::time::Duration::from_secs(seconds);
        let initiated = upload.initiated.map(|at| at.minus(age));
        let upload = Upload {
            initiated,
            ..upload.clone()
        };
        (upload, Measure::Unknown)
    };
    let abort = Command::Abort {
        job: JOB,
        targets: Targets::of(FAST, [aged(&all[0], 0), aged(&all[1], 7_200)]),
        policy: AbortPolicy {
            include_active: true,
            thresholds: Thresholds::default(),
        },
    };
    let (told, _) = news(&store, abort).await;
    let mut outcomes: Vec<_> = told
        .into_iter()
        .filter_map(|news| match news {
            News::Aborted(outcomes) => Some(outcomes),
            _ => None,
        })
        .flatten()
        .collect();
    outcomes.sort_by_key(|(row, _)| *row);
    assert!(matches!(outcomes[0].1, AbortOutcome::Aborted { .. }));
    assert_eq!(outcomes[1].1, AbortOutcome::Skipped(SkipReason::Changed));
    assert_eq!(server.store().upload_count(FAST), 4);
}

#[tokio::test(start_paused = true)]
async fn directory_buckets_are_listed_too_and_a_denial_is_only_a_word() {
    let world = world();
    let store: Arc<dyn Store> = Arc::<FaultyStore<_>>::clone(&world);
    let names = |told: &[News]| -> Vec<String> {
        let buckets = told.iter().filter_map(|news| match news {
            News::Buckets(buckets) => Some(buckets),
            _ => None,
        });
        buckets.flatten().map(|of| of.name.clone()).collect()
    };
    let (told, outcome) = news(&store, Command::Buckets { job: JOB }).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(names(&told), [BUCKET, FAST]);
    world.deny(Operation::ListDirectoryBuckets);
    let (told, outcome) = news(&store, Command::Buckets { job: JOB }).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(names(&told), [BUCKET]);
    assert!(matches!(told.last(), Some(News::Warning(fault)) if fault.kind == Kind::Denied));
}

#[test]
fn a_directory_bucket_is_browsed_filtered_and_swept_by_keys() {
    let clock = Clock::fixed(scene::NOW);
    let bucket = "training--use1-az4--x-s3";
    let store = still(clock.clone(), Situation::Believable);
    let store = Arc::new(FaultyStore::new(store));
    let shared = Arc::<FaultyStore<_>>::clone(&store);
    let mut flight = Flight::over(shared, &clock);
    flight.app.start = Some(Address {
        bucket: bucket.to_owned(),
        key: String::new(),
    });
    let pilot = flight.start();
    pilot.until("checkpoint-").until("41 uploads");
    // A prefix without a slash at its end is none that such a bucket takes.
    pilot.keys(":").type_("prefix runs/03/check").enter();
    pilot.until("5 of 41");
    pilot.until_gone("runs/04");
    pilot.until("stale").keys("g a").until("Abort 1 upload");
    pilot.keys("y enter").until("aborted");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
    assert_eq!(store.inner().upload_count(bucket), 40);
}
