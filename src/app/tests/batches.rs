//! Sizing and aborting that were cancelled, and going on with what they left.

use super::*;

fn cancelled(done: u64, left: u64) -> News {
    News::Ended(Outcome::Cancelled { done, left })
}

#[test]
fn a_cancelled_sizing_goes_on_with_what_is_left() {
    let mut bench = Bench::listed(&many(5_000));
    bench.keys("S y");
    let Some(Command::Measure { targets, .. }) = bench.last(is_measure) else {
        panic!("not sent")
    };
    let rows = targets.ids().to_vec();
    let sized = rows[..100].iter().map(|row| (*row, exact(5, DAY * 9)));
    bench.answer(is_measure, News::Measured(sized.collect()));
    bench.keys("t p");
    assert!(bench.app.dialog.is_none(), "it runs yet");
    bench.keys("x");
    assert!(matches!(bench.sent.last(), Some(Command::Cancel(_))));
    bench.answer(is_measure, cancelled(100, 4_900));
    let last = bench.app.messages.current().unwrap();
    assert!(
        last.text.contains("100 sized, 4,900 not; t then p goes on"),
        "{last:?}"
    );
    let place = bench.app.place().unwrap();
    assert!(
        !place.asked.contains(rows[4_999]),
        "it may be asked for again"
    );
    bench.keys("p");
    let Some(Dialog::SizeAll(dialog)) = &bench.app.dialog else {
        panic!("no dialog")
    };
    assert_eq!((dialog.uploads, dialog.rest.unwrap().total), (4_900, 5_000));
    bench.keys("esc");
    assert!(bench.app.dialog.is_none());
    bench.keys("p y");
    let Some(Command::Measure { targets, .. }) = bench.last(is_measure) else {
        panic!("not sent")
    };
    assert_eq!(targets.ids(), &rows[100..]);
    // What it left is the new task's now.
    let older = &bench.app.tasks.list[1];
    assert_eq!(older.left_over(), 0);
    bench.answer(is_measure, cancelled(0, 4_900));
    bench.keys("t S");
    let Some(Dialog::SizeAll(dialog)) = &bench.app.dialog else {
        panic!("the same key again asks for the rest, too")
    };
    assert_eq!((dialog.uploads, dialog.known), (4_900, 100));
}

#[test]
fn a_cancelled_abort_goes_on_with_what_was_not_begun() {
    let mut bench = Bench::listed(&many(4));
    bench.size_all(DAY * 20);
    bench.keys("* a y enter t x");
    let rows = bench.rows();
    let freed = AbortOutcome::Aborted {
        freed: Some(100),
        verified: false,
    };
    let outcomes = vec![
        (rows[0], freed),
        (rows[1], AbortOutcome::Skipped(SkipReason::BecameActive)),
    ];
    bench.answer(is_abort, News::Aborted(outcomes));
    bench.answer(is_abort, cancelled(2, 2));
    let sums = bench.app.tasks.list[0].sums;
    assert_eq!((sums.left, sums.unverified), (2, 1));
    assert!(sums.text().contains("1 of them not looked at again"));
    assert!(bench.app.place().unwrap().aborting.is_empty());
    bench.keys("* *");
    bench.keys("p");
    let Some(Dialog::Abort(dialog)) = &bench.app.dialog else {
        panic!("no dialog")
    };
    assert_eq!(dialog.targets.ids(), &rows[2..]);
    assert_eq!((dialog.tally.rows, dialog.rest.unwrap().total), (2, 4));
    bench.keys("y enter");
    let Some(Command::Abort { targets, .. }) = bench.last(is_abort) else {
        panic!("not sent")
    };
    assert_eq!(targets.ids(), &rows[2..]);
    bench.answer(is_abort, News::Ended(Outcome::Done));
    bench.keys("p");
    assert!(bench.app.dialog.is_some(), "unanswered ones are left, too");
    bench.keys("esc");
    bench.app.settings.read_only = true;
    bench.keys("p");
    assert!(bench.app.dialog.is_none(), "read-only mode changes nothing");
}

#[test]
fn a_task_says_how_fast_it_is_how_long_it_takes_and_remembers_only_so_many_troubles() {
    let mut bench = Bench::listed(&many(20_000));
    bench.keys("* a").type_("20000").keys("enter");
    let rows = bench.rows();
    let skipped = |row: &RowId| (*row, AbortOutcome::Skipped(SkipReason::Active));
    let outcomes = rows[..12_000].iter().map(skipped).collect();
    bench.answer(is_abort, News::Aborted(outcomes));
    let task = &bench.app.tasks.list[0];
    assert_eq!((task.sums.skipped, task.troubles.len()), (12_000, 10_000));
    bench.event(Event::Clock(NOW.plus(Duration::from_secs(10))));
    let progress = Progress {
        done: 12_000,
        total: Some(20_000),
        requests: 12_000,
        ..Progress::default()
    };
    bench.answer(is_abort, News::Progress(progress.clone()));
    let task = &bench.app.tasks.list[0];
    let rate = task.rate(bench.app.now).unwrap();
    assert!((rate - 1_200.0).abs() < 1.0, "{rate}");
    assert_eq!(task.time_left(bench.app.now).unwrap().as_secs(), 6);
    assert_eq!(progress.expected_requests(), Some(20_000));
}
