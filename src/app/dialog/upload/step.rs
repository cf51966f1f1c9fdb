//! What the browser hands on: what was chosen, which directory it wants, and what follows from a key.

use std::path::PathBuf;

/// A file or directory that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    pub path: PathBuf,
    pub is_directory: bool,
    /// Bytes; of files.
    pub size: Option<u64>,
}

impl Picked {
    /// Its own name, without the way to it.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// A directory to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Want {
    /// Empty: the working directory.
    pub path: PathBuf,
    /// How much of the typed text is done with once it is there.
    pub typed: String,
    /// Whether enter was pressed meanwhile.
    pub enter: bool,
    /// Whether that means only what is named in full: nobody sees yet what else fits.
    pub exact: bool,
    /// The name to put the cursor on.
    pub from: Option<String>,
}

/// What follows from a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Stay,
    Read(Want),
    /// These are to be sent.
    Choose(Vec<Picked>),
    Close,
}
