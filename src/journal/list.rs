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
        let is_busy = gate.is_busy(file, &path)?;
        drop(gate);
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
    let Some(_locked) = gate.claim(file, &path)? else {
        return Ok(false);
    };
    fs::remove_file(&path).map_err(|error| JournalError::io(&path, "cannot be removed", &error))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Journal;
    use crate::journal::tests::{begun, part, recipe, stored};

    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    fn create(folder: &Path, millis: i64) -> Journal {
        let mut recipe = recipe();
        recipe.created = Timestamp::from_millis(1_795_271_047_000 + millis);
        Journal::create(folder, &recipe).unwrap()
    }

    #[test]
    fn all_are_listed_by_time_whatever_is_wrong_with_some() {
        let folder = tempfile::tempdir().unwrap();
        let late = create(folder.path(), 5000);
        let early = create(folder.path(), 0);
        late.begun(&begun()).unwrap();
        late.part(&part(1)).unwrap();
        let (early_id, late_id) = (early.id().to_owned(), late.id().to_owned());
        drop(early);
        fs::write(folder.path().join("20270101-empty.jsonl"), "").unwrap();
        fs::write(folder.path().join("20270102-odd.jsonl"), "{}\n{}\n").unwrap();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        let entries = list(folder.path()).unwrap();
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let odd = ["20270101-empty", "20270102-odd"];
        assert_eq!(ids, [&early_id, &late_id, odd[0], odd[1]]);
        let busy: Vec<bool> = entries.iter().map(|entry| entry.is_busy).collect();
        assert_eq!(busy, [false, true, false, false]);
        assert_eq!(entries[1].state.as_ref().unwrap().parts.len(), 1);
        let why: Vec<String> = entries[2..]
            .iter()
            .map(|entry| entry.state.as_ref().unwrap_err().to_string())
            .collect();
        assert!(why[0].contains("no upload was begun; send anew"));
        assert!(why[1].starts_with("line 1 of the journal of upload 20270102-odd makes no sense"));
    }

    #[test]
    fn no_folder_is_no_uploads_and_is_not_made() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("uploads");
        assert_eq!(list(&folder), Ok(Vec::new()));
        let now = Timestamp::from_secs(0);
        assert_eq!(prune(&folder, now, WEEK), Ok(0));
        assert!(!folder.exists());
    }

    #[test]
    fn looking_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let journal = create(folder.path(), 0);
        let path = id::path(folder.path(), journal.id());
        drop(journal);
        let mut torn = fs::read(&path).unwrap();
        torn.extend(b"{\"beg");
        fs::write(&path, &torn).unwrap();
        let entry = list(folder.path()).unwrap().remove(0);
        assert_eq!(entry.state.unwrap().begun, None);
        assert_eq!(fs::read(&path).unwrap(), torn);
    }

    #[test]
    fn only_what_ended_long_ago_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let ended = |millis| {
            let journal = create(folder.path(), millis);
            journal.begun(&begun()).unwrap();
            journal.end(&stored()).unwrap();
            journal
        };
        let removed = ended(0);
        let busy = ended(1);
        let open = create(folder.path(), 2);
        open.begun(&begun()).unwrap();
        let kept = [busy.id().to_owned(), open.id().to_owned()];
        drop((removed, open));
        fs::write(folder.path().join("20270102-odd.jsonl"), "{}\n{}\n").unwrap();
        let End::Stored { at, .. } = stored() else {
            panic!("it is stored");
        };
        assert_eq!(prune(folder.path(), at.plus(WEEK), WEEK), Ok(0));
        // A clock that went back removes nothing.
        assert_eq!(prune(folder.path(), Timestamp::from_secs(0), WEEK), Ok(0));
        let later = at.plus(WEEK).plus(Duration::from_millis(1));
        assert_eq!(prune(folder.path(), later, WEEK), Ok(1));
        let left = list(folder.path()).unwrap();
        let left: Vec<&str> = left.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(left, [&kept[0], &kept[1], "20270102-odd"]);
        drop(busy);
        assert_eq!(prune(folder.path(), later, WEEK), Ok(1));
    }

    #[test]
    fn what_was_never_begun_goes_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.jsonl");
        fs::write(&path, "{\"intent\":").unwrap();
        let now = changed(folder.path(), "empty").unwrap();
        let day = now.plus(KEEP_EMPTY);
        assert_eq!(prune(folder.path(), day, WEEK), Ok(0));
        let later = day.plus(Duration::from_secs(1));
        assert_eq!(prune(folder.path(), later, WEEK), Ok(1));
        assert!(!path.exists());
    }
}
