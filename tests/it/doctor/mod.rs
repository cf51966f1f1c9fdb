//! The doctor on stores that deny, lose and deviate: what it finds, what it says of it, and what it leaves.

mod by_keys;
mod directory;
mod halting;
mod keys;
mod writing;

use std::sync::Arc;

use mopup::model::Timestamp;
use mopup::model::examination::{Check, Checkup, Examination, Status};
use mopup::model::provider::Provider;
use mopup::protocol::{Command, JobId, Kind, News, Operation, Outcome};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, NewUpload};
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Settings};

const BUCKET: &str = "attic";
const FAST: &str = "fast--use1-az4--x-s3";
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const JOB: JobId = JobId(1);

type World = Arc<FaultyStore<MemoryStore>>;

/// Two buckets with three uploads each.
fn world() -> World {
    let store = MemoryStore::new(Clock::fixed(NOW));
    for bucket in [BUCKET, FAST] {
        store.create_bucket(bucket, "us-east-1");
        for key in ["a/1", "a/2", "b c/3"] {
            let upload = NewUpload {
                key: key.to_owned(),
                ..NewUpload::default()
            };
            store.insert_upload(bucket, upload).unwrap();
        }
    }
    Arc::new(FaultyStore::new(store))
}

/// Everything that is in progress, for comparing before and after.
fn uploads(world: &World, bucket: &str) -> usize {
    world.inner().upload_count(bucket)
}

async fn run(world: &World, settings: Settings, checkup: Checkup) -> (Examination, Outcome) {
    let store: Arc<dyn Store> = Arc::<FaultyStore<_>>::clone(world);
    let (engine, mut inbox) = Engine::new(store, Clock::fixed(NOW), settings);
    engine.send(Command::Examine { job: JOB, checkup });
    let mut found = Examination::default();
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Examined(newer) => {
                    assert!(newer.checks.len() >= found.checks.len(), "it only grows");
                    found = *newer;
                }
                News::Ended(outcome) => return (found, outcome),
                _ => {}
            }
        }
    }
}

async fn examine(world: &World, bucket: &str, write: bool) -> Examination {
    let checkup = Checkup {
        bucket: Some(bucket.to_owned()),
        write,
    };
    let (found, outcome) = run(world, Settings::default(), checkup).await;
    assert_eq!(outcome, Outcome::Done);
    assert!(found.ended.is_some(), "the last one is whole");
    found
}

#[track_caller]
fn check<'a>(found: &'a Examination, name: &str) -> &'a Check {
    let check = found.checks.iter().find(|check| check.name == name);
    check.unwrap_or_else(|| panic!("no {name} in {found:#?}"))
}

#[tokio::test(start_paused = true)]
async fn each_permission_that_is_missing_is_named_with_its_action() {
    for (operation, name, action) in [
        (
            Operation::ListBuckets,
            "list buckets",
            "s3:ListAllMyBuckets",
        ),
        (Operation::HeadBucket, "see the bucket", "s3:ListBucket"),
        (
            Operation::ListMultipartUploads,
            "list uploads",
            "s3:ListBucketMultipartUploads",
        ),
        (
            Operation::ListParts,
            "list parts",
            "s3:ListMultipartUploadParts",
        ),
        (
            Operation::AbortMultipartUpload,
            "abort uploads",
            "s3:AbortMultipartUpload",
        ),
        (Operation::UploadPart, "upload parts", "s3:PutObject"),
        (Operation::HeadObject, "see objects", "s3:GetObject"),
    ] {
        let world = world();
        world.deny(operation);
        let found = examine(&world, BUCKET, false).await;
        let denied = check(&found, name);
        assert_eq!(denied.status, Status::Denied, "{denied:?}");
        assert_eq!(denied.iam_action, Some(action));
        assert!(denied.remedy.contains(action), "{denied:?}");
        assert!(found.is_ill());
        assert!(found.policy.contains(action), "{name}");
        let others = found.count(Status::Denied) + found.count(Status::Failed);
        assert_eq!(others, 1, "{name}: {found:#?}");
        assert_eq!(uploads(&world, BUCKET), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_and_nothing_that_could_be_is_asked_in_read_only_mode() {
    let world = world();
    let settings = Settings {
        read_only: true,
        ..Settings::default()
    };
    let checkup = Checkup::default();
    let (found, _) = run(&world, settings.clone(), checkup).await;
    assert_eq!(found.bucket.as_deref(), Some(BUCKET), "the first one");
    for name in ["abort uploads", "upload parts", "begin uploads"] {
        assert_eq!(check(&found, name).status, Status::Skipped, "{name}");
    }
    assert!(!found.policy.contains("s3:PutObject"), "{}", found.policy);
    let write = Checkup {
        write: true,
        ..Checkup::default()
    };
    let (_, outcome) = run(&world, settings, write).await;
    assert!(matches!(outcome, Outcome::Failed(fault) if fault.kind == Kind::Denied));
    for change in [
        Operation::AbortMultipartUpload,
        Operation::UploadPart,
        Operation::CreateMultipartUpload,
        Operation::PutObject,
        Operation::CompleteMultipartUpload,
    ] {
        assert_eq!(world.requests(change), 0, "{change:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_be_reached_is_not_asked_on_and_on() {
    let world = world();
    world.set_away(true);
    let (found, outcome) = run(&world, Settings::default(), Checkup::default()).await;
    assert_eq!(outcome, Outcome::Done);
    assert!(found.is_ill());
    assert_eq!(world.requests(Operation::ListMultipartUploads), 0);
}

#[tokio::test(start_paused = true)]
async fn markers_that_do_not_move_are_a_quirk_with_its_remedy() {
    let world = world();
    world.endless_markers(Operation::ListMultipartUploads);
    let found = examine(&world, BUCKET, false).await;
    let paging = check(&found, "paging");
    assert_eq!(paging.status, Status::Quirk, "{paging:?}");
    assert!(!paging.remedy.is_empty());
    assert!(!found.is_ill(), "what is worked around is no illness");
}

#[tokio::test(start_paused = true)]
async fn a_prefix_that_finds_only_whole_keys_is_found_out() {
    let plain = world();
    let found = examine(&plain, BUCKET, false).await;
    assert_eq!(check(&found, "prefix").status, Status::Ok);
    let world = world();
    world.honour_only_whole_keys();
    let found = examine(&world, BUCKET, false).await;
    let prefix = check(&found, "prefix");
    assert_eq!(prefix.status, Status::Quirk);
    assert!(prefix.detail.contains("whole key"), "{prefix:?}");
}

#[tokio::test(start_paused = true)]
async fn a_directory_bucket_is_examined_by_its_own_rules() {
    let world = world();
    let found = examine(&world, FAST, true).await;
    assert!(!found.is_ill(), "{found:#?}");
    for name in [
        "list uploads",
        "list parts",
        "abort uploads",
        "upload parts",
    ] {
        let check = check(&found, name);
        assert_eq!(check.iam_action, Some("s3express:CreateSession"), "{name}");
    }
    assert_eq!(check(&found, "directory bucket").status, Status::Quirk);
    assert_eq!(check(&found, "prefix").status, Status::Ok);
    assert!(found.policy.contains("s3express:CreateSession"));
    assert!(!found.policy.contains("s3:PutObject"));
    assert_eq!(uploads(&world, FAST), 3);
}

#[tokio::test(start_paused = true)]
async fn what_a_provider_refuses_is_not_tried() {
    let world = world();
    let settings = Settings {
        provider: Some(Provider {
            name: "plain".to_owned(),
            checksums: mopup::model::provider::Checksums::Refuses,
            ..Provider::default()
        }),
        ..Settings::default()
    };
    world.refuse_checksums();
    let checkup = Checkup {
        bucket: Some(BUCKET.to_owned()),
        write: true,
    };
    let (found, _) = run(&world, settings, checkup).await;
    assert!(!found.is_ill(), "{found:#?}");
    assert_eq!(check(&found, "checksums").status, Status::Quirk);
    assert_eq!(found.setting.provider.as_deref(), Some("plain"));
    assert_eq!(world.requests(Operation::CreateMultipartUpload), 1);
}
