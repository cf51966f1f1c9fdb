//! Multipart uploads.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::body;
use super::convert::{Encoder, etag, fits_xml, from_time, length, time};
use super::objects::{read, requested_range};
use super::{Service, refused};
use crate::model::{self, Target};
use crate::s3::memory::{Completed, Listing, MAX_PAGE, Meta, NewUpload, Principal, StoredPart};
use crate::s3::{Abort, Marker, Store};

fn target(bucket: String, key: String, upload_id: String) -> Target {
    Target {
        bucket,
        key,
        upload_id,
    }
}

fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

impl Service {
    pub(super) fn uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        let encoder = Encoder::new(input.encoding_type.as_ref());
        let listing = Listing {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            marker: not_empty(input.key_marker.clone()).map(|key| Marker {
                key,
                upload_id: not_empty(input.upload_id_marker.clone()),
            }),
            max_uploads: input.max_uploads,
        };
        let listed = self.store.list(&listing).map_err(refused)?;
        let uploads = listed.uploads.into_iter();
        let prefixes = listed.common_prefixes.into_iter();
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            common_prefixes: Some(
                prefixes
                    .map(|prefix| CommonPrefix {
                        prefix: Some(encoder.encode(prefix)),
                    })
                    .collect(),
            ),
            delimiter: not_empty(input.delimiter).map(|text| encoder.encode(text)),
            encoding_type: input.encoding_type,
            is_truncated: Some(listed.next.is_some()),
            key_marker: Some(encoder.encode(input.key_marker.unwrap_or_default())),
            max_uploads: Some(input.max_uploads.unwrap_or(MAX_PAGE).min(MAX_PAGE)),
            next_key_marker: listed.next.as_ref().map(|m| encoder.encode(m.key.clone())),
            next_upload_id_marker: listed.next.and_then(|marker| marker.upload_id),
            prefix: Some(encoder.encode(input.prefix.unwrap_or_default())),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            uploads: Some(uploads.map(|upload| entry(upload, encoder)).collect()),
            ..ListMultipartUploadsOutput::default()
        })
    }

    pub(super) fn parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let after = input.part_number_marker.unwrap_or_default();
        let target = target(input.bucket, input.key, input.upload_id);
        let from = u32::try_from(after).unwrap_or_default();
        let page = self
            .store
            .parts(&target, from, input.max_parts)
            .map_err(refused)?;
        let next = page.next.as_deref().and_then(|next| next.parse().ok());
        Ok(ListPartsOutput {
            abort_date: page.info.abort_date.map(time),
            abort_rule_id: page.info.abort_rule_id,
            bucket: Some(target.bucket),
            checksum_algorithm: page.info.checksum_algorithm.map(ChecksumAlgorithm::from),
            checksum_type: page.info.checksum_type.map(ChecksumType::from),
            initiator: page.info.initiator.map(initiator),
            is_truncated: Some(next.is_some()),
            // There is no encoding-type here: a key that XML cannot carry would spoil the answer.
            key: Some(target.key).filter(|key| fits_xml(key)),
            max_parts: Some(input.max_parts.unwrap_or(MAX_PAGE).min(MAX_PAGE)),
            next_part_number_marker: next,
            owner: page.info.owner.map(owner),
            part_number_marker: Some(after),
            parts: Some(page.parts.into_iter().map(part).collect()),
            storage_class: page.info.storage_class.map(StorageClass::from),
            upload_id: Some(target.upload_id),
            ..ListPartsOutput::default()
        })
    }

    pub(super) fn begin(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let demo = || Principal {
            id: "demo".to_owned(),
            display_name: None,
        };
        let class = input.storage_class.as_ref().map(StorageClass::as_str);
        let algorithm = input.checksum_algorithm.as_ref();
        let kind = input.checksum_type.as_ref();
        let upload = NewUpload {
            key: input.key.clone(),
            meta: Arc::new(Meta {
                storage_class: Some(class.unwrap_or(StorageClass::STANDARD).to_owned()),
                initiator: Some(demo()),
                owner: Some(demo()),
                checksum_algorithm: algorithm.map(|algorithm| algorithm.as_str().to_owned()),
                checksum_type: kind.map(|kind| kind.as_str().to_owned()),
            }),
            ..NewUpload::default()
        };
        let upload_id = self
            .store
            .insert_upload(&input.bucket, upload)
            .map_err(refused)?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            key: Some(input.key).filter(|key| fits_xml(key)),
            upload_id: Some(upload_id),
            ..CreateMultipartUploadOutput::default()
        })
    }

    pub(super) async fn receive_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> S3Result<UploadPartOutput> {
        let stream = request.input.body.take();
        let expected = body::Expected::of_part(&request);
        let received = body::receive(stream, expected, request.trailing_headers.take()).await?;
        let input = request.input;
        let target = target(input.bucket, input.key, input.upload_id);
        let number = u32::try_from(input.part_number).unwrap_or_default();
        let now = self.store.clock().now();
        let mut part = StoredPart::with_body(number, received.body, now);
        let mut output = UploadPartOutput::default();
        if let Some(checksum) = &received.checksum {
            let value = Some(checksum.value.clone());
            match checksum.algorithm.as_str() {
                "CRC32" => output.checksum_crc32 = value,
                "CRC32C" => output.checksum_crc32c = value,
                "CRC64NVME" => output.checksum_crc64nvme = value,
                "SHA1" => output.checksum_sha1 = value,
                _ => output.checksum_sha256 = value,
            }
        }
        part.checksum = received.checksum;
        output.e_tag = Some(etag(self.store.put_part(&target, part).map_err(refused)?));
        Ok(output)
    }

    pub(super) fn copy_part(&self, input: &UploadPartCopyInput) -> S3Result<UploadPartCopyOutput> {
        let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
            return Err(S3ErrorCode::NotImplemented.into());
        };
        let object = self.store.object(bucket, key).map_err(refused)?;
        let range = requested_range(input.copy_source_range.as_deref(), object.size)?;
        let now = self.store.clock().now();
        let number = u32::try_from(input.part_number).unwrap_or_default();
        let part = StoredPart::with_body(number, read(&object, range), now);
        let target = target(
            input.bucket.clone(),
            input.key.clone(),
            input.upload_id.clone(),
        );
        let value = self.store.put_part(&target, part).map_err(refused)?;
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(CopyPartResult {
                e_tag: Some(etag(value)),
                last_modified: Some(time(now)),
                ..CopyPartResult::default()
            }),
            ..UploadPartCopyOutput::default()
        })
    }

    pub(super) fn complete(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let named = input.multipart_upload.and_then(|upload| upload.parts);
        let parts: Vec<Completed> = named
            .unwrap_or_default()
            .into_iter()
            .map(|part| Completed {
                number: part
                    .part_number
                    .and_then(|number| u32::try_from(number).ok())
                    .unwrap_or_default(),
                etag: part
                    .e_tag
                    .map(|tag| tag.value().to_owned())
                    .unwrap_or_default(),
            })
            .collect();
        let only_if_absent = matches!(input.if_none_match, Some(ETagCondition::Any));
        let target = target(input.bucket, input.key, input.upload_id);
        let object = self
            .store
            .complete(&target, &parts, only_if_absent)
            .map_err(refused)?;
        Ok(CompleteMultipartUploadOutput {
            e_tag: Some(etag(object.etag.clone())),
            bucket: Some(target.bucket),
            key: Some(target.key).filter(|key| fits_xml(key)),
            ..CompleteMultipartUploadOutput::default()
        })
    }

    pub(super) async fn end(&self, input: AbortMultipartUploadInput) -> S3Result<()> {
        let if_initiated = match &input.if_match_initiated_time {
            None => None,
            Some(at) => Some(from_time(at).ok_or_else(|| {
                S3Error::with_message(S3ErrorCode::InvalidArgument, "The time cannot be read")
            })?),
        };
        let request = Abort {
            target: target(input.bucket, input.key, input.upload_id),
            if_initiated,
        };
        self.store.abort(&request).await.map_err(refused)
    }
}

fn initiator(name: String) -> Initiator {
    Initiator {
        display_name: Some(name.clone()),
        id: Some(name),
    }
}

fn owner(name: String) -> Owner {
    Owner {
        display_name: Some(name.clone()),
        id: Some(name),
    }
}

fn entry(upload: model::Upload, encoder: Encoder) -> MultipartUpload {
    MultipartUpload {
        checksum_algorithm: upload.checksum_algorithm.map(ChecksumAlgorithm::from),
        checksum_type: upload.checksum_type.map(ChecksumType::from),
        initiated: upload.initiated.map(time),
        initiator: upload.initiator.map(initiator),
        key: Some(encoder.encode(upload.key)),
        owner: upload.owner.map(owner),
        storage_class: upload.storage_class.map(StorageClass::from),
        upload_id: Some(upload.upload_id),
    }
}

fn part(part: model::Part) -> Part {
    let mut output = Part {
        e_tag: Some(etag(part.etag)),
        last_modified: part.last_modified.map(time),
        part_number: i32::try_from(part.number).ok(),
        size: Some(length(part.size)),
        ..Part::default()
    };
    if let Some(checksum) = part.checksum {
        let value = Some(checksum.value);
        match checksum.algorithm.as_str() {
            "CRC32" => output.checksum_crc32 = value,
            "CRC32C" => output.checksum_crc32c = value,
            "CRC64NVME" => output.checksum_crc64nvme = value,
            "SHA1" => output.checksum_sha1 = value,
            "SHA256" => output.checksum_sha256 = value,
            _ => {}
        }
    }
    output
}
