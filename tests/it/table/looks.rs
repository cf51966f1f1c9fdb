//! Looks at a bucket by example: what is new, gone or moving since the one before.

use mopup::model::table::{Leaving, Stir, Stirring};
use mopup::model::{Column, RowId, Sort, Table, Upload};

use super::{NOW, exact, plain, settings};

#[test]
fn a_refresh_of_a_prefix_buries_nothing_outside_it() {
    let mut table = Table::new("bucket", settings());
    table.extend(&[plain("a/1", 1), plain("a/2", 1), plain("b", 1)]);
    table.begin_refresh();
    table.extend(&[plain("a/2", 1)]);
    assert_eq!(table.end_refresh_under("a/"), 1);
    let keys: Vec<&str> = table.rows().map(|row| row.key()).collect();
    assert_eq!(keys, ["a/2", "b"]);
}

fn look(table: &mut Table, prefix: &str, uploads: &[Upload]) -> usize {
    table.begin_refresh_under(prefix);
    table.extend(uploads);
    let gone = table.end_refresh_under(prefix);
    table.settle(NOW);
    gone
}

fn keys(table: &Table) -> Vec<String> {
    let name = |row| {
        let left = table.left(row).map(|(row, _)| format!("-{}", row.key()));
        let sign = match table.stir(row) {
            Some(Stir::New) => "+",
            Some(Stir::Moving) => "^",
            _ => "",
        };
        left.unwrap_or_else(|| format!("{sign}{}", table.row(row).unwrap().key()))
    };
    table.shown().map(name).collect()
}

#[test]
fn a_look_marks_what_is_new_gone_or_moving_since_the_one_before() {
    let mut table = Table::new("bucket", settings());
    let sort = Sort {
        column: Column::Key,
        descending: false,
    };
    table.set_sort(sort, NOW);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|key| plain(key, 1));
    look(&mut table, "", &[a.clone(), b.clone()]);
    assert_eq!(keys(&table), ["a", "b"], "nothing is new at the first look");
    assert_eq!(table.stirring(), Stirring::default());
    table.set_measure(RowId(0), exact(1, 1), NOW);
    table.mark(RowId(0));
    table.mark(RowId(1));
    look(&mut table, "", &[a.clone(), c.clone()]);
    table.set_measure(RowId(0), exact(2, 1), NOW);
    table.settle(NOW);
    assert_eq!(keys(&table), ["^a", "-b", "+c"]);
    let told = Stirring {
        new: 1,
        gone: 1,
        moving: 1,
    };
    assert_eq!(table.stirring(), told);
    // What went can be read, but neither marked nor measured nor named for an abort.
    let gone = RowId(1);
    assert_eq!(table.marked().collect::<Vec<_>>(), [RowId(0)]);
    table.mark_view();
    table.toggle(gone);
    table.set_measure(gone, exact(9, 1), NOW);
    assert!(!table.is_marked(gone) && table.target(gone).is_none());
    assert_eq!((table.len(), table.live_len()), (3, 2));
    assert_eq!(table.view_totals().rows, 2);
    // A failed look changes nothing of that but what it finds.
    table.begin_refresh();
    table.extend(&[a.clone(), d.clone()]);
    table.settle(NOW);
    assert_eq!(keys(&table), ["^a", "-b", "+c", "+d"]);
    // The next one that is complete is compared with the last one that was.
    table.set_measure(RowId(0), exact(2, 1), NOW);
    look(&mut table, "", &[a, c, d]);
    assert_eq!(keys(&table), ["a", "c", "+d"]);
}

#[test]
fn what_went_and_comes_back_counts_again() {
    let mut table = Table::new("bucket", settings());
    look(&mut table, "", &[plain("a", 1), plain("b", 1)]);
    table.set_measure(RowId(1), exact(7, 1), NOW);
    look(&mut table, "", &[plain("a", 1)]);
    assert_eq!((table.len(), table.view_totals().rows), (2, 1));
    table.begin_refresh();
    table.extend(&[plain("a", 1), plain("b", 1)]);
    assert!(table.left(RowId(1)).is_none());
    table.end_refresh();
    table.settle(NOW);
    assert_eq!((table.len(), table.view_totals().rows), (2, 2));
    assert_eq!(table.live_len(), 2);
}

#[test]
fn a_look_at_another_place_tells_nothing_new() {
    let mut table = Table::new("bucket", settings());
    look(&mut table, "a/", &[plain("a/1", 1)]);
    // The whole bucket was never looked at before.
    look(&mut table, "", &[plain("a/1", 1), plain("b", 1)]);
    assert_eq!(table.stirring(), Stirring::default());
    // A part of it is compared with the whole, and nothing outside is gone.
    look(&mut table, "a/", &[plain("a/2", 1)]);
    let told = Stirring {
        new: 1,
        gone: 1,
        moving: 0,
    };
    assert_eq!(table.stirring(), told);
    look(&mut table, "", &[plain("a/2", 1), plain("b", 1)]);
    assert_eq!(table.stirring(), Stirring::default());
}

#[test]
fn an_ended_upload_stays_in_sight_until_a_look_after_the_next() {
    let mut table = Table::new("bucket", settings());
    look(&mut table, "", &[plain("a", 1), plain("b", 1)]);
    table.bury_as(RowId(0), Leaving::Completed);
    table.settle(NOW);
    assert_eq!(table.left(RowId(0)).unwrap().1, Leaving::Completed);
    look(&mut table, "", &[plain("b", 1)]);
    assert_eq!(table.stirring().gone, 1);
    look(&mut table, "", &[plain("b", 1)]);
    assert_eq!((table.len(), table.stirring().gone), (1, 0));
}

#[test]
fn thousands_that_go_at_once_are_counted_and_not_kept() {
    let mut table = Table::new("bucket", settings());
    let many: Vec<Upload> = (0..1_500).map(|n| plain(&format!("{n}"), 1)).collect();
    look(&mut table, "", &many);
    look(&mut table, "", &[]);
    assert_eq!((table.stirring().gone, table.len()), (1_500, 1_000));
    look(&mut table, "", &[]);
    assert_eq!((table.stirring().gone, table.len()), (0, 0));
}
