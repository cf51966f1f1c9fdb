//! The uploads of one bucket as the person sees them: rows, filter, order, marks and totals, kept in step.
//!
//! Changes are taken in at once, the view follows when [`Table::settle`] is called. Time arrives as an
//! argument. Knows no screen and no job.

mod select;
mod settle;
mod stir;

use std::sync::Arc;

use super::catalog::{Catalog, Listed, Row};
use super::cost::Prices;
use super::deadline::{AbortRule, Deadline, Rules};
use super::marks::Marks;
use super::provider::Provider;
use super::view::{Held, Sort, View};
use super::{
    Filter, Measure, RowId, State, Tally, Target, Thresholds, Timestamp, Upload, liveness,
};

pub use stir::{Leaving, Stir, Stirring};

/// What a table needs to know beside its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSettings {
    pub prices: Arc<Prices>,
    pub thresholds: Thresholds,
    pub provider: Provider,
}

/// Where a row stands with the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Standing {
    verdict: Verdict,
    /// Waits in the list of changed rows.
    changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Verdict {
    #[default]
    Out,
    Shown,
    /// Shown for one more look, though it went: it counts for nothing.
    Left,
    Undecided,
}

impl Verdict {
    const fn is_in_view(self) -> bool {
        matches!(self, Self::Shown | Self::Left)
    }
}

/// What of the view is out of date, beside the changed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Stale {
    /// Which rows pass.
    filter: bool,
    /// In which order they come.
    order: bool,
}

/// One bucket's uploads.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    bucket: String,
    settings: TableSettings,
    /// What can end its uploads.
    rules: Rules,
    /// The bucket's own, once they are known.
    own_rules: Option<Arc<[AbortRule]>>,
    catalog: Catalog,
    filter: Filter,
    sort: Sort,
    prefix: String,
    view: View,
    standing: Vec<Standing>,
    changed: Vec<RowId>,
    /// Rows that stay where they are until the next sort.
    held: Held,
    stale: Stale,
    judged_at: Option<Timestamp>,
    undecided: usize,
    refused: usize,
    totals: Tally,
    view_totals: Tally,
    marks: Marks,
    /// Of the marked rows, those that the view does not show.
    hidden_marks: usize,
    /// What came, went and moves.
    stirs: stir::Stirs,
    /// Rows in the view that went and are still in sight.
    left_shown: usize,
}

impl Table {
    pub fn new(bucket: &str, settings: TableSettings) -> Self {
        Self {
            bucket: bucket.to_owned(),
            rules: Rules::of(&settings.provider, None),
            own_rules: None,
            settings,
            catalog: Catalog::default(),
            filter: Filter::default(),
            sort: Sort::default(),
            prefix: String::new(),
            view: View::default(),
            standing: Vec::new(),
            changed: Vec::new(),
            held: Held::default(),
            stale: Stale::default(),
            judged_at: None,
            undecided: 0,
            refused: 0,
            totals: Tally::default(),
            view_totals: Tally::default(),
            marks: Marks::default(),
            hidden_marks: 0,
            stirs: stir::Stirs::default(),
            left_shown: 0,
        }
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn settings(&self) -> &TableSettings {
        &self.settings
    }

    /// Takes in a page of a listing and returns how many uploads were new. Known ones count as seen again. One
    /// that was buried since the listing began stays buried: the page may be older than its end.
    pub fn extend(&mut self, uploads: &[Upload]) -> usize {
        let mut fresh = 0;
        for upload in uploads {
            let Self {
                catalog,
                standing,
                totals,
                view_totals,
                marks,
                settings,
                ..
            } = self;
            let mut was_there = false;
            let listed = catalog.list(upload, |row| {
                was_there = true;
                let prices = &settings.prices;
                totals.remove(&row, prices);
                marks.lift(&row, prices);
                if standing[row.id().0 as usize].verdict == Verdict::Shown {
                    view_totals.remove(&row, prices);
                }
            });
            match listed {
                Listed::New(row) => {
                    fresh += 1;
                    self.standing.push(Standing::default());
                    self.stirs.came(row);
                    self.weigh_in(row);
                }
                Listed::Changed(row) => {
                    if !was_there {
                        self.stirs.came(row);
                    }
                    self.weigh_in(row);
                }
                Listed::Same(_) | Listed::Buried => {}
                Listed::Full => self.refused += 1,
            }
        }
        fresh
    }

    /// How many entries of this listing were not taken, being beyond the 4 GiB of keys and upload IDs that a
    /// table holds.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// Begins a listing of the whole bucket anew. Sizes, marks and order stay.
    pub fn begin_refresh(&mut self) {
        self.begin_refresh_under("");
    }

    /// As [`Table::begin_refresh`], for a listing of the keys with this prefix.
    pub fn begin_refresh_under(&mut self, prefix: &str) {
        self.refused = 0;
        self.stirs.begin(prefix, self.catalog.slots());
        self.catalog.begin_listing();
    }

    /// The listing that covered the whole bucket is complete: rows that it did not name are gone. Returns how
    /// many. Not to be called when it failed or was cancelled.
    pub fn end_refresh(&mut self) -> usize {
        self.end_refresh_under("")
    }

    /// Takes in a look at a row's parts. An incomplete look that shows nothing new does not replace a complete
    /// one. Parts that differ from those of an earlier complete look are a sign of life at `now`.
    pub fn set_measure(&mut self, row: RowId, measure: Measure, now: Timestamp) {
        let Some(known) = self.row(row) else { return };
        let old = known.measure();
        if old == measure {
            if measure.is_settled() {
                self.stirs.rests(row);
            }
            return;
        }
        let moves = measure.shows_change_since(&old);
        let before = stir::sign(&known);
        self.weigh_out(row);
        self.held.remove(&row);
        self.catalog.set_measure(row, measure, now);
        let fresh = |sign: &Timestamp| now.since(*sign) < self.settings.thresholds.active;
        let sign = self.row(row).and_then(|row| stir::sign(&row));
        self.stirs.shows(row, before, sign.filter(fresh));
        if moves {
            self.stirs.moved(row);
        }
        self.weigh_in(row);
    }

    /// As [`Table::set_measure`], but the row keeps its place in the view until the next [`Table::sort_again`]:
    /// whoever reads a page must not see it run away as its sizes come in.
    pub fn set_measure_in_place(&mut self, row: RowId, measure: Measure, now: Timestamp) {
        let placed = self
            .standing
            .get(row.0 as usize)
            .is_some_and(|standing| standing.verdict == Verdict::Shown && !standing.changed);
        let before = self.held.get(&row).copied();
        let held = before.or_else(|| {
            let known = self.row(row).filter(|_| placed)?;
            Some(self.order().pack(&known))
        });
        self.set_measure(row, measure, now);
        if let Some(held) = held {
            self.held.insert(row, held);
        }
    }

    /// How many rows keep a place that is not theirs any more.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Puts every row in its place; settles.
    pub fn sort_again(&mut self, now: Timestamp) {
        self.stale.order = true;
        self.settle(now);
    }

    /// Another provider's rules and prices hold; settles.
    pub fn set_provider(&mut self, provider: Provider, prices: Arc<Prices>, now: Timestamp) {
        if prices != self.settings.prices {
            self.set_prices(prices);
        }
        if provider != self.settings.provider {
            self.settings.provider = provider;
            self.renew_rules(false, now);
        }
    }

    /// The bucket's own rules became known, or are others; settles. What the service said of each upload by the
    /// rules before counts no more then.
    pub fn set_abort_rules(&mut self, rules: Arc<[AbortRule]>, now: Timestamp) {
        if self.own_rules.as_ref() != Some(&rules) {
            let changed = self.own_rules.replace(rules).is_some();
            if changed {
                self.catalog.forget_abort_dates();
            }
            self.renew_rules(changed, now);
        }
    }

    /// The bucket's own rules; `None` while they are not known.
    pub fn abort_rules(&self) -> Option<Arc<[AbortRule]>> {
        self.own_rules.clone()
    }

    fn renew_rules(&mut self, changed: bool, now: Timestamp) {
        let rules = Rules::of(&self.settings.provider, self.own_rules.clone());
        if changed || rules != self.rules {
            self.rules = rules;
            self.stale.filter |= self.filter.needs_deadlines();
            self.sort_again(now);
        }
    }

    /// Weighs every row again: totals hold costs.
    fn set_prices(&mut self, prices: Arc<Prices>) {
        let rows: Vec<RowId> = self.rows().map(|row| row.id()).collect();
        for row in &rows {
            self.weigh_out(*row);
        }
        self.settings.prices = prices;
        for row in rows {
            self.weigh_in(row);
        }
    }

    /// The upload is over: aborted, completed, or found to be gone. Its mark goes with it.
    pub fn bury(&mut self, row: RowId) {
        let Some(known) = self.row(row) else { return };
        let sign = stir::sign(&known);
        self.drop_mark(row);
        self.weigh_out(row);
        self.catalog.bury(row);
        self.stirs.went(row, sign);
        self.note_change(row);
    }

    /// Takes a live row's weight out of all totals that count it.
    fn weigh_out(&mut self, row: RowId) {
        let prices = &self.settings.prices;
        let Some(looked) = self.catalog.get(row) else {
            return;
        };
        self.totals.remove(&looked, prices);
        self.marks.lift(&looked, prices);
        if self.standing[row.0 as usize].verdict == Verdict::Shown {
            self.view_totals.remove(&looked, prices);
        }
    }

    /// Puts it back, and notes that the row has changed.
    fn weigh_in(&mut self, row: RowId) {
        let prices = &self.settings.prices;
        if let Some(looked) = self.catalog.get(row) {
            self.totals.add(&looked, prices);
            self.marks.lower(&looked, prices);
            if self.standing[row.0 as usize].verdict == Verdict::Shown {
                self.view_totals.add(&looked, prices);
            }
        }
        self.note_change(row);
    }

    fn note_change(&mut self, row: RowId) {
        let standing = &mut self.standing[row.0 as usize];
        if !standing.changed {
            standing.changed = true;
            self.changed.push(row);
        }
    }

    /// A live row; `None` if it is gone or never was.
    pub fn row(&self, row: RowId) -> Option<Row<'_>> {
        self.catalog.get(row).filter(|row| !row.is_gone())
    }

    /// All live rows, in the order of the listing, whatever the filter says.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.catalog.rows()
    }

    /// The live row of an upload.
    pub fn find(&self, key: &str, upload_id: &str) -> Option<RowId> {
        let row = self.catalog.find(key, upload_id)?;
        self.row(row).map(|row| row.id())
    }

    /// The state of a row; a change between two looks is a sign of life. `None` while it is not sized.
    pub fn state(&self, row: RowId, now: Timestamp) -> Option<State> {
        let row = self.row(row)?;
        let thresholds = &self.settings.thresholds;
        liveness::state_moved(&row.measure(), row.moved_at(), now, thresholds)
    }

    /// When the service says that it aborts the upload, else when a rule of the bucket or the provider does.
    pub fn deadline(&self, row: RowId) -> Option<Deadline> {
        let left = || self.left(row).map(|(left, _)| left);
        let row = self.row(row).or_else(left)?;
        let own = row.measure().extent().and_then(|extent| extent.abort_date);
        self.rules.deadline(row.key(), row.initiated(), own)
    }

    /// What names the row's upload for ever.
    pub fn target(&self, row: RowId) -> Option<Target> {
        self.row(row).map(|row| row.target(&self.bucket))
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Changes the filter; settles.
    pub fn set_filter(&mut self, filter: Filter, now: Timestamp) {
        if filter != self.filter {
            self.filter = filter;
            self.stale.filter = true;
            self.settle(now);
        }
    }

    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Changes the order; settles.
    pub fn set_sort(&mut self, sort: Sort, now: Timestamp) {
        if sort != self.sort || !self.held.is_empty() {
            self.sort = sort;
            self.sort_again(now);
        }
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Shows only keys that begin with `prefix`; settles.
    pub fn set_prefix(&mut self, prefix: &str, now: Timestamp) {
        if prefix != self.prefix {
            prefix.clone_into(&mut self.prefix);
            self.stale.filter = true;
            self.settle(now);
        }
    }
}
