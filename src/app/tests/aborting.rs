//! Marks, the dialog, and what becomes of an abort.

use super::*;

#[test]
fn a_few_dead_uploads_are_aborted_after_a_letter_and_enter() {
    let mut bench = Bench::listed(&many(3));
    bench.size_all(DAY * 20);
    bench.keys("* a");
    assert!(bench.last(is_abort).is_none());
    bench.keys("y y enter");
    assert!(
        bench.last(is_abort).is_none(),
        "leaning on a key is no confirmation"
    );
    bench.keys("backspace enter");
    let Some(Command::Abort {
        targets, policy, ..
    }) = bench.last(is_abort)
    else {
        panic!("not sent")
    };
    assert_eq!((targets.len(), policy.include_active), (3, false));
    assert!(
        targets
            .iter()
            .all(|target| target.measure().exact().is_some())
    );
}

#[test]
fn a_range_of_marks_ends_with_the_abort_key() {
    let mut bench = Bench::listed(&many(3_000));
    bench.keys("v G a").type_("3000").keys("enter");
    let Some(Command::Abort { targets, .. }) = bench.last(is_abort) else {
        panic!("not sent")
    };
    assert_eq!(targets.len(), 3_000);
}

#[test]
fn a_range_is_marked_by_space_and_given_up_by_esc() {
    let mut bench = Bench::listed(&many(9));
    bench.keys("j v j j");
    let place = bench.app.place().unwrap();
    assert_eq!(place.range(), Some((1, 3)));
    assert_eq!(place.table.tally_between(1, 3).rows, 3);
    bench.keys("esc");
    let place = bench.app.place().unwrap();
    assert_eq!((place.range(), place.table.marked_totals().rows), (None, 0));
    bench.keys("v k k space");
    let place = bench.app.place().unwrap();
    assert_eq!((place.range(), place.table.marked_totals().rows), (None, 3));
    assert_eq!(place.cursor.index(), 1, "the cursor stays");
}

#[test]
fn a_range_holds_while_sizes_come_in() {
    let mut bench = Bench::listed(&many(300));
    bench.keys("v G");
    let last = bench.current_key();
    let rows = bench.rows();
    let tail: Vec<_> = rows[280..]
        .iter()
        .map(|row| (*row, exact(5, DAY * 9)))
        .collect();
    bench.answer(is_measure, News::Measured(tail));
    assert_eq!(bench.current_key(), last);
    assert_eq!(
        bench.app.place().unwrap().cursor.index(),
        299,
        "the page stays where it is read"
    );
    bench.keys("a");
    let Some(Dialog::Abort(dialog)) = &bench.app.dialog else {
        panic!("no dialog")
    };
    assert_eq!(dialog.targets.len(), 300);
    bench.keys("esc s s");
    let place = bench.app.place().unwrap();
    assert_eq!(
        (place.table.held(), place.cursor.index() < 40),
        (0, true),
        "sorting puts rows in their place"
    );
}

#[test]
fn targets_are_frozen_when_the_dialog_opens() {
    let mut bench = Bench::listed(&many(2));
    bench.size_all(DAY * 20);
    bench.keys("ctrl-r").keys("* a");
    bench.answer(is_list, News::Listed(vec![upload("new", 30)]));
    bench.keys("y enter");
    let Some(Command::Abort { targets, .. }) = bench.last(is_abort) else {
        panic!("not sent")
    };
    assert!(targets.iter().all(|target| target.key() != "new"));
}

#[test]
fn what_is_alive_is_left_out_unless_said_in_so_many_words() {
    let mut bench = Bench::listed(&many(2));
    let rows = bench.rows();
    let items = vec![
        (rows[0], exact(1, Duration::from_secs(5))),
        (rows[1], exact(1, DAY * 20)),
    ];
    bench.answer(is_measure, News::Measured(items));
    bench.keys("* a");
    let Some(Dialog::Abort(dialog)) = &bench.app.dialog else {
        panic!("no dialog")
    };
    assert_eq!((dialog.alive, dialog.expected()), (1, 1));
    bench.keys("tab").type_("1").keys("enter");
    assert!(bench.last(is_abort).is_none());
    bench.keys("ctrl-u").type_("abort active").keys("enter");
    let Some(Command::Abort { policy, .. }) = bench.last(is_abort) else {
        panic!("not sent")
    };
    assert!(policy.include_active);
}

#[test]
fn only_what_is_expected_to_go_is_marked_as_going() {
    let mut bench = Bench::listed(&many(2));
    let rows = bench.rows();
    let items = vec![
        (rows[0], exact(1, Duration::from_secs(5))),
        (rows[1], exact(1, DAY * 20)),
    ];
    bench.answer(is_measure, News::Measured(items));
    bench.keys("* a").type_("1").keys("enter");
    let going = |bench: &Bench| {
        let mut going: Vec<RowId> = bench.app.place().unwrap().aborting.iter().collect();
        going.sort();
        going
    };
    assert_eq!(going(&bench), [rows[1]]);
    bench.answer(is_abort, News::Ended(Outcome::Done));
    bench.keys("a tab").type_("abort active").keys("enter");
    assert_eq!(going(&bench), rows);
}

#[test]
fn aborted_rows_leave_and_the_others_keep_mark_and_reason() {
    let mut bench = Bench::listed(&many(3));
    bench.size_all(DAY * 20);
    bench.keys("* a y enter");
    let rows = bench.rows();
    let outcomes = vec![
        (
            rows[0],
            AbortOutcome::Aborted {
                freed: Some(100),
                verified: true,
            },
        ),
        (rows[1], AbortOutcome::Skipped(SkipReason::BecameActive)),
        (rows[2], AbortOutcome::Failed(fault())),
    ];
    bench.answer(is_abort, News::Aborted(outcomes));
    bench.answer(is_abort, News::Ended(Outcome::Done));
    let place = bench.app.place().unwrap();
    assert_eq!(place.table.len(), 2);
    assert_eq!(place.table.marked_totals().rows, 2);
    assert!(place.reasons[&rows[1]].contains("became active"));
    assert!(place.reasons[&rows[2]].contains("AccessDenied"));
    assert!(place.aborting.is_empty());
    let verdict = bench.app.farewell().unwrap();
    assert_eq!(verdict, "1 aborted, 100 B freed, 1 skipped, 1 failed");
    bench.keys("a");
    assert!(
        matches!(bench.app.dialog, Some(Dialog::Abort(_))),
        "the same key again is the retry"
    );
}

#[test]
fn what_a_cancel_left_is_told_apart_from_what_was_skipped() {
    let mut bench = Bench::listed(&many(3));
    bench.size_all(DAY * 20);
    bench.keys("* a y enter t x");
    assert!(matches!(bench.sent.last(), Some(Command::Cancel(_))));
    let rows = bench.rows();
    let outcomes = vec![
        (
            rows[0],
            AbortOutcome::Aborted {
                freed: Some(100),
                verified: true,
            },
        ),
        (rows[1], AbortOutcome::Skipped(SkipReason::BecameActive)),
    ];
    bench.answer(is_abort, News::Aborted(outcomes));
    bench.answer(
        is_abort,
        News::Ended(Outcome::Cancelled { done: 2, left: 1 }),
    );
    let verdict = bench.app.farewell().unwrap();
    assert_eq!(verdict, "1 aborted, 100 B freed, 1 skipped, 1 not begun");
    assert_eq!(bench.app.place().unwrap().table.marked_totals().rows, 2);
}

#[test]
fn read_only_mode_changes_nothing() {
    let mut bench = Bench::listed(&many(3));
    bench.app.settings.read_only = true;
    bench.keys("* a");
    assert!(bench.app.dialog.is_none());
    assert!(
        bench
            .app
            .messages
            .current()
            .unwrap()
            .text
            .contains("read-only")
    );
}

#[test]
fn quitting_asks_while_a_task_runs() {
    let mut bench = Bench::listed(&many(3));
    bench.size_all(DAY * 20);
    bench.keys("* a y enter q");
    assert!(matches!(
        &bench.app.dialog,
        Some(Dialog::Quit(dialog)) if dialog.running == 1
    ));
    bench.keys("esc");
    assert!(bench.other.is_empty());
    bench.keys("ctrl-c ctrl-c");
    assert_eq!(bench.other, [Effect::Quit]);
}

#[test]
fn quitting_is_quick_when_nothing_runs() {
    let mut bench = Bench::listed(&many(1));
    bench.keys("q");
    assert_eq!(bench.other, [Effect::Quit]);
}

#[test]
fn pasting_confirms_no_abort() {
    let mut bench = Bench::listed(&many(1));
    bench.size_all(DAY * 20);
    bench.keys("a");
    bench.event(Event::Paste("y".into()));
    bench.keys("enter");
    assert!(bench.last(is_abort).is_none());
}
