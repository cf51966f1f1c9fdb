//! Where nothing can be told: the doctor says so once, instead of telling what only seems so.

use super::*;
use crate::support::canned::{Canned, Reply};
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};

#[tokio::test(start_paused = true)]
async fn in_a_bucket_that_is_not_there_nothing_is_tried() {
    let world = world();
    let found = examine(&world, "atic", true).await;
    assert_eq!(check(&found, "see the bucket").status, Status::Failed);
    assert_eq!(check(&found, "permissions").status, Status::Skipped);
    assert_eq!(found.policy, "", "none for a name that is wrong");
    for change in [
        Operation::CreateMultipartUpload,
        Operation::UploadPart,
        Operation::AbortMultipartUpload,
    ] {
        assert_eq!(world.requests(change), 0, "{change:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_refused_are_told_as_that_and_not_as_missing_rights() {
    for bucket in [Some(BUCKET), None] {
        let world = world();
        world.expire(Operation::ListBuckets, u64::MAX);
        world.expire(Operation::ListMultipartUploads, u64::MAX);
        world.deny(Operation::HeadBucket);
        let checkup = Checkup {
            bucket: bucket.map(ToOwned::to_owned),
            write: true,
        };
        let (found, _) = run(&world, Settings::default(), checkup).await;
        let credentials = check(&found, "credentials");
        assert_eq!(credentials.status, Status::Failed, "{found:#?}");
        assert!(credentials.detail.contains("ExpiredToken"), "{found:#?}");
        assert_eq!(found.count(Status::Denied), 0, "{found:#?}");
        assert_eq!(world.requests(Operation::UploadPart), 0);
        assert_eq!(world.requests(Operation::CreateMultipartUpload), 0);
    }
}

#[tokio::test]
async fn a_bare_404_is_no_permission() {
    let server = Canned::start(|request| match request.path() {
        "/" => Reply::xml(
            200,
            "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
        ),
        _ if request.query("uploads").is_some() => Reply::xml(
            200,
            "<ListMultipartUploadsResult></ListMultipartUploadsResult>",
        ),
        _ => Reply::bare(404),
    });
    let server = server.await;
    let options = ConnectOptions {
        endpoint: Some(server.url()),
        credentials: Some(StaticCredentials {
            access_key_id: "AKIDTEST".to_owned(),
            secret_access_key: "secret".to_owned(),
        }),
        ..ConnectOptions::default()
    };
    let store: Arc<dyn Store> = Arc::new(SdkStore::new(options, Clock::fixed(NOW)));
    let (engine, mut inbox) = Engine::new(store, Clock::fixed(NOW), Settings::default());
    let checkup = Checkup {
        bucket: Some(BUCKET.to_owned()),
        write: false,
    };
    engine.send(Command::Examine { job: JOB, checkup });
    let mut found = Examination::default();
    'over: loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Examined(newer) => found = *newer,
                News::Ended(_) => break 'over,
                _ => {}
            }
        }
    }
    for name in ["list parts", "abort uploads", "upload parts"] {
        let check = check(&found, name);
        assert_eq!(check.status, Status::Skipped, "{check:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_its_upload_is_there_whoever_ends_the_program_can_say_which() {
    let world = world();
    world.stall(Operation::UploadPart, u64::MAX, |key| {
        key.len() > "mopup-doctor".len()
    });
    let store: Arc<dyn Store> = Arc::<FaultyStore<_>>::clone(&world);
    let (engine, mut inbox) = Engine::new(store, Clock::fixed(NOW), Settings::default());
    let checkup = Checkup {
        bucket: Some(BUCKET.to_owned()),
        write: true,
    };
    engine.send(Command::Examine { job: JOB, checkup });
    let mut told = false;
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Examined(found) => {
                    if let Some(begun) = &found.begun
                        && begun.remedy.contains("--upload-id=")
                    {
                        told = true;
                        engine.send(Command::Cancel(JOB));
                    } else if found.ended.is_some() {
                        assert_eq!(found.begun, None);
                    }
                }
                News::Ended(_) => {
                    assert!(told);
                    return;
                }
                _ => {}
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_upload_alone_does_not_show_that_pages_are_as_small_as_asked() {
    let store = MemoryStore::new(Clock::fixed(NOW));
    store.create_bucket(BUCKET, "us-east-1");
    store.insert_upload(BUCKET, NewUpload::default()).unwrap();
    let world = Arc::new(FaultyStore::new(store));
    let found = examine(&world, BUCKET, false).await;
    assert_eq!(check(&found, "page size").status, Status::Skipped);
}
