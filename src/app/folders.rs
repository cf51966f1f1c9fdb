//! The folder view: uploads grouped by the next `/` of their keys, as a disk-usage tool shows directories.

use std::collections::HashMap;

use super::cursor::Cursor;
use super::layout::Pane;
use super::state::App;
use crate::model::RowId;
use crate::model::rollup::Folder;
use crate::model::table::{Below, Table};
use crate::model::view::Column;

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

/// The folder view of one bucket: folders, then the uploads that lie at this level themselves. Those are looked up
/// in the table, however many there are.
#[derive(Debug, Clone, Default)]
pub struct FolderView {
    /// Empty at the top, else ends in `/`.
    pub prefix: String,
    /// By bytes, or as the table is sorted where folders can be.
    pub folders: Vec<Folder>,
    pub cursor: Cursor<LineName>,
    /// How many uploads below each folder are marked, by the folder's prefix.
    pub marked: HashMap<String, u64>,
    /// Whether rows or marks changed since the folders were put in order.
    pub is_stale: bool,
    /// The folder that was left: the cursor stands on it once it is there.
    from: Option<String>,
}

impl FolderView {
    /// How many lines there are.
    pub fn len(&self, table: &Table) -> usize {
        self.folders.len() + self.below(table).map_or(0, |below| below.leaves().len())
    }

    /// What is below the prefix; `None` while that is being summed up.
    fn below<'a>(&self, table: &'a Table) -> Option<&'a Below> {
        table.below().filter(|below| below.prefix() == self.prefix)
    }

    /// Whether it is still being summed up.
    pub fn is_summing(&self, table: &Table) -> bool {
        self.below(table).is_none()
    }

    /// The line at a position.
    pub fn line(&self, table: &Table, index: usize) -> Option<FolderLine> {
        if let Some(folder) = self.folders.get(index) {
            return Some(FolderLine::Folder(folder.clone()));
        }
        let leaves = self.below(table)?.leaves();
        leaves
            .at(index - self.folders.len())
            .map(FolderLine::Upload)
    }

    fn name_at(&self, table: &Table, index: usize) -> Option<LineName> {
        self.line(table, index).as_ref().map(FolderLine::name)
    }

    fn position(&self, table: &Table, name: &LineName) -> Option<usize> {
        match name {
            LineName::Folder(prefix) => {
                let mut folders = self.folders.iter();
                folders.position(|folder| folder.prefix == *prefix)
            }
            LineName::Upload(row) => {
                self.below(table)?;
                Some(self.folders.len() + table.leaf_position(*row)?)
            }
        }
    }

    /// The line under the cursor.
    pub fn current(&self, table: &Table) -> Option<FolderLine> {
        self.line(table, self.cursor.index())
    }

    /// The upload under the cursor, if it is one.
    pub fn current_row(&self, table: &Table) -> Option<RowId> {
        match self.current(table)? {
            FolderLine::Upload(row) => Some(row),
            FolderLine::Folder(_) => None,
        }
    }

    /// The uploads among the lines in the window.
    pub fn rows_on_screen(&self, table: &Table, window: usize) -> Vec<RowId> {
        let top = self.cursor.top();
        let lines = (top..top + window).map_while(|index| self.line(table, index));
        lines
            .filter_map(|line| match line {
                FolderLine::Upload(row) => Some(row),
                FolderLine::Folder(_) => None,
            })
            .collect()
    }

    /// Moves the cursor to a line.
    pub fn go(&mut self, table: &Table, index: usize, window: usize) {
        let mut cursor = std::mem::take(&mut self.cursor);
        cursor.go(index, self.len(table), window, |index| {
            self.name_at(table, index)
        });
        self.cursor = cursor;
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
    pub fn settle(&mut self, table: &Table, window: usize) {
        let mut cursor = std::mem::take(&mut self.cursor);
        cursor.settle(
            self.len(table),
            window,
            |name| self.position(table, name),
            |index| self.name_at(table, index),
        );
        self.cursor = cursor;
    }
}

impl App {
    pub(super) fn toggle_folders(&mut self) {
        let now = self.now;
        let Some(place) = self.place_mut() else {
            return;
        };
        if place.folders.take().is_some() {
            place.table.open_folder(None, now);
        } else {
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
        place.table.open_folder(Some(&prefix), now);
        let from = place.folders.take().map(|view| view.prefix);
        let mut view = FolderView {
            prefix,
            from,
            ..FolderView::default()
        };
        group(&place.table, &mut view, window);
        place.folders = Some(view);
    }

    /// Whether rows changed since the folders were last summed up.
    pub(super) fn folders_are_stale(&self) -> bool {
        self.place()
            .is_some_and(|place| place.folders.as_ref().is_some_and(|view| view.is_stale))
    }

    /// Puts the folders in order again. Done on keys and ticks, not on every batch of news.
    pub(super) fn group_folders(&mut self) {
        if !self.folders_are_stale() {
            return;
        }
        let window = self.window(Pane::Uploads);
        let Some(place) = self.place_mut() else {
            return;
        };
        if let Some(mut view) = place.folders.take() {
            group(&place.table, &mut view, window);
            place.folders = Some(view);
        }
    }
}

fn group(table: &Table, view: &mut FolderView, window: usize) {
    let Some(below) = view.below(table) else {
        view.is_stale = true;
        return;
    };
    let folders = below.folders().map(|(name, tally)| Folder {
        name: name.to_owned(),
        prefix: format!("{}{name}", view.prefix),
        tally: *tally,
    });
    let mut folders: Vec<Folder> = folders.collect();
    let sort = table.sort();
    // Folders come by bytes, the biggest first, which is also what they are by whatever only uploads have.
    folders.sort_unstable_by(|a, b| {
        let weight = |folder: &Folder| (folder.tally.bytes, folder.tally.rows);
        let by_name = a.name.cmp(&b.name);
        match sort.column {
            Column::Key => by_name,
            Column::Age => b.tally.oldest.cmp(&a.tally.oldest).then(by_name),
            _ => weight(b).cmp(&weight(a)).then(by_name),
        }
    });
    let reversed = match sort.column {
        Column::Size => !sort.descending,
        Column::Key | Column::Age => sort.descending,
        _ => false,
    };
    if reversed {
        folders.reverse();
    }
    view.folders = folders;
    view.marked = table.marked_folders(&view.prefix);
    view.is_stale = false;
    // Going out, the cursor stands on the folder that was left.
    let left = view.from.take().map(LineName::Folder);
    match left.and_then(|left| view.position(table, &left)) {
        Some(index) => view.go(table, index, window),
        None => view.settle(table, window),
    }
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
