//! One row of a catalog, read through its record.

use super::{Catalog, Depth, Labels, Record, Size, time};
use crate::model::{Extent, Measure, RowId, Subject, Target, Timestamp, Upload};

/// One row, looked at.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) record: &'a Record,
    pub(super) id: RowId,
}

impl<'a> Row<'a> {
    pub fn id(&self) -> RowId {
        self.id
    }

    pub fn key(&self) -> &'a str {
        &self.catalog.arena[self.record.key_at as usize..self.record.id_at as usize]
    }

    pub fn upload_id(&self) -> &'a str {
        self.catalog.names(self.id.0).1
    }

    pub fn initiated(&self) -> Option<Timestamp> {
        time(self.record.initiated)
    }

    fn labels(&self) -> &'a Labels {
        &self.catalog.labels[self.record.labels as usize]
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

    fn size(&self) -> Option<&'a Size> {
        self.catalog.sizes.get(self.record.size as usize)
    }

    /// What is known of its size.
    pub fn measure(&self) -> Measure {
        let Some(size) = self.size() else {
            return Measure::Unknown;
        };
        let extent = Extent {
            bytes: size.bytes,
            parts: size.parts,
            last_part: time(size.last_part),
            abort_date: time(size.abort_date),
        };
        match size.depth {
            Depth::Unknown => Measure::Unknown,
            Depth::AtLeast => Measure::AtLeast(extent),
            Depth::Exact => Measure::Exact(extent),
            Depth::Denied => Measure::Denied,
        }
    }

    /// When its parts were last found to differ from an earlier look.
    pub fn moved_at(&self) -> Option<Timestamp> {
        self.size().and_then(|size| time(size.moved_at))
    }

    /// Aborted, completed, or not listed any more.
    pub fn is_gone(&self) -> bool {
        self.record.gone
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
            upload_id: self.upload_id().to_owned(),
        }
    }

    /// The listing's entry.
    pub fn upload(&self) -> Upload {
        let labels = self.labels().clone();
        Upload {
            key: self.key().to_owned(),
            upload_id: self.upload_id().to_owned(),
            initiated: self.initiated(),
            storage_class: labels.storage_class,
            initiator: labels.initiator,
            owner: labels.owner,
            checksum_algorithm: labels.checksum_algorithm,
            checksum_type: labels.checksum_type,
        }
    }
}
