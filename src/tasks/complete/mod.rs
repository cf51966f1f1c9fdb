//! Whether an upload can be completed, and its completion, whoever began it.
//!
//! Both look at everything that the verdict needs, each for itself: what a person was shown may be old.

mod choice;
mod end;
mod foretell;
mod look;

use super::job::{Job, stopped};
use crate::model::orphan::{Ending, Inquiry};
use crate::protocol::{News, Outcome};

/// Tells whether an upload can be completed.
pub(super) async fn judge(job: &Job, inquiry: Inquiry) -> Outcome {
    match look::judged(job, inquiry).await {
        Ok(judged) => {
            job.tell(News::Judged(Box::new(judged))).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}

/// Completes an upload.
pub(super) async fn complete(job: &Job, ending: Ending) -> Outcome {
    match end::run(job, ending).await {
        Ok(made) => {
            job.tell(News::Made(Box::new(made))).await;
            Outcome::Done
        }
        Err(stop) => stopped(stop, 0, 1),
    }
}
