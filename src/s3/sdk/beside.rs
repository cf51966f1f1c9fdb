//! The body of an answer, read beside the SDK: a listing is kept for our own reader, and the SDK gets an empty
//! one. Errors, and whatever is no listing, reach the SDK as they came. Signing, retries and time-outs stay its
//! own.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut as Answered;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};

use crate::s3::listing::is_listing;

/// What the SDK is given in place of a listing.
const EMPTY: &[u8] = b"<ListMultipartUploadsResult></ListMultipartUploadsResult>";

/// Where a listing's body ends up; empty while none came.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Bytes>>>);

impl Kept {
    /// The body of the last answer, if it was a listing.
    pub(super) fn take(&self) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, body: Option<Bytes>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body;
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
        self.set(None);
        let response = context.response_mut();
        if response.status().is_success() {
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let beside = Beside {
                body,
                read: BytesMut::new(),
                kept: self.clone(),
                ended: false,
            };
            *response.body_mut() = SdkBody::from_body_1_x(beside);
        }
        Ok(())
    }
}

/// A body that is read to its end before any of it is handed on.
struct Beside {
    body: SdkBody,
    read: BytesMut,
    kept: Kept,
    ended: bool,
}

impl Body for Beside {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        while !this.ended {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.read.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.ended = true;
                    let whole = std::mem::take(&mut this.read).freeze();
                    let handed = if is_listing(&whole) {
                        this.kept.set(Some(whole));
                        Bytes::from_static(EMPTY)
                    } else {
                        whole
                    };
                    return Poll::Ready(Some(Ok(Frame::data(handed))));
                }
            }
        }
        Poll::Ready(None)
    }
}
