//! What a person asks for when an object is to be copied within the service.

use super::checksum::ChecksumWish;
use super::plan::Wish;
use super::send::{KeySource, ObjectOptions, Pace};

/// An object, or one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

/// What the copy is stored with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopyOptions {
    /// What is given here is set; what is not is as the source has it.
    pub set: ObjectOptions,
    /// User metadata: `set.metadata` in place of the source's.
    pub replace_metadata: bool,
    /// `set.tags` in place of the source's.
    pub replace_tags: bool,
}

/// What to copy, where to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOrder {
    pub from: ObjectRef,
    pub bucket: String,
    /// Empty or ending in `/`: the source's name is added.
    pub key: String,
    pub options: CopyOptions,
    /// The account that must own the destination (`x-amz-expected-bucket-owner`).
    pub expected_owner: Option<String>,
    /// The account that must own the source (`x-amz-source-expected-bucket-owner`).
    pub source_owner: Option<String>,
    /// The key that the source is encrypted with (SSE-C), and that of the copy.
    pub source_key_from: Option<KeySource>,
    pub customer_key_from: Option<KeySource>,
    /// Do not overwrite (`If-None-Match: *`).
    pub if_none_match: bool,
    pub wish: Wish,
    pub checksum: ChecksumWish,
    pub pace: Pace,
}
