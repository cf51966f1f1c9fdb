//! Who we are, and the buckets of the account.

use super::job::{Job, stopped};
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
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}
