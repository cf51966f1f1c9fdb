//! The parts of an upload, as `ListParts` tells of them.

use super::Timestamp;

/// A checksum as the service stores it: base64, with `-N` behind it when composite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`, …
    pub algorithm: String,
    pub value: String,
}

/// One stored part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// 1 to 10,000 on S3.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Without quotes; an MD5 only for plaintext and SSE-S3.
    pub etag: String,
    pub last_modified: Option<Timestamp>,
    pub checksum: Option<Checksum>,
}

/// What `ListParts` says of the upload itself, beside its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadInfo {
    /// When a lifecycle rule makes it eligible for abort (`x-amz-abort-date`).
    pub abort_date: Option<Timestamp>,
    /// That rule (`x-amz-abort-rule-id`).
    pub abort_rule_id: Option<String>,
    pub initiator: Option<String>,
    pub owner: Option<String>,
    pub storage_class: Option<String>,
    pub checksum_algorithm: Option<String>,
    pub checksum_type: Option<String>,
}

/// Runs of missing numbers below the highest stored one, first and last inclusive. `numbers` ascend.
pub fn gaps(numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut expected = 1_u32;
    let mut found = Vec::new();
    for number in numbers {
        if *number > expected {
            found.push((expected, number - 1));
        }
        expected = number.saturating_add(1);
    }
    found
}
