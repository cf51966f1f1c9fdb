//! What goes well.

use super::*;
use mopup::model::send::Verdict;

#[tokio::test]
async fn a_file_goes_in_parts_and_is_verified() {
    let world = World::new();
    let path = world.file("dump.bin", 2 * PART + 345);
    let ran = world.send(order(&path)).await;
    let SentOutcome::Stored(stored) = ran.only() else {
        panic!("{ran:?}");
    };
    assert_eq!(stored.size, 2 * PART as u64 + 345);
    assert_eq!((stored.parts, stored.sent), (3, stored.size));
    assert!(matches!(&stored.verdict, Verdict::Verified(what) if what.contains("ETag of 3 parts")));
    assert!(world.object("dump.bin") == bytes(2 * PART + 345));
    assert_eq!(world.uploads().await, 0);
    let last = ran.last.as_ref().unwrap();
    assert_eq!((last.stored, last.parts_done), (stored.size, 3));
    assert_eq!(ran.outcome, Outcome::Done);
}

#[tokio::test]
async fn a_small_file_goes_in_one_piece_without_a_journal() {
    let world = World::new();
    let path = world.file("small.txt", 1000);
    let ran = world
        .send(Order::new(Source::Path(path), BUCKET, "notes/"))
        .await;
    let SentOutcome::Stored(stored) = ran.only() else {
        panic!("{ran:?}");
    };
    assert_eq!((stored.size, stored.parts), (1000, 1));
    assert!(matches!(stored.verdict, Verdict::Verified(_)), "{stored:?}");
    assert_eq!(world.object("notes/small.txt"), bytes(1000));
    assert!(!world.settings.journal.as_ref().unwrap().exists());
}

#[tokio::test]
async fn a_directory_is_a_queue() {
    let world = World::new();
    world.file("tree/a", 10);
    world.file("tree/b/c", 3 * PART);
    world.file("tree/b/d", 0);
    let mut order = super::order(&world.folder.path().join("tree"));
    order.recursive = true;
    order.key = "in".to_owned();
    order.wish.multipart = false;
    order.wish.part_size = None;
    order.wish.threshold = PART as u64 * 2;
    let ran = world.send(order).await;
    assert_eq!(ran.sent.len(), 3, "{ran:?}");
    assert_eq!(world.object("in/a"), bytes(10));
    assert!(world.object("in/b/c") == bytes(3 * PART));
    assert_eq!(world.object("in/b/d"), b"");
    let last = ran.last.as_ref().unwrap();
    assert_eq!((last.files, last.files_done), (3, 3));
}
