//! What is looked at, and what is refused without a request that changes anything.

use mopup::model::orphan::Choice;
use mopup::protocol::{Kind, Operation};
use mopup::s3::memory::{NewUpload, Parts, StoredPart};
use mopup::s3::{Payload, PutObject};

use super::*;

const COMPLETE: Operation = Operation::CompleteMultipartUpload;

async fn put_object(world: &World, body: &'static [u8]) {
    let request = PutObject {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        options: ObjectOptions::default(),
        access: Access::default(),
        if_none_match: false,
        payload: Payload::of(body.into()),
    };
    world.memory().put_object(&request).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn everything_around_is_looked_at() {
    let world = World::new();
    let target = world.three().await;
    assert_eq!(words(&world.judge(&target).await.completion), ["not_ours"]);
    put_object(&world, b"old").await;
    world.three().await;
    // Of another key that begins with this one.
    let beside = NewUpload {
        key: format!("{KEY}.md5"),
        ..NewUpload::default()
    };
    world.memory().insert_upload(BUCKET, beside).unwrap();
    let judged = world.judge(&target).await;
    let said = words(&judged.completion);
    assert_eq!(said, ["replaces_object", "other_uploads", "not_ours"]);
    assert_eq!(judged.existing.unwrap().size, 3);
    let remarks: Vec<String> = judged
        .completion
        .remarks
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(remarks[1].contains("another upload"), "{remarks:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_seen_is_told_and_nothing_is_supposed() {
    let world = World::new();
    let target = world.three().await;
    world.store.deny(Operation::HeadObject);
    world.store.deny(Operation::ListMultipartUploads);
    let ran = world.ask(inquiry(&target)).await;
    let told: Vec<&str> = ran
        .warnings
        .iter()
        .map(|fault| fault.hint.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|hint| hint.contains("replaced is not known"))
    );
    assert_eq!(World::judged(ran).completion.ruling, Ruling::But);
    let made = world.complete(ending(&target)).await.made();
    let verdict = format!("{:?}", made.object.verdict);
    assert!(verdict.starts_with("Unverified"), "{verdict}");
    let world = World::new();
    let target = world.three().await;
    world.store.deny(Operation::ListParts);
    let fault = world.ask(inquiry(&target)).await.fault();
    assert_eq!(fault.kind, Kind::Denied);
}

#[tokio::test(start_paused = true)]
async fn the_file_that_is_meant_has_to_have_the_same_length() {
    let world = World::new();
    let target = world.three().await;
    let file = world.folder.path().join("dump.bin");
    let ask = |file: &std::path::Path| Inquiry {
        file: Some(file.to_owned()),
        ..inquiry(&target)
    };
    std::fs::write(&file, [0; 47]).unwrap();
    let judged = World::judged(world.ask(ask(&file)).await);
    assert_ne!(judged.completion.ruling, Ruling::Cannot);
    std::fs::write(&file, [0; 48]).unwrap();
    let judged = World::judged(world.ask(ask(&file)).await);
    assert_eq!(words(&judged.completion)[0], "other_size");
    assert_eq!(judged.completion.ruling, Ruling::Cannot);
    for wrong in [
        world.folder.path().join("none"),
        world.folder.path().to_owned(),
    ] {
        let fault = world.ask(ask(&wrong)).await.fault();
        assert!(fault.target.contains(&*wrong.to_string_lossy()), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_that_changed_since_somebody_looked_are_not_made_an_object() {
    let world = World::new();
    let none = Access::default();
    let target = world.three().await;
    let seen = Some(world.judge(&target).await.parts);
    let ordered = Ending {
        seen: seen.clone(),
        ..ending(&target)
    };
    world.put(&target, 2, &[9; 20], &none).await;
    let fault = world.complete(ordered.clone()).await.fault();
    assert!(
        fault.to_string().contains("changed since you looked"),
        "{fault}"
    );
    world.put(&target, 2, &bodies()[1], &none).await;
    world.put(&target, 4, &[9; 20], &none).await;
    let fault = world.complete(ordered.clone()).await.fault();
    assert!(fault.message.ends_with("4 now, 3 then"), "{fault}");
    assert_eq!(world.store.requests(COMPLETE), 0);
    // Those that were chosen are as they were.
    let beginning = Ending {
        choice: Choice::UpTo(3),
        ..ordered
    };
    world.put(&target, 3, &bodies()[2], &none).await;
    let made = world.complete(beginning).await.made();
    assert_eq!((made.object.parts, world.object()), (3, bodies().concat()));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_names_what_is_not_there_is_refused() {
    let world = World::new();
    let target = world.three().await;
    let parts = world.judge(&target).await.parts;
    let name = |number: u32, etag: &str| (number, etag.to_owned());
    let listed = |names| Ending {
        choice: Choice::Listed(names),
        ..ending(&target)
    };
    let all = [name(1, &parts[0].etag), name(3, &parts[2].etag)];
    let missing = listed([&all[..], &[name(4, "x")]].concat());
    let fault = world.complete(missing).await.fault();
    assert!(fault.message.contains("part 4 is not there"), "{fault}");
    let other = listed(vec![name(1, &parts[1].etag)]);
    let fault = world.complete(other).await.fault();
    assert!(fault.message.starts_with("part 1 has the ETag"), "{fault}");
    assert_eq!(world.store.requests(COMPLETE), 0);
    world.complete(listed(all.to_vec())).await.made();
    assert_eq!(
        world.object(),
        [bodies()[0].clone(), bodies()[2].clone()].concat()
    );
}

#[tokio::test(start_paused = true)]
async fn what_lives_is_completed_only_when_that_is_said() {
    let world = World::new();
    let minute = Duration::from_secs(60);
    let young = |number, at| StoredPart::with_body(number, vec![1; 20].into(), at);
    let insert = |initiated: Timestamp, parts| {
        let upload = NewUpload {
            key: KEY.to_owned(),
            initiated: Some(initiated),
            parts: Parts::Listed(parts),
            ..NewUpload::default()
        };
        Target {
            bucket: BUCKET.to_owned(),
            key: KEY.to_owned(),
            upload_id: world.memory().insert_upload(BUCKET, upload).unwrap(),
        }
    };
    let by_part = insert(THEN, vec![young(1, THEN), young(2, NOW.minus(minute))]);
    // Parts in flight are not listed.
    let by_beginning = insert(NOW.minus(minute), vec![young(1, THEN)]);
    for target in [&by_part, &by_beginning] {
        let judged = world.judge(target).await;
        assert_eq!(words(&judged.completion)[0], "alive");
        let fault = world.complete(ending(target)).await.fault();
        assert!(fault.to_string().contains("--include-active"), "{fault}");
        assert_eq!(world.store.requests(COMPLETE), 0);
    }
    let told = Ending {
        include_active: true,
        ..ending(&by_part)
    };
    world.complete(told).await.made();
}

#[tokio::test(start_paused = true)]
async fn read_only_mode_and_a_log_that_cannot_be_written_refuse() {
    let mut world = World::new();
    let target = world.three().await;
    world.settings.read_only = true;
    let fault = world.complete(ending(&target)).await.fault();
    assert_eq!(fault.kind, Kind::Denied);
    assert_ne!(world.judge(&target).await.completion.ruling, Ruling::Cannot);
    world.settings.read_only = false;
    world.settings.audit = Some(world.folder.path().to_owned());
    let fault = world.complete(ending(&target)).await.fault();
    assert!(
        fault.hint.contains("nothing is changed without a record"),
        "{fault}"
    );
    assert_eq!(world.store.requests(COMPLETE), 0);
}
