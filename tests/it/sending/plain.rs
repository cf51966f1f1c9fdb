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

#[tokio::test(start_paused = true)]
async fn a_file_that_vanishes_before_its_turn_stops_no_other() {
    let world = World::new();
    for number in 0..30 {
        world.file(&format!("tree/{number:02}"), 10);
    }
    world.store.latency(Duration::from_millis(50));
    let folder = world.folder.path().join("tree");
    let mut order = super::order(&folder);
    order.recursive = true;
    order.wish = Wish::default();
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order),
    });
    let (ran, _) = until_end(&mut inbox, |news| {
        if let News::Sent(_) = news {
            let _ = std::fs::remove_file(folder.join("29"));
        }
    })
    .await;
    let stored = |sent: &&Sent| matches!(sent.outcome, SentOutcome::Stored(_));
    assert_eq!(ran.sent.iter().filter(stored).count(), 29, "{ran:?}");
    let failed = ran.sent.iter().find(|sent| sent.key == "29").unwrap();
    assert!(
        matches!(&failed.outcome, SentOutcome::Failed { fault, kept: false }
            if fault.to_string().contains("cannot be read")),
        "{failed:?}"
    );
    let most = world.store.greatest_in_flight();
    assert!((2..=8).contains(&most), "{most} at once");
}

#[tokio::test]
async fn two_files_of_one_key_are_not_both_sent() {
    let world = World::new();
    let one = world.file("a/x", 10);
    let other = world.file("b/x", 20);
    let mut order = super::order(&one);
    order.sources.push(Source::Path(other));
    order.key = "in/".to_owned();
    let ran = world.send(order).await;
    assert_eq!(world.object("in/x"), bytes(10));
    let refused = |sent: &&Sent| {
        matches!(&sent.outcome, SentOutcome::Failed { fault, .. }
        if fault.to_string().contains("in/x"))
    };
    assert_eq!(ran.sent.iter().filter(refused).count(), 1, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_wait_for_their_turn_without_holding_buffers() {
    let part = 64 << 20;
    let world = World::new();
    world.memory().set_keeps_bodies(false);
    let mut order = super::order(world.folder.path());
    order.sources.clear();
    order.key = "in/".to_owned();
    order.wish = Wish {
        part_size: Some(part),
        width: Some(1),
        ..Wish::default()
    };
    let mut writers = Vec::new();
    for name in ["a", "b"] {
        let pipe = world.folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        order.sources.push(Source::Path(pipe.clone()));
        let zeros = vec![0; usize::try_from(part).unwrap() + 5];
        writers.push(std::thread::spawn(move || std::fs::write(pipe, zeros)));
    }
    let sent = tokio::time::timeout(Duration::from_secs(120), world.send(order));
    let ran = sent.await.expect("they wait for each other");
    assert_eq!(ran.sent.len(), 2);
    for sent in &ran.sent {
        assert!(
            matches!(&sent.outcome, SentOutcome::Stored(stored) if stored.parts == 2),
            "{sent:?}"
        );
    }
    for writer in writers {
        writer.join().unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_pipe_that_nobody_writes_to_can_be_cancelled() {
    let world = World::new();
    let pipe = world.folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let mut order = super::order(&pipe);
    order.key = "k".to_owned();
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order),
    });
    // It is being opened by then.
    while inbox.recv(1).await.is_empty() {}
    engine.send(Command::Cancel(JOB));
    let (ran, _) = until_end(&mut inbox, |_| {}).await;
    assert_eq!(ran.only(), &SentOutcome::NotBegun);
    // Lets the thread go that opens it, even if it comes to that only when all else is over.
    std::mem::forget(std::fs::File::options().write(true).read(true).open(&pipe));
}
