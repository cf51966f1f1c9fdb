//! However it was begun and whatever of it arrived: the object is the file, and only the rest was sent.

use super::*;
use mopup::model::orphan::Proof;
use mopup::model::send::{Cell, CustomerKey, Phase, Verdict};
use mopup::protocol::Operation;
use mopup::s3::HeadObject;

/// Leaves these parts, adopts, and expects those to be sent.
async fn ends_well(how: How, held: &[u32], missing: &[u32]) -> (World, StoredObject) {
    let world = World::new();
    let target = world.left(held, PART, &how).await;
    let mut adoption = world.adoption(&target);
    adoption.keys.access = how.access.clone();
    let ran = world.adopt(adoption).await;
    assert!(ran.warnings.is_empty(), "{:?}", ran.warnings);
    let object = ran.stored();
    assert_eq!(world.sent(&target), missing, "{how:?}");
    world.is_the_file();
    assert_eq!(object.parts, 6);
    assert_eq!(world.memory().upload_count(BUCKET), 0);
    (world, object)
}

#[tokio::test(start_paused = true)]
async fn only_the_missing_parts_are_sent() {
    for (held, missing) in [
        (vec![1, 2, 3], vec![4, 5, 6]),
        (vec![2, 4], vec![1, 3, 5, 6]),
        (vec![1, 2, 3, 4, 5, 6], vec![]),
        (vec![1], vec![2, 3, 4, 5, 6]),
        (vec![], vec![1, 2, 3, 4, 5, 6]),
    ] {
        if held.is_empty() {
            // Any part size will do: one part, since the file is small.
            let world = World::new();
            let target = world.left(&[], PART, &How::default()).await;
            let object = world.adopt(world.adoption(&target)).await.stored();
            assert_eq!(object.parts, 1);
            world.is_the_file();
            continue;
        }
        let (_, object) = ends_well(How::default(), &held, &missing).await;
        assert!(
            matches!(object.verdict, Verdict::Verified(_)),
            "{:?}",
            object.verdict
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_part_alone_tells_all_when_the_size_is_said() {
    let world = World::new();
    let target = world.left(&[6], PART, &How::default()).await;
    let mut adoption = world.adoption(&target);
    adoption.part_size = Some(PART as u64);
    world.adopt(adoption).await.stored();
    assert_eq!(world.sent(&target), [1, 2, 3, 4, 5]);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn the_uploads_own_checksums_are_used() {
    for (algorithm, kind) in [
        (Algorithm::Crc32, "COMPOSITE"),
        (Algorithm::Crc32, "FULL_OBJECT"),
        (Algorithm::Crc32c, "COMPOSITE"),
        (Algorithm::Crc32c, "FULL_OBJECT"),
        (Algorithm::Crc64Nvme, "FULL_OBJECT"),
        (Algorithm::Sha1, "COMPOSITE"),
        (Algorithm::Sha256, "COMPOSITE"),
    ] {
        let how = How {
            checksum: Some((algorithm, kind)),
            ..How::default()
        };
        let (world, object) = ends_well(how, &[1, 3, 4], &[2, 5, 6]).await;
        let question = HeadObject {
            bucket: BUCKET.to_owned(),
            key: KEY.to_owned(),
            ..HeadObject::default()
        };
        let info = world.memory().head_object(&question).await.unwrap();
        assert_eq!(info.checksum_type.as_deref(), Some(kind));
        let kept = info.checksum.unwrap();
        assert_eq!(kept.value.ends_with("-6"), kind == "COMPOSITE");
        let told = format!("{}:{}", kept.algorithm, kept.value);
        assert_eq!(object.checksum, Some(told));
        let Verdict::Verified(how) = &object.verdict else {
            panic!("{:?}", object.verdict);
        };
        assert!(how.contains(algorithm.name()), "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_byte_makes_one_part_sent_again() {
    for checksum in [None, Some((Algorithm::Crc64Nvme, "FULL_OBJECT"))] {
        let how = How {
            checksum,
            ..How::default()
        };
        let world = World::new();
        let target = world.left(&[1, 2, 3, 4, 5, 6], PART, &how).await;
        let mut whole = bytes(LEN);
        whole[2 * PART + 99] ^= 1;
        std::fs::write(&world.file, &whole).unwrap();
        let found = world.compare(world.adoption(&target)).await;
        let map = found.shown.last().unwrap().map.clone();
        assert_eq!(map[2], Cell::Different);
        assert_eq!(map.iter().filter(|cell| **cell == Cell::Done).count(), 5);
        let found = found.compared();
        assert_eq!(found.different, [3]);
        assert_eq!((found.to_send, found.parts_to_send), (PART as u64, 1));
        assert_eq!(world.store.requests(Operation::UploadPart), 0);
        let object = world.adopt(world.adoption(&target)).await.stored();
        assert_eq!(world.sent(&target), [3]);
        assert_eq!(object.sent, PART as u64);
        world.is_the_file();
    }
}

#[tokio::test(start_paused = true)]
async fn parts_of_other_sizes_and_behind_the_end_are_left_out() {
    let world = World::new();
    let how = How::default();
    let target = world.left(&[1, 2, 4], PART, &how).await;
    world.put(&target, 3, &[9; 5000], &how).await;
    world.put(&target, 9, &[9; 30], &how).await;
    let mut adoption = world.adoption(&target);
    let told = world.compare(adoption.clone()).await.told();
    assert!(told.contains("--part-size 4KiB"), "{told}");
    adoption.part_size = Some(PART as u64);
    let found = world.compare(adoption.clone()).await.compared();
    assert_eq!(found.misfits, [3, 9]);
    assert_eq!(found.guess.misfits, 2);
    let numbers: Vec<u32> = found.equal.iter().map(|equal| equal.0).collect();
    assert_eq!(numbers, [1, 2, 4]);
    let object = world.adopt(adoption).await.stored();
    assert_eq!(object.parts, 6);
    assert_eq!(world.sent(&target), [3, 5, 6]);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn thousands_of_parts_are_listed_page_by_page() {
    let size = 32;
    let world = World::of(2500 * size - 5);
    let held: Vec<u32> = (1..=2500).filter(|number| number % 500 != 0).collect();
    let target = world.left(&held, size, &How::default()).await;
    let object = world.adopt(world.adoption(&target)).await.stored();
    assert!(world.store.requests(Operation::ListParts) >= 3);
    assert_eq!(object.parts, 2500);
    assert_eq!(world.sent(&target), [500, 1000, 1500, 2000, 2500]);
    world.is_the_file();
}

fn keyed(checksum: Option<(Algorithm, &'static str)>) -> How {
    How {
        checksum,
        access: Access {
            customer_key: Some(CustomerKey([7; 32])),
            ..Access::default()
        },
        ..How::default()
    }
}

#[tokio::test(start_paused = true)]
async fn under_a_key_of_ones_own_checksums_tell_or_else_the_size_is_to_be_trusted() {
    let how = keyed(Some((Algorithm::Crc32, "COMPOSITE")));
    ends_well(how, &[1, 2, 5], &[3, 4, 6]).await;

    let how = keyed(None);
    let world = World::new();
    let target = world.left(&[1, 2, 5], PART, &how).await;
    let mut adoption = world.adoption(&target);
    // Whoever does not say that there is a key learns what may be wrong.
    let told = world.adopt(adoption.clone()).await.told();
    assert!(
        told.contains("SSE-C") && told.contains("--sse-c-key-file"),
        "{told}"
    );
    adoption.keys.access = how.access.clone();
    let told = world.adopt(adoption.clone()).await.told();
    assert!(
        told.contains("3 parts can be compared by size alone") && told.contains("--trust-size"),
        "{told}"
    );
    assert_eq!(world.journals(), 0);
    adoption.trust_size = true;
    let found = world.compare(adoption.clone()).await.compared();
    assert!(found.equal.iter().all(|equal| equal.2 == Proof::Size));
    world.adopt(adoption).await.stored();
    assert_eq!(world.sent(&target), [3, 4, 6]);
    world.is_the_file();
}

#[tokio::test(start_paused = true)]
async fn etags_that_only_look_like_md5s_are_told_and_replaced_or_trusted() {
    let how = How {
        encryption: Encryption::Kms { key_id: None },
        ..How::default()
    };
    for trust_size in [false, true] {
        let world = World::new();
        let target = world.left(&[1, 2], PART, &how).await;
        let mut adoption = world.adoption(&target);
        let told = world.adopt(adoption.clone()).await.told();
        assert!(
            told.contains("another file") && told.contains("SSE-KMS"),
            "{told}"
        );
        assert_eq!(world.store.requests(Operation::UploadPart), 0);
        adoption.trust_size = trust_size;
        adoption.replace_all = !trust_size;
        let found = world.compare(adoption.clone()).await.compared();
        assert_eq!(found.equal.len(), if trust_size { 2 } else { 0 });
        world.adopt(adoption).await.stored();
        let sent = world.sent(&target);
        assert_eq!(sent.contains(&1), !trust_size);
        world.is_the_file();
    }
}

#[tokio::test(start_paused = true)]
async fn how_far_it_is_is_told_and_nothing_is_read_twice() {
    let world = World::new();
    let target = world.left(&[1, 2, 3], PART, &How::default()).await;
    let ran = world.compare(world.adoption(&target)).await;
    let last = ran.shown.last().unwrap().clone();
    assert_eq!(last.phase, Phase::Comparing);
    assert_eq!(last.target.as_ref(), Some(&target));
    assert_eq!((last.stored, last.total), (12288, Some(12288)));
    assert_eq!(
        last.map.iter().filter(|of| **of == Cell::Missing).count(),
        3
    );
    let mut adoption = world.adoption(&target);
    adoption.compared = Some(Arc::new(ran.compared()));
    let ran = world.adopt(adoption).await;
    assert!(
        ran.shown
            .iter()
            .all(|shown| shown.phase != Phase::Comparing)
    );
    let last = ran.shown.last().unwrap().clone();
    assert_eq!((last.stored, last.reused), (LEN as u64, 3 * PART as u64));
    assert!(last.journal.is_some());
    ran.stored();
    assert_eq!(world.sent(&target), [4, 5, 6]);
}
