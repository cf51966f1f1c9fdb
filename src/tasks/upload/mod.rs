//! New uploads, and our own interrupted ones.

use super::job::Job;
use crate::model::send::{Order, Resumption};
use crate::protocol::Outcome;

/// Sends what `order` names.
pub(in crate::tasks) async fn send(_job: &Job, _order: Order) -> Outcome {
    Outcome::Done
}

/// Goes on with an interrupted upload.
pub(in crate::tasks) async fn resume(_job: &Job, _resumption: Resumption) -> Outcome {
    Outcome::Done
}

/// Reports what the journal knows.
pub(in crate::tasks) async fn interrupted(_job: &Job) -> Outcome {
    Outcome::Done
}

/// Aborts an interrupted upload.
pub(in crate::tasks) async fn discard(_job: &Job, _id: String) -> Outcome {
    Outcome::Done
}
