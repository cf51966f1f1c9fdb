//! Completed objects.

use std::sync::Arc;

use bytes::Bytes;

use super::assemble::assemble;
use super::digest::hex;
use super::{Intake, MemoryStore, Meta, Refusal};
use crate::model::part::Checksum;
use crate::model::{Algorithm, Target, Timestamp};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::{Complete, HeadObject, PutObject};

const NO_VERSION: Refusal = Refusal::new(
    "NoSuchVersion",
    Kind::NotFound,
    "The specified version does not exist",
);

/// A stretch of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Bytes(Bytes),
    /// So many zeros: a part of which only the record was kept.
    Zeros(u64),
}

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Without quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    pub last_modified: Timestamp,
    /// How many parts it was made of; `None`: it came in one piece.
    pub parts: Option<u32>,
    pub pieces: Vec<Piece>,
    pub checksum: Option<Checksum>,
    /// What it was stored with.
    pub meta: Arc<Meta>,
}

/// One page of a bucket's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objects {
    /// By key.
    pub found: Vec<(String, Arc<Object>)>,
    pub more: bool,
}

impl MemoryStore {
    /// Makes the object of the parts named. `kind` is the checksum type that the request speaks of.
    /// `NoSuchUpload`, `PreconditionFailed`, and all that S3 says of parts, sizes and checksums that do not fit.
    pub fn finish(&self, request: &Complete, kind: Option<&str>) -> Result<Arc<Object>, Fault> {
        let operation = Operation::CompleteMultipartUpload;
        let target = &request.target;
        let Target { bucket, key, .. } = target;
        self.admit(operation, bucket, &request.access)?;
        let now = self.clock.now();
        let min_part = self.min_part.load(std::sync::atomic::Ordering::Relaxed);
        self.within(operation, bucket, key, |contents| {
            let record = contents.record(target)?;
            record.meta.fits_if_checked(&request.access)?;
            let object = Arc::new(assemble(record, request, kind, (now, min_part))?);
            if request.if_none_match && contents.objects.contains_key(key) {
                return Err(Refusal::PRECONDITION);
            }
            contents.objects.insert(key.clone(), Arc::clone(&object));
            if let Some(position) = contents.find(key, &target.upload_id) {
                contents.uploads.remove(&position);
            }
            Ok(object)
        })
    }

    /// Receives an object in one piece whose checksum will be of `algorithm`.
    pub fn receive_object(&self, algorithm: Option<Algorithm>) -> Intake {
        Intake::new(algorithm, self.keeps_bodies())
    }

    /// Stores an object in one piece; the request's body is not looked at. `BadDigest`, `PreconditionFailed`.
    pub fn keep_object(&self, request: &PutObject, intake: Intake) -> Result<Arc<Object>, Fault> {
        let operation = Operation::PutObject;
        let (bucket, key) = (&request.bucket, &request.key);
        self.admit(operation, bucket, &request.access)?;
        let refused = |refusal: Refusal| refusal.into_fault(operation, bucket, key);
        let mut meta = Meta::of(&request.options, &request.access).map_err(refused)?;
        let arrived = intake
            .finish(request.payload.checksum.as_ref())
            .map_err(refused)?;
        let checksum = arrived.checksum.clone();
        meta.checksum_algorithm = checksum.as_ref().map(|of| of.algorithm.clone());
        meta.checksum_type = checksum.as_ref().map(|_| "FULL_OBJECT".to_owned());
        let digest = arrived.digest(key, 0, meta.keeps_md5());
        let size = arrived.size;
        let object = Arc::new(Object {
            etag: hex(&digest),
            size,
            last_modified: self.clock.now(),
            parts: None,
            pieces: vec![arrived.body.map_or(Piece::Zeros(size), Piece::Bytes)],
            checksum,
            meta: Arc::new(meta),
        });
        self.within(operation, bucket, key, |contents| {
            if request.if_none_match && contents.objects.contains_key(key) {
                return Err(Refusal::PRECONDITION);
            }
            contents.objects.insert(key.clone(), Arc::clone(&object));
            Ok(())
        })?;
        Ok(object)
    }

    /// The object. `NoSuchKey`.
    pub fn object(&self, bucket: &str, key: &str) -> Result<Arc<Object>, Fault> {
        self.within(Operation::HeadObject, bucket, key, |contents| {
            contents.objects.get(key).cloned().ok_or(Refusal::NO_KEY)
        })
    }

    /// The object for whoever has its key. `NoSuchKey`, `InvalidRequest`, `AccessDenied`.
    pub fn open(&self, request: &HeadObject) -> Result<Arc<Object>, Fault> {
        let operation = Operation::HeadObject;
        self.admit(operation, &request.bucket, &request.access)?;
        versioned(operation, request)?;
        let object = self.object(&request.bucket, &request.key)?;
        object
            .meta
            .opens(&request.access)
            .map_err(|refusal| refusal.into_fault(operation, &request.bucket, &request.key))?;
        Ok(object)
    }

    /// The object's tags. `NoSuchKey`, `AccessDenied`.
    pub fn tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        let operation = Operation::GetObjectTagging;
        self.admit(operation, &request.bucket, &request.access)?;
        versioned(operation, request)?;
        self.within(operation, &request.bucket, &request.key, |contents| {
            let object = contents.objects.get(&request.key).ok_or(Refusal::NO_KEY)?;
            Ok(object.meta.options.tags.clone())
        })
    }

    /// Deletes the object; done also when there is none.
    pub fn delete_object(&self, bucket: &str, key: &str) -> Result<(), Fault> {
        self.within(Operation::UploadPart, bucket, key, |contents| {
            contents.objects.remove(key);
            Ok(())
        })
    }

    /// Objects whose key begins with `prefix` and is above `after`, at most `max`.
    pub fn objects(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
        max: usize,
    ) -> Result<Objects, Fault> {
        self.within(Operation::HeadBucket, bucket, "", |contents| {
            let mut found: Vec<_> = contents
                .objects
                .range(prefix.max(after).to_owned()..)
                .take_while(|(key, _)| key.starts_with(prefix))
                .filter(|(key, _)| after.is_empty() || key.as_str() > after)
                .take(max.saturating_add(1))
                .map(|(key, object)| (key.clone(), Arc::clone(object)))
                .collect();
            let more = found.len() > max;
            found.truncate(max);
            Ok(Objects { found, more })
        })
    }
}

/// Nothing here has versions. `NoSuchVersion` for whoever asks for one.
fn versioned(operation: Operation, request: &HeadObject) -> Result<(), Fault> {
    let none = |id: &String| id.as_str() == "null";
    if request.version_id.as_ref().is_none_or(none) {
        return Ok(());
    }
    Err(NO_VERSION.into_fault(operation, &request.bucket, &request.key))
}
