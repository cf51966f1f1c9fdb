//! The roll-up view: uploads grouped by the next `/` of their keys, as a disk-usage tool shows directories, or by
//! who began them, class, age or state.
//!
//! Lines hold names and their order; what they add up to is looked up when it is drawn.

mod order;

use std::sync::Arc;

use super::cursor::Cursor;
use crate::model::account::Mix;
use crate::model::rollup::{By, Folder, Group};
use crate::model::table::{Below, Table};
use crate::model::{RowId, Tally, Timestamp};

/// What uploads are rolled up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    #[default]
    Prefix,
    Initiator,
    Class,
    Age,
    State,
}

impl Grouping {
    /// In the order in which a key goes through them.
    pub const ALL: [Self; 5] = [
        Self::Prefix,
        Self::Initiator,
        Self::Class,
        Self::Age,
        Self::State,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Initiator => "initiator",
            Self::Class => "class",
            Self::Age => "age",
            Self::State => "state",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }

    /// The next one; behind the last comes the first.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Prefix => Self::Initiator,
            Self::Initiator => Self::Class,
            Self::Class => Self::Age,
            Self::Age => Self::State,
            Self::State => Self::Prefix,
        }
    }

    /// How the table groups; `None`: by the folders of a level.
    pub const fn by(self) -> Option<By> {
        match self {
            Self::Prefix => None,
            Self::Initiator => Some(By::Initiator),
            Self::Class => Some(By::Class),
            Self::Age => Some(By::Age),
            Self::State => Some(By::State),
        }
    }

    /// What stands for a group without a name.
    pub const fn nameless(self) -> &'static str {
        match self {
            Self::State => "not sized yet",
            Self::Age => "no date",
            _ => "not told",
        }
    }
}

/// One line of it.
#[derive(Debug, Clone, PartialEq)]
pub enum FolderLine {
    Folder(Folder),
    /// Never of [`Grouping::Prefix`].
    Group(Grouping, Group),
    /// An upload whose key lies directly under the prefix.
    Upload(RowId),
}

/// What names a line while lines change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineName {
    /// The segment of the key with its slash.
    Folder(Arc<str>),
    Group(Option<String>),
    Upload(RowId),
}

impl FolderLine {
    /// What it adds up to; `None` of an upload.
    pub const fn tally(&self) -> Option<&Tally> {
        match self {
            Self::Folder(folder) => Some(&folder.tally),
            Self::Group(_, group) => Some(&group.tally),
            Self::Upload(_) => None,
        }
    }
}

/// What of the lines is out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Stale {
    #[default]
    No,
    /// Rows came, went or were sized: lines come and change places now and then.
    Rows,
    /// Another filter, order, level or grouping: that is to be seen at once.
    Shape,
}

/// The roll-up of one bucket. By prefix: folders, then the uploads that lie at this level themselves. Those are
/// looked up in the table, however many there are.
#[derive(Debug, Clone, Default)]
pub struct FolderView {
    pub by: Grouping,
    /// The level of the folders; empty at the top, else ends in `/`.
    pub prefix: String,
    /// The folders' names. By bytes, or as the table is sorted where folders can be.
    folders: Vec<Arc<str>>,
    /// Instead of folders, if they are not what uploads are grouped by.
    groups: Vec<Group>,
    /// The bytes of the line that has most of them, as of when they were put in order.
    pub biggest: u64,
    pub cursor: Cursor<LineName>,
    pub stale: Stale,
    /// What all rows added up to when they were looked at last.
    sums: (Tally, Mix),
    /// When the lines were put in order.
    ordered_at: Timestamp,
    /// The line that was left: the cursor stands on it once it is there.
    from: Option<LineName>,
}

impl FolderView {
    /// The roll-up of a level, with the cursor on the folder that was left, if that is one of it.
    pub fn of_level(prefix: String, left: Option<&str>) -> Self {
        let name = left.and_then(|left| {
            let rest = left.strip_prefix(prefix.as_str())?;
            Some(&rest[..=rest.find('/')?])
        });
        Self {
            from: name.map(|name| LineName::Folder(name.into())),
            prefix,
            ..Self::default()
        }
    }

    /// Groups by something else from now on.
    pub fn group_by(&mut self, by: Grouping) {
        self.by = by;
        self.folders.clear();
        self.groups.clear();
        self.cursor.reset();
        self.from = None;
        self.stale = Stale::Shape;
    }

    /// The cursor is to stand on this group.
    pub fn return_to(&mut self, name: Option<String>) {
        self.from = Some(LineName::Group(name));
    }

    /// How many lines there are.
    pub fn len(&self, table: &Table) -> usize {
        let leaves = self.below(table).map_or(0, |below| below.leaves().len());
        self.head() + leaves
    }

    /// How many lines are groups.
    const fn head(&self) -> usize {
        match self.by {
            Grouping::Prefix => self.folders.len(),
            _ => self.groups.len(),
        }
    }

    /// What is below the prefix; `None` while that is being summed up, and for other groups.
    fn below<'a>(&self, table: &'a Table) -> Option<&'a Below> {
        let below = table.below().filter(|_| self.by == Grouping::Prefix);
        below.filter(|below| below.prefix() == self.prefix)
    }

    /// Whether it is still being summed up.
    pub fn is_summing(&self, table: &Table) -> bool {
        self.by == Grouping::Prefix && self.below(table).is_none()
    }

    /// The line at a position, with what it adds up to by now.
    pub fn line(&self, table: &Table, index: usize) -> Option<FolderLine> {
        if let Some(group) = self.groups.get(index) {
            return Some(FolderLine::Group(self.by, group.clone()));
        }
        let below = self.below(table)?;
        if let Some(name) = self.folders.get(index) {
            return Some(FolderLine::Folder(Folder {
                name: name.to_string(),
                prefix: format!("{}{name}", self.prefix),
                tally: below.folder_tally(name).copied().unwrap_or_default(),
            }));
        }
        let leaf = below.leaves().at(index - self.head());
        leaf.map(FolderLine::Upload)
    }

    fn name_at(&self, table: &Table, index: usize) -> Option<LineName> {
        if let Some(group) = self.groups.get(index) {
            return Some(LineName::Group(group.name.clone()));
        }
        if let Some(name) = self.folders.get(index) {
            return Some(LineName::Folder(Arc::clone(name)));
        }
        let leaves = self.below(table)?.leaves();
        leaves.at(index - self.head()).map(LineName::Upload)
    }

    /// Where a line is. Most likely it is where it was, which costs no search.
    fn position(&self, table: &Table, name: &LineName, was: usize) -> Option<usize> {
        match name {
            LineName::Folder(name) if self.folders.get(was) == Some(name) => Some(was),
            LineName::Folder(name) => self.folders.iter().position(|other| other == name),
            LineName::Group(name) => self.groups.iter().position(|group| group.name == *name),
            LineName::Upload(row) => {
                self.below(table)?;
                Some(self.head() + table.leaf_position(*row)?)
            }
        }
    }

    /// The line under the cursor.
    pub fn current(&self, table: &Table) -> Option<FolderLine> {
        self.line(table, self.cursor.index())
    }

    /// The upload under the cursor, if it is one.
    pub fn current_row(&self, table: &Table) -> Option<RowId> {
        match self.cursor.item()? {
            LineName::Upload(_) => match self.name_at(table, self.cursor.index())? {
                LineName::Upload(row) => Some(row),
                _ => None,
            },
            _ => None,
        }
    }

    /// The uploads among the lines in the window.
    pub fn rows_on_screen(&self, table: &Table, window: usize) -> Vec<RowId> {
        let top = self.cursor.top().max(self.head());
        let end = self.cursor.top() + window;
        let names = (top..end).map_while(|index| self.name_at(table, index));
        let row = |name| match name {
            LineName::Upload(row) => Some(row),
            _ => None,
        };
        names.filter_map(row).collect()
    }

    /// Moves the cursor to a line.
    pub fn go(&mut self, table: &Table, index: usize, window: usize) {
        let mut cursor = std::mem::take(&mut self.cursor);
        cursor.go(index, self.len(table), window, |index| {
            self.name_at(table, index)
        });
        self.cursor = cursor;
    }

    /// The prefix one level up; `None` at the top, and where there are no levels.
    pub fn parent(&self) -> Option<String> {
        let inner = self.prefix.strip_suffix('/')?;
        (self.by == Grouping::Prefix).then(|| {
            inner
                .rfind('/')
                .map_or_else(String::new, |slash| inner[..=slash].to_owned())
        })
    }

    /// Puts the cursor back on its line after the lines changed.
    pub fn settle(&mut self, table: &Table, window: usize) {
        let mut cursor = std::mem::take(&mut self.cursor);
        let was = cursor.index();
        cursor.settle(
            self.len(table),
            window,
            |name| self.position(table, name, was),
            |index| self.name_at(table, index),
        );
        self.cursor = cursor;
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
        let mut by_class = view("a/");
        by_class.group_by(Grouping::Class);
        assert_eq!(by_class.parent(), None);
    }

    #[test]
    fn the_key_goes_through_all_groupings_and_comes_back() {
        let mut by = Grouping::default();
        for expected in Grouping::ALL {
            assert_eq!(by, expected);
            assert_eq!(Grouping::from_word(by.word()), Some(by));
            by = by.next();
        }
        assert_eq!(by, Grouping::default());
    }
}
