//! Copies that were stopped, changed under the hand, or lost their last answer.

use std::sync::Mutex;

use super::copies::{LEN, TARGET, failure, large};
use super::*;
use mopup::model::copy::CopyOrder;
use mopup::model::send::{Access, Standing, Verdict};
use mopup::protocol::{Kind, Operation};
use mopup::s3::Payload;

/// Replaces the source as soon as so many parts were copied.
async fn replaced(world: &World, order: CopyOrder, parts: u32) -> Ran {
    world.store.latency(Duration::from_millis(100));
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Copy {
        job: JOB,
        order: Box::new(order),
    });
    let seen = Mutex::new(false);
    let ending = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news
            && told.parts_done >= parts
        {
            *seen.lock().unwrap() = true;
        }
    });
    let mut ending = std::pin::pin!(ending);
    loop {
        let step = tokio::time::timeout(Duration::from_millis(20), &mut ending).await;
        if let Ok((ran, _)) = step {
            return ran;
        }
        if std::mem::take(&mut *seen.lock().unwrap()) {
            let mut other = bytes(LEN);
            other[0] ^= 1;
            world.put("x", other).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_changes_in_between_never_makes_an_object() {
    let mut order = large("x");
    order.pace.width = Some(1);
    let world = World::with_source("x", LEN).await;
    let ran = replaced(&world, order, 3).await;
    let told = ran.fault();
    assert!(told.contains("changed while it was copied"), "{told}");
    assert!(world.memory().object(TARGET, "x").is_err());
    assert_eq!(world.left_behind().await, 1, "what was copied stays");
    let id = world.journal();
    let told = failure(&world.resume(&id).await);
    assert!(
        told.contains("replaced since") && told.contains("--anew"),
        "{told}"
    );
    let anew = Resumption {
        anew: true,
        ..resumption(&id)
    };
    let ran = world.resume_as(anew).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.content(TARGET, "x")[0], bytes(LEN)[0] ^ 1);
    let (info, tags) = world.head(TARGET, "x").await;
    assert_eq!((info.metadata.len(), tags.len()), (2, 2));
    assert_eq!(world.left_behind().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_stopped_goes_on_with_what_is_missing() {
    for keep in [true, false] {
        let mut order = large("x");
        order.from.key = "y".to_owned();
        order.pace.width = Some(2);
        let world = World::with_source("y", 40 * PART).await;
        world.store.latency(Duration::from_millis(100));
        let (engine, mut inbox) = world.engine();
        engine.send(Command::Copy {
            job: JOB,
            order: Box::new(order),
        });
        let (ran, _) = until_end(&mut inbox, |news| {
            if let News::Sending(told) = news
                && told.parts_done >= 4
            {
                engine.send(if keep {
                    Command::Cancel(JOB)
                } else {
                    Command::Drop(JOB)
                });
            }
        })
        .await;
        let copied = world.store.requests(Operation::UploadPartCopy);
        assert!(copied < 40, "{copied}");
        if !keep {
            assert!(matches!(ran.only(), SentOutcome::Aborted { .. }), "{ran:?}");
            assert_eq!(world.left_behind().await, 0);
            continue;
        }
        assert!(matches!(ran.only(), SentOutcome::Kept { stored } if *stored > 0));
        let listed = world.interrupted().await;
        assert_eq!(listed[0].status, Standing::Resumable);
        assert_eq!(listed[0].source, "s3://archive/y");
        let ran = world.resume(&world.journal()).await;
        let SentOutcome::Stored(stored) = ran.only() else {
            panic!("{ran:?}");
        };
        assert!(stored.sent < 40 * PART as u64, "{stored:?}");
        assert!(matches!(stored.verdict, Verdict::Verified(_)), "{stored:?}");
        assert_eq!(world.store.requests(Operation::UploadPartCopy), 40);
        assert!(world.content(TARGET, "y") == bytes(40 * PART));
        assert_eq!(world.left_behind().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_whose_last_answer_was_lost_with_the_process_is_found_out() {
    // Onto itself: the source is not what it was any more.
    let mut order = large("x");
    order.bucket = BUCKET.to_owned();
    order.options.set.storage_class = Some("GLACIER_IR".to_owned());
    let world = World::with_source("x", LEN).await;
    world
        .store
        .lose(Operation::CompleteMultipartUpload, 1, |_| true);
    // Of the source twice, then of what was made.
    let heads = Mutex::new(0);
    world
        .store
        .fail(Operation::HeadObject, Kind::Denied, u64::MAX, move |_| {
            let mut heads = heads.lock().unwrap();
            *heads += 1;
            *heads == 3
        });
    let ran = world.copy(order).await;
    assert!(
        matches!(ran.only(), SentOutcome::Failed { kept: true, .. }),
        "{ran:?}"
    );
    let ran = world.resume(&world.journal()).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert!(world.content(BUCKET, "x") == bytes(LEN));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_cannot_copy_leaves_nothing_behind() {
    let world = World::with_source("x", LEN).await;
    let operation = Operation::UploadPartCopy;
    world
        .store
        .fail(operation, Kind::Unsupported, u64::MAX, |_| true);
    let ran = world.copy(large("x")).await;
    assert!(
        matches!(ran.only(), SentOutcome::Failed { kept: false, .. }),
        "{ran:?}"
    );
    assert_eq!(world.left_behind().await, 0);
    assert_eq!(world.interrupted().await[0].status, Standing::Aborted);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_somebody_replaced_is_copied_again() {
    let world = World::with_source("x", LEN).await;
    let operation = Operation::CompleteMultipartUpload;
    world.store.fail(operation, Kind::Denied, 1, |_| true);
    let ran = world.copy(large("x")).await;
    assert!(ran.fault().contains("Access Denied"), "{}", ran.fault());
    let target = mopup::model::Target {
        bucket: TARGET.to_owned(),
        key: "x".to_owned(),
        upload_id: ran.sent[0].upload_id.clone().unwrap(),
    };
    let request = mopup::s3::UploadPart {
        target,
        access: Access::default(),
        number: 3,
        payload: Payload::of(vec![7; PART].into()),
    };
    world.memory().upload_part(&request).await.unwrap();
    let before = world.store.requests(Operation::UploadPartCopy);
    let ran = world.resume(&world.journal()).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.store.requests(Operation::UploadPartCopy), before + 1);
    assert!(world.content(TARGET, "x") == bytes(LEN));
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_a_copy_and_the_copy_outlives_it() {
    let mut order = large("x");
    order.pace.width = Some(2);
    let world = World::with_source("x", 40 * PART).await;
    world.store.latency(Duration::from_millis(100));
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Copy {
        job: JOB,
        order: Box::new(order),
    });
    let mut paused = false;
    let waiting = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news
            && told.parts_done >= 4
            && !paused
        {
            paused = true;
            engine.send(Command::Pause(JOB));
        }
    });
    let day = Duration::from_secs(24 * 3600);
    let mut waiting = std::pin::pin!(waiting);
    assert!(tokio::time::timeout(day, &mut waiting).await.is_err());
    let copied = world.store.requests(Operation::UploadPartCopy);
    assert!(copied < 20, "{copied} parts although it was paused");
    assert!(tokio::time::timeout(day, &mut waiting).await.is_err());
    assert_eq!(world.store.requests(Operation::UploadPartCopy), copied);
    engine.send(Command::Continue(JOB));
    let (ran, _) = waiting.await;
    assert!(ran.is_stored(), "{ran:?}");
    assert!(world.content(TARGET, "x") == bytes(40 * PART));
}

#[tokio::test(start_paused = true)]
async fn thousands_of_parts_are_looked_through_by_the_page() {
    let mut order = large("x");
    order.wish.part_size = Some(64);
    let world = World::with_source("x", 64 * 2500).await;
    world.store.latency(Duration::from_millis(10));
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Copy {
        job: JOB,
        order: Box::new(order),
    });
    let (ran, _) = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news
            && told.parts_done >= 1200
        {
            engine.send(Command::Cancel(JOB));
        }
    })
    .await;
    assert!(matches!(ran.only(), SentOutcome::Kept { .. }), "{ran:?}");
    let ran = world.resume(&world.journal()).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.store.requests(Operation::UploadPartCopy), 2500);
    assert!(world.content(TARGET, "x") == bytes(64 * 2500));
}
