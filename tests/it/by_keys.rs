//! Sending by keys through the real loop: from the form to the object, and everything that may come between.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mopup::model::plan::Limits;
use mopup::model::provider::{Checksums, Provider};
use mopup::protocol::Operation;
use mopup::s3::Clock;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, Piece};

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::NOW;

const BUCKET: &str = "archive";
const PART: usize = 4096;
const PARTS: usize = 40;

/// A service that takes its time, a folder with a source, and the journals.
struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    clock: Clock,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let clock = Clock::fixed(NOW);
        let memory = MemoryStore::new(clock.clone());
        memory.create_bucket(BUCKET, "eu-west-1");
        memory.set_min_part(1);
        let world = Self {
            store: Arc::new(FaultyStore::new(memory)),
            clock,
            folder: tempfile::tempdir().unwrap(),
        };
        world.write(1);
        world
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("dump.bin")
    }

    /// Writes the source; another seed makes it another one.
    fn write(&self, seed: u64) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ seed;
        let words = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        // Another seed is another length, so that no clock is asked whether it changed.
        let len = PARTS * PART + usize::try_from(seed).unwrap();
        let bytes: Vec<u8> = words.flatten().take(len).collect();
        fs::write(self.source(), &bytes).unwrap();
        bytes
    }

    /// The program over this store, its buckets listed.
    fn start(&self) -> Pilot {
        let store = Arc::<FaultyStore<_>>::clone(&self.store);
        let mut flight = Flight::over(store, &self.clock);
        let provider = Provider {
            checksums: Checksums::Takes,
            limits: Limits {
                min_part: 1,
                ..Limits::default()
            },
            ..Provider::default()
        };
        flight.app.provider = Some(provider.clone());
        flight.engine.provider = Some(provider);
        flight.engine.journal = Some(self.folder.path().join("uploads"));
        let pilot = flight.start();
        pilot.until(BUCKET);
        pilot
    }

    /// Fills the form in, one part after the other, and starts.
    fn send(&self, pilot: &Pilot) {
        pilot.keys("u").until("Upload to s3://archive");
        // A path is pasted or typed; enter does not wait for its directory.
        pilot.paste(self.source().to_str().unwrap()).enter();
        pilot.until("[ Start ]").keys("tab tab tab tab tab");
        pilot.keys("tab tab tab tab").type_("4KiB").keys("tab");
        pilot
            .type_("1")
            .until("parts of 4.00 KiB, one after the other");
        pilot.keys("ctrl-s").until_gone("[ Start ]");
    }

    /// Begins an upload that goes slowly, and looks at it once parts of it are stored.
    fn begin(&self, pilot: &Pilot) {
        self.store.latency(Duration::from_millis(50));
        self.send(pilot);
        self.until_parts(pilot, 3);
        pilot.keys("t").until("Tasks");
    }

    fn until_parts(&self, pilot: &Pilot, parts: u64) {
        pilot.until_screen("parts sent", |_| {
            self.store.requests(Operation::UploadPart) >= parts
        });
    }

    fn hurry(&self) {
        self.store.latency(Duration::ZERO);
    }

    fn object(&self) -> Vec<u8> {
        let object = self.store.inner().object(BUCKET, "dump.bin").unwrap();
        let piece = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            Piece::Zeros(_) => panic!("no bytes were kept"),
        };
        object.pieces.iter().flat_map(piece).collect()
    }

    fn uploads(&self) -> usize {
        self.store.inner().upload_count(BUCKET)
    }

    /// Whether nothing that was stored was sent again.
    fn stored_once(&self) -> bool {
        self.store
            .sent()
            .values()
            .all(|sent| sent.bytes <= PART as u64)
    }
}

#[test]
fn what_the_form_says_is_stored_and_its_verdict_stays_readable() {
    let world = World::new();
    let pilot = world.start();
    world.send(&pilot);
    pilot.until("is stored and verified");
    assert!(world.object() == fs::read(world.source()).unwrap());
    assert_eq!(world.uploads(), 0);
    pilot.keys("t").until("stored and verified ✓").enter();
    pilot.until("in 41 parts").until("ETag").until("CRC64NVME:");
    pilot.keys("esc q");
    let farewell = pilot.land().farewell.unwrap();
    assert!(farewell.contains("1 stored"), "{farewell}");
}

#[test]
fn a_pause_holds_and_the_same_upload_goes_on() {
    let world = World::new();
    let pilot = world.start();
    world.begin(&pilot);
    pilot.keys("p").until("  paused");
    let sent = world.store.requests(Operation::UploadPart);
    world.hurry();
    // Looking at it moves nothing.
    pilot.enter().until("state      paused").keys("+ = esc");
    pilot.until_gone("state      paused");
    pilot.keys("g").until("p go on");
    assert_eq!(world.store.requests(Operation::UploadPart), sent);
    pilot.keys("p").until("stored and verified ✓");
    assert!(world.object() == fs::read(world.source()).unwrap());
    assert!(world.stored_once());
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn what_is_kept_is_resumed_from_its_task() {
    let world = World::new();
    let pilot = world.start();
    world.begin(&pilot);
    pilot.keys("x").until("Keep it for later").enter();
    pilot.until("kept for later, ").until("mopup resume");
    assert_eq!(world.uploads(), 1);
    world.hurry();
    pilot.keys("r").until("Interrupted uploads").enter();
    pilot.until("stored and verified ✓");
    assert!(world.object() == fs::read(world.source()).unwrap());
    assert!(world.stored_once());
    assert_eq!(world.uploads(), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn an_abort_by_its_word_leaves_nothing_behind() {
    let world = World::new();
    let pilot = world.start();
    world.begin(&pilot);
    pilot
        .keys("x a")
        .until("type 'abort'")
        .type_("abort")
        .enter();
    pilot.until("aborted, ").until("freed");
    assert_eq!(world.uploads(), 0);
    assert!(world.store.inner().object(BUCKET, "dump.bin").is_err());
    pilot.keys("r").until("no upload of ours was interrupted");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

/// Begins, quits, and starts again.
fn left_and_returned(world: &World) -> Pilot {
    let pilot = world.start();
    world.begin(&pilot);
    pilot.keys("q").until("Uploads are kept for later").enter();
    let landing = pilot.land();
    let farewell = landing.farewell.unwrap();
    assert!(farewell.contains("kept for later"), "{farewell}");
    assert!(farewell.contains("mopup resume "), "{farewell}");
    assert_eq!((landing.code, world.uploads()), (0, 1));
    world.hurry();
    world.start()
}

#[test]
fn quitting_keeps_and_the_next_start_offers_it() {
    let world = World::new();
    let pilot = left_and_returned(&world);
    pilot.until("Interrupted uploads").until("resumable");
    // Typed for the list below: nothing begins yet.
    pilot.enter().until("this opened by itself").enter();
    pilot.until("is stored and verified");
    assert!(world.object() == fs::read(world.source()).unwrap());
    assert!(world.stored_once());
    assert_eq!(world.uploads(), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_source_that_changed_is_refused_and_begun_anew_when_asked() {
    let world = World::new();
    let pilot = world.start();
    world.begin(&pilot);
    pilot.keys("q").until("Uploads are kept for later").enter();
    pilot.land();
    let bytes = world.write(2);
    world.hurry();
    let pilot = world.start();
    pilot.until("source changed").until("n begins anew");
    pilot.enter().enter().until("the source changed: ");
    assert_eq!(world.uploads(), 1, "nothing is sent and nothing is lost");
    pilot.keys("n").until("type 'anew'").type_("anew").enter();
    pilot.until("is stored and verified");
    assert!(world.object() == bytes);
    assert_eq!(world.uploads(), 0, "the old one is gone");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}
