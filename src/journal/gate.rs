//! The one lock of the folder, under which the locks of its files are taken and looked at. Knows no record.
//!
//! Without it, whoever looks whether a journal is busy would hold its lock for a moment, and who begins to work
//! on it in that moment would be told that somebody else does.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::JournalError;

const NAME: &str = ".lock";

/// Held until it is dropped. Never held while anything is read, written or waited for.
#[derive(Debug)]
pub(super) struct Gate(#[expect(dead_code, reason = "dropping it lifts the lock")] Locked);

/// A file whose lock is held until it is dropped.
///
/// Lifted by name, not by closing: a child process that was just forked has the file open, too, for a moment.
#[derive(Debug)]
pub(super) struct Locked(File);

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing follows, which lifts it a little later.
        let _ = self.0.unlock();
    }
}

impl Gate {
    /// Waits for the others, who are quick. The folder exists.
    pub(super) fn enter(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(NAME);
        let file = for_owner(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|error| JournalError::io(&path, "cannot be opened", &error))?;
        loop {
            match file.lock() {
                Ok(()) => return Ok(Self(Locked(file))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(JournalError::locks(&path, &error)),
            }
        }
    }

    /// Takes the lock of a journal. `None`: somebody has it.
    #[expect(clippy::unused_self, reason = "shows that the gate is held")]
    pub(super) fn claim(&self, file: File, path: &Path) -> Result<Option<Locked>, JournalError> {
        let is_free = held(path, || file.try_lock())?;
        Ok(is_free.then(|| Locked(file)))
    }

    /// Whether somebody works on a journal.
    #[expect(clippy::unused_self, reason = "shows that the gate is held")]
    pub(super) fn is_busy(&self, file: File, path: &Path) -> Result<bool, JournalError> {
        // Shared, so that a file that may only be read will do on every file system.
        let is_free = held(path, || file.try_lock_shared())?;
        drop(is_free.then(|| Locked(file)));
        Ok(!is_free)
    }
}

fn held(path: &Path, lock: impl Fn() -> Result<(), TryLockError>) -> Result<bool, JournalError> {
    loop {
        match lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(JournalError::locks(path, &error)),
        }
    }
}

/// What is created is its owner's alone.
pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}
