//! Multipart uploads: what is listed, and their end without an object.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::convert::{Encoder, etag, fits_xml, from_time, length, time};
use super::options::{access, tell_checksum};
use super::{Service, refused};
use crate::model::{self, Target};
use crate::s3::memory::{Listing, MAX_PAGE};
use crate::s3::{Abort, ListParts, Marker, Store};

pub(super) fn target(bucket: String, key: String, upload_id: String) -> Target {
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

    pub(super) async fn parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let after = input.part_number_marker.unwrap_or_default();
        let access = access!(input)?;
        let target = target(input.bucket, input.key, input.upload_id);
        let request = ListParts {
            target: target.clone(),
            marker: Some(after.max(0).to_string()),
            max_parts: input.max_parts,
            access,
        };
        let page = self.store.list_parts(&request).await.map_err(refused)?;
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
    tell_checksum!(output, &part.checksum);
    output
}
