//! Reading the view by position and by folder, totals, and marks.

use std::collections::HashMap;
use std::ops::Range;

use super::{Table, Verdict};
use crate::model::rollup::{self, Level};
use crate::model::view::Order;
use crate::model::{RowId, Tally, Targets, Timestamp};

impl Table {
    /// How many rows the view shows, those among them that went and are still in sight.
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
        self.view.position(&looked, &self.order())
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
            let fresh = self.marks.insert(&looked, &self.settings.prices);
            let hidden = self.standing[row.0 as usize].verdict != Verdict::Shown;
            self.hidden_marks += usize::from(fresh && hidden);
        }
    }

    pub fn unmark(&mut self, row: RowId) {
        self.drop_mark(row);
        self.renew_oldest_mark();
    }

    /// Takes a mark; the oldest marked row may be out of date then.
    pub(super) fn drop_mark(&mut self, row: RowId) {
        if let Some(looked) = self.catalog.get(row) {
            let marked = self.marks.remove(&looked, &self.settings.prices);
            let hidden = self.standing[row.0 as usize].verdict != Verdict::Shown;
            self.hidden_marks -= usize::from(marked && hidden);
        }
    }

    pub fn toggle(&mut self, row: RowId) {
        self.turn(row);
        self.renew_oldest_mark();
    }

    fn turn(&mut self, row: RowId) {
        if self.is_marked(row) {
            self.drop_mark(row);
        } else {
            self.mark(row);
        }
    }

    /// Marks what the view shows between two positions, both included, in either direction.
    pub fn mark_between(&mut self, a: usize, b: usize) {
        let rows: Vec<RowId> = self
            .view
            .window(a.min(b)..a.max(b).saturating_add(1))
            .collect();
        for row in rows {
            self.mark(row);
        }
    }

    /// What the view shows between two positions adds up to, both included. Looks at every row of them.
    pub fn tally_between(&self, a: usize, b: usize) -> Tally {
        let mut tally = Tally::default();
        let rows = self.view.window(a.min(b)..a.max(b).saturating_add(1));
        for row in rows.filter_map(|row| self.row(row)) {
            tally.add(&row, &self.settings.prices);
        }
        tally
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
                self.turn(row);
            }
        }
        self.renew_oldest_mark();
    }

    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.hidden_marks = 0;
    }

    /// The marked rows in the order of the listing, hidden ones among them.
    pub fn marked(&self) -> impl Iterator<Item = RowId> {
        self.marks.iter()
    }

    /// These rows as they are now, for something that is to be done with them. Costs a few nanoseconds a row.
    pub fn freeze(&self, rows: impl IntoIterator<Item = RowId>) -> Targets {
        let there = |row: &RowId| self.catalog.get(*row).is_some_and(|row| !row.is_gone());
        let rows = rows.into_iter().filter(there);
        Targets::new(&self.bucket, self.catalog.snapshot(), rows)
    }

    /// How many marked rows the view does not show.
    pub const fn marked_hidden(&self) -> usize {
        self.hidden_marks
    }

    /// What lies directly below `prefix`, of the rows that pass the filter; uploads that lie there themselves
    /// come in the order of the view. Looks at every row, so keep what it gives until something changes.
    pub fn folders(&self, prefix: &str, now: Timestamp) -> Level {
        let moment = self.moment(now);
        let judged = self.is_settled() && prefix.starts_with(&self.prefix);
        let passing = self.catalog.rows().filter(|row| {
            if judged {
                return self.standing[row.id().0 as usize].verdict == Verdict::Shown;
            }
            let subject = || self.subject(row);
            let by_key = self.filter.by_key(row.key());
            by_key.or_else(|| self.filter.eval(&subject(), &moment)) == Some(true)
        });
        let mut level = rollup::level(passing, prefix, &self.settings.prices);
        let order = self.order();
        let pack = |row: RowId| Some((order.pack(&self.catalog.get(row)?), row));
        let mut leaves: Vec<(u64, RowId)> = level.leaves.into_iter().filter_map(pack).collect();
        leaves.sort_unstable_by(|a, b| order.compare(a, b));
        level.leaves = leaves.into_iter().map(|leaf| leaf.1).collect();
        level
    }

    /// How many rows that the view shows are marked below each folder of a level, by the folder's prefix.
    pub fn marked_folders(&self, prefix: &str) -> HashMap<String, u64> {
        let mut folders: HashMap<String, u64> = HashMap::new();
        let shown = |row: &RowId| self.standing[row.0 as usize].verdict == Verdict::Shown;
        for row in self.marks.iter().filter(shown) {
            let key = self.catalog.get(row).map_or("", |row| row.key());
            let slash = key.strip_prefix(prefix).and_then(|rest| rest.find('/'));
            if let Some(slash) = slash {
                let folder = &key[..=prefix.len() + slash];
                match folders.get_mut(folder) {
                    Some(count) => *count += 1,
                    None => {
                        folders.insert(folder.to_owned(), 1);
                    }
                }
            }
        }
        folders
    }

    pub(super) fn order(&self) -> Order<'_> {
        Order {
            catalog: &self.catalog,
            sort: self.sort,
            rules: &self.rules,
            held: &self.held,
        }
    }

    /// Finds the oldest rows again where they left a total. The view must be up to date.
    pub(super) fn renew_oldest(&mut self) {
        let Self {
            catalog,
            view,
            totals,
            view_totals,
            ..
        } = self;
        if totals.oldest_left() {
            totals.renew_oldest(catalog.rows().map(|row| row.initiated()));
        }
        if view_totals.oldest_left() {
            let live = |row| catalog.get(row).filter(|row| !row.is_gone());
            let initiated = |row: crate::model::Row<'_>| row.initiated();
            view_totals.renew_oldest(view.iter().filter_map(live).map(initiated));
        }
        self.renew_oldest_mark();
    }

    fn renew_oldest_mark(&mut self) {
        let Self { catalog, marks, .. } = self;
        if marks.tally().oldest_left() {
            let initiated = |row| catalog.get(row).and_then(|row| row.initiated());
            let oldest = marks.iter().filter_map(initiated).min();
            marks.tally_mut().renew_oldest(std::iter::once(oldest));
        }
    }
}
