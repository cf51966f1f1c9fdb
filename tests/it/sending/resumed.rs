//! What was interrupted and goes on.

use super::*;
use mopup::model::send::Standing;
use mopup::protocol::{Kind, Operation};

const LEN: usize = 5 * PART + 77;

/// A world in which everything of `dump.bin` arrived, but the object was not made.
async fn interrupted() -> (World, PathBuf, String) {
    let world = World::new();
    let path = world.file("dump.bin", LEN);
    let operation = Operation::CompleteMultipartUpload;
    world.store.fail(operation, Kind::Denied, 1, |_| true);
    let ran = world.send(order(&path)).await;
    assert!(ran.fault().contains("Access Denied"), "{}", ran.fault());
    let id = world.journal();
    (world, path, id)
}

#[tokio::test(start_paused = true)]
async fn only_what_is_missing_is_sent_again() {
    let (world, _, id) = interrupted().await;
    let found = world.interrupted().await;
    assert_eq!(found[0].status, Standing::Completing);
    assert_eq!((found[0].parts_done, found[0].stored), (6, LEN as u64));
    let before = world.store.requests(Operation::UploadPart);
    let ran = world.resume(&id).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.store.requests(Operation::UploadPart), before);
    assert!(world.object("dump.bin") == bytes(LEN));
    assert_eq!(world.uploads().await, 0);
    assert_eq!(world.interrupted().await[0].status, Standing::Done);
    let again = world.resume(&id).await;
    let Outcome::Failed(fault) = again.outcome else {
        panic!("{again:?}");
    };
    assert!(fault.to_string().contains("was stored"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_differs_is_sent_again_and_no_other() {
    let (world, _, id) = interrupted().await;
    let target = {
        let state = journal::read(world.settings.journal.as_ref().unwrap(), &id).unwrap();
        let begun = state.state.unwrap().begun.unwrap();
        mopup::model::Target {
            bucket: BUCKET.to_owned(),
            key: "dump.bin".to_owned(),
            upload_id: begun.upload_id,
        }
    };
    // Somebody else put other bytes of the same length there.
    let request = mopup::s3::UploadPart {
        target: target.clone(),
        access: mopup::model::send::Access::default(),
        number: 3,
        payload: mopup::s3::Payload::of(vec![7; PART].into()),
    };
    world.memory().upload_part(&request).await.unwrap();
    let before = world.store.requests(Operation::UploadPart);
    let ran = world.resume(&id).await;
    assert!(ran.is_stored(), "{ran:?}");
    assert_eq!(world.store.requests(Operation::UploadPart), before + 1);
    assert!(world.object("dump.bin") == bytes(LEN));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_changed_is_refused_and_can_be_sent_anew() {
    for change in ["length", "time", "bytes"] {
        let (world, path, id) = interrupted().await;
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let mut new = bytes(LEN);
        match change {
            "length" => new.push(1),
            "bytes" => new[0] ^= 1,
            _ => {}
        }
        std::fs::write(&path, &new).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let later = Duration::from_secs(u64::from(change == "time") * 5);
        file.set_modified(modified + later).unwrap();
        let ran = world.resume(&id).await;
        let Outcome::Failed(fault) = &ran.outcome else {
            panic!("{change}: {ran:?}");
        };
        assert!(fault.to_string().contains("--anew"), "{fault}");
        assert_eq!(world.uploads().await, 1, "what was sent stays");
        let ran = world
            .resume_as(Resumption {
                anew: true,
                ..resumption(&id)
            })
            .await;
        assert!(ran.is_stored(), "{change}: {ran:?}");
        assert!(world.object("dump.bin") == new);
        assert_eq!(world.uploads().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn two_never_work_on_one_journal() {
    let (world, _, id) = interrupted().await;
    let folder = world.settings.journal.clone().unwrap();
    let (held, _) = journal::Journal::open(&folder, &id).unwrap();
    assert_eq!(world.interrupted().await[0].status, Standing::Busy);
    let ran = world.resume(&id).await;
    assert!(matches!(ran.outcome, Outcome::Failed(_)), "{ran:?}");
    drop(held);
    assert!(world.resume(&id).await.is_stored());
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_is_gone_with_its_journal() {
    let (world, _, id) = interrupted().await;
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Discard { job: JOB, id });
    let (ran, _) = until_end(&mut inbox, |_| {}).await;
    let aborted = SentOutcome::Aborted { freed: LEN as u64 };
    assert_eq!(*ran.only(), aborted);
    assert_eq!(world.uploads().await, 0);
    assert_eq!(world.interrupted().await[0].status, Standing::Aborted);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_keeps_and_a_drop_aborts() {
    for keep in [true, false] {
        let world = World::new();
        let path = world.file("dump.bin", 40 * PART);
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
                engine.send(if keep {
                    Command::Cancel(JOB)
                } else {
                    Command::Drop(JOB)
                });
            }
        })
        .await;
        if keep {
            assert!(matches!(ran.only(), SentOutcome::Kept { stored } if *stored > 0));
            let sent = world.store.requests(Operation::UploadPart);
            assert!(sent < 40, "{sent}");
            let ran = world.resume(&world.journal()).await;
            assert!(ran.is_stored(), "{ran:?}");
            assert!(world.object("dump.bin") == bytes(40 * PART));
        } else {
            assert!(matches!(ran.only(), SentOutcome::Aborted { .. }), "{ran:?}");
            assert_eq!(world.interrupted().await[0].status, Standing::Aborted);
        }
        assert_eq!(world.uploads().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_everything_and_an_upload_outlives_it() {
    let world = World::new();
    let path = world.file("dump.bin", 40 * PART);
    world.store.latency(Duration::from_millis(100));
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order(&path)),
    });
    let mut paused = None;
    let waiting = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news
            && told.parts_done >= 4
            && paused.is_none()
        {
            paused = Some(told.parts_done);
            engine.send(Command::Pause(JOB));
        }
    });
    let day = Duration::from_secs(24 * 3600);
    let mut waiting = std::pin::pin!(waiting);
    assert!(tokio::time::timeout(day, &mut waiting).await.is_err());
    let sent = world.store.requests(Operation::UploadPart);
    assert!(sent < 20, "{sent} parts although it was paused");
    assert!(tokio::time::timeout(day, &mut waiting).await.is_err());
    assert_eq!(world.store.requests(Operation::UploadPart), sent);
    engine.send(Command::Continue(JOB));
    let (ran, _) = waiting.await;
    assert!(ran.is_stored(), "{ran:?}");
}
