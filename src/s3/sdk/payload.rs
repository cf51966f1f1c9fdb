//! Bodies on their way: counted, paced, and waited for as long as it takes.
//!
//! The SDK is given a body as it lies in memory, so that it knows its length, hashes it where it signs it, and
//! never wraps it in chunks; behind the signature it is cut into slices. Every request is sent once: whoever
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

/// Cuts a body into slices once it is signed. Without a meter nobody watches, and it goes as it is.
#[derive(Debug, Clone)]
pub(super) struct Metered {
    body: Bytes,
    meter: Option<Arc<dyn Meter>>,
}

impl Metered {
    pub(super) fn of(payload: &Payload) -> Self {
        Self {
            body: payload.body.clone(),
            meter: payload.meter.clone(),
        }
    }
}

impl Intercept for Metered {
    fn name(&self) -> &'static str {
        "bodies by the slice"
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
