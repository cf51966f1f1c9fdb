//! An upload of the doctor's own: whatever happens on its way, nothing is left, or what is left is named.

use super::*;

/// What is left of the doctor's uploads.
async fn left(world: &World) -> Vec<String> {
    let request = mopup::s3::ListUploads {
        bucket: BUCKET.to_owned(),
        ..mopup::s3::ListUploads::default()
    };
    let page = world.inner().list_uploads(&request).await.unwrap();
    let keys = page.uploads.into_iter().map(|upload| upload.key);
    keys.filter(|key| key.starts_with("mopup-doctor")).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_that_only_an_upload_can_tell_is_told_and_nothing_is_left() {
    let world = world();
    let found = examine(&world, BUCKET, true).await;
    assert!(!found.is_ill(), "{found:#?}");
    for name in [
        "begin uploads",
        "send parts",
        "list its parts",
        "part ETags",
        "checksums",
        "part pages",
        "new uploads",
        "odd keys",
        "remove it again",
    ] {
        assert_eq!(check(&found, name).status, Status::Ok, "{name}: {found:#?}");
    }
    assert_eq!(uploads(&world, BUCKET), 3);
    for never in [Operation::CompleteMultipartUpload, Operation::PutObject] {
        assert_eq!(world.requests(never), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_the_middle_leaves_nothing() {
    let lost: fn(&World) = |world| {
        world.lose(Operation::CreateMultipartUpload, 1, |key| {
            key.starts_with("mopup-doctor-")
        });
    };
    let parts: fn(&World) = |world| {
        // The one that cannot exist first.
        world.fail(Operation::UploadPart, Kind::Network, u64::MAX, |key| {
            key.len() > "mopup-doctor".len()
        });
    };
    let listing: fn(&World) = |world| world.deny(Operation::ListParts);
    let late: fn(&World) = |world| world.late_parts(2, |key| key.starts_with("mopup-doctor-"));
    let refused: fn(&World) = |world| world.refuse_checksums();
    let slow: fn(&World) = |world| {
        world.fail(Operation::AbortMultipartUpload, Kind::Network, 2, |key| {
            key.len() > "mopup-doctor".len()
        });
    };
    for (what, script) in [
        ("a lost answer to the create", lost),
        ("parts that do not arrive", parts),
        ("parts that may not be listed", listing),
        ("parts that land late", late),
        ("checksums that are refused", refused),
        ("aborts that fail at first", slow),
    ] {
        let world = world();
        script(&world);
        let found = examine(&world, BUCKET, true).await;
        assert_eq!(uploads(&world, BUCKET), 3, "{what}: {found:#?}");
        assert!(
            found.checks.iter().all(|check| check.name != "left behind"),
            "{what}"
        );
        assert_eq!(
            check(&found, "remove it again").status,
            Status::Ok,
            "{what}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_removed_is_named_with_the_command_that_removes_it() {
    let world = world();
    world.deny(Operation::AbortMultipartUpload);
    let found = examine(&world, BUCKET, true).await;
    assert_eq!(check(&found, "remove it again").status, Status::Denied);
    let behind = check(&found, "left behind");
    assert_eq!(behind.status, Status::Failed);
    let left = left(&world).await;
    assert_eq!(left.len(), 1);
    assert!(behind.detail.contains(&left[0]), "{behind:?}");
    let command = format!("mopup abort 's3://{BUCKET}/{}' --upload-id=", left[0]);
    assert!(behind.remedy.contains(&command), "{behind:?}");
    assert!(behind.remedy.contains("--include-active"), "{behind:?}");
}

#[tokio::test(start_paused = true)]
async fn a_create_that_is_denied_begins_nothing_and_says_so() {
    let world = world();
    world.deny(Operation::CreateMultipartUpload);
    let found = examine(&world, BUCKET, true).await;
    let begin = check(&found, "begin uploads");
    assert_eq!(begin.status, Status::Denied);
    assert_eq!(begin.iam_action, Some("s3:PutObject"));
    assert_eq!(uploads(&world, BUCKET), 3);
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_it_in_the_middle_finds_nothing_left() {
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
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Examined(found)
                    if found.checks.iter().any(|of| of.name == "begin uploads") =>
                {
                    engine.send(Command::Cancel(JOB));
                }
                News::Ended(outcome) => {
                    assert!(matches!(outcome, Outcome::Cancelled { .. }), "{outcome:?}");
                    assert_eq!(uploads(&world, BUCKET), 3);
                    return;
                }
                _ => {}
            }
        }
    }
}
