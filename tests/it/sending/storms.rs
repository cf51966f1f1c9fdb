//! Faults in any order: what is stored in the end is what was on disk, and nothing is left behind.

use super::*;
use mopup::model::ChecksumWish;
use mopup::protocol::Operation;

/// Each a storm of its own.
const STORMS: u64 = 150;
/// So many times at most it is gone on with.
const RESUMES: usize = 12;

use Operation::{
    CompleteMultipartUpload, CreateMultipartUpload, HeadObject, ListMultipartUploads, ListParts,
    UploadPart,
};

/// Puts one more fault into the script.
fn disturb(world: &World, random: &mut fastrand::Rng) -> String {
    let store = &world.store;
    let all = [
        CreateMultipartUpload,
        UploadPart,
        UploadPart,
        UploadPart,
        CompleteMultipartUpload,
        CompleteMultipartUpload,
        HeadObject,
        ListParts,
        ListMultipartUploads,
    ];
    let operation = all[random.usize(..all.len())];
    let times = random.u64(1..6);
    let what = match random.u32(..9) {
        0 => {
            store.reset(operation, times);
            "reset"
        }
        1 | 2 => {
            store.lose(operation, times, |_| true);
            "lost"
        }
        3 => {
            store.cut_off(operation, random.usize(..PART), times);
            "cut off"
        }
        4 => {
            store.status(operation, 500, times);
            "500"
        }
        5 => {
            store.status(operation, 503, times);
            "503"
        }
        6 => {
            store.status(operation, 429, times);
            "429"
        }
        7 => {
            store.expire(operation, times);
            "expired"
        }
        _ => {
            // Other requests have time-outs of their own.
            store.stall(UploadPart, times.min(2), |_| true);
            "stalled part"
        }
    };
    format!("{operation:?} {what} x{times}")
}

/// Nothing but what was meant is ever there.
fn looks_right(world: &World, len: usize, story: &[String]) {
    if world.memory().object(BUCKET, "dump.bin").is_ok() {
        assert!(world.object("dump.bin") == bytes(len), "{story:#?}");
    }
}

/// What to go on with; `None`: begin again.
fn kept(ran: &Ran, world: &World) -> Option<String> {
    let folder = world.settings.journal.as_ref().unwrap();
    let open: Vec<String> = journal::list(folder)
        .unwrap_or_default()
        .into_iter()
        .filter(|entry| entry.state.as_ref().is_ok_and(|state| state.end.is_none()))
        .map(|entry| entry.id)
        .collect();
    assert!(open.len() <= 1, "{open:?}");
    if let Some(SentOutcome::Failed { kept, .. }) = ran.sent.first().map(|sent| &sent.outcome) {
        assert_eq!(*kept, !open.is_empty(), "{ran:?}");
    }
    open.into_iter().next()
}

async fn storm(seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::new();
    world.settings.patience = Duration::from_secs([20, 300][random.usize(..2)]);
    let checksums = [Checksums::Takes, Checksums::Try, Checksums::Refuses];
    if let Some(provider) = &mut world.settings.provider {
        provider.checksums = checksums[random.usize(..3)];
    }
    let len = random.usize(1..12) * PART + random.usize(..PART);
    let path = world.file("dump.bin", len);
    let mut order = order(&path);
    order.if_none_match = random.bool();
    if random.u32(..4) == 0 {
        let which = mopup::model::Algorithm::ALL[random.usize(..5)];
        order.checksum = ChecksumWish::Of(which);
    }
    let mut story = vec![format!("seed {seed}, {len} bytes")];
    for _ in 0..random.usize(1..7) {
        story.push(disturb(&world, &mut random));
    }
    if random.u32(..3) == 0 {
        let away = Duration::from_secs(random.u64(1..90));
        story.push(format!("away for {away:?}"));
        world
            .store
            .latency(Duration::from_millis(random.u64(1..40)));
        world.store.away_until(tokio::time::Instant::now() + away);
    }
    let mut ran = world.send(order.clone()).await;
    let mut resumes = 0;
    while !ran
        .sent
        .first()
        .is_some_and(|sent| matches!(sent.outcome, SentOutcome::Stored(_)))
    {
        story.push(format!("{:?} {:?}", ran.sent, ran.outcome));
        looks_right(&world, len, &story);
        resumes += 1;
        assert!(resumes < RESUMES, "{story:#?}");
        tokio::time::sleep(Duration::from_secs(15)).await;
        ran = match kept(&ran, &world) {
            Some(id) => world.resume(&id).await,
            None => world.send(order.clone()).await,
        };
    }
    assert!(world.object("dump.bin") == bytes(len), "{story:#?}");
    assert_eq!(world.uploads().await, 0, "left behind: {story:#?}");
    resumes
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_the_object_is_right_and_nothing_is_left_behind() {
    let mut resumed = 0;
    for seed in 0..STORMS {
        resumed += usize::from(storm(seed).await > 0);
    }
    assert!(resumed > 0, "the storms were too mild");
}
