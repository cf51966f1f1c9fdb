//! One failure: what was asked, why it failed, and what to do next.

use std::fmt;

use crate::model::bucket::is_directory_bucket;

/// What was asked of the service, in S3's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    Connect,
    ListBuckets,
    ListDirectoryBuckets,
    HeadBucket,
    ListMultipartUploads,
    ListParts,
    AbortMultipartUpload,
    CreateMultipartUpload,
    UploadPart,
    CompleteMultipartUpload,
    PutObject,
    HeadObject,
    UploadPartCopy,
    CopyObject,
    GetObjectTagging,
    GetLifecycle,
    PutLifecycle,
    /// Not a request: something in this program, such as the audit log.
    Local,
}

impl Operation {
    /// S3's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::ListBuckets => "ListBuckets",
            Self::ListDirectoryBuckets => "ListDirectoryBuckets",
            Self::HeadBucket => "HeadBucket",
            Self::ListMultipartUploads => "ListMultipartUploads",
            Self::ListParts => "ListParts",
            Self::AbortMultipartUpload => "AbortMultipartUpload",
            Self::CreateMultipartUpload => "CreateMultipartUpload",
            Self::UploadPart => "UploadPart",
            Self::CompleteMultipartUpload => "CompleteMultipartUpload",
            Self::PutObject => "PutObject",
            Self::HeadObject => "HeadObject",
            Self::UploadPartCopy => "UploadPartCopy",
            Self::CopyObject => "CopyObject",
            Self::GetObjectTagging => "GetObjectTagging",
            Self::GetLifecycle => "GetBucketLifecycleConfiguration",
            Self::PutLifecycle => "PutBucketLifecycleConfiguration",
            Self::Local => "mopup",
        }
    }

    /// The IAM action that it needs. Source: S3 User Guide, "Multipart upload API and permissions".
    pub const fn iam_action(self) -> Option<&'static str> {
        match self {
            Self::ListBuckets => Some("s3:ListAllMyBuckets"),
            Self::ListDirectoryBuckets => Some("s3express:ListAllMyDirectoryBuckets"),
            Self::HeadBucket => Some("s3:ListBucket"),
            Self::ListMultipartUploads => Some("s3:ListBucketMultipartUploads"),
            Self::ListParts => Some("s3:ListMultipartUploadParts"),
            Self::AbortMultipartUpload => Some("s3:AbortMultipartUpload"),
            Self::CreateMultipartUpload
            | Self::UploadPart
            | Self::CompleteMultipartUpload
            | Self::UploadPartCopy
            | Self::CopyObject
            | Self::PutObject => Some("s3:PutObject"),
            Self::GetObjectTagging => Some("s3:GetObjectTagging"),
            Self::HeadObject => Some("s3:GetObject"),
            Self::GetLifecycle => Some("s3:GetLifecycleConfiguration"),
            Self::PutLifecycle => Some("s3:PutLifecycleConfiguration"),
            Self::Connect | Self::Local => None,
        }
    }

    /// The same for a bucket: whatever is asked of a directory bucket's objects and uploads needs a session, and
    /// its lifecycle has actions of its own. Source: S3 User Guide, "Actions for directory buckets".
    pub fn iam_action_on(self, bucket: &str) -> Option<&'static str> {
        let action = self.iam_action()?;
        if !is_directory_bucket(bucket) {
            return Some(action);
        }
        Some(match self {
            Self::ListBuckets | Self::ListDirectoryBuckets => action,
            Self::GetLifecycle => "s3express:GetLifecycleConfiguration",
            Self::PutLifecycle => "s3express:PutLifecycleConfiguration",
            _ => "s3express:CreateSession",
        })
    }
}

/// Why something failed, as far as the program acts differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The action is not allowed.
    Denied,
    /// No such bucket or key.
    NotFound,
    /// No such upload: it was completed, aborted, or never was.
    UploadGone,
    /// Slow down: 503, 429, `SlowDown`, `RequestLimitExceeded`.
    Throttled,
    /// The network, or a server that fails (5xx); may go well the next time.
    Network,
    /// No credentials, or they are expired or refused.
    Credentials,
    /// The request or the configuration is wrong.
    Invalid,
    /// The server cannot do this (501, `NotImplemented`).
    Unsupported,
    /// The server's answer makes no sense.
    Garbled,
    /// A precondition failed (412).
    Precondition,
    /// Something in this program.
    Bug,
    Other,
}

/// One failure, told in one sentence with what to do next. Carries no secret, and no text from the service
/// that is not escaped when shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub operation: Operation,
    /// What it was about: `s3://bucket/key`, an endpoint; empty for the account.
    pub target: String,
    pub kind: Kind,
    /// The service's own code, such as `AccessDenied`.
    pub code: Option<String>,
    /// What happened, one sentence without the operation's name.
    pub message: String,
    /// What to do next; empty if there is nothing to say.
    pub hint: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = !matches!(self.operation, Operation::Connect | Operation::Local);
        match (asked, self.target.is_empty()) {
            (true, true) => write!(f, "{}: ", self.operation.name())?,
            (true, false) => write!(f, "{} on {}: ", self.operation.name(), self.target)?,
            (false, true) => {}
            (false, false) => write!(f, "{}: ", self.target)?,
        }
        // Some services end their sentence, and the code follows; or the code is the sentence.
        let message = self.message.trim_end_matches('.');
        f.write_str(message)?;
        if let Some(code) = self
            .code
            .as_deref()
            .filter(|code| !letters(message).contains(&letters(code)))
        {
            write!(f, " ({code})")?;
        }
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// What is said, whatever its spaces and capitals.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(operation: Operation, code: Option<&str>, message: &str) -> Fault {
        Fault {
            operation,
            target: String::new(),
            kind: Kind::Other,
            code: code.map(str::to_owned),
            message: message.to_owned(),
            hint: "do this".to_owned(),
        }
    }

    #[test]
    fn a_fault_is_one_sentence_that_says_nothing_twice() {
        let list = Operation::ListBuckets;
        for (fault, said) in [
            (
                fault(list, Some("AccessDenied"), "Access Denied"),
                "ListBuckets: Access Denied; do this",
            ),
            (
                fault(list, Some("ExpiredToken"), "The token has expired."),
                "ListBuckets: The token has expired (ExpiredToken); do this",
            ),
            (
                fault(Operation::Connect, None, "no credentials"),
                "no credentials; do this",
            ),
            (
                fault(Operation::Local, None, "read-only"),
                "read-only; do this",
            ),
        ] {
            assert_eq!(fault.to_string(), said);
        }
    }
}
