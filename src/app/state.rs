//! Everything the app knows. Read by the screen, changed only by the app's own modules.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::dialog::adopt::Compared;
use super::dialog::{Dialog, END};
use super::folders::Grouping;
use super::jobs::Jobs;
use super::layout::{Layout, Pane, layout};
use super::messages::Messages;
use super::parts::OpenParts;
use super::place::{Listing, Place};
use super::tasks::{AbortSums, Tasks};
use super::text::Line;
use super::transfer::SendSums;
use super::uploading::Browsed;
use super::watching::Watching;
use super::{Settings, ThemeName};
use crate::model::send::Interrupted;
use crate::model::{RowId, Timestamp};
use crate::protocol::{Fault, Identity, Kind};

/// The buckets of the account.
#[derive(Debug, Clone, Default)]
pub struct Buckets {
    /// By name; a bucket that was only named by the person is here too.
    pub places: Vec<Place>,
    /// Why the account's buckets could not be listed.
    pub fault: Option<Fault>,
    pub loading: bool,
    /// The name under the cursor.
    pub cursor: Cursor<String>,
    /// The filter on names, as typed.
    pub filter: String,
    /// The bucket whose uploads are shown.
    pub open: Option<String>,
}

impl Buckets {
    /// The places that the name filter shows.
    pub fn shown(&self) -> impl Iterator<Item = &Place> {
        let wanted = self.filter.to_lowercase();
        self.places
            .iter()
            .filter(move |place| contains(&place.bucket.name, &wanted))
    }

    /// Whether the name filter lets a name through.
    pub fn shows(&self, name: &str) -> bool {
        contains(name, &self.filter.to_lowercase())
    }

    /// Puts the cursor on its bucket again among those that are shown. Of hundreds of names none is copied but the
    /// one under the cursor: this comes after every event.
    pub(super) fn settle(&mut self, window: usize) {
        let mut cursor = std::mem::take(&mut self.cursor);
        if self.filter.is_empty() {
            let places = &self.places;
            cursor.settle(
                places.len(),
                window,
                |name| places.binary_search_by(|of| of.bucket.name.cmp(name)).ok(),
                |index| places.get(index).map(|of| of.bucket.name.clone()),
            );
        } else {
            let shown: Vec<&str> = self.shown().map(|of| of.bucket.name.as_str()).collect();
            cursor.settle(
                shown.len(),
                window,
                |name| shown.binary_search(&name.as_str()).ok(),
                |index| shown.get(index).map(|name| (*name).to_owned()),
            );
        }
        self.cursor = cursor;
    }

    /// How far the sweep over all buckets is.
    pub fn swept(&self) -> Swept {
        let mut swept = Swept {
            all: self.places.len(),
            ..Swept::default()
        };
        for place in &self.places {
            match &place.listing {
                Listing::Waiting | Listing::Running(_) => swept.open += 1,
                Listing::Failed(fault) if fault.kind == Kind::Denied => swept.denied += 1,
                Listing::Failed(_) => swept.failed += 1,
                Listing::Complete | Listing::Cancelled => {}
            }
        }
        swept
    }

    pub fn get(&self, name: &str) -> Option<&Place> {
        let index = self
            .places
            .binary_search_by(|place| place.bucket.name.as_str().cmp(name))
            .ok()?;
        self.places.get(index)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Place> {
        let index = self
            .places
            .binary_search_by(|place| place.bucket.name.as_str().cmp(name))
            .ok()?;
        self.places.get_mut(index)
    }
}

/// Without a copy of the name where that can be spared: new buckets have no capital letters.
fn contains(name: &str, lower: &str) -> bool {
    if name
        .bytes()
        .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
    {
        return name.to_lowercase().contains(lower);
    }
    name.contains(lower)
}

/// How far the sweep over all buckets is, in buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    pub all: usize,
    /// Their listings wait, or are under way.
    pub open: usize,
    pub denied: usize,
    /// Their listings ended early for any other reason.
    pub failed: usize,
}

impl Swept {
    /// What is listed to the end, or as far as somebody wished.
    pub const fn listed(&self) -> usize {
        self.all - self.open - self.denied - self.failed
    }
}

/// A filter being typed.
#[derive(Debug, Clone)]
pub struct FilterEdit {
    /// Of the buckets' names, or of the uploads.
    pub pane: Pane,
    pub line: Line,
    /// What was in force before, restored by esc.
    pub before: String,
    /// Why what is typed does not parse yet, and where (column from 1); the last good filter stays in force.
    pub error: Option<(usize, String)>,
    pub suggestions: Vec<String>,
}

/// An upload that was stopped and can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// `bucket/key`, not yet escaped.
    pub(super) destination: String,
    /// Bytes; `None`: not told.
    pub(super) stored: Option<u64>,
}

/// The whole state.
#[derive(Debug, Clone)]
pub struct App {
    pub settings: Settings,
    pub now: Timestamp,
    pub columns: u16,
    pub rows: u16,
    pub identity: Option<Identity>,
    pub focus: Pane,
    /// Where `tasks` was opened from.
    pub(super) focus_before_tasks: Pane,
    pub buckets: Buckets,
    pub parts: Option<OpenParts>,
    /// Parts are shown as a map instead of a list.
    pub shows_map: bool,
    /// The row on which the cursor rested at the last tick, waiting for its preview.
    pub(super) resting: Option<(String, RowId)>,
    pub tasks: Tasks,
    /// The uploads that are watched.
    pub watching: Watching,
    pub messages: Messages,
    pub dialog: Option<Dialog>,
    /// What comes back when the open dialog is closed.
    pub behind: Option<Box<super::account::AccountView>>,
    /// How far the long text on screen can be scrolled: the one thing that the screen tells, since only it knows
    /// widths and wrapped lines.
    pub reach: Cell<usize>,
    pub filter_edit: Option<FilterEdit>,
    pub(super) jobs: Jobs,
    /// What uploads were rolled up by last.
    pub(super) grouping: Grouping,
    pub(super) history: Vec<String>,
    /// Where the upload dialog looked for files last.
    pub(super) browsed: Browsed,
    /// The newest comparison of an upload with a file that nothing came of yet.
    pub compared: Option<Box<Compared>>,
    /// What this run changed, for the farewell.
    pub(super) sums: AbortSums,
    pub(super) sent: SendSums,
    /// What this run kept for later, by the journal's names.
    pub(super) kept: BTreeMap<String, Kept>,
    /// Our own uploads that did not end, as far as something can be done about them.
    pub interrupted: Vec<Interrupted>,
    pub(super) last_refresh: Timestamp,
}

impl App {
    /// An app that knows nothing yet, for a terminal of this size in cells.
    pub fn new(settings: Settings, columns: u16, rows: u16) -> Self {
        Self {
            now: settings.now,
            last_refresh: settings.now,
            settings,
            columns,
            rows,
            identity: None,
            focus: Pane::default(),
            focus_before_tasks: Pane::default(),
            buckets: Buckets::default(),
            parts: None,
            shows_map: false,
            resting: None,
            tasks: Tasks::default(),
            watching: Watching::default(),
            messages: Messages::default(),
            dialog: None,
            behind: None,
            reach: Cell::new(END),
            filter_edit: None,
            jobs: Jobs::default(),
            grouping: Grouping::default(),
            history: Vec::new(),
            browsed: Browsed::default(),
            compared: None,
            sums: AbortSums::default(),
            sent: SendSums::default(),
            kept: BTreeMap::new(),
            interrupted: Vec::new(),
        }
    }

    /// Where everything is on screen now.
    pub fn layout(&self) -> Layout {
        layout(self.columns, self.rows, self.focus, self.tasks.list.len())
    }

    pub fn theme(&self) -> ThemeName {
        self.settings.theme
    }

    /// The bucket whose uploads are shown: the opened one, else the one under the cursor.
    pub fn place(&self) -> Option<&Place> {
        let name = self.buckets.open.as_deref().or(self
            .buckets
            .cursor
            .item()
            .map(String::as_str))?;
        self.buckets.get(name)
    }

    pub(super) fn place_mut(&mut self) -> Option<&mut Place> {
        let name = self
            .buckets
            .open
            .clone()
            .or_else(|| self.buckets.cursor.item().cloned())?;
        self.buckets.get_mut(&name)
    }

    /// The parts of the upload under the cursor, if they are the ones that are loaded.
    pub fn current_parts(&self) -> Option<&OpenParts> {
        let place = self.place()?;
        let target = place.table.target(place.current()?)?;
        self.parts.as_ref().filter(|parts| parts.target == target)
    }
}
