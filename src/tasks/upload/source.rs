//! Where bytes come from: files read by offset, streams read once, always off the threads that must not wait.

mod hashing;
mod object;
mod pieces;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Mutex;

use super::identity::{modified, sample};
use super::pool::{Buffer, Pool};
use crate::journal::SourceRecord;
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::plan::{Layout, Piece};
use crate::model::send::Source;
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::CopySource;
use crate::s3::checksum::Hasher;
use crate::tasks::files::at_home;
pub(super) use hashing::{By, Watch};
use pieces::Pieces;

/// Read and hashed so much at a time: it is still in the cache when it is hashed.
const CHUNK: usize = 256 * 1024;

/// An open source and what it was when it was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) record: SourceRecord,
    /// For people; not escaped.
    pub(super) shown: String,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    File(Arc<File>),
    /// Whoever holds the lock reads the next part.
    Stream(Box<Mutex<Stream>>),
    /// Nothing is read: the service copies it.
    Object(Box<CopySource>),
    /// Stretches of files, one for each part that is put by hand.
    Pieces(Box<Pieces>),
}

struct Stream {
    /// `None` while it is read elsewhere, and after it failed.
    from: Option<Box<dyn Read + Send>>,
    next: Piece,
    /// The first part, read before anything was begun.
    first: Option<Part>,
    ended: bool,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

/// One part's bytes, read and hashed.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) piece: Piece,
    pub(super) buffer: Buffer,
    pub(super) checksum: Option<Checksum>,
}

impl Opened {
    /// Opens a source. A pipe or a device is read as a stream; a directory is refused.
    pub(super) async fn open(source: &Source) -> Result<Self, Fault> {
        let shown = source.shown();
        let path = match source {
            Source::Stdin => return Ok(Self::stream(shown, None, Box::new(io::stdin()))),
            Source::Path(path) => at_home(path),
            Source::Object(_) => return Err(not_a_file(&shown)),
        };
        let opened = blocking(move || {
            let path = std::path::absolute(path)?;
            let file = File::open(&path)?;
            let found = file.metadata()?;
            if found.is_dir() {
                return Err(io::Error::other("it is a directory; use --recursive"));
            }
            if !found.is_file() {
                return Ok((path, file, None));
            }
            let sample = sample(&file, found.len())?;
            Ok((path, file, Some((found, sample))))
        });
        let (path, file, found) = opened.await.map_err(|error| unreadable(&shown, &error))?;
        let Some((found, sample)) = found else {
            return Ok(Self::stream(shown, Some(path), Box::new(file)));
        };
        Ok(Self {
            record: SourceRecord {
                path: Some(path),
                is_stream: false,
                size: Some(found.len()),
                modified: modified(&found),
                sample: Some(sample),
                object: None,
            },
            shown,
            reader: Reader::File(Arc::new(file)),
        })
    }

    fn stream(shown: String, path: Option<PathBuf>, from: Box<dyn Read + Send>) -> Self {
        Self {
            record: SourceRecord {
                path,
                is_stream: true,
                size: None,
                modified: None,
                sample: None,
                object: None,
            },
            shown,
            reader: Reader::Stream(Box::new(Mutex::new(Stream {
                from: Some(from),
                next: Piece {
                    number: 1,
                    offset: 0,
                    len: 0,
                },
                first: None,
                ended: false,
            }))),
        }
    }

    /// Reads and hashes one part of a file.
    pub(super) async fn read_at(
        &self,
        piece: Piece,
        pool: &Pool,
        algorithm: Option<Algorithm>,
    ) -> Result<Part, Fault> {
        let Reader::File(file) = &self.reader else {
            return Err(not_a_file(&self.shown));
        };
        let mut buffer = pool.take(piece.len).await;
        let (file, record) = (Arc::clone(file), self.record.clone());
        let read = blocking(move || {
            let mut hasher = algorithm.map(Hasher::new);
            let mut offset = piece.offset;
            for chunk in buffer.as_mut().chunks_mut(CHUNK) {
                file.read_exact_at(chunk, offset)?;
                offset += chunk.len() as u64;
                if let Some(hasher) = &mut hasher {
                    hasher.update(chunk);
                }
            }
            let now = file.metadata()?;
            if Some(now.len()) != record.size || modified(&now) != record.modified {
                return Err(io::Error::other(CHANGED));
            }
            Ok(Part {
                piece,
                buffer,
                checksum: hasher.map(Hasher::finish),
            })
        });
        read.await.map_err(|error| self.fault(&error, piece.offset))
    }

    /// All of it, as one buffer: a file of `size` bytes, or a stream that ended within its first part.
    pub(super) async fn read_whole(&self, size: Option<u64>, pool: &Pool) -> Result<Bytes, Fault> {
        let part = match (&self.reader, size) {
            (Reader::Stream(stream), _) => stream.lock().await.first.take(),
            (_, None | Some(0)) => None,
            (_, Some(len)) => {
                let piece = Piece {
                    number: 1,
                    offset: 0,
                    len,
                };
                Some(self.read_at(piece, pool, None).await?)
            }
        };
        Ok(part.map_or_else(Bytes::new, |part| {
            let len = usize::try_from(part.piece.len).unwrap_or(usize::MAX);
            part.buffer.freeze(len)
        }))
    }

    /// Reads and hashes the next part of a stream; `None` at its end.
    pub(super) async fn read_next(
        &self,
        layout: &Layout,
        pool: &Pool,
        algorithm: Option<Algorithm>,
    ) -> Result<Option<Part>, Fault> {
        let Reader::Stream(stream) = &self.reader else {
            return Ok(None);
        };
        let mut stream = stream.lock().await;
        if let Some(first) = stream.first.take() {
            return Ok(Some(first));
        }
        if stream.ended {
            return Ok(None);
        }
        let number = stream.next.number;
        let piece = Piece {
            len: layout.full_len(number),
            ..stream.next
        };
        if number > layout.max_parts {
            // One byte more would be too many; none is the end.
            return self.nothing_more(&mut stream, layout).await;
        }
        let mut buffer = pool.take(piece.len).await;
        let Some(mut from) = stream.from.take() else {
            return Err(unreadable(&self.shown, &io::Error::other("it was lost")));
        };
        let read = blocking(move || {
            let mut hasher = algorithm.map(Hasher::new);
            let mut len = 0;
            for chunk in buffer.as_mut().chunks_mut(CHUNK) {
                let got = fill(&mut from, chunk)?;
                len += got as u64;
                if let Some(hasher) = &mut hasher {
                    hasher.update(&chunk[..got]);
                }
                if got < chunk.len() {
                    break;
                }
            }
            Ok((from, buffer, hasher.map(Hasher::finish), len))
        });
        let (from, buffer, checksum, len) = read
            .await
            .map_err(|error| self.fault(&error, piece.offset))?;
        stream.from = Some(from);
        stream.ended = len < piece.len;
        stream.next = Piece {
            number: number + 1,
            offset: piece.offset + len,
            len: 0,
        };
        let piece = Piece { len, ..piece };
        Ok((len > 0).then_some(Part {
            piece,
            buffer,
            checksum,
        }))
    }

    /// Gives a part back that was read too early; the next read finds it.
    pub(super) async fn put_back(&self, part: Part) {
        if let Reader::Stream(stream) = &self.reader {
            stream.lock().await.first = Some(part);
        }
    }

    /// Whether a stream is known to have ended.
    pub(super) async fn has_ended(&self) -> bool {
        match &self.reader {
            Reader::Stream(stream) => stream.lock().await.ended,
            _ => false,
        }
    }

    async fn nothing_more(
        &self,
        stream: &mut Stream,
        layout: &Layout,
    ) -> Result<Option<Part>, Fault> {
        stream.ended = true;
        let Some(mut from) = stream.from.take() else {
            return Ok(None);
        };
        let got = blocking(move || fill(&mut from, &mut [0]))
            .await
            .map_err(|error| self.fault(&error, stream.next.offset))?;
        if got == 0 {
            return Ok(None);
        }
        Err(Fault {
            message: format!("the stream is longer than {} parts hold", layout.max_parts),
            hint: "start anew with a larger --part-size".to_owned(),
            ..unreadable(&self.shown, &io::Error::other(""))
        })
    }

    fn fault(&self, error: &io::Error, offset: u64) -> Fault {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let error = io::Error::other("it became shorter while it was sent");
            return changed(&self.shown, &error.to_string());
        }
        if error.to_string() == CHANGED {
            return changed(&self.shown, CHANGED);
        }
        Fault {
            message: format!("it cannot be read at byte {offset}: {error}"),
            hint: "what was sent stays; resume when it can be read again".to_owned(),
            ..unreadable(&self.shown, error)
        }
    }
}

const CHANGED: &str = "it changed while it was sent";

/// What is said of a source that is not what it was.
pub(super) fn changed(shown: &str, how: &str) -> Fault {
    Fault {
        kind: Kind::Precondition,
        message: how.to_owned(),
        hint: "what was sent stays; start anew with --anew, or give the upload up".to_owned(),
        ..unreadable(shown, &io::Error::other(""))
    }
}

fn not_a_file(shown: &str) -> Fault {
    unreadable(shown, &io::Error::other("it is no file"))
}

pub(super) fn unreadable(shown: &str, error: &io::Error) -> Fault {
    Fault {
        operation: Operation::Local,
        target: shown.to_owned(),
        kind: Kind::Invalid,
        code: None,
        message: format!("it cannot be read: {error}"),
        hint: String::new(),
    }
}

pub(super) fn read_up_to(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < block.len() {
        match file.read_at(&mut block[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn fill(from: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < chunk.len() {
        match from.read(&mut chunk[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
