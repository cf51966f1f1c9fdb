//! States that change with time alone: what is active becomes idle, what is idle becomes stale.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Table;
use super::standing::Verdict;
use crate::model::catalog::Row;
use crate::model::tally::Load;
use crate::model::{RowId, State, Thresholds, Timestamp};

/// Milliseconds.
const MINUTE: i64 = 60_000;
/// So many rows are looked at in one go.
const BATCH: usize = 20_000;

/// Rows by the minute in which their state will change, if nothing else happens. A row may stand in it more than
/// once, and when it has changed since; that is found when it is its turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fading(BTreeMap<i64, Vec<RowId>>);

impl Fading {
    fn put(&mut self, row: RowId, due: Timestamp) {
        self.0
            .entry(due.millis().div_euclid(MINUTE))
            .or_default()
            .push(row);
    }

    /// Rows whose minute has come.
    fn take(&mut self, now: Timestamp) -> Vec<RowId> {
        let mut rows = Vec::new();
        while rows.len() < BATCH
            && let Some(first) = self.0.first_entry()
            && *first.key() <= now.millis().div_euclid(MINUTE)
        {
            rows.append(&mut first.remove());
        }
        rows
    }
}

/// When a row in this state leaves it, if nothing else happens.
fn due(row: &Row<'_>, state: State, thresholds: &Thresholds) -> Option<Timestamp> {
    let lasts = match state {
        State::Active => thresholds.active,
        State::Idle => thresholds.stale,
        State::Stale | State::Empty | State::Unknown => return None,
    };
    let sign = row.measure().extent().and_then(|extent| extent.last_part);
    Some(sign.max(row.moved_at())?.plus(lasts))
}

impl Table {
    /// Finds a row's state anew after its parts were looked at. Its weight must be out.
    pub(super) fn restate(&mut self, row: RowId, now: Timestamp) {
        let state = self.state(row, now);
        self.books.standings[row.0 as usize].set_state(state);
        self.wait_for(row, state, now);
    }

    fn wait_for(&mut self, row: RowId, state: Option<State>, now: Timestamp) {
        let thresholds = self.settings().thresholds;
        let due = state
            .zip(self.row(row))
            .and_then(|(state, row)| due(&row, state, &thresholds));
        if let Some(due) = due {
            // Never twice in the same minute.
            let soonest = now.plus(Duration::from_secs(60));
            let is_late = due <= now;
            self.fading.put(row, if is_late { soonest } else { due });
        }
    }

    /// Time has passed: states that have changed by it are counted so.
    pub(super) fn fade(&mut self, now: Timestamp) {
        let mut again = Vec::new();
        for row in self.fading.take(now) {
            let Some(known) = self.row(row) else { continue };
            let standing = self.books.standing(row);
            let (before, after) = (standing.state(), self.state(row, now));
            if before != after {
                let load = Load::of(&known, &self.settings().prices);
                let books = &mut self.books;
                let load = load.marked(books.marks.contains(row));
                books.mix.remove(before);
                books.mix.add(after);
                if standing.verdict() == Verdict::Shown {
                    books.sums.turn(&load, before, after);
                }
                books.standings[row.0 as usize].set_state(after);
                if let Some(since) = &mut books.since {
                    since.insert(row);
                }
            }
            again.push((row, after));
        }
        for (row, state) in again {
            self.wait_for(row, state, now);
        }
    }
}
