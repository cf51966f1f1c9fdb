//! How often is asked, what for, and what a person changes meanwhile.

use mopup::model::watch::Tuning;
use mopup::protocol::Operation;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_look_costs_one_small_page_once_all_was_read() {
    let stage = Stage::with_parts(9_500);
    let store = Arc::new(plain(&stage.memory));
    let asked = Arc::clone(&store);
    let steps = vec![Step::send(9_501..=9_600, SECOND * 2), Step::Abort];
    let seen = stage.see_on(store, stage.watch(), steps).await;
    assert_eq!(seen.arrived(), (1..=9_600).collect::<Vec<_>>());
    let asked = asked.asked.lock().unwrap();
    let last = seen.last();
    assert!(
        asked.len() as u64 <= 10 + last.looks + 4,
        "{} for {}",
        asked.len(),
        last.looks
    );
    let own = |marker: &str| marker.parse::<u32>().is_ok_and(|number| number > 9_000);
    let small = asked[10..]
        .iter()
        .filter(|(marker, most)| most.is_some() || marker.as_deref().is_some_and(own));
    assert!(small.count() >= asked.len() - 12, "{:?}", &asked[10..]);
    // Half its spacing: two looks a part at most, and not much less than one.
    assert!((100..240).contains(&last.looks), "{}", last.looks);
}

#[tokio::test(start_paused = true)]
async fn gaps_late_parts_and_parts_sent_again_are_found() {
    let stage = Stage::with_parts(3_000);
    let steps = vec![
        Step::send([3_002, 3_005, 3_001, 3_003], SECOND * 2),
        // 3,004 stays open, and comes when it is an old gap.
        Step::send(3_006..=3_100, SECOND * 2),
        Step::send([3_004, 17, 1_500], SECOND * 2),
        Step::send(3_101..=3_900, SECOND * 2),
        Step::Complete,
    ];
    let seen = stage.see(stage.watch(), steps).await;
    let mut arrived = seen.arrived();
    assert_eq!(arrived[3_000..3_003], [3_002, 3_005, 3_001]);
    arrived.sort_unstable();
    assert_eq!(arrived, (1..=3_900).collect::<Vec<_>>());
    let mut resent = seen.resent();
    resent.sort_unstable();
    assert_eq!(resent, [17, 1_500]);
    let gap = seen
        .vitals
        .iter()
        .find(|vitals| vitals.highest == 3_050)
        .unwrap();
    assert_eq!((gap.missing, &gap.gaps[..]), (1, &[(3_004, 3_004)][..]));
    // 3,001, 3,003 and 3,004 came after a higher number.
    let last = seen.last();
    assert_eq!((last.out_of_order, last.resent, last.missing), (3, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn many_watches_share_one_budget() {
    let stage = Stage::with_parts(40);
    let (engine, mut inbox) = stage.engine(stage.faulty());
    let requests = |store: &FaultyStore<Twisted>| store.requests(Operation::ListParts);
    let store = stage.faulty();
    let (engine, mut inbox) = {
        drop((engine, inbox.try_recv(1)));
        stage.engine(Arc::<FaultyStore<Twisted>>::clone(&store))
    };
    for number in 0..100 {
        engine.send(Command::Watch {
            job: JobId(number),
            watch: Box::new(stage.watch()),
        });
    }
    let _playing = stage.play(vec![Step::send(41..=400, SECOND)]);
    let read = async |inbox: &mut Inbox, span| {
        let _ = tokio::time::timeout(span, async {
            loop {
                inbox.recv(256).await;
            }
        })
        .await;
    };
    read(&mut inbox, SECOND * 30).await;
    let before = requests(&store);
    read(&mut inbox, SECOND * 60).await;
    let asked = requests(&store) - before;
    assert!((200..=330).contains(&asked), "{asked} requests in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_person_freezes_it_looks_now_and_names_a_size() {
    let stage = Stage::with_parts(40);
    let store = stage.faulty();
    let (engine, mut inbox) = stage.engine(Arc::<FaultyStore<Twisted>>::clone(&store));
    let watch = Box::new(Watch {
        interval: Interval::Every(SECOND * 1000),
        ..stage.watch()
    });
    engine.send(Command::Watch { job: JOB, watch });
    let mut seen = Seen::default();
    seen.until(&mut inbox, |seen| seen.vitals.iter().any(|of| of.caught_up))
        .await;
    let asked = store.requests(Operation::ListParts);
    let tune = |tuning| Command::Tune { job: JOB, tuning };
    engine.send(tune(Tuning::Size(Some(80 * 8 * MIB))));
    seen.until(&mut inbox, |seen| seen.last().permille() == Some(500))
        .await;
    assert_eq!(
        store.requests(Operation::ListParts),
        asked,
        "no look for that"
    );
    engine.send(Command::Pause(JOB));
    seen.until(&mut inbox, |seen| seen.last().paused).await;
    tokio::time::sleep(SECOND * 5000).await;
    assert_eq!(store.requests(Operation::ListParts), asked, "frozen");
    engine.send(tune(Tuning::Now));
    seen.until(&mut inbox, |seen| seen.last().looks > 1).await;
    assert!(seen.last().paused);
    engine.send(Command::Continue(JOB));
    seen.until(&mut inbox, |seen| !seen.last().paused).await;
    engine.send(tune(Tuning::Interval(Interval::Every(SECOND * 5))));
    seen.until(&mut inbox, |seen| seen.last().every == SECOND * 5)
        .await;
    engine.send(Command::Cancel(JOB));
    while seen.outcome.is_none() {
        seen.more(&mut inbox).await;
    }
    assert_eq!(seen.outcome, Some(Outcome::Cancelled { done: 0, left: 1 }));
}
