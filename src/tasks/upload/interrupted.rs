//! What the journals know: uploads that did not end, and giving one up.

use std::time::Duration;

use super::begin::{Beginning, target};
use super::board::Board;
use super::carry::give_up;
use super::identity::looks_different;
use super::prepare::Common;
use super::record::blocking;
use super::resume::open;
use crate::journal::{self, End, Entry, State};
use crate::model::Timestamp;
use crate::model::plan::Layout;
use crate::model::send::{Access, Encryption, Interrupted, Standing};
use crate::protocol::{Fault, News, Outcome, Sent, SentOutcome};
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;

/// Journals of what ended are kept for reading so long.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

/// Reports what the journals know.
pub(in crate::tasks) async fn interrupted(job: &Job) -> Outcome {
    let Some(folder) = job.settings.journal.clone() else {
        job.tell(News::Interrupted(Vec::new())).await;
        return Outcome::Done;
    };
    let here = job.store.identity().await.ok().map(|who| who.endpoint);
    let now = job.clock.now();
    let read = blocking(move || {
        journal::prune(&folder, now, KEEP)?;
        let entries = journal::list(&folder)?;
        Ok(entries
            .into_iter()
            .map(|entry| describe(entry, here.as_ref()))
            .collect())
    });
    match read.await {
        Ok(found) => {
            job.tell(News::Interrupted(found)).await;
            Outcome::Done
        }
        Err(fault) => Outcome::Failed(fault),
    }
}

/// One journal for people. `here`: the endpoint that is asked now, if that is known.
fn describe(entry: Entry, here: Option<&Option<String>>) -> Interrupted {
    let Entry { id, is_busy, state } = entry;
    let state = match state {
        Ok(state) => state,
        Err(error) => return unreadable(id, error.to_string()),
    };
    let status = standing(&state, is_busy, here);
    let recipe = state.recipe;
    Interrupted {
        id,
        begun: recipe.created,
        source: recipe.source.source().shown(),
        is_stream: recipe.source.is_stream,
        bucket: recipe.bucket,
        key: recipe.key,
        upload_id: state.begun.as_ref().map(|begun| begun.upload_id.clone()),
        layout: recipe.layout,
        stored: state.parts.values().map(|part| part.size).sum(),
        parts_done: u32::try_from(state.parts.len()).unwrap_or(u32::MAX),
        endpoint: recipe.destination.endpoint,
        region: recipe.destination.region,
        profile: recipe.destination.profile,
        deadline: state.begun.and_then(|begun| begun.deadline),
        needs_customer_key: recipe.options.encryption == Encryption::Customer,
        status,
    }
}

fn standing(state: &State, is_busy: bool, here: Option<&Option<String>>) -> Standing {
    match &state.end {
        Some(End::Stored { .. }) => return Standing::Done,
        Some(End::Aborted { .. }) => return Standing::Aborted,
        None if is_busy => return Standing::Busy,
        None => {}
    }
    if here.is_some_and(|here| *here != state.recipe.destination.endpoint) {
        return Standing::Elsewhere;
    }
    if let Some(how) = looks_different(&state.recipe.source) {
        return Standing::SourceChanged(how);
    }
    if state.completing.is_some() {
        return Standing::Completing;
    }
    Standing::Resumable
}

fn unreadable(id: String, why: String) -> Interrupted {
    Interrupted {
        id,
        begun: Timestamp::from_millis(0),
        source: String::new(),
        is_stream: false,
        bucket: String::new(),
        key: String::new(),
        upload_id: None,
        layout: Layout {
            total: None,
            part_size: 0,
            growth: 0,
            max_part: 0,
            max_parts: 0,
        },
        stored: 0,
        parts_done: 0,
        endpoint: None,
        region: None,
        profile: None,
        deadline: None,
        needs_customer_key: false,
        status: Standing::Unreadable(why),
    }
}

/// Aborts an interrupted upload and ends its journal.
pub(in crate::tasks) async fn discard(job: &Job, id: String) -> Outcome {
    match end(job, &id).await {
        Ok(sent) => {
            job.tell(News::Sent(Box::new(sent))).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 0),
    }
}

async fn end(job: &Job, id: &str) -> Result<Sent, Stop> {
    let (record, state) = open(job, id).await.map_err(Stop::Fault)?;
    let recipe = &state.recipe;
    let common = Common::new(job, &recipe.bucket, Board::new(None)).await?;
    if common.destination.endpoint != recipe.destination.endpoint {
        return Err(Stop::Fault(super::resume::elsewhere(recipe)));
    }
    let mut upload_id = state.begun.as_ref().map(|begun| begun.upload_id.clone());
    if upload_id.is_none() {
        let access = Access::default();
        let beginning = Beginning::new(&common, recipe, &access, false);
        let lost = beginning.find_lost().await?;
        upload_id = lost.map(|begun| begun.upload_id);
    }
    let mut freed = 0;
    if let Some(upload_id) = &upload_id {
        let given_up: Result<u64, Fault> = give_up(job, target(recipe, upload_id)).await;
        freed = given_up.map_err(Stop::Fault)?;
    }
    let at = job.clock.now();
    record.end(End::Aborted { at }).await.map_err(Stop::Fault)?;
    Ok(Sent {
        source: recipe.source.source(),
        bucket: recipe.bucket.clone(),
        key: recipe.key.clone(),
        upload_id,
        journal: record.id(),
        outcome: SentOutcome::Aborted { freed },
    })
}
