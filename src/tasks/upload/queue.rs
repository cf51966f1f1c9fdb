//! A queue of files: small ones several at once and in one piece, large ones one after another in parts.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;

use super::board::Board;
use super::carry::{Ended, begun, carry};
use super::existing;
use super::pool::Pool;
use super::prepare::{Common, budget, planned, with_key};
use super::put::Put;
use super::record::fault;
use super::source::{Opened, unreadable};
use super::transfer::report;
use crate::journal::Recipe;
use crate::model::plan::{DEFAULT_WIDTH, Layout, Method};
use crate::model::send::{ObjectOptions, Order, Source};
use crate::protocol::{Fault, News, Outcome, Sent, SentOutcome};
use crate::tasks::expand::{Expanded, Item, LeftOut, expand, file_name};
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;

/// After a cancel a small file gets so long to arrive.
const GRACE: Duration = Duration::from_secs(3);

/// Sends what `order` names.
pub(in crate::tasks) async fn send(job: &Job, order: Order) -> Outcome {
    match Queue::new(job, order).await {
        Ok((queue, expanded)) => queue.run(expanded).await,
        Err(stop) => stopped(stop, 0, 0),
    }
}

/// How one file goes.
enum Way {
    /// In one piece of so many bytes; `None`: a stream that has ended.
    Whole(Option<u64>),
    /// In parts, so many at once.
    Parts(Layout, usize),
}

/// One file, opened.
struct Looked<'a> {
    opened: Opened,
    way: Way,
    /// Held by whoever goes in parts.
    turn: Option<MutexGuard<'a, ()>>,
}

struct Queue<'a> {
    common: Common<'a>,
    order: Order,
    /// The service refuses checksums on whole objects.
    refused: AtomicBool,
    /// Whoever sends in parts.
    large: Mutex<()>,
}

impl<'a> Queue<'a> {
    async fn new(job: &'a Job, order: Order) -> Result<(Self, Expanded), Stop> {
        let order = with_key(order).await.map_err(Stop::Fault)?;
        let board = Board::new(order.pace.limit);
        let mut common = Common::new(job, &order.bucket, board).await?;
        let walked = order.clone();
        let expanded = tokio::task::spawn_blocking(move || expand(&walked)).await;
        let expanded = expanded.map_err(|error| Stop::Fault(fault(&error.to_string())))?;
        let budget = budget(&expanded.items, &order, &common.provider).map_err(Stop::Fault)?;
        common.pool = Pool::new(budget);
        let sizes: Option<Vec<u64>> = expanded.items.iter().map(|item| item.size).collect();
        common.board.tell(|told| {
            told.total = sizes.map(|sizes| sizes.iter().sum());
            told.files = expanded.items.len() as u64;
            told.source = order.sources.first().map(Source::shown).unwrap_or_default();
        });
        let queue = Self {
            common,
            order,
            refused: AtomicBool::new(false),
            large: Mutex::new(()),
        };
        Ok((queue, expanded))
    }

    async fn run(self, expanded: Expanded) -> Outcome {
        let Expanded { items, left_out } = expanded;
        for out in left_out {
            self.tell_left_out(out).await;
        }
        let job = self.common.job;
        self.report();
        let (mut done, mut left) = (0, 0);
        let work = stream::iter(items).map(|item| self.item(item));
        let mut work = std::pin::pin!(work.buffer_unordered(DEFAULT_WIDTH));
        while let Some(sent) = work.next().await {
            match sent.outcome {
                SentOutcome::Kept { .. } | SentOutcome::NotBegun | SentOutcome::Aborted { .. } => {
                    left += 1;
                }
                _ => done += 1,
            }
            self.common.board.tell(|told| told.files_done = done);
            job.tell(News::Sent(Box::new(sent))).await;
            self.report();
        }
        if left > 0 {
            return Outcome::Cancelled { done, left };
        }
        Outcome::Done
    }

    fn report(&self) {
        report(self.common.job, &self.common.board);
    }

    async fn tell_left_out(&self, out: LeftOut) {
        let fault = unreadable(&out.source.shown(), &std::io::Error::other(""));
        let outcome = SentOutcome::Failed {
            fault: Fault {
                message: out.why,
                ..fault
            },
            kept: false,
        };
        let item = Item {
            source: out.source,
            key: self.order.key.clone(),
            size: None,
        };
        let sent = self.sent(item, None, None, outcome);
        self.common.job.tell(News::Sent(Box::new(sent))).await;
    }

    fn sent(
        &self,
        item: Item,
        upload_id: Option<String>,
        journal: Option<String>,
        outcome: SentOutcome,
    ) -> Sent {
        Sent {
            source: item.source,
            bucket: self.order.bucket.clone(),
            key: item.key,
            upload_id,
            journal,
            outcome,
        }
    }

    async fn item(&self, item: Item) -> Sent {
        let job = self.common.job;
        if job.cancel.is_cancelled() {
            return self.sent(item, None, None, SentOutcome::NotBegun);
        }
        if existing::is_skipped(&self.common, &self.order, &item).await {
            return self.sent(item, None, None, SentOutcome::Existed);
        }
        // A named pipe opens when its writer comes, and a stream may be silent for ever.
        let looked = tokio::select! {
            looked = self.look(&item) => looked,
            () = job.cancel.cancelled() => {
                return self.sent(item, None, None, SentOutcome::NotBegun);
            }
        };
        match looked {
            Ok(Looked { opened, way, turn }) => {
                let sent = match way {
                    Way::Whole(size) => self.put(item, opened, size).await,
                    Way::Parts(layout, width) => self.in_parts(item, opened, layout, width).await,
                };
                drop(turn);
                sent
            }
            Err(fault) => self.failed(item, fault),
        }
    }

    /// Whether it goes in parts, one after another.
    fn is_large(&self, item: &Item, size: Option<u64>) -> bool {
        let plan = planned(item, size, &self.order, &self.common.provider);
        plan.is_ok_and(|plan| matches!(plan.method, Method::Parts(_)))
    }

    /// Opens it, and finds out how it goes.
    async fn look(&self, item: &Item) -> Result<Looked<'_>, Fault> {
        // Before it is opened: a file that waits for its turn may change until then, and the first part of a
        // stream would hold a buffer that the one whose turn it is may need.
        let mut turn = None;
        if self.is_large(item, item.size) {
            turn = Some(self.large.lock().await);
        }
        let opened = Opened::open(&item.source).await?;
        let (size, common) = (opened.record.size, &self.common);
        if turn.is_none() && self.is_large(item, size) {
            turn = Some(self.large.lock().await);
        }
        let plan = planned(item, size, &self.order, &common.provider)?;
        existing::refuse(common, &self.order, item).await?;
        let way = match plan.method {
            Method::Put { size } => Way::Whole(Some(size)),
            Method::Parts(layout) if self.is_short(&opened, &layout).await? => Way::Whole(None),
            Method::Parts(layout) => Way::Parts(layout, plan.width),
        };
        Ok(Looked { opened, way, turn })
    }

    fn failed(&self, item: Item, fault: Fault) -> Sent {
        let kept = false;
        self.sent(item, None, None, SentOutcome::Failed { fault, kept })
    }

    /// Whether a stream ends within its first part; then it goes in one piece.
    async fn is_short(&self, opened: &Opened, layout: &Layout) -> Result<bool, Fault> {
        if !opened.record.is_stream {
            return Ok(false);
        }
        let algorithm = self.common.algorithm(self.order.checksum);
        let first = opened
            .read_next(layout, &self.common.pool, algorithm)
            .await?;
        let ended = opened.has_ended().await;
        let is_empty = first.is_none();
        if let Some(first) = first {
            opened.put_back(first).await;
        }
        Ok(is_empty || (ended && !self.order.wish.multipart))
    }

    fn options(&self, item: &Item) -> ObjectOptions {
        let mut options = self.order.options.clone();
        if options.content_type.is_none() {
            let name = match &item.source {
                Source::Path(path) => file_name(path),
                Source::Stdin | Source::Object(_) => None,
            };
            let name = name.unwrap_or_else(|| item.key.clone());
            let guess = mime_guess::from_path(&name).first();
            options.content_type = guess.map(|guess| guess.to_string());
        }
        options
    }

    /// Sends a small file, or a stream that ended within its first part.
    async fn put(&self, item: Item, opened: Opened, size: Option<u64>) -> Sent {
        let common = &self.common;
        if !self.common.gate().await {
            return self.sent(item, None, None, SentOutcome::NotBegun);
        }
        let put = Put {
            job: common.job,
            asker: &common.asker,
            board: &common.board,
            bucket: &self.order.bucket,
            key: &item.key,
            options: self.options(&item),
            access: &self.order.access,
            if_none_match: self.order.if_none_match,
            algorithm: common.algorithm(self.order.checksum),
            signing: self.order.signing,
            may_fall_back: common.may_fall_back(self.order.checksum),
            refused: &self.refused,
        };
        common.board.begin_waiting();
        common.board.count_time(true);
        let whole = async {
            let bytes = opened.read_whole(size, &common.pool).await;
            put.run(bytes.map_err(Stop::Fault)?).await
        };
        let stopped = async {
            common.job.cancel.cancelled().await;
            sleep(GRACE).await;
        };
        let result = tokio::select! {
            result = self.common.watched(whole) => result,
            () = stopped => Err(Stop::Cancelled),
        };
        let outcome = match result {
            Ok(stored) => {
                common.board.stored(stored.size, false);
                SentOutcome::Stored(stored)
            }
            Err(Stop::Cancelled) => SentOutcome::NotBegun,
            Err(Stop::Fault(fault)) => SentOutcome::Failed { fault, kept: false },
        };
        self.sent(item, None, None, outcome)
    }

    async fn in_parts(&self, item: Item, opened: Opened, layout: Layout, width: usize) -> Sent {
        let common = &self.common;
        if !self.common.gate().await {
            return self.sent(item, None, None, SentOutcome::NotBegun);
        }
        let recipe = Recipe {
            created: common.job.clock.now(),
            destination: common.destination.clone(),
            bucket: self.order.bucket.clone(),
            key: item.key.clone(),
            source: opened.record.clone(),
            layout,
            options: self.options(&item),
            expected_owner: self.order.access.expected_owner.clone(),
            if_none_match: self.order.if_none_match,
            algorithm: common.algorithm(self.order.checksum),
            signing: self.order.signing,
            width,
            adopted: None,
        };
        common.board.begin_parts(&recipe.layout, width);
        common.board.width(|at| at.fix(self.order.pace.width));
        common.board.begin_waiting();
        self.report();
        let may_fall_back = common.may_fall_back(self.order.checksum);
        let access = self.order.access.clone();
        let begun = begun(common, recipe, opened, access, may_fall_back);
        let transfer = match begun.await {
            Ok(transfer) => transfer,
            Err(Ended { outcome, journal }) => return self.sent(item, None, journal, outcome),
        };
        let outcome = carry(&transfer).await;
        let upload_id = transfer.target.upload_id.clone();
        self.sent(item, Some(upload_id), transfer.record.id(), outcome)
    }
}
