//! Whether an upload can be completed, and its completion, whoever began it.

use super::job::Job;
use crate::model::orphan::{Ending, Inquiry};
use crate::protocol::Outcome;

/// Tells whether an upload can be completed.
pub(super) async fn judge(job: &Job, inquiry: Inquiry) -> Outcome {
    let _ = (job, inquiry);
    Outcome::Done
}

/// Completes an upload.
pub(super) async fn complete(job: &Job, ending: Ending) -> Outcome {
    let _ = (job, ending);
    Outcome::Done
}
