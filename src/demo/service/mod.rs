//! The S3 protocol over the memory: each operation in a few lines, the rest answered `NotImplemented`.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

mod body;
mod buckets;
mod convert;
mod copying;
mod lifecycle;
mod making;
mod objects;
mod options;
mod regions;
mod uploads;

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use crate::protocol::Fault;
use crate::s3::memory::MemoryStore;

pub(super) use lifecycle::Lifecycles;
pub(super) use regions::Gate;

type Answer<T> = S3Result<S3Response<T>>;

/// The service over one store.
pub(super) struct Service {
    store: Arc<MemoryStore>,
    /// Whether the list of buckets names their regions.
    names_regions: bool,
}

impl Service {
    pub(super) const fn new(store: Arc<MemoryStore>, names_regions: bool) -> Self {
        Self {
            store,
            names_regions,
        }
    }
}

/// The store's refusal in S3's own code.
fn refused(fault: Fault) -> S3Error {
    let code = fault
        .code
        .and_then(|code| S3ErrorCode::from_bytes(code.as_bytes()))
        .unwrap_or(S3ErrorCode::InternalError);
    S3Error::with_message(code, fault.message)
}

#[expect(clippy::unnecessary_wraps, reason = "every operation ends with it")]
fn answer<T>(output: T) -> Answer<T> {
    Ok(S3Response::new(output))
}

#[async_trait]
impl S3 for Service {
    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        answer(self.all_buckets())
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        answer(self.new_bucket(&request.input)?)
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        answer(self.one_bucket(&request.input.bucket)?)
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        answer(self.location(&request.input.bucket)?)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        answer(self.uploads(request.input)?)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        answer(self.parts(request.input).await?)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        answer(self.begin(request.input)?)
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        answer(self.receive_part(request).await?)
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> Answer<UploadPartCopyOutput> {
        answer(self.copy_part(&request.input)?)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        answer(self.complete(request.input)?)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.end(request.input).await?;
        answer(AbortMultipartUploadOutput::default())
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        answer(self.receive_object(request).await?)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        answer(self.describe_object(&request.input)?)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        self.send_object(&request.input)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        answer(self.copy_object(&request)?)
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> Answer<GetObjectTaggingOutput> {
        answer(self.tagging(request.input)?)
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        self.store
            .delete_object(&request.input.bucket, &request.input.key)
            .map_err(refused)?;
        answer(DeleteObjectOutput::default())
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        answer(self.objects(request.input)?)
    }
}
