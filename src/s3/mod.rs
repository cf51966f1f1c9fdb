//! What the program asks of S3, and the stores that answer.
//!
//! `aws_sdk_s3` is named in this folder alone. Knows nothing of jobs, retries of batches, screens or files.

pub mod classify;
pub mod clock;
pub mod document;
pub mod encoding;
pub mod endpoint;
pub mod faulty;
pub mod listing;
pub mod memory;
mod noticed;
pub mod sdk;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use crate::model::part::{Checksum, UploadInfo};
use crate::model::{Bucket, Part, Target, Timestamp, Upload};
use crate::protocol::{Fault, Identity};

pub use clock::Clock;
pub use noticed::{Encoding, Noticed};

/// Where a listing goes on. Markers are opaque: some servers invent them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Marker {
    pub key: String,
    /// Some servers send none; directory buckets do not take one.
    pub upload_id: Option<String>,
}

/// A request for one page of uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListUploads {
    pub bucket: String,
    /// Empty: all. Directory buckets take only prefixes that end in `/`.
    pub prefix: String,
    /// `None` on the first page: empty markers are refused by some servers.
    pub marker: Option<Marker>,
    /// 1 to 1,000; `None`: the server's own.
    pub max_uploads: Option<i32>,
}

/// One page of uploads, keys already decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadsPage {
    pub uploads: Vec<Upload>,
    /// Where to go on; `None` when the server did not say that the listing is truncated. May be empty or
    /// the same as before on servers that misbehave: the caller guards.
    pub next: Option<Marker>,
}

/// A request for one page of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListParts {
    pub target: Target,
    /// The part number after which to go on; `None` on the first page.
    pub marker: Option<String>,
    /// 1 to 1,000; `None`: the server's own.
    pub max_parts: Option<i32>,
}

/// One page of parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartsPage {
    pub info: UploadInfo,
    pub parts: Vec<Part>,
    /// As in [`UploadsPage::next`].
    pub next: Option<String>,
}

/// A request to abort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abort {
    pub target: Target,
    /// Sent as `x-amz-if-match-initiated-time`, which only directory buckets know.
    pub if_initiated: Option<Timestamp>,
}

/// A request to begin an upload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateUpload {
    pub bucket: String,
    pub key: String,
    pub storage_class: Option<String>,
    /// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`.
    pub checksum_algorithm: Option<String>,
}

/// A request to store one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPart {
    pub target: Target,
    pub number: u32,
    pub body: Bytes,
    /// Sent as the checksum header of its algorithm.
    pub checksum: Option<Checksum>,
}

/// What can be asked of S3. Retries of blips are the store's own affair; throttling is reported as
/// [`crate::protocol::Kind::Throttled`] and left to the caller's pacer.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Connects if need be, and tells who and where we are.
    async fn identity(&self) -> Result<Identity, Fault>;
    /// All buckets of the account.
    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault>;
    /// Whether the bucket is there and may be seen; tells its region.
    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault>;
    /// One page of uploads in progress.
    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault>;
    /// One page of parts. [`crate::protocol::Kind::UploadGone`] when there is no such upload.
    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault>;
    /// Aborts. [`crate::protocol::Kind::UploadGone`] when there is no such upload.
    async fn abort(&self, request: &Abort) -> Result<(), Fault>;
    /// Begins an upload; answers its upload ID.
    async fn create_upload(&self, request: &CreateUpload) -> Result<String, Fault>;
    /// What was noticed of the server so far; asks nothing.
    fn noticed(&self) -> Noticed {
        Noticed::default()
    }
    /// Stores one part; answers its `ETag` without quotes.
    async fn upload_part(&self, request: &UploadPart) -> Result<String, Fault>;
}
