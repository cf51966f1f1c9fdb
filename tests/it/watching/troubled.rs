//! Looks that fail.

use mopup::model::watch::Pulse;
use mopup::protocol::{Kind, Operation};

use super::*;

fn troubles(seen: &Seen) -> Vec<&str> {
    let told = seen
        .vitals
        .iter()
        .filter_map(|vitals| vitals.trouble.as_deref());
    told.collect()
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_told_and_tried_again() {
    for (kind, words) in [
        (Kind::Network, "reset"),
        (Kind::Credentials, "expired"),
        (Kind::Denied, "Access Denied"),
    ] {
        let stage = Stage::with_parts(30);
        let store = stage.faulty();
        let (engine, mut inbox) = stage.engine(Arc::<FaultyStore<Twisted>>::clone(&store));
        let watch = Box::new(stage.watch());
        engine.send(Command::Watch { job: JOB, watch });
        let mut seen = Seen::default();
        seen.until(&mut inbox, |seen| seen.vitals.iter().any(|of| of.caught_up))
            .await;
        // The pacer tries four times by itself where the network fails.
        let times = if kind == Kind::Network { 16 } else { 4 };
        store.fail(Operation::ListParts, kind, times, |_| true);
        let playing = stage.play(vec![Step::send(31..=100, SECOND * 2), Step::Complete]);
        while seen.outcome.is_none() {
            seen.more(&mut inbox).await;
        }
        playing.abort();
        assert_eq!(seen.ending().word(), "completed", "{kind:?}");
        let told = troubles(&seen);
        assert!(
            told.iter().any(|why| why.contains(words)),
            "{kind:?}: {told:?}"
        );
        assert_eq!(seen.last().trouble, None);
        assert!(seen.arrived().len() >= 99);
        let longest = seen.vitals.iter().filter(|of| of.trouble.is_some());
        assert!(
            longest.map(|of| of.every).max().unwrap() > SECOND * 7,
            "{kind:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_reading_goes_on_where_it_broke_off() {
    let stage = Stage::with_parts(4_500);
    let store = stage.faulty();
    let times = Mutex::new(0);
    store.fail(Operation::ListParts, Kind::Credentials, 2, move |_| {
        let mut times = times.lock().unwrap();
        *times += 1;
        *times > 2
    });
    let steps = vec![Step::Wait(SECOND * 60), Step::Abort];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(*seen.ending(), Ending::Aborted);
    assert_eq!(seen.arrived(), (1..=4_500).collect::<Vec<_>>());
    assert!(!troubles(&seen).is_empty());
    // The first parts are hours old, and no stall.
    let mut reading = seen.vitals.iter().filter(|vitals| vitals.looks == 0);
    assert!(reading.all(|vitals| !vitals.caught_up && vitals.pulse == Pulse::Waiting));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_throttles_is_waited_for_and_told_of() {
    let stage = Stage::with_parts(30);
    let store = stage.faulty();
    store.throttle(Operation::ListParts, 120);
    let steps = vec![Step::Wait(SECOND * 200), Step::Complete];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "completed");
    let told = troubles(&seen);
    assert!(told.iter().any(|why| why.contains("slow down")), "{told:?}");
    // Before all was read there is no pace, and nothing is told to be whole.
    let mut reading = seen.vitals.iter().filter(|vitals| vitals.looks == 0);
    assert!(reading.all(|vitals| !vitals.caught_up && vitals.quiet.is_none()));
}

#[tokio::test(start_paused = true)]
async fn what_can_never_succeed_ends_at_once() {
    for kind in [Kind::Denied, Kind::NotFound, Kind::Invalid] {
        let stage = Stage::with_parts(3);
        let store = stage.faulty();
        store.fail(Operation::ListParts, kind, u64::MAX, |_| true);
        let seen = stage.see_on(store, stage.watch(), Vec::new()).await;
        let Some(Outcome::Failed(fault)) = &seen.outcome else {
            panic!("{kind:?}: {:?}", seen.outcome);
        };
        assert_eq!(fault.kind, kind);
    }
}

#[tokio::test(start_paused = true)]
async fn the_object_is_asked_for_until_there_is_an_answer() {
    let stage = Stage::with_parts(30);
    let store = stage.faulty();
    store.reset(Operation::HeadObject, 30);
    let steps = vec![Step::Wait(SECOND * 5), Step::Complete];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.ending().word(), "completed");
    assert!(troubles(&seen).iter().any(|why| why.contains("HeadObject")));
}
