//! What makes objects: an upload begun, its parts, its completion, and objects in one piece.
//!
//! None of these requests is repeated by the SDK: a second create would leave a second upload behind, and a part
//! is repeated by whoever paces them. Bodies have no time-out either; whoever waits sees by the meter whether
//! bytes still pass.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{StalledStreamProtectionConfig, timeout::TimeoutConfig};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
    ObjectCannedAcl, ServerSideEncryption, StorageClass,
};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use md5::{Digest, Md5};
use tokio::time::{Sleep, sleep};

use super::parts::unquoted;
use super::{SdkStore, errors, some, timestamp};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::send::{Access, CustomerKey, Encryption, ObjectOptions, PayloadSigning};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::encoding::query_component;
use crate::s3::{
    Complete, CreateUpload, Created, HeadObject, Meter, ObjectInfo, Payload, PutObject, Receipt,
    UploadPart,
};

/// The three headers of SSE-C.
#[derive(Debug)]
pub(super) struct Customer<'a>(Option<&'a CustomerKey>);

impl<'a> Customer<'a> {
    pub(super) const fn of(access: &'a Access) -> Self {
        Self(access.customer_key.as_ref())
    }

    pub(super) fn algorithm(&self) -> Option<String> {
        self.0.map(|_| "AES256".to_owned())
    }

    pub(super) fn key(&self) -> Option<String> {
        self.0.map(|key| aws_smithy_types::base64::encode(key.0))
    }

    pub(super) fn md5(&self) -> Option<String> {
        self.0
            .map(|key| aws_smithy_types::base64::encode(Md5::digest(key.0)))
    }
}

/// One value, where there is a checksum of this algorithm.
fn value(checksum: Option<&Checksum>, algorithm: Algorithm) -> Option<String> {
    checksum
        .filter(|checksum| checksum.algorithm.eq_ignore_ascii_case(algorithm.name()))
        .map(|checksum| checksum.value.clone())
}

/// The first checksum that a service tells of.
macro_rules! told {
    ($answer:expr) => {{
        let answer = $answer;
        [
            (Algorithm::Crc64Nvme, answer.checksum_crc64_nvme()),
            (Algorithm::Crc32c, answer.checksum_crc32_c()),
            (Algorithm::Crc32, answer.checksum_crc32()),
            (Algorithm::Sha256, answer.checksum_sha256()),
            (Algorithm::Sha1, answer.checksum_sha1()),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| {
            some(value).map(|value| Checksum {
                algorithm: algorithm.name().to_owned(),
                value,
            })
        })
    }};
}

/// Sets the checksum's header, whichever it is.
macro_rules! with_checksum {
    ($request:expr, $checksum:expr) => {{
        let checksum = $checksum;
        $request
            .set_checksum_crc32(value(checksum, Algorithm::Crc32))
            .set_checksum_crc32_c(value(checksum, Algorithm::Crc32c))
            .set_checksum_crc64_nvme(value(checksum, Algorithm::Crc64Nvme))
            .set_checksum_sha1(value(checksum, Algorithm::Sha1))
            .set_checksum_sha256(value(checksum, Algorithm::Sha256))
    }};
}

/// What an object is stored with.
macro_rules! with_options {
    ($request:expr, $options:expr, $access:expr) => {{
        let options: &ObjectOptions = $options;
        let access: &Access = $access;
        let customer = Customer::of(access);
        let (encryption, key_id) = encryption(&options.encryption);
        $request
            .set_storage_class(options.storage_class.as_deref().map(StorageClass::from))
            .set_content_type(options.content_type.clone())
            .set_content_encoding(options.content_encoding.clone())
            .set_content_disposition(options.content_disposition.clone())
            .set_content_language(options.content_language.clone())
            .set_cache_control(options.cache_control.clone())
            .set_metadata(
                (!options.metadata.is_empty()).then(|| options.metadata.iter().cloned().collect()),
            )
            .set_tagging(tagging(&options.tags))
            .set_acl(options.acl.as_deref().map(ObjectCannedAcl::from))
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(key_id)
            .set_expected_bucket_owner(access.expected_owner.clone())
            .set_sse_customer_algorithm(customer.algorithm())
            .set_sse_customer_key(customer.key())
            .set_sse_customer_key_md5(customer.md5())
    }};
}

fn encryption(of: &Encryption) -> (Option<ServerSideEncryption>, Option<String>) {
    match of {
        Encryption::Default | Encryption::Customer => (None, None),
        Encryption::S3 => (Some(ServerSideEncryption::Aes256), None),
        Encryption::Kms { key_id } => (Some(ServerSideEncryption::AwsKms), key_id.clone()),
    }
}

/// `key=value&…`, encoded as a query.
fn tagging(tags: &[(String, String)]) -> Option<String> {
    let pairs: Vec<String> = tags
        .iter()
        .map(|(name, value)| format!("{}={}", query_component(name), query_component(value)))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// Sent once.
fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// Sent once, and waited for as long as it takes.
fn patient() -> Builder {
    once()
        .timeout_config(TimeoutConfig::builder().disable_read_timeout().build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

impl SdkStore {
    pub(super) async fn begin_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        let about = About::key(
            Operation::CreateMultipartUpload,
            &request.bucket,
            &request.key,
        );
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
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        let upload_id = some(answer.upload_id()).ok_or_else(|| Fault {
            kind: Kind::Garbled,
            ..errors::refused(&about, "the server answered without an upload ID", "")
        })?;
        Ok(Created {
            upload_id,
            abort_date: answer.abort_date().and_then(timestamp),
        })
    }

    pub(super) async fn store_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let target = &request.target;
        let about = About::key(Operation::UploadPart, &target.bucket, &target.key);
        let number = i32::try_from(request.number)
            .map_err(|_| errors::refused(&about, "the part number is out of range", ""))?;
        let signed = self.signs(request.payload.signing).await?;
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
                    .body(body(&request.payload, signed));
                let part = with_checksum!(part, request.payload.checksum.as_ref()).customize();
                let part = part.config_override(patient());
                async move {
                    if signed {
                        part.send().await
                    } else {
                        part.disable_payload_signing().send().await
                    }
                }
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
        let signed = self.signs(request.payload.signing).await?;
        let answer = self
            .ask(&request.bucket, |client| {
                let put = client
                    .put_object()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .set_if_none_match(request.if_none_match.then(|| "*".to_owned()))
                    .body(body(&request.payload, signed));
                let put = with_options!(put, &request.options, &request.access);
                let put = with_checksum!(put, request.payload.checksum.as_ref()).customize();
                let put = put.config_override(patient());
                async move {
                    if signed {
                        put.send().await
                    } else {
                        put.disable_payload_signing().send().await
                    }
                }
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
                    .config_override(once())
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
        let customer = Customer::of(&request.access);
        let answer = self
            .ask(&request.bucket, |client| {
                client
                    .head_object()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .checksum_mode(ChecksumMode::Enabled)
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .set_sse_customer_algorithm(customer.algorithm())
                    .set_sse_customer_key(customer.key())
                    .set_sse_customer_key_md5(customer.md5())
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        Ok(ObjectInfo {
            size: answer
                .content_length()
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or_default(),
            etag: unquoted(answer.e_tag()),
            last_modified: answer.last_modified().and_then(timestamp),
            version_id: some(answer.version_id()),
            checksum: told!(&answer),
            checksum_type: some(answer.checksum_type().map(ChecksumType::as_str)),
        })
    }

    /// Over TLS and within the machine, hashing every body for its signature is for nothing.
    async fn signs(&self, wish: PayloadSigning) -> Result<bool, Fault> {
        let exposed = self.connection().await?.place.exposed;
        Ok(match wish {
            PayloadSigning::Auto => exposed,
            PayloadSigning::Always => true,
            PayloadSigning::Never => false,
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

/// A signed body is hashed whole before it goes; any other goes in slices that are counted and paced.
fn body(payload: &Payload, signed: bool) -> ByteStream {
    let Some(meter) = payload.meter.as_ref().filter(|_| !signed) else {
        return ByteStream::from(payload.body.clone());
    };
    let (meter, bytes) = (Arc::clone(meter), payload.body.clone());
    ByteStream::new(SdkBody::retryable(move || {
        meter.restarted();
        SdkBody::from_body_1_x(Slices {
            rest: bytes.clone(),
            meter: Arc::clone(&meter),
            waiting: None,
        })
    }))
}

/// Bytes that go slice by slice, as fast as the meter lets them.
struct Slices {
    rest: Bytes,
    meter: Arc<dyn Meter>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Body for Slices {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        let len = this.meter.slice().clamp(1, this.rest.len());
        loop {
            if let Some(waiting) = &mut this.waiting {
                ready!(waiting.as_mut().poll(context));
                this.waiting = None;
            }
            match this.meter.wait(len) {
                Some(span) => this.waiting = Some(Box::pin(sleep(span))),
                None => break,
            }
        }
        this.meter.passed(len);
        Poll::Ready(Some(Ok(Frame::data(this.rest.split_to(len)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
