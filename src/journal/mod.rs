//! The records of our own uploads, one locked file each, so that none is forgotten whatever happens to the
//! process or the machine.
//!
//! Knows files and plain data: no store, no job. Everything here blocks. Holds no secret: of SSE-C only that it
//! is used.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::part::Checksum;
use crate::model::plan::Layout;
use crate::model::send::{ObjectOptions, PayloadSigning};
use crate::model::{Algorithm, Timestamp};

/// Where an upload is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destination {
    /// `None`: AWS.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub provider: Option<String>,
}

/// What the source was when its upload was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Absolute; `None`: standard input.
    pub path: Option<PathBuf>,
    /// Read once, from its beginning to its end.
    pub is_stream: bool,
    /// Bytes; `None` for a stream.
    pub size: Option<u64>,
    /// Nanoseconds since 1970.
    pub modified: Option<i64>,
    /// A hash over samples of its bytes, as whoever took them writes it.
    pub sample: Option<String>,
}

/// Everything needed to begin an upload, or to go on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    pub created: Timestamp,
    pub destination: Destination,
    pub bucket: String,
    pub key: String,
    pub source: SourceRecord,
    pub layout: Layout,
    /// With SSE-C its `encryption` says so; the key itself is nowhere.
    pub options: ObjectOptions,
    pub expected_owner: Option<String>,
    pub if_none_match: bool,
    pub algorithm: Option<Algorithm>,
    pub signing: PayloadSigning,
    /// Parts in flight at most.
    pub width: usize,
}

/// What the service said to the new upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    pub at: Timestamp,
    pub upload_id: String,
    /// The algorithm in force: none where the service refused the one of the recipe.
    pub algorithm: Option<Algorithm>,
    /// When the service or the provider ends it by itself.
    pub deadline: Option<Timestamp>,
}

/// A part that the service has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRecord {
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Of the bytes that were read.
    pub checksum: Option<Checksum>,
}

/// What was going to be asked for when everything had been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completing {
    pub at: Timestamp,
    /// Bytes.
    pub size: u64,
    pub parts: u32,
    /// What the object's `ETag` should be, where it can be told.
    pub etag: Option<String>,
    /// The whole object's.
    pub checksum: Option<Checksum>,
}

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Stored {
        at: Timestamp,
        etag: String,
        version_id: Option<String>,
    },
    Aborted {
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
