//! The one lock of the folder, under which the locks of its files are taken and looked at. Knows no record.
//!
//! Without it, whoever looks whether a journal is busy would hold its lock for a moment, and who begins to work
//! on it in that moment would be told that somebody else does.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::JournalError;

const NAME: &str = ".lock";

/// Held until it is dropped. Never held while anything is read, written or waited for.
#[derive(Debug)]
pub(super) struct Gate(#[expect(dead_code, reason = "closing it lifts the lock")] File);

impl Gate {
    /// Waits for the others, who are quick. The folder exists.
    pub(super) fn enter(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(NAME);
        let file = for_owner(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|error| JournalError::io(&path, "cannot be opened", &error))?;
        loop {
            match file.lock() {
                Ok(()) => return Ok(Self(file)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(JournalError::locks(&path, &error)),
            }
        }
    }

    /// Takes the lock of a journal, until the file is closed. `false`: somebody has it.
    pub(super) fn claim(&self, file: &File, path: &Path) -> Result<bool, JournalError> {
        held(path, || file.try_lock())
    }

    /// Whether somebody works on a journal.
    pub(super) fn is_busy(&self, file: &File, path: &Path) -> Result<bool, JournalError> {
        // Shared, so that a file that may only be read will do on every file system.
        held(path, || file.try_lock_shared()).map(|free| !free)
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
