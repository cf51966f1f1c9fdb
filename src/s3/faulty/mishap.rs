//! What can happen to a request.

use std::sync::Arc;

use tokio::time::Instant;

use crate::model::lifecycle::Document;
use crate::protocol::{Fault, Kind, Operation};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Nothing is done.
    Refused(Words),
    /// It is done, and yet the answer is this.
    Lost(Words),
    /// So many bytes of the body go before the connection breaks; nothing is stored.
    CutOff(usize),
    /// It never answers; nothing is done.
    Stalled,
}

/// An answer that is a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) kind: Kind,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// What was sent of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Requests that came in, failed ones included.
    pub times: u32,
    /// Bytes of the bodies of requests that were stored.
    pub bytes: u64,
}

/// Whether the service can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Absence {
    #[default]
    Here,
    /// Until it is switched back.
    Away,
    Until(Instant),
}

/// What a service leaves of a text.
pub(super) type Keeps = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What goes wrong with lifecycle configurations.
#[derive(Clone, Default)]
pub(super) struct Lapses {
    /// So many reads after a write answer what was there before.
    pub(super) stale: u32,
    /// So many of them are to come, of this bucket, with this answer.
    pub(super) old: Option<(u32, String, Option<Document>)>,
    /// What is stored of a text; `None`: all of it.
    pub(super) keeps: Option<Keeps>,
}

impl Words {
    pub(super) const AWAY: Self = Self {
        kind: Kind::Network,
        code: "ConnectionRefused",
        message: "connection refused",
    };
    pub(super) const LOST: Self = Self {
        kind: Kind::Network,
        code: "ConnectionReset",
        message: "the answer was lost",
    };
    pub(super) const CUT: Self = Self {
        kind: Kind::Network,
        code: "ConnectionReset",
        message: "the connection broke while the request was sent",
    };

    /// S3's words for a kind of failure.
    pub(super) const fn of(kind: Kind) -> Self {
        let (code, message) = match kind {
            Kind::Denied => ("AccessDenied", "Access Denied"),
            Kind::NotFound => ("NoSuchBucket", "The specified bucket does not exist"),
            Kind::UploadGone => ("NoSuchUpload", "The specified upload does not exist"),
            Kind::Throttled => ("SlowDown", "Please reduce your request rate"),
            Kind::Network => ("ConnectionReset", "the connection was reset"),
            Kind::Credentials => ("ExpiredToken", "The provided token has expired"),
            Kind::Invalid => ("InvalidArgument", "Invalid Argument"),
            Kind::Unsupported => ("NotImplemented", "Not implemented"),
            Kind::Garbled => ("MalformedXML", "the answer cannot be read"),
            Kind::Precondition => ("PreconditionFailed", "A precondition did not hold"),
            Kind::Bug | Kind::Other => ("InternalError", "We encountered an internal error"),
        };
        Self {
            kind,
            code,
            message,
        }
    }

    /// S3's words for an HTTP status of trouble of its own.
    pub(super) const fn of_status(status: u16) -> Self {
        let (kind, code, message) = match status {
            429 => (Kind::Throttled, "TooManyRequests", "Too Many Requests"),
            503 => (
                Kind::Throttled,
                "ServiceUnavailable",
                "Service is unable to handle request.",
            ),
            _ => (
                Kind::Network,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
        };
        Self {
            kind,
            code,
            message,
        }
    }

    pub(super) fn fault(self, operation: Operation, about: &str) -> Fault {
        Fault {
            operation,
            target: about.to_owned(),
            kind: self.kind,
            code: Some(self.code.to_owned()),
            message: self.message.to_owned(),
            hint: String::new(),
        }
    }
}
