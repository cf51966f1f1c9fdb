//! What the rows of the view add up to: all together, and by what they are grouped by, kept while rows come, go
//! and are sized.

use std::collections::{BTreeMap, HashMap};

use crate::model::catalog::Row;
use crate::model::tally::Load;
use crate::model::view::{Order, Spot, View};
use crate::model::{State, Tally, Timestamp};

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The UTC day of an initiation, counted from 1970.
pub(super) fn day(initiated: Option<Timestamp>) -> Option<i64> {
    initiated.map(Timestamp::utc_day)
}

/// When a day begins.
pub(super) fn begin(day: i64) -> Timestamp {
    Timestamp::from_millis(day.saturating_mul(DAY))
}

/// A state's number; 0: there is none yet.
fn number(state: Option<State>) -> usize {
    let place = |state| State::ALL.iter().position(|of| *of == state);
    state.and_then(place).map_or(0, |at| at + 1)
}

/// What lies directly below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Below {
    /// Empty, or ends in `/`.
    prefix: String,
    folders: HashMap<Box<str>, Tally>,
    /// Uploads that lie there themselves, in the order of the view.
    leaves: View,
    /// All of them.
    tally: Tally,
}

impl Below {
    fn of(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            ..Self::default()
        }
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The next `/` segment of each folder's keys, with its slash; in no order.
    pub fn folders(&self) -> impl ExactSizeIterator<Item = (&str, &Tally)> {
        self.folders.iter().map(|(name, tally)| (&**name, tally))
    }

    /// Uploads that lie there themselves, in the order of the view.
    pub fn leaves(&self) -> &View {
        &self.leaves
    }

    /// What all of it adds up to.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The folder below the prefix in which a key lies, with its slash; empty if it lies there itself. `None` if it
    /// lies elsewhere.
    fn folder<'k>(&self, key: &'k str) -> Option<&'k str> {
        let rest = key.strip_prefix(&self.prefix)?;
        Some(rest.find('/').map_or("", |slash| &rest[..=slash]))
    }

    pub(super) fn is_leaf(&self, key: &str) -> bool {
        self.folder(key) == Some("")
    }

    fn add(&mut self, key: &str, load: &Load) {
        let Some(folder) = self.folder(key) else {
            return;
        };
        self.tally.count_in(load);
        if folder.is_empty() {
            return;
        }
        if let Some(tally) = self.folders.get_mut(folder) {
            tally.count_in(load);
        } else {
            let mut tally = Tally::default();
            tally.count_in(load);
            self.folders.insert(folder.into(), tally);
        }
    }

    /// Whether the oldest of something left.
    fn remove(&mut self, key: &str, load: &Load) -> bool {
        let Some(folder) = self.folder(key) else {
            return false;
        };
        self.tally.count_out(load);
        let mut left = self.tally.oldest_left();
        if let Some(tally) = self.folders.get_mut(folder) {
            tally.count_out(load);
            left |= tally.oldest_left();
            if tally.rows == 0 {
                self.folders.remove(folder);
            }
        }
        left
    }

    pub(super) fn merge(&mut self, out: &[Spot], fresh: &[Spot], order: &Order<'_>) {
        let is_leaf = |spot: &&Spot| {
            let row = order.rows.get(spot.1);
            row.is_some_and(|row| self.is_leaf(row.key()))
        };
        let out: Vec<Spot> = out.iter().filter(is_leaf).copied().collect();
        let fresh: Vec<Spot> = fresh.iter().filter(is_leaf).copied().collect();
        if !out.is_empty() || !fresh.is_empty() {
            self.leaves.merge(&out, fresh, order);
        }
    }

    pub(super) fn set_leaves(&mut self, leaves: Vec<Spot>, order: &Order<'_>) {
        self.leaves = View::of(leaves, order);
    }
}

/// Sums of the rows that the view shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sums {
    pub(super) all: Tally,
    /// By the number of the label set.
    labels: Vec<Tally>,
    days: BTreeMap<Option<i64>, Tally>,
    /// By [`number`].
    states: [Tally; State::ALL.len() + 1],
    pub(super) below: Option<Below>,
    /// The oldest of some sum left: it is out of date until they are counted again.
    pub(super) is_worn: bool,
}

impl Sums {
    /// Nothing yet, with this folder open.
    pub(super) fn below(prefix: Option<&str>) -> Self {
        Self {
            below: prefix.map(Below::of),
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, row: &Row<'_>, load: &Load, state: Option<State>) {
        self.all.count_in(load);
        let label = row.label_set() as usize;
        if label >= self.labels.len() {
            self.labels.resize(label + 1, Tally::default());
        }
        self.labels[label].count_in(load);
        self.days
            .entry(day(load.initiated()))
            .or_default()
            .count_in(load);
        self.states[number(state)].count_in(load);
        if let Some(below) = &mut self.below {
            below.add(row.key(), load);
        }
    }

    pub(super) fn remove(&mut self, row: &Row<'_>, load: &Load, state: Option<State>) {
        let count_out = |tally: Option<&mut Tally>| {
            tally.is_some_and(|tally| {
                tally.count_out(load);
                tally.oldest_left()
            })
        };
        let day = day(load.initiated());
        let mut worn = count_out(Some(&mut self.all));
        worn |= count_out(self.labels.get_mut(row.label_set() as usize));
        worn |= count_out(self.days.get_mut(&day));
        worn |= count_out(self.states.get_mut(number(state)));
        if self.days.get(&day).is_some_and(|tally| tally.rows == 0) {
            self.days.remove(&day);
        }
        if let Some(below) = &mut self.below {
            worn |= below.remove(row.key(), load);
        }
        self.is_worn |= worn;
    }

    /// A row's state is another, with time alone.
    pub(super) fn turn(&mut self, load: &Load, before: Option<State>, after: Option<State>) {
        let from = &mut self.states[number(before)];
        from.count_out(load);
        self.is_worn |= from.oldest_left();
        self.states[number(after)].count_in(load);
    }

    /// By the number of the label set.
    pub(super) fn by_label(&self) -> impl Iterator<Item = (u32, &Tally)> {
        (0_u32..)
            .zip(&self.labels)
            .filter(|(_, tally)| tally.rows > 0)
    }

    /// By the UTC day of the initiation, from 1970.
    pub(super) fn by_day(&self) -> impl Iterator<Item = (Option<i64>, &Tally)> {
        self.days.iter().map(|(day, tally)| (*day, tally))
    }

    /// Those without a state first.
    pub(super) fn by_state(&self) -> impl Iterator<Item = (Option<State>, &Tally)> {
        let states = std::iter::once(None).chain(State::ALL.into_iter().map(Some));
        states.zip(&self.states).filter(|(_, tally)| tally.rows > 0)
    }
}
