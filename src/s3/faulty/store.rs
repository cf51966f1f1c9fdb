//! The script at work: each request counted, delayed, refused or passed on.

use async_trait::async_trait;

use super::FaultyStore;
use crate::model::Bucket;
use crate::protocol::{Fault, Identity, Operation};
use crate::s3::{
    Abort, Complete, CreateUpload, Created, HeadObject, ListParts, ListUploads, Marker, ObjectInfo,
    PartsPage, PutObject, Receipt, Store, UploadPart, UploadsPage,
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

    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        let _guard = self.enter(Operation::HeadBucket, bucket).await?;
        self.inner.head_bucket(bucket).await
    }

    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        let operation = Operation::ListMultipartUploads;
        let _guard = self.enter(operation, &request.bucket).await?;
        let mut page = self.inner.list_uploads(request).await?;
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
        let _guard = self.enter(operation, &request.key).await?;
        self.inner.create_upload(request).await
    }

    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let operation = Operation::UploadPart;
        let _guard = self.enter(operation, &request.target.key).await?;
        self.inner.upload_part(request).await
    }

    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        let operation = Operation::CompleteMultipartUpload;
        let _guard = self.enter(operation, &request.target.key).await?;
        self.inner.complete(request).await
    }

    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        let _guard = self.enter(Operation::PutObject, &request.key).await?;
        self.inner.put_object(request).await
    }

    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        let _guard = self.enter(Operation::HeadObject, &request.key).await?;
        self.inner.head_object(request).await
    }
}
