//! A whole S3 in a map: for tests without a network, and behind the embedded server.
//!
//! Answers as S3 documents it (order, markers, errors); servers that misbehave are made from it by wrappers.
//! Knows nothing of HTTP or XML.

mod access;
mod assemble;
mod begin;
mod copy;
mod digest;
mod intake;
mod lifecycle;
mod list;
mod object;
mod store;
#[cfg(test)]
mod tests;
mod upload;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::bucket::is_directory_bucket;
use crate::model::{Bucket, Timestamp};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::Clock;

pub use crate::model::deadline::AbortRule;
pub use access::ACCOUNT;
pub use begin::Beginning;
pub use digest::{base64, from_base64, md5, multipart_etag};
pub use intake::Intake;
pub use lifecycle::Lifecycle;
pub use list::{Listed, Listing};
pub use object::{Object, Objects, Piece};
pub use upload::{Meta, NewUpload, Parts, Principal, StoredPart, Uniform};

use upload::{Position, Record};

/// The least size of every part but the last, in bytes. Source: S3 User Guide, "Multipart upload limits".
pub const MIN_PART: u64 = 5 << 20;
/// The greatest part number. Source: as above.
pub const MAX_PART_NUMBER: u32 = 10_000;
/// The greatest part, and the greatest object in one piece, in bytes. Source: as above.
pub const MAX_BODY: u64 = 5 << 30;
/// The greatest page of uploads and of parts. Source: as above.
pub const MAX_PAGE: i32 = 1000;

/// A whole S3 in a map; cheap to share behind an [`Arc`].
pub struct MemoryStore {
    clock: Clock,
    keeps_bodies: AtomicBool,
    min_part: AtomicU64,
    state: Mutex<State>,
}

struct State {
    account: String,
    buckets: BTreeMap<String, Contents>,
    /// How many upload IDs were given out; the next one is made from it.
    serial: u64,
}

struct Contents {
    bucket: Bucket,
    uploads: BTreeMap<Position, Record>,
    objects: BTreeMap<String, Arc<Object>>,
    lifecycle: Option<Lifecycle>,
    denied: Vec<(Operation, String)>,
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An account without buckets.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            keeps_bodies: AtomicBool::new(true),
            min_part: AtomicU64::new(MIN_PART),
            state: Mutex::new(State {
                account: ACCOUNT.to_owned(),
                buckets: BTreeMap::new(),
                serial: 0,
            }),
        }
    }

    /// Whether bodies are kept. Without them only lengths and checksums are: what is read back is zeros, and an
    /// `ETag` is no MD5. For uploads larger than the memory, and for measuring.
    pub fn set_keeps_bodies(&self, keeps: bool) {
        self.keeps_bodies.store(keeps, Ordering::Relaxed);
    }

    fn keeps_bodies(&self) -> bool {
        self.keeps_bodies.load(Ordering::Relaxed)
    }

    /// Takes parts of `bytes` and more, so that many parts need not be many bytes.
    pub fn set_min_part(&self, bytes: u64) {
        self.min_part.store(bytes, Ordering::Relaxed);
    }

    /// The clock that dates what is stored.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Adds an empty bucket; an existing one of that name stays as it is.
    pub fn create_bucket(&self, name: &str, region: &str) {
        let created = self.clock.now();
        self.add_bucket(Bucket {
            name: name.to_owned(),
            created: Some(created),
            region: Some(region.to_owned()),
        });
    }

    /// Adds an empty bucket with all that is told of it; an existing one of that name stays as it is.
    pub fn add_bucket(&self, bucket: Bucket) {
        self.lock()
            .buckets
            .entry(bucket.name.clone())
            .or_insert_with(|| Contents {
                bucket,
                uploads: BTreeMap::new(),
                objects: BTreeMap::new(),
                lifecycle: None,
                denied: Vec::new(),
            });
    }

    /// All buckets, by name.
    pub fn buckets(&self) -> Vec<Bucket> {
        let state = self.lock();
        state.buckets.values().map(|c| c.bucket.clone()).collect()
    }

    /// The bucket; `NoSuchBucket` or `AccessDenied`.
    pub fn bucket(&self, name: &str) -> Result<Bucket, Fault> {
        self.within(Operation::HeadBucket, name, "", |contents| {
            Ok(contents.bucket.clone())
        })
    }

    /// Refuses `operation` from now on with `AccessDenied` for keys that begin with `key_prefix`; an empty
    /// prefix covers the bucket and all keys.
    pub fn deny(&self, bucket: &str, operation: Operation, key_prefix: &str) {
        if let Some(contents) = self.lock().buckets.get_mut(bucket) {
            contents.denied.push((operation, key_prefix.to_owned()));
        }
    }

    /// How many uploads are in progress in `bucket`; 0 if there is no such bucket.
    pub fn upload_count(&self, bucket: &str) -> usize {
        let state = self.lock();
        state.buckets.get(bucket).map_or(0, |c| c.uploads.len())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves whole records behind: every change is one insert or remove.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on the bucket's contents, unless there is no such bucket or it is denied for `key`.
    fn within<T>(
        &self,
        operation: Operation,
        bucket: &str,
        key: &str,
        work: impl FnOnce(&mut Contents) -> Result<T, Refusal>,
    ) -> Result<T, Fault> {
        let mut state = self.lock();
        let result = match state.buckets.get_mut(bucket) {
            None => Err(Refusal::NO_BUCKET),
            Some(contents) if contents.denies(operation, key) => Err(Refusal::DENIED),
            Some(contents) => work(contents),
        };
        result.map_err(|refusal| refusal.into_fault(operation, bucket, key))
    }
}

impl Contents {
    fn denies(&self, operation: Operation, key: &str) -> bool {
        self.denied
            .iter()
            .any(|(denied, prefix)| *denied == operation && key.starts_with(prefix))
    }

    /// Directory buckets do not tell. Source: API reference, `CreateMultipartUpload` and `ListParts`,
    /// `x-amz-abort-date`.
    fn abort_rule(&self, key: &str, initiated: Timestamp) -> Option<(Timestamp, &str)> {
        if is_directory_bucket(&self.bucket.name) {
            return None;
        }
        let rules = &self.lifecycle.as_ref()?.abort_rules;
        rules
            .iter()
            .filter(|rule| key.starts_with(&rule.prefix))
            .map(|rule| (rule.due(initiated), rule.id.as_str()))
            .min()
    }
}

/// Why a request is refused, in S3's own codes.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    code: &'static str,
    kind: Kind,
    message: &'static str,
}

impl Refusal {
    const NO_BUCKET: Self = Self::new(
        "NoSuchBucket",
        Kind::NotFound,
        "The specified bucket does not exist",
    );
    const NO_KEY: Self = Self::new(
        "NoSuchKey",
        Kind::NotFound,
        "The specified key does not exist",
    );
    const NO_UPLOAD: Self = Self::new(
        "NoSuchUpload",
        Kind::UploadGone,
        "The specified upload does not exist: it was completed, aborted, or never was",
    );
    const NO_LIFECYCLE: Self = Self::new(
        "NoSuchLifecycleConfiguration",
        Kind::NotFound,
        "The bucket has no lifecycle configuration",
    );
    const DENIED: Self = Self::new("AccessDenied", Kind::Denied, "Access Denied");
    const PRECONDITION: Self = Self::new(
        "PreconditionFailed",
        Kind::Precondition,
        "At least one of the preconditions did not hold",
    );

    /// Sent again it may arrive whole.
    const BAD_DIGEST: Self = Self::new(
        "BadDigest",
        Kind::Network,
        "The checksum you specified did not match what was received",
    );
    const INTERNAL: Self = Self::new(
        "InternalError",
        Kind::Network,
        "We encountered an internal error. Please try again.",
    );
    const OTHER_ALGORITHM: Self = Self::invalid(
        "InvalidRequest",
        "Checksum Type mismatch occurred: the upload was begun with another checksum algorithm",
    );
    const TOO_LARGE: Self = Self::invalid(
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    );
    const NO_KEY_GIVEN: Self = Self::invalid(
        "InvalidArgument",
        "Requests specifying Server Side Encryption with Customer provided keys must provide an \
         appropriate secret key.",
    );

    const fn new(code: &'static str, kind: Kind, message: &'static str) -> Self {
        Self {
            code,
            kind,
            message,
        }
    }

    const fn invalid(code: &'static str, message: &'static str) -> Self {
        Self::new(code, Kind::Invalid, message)
    }

    fn into_fault(self, operation: Operation, bucket: &str, key: &str) -> Fault {
        let target = if key.is_empty() {
            format!("s3://{bucket}")
        } else {
            format!("s3://{bucket}/{key}")
        };
        let hint = match (self.kind, operation.iam_action()) {
            (Kind::Denied, Some(action)) => format!("needs {action} on {target}"),
            _ => String::new(),
        };
        Fault {
            operation,
            target,
            kind: self.kind,
            code: Some(self.code.to_owned()),
            message: self.message.to_owned(),
            hint,
        }
    }
}
