//! Which rows are shown and in which order: packed sort keys, into which what changed is merged.
//!
//! Never sorts everything again because of a few changes, nor moves everything for them. Knows rows, not why
//! they pass the filter.

mod order;

use std::cmp::Ordering;

pub use order::{Column, Held, Order, Packing, Sort, deadline};

use super::bits::Bits;
use super::{Row, RowId};

/// A packed value and its row: where a row belongs.
pub type Spot = (u64, RowId);

/// The most entries of a run. What is put in moves no more than these.
const RUN: usize = 512;
/// More changes than one in so many rows: putting everything together again costs less.
const FEW: usize = 16;

/// A spot in twelve bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    high: u32,
    low: u32,
    row: RowId,
}

impl From<Spot> for Entry {
    fn from((value, row): Spot) -> Self {
        Self {
            high: (value >> 32) as u32,
            low: u32::try_from(value & u64::from(u32::MAX)).unwrap_or(u32::MAX),
            row,
        }
    }
}

impl Entry {
    fn spot(self) -> Spot {
        (u64::from(self.high) << 32 | u64::from(self.low), self.row)
    }
}

/// Rows in order.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// None is empty.
    runs: Vec<Vec<Entry>>,
    /// How many entries there are in front of each run.
    starts: Vec<usize>,
    len: usize,
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.entries().eq(other.entries())
    }
}

impl Eq for View {}

impl View {
    /// Puts these rows in order.
    pub fn of(mut spots: Vec<Spot>, order: &Order<'_>) -> Self {
        order.sort(&mut spots);
        let mut view = Self::default();
        view.fill(spots.into_iter().map(Entry::from));
        view
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        let runs = self.runs.iter().map(Vec::capacity).sum::<usize>();
        runs * size_of::<Entry>() + self.starts.capacity() * size_of::<usize>()
    }

    fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.runs.iter().flatten()
    }

    /// Of the run in which a position lies, and where in it.
    fn place(&self, index: usize) -> Option<(usize, usize)> {
        let run = self.starts.partition_point(|start| *start <= index);
        let run = run.checked_sub(1)?;
        let at = index - self.starts[run];
        (at < self.runs[run].len()).then_some((run, at))
    }

    pub fn at(&self, index: usize) -> Option<RowId> {
        let (run, at) = self.place(index)?;
        Some(self.runs[run][at].row)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        self.window(0..self.len)
    }

    /// The rows of these positions, as far as there are any.
    pub fn window(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        let end = range.end.min(self.len);
        let start = range.start.min(end);
        Window {
            runs: &self.runs,
            front: self.place(start).unwrap_or_default(),
            back: match end {
                0 => (0, 0),
                end => self
                    .place(end - 1)
                    .map_or((0, 0), |(run, at)| (run, at + 1)),
            },
            left: end - start,
        }
    }

    /// Where a row is that was merged at this spot.
    fn find(&self, spot: &Spot, order: &Order<'_>) -> Option<(usize, usize)> {
        let (run, at) = self.seek(spot, order);
        let found = self.runs.get(run)?.get(at)?;
        (found.row == spot.1).then_some((run, at))
    }

    /// The first place whose entry does not come in front of the spot; behind the last run there is none.
    fn seek(&self, spot: &Spot, order: &Order<'_>) -> (usize, usize) {
        let is_before = |entry: &Entry| order.compare(&entry.spot(), spot) == Ordering::Less;
        let run = self
            .runs
            .partition_point(|run| run.last().is_some_and(is_before));
        let at = self
            .runs
            .get(run)
            .map_or(0, |run| run.partition_point(is_before));
        (run, at)
    }

    /// Where a row is. By bisection; by looking through all when the row has changed since it was merged.
    pub fn position(&self, row: &Row<'_>, order: &Order<'_>) -> Option<usize> {
        let place = self.find(&order.spot(row), order);
        match place {
            Some((run, at)) => Some(self.starts[run] + at),
            None => self.entries().position(|entry| entry.row == row.id()),
        }
    }

    /// Takes out the rows that were merged at the spots `out`, then puts `fresh` in.
    pub fn merge(&mut self, out: &[Spot], mut fresh: Vec<Spot>, order: &Order<'_>) {
        order.sort(&mut fresh);
        if out.len() + fresh.len() > RUN.max(self.len / FEW) {
            self.merge_many(out, &fresh, order);
            return;
        }
        for spot in out {
            self.take_out(spot, order);
        }
        let mut place = None;
        for spot in fresh {
            place = Some(self.put_in(spot, place, order));
        }
        self.count();
    }

    fn take_out(&mut self, spot: &Spot, order: &Order<'_>) {
        let by_looking = || {
            let mut runs = self.runs.iter().enumerate();
            runs.find_map(|(run, entries)| {
                let at = entries.iter().position(|entry| entry.row == spot.1)?;
                Some((run, at))
            })
        };
        let Some((run, at)) = self.find(spot, order).or_else(by_looking) else {
            return;
        };
        self.runs[run].remove(at);
        if self.runs[run].is_empty() {
            self.runs.remove(run);
        }
    }

    /// Puts one in; `last` is where the one in front of it went, behind which it most likely belongs.
    fn put_in(
        &mut self,
        spot: Spot,
        last: Option<(usize, usize)>,
        order: &Order<'_>,
    ) -> (usize, usize) {
        let next = last.map(|(run, at)| (run, at + 1)).filter(|(run, at)| {
            let next = self.runs[*run].get(*at);
            let next = next.or_else(|| self.runs.get(run + 1)?.first());
            next.is_none_or(|next| order.compare(&next.spot(), &spot) == Ordering::Greater)
        });
        let (mut run, mut at) = next.unwrap_or_else(|| self.seek(&spot, order));
        if run == self.runs.len() {
            // Behind everything: the last run is gone on with.
            match self.runs.last() {
                Some(last) if last.len() < RUN => (run, at) = (run - 1, last.len()),
                _ => self.runs.push(Vec::new()),
            }
        } else if self.runs[run].len() >= RUN {
            if at == RUN && run + 1 == self.runs.len() {
                self.runs.push(Vec::new());
                (run, at) = (run + 1, 0);
            } else {
                let upper = self.runs[run].split_off(RUN / 2);
                self.runs.insert(run + 1, upper);
                if at > RUN / 2 {
                    (run, at) = (run + 1, at - RUN / 2);
                }
            }
        }
        self.runs[run].insert(at, spot.into());
        (run, at)
    }

    fn merge_many(&mut self, out: &[Spot], fresh: &[Spot], order: &Order<'_>) {
        let out: Bits = out.iter().map(|spot| spot.1).collect();
        let mut old: Vec<Entry> = Vec::with_capacity(self.len);
        old.extend(self.entries().filter(|entry| !out.contains(entry.row)));
        let mut old = old.into_iter().peekable();
        let mut fresh = fresh.iter().peekable();
        let merged = std::iter::from_fn(|| match (old.peek(), fresh.peek()) {
            (Some(a), Some(b)) if order.compare(&a.spot(), b) == Ordering::Greater => {
                fresh.next().map(|spot| Entry::from(*spot))
            }
            (Some(_), _) => old.next(),
            (None, _) => fresh.next().map(|spot| Entry::from(*spot)),
        });
        let mut view = Self::default();
        view.fill(merged);
        *self = view;
    }

    fn fill(&mut self, mut entries: impl Iterator<Item = Entry>) {
        loop {
            let mut run = Vec::with_capacity(RUN);
            run.extend(entries.by_ref().take(RUN));
            if run.len() < RUN {
                run.shrink_to_fit();
            }
            if run.is_empty() {
                break;
            }
            self.runs.push(run);
        }
        self.count();
    }

    fn count(&mut self) {
        self.len = 0;
        self.starts.clear();
        for run in &self.runs {
            self.starts.push(self.len);
            self.len += run.len();
        }
    }
}

/// Some rows of a view.
struct Window<'a> {
    runs: &'a [Vec<Entry>],
    front: (usize, usize),
    /// Behind the last one.
    back: (usize, usize),
    left: usize,
}

impl Iterator for Window<'_> {
    type Item = RowId;

    fn next(&mut self) -> Option<RowId> {
        self.left = self.left.checked_sub(1)?;
        let (run, at) = &mut self.front;
        if *at == self.runs.get(*run)?.len() {
            (*run, *at) = (*run + 1, 0);
        }
        let row = self.runs.get(*run)?.get(*at)?.row;
        *at += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Window<'_> {}

impl DoubleEndedIterator for Window<'_> {
    fn next_back(&mut self) -> Option<RowId> {
        self.left = self.left.checked_sub(1)?;
        let (run, at) = &mut self.back;
        if *at == 0 {
            *run = run.checked_sub(1)?;
            *at = self.runs[*run].len();
        }
        *at -= 1;
        Some(self.runs[*run][*at].row)
    }
}
