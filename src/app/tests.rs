//! Events in, effects out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::dialog::Dialog;
use super::input::{Code, Key, Mouse, MouseKind};
use super::layout::Pane;
use super::{App, Effect, Event, Keymap, Settings, ThemeName};
use crate::model::cost::Prices;
use crate::model::provider::Provider;
use crate::model::{Bucket, Extent, RowId, Thresholds, Timestamp, Upload};
use crate::protocol::{
    AbortOutcome, Command, Fault, Identity, JobId, Kind, Measured, News, Operation, Outcome,
    Report, SkipReason, Urgency,
};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn settings() -> Settings {
    Settings {
        read_only: false,
        demo: false,
        thresholds: Thresholds::default(),
        prices: Arc::new(Prices {
            storage: BTreeMap::new(),
            fallback: 0.023,
            list_requests: 0.005,
        }),
        provider: None,
        providers: Vec::new(),
        keymap: Keymap::default(),
        theme: ThemeName::Dark,
        start: None,
        refresh: None,
        utc_offset: 0,
        now: NOW,
    }
}

fn upload(key: &str, days: u32) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: format!("id-{key}"),
        initiated: Some(NOW.minus(DAY * days)),
        ..Upload::default()
    }
}

fn exact(bytes: u64, quiet: Duration) -> Measured {
    Measured::Exact(Extent {
        bytes,
        parts: 2,
        last_part: Some(NOW.minus(quiet)),
        abort_date: None,
    })
}

fn fault() -> Fault {
    Fault {
        operation: Operation::AbortMultipartUpload,
        target: "s3://b/k".into(),
        kind: Kind::Denied,
        code: Some("AccessDenied".into()),
        message: "not allowed".into(),
        hint: "needs s3:AbortMultipartUpload".into(),
    }
}

/// An app and everything it asked for.
struct Bench {
    app: App,
    sent: Vec<Command>,
    other: Vec<Effect>,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let mut app = App::new(settings, 120, 36);
        let effects = app.start();
        let mut bench = Self {
            app,
            sent: Vec::new(),
            other: Vec::new(),
        };
        bench.take(effects);
        bench
    }

    /// A bench with one opened bucket of these uploads, listed to the end.
    fn listed(uploads: &[Upload]) -> Self {
        let mut bench = Self::new(settings());
        bench.answer(
            is_buckets,
            News::Buckets(vec![Bucket {
                name: "b".into(),
                ..Bucket::default()
            }]),
        );
        bench.answer(is_buckets, News::Ended(Outcome::Done));
        bench.answer(is_list, News::Listed(uploads.to_vec()));
        bench.answer(is_list, News::Ended(Outcome::Done));
        bench.keys("enter");
        bench
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.sent.push(command),
                other => self.other.push(other),
            }
        }
    }

    fn event(&mut self, event: Event) {
        let effects = self.app.update(event);
        self.take(effects);
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.event(Event::Key(key.parse().unwrap()));
        }
        self
    }

    fn type_(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.event(Event::Key(Key::char(character)));
        }
        self
    }

    /// Reports news of the newest job whose command fits.
    fn answer(&mut self, fits: impl Fn(&Command) -> Option<JobId>, news: News) {
        let job = self
            .sent
            .iter()
            .rev()
            .find_map(fits)
            .expect("such a command was sent");
        self.event(Event::Reports(vec![Report { job, news }]));
    }

    fn last(&self, fits: impl Fn(&Command) -> Option<JobId>) -> Option<&Command> {
        self.sent
            .iter()
            .rev()
            .find(|command| fits(command).is_some())
    }

    fn keys_shown(&self) -> Vec<String> {
        let table = &self.app.place().unwrap().table;
        table
            .shown()
            .map(|row| table.row(row).unwrap().key().to_owned())
            .collect()
    }

    fn current_key(&self) -> String {
        let place = self.app.place().unwrap();
        place
            .table
            .row(place.current().unwrap())
            .unwrap()
            .key()
            .to_owned()
    }

    fn rows(&self) -> Vec<RowId> {
        self.app
            .place()
            .unwrap()
            .table
            .rows()
            .map(|row| row.id())
            .collect()
    }

    /// Answers the last question for sizes: each upload sized, so long quiet.
    fn size_all(&mut self, quiet: Duration) {
        let items = self
            .rows()
            .into_iter()
            .map(|row| (row, exact(100, quiet)))
            .collect();
        self.answer(is_measure, News::Measured(items));
        self.answer(is_measure, News::Ended(Outcome::Done));
    }
}

fn is_buckets(command: &Command) -> Option<JobId> {
    if let Command::Buckets { job } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_list(command: &Command) -> Option<JobId> {
    if let Command::List { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_measure(command: &Command) -> Option<JobId> {
    if let Command::Measure { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_abort(command: &Command) -> Option<JobId> {
    if let Command::Abort { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_parts(command: &Command) -> Option<JobId> {
    if let Command::Parts { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn many(count: usize) -> Vec<Upload> {
    (0..count)
        .map(|index| upload(&format!("dir{}/key-{index:05}", index % 3), 30))
        .collect()
}

#[test]
fn it_asks_who_it_is_and_for_the_buckets_first() {
    let bench = Bench::new(settings());
    assert!(matches!(
        bench.sent.as_slice(),
        [Command::Identify { .. }, Command::Buckets { .. }]
    ));
}

#[test]
fn only_rows_on_screen_are_sized_unasked() {
    let bench = Bench::listed(&many(5_000));
    let window = bench.app.window(Pane::Uploads);
    let Some(Command::Measure {
        targets, urgency, ..
    }) = bench.last(is_measure)
    else {
        panic!("no sizes")
    };
    assert_eq!((targets.len(), *urgency), (window, Urgency::Visible));
}

#[test]
fn rows_that_left_the_screen_are_given_up_and_asked_for_again_when_they_return() {
    let mut bench = Bench::listed(&many(500));
    bench.keys("G");
    let given_up = bench
        .sent
        .iter()
        .filter(|command| matches!(command, Command::Cancel(_)))
        .count();
    assert_eq!(given_up, 1);
    let before = bench.sent.len();
    bench.keys("g");
    assert!(
        bench.sent[before..]
            .iter()
            .any(|command| is_measure(command).is_some())
    );
}

#[test]
fn the_cursor_stays_on_its_upload_while_rows_arrive() {
    let mut bench = Bench::listed(&[upload("m", 30), upload("n", 30)]);
    bench.keys("s k").keys("j j");
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Listed(vec![upload("m", 30)]));
    let here = bench.current_key();
    bench.answer(
        is_list,
        News::Listed(vec![upload("a", 30), upload("b", 30)]),
    );
    assert_eq!(bench.current_key(), here);
}

#[test]
fn a_refresh_buries_what_is_not_listed_again_and_keeps_marks() {
    let mut bench = Bench::listed(&[upload("a", 30), upload("b", 30), upload("c", 30)]);
    bench.keys("* ctrl-r");
    bench.answer(
        is_list,
        News::Listed(vec![upload("a", 30), upload("c", 30)]),
    );
    bench.answer(is_list, News::Ended(Outcome::Done));
    let mut keys = bench.keys_shown();
    keys.sort();
    assert_eq!(keys, ["a", "c"]);
    assert_eq!(bench.app.place().unwrap().table.marked_totals().rows, 2);
}

#[test]
fn a_listing_that_fails_keeps_what_was_found() {
    let mut bench = Bench::listed(&[upload("a", 30)]);
    bench.keys("ctrl-r");
    bench.answer(is_list, News::Ended(Outcome::Failed(fault())));
    assert_eq!(bench.keys_shown(), ["a"]);
    assert!(
        bench
            .app
            .messages
            .current()
            .unwrap()
            .text
            .contains("s3:AbortMultipartUpload")
    );
}

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
    assert!(targets.iter().all(|target| target.seen.is_some()));
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
    assert!(targets.iter().all(|target| target.target.key != "new"));
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
        let mut going: Vec<RowId> = bench
            .app
            .place()
            .unwrap()
            .aborting
            .iter()
            .copied()
            .collect();
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
        (rows[0], AbortOutcome::Aborted { freed: Some(100) }),
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
        (rows[0], AbortOutcome::Aborted { freed: Some(100) }),
        (rows[1], AbortOutcome::Skipped(SkipReason::BecameActive)),
        (rows[2], AbortOutcome::Skipped(SkipReason::Cancelled)),
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
fn a_filter_works_while_it_is_typed_and_esc_restores_the_one_before() {
    let mut bench = Bench::listed(&[upload("apple", 30), upload("pear", 2)]);
    bench.keys("/").type_("app");
    assert_eq!(bench.keys_shown(), ["apple"]);
    bench.keys("enter /").type_("x");
    assert!(bench.keys_shown().is_empty());
    bench.keys("esc");
    assert_eq!(bench.keys_shown(), ["apple"]);
    bench.keys("esc");
    assert_eq!(bench.keys_shown().len(), 2);
}

#[test]
fn the_list_does_not_empty_on_the_way_to_a_field() {
    let mut bench = Bench::listed(&[upload("apple", 30), upload("pear", 2)]);
    bench.keys("/");
    for character in "age>7".chars() {
        bench.type_(&character.to_string());
        assert_eq!(bench.keys_shown().len(), 2, "at '{character}'");
    }
    bench.type_("d");
    assert_eq!(bench.keys_shown(), ["apple"]);
    bench.keys("esc /").type_("pa");
    assert_eq!(bench.keys_shown().len(), 2, "it may become 'parts'");
    bench.keys("enter");
    assert!(bench.keys_shown().is_empty(), "the line as it was ended");
}

#[test]
fn a_filter_that_does_not_parse_says_where_and_stays_open() {
    let mut bench = Bench::listed(&[upload("apple", 30)]);
    bench.keys("/").type_("apple age>7dx").keys("enter");
    let edit = bench.app.filter_edit.as_ref().expect("still open");
    assert!(edit.error.as_ref().unwrap().0 > 6);
    assert_eq!(
        bench.keys_shown(),
        ["apple"],
        "the last good filter stays in force"
    );
}

#[test]
fn esc_goes_back_one_step_at_a_time() {
    let mut bench = Bench::listed(&many(5));
    bench.keys("enter");
    assert_eq!(bench.app.focus, Pane::Parts);
    bench.keys("esc");
    assert_eq!(bench.app.focus, Pane::Uploads);
    bench.keys("/").type_("key").keys("enter esc");
    assert_eq!(bench.app.focus, Pane::Uploads);
    assert!(bench.app.place().unwrap().table.filter().is_empty());
    bench.keys("esc");
    assert_eq!(bench.app.focus, Pane::Buckets);
}

#[test]
fn a_prefix_is_left_as_a_step_of_its_own() {
    let mut bench = Bench::listed(&many(9));
    bench.keys(":").type_("prefix dir1/").keys("enter");
    assert_eq!(bench.keys_shown().len(), 3);
    bench.keys("/").type_("00001").keys("enter esc");
    assert_eq!(bench.keys_shown().len(), 3);
    bench.keys("esc");
    assert_eq!(
        (bench.keys_shown().len(), bench.app.focus),
        (9, Pane::Uploads)
    );
    bench.keys("esc");
    assert_eq!(bench.app.focus, Pane::Buckets);
    // In folders, going out of the prefix shows what lies around it.
    bench
        .keys("enter :")
        .type_("prefix dir1/")
        .keys("enter f h");
    let place = bench.app.place().unwrap();
    assert_eq!(place.table.prefix(), "");
    assert_eq!(place.folders.as_ref().unwrap().lines.len(), 3);
}

#[test]
fn leaving_a_prefix_lists_what_was_not_listed() {
    let mut settings = settings();
    settings.start = Some("s3://b/pre/".parse().unwrap());
    let mut bench = Bench::new(settings);
    bench.answer(is_list, News::Listed(vec![upload("pre/x", 3)]));
    bench.answer(is_list, News::Ended(Outcome::Done));
    bench.keys("esc");
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(
        (scope.prefix.as_str(), bench.app.focus),
        ("", Pane::Uploads)
    );
}

#[test]
fn folders_are_entered_and_left_with_the_cursor_where_it_was() {
    let mut bench = Bench::listed(&many(9));
    bench.size_all(DAY * 20);
    bench.keys("f j enter");
    let view = bench.app.place().unwrap().folders.as_ref().unwrap();
    assert_eq!((view.prefix.as_str(), view.lines.len()), ("dir1/", 3));
    bench.keys("h");
    let view = bench.app.place().unwrap().folders.as_ref().unwrap();
    assert_eq!((view.prefix.as_str(), view.cursor.index()), ("", 1));
    bench.keys("space");
    assert_eq!(
        bench.app.place().unwrap().table.marked_totals().rows,
        3,
        "a folder is marked whole"
    );
    let view = bench.app.place().unwrap().folders.as_ref().unwrap();
    assert_eq!(view.marked.get("dir1/"), Some(&3));
    bench.keys("f");
    assert!(bench.app.place().unwrap().folders.is_none());
}

#[test]
fn folders_follow_the_filter_and_the_order() {
    let mut bench = Bench::listed(&[
        upload("big/x", 3),
        upload("big/y", 30),
        upload("old/z", 90),
        upload("new/w", 1),
    ]);
    bench.size_all(DAY * 20);
    let names = |bench: &Bench| -> Vec<String> {
        let view = bench.app.place().unwrap().folders.as_ref().unwrap();
        let name = |line: &super::folders::FolderLine| match line {
            super::folders::FolderLine::Folder(folder) => folder.name.clone(),
            super::folders::FolderLine::Upload(row) => format!("{row:?}"),
        };
        view.lines.iter().map(name).collect()
    };
    bench.keys("f");
    assert_eq!(names(&bench), ["big/", "new/", "old/"]);
    bench.keys("/").type_("age>20d");
    assert_eq!(names(&bench), ["big/", "old/"]);
    bench.keys("enter esc");
    assert_eq!(names(&bench).len(), 3);
    bench.keys(":").type_("sort key").keys("enter R");
    assert_eq!(names(&bench), ["old/", "new/", "big/"]);
    bench.keys(":").type_("sort age").keys("enter");
    assert_eq!(names(&bench), ["old/", "big/", "new/"]);
    bench.keys("R");
    assert_eq!(names(&bench), ["new/", "big/", "old/"]);
    bench.keys(":").type_("sort size").keys("enter");
    assert_eq!(names(&bench)[0], "big/");
}

#[test]
fn folder_totals_follow_the_sizes_that_trickle_in() {
    let mut bench = Bench::listed(&many(9));
    bench.keys("f");
    bench.keys("f");
    bench.size_all(DAY * 20);
    bench.keys("f");
    let view = bench.app.place().unwrap().folders.as_ref().unwrap();
    let super::folders::FolderLine::Folder(folder) = &view.lines[0] else {
        panic!("no folder")
    };
    assert_eq!(folder.tally.bytes, 300);
}

#[test]
fn news_of_a_closed_job_is_dropped() {
    let mut bench = Bench::listed(&many(2));
    let job = JobId(999);
    bench.event(Event::Reports(vec![Report {
        job,
        news: News::Listed(vec![upload("ghost", 1)]),
    }]));
    assert_eq!(bench.keys_shown().len(), 2);
}

#[test]
fn quitting_asks_while_a_task_runs() {
    let mut bench = Bench::listed(&many(3));
    bench.size_all(DAY * 20);
    bench.keys("* a y enter q");
    assert!(matches!(
        bench.app.dialog,
        Some(Dialog::Quit { running: 1 })
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
fn the_palette_completes_and_runs() {
    let mut bench = Bench::listed(&many(3));
    bench.keys(":").type_("older 60d").keys("enter");
    assert_eq!(bench.app.place().unwrap().table.filter().text(), "age>60d");
    assert!(bench.keys_shown().is_empty());
    bench.keys(":").type_("nonsense").keys("enter");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Palette(palette)) if palette.error.is_some()));
    bench.keys("esc :").type_("read-o").keys("enter");
    assert!(bench.app.settings.read_only);
}

#[test]
fn a_bucket_that_is_not_listed_can_be_named() {
    let mut bench = Bench::new(settings());
    bench.answer(is_buckets, News::Ended(Outcome::Failed(fault())));
    assert!(bench.app.buckets.fault.is_some());
    bench.keys(":").type_("bucket other/pre/").keys("enter");
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(
        (scope.bucket.as_str(), scope.prefix.as_str()),
        ("other", "pre/")
    );
    assert_eq!(bench.app.focus, Pane::Uploads);
}

#[test]
fn where_prefixes_are_honoured_only_as_keys_the_whole_bucket_is_listed() {
    let mut settings = settings();
    settings.providers = vec![Provider {
        name: "minio".into(),
        hosts: vec!["min.example".into()],
        abort_after: Some(DAY),
        exact_prefix_only: true,
    }];
    settings.start = Some("s3://b/pre".parse().unwrap());
    let mut bench = Bench::new(settings);
    let endpoint = Some("https://play.min.example:9000".to_owned());
    bench.answer(
        |command| {
            if let Command::Identify { job } = command {
                Some(*job)
            } else {
                None
            }
        },
        News::Identity(Identity {
            endpoint,
            ..Identity::default()
        }),
    );
    let Some(Command::List { scope, .. }) = bench.last(is_list) else {
        panic!("not listed")
    };
    assert_eq!(scope.prefix, "");
    assert_eq!(bench.app.place().unwrap().table.prefix(), "pre");
}

#[test]
fn copying_quotes_for_the_shell() {
    let mut bench = Bench::listed(&[Upload {
        upload_id: "-id".into(),
        ..upload("it's", 3)
    }]);
    bench.keys("y");
    let Some(Dialog::Menu(menu)) = &bench.app.dialog else {
        panic!("no menu")
    };
    let at = menu
        .items
        .iter()
        .position(|item| item.label.starts_with("abort with"))
        .unwrap();
    let letter = menu.items[at].letter;
    bench.event(Event::Key(Key::char(letter)));
    let wanted = "aws s3api abort-multipart-upload --bucket b --key 'it'\\''s' --upload-id=-id";
    assert_eq!(bench.other, [Effect::Copy(wanted.to_owned())]);
}

#[test]
fn the_parts_of_the_upload_on_which_the_cursor_rests_are_previewed() {
    let mut bench = Bench::listed(&many(3));
    assert!(bench.last(is_parts).is_none());
    assert_eq!(bench.app.needs_clock(), Some(Duration::from_millis(250)));
    bench.event(Event::Clock(NOW));
    bench.event(Event::Clock(NOW));
    assert!(bench.last(is_parts).is_some());
    bench.keys("j");
    let before = bench.sent.len();
    bench.event(Event::Clock(NOW));
    assert!(
        bench.sent[before..]
            .iter()
            .all(|command| is_parts(command).is_none()),
        "not while moving"
    );
}

#[test]
fn nothing_ticks_fast_while_idle() {
    let mut bench = Bench::listed(&many(1));
    bench.size_all(DAY * 20);
    bench.event(Event::Clock(NOW));
    bench.event(Event::Clock(NOW));
    bench.answer(is_parts, News::Ended(Outcome::Done));
    assert_eq!(bench.app.needs_clock(), Some(Duration::from_secs(60)));
}

#[test]
fn sizing_all_shows_its_price_first() {
    let mut bench = Bench::listed(&many(5_000));
    bench.keys("S");
    let Some(Dialog::SizeAll {
        requests, price, ..
    }) = &bench.app.dialog
    else {
        panic!("no dialog")
    };
    assert_eq!(*requests, 5_000);
    assert!((price - 0.025).abs() < 1e-9);
    bench.keys("y");
    let Some(Command::Measure {
        targets, urgency, ..
    }) = bench.last(is_measure)
    else {
        panic!("not sent")
    };
    assert_eq!((targets.len(), *urgency), (5_000, Urgency::Background));
}

#[test]
fn a_press_takes_the_cursor_there_and_a_second_opens() {
    let mut bench = Bench::listed(&many(9));
    let area = bench.app.layout().uploads.unwrap();
    let press = Event::Mouse(Mouse {
        kind: MouseKind::Press,
        column: area.x + 5,
        row: area.y + 2 + 4,
    });
    bench.event(press.clone());
    assert_eq!(bench.app.place().unwrap().cursor.index(), 4);
    bench.event(press);
    assert_eq!(bench.app.focus, Pane::Parts);
}

#[test]
fn headings_sort_when_pressed() {
    let mut bench = Bench::listed(&many(9));
    let area = bench.app.layout().uploads.unwrap();
    let spec = super::columns::columns(area.width - 2)[0];
    let press = Event::Mouse(Mouse {
        kind: MouseKind::Press,
        column: area.x + 1 + spec.x,
        row: area.y + 1,
    });
    bench.event(press);
    assert_eq!(
        bench.app.place().unwrap().table.sort().column,
        crate::model::view::Column::Key
    );
}

#[test]
fn the_wheel_scrolls_texts_and_a_press_ends_the_filter() {
    let mut bench = Bench::listed(&many(9));
    let mouse = |kind, row| {
        Event::Mouse(Mouse {
            kind,
            column: 60,
            row,
        })
    };
    bench.keys("?");
    bench.event(mouse(MouseKind::WheelDown, 10));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { scroll: 3 })));
    bench.event(mouse(MouseKind::WheelUp, 10));
    bench.event(mouse(MouseKind::Press, 10));
    assert!(matches!(bench.app.dialog, Some(Dialog::Help { scroll: 0 })));
    bench.keys("esc /").type_("dir1");
    bench.event(mouse(MouseKind::Press, 5));
    assert!(bench.app.filter_edit.is_none());
    let place = bench.app.place().unwrap();
    assert_eq!((place.table.len(), place.cursor.index()), (3, 2));
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

#[test]
fn a_key_without_meaning_says_where_help_is() {
    let mut bench = Bench::listed(&many(1));
    bench.event(Event::Key(Key::plain(Code::F(12))));
    assert!(bench.app.messages.current().unwrap().text.contains('?'));
}

#[test]
fn keys_of_other_versions_do_nothing_and_leave_no_trace() {
    let mut bench = Bench::listed(&many(9));
    bench.size_all(DAY * 20);
    for pane in ["", "enter", "esc esc"] {
        bench.keys(pane);
        let (sent, focus) = (bench.sent.len(), bench.app.focus);
        for key in ["u", "r", "c", "w", "L", "p"] {
            bench.keys(key);
            assert!(bench.app.messages.current().unwrap().text.starts_with(key));
            assert!(bench.app.dialog.is_none(), "{key} in {focus:?}");
            assert_eq!(bench.app.focus, focus, "{key}");
        }
        assert_eq!((bench.sent.len(), bench.other.len()), (sent, 0));
        assert_eq!(bench.app.place().unwrap().table.marked_totals().rows, 0);
    }
    assert!(
        bench.app.messages.is_empty(),
        "a word about a key is no report"
    );
}

#[test]
fn typing_at_random_never_panics() {
    let codes = "hjklgGvf/*~\\asSyt:?!xCdIRq \t1y";
    let mut random: u64 = 7;
    let mut bench = Bench::listed(&many(40));
    for _ in 0..20_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let pick = usize::try_from(random >> 33).unwrap();
        let code = match pick % 9 {
            0 => Code::Esc,
            1 => Code::Enter,
            2 => Code::Tab,
            3 => Code::Backspace,
            _ => Code::Char(codes.chars().nth((pick / 9) % codes.len()).unwrap()),
        };
        bench.event(Event::Key(Key::plain(code)));
        if pick % 50 == 0 {
            let rows = u16::try_from(8 + pick % 60).unwrap();
            bench.event(Event::Resized {
                columns: 40 + rows * 2,
                rows,
            });
        }
    }
}
