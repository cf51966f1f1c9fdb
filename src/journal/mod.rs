//! The records of our own uploads, one locked file each, so that none is forgotten whatever happens to the
//! process or the machine.
//!
//! Knows files and plain data: no store, no job. Everything here blocks. Holds no secret: of SSE-C only that it
//! is used.
//!
//! # The files
//!
//! `ID.jsonl`, for its owner alone (folder 0700, file 0600). An ID begins with the time, UTC, to the
//! millisecond, so that IDs sort by time: `20261121-142407-k300` is `YYYYMMDD-HHMMSS`, the milliseconds in two
//! digits of base 36, and two more that tell apart what was begun within the same millisecond.
//!
//! One JSON object a line, with one field, which says what it is about:
//!
//! | line | when | fields |
//! |---|---|---|
//! | `intent` | first, before `CreateMultipartUpload`; synced | `version` (1), then [`Recipe`] |
//! | `begun` | the service answered with an upload ID; synced; absent where the `intent` has `adopted` | [`Begun`] |
//! | `part` | the service has a part; the last one of a number counts; synced within a second | [`PartRecord`] |
//! | `completing` | before `CompleteMultipartUpload`; synced | [`Completing`] |
//! | `stored`, `aborted` | last; synced | [`End`] |
//!
//! Times are RFC 3339 in UTC with milliseconds (a time that RFC 3339 cannot say: a number, the milliseconds since
//! 1970). Sizes are in bytes. A path that is not UTF-8 is `{"shown": …, "bytes": …}`, the latter in hexadecimal.
//! What is absent is `null`; only a source that is no object does not speak of one, nor an upload of our own of
//! having been adopted.
//!
//! A process that dies or a machine that loses power may leave a last line that is torn: it is dropped, and
//! only that one. Any other line that does not fit makes the journal unreadable; nothing is guessed.
//!
//! # The locks
//!
//! Who works on an upload holds an exclusive lock of its file as long as it does; the system lifts it when the
//! process ends, however it ends. A lock is only ever asked for, looked at or given up together with its file
//! while `.lock` in the same folder is held, for microseconds; so looking whether a journal is busy cannot be
//! mistaken for working on it, and no file is removed under somebody who is about to lock it.

mod error;
mod file;
mod form;
mod gate;
mod id;
mod list;
mod log;
mod record;
mod replay;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::copy::ObjectRef;
use crate::model::part::Checksum;
use crate::model::plan::Layout;
use crate::model::send::{ObjectOptions, PayloadSigning, Source};
use crate::model::{Algorithm, Timestamp};

pub use error::JournalError;
pub use file::Journal;
pub use list::{Entry, list, prune, read};

/// Where an upload is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// `None`: AWS.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub provider: Option<String>,
}

/// What the source was when its upload was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// Absolute; `None`: standard input.
    #[serde(default, with = "form::path")]
    pub path: Option<PathBuf>,
    /// Read once, from its beginning to its end.
    pub is_stream: bool,
    /// Bytes; `None` for a stream.
    pub size: Option<u64>,
    /// Nanoseconds since 1970.
    pub modified: Option<i64>,
    /// A hash over samples of its bytes, as whoever took them writes it.
    pub sample: Option<String>,
    /// It is an object, which the service copies; then there is no path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRecord>,
}

/// What the object was when its copy was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRecord {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
    /// Without quotes.
    pub etag: String,
    /// Over all its bytes, where the service keeps one.
    #[serde(default, with = "form::checksum")]
    pub checksum: Option<Checksum>,
    #[serde(rename = "expected_bucket_owner")]
    pub expected_owner: Option<String>,
    /// It is encrypted with SSE-C; the key itself is nowhere.
    pub needs_key: bool,
}

impl SourceRecord {
    /// Where the bytes come from.
    pub fn source(&self) -> Source {
        match (&self.object, &self.path) {
            (Some(object), _) => Source::Object(ObjectRef {
                bucket: object.bucket.clone(),
                key: object.key.clone(),
                version_id: object.version_id.clone(),
            }),
            (None, Some(path)) => Source::Path(path.clone()),
            (None, None) => Source::Stdin,
        }
    }
}

/// Everything needed to begin an upload, or to go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    #[serde(with = "form::time")]
    pub created: Timestamp,
    pub destination: Destination,
    pub bucket: String,
    pub key: String,
    pub source: SourceRecord,
    #[serde(with = "form::LayoutForm")]
    pub layout: Layout,
    /// With SSE-C its `encryption` says so; the key itself is nowhere.
    #[serde(with = "form::OptionsForm")]
    pub options: ObjectOptions,
    #[serde(rename = "expected_bucket_owner")]
    pub expected_owner: Option<String>,
    pub if_none_match: bool,
    #[serde(rename = "checksum_algorithm", default, with = "form::algorithm")]
    pub algorithm: Option<Algorithm>,
    #[serde(rename = "payload_signing", with = "form::SigningForm")]
    pub signing: PayloadSigning,
    /// Parts in flight at most.
    pub width: usize,
    /// Somebody else began it; an upload of our own does not speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<Adopted>,
}

/// An upload that was there before its journal. With the first line it is recorded as begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adopted {
    pub begun: Begun,
    /// `FULL_OBJECT` or `COMPOSITE`; `None`: it has no checksums.
    pub checksum_type: Option<String>,
    /// A part of the right size that cannot be compared counts as the file's, as long as it is the one that was
    /// recorded.
    pub trust_size: bool,
}

/// What the service said to the new upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    #[serde(with = "form::time")]
    pub at: Timestamp,
    pub upload_id: String,
    /// The algorithm in force: none where the service refused the one of the recipe.
    #[serde(rename = "checksum_algorithm", default, with = "form::algorithm")]
    pub algorithm: Option<Algorithm>,
    /// When the service or the provider ends it by itself.
    #[serde(default, with = "form::maybe_time")]
    pub deadline: Option<Timestamp>,
}

/// A part that the service has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRecord {
    #[serde(rename = "part_number")]
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Of the bytes that were read.
    #[serde(default, with = "form::checksum")]
    pub checksum: Option<Checksum>,
}

/// What was going to be asked for when everything had been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completing {
    #[serde(with = "form::time")]
    pub at: Timestamp,
    /// Bytes.
    pub size: u64,
    pub parts: u32,
    /// What the object's `ETag` should be, where it can be told.
    pub etag: Option<String>,
    /// The whole object's.
    #[serde(default, with = "form::checksum")]
    pub checksum: Option<Checksum>,
}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum End {
    Stored {
        #[serde(with = "form::time")]
        at: Timestamp,
        etag: String,
        version_id: Option<String>,
    },
    Aborted {
        #[serde(with = "form::time")]
        at: Timestamp,
    },
}

/// Everything that a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub recipe: Recipe,
    pub begun: Option<Begun>,
    /// The last record of each number.
    pub parts: BTreeMap<u32, PartRecord>,
    pub completing: Option<Completing>,
    pub end: Option<End>,
}
