//! What is in a local directory, read off every thread that must not wait.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::job::Job;
use crate::model::Timestamp;
use crate::model::send::{FileEntry, Folder};
use crate::protocol::{Fault, Kind, News, Operation, Outcome};

/// Reports what is in `path`; a leading `~` is the person's home, an empty path the working directory.
pub(super) async fn run(job: &Job, path: PathBuf) -> Outcome {
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || read(&path)).await;
    match read.map_err(io::Error::other).flatten() {
        Ok(folder) => {
            job.tell(News::Folder(folder)).await;
            Outcome::Done
        }
        Err(error) => Outcome::Failed(Fault {
            operation: Operation::Local,
            target: shown,
            kind: Kind::Other,
            code: None,
            message: format!("the directory cannot be read: {error}"),
            hint: String::new(),
        }),
    }
}

/// `~` and `~/…` below the person's home.
pub(super) fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn read(path: &Path) -> io::Result<Folder> {
    let path = std::path::absolute(at_home(path).join("."))?;
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(&path)? {
        let Ok(entry) = entry else { continue };
        entries.push(describe(&entry));
    }
    entries.sort_by(|a, b| {
        let directories_first = b.is_directory.cmp(&a.is_directory);
        directories_first.then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase()))
    });
    Ok(Folder { path, entries })
}

fn describe(entry: &std::fs::DirEntry) -> FileEntry {
    let name = entry.file_name();
    // Follows links: what counts is what would be sent.
    let found = std::fs::metadata(entry.path());
    let is_directory = found.as_ref().is_ok_and(std::fs::Metadata::is_dir);
    let is_file = found.as_ref().is_ok_and(std::fs::Metadata::is_file);
    let modified = found.as_ref().ok().and_then(|found| found.modified().ok());
    FileEntry {
        odd: name.to_str().is_none() || !(is_directory || is_file),
        name: name.to_string_lossy().into_owned(),
        is_directory,
        size: found.ok().filter(|_| is_file).map(|found| found.len()),
        modified: modified
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .map(Timestamp::from_millis),
    }
}
