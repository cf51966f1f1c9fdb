//! Filtering and sorting a large table elsewhere, while rows come and change: what is wanted goes out as a value,
//! the view comes back, and what changed meanwhile is merged into it. The latest wish wins.

use std::fmt;
use std::sync::Arc;

use super::standing::{Standing, Verdict};
use super::sums::Sums;
use super::{Shape, Stale, Table};
use crate::model::bits::Bits;
use crate::model::catalog::Rows;
use crate::model::cost::Prices;
use crate::model::tally::Load;
use crate::model::view::{Held, Order, Packing, Spot, View};
use crate::model::{Moment, RowId, Tally, Timestamp};

/// Rows between two looks at whether the work is wanted still.
const STRIDE: usize = 4_096;

/// The view is being arranged elsewhere, from these rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pending {
    ticket: u64,
    rows: Rows,
    standings: Arc<[Standing]>,
    held: Held,
    marks: Arc<Bits>,
    reorders: bool,
    /// Filter, order or folder are others than those of the view.
    differs: bool,
}

/// What is to be arranged: the rows as they are now, and how. A value without ties to its table.
#[derive(Clone, PartialEq)]
pub struct Wish {
    ticket: u64,
    bucket: String,
    rows: Rows,
    standings: Arc<[Standing]>,
    shape: Shape,
    moment: Moment,
    held: Held,
    marks: Arc<Bits>,
    prices: Arc<Prices>,
}

/// Millions of rows: nobody wants to read them.
impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wish")
            .field("ticket", &self.ticket)
            .field("bucket", &self.bucket)
            .field("rows", &self.rows.slots())
            .finish_non_exhaustive()
    }
}

impl Eq for Wish {}

/// What is being done elsewhere to the view of a large table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Filtering,
    Sorting,
    /// Only what the folders of a level add up to.
    Summing,
}

impl Doing {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Filtering => "filtering",
            Self::Sorting => "sorting",
            Self::Summing => "summing up",
        }
    }
}

/// The view that a [`Wish`] asked for.
#[derive(Clone, PartialEq)]
pub struct Arranged {
    ticket: u64,
    shape: Shape,
    at: Timestamp,
    standings: Vec<Standing>,
    undecided: usize,
    view: View,
    totals: Tally,
    sums: Sums,
}

impl fmt::Debug for Arranged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arranged")
            .field("ticket", &self.ticket)
            .field("rows", &self.view.len())
            .finish_non_exhaustive()
    }
}

impl Eq for Arranged {}

impl Wish {
    /// Filters, sorts and sums up; takes some tenths of a second for a million rows. `None` when it was given up
    /// because `is_stale` said so.
    pub fn carry_out(&self, is_stale: impl Fn() -> bool) -> Option<Arranged> {
        let order = Order {
            rows: &self.rows,
            packing: self.packing(),
        };
        let mut standings = self.standings.to_vec();
        let mut sums = Sums::below(self.shape.below.as_deref());
        let (mut totals, mut undecided) = (Tally::default(), 0);
        let (mut spots, mut leaves) = (Vec::new(), Vec::new());
        for (number, standing) in (0_u32..).zip(&mut standings) {
            if (number as usize).is_multiple_of(STRIDE) && is_stale() {
                return None;
            }
            standing.set_verdict(Verdict::Out);
            let live = self.rows.get(RowId(number)).filter(|row| !row.is_gone());
            let Some(row) = live else { continue };
            let load = Load::of(&row, &self.prices);
            totals.count_in(&load);
            match self.shape.passes(&row, &self.bucket, &self.moment) {
                Some(false) => continue,
                None => {
                    standing.set_verdict(Verdict::Undecided);
                    undecided += 1;
                    continue;
                }
                Some(true) => standing.set_verdict(Verdict::Shown),
            }
            let load = load.marked(self.marks.contains(row.id()));
            sums.add(&row, &load, standing.state());
            let spot = order.spot(&row);
            spots.push(spot);
            if sums
                .below
                .as_ref()
                .is_some_and(|below| below.is_leaf(row.key()))
            {
                leaves.push(spot);
            }
        }
        if let Some(below) = &mut sums.below {
            below.set_leaves(leaves, &order);
        }
        let view = View::of(spots, &order);
        (!is_stale()).then(|| Arranged {
            ticket: self.ticket,
            shape: self.shape.clone(),
            at: self.moment.now,
            standings,
            undecided,
            view,
            totals,
            sums,
        })
    }

    fn packing(&self) -> Packing<'_> {
        Packing {
            sort: self.shape.sort,
            rules: &self.shape.rules,
            held: &self.held,
        }
    }
}

impl Table {
    /// Whether the view is not what is wanted yet, since it is being arranged elsewhere.
    pub fn is_arranging(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.differs)
            || self.is_large() && self.stale != Stale::default()
    }

    /// What is being done to the view elsewhere.
    pub fn doing(&self) -> Option<Doing> {
        let (wanted, shown) = (&self.wanted, &self.books.shown);
        let filters = wanted.filter != shown.filter || wanted.prefix != shown.prefix;
        self.is_arranging().then_some(match () {
            () if filters => Doing::Filtering,
            () if wanted.below != shown.below => Doing::Summing,
            () => Doing::Sorting,
        })
    }

    /// Whether some "oldest" is of a row that left, and has to be counted again.
    pub fn is_worn(&self) -> bool {
        let books = &self.books;
        books.sums.is_worn || books.totals.oldest_left() || books.marks.tally().oldest_left()
    }

    /// What is to be carried out elsewhere, if this is a large table whose view is not what is wanted; with
    /// `recount` also if it [`Table::is_worn`]. Replaces what was wished for before: that comes too late then.
    pub fn wish(&mut self, now: Timestamp, recount: bool) -> Option<Wish> {
        self.settle(now);
        let differs = self.stale != Stale::default();
        let worn = recount && self.is_worn() && self.pending.is_none();
        if !self.is_large() || !(differs || worn) {
            return None;
        }
        let stale = std::mem::take(&mut self.stale);
        let before = self.pending.take();
        self.wishes += 1;
        let ticket = self.wishes;
        let reorders = stale.order || before.as_ref().is_some_and(|pending| pending.reorders);
        let held = if reorders {
            Held::default()
        } else {
            self.books.held.clone()
        };
        let rows = self.catalog.snapshot();
        let standings: Arc<[Standing]> = self.books.standings.as_slice().into();
        let marks = Arc::new(self.books.marks.rows().clone());
        self.books.since = Some(Bits::default());
        self.pending = Some(Pending {
            ticket,
            rows: rows.clone(),
            standings: Arc::clone(&standings),
            held: held.clone(),
            marks: Arc::clone(&marks),
            reorders,
            differs: differs || before.is_some_and(|pending| pending.differs),
        });
        Some(Wish {
            ticket,
            bucket: self.bucket.clone(),
            rows,
            standings,
            shape: self.wanted.clone(),
            moment: self.moment(now),
            held,
            marks,
            prices: Arc::clone(&self.settings().prices),
        })
    }

    /// The view that was wished for will not come: it stays as it is until something else is wanted.
    pub fn give_up(&mut self) {
        self.pending = None;
        self.books.since = None;
    }

    /// Takes over the view that was wished for last; false if this is another one.
    pub fn take_over(&mut self, arranged: Arranged, now: Timestamp) -> bool {
        let is_last = |pending: &mut Pending| pending.ticket == arranged.ticket;
        let Some(pending) = self.pending.take_if(is_last) else {
            return false;
        };
        let mut since = self.books.since.take().unwrap_or_default();
        self.books.changed.clear();
        self.books.is_changed.clear();
        if pending.reorders {
            self.books.held.clear();
        }
        // What went and is still in sight was none of the rows that were arranged.
        since.extend(self.stirs.in_sight());
        self.judged_at = Some(arranged.at);
        self.books.shown = arranged.shape;
        self.view = arranged.view;
        self.undecided = arranged.undecided;
        self.left_shown = 0;
        self.books.totals = arranged.totals;
        self.books.sums = arranged.sums;
        let current = std::mem::replace(&mut self.books.standings, arranged.standings);
        self.books
            .standings
            .resize(current.len(), Standing::default());
        let out = self.take_back(&pending, &since, &current);
        self.mark_again(&pending.marks, &since);
        let marks = self.books.marks.iter();
        let shown = |row: &RowId| self.books.standing(*row).verdict() == Verdict::Shown;
        self.hidden_marks = marks.filter(|row| !shown(row)).count();
        self.merge(since.iter().collect(), &out, now);
        self.renew_oldest_mark();
        true
    }

    /// Counts marks that came and went since the sums were asked for, beside those of rows that changed.
    fn mark_again(&mut self, before: &Bits, since: &Bits) {
        let Self { catalog, books, .. } = self;
        for row in books.marks.rows().differing(before) {
            let standing = books.standings[row.0 as usize];
            if since.contains(row) || standing.verdict() != Verdict::Shown {
                continue;
            }
            if let Some(looked) = catalog.get(row) {
                let marked = books.marks.contains(row);
                books.sums.mark(&looked, standing.state(), marked);
            }
        }
    }

    /// Takes rows that changed since out of all that was counted, as what they were then; gives where the view has
    /// them.
    fn take_back(&mut self, pending: &Pending, since: &Bits, current: &[Standing]) -> Vec<Spot> {
        let mut out = Vec::new();
        for row in since.iter() {
            let at = row.0 as usize;
            let books = &mut self.books;
            let verdict = books.standings[at].verdict();
            books.standings[at] = current[at];
            books.standings[at].set_verdict(Verdict::Out);
            self.undecided -= usize::from(verdict == Verdict::Undecided);
            if let Some(was) = pending.rows.get(row).filter(|row| !row.is_gone()) {
                let load = Load::of(&was, &books.settings.prices);
                books.totals.count_out(&load);
                if verdict == Verdict::Shown {
                    let packing = Packing {
                        sort: books.shown.sort,
                        rules: &books.shown.rules,
                        held: &pending.held,
                    };
                    out.push((packing.pack(&was), row));
                    let load = load.marked(pending.marks.contains(row));
                    books
                        .sums
                        .remove(&was, &load, pending.standings[at].state());
                }
            }
            if let Some(is) = self.catalog.get(row).filter(|row| !row.is_gone()) {
                books
                    .totals
                    .count_in(&Load::of(&is, &books.settings.prices));
            }
        }
        out
    }
}
