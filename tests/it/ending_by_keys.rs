//! Completing by keys through the real loop: what the verdict says, what has to be typed, what is there then.

use std::sync::Arc;

use mopup::demo::{Situation, still};
use mopup::protocol::Operation;
use mopup::s3::Clock;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::MemoryStore;

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::NOW;

const BUCKET: &str = "db-backups";

struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    clock: Clock,
    folder: tempfile::TempDir,
}

impl World {
    /// The demo, standing still.
    fn new() -> Self {
        let clock = Clock::fixed(NOW);
        let store = still(clock.clone(), Situation::Believable);
        Self {
            store: Arc::new(FaultyStore::new(store)),
            clock,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn start(&self, read_only: bool) -> Pilot {
        let store = Arc::<FaultyStore<_>>::clone(&self.store);
        let mut flight = Flight::over(store, &self.clock);
        flight.app.read_only = read_only;
        flight.engine.audit = Some(self.folder.path().join("audit.jsonl"));
        flight.start()
    }

    fn completes(&self) -> u64 {
        self.store.requests(Operation::CompleteMultipartUpload)
    }
}

/// The cursor on the only upload whose key contains this, its parts in sight.
fn at(pilot: &Pilot, key: &str) {
    pilot.until(BUCKET).keys("/").type_("db-b").enter();
    pilot.until_gone("logs-prod").enter();
    pilot.until("› db-backups").until("uploads").keys("/");
    pilot.type_(key).enter().until("1 of ");
    pilot.keys("g");
}

#[test]
fn a_whole_upload_of_ten_thousand_parts_becomes_an_object() {
    let world = World::new();
    let pilot = world.start(false);
    at(&pilot, "full-copy");
    let before = world.store.inner().upload_count(BUCKET);
    pilot.until("verdict").until("the last part is as");
    pilot.keys("c").until("It can be completed, but:");
    pilot
        .until("it is not ours")
        .until("625 GiB in 10,000 parts");
    // Leaning on enter confirms nothing.
    pilot.keys("enter enter enter").until("type 'complete'");
    assert_eq!(world.completes(), 0);
    pilot.type_("complete").enter();
    pilot.until("is completed and verified");
    assert_eq!(world.store.inner().upload_count(BUCKET), before - 1);
    let object = world
        .store
        .inner()
        .object(BUCKET, "warehouse/full-copy.bak");
    assert!(object.is_ok());
    // Its row is gone, and the task tells what was made.
    pilot.keys("esc").until(&format!("{} uploads", before - 1));
    pilot.keys("t").until("completed and verified ✓").enter();
    pilot.until("in 10,000 parts").until("-10000");
    pilot.keys("esc q");
    assert_eq!(pilot.land().code, 0);
    let audit = std::fs::read_to_string(world.folder.path().join("audit.jsonl")).unwrap();
    assert!(audit.contains("\"completed\""), "{audit}");
}

#[test]
fn gaps_and_small_parts_are_told_and_seen() {
    let world = World::new();
    let pilot = world.start(false);
    at(&pilot, "weekly-gaps");
    pilot.until("verdict");
    pilot.keys("m").until("5 missing:").until("117–119");
    pilot.until("▄ small").until("· missing");
    pilot.keys("c").until("part 77 smaller than the 5.00 MiB");
    pilot.until("5 parts missing in between: 42, 117–119, 400");
    // Without the tail there is less to be said, and it is judged anew.
    pilot.keys("n").until("It holds parts up to 512");
    pilot.type_("41").enter().until("in 41 parts, 1 to 41");
    pilot.until("1 to 41 only").until_gone("missing in between");
    pilot.keys("esc").until_gone("Complete the upload?");
    assert_eq!(world.completes(), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn what_is_alive_is_completed_only_in_so_many_words() {
    let world = World::new();
    let pilot = world.start(false);
    at(&pilot, "builder-07");
    pilot
        .keys("c")
        .until("sign of life within the hour")
        .enter();
    pilot.until("type 'complete active'");
    pilot.type_("complete").enter();
    pilot.keys("esc esc").until_gone("Complete the upload");
    assert_eq!(world.completes(), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn read_only_mode_completes_nothing() {
    let world = World::new();
    let pilot = world.start(true);
    at(&pilot, "full-copy");
    pilot.keys("c").until("read-only mode");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
    assert_eq!(world.completes(), 0);
}
