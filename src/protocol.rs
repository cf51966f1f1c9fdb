//! What the left and the right side say to each other: commands one way, reports the other.
//!
//! Plain data without closures, handles or senders, so that either side can be tested without the other.

use std::fmt;
use std::path::PathBuf;

use crate::model::part::UploadInfo;
use crate::model::send::{
    Folder, Interrupted, Order, Pace, Resumption, Sending, Source, StoredObject,
};
use crate::model::{Bucket, Extent, Part, RowId, Target, Thresholds, Timestamp, Upload};

/// One piece of work that takes time; given out by whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What a listing covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub bucket: String,
    /// Empty: the whole bucket.
    pub prefix: String,
}

/// Who goes first when requests wait for their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// On screen now.
    Visible,
    /// Marked by the person.
    Marked,
    /// Everything else.
    Background,
}

/// How an abort decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortPolicy {
    /// Abort also what is alive, or may be. Only when the person said so in so many words.
    pub include_active: bool,
    pub thresholds: Thresholds,
}

/// One upload to abort, with what was known of it when the person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbortTarget {
    pub row: RowId,
    pub target: Target,
    pub initiated: Option<Timestamp>,
    /// What the person saw, if it had been sized: more parts than that means that it became active.
    pub seen: Option<Extent>,
}

/// What the left side asks for. Every job ends with exactly one [`News::Ended`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Who and where we are: [`News::Identity`].
    Identify {
        job: JobId,
    },
    /// The buckets of the account: [`News::Buckets`].
    Buckets {
        job: JobId,
    },
    /// The uploads in progress: [`News::Listed`], a page each.
    List {
        job: JobId,
        scope: Scope,
        urgency: Urgency,
    },
    /// The sizes of uploads: [`News::Measured`].
    Measure {
        job: JobId,
        targets: Vec<(RowId, Target)>,
        urgency: Urgency,
    },
    /// The parts of one upload: [`News::Parts`], a page each.
    Parts {
        job: JobId,
        target: Target,
    },
    /// The abort protocol: [`News::Aborted`].
    Abort {
        job: JobId,
        targets: Vec<AbortTarget>,
        policy: AbortPolicy,
    },
    /// A new upload, or a queue of them: [`News::Sending`], and [`News::Sent`] for each file.
    Send {
        job: JobId,
        order: Box<Order>,
    },
    /// Goes on with one of our own interrupted uploads; the news are those of `Send`.
    Resume {
        job: JobId,
        resumption: Box<Resumption>,
    },
    /// What the journal knows: [`News::Interrupted`].
    Interrupted {
        job: JobId,
    },
    /// Aborts an interrupted upload of ours and ends its journal; [`News::Sent`] tells of it.
    Discard {
        job: JobId,
        id: String,
    },
    /// What is in a local directory, for choosing a file: [`News::Folder`]. `~` is the person's home.
    Folder {
        job: JobId,
        path: PathBuf,
    },
    /// Of a `Send` or `Resume`: parts in flight end, no other begins.
    Pause(JobId),
    Continue(JobId),
    /// Changes how fast a `Send` or `Resume` goes.
    Pace {
        job: JobId,
        pace: Pace,
    },
    /// Stops handing out the job's work; it reports what was done and what was not. An upload stays for later.
    Cancel(JobId),
    /// As `Cancel`, but the upload under way is aborted.
    Drop(JobId),
}

/// What the right side answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub job: JobId,
    pub news: News,
}

/// One piece of news of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Identity(Identity),
    Buckets(Vec<Bucket>),
    Listed(Vec<Upload>),
    Measured(Vec<(RowId, Measured)>),
    Parts {
        info: UploadInfo,
        parts: Vec<Part>,
    },
    Aborted(Vec<(RowId, AbortOutcome)>),
    /// Overwrites the job's last progress that was not yet read.
    Progress(Progress),
    /// Overwrites the job's last one that was not yet read.
    Sending(Box<Sending>),
    /// What became of one file.
    Sent(Box<Sent>),
    Interrupted(Vec<Interrupted>),
    Folder(Folder),
    /// Something worth telling that ends nothing: files left out, a checksum that the server refuses.
    Warning(Fault),
    Ended(Outcome),
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub source: Source,
    pub bucket: String,
    pub key: String,
    /// `None` where none was begun, as for a file that goes in one piece.
    pub upload_id: Option<String>,
    /// The journal's name for it.
    pub journal: Option<String>,
    pub outcome: SentOutcome,
}

/// How one file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentOutcome {
    Stored(StoredObject),
    /// `skip_existing`: the object is there and has the same size.
    Existed,
    /// Stopped; what was stored so far stays, and can be gone on with.
    Kept {
        stored: u64,
    },
    /// Stopped before it was begun.
    NotBegun,
    /// Aborted because the person said so.
    Aborted {
        freed: u64,
    },
    Failed {
        fault: Fault,
        /// The upload stays and can be gone on with.
        kept: bool,
    },
}

/// Who we are and where we ask, for the header, the audit log and the doctor. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The profile's name, if one was chosen.
    pub profile: Option<String>,
    /// The region asked first.
    pub region: String,
    /// The custom endpoint, without user information; `None`: AWS.
    pub endpoint: Option<String>,
    /// The access key ID's last four characters; `None` when requests are not signed.
    pub access_key_tail: Option<String>,
    /// Which provider of the chain gave the credentials.
    pub credentials_from: Option<String>,
    /// When the credentials end, if they do.
    pub credentials_expire: Option<Timestamp>,
    /// The provider profile in force.
    pub provider: Option<String>,
}

/// What became of sizing one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Some pages of its parts were read.
    AtLeast(Extent),
    /// All its parts were read.
    Exact(Extent),
    /// It is not there any more.
    Gone,
    /// `s3:ListMultipartUploadParts` is missing.
    Denied(Fault),
    /// It could not be asked.
    Failed(Fault),
}

/// What became of aborting one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbortOutcome {
    /// Aborted, and nothing was left of it when it was looked at again.
    Aborted {
        /// What its parts held just before; `None` where they may not be listed.
        freed: Option<u64>,
    },
    /// Somebody else had ended it before.
    AlreadyGone,
    Skipped(SkipReason),
    Failed(Fault),
}

/// Why an upload was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// A sign of life within the hour.
    Active,
    /// It gained a part since the person looked, or has one younger than the hour.
    BecameActive,
    /// Its parts may not be listed or carry no date, so that it may be alive.
    LivenessUnknown,
    /// It is not the upload that was seen: its initiation differs.
    Changed,
    /// The job was cancelled before its turn.
    Cancelled,
}

impl SkipReason {
    /// The word for it in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::BecameActive => "became_active",
            Self::LivenessUnknown => "liveness_unknown",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
        }
    }

    /// One clause for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Active => "active: it showed a sign of life within the hour",
            Self::BecameActive => "became active: it gained a part since you looked",
            Self::LivenessUnknown => {
                "its parts may not be listed or carry no date, so it may be alive"
            }
            Self::Changed => "changed: it is not the upload that was listed",
            Self::Cancelled => "cancelled before its turn",
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Items finished, however they ended.
    pub done: u64,
    /// Items in all, if known.
    pub total: Option<u64>,
    /// Bytes freed or found.
    pub bytes: u64,
    pub skipped: u64,
    pub failed: u64,
    /// The service asks us to slow down; work goes on at a lower rate.
    pub throttled: bool,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Cancelled {
        done: u64,
        left: u64,
    },
    /// What was found or done until then stays.
    Failed(Fault),
}

/// What was asked of the service, in S3's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    Connect,
    ListBuckets,
    HeadBucket,
    ListMultipartUploads,
    ListParts,
    AbortMultipartUpload,
    CreateMultipartUpload,
    UploadPart,
    CompleteMultipartUpload,
    PutObject,
    HeadObject,
    /// Not a request: something in this program, such as the audit log.
    Local,
}

impl Operation {
    /// S3's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::ListBuckets => "ListBuckets",
            Self::HeadBucket => "HeadBucket",
            Self::ListMultipartUploads => "ListMultipartUploads",
            Self::ListParts => "ListParts",
            Self::AbortMultipartUpload => "AbortMultipartUpload",
            Self::CreateMultipartUpload => "CreateMultipartUpload",
            Self::UploadPart => "UploadPart",
            Self::CompleteMultipartUpload => "CompleteMultipartUpload",
            Self::PutObject => "PutObject",
            Self::HeadObject => "HeadObject",
            Self::Local => "mopup",
        }
    }

    /// The IAM action that it needs. Source: S3 User Guide, "Multipart upload API and permissions".
    pub const fn iam_action(self) -> Option<&'static str> {
        match self {
            Self::ListBuckets => Some("s3:ListAllMyBuckets"),
            Self::HeadBucket => Some("s3:ListBucket"),
            Self::ListMultipartUploads => Some("s3:ListBucketMultipartUploads"),
            Self::ListParts => Some("s3:ListMultipartUploadParts"),
            Self::AbortMultipartUpload => Some("s3:AbortMultipartUpload"),
            Self::CreateMultipartUpload
            | Self::UploadPart
            | Self::CompleteMultipartUpload
            | Self::PutObject => Some("s3:PutObject"),
            Self::HeadObject => Some("s3:GetObject"),
            Self::Connect | Self::Local => None,
        }
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
