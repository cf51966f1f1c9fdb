//! The script at work: each request counted, delayed, refused or passed on.

use async_trait::async_trait;

use super::FaultyStore;
use crate::model::lifecycle::Document;
use crate::model::{Bucket, Target};
use crate::protocol::{Fault, Identity, Operation};
use crate::s3::{
    Abort, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, Marker, ObjectInfo, PartsPage, PutObject, Receipt, Store, UploadPart, UploadsPage,
};

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn identity(&self) -> Result<Identity, Fault> {
        let _guard = self.enter(Operation::Connect, "").await?;
        self.inner.identity().await
    }

    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        let _guard = self.enter(Operation::ListBuckets, "").await?;
        self.inner.list_buckets().await
    }

    async fn directory_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        let _guard = self.enter(Operation::ListDirectoryBuckets, "").await?;
        self.inner.directory_buckets().await
    }

    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        let _guard = self.enter(Operation::HeadBucket, bucket).await?;
        self.inner.head_bucket(bucket).await
    }

    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        let operation = Operation::ListMultipartUploads;
        let _guard = self.enter(operation, &request.bucket).await?;
        let mut page = self.inner.list_uploads(request).await?;
        if !request.prefix.is_empty() && self.lock().only_whole_keys {
            page.uploads.retain(|upload| upload.key == request.prefix);
        }
        if self.lock().endless.contains(operation.name()) {
            page.next = Some(Marker {
                key: "the same for ever".to_owned(),
                upload_id: None,
            });
        }
        Ok(page)
    }

    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let operation = Operation::ListParts;
        let _guard = self.enter(operation, &request.target.key).await?;
        let mut page = self.inner.list_parts(request).await?;
        let script = self.lock();
        if script.half_aborted.contains_key(&request.target) {
            // Only what landed late is left.
            let parts = page.parts.len();
            page.parts.drain(..parts.saturating_sub(1));
            page.next = None;
        }
        if script.endless.contains(operation.name()) {
            page.next = Some("1".to_owned());
        }
        Ok(page)
    }

    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        let operation = Operation::AbortMultipartUpload;
        let _guard = self.enter(operation, &request.target.key).await?;
        if self.lock().abort_leaves_parts(&request.target) {
            return Ok(());
        }
        self.inner.abort(request).await
    }

    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        let operation = Operation::CreateMultipartUpload;
        let checksum = request.checksum.is_some();
        let entered = self.admit(operation, &request.key, checksum).await?;
        let work = self.inner.create_upload(request);
        self.suffer(entered, None, (operation, &request.key), work)
            .await
    }

    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let operation = Operation::UploadPart;
        let (key, payload) = (&request.target.key, &request.payload);
        self.count(&request.target, request.number, (1, 0));
        let checksum = payload.checksum.is_some();
        let entered = self.admit(operation, key, checksum).await?;
        let work = async {
            let receipt = self.inner.upload_part(request).await?;
            let arrived = payload.body.len() as u64;
            self.count(&request.target, request.number, (0, arrived));
            Ok(receipt)
        };
        self.suffer(entered, Some(payload), (operation, key), work)
            .await
    }

    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        let operation = Operation::CompleteMultipartUpload;
        let key = &request.target.key;
        let checksum = request.checksum.is_some();
        let entered = self.admit(operation, key, checksum).await?;
        let work = self.inner.complete(request);
        self.suffer(entered, None, (operation, key), work).await
    }

    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        let operation = Operation::PutObject;
        let payload = &request.payload;
        let checksum = payload.checksum.is_some();
        let entered = self.admit(operation, &request.key, checksum).await?;
        let work = self.inner.put_object(request);
        self.suffer(entered, Some(payload), (operation, &request.key), work)
            .await
    }

    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        let _guard = self.enter(Operation::HeadObject, &request.key).await?;
        self.inner.head_object(request).await
    }

    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        let (operation, key) = (Operation::UploadPartCopy, &request.target.key);
        self.count(&request.target, request.number, (1, 0));
        let entered = self.admit(operation, key, false).await?;
        let work = async {
            let receipt = self.inner.copy_part(request).await?;
            self.count(&request.target, request.number, (0, request.len));
            Ok(receipt)
        };
        self.suffer(entered, None, (operation, key), work).await
    }

    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        let (operation, key) = (Operation::CopyObject, &request.key);
        let checksum = request.checksum.is_some();
        let entered = self.admit(operation, key, checksum).await?;
        let work = self.inner.copy_object(request);
        self.suffer(entered, None, (operation, key), work).await
    }

    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        let _guard = self.enter(Operation::GetLifecycle, bucket).await?;
        if let Some((left, of, old)) = &mut self.lock().lifecycle.old
            && *left > 0
            && of == bucket
        {
            *left -= 1;
            return Ok(old.clone());
        }
        self.inner.lifecycle(bucket).await
    }

    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault> {
        let operation = Operation::PutLifecycle;
        let entered = self.admit(operation, bucket, false).await?;
        let work = async {
            let lapses = self.lock().lifecycle.clone();
            if lapses.stale > 0 {
                let old = self.inner.lifecycle(bucket).await?;
                self.lock().lifecycle.old = Some((lapses.stale, bucket.to_owned(), old));
            }
            let mut document = document.clone();
            if let Some(keeps) = lapses.keeps {
                document.body = keeps(&document.body);
            }
            self.inner.put_lifecycle(bucket, &document).await
        };
        self.suffer(entered, None, (operation, bucket), work).await
    }

    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        let _guard = self
            .enter(Operation::GetObjectTagging, &request.key)
            .await?;
        self.inner.object_tags(request).await
    }
}

impl<S: Store> FaultyStore<S> {
    fn count(&self, target: &Target, number: u32, (times, bytes): (u32, u64)) {
        let part = (target.clone(), number);
        let mut script = self.lock();
        let sent = script.sent.entry(part).or_default();
        sent.times += times;
        sent.bytes += bytes;
    }
}
