//! All journals of a folder, read by who does not work on them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::file::sync_folder;
use super::gate::Gate;
use super::replay::replay;
use super::{End, JournalError, State, id};
use crate::model::Timestamp;

/// How long a journal without a recipe is kept: whoever looks for it learns that nothing was begun.
const KEEP_EMPTY: Duration = Duration::from_secs(24 * 60 * 60);

/// One journal of the folder, read without its lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// Somebody works on it, perhaps this process.
    pub is_busy: bool,
    pub state: Result<State, JournalError>,
}

/// All journals, by the time they were begun, newest last. None where there is no folder.
pub fn list(folder: &Path) -> Result<Vec<Entry>, JournalError> {
    let mut entries = Vec::new();
    for id in id::all(folder)? {
        match entry(folder, id) {
            // Removed meanwhile.
            Err(JournalError::NotFound { .. }) => {}
            entry => entries.push(entry?),
        }
    }
    Ok(entries)
}

/// The journal that `id` names, or is the only one that it begins.
pub fn read(folder: &Path, id: &str) -> Result<Entry, JournalError> {
    entry(folder, id::resolve(folder, id)?)
}

/// Removes journals that ended longer than `keep` ago; never one that did not end or cannot be read. Those
/// without a recipe go after a day, since nothing was begun. How many were removed.
pub fn prune(folder: &Path, now: Timestamp, keep: Duration) -> Result<usize, JournalError> {
    let mut removed = 0;
    for entry in list(folder)?.into_iter().filter(|entry| !entry.is_busy) {
        let is_old = match &entry.state {
            Ok(State {
                end: Some(End::Stored { at, .. } | End::Aborted { at }),
                ..
            }) => now.since(*at) > keep,
            Err(JournalError::NoRecipe { .. }) => {
                changed(folder, &entry.id).is_some_and(|at| now.since(at) > KEEP_EMPTY)
            }
            _ => false,
        };
        if is_old && remove(folder, &entry.id)? {
            removed += 1;
        }
    }
    if removed > 0 {
        sync_folder(folder)
            .map_err(|error| JournalError::io(folder, "cannot be synced", &error))?;
    }
    Ok(removed)
}

fn entry(folder: &Path, id: String) -> Result<Entry, JournalError> {
    let path = id::path(folder, &id);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => JournalError::NotFound { id: id.clone() },
        _ => JournalError::io(&path, "cannot be read", &error),
    };
    // Locked first and read then: what is not busy and did not end was really left behind.
    let read = || -> Result<(bool, Vec<u8>), JournalError> {
        let gate = Gate::enter(folder)?;
        let file = File::open(&path).map_err(failed)?;
        let is_busy = gate.is_busy(&file, &path)?;
        drop((gate, file));
        Ok((is_busy, fs::read(&path).map_err(failed)?))
    };
    match read() {
        Ok((is_busy, bytes)) => Ok(Entry {
            state: replay(&id, &bytes).map(|replay| replay.state),
            id,
            is_busy,
        }),
        Err(error @ JournalError::NotFound { .. }) => Err(error),
        // One that cannot be read does not hide the others.
        Err(error) => Ok(Entry {
            id,
            is_busy: false,
            state: Err(error),
        }),
    }
}

fn changed(folder: &Path, id: &str) -> Option<Timestamp> {
    let modified = fs::metadata(id::path(folder, id)).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_secs(0).plus(since))
}

/// `false`: somebody works on it now, or it is gone.
fn remove(folder: &Path, id: &str) -> Result<bool, JournalError> {
    let path = id::path(folder, id);
    let gate = Gate::enter(folder)?;
    let Ok(file) = OpenOptions::new().append(true).open(&path) else {
        return Ok(false);
    };
    if !gate.claim(&file, &path)? {
        return Ok(false);
    }
    fs::remove_file(&path).map_err(|error| JournalError::io(&path, "cannot be removed", &error))?;
    Ok(true)
}
