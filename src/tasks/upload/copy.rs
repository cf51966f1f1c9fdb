//! A copy within the service: looked at first, then made by one request or in parts.

mod again;
mod look;
mod whole;

use std::sync::atomic::Ordering;

use super::carry::{Ended, begun, carry, give_up};
use super::prepare::Common;
use super::transfer::{Transfer, report};
use crate::journal::{End, ObjectRecord, Recipe};
use crate::model::copy::CopyOrder;
use crate::model::plan::{Layout, Method, Plan};
use crate::model::send::{
    Access, CustomerKey, ObjectOptions, PayloadSigning, Source, StoredObject,
};
use crate::protocol::{Fault, Kind, News, Operation, Outcome, Sent, SentOutcome};
use crate::s3::{CopySource, ObjectInfo};
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;

use super::source::Opened;

pub(super) use again::{anew, reopened};

/// The SSE-C keys of a copy, once they were read.
#[derive(Debug, Clone, Default)]
pub(super) struct CopyKeys {
    pub(super) source: Option<CustomerKey>,
    pub(super) own: Option<CustomerKey>,
}

/// Copies what `order` names.
pub(in crate::tasks) async fn copy(job: &Job, order: CopyOrder) -> Outcome {
    Box::pin(copy_with(job, order, CopyKeys::default())).await
}

/// The same with keys that need not be read any more.
pub(super) async fn copy_with(job: &Job, order: CopyOrder, keys: CopyKeys) -> Outcome {
    match Copying::new(job, order, keys).await {
        Ok(copying) => Box::pin(copying.run()).await,
        Err(stop) => stopped(stop, 0, 0),
    }
}

/// A copy whose source was looked at.
#[derive(Debug)]
struct Copying<'a> {
    common: Common<'a>,
    order: CopyOrder,
    /// The whole one.
    key: String,
    /// The source as it was found.
    found: ObjectInfo,
    from: CopySource,
    /// Of the copy.
    access: Access,
    /// What the copy is stored with.
    options: ObjectOptions,
    /// The source's own tags may not be looked at, and are left out.
    tags_denied: bool,
    plan: Plan,
}

impl Copying<'_> {
    async fn run(self) -> Outcome {
        let job = self.common.job;
        self.common.board.tell(|told| {
            told.total = Some(self.found.size);
            told.files = 1;
            told.source = self.from.object.shown();
        });
        report(job, &self.common.board);
        let mut sent = self.sent();
        if self.common.gate().await {
            match (self.free().await, self.plan.method) {
                (Err(stop), _) => sent.outcome = ended(Err(stop)),
                (Ok(()), Method::Put { .. }) => sent.outcome = ended(self.whole().await),
                (Ok(()), Method::Parts(layout)) => self.in_parts(layout, &mut sent).await,
            }
        }
        let left = matches!(
            sent.outcome,
            SentOutcome::Kept { .. } | SentOutcome::NotBegun | SentOutcome::Aborted { .. }
        );
        if !left {
            self.common.board.tell(|told| told.files_done = 1);
        }
        job.tell(News::Sent(Box::new(sent))).await;
        report(job, &self.common.board);
        if left {
            return Outcome::Cancelled { done: 0, left: 1 };
        }
        Outcome::Done
    }

    fn sent(&self) -> Sent {
        Sent {
            source: Source::Object(self.from.object.clone()),
            bucket: self.order.bucket.clone(),
            key: self.key.clone(),
            upload_id: None,
            journal: None,
            outcome: SentOutcome::NotBegun,
        }
    }

    async fn in_parts(&self, layout: Layout, sent: &mut Sent) {
        let common = &self.common;
        let width = self.plan.width;
        let source = ObjectRecord {
            bucket: self.from.object.bucket.clone(),
            key: self.from.object.key.clone(),
            version_id: self.from.object.version_id.clone(),
            etag: self.found.etag.clone(),
            checksum: self.found.checksum.clone().filter(|_| self.is_whole()),
            expected_owner: self.from.expected_owner.clone(),
            needs_key: self.from.customer_key.is_some(),
        };
        let key = self.from.customer_key.clone();
        let opened = Opened::object(source, self.found.size, key);
        let recipe = Recipe {
            created: common.job.clock.now(),
            destination: common.destination.clone(),
            bucket: self.order.bucket.clone(),
            key: self.key.clone(),
            source: opened.record.clone(),
            layout,
            options: self.options.clone(),
            expected_owner: self.access.expected_owner.clone(),
            if_none_match: self.order.if_none_match,
            algorithm: self.algorithm(),
            signing: PayloadSigning::Auto,
            width,
            adopted: None,
        };
        common.board.begin_parts(&recipe.layout, width);
        let fixed = self.order.pace.width.or(Some(width));
        common.board.width(|width| width.fix(fixed));
        common.board.begin_waiting();
        report(common.job, &common.board);
        let may_fall_back = common.may_fall_back(self.order.checksum);
        let access = self.access.clone();
        match begun(common, recipe, opened, access, may_fall_back).await {
            Ok(transfer) => {
                sent.upload_id = Some(transfer.target.upload_id.clone());
                sent.journal = transfer.record.id();
                sent.outcome = settled(&transfer, carry(&transfer).await).await;
            }
            Err(Ended { outcome, journal }) => {
                sent.journal = journal;
                sent.outcome = outcome;
            }
        }
    }
}

/// An upload that the service lets nobody copy into is of no use to anybody: it is not left behind.
pub(super) async fn settled(transfer: &Transfer<'_>, outcome: SentOutcome) -> SentOutcome {
    let SentOutcome::Failed { fault, kept: _ } = &outcome else {
        return outcome;
    };
    let passing = matches!(
        fault.kind,
        Kind::Network | Kind::Throttled | Kind::Credentials | Kind::UploadGone
    );
    if passing || transfer.arrived.load(Ordering::Relaxed) > 0 || !transfer.held.is_empty() {
        return outcome;
    }
    let given_up = give_up(transfer.job, transfer.target.clone()).await;
    if given_up.is_err() {
        return outcome;
    }
    let at = transfer.job.clock.now();
    transfer
        .warn(transfer.record.end(End::Aborted { at }).await)
        .await;
    let size = transfer.recipe.layout.total.unwrap_or_default();
    let fits = size <= transfer.recipe.layout.max_part;
    let refused = matches!(fault.kind, Kind::Unsupported | Kind::Invalid);
    let hint = if refused && fits && fault.operation == Operation::UploadPartCopy {
        "the service may not know copies in parts; --multipart-threshold above the object's size copies it by one request".to_owned()
    } else {
        without_keeping(&fault.hint)
    };
    let fault = Fault {
        hint,
        ..fault.clone()
    };
    SentOutcome::Failed { fault, kept: false }
}

/// Nothing stays.
fn without_keeping(hint: &str) -> String {
    let kept = hint.starts_with("what was sent stays") || hint.starts_with("what was copied stays");
    if kept {
        "nothing was copied; copy it again".to_owned()
    } else {
        hint.to_owned()
    }
}

fn ended(result: Result<StoredObject, Stop>) -> SentOutcome {
    match result {
        Ok(stored) => SentOutcome::Stored(stored),
        Err(Stop::Cancelled) => SentOutcome::NotBegun,
        Err(Stop::Fault(fault)) => SentOutcome::Failed { fault, kept: false },
    }
}
