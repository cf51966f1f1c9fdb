//! Lifecycle rules by keys through the real loop: looked at, proposed, refused meanwhile, written, read back.

use std::sync::Arc;

use mopup::model::lifecycle::{Configuration, Cover, Document};
use mopup::protocol::Operation;
use mopup::s3::Clock;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, NewUpload};

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::NOW;

const BUCKET: &str = "archive";
const OTHER: &str = "<LifecycleConfiguration>\n  <Rule>\n    <ID>keep</ID>\n    <Filter><Prefix>a/</Prefix></Filter>\n    \
    <Status>Enabled</Status>\n    <Expiration><Days>9</Days></Expiration>\n    <Wind/>\n  </Rule>\n\
    </LifecycleConfiguration>\n";

struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    clock: Clock,
}

impl World {
    fn new() -> Self {
        let clock = Clock::fixed(NOW);
        let memory = MemoryStore::new(clock.clone());
        memory.create_bucket(BUCKET, "eu-west-1");
        let world = Self {
            store: Arc::new(FaultyStore::new(memory)),
            clock,
        };
        world.put(OTHER);
        world
    }

    fn put(&self, body: &str) {
        let document = Document {
            body: body.to_owned(),
            default_minimum: None,
        };
        let memory = self.store.inner();
        memory.set_lifecycle(BUCKET, Some(&document)).unwrap();
    }

    fn there(&self) -> String {
        self.store.inner().lifecycle(BUCKET).unwrap().body
    }

    fn cover(&self) -> Cover {
        let document = self.store.inner().lifecycle(BUCKET).unwrap();
        Configuration::read(Some(document)).unwrap().cover()
    }

    fn start(&self) -> Pilot {
        self.start_with(|_| {})
    }

    fn start_with(&self, change: impl FnOnce(&mut Flight)) -> Pilot {
        let store = Arc::<FaultyStore<_>>::clone(&self.store);
        let mut flight = Flight::over(store, &self.clock);
        change(&mut flight);
        let pilot = flight.start();
        pilot.until(BUCKET);
        pilot
    }
}

#[test]
fn a_rule_is_written_by_keys_and_the_flag_turns() {
    let world = World::new();
    let pilot = world.start();
    pilot.until("! archive");
    pilot.keys("L");
    pilot.until("keep: expires objects after 9 days, under a/");
    pilot.keys("backspace 3 enter");
    pilot.until("type 'write' and enter");
    pilot.type_("write");
    pilot.keys("enter");
    pilot.until("written, read back and compared");
    pilot.keys("enter");
    pilot.until("✓ archive");
    assert_eq!(world.cover(), Cover::Whole(3));
    let (head, tail) = OTHER.split_at(OTHER.rfind("\n</").unwrap());
    let there = world.there();
    assert!(there.starts_with(head) && there.ends_with(tail), "{there}");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_change_of_somebody_else_is_shown_and_not_overwritten() {
    let world = World::new();
    let pilot = world.start();
    pilot.keys("L");
    pilot.until("keep: expires objects after 9 days");
    pilot.keys("enter");
    pilot.until("type 'write' and enter");
    let theirs = OTHER.replace(">9<", ">8<");
    world.put(&theirs);
    pilot.type_("write");
    pilot.keys("enter");
    pilot.until("nothing was written");
    pilot.until("keep: expires objects after 8 days");
    assert_eq!(world.there(), theirs);
    assert_eq!(world.store.requests(Operation::PutLifecycle), 0);
    // Offered again, on what is there now.
    pilot.keys("enter");
    pilot.until("type 'write' and enter");
    pilot.type_("write");
    pilot.keys("enter");
    pilot.until("written, read back and compared");
    assert!(world.there().contains(">8<"));
    assert_eq!(world.cover(), Cover::Whole(7));
    pilot.keys("enter");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_denied_write_names_the_action() {
    let world = World::new();
    let memory = world.store.inner();
    memory.deny(BUCKET, Operation::PutLifecycle, "");
    let pilot = world.start();
    pilot.keys("L");
    pilot.until("keep: expires");
    pilot.keys("enter");
    pilot.until("type 'write' and enter");
    pilot.type_("write");
    pilot.keys("enter");
    pilot.until("s3:PutLifecycleConfiguration");
    assert_eq!(world.there(), OTHER);
    pilot.keys("esc");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn read_only_mode_shows_the_rules_and_writes_none() {
    let world = World::new();
    let pilot = world.start_with(|flight| {
        flight.app.read_only = true;
        flight.engine.read_only = true;
    });
    pilot.keys("L");
    pilot.until("Read-only mode: the rules are shown and not changed.");
    pilot.until("keep: expires objects after 9 days");
    pilot.keys("enter");
    pilot.until("! archive");
    assert_eq!(world.store.requests(Operation::PutLifecycle), 0);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_missing_right_is_a_question_mark_and_the_palette_finds_the_rules() {
    let world = World::new();
    world
        .store
        .inner()
        .deny(BUCKET, Operation::GetLifecycle, "");
    let pilot = world.start();
    pilot.until("? archive");
    pilot.keys(":");
    pilot.type_("lifecycle");
    pilot.keys("enter");
    pilot.until("s3:GetLifecycleConfiguration");
    pilot.keys("esc");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

/// A rule for the whole bucket.
fn ending(days: u32) -> String {
    OTHER.replace(
        "</LifecycleConfiguration>",
        &format!(
            "<Rule><ID>orphans</ID><Filter><Prefix/></Filter><Status>Enabled</Status>\
             <AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
        ),
    )
}

#[test]
fn deadlines_follow_the_rules_that_are_written_and_those_of_others_after_a_look() {
    let world = World::new();
    world.put(&ending(30));
    let upload = NewUpload {
        key: "k".to_owned(),
        ..NewUpload::default()
    };
    world.store.inner().insert_upload(BUCKET, upload).unwrap();
    let pilot = world.start();
    pilot.keys("enter");
    // The service itself says so of the upload.
    pilot.until("in 30 d");
    pilot.keys("esc L");
    pilot.until("Every upload ends at the latest 30 days");
    pilot.keys("backspace 3 enter");
    pilot.until("type 'write' and enter");
    pilot.type_("write");
    pilot.keys("enter");
    pilot.until("written, read back and compared");
    pilot.keys("enter");
    pilot.until("in 3 d");
    world.put(&ending(9));
    pilot.keys("f5");
    pilot.until("in 9 d");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}
