//! What the program asks of S3, and the stores that answer.
//!
//! `aws_sdk_s3` is named in this folder alone. Knows nothing of jobs, retries of batches, screens or files.

pub mod checksum;
pub mod classify;
pub mod clock;
pub mod customer;
pub mod document;
pub mod encoding;
pub mod endpoint;
pub mod faulty;
pub mod listing;
pub mod memory;
mod noticed;
pub mod parts_listing;
pub mod sdk;
mod xml;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::model::copy::ObjectRef;
use crate::model::lifecycle::Document;
use crate::model::part::{Checksum, UploadInfo};
use crate::model::send::{Access, CustomerKey, ObjectOptions, PayloadSigning};
use crate::model::{Algorithm, Bucket, Part, Target, Timestamp, Upload};
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
    /// An upload with SSE-C and a checksum algorithm does not list its parts without the key.
    pub access: Access,
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
    pub options: ObjectOptions,
    pub access: Access,
    /// With the type that [`Algorithm::kind`] names.
    pub checksum: Option<Algorithm>,
}

/// What a service says to a new upload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Created {
    pub upload_id: String,
    /// When a lifecycle rule makes it eligible for abort (`x-amz-abort-date`).
    pub abort_date: Option<Timestamp>,
}

/// Counts the bytes of one body that have left this machine, and lets them go at a pace.
pub trait Meter: fmt::Debug + Send + Sync {
    /// A body is sent from its beginning, perhaps not for the first time.
    fn restarted(&self);
    /// `bytes` more were handed to the network.
    fn passed(&self, bytes: usize);
    /// When `bytes` more may pass; at once if it is `None`.
    fn wait(&self, bytes: usize) -> Option<Duration>;
    /// How many bytes to hand over at once.
    fn slice(&self) -> usize {
        SLICE
    }
}

/// The bytes of a request and how they go.
#[derive(Debug, Clone)]
pub struct Payload {
    pub body: Bytes,
    /// Sent as the checksum header of its algorithm.
    pub checksum: Option<Checksum>,
    pub signing: PayloadSigning,
    /// `None`: nobody watches.
    pub meter: Option<Arc<dyn Meter>>,
}

impl Payload {
    /// These bytes, with nothing else.
    pub fn of(body: Bytes) -> Self {
        Self {
            body,
            checksum: None,
            signing: PayloadSigning::default(),
            meter: None,
        }
    }

    /// Lets the first `bytes` go at the meter's pace without a network, for stores that have none.
    pub(crate) async fn pass(&self, bytes: usize) {
        let Some(meter) = &self.meter else { return };
        meter.restarted();
        let mut left = bytes.min(self.body.len());
        while left > 0 {
            let slice = meter.slice().clamp(1, left);
            while let Some(span) = meter.wait(slice) {
                tokio::time::sleep(span).await;
            }
            meter.passed(slice);
            left -= slice;
        }
    }
}

/// So many bytes of a body go at once unless its meter says otherwise: few enough to tell progress and to be
/// paced.
pub(crate) const SLICE: usize = 256 * 1024;

/// A request to store one part. Not repeated by the store: a caller that sees no bytes pass drops it, so there
/// is no time-out either.
#[derive(Debug, Clone)]
pub struct UploadPart {
    pub target: Target,
    pub access: Access,
    pub number: u32,
    pub payload: Payload,
}

/// A request to store an object in one piece. As [`UploadPart`].
#[derive(Debug, Clone)]
pub struct PutObject {
    pub bucket: String,
    pub key: String,
    pub options: ObjectOptions,
    pub access: Access,
    pub if_none_match: bool,
    pub payload: Payload,
}

/// What a service says to bytes that it stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Without quotes.
    pub etag: String,
    /// The checksum that the service computed, where it tells: then it compared it with the one sent.
    pub checksum: Option<Checksum>,
    pub version_id: Option<String>,
}

/// A part as a Complete names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPart {
    pub number: u32,
    /// Without quotes.
    pub etag: String,
    pub checksum: Option<Checksum>,
}

/// A request to make an object of the parts named. Sent once: whether a lost answer was a yes is for the caller
/// to find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    pub target: Target,
    pub access: Access,
    /// By number.
    pub parts: Vec<NamedPart>,
    /// Bytes of the object (`x-amz-mp-object-size`).
    pub size: Option<u64>,
    /// The whole object's, with its type.
    pub checksum: Option<Checksum>,
    pub if_none_match: bool,
}

/// A range of an object that another part is made of, and who must own it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySource {
    pub object: ObjectRef,
    /// The source's `ETag` without quotes: another one is refused (`x-amz-copy-source-if-match`).
    pub if_match: Option<String>,
    /// The SSE-C key that it is encrypted with.
    pub customer_key: Option<CustomerKey>,
    pub expected_owner: Option<String>,
}

/// A request to store one part from another object's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyPart {
    pub target: Target,
    pub access: Access,
    pub number: u32,
    pub from: CopySource,
    /// The first byte of the source, and how many.
    pub offset: u64,
    pub len: u64,
}

/// A request to store an object as a copy of another one, at most 5 GiB on S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyObject {
    pub bucket: String,
    pub key: String,
    pub from: CopySource,
    /// `None`: metadata, content type and the like are as the source has them.
    pub metadata: Option<ObjectOptions>,
    /// In force either way: storage class, ACL, encryption.
    pub options: ObjectOptions,
    /// `None`: as the source has them.
    pub tags: Option<Vec<(String, String)>>,
    pub access: Access,
    pub checksum: Option<Algorithm>,
    pub if_none_match: bool,
}

/// A question about an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadObject {
    pub bucket: String,
    pub key: String,
    /// `None`: the newest.
    pub version_id: Option<String>,
    pub access: Access,
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectInfo {
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    pub last_modified: Option<Timestamp>,
    pub version_id: Option<String>,
    /// As stored; composite ones end in `-N`.
    pub checksum: Option<Checksum>,
    /// `FULL_OBJECT` or `COMPOSITE`.
    pub checksum_type: Option<String>,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_disposition: Option<String>,
    pub content_language: Option<String>,
    pub cache_control: Option<String>,
    /// How many tags it has (`x-amz-tagging-count`).
    pub tag_count: Option<u32>,
    /// User metadata, without `x-amz-meta-`, by name.
    pub metadata: Vec<(String, String)>,
    pub storage_class: Option<String>,
    /// `AES256`, `aws:kms` and the like, or `SSE-C`.
    pub encryption: Option<String>,
}

/// What can be asked of S3. Retries of blips are the store's own affair; throttling is reported as
/// [`crate::protocol::Kind::Throttled`] and left to the caller's pacer.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Connects if need be, and tells who and where we are.
    async fn identity(&self) -> Result<Identity, Fault>;
    /// All buckets of the account.
    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault>;
    /// The directory buckets of the account, which are in no other listing; none where there are no such things. A
    /// store that was denied it once answers none from then on.
    async fn directory_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        Ok(Vec::new())
    }
    /// Whether the bucket is there and may be seen; tells its region.
    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault>;
    /// One page of uploads in progress.
    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault>;
    /// One page of parts. [`crate::protocol::Kind::UploadGone`] when there is no such upload.
    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault>;
    /// Aborts. [`crate::protocol::Kind::UploadGone`] when there is no such upload.
    async fn abort(&self, request: &Abort) -> Result<(), Fault>;
    /// Begins an upload. Sent once: a lost answer may have begun one.
    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault>;
    /// What was noticed of the server so far; asks nothing.
    fn noticed(&self) -> Noticed {
        Noticed::default()
    }
    /// Stores one part. [`crate::protocol::Kind::UploadGone`] when there is no such upload.
    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault>;
    /// Makes the object. A `200` with an error in its body is an error. [`crate::protocol::Kind::UploadGone`]
    /// when there is no such upload, [`crate::protocol::Kind::Precondition`] when there is such an object and
    /// `if_none_match`.
    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault>;
    /// Stores an object in one piece.
    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault>;
    /// What is known of an object. [`crate::protocol::Kind::NotFound`] when there is none.
    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault>;
    /// Stores one part from another object. [`crate::protocol::Kind::Precondition`] when that object is not the
    /// one of `if_match`. Sent once, and a `200` with an error in its body is an error.
    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault>;
    /// Stores a copy of an object. As [`Store::copy_part`].
    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault>;
    /// The bucket's lifecycle configuration; `None`: it has none. [`crate::protocol::Kind::Unsupported`] where the
    /// server answers something else.
    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault>;
    /// Replaces the whole lifecycle configuration by this one, word for word. Sent once.
    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault>;
    /// The tags of an object.
    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault>;
}
