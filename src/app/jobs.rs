//! What each running job was started for. News of a job that is not here is dropped: it was closed.

use std::collections::BTreeMap;

use crate::model::{RowId, Target};
use crate::protocol::JobId;

/// Why a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    Identify,
    Buckets,
    /// A bucket's listing; a refresh buries what is not listed again.
    List { bucket: String, refresh: bool },
    /// Sizes of what is on screen.
    MeasureVisible { bucket: String, rows: Vec<RowId> },
    /// Sizes of what is marked.
    MeasureMarked { bucket: String, rows: Vec<RowId> },
    /// Sizes of a whole bucket: a task.
    MeasureAll { bucket: String, rows: Vec<RowId> },
    /// The parts of the upload that is open or previewed.
    Parts(Target),
    /// An abort: a task.
    Abort { bucket: String, rows: Vec<RowId> },
}

/// The jobs that run.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    last: u64,
    running: BTreeMap<JobId, Purpose>,
}

impl Jobs {
    /// A new job.
    pub fn start(&mut self, purpose: Purpose) -> JobId {
        self.last += 1;
        let job = JobId(self.last);
        self.running.insert(job, purpose);
        job
    }

    pub fn purpose(&self, job: JobId) -> Option<&Purpose> {
        self.running.get(&job)
    }

    /// Forgets a job; whatever it still reports is dropped.
    pub fn close(&mut self, job: JobId) -> Option<Purpose> {
        self.running.remove(&job)
    }

    pub fn iter(&self) -> impl Iterator<Item = (JobId, &Purpose)> {
        self.running.iter().map(|(job, purpose)| (*job, purpose))
    }

    pub fn is_idle(&self) -> bool {
        self.running.is_empty()
    }
}
