//! The uploads of one bucket as the person sees them: rows, filter, order, marks and totals, kept in step.
//!
//! Changes are taken in at once, the view follows when [`Table::settle`] is called. Time arrives as an
//! argument. Knows no screen and no job.

mod arrange;
mod books;
mod fade;
mod select;
mod settle;
mod standing;
mod stir;
mod sums;

use std::sync::Arc;

use super::catalog::{Catalog, Listed, Row};
use super::cost::Prices;
use super::deadline::{AbortRule, Deadline, Rules};
use super::provider::Provider;
use super::view::{Sort, View};
use super::{Filter, Measure, RowId, State, Target, Thresholds, Timestamp, Upload, liveness};

pub use arrange::{Arranged, Doing, Wish};
pub use stir::{Leaving, Stir, Stirring};
pub use sums::Below;

use books::Books;
use fade::Fading;
use standing::Verdict;

/// Up to so many rows a table is filtered and sorted at once: that takes some milliseconds. What is larger is
/// arranged elsewhere, see [`Table::wish`].
const SMALL: usize = 20_000;

/// What a table needs to know beside its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSettings {
    pub prices: Arc<Prices>,
    pub thresholds: Thresholds,
    pub provider: Provider,
}

/// What a view is made by.
#[derive(Debug, Clone, PartialEq, Default)]
struct Shape {
    filter: Filter,
    sort: Sort,
    /// Only keys that begin so.
    prefix: String,
    /// What can end uploads.
    rules: Rules,
    /// The prefix below which folders are summed up.
    below: Option<String>,
}

/// What of the view is out of date, beside the changed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Stale {
    /// Which rows pass.
    filter: bool,
    /// In which order they come.
    order: bool,
    /// What they add up to.
    sums: bool,
}

/// One bucket's uploads.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    bucket: String,
    /// The bucket's own rules, once they are known.
    own_rules: Option<Arc<[AbortRule]>>,
    catalog: Catalog,
    books: Books,
    /// What the person wants to see; what the view shows by now stands in the books.
    wanted: Shape,
    view: View,
    stale: Stale,
    /// The view is being arranged elsewhere.
    pending: Option<arrange::Pending>,
    /// How often it was.
    wishes: u64,
    small: usize,
    judged_at: Option<Timestamp>,
    undecided: usize,
    refused: usize,
    fading: Fading,
    /// Of the marked rows, those that the view does not show.
    hidden_marks: usize,
    /// What came, went and moves.
    stirs: stir::Stirs,
    /// Rows in the view that went and are still in sight.
    left_shown: usize,
}

impl Table {
    pub fn new(bucket: &str, settings: TableSettings) -> Self {
        let shape = Shape {
            rules: Rules::of(&settings.provider, None),
            ..Shape::default()
        };
        Self {
            bucket: bucket.to_owned(),
            own_rules: None,
            catalog: Catalog::default(),
            books: Books::new(settings, shape.clone()),
            wanted: shape,
            view: View::default(),
            stale: Stale::default(),
            pending: None,
            wishes: 0,
            small: SMALL,
            judged_at: None,
            undecided: 0,
            refused: 0,
            fading: Fading::default(),
            hidden_marks: 0,
            stirs: stir::Stirs::default(),
            left_shown: 0,
        }
    }

    /// The same, but what has more rows than this is arranged elsewhere.
    #[must_use]
    pub fn with_small(self, small: usize) -> Self {
        Self { small, ..self }
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn settings(&self) -> &TableSettings {
        &self.books.settings
    }

    /// Takes in a page of a listing and returns how many uploads were new. Known ones count as seen again. One
    /// that was buried since the listing began stays buried: the page may be older than its end.
    pub fn extend(&mut self, uploads: &[Upload]) -> usize {
        let mut fresh = 0;
        for upload in uploads {
            let mut was_there = false;
            let Self { catalog, books, .. } = self;
            let listed = catalog.list(upload, |row| {
                was_there = !row.is_gone();
                books.note(&row);
                if was_there {
                    books.weigh_out(&row);
                }
            });
            match listed {
                Listed::New(row) => {
                    fresh += 1;
                    self.stirs.came(row);
                    self.books.take_in(row);
                    self.weigh_in(row);
                }
                Listed::Changed(row) => {
                    if !was_there {
                        self.books.standings[row.0 as usize].set_state(None);
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

    /// How many entries of this listing were not taken, see [`Listed::Full`].
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
        self.measure(row, measure, now, false);
    }

    /// As [`Table::set_measure`], but the row keeps its place in the view until the next [`Table::sort_again`]:
    /// whoever reads a page must not see it run away as its sizes come in.
    pub fn set_measure_in_place(&mut self, row: RowId, measure: Measure, now: Timestamp) {
        self.measure(row, measure, now, true);
    }

    fn measure(&mut self, row: RowId, measure: Measure, now: Timestamp, in_place: bool) {
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
        let books = &self.books;
        let placed = books.standings[row.0 as usize].verdict() == Verdict::Shown
            && !books.is_changed.contains(row);
        let held = books.held.get(row);
        let held = held.or_else(|| placed.then(|| books.packing().pack(&known)));
        self.weigh_out(row);
        self.books.held.remove(row);
        self.catalog.set_measure(row, measure, now);
        let active = self.settings().thresholds.active;
        let fresh = |sign: &Timestamp| now.since(*sign) < active;
        let sign = self.row(row).and_then(|row| stir::sign(&row));
        self.stirs.shows(row, before, sign.filter(fresh));
        if moves {
            self.stirs.moved(row);
        }
        self.restate(row, now);
        self.weigh_in(row);
        if let Some(held) = held.filter(|_| in_place) {
            self.books.held.insert(row, held);
        }
    }

    /// How many rows keep a place that is not theirs any more.
    pub fn held(&self) -> usize {
        self.books.held.len()
    }

    /// Puts every row in its place; settles.
    pub fn sort_again(&mut self, now: Timestamp) {
        self.stale.order = true;
        self.settle(now);
    }

    /// Another provider's rules and prices hold; settles.
    pub fn set_provider(&mut self, provider: Provider, prices: Arc<Prices>, now: Timestamp) {
        if prices != self.settings().prices {
            self.set_prices(prices);
        }
        if provider != self.settings().provider {
            self.books.settings.provider = provider;
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
        let rules = Rules::of(&self.settings().provider, self.own_rules.clone());
        if changed || rules != self.wanted.rules {
            self.wanted.rules = rules;
            self.stale.filter |= self.wanted.filter.needs_deadlines();
            self.sort_again(now);
        }
    }

    /// Weighs every row again: totals hold costs.
    fn set_prices(&mut self, prices: Arc<Prices>) {
        let rows: Vec<RowId> = self.rows().map(|row| row.id()).collect();
        for row in &rows {
            self.weigh_out(*row);
        }
        self.books.settings.prices = prices;
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
    }

    /// Takes a live row's weight out of all that counts it, and notes that it changes.
    fn weigh_out(&mut self, row: RowId) {
        let Self { catalog, books, .. } = self;
        if let Some(row) = catalog.get(row) {
            books.note(&row);
            books.weigh_out(&row);
        }
    }

    /// Puts it back.
    fn weigh_in(&mut self, row: RowId) {
        let Self { catalog, books, .. } = self;
        if let Some(row) = catalog.get(row) {
            books.weigh_in(&row);
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
        let thresholds = &self.settings().thresholds;
        liveness::state_moved(&row.measure(), row.moved_at(), now, thresholds)
    }

    /// When the service says that it aborts the upload, else when a rule of the bucket or the provider does.
    pub fn deadline(&self, row: RowId) -> Option<Deadline> {
        let left = || self.left(row).map(|(left, _)| left);
        let row = self.row(row).or_else(left)?;
        let own = row.measure().extent().and_then(|extent| extent.abort_date);
        self.wanted.rules.deadline(row.key(), row.initiated(), own)
    }

    /// What names the row's upload for ever.
    pub fn target(&self, row: RowId) -> Option<Target> {
        self.row(row).map(|row| row.target(&self.bucket))
    }

    pub fn filter(&self) -> &Filter {
        &self.wanted.filter
    }

    /// Changes the filter; settles.
    pub fn set_filter(&mut self, filter: Filter, now: Timestamp) {
        if filter != self.wanted.filter {
            self.wanted.filter = filter;
            self.stale.filter = true;
            self.settle(now);
        }
    }

    pub fn sort(&self) -> Sort {
        self.wanted.sort
    }

    /// Changes the order; settles.
    pub fn set_sort(&mut self, sort: Sort, now: Timestamp) {
        if sort != self.wanted.sort || !self.books.held.is_empty() {
            self.wanted.sort = sort;
            self.sort_again(now);
        }
    }

    pub fn prefix(&self) -> &str {
        &self.wanted.prefix
    }

    /// Shows only keys that begin with `prefix`; settles.
    pub fn set_prefix(&mut self, prefix: &str, now: Timestamp) {
        if prefix != self.wanted.prefix {
            prefix.clone_into(&mut self.wanted.prefix);
            self.stale.filter = true;
            self.settle(now);
        }
    }

    /// Sums up the folders below a prefix from now on, or none; settles.
    pub fn open_folder(&mut self, prefix: Option<&str>, now: Timestamp) {
        if prefix != self.wanted.below.as_deref() {
            self.wanted.below = prefix.map(ToOwned::to_owned);
            if prefix.is_none() {
                // What is not asked for any more needs no look at the rows.
                self.books.shown.below = None;
                self.books.sums.below = None;
                return;
            }
            self.stale.sums = true;
            self.settle(now);
        }
    }

    /// What lies below the open folder; `None` while that is being summed up.
    pub fn below(&self) -> Option<&Below> {
        let below = self.books.sums.below.as_ref()?;
        (Some(below.prefix()) == self.wanted.below.as_deref()).then_some(below)
    }
}
