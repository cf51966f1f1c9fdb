//! Watching: what is asked, what follows from what is told, and what is left when it ends.

use super::*;
use crate::model::notice::Notify;
use crate::model::send::{FileEntry, Folder};
use crate::model::table::{Leaving, Stir};
use crate::model::watch::{Ending, Happening, Interval, Pulse, Standing, Tuning, Vitals, Watch};
use crate::model::{Measure, Part};

fn is_watch(command: &Command) -> Option<JobId> {
    if let Command::Watch { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn part(number: u32, size: u64) -> Part {
    Part {
        number,
        size,
        etag: String::new(),
        last_modified: Some(NOW.minus(DAY)),
        checksum: None,
    }
}

fn vitals(parts: u32, bytes: u64) -> Vitals {
    Vitals {
        at: NOW,
        looks: 1,
        caught_up: true,
        every: Duration::from_secs(4),
        parts,
        bytes,
        last_part: Some(NOW),
        pulse: Pulse::Arriving,
        ..Vitals::default()
    }
}

fn watching(keys: &[&str]) -> Bench {
    let uploads: Vec<Upload> = keys.iter().map(|key| upload(key, 3)).collect();
    let mut bench = Bench::listed(&uploads);
    bench.keys(":").type_("sort key").keys("enter");
    bench.size_all(DAY);
    bench.keys("g w");
    bench
}

fn asked(bench: &Bench) -> Vec<Watch> {
    let watches = bench.sent.iter().filter_map(|command| match command {
        Command::Watch { watch, .. } => Some(watch.as_ref().clone()),
        _ => None,
    });
    watches.collect()
}

fn tunings(bench: &Bench) -> Vec<Tuning> {
    let tunings = bench.sent.iter().filter_map(|command| match command {
        Command::Tune { tuning, .. } => Some(*tuning),
        _ => None,
    });
    tunings.collect()
}

fn happens(bench: &mut Bench, happening: Happening) {
    bench.answer(is_watch, News::Happened(happening));
}

fn row(bench: &Bench, key: &str) -> Option<RowId> {
    let table = &bench.app.place().unwrap().table;
    table.find(key, &format!("id-{key}"))
}

#[test]
fn the_upload_under_the_cursor_is_watched_once_and_w_returns_to_it() {
    let mut bench = watching(&["a", "b"]);
    assert!(matches!(bench.app.dialog, Some(Dialog::Watch(_))));
    let asked_for = asked(&bench);
    assert_eq!(asked_for.len(), 1);
    let watch = &asked_for[0];
    assert_eq!((watch.target.key.as_str(), watch.size), ("a", None));
    assert_eq!(watch.initiated, Some(NOW.minus(DAY * 3)));
    assert_eq!(watch.interval, Interval::Adaptive);
    bench.keys("esc");
    assert!(bench.app.dialog.is_none());
    bench.keys("w");
    assert_eq!(asked(&bench).len(), 1, "it is watched already");
    // From anywhere else the view comes back too.
    bench.keys("esc h");
    assert_eq!(bench.app.focus, Pane::Buckets);
    bench.keys("w");
    assert!(matches!(bench.app.dialog, Some(Dialog::Watch(_))));
    bench.keys("esc t w");
    assert!(matches!(bench.app.dialog, Some(Dialog::Watch(_))));
    bench.keys("w t enter");
    assert!(matches!(bench.app.dialog, None | Some(Dialog::Watch(_))));
}

#[test]
fn nothing_is_watched_without_an_upload() {
    let mut bench = Bench::listed(&[]);
    bench.keys("w");
    assert!(bench.app.dialog.is_none() && asked(&bench).is_empty());
    let hint = &bench.app.messages.current().unwrap().text;
    assert!(hint.contains("nothing is watched yet"), "{hint}");
}

#[test]
fn marked_uploads_are_watched_together_up_to_a_bound() {
    let keys: Vec<String> = (0..120).map(|n| format!("{n:03}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut bench = watching(&keys);
    bench.keys("esc j space space w");
    assert_eq!(asked(&bench).len(), 3);
    assert_eq!(bench.app.watching.current().unwrap().target.key, "001");
    bench.keys("esc * w");
    let text = &bench.app.messages.current().unwrap().text;
    assert!(text.contains("100 uploads are watched at once"), "{text}");
    assert_eq!(asked(&bench).len(), 3);
}

#[test]
fn what_is_known_of_size_and_deadline_goes_along() {
    let mut bench = Bench::listed(&[upload("a", 3)]);
    let due = NOW.plus(DAY);
    let extent = Extent {
        abort_date: Some(due),
        ..Extent::default()
    };
    let rows = bench.rows();
    bench.answer(
        is_measure,
        News::Measured(vec![(rows[0], Measured::Exact(extent))]),
    );
    bench.keys("w");
    assert_eq!(asked(&bench)[0].deadline, Some(due));
    // A look at the parts does not forget it.
    bench.answer(is_watch, News::Vitals(Box::new(vitals(5, 500))));
    let table = &bench.app.place().unwrap().table;
    assert_eq!(table.deadline(rows[0]).unwrap().at, due);
}

#[test]
fn vitals_move_the_row_and_the_open_parts_follow() {
    let mut bench = watching(&["a", "b"]);
    bench.keys("esc enter");
    let is_parts = |command: &Command| match command {
        Command::Parts { job, .. } => Some(*job),
        _ => None,
    };
    let info = crate::model::UploadInfo::default();
    let parts = vec![part(1, 50), part(2, 50)];
    bench.answer(is_parts, News::Parts { info, parts });
    bench.answer(is_parts, News::Ended(Outcome::Done));
    happens(
        &mut bench,
        Happening::Arrived(vec![part(1, 50), part(2, 50)]),
    );
    bench.answer(is_watch, News::Vitals(Box::new(vitals(2, 100))));
    happens(&mut bench, Happening::Arrived(vec![part(4, 70)]));
    happens(&mut bench, Happening::Resent(vec![part(2, 60)]));
    bench.answer(is_watch, News::Vitals(Box::new(vitals(3, 180))));
    let open = bench.app.parts.as_ref().unwrap();
    assert_eq!((open.parts.len(), open.summary.bytes), (3, 180));
    let row = row(&bench, "a").unwrap();
    let table = &bench.app.place().unwrap().table;
    let measure = table.row(row).unwrap().measure();
    let Measure::Exact(extent) = measure else {
        panic!("{measure:?}")
    };
    assert_eq!((extent.parts, extent.bytes), (3, 180));
    assert_eq!(table.stir(row), Some(Stir::Moving));
    let watched = bench.app.watching.current().unwrap();
    let told: Vec<String> = watched.events.iter().map(|of| of.what.text()).collect();
    assert_eq!(
        told,
        [
            "2 parts, 100 B were there",
            "1 part arrived, 70 B (#4)",
            "1 part sent again: #2"
        ]
    );
    let flags: Vec<(u32, bool)> = watched
        .dots
        .iter()
        .map(|dot| (dot.number, dot.is_resent))
        .collect();
    assert_eq!(flags, [(1, false), (2, true), (4, false)]);
}

#[test]
fn parts_that_came_after_a_higher_number_are_late() {
    let mut bench = watching(&["a"]);
    let at = |number: u32, seconds: u64| Part {
        last_modified: Some(NOW.plus(Duration::from_secs(seconds))),
        ..part(number, 9)
    };
    let parts = vec![at(1, 0), at(2, 9), at(3, 5), at(4, 5), at(5, 7)];
    happens(&mut bench, Happening::Arrived(parts));
    let watched = bench.app.watching.current().unwrap();
    let late = watched.dots.iter().filter(|dot| dot.is_late);
    assert_eq!(late.map(|dot| dot.number).collect::<Vec<_>>(), [2]);
}

#[test]
fn each_ending_is_named_and_the_row_leaves_saying_so() {
    let object = Standing {
        size: 12 << 30,
        etag: "9bb5-1536".into(),
        ..Standing::default()
    };
    let endings = [
        (
            Ending::Completed(object.clone()),
            "a completed: 12.0 GiB, ETag 9bb5-1536",
            Leaving::Completed,
        ),
        (Ending::Aborted, "a aborted by somebody", Leaving::Aborted),
        (
            Ending::Replaced(object),
            "a over, and replaced by another write",
            Leaving::Replaced,
        ),
        (
            Ending::Untold("it may not be looked at".into()),
            "a over; what became of it cannot be told",
            Leaving::Gone,
        ),
    ];
    for (ending, text, leaving) in endings {
        let mut bench = watching(&["a", "b"]);
        let row = row(&bench, "a").unwrap();
        bench.answer(is_watch, News::Vitals(Box::new(vitals(3, 180))));
        happens(&mut bench, Happening::Ended(ending.clone()));
        bench.answer(is_watch, News::Ended(Outcome::Done));
        let said = bench.app.messages.current().unwrap().text.clone();
        assert!(said.starts_with(text), "{said}");
        let table = &bench.app.place().unwrap().table;
        assert_eq!(table.stir(row), Some(Stir::Gone(leaving)));
        assert_eq!(table.totals().rows, 1);
        let told = bench.other.iter().any(
            |effect| matches!(effect, Effect::Notify { how: Notify::Bell, text } if *text == said),
        );
        assert!(told, "{:?}", bench.other);
        // It stays in the view until it is put away.
        assert!(!bench.app.watching.current().unwrap().runs());
        bench.keys("esc t w");
        assert!(matches!(bench.app.dialog, Some(Dialog::Watch(_))));
        bench.keys("x");
        assert!(bench.app.dialog.is_none() && bench.app.watching.list.is_empty());
    }
}

#[test]
fn a_stall_is_told_as_the_person_likes() {
    let mut bench = watching(&["a"]);
    bench
        .keys("esc")
        .keys(":")
        .type_("notify osc777")
        .keys("enter");
    bench.other.clear();
    happens(&mut bench, Happening::Stalled(Duration::from_secs(90)));
    let text = "a stalled: no part for 1 min".to_owned();
    let how = Notify::Osc777;
    assert_eq!(bench.other, [Effect::Notify { how, text }]);
    bench.keys(":").type_("notify off").keys("enter");
    bench.other.clear();
    happens(&mut bench, Happening::Stalled(Duration::from_secs(90)));
    assert_eq!(bench.other, []);
    bench.keys(":").type_("notify loud").keys("enter");
    assert!(matches!(&bench.app.dialog, Some(Dialog::Palette(palette)) if palette.error.is_some()));
}

#[test]
fn its_pace_and_size_are_changed_by_keys() {
    let mut bench = watching(&["a"]);
    bench.answer(is_watch, News::Vitals(Box::new(vitals(1, 50))));
    let every = |secs| Tuning::Interval(Interval::Every(Duration::from_secs(secs)));
    bench
        .keys("+ - = ctrl-r i ctrl-u")
        .type_("90s")
        .keys("enter");
    bench.keys("z").type_("200").keys("enter");
    assert_eq!(
        tunings(&bench),
        [
            every(5),
            every(2),
            Tuning::Interval(Interval::Adaptive),
            Tuning::Now,
            every(90),
            Tuning::Size(Some(200)),
        ]
    );
    let watched = bench.app.watching.current().unwrap();
    assert_eq!(watched.vitals.as_ref().unwrap().permille(), Some(250));
    // What cannot be understood stays there to be mended.
    bench.keys("i ctrl-u").type_("soon").keys("enter");
    let Some(Dialog::Watch(view)) = &bench.app.dialog else {
        panic!("the view closed")
    };
    assert!(view.asked.as_ref().unwrap().error.is_some());
}

#[test]
fn a_file_gives_its_length() {
    let is_folder = |command: &Command| match command {
        Command::Folder { job, .. } => Some(*job),
        _ => None,
    };
    let mut bench = watching(&["a"]);
    bench.keys("z").type_("/srv/dump.bin").keys("enter");
    let Some(Command::Folder { path, .. }) = bench.last(is_folder) else {
        panic!("not asked")
    };
    assert_eq!(path.to_str(), Some("/srv"));
    let entry = |name: &str, size| FileEntry {
        name: name.into(),
        is_directory: false,
        size,
        modified: None,
        odd: false,
    };
    let folder = Folder {
        path: "/srv".into(),
        entries: vec![entry("dump", Some(1)), entry("dump.bin", Some(4_096))],
    };
    bench.answer(is_folder, News::Folder(folder.clone()));
    bench.answer(is_folder, News::Ended(Outcome::Done));
    assert_eq!(tunings(&bench), [Tuning::Size(Some(4_096))]);
    bench.keys("z ctrl-u").type_("/srv/none").keys("enter");
    bench.answer(is_folder, News::Folder(folder));
    let said = &bench.app.messages.current().unwrap().text;
    assert_eq!(said, "/srv/none is not there");
}

#[test]
fn freezing_and_stopping_lose_nothing() {
    let mut bench = watching(&["a", "b"]);
    bench.answer(is_watch, News::Vitals(Box::new(vitals(1, 50))));
    bench.keys("p");
    let job = bench.last(is_watch).and_then(is_watch).unwrap();
    assert_eq!(bench.sent.last(), Some(&Command::Pause(job)));
    assert_eq!(bench.app.watching.current().unwrap().state().1, "frozen");
    bench.keys("p");
    assert_eq!(bench.sent.last(), Some(&Command::Continue(job)));
    bench.keys("x");
    assert_eq!(bench.sent.last(), Some(&Command::Cancel(job)));
    let outcome = Outcome::Cancelled { done: 0, left: 1 };
    bench.answer(is_watch, News::Ended(outcome));
    assert!(bench.app.dialog.is_none() && bench.app.watching.list.is_empty());
    assert!(row(&bench, "a").is_some(), "the upload itself stays");
}

#[test]
fn leaving_with_only_watches_is_not_asked_about() {
    let mut bench = watching(&["a"]);
    bench.keys("esc q");
    assert_eq!(bench.other.last(), Some(&Effect::Quit));
}

#[test]
fn enter_shows_its_parts_in_the_panes() {
    let mut bench = watching(&["a", "b"]);
    bench.keys("esc / b enter w");
    assert_eq!(bench.app.watching.list.len(), 2);
    // The first one is hidden by the filter.
    bench.keys("k enter");
    assert!(bench.app.dialog.is_none());
    assert_eq!(bench.app.focus, Pane::Parts);
    assert_eq!(bench.current_key(), "a");
    assert_eq!(bench.app.parts.as_ref().unwrap().target.key, "a");
}

#[test]
fn what_failed_says_why_and_stays() {
    let mut bench = watching(&["a"]);
    bench.answer(is_watch, News::Ended(Outcome::Failed(fault())));
    let watched = bench.app.watching.current().unwrap();
    assert_eq!(watched.state().1, "lost");
    let said = &bench.app.messages.current().unwrap().text;
    assert!(said.contains("not watched any more"), "{said}");
}

#[test]
fn of_what_happens_only_the_newest_is_kept() {
    let mut bench = watching(&["a"]);
    for n in 0..500 {
        happens(&mut bench, Happening::Stalled(Duration::from_secs(n)));
    }
    assert_eq!(bench.app.watching.current().unwrap().events.len(), 200);
}

#[test]
fn a_copied_command_watches_the_same_upload() {
    let mut bench = watching(&["a"]);
    bench.keys("y G G G G G G G");
    let Some(Dialog::Watch(view)) = &bench.app.dialog else {
        panic!("the view closed")
    };
    let menu = view.menu.as_ref().unwrap();
    let watch = menu.items.last().unwrap();
    assert_eq!(watch.detail, "mopup watch s3://b/a --upload-id=id-a");
    bench.keys("enter");
    assert!(matches!(bench.app.dialog, Some(Dialog::Watch(_))));
    assert!(matches!(bench.other.last(), Some(Effect::Copy(_))));
}

#[test]
fn while_its_parts_are_read_nothing_is_said_of_its_pace() {
    let mut bench = watching(&["a.bin"]);
    let found = News::Happened(Happening::Arrived(vec![part(1, 50)]));
    bench.answer(is_watch, found);
    let reading = Vitals {
        caught_up: false,
        pulse: Pulse::Stalled,
        ..vitals(1, 50)
    };
    bench.answer(is_watch, News::Vitals(Box::new(reading)));
    assert_eq!(bench.app.watching.current().unwrap().state().1, "reading");
    bench.answer(is_watch, News::Vitals(Box::new(vitals(2, 100))));
    assert_eq!(bench.app.watching.current().unwrap().state().1, "arriving");
}
