//! The body of an answer, read beside the SDK: a listing is kept for our own reader, and the SDK gets an empty
//! one. Errors, and whatever is no listing, reach the SDK as they came. Signing, retries and time-outs stay its
//! own. No body of any answer is read beyond a limit.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut as Answered;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::s3::{listing, parts_listing};

/// Bytes of the longest answer that is read: a page of 1,000 keys of 1,024 bytes, each byte written as a reference,
/// has 6 MiB, and servers that know no pages are heard up to some 60,000 uploads.
pub(super) const LONGEST: usize = 32 << 20;
/// Room that is made for a body at once because the server says that it is so long.
const PROMISED: usize = 1 << 20;

/// Where the body of a good answer ends up, a listing or not; empty while none came.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    is_listing: fn(&[u8]) -> bool,
    /// What the SDK is given in place of it.
    empty: &'static [u8],
    body: Arc<Mutex<Option<Bytes>>>,
}

impl Kept {
    /// For `ListMultipartUploads`.
    pub(super) fn uploads() -> Self {
        Self {
            is_listing: listing::is_listing,
            empty: b"<ListMultipartUploadsResult></ListMultipartUploadsResult>",
            body: Arc::default(),
        }
    }

    /// For `ListParts`.
    pub(super) fn parts() -> Self {
        Self {
            is_listing: parts_listing::is_listing,
            empty: b"<ListPartsResult></ListPartsResult>",
            body: Arc::default(),
        }
    }

    /// The body of the last answer, if it was a good one.
    pub(super) fn take(&self) -> Option<Bytes> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Bytes>> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Kept {
    fn name(&self) -> &'static str {
        "listings beside the SDK"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut Answered<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // An earlier attempt's.
        *self.lock() = None;
        let kept = self.clone();
        read_whole(context, move |whole| {
            let whole = whole.freeze();
            let is_listing = (kept.is_listing)(&whole);
            *kept.lock() = Some(whole.clone());
            if is_listing {
                Bytes::from_static(kept.empty)
            } else {
                whole
            }
        });
        Ok(())
    }
}

/// Ends the reading of answers that are longer than any that S3 gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits;

impl Intercept for Limits {
    fn name(&self) -> &'static str {
        "answers of a bounded length"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut Answered<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let limited = Limited {
            body,
            left: LONGEST,
        };
        *response.body_mut() = SdkBody::from_body_1_x(limited);
        Ok(())
    }
}

/// An answer is longer than any that S3 gives.
#[derive(Debug, thiserror::Error)]
#[error("the answer is longer than {} MiB", LONGEST >> 20)]
pub(super) struct TooLong;

/// A body that fails beyond so many bytes.
struct Limited {
    body: SdkBody,
    left: usize,
}

impl Body for Limited {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(left) = this.left.checked_sub(length) else {
                return Poll::Ready(Some(Err(TooLong.into())));
            };
            this.left = left;
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }

    fn is_end_stream(&self) -> bool {
        Body::is_end_stream(&self.body)
    }
}

/// What is done with a body once all of it is there.
type Then = Box<dyn FnOnce(BytesMut) -> Bytes + Send + Sync>;

/// Puts `then` between a good answer's body and the SDK.
pub(super) fn read_whole(
    context: &mut Answered<'_>,
    then: impl FnOnce(BytesMut) -> Bytes + Send + Sync + 'static,
) {
    let response = context.response_mut();
    if response.status().is_success() {
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let promised = usize::try_from(Body::size_hint(&body).lower()).unwrap_or_default();
        let whole = Whole {
            body,
            read: BytesMut::with_capacity(promised.min(PROMISED)),
            then: Some(Box::new(then)),
        };
        *response.body_mut() = SdkBody::from_body_1_x(whole);
    }
}

/// A body that is read to its end before any of it is handed on.
struct Whole {
    body: SdkBody,
    read: BytesMut,
    /// `None` once the end was reached.
    then: Option<Then>,
}

impl Body for Whole {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        while this.then.is_some() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.read.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    this.then = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let whole = std::mem::take(&mut this.read);
                    let handed = this.then.take().map(|then| then(whole)).unwrap_or_default();
                    return Poll::Ready(Some(Ok(Frame::data(handed))));
                }
            }
        }
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests;
