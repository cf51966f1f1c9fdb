//! Three hundred buckets through the real loop: the open one at once, all of them soon, and what is denied named.

use std::sync::Arc;
use std::time::Duration;

use mopup::demo::{Situation, still};
use mopup::protocol::Operation;
use mopup::s3::Clock;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{Listing, MemoryStore};

use crate::support::pilot::{Flight, Pilot};
use crate::support::scene::NOW;

fn account() -> (Arc<FaultyStore<MemoryStore>>, Pilot) {
    let clock = Clock::fixed(NOW);
    let situation = Situation::Buckets {
        count: 300,
        uploads: Some(6_000),
    };
    let store = Arc::new(FaultyStore::new(still(clock.clone(), situation)));
    store.latency(Duration::from_millis(30));
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    (store, pilot)
}

#[test]
fn all_buckets_are_known_soon_and_a_denied_one_says_what_it_needs() {
    let (store, pilot) = account();
    pilot.until("≥").keys("A").until_gone("listed");
    pilot.until("20 denied").until("300 buckets");
    assert!(store.greatest_in_flight() <= 96);
    // One page each, and a look at the rules of each.
    let pages = store.requests(Operation::ListMultipartUploads);
    assert!((300..=310).contains(&pages), "{pages}");
    let sum = |screen: &str| {
        let line = screen.lines().find(|line| line.contains("together"));
        line.unwrap_or_default().to_owned()
    };
    pilot.until_screen("a sum that is no whole", |screen| {
        sum(screen).contains("≥ 6,000")
    });
    // By name, down to the first that is denied.
    pilot.keys("s s s s").until("sort: name");
    let is_denied = |bucket: &str| {
        let listing = Listing {
            bucket: bucket.to_owned(),
            ..Listing::default()
        };
        store.inner().list(&listing).is_err()
    };
    let all = store.inner().buckets();
    let down = all.iter().position(|of| is_denied(&of.name)).unwrap();
    for _ in 0..down {
        pilot.keys("j");
    }
    pilot.until("needs s3:ListBucketMultipartUploads on s3://");
    pilot.keys("esc q");
    assert_eq!(pilot.land().code, 0);
}

#[test]
fn a_bucket_is_opened_in_the_middle_of_the_sweep_without_waiting_for_it() {
    let clock = Clock::fixed(NOW);
    let situation = Situation::Buckets {
        count: 300,
        uploads: None,
    };
    let store = Arc::new(FaultyStore::new(still(clock.clone(), situation)));
    // Nobody answers but the one that is opened: the sweep never ends.
    let silent = |bucket: &str| bucket != "web-logs-296";
    store.stall(Operation::ListMultipartUploads, 1_000, silent);
    let pilot = Flight::over(Arc::<FaultyStore<_>>::clone(&store), &clock).start();
    pilot.until("of 300 listed").keys("/");
    pilot.type_("web-logs-296").enter().keys("enter");
    pilot.until("› web-logs-296").until("ingest/");
    assert!(store.greatest_in_flight() <= 96);
    pilot.keys("q q");
    assert_eq!(pilot.land().code, 0);
}
