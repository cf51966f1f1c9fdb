//! Bringing the view up to date: judging what changed, and merging it.

use std::time::Duration;

use super::{Stale, Table, Verdict};
use crate::model::catalog::Row;
use crate::model::view::Order;
use crate::model::{Moment, RowId, Subject, Timestamp};

/// How long a filter that depends on time may be out of date.
const TIME_PASSES: Duration = Duration::from_secs(60);

impl Table {
    /// Time has passed: when the filter depends on it and the view is a minute old, the view is out of date.
    pub fn tick(&mut self, now: Timestamp) {
        let old = self
            .judged_at
            .is_some_and(|at| now.since(at) >= TIME_PASSES);
        if old && self.filter.depends_on_time() {
            self.stale.filter = true;
        }
    }

    /// Whether the view shows all that is known.
    pub fn is_settled(&self) -> bool {
        self.changed.is_empty() && self.stale == Stale::default()
    }

    /// Brings the view up to date; true if there was anything to do. Costs nothing when there was not.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        if self.is_settled() {
            return false;
        }
        let moment = self.moment(now);
        let stale = std::mem::take(&mut self.stale);
        let changed = std::mem::take(&mut self.changed);
        let mut fresh = Vec::new();
        if stale.filter {
            for row in (0_u32..).take(self.catalog.slots()).map(RowId) {
                self.judge(row, &moment, &mut fresh);
            }
            self.judged_at = Some(now);
        } else {
            self.judged_at.get_or_insert(now);
            for row in &changed {
                self.judge(*row, &moment, &mut fresh);
            }
        }
        self.place(fresh, stale.order);
        for row in &changed {
            self.standing[row.0 as usize].changed = false;
        }
        self.renew_oldest();
        true
    }

    /// Puts rows in their places; every row when the order is another.
    fn place(&mut self, fresh: Vec<RowId>, reorder: bool) {
        if reorder {
            self.held.clear();
        }
        let Self {
            view,
            standing,
            catalog,
            held,
            rules,
            ..
        } = self;
        let order = Order {
            catalog,
            sort: self.sort,
            rules,
            held,
        };
        let pack = |row: RowId| Some((order.pack(&catalog.get(row)?), row));
        if reorder {
            let shown = (0_u32..)
                .zip(standing.iter())
                .filter(|(_, standing)| standing.verdict.is_in_view())
                .filter_map(|(row, _)| pack(RowId(row)));
            view.rebuild(shown.collect(), &order);
            return;
        }
        let keep = |row: RowId| {
            let standing = standing[row.0 as usize];
            standing.verdict.is_in_view() && !standing.changed
        };
        view.merge(keep, fresh.into_iter().filter_map(pack).collect(), &order);
    }

    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment {
            now,
            thresholds: self.settings.thresholds,
        }
    }

    /// What the filter looks at; with the deadline only where that is asked for, since rules have to be gone
    /// through for it.
    pub(super) fn subject<'a>(&'a self, row: &Row<'a>) -> Subject<'a> {
        let mut subject = row.subject(&self.bucket);
        if self.filter.needs_deadlines() {
            let own = row.measure().extent().and_then(|extent| extent.abort_date);
            subject.deadline = self.rules.at(row.key(), row.initiated(), own);
        }
        subject
    }

    /// Judges one row anew; it goes to `fresh` if it is to be put in its place.
    fn judge(&mut self, row: RowId, moment: &Moment, fresh: &mut Vec<RowId>) {
        let Some(looked) = self.catalog.get(row) else {
            return;
        };
        // What went may stay in sight for a look; it counts for nothing there.
        let left = looked.is_gone() && self.stirs.has_left(row);
        let gone = looked.is_gone() && !left;
        let verdict = if gone || !looked.key().starts_with(&self.prefix) {
            Verdict::Out
        } else {
            let by_key = self.filter.by_key(looked.key());
            match by_key.or_else(|| self.filter.eval(&self.subject(&looked), moment)) {
                Some(true) if left => Verdict::Left,
                Some(true) => Verdict::Shown,
                Some(false) => Verdict::Out,
                None if left => Verdict::Out,
                None => Verdict::Undecided,
            }
        };
        let standing = &mut self.standing[row.0 as usize];
        let before = std::mem::replace(&mut standing.verdict, verdict);
        let shown = verdict == Verdict::Shown;
        if verdict.is_in_view() && (standing.changed || !before.is_in_view()) {
            fresh.push(row);
        }
        if before == verdict {
            return;
        }
        if self.marks.contains(row) && shown != (before == Verdict::Shown) {
            self.hidden_marks += usize::from(!shown);
            self.hidden_marks -= usize::from(shown);
        }
        self.left_shown += usize::from(verdict == Verdict::Left);
        self.left_shown -= usize::from(before == Verdict::Left);
        self.undecided += usize::from(verdict == Verdict::Undecided);
        self.undecided -= usize::from(before == Verdict::Undecided);
        if shown {
            self.view_totals.add(&looked, &self.settings.prices);
        }
        // A row that is gone was weighed out when it went.
        if before == Verdict::Shown && !looked.is_gone() {
            self.view_totals.remove(&looked, &self.settings.prices);
        }
    }
}
