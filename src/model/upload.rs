//! An upload in progress, as `ListMultipartUploads` tells of it: no size, no parts, no last activity.

use super::Timestamp;

/// A row of one listing: an index into its catalog, never reused, meaningless outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// What names one upload for ever: uploads are selected by (key, upload ID), never by key alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    pub bucket: String,
    pub key: String,
    pub upload_id: String,
}

/// One entry of `ListMultipartUploads`. Everything but the key and the upload ID may be missing on
/// S3-compatible servers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upload {
    pub key: String,
    pub upload_id: String,
    pub initiated: Option<Timestamp>,
    /// The raw string: providers have classes of their own (COLD, ICE).
    pub storage_class: Option<String>,
    /// Display name, else ID (an ARN for an IAM user).
    pub initiator: Option<String>,
    pub owner: Option<String>,
    pub checksum_algorithm: Option<String>,
    pub checksum_type: Option<String>,
}

impl Upload {
    /// The target that names this upload in `bucket`.
    pub fn target(&self, bucket: &str) -> Target {
        Target {
            bucket: bucket.to_owned(),
            key: self.key.clone(),
            upload_id: self.upload_id.clone(),
        }
    }
}
