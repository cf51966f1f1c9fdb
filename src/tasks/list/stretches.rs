//! The stretches that a listing is cut into, in the order of their keys: what is asked for next, what is kept until
//! its turn comes, where one more cut is worth it. Asks for nothing itself.

use std::collections::VecDeque;

use super::cut::first_like;
use super::stretch::{LENGTH, Path, State, Stretch, f64_of};
use super::{UploadsWalk, spread};
use crate::model::Upload;
use crate::s3::ListUploads;
use crate::tasks::pacer::Stop;

/// So many pages are kept, or asked for to be kept, until those in front of them are there.
pub(super) const KEPT: usize = 64;
/// Of these so many only by the stretches nearest to the front, one more for each: what is far off must not keep
/// what is needed next from coming.
const RESERVED: usize = spread::WIDTH;
/// What lies further ahead, in pages, is cut but not asked for yet.
const HORIZON: f64 = 56.0;
/// What is next is cut if more pages than this are left of it: each stretch costs one more than it has.
const NEAR: f64 = 3.0;
/// So many pages may bring nothing, and a quarter of those that brought something: then nothing more is cut.
const EMPTY: u64 = 32;
/// So many cuts are tried at a time even where they brought nothing.
const LEAST_TRUST: usize = 4;
/// Stretches at a time, at most.
const STRETCHES: usize = 128;

/// All stretches of a listing that are not over.
#[derive(Debug)]
pub(super) struct Stretches {
    scope: ListUploads,
    /// In the order of keys.
    all: Vec<Stretch>,
    /// What is found is handed over in the order of keys; else as it comes.
    in_order: bool,
    ready: VecDeque<Vec<Upload>>,
    /// Where the last pages began that were handed over, and where the last of them ended: what comes is taken to be
    /// like what was.
    trail: VecDeque<String>,
    /// So many stretches may be asked for of which nothing is known yet: fewer where that brought nothing.
    trust: usize,
    last_id: u64,
    pages: u64,
    /// Of these: the first of a stretch, with nothing in it. That one more must be asked for to know that nothing is left
    /// is no fault of the cut.
    empty: u64,
}

impl Stretches {
    /// One stretch: what `walk` has left, `first` being the first key that it found.
    pub(super) fn new(walk: UploadsWalk, first: &str, in_order: bool) -> Self {
        let pages = walk.pages;
        let last_key = walk.last_key.clone();
        let stretch = Stretch {
            id: 0,
            first: Some(first.to_owned()),
            after: walk.last_key.clone(),
            from: walk.last_key.clone(),
            end: None,
            over: 0,
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
            left: f64::INFINITY,
            is_narrow: false,
            state: State::Asked,
            kept: VecDeque::new(),
        };
        let mut stretches = Self {
            scope: walk.scope.clone(),
            all: vec![stretch],
            in_order,
            ready: VecDeque::new(),
            trail: VecDeque::from([first.to_owned(), last_key]),
            trust: spread::WIDTH,
            last_id: 0,
            pages,
            empty: 0,
        };
        stretches.all[0].state = State::Idle(Box::new(walk));
        stretches
    }

    /// The page to be asked for next, if `flying` are being asked for and `width` may be.
    pub(super) fn next(&mut self, flying: usize, width: usize) -> Option<(u64, UploadsWalk)> {
        if flying >= width {
            return None;
        }
        if self.in_order {
            self.nearest(width)
        } else {
            self.any()
        }
    }

    /// Takes in a page, or why there is none. What lies behind a failure is dropped where order counts.
    pub(super) fn landed(
        &mut self,
        id: u64,
        walk: UploadsWalk,
        page: Result<Option<Vec<Upload>>, Stop>,
    ) {
        self.pages += 1;
        let Some(index) = self.all.iter().position(|stretch| stretch.id == id) else {
            self.empty += 1;
            self.trust = (self.trust - 1).max(LEAST_TRUST);
            return;
        };
        match page {
            Err(stop) => {
                if self.in_order {
                    self.all.truncate(index + 1);
                }
                self.all[index].state = State::Broken(stop);
            }
            Ok(None) => self.all[index].state = State::Done,
            Ok(Some(mut page)) => {
                self.absorb(index, page.last(), walk.has_more());
                let stretch = &mut self.all[index];
                let goes_on = stretch.take(&mut page, walk.has_more());
                if stretch.pages == 1 && page.is_empty() {
                    self.empty += 1;
                    self.trust = (self.trust - 1).max(LEAST_TRUST);
                } else if stretch.pages == 1 {
                    self.trust = (self.trust + 1).min(spread::WIDTH);
                }
                stretch.state = if goes_on {
                    State::Idle(Box::new(walk))
                } else {
                    State::Done
                };
                if !page.is_empty() {
                    let queue = if self.in_order {
                        &mut stretch.kept
                    } else {
                        &mut self.ready
                    };
                    queue.push_back(page);
                }
            }
        }
        self.advance();
    }

    /// What can be handed over.
    pub(super) fn ready(&mut self) -> Option<Vec<Upload>> {
        self.ready.pop_front()
    }

    /// Whether nothing more can come, whatever is still being asked for.
    pub(super) fn is_over(&self) -> bool {
        let is_broken = |of: &Stretch| matches!(of.state, State::Broken(_));
        self.all.is_empty() || self.in_order && self.all.first().is_some_and(is_broken)
    }

    /// Why no more can come, once all that comes has been handed over.
    pub(super) fn broken(&mut self) -> Option<Stop> {
        let broken = |stretch: &Stretch| matches!(stretch.state, State::Broken(_));
        let index = self.all.iter().position(broken)?;
        match self.all.swap_remove(index).state {
            State::Broken(stop) => Some(stop),
            _ => None,
        }
    }

    /// A page that goes on behind the end of its stretch tells of what comes next: what lies in front of its last key
    /// needs not be asked for, and what was not asked for yet is gone on with from there.
    fn absorb(&mut self, index: usize, last: Option<&Upload>, has_more: bool) {
        let is_past = |end: &Option<String>| match (end, last) {
            _ if !has_more => true,
            (Some(end), Some(last)) => last.key > *end,
            _ => false,
        };
        while self.all[index].end.is_some()
            && is_past(&self.all[index].end)
            && let Some(next) = self.all.get(index + 1)
            && next.pages == 0
            && (matches!(next.state, State::Idle(_))
                || matches!(next.state, State::Asked) && is_past(&next.end))
        {
            let next = self.all.remove(index + 1);
            let stretch = &mut self.all[index];
            if !is_past(&next.end) {
                stretch.left += next.left;
            }
            stretch.end = next.end;
            stretch.is_narrow = false;
        }
    }

    fn advance(&mut self) {
        if !self.in_order {
            self.all
                .retain(|stretch| !matches!(stretch.state, State::Done));
            return;
        }
        let is_over = |stretch: &Stretch| matches!(stretch.state, State::Done);
        let over = self.all.iter().take_while(|of| is_over(of)).count();
        for mut stretch in self.all.drain(..over) {
            self.ready.append(&mut stretch.kept);
        }
        if let Some(front) = self.all.first_mut() {
            self.ready.append(&mut front.kept);
        }
        for page in &self.ready {
            let last = page.last().map(|upload| upload.key.clone());
            self.trail.extend(last);
        }
        while self.trail.len() > KEPT {
            self.trail.pop_front();
        }
        // What is over and empty stands between no two others.
        let mut index = 0;
        self.all.retain(|stretch| {
            index += 1;
            index == 1 || !is_over(stretch) || !stretch.kept.is_empty()
        });
    }

    /// Any stretch that can go on, else the upper half of the one that most is left of. After a failure nothing.
    fn any(&mut self) -> Option<(u64, UploadsWalk)> {
        if self
            .all
            .iter()
            .any(|of| matches!(of.state, State::Broken(_)))
        {
            return None;
        }
        let idle = |stretch: &Stretch| matches!(stretch.state, State::Idle(_));
        if let Some(index) = self.all.iter().position(idle) {
            return self.ask(index);
        }
        while self.may_cut() {
            let worth = |stretch: &Stretch| stretch.first.is_some() && stretch.is_worth_a_cut(1.0);
            let rich = self.all.iter().enumerate().filter(|(_, of)| worth(of));
            let (widest, _) = rich.max_by(|a, b| a.1.left.total_cmp(&b.1.left))?;
            if self.cut(widest) {
                return self.ask(widest + 1);
            }
        }
        None
    }

    /// What is needed soonest. A stretch is cut if it would not be there when its turn comes: `width` pages come
    /// while it brings one.
    fn nearest(&mut self, width: usize) -> Option<(u64, UploadsWalk)> {
        let pace = f64_of(width);
        let held = self.held();
        let is_unknown = |of: &&Stretch| of.pages == 0 && matches!(of.state, State::Asked);
        let unknown = self.all.iter().filter(is_unknown).count();
        let mut ahead = 0.0;
        let mut index = 0;
        while index < self.all.len() && ahead <= HORIZON {
            let stretch = &self.all[index];
            let is_trusted = stretch.pages > 0 || unknown < self.trust;
            let may_ask = index == 0 || is_trusted && held + index.min(RESERVED) < KEPT + 1;
            if may_ask && matches!(stretch.state, State::Idle(_)) {
                return self.ask(index);
            }
            if stretch.is_worth_a_cut(NEAR + ahead / pace) && self.may_cut() && self.cut(index) {
                // The same again: one half of it may still be too long.
                continue;
            }
            ahead += self.all[index].ahead();
            index += 1;
        }
        self.spare()
    }

    /// With nothing else to do: a cut of what goes on near the front longer than was guessed.
    fn spare(&mut self) -> Option<(u64, UploadsWalk)> {
        if self.held() >= KEPT / 2 || !self.may_cut() {
            return None;
        }
        let mut near = self.all.iter().take(RESERVED);
        let worth =
            near.position(|stretch| stretch.first.is_some() && stretch.is_worth_a_cut(1.0))?;
        if self.cut(worth) {
            return self.ask(worth + 1);
        }
        None
    }

    /// Pages behind the front that are kept or asked for.
    fn held(&self) -> usize {
        let behind = self.all.iter().skip(1);
        behind
            .map(|of| of.kept.len() + usize::from(matches!(of.state, State::Asked)))
            .sum()
    }

    fn ask(&mut self, index: usize) -> Option<(u64, UploadsWalk)> {
        let stretch = self.all.get_mut(index)?;
        match std::mem::replace(&mut stretch.state, State::Asked) {
            State::Idle(walk) => Some((stretch.id, *walk)),
            other => {
                stretch.state = other;
                None
            }
        }
    }

    /// Whether cuts are worth it at all.
    fn may_cut(&self) -> bool {
        self.all.len() < STRETCHES && self.empty <= EMPTY + (self.pages - self.empty) / 4
    }

    /// What the last pages passed through, as many of them as lie between the front and where a stretch is to be cut.
    fn path(&self, index: usize) -> Option<Path> {
        let before: f64 = self.all.iter().take(index).map(Stretch::ahead).sum();
        let wanted = before + LENGTH;
        let known = self.trail.len().checked_sub(1)?;
        let known = (1..=known)
            .rev()
            .find(|known| f64_of(*known) <= wanted.max(1.0))?;
        Some(Path {
            from: self.trail.get(self.trail.len() - 1 - known)?.clone(),
            to: self.trail.back()?.clone(),
            pages: f64_of(known),
        })
    }

    /// Cuts a stretch in two; false if there is no place for it.
    fn cut(&mut self, index: usize) -> bool {
        let path = self.in_order.then(|| self.path(index)).flatten();
        let stretch = &mut self.all[index];
        let Some((at, left)) = stretch.split(path.as_ref()) else {
            stretch.is_narrow = true;
            return false;
        };
        let end = stretch.end.replace(at.clone());
        stretch.left = stretch.left.min(stretch.density());
        self.last_id += 1;
        let new = Stretch {
            id: self.last_id,
            first: None,
            from: first_like(&at, &stretch.from),
            after: at.clone(),
            end,
            pages: 0,
            over: 0,
            left,
            is_narrow: false,
            state: State::Idle(Box::new(UploadsWalk::behind(&self.scope, &at))),
            kept: VecDeque::new(),
        };
        self.all.insert(index + 1, new);
        true
    }
}
