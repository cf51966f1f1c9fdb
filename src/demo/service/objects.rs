//! Objects, as far as a demonstration needs them.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use bytes::Bytes;
use futures_util::stream;
use hyper::StatusCode;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result};

use super::body;
use super::convert::{Encoder, etag, length, time};
use super::options::{access, options, tell_checksum, tell_encryption, tell_object};
use super::{Answer, Service, refused};
use crate::s3::memory::{MAX_PAGE, Objects};
use crate::s3::{HeadObject, Payload, PutObject};

/// How much is sent in one go.
const CHUNK: u64 = 1 << 20;

impl Service {
    pub(super) async fn receive_object(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<PutObjectOutput> {
        let stream = request.input.body.take();
        let trailers = request.trailing_headers.take();
        let expected = body::Expected::of_object(&request);
        let input = request.input;
        let mut put = PutObject {
            options: options!(input),
            access: access!(input)?,
            if_none_match: matches!(input.if_none_match, Some(ETagCondition::Any)),
            payload: Payload::of(Bytes::new()),
            bucket: input.bucket,
            key: input.key,
        };
        let mut intake = self.store.receive_object(expected.algorithm());
        put.payload.checksum = body::receive(stream, expected, trailers, &mut intake).await?;
        let object = self.store.keep_object(&put, intake).map_err(refused)?;
        let mut output = PutObjectOutput {
            e_tag: Some(etag(object.etag.clone())),
            checksum_type: object.meta.checksum_type.clone().map(ChecksumType::from),
            ..PutObjectOutput::default()
        };
        tell_checksum!(output, &object.checksum);
        tell_encryption!(output, *object.meta);
        Ok(output)
    }

    pub(super) fn describe_object(&self, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
        let request = HeadObject {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            version_id: input.version_id.clone(),
            access: access!(input)?,
        };
        let object = self.store.open(&request).map_err(refused)?;
        let mut output = HeadObjectOutput {
            content_length: Some(length(object.size)),
            // Told only of a part that was asked for. Source: API reference of HeadObject.
            parts_count: input
                .part_number
                .and(object.parts)
                .and_then(|parts| i32::try_from(parts).ok()),
            ..HeadObjectOutput::default()
        };
        tell_object!(output, object, input.checksum_mode);
        Ok(output)
    }

    pub(super) fn send_object(&self, input: &GetObjectInput) -> Answer<GetObjectOutput> {
        let request = HeadObject {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            version_id: input.version_id.clone(),
            access: access!(input)?,
        };
        let object = self.store.open(&request).map_err(refused)?;
        let range = match &input.range {
            None => 0..object.size,
            Some(range) => range
                .check(object.size)
                .map_err(|_| S3ErrorCode::InvalidRange)?,
        };
        let partial = input.range.is_some();
        let mut output = GetObjectOutput {
            content_length: Some(length(range.end - range.start)),
            ..GetObjectOutput::default()
        };
        // A checksum of the whole would not fit a stretch of it.
        let mode = input.checksum_mode.clone().filter(|_| !partial);
        tell_object!(output, object, mode);
        if partial {
            let last = range.end.saturating_sub(1);
            output.content_range = Some(format!("bytes {}-{last}/{}", range.start, object.size));
        }
        // Read piece by piece: an object may be larger than the memory that holds its records.
        let starts = (range.start..range.end).step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX));
        let end = range.end;
        let chunks = starts
            .map(move |start| Ok::<_, std::io::Error>(object.bytes(start..end.min(start + CHUNK))));
        output.body = Some(StreamingBlob::wrap(stream::iter(chunks)));
        let mut response = S3Response::new(output);
        response.status = partial.then_some(StatusCode::PARTIAL_CONTENT);
        Ok(response)
    }

    pub(super) fn objects(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        if input.delimiter.as_deref().is_some_and(|d| !d.is_empty()) {
            return Err(S3ErrorCode::NotImplemented.into());
        }
        let encoder = Encoder::new(input.encoding_type.as_ref());
        let prefix = input.prefix.unwrap_or_default();
        let after = input.continuation_token.clone().or(input.start_after);
        let max = input.max_keys.unwrap_or(MAX_PAGE).clamp(0, MAX_PAGE);
        let size = usize::try_from(max).unwrap_or_default();
        let Objects { found, more } = self
            .store
            .objects(&input.bucket, &prefix, &after.unwrap_or_default(), size)
            .map_err(refused)?;
        let last = found.last().map(|(key, _)| key.clone());
        let contents = found.into_iter().map(|(key, object)| Object {
            e_tag: Some(etag(object.etag.clone())),
            key: Some(encoder.encode(key)),
            last_modified: Some(time(object.last_modified)),
            size: Some(length(object.size)),
            ..Object::default()
        });
        let contents: Vec<Object> = contents.collect();
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(encoder.encode(prefix)),
            max_keys: Some(max),
            key_count: i32::try_from(contents.len()).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(more),
            next_continuation_token: last.filter(|_| more),
            contents: Some(contents),
            encoding_type: input.encoding_type,
            ..ListObjectsV2Output::default()
        })
    }
}
