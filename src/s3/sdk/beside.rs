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

use crate::s3::document::is_control_byte;
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
        let kept = self.clone();
        read_whole(context, move |whole| {
            if is_listing(&whole) {
                kept.set(Some(whole.freeze()));
                Bytes::from_static(EMPTY)
            } else {
                whole.freeze()
            }
        });
        Ok(())
    }
}

/// Makes an answer readable that repeats a key with control characters, which XML does not allow: `ListParts`
/// has no `encoding-type`, and its key is known already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cleaned;

impl Intercept for Cleaned {
    fn name(&self) -> &'static str {
        "answers without control characters"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut Answered<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        read_whole(context, |mut whole| {
            for byte in whole.iter_mut().filter(|byte| is_control_byte(**byte)) {
                *byte = b'?';
            }
            whole.freeze()
        });
        Ok(())
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
        let whole = Whole {
            body,
            read: BytesMut::new(),
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
