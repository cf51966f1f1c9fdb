//! The memory as a [`Store`].

use async_trait::async_trait;

use super::list::page_size;
use super::{Beginning, Listing, MAX_PART_NUMBER, MemoryStore, Object, Principal, Refusal};
use crate::model::bucket::is_directory_bucket;
use crate::model::lifecycle::Document;
use crate::model::part::UploadInfo;
use crate::model::{Algorithm, Bucket, Target};
use crate::protocol::{Fault, Identity, Operation};
use crate::s3::{
    Abort, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, ObjectInfo, PartsPage, Payload, PutObject, Receipt, Store, UploadPart,
    UploadsPage,
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
        let mut buckets = self.buckets();
        buckets.retain(|bucket| !is_directory_bucket(&bucket.name));
        Ok(buckets)
    }

    async fn directory_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        let mut buckets = self.buckets();
        buckets.retain(|bucket| is_directory_bucket(&bucket.name));
        Ok(buckets)
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
        let target = &request.target;
        let operation = Operation::ListParts;
        self.admit(operation, &target.bucket, &request.access)?;
        self.within(operation, &target.bucket, &target.key, |contents| {
            contents
                .record(target)?
                .meta
                .fits_if_checked(&request.access)
        })?;
        self.parts(target, after, request.max_parts)
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
        self.begin(Beginning {
            request: request.clone(),
            checksum_type: request.checksum.map(|of| of.kind().to_owned()),
            initiator: Some(Principal {
                id: "mopup".to_owned(),
                display_name: None,
            }),
            owner: None,
        })
    }

    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let (target, payload) = (&request.target, &request.payload);
        let operation = Operation::UploadPart;
        let refused = |refusal: Refusal| refusal.into_fault(operation, &target.bucket, &target.key);
        let mut intake = self.receive_part(
            target,
            &request.access,
            algorithm(payload).map_err(refused)?,
        )?;
        payload.pass(payload.body.len()).await;
        intake.take(&payload.body);
        self.keep_part(target, request.number, intake, payload.checksum.as_ref())
    }

    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        let kind = request
            .checksum
            .as_ref()
            .and_then(|checksum| Algorithm::from_name(&checksum.algorithm))
            .map(Algorithm::kind);
        let object = self.finish(request, kind)?;
        Ok(receipt(&object))
    }

    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        let refused = |refusal: Refusal| {
            refusal.into_fault(Operation::PutObject, &request.bucket, &request.key)
        };
        let payload = &request.payload;
        let mut intake = self.receive_object(algorithm(payload).map_err(refused)?);
        payload.pass(payload.body.len()).await;
        intake.take(&payload.body);
        let object = self.keep_object(request, intake)?;
        Ok(receipt(&object))
    }

    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        let object = self.open(request)?;
        let meta = &object.meta;
        Ok(ObjectInfo {
            size: object.size,
            etag: object.etag.clone(),
            last_modified: Some(object.last_modified),
            version_id: None,
            checksum: object.checksum.clone(),
            checksum_type: object
                .checksum
                .as_ref()
                .and_then(|_| meta.checksum_type.clone()),
            content_type: meta.options.content_type.clone(),
            content_encoding: meta.options.content_encoding.clone(),
            content_disposition: meta.options.content_disposition.clone(),
            content_language: meta.options.content_language.clone(),
            cache_control: meta.options.cache_control.clone(),
            tag_count: u32::try_from(meta.options.tags.len())
                .ok()
                .filter(|count| *count > 0),
            metadata: meta.options.metadata.clone(),
            storage_class: meta.storage_class.clone(),
            encryption: Some(meta.encryption().to_owned()),
        })
    }

    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        self.put_copied_part(request)
    }

    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        let object = self.put_copied_object(request)?;
        Ok(receipt(&object))
    }

    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        match MemoryStore::lifecycle(self, bucket) {
            Ok(document) => Ok(Some(document)),
            Err(fault) if fault.code.as_deref() == Some("NoSuchLifecycleConfiguration") => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault> {
        self.set_lifecycle(bucket, Some(document))
    }

    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        self.tags(request)
    }
}

fn receipt(object: &Object) -> Receipt {
    Receipt {
        etag: object.etag.clone(),
        checksum: object.checksum.clone(),
        version_id: None,
    }
}

/// The algorithm of the checksum sent. `InvalidRequest` for one that S3 does not know.
fn algorithm(payload: &Payload) -> Result<Option<Algorithm>, Refusal> {
    let Some(checksum) = &payload.checksum else {
        return Ok(None);
    };
    Algorithm::from_name(&checksum.algorithm)
        .map(Some)
        .ok_or(Refusal::OTHER_ALGORITHM)
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
