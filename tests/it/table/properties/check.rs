//! What must be true of a table at any time: counted again without anything packed or kept.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use mopup::model::account::Mix;
use mopup::model::rollup::{By, Groups};
use mopup::model::table::Stir;
use mopup::model::{
    Column, Measure, Moment, Row, RowId, Sort, State, Table, Tally, Thresholds, Timestamp,
};
use proptest::prelude::*;

use super::super::{NOW, settings};

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

pub fn check(table: &Table) -> Result<(), TestCaseError> {
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
    let stirs = |wanted: Stir| {
        let rows = table.rows().map(|row| row.id());
        rows.filter(move |row| table.stir(*row) == Some(wanted))
    };
    let told = table.stirring();
    let moving: BTreeSet<RowId> = stirs(Stir::Moving).collect();
    prop_assert_eq!(moving.len(), told.moving);
    // A row that is new and moves is told as one that moves.
    let new = stirs(Stir::New).count();
    prop_assert!(
        (new..=new + moving.len()).contains(&told.new),
        "{new} {told:?}"
    );
    let active = table.rows().map(|row| row.id());
    let active = active.filter(|row| table.state(*row, NOW) == Some(State::Active));
    let active: BTreeSet<RowId> = active.collect();
    let lively: Vec<RowId> = table.lively(NOW).collect();
    prop_assert_eq!(lively.len(), active.len());
    prop_assert_eq!(&lively.iter().copied().collect::<BTreeSet<_>>(), &active);
    let sign = |row: &RowId| {
        let row = table.row(*row).unwrap();
        let part = row.measure().extent().and_then(|extent| extent.last_part);
        part.max(row.moved_at())
    };
    prop_assert!(
        lively.iter().map(sign).rev().is_sorted(),
        "the freshest first"
    );
    let alive: BTreeSet<RowId> = table.alive(usize::MAX, NOW).into_iter().collect();
    prop_assert_eq!(alive, &active | &moving);
    Ok(())
}

fn check_hidden_and_folders(table: &Table) -> Result<(), TestCaseError> {
    let shown: BTreeSet<RowId> = table.shown().collect();
    let hidden = table.marked().filter(|row| !shown.contains(row)).count();
    prop_assert_eq!(table.marked_hidden(), hidden);
    let Some(below) = table.below() else {
        return check_groups(table);
    };
    let prefix = below.prefix();
    let under = |row: &RowId| table.row(*row).filter(|row| row.key().starts_with(prefix));
    let all: Vec<Row<'_>> = shown.iter().filter_map(under).collect();
    prop_assert_eq!(*below.tally(), with_marks(table, &all));
    let mut folders: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in &all {
        if let Some((folder, _)) = row.key()[prefix.len()..].split_once('/') {
            folders.entry(folder).or_default().push(*row);
        }
    }
    prop_assert_eq!(below.folders().len(), folders.len());
    for (name, tally) in below.folders() {
        let rows = &folders[name.strip_suffix('/').unwrap()];
        prop_assert_eq!(*tally, with_marks(table, rows));
        prop_assert_eq!(below.folder_tally(name), Some(tally));
    }
    let named: Vec<&str> = below.named().map(|(name, _)| &**name).collect();
    prop_assert_eq!(named.len(), folders.len());
    prop_assert!(named.is_sorted());
    let leaves: Vec<RowId> = table
        .shown()
        .filter(|row| table.row(*row).is_some())
        .filter(|row| {
            let key = table.row(*row).unwrap().key();
            key.starts_with(prefix) && !key[prefix.len()..].contains('/')
        })
        .collect();
    prop_assert_eq!(below.leaves().iter().collect::<Vec<_>>(), leaves);
    check_groups(table)
}

/// The same with their marks counted.
fn with_marks(table: &Table, rows: &[Row<'_>]) -> Tally {
    let marked = rows.iter().filter(|row| table.is_marked(row.id())).count();
    let mut tally = recount(rows.iter().copied());
    tally.marked = marked as u64;
    tally
}

/// Groups are what grouping the rows of the view again gives.
fn check_groups(table: &Table) -> Result<(), TestCaseError> {
    let moment = Moment {
        now: NOW,
        thresholds: Thresholds::default(),
    };
    let live: Vec<Row<'_>> = table.shown().filter_map(|row| table.row(row)).collect();
    for by in [By::Initiator, By::Class, By::Age, By::State] {
        let mut groups = Groups::new(by, moment);
        for row in &live {
            groups.add(&row.subject(table.bucket()), &settings().prices);
        }
        let mut groups = groups.finish();
        for group in &mut groups {
            let rows: Vec<RowId> = table.rows_of(by, group.name.as_deref(), NOW).collect();
            prop_assert_eq!(rows.len() as u64, group.tally.rows);
            let marked = rows.iter().filter(|row| table.is_marked(**row)).count();
            group.tally.marked = marked as u64;
        }
        prop_assert_eq!(table.groups(by, NOW), groups, "{:?}", by);
    }
    let mut mix = Mix::default();
    for row in table.rows() {
        mix.add(table.state(row.id(), NOW));
    }
    prop_assert_eq!(*table.mix(), mix);
    Ok(())
}
