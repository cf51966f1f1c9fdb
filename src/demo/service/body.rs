//! Receiving a body and checking what was promised of it: s3s parses the checksums, but leaves them to us.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{PutObjectInput, StreamingBlob, UploadPartInput};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, TrailingHeaders};

use crate::model::part::Checksum;
use crate::s3::memory::{base64, md5};

const HEADER: &str = "x-amz-checksum-";
const ALGORITHMS: [&str; 5] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

/// What the client says of the body.
#[derive(Debug, Default)]
pub(super) struct Expected {
    content_md5: Option<String>,
    checksum: Option<Checksum>,
    /// The algorithm whose value comes after the body.
    trailer: Option<String>,
}

/// What came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) body: Bytes,
    pub(super) checksum: Option<Checksum>,
}

impl Expected {
    pub(super) fn of_part(request: &S3Request<UploadPartInput>) -> Self {
        Self::of(request, request.input.content_md5.clone())
    }

    pub(super) fn of_object(request: &S3Request<PutObjectInput>) -> Self {
        Self::of(request, request.input.content_md5.clone())
    }

    fn of<T>(request: &S3Request<T>, content_md5: Option<String>) -> Self {
        let headers = &request.headers;
        let text = |name: &str| {
            let value = headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let known = |algorithm: &&&str| text(&header(algorithm)).is_some();
        let announced = text("x-amz-trailer").unwrap_or_default();
        Self {
            content_md5,
            checksum: ALGORITHMS.iter().find(known).and_then(|algorithm| {
                let value = text(&header(algorithm))?;
                Some(Checksum {
                    algorithm: (*algorithm).to_owned(),
                    value,
                })
            }),
            trailer: ALGORITHMS
                .iter()
                .find(|algorithm| announced.eq_ignore_ascii_case(&header(algorithm)))
                .map(|algorithm| (*algorithm).to_owned()),
        }
    }
}

fn header(algorithm: &str) -> String {
    format!("{HEADER}{}", algorithm.to_ascii_lowercase())
}

/// Reads the body to its end. `BadDigest` when it is not what was promised.
pub(super) async fn receive(
    stream: Option<StreamingBlob>,
    expected: Expected,
    trailers: Option<TrailingHeaders>,
) -> S3Result<Received> {
    let mut collected = BytesMut::new();
    if let Some(mut stream) = stream {
        while let Some(chunk) = stream.next().await {
            let chunk =
                chunk.map_err(|error| S3Error::with_source(S3ErrorCode::IncompleteBody, error))?;
            collected.extend_from_slice(&chunk);
        }
    }
    let body = collected.freeze();
    if expected
        .content_md5
        .is_some_and(|promised| promised != base64(&md5(&body)))
    {
        return Err(bad_digest(
            "The Content-MD5 you specified did not match what we received.",
        ));
    }
    let trailing = expected.trailer.and_then(|algorithm| {
        let name = header(&algorithm);
        let read = |headers: &hyper::HeaderMap| {
            let value = headers.get(name.as_str())?;
            value.to_str().ok().map(str::to_owned)
        };
        let value = trailers?.read(read)??;
        Some(Checksum { algorithm, value })
    });
    let checksum = expected.checksum.or(trailing);
    if let Some(promised) = &checksum
        && compute(&promised.algorithm, &body).as_ref() != Some(&promised.value)
    {
        return Err(bad_digest(
            "The checksum you specified did not match what we received.",
        ));
    }
    Ok(Received { body, checksum })
}

fn bad_digest(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::BadDigest, message)
}

fn compute(algorithm: &str, body: &[u8]) -> Option<String> {
    let mut hasher = ChecksumHasher::default();
    match algorithm {
        "CRC32" => hasher.crc32 = Some(Crc32::new()),
        "CRC32C" => hasher.crc32c = Some(Crc32c::new()),
        "CRC64NVME" => hasher.crc64nvme = Some(Crc64Nvme::new()),
        "SHA1" => hasher.sha1 = Some(Sha1::new()),
        "SHA256" => hasher.sha256 = Some(Sha256::new()),
        _ => return None,
    }
    hasher.update(body);
    let computed = hasher.finalize();
    computed
        .checksum_crc32
        .or(computed.checksum_crc32c)
        .or(computed.checksum_crc64nvme)
        .or(computed.checksum_sha1)
        .or(computed.checksum_sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_is_not_what_was_promised_is_refused() {
        let stream = || {
            let chunks = [Ok::<_, std::io::Error>(Bytes::from_static(b"123456789"))];
            Some(StreamingBlob::wrap(futures_util::stream::iter(chunks)))
        };
        let promised = |value: &str| Expected {
            checksum: Some(Checksum {
                algorithm: "CRC32".to_owned(),
                value: value.to_owned(),
            }),
            ..Expected::default()
        };
        // The check value of CRC-32/ISO-HDLC is cbf43926.
        let good = receive(stream(), promised("y/Q5Jg=="), None).await.unwrap();
        assert_eq!(good.body.len(), 9);
        let bad = receive(stream(), promised("AAAAAA=="), None).await;
        assert_eq!(bad.unwrap_err().code(), &S3ErrorCode::BadDigest);
        let wrong = Expected {
            content_md5: Some(base64(&md5(b"other"))),
            ..Expected::default()
        };
        let bad = receive(stream(), wrong, None).await;
        assert_eq!(bad.unwrap_err().code(), &S3ErrorCode::BadDigest);
    }
}
