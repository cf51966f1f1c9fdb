//! Uploads of one scope, page by page, on servers that repeat, reorder and run in circles; in stretches side by side
//! where the server allows it.

mod cut;
mod recent;
mod ruler;
mod spread;
mod stretch;
mod stretches;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use self::recent::Recent;
use super::job::{Asker, Job, stopped};
use super::pacer::Stop;
use crate::model::bucket::is_directory_bucket;
use crate::model::provider::Trust;
use crate::model::{Upload, human};
use crate::protocol::{Fault, Kind, News, Operation, Outcome, Progress, Scope, Urgency};
use crate::s3::{ListUploads, Marker, UploadsPage};

/// So many pages in a row without an upload that is new: the server runs in circles with ever new markers.
const IDLE_PAGES: u32 = 100;
/// A page that comes sooner costs more to read than to wait for: then stretches side by side only cost more pages.
const SLOW: Duration = Duration::from_millis(12);

pub(super) use spread::{Disorder, WIDTH};

/// Reports every page as it arrives; where order counts, in the order of the service.
pub(super) async fn run(job: &Job, scope: &Scope, urgency: Urgency, in_order: bool) -> Outcome {
    let asker = job.asker(&scope.bucket, urgency);
    let mut walk = UploadsWalk::of(job, scope).await;
    let mut first = None;
    let mut question = None;
    loop {
        let begun = Instant::now();
        // The question costs no time of its own: it is asked beside the second page.
        let (page, is_proven) = match question.take() {
            None => (walk.next(&asker).await, false),
            Some(question) => both(&mut walk, &asker, &question).await,
        };
        match page {
            Ok(Some(uploads)) => {
                let spreads = is_proven && begun.elapsed() >= SLOW && may_spread(job, &walk);
                if first.is_none() {
                    first = uploads.first().map(|upload| upload.key.clone());
                }
                if walk.pages < spread::FIRST && may_spread(job, &walk) {
                    question = spread::Question::of(&walk.scope, &uploads);
                }
                if !uploads.is_empty() {
                    job.tell(News::Listed(uploads)).await;
                }
                if let Some(first) = first.as_deref().filter(|_| spreads) {
                    return match spread::run(job, &asker, walk, (first, in_order)).await {
                        Ok(_) => Outcome::Done,
                        Err((stop, found)) => stopped(stop, found, 0),
                    };
                }
                job.progress(Progress {
                    done: walk.found,
                    throttled: asker.pacer.is_throttled(),
                    ..Progress::default()
                });
            }
            Ok(None) => return Outcome::Done,
            Err(stop) => return stopped(stop, walk.found, 0),
        }
    }
}

type Page = Result<Option<Vec<Upload>>, Stop>;

async fn both(walk: &mut UploadsWalk, asker: &Asker, question: &spread::Question) -> (Page, bool) {
    tokio::join!(walk.next(asker), question.ask(asker))
}

/// Reports the uploads of one key, and asks for no more than may hold some.
pub(super) async fn run_key(job: &Job, bucket: &str, key: &str, urgency: Urgency) -> Outcome {
    let asker = job.asker(bucket, urgency);
    // Behind a greater key there is none where keys come in order.
    let in_order =
        !is_directory_bucket(bucket) && job.provider().await.listing.contains(&Trust::Order);
    let mut walk = UploadsWalk::of_key(bucket, key);
    loop {
        match walk.next(&asker).await {
            Ok(Some(mut uploads)) => {
                let beyond = uploads.iter().any(|upload| upload.key.as_str() > key);
                uploads.retain(|upload| upload.key == key);
                if !uploads.is_empty() {
                    job.tell(News::Listed(uploads)).await;
                }
                if beyond && in_order {
                    return Outcome::Done;
                }
            }
            Ok(None) => return Outcome::Done,
            Err(stop) => return stopped(stop, walk.found, 0),
        }
    }
}

/// Whether the rest may be listed in stretches, as far as is known: only where there is enough of it, and the service
/// is up to it.
fn may_spread(job: &Job, walk: &UploadsWalk) -> bool {
    job.settings.listing > 1
        && walk.has_more()
        && !walk.widen
        && walk.is_ordered
        && !is_directory_bucket(&walk.scope.bucket)
        && !job.disorder.load(Ordering::Relaxed)
}

/// Walks the pages of a listing: each upload once, to the end or to the first marker that was seen before.
#[derive(Debug)]
pub(super) struct UploadsWalk {
    request: Option<ListUploads>,
    /// The first request, without a marker.
    scope: ListUploads,
    /// Only keys behind this one are wanted.
    behind: Option<String>,
    /// The highest key so far, of whatever was answered.
    last_key: String,
    /// Keys never went back, nor before `behind`.
    is_ordered: bool,
    /// Whether the whole bucket is listed behind what was asked for.
    widen: bool,
    /// What keys must begin with: some servers answer more than was asked for.
    prefix: String,
    recent: Recent,
    hasher: RandomState,
    markers: HashSet<u64>,
    idle: u32,
    pub(super) found: u64,
    pub(super) pages: u64,
}

impl UploadsWalk {
    /// A walk by the rules of the job's service.
    pub(super) async fn of(job: &Job, scope: &Scope) -> Self {
        let widen = !scope.prefix.is_empty() && job.has_exact_prefixes().await;
        Self::new(scope, widen)
    }

    /// The uploads of one key, first of what begins with it: a service that honours prefixes as exact keys only is
    /// asked no more.
    pub(super) fn of_key(bucket: &str, key: &str) -> Self {
        let scope = Scope {
            bucket: bucket.to_owned(),
            prefix: key.to_owned(),
        };
        Self::new(&scope, false)
    }

    fn new(scope: &Scope, widen: bool) -> Self {
        // Directory buckets take only prefixes that end in a slash. Source: API reference, ListMultipartUploads.
        let asked = if is_directory_bucket(&scope.bucket) {
            let end = scope.prefix.rfind('/').map_or(0, |slash| slash + 1);
            scope.prefix[..end].to_owned()
        } else {
            scope.prefix.clone()
        };
        let request = ListUploads {
            bucket: scope.bucket.clone(),
            prefix: asked,
            marker: None,
            max_uploads: None,
        };
        Self {
            request: Some(request.clone()),
            scope: request,
            behind: None,
            last_key: String::new(),
            is_ordered: true,
            widen,
            prefix: scope.prefix.clone(),
            recent: Recent::new(),
            hasher: RandomState::new(),
            markers: HashSet::new(),
            idle: 0,
            found: 0,
            pages: 0,
        }
    }

    /// What of this scope lies behind a key, which need not exist.
    fn behind(scope: &ListUploads, key: &str) -> Self {
        let whole = Scope {
            bucket: scope.bucket.clone(),
            prefix: scope.prefix.clone(),
        };
        let mut walk = Self::new(&whole, false);
        if let Some(request) = &mut walk.request {
            request.marker = Some(Marker {
                key: key.to_owned(),
                upload_id: None,
            });
        }
        key.clone_into(&mut walk.last_key);
        walk.behind = Some(key.to_owned());
        walk
    }

    /// Whether there is another page to ask for.
    const fn has_more(&self) -> bool {
        self.request.is_some()
    }

    /// The next page's new uploads, possibly none; `None` after the last page. An error after the first page
    /// leaves what was found before valid.
    pub(super) async fn next(&mut self, asker: &Asker) -> Result<Option<Vec<Upload>>, Stop> {
        let Some(request) = &mut self.request else {
            return Ok(None);
        };
        if let Some(marker) = request.marker.as_ref().filter(|_| self.pages > 0) {
            let bucket = &request.bucket;
            if marker.key.is_empty() {
                let message = "the server says that there is more but not where it goes on";
                return Err(garbled(bucket, message, self.found));
            }
            if !self.markers.insert(self.hasher.hash_one(marker)) {
                let message = format!(
                    "the server repeats the marker '{}'",
                    human::escape(&marker.key)
                );
                return Err(garbled(bucket, &message, self.found));
            }
            if self.idle >= IDLE_PAGES {
                let message = "the server answers ever new markers but nothing new";
                return Err(garbled(bucket, message, self.found));
            }
        }
        let page = match asker.list_uploads(request).await {
            // One server answers so when a bucket has no upload at all.
            Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone && self.pages == 0 => {
                UploadsPage::default()
            }
            page => page?,
        };
        self.pages += 1;
        let next: Option<Marker> = page.next;
        if next.is_some() {
            request.marker = next;
        } else if std::mem::take(&mut self.widen) {
            request.prefix.clear();
            request.marker = None;
            self.markers.clear();
        } else {
            self.request = None;
        }
        let mut uploads = page.uploads;
        self.keep_new(&mut uploads);
        self.idle = if uploads.is_empty() { self.idle + 1 } else { 0 };
        self.found += uploads.len() as u64;
        Ok(Some(uploads))
    }

    /// Drops what was not asked for and what was there before; notes whether keys went up.
    fn keep_new(&mut self, page: &mut Vec<Upload>) {
        let mut highest = self.last_key.as_str();
        let mut goes_up = true;
        // What lies behind everything so far cannot have been there before.
        let mut fresh = Vec::with_capacity(page.len());
        for upload in page.iter() {
            let order = upload.key.as_str().cmp(highest);
            goes_up &= order.is_ge();
            if order.is_gt() {
                highest = &upload.key;
            }
            fresh.push(order.is_gt());
        }
        let highest = highest.to_owned();
        self.is_ordered &= goes_up;
        let mut fresh = fresh.into_iter();
        page.retain(|upload| {
            let is_fresh = fresh.next().unwrap_or_default();
            let is_behind = self.behind.as_ref().is_none_or(|key| upload.key > *key);
            if !is_behind || !upload.key.starts_with(&self.prefix) {
                return false;
            }
            if is_fresh {
                self.recent.add(upload);
                return true;
            }
            self.recent.is_new(upload)
        });
        self.last_key = highest;
    }
}

fn garbled(bucket: &str, message: &str, found: u64) -> Stop {
    Stop::Fault(Fault {
        operation: Operation::ListMultipartUploads,
        target: format!("s3://{bucket}"),
        kind: Kind::Garbled,
        code: None,
        message: format!("{message}; {} uploads were found", human::count(found)),
        hint: "list with a prefix to see the rest".to_owned(),
    })
}
