//! One row of a catalog, looked at.

use super::labels::Labels;
use super::packed::UploadId;
use super::rows::Rows;
use crate::model::{Measure, RowId, Subject, Target, Timestamp, Upload};

/// One row, looked at.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(super) rows: &'a Rows,
    pub(super) id: RowId,
}

impl<'a> Row<'a> {
    /// The row must be there.
    pub(in crate::model) fn of(rows: &'a Rows, id: RowId) -> Self {
        Self { rows, id }
    }

    pub fn id(&self) -> RowId {
        self.id
    }

    pub fn key(&self) -> &'a str {
        self.rows.key(self.id.0)
    }

    pub fn upload_id(&self) -> UploadId<'a> {
        self.rows.name(self.id.0).id
    }

    pub fn initiated(&self) -> Option<Timestamp> {
        self.rows.facts(self.id.0).initiated(self.id.0)
    }

    fn labels(&self) -> &'a Labels {
        self.rows.labels_of(self.id.0)
    }

    /// The number of what it is labelled with: rows with the same number have the same class, initiator, owner and
    /// checksum.
    pub fn label_set(&self) -> u32 {
        self.rows.facts(self.id.0).labels(self.id.0)
    }

    pub fn storage_class(&self) -> Option<&'a str> {
        self.labels().storage_class.as_deref()
    }

    pub fn initiator(&self) -> Option<&'a str> {
        self.labels().initiator.as_deref()
    }

    pub fn owner(&self) -> Option<&'a str> {
        self.labels().owner.as_deref()
    }

    pub fn checksum_algorithm(&self) -> Option<&'a str> {
        self.labels().checksum_algorithm.as_deref()
    }

    pub fn checksum_type(&self) -> Option<&'a str> {
        self.labels().checksum_type.as_deref()
    }

    /// What is known of its size.
    pub fn measure(&self) -> Measure {
        self.rows.facts(self.id.0).measure(self.id.0)
    }

    /// When its parts were last found to differ from an earlier look.
    pub fn moved_at(&self) -> Option<Timestamp> {
        self.rows.facts(self.id.0).moved_at(self.id.0)
    }

    /// Aborted, completed, or not listed any more.
    pub fn is_gone(&self) -> bool {
        self.rows.facts(self.id.0).is_gone(self.id.0)
    }

    /// What a filter looks at.
    pub fn subject(&self, bucket: &'a str) -> Subject<'a> {
        Subject {
            bucket,
            key: self.key(),
            upload_id: self.upload_id(),
            initiated: self.initiated(),
            storage_class: self.storage_class(),
            initiator: self.initiator(),
            owner: self.owner(),
            measure: self.measure(),
            moved_at: self.moved_at(),
            deadline: None,
        }
    }

    /// What names the upload for ever.
    pub fn target(&self, bucket: &str) -> Target {
        Target {
            bucket: bucket.to_owned(),
            key: self.key().to_owned(),
            upload_id: self.upload_id().text().into_owned(),
        }
    }

    /// The listing's entry.
    pub fn upload(&self) -> Upload {
        let labels = self.labels().clone();
        Upload {
            key: self.key().to_owned(),
            upload_id: self.upload_id().text().into_owned(),
            initiated: self.initiated(),
            storage_class: labels.storage_class,
            initiator: labels.initiator,
            owner: labels.owner,
            checksum_algorithm: labels.checksum_algorithm,
            checksum_type: labels.checksum_type,
        }
    }
}
