//! Rows by example: time, change, marks, folders.

use std::time::Duration;

use mopup::model::{Filter, RowId, State, Table, Tally};

use super::{NOW, exact, plain, settings};

#[test]
fn time_alone_brings_rows_into_a_filter_that_depends_on_it() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[plain("a", 23), plain("b", 30)]);
    table.set_filter(Filter::parse("age>1d").unwrap(), NOW);
    assert_eq!(table.len(), 1);
    table.tick(NOW.plus(Duration::from_secs(30)));
    assert!(table.is_settled(), "not more than once a minute");
    let later = NOW.plus(Duration::from_secs(7200));
    table.tick(later);
    assert!(table.settle(later));
    assert_eq!(table.len(), 2);
    table.set_filter(Filter::parse("a").unwrap(), later);
    table.tick(later.plus(Duration::from_secs(7200)));
    assert!(table.is_settled(), "words do not depend on time");
}

#[test]
fn a_change_between_two_looks_makes_a_row_active() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[plain("a", 900)]);
    assert_eq!(table.state(RowId(0), NOW), None);
    table.set_measure(RowId(0), exact(1, 800), NOW);
    assert_eq!(table.state(RowId(0), NOW), Some(State::Stale));
    table.set_measure(RowId(0), exact(2, 800), NOW);
    assert_eq!(table.state(RowId(0), NOW), Some(State::Active));
    let later = NOW.plus(Duration::from_secs(7200));
    assert_eq!(table.state(RowId(0), later), Some(State::Idle));
}

#[test]
fn marks_of_hidden_rows_are_kept_and_counted() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[plain("a", 1), plain("b", 1), plain("c", 1)]);
    table.settle(NOW);
    table.mark_view();
    table.set_filter(Filter::parse("a").unwrap(), NOW);
    assert_eq!((table.marked_totals().rows, table.marked_hidden()), (3, 2));
    table.invert_view();
    assert_eq!((table.marked_totals().rows, table.marked_hidden()), (2, 2));
    table.bury(RowId(1));
    assert_eq!(table.marked().collect::<Vec<_>>(), [RowId(2)]);
    table.clear_marks();
    assert_eq!(table.marked_totals(), &Tally::default());
}

#[test]
fn folders_come_by_bytes_and_hold_what_passes_the_filter() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[
        plain("v/raw/1", 1),
        plain("v/x/2", 1),
        plain("v/3", 1),
        plain("w", 1),
    ]);
    table.set_measure(RowId(0), exact(10, 1), NOW);
    table.set_measure(RowId(1), exact(20, 1), NOW);
    let before = table.folders("v/", NOW);
    table.settle(NOW);
    let level = table.folders("v/", NOW);
    assert_eq!(before, level, "settled or not");
    let names: Vec<&str> = level
        .folders
        .iter()
        .map(|folder| folder.prefix.as_str())
        .collect();
    assert_eq!(names, ["v/x/", "v/raw/"]);
    assert_eq!(level.folders[0].name, "x/");
    assert_eq!(level.leaves, [RowId(2)]);
    assert_eq!(level.tally.bytes_text(), "≥ 30 B");
    table.set_filter(Filter::parse("raw").unwrap(), NOW);
    assert_eq!(table.folders("v/", NOW).tally.rows, 1);
}
