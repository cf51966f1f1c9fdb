//! What stirs between two looks at a bucket: rows that came, rows that went, rows that gain parts.
//!
//! Costs nothing for a row that does not stir: what came is told by its place behind the rows of the last look,
//! the few others stand in small sets.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use crate::model::catalog::Row;
use crate::model::{Measure, RowId, State, Timestamp};

/// Rows that went are kept in sight up to this many; more are only counted.
const LEFT: usize = 1_000;

/// Why a row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leaving {
    /// The last listing does not name it any more.
    Unlisted,
    /// Its parts were asked for, and it was not there.
    Gone,
    Completed,
    Aborted,
    /// It is over, and another write made the object at its key.
    Replaced,
}

impl Leaving {
    /// One word for a column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unlisted | Self::Gone => "gone",
            Self::Completed => "done",
            Self::Aborted => "aborted",
            Self::Replaced => "over",
        }
    }

    /// One clause for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Unlisted => "not listed any more: somebody completed or aborted it",
            Self::Gone => "not there any more: somebody completed or aborted it",
            Self::Completed => "completed: its parts became the object at its key",
            Self::Aborted => "aborted by somebody",
            Self::Replaced => "over, and another write made the object at its key",
        }
    }
}

/// How a row stirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stir {
    /// It was not there at the look before.
    New,
    /// Its parts changed between two looks.
    Moving,
    /// It is shown for one more look.
    Gone(Leaving),
}

/// How many rows stir.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stirring {
    pub new: usize,
    pub gone: usize,
    pub moving: usize,
}

/// The exceptions among the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stirs {
    /// What the last complete listing covered; `None`: none was complete.
    covered: Option<String>,
    /// Rows from this one on came after the look before the last one.
    new_from: Option<u32>,
    /// The same for the look that is under way, or that failed.
    next_from: Option<u32>,
    /// How many of each are there.
    fresh: usize,
    fresh_next: usize,
    moving: BTreeSet<RowId>,
    /// Rows that went, and whether a look has ended since.
    left: BTreeMap<RowId, (Leaving, bool)>,
    /// Rows that went and were too many to be kept in sight.
    out_of_sight: usize,
    /// Live rows by their newest sign of life, as far as it was fresh when they were last sized.
    lively: BTreeSet<(Timestamp, RowId)>,
}

/// The newest sign of life that makes a row active while it is fresh.
pub(super) fn sign(row: &Row<'_>) -> Option<Timestamp> {
    let part = match row.measure() {
        Measure::Exact(extent) if extent.parts == 0 => None,
        measure => measure.extent().and_then(|extent| extent.last_part),
    };
    part.max(row.moved_at())
}

impl Stirs {
    fn is_new(&self, row: RowId) -> bool {
        let behind = |from: Option<u32>| from.is_some_and(|from| row.0 >= from);
        behind(self.new_from) || behind(self.next_from)
    }

    /// How many there are of what a row counts as, if it counts as new.
    fn count_of(&mut self, row: RowId) -> Option<&mut usize> {
        if self.next_from.is_some_and(|from| row.0 >= from) {
            Some(&mut self.fresh_next)
        } else if self.new_from.is_some_and(|from| row.0 >= from) {
            Some(&mut self.fresh)
        } else {
            None
        }
    }

    /// A row came, or one that went is there again.
    pub(super) fn came(&mut self, row: RowId) {
        self.left.remove(&row);
        if let Some(count) = self.count_of(row) {
            *count += 1;
        }
    }

    /// A row whose newest sign of life this was went, for whatever reason.
    pub(super) fn went(&mut self, row: RowId, sign: Option<Timestamp>) {
        self.moving.remove(&row);
        self.shows(row, sign, None);
        if let Some(count) = self.count_of(row) {
            *count = count.saturating_sub(1);
        }
    }

    /// A row has another newest sign of life; `new` only if it is fresh.
    pub(super) fn shows(&mut self, row: RowId, old: Option<Timestamp>, new: Option<Timestamp>) {
        if let Some(old) = old {
            self.lively.remove(&(old, row));
        }
        if let Some(new) = new {
            self.lively.insert((new, row));
        }
    }

    pub(super) fn moved(&mut self, row: RowId) {
        self.moving.insert(row);
    }

    pub(super) fn rests(&mut self, row: RowId) {
        self.moving.remove(&row);
    }

    /// Whether a row that went is still in sight.
    pub(super) fn has_left(&self, row: RowId) -> bool {
        self.left.contains_key(&row)
    }

    /// Rows that went and are still in sight.
    pub(super) fn in_sight(&self) -> impl Iterator<Item = RowId> {
        self.left.keys().copied()
    }

    pub(super) fn begin(&mut self, prefix: &str, slots: usize) {
        let compares = self
            .covered
            .as_deref()
            .is_some_and(|covered| prefix.starts_with(covered));
        if compares {
            let slots = u32::try_from(slots).unwrap_or(u32::MAX);
            self.next_from.get_or_insert(slots);
        } else {
            (self.new_from, self.next_from) = (None, None);
            (self.fresh, self.fresh_next) = (0, 0);
        }
    }

    /// A look is complete; gives the rows that were in sight for one look and leave now.
    fn end(&mut self, prefix: &str) -> Vec<RowId> {
        let within = |covered: &str| prefix.starts_with(covered);
        if !self.covered.as_deref().is_some_and(within) {
            self.covered = Some(prefix.to_owned());
        }
        self.new_from = self.next_from.take();
        self.fresh = std::mem::take(&mut self.fresh_next);
        self.out_of_sight = 0;
        let old = self.left.iter().filter(|(_, (_, seen))| *seen);
        let old: Vec<RowId> = old.map(|(row, _)| *row).collect();
        for row in &old {
            self.left.remove(row);
        }
        for (_, seen) in self.left.values_mut() {
            *seen = true;
        }
        old
    }
}

impl Table {
    /// How a row stirs; also of one that went and is shown for one more look.
    pub fn stir(&self, row: RowId) -> Option<Stir> {
        let stirs = &self.stirs;
        if let Some((leaving, _)) = stirs.left.get(&row) {
            return Some(Stir::Gone(*leaving));
        }
        if stirs.moving.contains(&row) {
            return Some(Stir::Moving);
        }
        stirs.is_new(row).then_some(Stir::New)
    }

    /// How many rows stir since the look before.
    pub fn stirring(&self) -> Stirring {
        let stirs = &self.stirs;
        Stirring {
            new: stirs.fresh + stirs.fresh_next,
            gone: stirs.left.len() + stirs.out_of_sight,
            moving: stirs.moving.len(),
        }
    }

    /// A row that went and is shown for one more look: it can be read, and nothing can be done with it.
    pub fn left(&self, row: RowId) -> Option<(crate::model::Row<'_>, Leaving)> {
        let (leaving, _) = self.stirs.left.get(&row)?;
        Some((self.catalog.get(row)?, *leaving))
    }

    /// How many rows the view shows that are there: those that went and are still in sight are none of them.
    pub fn live_len(&self) -> usize {
        self.view.len().saturating_sub(self.left_shown)
    }

    /// As [`Table::bury`], but the row stays in sight, struck out, until a look after the next has ended.
    pub fn bury_as(&mut self, row: RowId, leaving: Leaving) {
        if self.row(row).is_some() {
            self.bury(row);
            self.keep_in_sight(row, (leaving, false));
        }
    }

    fn keep_in_sight(&mut self, row: RowId, how: (Leaving, bool)) {
        if self.stirs.left.len() < LEFT {
            self.stirs.left.insert(row, how);
        } else {
            self.stirs.out_of_sight += 1;
        }
    }

    /// The listing that covered the keys with this prefix is complete: rows that it did not name are gone, and
    /// stay in sight, struck out, for one more look. Returns how many.
    pub fn end_refresh_under(&mut self, prefix: &str) -> usize {
        let unseen = self.catalog.unseen(prefix);
        for row in self.stirs.end(prefix) {
            if let Some(row) = self.catalog.get(row) {
                self.books.note(&row);
            }
        }
        for row in &unseen {
            self.bury(*row);
            self.keep_in_sight(*row, (Leaving::Unlisted, true));
        }
        unseen.len()
    }

    /// Rows that show a sign of life, the freshest first. Looks at no other row.
    pub fn lively(&self, now: Timestamp) -> impl Iterator<Item = RowId> {
        let active = self.settings().thresholds.active;
        let signs = self.stirs.lively.iter().rev();
        signs
            .take_while(move |(sign, _)| now.since(*sign) < active)
            .map(|(_, row)| *row)
            .filter(move |row| self.state(*row, now) == Some(State::Active))
    }

    /// Rows that are worth another look: those that gained parts between two looks, then those that show a sign
    /// of life, the freshest first; at most so many.
    pub fn alive(&self, most: usize, now: Timestamp) -> Vec<RowId> {
        let moving = self.stirs.moving.iter().copied();
        let active = self.lively(now);
        let active = active.filter(|row| !self.stirs.moving.contains(row));
        moving.chain(active).take(most).collect()
    }
}
