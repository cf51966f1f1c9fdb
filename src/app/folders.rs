//! The folder view: uploads grouped by the next `/` of their keys, as a disk-usage tool shows directories.

use std::collections::HashMap;

use crate::model::RowId;
use crate::model::rollup::Folder;

use super::cursor::Cursor;

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
