//! Copies within the service, and what has to be known for one.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use std::ops::Range as Stretch;

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::convert::{etag, time};
use super::options::{access, bearer, options, tags, tell_checksum};
use super::uploads::target;
use super::{Service, refused};
use crate::model::Algorithm;
use crate::model::copy::ObjectRef;
use crate::s3::{self, HeadObject};

/// The object that is copied, from any request that names one. `NotImplemented` for access points.
macro_rules! source {
    ($input:expr) => {{
        let input = &$input;
        let CopySource::Bucket {
            bucket,
            key,
            version_id,
        } = &input.copy_source
        else {
            return Err(S3ErrorCode::NotImplemented.into());
        };
        let opening = bearer(
            input.copy_source_sse_customer_key.as_deref(),
            input.copy_source_sse_customer_key_md5.as_deref(),
            input.expected_source_bucket_owner.as_deref(),
        )?;
        let if_match = match &input.copy_source_if_match {
            Some(ETagCondition::ETag(tag)) => Some(tag.value().to_owned()),
            Some(ETagCondition::Any) | None => None,
        };
        s3::CopySource {
            object: ObjectRef {
                bucket: bucket.to_string(),
                key: key.to_string(),
                version_id: version_id.as_ref().map(ToString::to_string),
            },
            if_match,
            customer_key: opening.customer_key,
            expected_owner: opening.expected_owner,
        }
    }};
}

impl Service {
    pub(super) fn copy_part(&self, input: &UploadPartCopyInput) -> S3Result<UploadPartCopyOutput> {
        let from = source!(input);
        let source = self.store.open(&opening(&from)).map_err(refused)?;
        let range = copied_range(input.copy_source_range.as_deref(), source.size)?;
        let request = s3::CopyPart {
            target: target(
                input.bucket.clone(),
                input.key.clone(),
                input.upload_id.clone(),
            ),
            access: access!(input)?,
            number: u32::try_from(input.part_number).unwrap_or_default(),
            from,
            offset: range.start,
            len: range.end.saturating_sub(range.start),
        };
        let receipt = self.store.put_copied_part(&request).map_err(refused)?;
        let mut result = CopyPartResult {
            e_tag: Some(etag(receipt.etag)),
            last_modified: Some(time(self.store.clock().now())),
            ..CopyPartResult::default()
        };
        tell_checksum!(result, &receipt.checksum);
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            ..UploadPartCopyOutput::default()
        })
    }

    pub(super) fn copy_object(
        &self,
        request: &S3Request<CopyObjectInput>,
    ) -> S3Result<CopyObjectOutput> {
        let input = &request.input;
        let replaces = |directive: Option<&str>| directive == Some("REPLACE");
        let options = options!(input);
        let asked = input.checksum_algorithm.as_ref();
        let copy = s3::CopyObject {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            from: source!(input),
            metadata: replaces(
                input
                    .metadata_directive
                    .as_ref()
                    .map(MetadataDirective::as_str),
            )
            .then(|| options.clone()),
            tags: replaces(
                input
                    .tagging_directive
                    .as_ref()
                    .map(TaggingDirective::as_str),
            )
            .then(|| tags(input.tagging.as_deref())),
            options,
            access: access!(input)?,
            checksum: asked.and_then(|of| Algorithm::from_name(of.as_str())),
            // The protocol's types do not know it here.
            if_none_match: request.headers.contains_key("if-none-match"),
        };
        let object = self.store.put_copied_object(&copy).map_err(refused)?;
        let mut result = CopyObjectResult {
            e_tag: Some(etag(object.etag.clone())),
            last_modified: Some(time(object.last_modified)),
            ..CopyObjectResult::default()
        };
        tell_checksum!(result, &object.checksum);
        Ok(CopyObjectOutput {
            copy_object_result: Some(result),
            ..CopyObjectOutput::default()
        })
    }

    pub(super) fn tagging(&self, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
        let request = HeadObject {
            access: bearer(None, None, input.expected_bucket_owner.as_deref())?,
            bucket: input.bucket,
            key: input.key,
            version_id: input.version_id,
        };
        let found = self.store.tags(&request).map_err(refused)?;
        Ok(GetObjectTaggingOutput {
            tag_set: found
                .into_iter()
                .map(|(name, value)| Tag {
                    key: Some(name),
                    value: Some(value),
                })
                .collect(),
            ..GetObjectTaggingOutput::default()
        })
    }
}

/// The range that is copied, whether or not the source is so long: S3 shortens none here, as it does when
/// something is read.
fn copied_range(header: Option<&str>, size: u64) -> S3Result<Stretch<u64>> {
    let Some(header) = header else {
        return Ok(0..size);
    };
    let ends = header
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'));
    let ends = ends.and_then(|(from, last)| Some((from.parse().ok()?, last.parse().ok()?)));
    match ends {
        Some((from, last)) if from <= last => Ok(from..u64::saturating_add(last, 1)),
        _ => Err(S3ErrorCode::InvalidArgument.into()),
    }
}

fn opening(from: &s3::CopySource) -> HeadObject {
    HeadObject {
        bucket: from.object.bucket.clone(),
        key: from.object.key.clone(),
        version_id: from.object.version_id.clone(),
        access: crate::model::send::Access {
            customer_key: from.customer_key.clone(),
            expected_owner: from.expected_owner.clone(),
        },
    }
}
