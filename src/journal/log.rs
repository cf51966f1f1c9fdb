//! Whole lines at the end of a file, or an error and the file as it was. Knows no record.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What lines are appended to.
pub(super) trait Disk {
    fn append(&self, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off all but the first `len` bytes.
    fn cut(&self, len: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
}

/// A file opened for appending.
impl Disk for File {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

#[derive(Debug)]
pub(super) struct Log<D> {
    disk: D,
    tail: Mutex<Tail>,
}

#[derive(Debug)]
struct Tail {
    /// Bytes of whole lines.
    len: u64,
    is_unsynced: bool,
    /// What is in the file is not known any more, since this happened.
    broken: Option<(io::ErrorKind, String)>,
}

impl Tail {
    fn check(&self) -> io::Result<()> {
        match &self.broken {
            None => Ok(()),
            Some((kind, why)) => Err(io::Error::new(
                *kind,
                format!("an earlier write failed ({why}), and nothing is added behind it"),
            )),
        }
    }

    fn break_down(&mut self, error: &io::Error) {
        self.broken = Some((error.kind(), error.to_string()));
    }
}

impl<D: Disk> Log<D> {
    /// `len`: how many bytes there are, all of whole lines.
    pub(super) fn new(disk: D, len: u64) -> Self {
        Self {
            disk,
            tail: Mutex::new(Tail {
                len,
                is_unsynced: false,
                broken: None,
            }),
        }
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line, which ends with a line feed. Behind half a line nothing is ever added.
    pub(super) fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut tail = self.tail();
        tail.check()?;
        if let Err(error) = self.disk.append(line) {
            if self.disk.cut(tail.len).is_err() {
                tail.break_down(&error);
            }
            return Err(error);
        }
        tail.len += line.len() as u64;
        tail.is_unsynced = true;
        Ok(())
    }

    /// Everything that was added before this call survives a power cut when it returns.
    pub(super) fn sync(&self) -> io::Result<()> {
        {
            let mut tail = self.tail();
            tail.check()?;
            tail.is_unsynced = false;
        }
        // Not under the mutex: lines go on being added while the disk is slow.
        self.disk.sync().inspect_err(|error| {
            // Which pages reached the disk is not known after this, and asking again would say yes.
            self.tail().break_down(error);
        })
    }

    /// The same, unless nothing was added since the last time.
    pub(super) fn sync_if_needed(&self) -> io::Result<()> {
        let is_needed = {
            let tail = self.tail();
            tail.check()?;
            tail.is_unsynced
        };
        if is_needed { self.sync() } else { Ok(()) }
    }
}
