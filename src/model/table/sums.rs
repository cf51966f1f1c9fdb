//! What the rows of the view add up to: all together, and by what they are grouped by, kept while rows come, go
//! and are sized.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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
    folders: HashMap<Arc<str>, Tally>,
    /// Their names in order, so that nobody has to sort a hundred thousand of them.
    names: BTreeSet<Arc<str>>,
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

    /// As [`Below::folders`], in the order of their names.
    pub fn named(&self) -> impl Iterator<Item = (&Arc<str>, &Tally)> {
        let named = |name| self.folders.get_key_value::<Arc<str>>(name);
        self.names.iter().filter_map(named)
    }

    /// What a folder adds up to, by its name.
    pub fn folder_tally(&self, name: &str) -> Option<&Tally> {
        self.folders.get(name)
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
            let name: Arc<str> = folder.into();
            self.names.insert(Arc::clone(&name));
            self.folders.insert(name, tally);
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
                self.names.remove(folder);
            }
        }
        left
    }

    /// All that a key counts to.
    fn sums_of(&mut self, key: &str) -> [Option<&mut Tally>; 2] {
        let folder = self.folder(key);
        let all = folder.is_some().then_some(&mut self.tally);
        [all, folder.and_then(|name| self.folders.get_mut(name))]
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
        self.all.count_in(&load.marked(false));
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
        self.all.count_out(&load.marked(false));
        let mut worn = self.all.oldest_left();
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

    /// The row, which is counted here, is marked now, or is no more.
    pub(super) fn mark(&mut self, row: &Row<'_>, state: Option<State>, marked: bool) {
        let below = self.below.as_mut().map(|below| below.sums_of(row.key()));
        let groups = [
            self.labels.get_mut(row.label_set() as usize),
            self.days.get_mut(&day(row.initiated())),
            Some(&mut self.states[number(state)]),
        ];
        let sums = groups.into_iter().chain(below.into_iter().flatten());
        for tally in sums.flatten() {
            tally.marked = if marked {
                tally.marked + 1
            } else {
                tally.marked.saturating_sub(1)
            };
        }
    }

    /// Every row that is counted here is marked now, or none is.
    pub(super) fn mark_all(&mut self, marked: bool) {
        let below = self.below.iter_mut();
        let below = below.flat_map(|below| below.folders.values_mut().chain([&mut below.tally]));
        let groups = self.labels.iter_mut().chain(self.days.values_mut());
        for tally in groups.chain(&mut self.states).chain(below) {
            tally.marked = if marked { tally.rows } else { 0 };
        }
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
