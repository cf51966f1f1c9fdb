//! The doctor on servers that nobody here wrote: what it finds there is what their authors say, and it leaves nothing.

use std::sync::Arc;

use mopup::model::examination::{Checkup, Examination, Status};
use mopup::protocol::{Command, JobId, News, Outcome};
use mopup::s3::{Clock, ListUploads, Store};
use mopup::tasks::{Engine, Settings};

use super::{client, endpoint, key};
use crate::contract::sdk_store;

const BUCKET: &str = "examining";
const JOB: JobId = JobId(1);

async fn examined(store: &Arc<dyn Store>) -> Examination {
    let (engine, mut inbox) = Engine::new(Arc::clone(store), Clock::system(), Settings::default());
    let checkup = Checkup {
        bucket: Some(BUCKET.to_owned()),
        write: true,
    };
    engine.send(Command::Examine { job: JOB, checkup });
    let mut found = Examination::default();
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Examined(newer) => found = *newer,
                News::Ended(outcome) => {
                    assert_eq!(outcome, Outcome::Done);
                    return found;
                }
                _ => {}
            }
        }
    }
}

#[track_caller]
fn status(found: &Examination, name: &str) -> Status {
    let check = found.checks.iter().find(|check| check.name == name);
    check
        .unwrap_or_else(|| panic!("no {name} in {found:#?}"))
        .status
}

async fn nothing_is_left(store: &Arc<dyn Store>) {
    let request = ListUploads {
        bucket: BUCKET.to_owned(),
        ..ListUploads::default()
    };
    let page = store.list_uploads(&request).await.unwrap();
    assert_eq!(page.uploads, []);
}

async fn open(endpoint: &str, access: &str, secret: &str) -> Arc<dyn Store> {
    let client = client(endpoint, access, secret);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    sdk_store(endpoint, access, secret)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localstack_is_well_and_is_left_as_it_was() {
    let Some(endpoint) = endpoint("MOPUP_TEST_LOCALSTACK") else {
        return;
    };
    let store = open(&endpoint, "test", "test").await;
    let found = examined(&store).await;
    assert!(!found.is_ill(), "{found:#?}");
    for name in [
        "endpoint",
        "list uploads",
        "list parts",
        "abort uploads",
        "upload parts",
        "begin uploads",
        "send parts",
        "checksums",
        "odd keys",
        "prefix",
        "remove it again",
    ] {
        assert_eq!(status(&found, name), Status::Ok, "{name}: {found:#?}");
    }
    nothing_is_left(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclones_quirks_are_found_and_it_is_left_as_it_was() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let store = open(&endpoint, &key("ACCESS"), &key("SECRET")).await;
    let found = examined(&store).await;
    // It takes checksums, and keeps none.
    assert_eq!(status(&found, "checksums"), Status::Quirk, "{found:#?}");
    assert_eq!(status(&found, "begin uploads"), Status::Ok, "{found:#?}");
    assert_ne!(status(&found, "remove it again"), Status::Failed);
    nothing_is_left(&store).await;
}
