//! What makes objects: an upload begun, its parts, its completion, and objects in one piece.
//!
//! None of these requests is repeated by the SDK: a second create would leave a second upload behind, and a part
//! is repeated by whoever paces them. Bodies have no time-out either; whoever waits sees by the meter whether
//! bytes still pass.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
    ServerSideEncryption, StorageClass,
};

use super::errors::Failure;
use super::fields::{Customer, told, with_checksum, with_options};
use super::parts::unquoted;
use super::payload::{Carried, Cover, body_hash, long, once, patient};
use super::{SdkStore, errors, some, timestamp};
use crate::model::Algorithm;
use crate::model::send::{Access, Encryption, ObjectOptions, PayloadSigning};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::{
    Complete, CreateUpload, Created, HeadObject, ObjectInfo, Payload, PutObject, Receipt,
    UploadPart,
};

impl SdkStore {
    pub(super) async fn begin_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        let about = About::key(
            Operation::CreateMultipartUpload,
            &request.bucket,
            &request.key,
        );
        has_its_key(&request.options, &request.access, &about)?;
        let algorithm = request
            .checksum
            .map(|of| ChecksumAlgorithm::from(of.name()));
        let kind = request.checksum.map(|of| ChecksumType::from(of.kind()));
        let answer = self
            .ask(&request.bucket, |client| {
                let create = client
                    .create_multipart_upload()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .set_checksum_algorithm(algorithm.clone())
                    .set_checksum_type(kind.clone());
                with_options!(create, &request.options, &request.access)
                    .customize()
                    .config_override(once())
                    .send()
            })
            .await;
        let (upload_id, abort_date) = match answer {
            Ok(answer) => (some(answer.upload_id()), answer.abort_date().copied()),
            // The upload was begun: not to know it would leave it behind.
            Err(failure) => match failure.upload_id() {
                Some(found) => (Some(found), None),
                None => return Err(failure.into_fault(&about)),
            },
        };
        Ok(Created {
            upload_id: upload_id.ok_or_else(|| Fault {
                kind: Kind::Garbled,
                ..errors::refused(&about, "the server answered without an upload ID", "")
            })?,
            abort_date: abort_date.as_ref().and_then(timestamp),
        })
    }

    pub(super) async fn store_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let target = &request.target;
        let about = About::key(Operation::UploadPart, &target.bucket, &target.key);
        let number = i32::try_from(request.number)
            .map_err(|_| errors::refused(&about, "the part number is out of range", ""))?;
        let cover = self.cover(&request.payload).await?;
        let customer = Customer::of(&request.access);
        let answer = self
            .ask(&target.bucket, |client| {
                let part = client
                    .upload_part()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .part_number(number)
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .set_sse_customer_algorithm(customer.algorithm())
                    .set_sse_customer_key(customer.key())
                    .set_sse_customer_key_md5(customer.md5())
                    .body(ByteStream::from(request.payload.body.clone()));
                with_checksum!(part, request.payload.checksum.as_ref())
                    .customize()
                    .config_override(patient())
                    .interceptor(Carried::new(&request.payload, cover.clone()))
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        Ok(Receipt {
            etag: unquoted(answer.e_tag()),
            checksum: told!(&answer),
            version_id: None,
        })
    }

    pub(super) async fn store_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        let about = About::key(Operation::PutObject, &request.bucket, &request.key);
        has_its_key(&request.options, &request.access, &about)?;
        let cover = self.cover(&request.payload).await?;
        let answer = self
            .ask(&request.bucket, |client| {
                let put = client
                    .put_object()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .set_if_none_match(request.if_none_match.then(|| "*".to_owned()))
                    .body(ByteStream::from(request.payload.body.clone()));
                let put = with_options!(put, &request.options, &request.access);
                with_checksum!(put, request.payload.checksum.as_ref())
                    .customize()
                    .config_override(patient())
                    .interceptor(Carried::new(&request.payload, cover.clone()))
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        Ok(Receipt {
            etag: unquoted(answer.e_tag()),
            checksum: told!(&answer),
            version_id: some(answer.version_id()),
        })
    }

    pub(super) async fn make_object(&self, request: &Complete) -> Result<Receipt, Fault> {
        let target = &request.target;
        let about = About::key(
            Operation::CompleteMultipartUpload,
            &target.bucket,
            &target.key,
        );
        let named = CompletedMultipartUpload::builder()
            .set_parts(Some(completed(request, &about)?))
            .build();
        let size = request.size.and_then(|size| i64::try_from(size).ok());
        let kind = request
            .checksum
            .as_ref()
            .and_then(|checksum| Algorithm::from_name(&checksum.algorithm))
            .map(|of| ChecksumType::from(of.kind()));
        let customer = Customer::of(&request.access);
        let answer = self
            .ask(&target.bucket, |client| {
                let complete = client
                    .complete_multipart_upload()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .multipart_upload(named.clone())
                    .set_mpu_object_size(size)
                    .set_checksum_type(kind.clone())
                    .set_if_none_match(request.if_none_match.then(|| "*".to_owned()))
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .set_sse_customer_algorithm(customer.algorithm())
                    .set_sse_customer_key(customer.key())
                    .set_sse_customer_key_md5(customer.md5());
                with_checksum!(complete, request.checksum.as_ref())
                    .customize()
                    .config_override(long())
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        Ok(Receipt {
            etag: unquoted(answer.e_tag()),
            checksum: told!(&answer),
            version_id: some(answer.version_id()),
        })
    }

    pub(super) async fn look_at_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        let about = About::key(Operation::HeadObject, &request.bucket, &request.key);
        let answer = match self.head(request, Some(ChecksumMode::Enabled)).await {
            // The checksum of an object under KMS is told only to whoever may decrypt it; the rest is not.
            Err(failure) if failure.is_denial() => self.head(request, None).await,
            answer => answer,
        };
        answer
            .map(|answer| info(&answer))
            .map_err(|failure| failure.into_fault(&about))
    }

    async fn head(
        &self,
        request: &HeadObject,
        mode: Option<ChecksumMode>,
    ) -> Result<HeadObjectOutput, Failure> {
        let customer = Customer::of(&request.access);
        self.ask(&request.bucket, |client| {
            client
                .head_object()
                .bucket(&request.bucket)
                .key(&request.key)
                .set_version_id(request.version_id.clone())
                .set_checksum_mode(mode.clone())
                .set_expected_bucket_owner(request.access.expected_owner.clone())
                .set_sse_customer_algorithm(customer.algorithm())
                .set_sse_customer_key(customer.key())
                .set_sse_customer_key_md5(customer.md5())
                .send()
        })
        .await
    }

    /// What the signature says of a body. Over TLS and within the machine, hashing every body for it is for
    /// nothing.
    async fn cover(&self, payload: &Payload) -> Result<Cover, Fault> {
        let signed = match payload.signing {
            PayloadSigning::Auto => self.connection().await?.place.exposed,
            PayloadSigning::Always => true,
            PayloadSigning::Never => false,
        };
        Ok(if signed {
            Cover::Precomputed(body_hash(payload).await)
        } else {
            Cover::UnsignedPayload
        })
    }
}

fn completed(request: &Complete, about: &About) -> Result<Vec<CompletedPart>, Fault> {
    let named = request.parts.iter().map(|part| {
        let number = i32::try_from(part.number)
            .map_err(|_| errors::refused(about, "a part number is out of range", ""))?;
        let builder = CompletedPart::builder()
            .part_number(number)
            .e_tag(format!("\"{}\"", part.etag));
        Ok(with_checksum!(builder, part.checksum.as_ref()).build())
    });
    named.collect()
}

/// Without the key SSE-C would be left out, and the object stored as anybody can read it.
pub(super) fn has_its_key(
    options: &ObjectOptions,
    access: &Access,
    about: &About,
) -> Result<(), Fault> {
    if options.encryption == Encryption::Customer && access.customer_key.is_none() {
        return Err(errors::refused(
            about,
            "SSE-C is asked for without a key",
            "name the file or the variable that holds the key",
        ));
    }
    Ok(())
}

fn info(answer: &HeadObjectOutput) -> ObjectInfo {
    let mut metadata: Vec<(String, String)> = answer
        .metadata()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    metadata.sort();
    let encryption = if answer.sse_customer_algorithm().is_some() {
        Some("SSE-C".to_owned())
    } else {
        some(
            answer
                .server_side_encryption()
                .map(ServerSideEncryption::as_str),
        )
    };
    ObjectInfo {
        size: answer
            .content_length()
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or_default(),
        etag: unquoted(answer.e_tag()),
        last_modified: answer.last_modified().and_then(timestamp),
        version_id: some(answer.version_id()),
        checksum: told!(answer),
        checksum_type: some(answer.checksum_type().map(ChecksumType::as_str)),
        content_type: some(answer.content_type()),
        content_encoding: some(answer.content_encoding()),
        content_disposition: some(answer.content_disposition()),
        content_language: some(answer.content_language()),
        cache_control: some(answer.cache_control()),
        tag_count: answer
            .tag_count()
            .and_then(|count| u32::try_from(count).ok()),
        metadata,
        storage_class: some(answer.storage_class().map(StorageClass::as_str)),
        encryption,
    }
}
