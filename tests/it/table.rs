//! Properties of a table: whatever happens to it, the view is a sorted list of the rows that pass, and every
//! total is what counting again would give.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mopup::model::cost::Prices;
use mopup::model::provider::Provider;
use mopup::model::table::{Leaving, Stir, Stirring};
use mopup::model::{
    Column, Extent, Filter, Measure, Moment, Row, RowId, Sort, State, Table, TableSettings, Tally,
    Thresholds, Timestamp, Upload,
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_secs(100_000_000);

fn settings() -> TableSettings {
    TableSettings {
        prices: Arc::new(Prices {
            storage: [("COLD".to_owned(), 0.01)].into(),
            fallback: 0.023,
            list_requests: 0.005,
            ..Prices::default()
        }),
        thresholds: Thresholds::default(),
        provider: Provider {
            abort_after: Some(Duration::from_secs(7 * 86_400)),
            ..Provider::default()
        },
    }
}

fn hours_ago(hours: u32) -> Timestamp {
    NOW.minus(Duration::from_secs(u64::from(hours) * 3600))
}

/// One thing that happens to a table. Rows are named by a number that is taken modulo the rows there are.
#[derive(Debug, Clone)]
enum Step {
    Extend(Vec<Upload>),
    Refresh(Vec<Upload>),
    Measure(usize, Measure),
    Bury(usize),
    BuryAs(usize, Leaving),
    Filter(&'static str),
    Sort(Sort),
    Prefix(&'static str),
    Toggle(usize),
    MarkBetween(usize, usize),
    InvertView,
    Settle,
}

fn upload() -> impl Strategy<Value = Upload> {
    (
        // Common beginnings longer than the packed eight bytes.
        prop_oneof!["[ab/]{0,3}", "folder/same/[ab]{0,2}"],
        "[xy]{1,2}",
        prop::option::of(0..500_u32),
        prop::option::of(prop::sample::select(vec!["COLD", "STANDARD", ""])),
        prop::option::of(prop::sample::select(vec![
            "svc",
            "a-long-name-1",
            "a-long-name-2",
        ])),
    )
        .prop_map(|(key, upload_id, age, class, initiator)| Upload {
            key,
            upload_id,
            initiated: age.map(hours_ago),
            storage_class: class.map(str::to_owned),
            initiator: initiator.map(str::to_owned),
            ..Upload::default()
        })
}

fn measure() -> impl Strategy<Value = Measure> {
    let extent = (
        0..4_u64,
        0..4_u32,
        prop::option::of(0..500_u32),
        prop::option::of(0..50_u32),
    )
        .prop_map(|(gib, parts, last, abort)| Extent {
            bytes: gib << 30,
            parts,
            last_part: last.map(hours_ago),
            abort_date: abort.map(|hours| NOW.plus(Duration::from_secs(u64::from(hours) * 3600))),
        });
    prop_oneof![
        1 => Just(Measure::Denied),
        2 => extent.clone().prop_map(Measure::AtLeast),
        4 => extent.prop_map(Measure::Exact),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let filters = vec![
        "",
        "a",
        "-a",
        "size>1GiB",
        "state:stale,empty",
        "-state:active",
        "age>7d",
        "idle>2d b",
        "initiator:long",
        "class:cold parts>=2",
    ];
    let sort = (prop::sample::select(Column::ALL.to_vec()), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending });
    prop_oneof![
        3 => prop::collection::vec(upload(), 0..12).prop_map(Step::Extend),
        1 => prop::collection::vec(upload(), 0..12).prop_map(Step::Refresh),
        4 => (any::<usize>(), measure()).prop_map(|(row, measure)| Step::Measure(row, measure)),
        1 => any::<usize>().prop_map(Step::Bury),
        1 => any::<usize>().prop_map(|row| Step::BuryAs(row, Leaving::Completed)),
        1 => prop::sample::select(filters).prop_map(Step::Filter),
        1 => sort.prop_map(Step::Sort),
        1 => prop::sample::select(vec!["", "a", "folder/"]).prop_map(Step::Prefix),
        2 => any::<usize>().prop_map(Step::Toggle),
        1 => (0..9_usize, 0..9_usize).prop_map(|(a, b)| Step::MarkBetween(a, b)),
        1 => Just(Step::InvertView),
        2 => Just(Step::Settle),
    ]
}

fn apply(table: &mut Table, step: &Step, slots: &mut usize) {
    let row = |number: usize| RowId(u32::try_from(number % (*slots).max(1)).unwrap());
    match step {
        Step::Extend(uploads) => *slots += table.extend(uploads),
        Step::Refresh(uploads) => {
            table.begin_refresh();
            *slots += table.extend(uploads);
            table.end_refresh();
        }
        Step::Measure(number, measure) => table.set_measure(row(*number), *measure, NOW),
        Step::Bury(number) => table.bury(row(*number)),
        Step::BuryAs(number, leaving) => table.bury_as(row(*number), *leaving),
        Step::Filter(text) => table.set_filter(Filter::parse(text).unwrap(), NOW),
        Step::Sort(sort) => table.set_sort(*sort, NOW),
        Step::Prefix(prefix) => table.set_prefix(prefix, NOW),
        Step::Toggle(number) => table.toggle(row(*number)),
        Step::MarkBetween(a, b) => table.mark_between(*a, *b),
        Step::InvertView => table.invert_view(),
        Step::Settle => {
            table.settle(NOW);
        }
    }
}

/// Compares values where the unknown comes last in both directions.
fn by<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// The order in so many words, without anything packed.
fn naive(table: &Table, a: &Row<'_>, b: &Row<'_>) -> Ordering {
    let Sort { column, descending } = table.sort();
    let extent = |row: &Row<'_>| row.measure().extent().copied();
    let span = |at: Option<Timestamp>| at.map(|at| -at.millis());
    let state = |row: &Row<'_>| match row.measure() {
        Measure::Unknown | Measure::AtLeast(_) => None,
        Measure::Denied => Some((2, 0)),
        Measure::Exact(extent) if extent.parts == 0 => Some((1, 0)),
        Measure::Exact(extent) => {
            Some(span(extent.last_part.max(row.moved_at())).map_or((2, 0), |quiet| (0, quiet)))
        }
    };
    let order = match column {
        Column::Key => by(Some(a.key()), Some(b.key()), descending),
        Column::Initiator => by(a.initiator(), b.initiator(), descending),
        Column::Class => by(a.storage_class(), b.storage_class(), descending),
        Column::Size => by(
            extent(a).map(|e| e.bytes),
            extent(b).map(|e| e.bytes),
            descending,
        ),
        Column::Parts => by(
            extent(a).map(|e| e.parts),
            extent(b).map(|e| e.parts),
            descending,
        ),
        Column::Age => by(span(a.initiated()), span(b.initiated()), descending),
        Column::LastPart => {
            let last = |row| span(extent(row).and_then(|e| e.last_part));
            by(last(a), last(b), descending)
        }
        Column::State => by(state(a), state(b), descending),
        Column::Deadline => {
            let at = |row: &Row<'_>| table.deadline(row.id()).map(|of| of.at);
            by(at(a), at(b), descending)
        }
    };
    order.then(a.id().cmp(&b.id()))
}

fn recount<'a>(rows: impl Iterator<Item = Row<'a>>) -> Tally {
    let prices = settings().prices;
    let mut tally = Tally::default();
    rows.for_each(|row| tally.add(&row, &prices));
    tally
}

fn check(table: &Table) -> Result<(), TestCaseError> {
    let moment = Moment {
        now: NOW,
        thresholds: Thresholds::default(),
    };
    // What went is shown for one more look, but is nothing else.
    let slots = (0..200).map(RowId);
    let left: Vec<Row<'_>> = slots.filter_map(|row| Some(table.left(row)?.0)).collect();
    let judged: Vec<(Row<'_>, Option<bool>)> = table
        .rows()
        .chain(left)
        .filter(|row| row.key().starts_with(table.prefix()))
        .map(|row| {
            (
                row,
                table.filter().eval(&row.subject(table.bucket()), &moment),
            )
        })
        .collect();
    let mut wanted: Vec<Row<'_>> = judged
        .iter()
        .filter(|(_, verdict)| *verdict == Some(true))
        .map(|(row, _)| *row)
        .collect();
    wanted.sort_by(|a, b| naive(table, a, b));
    let wanted: Vec<RowId> = wanted.iter().map(Row::id).collect();
    let shown: Vec<RowId> = table.shown().collect();
    prop_assert_eq!(
        &shown,
        &wanted,
        "{:?} {:?}",
        table.sort(),
        table.filter().text()
    );
    for (index, row) in shown.iter().enumerate() {
        prop_assert_eq!(table.position(*row), Some(index));
        prop_assert_eq!(table.at(index), Some(*row));
    }
    let undecided: Vec<RowId> = judged
        .iter()
        .filter(|(row, verdict)| verdict.is_none() && !row.is_gone())
        .map(|(row, _)| row.id())
        .collect();
    prop_assert_eq!(table.undecided(), undecided.len());
    prop_assert_eq!(table.undecided_rows().collect::<Vec<_>>(), undecided);
    let all = |ids: Vec<RowId>| recount(ids.into_iter().map(|id| table.row(id).unwrap()));
    prop_assert_eq!(*table.totals(), recount(table.rows()));
    let live = |row: &RowId| table.row(*row).is_some();
    let live: Vec<RowId> = shown.iter().copied().filter(live).collect();
    prop_assert_eq!(table.live_len(), live.len());
    prop_assert_eq!(*table.view_totals(), all(live));
    prop_assert!(table.marked().all(|row| table.row(row).is_some()));
    check_stirring(table)?;
    prop_assert_eq!(*table.marked_totals(), all(table.marked().collect()));
    check_hidden_and_folders(table)
}

fn check_stirring(table: &Table) -> Result<(), TestCaseError> {
    let new = table.rows().filter(|row| {
        // A row that is new and moves is told as one that moves.
        table.stir(row.id()) == Some(Stir::New)
    });
    let told = table.stirring();
    prop_assert!(
        new.count() <= told.new && told.new <= usize::try_from(table.totals().rows).unwrap()
    );
    let moving = table
        .rows()
        .filter(|row| table.stir(row.id()) == Some(Stir::Moving));
    prop_assert_eq!(moving.count(), told.moving);
    Ok(())
}

fn check_hidden_and_folders(table: &Table) -> Result<(), TestCaseError> {
    let shown: BTreeSet<RowId> = table.shown().collect();
    let hidden = table.marked().filter(|row| !shown.contains(row)).count();
    prop_assert_eq!(table.marked_hidden(), hidden);
    let level = table.folders(table.prefix(), NOW);
    prop_assert_eq!(level.tally, *table.view_totals());
    let parts = level
        .folders
        .iter()
        .map(|folder| folder.tally.rows)
        .sum::<u64>();
    prop_assert_eq!(parts + level.leaves.len() as u64, level.tally.rows);
    let leaves: Vec<RowId> = table
        .shown()
        .filter(|row| table.row(*row).is_some())
        .filter(|row| {
            let key = table.row(*row).unwrap().key();
            !key[table.prefix().len()..].contains('/')
        })
        .collect();
    prop_assert_eq!(level.leaves, leaves);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_view_is_the_sorted_passing_rows_and_totals_are_a_recount(
        steps in prop::collection::vec(step(), 0..40)
    ) {
        let mut table = Table::new("bucket", settings());
        let mut slots = 0;
        for step in &steps {
            apply(&mut table, step, &mut slots);
            if table.is_settled() {
                check(&table)?;
            }
        }
        table.settle(NOW);
        prop_assert!(table.is_settled());
        prop_assert!(!table.settle(NOW), "nothing is left to do");
        check(&table)?;
    }

    #[test]
    fn a_refresh_leaves_exactly_what_was_listed(
        before in prop::collection::vec(upload(), 0..30),
        after in prop::collection::vec(upload(), 0..30),
    ) {
        let mut table = Table::new("bucket", settings());
        table.extend(&before);
        table.begin_refresh();
        for page in after.chunks(3) {
            table.extend(page);
        }
        table.end_refresh();
        let names = |uploads: &[Upload]| -> BTreeMap<(String, String), Upload> {
            uploads.iter().map(|one| ((one.key.clone(), one.upload_id.clone()), one.clone())).collect()
        };
        let left: Vec<Upload> = table.rows().map(|row| row.upload()).collect();
        prop_assert_eq!(names(&left), names(&after));
        prop_assert_eq!(left.len(), names(&after).len());
    }
}

fn plain(key: &str, age_hours: u32) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: "1".to_owned(),
        initiated: Some(hours_ago(age_hours)),
        ..Upload::default()
    }
}

fn exact(bytes: u64, quiet_hours: u32) -> Measure {
    Measure::Exact(Extent {
        bytes,
        parts: 1,
        last_part: Some(hours_ago(quiet_hours)),
        abort_date: None,
    })
}

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
