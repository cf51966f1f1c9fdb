//! Copies within the store: a part, or an object, made of another object's bytes.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{Intake, MAX_BODY, MemoryStore, Object, Piece, Refusal};
use crate::model::send::{Access, ObjectOptions};
use crate::protocol::{Fault, Operation};
use crate::s3::{CopyObject, CopyPart, CopySource, HeadObject, Payload, PutObject, Receipt};

/// So much is read of a source at a time.
const CHUNK: u64 = 1 << 20;

const INVALID_RANGE: Refusal = Refusal::invalid(
    "InvalidRange",
    "The range specified is not valid for the source object",
);

const SOURCE_TOO_LARGE: Refusal = Refusal::invalid(
    "InvalidRequest",
    "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
);

impl Object {
    /// A stretch of its bytes; records without bytes read as zeros.
    pub fn bytes(&self, range: Range<u64>) -> Bytes {
        let mut out = BytesMut::new();
        let mut at = 0;
        for piece in &self.pieces {
            let size = match piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::Zeros(size) => *size,
            };
            let from = range.start.max(at);
            let to = range.end.min(at + size);
            if from < to {
                let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
                match piece {
                    Piece::Bytes(bytes) => {
                        out.extend_from_slice(&bytes[place(from - at)..place(to - at)]);
                    }
                    Piece::Zeros(_) => out.resize(out.len() + place(to - from), 0),
                }
            }
            at += size;
        }
        out.freeze()
    }

    fn pour(&self, range: Range<u64>, into: &mut Intake) {
        let mut from = range.start;
        while from < range.end {
            let to = range.end.min(from + CHUNK);
            into.take(&self.bytes(from..to));
            from = to;
        }
    }
}

impl MemoryStore {
    /// Stores a part made of a stretch of another object. `NoSuchKey`, `NoSuchUpload`, `PreconditionFailed`,
    /// `InvalidRange`.
    pub fn put_copied_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        let (target, operation) = (&request.target, Operation::UploadPartCopy);
        let refused = |refusal: Refusal| refusal.into_fault(operation, &target.bucket, &target.key);
        let source = self.source(&request.from, operation)?;
        let end = request.offset.saturating_add(request.len);
        if request.len == 0 || end > source.size {
            return Err(refused(INVALID_RANGE));
        }
        let mut intake = self.receive_part(target, &request.access, None)?;
        source.pour(request.offset..end, &mut intake);
        self.keep_part(target, request.number, intake, None)
    }

    /// Stores a copy of an object. `NoSuchKey`, `PreconditionFailed`, `InvalidRequest` above 5 GiB.
    pub fn put_copied_object(&self, request: &CopyObject) -> Result<Arc<Object>, Fault> {
        let operation = Operation::CopyObject;
        let refused =
            |refusal: Refusal| refusal.into_fault(operation, &request.bucket, &request.key);
        let source = self.source(&request.from, operation)?;
        if source.size > MAX_BODY {
            return Err(refused(SOURCE_TOO_LARGE));
        }
        let of = &source.meta.options;
        let described = request.metadata.as_ref().unwrap_or(of);
        let options = ObjectOptions {
            storage_class: request.options.storage_class.clone(),
            acl: request.options.acl.clone(),
            encryption: request.options.encryption.clone(),
            tags: request.tags.as_ref().unwrap_or(&of.tags).clone(),
            ..described.clone()
        };
        let mut intake = self.receive_object(request.checksum);
        source.pour(0..source.size, &mut intake);
        let put = PutObject {
            bucket: request.bucket.clone(),
            key: request.key.clone(),
            options,
            access: request.access.clone(),
            if_none_match: request.if_none_match,
            payload: Payload::of(Bytes::new()),
        };
        self.keep_object(&put, intake)
    }

    fn source(&self, from: &CopySource, operation: Operation) -> Result<Arc<Object>, Fault> {
        let object = &from.object;
        let found = self.open(&HeadObject {
            bucket: object.bucket.clone(),
            key: object.key.clone(),
            version_id: object.version_id.clone(),
            access: Access {
                customer_key: from.customer_key.clone(),
                expected_owner: from.expected_owner.clone(),
            },
        })?;
        if from
            .if_match
            .as_ref()
            .is_some_and(|etag| *etag != found.etag)
        {
            return Err(Refusal::PRECONDITION.into_fault(operation, &object.bucket, &object.key));
        }
        Ok(found)
    }
}
