//! What became of every file, as machines read it: one document, or an event a line.

mod compared;

use serde::Serialize;

use crate::cli::output::{ErrorRecord, time};
use crate::model::Timestamp;
use crate::model::orphan::Placed;
use crate::model::send::{Sending, StoredObject, Verdict};
use crate::protocol::{Fault, Sent, SentOutcome};

pub use compared::Compared;

#[derive(Debug, Serialize)]
pub struct Stored {
    bucket: String,
    key: String,
    upload_id: Option<String>,
    source: String,
    bytes: u64,
    sent_bytes: u64,
    parts: u32,
    etag: String,
    version_id: Option<String>,
    checksum: Option<String>,
    verified: bool,
    verification: String,
}

#[derive(Debug, Serialize)]
pub struct Kept {
    bucket: String,
    key: String,
    upload_id: Option<String>,
    pub journal: Option<String>,
    source: String,
    bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct Failed {
    bucket: Option<String>,
    key: Option<String>,
    upload_id: Option<String>,
    source: Option<String>,
    kept: bool,
    journal: Option<String>,
    code: Option<String>,
    message: String,
    hint: String,
}

/// The upload that a whole job is about.
#[derive(Debug, Clone)]
pub struct About {
    pub bucket: String,
    pub key: String,
    pub upload_id: Option<String>,
    pub source: String,
    /// `None`: it is not one of ours.
    pub journal: Option<String>,
}

/// One that was not sent, and needs no further word.
#[derive(Debug, Serialize)]
pub struct Named {
    bucket: String,
    key: String,
    source: String,
}

#[derive(Debug, Serialize)]
pub struct Aborted {
    bucket: String,
    key: String,
    upload_id: Option<String>,
    journal: Option<String>,
    source: String,
    freed_bytes: u64,
}

/// One part that was put.
#[derive(Debug, Serialize)]
pub struct PlacedPart {
    bucket: Option<String>,
    key: Option<String>,
    upload_id: Option<String>,
    part_number: u32,
    bytes: u64,
    etag: String,
    checksum: Option<String>,
    checksum_algorithm: Option<String>,
    replaced: bool,
    source: String,
}

impl PlacedPart {
    pub fn of(placed: &Placed, about: Option<&About>, source: String) -> Self {
        let part = &placed.part;
        let checksum = part.checksum.as_ref();
        Self {
            bucket: about.map(|of| of.bucket.clone()),
            key: about.map(|of| of.key.clone()),
            upload_id: about.and_then(|of| of.upload_id.clone()),
            part_number: part.number,
            bytes: part.size,
            etag: part.etag.clone(),
            checksum: checksum.map(|of| of.value.clone()),
            checksum_algorithm: checksum.map(|of| of.algorithm.clone()),
            replaced: placed.replaced,
            source,
        }
    }
}

/// Everything that became of a command.
#[derive(Debug, Default, Serialize)]
pub struct Document {
    pub stored: Vec<Stored>,
    pub kept: Vec<Kept>,
    pub existed: Vec<Named>,
    pub failed: Vec<Failed>,
    pub not_begun: Vec<Named>,
    pub aborted: Vec<Aborted>,
    /// Of whoever puts parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Vec<PlacedPart>>,
    /// Of whoever goes on with what another program began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ErrorRecord>,
}

/// What became of one file.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Record {
    Stored(Stored),
    Kept(Kept),
    Existed(Named),
    Failed(Failed),
    NotBegun(Named),
    Aborted(Aborted),
}

impl Record {
    /// The event's name.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Stored(_) => "stored",
            Self::Kept(_) => "kept",
            Self::Existed(_) => "existed",
            Self::Failed(_) => "failed",
            Self::NotBegun(_) => "not_begun",
            Self::Aborted(_) => "aborted",
        }
    }

    /// A failure of a job as a whole. What an interrupted upload holds stays.
    pub fn of_all(fault: &Fault, about: Option<&About>) -> Self {
        Self::Failed(Failed {
            bucket: about.map(|of| of.bucket.clone()),
            key: about.map(|of| of.key.clone()),
            upload_id: about.and_then(|of| of.upload_id.clone()),
            source: about.map(|of| of.source.clone()),
            kept: about.is_some_and(|of| of.journal.is_some()),
            journal: about.and_then(|of| of.journal.clone()),
            code: fault.code.clone(),
            message: fault.message.clone(),
            hint: fault.hint.clone(),
        })
    }
}

impl From<&Sent> for Record {
    fn from(sent: &Sent) -> Self {
        let Sent {
            bucket,
            key,
            upload_id,
            journal,
            ..
        } = sent.clone();
        let source = sent.source.shown();
        match &sent.outcome {
            SentOutcome::Stored(object) => Self::Stored(stored(sent, object)),
            SentOutcome::Existed => Self::Existed(Named {
                bucket,
                key,
                source,
            }),
            SentOutcome::NotBegun => Self::NotBegun(Named {
                bucket,
                key,
                source,
            }),
            SentOutcome::Kept { stored } => Self::Kept(Kept {
                bucket,
                key,
                upload_id,
                journal,
                source,
                bytes: *stored,
            }),
            SentOutcome::Aborted { freed } => Self::Aborted(Aborted {
                bucket,
                key,
                upload_id,
                journal,
                source,
                freed_bytes: *freed,
            }),
            SentOutcome::Failed { fault, kept } => Self::Failed(Failed {
                bucket: Some(bucket),
                key: Some(key),
                upload_id,
                source: Some(source),
                kept: *kept,
                journal,
                code: fault.code.clone(),
                message: fault.message.clone(),
                hint: fault.hint.clone(),
            }),
        }
    }
}

fn stored(sent: &Sent, object: &StoredObject) -> Stored {
    let (verified, verification) = match &object.verdict {
        Verdict::Verified(what) => (true, what.clone()),
        Verdict::Unverified(why) => (false, why.clone()),
    };
    Stored {
        bucket: sent.bucket.clone(),
        key: sent.key.clone(),
        upload_id: sent.upload_id.clone(),
        source: sent.source.shown(),
        bytes: object.size,
        sent_bytes: object.sent,
        parts: object.parts,
        etag: object.etag.clone(),
        version_id: object.version_id.clone(),
        checksum: object.checksum.clone(),
        verified,
        verification,
    }
}

impl Document {
    pub fn add(&mut self, record: Record) {
        match record {
            Record::Stored(of) => self.stored.push(of),
            Record::Kept(of) => self.kept.push(of),
            Record::Existed(of) => self.existed.push(of),
            Record::Failed(of) => self.failed.push(of),
            Record::NotBegun(of) => self.not_begun.push(of),
            Record::Aborted(of) => self.aborted.push(of),
        }
    }
}

/// One line of `--jsonl`.
#[derive(Debug, Serialize)]
struct Event<T> {
    #[serde(rename = "event")]
    name: &'static str,
    at: String,
    #[serde(flatten)]
    what: T,
}

/// An upload has an ID at the service.
#[derive(Debug, Serialize)]
pub struct Begun<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
    journal: Option<&'a str>,
    source: &'a str,
    bytes: Option<u64>,
    parts: Option<u32>,
    deadline: Option<String>,
}

impl<'a> Begun<'a> {
    /// `None` as long as there is none.
    pub fn of(sending: &'a Sending) -> Option<Self> {
        let target = sending.target.as_ref()?;
        Some(Self {
            bucket: &target.bucket,
            key: &target.key,
            upload_id: &target.upload_id,
            journal: sending.journal.as_deref(),
            source: &sending.source,
            bytes: sending.total,
            parts: sending.parts,
            deadline: time(sending.deadline),
        })
    }
}

/// How far it is.
#[derive(Debug, Serialize)]
pub struct Progress<'a> {
    phase: &'static str,
    bucket: Option<&'a str>,
    key: Option<&'a str>,
    upload_id: Option<&'a str>,
    journal: Option<&'a str>,
    source: &'a str,
    stored_bytes: u64,
    reused_bytes: u64,
    in_flight_bytes: u64,
    total_bytes: Option<u64>,
    parts_done: u32,
    parts: Option<u32>,
    files_done: u64,
    files: u64,
    bytes_per_second: u64,
    average_bytes_per_second: u64,
    seconds_left: Option<u64>,
    retries: u64,
    width: usize,
    limit_bytes_per_second: Option<u64>,
    trouble: Option<&'a str>,
    deadline: Option<String>,
    late: bool,
}

impl<'a> From<&'a Sending> for Progress<'a> {
    fn from(sending: &'a Sending) -> Self {
        let target = sending.target.as_ref();
        Self {
            phase: sending.phase.word(),
            bucket: target.map(|of| of.bucket.as_str()),
            key: target.map(|of| of.key.as_str()),
            upload_id: target.map(|of| of.upload_id.as_str()),
            journal: sending.journal.as_deref(),
            source: &sending.source,
            stored_bytes: sending.stored,
            reused_bytes: sending.reused,
            in_flight_bytes: sending.in_flight,
            total_bytes: sending.total,
            parts_done: sending.parts_done,
            parts: sending.parts,
            files_done: sending.files_done,
            files: sending.files,
            bytes_per_second: sending.rate,
            average_bytes_per_second: sending.average,
            seconds_left: sending.left.map(|left| left.as_secs()),
            retries: sending.retries,
            width: sending.width,
            limit_bytes_per_second: sending.limit,
            trouble: sending.trouble.as_deref(),
            deadline: time(sending.deadline),
            late: sending.late,
        }
    }
}

/// An event as it is written.
pub fn event<T: Serialize>(
    name: &'static str,
    at: Timestamp,
    what: T,
) -> serde_json::Result<String> {
    let event = Event {
        name,
        at: at.rfc3339(),
        what,
    };
    serde_json::to_string(&event)
}
