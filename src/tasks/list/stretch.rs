//! One stretch of keys: how much is left of it, and where it is cut. All of it is guesses: nothing depends on them but
//! the time that a listing takes.

use std::collections::VecDeque;

use super::UploadsWalk;
use super::cut::{between, end_of_folder, shared};
use super::ruler::{Ruler, ahead};
use crate::model::Upload;
use crate::tasks::pacer::Stop;

/// Pages of a stretch that is cut from the front of another.
pub(super) const LENGTH: f64 = 3.0;
/// So many pages of a stretch in one folder say that there is more of it than of what lies around.
const FEW: u32 = 2;

/// One stretch of keys.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) id: u64,
    /// The first key that was found in it.
    pub(super) first: Option<String>,
    /// Listed so far.
    pub(super) after: String,
    /// Where its keys most likely go on, written like those that were found; not before `after`.
    pub(super) from: String,
    /// The last key that belongs to it; `None`: there is none.
    pub(super) end: Option<String>,
    /// Pages so far.
    pub(super) pages: u32,
    /// Of these: those that came though none was thought to be left.
    pub(super) over: u32,
    /// How many pages are left, as far as can be guessed.
    pub(super) left: f64,
    /// Cannot be cut any more.
    pub(super) is_narrow: bool,
    pub(super) state: State,
    /// Pages that wait for those in front of them.
    pub(super) kept: VecDeque<Vec<Upload>>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Can go on.
    Idle(Box<UploadsWalk>),
    /// A page is being asked for.
    Asked,
    Done,
    Broken(Stop),
}

/// From one key to another in so many pages.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) pages: f64,
}

pub(super) fn f64_of(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

impl Stretch {
    /// Keeps what belongs to the stretch; false when it is at its end.
    pub(super) fn take(&mut self, page: &mut Vec<Upload>, has_more: bool) -> bool {
        self.pages += 1;
        let last = page.last().map(|upload| upload.key.clone());
        if let Some(end) = &self.end
            && last.as_ref().is_some_and(|last| last > end)
        {
            let within = page.partition_point(|upload| upload.key <= *end);
            page.truncate(within);
        }
        if let Some(upload) = page.first() {
            self.first.get_or_insert_with(|| upload.key.clone());
        }
        let is_past = match (&last, &self.end) {
            (Some(last), Some(end)) => last > end,
            _ => false,
        };
        if let Some(last) = last {
            self.from.clone_from(&last);
            self.after = last;
        }
        let goes_on = has_more && !is_past;
        self.left = if goes_on { self.guess() } else { 0.0 };
        goes_on
    }

    /// How many pages are left, one more having come: as many as were guessed before, unless it is denser or goes on
    /// for longer. What one page shows of how keys are spread is little: mostly it lies in one folder.
    fn guess(&mut self) -> f64 {
        let density = self.density();
        if self.left > 1.0 {
            return density.min(self.left - 1.0);
        }
        self.over += 1;
        density
            .max(f64::from(self.over))
            .min(f64::from(4 * self.pages))
    }

    /// How many pages are left if keys go on as densely as they did here so far.
    pub(super) fn density(&self) -> f64 {
        let Some(first) = self.first.as_deref() else {
            return f64::INFINITY;
        };
        let end = self.end.as_deref();
        let skip = shared(first, &self.after).min(shared(first, end.unwrap_or_default()));
        let ruler = Ruler::new(&self.after, skip);
        let covered = ruler.room(first, Some(&self.after));
        // Nothing covered: there is no end of it.
        f64::from(self.pages) * ruler.room(&self.after, end).max(f64::MIN_POSITIVE) / covered
    }

    /// Where to cut, and how many pages are left behind it; of its own it then has as many less.
    pub(super) fn split(&mut self, path: Option<&Path>) -> Option<(String, f64)> {
        if let Some(folder) = self.end_of_folder().filter(|_| path.is_none()) {
            // Nobody knows what there is behind it.
            return Some((folder, self.left));
        }
        let end = self.end.as_deref();
        let from = if end.is_some_and(|end| self.from.as_str() >= end) {
            &self.after
        } else {
            &self.from
        };
        let next = path.and_then(|path| {
            let pages = (self.left / 2.0).min(LENGTH);
            let at = ahead((&path.from, &path.to), from, pages / path.pages)?;
            let fits = at.as_str() > from.as_str() && end.is_none_or(|end| at.as_str() < end);
            fits.then_some((at, (self.left - pages).max(pages)))
        });
        if let Some((at, left)) = next {
            self.left = self.left.min(LENGTH);
            return Some((at, left));
        }
        let at = between(from, end)?;
        let skip = shared(from, &at).min(shared(from, end.unwrap_or_default()));
        let ruler = Ruler::new(from, skip);
        let whole = ruler.room(from, end);
        let share = if whole > 0.0 {
            (ruler.room(&at, end) / whole).max(f64::MIN_POSITIVE)
        } else {
            0.5
        };
        let upper = self.left * share;
        if upper.is_finite() {
            self.left -= upper;
        }
        Some((at, upper))
    }

    /// The end of the folder that all of it lay in so far.
    fn end_of_folder(&self) -> Option<String> {
        let end = self.end.as_deref();
        if end.is_some() && self.pages < FEW {
            return None;
        }
        let folder = end_of_folder(self.first.as_deref()?, &self.after)?;
        end.is_none_or(|end| folder.as_str() < end)
            .then_some(folder)
    }

    pub(super) fn is_worth_a_cut(&self, most: f64) -> bool {
        !self.is_narrow && self.left > most && matches!(self.state, State::Idle(_) | State::Asked)
    }

    /// Pages from its beginning to its end that were not handed over.
    pub(super) fn ahead(&self) -> f64 {
        f64_of(self.kept.len()) + self.left
    }
}
