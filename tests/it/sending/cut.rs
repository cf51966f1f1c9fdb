//! A journal cut anywhere gives the object that was meant or a clear refusal, and never another object.

use super::*;
use mopup::protocol::{Kind, Operation};

const LEN: usize = 3 * PART + 9;

async fn cut_at(cut: usize, whole: &[u8], finished: bool) -> &'static str {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        .unwrap();
    if !finished {
        let operation = Operation::CompleteMultipartUpload;
        world.store.fail(operation, Kind::Denied, 1, |_| true);
    }
    world.send(order(&path)).await;
    let id = world.journal();
    let file = world
        .settings
        .journal
        .as_ref()
        .unwrap()
        .join(format!("{id}.jsonl"));
    let text = std::fs::read(&file).unwrap();
    // Upload IDs and folders differ from world to world, their lengths do not.
    assert_eq!(text.len(), whole.len());
    std::fs::write(&file, &text[..cut]).unwrap();
    let before = world.store.requests(Operation::UploadPart);
    let ran = world.resume(&id).await;
    let sent_again = world.store.requests(Operation::UploadPart) - before;
    let object = world.memory().object(BUCKET, "dump.bin");
    if object.is_ok() {
        assert!(world.object("dump.bin") == bytes(LEN), "cut at {cut}");
    }
    match &ran.outcome {
        Outcome::Failed(fault) => {
            assert!(!fault.to_string().is_empty());
            assert_eq!(sent_again, 0, "cut at {cut}: {fault}");
            "refused"
        }
        Outcome::Done if ran.is_stored() => {
            assert!(object.is_ok(), "cut at {cut}: {ran:?}");
            assert_eq!(world.uploads().await, 0, "cut at {cut}: one is left behind");
            if !finished {
                assert_eq!(sent_again, 0, "cut at {cut}: the service had it all");
            }
            "stored"
        }
        _ => {
            assert!(!ran.fault().is_empty());
            "refused"
        }
    }
}

async fn everywhere(finished: bool) {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    if !finished {
        let operation = Operation::CompleteMultipartUpload;
        world.store.fail(operation, Kind::Denied, 1, |_| true);
    }
    world.send(order(&path)).await;
    let folder = world.settings.journal.clone().unwrap();
    let whole = std::fs::read(folder.join(format!("{}.jsonl", world.journal()))).unwrap();
    let intent = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in 0..=whole.len() {
        let how = cut_at(cut, &whole, finished).await;
        // Without a recipe nothing can go on; with it everything does that had not ended.
        if cut <= intent {
            assert_eq!(how, "refused", "cut at {cut} of {}", whole.len());
        } else if !finished {
            assert_eq!(how, "stored", "cut at {cut} of {}", whole.len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_an_upload_in_progress() {
    everywhere(false).await;
}

#[tokio::test(start_paused = true)]
async fn of_an_upload_that_was_completed() {
    everywhere(true).await;
}
