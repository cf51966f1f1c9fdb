//! What becomes of a Complete: answers that are lost, others who do the same, and our own records.

use mopup::journal;
use mopup::model::send::{Order, Source, Verdict};
use mopup::model::{ChecksumWish, plan};
use mopup::protocol::{Kind, Operation};
use mopup::s3::Abort;

use super::*;

const COMPLETE: Operation = Operation::CompleteMultipartUpload;

#[tokio::test(start_paused = true)]
async fn an_object_is_made_verified_and_recorded() {
    let world = World::new();
    let target = world.three().await;
    let judged = world.judge(&target).await;
    let made = world.complete(ending(&target)).await.made();
    assert_eq!(world.object(), bodies().concat());
    assert_eq!(Some(made.object.etag), judged.completion.etag);
    assert!(matches!(made.object.verdict, Verdict::Verified(_)));
    assert_eq!(world.memory().upload_count(BUCKET), 0);
    let audit = world.audit();
    assert_eq!(audit.len(), 1, "{audit:?}");
    let told = (
        &audit[0]["action"],
        &audit[0]["outcome"],
        &audit[0]["bytes"],
    );
    assert_eq!(told, (&"complete".into(), &"completed".into(), &47.into()));
    assert_eq!(audit[0]["upload_id"], target.upload_id);
    // A second time there is nothing to complete.
    let fault = world.complete(ending(&target)).await.fault();
    assert_eq!(fault.kind, Kind::UploadGone);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out() {
    for if_none_match in [false, true] {
        let world = World::new();
        let target = world.three().await;
        world.store.lose(COMPLETE, 1, |_| true);
        let ordered = Ending {
            if_none_match,
            ..ending(&target)
        };
        let made = world.complete(ordered).await.made();
        assert!(matches!(made.object.verdict, Verdict::Verified(_)));
        assert_eq!(world.store.requests(COMPLETE), 1, "asked again for nothing");
        assert_eq!(world.object(), bodies().concat());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_is_asked_again_and_not_for_ever() {
    let world = World::new();
    let target = world.three().await;
    world.store.reset(COMPLETE, 3);
    world.complete(ending(&target)).await.made();
    assert_eq!(world.store.requests(COMPLETE), 4);
    let world = World::new();
    let target = world.three().await;
    world.store.reset(COMPLETE, u64::MAX);
    let began = tokio::time::Instant::now();
    let fault = world.complete(ending(&target)).await.fault();
    assert_eq!(fault.kind, Kind::Network);
    assert!(
        began.elapsed() < Duration::from_secs(300),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(world.memory().upload_count(BUCKET), 1, "the upload stays");
    assert_eq!(world.audit()[0]["outcome"], "failed");
}

#[tokio::test(start_paused = true)]
async fn two_who_complete_at_once_both_get_the_object() {
    let world = World::new();
    let target = world.three().await;
    world.store.latency(Duration::from_millis(100));
    let seen = Some(world.judge(&target).await.parts);
    let ordered = Ending {
        seen,
        ..ending(&target)
    };
    let (one, other) = tokio::join!(world.complete(ordered.clone()), world.complete(ordered));
    for made in [one.made(), other.made()] {
        assert!(
            matches!(made.object.verdict, Verdict::Verified(_)),
            "{made:?}"
        );
        assert_eq!(made.object.size, 47);
    }
    assert_eq!(world.object(), bodies().concat());
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_ended_meanwhile_is_told_for_what_it_became() {
    let world = World::new();
    let target = world.three().await;
    let seen = Some(world.judge(&target).await.parts);
    let ordered = Ending {
        seen,
        ..ending(&target)
    };
    world.complete(ending(&target)).await.made();
    let ran = world.complete(ordered.clone()).await;
    let told = ran.warnings.first().map(ToString::to_string);
    assert!(told.is_some_and(|told| told.contains("somebody else completed it")));
    assert_eq!(ran.made().object.size, 47);
    assert_eq!(world.store.requests(COMPLETE), 1);
    // Another object than that of the parts.
    let world = World::new();
    let target = world.three().await;
    let seen = Some(world.judge(&target).await.parts);
    let less = Ending {
        choice: Choice::UpTo(2),
        ..ending(&target)
    };
    world.complete(less).await.made();
    let fault = world.complete(Ending { seen, ..ordered }).await.fault();
    assert_eq!(fault.kind, Kind::UploadGone);
    let whole = Ending {
        target,
        ..ending(&world.three().await)
    };
    let fault = world.complete(whole).await.fault();
    assert!(fault.message.contains("by somebody else"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_overwritten_where_that_was_not_wanted() {
    let world = World::new();
    let first = world.three().await;
    world.complete(ending(&first)).await.made();
    // The same bytes again: that the object is as foretold proves nothing of this Complete.
    let second = world.three().await;
    let ordered = Ending {
        if_none_match: true,
        ..ending(&second)
    };
    world.store.reset(COMPLETE, 1);
    let fault = world.complete(ordered).await.fault();
    assert_eq!(fault.kind, Kind::Precondition, "{fault}");
    assert!(fault.hint.contains("the upload is still there"), "{fault}");
    assert_eq!(world.memory().upload_count(BUCKET), 1);
    world.complete(ending(&second)).await.made();
    assert_eq!(world.memory().upload_count(BUCKET), 0);
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_ours_ends_in_its_journal() {
    let world = World::new();
    let file = world.folder.path().join("dump.bin");
    std::fs::write(&file, bodies().concat()).unwrap();
    world.store.fail(COMPLETE, Kind::Denied, 1, |_| true);
    let mut order = Order::new(Source::Path(file), BUCKET, KEY);
    order.wish = plan::Wish {
        part_size: Some(20),
        multipart: true,
        ..plan::Wish::default()
    };
    order.checksum = ChecksumWish::Of(Algorithm::Crc32);
    let order = Box::new(order);
    world.run(Command::Send { job: JOB, order }).await;
    let folder = world.settings.journal.clone().unwrap();
    let state = || journal::list(&folder).unwrap().remove(0).state.unwrap();
    let target = Target {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: state().begun.unwrap().upload_id,
    };
    let judged = world.judge(&target).await;
    assert_eq!(
        words(&judged.completion),
        [""; 0],
        "{:?}",
        judged.completion
    );
    assert_eq!(judged.completion.ruling, Ruling::Can);
    let made = world.complete(ending(&target)).await.made();
    let Some(journal::End::Stored { etag, .. }) = state().end else {
        panic!("{:?}", state());
    };
    assert_eq!(etag, made.object.etag);
    assert_eq!(state().completing.unwrap().size, 47);
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_ours_that_is_worked_on_or_not_whole_is_left_alone() {
    let world = World::new();
    let file = world.folder.path().join("dump.bin");
    std::fs::write(&file, bodies().concat()).unwrap();
    world
        .store
        .fail(Operation::UploadPart, Kind::Denied, 1, |_| true);
    let mut order = Order::new(Source::Path(file), BUCKET, KEY);
    order.wish.part_size = Some(20);
    order.wish.multipart = true;
    let order = Box::new(order);
    world.run(Command::Send { job: JOB, order }).await;
    let folder = world.settings.journal.clone().unwrap();
    let entry = journal::list(&folder).unwrap().remove(0);
    let target = Target {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: entry.state.unwrap().begun.unwrap().upload_id,
    };
    // Its length is known from its journal.
    let judged = world.judge(&target).await;
    assert_eq!(judged.completion.ruling, Ruling::Cannot, "{judged:?}");
    let none = Access::default();
    for (number, body) in (1..).zip(bodies()) {
        world.put(&target, number, &body, &none).await;
    }
    let worked_on = journal::Journal::open(&folder, &entry.id).unwrap();
    let fault = world.complete(ending(&target)).await.fault();
    assert!(fault.message.contains("another process"), "{fault}");
    assert_eq!(world.store.requests(COMPLETE), 0);
    drop(worked_on);
    world.complete(ending(&target)).await.made();
}

#[tokio::test(start_paused = true)]
async fn an_old_object_that_only_looks_alike_is_not_taken_for_the_new_one() {
    let keyed = Access {
        customer_key: Some(mopup::model::send::CustomerKey([9; 32])),
        expected_owner: None,
    };
    let keys = Keys {
        access: keyed.clone(),
        customer_key_from: None,
    };
    let world = World::new();
    let begun = async |byte| {
        let target = world.begin(None, &keyed);
        world.put(&target, 1, &[byte; 20], &keyed).await;
        Ending {
            keys: keys.clone(),
            ..ending(&target)
        }
    };
    world.complete(begun(1).await).await.made();
    // Of the same size and as many parts; under a key of one's own an ETag tells no bytes.
    let ordered = begun(2).await;
    let asked = world.store.requests(COMPLETE);
    world.store.latency(Duration::from_millis(100));
    let abort = Abort {
        target: ordered.target.clone(),
        if_initiated: None,
    };
    // By somebody else, just when it is completed.
    let aborting = async {
        while world.store.requests(COMPLETE) == asked {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.memory().abort(&abort).await.unwrap();
    };
    let (ran, ()) = tokio::join!(world.complete(ordered), aborting);
    let fault = ran.fault();
    assert_eq!(fault.kind, Kind::UploadGone, "{fault}");
    assert_eq!(world.object(), [1; 20]);
}
