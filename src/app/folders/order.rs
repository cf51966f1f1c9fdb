//! Putting the lines of the roll-up in order: on keys and ticks, never for every piece of news, and many of them
//! once a second at most.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use super::{FolderView, Grouping, Stale};
use crate::model::table::Table;
use crate::model::view::{Column, Sort};
use crate::model::{Tally, Timestamp};

/// More lines than this are put in order only now and then.
const MANY: usize = 5_000;
/// How often.
const NOW_AND_THEN: Duration = Duration::from_secs(1);

impl FolderView {
    /// Whether the lines are to be put in order now; rows alone can wait for the next tick.
    pub fn is_due(&self, table: &Table, now: Timestamp, is_tick: bool) -> bool {
        let rested = now.since(self.ordered_at) >= NOW_AND_THEN;
        let waits = self.stale == Stale::Rows || table.is_arranging();
        match self.stale {
            Stale::No => false,
            _ if waits && self.head() > MANY => is_tick && rested,
            Stale::Rows | Stale::Shape => true,
        }
    }

    /// Puts the lines in order and the cursor back on its line.
    pub fn put_in_order(&mut self, table: &Table, window: usize, now: Timestamp) {
        if self.is_summing(table) {
            self.stale = Stale::Shape;
            return;
        }
        self.order_folders(table);
        self.order_groups(table, now);
        self.ordered_at = now;
        // What is being arranged elsewhere is put in order once it is there.
        self.stale = if table.is_arranging() {
            Stale::Shape
        } else {
            Stale::No
        };
        let left = self.from.take();
        match left.and_then(|left| self.position(table, &left, 0)) {
            Some(index) => self.go(table, index, window),
            None => self.settle(table, window),
        }
    }

    fn order_folders(&mut self, table: &Table) {
        let Some(below) = self.below(table) else {
            return;
        };
        // By name they come as they are, and what weighs the same stays so.
        let sort = table.sort();
        let mut folders: Vec<(&Arc<str>, &Tally)> = below.named().collect();
        folders.sort_by(|a, b| by_sum(sort, a.1, b.1));
        if is_reversed(sort) {
            folders.reverse();
        }
        self.biggest = folders
            .iter()
            .map(|(_, tally)| tally.bytes)
            .max()
            .unwrap_or(0);
        self.folders = folders.iter().map(|(name, _)| Arc::clone(name)).collect();
    }

    fn order_groups(&mut self, table: &Table, now: Timestamp) {
        let Some(by) = self.by.by() else { return };
        let sort = table.sort();
        let mut groups = table.groups(by, now);
        if self.by == Grouping::Age {
            // Ages keep their order, which says more than any other; only which end comes first can be chosen.
            let turned = matches!(sort.column, Column::Age | Column::Key) && sort.descending;
            if turned {
                groups.reverse();
            }
        } else {
            groups
                .sort_by(|a, b| by_sum(sort, &a.tally, &b.tally).then_with(|| a.name.cmp(&b.name)));
            if is_reversed(sort) {
                groups.reverse();
            }
        }
        self.biggest = groups
            .iter()
            .map(|group| group.tally.bytes)
            .max()
            .unwrap_or(0);
        self.groups = groups;
    }

    /// Whether what was waited for has come: a level that was summed up, a view that was arranged.
    pub fn has_come(&self, table: &Table) -> bool {
        self.stale == Stale::Shape && !table.is_arranging() && !self.is_summing(table)
    }

    /// Whether rows changed, as far as their sums tell; `settled` says that some did.
    pub fn note_rows(&mut self, table: &Table, settled: bool) {
        let sums = (*table.view_totals(), *table.mix());
        if settled || sums != self.sums {
            self.sums = sums;
            self.stale = self.stale.max(Stale::Rows);
        }
    }
}

/// By bytes, the most first, which is also what groups come by whatever only uploads have.
fn by_sum(sort: Sort, a: &Tally, b: &Tally) -> Ordering {
    match sort.column {
        Column::Key => Ordering::Equal,
        Column::Age => b.oldest.cmp(&a.oldest),
        _ => (b.bytes, b.rows).cmp(&(a.bytes, a.rows)),
    }
}

const fn is_reversed(sort: Sort) -> bool {
    match sort.column {
        Column::Size => !sort.descending,
        Column::Key | Column::Age => sort.descending,
        _ => false,
    }
}
