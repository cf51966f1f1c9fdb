//! One bucket as the person sees it: its table, how far its listing is, and where the cursor stands.

use std::collections::{HashMap, HashSet};

use super::cursor::Cursor;
use super::folders::FolderView;
use crate::model::table::Table;
use crate::model::{Bucket, RowId, Timestamp};
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
    pub asked: HashSet<RowId>,
    pub cursor: Cursor<RowId>,
    /// Where a range of marks began.
    pub range_from: Option<RowId>,
    /// The folder view, while it is shown instead of the flat list.
    pub folders: Option<FolderView>,
    /// Why a row was skipped or failed last time, for its details.
    pub reasons: HashMap<RowId, String>,
    /// Rows that a running job is aborting.
    pub aborting: HashSet<RowId>,
    /// What the bucket does against orphans; `None` while nobody has asked.
    pub prevention: Option<Prevention>,
}

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
            asked: HashSet::new(),
            cursor: Cursor::default(),
            range_from: None,
            folders: None,
            reasons: HashMap::new(),
            aborting: HashSet::new(),
            prevention: None,
        }
    }

    /// The upload under the cursor, in either view.
    pub fn current(&self) -> Option<RowId> {
        match &self.folders {
            Some(view) => view.current_row(),
            None => self.cursor.item().copied(),
        }
    }

    /// The folders are out of date: filter, order, prefix or marks changed.
    pub fn regroup(&mut self) {
        if let Some(view) = &mut self.folders {
            view.is_stale = true;
        }
    }

    /// The positions, first and last, that an open range of marks covers.
    pub fn range(&self) -> Option<(usize, usize)> {
        let from = self.table.position(self.range_from?)?;
        let to = self.cursor.index();
        Some((from.min(to), from.max(to)))
    }

    /// Whether a listing is under way.
    pub const fn is_listing(&self) -> bool {
        matches!(self.listing, Listing::Running(_))
    }

    /// The rows in the window of the flat list, or the uploads among the lines of the folder view.
    pub fn on_screen(&self, window: usize) -> Vec<RowId> {
        if let Some(view) = &self.folders {
            view.rows_on_screen(window)
        } else {
            let top = self.cursor.top();
            (top..top + window)
                .map_while(|index| self.table.at(index))
                .collect()
        }
    }
}
