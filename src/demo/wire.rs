//! What goes wrong between a client and the service: delays, throttling, torn connections, broken bodies.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Request, Response, StatusCode};
use s3s::service::S3Service;
use s3s::{Body, HttpError, S3Error, S3ErrorCode};
use tokio::time::Instant;

use crate::protocol::Operation;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 503 `SlowDown`; nothing is done.
    SlowDown,
    /// The connection is closed without an answer; nothing is done.
    Close,
    /// The request is done, and the connection closed without an answer.
    CloseAfter,
    /// The request is done, and the answer ends in the middle of its body.
    Truncate,
    /// 200 with an `InternalError` document as its body; nothing is done.
    OkWithError,
    /// 500 `InternalError`; nothing is done.
    InternalError,
}

/// One thing that goes wrong for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disturbance {
    /// `None`: every operation.
    pub operation: Option<Operation>,
    /// How many matching requests it hits; then it is over.
    pub times: u64,
    pub trouble: Trouble,
}

/// How many requests are answered, as S3 limits them: so many may come at once, and so many more each second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Requests a second, from 1.
    pub rate: u32,
    /// Requests at once after a rest, from 1.
    pub burst: u32,
}

/// How much may come at present.
#[derive(Debug)]
struct Bucket {
    throttle: Throttle,
    left: f64,
    at: Instant,
}

impl Bucket {
    fn new(throttle: Throttle, now: Instant) -> Self {
        Self {
            throttle,
            left: f64::from(throttle.burst.max(1)),
            at: now,
        }
    }

    /// Takes one request out; false if there is none left.
    fn takes(&mut self, now: Instant) -> bool {
        let came = (now - self.at).as_secs_f64() * f64::from(self.throttle.rate);
        self.at = now;
        self.left = (self.left + came).min(f64::from(self.throttle.burst.max(1)));
        let takes = self.left >= 1.0;
        if takes {
            self.left -= 1.0;
        }
        takes
    }
}

/// The service behind its disturbances.
pub(super) struct Wire {
    service: S3Service,
    delay: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    disturbances: Vec<Disturbance>,
    requests: HashMap<Operation, u64>,
    throttle: Option<Bucket>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl Wire {
    pub(super) fn new(
        service: S3Service,
        delay: Duration,
        throttle: Option<Throttle>,
        disturbances: Vec<Disturbance>,
    ) -> Self {
        let state = State {
            disturbances,
            throttle: throttle.map(|throttle| Bucket::new(throttle, Instant::now())),
            ..State::default()
        };
        Self {
            service,
            delay,
            state: Mutex::new(state),
        }
    }

    pub(super) fn requests(&self, operation: Operation) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.get(&operation).copied().unwrap_or_default()
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, HttpError> {
        let trouble = self.trouble(operation(&request));
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        match trouble {
            None => self.serve(request).await,
            Some(Trouble::SlowDown) => refuse(S3ErrorCode::SlowDown, None),
            Some(Trouble::InternalError) => refuse(S3ErrorCode::InternalError, None),
            Some(Trouble::OkWithError) => refuse(S3ErrorCode::InternalError, Some(StatusCode::OK)),
            Some(Trouble::Close) => Err(torn()),
            Some(Trouble::CloseAfter) => {
                self.serve(request).await?;
                Err(torn())
            }
            Some(Trouble::Truncate) => truncate(self.serve(request).await?).await,
        }
    }

    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        self.service.call(request.map(Body::from)).await
    }

    fn trouble(&self, operation: Option<Operation>) -> Option<Trouble> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(operation) = operation {
            *state.requests.entry(operation).or_default() += 1;
        }
        let hit = state.disturbances.iter_mut().find(|disturbance| {
            disturbance.times > 0
                && (disturbance.operation.is_none() || disturbance.operation == operation)
        });
        if let Some(disturbance) = hit {
            disturbance.times -= 1;
            return Some(disturbance.trouble);
        }
        let takes = state.throttle.as_mut()?.takes(Instant::now());
        (!takes).then_some(Trouble::SlowDown)
    }
}

/// The operation that a request asks for, path style; `None` for those that this program does not name.
pub(super) fn operation<B>(request: &Request<B>) -> Option<Operation> {
    let (method, uri) = (request.method(), request.uri());
    let copies = request.headers().contains_key("x-amz-copy-source");
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query = uri.query().unwrap_or_default();
    let asks = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    match (method.as_str(), bucket.is_empty(), key.is_empty()) {
        ("GET", true, _) => Some(Operation::ListBuckets),
        ("GET", false, true) if asks("lifecycle") => Some(Operation::GetLifecycle),
        ("PUT", false, true) if asks("lifecycle") => Some(Operation::PutLifecycle),
        ("HEAD", false, true) => Some(Operation::HeadBucket),
        ("GET", false, true) if asks("uploads") => Some(Operation::ListMultipartUploads),
        ("GET", false, false) if asks("uploadId") => Some(Operation::ListParts),
        ("DELETE", false, false) if asks("uploadId") => Some(Operation::AbortMultipartUpload),
        ("POST", false, false) if asks("uploads") => Some(Operation::CreateMultipartUpload),
        ("POST", false, false) if asks("uploadId") => Some(Operation::CompleteMultipartUpload),
        ("PUT", false, false) if asks("partNumber") && copies => Some(Operation::UploadPartCopy),
        ("PUT", false, false) if asks("partNumber") => Some(Operation::UploadPart),
        ("PUT", false, false) if copies => Some(Operation::CopyObject),
        ("GET", false, false) if asks("tagging") => Some(Operation::GetObjectTagging),
        _ => None,
    }
}

fn torn() -> HttpError {
    HttpError::new("the connection is torn on purpose".into())
}

fn refuse(code: S3ErrorCode, status: Option<StatusCode>) -> Result<Response<Body>, HttpError> {
    let mut error = S3Error::with_message(code, "Please try again.");
    if let Some(status) = status {
        error.set_status_code(status);
    }
    error
        .to_http_response()
        .map_err(|error| HttpError::new(Box::new(error)))
}

/// The first half of the body under the length of the whole.
async fn truncate(response: Response<Body>) -> Result<Response<Body>, HttpError> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map_err(HttpError::new)?.to_bytes();
    parts.headers.insert(
        hyper::header::CONTENT_LENGTH,
        hyper::header::HeaderValue::from(whole.len()),
    );
    let half = whole.slice(..whole.len() / 2);
    let frames = stream::iter([
        Ok::<_, std::io::Error>(Frame::data(half)),
        Err(std::io::Error::other("the body is cut on purpose")),
    ]);
    let body: StreamBody<_> = StreamBody::new(frames);
    let body = BodyExt::map_frame(body, |frame: Frame<Bytes>| frame);
    Ok(Response::from_parts(parts, Body::http_body_unsync(body)))
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::*;

    #[test]
    fn so_many_come_at_once_and_so_many_each_second() {
        let begin = Instant::now();
        let mut bucket = Bucket::new(Throttle { rate: 10, burst: 3 }, begin);
        let mut taken = |millis: u64, tries: usize| {
            let now = begin + Duration::from_millis(millis);
            (0..tries).filter(|_| bucket.takes(now)).count()
        };
        assert_eq!(taken(0, 9), 3);
        assert_eq!(taken(50, 9), 0);
        assert_eq!(taken(210, 9), 2);
        assert_eq!(taken(9000, 9), 3, "a rest gathers no more than that");
    }

    #[test]
    fn requests_are_told_apart() {
        let request = |method: Method, uri: &str| Request::builder().method(method).uri(uri);
        let asked = |method: Method, uri: &str| operation(&request(method, uri).body(()).unwrap());
        assert_eq!(asked(Method::GET, "/"), Some(Operation::ListBuckets));
        assert_eq!(
            asked(Method::GET, "/b?uploads&prefix=x"),
            Some(Operation::ListMultipartUploads)
        );
        assert_eq!(
            asked(Method::GET, "/b/k?uploadId=u&x-id=ListParts"),
            Some(Operation::ListParts)
        );
        assert_eq!(
            asked(Method::DELETE, "/b/k/l?uploadId=u"),
            Some(Operation::AbortMultipartUpload)
        );
        assert_eq!(asked(Method::DELETE, "/b/k"), None);
        let copied = |uri: &str| {
            let copied = request(Method::PUT, uri).header("x-amz-copy-source", "b/k");
            operation(&copied.body(()).unwrap())
        };
        let part = "/b/k?partNumber=1&uploadId=u";
        assert_eq!(copied(part), Some(Operation::UploadPartCopy));
        assert_eq!(asked(Method::PUT, part), Some(Operation::UploadPart));
        assert_eq!(copied("/b/k"), Some(Operation::CopyObject));
    }
}
