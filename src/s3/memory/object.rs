//! Completed objects and the lifecycle document.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::digest::{hex, md5, multipart_etag};
use super::upload::Record;
use super::{Completed, MIN_PART, MemoryStore, Refusal};
use crate::model::{Target, Timestamp};
use crate::protocol::{Fault, Operation};

const DAY: Duration = Duration::from_hours(24);

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
    pub storage_class: Option<String>,
    pub pieces: Vec<Piece>,
}

/// One page of a bucket's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objects {
    /// By key.
    pub found: Vec<(String, Arc<Object>)>,
    pub more: bool,
}

/// A rule that makes uploads eligible for abort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbortRule {
    pub id: String,
    /// Empty: the whole bucket.
    pub prefix: String,
    /// Days after initiation.
    pub days: u32,
}

impl AbortRule {
    /// The midnight (UTC) after the days have passed. Source: S3 User Guide, "Lifecycle rules: based on an
    /// object's age", which rounds up to the next day.
    pub(super) fn eligible(&self, initiated: Timestamp) -> Timestamp {
        let due = initiated.plus(DAY * self.days).millis();
        let day = 86_400_000;
        Timestamp::from_millis((due.div_euclid(day) + 1).saturating_mul(day))
    }
}

/// A lifecycle configuration: the document as it was put, and what it says of uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    pub document: String,
    pub abort_rules: Vec<AbortRule>,
}

impl MemoryStore {
    /// Assembles the object from the parts named. `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`,
    /// `MalformedXML` for an empty list, `NoSuchUpload`, and `PreconditionFailed` when `only_if_absent` and there is such an object.
    pub fn complete(
        &self,
        target: &Target,
        parts: &[Completed],
        only_if_absent: bool,
    ) -> Result<Arc<Object>, Fault> {
        let now = self.clock.now();
        let Target { bucket, key, .. } = target;
        self.within(
            Operation::CompleteMultipartUpload,
            bucket,
            key,
            |contents| {
                let record = contents.record(target)?;
                let object = Arc::new(assemble(record, &target.upload_id, parts, now)?);
                if only_if_absent && contents.objects.contains_key(key) {
                    return Err(Refusal::PRECONDITION);
                }
                contents.objects.insert(key.clone(), Arc::clone(&object));
                if let Some(position) = contents.find(key, &target.upload_id) {
                    contents.uploads.remove(&position);
                }
                Ok(object)
            },
        )
    }

    /// Stores an object in one piece.
    pub fn put_object(&self, bucket: &str, key: &str, body: Bytes) -> Result<Arc<Object>, Fault> {
        let object = Arc::new(Object {
            etag: hex(&md5(&body)),
            size: body.len() as u64,
            last_modified: self.clock.now(),
            storage_class: None,
            pieces: vec![Piece::Bytes(body)],
        });
        self.within(Operation::UploadPart, bucket, key, |contents| {
            contents.objects.insert(key.to_owned(), Arc::clone(&object));
            Ok(())
        })?;
        Ok(object)
    }

    /// The object. `NoSuchKey`.
    pub fn object(&self, bucket: &str, key: &str) -> Result<Arc<Object>, Fault> {
        self.within(Operation::HeadBucket, bucket, key, |contents| {
            contents.objects.get(key).cloned().ok_or(Refusal::NO_KEY)
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

    /// The lifecycle configuration. `NoSuchLifecycleConfiguration`.
    pub fn lifecycle(&self, bucket: &str) -> Result<Lifecycle, Fault> {
        self.within(Operation::HeadBucket, bucket, "", |contents| {
            contents.lifecycle.clone().ok_or(Refusal::NO_LIFECYCLE)
        })
    }

    /// Replaces the whole lifecycle configuration, or removes it.
    pub fn set_lifecycle(&self, bucket: &str, lifecycle: Option<Lifecycle>) -> Result<(), Fault> {
        self.within(Operation::HeadBucket, bucket, "", |contents| {
            contents.lifecycle = lifecycle;
            Ok(())
        })
    }
}

fn assemble(
    record: &Record,
    id: &str,
    named: &[Completed],
    now: Timestamp,
) -> Result<Object, Refusal> {
    if named.is_empty() {
        return Err(Refusal::invalid(
            "MalformedXML",
            "You must specify at least one part",
        ));
    }
    if !named.is_sorted_by(|a, b| a.number < b.number) {
        return Err(Refusal::invalid(
            "InvalidPartOrder",
            "The list of parts was not in ascending order",
        ));
    }
    let mut digests = Vec::with_capacity(named.len());
    let mut pieces = Vec::with_capacity(named.len());
    let mut size = 0;
    for (index, name) in named.iter().enumerate() {
        let part = record
            .parts
            .get(id, name.number)
            .filter(|part| part.etag() == name.etag.trim_matches('"'))
            .ok_or(Refusal::invalid(
                "InvalidPart",
                "One or more of the specified parts could not be found, or an ETag does not match",
            ))?;
        if part.size < MIN_PART && index + 1 < named.len() {
            return Err(Refusal::invalid(
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
            ));
        }
        digests.push(part.md5);
        size += part.size;
        pieces.push(part.body.map_or(Piece::Zeros(part.size), Piece::Bytes));
    }
    Ok(Object {
        etag: multipart_etag(&digests),
        size,
        last_modified: now,
        storage_class: record.meta.storage_class.clone(),
        pieces,
    })
}
