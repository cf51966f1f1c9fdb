//! The folder view: uploads grouped by the next `/` of their keys, as a disk-usage tool shows directories.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::cursor::Cursor;
use super::layout::Pane;
use super::place::Place;
use super::state::App;
use crate::model::rollup::Folder;
use crate::model::view::Column;
use crate::model::{RowId, Timestamp};

/// One line of it.
#[derive(Debug, Clone, PartialEq)]
pub enum FolderLine {
    Folder(Folder),
    /// An upload whose key lies directly under the prefix.
    Upload(RowId),
}

/// What names a line while lines change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineName {
    Folder(String),
    Upload(RowId),
}

impl FolderLine {
    pub fn name(&self) -> LineName {
        match self {
            Self::Folder(folder) => LineName::Folder(folder.prefix.clone()),
            Self::Upload(row) => LineName::Upload(*row),
        }
    }
}

/// The folder view of one bucket.
#[derive(Debug, Clone, Default)]
pub struct FolderView {
    /// Empty at the top, else ends in `/`.
    pub prefix: String,
    /// Folders by bytes, then the uploads of this level.
    pub lines: Vec<FolderLine>,
    pub cursor: Cursor<LineName>,
    /// How many uploads below each folder are marked, by the folder's prefix.
    pub marked: HashMap<String, u64>,
    /// Whether rows or marks changed since the lines were made.
    pub is_stale: bool,
}

impl FolderView {
    /// The line under the cursor.
    pub fn current(&self) -> Option<&FolderLine> {
        self.lines.get(self.cursor.index())
    }

    /// The upload under the cursor, if it is one.
    pub fn current_row(&self) -> Option<RowId> {
        match self.current()? {
            FolderLine::Upload(row) => Some(*row),
            FolderLine::Folder(_) => None,
        }
    }

    /// The uploads among the lines in the window.
    pub fn rows_on_screen(&self, window: usize) -> Vec<RowId> {
        let lines = self.lines.iter().skip(self.cursor.top()).take(window);
        lines
            .filter_map(|line| {
                if let FolderLine::Upload(row) = line {
                    Some(*row)
                } else {
                    None
                }
            })
            .collect()
    }

    /// The prefix one level up; `None` at the top.
    pub fn parent(&self) -> Option<String> {
        let inner = self.prefix.strip_suffix('/')?;
        Some(
            inner
                .rfind('/')
                .map_or_else(String::new, |slash| inner[..=slash].to_owned()),
        )
    }

    /// Puts the cursor back on its line after the lines changed.
    pub fn settle(&mut self, window: usize) {
        let names: Vec<LineName> = self.lines.iter().map(FolderLine::name).collect();
        let position = |name: &LineName| names.iter().position(|other| other == name);
        self.cursor.settle(names.len(), window, position, |index| {
            names.get(index).cloned()
        });
    }
}

impl App {
    pub(super) fn toggle_folders(&mut self) {
        let Some(place) = self.place_mut() else {
            return;
        };
        if place.folders.take().is_none() {
            // Where a prefix is in force, its folder is where to begin.
            let prefix = place.table.prefix();
            let prefix = prefix
                .rfind('/')
                .map_or_else(String::new, |slash| prefix[..=slash].to_owned());
            place.range_from = None;
            self.enter_folder(prefix);
        }
    }

    pub(super) fn enter_folder(&mut self, prefix: String) {
        let now = self.now;
        let window = self.window(Pane::Uploads);
        let Some(place) = self.place_mut() else {
            return;
        };
        let from = place.folders.take().map(|view| view.prefix);
        let mut view = FolderView {
            prefix,
            ..FolderView::default()
        };
        group(place, &mut view, now);
        // Going out, the cursor stands on the folder that was left.
        let left = view.lines.iter().position(|line| match line {
            FolderLine::Folder(folder) => from.as_deref() == Some(folder.prefix.as_str()),
            FolderLine::Upload(_) => false,
        });
        if let Some(index) = left {
            let lines = &view.lines;
            let at = |index: usize| lines.get(index).map(FolderLine::name);
            view.cursor.go(index, lines.len(), window, at);
        } else {
            view.settle(window);
        }
        place.folders = Some(view);
    }

    /// Whether rows changed since the folders were last summed up.
    pub(super) fn folders_are_stale(&self) -> bool {
        self.place()
            .is_some_and(|place| place.folders.as_ref().is_some_and(|view| view.is_stale))
    }

    /// Sums the folders up again. Done on keys and ticks, not on every batch of news: it looks at every row.
    pub(super) fn group_folders(&mut self) {
        if !self.folders_are_stale() {
            return;
        }
        let now = self.now;
        let Some(place) = self.place_mut() else {
            return;
        };
        if let Some(mut view) = place.folders.take() {
            group(place, &mut view, now);
            place.folders = Some(view);
        }
    }
}

fn group(place: &Place, view: &mut FolderView, now: Timestamp) {
    let mut level = place.table.folders(&view.prefix, now);
    let sort = place.table.sort();
    // Folders come by bytes, the biggest first, which is also what they are by whatever only uploads have.
    match sort.column {
        Column::Key => level.folders.sort_by(|a, b| a.name.cmp(&b.name)),
        Column::Age => level
            .folders
            .sort_by_key(|folder| Reverse(folder.tally.oldest)),
        _ => {}
    }
    let reversed = match sort.column {
        Column::Size => !sort.descending,
        Column::Key | Column::Age => sort.descending,
        _ => false,
    };
    if reversed {
        level.folders.reverse();
    }
    let folders = level.folders.into_iter().map(FolderLine::Folder);
    view.lines = folders
        .chain(level.leaves.into_iter().map(FolderLine::Upload))
        .collect();
    view.marked = place.table.marked_folders(&view.prefix);
    view.is_stale = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_of_a_prefix_is_one_slash_up() {
        let view = |prefix: &str| FolderView {
            prefix: prefix.to_owned(),
            ..FolderView::default()
        };
        assert_eq!(view("").parent(), None);
        assert_eq!(view("a/").parent().as_deref(), Some(""));
        assert_eq!(view("a/b/").parent().as_deref(), Some("a/"));
        assert_eq!(view("/").parent().as_deref(), Some(""));
    }
}
