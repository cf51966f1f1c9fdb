//! What is counted of rows while they change, beside the rows themselves.

use super::standing::{Standing, Verdict};
use super::sums::Sums;
use super::{Shape, TableSettings};
use crate::model::account::Mix;
use crate::model::bits::Bits;
use crate::model::catalog::Row;
use crate::model::marks::Marks;
use crate::model::tally::Load;
use crate::model::view::{Held, Packing};
use crate::model::{RowId, Tally};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Books {
    pub(super) settings: TableSettings,
    /// What the view is made by.
    pub(super) shown: Shape,
    pub(super) standings: Vec<Standing>,
    /// Rows that changed since they were merged, and the packed value under which the view has them.
    pub(super) changed: Vec<(RowId, Option<u64>)>,
    pub(super) is_changed: Bits,
    /// Rows that changed since the view began to be arranged elsewhere.
    pub(super) since: Option<Bits>,
    /// Rows that stay where they are until the next sort.
    pub(super) held: Held,
    pub(super) totals: Tally,
    /// The states of all live rows.
    pub(super) mix: Mix,
    /// Of the rows that the view shows.
    pub(super) sums: Sums,
    pub(super) marks: Marks,
}

impl Books {
    pub(super) fn new(settings: TableSettings, shown: Shape) -> Self {
        Self {
            settings,
            shown,
            standings: Vec::new(),
            changed: Vec::new(),
            is_changed: Bits::default(),
            since: None,
            held: Held::default(),
            totals: Tally::default(),
            mix: Mix::default(),
            sums: Sums::default(),
            marks: Marks::default(),
        }
    }

    pub(super) fn packing(&self) -> Packing<'_> {
        Packing {
            sort: self.shown.sort,
            rules: &self.shown.rules,
            held: &self.held,
        }
    }

    pub(super) fn standing(&self, row: RowId) -> Standing {
        self.standings[row.0 as usize]
    }

    /// A new row.
    pub(super) fn take_in(&mut self, row: RowId) {
        self.standings.push(Standing::default());
        self.enter(row, None);
    }

    /// Notes that a row changes. To be called before it does: the view finds it by what it was.
    pub(super) fn note(&mut self, row: &Row<'_>) {
        if self.is_changed.contains(row.id()) {
            return;
        }
        let in_view = self.standing(row.id()).verdict().is_in_view();
        let was = in_view.then(|| self.packing().pack(row));
        self.enter(row.id(), was);
    }

    fn enter(&mut self, row: RowId, was: Option<u64>) {
        self.is_changed.insert(row);
        self.changed.push((row, was));
        if let Some(since) = &mut self.since {
            since.insert(row);
        }
    }

    /// Takes a live row's weight out of all that counts it.
    pub(super) fn weigh_out(&mut self, row: &Row<'_>) {
        let load = Load::of(row, &self.settings.prices);
        let standing = self.standing(row.id());
        self.totals.count_out(&load);
        self.mix.remove(standing.state());
        self.marks.lift(row.id(), &load);
        if standing.verdict() == Verdict::Shown {
            let load = load.marked(self.marks.contains(row.id()));
            self.sums.remove(row, &load, standing.state());
        }
    }

    /// Puts it back.
    pub(super) fn weigh_in(&mut self, row: &Row<'_>) {
        let load = Load::of(row, &self.settings.prices);
        let standing = self.standing(row.id());
        self.totals.count_in(&load);
        self.mix.add(standing.state());
        self.marks.lower(row.id(), &load);
        if standing.verdict() == Verdict::Shown {
            let load = load.marked(self.marks.contains(row.id()));
            self.sums.add(row, &load, standing.state());
        }
    }
}
