//! What our own journals know of an upload.

use crate::journal::{self, Entry, JournalError};
use crate::model::Target;
use crate::model::send::Encryption;
use crate::protocol::Fault;
use crate::tasks::job::Job;
use crate::tasks::upload::blocking;

/// An upload that this program began, or adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tasks) struct Ours {
    /// The journal's name for it.
    pub(in crate::tasks) id: String,
    /// Somebody works on it now.
    pub(in crate::tasks) is_busy: bool,
    pub(in crate::tasks) has_ended: bool,
    /// Bytes of what was to be sent; `None`: a stream.
    pub(in crate::tasks) total: Option<u64>,
    pub(in crate::tasks) encryption: Encryption,
}

/// The newest journal of this upload, if there is one.
pub(in crate::tasks) async fn find(job: &Job, target: &Target) -> Result<Option<Ours>, Fault> {
    Ok(all(job, target).await?.into_iter().next())
}

/// The journals of this upload, newest first. Those that cannot be read are nobody's.
pub(in crate::tasks) async fn all(job: &Job, target: &Target) -> Result<Vec<Ours>, Fault> {
    let Some(folder) = job.settings.journal.clone() else {
        return Ok(Vec::new());
    };
    let endpoint = job.store.identity().await?.endpoint;
    let target = target.clone();
    blocking(move || {
        let entries = journal::list(&folder)?;
        let ours = entries.into_iter().rev();
        let ours = ours.filter_map(|entry| of(entry, &target, endpoint.as_deref()));
        Ok::<_, JournalError>(ours.collect())
    })
    .await
}

fn of(entry: Entry, target: &Target, endpoint: Option<&str>) -> Option<Ours> {
    let state = entry.state.ok()?;
    let recipe = state.recipe;
    let is_it = state.begun?.upload_id == target.upload_id
        && recipe.bucket == target.bucket
        && recipe.key == target.key
        && recipe.destination.endpoint.as_deref() == endpoint;
    is_it.then(|| Ours {
        id: entry.id,
        is_busy: entry.is_busy,
        has_ended: state.end.is_some(),
        total: recipe.layout.total,
        encryption: recipe.options.encryption,
    })
}
