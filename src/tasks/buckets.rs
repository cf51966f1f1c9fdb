//! Who we are, and the buckets of the account.

use super::job::{Job, stopped};
use super::pacer::Stop;
use crate::protocol::{News, Outcome, Urgency};

/// Connects and reports the identity.
pub(super) async fn identify(job: &Job) -> Outcome {
    let pacer = job.pacers.of("");
    let ask = |_| job.store.identity();
    match pacer.run(Urgency::Visible, &job.cancel, ask).await {
        Ok(identity) => {
            job.tell(News::Identity(identity)).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}

/// Reports the buckets.
pub(super) async fn list(job: &Job) -> Outcome {
    let pacer = job.pacers.of("");
    let ask = |_| job.store.list_buckets();
    match pacer.run(Urgency::Visible, &job.cancel, ask).await {
        Ok(buckets) => {
            job.tell(News::Buckets(buckets)).await;
            list_directories(job).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}

/// Directory buckets are listed apart. That they may not be is worth a word, and no failure: most accounts have none.
async fn list_directories(job: &Job) {
    let pacer = job.pacers.of("");
    let ask = |_| job.store.directory_buckets();
    match pacer.run(Urgency::Background, &job.cancel, ask).await {
        Ok(buckets) if !buckets.is_empty() => job.tell(News::Buckets(buckets)).await,
        Err(Stop::Fault(fault)) => job.tell(News::Warning(fault)).await,
        Ok(_) | Err(Stop::Cancelled) => {}
    }
}
