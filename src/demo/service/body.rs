//! Receiving a body and what was promised of it: s3s parses the checksums, but leaves them to us.

use futures_util::StreamExt;
use s3s::dto::{PutObjectInput, StreamingBlob, UploadPartInput};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, TrailingHeaders};

use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::s3::memory::{Intake, MAX_BODY, base64};

const HEADER: &str = "x-amz-checksum-";

/// What the client says of the body.
#[derive(Debug, Default)]
pub(super) struct Expected {
    content_md5: Option<String>,
    checksum: Option<Checksum>,
    /// The algorithm whose value comes after the body.
    trailer: Option<Algorithm>,
    /// Bytes.
    length: Option<u64>,
}

impl Expected {
    pub(super) fn of_part(request: &S3Request<UploadPartInput>) -> Self {
        let input = &request.input;
        Self::of(request, input.content_md5.clone(), input.content_length)
    }

    pub(super) fn of_object(request: &S3Request<PutObjectInput>) -> Self {
        let input = &request.input;
        Self::of(request, input.content_md5.clone(), input.content_length)
    }

    fn of<T>(request: &S3Request<T>, content_md5: Option<String>, length: Option<i64>) -> Self {
        let headers = &request.headers;
        let text = |name: &str| {
            let value = headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let announced = text("x-amz-trailer").unwrap_or_default();
        Self {
            content_md5,
            checksum: Algorithm::ALL.into_iter().find_map(|algorithm| {
                let value = text(&header(algorithm))?;
                Some(Checksum {
                    algorithm: algorithm.name().to_owned(),
                    value,
                })
            }),
            trailer: Algorithm::ALL
                .into_iter()
                .find(|algorithm| announced.trim().eq_ignore_ascii_case(&header(*algorithm))),
            length: length.and_then(|length| u64::try_from(length).ok()),
        }
    }

    /// The algorithm to compute while the body arrives.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        let sent = self.checksum.as_ref();
        sent.and_then(|checksum| Algorithm::from_name(&checksum.algorithm))
            .or(self.trailer)
    }
}

fn header(algorithm: Algorithm) -> String {
    format!("{HEADER}{}", algorithm.name().to_ascii_lowercase())
}

/// Reads a body that is refused, so that the client hears why instead of finding the connection closed.
pub(super) async fn drain(stream: Option<StreamingBlob>) {
    let Some(mut stream) = stream else { return };
    while let Some(Ok(_)) = stream.next().await {}
}

/// Reads the body to its end; answers the checksum that was promised of it. `EntityTooLarge`, `BadDigest` when
/// it is not of the MD5 that was promised.
pub(super) async fn receive(
    stream: Option<StreamingBlob>,
    expected: Expected,
    trailers: Option<TrailingHeaders>,
    intake: &mut Intake,
) -> S3Result<Option<Checksum>> {
    if expected.length.is_some_and(|length| length > MAX_BODY) {
        return Err(S3ErrorCode::EntityTooLarge.into());
    }
    intake.expect(expected.length.unwrap_or_default());
    if let Some(mut stream) = stream {
        while let Some(chunk) = stream.next().await {
            let chunk =
                chunk.map_err(|error| S3Error::with_source(S3ErrorCode::IncompleteBody, error))?;
            intake.take(&chunk);
            if intake.is_too_large() {
                return Err(S3ErrorCode::EntityTooLarge.into());
            }
        }
    }
    if let (Some(promised), Some(md5)) = (expected.content_md5, intake.md5())
        && promised != base64(&md5)
    {
        return Err(S3Error::with_message(
            S3ErrorCode::BadDigest,
            "The Content-MD5 you specified did not match what we received.",
        ));
    }
    let trailing = expected.trailer.and_then(|algorithm| {
        let name = header(algorithm);
        let read = |headers: &hyper::HeaderMap| {
            let value = headers.get(name.as_str())?;
            value.to_str().ok().map(str::to_owned)
        };
        Some(Checksum {
            algorithm: algorithm.name().to_owned(),
            value: trailers?.read(read)??,
        })
    });
    Ok(expected.checksum.or(trailing))
}
