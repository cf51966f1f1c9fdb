//! Once adopted it is ours: listed, stopped, gone on with, and by one alone.

use super::*;
use mopup::model::send::{CustomerKey, Standing};
use mopup::protocol::{Kind, Operation};

/// A world whose upload was adopted and then stopped by the service after everything arrived.
async fn stopped(how: &How) -> (World, Target) {
    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, how).await;
    let mut adoption = world.adoption(&target);
    adoption.keys.access = how.access.clone();
    adoption.trust_size = true;
    let operation = Operation::CompleteMultipartUpload;
    world.store.fail(operation, Kind::Denied, 1, |_| true);
    let ran = world.adopt(adoption).await;
    let sent = ran.sent.expect("a file");
    assert!(
        matches!(sent.outcome, SentOutcome::Failed { kept: true, .. }),
        "{sent:?}"
    );
    (world, target)
}

#[tokio::test(start_paused = true)]
async fn a_resume_sends_nothing_twice_and_keeps_the_checksums_type() {
    let keyed = Access {
        customer_key: Some(CustomerKey([7; 32])),
        ..Access::default()
    };
    for (checksum, access, encryption) in [
        (None, Access::default(), Encryption::Default),
        (
            Some((Algorithm::Crc32, "COMPOSITE")),
            Access::default(),
            Encryption::Default,
        ),
        (
            Some((Algorithm::Crc32c, "FULL_OBJECT")),
            Access::default(),
            Encryption::Default,
        ),
        // Parts that were trusted by their size are, as long as they are the same.
        (None, keyed, Encryption::Default),
        (None, Access::default(), Encryption::Kms { key_id: None }),
    ] {
        let how = How {
            checksum,
            access,
            encryption,
        };
        let (world, target) = stopped(&how).await;
        assert_eq!(world.sent(&target), [4, 5, 6], "{how:?}");
        let id = world.journal();
        let ran = world.run(Command::Interrupted { job: JOB }).await;
        assert_eq!(ran.outcome, Outcome::Done);
        let ran = world.resume(&id, &how.access).await;
        ran.stored();
        assert_eq!(world.sent(&target), [4, 5, 6], "{how:?}");
        world.is_the_file();
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_killed_before_anything_was_sent_is_gone_on_with() {
    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    world
        .store
        .fail(Operation::UploadPart, Kind::Denied, 100, |_| true);
    let ran = world.adopt(world.adoption(&target)).await;
    assert!(ran.sent.is_some());
    let id = world.journal();
    // All that a kill right after the first sync would leave.
    let path = world
        .settings
        .journal
        .as_ref()
        .unwrap()
        .join(format!("{id}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap();
    let first = text.lines().next().unwrap();
    std::fs::write(&path, format!("{first}\n")).unwrap();
    let entry = journal::read(world.settings.journal.as_ref().unwrap(), &id).unwrap();
    let state = entry.state.unwrap();
    assert_eq!(state.begun.unwrap().upload_id, target.upload_id);
    let before = world.sent(&target);
    world
        .store
        .fail(Operation::UploadPart, Kind::Denied, 0, |_| true);
    let mut ran = world.resume(&id, &Access::default()).await;
    while matches!(
        ran.sent.as_ref().map(|sent| &sent.outcome),
        Some(SentOutcome::Failed { kept: true, .. })
    ) {
        ran = world.resume(&id, &Access::default()).await;
    }
    ran.stored();
    let after = world.sent(&target);
    assert!(after.len() > before.len());
    assert!(after.iter().all(|number| *number > 3), "{after:?}");
    assert_eq!(world.memory().upload_count(BUCKET), 0, "no other was begun");
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn a_cancel_keeps_it_and_a_resume_ends_it() {
    let world = World::new();
    let target = world.left(&[1, 2], PART, &How::default()).await;
    world.store.latency(Duration::from_secs(1));
    let (engine, mut inbox) = world.engine();
    let mut adoption = world.adoption(&target);
    adoption.pace.width = Some(1);
    engine.send(Command::Adopt {
        job: JOB,
        adoption: Box::new(adoption),
    });
    let ran = until_end(&mut inbox, |news| {
        if let News::Sending(sending) = news
            && sending.stored > 2 * PART as u64
        {
            engine.send(Command::Cancel(JOB));
        }
    })
    .await;
    assert!(matches!(ran.outcome, Outcome::Cancelled { .. }), "{ran:?}");
    let Some(SentOutcome::Kept { stored }) = ran.sent.map(|sent| sent.outcome) else {
        panic!("not kept");
    };
    assert!(stored > 2 * PART as u64 && stored < LEN as u64);
    world
        .resume(&world.journal(), &Access::default())
        .await
        .stored();
    assert_eq!(world.sent(&target), [3, 4, 5, 6]);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn a_comparison_pauses_and_is_cancelled() {
    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    let (engine, mut inbox) = world.engine();
    let adoption = Box::new(world.adoption(&target));
    engine.send(Command::Compare { job: JOB, adoption });
    engine.send(Command::Pause(JOB));
    let mut paused = false;
    let ran = until_end(&mut inbox, |news| {
        if let News::Sending(sending) = news
            && sending.phase == mopup::model::send::Phase::Paused
        {
            paused = true;
            assert_eq!(sending.stored, 0);
            engine.send(Command::Cancel(JOB));
        }
    })
    .await;
    assert!(paused);
    assert!(matches!(ran.outcome, Outcome::Cancelled { .. }), "{ran:?}");
    assert!(ran.compared.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changed_is_compared_anew_and_never_mixed() {
    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    let known = world.compare(world.adoption(&target)).await.compared();
    let mut adoption = world.adoption(&target);
    adoption.compared = Some(Arc::new(known.clone()));
    // Somebody overwrites a part meanwhile.
    world.put(&target, 2, &[5; PART], &How::default()).await;
    world.adopt(adoption.clone()).await.stored();
    assert_eq!(world.sent(&target), [2, 4, 5, 6]);
    world.is_the_file();

    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    adoption = world.adoption(&target);
    adoption.compared = Some(Arc::new(known));
    let mut whole = bytes(LEN);
    whole[0] ^= 1;
    std::fs::write(&world.file, &whole).unwrap();
    world.adopt(adoption).await.stored();
    assert_eq!(world.sent(&target), [1, 4, 5, 6]);
    world.is_the_file();

    // Changed after it was adopted: a resume does not go on with it.
    let (world, _) = stopped(&How::default()).await;
    whole[0] ^= 1;
    std::fs::write(&world.file, &whole[..LEN - 1]).unwrap();
    let ran = world.resume(&world.journal(), &Access::default()).await;
    assert!(ran.told().contains("its length differs"), "{}", ran.told());
}

#[tokio::test(start_paused = true)]
async fn what_is_ours_already_is_told_and_of_two_at_once_one_goes_on() {
    let (world, target) = stopped(&How::default()).await;
    let id = world.journal();
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(told.contains(&format!("mopup resume {id}")), "{told}");
    assert_eq!(world.journals(), 1);

    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    let adoption = world.adoption(&target);
    let (one, two) = tokio::join!(world.adopt(adoption.clone()), world.adopt(adoption));
    let stored = |ran: &Ran| {
        let outcome = ran.sent.as_ref().map(|sent| &sent.outcome);
        matches!(outcome, Some(SentOutcome::Stored(_)))
    };
    assert_eq!(
        [&one, &two].into_iter().filter(|ran| stored(ran)).count(),
        1,
        "{one:?}, {two:?}"
    );
    assert_eq!(world.sent(&target), [4, 5, 6]);
    assert_eq!(world.journals(), 1);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn it_is_listed_and_discarded_like_any_other() {
    let (world, target) = stopped(&How::default()).await;
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Interrupted { job: JOB });
    let mut found = Vec::new();
    until_end(&mut inbox, |news| {
        if let News::Interrupted(all) = news {
            found.clone_from(all);
        }
    })
    .await;
    assert_eq!(found[0].upload_id.as_ref(), Some(&target.upload_id));
    assert_eq!(found[0].status, Standing::Completing);
    assert_eq!(found[0].parts_done, 6);
    let id = found[0].id.clone();
    let ran = world.run(Command::Discard { job: JOB, id }).await;
    let outcome = ran.sent.map(|sent| sent.outcome);
    assert!(matches!(outcome, Some(SentOutcome::Aborted { .. })));
    assert_eq!(world.memory().upload_count(BUCKET), 0);
}
