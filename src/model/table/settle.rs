//! Bringing the view up to date: judging what changed, and merging it.

use super::{Stale, Table, Verdict};
use crate::model::view::Order;
use crate::model::{Moment, RowId, Timestamp};

impl Table {
    /// Whether the view shows all that is known.
    pub fn is_settled(&self) -> bool {
        self.changed.is_empty() && self.stale == Stale::No
    }

    /// Brings the view up to date; true if there was anything to do. Costs nothing when there was not.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        if self.is_settled() {
            return false;
        }
        let moment = self.moment(now);
        let mut fresh = Vec::new();
        let everything = self.stale > Stale::No;
        let reorder = self.stale == Stale::Order;
        let changed = std::mem::take(&mut self.changed);
        if everything {
            for row in (0_u32..).take(self.catalog.slots()).map(RowId) {
                self.judge(row, &moment, reorder, &mut fresh);
            }
            self.judged_at = Some(now);
        } else {
            self.judged_at.get_or_insert(now);
            for row in &changed {
                self.judge(*row, &moment, false, &mut fresh);
            }
        }
        let Self { view, standing, .. } = self;
        let order = Order {
            catalog: &self.catalog,
            sort: self.sort,
            abort_after: self.settings.provider.abort_after,
        };
        if reorder {
            view.rebuild(fresh, &order);
        } else {
            view.merge(
                |row| {
                    let standing = standing[row.0 as usize];
                    standing.verdict == Verdict::Shown && !standing.changed
                },
                fresh,
                &order,
            );
        }
        for row in &changed {
            standing[row.0 as usize].changed = false;
        }
        self.stale = Stale::No;
        self.renew_oldest();
        true
    }

    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment {
            now,
            thresholds: self.settings.thresholds,
        }
    }

    /// Judges one row anew; it goes to `fresh` if it is to be put in its place.
    fn judge(&mut self, row: RowId, moment: &Moment, reorder: bool, fresh: &mut Vec<(u64, RowId)>) {
        let Some(looked) = self.catalog.get(row) else {
            return;
        };
        let verdict = if looked.is_gone() || !looked.key().starts_with(&self.prefix) {
            Verdict::Out
        } else {
            let subject = looked.subject(&self.bucket);
            match self.filter.eval(&subject, moment) {
                Some(true) => Verdict::Shown,
                Some(false) => Verdict::Out,
                None => Verdict::Undecided,
            }
        };
        let standing = &mut self.standing[row.0 as usize];
        let before = std::mem::replace(&mut standing.verdict, verdict);
        let shown = verdict == Verdict::Shown;
        if shown && (reorder || standing.changed || before != Verdict::Shown) {
            let order = Order {
                catalog: &self.catalog,
                sort: self.sort,
                abort_after: self.settings.provider.abort_after,
            };
            fresh.push((order.pack(&looked), row));
        }
        if before == verdict {
            return;
        }
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
