//! One look: the pages that can have changed.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::budget::For;
use super::walk::Walk;
use super::{Looked, Stop, Watcher};
use crate::model::human;
use crate::model::watch::{Happening, Markers, Page, Rhythm, route};
use crate::model::{Part, Upload};
use crate::protocol::{Fault, Kind};
use crate::s3::{ListParts, PartsPage};
use crate::tasks::list::UploadsWalk;

/// An answer that takes longer is told of.
const SLOW: Duration = Duration::from_secs(8);
/// Each so-manyth look at an upload without parts asks whether it is there at all: some servers list no parts of an
/// upload that is gone.
const SURE: u64 = 8;

/// A server that heeded numbers as markers may be wrong so often before it is taken not to.
const MISSES: u32 = 3;

impl Watcher<'_> {
    /// One look. A fault leaves everything as it was, as far as it was not read.
    pub(super) async fn look(&mut self) -> Result<Looked, Stop> {
        if self.is_gone {
            return self.over().await;
        }
        match self.read().await {
            Ok(()) => {}
            Err(Stop::Fault(fault)) if self.means_gone(&fault) => return self.gone().await,
            Err(stop) => return Err(stop),
        }
        self.looks += 1;
        if !self.ledger.is_empty() || !self.looks.is_multiple_of(SURE) && self.looks > 1 {
            return Ok(Looked::Going);
        }
        match self.is_listed().await? {
            Some(false) => self.gone().await,
            _ => Ok(Looked::Going),
        }
    }

    async fn read(&mut self) -> Result<(), Stop> {
        if self.reading.is_some() {
            return self.first_reading().await;
        }
        match self.route.next(&self.ledger, &self.rhythm) {
            Page::All => self.read_all().await,
            page => self.read_from(page).await,
        }
    }

    /// All pages for the first time, told page by page. Where it breaks off, the next look goes on.
    async fn first_reading(&mut self) -> Result<(), Stop> {
        while let Some(request) = self.reading.as_ref().and_then(Walk::request).cloned() {
            let page = self.turn_and_ask(&request).await?;
            let more = self.reading.as_mut().is_some_and(|walk| {
                walk.read(&page);
                walk.request().is_some()
            });
            self.take(page).await;
            if more {
                self.show(self.vitals());
            }
        }
        let Some(walk) = self.reading.take() else {
            return Ok(());
        };
        self.circled(&walk);
        if self.watch.initiated.is_none() {
            // Only nice to know: a listing that is refused is no trouble.
            match self.listed().await {
                Ok(Some(upload)) => self.watch.initiated = upload.initiated,
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
                _ => {}
            }
            self.rhythm = Rhythm::of(&self.ledger, self.watch.initiated);
        }
        Ok(())
    }

    async fn turn_and_ask(&mut self, request: &ListParts) -> Result<PartsPage, Stop> {
        tokio::select! {
            () = self.job.cancel.cancelled() => return Err(Stop::Cancelled),
            () = self.job.looks.turn(For::Reading) => {}
        }
        self.ask(request).await
    }

    /// All pages again, where only the server knows where the next one begins.
    pub(super) async fn read_all(&mut self) -> Result<(), Stop> {
        let mut walk = Walk::new(Self::request(&self.watch));
        let mut found = false;
        while let Some(request) = walk.request().cloned() {
            // The look itself had its turn.
            let page = match walk.pages {
                0 => self.ask(&request).await?,
                _ => self.turn_and_ask(&request).await?,
            };
            walk.read(&page);
            found |= !page.parts.is_empty();
            self.take(page).await;
        }
        self.circled(&walk);
        self.pages = walk.pages;
        if found || self.ledger.is_empty() {
            return Ok(());
        }
        self.vanished().await
    }

    /// The pages from a number on.
    async fn read_from(&mut self, page: Page) -> Result<(), Stop> {
        let after = page.after();
        let mut walk = Walk::new(ListParts {
            marker: (after > 0).then(|| after.to_string()),
            max_parts: match page {
                Page::Old { .. } => i32::try_from(route::OLD).ok(),
                _ => None,
            },
            ..Self::request(&self.watch)
        });
        let expected = self.ledger.highest() > after;
        while let Some(request) = walk.request().cloned() {
            let asked = match walk.pages {
                0 => self.ask(&request).await,
                _ => self.turn_and_ask(&request).await,
            };
            let page_read = match asked {
                Err(Stop::Fault(fault)) if self.refuses_marker(&fault, after) => {
                    return self.without_markers().await;
                }
                asked => asked?,
            };
            walk.read(&page_read);
            let lowest = page_read.parts.iter().map(|part| part.number).min();
            let first_page = walk.pages == 1;
            self.take(page_read).await;
            match lowest {
                // It begins somewhere else: what it listed counts all the same.
                Some(lowest) if first_page && lowest <= after => {
                    return self.without_markers().await;
                }
                None if first_page && expected => return self.missed(after).await,
                Some(_) if after > 0 => self.route.markers = Markers::Heeded,
                _ => {}
            }
            if matches!(page, Page::Old { .. }) {
                break;
            }
        }
        self.circled(&walk);
        self.pages = walk.pages;
        Ok(())
    }

    fn refuses_marker(&self, fault: &Fault, after: u32) -> bool {
        after > 0
            && self.route.markers == Markers::Untried
            && matches!(
                fault.kind,
                Kind::Invalid | Kind::Unsupported | Kind::Garbled
            )
    }

    /// Numbers are no markers here.
    async fn without_markers(&mut self) -> Result<(), Stop> {
        self.route.markers = Markers::Opaque;
        self.read_all().await
    }

    /// A page that must list a known part lists none: it is gone, or the marker leads nowhere.
    async fn missed(&mut self, after: u32) -> Result<(), Stop> {
        if after == 0 {
            return self.vanished().await;
        }
        self.read_all().await?;
        // Everything is still there, so the page was a wrong one: always, or for once.
        self.misses = self.misses.saturating_add(1);
        if self.route.markers == Markers::Untried || self.misses >= MISSES {
            self.route.markers = Markers::Opaque;
        }
        Ok(())
    }

    /// An upload that had parts lists none any more.
    async fn vanished(&mut self) -> Result<(), Stop> {
        match self.is_listed().await? {
            Some(true) => {
                let odd = "the server lists none of its parts any more";
                self.oddity = Some(odd.to_owned());
                Ok(())
            }
            // Whether it is there may not be seen: the object may tell.
            _ => Err(Stop::Fault(self.no_such_upload())),
        }
    }

    fn circled(&mut self, walk: &Walk) {
        if walk.circles {
            let parts = human::count(u64::from(self.ledger.parts()));
            self.oddity = Some(format!(
                "the server repeats its part marker; {parts} parts were found, and there may be more"
            ));
        }
    }

    /// Takes in a page, and tells what it brought.
    async fn take(&mut self, page: PartsPage) {
        self.at = self.job.clock.now();
        self.alive = Some(self.now());
        self.abort_date = page.info.abort_date.or(self.abort_date);
        let listed: Vec<Part> = page
            .parts
            .into_iter()
            .filter(|part| part.number > 0)
            .collect();
        let news = self.ledger.take(listed);
        if news.fresh.is_empty() && news.resent.is_empty() {
            return;
        }
        self.has_news = true;
        self.rhythm = Rhythm::of(&self.ledger, self.watch.initiated);
        if !news.fresh.is_empty() {
            self.happened(Happening::Arrived(news.fresh)).await;
        }
        if !news.resent.is_empty() {
            self.happened(Happening::Resent(news.resent)).await;
        }
    }

    /// Asks for a page; an answer that takes long is told of.
    pub(super) async fn ask(&mut self, request: &ListParts) -> Result<PartsPage, Stop> {
        let (store, pacer) = (&self.asker.store, &self.asker.pacer);
        let mut sent = 0;
        let answer = {
            let asked = pacer.run(self.asker.urgency, &self.asker.cancel, |_| {
                sent += 1;
                store.list_parts(request)
            });
            let mut asked = std::pin::pin!(asked);
            let slow = sleep_until(Instant::now() + SLOW);
            tokio::select! {
                answer = &mut asked => answer,
                () = slow => {
                    self.show_slow();
                    asked.await
                }
            }
        };
        self.requests += sent;
        answer
    }

    fn show_slow(&self) {
        let why = if self.asker.pacer.is_throttled() {
            "the service asks to slow down; waiting"
        } else {
            "no answer yet; waiting"
        };
        let mut vitals = self.vitals();
        vitals.trouble = self.trouble.clone().or_else(|| Some(why.to_owned()));
        self.show(vitals);
    }

    /// Whether the upload is listed; `None` where that may not be seen.
    async fn is_listed(&mut self) -> Result<Option<bool>, Stop> {
        match self.listed().await {
            Ok(found) => Ok(Some(found.is_some())),
            Err(Stop::Fault(fault)) => match fault.kind {
                Kind::Network | Kind::Throttled | Kind::Credentials => Err(Stop::Fault(fault)),
                // Some servers say so of a bucket without any upload.
                Kind::UploadGone => Ok(Some(false)),
                _ => Ok(None),
            },
            Err(stop) => Err(stop),
        }
    }

    /// The upload as it is listed among those of its key.
    async fn listed(&mut self) -> Result<Option<Upload>, Stop> {
        let target = &self.watch.target;
        let mut walk = UploadsWalk::of_key(&target.bucket, &target.key);
        let is_it =
            |upload: &Upload| upload.key == target.key && upload.upload_id == target.upload_id;
        loop {
            self.requests += 1;
            match walk.next(&self.asker).await? {
                Some(uploads) => {
                    if let Some(found) = uploads.into_iter().find(is_it) {
                        return Ok(Some(found));
                    }
                }
                None => return Ok(None),
            }
        }
    }
}
