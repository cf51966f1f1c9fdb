//! A store whose server has ways of its own with markers, with uploads that are gone, and with the time.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mopup::model::Bucket;
use mopup::model::lifecycle::Document;
use mopup::protocol::{Fault, Identity};
use mopup::s3::memory::MemoryStore;
use mopup::s3::{
    Abort, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, Noticed, ObjectInfo, PartsPage, PutObject, Receipt, Store, UploadPart,
    UploadsPage,
};

/// Changes a request for parts before it is asked, and its answer.
type Way = dyn Fn(&mut ListParts, &dyn Fn(&ListParts) -> Result<PartsPage, Fault>) -> Result<PartsPage, Fault>
    + Send
    + Sync;

/// In front of a memory store.
pub(super) struct Twisted {
    pub(super) inner: Arc<MemoryStore>,
    pub(super) way: Box<Way>,
    pub(super) ahead: Option<i64>,
    /// The markers and page sizes that were asked for.
    pub(super) asked: Mutex<Vec<(Option<String>, Option<i32>)>>,
}

impl std::fmt::Debug for Twisted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Twisted")
    }
}

#[async_trait]
impl Store for Twisted {
    async fn identity(&self) -> Result<Identity, Fault> {
        self.inner.identity().await
    }
    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        self.inner.list_buckets().await
    }
    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        self.inner.head_bucket(bucket).await
    }
    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        self.inner.list_uploads(request).await
    }
    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let asked = (request.marker.clone(), request.max_parts);
        self.asked.lock().unwrap().push(asked);
        let mut request = request.clone();
        // The memory store answers at once.
        let ask = |request: &ListParts| {
            futures_util::FutureExt::now_or_never(self.inner.list_parts(request))
                .expect("it answers at once")
        };
        (self.way)(&mut request, &ask)
    }
    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        self.inner.abort(request).await
    }
    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        self.inner.create_upload(request).await
    }
    fn noticed(&self) -> Noticed {
        Noticed {
            clock_ahead: self.ahead,
            ..self.inner.noticed()
        }
    }
    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        self.inner.upload_part(request).await
    }
    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        self.inner.complete(request).await
    }
    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        self.inner.put_object(request).await
    }
    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        self.inner.head_object(request).await
    }
    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        self.inner.copy_part(request).await
    }
    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        self.inner.copy_object(request).await
    }
    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        Store::lifecycle(&*self.inner, bucket).await
    }
    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault> {
        self.inner.put_lifecycle(bucket, document).await
    }
    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        self.inner.object_tags(request).await
    }
}
