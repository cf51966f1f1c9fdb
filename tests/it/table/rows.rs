//! Rows by example: time, change, marks, folders.

use std::time::Duration;

use mopup::model::rollup::By;
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
fn the_open_folder_holds_what_passes_the_filter() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[
        plain("v/raw/1", 1),
        plain("v/x/2", 1),
        plain("v/3", 1),
        plain("w", 1),
    ]);
    table.set_measure(RowId(0), exact(10, 1), NOW);
    table.open_folder(Some("v/"), NOW);
    table.set_measure(RowId(1), exact(20, 1), NOW);
    table.settle(NOW);
    let below = table.below().unwrap();
    let mut names: Vec<(&str, u64)> = below
        .folders()
        .map(|(name, tally)| (name, tally.bytes))
        .collect();
    names.sort_unstable();
    assert_eq!(names, [("raw/", 10), ("x/", 20)]);
    assert_eq!(below.leaves().iter().collect::<Vec<_>>(), [RowId(2)]);
    assert_eq!(table.leaf_position(RowId(2)), Some(0));
    assert_eq!(below.tally().bytes_text(), "≥ 30 B");
    table.set_filter(Filter::parse("raw").unwrap(), NOW);
    assert_eq!(table.below().unwrap().tally().rows, 1);
    table.open_folder(None, NOW);
    assert!(table.below().is_none());
}

#[test]
fn a_large_table_is_arranged_elsewhere_and_the_latest_wish_wins() {
    let mut table = Table::new("bucket", settings()).with_small(2);
    table.extend(&[plain("a1", 1), plain("b", 2), plain("a2", 3)]);
    table.settle(NOW);
    assert_eq!(table.wish(NOW, true), None, "what comes is merged at once");
    let filter = |text: &str| Filter::parse(text).unwrap();
    table.set_filter(filter("a"), NOW);
    assert_eq!(
        table.len(),
        3,
        "the old view stays until the new one is there"
    );
    assert!(table.is_arranging());
    let first = table.wish(NOW, false).unwrap();
    assert_eq!(table.wish(NOW, true), None, "once is enough");
    table.set_filter(filter("a2"), NOW);
    let second = table.wish(NOW, false).unwrap();
    assert!(!table.take_over(first.carry_out(|| false).unwrap(), NOW));
    assert_eq!(second.carry_out(|| true), None, "given up");
    // What happens meanwhile is not lost, nor does it come back.
    table.extend(&[plain("a2/new", 1)]);
    table.bury(RowId(2));
    assert!(table.take_over(second.carry_out(|| false).unwrap(), NOW));
    assert_eq!(table.shown().collect::<Vec<_>>(), [RowId(3)]);
    assert!(table.is_settled());
}

#[test]
fn what_is_active_turns_idle_and_stale_with_time_alone() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[plain("a", 1)]);
    table.set_measure(RowId(0), exact(10, 0), NOW);
    table.settle(NOW);
    let state = |table: &Table, now| {
        let groups = table.groups(By::State, now);
        let [group] = groups.as_slice() else {
            panic!("one row, one group")
        };
        assert_eq!(table.mix().known(), 1);
        group.name.clone().unwrap()
    };
    let later = |hours: u64| NOW.plus(Duration::from_secs(hours * 3_600));
    assert_eq!(state(&table, NOW), "active");
    table.tick(later(1));
    assert_eq!(state(&table, later(1)), "idle");
    table.tick(later(24 * 7 - 1));
    assert_eq!(state(&table, later(24 * 7 - 1)), "idle");
    table.tick(later(24 * 7));
    assert_eq!(state(&table, later(24 * 7)), "stale");
}
