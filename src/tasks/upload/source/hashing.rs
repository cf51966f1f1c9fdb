//! Stretches of a file hashed as fast as the disk gives them, in little memory whatever their length.

use std::fs::File;
use std::io;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{CHANGED, CHUNK, Opened, Reader, blocking, modified, not_a_file, read_up_to};
use crate::journal::SourceRecord;
use crate::model::Algorithm;
use crate::model::plan::Piece;
use crate::protocol::Fault;
use crate::s3::Meter;
use crate::s3::checksum::{Hasher, Md5Hasher};
use crate::tasks::upload::board::PartMeter;
use crate::tasks::upload::pool::{Buffer, Pool};

/// What a stretch is hashed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tasks::upload) enum By {
    Checksum(Algorithm),
    Md5,
}

/// Who is told of every byte, and what ends it early.
#[derive(Debug, Clone)]
pub(in crate::tasks::upload) struct Watch {
    pub(in crate::tasks::upload) meter: Arc<PartMeter>,
    pub(in crate::tasks::upload) stop: CancellationToken,
}

enum Running {
    Checksum(Hasher),
    Md5(Md5Hasher),
}

impl Running {
    fn new(by: By) -> Self {
        match by {
            By::Checksum(algorithm) => Self::Checksum(Hasher::new(algorithm)),
            By::Md5 => Self::Md5(Md5Hasher::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Checksum(hasher) => hasher.update(bytes),
            Self::Md5(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Checksum(hasher) => hasher.finish().value,
            Self::Md5(hasher) => hasher.finish(),
        }
    }
}

impl Opened {
    /// Hashes a stretch of the file: a checksum's value, or an MD5 as an `ETag` writes it. `None`: it was ended
    /// early.
    pub(in crate::tasks::upload) async fn digest(
        &self,
        piece: Piece,
        by: By,
        pool: &Pool,
        watch: Watch,
    ) -> Result<Option<String>, Fault> {
        let Reader::File(file) = &self.reader else {
            return Err(not_a_file(&self.shown));
        };
        let buffer = pool.take(piece.len.min(CHUNK as u64)).await;
        let (file, record) = (Arc::clone(file), self.record.clone());
        let hash = move || {
            let found = digest(&file, piece, (by, buffer), &watch)?;
            watch.meter.settle();
            is_unchanged(&file, &record)?;
            Ok(found)
        };
        blocking(hash)
            .await
            .map_err(|error| self.fault(&error, piece.offset))
    }
}

fn digest(
    file: &File,
    piece: Piece,
    (by, mut buffer): (By, Buffer),
    watch: &Watch,
) -> io::Result<Option<String>> {
    let mut hasher = Running::new(by);
    let (mut offset, mut left) = (piece.offset, piece.len);
    while left > 0 {
        if watch.stop.is_cancelled() {
            return Ok(None);
        }
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        let block = buffer.as_mut();
        let block = &mut block[..CHUNK.min(wanted)];
        let got = read_up_to(file, block, offset)?;
        if got < block.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hasher.update(block);
        watch.meter.passed(got);
        offset += got as u64;
        left -= got as u64;
    }
    Ok(Some(hasher.finish()))
}

fn is_unchanged(file: &File, record: &SourceRecord) -> io::Result<()> {
    let now = file.metadata()?;
    if Some(now.len()) == record.size && modified(&now) == record.modified {
        return Ok(());
    }
    Err(io::Error::other(CHANGED))
}
