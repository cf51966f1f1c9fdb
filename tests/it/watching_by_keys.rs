//! Watching by keys through the real loop: what other programs do to their uploads is seen, named and told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mopup::demo::{Script, Step, uploader};
use mopup::model::notice::Notify;
use mopup::model::{Target, Timestamp};
use mopup::s3::Clock;
use mopup::s3::memory::{MemoryStore, NewUpload, Parts, Uniform};
use tokio_util::sync::CancellationToken;

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::NOW;

const BUCKET: &str = "archive";
const MIB: u64 = 1 << 20;

/// A service, and a clock that goes only when it is told to.
struct World {
    store: Arc<MemoryStore>,
    clock: Clock,
    millis: Arc<AtomicI64>,
}

impl World {
    /// Some uploads of ten parts each, the last of which came just now.
    fn new(keys: &[&str]) -> Self {
        let millis = Arc::new(AtomicI64::new(NOW.millis()));
        let ticking = Arc::clone(&millis);
        let clock = Clock::new(move || Timestamp::from_millis(ticking.load(Ordering::SeqCst)));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        store.create_bucket(BUCKET, "eu-west-1");
        let world = Self {
            store,
            clock,
            millis,
        };
        for key in keys {
            world.begin(key);
        }
        world
    }

    fn begin(&self, key: &str) {
        let now = self.clock.now();
        let upload = NewUpload {
            key: key.to_owned(),
            upload_id: Some(format!("id-{key}")),
            initiated: Some(now.minus(Duration::from_secs(30))),
            parts: Parts::Uniform(Uniform {
                count: 10,
                size: 8 * MIB,
                last_size: 8 * MIB,
                first: now.minus(Duration::from_secs(20)),
                last: now,
            }),
            ..NewUpload::default()
        };
        self.store.insert_upload(BUCKET, upload).unwrap();
    }

    /// Time passes.
    fn pass(&self, secs: i64) {
        self.millis.fetch_add(secs * 1000, Ordering::SeqCst);
    }

    /// Another program does this to its upload.
    fn play(&self, key: &str, steps: Vec<Step>) {
        let script = Script {
            target: Target {
                bucket: BUCKET.to_owned(),
                key: key.to_owned(),
                upload_id: format!("id-{key}"),
            },
            meta: Arc::default(),
            steps,
            again: Vec::new(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let store = Arc::clone(&self.store);
        runtime.block_on(uploader::play(store, script, CancellationToken::new()));
    }

    /// A part arrives, or arrives again with another size.
    fn put(&self, key: &str, number: u32, size: u64) {
        let target = Target {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            upload_id: format!("id-{key}"),
        };
        self.store.put_part_record(&target, number, size).unwrap();
    }

    fn start(&self, notify: Notify) -> Pilot {
        let store = Arc::<MemoryStore>::clone(&self.store);
        let mut flight = Flight::over(store, &self.clock);
        flight.app.notify = notify;
        let pilot = flight.start();
        pilot.until(BUCKET).enter().until("› archive");
        pilot.keys(":").type_("sort key").enter();
        pilot.keys("g");
        pilot
    }
}

#[test]
fn an_upload_is_watched_to_its_object() {
    let world = World::new(&["a.bin", "b.bin"]);
    let pilot = world.start(Notify::Osc9);
    pilot.until("80.0 MiB").keys("w").until("WHAT HAPPENED");
    pilot.until("10 parts, 80.0 MiB were there");
    pilot
        .keys("z")
        .until("size or file")
        .type_("160MiB")
        .enter();
    pilot.until("50.0 %").until("of about 20 parts");
    world.pass(2);
    world.put("a.bin", 12, 8 * MIB);
    pilot.keys("ctrl-r").until("1 part arrived, 8.00 MiB (#12)");
    pilot.until("gap 11").until("55.0 %");
    world.pass(2);
    world.put("a.bin", 3, 7 * MIB);
    pilot.keys("ctrl-r").until("1 part sent again: #3");
    pilot.until("↻ sent again");
    // It goes on behind the view, and the view comes back.
    pilot.keys("esc").until("watching a.bin").keys("w");
    pilot.until("WHAT HAPPENED");
    world.put("a.bin", 11, 8 * MIB);
    world.play("a.bin", vec![Step::Complete]);
    pilot.keys("ctrl-r").until("✓ completed: 95.0 MiB, ETag ");
    let told = pilot.notified();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("\x1b]9;mopup: a.bin completed: "),
        "{told:?}"
    );
    assert!(told[0].ends_with("-12\x07"), "{told:?}");
    // It stays until it is put away; in the list it stands for one more look.
    pilot.keys("x").until_gone("WHAT HAPPENED").until("− a.bin");
    pilot.until("done").keys("ctrl-r ctrl-r");
    pilot.until_gone("b.bin (").keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn each_ending_is_named_and_watches_do_not_keep_anybody() {
    let world = World::new(&["a.bin", "b.bin", "c.bin", "d.bin"]);
    let pilot = world.start(Notify::Bell);
    pilot.keys("* w").until("4 watched").until("WHAT HAPPENED");
    pilot.until("10 parts, 80.0 MiB were there");
    world.pass(2);
    world.play("b.bin", vec![Step::Abort]);
    world.play("c.bin", vec![Step::Abort, Step::Overwrite]);
    pilot.keys("j ctrl-r").until("✗ aborted");
    pilot.keys("j ctrl-r").until("≠ replaced");
    pilot.until("over, and replaced by another write: 27 B");
    assert!(pilot.notified().iter().all(|told| told == "\x07"));
    // A key of another pane does nothing here.
    pilot.keys("a").until("a does nothing here");
    // From the view to the panes of one that goes on.
    pilot.keys("G enter").until("#").until_gone("WHAT HAPPENED");
    pilot.until("archive").until("d.bin");
    pilot
        .keys("t")
        .until("≠ watched c.bin")
        .until("✗ watched b.bin");
    // Nothing is lost by leaving: nothing is asked.
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn freezing_stopping_and_pacing_reach_the_engine() {
    let world = World::new(&["a.bin"]);
    let pilot = world.start(Notify::Off);
    pilot.keys("w").until("10 parts, 80.0 MiB were there");
    pilot
        .keys("i")
        .until("every: ")
        .keys("ctrl-u")
        .type_("5m")
        .enter();
    pilot.until("looks every 5 min");
    pilot.keys("p").until("‖ frozen").until("frozen: p goes on");
    world.pass(2);
    world.put("a.bin", 11, 8 * MIB);
    pilot.keys("p").until_gone("‖ frozen").keys("ctrl-r");
    pilot.until("1 part arrived");
    pilot.keys("x").until_gone("WHAT HAPPENED");
    pilot.until("a.bin is not watched any more");
    assert!(pilot.notified().is_empty());
    assert_eq!(world.store.upload_count(BUCKET), 1, "the upload stays");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_refresh_tells_what_came_went_and_moves_and_keeps_the_marks() {
    let world = World::new(&["a.bin", "b.bin", "c.bin", "x.tmp"]);
    let pilot = world.start(Notify::Off);
    pilot.keys("/").type_("bin").enter().until("3 of 4");
    pilot.keys("g space space").until("2 marked");
    pilot.until_screen("all sized", |screen| {
        screen.matches("80.0 MiB").count() >= 3
    });
    world.pass(90);
    world.play("b.bin", vec![Step::Abort]);
    world.begin("d.bin");
    world.put("a.bin", 11, 8 * MIB);
    pilot.keys("ctrl-r").until("1 new, 1 gone, 1 moving");
    pilot.until("↑ a.bin").until("− b.bin").until("+ d.bin");
    pilot.until("1 marked").until("/bin");
    // The cursor stayed on its row.
    pilot
        .until("archive")
        .keys("y")
        .until("id-c.bin")
        .keys("esc");
    // What went cannot be aborted any more, however often it was marked.
    // It was missed by the listing, or by the look at its parts, whichever came first.
    pilot.keys("k").until("any more: somebody").keys("space a");
    pilot
        .until("Abort")
        .until_screen("one upload", |screen| !screen.contains("2 uploads"));
    pilot.keys("esc ctrl-r").until_gone("− b.bin");
    pilot.keys("I").until("requests a look").until("an hour");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}
