//! What is not done, and why.

use super::*;
use mopup::protocol::Operation;

#[tokio::test(start_paused = true)]
async fn another_file_is_refused_unless_all_is_to_be_replaced() {
    for checksum in [None, Some((Algorithm::Crc32, "COMPOSITE"))] {
        let how = How {
            checksum,
            ..How::default()
        };
        let world = World::new();
        let target = world.left(&[1, 2, 3], PART, &how).await;
        let other: Vec<u8> = bytes(LEN).iter().map(|byte| !byte).collect();
        std::fs::write(&world.file, other).unwrap();
        let mut adoption = world.adoption(&target);
        let told = world.adopt(adoption.clone()).await.told();
        assert!(
            told.contains("none of the 3 parts") && told.contains("--replace-all"),
            "{told}"
        );
        assert_eq!(world.store.requests(Operation::UploadPart), 0);
        assert_eq!(world.journals(), 0);
        adoption.replace_all = true;
        world.adopt(adoption).await.stored();
        assert_eq!(world.sent(&target), [1, 2, 3, 4, 5, 6]);
        world.is_the_file();
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_of_the_file_or_is_not_clear_is_told() {
    let world = World::new();
    let target = world.left(&[1, 2, 3, 4, 5, 6], PART, &How::default()).await;
    std::fs::write(&world.file, bytes(PART)).unwrap();
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(told.contains("cannot be of this file"), "{told}");
    std::fs::write(&world.file, []).unwrap();
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(!told.is_empty());

    // 8 KiB as the second part of 20 KiB: in between of 8, or the last behind one of 12.
    let world = World::of(5 * PART);
    let target = world.begin(&How::default());
    let whole = bytes(5 * PART);
    let how = How::default();
    world.put(&target, 2, &whole[3 * PART..], &how).await;
    let mut adoption = world.adoption(&target);
    let told = world.adopt(adoption.clone()).await.told();
    for word in ["part 2 may be", "8KiB", "12KiB", "--part-size"] {
        assert!(told.contains(word), "{told}");
    }
    // The wrong one of the two is found out.
    adoption.part_size = Some(2 * PART as u64);
    let told = world.adopt(adoption.clone()).await.told();
    assert!(told.contains("none"), "{told}");
    adoption.part_size = Some(3 * PART as u64);
    world.adopt(adoption).await.stored();
    assert_eq!(world.sent(&target), [1]);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn what_is_alive_is_left_alone_unless_that_is_said() {
    // With parts of just now, and without any.
    for held in [vec![1, 2], vec![]] {
        let mut world = World::new();
        let target = world.left(&held, PART, &How::default()).await;
        world.settings.thresholds.active = Duration::from_secs(30 * 24 * 3600);
        let mut adoption = world.adoption(&target);
        for ran in [
            world.adopt(adoption.clone()).await,
            world.compare(adoption.clone()).await,
        ] {
            assert!(ran.told().contains("--include-active"), "{}", ran.told());
        }
        assert_eq!(world.store.requests(Operation::UploadPart), 0);
        adoption.include_active = true;
        world.adopt(adoption).await.stored();
        world.is_the_file();
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_that_may_not_be_or_would_be_in_vain() {
    let mut world = World::new();
    let target = world.left(&[1], PART, &How::default()).await;
    world.settings.read_only = true;
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(told.contains("read-only"), "{told}");
    world.settings.read_only = false;

    let gone = Target {
        upload_id: "no-such".to_owned(),
        ..target.clone()
    };
    let told = world.adopt(world.adoption(&gone)).await.told();
    assert!(told.contains("mopup ls"), "{told}");

    let folder = adoption(&target, world.folder.path());
    assert!(!world.adopt(folder).await.told().is_empty());
    let nowhere = adoption(&target, Path::new("/no/such/file"));
    assert!(world.adopt(nowhere).await.told().contains("/no/such/file"));

    let nowhere = world.file.join("audit.jsonl");
    let audit = world.settings.audit.replace(nowhere);
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(told.contains("audit.jsonl"), "{told}");
    assert_eq!(world.journals(), 0);
    world.settings.audit = audit;

    // An object is there already.
    let other = world.left(&[1, 2, 3, 4, 5, 6], PART, &How::default()).await;
    world.adopt(world.adoption(&other)).await.stored();
    let log = std::fs::read_to_string(world.settings.audit.as_ref().unwrap()).unwrap();
    assert!(log.contains(r#""action":"adopt""#), "{log}");
    let before = world.store.requests(Operation::UploadPart);
    let mut adoption = world.adoption(&target);
    adoption.if_none_match = true;
    let told = world.adopt(adoption).await.told();
    assert!(told.contains("--if-none-match"), "{told}");
    assert_eq!(world.store.requests(Operation::UploadPart), before);

    world.store.deny(Operation::ListParts);
    let told = world.adopt(world.adoption(&target)).await.told();
    assert!(told.contains("s3:ListMultipartUploadParts"), "{told}");
}
