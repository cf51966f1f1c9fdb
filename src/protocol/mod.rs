//! What the left and the right side say to each other: commands one way, reports the other.
//!
//! Plain data without closures, handles or senders, so that either side can be tested without the other.

mod fault;

use std::path::PathBuf;

use crate::model::account::Guard;
use crate::model::copy::CopyOrder;
use crate::model::examination::{Checkup, Examination};
use crate::model::lifecycle::{Change, Configuration};
use crate::model::orphan::{Adoption, Comparison, Ending, Inquiry, Judged, Made, Placed, Placing};
use crate::model::part::UploadInfo;
use crate::model::send::{
    Access, Folder, Interrupted, Order, Pace, Resumption, Sending, Source, StoredObject,
};
use crate::model::table::{Arranged, Wish};
use crate::model::watch::{Happening, Tuning, Vitals, Watch};
use crate::model::{Bucket, Extent, Part, RowId, Target, Targets, Thresholds, Timestamp, Upload};

pub use fault::{Fault, Kind, Operation};

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
        /// Told as the service orders them; else as they are found, which is sooner. Either way in stretches side by
        /// side, where that is safe.
        in_order: bool,
    },
    /// The view of a large table, filtered and sorted: [`News::Arranged`].
    Arrange {
        job: JobId,
        wish: Box<Wish>,
    },
    /// The uploads of exactly one key: [`News::Listed`].
    ListKey {
        job: JobId,
        bucket: String,
        key: String,
        urgency: Urgency,
    },
    /// The sizes of uploads: [`News::Measured`].
    Measure {
        job: JobId,
        targets: Targets,
        urgency: Urgency,
    },
    /// The parts of one upload: [`News::Parts`], a page each.
    Parts {
        job: JobId,
        target: Target,
        /// With SSE-C and a checksum algorithm no part is listed without the key.
        access: Access,
    },
    /// The abort protocol: [`News::Aborted`]. One that gained a part since it was frozen became active. What a
    /// cancel left is not told one by one: whatever has no outcome was not begun.
    Abort {
        job: JobId,
        targets: Targets,
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
    /// Whether an upload can be completed: [`News::Judged`].
    Judge {
        job: JobId,
        inquiry: Box<Inquiry>,
    },
    /// Completes an upload, whoever began it: [`News::Sending`], and [`News::Made`].
    Complete {
        job: JobId,
        ending: Box<Ending>,
    },
    /// Compares what an upload holds with a file, sending nothing: [`News::Sending`], and [`News::Compared`].
    Compare {
        job: JobId,
        adoption: Box<Adoption>,
    },
    /// Makes somebody's upload ours and goes on with it; the news are those of `Send`.
    Adopt {
        job: JobId,
        adoption: Box<Adoption>,
    },
    /// Puts single parts: [`News::Sending`], and [`News::Placed`] for each.
    Place {
        job: JobId,
        placing: Box<Placing>,
    },
    /// A copy within the service; the news are those of `Send`.
    Copy {
        job: JobId,
        order: Box<CopyOrder>,
    },
    /// Watches an upload until it is over: [`News::Vitals`] after each look, [`News::Happened`] for what happens.
    /// `Pause` and `Continue` freeze it.
    Watch {
        job: JobId,
        watch: Box<Watch>,
    },
    /// Changes how a `Watch` goes.
    Tune {
        job: JobId,
        tuning: Tuning,
    },
    /// The lifecycle rules of a bucket: [`News::Lifecycle`].
    Lifecycle {
        job: JobId,
        bucket: String,
        urgency: Urgency,
    },
    /// Writes a whole lifecycle configuration, unless somebody changed it since, reads it back and compares:
    /// [`News::Lifecycle`] with what is there then.
    SetLifecycle {
        job: JobId,
        bucket: String,
        change: Box<Change>,
    },
    /// Tries what can be tried without harm: [`News::Examined`], the last one of which is whole.
    Examine {
        job: JobId,
        checkup: Checkup,
    },
    /// What is in a local directory, for choosing a file: [`News::Folder`]. `~` is the person's home.
    Folder {
        job: JobId,
        path: PathBuf,
    },
    /// Of a `Send`, `Resume`, `Adopt`, `Place` or `Copy`: parts in flight end, no other begins. Of a `List`: its next
    /// page waits.
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

impl Command {
    /// The parts of an upload that needs no key.
    pub fn parts(job: JobId, target: Target) -> Self {
        let access = Access::default();
        Self::Parts {
            job,
            target,
            access,
        }
    }
}

impl Command {
    /// The job that it starts; `None`: it speaks to one that runs.
    pub const fn starts(&self) -> Option<JobId> {
        match self {
            Self::Identify { job }
            | Self::Buckets { job }
            | Self::List { job, .. }
            | Self::ListKey { job, .. }
            | Self::Arrange { job, .. }
            | Self::Measure { job, .. }
            | Self::Parts { job, .. }
            | Self::Abort { job, .. }
            | Self::Send { job, .. }
            | Self::Resume { job, .. }
            | Self::Interrupted { job }
            | Self::Discard { job, .. }
            | Self::Judge { job, .. }
            | Self::Complete { job, .. }
            | Self::Compare { job, .. }
            | Self::Adopt { job, .. }
            | Self::Place { job, .. }
            | Self::Copy { job, .. }
            | Self::Watch { job, .. }
            | Self::Lifecycle { job, .. }
            | Self::SetLifecycle { job, .. }
            | Self::Examine { job, .. }
            | Self::Folder { job, .. } => Some(*job),
            Self::Pause(_)
            | Self::Continue(_)
            | Self::Pace { .. }
            | Self::Tune { .. }
            | Self::Cancel(_)
            | Self::Drop(_) => None,
        }
    }
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
    Arranged(Box<Arranged>),
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
    Judged(Box<Judged>),
    /// An upload was completed.
    Made(Box<Made>),
    Compared(Box<Comparison>),
    Placed(Box<Placed>),
    /// Overwrites the job's last ones that were not yet read.
    Vitals(Box<Vitals>),
    Happened(Happening),
    Lifecycle(Box<Prevention>),
    /// What was examined so far, or all of it.
    Examined(Box<Examination>),
    /// Something worth telling that ends nothing: files left out, a checksum that the server refuses.
    Warning(Fault),
    Ended(Outcome),
}

impl News {
    /// How many rows it is about; at least one, since taking it in is work.
    pub fn weight(&self) -> usize {
        let rows = match self {
            Self::Listed(uploads) => uploads.len(),
            Self::Measured(sizes) => sizes.len(),
            Self::Parts { parts, .. } => parts.len(),
            Self::Aborted(outcomes) => outcomes.len(),
            _ => 1,
        };
        rows.max(1)
    }
}

/// What is known of what a bucket does against orphans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prevention {
    /// Its rules, possibly none.
    Known(Configuration),
    /// `s3:GetLifecycleConfiguration` is missing.
    Denied(Fault),
    /// The server has no lifecycle rules, or answers something else; in its words or ours.
    Unsupported(Fault),
    /// It could not be asked.
    Failed(Fault),
}

impl Prevention {
    /// Whether orphans can gather, in a word.
    pub fn guard(&self) -> Guard {
        match self {
            Self::Known(configuration) => Guard::of(configuration),
            Self::Denied(_) => Guard::Denied,
            Self::Unsupported(_) => Guard::Unsupported,
            Self::Failed(_) => Guard::Failed,
        }
    }
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
    /// The service said yes, and nothing was left of it when it was looked at again.
    Aborted {
        /// What its parts held just before; `None` where they may not be listed.
        freed: Option<u64>,
        /// False: nobody could look again, since that is not allowed or took too long after a cancel.
        verified: bool,
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
    /// The job was cancelled before its turn. Of many only their number is told.
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
    /// Of what is done: aborted, but not looked at again, or not yet.
    pub unverified: u64,
    /// Requests that were sent so far and are paid for as listings are.
    pub requests: u64,
    /// The service asks us to slow down; work goes on at a lower rate.
    pub throttled: bool,
}

impl Progress {
    /// Items that are yet to be done, if that is known.
    pub fn left(&self) -> Option<u64> {
        Some(self.total?.saturating_sub(self.done))
    }

    /// Requests in all in the end, if the rest wants as many each as what is done. At least one each.
    pub fn expected_requests(&self) -> Option<u64> {
        let left = self.left()?;
        let by_now = u128::from(left) * u128::from(self.requests) / u128::from(self.done.max(1));
        let more = u64::try_from(by_now).unwrap_or(u64::MAX).max(left);
        Some(self.requests.saturating_add(more))
    }
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
