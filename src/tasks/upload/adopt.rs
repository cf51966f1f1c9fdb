//! Somebody's upload made ours: what it holds is compared with the file, the rest is sent.
//!
//! Nothing is sent before a journal says which upload, which file and which parts: from then on it is gone on
//! with as if it had been begun here.

mod candidate;
mod compare;
mod cut;
mod ruling;
mod take;

use std::sync::Arc;

use super::carry::{carry, told};
use crate::model::orphan::{Adoption, Comparison};
use crate::protocol::{News, Outcome, Sent, SentOutcome};
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;
use candidate::Candidate;

/// Somebody's upload made ours: what it holds is compared with the file, the rest is sent.
pub(in crate::tasks) async fn adopt(job: &Job, adoption: Adoption) -> Outcome {
    match Box::pin(sent(job, adoption)).await {
        Ok(sent) => told(job, sent).await,
        Err(stop) => stopped(stop, 0, 1),
    }
}

/// Compares what an upload holds with a file; sends nothing.
pub(in crate::tasks) async fn compare(job: &Job, adoption: Adoption) -> Outcome {
    match Box::pin(compared(job, adoption)).await {
        Ok(comparison) => {
            job.tell(News::Compared(Box::new(comparison))).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}

async fn compared(job: &Job, adoption: Adoption) -> Result<Comparison, Stop> {
    Candidate::find(job, adoption).await?.compared().await
}

async fn sent(job: &Job, adoption: Adoption) -> Result<Sent, Stop> {
    let known = adoption.compared.clone();
    let candidate = Candidate::find(job, adoption).await?;
    let comparison = match known {
        Some(known) if candidate.still_is(&known) => known,
        _ => Arc::new(candidate.compared().await?),
    };
    let transfer = candidate.taken(&comparison).await?;
    let outcome: SentOutcome = carry(&transfer).await;
    Ok(Sent {
        source: transfer.opened.record.source(),
        bucket: transfer.target.bucket.clone(),
        key: transfer.target.key.clone(),
        upload_id: Some(transfer.target.upload_id.clone()),
        journal: transfer.record.id(),
        outcome,
    })
}
