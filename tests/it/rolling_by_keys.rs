//! More uploads than are arranged on the spot, through the real loop: filtered, sorted and rolled up while their
//! sizes stream in.

use std::sync::Arc;
use std::time::Duration;

use mopup::protocol::Operation;
use mopup::s3::Clock;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, Meta, NewUpload, Parts, Principal, StoredPart};

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::{DAY, NOW};

const COUNT: u32 = 25_000;

/// Fifty folders, five initiators, two ages; the last upload is the largest.
fn store() -> (MemoryStore, Clock) {
    let clock = Clock::fixed(NOW);
    let store = MemoryStore::new(clock.clone());
    store.create_bucket("logs", "eu-west-1");
    let initiators: Vec<Arc<Meta>> = (0..5)
        .map(|number| {
            let initiator = Principal {
                id: format!("svc-{number}"),
                ..Principal::default()
            };
            Arc::new(Meta {
                initiator: Some(initiator),
                ..Meta::default()
            })
        })
        .collect();
    for number in 0..COUNT {
        let begun = NOW.minus(DAY * if number % 2 == 0 { 10 } else { 40 });
        let id = format!("id-{number:05}");
        let part = StoredPart::record(&id, 1, u64::from(number + 1) << 10, begun);
        let upload = NewUpload {
            key: format!("p{:02}/{number:05}.bin", number % 50),
            upload_id: Some(id),
            initiated: Some(begun),
            meta: Arc::clone(&initiators[number as usize % 5]),
            parts: Parts::Listed(vec![part]),
        };
        store.insert_upload("logs", upload).unwrap();
    }
    (store, clock)
}

fn first(screen: &str, what: &str) -> Option<usize> {
    screen.lines().position(|line| line.contains(what))
}

/// Waits for a line that holds all of these.
fn until_line(pilot: &Pilot, words: &[&str]) {
    pilot.until_screen(&format!("a line with {words:?}"), |screen| {
        let mut lines = screen.lines();
        lines.any(|line| words.iter().all(|word| line.contains(word)))
    });
}

#[test]
fn a_large_bucket_is_filtered_sorted_and_rolled_up_while_sizes_stream_in() {
    let (store, clock) = store();
    let store = Arc::new(FaultyStore::new(store));
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("25,000 uploads").enter().until("› logs");
    store.latency(Duration::from_millis(5));
    pilot.keys("S enter");
    pilot.until_screen("sizes", |_| store.requests(Operation::ListParts) > 200);
    // Typed faster than anybody filters: the last one counts.
    pilot
        .keys("/")
        .type_("p0 initiator=svc-2 p08 initiator=svc-3");
    pilot.until("0 of 25,000");
    for _ in 0.."p0 initiator=svc-2 p08 initiator=svc-3".len() {
        pilot.keys("backspace");
    }
    pilot.type_("initiator=svc-3 p08").enter();
    pilot.until("500 of 25,000").until_gone("filtering…");
    let rows = |screen: &str| screen.lines().filter(|line| line.contains("p08/")).count();
    assert!(rows(&pilot.screen()) > 10, "{}", pilot.screen());
    assert!(!pilot.screen().contains("p07/"), "{}", pilot.screen());
    pilot.keys(":").type_("sort key").enter();
    pilot.until_screen("the order of keys", |screen| {
        let [a, b] = ["p08/00008.bin", "p08/00058.bin"].map(|key| first(screen, key));
        a.is_some() && a < b && !screen.contains("sorting…")
    });
    pilot.keys("esc").until_gone("of 25,000");
    // Rolled up, with totals that grow.
    pilot.keys("f").until("By prefix");
    until_line(&pilot, &["p08/", " 500 "]);
    pilot.keys("b").until("By initiator");
    until_line(&pilot, &["svc-3", " 5,000 "]);
    pilot
        .keys("g j enter")
        .until("5,000 of 25,000")
        .until("initiator=svc-1");
    pilot
        .keys("esc")
        .until("By initiator")
        .until_gone("of 25,000");
    pilot.keys("b b").until("By age");
    until_line(&pilot, &["7-29 days", " 12,500 "]);
    until_line(&pilot, &["30-89 days", " 12,500 "]);
    store.latency(Duration::ZERO);
    pilot.keys("b").until("By state");
    until_line(&pilot, &["stale", " 25,000 "]);
    // All of it was counted while the lines were looked at.
    let all: u64 = (1..=u64::from(COUNT)).sum::<u64>() << 10;
    let size = mopup::model::human::size(all);
    until_line(&pilot, &["stale", &size]);
    pilot.keys("f :").type_("sort size").enter();
    pilot.until_screen("the largest", |screen| {
        let [a, b] = ["p49/24999.bin", "p48/24998.bin"].map(|key| first(screen, key));
        a.is_some() && a < b
    });
    pilot.keys("q");
    pilot.land();
}
