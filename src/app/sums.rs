//! What became of the files of uploads, counted and put into words. Knows no task.

use super::messages::Severity;
use crate::model::human;
use crate::model::send::Verdict;
use crate::protocol::SentOutcome;

/// What became of files, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SendSums {
    pub stored: u64,
    /// Bytes of the stored objects.
    pub bytes: u64,
    /// Of these: bytes that were sent now.
    pub sent: u64,
    /// Of the stored objects: how many could not be compared in full.
    pub unverified: u64,
    pub existed: u64,
    /// Stopped, and what was stored stays.
    pub kept: u64,
    /// Bytes stored of those.
    pub kept_bytes: u64,
    pub not_begun: u64,
    pub aborted: u64,
    /// Bytes that their parts held.
    pub freed: u64,
    /// However much stays of them.
    pub failed: u64,
    /// Of the failed: how many can be gone on with.
    pub failed_kept: u64,
}

impl SendSums {
    /// Counts one file in.
    pub fn add(&mut self, outcome: &SentOutcome) {
        match outcome {
            SentOutcome::Stored(object) => {
                self.stored += 1;
                self.bytes = self.bytes.saturating_add(object.size);
                self.sent = self.sent.saturating_add(object.sent);
                self.unverified += u64::from(matches!(object.verdict, Verdict::Unverified(_)));
            }
            SentOutcome::Existed => self.existed += 1,
            SentOutcome::Kept { stored } => {
                self.kept += 1;
                self.kept_bytes = self.kept_bytes.saturating_add(*stored);
            }
            SentOutcome::NotBegun => self.not_begun += 1,
            SentOutcome::Aborted { freed } => {
                self.aborted += 1;
                self.freed = self.freed.saturating_add(*freed);
            }
            SentOutcome::Failed { kept, .. } => {
                self.failed += 1;
                self.failed_kept += u64::from(*kept);
            }
        }
    }

    /// Files that have ended, however.
    pub const fn files(&self) -> u64 {
        self.stored + self.existed + self.kept + self.not_begun + self.aborted + self.failed
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub const fn severity(&self) -> Severity {
        if self.failed > 0 {
            Severity::Error
        } else if self.unverified + self.kept + self.not_begun + self.aborted > 0 {
            Severity::Warning
        } else {
            Severity::Good
        }
    }

    /// `428 stored (3.20 GiB), 1 of them not verified, 2 failed`.
    pub fn text(&self) -> String {
        let mut clauses = Vec::new();
        if self.stored > 0 {
            let size = human::size(self.bytes);
            clauses.push(format!("{} stored ({size})", human::count(self.stored)));
        }
        let kept = format!("kept for later ({} stored)", human::size(self.kept_bytes));
        let aborted = format!("aborted ({} freed)", human::size(self.freed));
        let others = [
            (self.unverified, "of them not verified"),
            (self.existed, "there before"),
            (self.kept, kept.as_str()),
            (self.not_begun, "not begun"),
            (self.aborted, aborted.as_str()),
            (self.failed, "failed"),
            (self.failed_kept, "of them kept"),
        ];
        for (count, word) in others.into_iter().filter(|(count, _)| *count > 0) {
            clauses.push(format!("{} {word}", human::count(count)));
        }
        clauses.join(", ")
    }
}
