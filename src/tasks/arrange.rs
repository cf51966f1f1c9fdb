//! Filtering and sorting of large tables, off every thread that must not wait.

use super::job::Job;
use crate::model::table::Wish;
use crate::protocol::{Fault, Kind, News, Operation, Outcome};

/// Carries a wish out, and reports the view. Given up when it is cancelled: a later wish replaces it.
pub(super) async fn run(job: &Job, wish: Box<Wish>) -> Outcome {
    let cancel = job.cancel.clone();
    let work = move || wish.carry_out(|| cancel.is_cancelled());
    match tokio::task::spawn_blocking(work).await {
        Ok(Some(arranged)) => {
            job.tell(News::Arranged(Box::new(arranged))).await;
            Outcome::Done
        }
        Ok(None) => Outcome::Cancelled { done: 0, left: 1 },
        Err(error) => Outcome::Failed(Fault {
            operation: Operation::Local,
            target: String::new(),
            kind: Kind::Bug,
            code: None,
            message: format!("filtering and sorting ended: {error}"),
            hint: "this is a defect of mopup; the list stays as it was".to_owned(),
        }),
    }
}
