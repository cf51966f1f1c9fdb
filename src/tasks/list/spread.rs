//! A listing in stretches side by side. Where order does not count, whoever is done takes the upper half of the widest
//! stretch that is left; where it does, half of what will be needed soonest.
//!
//! Only where the service was seen to go on behind a key that does not exist, and to keep the order of keys: else
//! something could be left out. Each stretch ends where the next begins, so that each upload is found once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::cut::between;
use super::stretches::Stretches;
use super::{UploadsWalk, garbled};
use crate::model::Upload;
use crate::protocol::{Fault, Kind, News, Operation, Progress};
use crate::s3::{ListUploads, Marker};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// Stretches side by side, at most; the bucket's pacer narrows it where the service cannot follow.
pub(in crate::tasks) const WIDTH: usize = 16;
/// So many pages are read one after the other before it is worth a try.
pub(super) const FIRST: u64 = 2;

/// Whether a service was seen to break the order that it was believed to keep.
pub(in crate::tasks) type Disorder = Arc<AtomicBool>;

/// Asks whether the service goes on at the right place behind a key that does not exist.
#[derive(Debug)]
pub(super) struct Question {
    request: ListUploads,
    /// What must be answered first.
    next: Upload,
}

impl Question {
    /// One between two neighbours of a page that was just read; `None`: there is no room between any.
    pub(super) fn of(scope: &ListUploads, page: &[Upload]) -> Option<Self> {
        let neighbours = page.windows(2).rev();
        let mut gaps = neighbours.filter_map(|pair| {
            let cut = between(&pair[0].key, Some(&pair[1].key))?;
            Some((cut, &pair[1]))
        });
        let (key, next) = gaps.next()?;
        let request = ListUploads {
            marker: Some(Marker {
                key,
                upload_id: None,
            }),
            // More than one, so that a service that takes this number for something else is seen through.
            max_uploads: Some(2),
            ..scope.clone()
        };
        Some(Self {
            request,
            next: next.clone(),
        })
    }

    /// Whether it does.
    pub(super) async fn ask(&self, asker: &Asker) -> bool {
        let answer = asker.list_uploads(&self.request).await;
        answer.is_ok_and(|page| page.uploads.first() == Some(&self.next))
    }
}

/// How many pages are asked for at the same time: half as many after each back-off of the bucket's pacer, one more
/// for each round without one. The pacer alone holds back requests, but never to fewer than many servers can take.
#[derive(Debug)]
struct Breadth {
    most: usize,
    now: usize,
    /// Pages since the last change.
    clean: usize,
    backoffs: u64,
}

impl Breadth {
    fn new(most: usize, backoffs: u64) -> Self {
        let most = most.clamp(1, WIDTH);
        Self {
            most,
            now: most,
            clean: 0,
            backoffs,
        }
    }

    /// A page came, the pacer having backed off so often by now.
    fn landed(&mut self, backoffs: u64) {
        if backoffs != self.backoffs {
            self.backoffs = backoffs;
            self.now = (self.now / 2).max(1);
            self.clean = 0;
            return;
        }
        self.clean += 1;
        if self.clean >= self.now {
            self.clean = 0;
            self.now = self.most.min(self.now + 1);
        }
    }
}

/// Lists what `walk` has left, `first` being the first key that it found: in the order of keys, or as it comes.
/// Found so far are as many as it says.
pub(super) async fn run(
    job: &Job,
    asker: &Asker,
    walk: UploadsWalk,
    (first, in_order): (&str, bool),
) -> Result<u64, (Stop, u64)> {
    let mut found = walk.found;
    let bucket = walk.scope.bucket.clone();
    let mut stretches = Stretches::new(walk, first, in_order);
    let mut breadth = Breadth::new(job.settings.listing, asker.pacer.backoffs());
    let share = job.pacers.share();
    let mut flights = JoinSet::new();
    loop {
        while let Some((id, walk)) = stretches.next(flights.len(), share.width(breadth.now)) {
            flights.spawn(step(id, walk, asker.clone()));
        }
        let landed = if stretches.is_over() {
            None
        } else {
            flights.join_next().await
        };
        let Some(landed) = landed else {
            return stretches
                .broken()
                .map_or(Ok(found), |stop| Err((stop, found)));
        };
        let (id, walk, page) = landed.map_err(|error| (died(&error), found))?;
        if page == Err(Stop::Cancelled) {
            return Err((Stop::Cancelled, found));
        }
        if !walk.is_ordered {
            job.disorder.store(true, Ordering::Relaxed);
            let message = "the server does not keep the order of keys that it kept at first";
            return Err((garbled(&bucket, message, found), found));
        }
        breadth.landed(asker.pacer.backoffs());
        stretches.landed(id, walk, page);
        while let Some(page) = stretches.ready() {
            found += page.len() as u64;
            job.tell(News::Listed(page)).await;
        }
        job.progress(Progress {
            done: found,
            throttled: asker.pacer.is_throttled(),
            ..Progress::default()
        });
    }
}

type Landed = (u64, UploadsWalk, Result<Option<Vec<Upload>>, Stop>);

async fn step(id: u64, mut walk: UploadsWalk, asker: Asker) -> Landed {
    let page = walk.next(&asker).await;
    (id, walk, page)
}

fn died(error: &tokio::task::JoinError) -> Stop {
    Stop::Fault(Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Bug,
        code: None,
        message: format!("a stretch of the listing died: {error}"),
        hint: "this is a defect of mopup; what was found until then is shown".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_back_off_halves_and_each_clean_round_adds_one() {
        let mut breadth = Breadth::new(WIDTH, 3);
        for backoffs in [3, 4, 4, 5, 6, 7, 8] {
            breadth.landed(backoffs);
        }
        assert_eq!(breadth.now, 1);
        let mut rounds = Vec::new();
        for _ in 0..136 {
            breadth.landed(8);
            rounds.push(breadth.now);
        }
        rounds.dedup();
        assert_eq!(rounds, (2..=16).collect::<Vec<_>>());
        assert_eq!(Breadth::new(0, 0).now, 1);
        assert_eq!(Breadth::new(99, 0).now, WIDTH);
    }
}
