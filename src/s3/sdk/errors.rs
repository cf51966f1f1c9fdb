//! From an SDK error to one sentence: never "dispatch failure", never a secret.

use std::error::Error;
use std::io;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::beside::LONGEST;
pub(super) use super::causes::deepest;
use super::causes::{chain, find_io, is_stall, is_too_long};
use super::connect::Connection;
use super::payload::COMPLETE_TIMEOUT;
use super::place::Place;
use super::{credentials, region};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::{self, About, Answer};
use crate::s3::document;

/// Bodies are looked at this far.
const HEAD: usize = 256 * 1024;

/// A request that failed, as plain data.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server answered.
    Answer(Box<Said>),
    /// It did not, or broke off.
    Wire { message: String, hint: String },
    /// There was nothing to sign with.
    Credentials(String),
    /// The server's answer did not end.
    TooLong,
    /// The request could not be built.
    Unbuilt(String),
    /// Told already.
    Told(Fault),
}

/// What a server said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) message: String,
    /// The region that it points at.
    pub(super) region: Option<String>,
    body: String,
    content_type: String,
}

impl Failure {
    /// A good answer whose body makes no sense.
    pub(super) fn unreadable(body: &[u8]) -> Self {
        Self::Answer(Box::new(Said {
            status: 200,
            code: None,
            message: String::new(),
            region: None,
            body: String::from_utf8_lossy(&body[..body.len().min(HEAD)]).into_owned(),
            content_type: "application/xml".to_owned(),
        }))
    }

    /// A good answer whose body is an error document.
    pub(super) fn in_body(body: &str) -> Self {
        let text = |name| document::element(body, name).filter(|text| !text.is_empty());
        Self::Answer(Box::new(Said {
            status: 200,
            code: text("Code"),
            message: text("Message").unwrap_or_default(),
            region: None,
            body: String::new(),
            content_type: String::new(),
        }))
    }

    pub(super) fn new<E>(error: &SdkError<E, HttpResponse>, connection: &Connection) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(inner) = credentials::within(error) {
            let profile = connection.profile.as_deref();
            return Self::Credentials(credentials::explain(inner, profile));
        }
        match error {
            SdkError::ServiceError(service) => Self::Answer(Box::new(said(
                service.raw(),
                service.err().code(),
                service.err().message(),
            ))),
            SdkError::ResponseError(response) => {
                if response.raw().body().bytes().is_some() {
                    Self::Answer(Box::new(said(response.raw(), None, None)))
                } else if is_too_long(error) {
                    Self::TooLong
                } else {
                    broken_off(error, &connection.place)
                }
            }
            SdkError::ConstructionFailure(_) => Self::Unbuilt(deepest(error)),
            _ => wire(error, &connection.place),
        }
    }

    /// Whether the answer speaks of `EncodingType` as something it does not take.
    pub(super) fn refuses_encoding(&self) -> bool {
        matches!(self, Self::Answer(said) if matches!(said.status, 400 | 501)
            && ["encoding-type", "encodingtype", "encoding_type", "encoding type"]
                .iter()
                .any(|word| said.body.to_ascii_lowercase().contains(word)))
    }

    /// Whether the answer refuses what was sent along, without a word on what it may be.
    pub(super) fn refuses_an_argument(&self) -> bool {
        matches!(self, Self::Answer(said) if said.status == 400
            && said.code.as_deref() == Some("InvalidArgument"))
    }

    /// The upload ID in a good answer that is not the document that S3 sends: some servers name it otherwise, or
    /// repeat a key that XML cannot carry.
    pub(super) fn upload_id(&self) -> Option<String> {
        match self {
            Self::Answer(said)
                if (200..300).contains(&said.status)
                    && said.code.is_none()
                    && !said.body.contains("<Error") =>
            {
                document::element(&said.body, "UploadId").filter(|id| !id.trim().is_empty())
            }
            _ => None,
        }
    }

    /// Whether the answer was 403.
    pub(super) fn is_denial(&self) -> bool {
        matches!(self, Self::Answer(said) if said.status == 403)
    }

    /// The HTTP status of the answer.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(said) => Some(said.status),
            _ => None,
        }
    }

    /// The service's own code.
    pub(super) fn code(&self) -> Option<&str> {
        match self {
            Self::Answer(said) => said.code.as_deref(),
            _ => None,
        }
    }

    pub(super) fn into_fault(self, about: &About) -> Fault {
        let fault = |kind, message, hint| Fault {
            operation: about.operation,
            target: about.target(),
            kind,
            code: None,
            message,
            hint,
        };
        match self {
            Self::Told(fault) => fault,
            Self::Answer(said) => answer(*said, about),
            Self::Wire { message, hint } => fault(Kind::Network, message, hint),
            Self::TooLong => fault(
                Kind::Garbled,
                format!("{} is longer than {} MiB", what(about), LONGEST >> 20),
                "check --endpoint-url; S3 sends pages of 1,000".to_owned(),
            ),
            Self::Credentials(message) => {
                let remedy = credentials::remedy(&message).to_owned();
                fault(Kind::Credentials, message, remedy)
            }
            Self::Unbuilt(message) => fault(
                Kind::Invalid,
                format!("the request cannot be made: {message}"),
                String::new(),
            ),
        }
    }
}

fn answer(said: Said, about: &About) -> Fault {
    let seen = Answer {
        operation: about.operation,
        status: said.status,
        code: said.code.as_deref(),
        message: &said.message,
    };
    let mut kind = classify::kind(&seen);
    let mut message = classify::message(&seen, kind);
    let mut hint = classify::hint(kind, &seen, about);
    if said.code.is_none() && document::is_html(&said.body, &said.content_type) {
        if said.status < 500 {
            kind = Kind::Garbled;
        }
        "the endpoint speaks HTML, not S3".clone_into(&mut message);
        "check --endpoint-url".clone_into(&mut hint);
    } else if kind == Kind::Garbled {
        message = garbled(&said, about);
        hint = if document::has_control_character(&said.body) {
            "end the upload of that key with another tool, then list again".to_owned()
        } else {
            "check --endpoint-url, or try again".to_owned()
        };
    } else if let (true, Some(region)) = (
        classify::is_redirect(said.status, said.code.as_deref()),
        &said.region,
    ) {
        message = if about.bucket.is_empty() {
            format!("the service is in the region {region}")
        } else {
            format!("the bucket is in the region {region}, and asking there did not help")
        };
        hint = format!("try --region {region}");
    }
    Fault {
        operation: about.operation,
        target: about.target(),
        kind,
        code: said.code,
        message,
        hint,
    }
}

/// The answer in a sentence.
fn what(about: &About) -> String {
    if about.bucket.is_empty() {
        "the answer".to_owned()
    } else {
        format!("the answer for the bucket {}", about.bucket)
    }
}

fn garbled(said: &Said, about: &About) -> String {
    let what = what(about);
    if document::has_control_character(&said.body) {
        format!(
            "{what} cannot be read: a key in it holds a control character, which XML does not allow"
        )
    } else if said.body.trim().is_empty() {
        format!("{what} is empty")
    } else {
        format!("{what} cannot be read: it is not the XML that S3 sends")
    }
}

fn said(raw: &HttpResponse, code: Option<&str>, message: Option<&str>) -> Said {
    let bytes = raw.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).into_owned();
    let is_error = body.contains("<Error");
    let in_body = |name| {
        is_error
            .then(|| document::element(&body, name))
            .flatten()
            .filter(|text| !text.is_empty())
    };
    let kept = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let region = raw
        .headers()
        .get("x-amz-bucket-region")
        .map(ToOwned::to_owned)
        .or_else(|| in_body("Region"))
        .and_then(|name| region::normal(&name));
    Said {
        status: raw.status().as_u16(),
        code: kept(code).or_else(|| in_body("Code")),
        message: kept(message)
            .or_else(|| in_body("Message"))
            .unwrap_or_default(),
        region,
        content_type: raw
            .headers()
            .get("content-type")
            .unwrap_or_default()
            .to_ascii_lowercase(),
        body,
    }
}

fn broken_off(error: &(dyn Error + 'static), place: &Place) -> Failure {
    if is_stall(error) {
        return Failure::Wire {
            message: format!("{} began an answer and fell silent", place.host),
            hint: "try again; the server may be busy or gone".to_owned(),
        };
    }
    Failure::Wire {
        message: format!("the answer of {} broke off: {}", place.host, deepest(error)),
        hint: "try again".to_owned(),
    }
}

/// What went wrong on the way, told from the innermost errors.
fn wire(error: &(dyn Error + 'static), place: &Place) -> Failure {
    let host = &place.host;
    let text = chain(error).to_ascii_lowercase();
    if text.contains("region was not a valid dns name") {
        return Failure::Unbuilt(
            "the region's name is not valid; check --region, AWS_REGION and the profile".to_owned(),
        );
    }
    let refused = find_io(error).map(io::Error::kind);
    let (message, hint) = if text.contains("connect timeout") {
        (
            format!(
                "no connection to {host} within {}",
                span(place.connect_timeout)
            ),
            "check the address, the network and --endpoint-url",
        )
    } else if text.contains("attempt timeout") {
        (
            format!("no answer from {host} within {}", span(COMPLETE_TIMEOUT)),
            "look whether the object is there before trying again",
        )
    } else if text.contains("timeout") || text.contains("timed out") {
        (
            format!("no answer from {host} within {}", span(place.read_timeout)),
            "try again; the server may be busy or gone",
        )
    } else if refused == Some(io::ErrorKind::ConnectionRefused) {
        (
            format!("connection refused by {host}"),
            "is the server running there? check --endpoint-url",
        )
    } else if text.contains("dns error") || text.contains("lookup address") {
        (
            format!("the name of {host} cannot be resolved"),
            "check --endpoint-url, or use --addressing path",
        )
    } else if ["certificate", "tls", "handshake", "corrupt message"]
        .iter()
        .any(|word| text.contains(word))
    {
        (
            format!("no secure connection to {host}: {}", deepest(error)),
            "check the certificate, AWS_CA_BUNDLE, and http:// against https://",
        )
    } else {
        (
            format!("the connection to {host} failed: {}", deepest(error)),
            "try again",
        )
    };
    Failure::Wire {
        message,
        hint: hint.to_owned(),
    }
}

fn span(duration: std::time::Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

/// A request that is refused before it is sent.
pub(super) fn refused(about: &About, message: &str, hint: &str) -> Fault {
    Fault {
        operation: about.operation,
        target: about.target(),
        kind: Kind::Invalid,
        code: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}

/// A failure to have credentials at all.
pub(super) fn no_credentials(message: String) -> Fault {
    Failure::Credentials(message).into_fault(&About::account(Operation::Connect))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_stands_still_is_told_without_the_sdks_words() {
        let place = Place {
            host: "store:9000".to_owned(),
            endpoint: None,
            aws: false,
            exposed: false,
            connect_timeout: std::time::Duration::from_secs(1),
            read_timeout: std::time::Duration::from_secs(1),
        };
        let told = |text: &str| match broken_off(&io::Error::other(text), &place) {
            Failure::Wire { message, .. } => message,
            other => format!("{other:?}"),
        };
        let stall =
            "minimum throughput was specified at 1 B/s, but throughput of 0 B/s was observed";
        assert_eq!(told(stall), "store:9000 began an answer and fell silent");
        assert_eq!(
            told("connection reset"),
            "the answer of store:9000 broke off: connection reset"
        );
    }
}
