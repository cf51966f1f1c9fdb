//! Lifecycle configurations word for word, beside the SDK: its own types would lose every element that they do not
//! know, and a write replaces all there is.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::{
    BeforeDeserializationInterceptorContextMut as Answered,
    BeforeTransmitInterceptorContextMut as Leaving,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_s3::types::TransitionDefaultMinimumObjectSize as DefaultMinimum;
use bytes::Bytes;

use super::SdkStore;
use super::beside::read_whole;
use super::errors::Failure;
use super::payload::once;
use crate::model::bucket::is_directory_bucket;
use crate::model::lifecycle::{Configuration, Document, kind_of};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::document;
use crate::s3::memory::{base64, md5};

/// What the SDK is given in place of the answer.
const EMPTY: &[u8] = b"<LifecycleConfiguration></LifecycleConfiguration>";
const NONE: &str = "NoSuchLifecycleConfiguration";

impl SdkStore {
    pub(super) async fn read_lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        let about = About::bucket(Operation::GetLifecycle, bucket);
        let kept = Kept::default();
        let answer = self
            .ask(bucket, |client| {
                client
                    .get_bucket_lifecycle_configuration()
                    .bucket(bucket)
                    .customize()
                    .interceptor(kept.clone())
                    .send()
            })
            .await;
        let minimum = match answer {
            Ok(answer) => answer
                .transition_default_minimum_object_size()
                .map(|minimum| minimum.as_str().to_owned()),
            Err(failure) if failure.code() == Some(NONE) => return Ok(None),
            Err(failure) => return Err(unsupported(failure, &about)),
        };
        let body = kept.take();
        let Ok(text) = std::str::from_utf8(&body) else {
            return Err(another(&about, "something that is no text"));
        };
        let document = Document {
            body: text.to_owned(),
            default_minimum: minimum,
        };
        match Configuration::read(Some(document.clone())) {
            Ok(_) => Ok(Some(document)),
            Err(why) => unreadable(text, &why.to_string(), &about),
        }
    }

    pub(super) async fn write_lifecycle(
        &self,
        bucket: &str,
        document: &Document,
    ) -> Result<(), Fault> {
        let about = About::bucket(Operation::PutLifecycle, bucket);
        let minimum = document
            .default_minimum
            .as_deref()
            .map(DefaultMinimum::from);
        let written = Written::new(document, is_directory_bucket(bucket));
        self.ask(bucket, |client| {
            client
                .put_bucket_lifecycle_configuration()
                .bucket(bucket)
                .set_transition_default_minimum_object_size(minimum.clone())
                .customize()
                .interceptor(written.clone())
                .config_override(once())
                .send()
        })
        .await
        .map(drop)
        .map_err(|failure| unsupported(failure, &about))
    }
}

/// A failure, told as what it is where the server has no such thing.
fn unsupported(failure: Failure, about: &About) -> Fault {
    // The SDK's own word where there is none.
    let has_code = failure.code().is_some_and(|code| code != "NotFound");
    let status = failure.status();
    let mut fault = failure.into_fault(about);
    let is_page = fault.kind == Kind::Garbled && status.is_some_and(|status| status < 500);
    let is_unknown = !has_code
        && matches!(fault.kind, Kind::Invalid | Kind::NotFound)
        && status.is_some_and(|status| matches!(status, 400 | 404 | 406 | 410));
    if fault.kind == Kind::Unsupported || is_page || is_unknown {
        let said = std::mem::take(&mut fault.message);
        fault.kind = Kind::Unsupported;
        fault.message = format!("this server has no lifecycle rules: {said}");
        fault.hint = String::new();
    }
    fault
}

/// A good answer that is no configuration.
fn unreadable(text: &str, why: &str, about: &About) -> Result<Option<Document>, Fault> {
    let start = text.trim_start();
    let kind = kind_of(text);
    if kind.as_deref() == Some("Error") {
        if document::element(text, "Code").as_deref() == Some(NONE) {
            return Ok(None);
        }
        return Err(unsupported(Failure::in_body(text), about));
    }
    Err(match kind {
        _ if document::is_html(text, "") => another(about, "a web page"),
        Some(name) => {
            let name: String = name.chars().take(60).collect();
            another(about, &format!("a document of another kind ({name})"))
        }
        None if start.is_empty() => another(about, "an empty document"),
        None if text.contains("LifecycleConfiguration") => Fault {
            kind: Kind::Garbled,
            message: format!("the bucket's lifecycle configuration cannot be read: {why}"),
            ..another(about, "")
        },
        None => another(about, "something that is no XML"),
    })
}

fn another(about: &About, what: &str) -> Fault {
    Fault {
        operation: about.operation,
        target: about.target(),
        kind: Kind::Unsupported,
        code: None,
        message: format!("this server has no lifecycle rules: it answers with {what}"),
        hint: String::new(),
    }
}

/// Where the body of a good answer ends up.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Bytes>>);

impl Kept {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Kept {
    fn name(&self) -> &'static str {
        "lifecycle configurations beside the SDK"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut Answered<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let kept = self.clone();
        read_whole(context, move |whole| {
            *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = whole.freeze();
            Bytes::from_static(EMPTY)
        });
        Ok(())
    }
}

/// Has our own text sent and signed in place of what the SDK would write.
#[derive(Debug, Clone)]
struct Written {
    body: Bytes,
    /// `None`: the checksum that the SDK adds stays.
    md5: Option<String>,
}

impl Written {
    /// S3 wants `Content-MD5` or a checksum header, other stores know only the former, and directory buckets only
    /// the latter. Source: API reference, `PutBucketLifecycleConfiguration`; S3's answer "Missing required header for
    /// this request: Content-MD5 OR x-amz-checksum-*".
    fn new(document: &Document, is_directory: bool) -> Self {
        let body = Bytes::from(document.body.clone().into_bytes());
        Self {
            md5: (!is_directory).then(|| base64(&md5(&body))),
            body,
        }
    }
}

impl Intercept for Written {
    fn name(&self) -> &'static str {
        "lifecycle configurations word for word"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut Leaving<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        *request.body_mut() = SdkBody::from(self.body.clone());
        let length = self.body.len().to_string();
        request.headers_mut().insert("content-length", length);
        request
            .headers_mut()
            .insert("content-type", "application/xml");
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut Leaving<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(md5) = &self.md5 {
            let headers = context.request_mut().headers_mut();
            headers.insert("content-md5", md5.clone());
            headers.remove("x-amz-checksum-crc32");
            headers.remove("x-amz-sdk-checksum-algorithm");
        }
        Ok(())
    }
}
