//! Where buckets are: requests signed for another region are sent away, as AWS does.

use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue};
use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::demo::server::Regions;
use crate::s3::memory::MemoryStore;

/// Lets in whoever signed for the bucket's region.
#[derive(Clone)]
pub(in crate::demo) struct Gate {
    store: Arc<MemoryStore>,
    regions: Regions,
}

impl Gate {
    pub(in crate::demo) const fn new(store: Arc<MemoryStore>, regions: Regions) -> Self {
        Self { store, regions }
    }

    /// Refuses what is signed for a region that is not the bucket's; one that is not there is in every region.
    ///
    /// Source: S3 API reference, "Error responses", `AuthorizationHeaderMalformed`.
    pub(super) fn check(&self, bucket: &str, headers: &HeaderMap) -> S3Result<()> {
        if self.regions == Regions::Any {
            return Ok(());
        }
        let home = self.store.bucket(bucket).ok().and_then(|of| of.region);
        let signed = signed_region(headers);
        let (Some(home), Some(signed)) = (home, signed) else {
            return Ok(());
        };
        if home == signed {
            return Ok(());
        }
        let message = format!(
            "The authorization header is malformed; the region '{signed}' is wrong; expecting '{home}'"
        );
        let code = S3ErrorCode::from_bytes(b"AuthorizationHeaderMalformed");
        let code = code.unwrap_or(S3ErrorCode::InvalidRequest);
        let mut error = S3Error::with_message(code, message);
        error.set_status_code(hyper::StatusCode::BAD_REQUEST);
        if let Ok(home) = HeaderValue::from_str(&home) {
            error.set_headers(HeaderMap::from_iter([(
                hyper::header::HeaderName::from_static("x-amz-bucket-region"),
                home,
            )]));
        }
        Err(error)
    }
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            return Err(S3Error::with_message(
                S3ErrorCode::AccessDenied,
                "Signature is required",
            ));
        }
        match context.s3_path().get_bucket_name() {
            Some(bucket) => Self::check(self, bucket, context.headers()),
            None => Ok(()),
        }
    }
}

/// The region in `Credential=ID/DATE/REGION/SERVICE/aws4_request`.
fn signed_region(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, scope) = header.split_once("Credential=")?;
    scope.split(',').next()?.split('/').nth(2)
}
