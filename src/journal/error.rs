//! Why a journal cannot be used, in words that say what to do. Knows no file.

use std::io;
use std::path::Path;

use super::record::Misfit;

/// Whatever keeps a journal from being written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    #[error("no upload of ours is called '{id}'; `mopup uploads` lists them")]
    NotFound { id: String },
    #[error(
        "another process is working on upload {id}; let it end, or stop it with ctrl-c, which keeps what was sent"
    )]
    Busy { id: String },
    /// What was typed begins more than one ID.
    #[error("'{id}' may be {}; type more of it", some(candidates))]
    Ambiguous { id: String, candidates: Vec<String> },
    /// `line` counts from 1.
    #[error(
        "line {line} of the journal of upload {id} makes no sense ({why}), and nothing is guessed; find the upload in its bucket, abort it there, and send anew"
    )]
    Unreadable {
        id: String,
        line: usize,
        why: String,
    },
    #[error(
        "the journal of upload {id} was cut off before anything was asked of the service: no upload was begun; send anew"
    )]
    NoRecipe { id: String },
    /// `record`: the kind of line that is not known, where it is that.
    #[error("upload {id} was begun by a later mopup (format {version}{}); use that one", kind(record.as_ref()))]
    Newer {
        id: String,
        version: u64,
        record: Option<String>,
    },
    /// A line that no journal may have here: written, it could not be read any more.
    #[error(
        "the journal of upload {id} takes no such line now: {why}; look at it with `mopup uploads`"
    )]
    OutOfOrder { id: String, why: String },
    #[error("{path}: {message}")]
    Io { path: String, message: String },
}

fn some(candidates: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = candidates
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if candidates.len() > SHOWN {
        text.push_str(&format!(" or one of {} more", candidates.len() - SHOWN));
    }
    text
}

fn kind(record: Option<&String>) -> String {
    record.map_or_else(String::new, |kind| format!(", with '{kind}'"))
}

impl JournalError {
    /// `what` could not be done with `path`, such as "cannot be written".
    pub(super) fn io(path: &Path, what: &str, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "; make room, then go on with `mopup resume`"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "; make the folder writable for you, or set XDG_STATE_HOME to one that is"
            }
            _ => "",
        };
        Self::Io {
            path: path.display().to_string(),
            message: format!("the journal {what}: {error}{hint}"),
        }
    }

    /// The file system gave no answer to the question for a lock.
    pub(super) fn locks(path: &Path, error: &io::Error) -> Self {
        Self::Io {
            path: path.display().to_string(),
            message: format!(
                "the journal cannot be locked: {error}; two processes could work on one upload, so set XDG_STATE_HOME to a folder on a disk with locks, such as a local one"
            ),
        }
    }

    pub(super) fn misfit(id: &str, line: usize, misfit: Misfit) -> Self {
        let id = id.to_owned();
        match misfit {
            Misfit::NotJson(why) | Misfit::Wrong(why) => Self::Unreadable { id, line, why },
            Misfit::Newer { version, record } => Self::Newer {
                id,
                version,
                record,
            },
        }
    }
}
