//! What an error code and a status mean for the program, and what to do about it.
//!
//! Pure: knows no SDK; matches on S3's own words, since most operations model no errors of their own and
//! compatible servers use the codes freely.

mod hint;

use crate::protocol::{Kind, Operation};

pub use hint::hint;

/// What a request was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub operation: Operation,
    /// Empty: the account.
    pub bucket: String,
    /// Empty: the bucket.
    pub key: String,
}

impl About {
    /// A request about the account.
    pub const fn account(operation: Operation) -> Self {
        Self {
            operation,
            bucket: String::new(),
            key: String::new(),
        }
    }

    /// A request about a bucket.
    pub fn bucket(operation: Operation, bucket: &str) -> Self {
        Self {
            operation,
            bucket: bucket.to_owned(),
            key: String::new(),
        }
    }

    /// A request about a key.
    pub fn key(operation: Operation, bucket: &str, key: &str) -> Self {
        Self {
            operation,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        }
    }

    /// `s3://bucket/key`, `s3://bucket`, or nothing.
    pub fn target(&self) -> String {
        match (self.bucket.is_empty(), self.key.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!("s3://{}", self.bucket),
            (false, false) => format!("s3://{}/{}", self.bucket, self.key),
        }
    }
}

/// An answer that was a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    pub operation: Operation,
    pub status: u16,
    pub code: Option<&'a str>,
    pub message: &'a str,
}

/// The kind of a failure: the code decides, the status where there is none or an unknown one.
pub fn kind(answer: &Answer<'_>) -> Kind {
    if answer
        .message
        .to_ascii_lowercase()
        .contains("reduce your request rate")
    {
        return Kind::Throttled;
    }
    answer
        .code
        .and_then(|code| by_code(code, answer.operation))
        .unwrap_or_else(|| by_status(answer))
}

/// Whether the request names an upload by its ID.
fn is_of_an_upload(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::ListParts
            | Operation::AbortMultipartUpload
            | Operation::UploadPart
            | Operation::CompleteMultipartUpload
    )
}

fn by_code(code: &str, operation: Operation) -> Option<Kind> {
    Some(match code {
        "NoSuchUpload" => Kind::UploadGone,
        // Some stores have no other word for an upload that is gone.
        "NoSuchKey" if is_of_an_upload(operation) => Kind::UploadGone,
        "NoSuchBucket" | "NoSuchKey" => Kind::NotFound,
        "SlowDown"
        | "ServiceUnavailable"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "ProvisionedThroughputExceededException" => Kind::Throttled,
        code if code.starts_with("Throttl") || code.starts_with("SlowDown") => Kind::Throttled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidToken"
        | "TokenRefreshRequired"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "MissingSecurityHeader"
        | "NotSignedUp"
        | "InvalidSecurity" => Kind::Credentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "Forbidden"
        | "UnauthorizedAccess"
        | "KMS.AccessDeniedException" => Kind::Denied,
        "PreconditionFailed" | "ConditionalRequestConflict" => Kind::Precondition,
        "NotImplemented"
        | "XNotImplemented"
        | "NotSupported"
        | "OperationNotSupported"
        | "UnsupportedOperation"
        | "MethodNotAllowed" => Kind::Unsupported,
        // Bytes that were damaged or cut off on their way may arrive whole the next time.
        "InternalError"
        | "InternalServerError"
        | "RequestTimeout"
        | "OperationAborted"
        | "BadDigest"
        | "IncompleteBody"
        | "XAmzContentSHA256Mismatch"
        | "XAmzContentChecksumMismatch" => Kind::Network,
        code if is_wrong(code) => Kind::Invalid,
        _ => return None,
    })
}

/// Whether the request itself is wrong, whenever it is sent.
fn is_wrong(code: &str) -> bool {
    matches!(
        code,
        "RequestTimeTooSkewed"
            | "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException"
            | "InvalidBucketName"
            | "InvalidArgument"
            | "InvalidRequest"
            | "InvalidPart"
            | "InvalidPartOrder"
            | "InvalidDigest"
            | "InvalidTag"
            | "InvalidStorageClass"
            | "InvalidEncryptionAlgorithmError"
            | "EntityTooSmall"
            | "EntityTooLarge"
            | "KeyTooLongError"
            | "MetadataTooLarge"
            | "MissingContentLength"
            | "KMS.NotFoundException"
            | "KMS.DisabledException"
            | "KMS.KMSInvalidStateException"
            | "MalformedXML"
    )
}

fn by_status(answer: &Answer<'_>) -> Kind {
    match answer.status {
        429 | 503 => Kind::Throttled,
        401 => Kind::Credentials,
        403 => Kind::Denied,
        404 if is_of_an_upload(answer.operation) => Kind::UploadGone,
        404 => Kind::NotFound,
        405 | 501 => Kind::Unsupported,
        409 | 412 => Kind::Precondition,
        408 | 500..=599 => Kind::Network,
        300..=499 => Kind::Invalid,
        _ if answer.code.is_some() => Kind::Other,
        _ => Kind::Garbled,
    }
}

/// Whether the answer says that the bucket is to be asked for in another region.
pub fn is_redirect(status: u16, code: Option<&str>) -> bool {
    matches!(status, 301 | 302 | 307 | 308)
        || matches!(
            code,
            Some(
                "PermanentRedirect"
                    | "TemporaryRedirect"
                    | "AuthorizationHeaderMalformed"
                    | "IllegalLocationConstraintException"
            )
        )
}

/// The sentence for a failure without one from the service.
pub fn message(answer: &Answer<'_>, kind: Kind) -> String {
    if kind == Kind::Unsupported && answer.operation == Operation::ListMultipartUploads {
        return "this server cannot list uploads".to_owned();
    }
    if is_redirect(answer.status, answer.code) && answer.message.is_empty() {
        return "the bucket is in another region".to_owned();
    }
    let said = answer.message.split_whitespace().collect::<Vec<_>>();
    if !said.is_empty() {
        return said.join(" ").chars().take(400).collect();
    }
    let plain = match kind {
        Kind::Denied => "access denied",
        Kind::NotFound if answer.operation == Operation::HeadBucket => "no such bucket",
        Kind::NotFound if answer.operation == Operation::HeadObject => "no such object",
        Kind::NotFound => "not found",
        Kind::UploadGone => "no such upload",
        Kind::Throttled => "the service asks to slow down",
        Kind::Credentials => "the credentials were refused",
        Kind::Unsupported => "this server cannot do this",
        Kind::Precondition if answer.operation == Operation::AbortMultipartUpload => {
            "a precondition failed"
        }
        Kind::Precondition => "there is such an object already",
        Kind::Network if answer.code == Some("BadDigest") => {
            "what arrived is not what was sent: its checksum differs"
        }
        // An answer to HEAD has no body to say more.
        Kind::Invalid if answer.operation == Operation::HeadObject && answer.status == 400 => {
            "the server refused to tell of the object; one that is stored with a key of the customer's own \
             (SSE-C) is told of only with that key"
        }
        _ if answer.code == Some("InvalidBucketName") => "no bucket can have this name",
        _ if answer.code.is_some() => {
            return format!("the server refused with HTTP {}", answer.status);
        }
        _ => return format!("the server answered HTTP {} without a word", answer.status),
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(operation: Operation, status: u16, code: Option<&str>) -> Kind {
        kind(&Answer {
            operation,
            status,
            code,
            message: "",
        })
    }

    #[test]
    fn the_code_decides_before_the_status() {
        use Operation::{AbortMultipartUpload, ListBuckets, ListMultipartUploads, ListParts};
        for (operation, status, code, kind) in [
            (ListParts, 404, Some("NoSuchUpload"), Kind::UploadGone),
            (ListParts, 200, Some("NoSuchUpload"), Kind::UploadGone),
            (ListParts, 404, Some("NoSuchKey"), Kind::UploadGone),
            (ListParts, 404, None, Kind::UploadGone),
            (AbortMultipartUpload, 403, None, Kind::Denied),
            (ListParts, 404, Some("NoSuchBucket"), Kind::NotFound),
            (ListBuckets, 400, Some("ExpiredToken"), Kind::Credentials),
            (
                ListBuckets,
                403,
                Some("InvalidAccessKeyId"),
                Kind::Credentials,
            ),
            (
                ListBuckets,
                403,
                Some("SignatureDoesNotMatch"),
                Kind::Credentials,
            ),
            (
                ListBuckets,
                403,
                Some("RequestTimeTooSkewed"),
                Kind::Invalid,
            ),
            (ListBuckets, 403, Some("AccessDenied"), Kind::Denied),
            (ListBuckets, 503, Some("SlowDown"), Kind::Throttled),
            (ListBuckets, 503, None, Kind::Throttled),
            (ListBuckets, 429, None, Kind::Throttled),
            (
                ListBuckets,
                400,
                Some("ThrottlingException"),
                Kind::Throttled,
            ),
            (ListBuckets, 500, Some("InternalError"), Kind::Network),
            (ListBuckets, 502, None, Kind::Network),
            (ListMultipartUploads, 501, None, Kind::Unsupported),
            (AbortMultipartUpload, 412, None, Kind::Precondition),
            (ListBuckets, 301, Some("PermanentRedirect"), Kind::Invalid),
            (ListBuckets, 200, None, Kind::Garbled),
        ] {
            assert_eq!(of(operation, status, code), kind, "{status} {code:?}");
        }
    }

    #[test]
    fn what_sending_hears_is_told_apart() {
        use Operation::{CompleteMultipartUpload as Complete, HeadObject, PutObject, UploadPart};
        for (operation, status, code, kind) in [
            (UploadPart, 404, None, Kind::UploadGone),
            (UploadPart, 404, Some("NoSuchKey"), Kind::UploadGone),
            (Complete, 404, None, Kind::UploadGone),
            (Complete, 404, Some("NoSuchUpload"), Kind::UploadGone),
            (Complete, 404, Some("NoSuchBucket"), Kind::NotFound),
            (
                Complete,
                412,
                Some("PreconditionFailed"),
                Kind::Precondition,
            ),
            (
                Complete,
                409,
                Some("ConditionalRequestConflict"),
                Kind::Precondition,
            ),
            (Complete, 400, Some("InvalidPart"), Kind::Invalid),
            (Complete, 400, Some("InvalidPartOrder"), Kind::Invalid),
            (Complete, 400, Some("EntityTooSmall"), Kind::Invalid),
            (UploadPart, 400, Some("EntityTooLarge"), Kind::Invalid),
            (UploadPart, 400, Some("BadDigest"), Kind::Network),
            (UploadPart, 400, Some("RequestTimeout"), Kind::Network),
            (PutObject, 412, None, Kind::Precondition),
            (HeadObject, 404, None, Kind::NotFound),
            (PutObject, 400, Some("KMS.NotFoundException"), Kind::Invalid),
        ] {
            assert_eq!(of(operation, status, code), kind, "{status} {code:?}");
        }
    }

    #[test]
    fn a_plea_to_slow_down_is_heard_whatever_its_code() {
        let answer = Answer {
            operation: Operation::ListParts,
            status: 400,
            code: Some("Weird"),
            message: "Please reduce your request rate.",
        };
        assert_eq!(kind(&answer), Kind::Throttled);
    }

    #[test]
    fn a_code_is_a_word() {
        let of = |code| {
            let answer = Answer {
                operation: Operation::ListMultipartUploads,
                status: 400,
                code,
                message: "",
            };
            message(&answer, kind(&answer))
        };
        assert!(of(None).ends_with("without a word"));
        assert_eq!(of(Some("Odd")), "the server refused with HTTP 400");
        assert!(of(Some("InvalidBucketName")).starts_with("no bucket"));
    }

    #[test]
    fn an_empty_message_is_replaced_by_a_sentence() {
        let answer = Answer {
            operation: Operation::ListParts,
            status: 403,
            code: None,
            message: " ",
        };
        assert_eq!(message(&answer, Kind::Denied), "access denied");
    }
}
