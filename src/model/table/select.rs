//! Reading the view by position and by folder, totals, and marks.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Table, Verdict};
use crate::model::account::Mix;
use crate::model::bits::Bits;
use crate::model::rollup::{AgeGroup, By, Group};
use crate::model::tally::Load;
use crate::model::view::Order;
use crate::model::{RowId, State, Tally, Targets, Timestamp};

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
            .zip(&self.books.standings)
            .filter(|(_, standing)| standing.verdict() == Verdict::Undecided)
            .map(|(row, _)| RowId(row))
    }

    /// Of all live rows.
    pub fn totals(&self) -> &Tally {
        &self.books.totals
    }

    /// The states of all live rows, as of the last [`Table::tick`].
    pub fn mix(&self) -> &Mix {
        &self.books.mix
    }

    /// Of the rows that the view shows.
    pub fn view_totals(&self) -> &Tally {
        &self.books.sums.all
    }

    /// The rows that the view shows, grouped; kept while rows come and go, so that it costs no look at them. By
    /// prefix there is [`Table::below`].
    pub fn groups(&self, by: By, now: Timestamp) -> Vec<Group> {
        let sums = &self.books.sums;
        let rows = self.catalog.all();
        let mut groups: BTreeMap<Option<&str>, Tally> = BTreeMap::new();
        let mut add = |name, tally: &Tally| groups.entry(name).or_default().merge(tally);
        match by {
            By::Initiator => sums.by_label().for_each(|(label, tally)| {
                add(rows.initiator_of(label), tally);
            }),
            By::Class => sums.by_label().for_each(|(label, tally)| {
                add(rows.class_of(label), tally);
            }),
            By::Age => sums.by_day().for_each(|(day, tally)| {
                let begins = day.map(super::sums::begin);
                add(AgeGroup::of(begins, now).word(), tally);
            }),
            By::State => sums.by_state().for_each(|(state, tally)| {
                add(state.map(State::word), tally);
            }),
            By::Bucket | By::Prefix(_) => add(Some(&self.bucket), &sums.all),
        }
        let groups = groups.into_iter().filter(|(_, tally)| tally.rows > 0);
        by.ranked(groups.map(|(name, tally)| Group {
            bucket: None,
            name: name.map(ToOwned::to_owned),
            tally,
        }))
    }

    /// Of the marked rows, hidden ones among them.
    pub fn marked_totals(&self) -> &Tally {
        self.books.marks.tally()
    }

    pub fn is_marked(&self, row: RowId) -> bool {
        self.books.marks.contains(row)
    }

    fn is_shown(&self, row: RowId) -> bool {
        self.books.standing(row).verdict() == Verdict::Shown
    }

    pub fn mark(&mut self, row: RowId) {
        if let Some(looked) = self.row(row) {
            let load = Load::of(&looked, &self.settings().prices);
            let fresh = self.books.marks.insert(row, &load);
            self.hidden_marks += usize::from(fresh && !self.is_shown(row));
            self.count_mark(row, fresh, true);
        }
    }

    /// A mark came or went: groups count it where the row is shown.
    fn count_mark(&mut self, row: RowId, turned: bool, marked: bool) {
        if !turned || !self.is_shown(row) {
            return;
        }
        let Self { catalog, books, .. } = self;
        let state = books.standing(row).state();
        if let Some(row) = catalog.get(row) {
            books.sums.mark(&row, state, marked);
        }
    }

    /// Marks these rows, or takes their marks.
    pub fn set_marks(&mut self, rows: &[RowId], marked: bool) {
        for row in rows {
            if marked {
                self.mark(*row);
            } else {
                self.drop_mark(*row);
            }
        }
        self.renew_oldest_mark();
    }

    pub fn unmark(&mut self, row: RowId) {
        self.drop_mark(row);
        self.renew_oldest_mark();
    }

    /// Takes a mark; the oldest marked row may be out of date then.
    pub(super) fn drop_mark(&mut self, row: RowId) {
        if let Some(looked) = self.catalog.get(row) {
            let load = Load::of(&looked, &self.settings().prices);
            let marked = self.books.marks.remove(row, &load);
            self.hidden_marks -= usize::from(marked && !self.is_shown(row));
            self.count_mark(row, marked, false);
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
            tally.add(&row, &self.settings().prices);
        }
        tally
    }

    /// Marks all that the view shows.
    pub fn mark_view(&mut self) {
        let shown: Vec<RowId> = self.live_shown().collect();
        if self.hidden_marks == 0 {
            let marks = &mut self.books.marks;
            marks.replace(shown.into_iter().collect(), self.books.sums.all);
            self.books.sums.mark_all(true);
            return;
        }
        for row in shown {
            self.mark(row);
        }
    }

    /// The rows that the view shows and that are there.
    fn live_shown(&self) -> impl Iterator<Item = RowId> {
        let there = |row: &RowId| self.is_shown(*row) && self.row(*row).is_some();
        self.view.iter().filter(there)
    }

    /// Turns the marks of what the view shows around; hidden marks stay.
    pub fn invert_view(&mut self) {
        let marked = self.books.marks.len();
        if self.hidden_marks == 0 && marked * 2 < self.live_len() {
            // Few are taken out of all.
            let mut tally = self.books.sums.all;
            for row in self.books.marks.iter().filter_map(|row| self.row(row)) {
                tally.count_out(&Load::of(&row, &self.settings().prices));
            }
            let rows = self.live_shown().filter(|row| !self.is_marked(*row));
            let rows: Bits = rows.collect();
            let before: Vec<RowId> = self.marked().collect();
            self.books.marks.replace(rows, tally);
            self.books.sums.mark_all(true);
            for row in before {
                self.count_mark(row, true, false);
            }
        } else {
            let shown: Vec<RowId> = self.live_shown().collect();
            for row in shown {
                self.turn(row);
            }
        }
        self.renew_oldest_mark();
    }

    pub fn clear_marks(&mut self) {
        self.books.marks.clear();
        self.books.sums.mark_all(false);
        self.hidden_marks = 0;
    }

    /// The marked rows in the order of the listing, hidden ones among them.
    pub fn marked(&self) -> impl Iterator<Item = RowId> {
        self.books.marks.iter()
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

    /// Where an upload is among those that lie in the open folder themselves.
    pub fn leaf_position(&self, row: RowId) -> Option<usize> {
        let leaves = self.below()?.leaves();
        leaves.position(&self.catalog.get(row)?, &self.order())
    }

    /// The rows of a group of [`Table::groups`], in the order of the view. Looks at all that it shows.
    pub fn rows_of<'a>(
        &'a self,
        by: By,
        name: Option<&'a str>,
        now: Timestamp,
    ) -> impl Iterator<Item = RowId> {
        let is_member = move |row: &RowId| {
            let Some(known) = self.row(*row) else {
                return false;
            };
            name == match by {
                By::Initiator => known.initiator(),
                By::Class => known.storage_class(),
                By::Age => AgeGroup::of(known.initiated(), now).word(),
                By::State => self.books.standing(*row).state().map(State::word),
                By::Bucket | By::Prefix(_) => Some(self.bucket.as_str()),
            }
        };
        self.shown().filter(is_member)
    }

    pub(super) fn order(&self) -> Order<'_> {
        Order {
            rows: self.catalog.all(),
            packing: self.books.packing(),
        }
    }

    /// Finds the oldest marked row again where it left. Many are gone through only now and then.
    pub(super) fn renew_oldest_mark(&mut self) {
        let marks = &self.books.marks;
        if !marks.tally().oldest_left() || marks.len() > self.small && self.pending.is_some() {
            return;
        }
        let initiated = |row| self.catalog.get(row).and_then(|row| row.initiated());
        let oldest = marks.iter().filter_map(initiated).min();
        let tally = self.books.marks.tally_mut();
        tally.renew_oldest(std::iter::once(oldest));
    }
}
