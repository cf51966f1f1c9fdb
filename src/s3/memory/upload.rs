//! Uploads in progress and their parts, small enough to hold a million of them.

use std::sync::Arc;

use bytes::Bytes;

use super::digest::{filler_digest, hex, md5, upload_id};
use super::{Contents, MAX_BODY, MAX_PART_NUMBER, MemoryStore, Refusal};
use crate::model::part::Checksum;
use crate::model::send::ObjectOptions;
use crate::model::{Part, Target, Timestamp, Upload};
use crate::protocol::{Fault, Operation};

/// Where an upload stands in a listing: by key, then by initiation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) key: Box<str>,
    pub(super) initiated: Timestamp,
    pub(super) id: Box<str>,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) meta: Arc<Meta>,
    pub(super) parts: Parts,
}

/// An owner or initiator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Principal {
    pub id: String,
    pub display_name: Option<String>,
}

impl Principal {
    pub(super) fn name(&self) -> String {
        self.display_name.clone().unwrap_or_else(|| self.id.clone())
    }
}

/// What an upload was begun with; shared by many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    pub storage_class: Option<String>,
    pub initiator: Option<Principal>,
    pub owner: Option<Principal>,
    pub checksum_algorithm: Option<String>,
    pub checksum_type: Option<String>,
    pub options: ObjectOptions,
    /// The MD5 of the SSE-C key.
    pub customer: Option<[u8; 16]>,
}

/// The parts of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    /// Made up on demand: takes no memory for each part.
    Uniform(Uniform),
    /// One by one, by number.
    Listed(Vec<StoredPart>),
}

/// Parts 1 to `count` that arrived evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Uniform {
    pub count: u32,
    /// Bytes of every part but the last.
    pub size: u64,
    /// Bytes of the last part.
    pub last_size: u64,
    /// When the first part arrived.
    pub first: Timestamp,
    /// When the last part arrived.
    pub last: Timestamp,
}

impl Default for Parts {
    fn default() -> Self {
        Self::Uniform(Uniform::default())
    }
}

/// One stored part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    pub number: u32,
    pub size: u64,
    pub md5: [u8; 16],
    pub last_modified: Timestamp,
    pub checksum: Option<Checksum>,
    /// `None`: only the record is kept, and reading it yields zeros.
    pub body: Option<Bytes>,
}

impl StoredPart {
    /// A part of which only the record is kept.
    pub fn record(upload_id: &str, number: u32, size: u64, last_modified: Timestamp) -> Self {
        Self {
            number,
            size,
            md5: filler_digest(upload_id, number),
            last_modified,
            checksum: None,
            body: None,
        }
    }

    /// A part with its bytes.
    pub fn with_body(number: u32, body: Bytes, last_modified: Timestamp) -> Self {
        Self {
            number,
            size: body.len() as u64,
            md5: md5(&body),
            last_modified,
            checksum: None,
            body: Some(body),
        }
    }

    /// The `ETag`, without quotes.
    pub fn etag(&self) -> String {
        hex(&self.md5)
    }

    fn to_part(&self) -> Part {
        Part {
            number: self.number,
            size: self.size,
            etag: self.etag(),
            last_modified: Some(self.last_modified),
            checksum: self.checksum.clone(),
        }
    }
}

impl Uniform {
    fn part(&self, id: &str, number: u32) -> StoredPart {
        let size = if number == self.count {
            self.last_size
        } else {
            self.size
        };
        let span = i128::from(self.last.millis() - self.first.millis());
        let steps = i128::from(self.count.saturating_sub(1).max(1));
        let done = if self.count == 1 {
            1
        } else {
            i128::from(number) - 1
        };
        let after = i64::try_from(span * done / steps).unwrap_or_default();
        let at = Timestamp::from_millis(self.first.millis().saturating_add(after));
        StoredPart::record(id, number, size, at)
    }
}

impl Parts {
    /// The parts whose number is above `after`, at most `max` of them, and whether there are more.
    pub(super) fn page(&self, id: &str, after: u32, max: usize) -> (Vec<Part>, bool) {
        match self {
            Self::Uniform(uniform) => {
                let left = usize::try_from(uniform.count.saturating_sub(after)).unwrap_or(max);
                let parts = (after.saturating_add(1)..=uniform.count)
                    .take(max)
                    .map(|number| uniform.part(id, number).to_part())
                    .collect();
                (parts, left > max)
            }
            Self::Listed(parts) => {
                let start = parts.partition_point(|part| part.number <= after);
                let rest = &parts[start..];
                let page = rest.iter().take(max).map(StoredPart::to_part).collect();
                (page, rest.len() > max)
            }
        }
    }

    pub(super) fn get(&self, id: &str, number: u32) -> Option<StoredPart> {
        match self {
            Self::Uniform(uniform) => (1..=uniform.count)
                .contains(&number)
                .then(|| uniform.part(id, number)),
            Self::Listed(parts) => {
                let at = parts.binary_search_by_key(&number, |part| part.number);
                at.ok().map(|at| parts[at].clone())
            }
        }
    }

    fn put(&mut self, id: &str, part: StoredPart) {
        if let Self::Uniform(uniform) = self {
            let parts = (1..=uniform.count).map(|number| uniform.part(id, number));
            *self = Self::Listed(parts.collect());
        }
        if let Self::Listed(parts) = self {
            match parts.binary_search_by_key(&part.number, |part| part.number) {
                Ok(at) => parts[at] = part,
                Err(at) => parts.insert(at, part),
            }
        }
    }
}

/// An upload to put into the store as if it had been begun before.
#[derive(Debug, Clone, Default)]
pub struct NewUpload {
    pub key: String,
    /// `None`: one is made up.
    pub upload_id: Option<String>,
    /// `None`: now.
    pub initiated: Option<Timestamp>,
    pub meta: Arc<Meta>,
    pub parts: Parts,
}

impl Position {
    /// The first position of `key`.
    pub(super) fn first_of(key: &str) -> Self {
        Self {
            key: key.into(),
            initiated: Timestamp::from_millis(i64::MIN),
            id: "".into(),
        }
    }

    pub(super) fn upload(&self, record: &Record) -> Upload {
        let meta = &record.meta;
        Upload {
            key: self.key.to_string(),
            upload_id: self.id.to_string(),
            initiated: Some(self.initiated),
            storage_class: meta.storage_class.clone(),
            initiator: meta.initiator.as_ref().map(Principal::name),
            owner: meta.owner.as_ref().map(Principal::name),
            checksum_algorithm: meta.checksum_algorithm.clone(),
            checksum_type: meta.checksum_type.clone(),
        }
    }
}

impl Contents {
    /// Where the upload stands; upload IDs belong to one key.
    pub(super) fn find(&self, key: &str, id: &str) -> Option<Position> {
        self.uploads
            .range(Position::first_of(key)..)
            .take_while(|(position, _)| &*position.key == key)
            .find(|(position, _)| &*position.id == id)
            .map(|(position, _)| position.clone())
    }

    pub(super) fn record(&mut self, target: &Target) -> Result<&mut Record, Refusal> {
        let position = self.find(&target.key, &target.upload_id);
        position
            .and_then(|position| self.uploads.get_mut(&position))
            .ok_or(Refusal::NO_UPLOAD)
    }
}

impl MemoryStore {
    /// Puts an upload in as if it had been begun before; answers its upload ID. `NoSuchBucket`.
    pub fn insert_upload(&self, bucket: &str, upload: NewUpload) -> Result<String, Fault> {
        let serial = {
            let mut state = self.lock();
            state.serial += 1;
            state.serial
        };
        let now = self.clock.now();
        let operation = Operation::CreateMultipartUpload;
        let key = upload.key.clone();
        self.within(operation, bucket, &key, |contents| {
            let id = upload
                .upload_id
                .unwrap_or_else(|| upload_id(&upload.key, serial));
            let position = Position {
                key: upload.key.into(),
                initiated: upload.initiated.unwrap_or(now),
                id: id.as_str().into(),
            };
            let record = Record {
                meta: upload.meta,
                parts: upload.parts,
            };
            contents.uploads.insert(position, record);
            Ok(id)
        })
    }

    /// Stores a part, replacing the one of that number; answers its `ETag`. `NoSuchUpload`, `InvalidArgument`.
    pub fn put_part(&self, target: &Target, part: StoredPart) -> Result<String, Fault> {
        let Target { bucket, key, .. } = target;
        self.within(Operation::UploadPart, bucket, key, |contents| {
            if part.number == 0 || part.number > MAX_PART_NUMBER {
                return Err(Refusal::invalid(
                    "InvalidArgument",
                    "Part number must be an integer between 1 and 10000, inclusive",
                ));
            }
            if part.size > MAX_BODY {
                return Err(Refusal::TOO_LARGE);
            }
            let etag = part.etag();
            contents.record(target)?.parts.put(&target.upload_id, part);
            Ok(etag)
        })
    }

    /// Stores the record of a part that arrives now, without bytes.
    pub fn put_part_record(
        &self,
        target: &Target,
        number: u32,
        size: u64,
    ) -> Result<String, Fault> {
        let part = StoredPart::record(&target.upload_id, number, size, self.clock.now());
        self.put_part(target, part)
    }
}
