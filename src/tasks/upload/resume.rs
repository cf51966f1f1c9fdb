//! An interrupted upload of ours, gone on with. The service's listing is the truth, the journal the recipe.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

use super::begin::{Beginning, target};
use super::board::Board;
use super::carry::{announce, begin, carry, give_up, told};
use super::copy::{self, CopyKeys, copy_with};
use super::identity::difference;
use super::pool::Pool;
use super::prepare::{Common, key, key_needed};
use super::queue;
use super::record::{Record, fault};
use super::settle::judge;
use super::source::{Opened, changed};
use super::transfer::{Checks, Transfer};
use crate::journal::{Begun, Completing, End, Recipe, State};
use crate::model::checksum::ChecksumWish;
use crate::model::copy::CopyOrder;
use crate::model::plan::Wish;
use crate::model::send::{Access, Encryption, Order, Phase, Resumption, Source};
use crate::model::{Algorithm, Part, human};
use crate::protocol::{Fault, Kind, Outcome, Sent, SentOutcome};
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;
use crate::tasks::parts::PartsWalk;

/// Goes on with an interrupted upload.
pub(in crate::tasks) async fn resume(job: &Job, resumption: Resumption) -> Outcome {
    match Resume::find(job, resumption).await {
        Ok(Found::Anew(order)) => queue::send(job, *order).await,
        Ok(Found::CopyAnew(again)) => Box::pin(copy_with(job, again.0, again.1)).await,
        Ok(Found::Resume(resume)) => Box::pin(resume.run()).await,
        Err(stop) => stopped(stop, 0, 0),
    }
}

/// What a resumption comes to.
enum Found<'a> {
    Resume(Box<Resume<'a>>),
    Anew(Box<Order>),
    CopyAnew(Box<(CopyOrder, CopyKeys)>),
}

struct Resume<'a> {
    common: Common<'a>,
    state: State,
    record: Record,
    access: Access,
    opened: Opened,
}

impl<'a> Resume<'a> {
    async fn find(job: &'a Job, resumption: Resumption) -> Result<Found<'a>, Stop> {
        let (record, state) = open(job, &resumption.id).await.map_err(Stop::Fault)?;
        let recipe = &state.recipe;
        let board = Board::new(resumption.pace.limit);
        board.width(|width| width.fix(resumption.pace.width));
        let mut common = Common::new(job, &recipe.bucket, board).await?;
        if common.destination.endpoint != recipe.destination.endpoint {
            return Err(Stop::Fault(elsewhere(recipe)));
        }
        let mut access = Access {
            customer_key: resumption.customer_key.clone(),
            expected_owner: recipe.expected_owner.clone(),
        };
        let from = resumption.customer_key_from.clone();
        key(&mut access, from).await.map_err(Stop::Fault)?;
        if recipe.options.encryption == Encryption::Customer && access.customer_key.is_none() {
            return Err(Stop::Fault(key_needed()));
        }
        if resumption.anew {
            let found = found_anew(recipe, access, &resumption).map_err(Stop::Fault)?;
            end_old(job, &record, &state).await.map_err(Stop::Fault)?;
            return Ok(found);
        }
        let opened = if let Some(object) = &recipe.source.object {
            copy::reopened(&common, &state, object, &resumption).await?
        } else {
            // A named pipe opens when its writer comes.
            tokio::select! {
                opened = opened(recipe, &resumption) => opened.map_err(Stop::Fault)?,
                () = job.cancel.cancelled() => return Err(Stop::Cancelled),
            }
        };
        let width = recipe.width.max(1);
        common.pool = Pool::new(recipe.layout.part_size.saturating_mul(width as u64));
        common.board.begin_parts(&recipe.layout, width);
        let copied = opened.copied().map(|_| width);
        let fixed = resumption.pace.width.or(copied);
        common.board.width(|width| width.fix(fixed));
        common.board.tell(|told| {
            told.total = recipe.layout.total;
            told.files = 1;
        });
        Ok(Found::Resume(Box::new(Self {
            common,
            state,
            record,
            access,
            opened,
        })))
    }

    async fn run(self) -> Outcome {
        let job = self.common.job;
        let mut sent = Sent {
            source: self.opened.record.source(),
            bucket: self.state.recipe.bucket.clone(),
            key: self.state.recipe.key.clone(),
            upload_id: None,
            journal: self.record.id(),
            outcome: SentOutcome::NotBegun,
        };
        let (upload_id, outcome) = self.go_on().await;
        sent.upload_id = upload_id;
        sent.outcome = outcome;
        told(job, sent).await
    }

    async fn go_on(self) -> (Option<String>, SentOutcome) {
        let job = self.common.job;
        let (recipe, known) = (self.state.recipe, self.state.parts);
        let begun = match self.state.begun {
            Some(begun) => begun,
            None => match find_or_begin(&self.common, &recipe, &self.access, &self.record).await {
                Ok(begun) => begun,
                Err(outcome) => return (None, outcome),
            },
        };
        let mut transfer = Transfer {
            job,
            asker: self.common.asker.clone(),
            board: self.common.board.clone(),
            pool: self.common.pool.clone(),
            target: target(&recipe, &begun.upload_id),
            access: self.access,
            opened: self.opened,
            record: self.record,
            algorithm: begun.algorithm,
            may_fall_back: self.common.may_fall_back(wish(&recipe)),
            recipe,
            checks: Checks::default(),
            held: BTreeMap::new(),
            known,
            verified: BTreeMap::new(),
            completing: OnceLock::new(),
            arrived: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        };
        announce(&self.common, &transfer, &begun);
        transfer.report();
        let upload_id = Some(begun.upload_id.clone());
        match held(&transfer).await {
            Ok(held) => {
                if let Some(named) = held.algorithm {
                    transfer.algorithm = Algorithm::from_name(&named);
                }
                if held.deadline.is_some() {
                    self.common.board.tell(|told| told.deadline = held.deadline);
                }
                transfer.held = held.parts;
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => {
                let outcome = gone(&transfer, fault, self.state.completing).await;
                return (upload_id, outcome);
            }
            Err(Stop::Fault(fault)) => {
                return (upload_id, SentOutcome::Failed { fault, kept: true });
            }
            Err(Stop::Cancelled) => return (upload_id, SentOutcome::Kept { stored: 0 }),
        }
        (upload_id, carry(&transfer).await)
    }
}

/// What the service has of an upload.
struct Held {
    parts: BTreeMap<u32, Part>,
    algorithm: Option<String>,
    deadline: Option<crate::model::Timestamp>,
}

async fn held(transfer: &Transfer<'_>) -> Result<Held, Stop> {
    let mut walk = PartsWalk::with_access(transfer.target.clone(), transfer.access.clone());
    let mut held = Held {
        parts: BTreeMap::new(),
        algorithm: None,
        deadline: None,
    };
    loop {
        match walk.next(&transfer.asker).await {
            Ok(Some((info, parts))) => {
                held.algorithm = held.algorithm.or(info.checksum_algorithm);
                held.deadline = held.deadline.or(info.abort_date);
                held.parts
                    .extend(parts.into_iter().map(|part| (part.number, part)));
            }
            Ok(None) => return Ok(held),
            Err(Stop::Fault(fault)) if fault.kind == Kind::Network => {
                transfer.board.troubled(fault.to_string());
                transfer.report();
                if transfer.board.barren() >= transfer.job.settings.patience {
                    return Err(Stop::Fault(fault));
                }
                tokio::select! {
                    () = transfer.job.cancel.cancelled() => return Err(Stop::Cancelled),
                    () = tokio::time::sleep(std::time::Duration::from_secs(2)) => {}
                }
                let (target, access) = (transfer.target.clone(), transfer.access.clone());
                walk = PartsWalk::with_access(target, access);
                held.parts.clear();
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// The upload is not there: completed without our hearing of it, or ended by somebody else.
async fn gone(
    transfer: &Transfer<'_>,
    fault: Fault,
    completing: Option<Completing>,
) -> SentOutcome {
    let known: u64 = transfer.known.values().map(|part| part.size).sum();
    let whole = transfer.recipe.layout.total == Some(known);
    let expected = match completing {
        Some(completing) => Some(completing),
        None => whole.then(|| transfer.expected(&transfer.known)),
    };
    if let Some(expected) = expected {
        transfer.board.tell(|told| told.phase = Phase::Verifying);
        match transfer.settling().found(&expected).await {
            Ok(Some(object)) => {
                transfer
                    .warn(transfer.record.end(transfer.end_stored(&object)).await)
                    .await;
                let verdict = judge(&expected, &object);
                return SentOutcome::Stored(transfer.told(&expected, object, verdict));
            }
            Ok(_) => {}
            Err(Stop::Fault(fault)) => return SentOutcome::Failed { fault, kept: true },
            Err(Stop::Cancelled) => return SentOutcome::Kept { stored: 0 },
        }
    }
    SentOutcome::Failed {
        fault: transfer.explained(fault),
        kept: true,
    }
}

/// The upload whose ID was never recorded: the one that was begun all the same, else a new one.
async fn find_or_begin(
    common: &Common<'_>,
    recipe: &Recipe,
    access: &Access,
    record: &Record,
) -> Result<Begun, SentOutcome> {
    let may_fall_back = common.may_fall_back(wish(recipe));
    let beginning = Beginning::new(common, recipe, access, may_fall_back).again();
    match beginning.find_lost().await {
        Ok(Some(begun)) => match record.begun(begun.clone()).await {
            Ok(()) => Ok(begun),
            Err(fault) => Err(SentOutcome::Failed { fault, kept: true }),
        },
        Ok(None) => match begin(&beginning, record.clone()).await {
            Ok((begun, _)) => Ok(begun),
            Err(ended) => Err(ended.outcome),
        },
        Err(Stop::Cancelled) => Err(SentOutcome::NotBegun),
        Err(Stop::Fault(fault)) => Err(SentOutcome::Failed { fault, kept: true }),
    }
}

/// Takes up a journal that has not ended.
pub(super) async fn open(job: &Job, id: &str) -> Result<(Record, State), Fault> {
    let folder = job.settings.journal.clone();
    let folder = folder.ok_or_else(|| fault("there is no place where uploads are recorded"))?;
    let (record, state) = Record::open(folder, id).await?;
    match &state.end {
        None => Ok((record, state)),
        Some(End::Stored { at, .. }) => Err(over(&state, "was stored", *at)),
        Some(End::Aborted { at }) => Err(over(&state, "was aborted", *at)),
    }
}

fn over(state: &State, how: &str, at: crate::model::Timestamp) -> Fault {
    Fault {
        kind: Kind::UploadGone,
        target: format!("s3://{}/{}", state.recipe.bucket, state.recipe.key),
        ..fault(&format!("this upload {how} on {}", human::utc(at)))
    }
}

pub(super) fn elsewhere(recipe: &Recipe) -> Fault {
    let there = recipe.destination.endpoint.as_deref().unwrap_or("AWS");
    Fault {
        kind: Kind::Invalid,
        target: format!("s3://{}/{}", recipe.bucket, recipe.key),
        hint: "connect there to go on with it".to_owned(),
        ..fault(&format!("this upload was sent to {there}"))
    }
}

/// The same upload again, of what the source is now.
fn found_anew<'a>(
    recipe: &Recipe,
    access: Access,
    resumption: &Resumption,
) -> Result<Found<'a>, Fault> {
    if let Some(object) = &recipe.source.object {
        let again = copy::anew(recipe, object, &access, resumption)?;
        return Ok(Found::CopyAnew(Box::new(again)));
    }
    let source = source(recipe, resumption)?;
    let order = anew(recipe, source, access, resumption);
    Ok(Found::Anew(Box::new(order)))
}

/// The file or the stream that it was begun from, if it is still what it was.
async fn opened(recipe: &Recipe, resumption: &Resumption) -> Result<Opened, Fault> {
    let source = source(recipe, resumption)?;
    let opened = Opened::open(&source).await?;
    match difference(&recipe.source, &opened.record) {
        Some(how) => Err(changed(&opened.shown, how)),
        None => Ok(opened),
    }
}

fn source(recipe: &Recipe, resumption: &Resumption) -> Result<Source, Fault> {
    if let Some(source) = &resumption.source {
        return Ok(source.clone());
    }
    recipe
        .source
        .path
        .clone()
        .map(Source::Path)
        .ok_or_else(|| Fault {
            kind: Kind::Invalid,
            hint: format!("give it again: mopup resume {} --file -", resumption.id),
            ..fault("this upload was read from standard input, from which it cannot be read again")
        })
}

/// What the recipe's algorithm was wished for as.
pub(super) fn wish(recipe: &Recipe) -> ChecksumWish {
    match recipe.algorithm {
        None => ChecksumWish::None,
        Some(Algorithm::Crc64Nvme) => ChecksumWish::Auto,
        Some(other) => ChecksumWish::Of(other),
    }
}

fn anew(recipe: &Recipe, source: Source, access: Access, resumption: &Resumption) -> Order {
    Order {
        options: recipe.options.clone(),
        access,
        if_none_match: recipe.if_none_match,
        // The part size that was chosen may not fit what the source is now.
        wish: Wish {
            multipart: true,
            ..Wish::default()
        },
        checksum: wish(recipe),
        signing: recipe.signing,
        pace: resumption.pace,
        ..Order::new(source, &recipe.bucket, &recipe.key)
    }
}

/// Ends what is not gone on with.
async fn end_old(job: &Job, record: &Record, state: &State) -> Result<(), Fault> {
    if let Some(begun) = &state.begun {
        give_up(job, target(&state.recipe, &begun.upload_id)).await?;
    }
    let at = job.clock.now();
    record.end(End::Aborted { at }).await
}
