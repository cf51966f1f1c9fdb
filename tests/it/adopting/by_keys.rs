//! The same by keys, through the real loop: the file is chosen, compared, and what is missing sent after a word.

use super::*;
use crate::support::pilot::{Flight, Pilot};

impl World {
    /// The program over what somebody left, the cursor on it.
    fn fly(&self) -> Pilot {
        let store: Arc<dyn Store> = Arc::<FaultyStore<MemoryStore>>::clone(&self.store);
        let mut flight = Flight::over(store, &Clock::fixed(NOW));
        flight.app.provider.clone_from(&self.settings.provider);
        flight.engine = self.settings.clone();
        let pilot = flight.start();
        pilot.until(BUCKET).enter().until("in/dump.bin").keys("g");
        pilot
    }

    /// Chooses the file and compares.
    fn look(&self, pilot: &Pilot) {
        pilot.keys("r").until("from which file?");
        pilot.paste(self.file.to_str().unwrap()).enter();
        pilot.until("Its parts tell the part size").enter();
        pilot.until("Compared with the file");
    }

    fn left_by_somebody(&self, numbers: &[u32]) -> Target {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let how = How::default();
        runtime.unwrap().block_on(self.left(numbers, PART, &how))
    }
}

#[test]
fn what_somebody_left_is_compared_and_gone_on_with() {
    let world = World::new();
    let target = world.left_by_somebody(&[1, 2, 4]);
    let pilot = world.fly();
    world.look(&pilot);
    pilot.until("3 of 6 parts equal the file (by MD5), 3 missing.");
    // Leaning on enter sends nothing.
    pilot.keys("enter enter enter").until("type 'adopt'");
    assert!(world.sent(&target).is_empty());
    pilot.type_("adopt").enter().until("is stored and verified");
    assert_eq!(world.sent(&target), [3, 5, 6]);
    world.is_the_file();
    assert_eq!(world.memory().upload_count(BUCKET), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn another_file_is_seen_and_replaces_all_only_in_so_many_words() {
    let world = World::new();
    let target = world.left_by_somebody(&[1, 2, 3]);
    let other: Vec<u8> = bytes(LEN).iter().map(|byte| !byte).collect();
    std::fs::write(&world.file, other).unwrap();
    let pilot = world.fly();
    world.look(&pilot);
    // The ETags may be no MD5s: only the sizes are right.
    pilot.until("3 of 6 parts equal the file (by size alone), 3 missing.");
    pilot.until("No part that is held would stay").enter();
    pilot
        .until("type 'replace all'")
        .type_("replace all")
        .enter();
    pilot.until("is stored and verified");
    assert_eq!(world.sent(&target), [1, 2, 3, 4, 5, 6]);
    world.is_the_file();
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}
