//! Keys as text through the real loop.

use std::sync::Arc;

use mopup::protocol::Operation;
use mopup::s3::Store;
use mopup::s3::faulty::FaultyStore;

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::orphans;

fn over(store: impl Store, clock: &mopup::s3::Clock) -> Pilot {
    Flight::over(Arc::new(store), clock).start()
}

#[test]
fn three_thousand_aborts_end_without_a_failure_although_half_are_told_to_slow_down() {
    let (store, clock) = orphans("logs", 3000);
    let store = Arc::new(FaultyStore::new(store));
    store.throttle(Operation::AbortMultipartUpload, 1500);
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("3,000 uploads").enter().until("› logs");
    pilot.keys("g v G a").until("type '3000'");
    pilot.type_("3000").enter();
    pilot.until("3,000 aborted").until("0 uploads");
    assert!(!pilot.screen().contains("failed"), "{}", pilot.screen());
    assert_eq!(store.inner().upload_count("logs"), 0);
    pilot.keys("q");
    let farewell = pilot.land().farewell.unwrap_or_default();
    assert!(farewell.contains("3,000"), "{farewell}");
}

#[test]
fn leaving_the_dialog_aborts_nothing() {
    let (store, clock) = orphans("logs", 40);
    let store = Arc::new(FaultyStore::new(store));
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("40 uploads").enter().until("orphan/00000.bin");
    pilot
        .keys("* a")
        .until("Abort 40 uploads")
        .type_("4")
        .enter();
    // What was typed is not the number: the dialog stays.
    pilot
        .until("Abort 40 uploads")
        .keys("esc")
        .until_gone("Abort 40 uploads");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
    assert_eq!(store.requests(Operation::AbortMultipartUpload), 0);
}

#[test]
fn a_filter_narrows_what_is_marked_and_aborted() {
    let (store, clock) = orphans("logs", 200);
    let store = Arc::new(FaultyStore::new(store));
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("200 uploads").enter().until("› logs");
    pilot
        .keys("/")
        .type_("orphan/0001")
        .enter()
        .until("10 of 200");
    // Sized, so that no life is in doubt and a letter is enough.
    pilot.keys("*").until("10 marked · 80.0 MiB");
    pilot.keys("a").until("Abort 10 uploads").type_("y").enter();
    pilot.until("10 aborted").keys("esc").until("190 uploads");
    assert_eq!(store.inner().upload_count("logs"), 190);
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn nothing_is_drawn_while_nothing_happens() {
    let (store, clock) = orphans("logs", 5);
    let pilot = over(store, &clock);
    pilot
        .until(" 40.0 MiB held")
        .keys("?")
        .until("half a page up");
    let before = pilot.frames();
    // A key each, and a frame each at most: none of the frames comes by itself.
    for _ in 0..3 {
        pilot.keys("esc").until_gone("half a page up");
        pilot.keys("?").until("half a page up");
    }
    assert!(
        pilot.frames() <= before + 6,
        "{} frames",
        pilot.frames() - before
    );
    pilot.keys("esc q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_click_chooses_what_is_copied_and_a_paste_is_typed() {
    let (store, clock) = orphans("logs", 8);
    let pilot = over(store, &clock);
    pilot
        .until("8 uploads")
        .enter()
        .until("› logs")
        .until("orphan/00003.bin");
    pilot.click("orphan/00003.bin").until("id-00003");
    pilot.keys("y").until("s3://").enter().until("copied");
    let copied = pilot.copied();
    assert!(
        copied.len() == 1 && copied[0].contains("00003"),
        "{copied:?}"
    );
    pilot
        .keys("/")
        .paste("orphan/00005")
        .enter()
        .until("1 of 8");
    pilot.keys("ctrl-c");
    let landing = pilot.land();
    assert_eq!(
        (landing.code, landing.farewell),
        (0, None),
        "nothing was done"
    );
}

#[test]
fn the_account_is_sized_copied_and_left_for_the_dearest_bucket() {
    let (store, clock) = orphans("logs", 30);
    store.create_bucket("clean", "us-east-1");
    let store = Arc::new(FaultyStore::new(store));
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("30 uploads").keys("A").until("together");
    pilot
        .until("unknown")
        .keys("S")
        .until("30 requests or more");
    pilot.keys("y").until_gone("unknown");
    pilot.keys("y").until("on the clipboard");
    let copied = pilot.copied().join("\n");
    assert!(copied.contains("30 uploads in 2 buckets"), "{copied}");
    // Sorted by cost, so the dearest is under the cursor.
    pilot.enter().until("› logs").until("orphan/00000.bin");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
}
