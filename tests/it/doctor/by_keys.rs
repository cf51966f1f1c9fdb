//! The doctor by keys through the real loop.

use mopup::demo::{Situation, still};

use super::*;
use crate::support::pilot::Flight;
use crate::support::scene;

#[test]
fn the_doctor_looks_and_what_it_finds_is_copied() {
    let clock = Clock::fixed(scene::NOW);
    let store = still(clock.clone(), Situation::Believable);
    let store = Arc::new(FaultyStore::new(store));
    store.deny(Operation::AbortMultipartUpload);
    let shared = Arc::<FaultyStore<_>>::clone(&store);
    let pilot = Flight::over(shared, &clock).start();
    pilot.until("db-backups").keys("/").type_("db-b").enter();
    pilot
        .until_gone("logs-prod")
        .keys(":")
        .type_("doctor")
        .enter();
    pilot.until("Doctor: s3://db-backups").until("1 denied");
    pilot.until("needs s3:AbortMultipartUpload");
    pilot.keys("y").until("copied what was found");
    pilot.keys("p").until("copied the policy");
    let copied = pilot.copied();
    assert!(copied[0].starts_with("## mopup doctor"), "{}", copied[0]);
    assert!(copied[0].contains("| denied | abort uploads | s3:AbortMultipartUpload |"));
    assert!(copied[1].starts_with('{'), "{}", copied[1]);
    assert!(copied[1].contains("arn:aws:s3:::db-backups/*"));
    pilot.keys("G").until("s3:PutObject").keys("g");
    let before = store.requests(Operation::HeadBucket);
    pilot.keys("r").until("denied");
    pilot.until_screen("another look", |_| {
        store.requests(Operation::HeadBucket) > before
    });
    pilot.until("1 denied").keys("esc");
    pilot.until_gone("Doctor: s3://");
    pilot.keys("q");
    assert_eq!(pilot.land().code, 0);
    assert_eq!(store.requests(Operation::CreateMultipartUpload), 0);
}
