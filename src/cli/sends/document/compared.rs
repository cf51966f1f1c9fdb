//! A comparison as machines read it.

use serde::Serialize;

use super::About;
use crate::model::orphan::{Comparison, Proof};

/// What an upload that another program began holds of a file.
#[derive(Debug, Serialize)]
pub struct Compared {
    bucket: Option<String>,
    key: Option<String>,
    upload_id: Option<String>,
    source: Option<String>,
    bytes: u64,
    part_bytes: u64,
    parts: u32,
    equal_parts: usize,
    equal_bytes: u64,
    /// Of the equal ones, by what that was found.
    by_checksum: usize,
    by_md5: usize,
    by_size: usize,
    different: Vec<u32>,
    misfits: Vec<u32>,
    missing_parts: usize,
    parts_to_send: u32,
    bytes_to_send: u64,
}

impl Compared {
    pub fn of(found: &Comparison, about: Option<&About>) -> Self {
        let by = |proof| found.equal.iter().filter(|equal| equal.2 == proof).count();
        Self {
            bucket: about.map(|of| of.bucket.clone()),
            key: about.map(|of| of.key.clone()),
            upload_id: about.and_then(|of| of.upload_id.clone()),
            source: about.map(|of| of.source.clone()),
            bytes: found.layout.total.unwrap_or_default(),
            part_bytes: found.layout.part_size,
            parts: found.layout.count().unwrap_or_default(),
            equal_parts: found.equal.len(),
            equal_bytes: found.equal_bytes,
            by_checksum: by(Proof::Checksum),
            by_md5: by(Proof::Md5),
            by_size: by(Proof::Size),
            different: found.different.clone(),
            misfits: found.misfits.clone(),
            missing_parts: found.missing(),
            parts_to_send: found.parts_to_send,
            bytes_to_send: found.to_send,
        }
    }
}
