//! What cannot fit, what is huge, and what has no length.

use super::*;
use mopup::model::plan::MIB;
use mopup::protocol::Operation;

#[tokio::test(start_paused = true)]
async fn what_cannot_fit_is_refused_before_anything_is_sent() {
    let world = World::new();
    let path = world.file("dump.bin", 3 * PART);
    let small = world.file("small.bin", 10);
    let mut order = super::order(&path);
    order.sources.push(Source::Path(small));
    order.key = "x/".to_owned();
    order.wish.part_size = Some(0);
    let ran = world.send(order).await;
    let Outcome::Failed(fault) = &ran.outcome else {
        panic!("{ran:?}");
    };
    assert!(fault.to_string().contains("--part-size"), "{fault}");
    assert_eq!(world.store.requests(Operation::PutObject), 0);
    assert_eq!(world.store.requests(Operation::CreateMultipartUpload), 0);
    assert!(!world.settings.journal.as_ref().unwrap().exists());
}

#[tokio::test]
async fn a_sparse_file_of_200_gib_takes_the_planned_requests() {
    let world = World::new();
    world.memory().set_keeps_bodies(false);
    let path = world.folder.path().join("sparse");
    let size = 200 * 1024 * MIB;
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(size).unwrap();
    let mut order = Order::new(Source::Path(path), BUCKET, "huge");
    order.checksum = mopup::model::ChecksumWish::None;
    // Reading it all would take minutes: what counts is the plan, so most of it is there already.
    order.wish.part_size = Some(21 * MIB);
    let (engine, mut inbox) = world.engine();
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order),
    });
    let (ran, _) = until_end(&mut inbox, |news| {
        if let News::Sending(told) = news
            && told.parts_done >= 40
        {
            engine.send(Command::Cancel(JOB));
        }
    })
    .await;
    assert!(matches!(ran.only(), SentOutcome::Kept { .. }), "{ran:?}");
    let last = ran.last.unwrap();
    assert_eq!(last.parts, Some(9_753));
    assert_eq!(last.total, Some(size));
    assert!(last.map.len() <= Sending::CELLS);
}

#[tokio::test]
async fn a_stream_goes_in_parts_until_it_ends_and_a_short_one_in_one_piece() {
    for (len, parts) in [(0, 1), (10, 1), (PART, 2), (5 * PART, 5), (5 * PART + 1, 6)] {
        let world = World::new();
        let pipe = world.folder.path().join("pipe");
        nix_fifo(&pipe);
        let writer = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::write(pipe, bytes(len)).unwrap())
        };
        let mut order = super::order(&pipe);
        order.key = "streamed".to_owned();
        order.wish.multipart = false;
        let ran = world.send(order).await;
        writer.join().unwrap();
        let SentOutcome::Stored(stored) = ran.only() else {
            panic!("{len}: {ran:?}");
        };
        assert_eq!(stored.size, len as u64);
        assert!(world.object("streamed") == bytes(len));
        if len != PART {
            assert_eq!(stored.parts, parts, "{len}");
        }
        assert_eq!(ran.last.unwrap().total, None);
    }
}

fn nix_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}
