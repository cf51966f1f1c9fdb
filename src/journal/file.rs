//! A journal that is being written. Knows its file and its lock.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::gate::{Gate, for_owner};
use super::log::{Disk, Log};
use super::record::{self, Order, Record};
use super::replay::replay;
use super::{Begun, Completing, End, JournalError, PartRecord, Recipe, State, id};
use crate::model::Timestamp;

/// A journal that this process holds the lock of. Dropping it lifts the lock.
#[derive(Debug)]
pub struct Journal {
    id: String,
    folder: PathBuf,
    log: Log<File>,
    order: Mutex<Order>,
}

impl Journal {
    /// Begins a journal: the recipe is durable (file and folder synced) when this returns.
    ///
    /// A crash within leaves nothing, or a file that reads as [`JournalError::NoRecipe`].
    pub fn create(folder: &Path, recipe: &Recipe) -> Result<Self, JournalError> {
        make_folder(folder)?;
        let (id, file) = fresh(folder, recipe.created)?;
        let journal = Self {
            id,
            folder: folder.to_owned(),
            log: Log::new(file, 0),
            order: Mutex::new(Order::after(recipe)),
        };
        let written = record::first_line(recipe)
            .map_err(io::Error::from)
            .and_then(|line| journal.log.append(&line))
            .and_then(|()| journal.log.sync())
            .and_then(|()| sync_folder(folder));
        match written {
            Ok(()) => Ok(journal),
            Err(error) => {
                let error = journal.failed("cannot be written", &error);
                // Nobody was told of it; if it cannot be removed, it says itself that nothing was begun.
                let _ = journal.remove_file();
                Err(error)
            }
        }
    }

    /// Locks and replays the journal that `id` names, or is the only one that it begins. A torn last line is cut
    /// off, and only that.
    pub fn open(folder: &Path, id: &str) -> Result<(Self, State), JournalError> {
        let id = id::resolve(folder, id)?;
        let path = id::path(folder, &id);
        let file = claim(folder, &path, &id)?;
        let failed = |what: &str, error: &io::Error| JournalError::io(&path, what, error);
        let mut bytes = Vec::new();
        (&file)
            .read_to_end(&mut bytes)
            .map_err(|error| failed("cannot be read", &error))?;
        let replay = replay(&id, &bytes)?;
        let len = replay.len as u64;
        if replay.len < bytes.len() {
            file.cut(len).and_then(|()| file.sync()).map_err(|error| {
                failed("ends with half a line, which cannot be cut off", &error)
            })?;
        }
        let journal = Self {
            id,
            folder: folder.to_owned(),
            log: Log::new(file, len),
            order: Mutex::new(replay.order),
        };
        Ok((journal, replay.state))
    }

    /// The name of the upload for people, unique in its folder for ever.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The upload was begun; synced. Once more with the same upload ID, it replaces what was said before.
    pub fn begun(&self, begun: &Begun) -> Result<(), JournalError> {
        self.append(Record::Begun(begun.clone()))?;
        self.synced(self.log.sync())
    }

    /// A part is stored. Outlives this process when this returns, and the machine after [`Journal::sync`].
    pub fn part(&self, part: &PartRecord) -> Result<(), JournalError> {
        self.append(Record::Part(part.clone()))
    }

    /// Syncs the parts that were recorded since the last time, if any. Called every second, it is one write of
    /// the disk for all of them.
    pub fn sync(&self) -> Result<(), JournalError> {
        self.synced(self.log.sync_if_needed())
    }

    /// Complete is going to be asked for; synced.
    pub fn completing(&self, completing: &Completing) -> Result<(), JournalError> {
        self.append(Record::Completing(completing.clone()))?;
        self.synced(self.log.sync())
    }

    /// The upload ended; synced. Nothing can be recorded behind it.
    pub fn end(&self, end: &End) -> Result<(), JournalError> {
        self.append(Record::End(end.clone()))?;
        self.synced(self.log.sync())
    }

    /// Removes the file of an upload of which nothing was begun at the service, because it refused.
    pub fn remove(self) -> Result<(), JournalError> {
        let is_begun = self
            .order
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_begun();
        if is_begun {
            return Err(JournalError::OutOfOrder {
                id: self.id,
                why: "its upload was begun, so its journal is not removed".to_owned(),
            });
        }
        self.remove_file()
            .map_err(|error| self.failed("cannot be removed", &error))
    }

    fn append(&self, record: Record) -> Result<(), JournalError> {
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        order
            .check(&record)
            .map_err(|why| JournalError::OutOfOrder {
                id: self.id.clone(),
                why,
            })?;
        record::line(&record)
            .map_err(io::Error::from)
            .and_then(|line| self.log.append(&line))
            .map_err(|error| self.failed("cannot be written", &error))?;
        order.note(&record);
        Ok(())
    }

    fn synced(&self, result: io::Result<()>) -> Result<(), JournalError> {
        result.map_err(|error| self.failed("cannot be synced", &error))
    }

    fn path(&self) -> PathBuf {
        id::path(&self.folder, &self.id)
    }

    fn failed(&self, what: &str, error: &io::Error) -> JournalError {
        JournalError::io(&self.path(), what, error)
    }

    /// Under the own lock, so nobody else works on it.
    fn remove_file(&self) -> io::Result<()> {
        fs::remove_file(self.path())?;
        sync_folder(&self.folder)
    }
}

/// A new file, locked, with a name that no other has.
fn fresh(folder: &Path, created: Timestamp) -> Result<(String, File), JournalError> {
    let gate = Gate::enter(folder)?;
    let mut nth = 0;
    loop {
        let id = id::make(created, nth);
        let path = id::path(folder, &id);
        let mut options = OpenOptions::new();
        match for_owner(options.append(true).create_new(true)).open(&path) {
            Ok(file) => {
                if gate.claim(&file, &path)? {
                    return Ok((id, file));
                }
                return Err(JournalError::Busy { id });
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => nth += 1,
            Err(error) => return Err(JournalError::io(&path, "cannot be created", &error)),
        }
    }
}

/// An existing file, locked.
fn claim(folder: &Path, path: &Path, id: &str) -> Result<File, JournalError> {
    let gate = Gate::enter(folder)?;
    let file = match OpenOptions::new().read(true).append(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(JournalError::NotFound { id: id.to_owned() });
        }
        Err(error) => return Err(JournalError::io(path, "cannot be opened", &error)),
    };
    if gate.claim(&file, path)? {
        Ok(file)
    } else {
        Err(JournalError::Busy { id: id.to_owned() })
    }
}

/// Creates the folder for its owner alone, and so that it is still there after a power cut.
fn make_folder(folder: &Path) -> Result<(), JournalError> {
    let failed = |error: io::Error| JournalError::io(folder, "cannot have its folder", &error);
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(failed)?;
    for made in missing {
        let parent = made.parent().filter(|path| !path.as_os_str().is_empty());
        sync_folder(parent.unwrap_or(Path::new("."))).map_err(failed)?;
    }
    Ok(())
}

/// So that a name that was added or removed is known after a power cut.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems have no such thing: names are durable there at once, or never.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "not so on other systems")]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
