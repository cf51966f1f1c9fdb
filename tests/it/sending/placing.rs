//! Single parts put by hand.

use super::*;
use mopup::model::orphan::{Keys, Placed, Placement, Placing};
use mopup::model::part::Checksum;
use mopup::model::send::{Access, CustomerKey, Encryption, ObjectOptions, PayloadSigning};
use mopup::model::{Algorithm, Target};
use mopup::protocol::{Kind, Operation};
use mopup::s3::checksum::{checksum, md5_etag};
use mopup::s3::{CreateUpload, ListParts, Payload, UploadPart};

/// How a job that puts parts went.
#[derive(Debug)]
struct Put {
    placed: Vec<Placed>,
    ran: Ran,
}

impl Put {
    fn told(&self) -> String {
        match &self.ran.outcome {
            Outcome::Failed(fault) => fault.to_string(),
            other => panic!("no failure: {other:?}"),
        }
    }
}

impl World {
    async fn begun(&self, checksum: Option<Algorithm>, access: Access) -> Target {
        let encryption = match access.customer_key {
            Some(_) => Encryption::Customer,
            None => Encryption::Default,
        };
        let request = CreateUpload {
            bucket: BUCKET.to_owned(),
            key: "k".to_owned(),
            checksum,
            access,
            options: ObjectOptions {
                encryption,
                ..ObjectOptions::default()
            },
        };
        let created = self.memory().create_upload(&request).await.unwrap();
        Target {
            bucket: BUCKET.to_owned(),
            key: "k".to_owned(),
            upload_id: created.upload_id,
        }
    }

    async fn hold(&self, target: &Target, number: u32, len: usize) {
        let request = UploadPart {
            target: target.clone(),
            access: Access::default(),
            number,
            payload: Payload::of(vec![1; len].into()),
        };
        self.memory().upload_part(&request).await.unwrap();
    }

    async fn place(&self, placing: Placing) -> Put {
        let (engine, mut inbox) = self.engine();
        engine.send(Command::Place {
            job: JOB,
            placing: Box::new(placing),
        });
        put(until_end(&mut inbox, |_| {}).await)
    }

    async fn parts(&self, target: &Target, access: Access) -> Vec<mopup::model::Part> {
        let request = ListParts {
            target: target.clone(),
            marker: None,
            max_parts: None,
            access,
        };
        self.memory().list_parts(&request).await.unwrap().parts
    }
}

fn put((ran, news): (Ran, Vec<News>)) -> Put {
    let placed = news.into_iter().filter_map(|news| match news {
        News::Placed(placed) => Some(*placed),
        _ => None,
    });
    let mut placed: Vec<Placed> = placed.collect();
    placed.sort_by_key(|placed| placed.part.number);
    Put { placed, ran }
}

/// Whole files as parts; the upload was begun just now.
fn placing(target: &Target, pieces: &[(u32, &Path)]) -> Placing {
    Placing {
        target: target.clone(),
        keys: Keys::default(),
        pieces: pieces
            .iter()
            .map(|(number, file)| Placement {
                number: *number,
                file: file.to_path_buf(),
                offset: 0,
                len: None,
            })
            .collect(),
        overwrite: false,
        include_active: true,
        signing: PayloadSigning::Auto,
        pace: Pace::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn files_become_parts_with_the_uploads_own_checksum() {
    let algorithms = [
        None,
        Some(Algorithm::Crc32),
        Some(Algorithm::Sha256),
        Some(Algorithm::Crc64Nvme),
    ];
    for algorithm in algorithms {
        let world = World::new();
        let target = world.begun(algorithm, Access::default()).await;
        let (one, two) = (world.file("f.003", PART), world.file("f.007", 10));
        let put = world.place(placing(&target, &[(3, &one), (7, &two)])).await;
        assert_eq!(put.ran.outcome, Outcome::Done);
        assert!(put.ran.warnings.is_empty(), "{put:?}");
        let sum = |len| algorithm.map(|of| checksum(of, &bytes(len)));
        let told: Vec<(u32, u64, Option<Checksum>, bool)> = put
            .placed
            .iter()
            .map(|of| {
                (
                    of.part.number,
                    of.part.size,
                    of.part.checksum.clone(),
                    of.replaced,
                )
            })
            .collect();
        let expected = [(3, PART as u64, sum(PART), false), (7, 10, sum(10), false)];
        assert_eq!(told, expected);
        let held = world.parts(&target, Access::default()).await;
        let etags: Vec<&str> = held.iter().map(|part| part.etag.as_str()).collect();
        assert_eq!(etags, [md5_etag(&bytes(PART)), md5_etag(&bytes(10))]);
        assert!(
            held.iter()
                .all(|part| part.checksum.is_some() == algorithm.is_some())
        );
        let journals = world.settings.journal.clone().unwrap();
        assert!(
            journal::list(&journals).unwrap().is_empty(),
            "nothing is recorded"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stretch_of_a_file_becomes_a_part() {
    let world = World::new();
    let target = world.begun(None, Access::default()).await;
    let file = world.file("f", 3 * PART);
    let mut order = placing(&target, &[(1, &file), (2, &file)]);
    order.pieces[0].offset = 100;
    order.pieces[0].len = Some(1000);
    order.pieces[1].offset = 5000;
    assert_eq!(world.place(order.clone()).await.ran.outcome, Outcome::Done);
    let held = world.parts(&target, Access::default()).await;
    assert_eq!(held[0].etag, md5_etag(&bytes(3 * PART)[100..1100]));
    assert_eq!(held[1].etag, md5_etag(&bytes(3 * PART)[5000..]));
    order.overwrite = true;
    order.pieces[0].len = Some(3 * PART as u64);
    let told = world.place(order).await.told();
    assert!(
        told.contains("12288 bytes") && told.contains("12388"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_overwritten_only_when_that_is_said() {
    let world = World::new();
    let target = world.begun(None, Access::default()).await;
    world.hold(&target, 2, 7).await;
    let file = world.file("f", PART);
    let mut order = placing(&target, &[(1, &file), (2, &file)]);
    let told = world.place(order.clone()).await.told();
    assert!(
        told.contains("part 2 is held already") && told.contains("--overwrite"),
        "{told}"
    );
    assert_eq!(world.store.requests(Operation::UploadPart), 0);
    order.overwrite = true;
    let put = world.place(order).await;
    let replaced: Vec<bool> = put.placed.iter().map(|of| of.replaced).collect();
    assert_eq!(replaced, [false, true]);
    let held = world.parts(&target, Access::default()).await;
    assert_eq!(held[1].size, PART as u64);
}

#[tokio::test(start_paused = true)]
async fn what_is_alive_is_written_into_only_when_that_is_said() {
    // Begun just now, then with a part of just now, then with parts that may not be listed.
    for step in 0..3 {
        let world = World::new();
        let target = world.begun(None, Access::default()).await;
        if step == 1 {
            world.hold(&target, 1, PART).await;
        }
        if step == 2 {
            world.store.deny(Operation::ListParts);
        }
        let file = world.file("f", PART);
        let mut order = placing(&target, &[(5, &file)]);
        order.include_active = false;
        order.overwrite = step == 2;
        let told = world.place(order.clone()).await.told();
        assert!(told.contains("--include-active"), "{told}");
        assert_eq!(world.store.requests(Operation::UploadPart), 0);
        order.include_active = true;
        let put = world.place(order.clone()).await;
        assert_eq!(put.ran.outcome, Outcome::Done, "{put:?}");
        order.overwrite = false;
        let told = world.place(order).await.told();
        assert!(told.contains("--overwrite"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_would_refuse_is_refused_beforehand() {
    let mut world = World::new();
    let provider = world.settings.provider.as_mut().unwrap();
    provider.limits = Limits {
        min_part: 100,
        max_part: 5000,
        max_parts: 50,
        ..Limits::default()
    };
    let target = world.begun(None, Access::default()).await;
    world.hold(&target, 9, 10).await;
    let file = |len: usize| world.file(&len.to_string(), len);
    for (number, len, said) in [
        (0, 200, "from 1 to 50"),
        (51, 200, "from 1 to 50"),
        (1, 0, "empty"),
        (1, 99, "part 9 is behind it"),
        (1, 5001, "at most 4.88 KiB"),
    ] {
        let told = world
            .place(placing(&target, &[(number, &file(len))]))
            .await
            .told();
        assert!(told.contains(said), "{told}");
    }
    let twice = placing(&target, &[(1, &file(200)), (1, &file(201))]);
    assert!(world.place(twice).await.told().contains("twice"));
    let missing = world.folder.path().join("missing");
    let told = world.place(placing(&target, &[(1, &missing)])).await.told();
    assert!(told.contains("cannot be read"), "{told}");
    let told = world
        .place(placing(&target, &[(1, world.folder.path())]))
        .await
        .told();
    assert!(told.contains("made of a file"), "{told}");
    assert_eq!(world.store.requests(Operation::UploadPart), 0);
    let last = world.place(placing(&target, &[(10, &file(5))])).await;
    assert_eq!(last.ran.outcome, Outcome::Done, "the last may be small");
    let path = file(200);
    world.settings.read_only = true;
    let told = world.place(placing(&target, &[(1, &path)])).await.told();
    assert!(told.contains("read-only"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn parts_get_through_whatever_happens_on_the_way() {
    let world = World::new();
    let target = world
        .begun(Some(Algorithm::Crc32c), Access::default())
        .await;
    let files: Vec<PathBuf> = (1..=300)
        .map(|n| world.file(&format!("p.{n}"), PART + n))
        .collect();
    let pieces: Vec<(u32, &Path)> = (1..).zip(files.iter().map(PathBuf::as_path)).collect();
    world.store.throttle(Operation::ListParts, 2);
    world.store.throttle(Operation::UploadPart, 5);
    world.store.reset(Operation::UploadPart, 3);
    world.store.lose(Operation::UploadPart, 2, |_| true);
    world.store.cut_off(Operation::UploadPart, 100, 2);
    let put = world.place(placing(&target, &pieces)).await;
    assert_eq!(put.ran.outcome, Outcome::Done, "{:?}", put.ran);
    assert_eq!(put.placed.len(), 300, "more files than are open at once");
    for part in world.parts(&target, Access::default()).await {
        let len = PART + part.number as usize;
        assert_eq!(part.etag, md5_etag(&bytes(len)));
    }
    let last = put.ran.last.unwrap();
    assert_eq!((last.parts_done, last.parts), (300, Some(300)));
    assert!(last.retries > 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_ones_own_goes_along() {
    let world = World::new();
    let access = Access {
        customer_key: Some(CustomerKey([7; 32])),
        expected_owner: None,
    };
    let target = world.begun(Some(Algorithm::Crc32), access.clone()).await;
    let file = world.file("f", PART);
    let mut order = placing(&target, &[(1, &file)]);
    assert!(matches!(
        world.place(order.clone()).await.ran.outcome,
        Outcome::Failed(_)
    ));
    order.keys.access = access.clone();
    let put = world.place(order).await;
    assert_eq!(put.ran.outcome, Outcome::Done, "{put:?}");
    assert_eq!(world.parts(&target, access).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_tells_what_was_put_and_aborts_nothing() {
    for drop_it in [false, true] {
        let world = World::new();
        let target = world.begun(None, Access::default()).await;
        let file = world.file("f", PART);
        let pieces: Vec<(u32, &Path)> = (1..=60).map(|number| (number, file.as_path())).collect();
        world.store.latency(Duration::from_millis(100));
        let (engine, mut inbox) = world.engine();
        engine.send(Command::Place {
            job: JOB,
            placing: Box::new(placing(&target, &pieces)),
        });
        let ended = until_end(&mut inbox, |news| {
            if matches!(news, News::Placed(placed) if placed.part.number > 6) {
                engine.send(if drop_it {
                    Command::Drop(JOB)
                } else {
                    Command::Cancel(JOB)
                });
            }
        });
        let put = put(ended.await);
        let held = world.parts(&target, Access::default()).await;
        let Outcome::Cancelled { done, left } = put.ran.outcome else {
            panic!("{put:?}");
        };
        assert_eq!((done, done + left), (put.placed.len() as u64, 60));
        assert!(held.len() >= put.placed.len() && held.len() < 60);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_gone_is_told_so() {
    let world = World::new();
    let target = world.begun(None, Access::default()).await;
    let gone = Target {
        upload_id: "nothing".to_owned(),
        ..target.clone()
    };
    let file = world.file("f", PART);
    let told = world.place(placing(&gone, &[(1, &file)])).await.told();
    assert!(told.contains("mopup ls"), "{told}");
    world
        .store
        .fail(Operation::UploadPart, Kind::UploadGone, 1, |_| true);
    let told = world.place(placing(&target, &[(1, &file)])).await.told();
    assert!(
        told.contains("the upload is gone") && !told.contains("--anew"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_put_into_an_upload_of_ours_is_compared_when_it_goes_on() {
    let world = World::new();
    let path = world.file("dump.bin", 3 * PART);
    let operation = Operation::CompleteMultipartUpload;
    world.store.fail(operation, Kind::Denied, 1, |_| true);
    let ran = world.send(order(&path)).await;
    let target = Target {
        bucket: BUCKET.to_owned(),
        key: "dump.bin".to_owned(),
        upload_id: ran.sent[0].upload_id.clone().unwrap(),
    };
    let other = world.file("other", PART);
    let mut order = placing(&target, &[(2, &other)]);
    order.overwrite = true;
    assert_eq!(world.place(order).await.ran.outcome, Outcome::Done);
    let before = world.store.requests(Operation::UploadPart);
    assert!(world.resume(&world.journal()).await.is_stored());
    assert_eq!(world.store.requests(Operation::UploadPart), before + 1);
    assert!(world.object("dump.bin") == bytes(3 * PART));
}
