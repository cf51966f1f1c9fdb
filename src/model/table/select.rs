//! Reading the view by position, totals, and marks.

use std::ops::Range;

use super::{Table, Verdict};
use crate::model::view::Order;
use crate::model::{RowId, Tally};

impl Table {
    /// How many rows the view shows.
    pub fn len(&self) -> usize {
        self.view.len()
    }

    pub fn is_empty(&self) -> bool {
        self.view.is_empty()
    }

    /// The row at a position of the view. Before it settles it may be one that is gone.
    pub fn at(&self, index: usize) -> Option<RowId> {
        self.view.at(index)
    }

    /// Where the view shows a row.
    pub fn position(&self, row: RowId) -> Option<usize> {
        let looked = self.catalog.get(row)?;
        let order = Order {
            catalog: &self.catalog,
            sort: self.sort,
            abort_after: self.settings.provider.abort_after,
        };
        self.view.position(&looked, &order)
    }

    /// The rows at these positions, as far as there are any.
    pub fn window(
        &self,
        range: Range<usize>,
    ) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        self.view.window(range)
    }

    /// All rows of the view in order.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        self.view.iter()
    }

    /// How many rows the filter cannot judge before they are sized.
    pub fn undecided(&self) -> usize {
        self.undecided
    }

    /// The rows that the filter cannot judge before they are sized.
    pub fn undecided_rows(&self) -> impl Iterator<Item = RowId> {
        (0_u32..)
            .zip(&self.standing)
            .filter(|(_, standing)| standing.verdict == Verdict::Undecided)
            .map(|(row, _)| RowId(row))
    }

    /// Of all live rows.
    pub fn totals(&self) -> &Tally {
        &self.totals
    }

    /// Of the rows that the view shows.
    pub fn view_totals(&self) -> &Tally {
        &self.view_totals
    }

    /// Of the marked rows, hidden ones among them.
    pub fn marked_totals(&self) -> &Tally {
        self.marks.tally()
    }

    pub fn is_marked(&self, row: RowId) -> bool {
        self.marks.contains(row)
    }

    pub fn mark(&mut self, row: RowId) {
        if let Some(looked) = self.catalog.get(row).filter(|row| !row.is_gone()) {
            self.marks.insert(&looked, &self.settings.prices);
        }
    }

    pub fn unmark(&mut self, row: RowId) {
        if let Some(looked) = self.catalog.get(row) {
            self.marks.remove(&looked, &self.settings.prices);
        }
    }

    pub fn toggle(&mut self, row: RowId) {
        if self.is_marked(row) {
            self.unmark(row);
        } else {
            self.mark(row);
        }
    }

    /// Marks what the view shows between two positions, both included, in either direction.
    pub fn mark_between(&mut self, a: usize, b: usize) {
        let rows: Vec<RowId> = self.view.window(a.min(b)..a.max(b) + 1).collect();
        for row in rows {
            self.mark(row);
        }
    }

    /// Marks all that the view shows.
    pub fn mark_view(&mut self) {
        for index in 0..self.view.len() {
            if let Some(row) = self.view.at(index) {
                self.mark(row);
            }
        }
    }

    /// Turns the marks of what the view shows around; hidden marks stay.
    pub fn invert_view(&mut self) {
        for index in 0..self.view.len() {
            if let Some(row) = self.view.at(index) {
                self.toggle(row);
            }
        }
    }

    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// The marked rows in the order of the listing, hidden ones among them.
    pub fn marked(&self) -> impl Iterator<Item = RowId> {
        self.marks.iter()
    }

    /// How many marked rows the view does not show.
    pub fn marked_hidden(&self) -> usize {
        self.marks
            .iter()
            .filter(|row| self.standing[row.0 as usize].verdict != Verdict::Shown)
            .count()
    }

    /// Finds the oldest rows again where they left a total.
    pub(super) fn renew_oldest(&mut self) {
        let Self {
            catalog,
            view,
            totals,
            view_totals,
            marks,
            ..
        } = self;
        let initiated = |row: RowId| catalog.get(row).and_then(|row| row.initiated());
        if totals.oldest_left() {
            totals.renew_oldest(catalog.rows().map(|row| row.initiated()));
        }
        if view_totals.oldest_left() {
            view_totals.renew_oldest(view.iter().map(initiated));
        }
        if marks.tally().oldest_left() {
            let oldest: Vec<_> = marks.iter().map(initiated).collect();
            marks.tally_mut().renew_oldest(oldest.into_iter());
        }
    }
}
