//! What the doctor found, as it comes in.

use crate::model::examination::Examination;
use crate::protocol::JobId;

/// An examination that is looked at.
#[derive(Debug, Clone)]
pub struct DoctorDialog {
    pub job: JobId,
    pub found: Examination,
    /// Why it ended before it was through.
    pub failure: Option<String>,
    pub scroll: usize,
    /// What was copied last.
    pub copied: Option<&'static str>,
}

impl DoctorDialog {
    pub fn new(job: JobId, bucket: Option<String>) -> Self {
        Self {
            job,
            found: Examination {
                bucket,
                ..Examination::default()
            },
            failure: None,
            scroll: 0,
            copied: None,
        }
    }

    /// Whether checks still come in.
    pub const fn is_running(&self) -> bool {
        self.found.ended.is_none() && self.failure.is_none()
    }
}
