//! The memory as a [`Store`].

use std::sync::Arc;

use async_trait::async_trait;

use super::list::page_size;
use super::{
    Completed, Listing, MAX_PART_NUMBER, MemoryStore, Meta, NewUpload, Principal, Refusal,
    StoredPart,
};
use crate::model::part::UploadInfo;
use crate::model::{Bucket, Target};
use crate::protocol::{Fault, Identity, Operation};
use crate::s3::{
    Abort, Complete, CreateUpload, Created, HeadObject, ListParts, ListUploads, ObjectInfo,
    PartsPage, PutObject, Receipt, Store, UploadPart, UploadsPage,
};

#[async_trait]
impl Store for MemoryStore {
    async fn identity(&self) -> Result<Identity, Fault> {
        Ok(Identity {
            region: "us-east-1".to_owned(),
            ..Identity::default()
        })
    }

    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        Ok(self.buckets())
    }

    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        self.bucket(bucket)
    }

    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        let listed = self.list(&Listing {
            bucket: request.bucket.clone(),
            prefix: request.prefix.clone(),
            delimiter: String::new(),
            marker: request.marker.clone(),
            max_uploads: request.max_uploads,
        })?;
        Ok(UploadsPage {
            uploads: listed.uploads,
            next: listed.next,
        })
    }

    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let after = match request.marker.as_deref() {
            None | Some("") => 0,
            // What is no number lies behind every part.
            Some(marker) => marker.parse().unwrap_or(MAX_PART_NUMBER),
        };
        self.parts(&request.target, after, request.max_parts)
    }

    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        let Target { bucket, key, .. } = &request.target;
        let operation = Operation::AbortMultipartUpload;
        self.within(operation, bucket, key, |contents| {
            let position = contents
                .find(key, &request.target.upload_id)
                .ok_or(Refusal::NO_UPLOAD)?;
            // On the wire the time has whole seconds.
            let second = |at: crate::model::Timestamp| at.millis().div_euclid(1000);
            let expected = request.if_initiated.map(second);
            if expected.is_some_and(|expected| expected != second(position.initiated)) {
                return Err(Refusal::PRECONDITION);
            }
            contents.uploads.remove(&position);
            Ok(())
        })
    }

    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        let class = request.options.storage_class.clone();
        let meta = Meta {
            storage_class: class.or_else(|| Some("STANDARD".to_owned())),
            initiator: Some(Principal {
                id: "mopup".to_owned(),
                display_name: None,
            }),
            owner: None,
            checksum_algorithm: request.checksum.map(|of| of.name().to_owned()),
            checksum_type: request.checksum.map(|of| of.kind().to_owned()),
        };
        let upload_id = self.insert_upload(
            &request.bucket,
            NewUpload {
                key: request.key.clone(),
                meta: Arc::new(meta),
                ..NewUpload::default()
            },
        )?;
        Ok(Created {
            upload_id,
            abort_date: None,
        })
    }

    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let now = self.clock().now();
        let payload = &request.payload;
        let mut part = StoredPart::with_body(request.number, payload.body.clone(), now);
        part.checksum.clone_from(&payload.checksum);
        let etag = self.put_part(&request.target, part)?;
        Ok(Receipt {
            etag,
            checksum: payload.checksum.clone(),
            version_id: None,
        })
    }

    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        let parts: Vec<Completed> = request
            .parts
            .iter()
            .map(|part| Completed {
                number: part.number,
                etag: part.etag.clone(),
            })
            .collect();
        let object = MemoryStore::complete(self, &request.target, &parts, request.if_none_match)?;
        Ok(Receipt {
            etag: object.etag.clone(),
            ..Receipt::default()
        })
    }

    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        let body = request.payload.body.clone();
        let object = MemoryStore::put_object(self, &request.bucket, &request.key, body)?;
        Ok(Receipt {
            etag: object.etag.clone(),
            ..Receipt::default()
        })
    }

    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        let object = self.object(&request.bucket, &request.key)?;
        Ok(ObjectInfo {
            size: object.size,
            etag: object.etag.clone(),
            last_modified: Some(object.last_modified),
            ..ObjectInfo::default()
        })
    }
}

impl MemoryStore {
    /// One page of the parts above number `after`. `NoSuchUpload`, `AccessDenied`.
    pub fn parts(
        &self,
        target: &Target,
        after: u32,
        max_parts: Option<i32>,
    ) -> Result<PartsPage, Fault> {
        let Target {
            bucket,
            key,
            upload_id,
        } = target;
        self.within(Operation::ListParts, bucket, key, |contents| {
            let max = page_size(max_parts)?;
            let position = contents.find(key, upload_id).ok_or(Refusal::NO_UPLOAD)?;
            let rule = contents
                .abort_rule(key, position.initiated)
                .map(|(at, id)| (at, id.to_owned()));
            let record = contents.record(target)?;
            let (parts, more) = record.parts.page(upload_id, after, max);
            let next = parts
                .last()
                .filter(|_| more)
                .map(|part| part.number.to_string());
            let meta = &record.meta;
            let info = UploadInfo {
                abort_date: rule.as_ref().map(|(at, _)| *at),
                abort_rule_id: rule.map(|(_, id)| id),
                initiator: meta.initiator.as_ref().map(Principal::name),
                owner: meta.owner.as_ref().map(Principal::name),
                storage_class: meta.storage_class.clone(),
                checksum_algorithm: meta.checksum_algorithm.clone(),
                checksum_type: meta.checksum_type.clone(),
            };
            Ok(PartsPage { info, parts, next })
        })
    }
}
