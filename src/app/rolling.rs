//! Showing the roll-up, choosing what uploads are grouped by, and going into a group and back.

use super::Effect;
use super::folders::{FolderLine, FolderView, Grouping, Stale};
use super::layout::Pane;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use crate::model::filter::{self, Filter};
use crate::model::rollup::Group;
use crate::model::{RowId, Timestamp};

/// The group whose uploads are shown as a flat list, by a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolled {
    by: Grouping,
    name: Option<String>,
    /// The filter before.
    before: String,
    /// The filter that shows the group.
    filter: String,
}

impl App {
    pub(super) fn toggle_folders(&mut self) {
        let (now, by) = (self.now, self.grouping);
        let Some(place) = self.place_mut() else {
            return;
        };
        if place.folders.take().is_some() {
            place.table.open_folder(None, now);
        } else {
            self.roll_up(by);
        }
    }

    /// The next grouping; from the flat list the one that was last.
    pub(super) fn next_grouping(&mut self) {
        let by = self.place().and_then(|place| place.folders.as_ref());
        let by = by.map_or(self.grouping, |view| view.by.next());
        self.roll_up(by);
    }

    /// Shows the uploads rolled up by this.
    fn roll_up(&mut self, by: Grouping) {
        self.grouping = by;
        let (now, window) = (self.now, self.window(Pane::Uploads));
        let Some(place) = self.place_mut() else {
            return;
        };
        place.range_from = None;
        place.rolled = None;
        let prefix = if let Some(view) = &place.folders {
            view.prefix.clone()
        } else {
            // Where a prefix is in force, its folder is where to begin.
            let prefix = place.table.prefix();
            let end = prefix.rfind('/').map_or(0, |slash| slash + 1);
            prefix[..end].to_owned()
        };
        if by == Grouping::Prefix {
            place.folders = None;
            self.enter_folder(prefix);
            return;
        }
        // The folders are kept summed up: their level is at hand when it is their turn again.
        let mut view = FolderView::of_level(prefix, None);
        view.group_by(by);
        view.put_in_order(&place.table, window, now);
        place.folders = Some(view);
    }

    pub(super) fn grouping_verb(
        &mut self,
        word: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let by = Grouping::from_word(word).ok_or_else(|| {
            let words = Grouping::ALL.map(Grouping::word).join(", ");
            format!("uploads are not grouped by '{word}': {words}")
        })?;
        if self.place().is_none() {
            return Err("open a bucket first".to_owned());
        }
        self.show_uploads(effects);
        self.roll_up(by);
        Ok(())
    }

    pub(super) fn enter_folder(&mut self, prefix: String) {
        let (now, window) = (self.now, self.window(Pane::Uploads));
        let Some(place) = self.place_mut() else {
            return;
        };
        place.table.open_folder(Some(&prefix), now);
        let left = place.folders.take().map(|view| view.prefix);
        let mut view = FolderView::of_level(prefix, left.as_deref());
        view.put_in_order(&place.table, window, now);
        place.folders = Some(view);
    }

    /// Shows the uploads of a group as a list.
    pub(super) fn open_group(&mut self, by: Grouping, group: Group) {
        let now = self.now;
        let term = by.by();
        let term = term.and_then(|by| filter::of_group(by, group.name.as_deref(), now));
        let Some(term) = term else {
            let text = "no filter tells what is not sized yet: S sizes it, space marks it";
            self.say(Severity::Info, text);
            return;
        };
        let Some(place) = self.place_mut() else {
            return;
        };
        let before = place.table.filter().text().to_owned();
        let text = format!("{before} {term}").trim_start().to_owned();
        let Ok(narrowed) = Filter::parse(&text) else {
            return;
        };
        place.table.open_folder(None, now);
        place.folders = None;
        place.cursor.reset();
        place.table.set_filter(narrowed, now);
        place.rolled = Some(Rolled {
            by,
            name: group.name,
            before,
            filter: text,
        });
    }

    /// Back from a group's uploads: to the group's filter if another was set since, else to the groups. Whether
    /// there was one to go back from; `out` goes to the groups at once.
    pub(super) fn leave_group(&mut self, out: bool) -> bool {
        let (now, window) = (self.now, self.window(Pane::Uploads));
        let Some(place) = self.place_mut() else {
            return false;
        };
        let Some(rolled) = place.rolled.take().filter(|_| place.folders.is_none()) else {
            return false;
        };
        let text = place.table.filter().text();
        let narrowed = !text.is_empty() && text != rolled.filter;
        let back = if narrowed && !out {
            &rolled.filter
        } else {
            &rolled.before
        };
        if let Ok(back) = Filter::parse(back) {
            place.table.set_filter(back, now);
        }
        if narrowed && !out {
            place.rolled = Some(rolled);
            return true;
        }
        place.range_from = None;
        let mut view = FolderView::default();
        view.group_by(rolled.by);
        view.return_to(rolled.name);
        view.put_in_order(&place.table, window, now);
        place.folders = Some(view);
        true
    }

    /// Whether rows changed since the lines were last put in order.
    pub(super) fn folders_are_stale(&self) -> bool {
        let view = self.place().and_then(|place| place.folders.as_ref());
        view.is_some_and(|view| view.stale != Stale::No)
    }

    /// Puts the lines in order again where that is due: on keys and ticks, not on every batch of news.
    pub(super) fn group_folders(&mut self, is_tick: bool) {
        let (now, window) = (self.now, self.window(Pane::Uploads));
        if let Some(place) = self.place_mut()
            && let Some(view) = &mut place.folders
            && view.is_due(&place.table, now, is_tick)
        {
            view.put_in_order(&place.table, window, now);
        }
    }
}

impl Place {
    /// The uploads that an action without marks means: the one under the cursor, or all of a folder or group.
    pub(super) fn rows_under_cursor(&self, now: Timestamp) -> Vec<RowId> {
        let table = &self.table;
        let Some(view) = &self.folders else {
            return self.cursor.item().copied().into_iter().collect();
        };
        match view.current(table) {
            None => Vec::new(),
            Some(FolderLine::Upload(row)) => vec![row],
            Some(FolderLine::Folder(folder)) => {
                let is_under = |row: &RowId| {
                    let row = table.row(*row);
                    row.is_some_and(|row| row.key().starts_with(&folder.prefix))
                };
                table.shown().filter(is_under).collect()
            }
            Some(FolderLine::Group(by, group)) => by.by().map_or_else(Vec::new, |by| {
                table.rows_of(by, group.name.as_deref(), now).collect()
            }),
        }
    }
}
