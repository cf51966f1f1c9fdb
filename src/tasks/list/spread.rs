//! A listing in stretches side by side: whoever is done takes the upper half of the widest stretch that is left.
//!
//! Only where the service was seen to go on behind a key that does not exist, and to keep the order of keys: else
//! something could be left out. Each stretch ends where the next begins, so that each upload is found once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::cut::{between, end_of_folder, room, shared};
use super::{UploadsWalk, garbled};
use crate::model::Upload;
use crate::protocol::{Fault, Kind, News, Operation, Progress};
use crate::s3::{ListUploads, Marker};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// Stretches side by side, at most; the bucket's pacer narrows it where the service cannot follow.
pub(super) const WIDTH: usize = 16;
/// So many pages are read one after the other before it is worth a try.
pub(super) const FIRST: u64 = 2;
/// So many pages may bring nothing, and a quarter of those that brought something: then nothing more is cut.
const EMPTY: u64 = 32;

/// Whether a service was seen to break the order that it was believed to keep.
pub(in crate::tasks) type Disorder = Arc<AtomicBool>;

/// Whether the service goes on at the right place behind a key that does not exist: asked between two neighbours of
/// a page that was just read.
pub(super) async fn is_proven(asker: &Asker, request: &ListUploads, page: &[Upload]) -> bool {
    let neighbours = page.windows(2).rev();
    let mut gaps = neighbours.filter_map(|pair| {
        let cut = between(&pair[0].key, Some(&pair[1].key))?;
        Some((cut, &pair[1]))
    });
    let Some((key, next)) = gaps.next() else {
        return false;
    };
    let request = ListUploads {
        marker: Some(Marker {
            key,
            upload_id: None,
        }),
        // More than one, so that a service that takes this number for something else is seen through.
        max_uploads: Some(2),
        ..request.clone()
    };
    let answer = asker.list_uploads(&request).await;
    answer.is_ok_and(|page| page.uploads.first() == Some(next))
}

/// One stretch of keys.
#[derive(Debug)]
struct Stretch {
    /// The first key that was found in it.
    first: Option<String>,
    /// Listed so far.
    after: String,
    /// The last key that belongs to it; `None`: there is none.
    end: Option<String>,
    /// Pages so far.
    pages: u32,
    /// There is more, as far as its last page tells; before that it is not worth a cut.
    is_rich: bool,
}

/// All stretches of a listing.
#[derive(Debug, Default)]
struct Stretches {
    all: Vec<Stretch>,
    pages: u64,
    /// Of these: pages that brought nothing.
    empty: u64,
}

impl Stretches {
    /// Keeps what belongs to the stretch; false when it is at its end.
    fn take(&mut self, index: usize, page: &mut Vec<Upload>, has_more: bool) -> bool {
        self.pages += 1;
        let Some(stretch) = self.all.get_mut(index) else {
            return false;
        };
        stretch.pages += 1;
        let is_first = stretch.first.is_none();
        let last = page.last().map(|upload| upload.key.clone());
        if let Some(end) = &stretch.end {
            page.retain(|upload| upload.key <= *end);
        }
        self.empty += u64::from(page.is_empty());
        if let Some(upload) = page.first().filter(|_| is_first) {
            stretch.first = Some(upload.key.clone());
        }
        if let Some(last) = last {
            let is_past = stretch.end.as_ref().is_some_and(|end| last > *end);
            stretch.after = last;
            stretch.is_rich = has_more && !is_past;
        } else {
            // A page of nothing new says nothing about what follows.
            stretch.is_rich &= has_more;
        }
        has_more && stretch.end.as_ref().is_none_or(|end| stretch.after <= *end)
    }

    /// Cuts the widest stretch: the new one and where it begins.
    fn cut(&mut self) -> Option<(usize, String)> {
        if self.empty > EMPTY + (self.pages - self.empty) / 4 {
            return None;
        }
        loop {
            let widest = self.widest()?;
            let stretch = &mut self.all[widest];
            let Some(at) = place_of_cut(stretch) else {
                // Too narrow: whoever lists it goes on alone.
                stretch.is_rich = false;
                continue;
            };
            let end = stretch.end.replace(at.clone());
            self.all.push(Stretch {
                first: None,
                after: at.clone(),
                end,
                pages: 0,
                is_rich: false,
            });
            return Some((self.all.len() - 1, at));
        }
    }

    /// The one that most is left of, if that is more than a page.
    fn widest(&self) -> Option<usize> {
        let rich = self.all.iter().enumerate().filter(|(_, of)| of.is_rich);
        let worth = rich.map(|(index, of)| (index, of.left()));
        let worth = worth.filter(|(_, pages)| *pages > 1.0);
        let widest = worth.max_by(|a, b| a.1.total_cmp(&b.1));
        widest.map(|(index, _)| index)
    }
}

impl Stretch {
    /// How many pages are left of it, if its keys go on as densely as they did so far. A guess.
    fn left(&self) -> f64 {
        let Some(first) = self.first.as_deref() else {
            return 0.0;
        };
        let end = self.end.as_deref();
        let skip = shared(first, &self.after).min(shared(first, end.unwrap_or_default()));
        let covered = room(first, Some(&self.after), skip).max(f64::MIN_POSITIVE);
        f64::from(self.pages) * room(&self.after, end, skip) / covered
    }
}

/// The middle; of a stretch without an end first the end of the folder that was seen so far, since nobody knows
/// what there is behind it.
fn place_of_cut(stretch: &Stretch) -> Option<String> {
    let first = stretch.first.as_deref()?;
    let end = stretch.end.as_deref();
    let folder = end.is_none().then(|| end_of_folder(first, &stretch.after));
    folder.flatten().or_else(|| between(&stretch.after, end))
}

/// Lists what `walk` has left, `first` being the first key that it found. Found so far are as many as it says.
pub(super) async fn run(
    job: &Job,
    asker: &Asker,
    walk: UploadsWalk,
    first: &str,
) -> Result<u64, (Stop, u64)> {
    let mut found = walk.found;
    let mut stretches = Stretches {
        all: vec![Stretch {
            first: Some(first.to_owned()),
            after: walk.last_key.clone(),
            end: None,
            pages: 2,
            is_rich: true,
        }],
        pages: walk.pages,
        empty: 0,
    };
    let template = walk.scope.clone();
    let share = job.pacers.share();
    let mut flights = JoinSet::new();
    flights.spawn(step(0, walk, asker.clone()));
    loop {
        while flights.len() < share.width(WIDTH)
            && let Some((index, start)) = stretches.cut()
        {
            flights.spawn(step(
                index,
                UploadsWalk::behind(&template, &start),
                asker.clone(),
            ));
        }
        let Some(landed) = flights.join_next().await else {
            return Ok(found);
        };
        let (index, walk, page) = landed.map_err(|error| (died(&error), found))?;
        let Some(mut page) = page.map_err(|stop| (stop, found))? else {
            continue;
        };
        if !walk.is_ordered {
            job.disorder.store(true, Ordering::Relaxed);
            let message = "the server does not keep the order of keys that it kept at first";
            return Err((garbled(&template.bucket, message, found), found));
        }
        if stretches.take(index, &mut page, walk.has_more()) {
            flights.spawn(step(index, walk, asker.clone()));
        }
        found += page.len() as u64;
        if !page.is_empty() {
            job.tell(News::Listed(page)).await;
        }
        job.progress(Progress {
            done: found,
            throttled: asker.pacer.is_throttled(),
            ..Progress::default()
        });
    }
}

type Landed = (usize, UploadsWalk, Result<Option<Vec<Upload>>, Stop>);

async fn step(index: usize, mut walk: UploadsWalk, asker: Asker) -> Landed {
    let page = walk.next(&asker).await;
    (index, walk, page)
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
