//! Multipart uploads on their way to an object: begun, filled, completed.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::body;
use super::convert::{etag, fits_xml, time};
use super::options::{access, options, tell_checksum, tell_encryption};
use super::uploads::target;
use super::{Service, refused};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::s3::memory::{Beginning, Meta, Principal};
use crate::s3::{Complete, CreateUpload, NamedPart};

/// The one checksum that a request or a part names.
macro_rules! named_checksum {
    ($input:expr) => {{
        let input = &$input;
        [
            (Algorithm::Crc64Nvme, &input.checksum_crc64nvme),
            (Algorithm::Crc32c, &input.checksum_crc32c),
            (Algorithm::Crc32, &input.checksum_crc32),
            (Algorithm::Sha256, &input.checksum_sha256),
            (Algorithm::Sha1, &input.checksum_sha1),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| {
            value.clone().map(|value| Checksum {
                algorithm: algorithm.name().to_owned(),
                value,
            })
        })
    }};
}

impl Service {
    pub(super) fn begin(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let demo = Principal {
            id: "demo".to_owned(),
            display_name: None,
        };
        let asked = input.checksum_algorithm.as_ref();
        let checksum = asked.map(|of| Algorithm::from_name(of.as_str()).ok_or_else(unknown));
        let request = CreateUpload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            options: options!(input),
            access: access!(input)?,
            checksum: checksum.transpose()?,
        };
        let created = self
            .store
            .begin(Beginning {
                request,
                checksum_type: input
                    .checksum_type
                    .as_ref()
                    .map(|of| of.as_str().to_owned()),
                initiator: Some(demo.clone()),
                owner: Some(demo),
            })
            .map_err(refused)?;
        let target = target(input.bucket, input.key, created.upload_id);
        let meta = self.store.meta(&target).map_err(refused)?;
        let mut output = CreateMultipartUploadOutput {
            abort_date: created.abort_date.map(time),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: meta.checksum_type.clone().map(ChecksumType::from),
            bucket: Some(target.bucket),
            key: Some(target.key).filter(|key| fits_xml(key)),
            upload_id: Some(target.upload_id),
            ..CreateMultipartUploadOutput::default()
        };
        tell_encryption!(output, *meta);
        Ok(output)
    }

    pub(super) async fn receive_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> S3Result<UploadPartOutput> {
        let stream = request.input.body.take();
        let trailers = request.trailing_headers.take();
        let expected = body::Expected::of_part(&request);
        let input = request.input;
        let access = access!(input)?;
        let target = target(input.bucket, input.key, input.upload_id);
        let number = u32::try_from(input.part_number).unwrap_or_default();
        let begun = self
            .store
            .receive_part(&target, &access, expected.algorithm());
        let mut intake = match begun {
            Ok(intake) => intake,
            Err(fault) => {
                body::drain(stream).await;
                return Err(refused(fault));
            }
        };
        let promised = body::receive(stream, expected, trailers, &mut intake).await?;
        let receipt = self
            .store
            .keep_part(&target, number, intake, promised.as_ref())
            .map_err(refused)?;
        let mut output = UploadPartOutput {
            e_tag: Some(etag(receipt.etag)),
            ..UploadPartOutput::default()
        };
        tell_checksum!(output, &receipt.checksum);
        if let Ok(meta) = self.store.meta(&target) {
            tell_encryption!(output, *meta);
        }
        Ok(output)
    }

    pub(super) fn complete(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let access = access!(input)?;
        let checksum = named_checksum!(input);
        let kind = input.checksum_type.as_ref().map(ChecksumType::as_str);
        let named = input.multipart_upload.and_then(|upload| upload.parts);
        let request = Complete {
            target: target(input.bucket, input.key, input.upload_id),
            access,
            parts: named.unwrap_or_default().into_iter().map(part).collect(),
            size: input
                .mpu_object_size
                .and_then(|size| u64::try_from(size).ok()),
            checksum,
            if_none_match: matches!(input.if_none_match, Some(ETagCondition::Any)),
        };
        let object = self.store.finish(&request, kind).map_err(refused)?;
        let target = request.target;
        let mut output = CompleteMultipartUploadOutput {
            e_tag: Some(etag(object.etag.clone())),
            bucket: Some(target.bucket),
            key: Some(target.key).filter(|key| fits_xml(key)),
            checksum_type: object
                .checksum
                .as_ref()
                .and_then(|_| object.meta.checksum_type.clone())
                .map(ChecksumType::from),
            server_side_encryption: encrypted(&object.meta),
            ..CompleteMultipartUploadOutput::default()
        };
        tell_checksum!(output, &object.checksum);
        Ok(output)
    }
}

fn part(part: CompletedPart) -> NamedPart {
    let checksum = named_checksum!(part);
    NamedPart {
        number: part
            .part_number
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or_default(),
        etag: part
            .e_tag
            .map(|tag| tag.value().to_owned())
            .unwrap_or_default(),
        checksum,
    }
}

fn encrypted(meta: &Meta) -> Option<ServerSideEncryption> {
    meta.customer
        .is_none()
        .then(|| meta.encryption().to_owned().into())
}

fn unknown() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidRequest,
        "Checksum algorithm provided is unsupported.",
    )
}
