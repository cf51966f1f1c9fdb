//! What is in a directory, as far as it fits what is typed, and the cursor in it. Knows no paths.

use crate::app::cursor::Motion;
use crate::model::send::FileEntry;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The directory above.
    Up,
    /// By position in the directory.
    Entry(usize),
}

/// The entries of one directory.
#[derive(Debug, Clone, Default)]
pub struct List {
    entries: Vec<FileEntry>,
    /// Names in small letters, made once: a directory may have many thousands.
    lowered: Vec<String>,
    rows: Vec<Row>,
    index: usize,
    top: usize,
    /// Whether names that begin with a dot are shown.
    pub shows_hidden: bool,
    has_parent: bool,
}

impl List {
    /// Another directory's entries.
    pub fn fill(&mut self, entries: Vec<FileEntry>, has_parent: bool) {
        self.lowered = entries.iter().map(|e| e.name.to_lowercase()).collect();
        self.entries = entries;
        self.has_parent = has_parent;
    }

    /// Shows what contains `typed`, whatever its capitals: first what is it, then what begins so. The cursor goes to
    /// the first.
    pub fn filter(&mut self, typed: &str) {
        let wanted = typed.to_lowercase();
        let dots = self.shows_hidden || typed.starts_with('.');
        let mut ranks = [Vec::new(), Vec::new(), Vec::new()];
        for (index, name) in self.lowered.iter().enumerate() {
            let rank = match name.find(&wanted) {
                None => continue,
                _ if !dots && name.starts_with('.') => continue,
                Some(0) if !wanted.is_empty() && name.len() == wanted.len() => 0,
                Some(0) => 1,
                Some(_) => 2,
            };
            ranks[rank].push(Row::Entry(index));
        }
        let up = (self.has_parent && typed.is_empty()).then_some(Row::Up);
        let above = usize::from(up.is_some());
        self.rows = up.into_iter().chain(ranks.into_iter().flatten()).collect();
        // Whoever presses enter twice goes down, not up again.
        self.index = above.min(self.rows.len().saturating_sub(1));
        self.top = 0;
    }

    /// Puts the cursor on this name, if it is shown.
    pub fn go_to(&mut self, name: &str, window: usize) {
        let at = |row: &Row| self.entry_of(*row).is_some_and(|entry| entry.name == name);
        if let Some(index) = self.rows.iter().position(at) {
            self.index = index;
            self.top = super::area::top(self.rows.len(), window, index);
        }
    }

    pub fn go(&mut self, motion: Motion, window: usize) {
        self.index = motion.target(self.index, self.rows.len(), window);
        let window = window.max(1);
        if self.index < self.top {
            self.top = self.index;
        } else if self.index >= self.top + window {
            self.top = self.index + 1 - window;
        }
    }

    /// The first position shown in a window of so many rows.
    pub fn top(&self, window: usize) -> usize {
        let window = window.max(1);
        let last = self.rows.len().saturating_sub(window);
        let top = self.top.min(last);
        // The window may have become smaller since the cursor moved.
        top.max((self.index + 1).saturating_sub(window))
    }

    pub const fn index(&self) -> usize {
        self.index
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<Row> {
        self.rows.get(self.index).copied()
    }

    pub fn entry_of(&self, row: Row) -> Option<&FileEntry> {
        match row {
            Row::Up => None,
            Row::Entry(index) => self.entries.get(index),
        }
    }

    /// The entry under the cursor.
    pub fn current_entry(&self) -> Option<&FileEntry> {
        self.entry_of(self.current()?)
    }

    /// The names that are shown.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let entries = self.rows.iter().filter_map(|row| self.entry_of(*row));
        entries.map(|entry| entry.name.as_str())
    }

    /// The entry of exactly this name, hidden or not.
    pub fn named(&self, name: &str) -> Option<&FileEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// How many entries there are, whatever is shown of them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Why an entry cannot be sent from here; `None` if it can.
pub fn odd(entry: &FileEntry) -> Option<&'static str> {
    let is_text = !entry.name.contains(char::REPLACEMENT_CHARACTER);
    match (entry.odd, is_text) {
        (false, _) => None,
        (true, false) => Some("its name is no UTF-8"),
        (true, true) => Some("neither file nor directory"),
    }
}
