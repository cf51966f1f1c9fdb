//! Lifecycle documents word for word: the protocol's own types would lose what they do not know.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::Extensions;
use hyper::{HeaderMap, Method, StatusCode, Uri};
use s3s::route::S3Route;
use s3s::{Body, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::{Gate, refused};
use crate::model::Algorithm;
use crate::model::lifecycle::Document;
use crate::s3::checksum::checksum;
use crate::s3::memory::{MemoryStore, base64, md5};

/// The header beside the document. Source: API reference, `PutBucketLifecycleConfiguration`.
const DEFAULT_MINIMUM: &str = "x-amz-transition-default-minimum-object-size";
/// Bytes; far above what S3 takes.
const MAX_BYTES: usize = 8 << 20;

/// Answers all requests with `?lifecycle`; the signature is checked before.
pub(in crate::demo) struct Lifecycles(
    pub(in crate::demo) Arc<MemoryStore>,
    pub(in crate::demo) Gate,
);

#[async_trait::async_trait]
impl S3Route for Lifecycles {
    fn is_match(&self, _: &Method, uri: &Uri, _: &HeaderMap, _: &mut Extensions) -> bool {
        let bucket = uri.path().trim_matches('/');
        let mut pairs = uri.query().unwrap_or_default().split('&');
        !bucket.is_empty()
            && !bucket.contains('/')
            && pairs.any(|pair| pair.split('=').next() == Some("lifecycle"))
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let bucket = request.uri.path().trim_matches('/').to_owned();
        self.1.check(&bucket, &request.headers)?;
        match request.method {
            Method::GET => self.read(&bucket),
            Method::PUT => self.write(&bucket, request).await,
            Method::DELETE => {
                self.0.set_lifecycle(&bucket, None).map_err(refused)?;
                Ok(S3Response::with_status(
                    Body::empty(),
                    StatusCode::NO_CONTENT,
                ))
            }
            _ => Err(S3ErrorCode::MethodNotAllowed.into()),
        }
    }
}

impl Lifecycles {
    fn read(&self, bucket: &str) -> S3Result<S3Response<Body>> {
        let document = self.0.lifecycle(bucket).map_err(refused)?;
        let mut response = S3Response::new(Body::from(document.body));
        let xml = HeaderValue::from_static("application/xml");
        response.headers.insert(CONTENT_TYPE, xml);
        let minimum = document.default_minimum.as_deref();
        if let Some(minimum) = minimum.and_then(|of| HeaderValue::from_str(of).ok()) {
            response.headers.insert(DEFAULT_MINIMUM, minimum);
        }
        Ok(response)
    }

    async fn write(&self, bucket: &str, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let headers = request.headers;
        let body = request.input.collect().await;
        let cut = |_| S3Error::new(S3ErrorCode::IncompleteBody);
        let body = body.map_err(cut)?.to_bytes();
        if body.len() > MAX_BYTES {
            return Err(S3ErrorCode::EntityTooLarge.into());
        }
        check(&headers, &body)?;
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
        let body = String::from_utf8(body.to_vec()).map_err(|_| S3ErrorCode::MalformedXML)?;
        let document = Document {
            body,
            default_minimum: text(DEFAULT_MINIMUM),
        };
        let stored = self.0.set_lifecycle(bucket, Some(&document));
        stored.map_err(refused)?;
        Ok(S3Response::new(Body::empty()))
    }
}

/// As S3 does: one of the two has to be there, and what is there has to be right.
fn check(headers: &HeaderMap, body: &[u8]) -> S3Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let sums = Algorithm::ALL.into_iter().filter_map(|algorithm| {
        let name = format!("x-amz-checksum-{}", algorithm.name().to_ascii_lowercase());
        let sent = text(&name)?;
        Some(sent == checksum(algorithm, body).value)
    });
    let md5 = text("content-md5").map(|sent| sent == base64(&md5(body)));
    let right: Vec<bool> = sums.chain(md5).collect();
    if right.is_empty() {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidRequest,
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        ));
    }
    if right.contains(&false) {
        return Err(S3ErrorCode::BadDigest.into());
    }
    Ok(())
}
