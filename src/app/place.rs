//! One bucket as the person sees it: its table, how far its listing is, and where the cursor stands.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::cursor::Cursor;
use super::folders::{FolderView, Grouping, Stale};
use super::rolling::Rolled;
use crate::model::bits::Bits;
use crate::model::table::Table;
use crate::model::{Bucket, RowId, State, Timestamp};
use crate::protocol::{Fault, JobId, Prevention};

/// How far a bucket's listing is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Listing {
    /// Waits for its turn.
    #[default]
    Waiting,
    Running(JobId),
    /// Listed to the end.
    Complete,
    /// Ended early; what was found stays.
    Failed(Fault),
    Cancelled,
}

/// A bucket and everything known of its uploads.
#[derive(Debug, Clone)]
pub struct Place {
    pub bucket: Bucket,
    pub table: Table,
    pub listing: Listing,
    /// The prefix that was listed; empty: the whole bucket.
    pub scope: String,
    /// The prefix that is being listed, or was last: a refresh lists only what is shown.
    pub looking: String,
    /// When the last listing ended.
    pub listed_at: Option<Timestamp>,
    /// When the last listing ended that was complete.
    pub complete_at: Option<Timestamp>,
    /// The look that the last complete one is compared with; `None`: there is nothing to compare with.
    pub since: Option<Timestamp>,
    /// Rows whose size was asked for since the last listing began.
    pub asked: Bits,
    pub cursor: Cursor<RowId>,
    /// Where a range of marks began.
    pub range_from: Option<RowId>,
    /// The folder view, while it is shown instead of the flat list.
    pub folders: Option<FolderView>,
    /// The group whose uploads the flat list shows.
    pub rolled: Option<Rolled>,
    /// Why a row was skipped or failed last time, for its details.
    pub reasons: HashMap<RowId, String>,
    /// Rows that a running job is aborting.
    pub aborting: Bits,
    /// Rows that were found to end only after their deadline, as they go now.
    pub late: HashSet<RowId>,
    /// What the bucket does against orphans; `None` while nobody has asked.
    pub prevention: Option<Prevention>,
    /// The person looks again: others may have changed them since.
    pub rules_due: bool,
    /// Uploads that are alive and will be cut, as of when they were counted.
    cut: (Timestamp, usize),
    /// The job that filters and sorts it.
    pub arranging: Option<JobId>,
    /// When that began last.
    pub arranged_at: Timestamp,
}

/// What is alive and due within this is cut: nobody sends a large object in less. Shown as such.
const CUT_WITHIN: Duration = Duration::from_hours(24);
/// Counting looks at every upload that is alive: not more often than this.
const CUT_EVERY: Duration = Duration::from_secs(10);

impl Place {
    /// A bucket of which nothing is known yet.
    pub fn new(bucket: Bucket, table: Table) -> Self {
        Self {
            bucket,
            table,
            listing: Listing::default(),
            scope: String::new(),
            looking: String::new(),
            listed_at: None,
            complete_at: None,
            since: None,
            asked: Bits::default(),
            cursor: Cursor::default(),
            range_from: None,
            folders: None,
            rolled: None,
            reasons: HashMap::new(),
            aborting: Bits::default(),
            late: HashSet::new(),
            prevention: None,
            rules_due: false,
            cut: (Timestamp::default(), 0),
            arranging: None,
            arranged_at: Timestamp::default(),
        }
    }

    /// Whether an upload is alive and will be ended by its deadline within the day, or should be by now; or is
    /// known not to be done by its deadline, whenever that is.
    pub fn is_cut(&self, row: RowId, now: Timestamp) -> bool {
        if self.late.contains(&row) {
            return self.table.row(row).is_some();
        }
        let due = || self.table.deadline(row).map(|of| of.at);
        self.table.state(row, now) == Some(State::Active)
            && due().is_some_and(|at| at <= now.plus(CUT_WITHIN))
    }

    /// How many of them there are, as far as was counted.
    pub const fn cut(&self) -> usize {
        self.cut.1
    }

    /// Counts them; looks only at those that are alive, and at those known to be late.
    pub fn count_cut(&mut self, now: Timestamp) {
        let late = self.late.iter().filter(|row| self.is_cut(**row, now));
        let lively = self.table.lively(now);
        let lively = lively.filter(|row| !self.late.contains(row));
        let cut = late.count() + lively.filter(|row| self.is_cut(*row, now)).count();
        self.cut = (now, cut);
    }

    /// Counts them unless that was done just now.
    pub fn recount_cut(&mut self, now: Timestamp) {
        if now.since(self.cut.0) >= CUT_EVERY {
            self.count_cut(now);
        }
    }

    /// The upload under the cursor, in either view.
    pub fn current(&self) -> Option<RowId> {
        match &self.folders {
            Some(view) => view.current_row(&self.table),
            None => self.cursor.item().copied(),
        }
    }

    /// The roll-up is out of date: filter, order or prefix changed.
    pub fn regroup(&mut self) {
        if let Some(view) = &mut self.folders {
            view.stale = Stale::Shape;
        }
    }

    /// Marks changed: groups count them.
    pub fn remark(&mut self) {
        if let Some(view) = &mut self.folders {
            view.stale = view.stale.max(Stale::Rows);
        }
    }

    /// The positions, first and last, that an open range of marks covers.
    pub fn range(&self) -> Option<(usize, usize)> {
        let from = self.table.position(self.range_from?)?;
        let to = self.cursor.index();
        Some((from.min(to), from.max(to)))
    }

    /// The prefix of what is in sight: the level of the folders, or what the list is confined to.
    pub fn level(&self) -> &str {
        let folders = self.folders.as_ref();
        match folders.filter(|view| view.by == Grouping::Prefix) {
            Some(view) => &view.prefix,
            None => self.table.prefix(),
        }
    }

    /// Whether a listing is under way.
    pub const fn is_listing(&self) -> bool {
        matches!(self.listing, Listing::Running(_))
    }

    /// The rows in the window of the flat list, or the uploads among the lines of the folder view.
    pub fn on_screen(&self, window: usize) -> Vec<RowId> {
        if let Some(view) = &self.folders {
            view.rows_on_screen(&self.table, window)
        } else {
            let top = self.cursor.top();
            (top..top + window)
                .map_while(|index| self.table.at(index))
                .collect()
        }
    }
}
