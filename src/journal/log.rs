//! Whole lines at the end of a file, or an error and the file as it was. Knows no record.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What lines are appended to.
pub(super) trait Disk {
    fn append(&self, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off all but the first `len` bytes.
    fn cut(&self, len: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
}

/// A file opened for appending.
impl<F: Deref<Target = File>> Disk for F {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file: &File = self;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    /// Has room for so many bytes.
    #[derive(Debug, Default)]
    struct Small {
        bytes: Mutex<Vec<u8>>,
        room: AtomicUsize,
        may_not_cut: bool,
        may_not_sync: AtomicBool,
        syncs: AtomicUsize,
    }

    impl Small {
        fn with_room(room: usize) -> Self {
            Self {
                room: AtomicUsize::new(room),
                ..Self::default()
            }
        }

        fn text(&self) -> String {
            String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
        }
    }

    impl Disk for Small {
        fn append(&self, line: &[u8]) -> io::Result<()> {
            let mut bytes = self.bytes.lock().unwrap();
            let room = self.room.load(Ordering::SeqCst) - bytes.len();
            bytes.extend(line.iter().take(room));
            if room < line.len() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }

        fn cut(&self, len: u64) -> io::Result<()> {
            if self.may_not_cut {
                return Err(io::ErrorKind::Other.into());
            }
            let len = usize::try_from(len).unwrap();
            self.bytes.lock().unwrap().truncate(len);
            Ok(())
        }

        fn sync(&self) -> io::Result<()> {
            self.syncs.fetch_add(1, Ordering::SeqCst);
            if self.may_not_sync.load(Ordering::SeqCst) {
                return Err(io::Error::other("input/output error"));
            }
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_and_takes_more_when_there_is_room() {
        let log = Log::new(Small::with_room(9), 0);
        log.append(b"one\n").unwrap();
        let error = log.append(b"second\n").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(log.disk.text(), "one\n");
        log.disk.room.store(20, Ordering::SeqCst);
        log.append(b"second\n").unwrap();
        log.sync().unwrap();
        assert_eq!(log.disk.text(), "one\nsecond\n");
    }

    #[test]
    fn behind_half_a_line_that_cannot_be_cut_nothing_is_added() {
        let disk = Small {
            may_not_cut: true,
            ..Small::with_room(9)
        };
        let log = Log::new(disk, 0);
        log.append(b"one\n").unwrap();
        log.append(b"second\n").unwrap_err();
        log.disk.room.store(20, Ordering::SeqCst);
        let error = log.append(b"third\n").unwrap_err();
        assert!(error.to_string().contains("an earlier write failed"));
        assert!(log.sync().is_err());
        assert_eq!(log.disk.text(), "one\nsecon", "torn, and the last line");
    }

    #[test]
    fn a_sync_that_failed_is_not_asked_for_again_and_believed() {
        let log = Log::new(Small::with_room(99), 0);
        log.append(b"one\n").unwrap();
        log.disk.may_not_sync.store(true, Ordering::SeqCst);
        assert!(log.sync_if_needed().is_err());
        log.disk.may_not_sync.store(false, Ordering::SeqCst);
        assert!(log.sync_if_needed().is_err());
        assert!(log.append(b"two\n").is_err());
    }

    #[test]
    fn many_lines_are_one_sync_and_no_lines_are_none() {
        let log = Log::new(Small::with_room(99), 0);
        log.sync_if_needed().unwrap();
        for _ in 0..3 {
            log.append(b"line\n").unwrap();
        }
        log.sync_if_needed().unwrap();
        log.sync_if_needed().unwrap();
        assert_eq!(log.disk.syncs.load(Ordering::SeqCst), 1);
    }
}
