//! Bodies on their way: hashed for the signature, counted, paced, and waited for as long as it takes.
//!
//! The SDK is given a body as it lies in memory, so that it knows its length and never wraps it in chunks; behind
//! the signature it is cut into slices. The hash that the signature covers is ours: the SDK would take it on the
//! threads that serve all connections, which then stand still for as long as a large part takes. Every request is sent once: whoever
//! paces them repeats them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut as Leaving;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::s3::checksum::{sha256_hex, sha256_of};
use crate::s3::{Meter, Payload};

/// How long a Complete may take: S3 says minutes, and sends blanks meanwhile.
///
/// Source: API reference of `CompleteMultipartUpload`, "processing … could take several minutes".
pub(super) const COMPLETE_TIMEOUT: Duration = Duration::from_mins(15);

/// Sent once.
pub(super) fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// Sent once, and waited for as long as it takes. The time-out for connecting stays: time-outs of a request are
/// laid over those of the client one by one.
pub(super) fn patient() -> Builder {
    once()
        .timeout_config(endless().build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// As [`patient`], but not for ever: nobody sees by a meter whether anything still happens.
pub(super) fn long() -> Builder {
    once()
        .timeout_config(
            endless()
                .operation_attempt_timeout(COMPLETE_TIMEOUT)
                .build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

fn endless() -> aws_sdk_s3::config::timeout::TimeoutConfigBuilder {
    TimeoutConfig::builder()
        .disable_read_timeout()
        .disable_operation_attempt_timeout()
        .disable_operation_timeout()
}

/// What the signature of a request says of its body; a hash is SHA-256 in lower-case hexadecimal.
pub(super) use aws_runtime::auth::PayloadSigningOverride as Cover;

/// The SHA-256 that a signature covers, taken where blocking is allowed unless it is known.
pub(super) async fn body_hash(payload: &Payload) -> String {
    if let Some(known) = payload.checksum.as_ref().and_then(sha256_of) {
        return known;
    }
    let body = payload.body.clone();
    let hash = tokio::task::spawn_blocking(move || sha256_hex(&body)).await;
    hash.unwrap_or_else(|_| sha256_hex(&payload.body))
}

/// Has the signature cover a body as it is told, and cuts the body into slices once it is signed. Without a meter
/// nobody watches, and it goes as it is.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    body: Bytes,
    meter: Option<Arc<dyn Meter>>,
    cover: Cover,
}

impl Carried {
    pub(super) fn new(payload: &Payload, cover: Cover) -> Self {
        Self {
            body: payload.body.clone(),
            meter: payload.meter.clone(),
            cover,
        }
    }
}

impl Intercept for Carried {
    fn name(&self) -> &'static str {
        "bodies by the slice"
    }

    fn modify_before_signing(
        &self,
        _context: &mut Leaving<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(self.cover.clone());
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut Leaving<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(meter) = &self.meter {
            *context.request_mut().body_mut() = SdkBody::from_body_1_x(Slices {
                rest: self.body.clone(),
                meter: Arc::clone(meter),
                begun: false,
                waiting: None,
            });
        }
        Ok(())
    }
}

/// Bytes that go slice by slice, as fast as the meter lets them.
struct Slices {
    rest: Bytes,
    meter: Arc<dyn Meter>,
    begun: bool,
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
        if !this.begun {
            this.begun = true;
            this.meter.restarted();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Algorithm;
    use crate::s3::checksum::checksum;

    #[tokio::test]
    async fn the_hash_is_that_of_the_body_whether_it_is_known_or_not() {
        let mut payload = Payload::of(Bytes::from_static(b"abc"));
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(body_hash(&payload).await, hash);
        payload.checksum = Some(checksum(Algorithm::Crc64Nvme, b"abc"));
        assert_eq!(body_hash(&payload).await, hash);
        // Not taken a second time.
        payload.checksum = Some(checksum(Algorithm::Sha256, b"abc"));
        payload.body = Bytes::from_static(b"never looked at");
        assert_eq!(body_hash(&payload).await, hash);
    }
}
