//! Filters, folders and the way back.

use super::*;
use crate::app::folders::FolderLine;

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
    let view = place.folders.as_ref().unwrap();
    assert_eq!(view.len(&place.table), 3);
}

#[test]
fn folders_are_entered_and_left_with_the_cursor_where_it_was() {
    let mut bench = Bench::listed(&many(9));
    bench.size_all(DAY * 20);
    bench.keys("f j enter");
    let place = bench.app.place().unwrap();
    let view = place.folders.as_ref().unwrap();
    assert_eq!((view.prefix.as_str(), view.len(&place.table)), ("dir1/", 3));
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
    let place = bench.app.place().unwrap();
    let line = view.line(&place.table, 1).unwrap();
    assert_eq!(line.tally().unwrap().marked, 3);
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
        let place = bench.app.place().unwrap();
        let view = place.folders.as_ref().unwrap();
        let lines = (0..view.len(&place.table)).filter_map(|at| view.line(&place.table, at));
        let folders = lines.filter_map(|line| match line {
            FolderLine::Folder(folder) => Some(folder.name),
            _ => None,
        });
        folders.collect()
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
    let place = bench.app.place().unwrap();
    let view = place.folders.as_ref().unwrap();
    let line = view.line(&place.table, 0).unwrap();
    assert_eq!(line.tally().unwrap().bytes, 300);
}
