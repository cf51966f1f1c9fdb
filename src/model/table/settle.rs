//! Bringing the view up to date: judging what changed, and merging it.

use std::time::Duration;

use super::standing::Verdict;
use super::sums::Sums;
use super::{Stale, Table};
use crate::model::catalog::Row;
use crate::model::tally::Load;
use crate::model::view::{Order, Spot, View};
use crate::model::{Moment, RowId, Subject, Timestamp};

/// How long a filter that depends on time may be out of date.
const TIME_PASSES: Duration = Duration::from_secs(60);

impl Table {
    /// Time has passed: states change with it; and when the filter depends on it and the view is a minute old, the
    /// view is out of date.
    pub fn tick(&mut self, now: Timestamp) {
        self.fade(now);
        let old = self
            .judged_at
            .is_some_and(|at| now.since(at) >= TIME_PASSES);
        if old && self.wanted.filter.depends_on_time() {
            self.stale.filter = true;
        }
    }

    /// Whether the view shows all that is known, as it is wanted.
    pub fn is_settled(&self) -> bool {
        self.books.changed.is_empty() && self.stale == Stale::default() && !self.is_arranging()
    }

    /// Whether the table is so large that it is arranged elsewhere.
    pub(super) fn is_large(&self) -> bool {
        self.catalog.slots() > self.small
    }

    /// Brings the view up to date; true if there was anything to do. Costs nothing when there was not. A large
    /// table only takes in what changed, and waits for [`Table::wish`] to be carried out.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        if self.is_large() {
            return self.settle_changed(now);
        }
        // What was arranged elsewhere for a table that was larger does not come in time any more.
        if self.pending.take().is_some() {
            self.books.since = None;
            self.stale.filter = true;
            self.stale.order = true;
        }
        let worn = self.books.sums.is_worn || self.has_lost_oldest();
        if self.stale == Stale::default() {
            let settled = self.settle_changed(now);
            if worn || self.books.sums.is_worn || self.has_lost_oldest() {
                self.recount();
            }
            return settled;
        }
        self.settle_whole(now);
        true
    }

    fn has_lost_oldest(&self) -> bool {
        let books = &self.books;
        books.totals.oldest_left() || books.marks.tally().oldest_left()
    }

    /// Judges every row anew if need be, and puts all in order.
    fn settle_whole(&mut self, now: Timestamp) {
        let moment = self.moment(now);
        let stale = std::mem::take(&mut self.stale);
        self.books.shown = self.wanted.clone();
        let mut changed = std::mem::take(&mut self.books.changed);
        self.books.is_changed.clear();
        if stale.order {
            self.books.held.clear();
        }
        self.judged_at.get_or_insert(now);
        if stale.filter {
            self.judged_at = Some(now);
            for row in (0_u32..).take(self.catalog.slots()).map(RowId) {
                self.judge(row, &moment);
            }
        } else {
            for (row, _) in changed.drain(..) {
                self.judge(row, &moment);
            }
        }
        let order = self.order();
        let in_view = |row: &Row<'_>| self.books.standing(row.id()).verdict().is_in_view();
        let all = (0_u32..).take(self.catalog.slots()).map(RowId);
        let rows = all.filter_map(|row| self.catalog.get(row));
        let spots = rows.filter(in_view).map(|row| order.spot(&row)).collect();
        self.view = View::of(spots, &order);
        self.recount();
    }

    /// Merges what changed, by what the view is made by now.
    fn settle_changed(&mut self, now: Timestamp) -> bool {
        if self.books.changed.is_empty() {
            return false;
        }
        self.judged_at.get_or_insert(now);
        let changed = std::mem::take(&mut self.books.changed);
        self.books.is_changed.clear();
        let rows = changed.iter().map(|(row, _)| *row);
        let out = changed
            .iter()
            .filter_map(|(row, was)| Some(((*was)?, *row)));
        let out: Vec<Spot> = out.collect();
        self.merge(rows.collect(), &out, now);
        true
    }

    /// Judges rows anew and puts them in their places; the view has them at `out`.
    pub(super) fn merge(&mut self, rows: Vec<RowId>, out: &[Spot], now: Timestamp) {
        let moment = self.moment(now);
        for row in &rows {
            self.judge(*row, &moment);
        }
        let Self {
            catalog,
            books,
            view,
            ..
        } = self;
        let order = Order {
            rows: catalog.all(),
            packing: books.packing(),
        };
        let in_view = |row: &RowId| books.standing(*row).verdict().is_in_view();
        let fresh = rows.into_iter().filter(in_view);
        let fresh = fresh.filter_map(|row| catalog.get(row));
        let fresh: Vec<Spot> = fresh.map(|row| order.spot(&row)).collect();
        if let Some(mut below) = books.sums.below.take() {
            let live = fresh
                .iter()
                .filter(|spot| books.standings[spot.1.0 as usize].verdict() == Verdict::Shown);
            let order = Order {
                rows: catalog.all(),
                packing: books.packing(),
            };
            below.merge(out, &live.copied().collect::<Vec<_>>(), &order);
            books.sums.below = Some(below);
        }
        let order = Order {
            rows: catalog.all(),
            packing: books.packing(),
        };
        view.merge(out, fresh, &order);
    }

    /// Counts again what the view adds up to.
    pub(super) fn recount(&mut self) {
        let mut sums = Sums::below(self.books.shown.below.as_deref());
        let order = self.order();
        let mut leaves = Vec::new();
        for row in self.view.iter().filter_map(|row| self.row(row)) {
            let load = Load::of(&row, &self.settings().prices);
            let load = load.marked(self.books.marks.contains(row.id()));
            sums.add(&row, &load, self.books.standing(row.id()).state());
            if sums
                .below
                .as_ref()
                .is_some_and(|below| below.is_leaf(row.key()))
            {
                leaves.push(order.spot(&row));
            }
        }
        if let Some(below) = &mut sums.below {
            below.set_leaves(leaves, &order);
        }
        self.books.sums = sums;
        if self.books.totals.oldest_left() {
            let initiated = self.catalog.rows().map(|row| row.initiated());
            self.books.totals.renew_oldest(initiated);
        }
        self.renew_oldest_mark();
    }

    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment {
            now,
            thresholds: self.settings().thresholds,
        }
    }

    /// Judges one row anew, by what the view is made by.
    fn judge(&mut self, row: RowId, moment: &Moment) {
        let Self {
            catalog,
            books,
            stirs,
            ..
        } = self;
        let Some(looked) = catalog.get(row) else {
            return;
        };
        // What went may stay in sight for a look; it counts for nothing there.
        let left = looked.is_gone() && stirs.has_left(row);
        let verdict = if looked.is_gone() && !left {
            Verdict::Out
        } else {
            let passes = books.shown.passes(&looked, &self.bucket, moment);
            match passes {
                Some(true) if left => Verdict::Left,
                Some(true) => Verdict::Shown,
                Some(false) => Verdict::Out,
                None if left => Verdict::Out,
                None => Verdict::Undecided,
            }
        };
        let standing = &mut books.standings[row.0 as usize];
        let (before, state) = (standing.verdict(), standing.state());
        if before == verdict {
            return;
        }
        standing.set_verdict(verdict);
        let shown = verdict == Verdict::Shown;
        if books.marks.contains(row) && shown != (before == Verdict::Shown) {
            self.hidden_marks += usize::from(!shown);
            self.hidden_marks -= usize::from(shown);
        }
        self.left_shown += usize::from(verdict == Verdict::Left);
        self.left_shown -= usize::from(before == Verdict::Left);
        self.undecided += usize::from(verdict == Verdict::Undecided);
        self.undecided -= usize::from(before == Verdict::Undecided);
        if !shown && before != Verdict::Shown {
            return;
        }
        let load = Load::of(&looked, &books.settings.prices);
        let load = load.marked(books.marks.contains(row));
        if shown {
            books.sums.add(&looked, &load, state);
        } else if !looked.is_gone() {
            // A row that is gone was weighed out when it went.
            books.sums.remove(&looked, &load, state);
        }
    }
}

impl super::Shape {
    /// Whether a row passes; `None` when that cannot be told before it is sized.
    pub(super) fn passes(&self, row: &Row<'_>, bucket: &str, moment: &Moment) -> Option<bool> {
        let key = row.key();
        if !key.starts_with(&self.prefix) {
            return Some(false);
        }
        let by_key = self.filter.by_key(key);
        by_key.or_else(|| self.filter.eval(&self.subject(row, bucket), moment))
    }

    /// What the filter looks at; with the deadline only where that is asked for, since rules have to be gone
    /// through for it.
    fn subject<'a>(&self, row: &Row<'a>, bucket: &'a str) -> Subject<'a> {
        let mut subject = row.subject(bucket);
        if self.filter.needs_deadlines() {
            let own = row.measure().extent().and_then(|extent| extent.abort_date);
            subject.deadline = self.rules.at(row.key(), row.initiated(), own);
        }
        subject
    }
}
