//! What goes wrong on the way.

use super::*;
use mopup::model::ChecksumWish;
use mopup::model::send::{Phase, Verdict};
use mopup::protocol::{Kind, Operation};

const LEN: usize = 12 * PART + 5;

/// Sends a file through whatever `script` does; the object must be right and nothing left behind.
async fn survives(script: impl FnOnce(&World)) -> (World, Ran) {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    script(&world);
    let ran = world.send(order(&path)).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert!(world.object("dump.bin") == bytes(LEN));
    assert_eq!(world.uploads().await, 0, "an upload is left behind");
    (world, ran)
}

#[tokio::test(start_paused = true)]
async fn parts_are_repeated_and_never_the_upload() {
    use Operation::{CompleteMultipartUpload, CreateMultipartUpload, UploadPart};
    for status in [500, 503, 429] {
        let (world, ran) = survives(|world| {
            for operation in [CreateMultipartUpload, UploadPart, CompleteMultipartUpload] {
                world.store.status(operation, status, 7);
            }
        })
        .await;
        assert!(ran.last.unwrap().retries > 0 || status != 500);
        let parts = world.store.requests(UploadPart);
        assert!(
            (13..=13 + 7).contains(&parts),
            "{parts} parts for HTTP {status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn resets_cut_bodies_and_stalls_cost_only_their_part() {
    let (world, _) = survives(|world| world.store.reset(Operation::UploadPart, 5)).await;
    assert_eq!(world.store.requests(Operation::UploadPart), 13 + 5);
    let (world, _) = survives(|world| world.store.cut_off(Operation::UploadPart, 1000, 5)).await;
    assert_eq!(world.store.requests(Operation::UploadPart), 13 + 5);
    let (world, _) = survives(|world| world.store.stall(Operation::UploadPart, 2, |_| true)).await;
    assert_eq!(world.store.requests(Operation::UploadPart), 13 + 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out() {
    use Operation::{CompleteMultipartUpload, CreateMultipartUpload, UploadPart};
    let (world, _) = survives(|world| world.store.lose(CreateMultipartUpload, 1, |_| true)).await;
    assert_eq!(
        world.store.requests(CreateMultipartUpload),
        1,
        "found by listing"
    );
    let (_, ran) = survives(|world| world.store.lose(CompleteMultipartUpload, 1, |_| true)).await;
    let SentOutcome::Stored(stored) = ran.only() else {
        panic!("{ran:?}");
    };
    assert!(matches!(stored.verdict, Verdict::Verified(_)));
    survives(|world| world.store.lose(UploadPart, 3, |_| true)).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_complete_is_ours_also_where_nothing_may_be_overwritten() {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    world
        .store
        .lose(Operation::CompleteMultipartUpload, 1, |_| true);
    let mut order = super::order(&path);
    order.if_none_match = true;
    let ran = world.send(order.clone()).await;
    assert!(ran.is_stored(), "{ran:?}");
    let again = world.send(order.clone()).await;
    assert!(again.fault().contains("an object is there already"));
    assert_eq!(world.uploads().await, 0, "nothing was begun");
    // Who may not look learns it at the end.
    world.memory().deny(BUCKET, Operation::HeadObject, "");
    let again = world.send(order).await;
    let SentOutcome::Failed { kept, .. } = again.only() else {
        panic!("{again:?}");
    };
    assert!(*kept, "what was sent stays");
    assert_eq!(world.uploads().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_for_a_minute_and_credentials_that_are_renewed() {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    world.store.latency(Duration::from_millis(500));
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order(&path)),
    });
    let mut phases = Vec::new();
    let (ran, _) = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news {
            if told.parts_done >= 4 && phases.is_empty() {
                let minute = Duration::from_secs(60);
                world.store.away_until(tokio::time::Instant::now() + minute);
            }
            if told.parts_done >= 4 {
                phases.push((told.phase, told.trouble.is_some()));
            }
        }
    })
    .await;
    assert!(ran.is_stored(), "{ran:?}");
    assert!(world.object("dump.bin") == bytes(LEN));
    assert!(phases.contains(&(Phase::Waiting, true)), "it is told why");
    let (world, _) = survives(|world| world.store.expire(Operation::UploadPart, 3)).await;
    assert!(world.store.requests(Operation::UploadPart) <= 13 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_ends_the_upload_and_keeps_it() {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    let operation = Operation::UploadPart;
    world
        .store
        .fail(operation, Kind::Network, 100_000, |_| true);
    let ran = world.send(order(&path)).await;
    let SentOutcome::Failed { kept: true, .. } = ran.only() else {
        panic!("{ran:?}");
    };
    assert_eq!(world.uploads().await, 1);
    assert_eq!(world.interrupted().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_never_goes_well_ends_although_all_else_does() {
    use Operation::{CompleteMultipartUpload, CreateMultipartUpload};
    for operation in [CreateMultipartUpload, CompleteMultipartUpload] {
        let world = World::new();
        let path = world.file("dump.bin", LEN);
        world.store.status(operation, 500, u64::MAX);
        let start = tokio::time::Instant::now();
        let ran = world.send(order(&path)).await;
        let SentOutcome::Failed { kept: true, .. } = ran.only() else {
            panic!("{ran:?}");
        };
        let took = start.elapsed().as_secs();
        assert!((300..400).contains(&took), "{took} s");
        let asked = world.store.requests(operation);
        assert!(asked < 30, "{asked} times");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_bad_from_the_start_are_told_at_once() {
    for parts in [true, false] {
        let world = World::new();
        let path = world.file("dump.bin", LEN);
        for operation in [Operation::CreateMultipartUpload, Operation::PutObject] {
            world.store.expire(operation, u64::MAX);
        }
        let mut order = order(&path);
        if !parts {
            order.wish = Wish::default();
        }
        let start = tokio::time::Instant::now();
        let ran = world.send(order).await;
        assert!(ran.fault().contains("expired"), "{}", ran.fault());
        assert!(start.elapsed().as_secs() < 5);
        assert!(world.interrupted().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_checksums_gets_none_and_is_compared_by_etags() {
    let world = World::new();
    let mut settings = world.settings.clone();
    if let Some(provider) = &mut settings.provider {
        provider.checksums = Checksums::Try;
    }
    let world = World { settings, ..world };
    world.store.refuse_checksums();
    let path = world.file("dump.bin", LEN);
    let ran = world.send(order(&path)).await;
    let SentOutcome::Stored(stored) = ran.only() else {
        panic!("{ran:?}");
    };
    assert!(matches!(&stored.verdict, Verdict::Verified(how) if how.contains("ETag")));
    assert_eq!(ran.warnings.len(), 1, "{:?}", ran.warnings);
    let mut order = super::order(&path);
    order.checksum = ChecksumWish::Of(mopup::model::Algorithm::Crc32c);
    let ran = world.send(order).await;
    assert!(matches!(ran.only(), SentOutcome::Failed { .. }), "{ran:?}");
}

#[tokio::test(start_paused = true)]
async fn every_checksum_is_kept_by_the_object() {
    for algorithm in mopup::model::Algorithm::ALL {
        let world = World::new();
        let path = world.file("dump.bin", LEN);
        let mut order = super::order(&path);
        order.checksum = ChecksumWish::Of(algorithm);
        let ran = world.send(order).await;
        let SentOutcome::Stored(stored) = ran.only() else {
            panic!("{ran:?}");
        };
        let checksum = stored.checksum.clone().unwrap();
        assert!(checksum.starts_with(&format!("{}:", algorithm.name())));
        assert_eq!(checksum.contains('-'), !algorithm.is_full_object());
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changes_while_it_is_sent_is_an_error_and_the_upload_kept() {
    for longer in [true, false] {
        let world = World::new();
        let path = world.file("dump.bin", 60 * PART);
        world.store.latency(Duration::from_millis(100));
        let (engine, mut inbox) = world.engine();
        engine.send(Command::Send {
            job: JOB,
            order: Box::new(order(&path)),
        });
        let (ran, _) = until_end(&mut inbox, |news| {
            if let News::Sending(told) = news
                && told.parts_done >= 4
            {
                let len = if longer { 61 * PART } else { 10 * PART };
                let file = std::fs::File::options().write(true).open(&path).unwrap();
                file.set_len(len as u64).unwrap();
            }
        })
        .await;
        let SentOutcome::Failed { fault, kept: true } = ran.only() else {
            panic!("{ran:?}");
        };
        assert!(fault.to_string().contains("while it was sent"), "{fault}");
        assert_eq!(world.uploads().await, 1);
        assert!(world.memory().object(BUCKET, "dump.bin").is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cap_is_kept() {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    let mut order = super::order(&path);
    order.pace.limit = Some(PART as u64);
    let start = tokio::time::Instant::now();
    assert!(world.send(order).await.is_stored());
    let took = start.elapsed().as_secs();
    assert!(
        (11..=14).contains(&took),
        "{took} s for 12 parts at one a second"
    );
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_somebody_elses_is_not_taken_for_a_lost_one() {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    let request = mopup::s3::CreateUpload {
        bucket: BUCKET.to_owned(),
        key: "dump.bin".to_owned(),
        ..mopup::s3::CreateUpload::default()
    };
    let theirs = world.memory().create_upload(&request).await.unwrap();
    let target = mopup::model::Target {
        bucket: BUCKET.to_owned(),
        key: "dump.bin".to_owned(),
        upload_id: theirs.upload_id,
    };
    let part = mopup::s3::UploadPart {
        target: target.clone(),
        access: mopup::model::send::Access::default(),
        number: 1,
        payload: mopup::s3::Payload::of(vec![7; PART].into()),
    };
    world.memory().upload_part(&part).await.unwrap();
    world.store.reset(Operation::CreateMultipartUpload, 1);
    let ran = world.send(order(&path)).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert!(world.object("dump.bin") == bytes(LEN));
    assert_eq!(world.uploads().await, 1, "theirs is untouched");
    assert_eq!(world.store.sent_part(&target, 1).times, 0);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_while_the_object_is_made_does_not_wait_for_it() {
    let complete = Operation::CompleteMultipartUpload;
    for drops in [false, true] {
        let world = World::new();
        let path = world.file("dump.bin", LEN);
        world.store.stall(complete, 1, |_| true);
        let (engine, mut inbox) = world.engine();
        engine.send(Command::Send {
            job: JOB,
            order: Box::new(order(&path)),
        });
        let start = tokio::time::Instant::now();
        let (ran, _) = until_end(&mut inbox, |news| {
            if let News::Sending(told) = news
                && told.phase == Phase::Completing
            {
                engine.send(if drops {
                    Command::Drop(JOB)
                } else {
                    Command::Cancel(JOB)
                });
            }
        })
        .await;
        assert!(start.elapsed().as_secs() < 20);
        if drops {
            assert!(matches!(ran.only(), SentOutcome::Aborted { .. }), "{ran:?}");
            assert_eq!(world.uploads().await, 0);
            continue;
        }
        assert!(matches!(ran.only(), SentOutcome::Kept { .. }), "{ran:?}");
        let ran = world.resume(&world.journal()).await;
        assert!(ran.is_stored(), "{ran:?}");
        assert!(world.object("dump.bin") == bytes(LEN));
    }
}
