//! What each running job was started for. News of a job that is not here is dropped: it was closed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::orphan::Adoption;
use crate::model::{RowId, Target};
use crate::protocol::{JobId, Urgency};

/// Why a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    Identify,
    Buckets,
    /// A bucket's listing.
    List {
        bucket: String,
    },
    /// The uploads of one key.
    ListKey {
        bucket: String,
        key: String,
    },
    /// The view of a large bucket, filtered and sorted.
    Arrange {
        bucket: String,
    },
    /// Sizes of what is on screen or marked.
    Measure {
        bucket: String,
        rows: Arc<[RowId]>,
        urgency: Urgency,
    },
    /// Sizes of a whole bucket: a task.
    MeasureAll {
        bucket: String,
    },
    /// The parts of the upload that is open or previewed.
    Parts,
    /// An abort: a task.
    Abort {
        bucket: String,
    },
    /// An upload, new or gone on with: a task.
    Send {
        bucket: String,
    },
    /// Whether the upload in the dialog can be completed.
    Judge,
    /// The completion of an upload: a task.
    Complete(Target),
    /// The comparison of an upload with a file: a task.
    Compare(Box<Adoption>),
    /// Parts that are put by hand: a task.
    Place(Target),
    /// An upload of somebody else that is gone on with: a task.
    Adopt(Target),
    /// Our own uploads that did not end.
    Interrupted(Look),
    /// An interrupted upload given up: a task.
    Discard {
        bucket: String,
    },
    /// An upload that is watched to its end: a task.
    Watch(Target),
    /// The directory of a file whose length is the size of a watched upload.
    Length {
        watch: JobId,
        name: String,
    },
    /// A bucket's lifecycle rules.
    Lifecycle {
        bucket: String,
    },
    /// Lifecycle rules that are written.
    SetLifecycle {
        bucket: String,
    },
    /// What the doctor looks at.
    Examine,
    /// A local directory for the upload form.
    Folder,
}

impl Purpose {
    /// The bucket that a task is about.
    pub fn bucket(&self) -> Option<&str> {
        match self {
            Self::List { bucket }
            | Self::Arrange { bucket }
            | Self::ListKey { bucket, .. }
            | Self::Measure { bucket, .. }
            | Self::MeasureAll { bucket }
            | Self::Abort { bucket }
            | Self::Send { bucket }
            | Self::Lifecycle { bucket }
            | Self::SetLifecycle { bucket }
            | Self::Discard { bucket } => Some(bucket),
            Self::Complete(target)
            | Self::Adopt(target)
            | Self::Place(target)
            | Self::Watch(target) => Some(&target.bucket),
            Self::Compare(adoption) => Some(&adoption.target.bucket),
            Self::Identify
            | Self::Buckets
            | Self::Parts
            | Self::Judge
            | Self::Examine
            | Self::Interrupted(_)
            | Self::Length { .. }
            | Self::Folder => None,
        }
    }
}

/// What is to be done with the uploads that were interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Offered, unless something else is open.
    Start,
    /// Shown, since the person asked.
    Show,
    /// Gone on with this one, if it is ours.
    One(Target),
    /// Remembered: something was kept or given up.
    Quiet,
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
}
