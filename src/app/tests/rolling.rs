//! Rolled up by whom, class, age and state: into a group and back, its marks, and lines that change places.

use super::*;
use crate::app::folders::{FolderLine, FolderView, Grouping};
use crate::model::table::Doing;

fn begun(key: &str, days: u32, initiator: &str) -> Upload {
    Upload {
        initiator: Some(initiator.to_owned()),
        storage_class: (days > 5).then(|| "STANDARD_IA".to_owned()),
        ..upload(key, days)
    }
}

fn bench() -> Bench {
    Bench::listed(&[
        begun("a/1", 1, "ann"),
        begun("a/2", 10, "bob b"),
        begun("b/3", 10, "bob b"),
        begun("c", 400, "ann"),
        begun("d", 10, "bob b"),
    ])
}

fn view(bench: &Bench) -> &FolderView {
    let place = bench.app.place().unwrap();
    place.folders.as_ref().expect("rolled up")
}

/// Names, uploads and marks of the groups.
fn groups(bench: &Bench) -> Vec<(String, u64, u64)> {
    let table = &bench.app.place().unwrap().table;
    let view = view(bench);
    let lines = (0..view.len(table)).filter_map(|at| view.line(table, at));
    let told = lines.filter_map(|line| match line {
        FolderLine::Folder(of) => Some((of.name, of.tally)),
        FolderLine::Group(_, of) => Some((of.name.unwrap_or_default(), of.tally)),
        FolderLine::Upload(_) => None,
    });
    told.map(|(name, tally)| (name, tally.rows, tally.marked))
        .collect()
}

fn group(name: &str, rows: u64, marked: u64) -> (String, u64, u64) {
    (name.to_owned(), rows, marked)
}

#[test]
fn the_key_goes_through_the_groupings_and_the_palette_names_one() {
    let mut bench = bench();
    bench.keys("b");
    assert_eq!(groups(&bench), [group("a/", 2, 0), group("b/", 1, 0)]);
    bench.keys("b");
    assert_eq!(groups(&bench), [group("bob b", 3, 0), group("ann", 2, 0)]);
    bench.keys("b");
    let classes = [group("STANDARD_IA", 4, 0), group("", 1, 0)];
    assert_eq!(groups(&bench), classes);
    bench.keys("b");
    let ages = [
        group("1-6d", 1, 0),
        group("7-29d", 3, 0),
        group("365d+", 1, 0),
    ];
    assert_eq!(groups(&bench), ages);
    bench.keys("b");
    assert_eq!(groups(&bench), [group("", 5, 0)], "nothing is sized");
    bench.keys("S enter").size_all(DAY * 20);
    assert_eq!(groups(&bench).len(), 1);
    bench.keys("j");
    assert_eq!(groups(&bench), [group("stale", 5, 0)]);
    // It is remembered, and left as it was entered.
    bench.keys("f");
    assert!(bench.app.place().unwrap().folders.is_none());
    bench.keys("f");
    assert_eq!(view(&bench).by, Grouping::State);
    bench.keys("b");
    assert_eq!(view(&bench).by, Grouping::Prefix);
    bench.keys(":").type_("group age").keys("enter R");
    assert_eq!(groups(&bench), ages, "size says nothing of ages");
    bench.keys(":").type_("sort age").keys("enter");
    assert_eq!(groups(&bench)[0].0, "365d+");
    bench.keys(":").type_("group owner").keys("enter");
    let Some(Dialog::Palette(palette)) = &bench.app.dialog else {
        panic!("it says what there is");
    };
    assert!(palette.error.as_ref().unwrap().contains("initiator"));
}

#[test]
fn a_group_is_entered_by_its_filter_and_left_as_it_was() {
    let mut bench = bench();
    bench.keys("/").type_("-c").keys("enter");
    bench
        .keys(":")
        .type_("group initiator")
        .keys("enter j enter");
    assert_eq!(bench.keys_shown(), ["a/1"]);
    let filter = |bench: &Bench| bench.app.place().unwrap().table.filter().text().to_owned();
    assert_eq!(filter(&bench), "-c initiator=ann");
    // A further filter is taken back first.
    bench.keys("/").type_(" size>1").keys("enter esc");
    assert_eq!(filter(&bench), "-c initiator=ann");
    bench.keys("esc");
    assert_eq!(
        (filter(&bench).as_str(), view(&bench).cursor.index()),
        ("-c", 1)
    );
    bench.keys("k enter");
    assert_eq!(filter(&bench), "-c initiator='bob b'");
    assert_eq!(bench.keys_shown().len(), 3);
    bench.keys("h");
    assert_eq!(
        (filter(&bench).as_str(), view(&bench).cursor.index()),
        ("-c", 0)
    );
    // Ages become dates.
    bench.keys("b b j enter");
    assert_eq!(bench.keys_shown().len(), 3);
    assert!(filter(&bench).contains("began>="), "{}", filter(&bench));
    bench.keys("esc b enter");
    let text = "what is not sized is told by no filter";
    assert_eq!(view(&bench).by, Grouping::State, "{text}");
    // Going elsewhere forgets the way back.
    bench.keys("b b enter f");
    assert_eq!(view(&bench).by, Grouping::Initiator);
    bench.keys("enter :").type_("prefix a/").keys("enter esc");
    assert!(bench.app.place().unwrap().folders.is_none());
}

#[test]
fn a_group_is_marked_copied_and_aborted_whole() {
    let mut bench = bench();
    bench.keys(":").type_("group age").keys("enter j space");
    let ages = [
        group("1-6d", 1, 0),
        group("7-29d", 3, 3),
        group("365d+", 1, 0),
    ];
    assert_eq!(groups(&bench), ages);
    let table = &bench.app.place().unwrap().table;
    let keys: Vec<&str> = table
        .marked()
        .map(|row| table.row(row).unwrap().key())
        .collect();
    assert_eq!(keys, ["a/2", "b/3", "d"]);
    assert_eq!(view(&bench).cursor.index(), 2, "and goes down");
    bench.keys(":").type_("group prefix").keys("enter");
    assert_eq!(groups(&bench), [group("a/", 2, 1), group("b/", 1, 1)]);
    bench.keys("*");
    assert_eq!(groups(&bench), [group("a/", 2, 2), group("b/", 1, 1)]);
    bench.keys("\\");
    assert_eq!(groups(&bench), [group("a/", 2, 0), group("b/", 1, 0)]);
    bench.keys(":").type_("group initiator").keys("enter a");
    let Some(Dialog::Abort(asked)) = &bench.app.dialog else {
        panic!("no question");
    };
    assert_eq!(asked.targets.len(), 3);
    bench.keys("esc y");
    let Some(Dialog::Menu(menu)) = &bench.app.dialog else {
        panic!("no menu");
    };
    assert_eq!(menu.items.len(), 2, "the name and its filter");
}

#[test]
fn the_cursor_stays_on_its_group_while_sizes_change_the_order() {
    let mut bench = bench();
    bench
        .keys("S enter :")
        .type_("group initiator")
        .keys("enter");
    let sized = |bench: &mut Bench, key: &str, bytes: u64| {
        let table = &bench.app.place().unwrap().table;
        let row = table.find(key, &format!("id-{key}")).unwrap();
        let news = News::Measured(vec![(row, exact(bytes, DAY * 20))]);
        bench.answer(is_measure, news);
    };
    let names = |bench: &Bench| -> Vec<String> {
        groups(bench).into_iter().map(|(name, ..)| name).collect()
    };
    sized(&mut bench, "c", 50);
    assert_eq!(names(&bench), ["bob b", "ann"], "not on news");
    let order = |bench: &mut Bench| bench.event(Event::Clock(NOW));
    order(&mut bench);
    assert_eq!(names(&bench), ["ann", "bob b"]);
    let name = |bench: &Bench| {
        let table = &bench.app.place().unwrap().table;
        match view(bench).current(table).unwrap() {
            FolderLine::Group(_, group) => group.name.unwrap(),
            _ => panic!("no group"),
        }
    };
    assert_eq!(name(&bench), "ann", "untouched, it stays on top");
    bench.keys("j");
    sized(&mut bench, "d", 100);
    order(&mut bench);
    assert_eq!(names(&bench), ["bob b", "ann"]);
    assert_eq!(
        (name(&bench).as_str(), view(&bench).cursor.index()),
        ("bob b", 0)
    );
    // So with folders.
    bench.keys(":").type_("group prefix").keys("enter j");
    assert_eq!(names(&bench), ["a/", "b/"]);
    sized(&mut bench, "b/3", 7);
    order(&mut bench);
    assert_eq!(names(&bench), ["b/", "a/"]);
    assert_eq!(view(&bench).cursor.index(), 0);
}

fn is_arrange(command: &Command) -> Option<JobId> {
    if let Command::Arrange { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

#[test]
fn a_large_table_is_summed_up_elsewhere_and_shown_as_soon_as_it_comes() {
    let mut bench = Bench::listed(&many(9));
    let place = bench.app.place_mut().unwrap();
    place.table = place.table.clone().with_small(2);
    bench.keys("f");
    let summing = |bench: &Bench| view(bench).is_summing(&bench.app.place().unwrap().table);
    assert!(summing(&bench) && groups(&bench).is_empty());
    let come = |bench: &mut Bench| {
        let Some(Command::Arrange { wish, .. }) = bench.last(is_arrange).cloned() else {
            panic!("nothing is asked for");
        };
        let arranged = wish.carry_out(|| false).unwrap();
        bench.answer(is_arrange, News::Arranged(Box::new(arranged)));
        bench.answer(is_arrange, News::Ended(Outcome::Done));
    };
    bench.keys("j");
    come(&mut bench);
    assert!(!summing(&bench));
    assert_eq!(groups(&bench).len(), 3);
    bench.keys("j space enter");
    assert!(summing(&bench));
    come(&mut bench);
    assert_eq!(view(&bench).prefix, "dir2/", "on from the marked one");
    bench.keys("h");
    come(&mut bench);
    assert_eq!(view(&bench).cursor.index(), 2, "on what was left");
    let marked = [
        group("dir0/", 3, 0),
        group("dir1/", 3, 3),
        group("dir2/", 3, 0),
    ];
    assert_eq!(groups(&bench), marked);
    // Other groups need nobody, nor does the way back to the level.
    let asked = bench.sent.len();
    bench.keys("b b b b b");
    assert_eq!(view(&bench).by, Grouping::Prefix);
    assert_eq!(groups(&bench), marked);
    assert_eq!(bench.sent.len(), asked);
    // What is marked while a filter works elsewhere is counted once it comes.
    bench.keys("/").type_("dir").keys("enter g space");
    let place = bench.app.place().unwrap();
    assert_eq!(place.table.doing().map(Doing::word), Some("filtering"));
    come(&mut bench);
    assert_eq!(groups(&bench)[0], group("dir0/", 3, 3));
    assert_eq!(groups(&bench)[1], group("dir1/", 3, 3));
}

#[test]
fn a_hundred_thousand_folders_are_put_in_order_now_and_then() {
    let uploads: Vec<Upload> = (0..6_000)
        .map(|number| upload(&format!("{number:05}/x"), 30))
        .collect();
    let mut bench = Bench::listed(&uploads);
    bench.keys("S enter f");
    assert_eq!(groups(&bench).len(), 6_000);
    let row = bench.rows()[4_321];
    let news = News::Measured(vec![(row, exact(100, DAY * 20))]);
    bench.answer(is_measure, news);
    bench.keys("j k");
    assert_eq!(groups(&bench)[0].0, "00000/", "keys do not wait for it");
    bench.event(Event::Clock(NOW.plus(Duration::from_millis(250))));
    assert_eq!(groups(&bench)[0].0, "00000/");
    bench.event(Event::Clock(NOW.plus(Duration::from_secs(1))));
    assert_eq!(groups(&bench)[0].0, "04321/");
    assert_eq!(view(&bench).cursor.index(), 1, "it stays where it was put");
    // Another order is to be seen at once.
    bench.keys(":").type_("sort key").keys("enter");
    assert_eq!(groups(&bench)[0].0, "00000/");
}
