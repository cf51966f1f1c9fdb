//! What a person asks for when something is to be sent, and what is told of it while it goes and when it ends.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::checksum::ChecksumWish;
use super::copy::ObjectRef;
use super::plan::{Layout, Wish};
use super::{Target, Timestamp};

/// The 256-bit key of SSE-C. Never shown, logged or journalled.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerKey(pub [u8; 32]);

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey")
    }
}

/// Whether a character can be part of a tag's name or value; the service refuses the whole upload for any other.
/// Source: S3 API Reference, "Tag": letters, digits and white space of Unicode, and `_ . : / = + - @`.
pub fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "_.:/=+-@".contains(character)
}

/// Where an SSE-C key is to be read from when it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeySource {
    File(PathBuf),
    /// An environment variable's name.
    Variable(String),
}

/// How the service encrypts what it stores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encryption {
    /// The bucket's own default.
    #[default]
    Default,
    /// SSE-S3 (`AES256`).
    S3,
    /// SSE-KMS (`aws:kms`); without a key ID AWS's managed key.
    Kms { key_id: Option<String> },
    /// SSE-C; the key travels in [`Access`].
    Customer,
}

impl Encryption {
    /// Whether a part's `ETag` is the MD5 of its bytes.
    ///
    /// Source: S3 API Reference, "Object", `ETag`: not an MD5 under SSE-C and SSE-KMS.
    pub const fn keeps_md5(&self) -> bool {
        matches!(self, Self::Default | Self::S3)
    }
}

/// What every request about one object carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The SSE-C key.
    pub customer_key: Option<CustomerKey>,
    /// The account that must own the bucket (`x-amz-expected-bucket-owner`).
    pub expected_owner: Option<String>,
}

/// What an object is stored with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectOptions {
    pub storage_class: Option<String>,
    /// `None`: guessed from the file's name.
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_disposition: Option<String>,
    pub content_language: Option<String>,
    pub cache_control: Option<String>,
    /// User metadata, without `x-amz-meta-`.
    pub metadata: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
    /// A canned ACL, such as `bucket-owner-full-control`.
    pub acl: Option<String>,
    pub encryption: Encryption,
}

/// Whether the bodies are covered by the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PayloadSigning {
    /// Only over plain HTTP to another machine.
    #[default]
    Auto,
    Always,
    Never,
}

/// Where bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A file, or a directory where [`Order::recursive`] says so. A pipe is read as a stream.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// An object of the service, which copies it.
    Object(ObjectRef),
}

impl Source {
    /// For people; not yet escaped.
    pub fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
            Self::Object(object) => object.shown(),
        }
    }
}

/// How fast, and how it may be changed while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// Bytes a second; `None`: no limit.
    pub limit: Option<u64>,
    /// Parts in flight, exactly; `None`: as many as the link carries, up to the plan's width.
    pub width: Option<usize>,
}

/// What holds for every upload unless the person says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    pub wish: Wish,
    pub checksum: ChecksumWish,
    pub signing: PayloadSigning,
    pub pace: Pace,
    pub storage_class: Option<String>,
}

/// What to send, where to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub sources: Vec<Source>,
    /// Directories are sent with everything below them.
    pub recursive: bool,
    pub bucket: String,
    /// With one file: its key; empty or ending in `/`: the file's name is added. With several files or a
    /// directory: what the keys begin with.
    pub key: String,
    pub options: ObjectOptions,
    pub access: Access,
    /// Where the SSE-C key is, if `access` does not hold it.
    pub customer_key_from: Option<KeySource>,
    /// Do not overwrite (`If-None-Match: *`).
    pub if_none_match: bool,
    /// Leave out files whose key holds an object of the same size.
    pub skip_existing: bool,
    pub wish: Wish,
    pub checksum: ChecksumWish,
    pub signing: PayloadSigning,
    pub pace: Pace,
}

impl Order {
    /// One source with everything at its default.
    pub fn new(source: Source, bucket: &str, key: &str) -> Self {
        Self {
            sources: vec![source],
            recursive: false,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            options: ObjectOptions::default(),
            access: Access::default(),
            customer_key_from: None,
            if_none_match: false,
            skip_existing: false,
            wish: Wish::default(),
            checksum: ChecksumWish::default(),
            signing: PayloadSigning::default(),
            pace: Pace::default(),
        }
    }
}

/// What to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumption {
    /// The journal's name for it.
    pub id: String,
    /// Where the source is now, if it was moved; standard input has to be named again.
    pub source: Option<Source>,
    /// The SSE-C key, which no journal holds.
    pub customer_key: Option<CustomerKey>,
    /// Where to read it from, if it was not read yet.
    pub customer_key_from: Option<KeySource>,
    /// The SSE-C key of the object that is copied.
    pub source_key: Option<CustomerKey>,
    pub pace: Pace,
    /// The source changed: abort the old upload and begin a new one of what is there now.
    pub anew: bool,
}

/// What a service keeps of a part, as far as the part map shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cell {
    #[default]
    Missing,
    /// The service holds it; not yet compared with the source.
    Held,
    /// The service holds it and it is not what the source has.
    Different,
    /// Being compared or sent.
    Moving,
    /// Its last try failed and it waits for another.
    Troubled,
    Done,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// Looking at the source and at what the service has.
    #[default]
    Preparing,
    /// Comparing what the service holds with the source; nothing is sent.
    Comparing,
    Sending,
    /// Parts in flight end, no other begins.
    Paused,
    /// The network or the service is away; see [`Sending::trouble`].
    Waiting,
    Completing,
    /// Looking at the stored object.
    Verifying,
}

impl Phase {
    /// One word for people and machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Comparing => "comparing",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Completing => "completing",
            Self::Verifying => "verifying",
        }
    }
}

/// How far an upload, or a queue of them, is. Overwrites the last one that was not yet read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sending {
    pub phase: Phase,
    /// The upload under way; of several the largest. `None` until one was begun.
    pub target: Option<Target>,
    /// The journal's name for it.
    pub journal: Option<String>,
    /// The source under way, for people.
    pub source: String,
    /// Bytes that the service has for certain, those it had before included.
    pub stored: u64,
    /// Of these: found there and equal to the source.
    pub reused: u64,
    /// Bytes of parts in flight that have left this machine.
    pub in_flight: u64,
    /// Bytes in all; `None`: a stream.
    pub total: Option<u64>,
    pub parts_done: u32,
    /// `None`: a stream.
    pub parts: Option<u32>,
    pub files_done: u64,
    pub files: u64,
    /// Bytes a second over the last seconds, and since it began or went on, without pauses.
    pub rate: u64,
    pub average: u64,
    /// Until the end at the present rate.
    pub left: Option<Duration>,
    /// How often a part was sent again.
    pub retries: u64,
    /// Parts in flight at most, now.
    pub width: usize,
    /// The most that the buffers allow.
    pub max_width: usize,
    /// Bytes a second.
    pub limit: Option<u64>,
    /// What keeps it from going on, while it is tried again.
    pub trouble: Option<String>,
    /// When the service or the provider ends the upload by itself.
    pub deadline: Option<Timestamp>,
    /// The estimated end lies behind the deadline.
    pub late: bool,
    /// One cell a part, or each for as many parts as make at most [`Sending::CELLS`].
    pub map: Vec<Cell>,
}

impl Sending {
    /// The part map has no more cells.
    pub const CELLS: usize = 512;
}

/// How sure it is that what is stored is what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Size and every checksum or `ETag` that can be compared are equal; what was compared, in words.
    Verified(String),
    /// Stored, but something could not be compared, and why.
    Unverified(String),
}

/// An object that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Without quotes.
    pub etag: String,
    pub version_id: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Bytes that were sent now; the rest was there.
    pub sent: u64,
    pub parts: u32,
    /// The whole object's checksum as `ALGORITHM:value`, where the service keeps one.
    pub checksum: Option<String>,
    pub verdict: Verdict,
}

/// An upload of ours that did not end, as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The journal's name for it.
    pub id: String,
    pub begun: Timestamp,
    /// For people; not yet escaped.
    pub source: String,
    pub is_stream: bool,
    pub bucket: String,
    pub key: String,
    /// `None`: the answer to its creation was never recorded.
    pub upload_id: Option<String>,
    pub layout: Layout,
    /// Bytes of parts that were recorded as stored.
    pub stored: u64,
    pub parts_done: u32,
    /// Where it was sent to: an endpoint, or `None` for AWS.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub deadline: Option<Timestamp>,
    pub needs_customer_key: bool,
    pub status: Standing,
}

/// Whether an upload can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Resumable,
    /// Its complete was asked for and the answer not recorded.
    Completing,
    /// Another process works on it.
    Busy,
    /// It was sent to another endpoint than this program is connected to.
    Elsewhere,
    /// The source is gone or differs, and how.
    SourceChanged(String),
    /// The journal cannot be read, and why.
    Unreadable(String),
    /// Ended; kept for reading for a while.
    Done,
    Aborted,
}

/// One entry of a local directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    pub name: String,
    pub is_directory: bool,
    /// Bytes; of files.
    pub size: Option<u64>,
    pub modified: Option<Timestamp>,
    /// Neither a file nor a directory, or not readable as text: cannot be sent from here.
    pub odd: bool,
}

/// A local directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder {
    /// Absolute.
    pub path: PathBuf,
    /// Directories first, then by name.
    pub entries: Vec<FileEntry>,
}
