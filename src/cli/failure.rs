//! How a command ends: its exit code, and the sentence for a failure.

use std::io;

use crate::protocol::Fault;

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// Something failed or was refused, and was told.
    Failed,
    /// Interrupted, and what was done was told.
    Interrupted,
    /// The terminal UI's own.
    Code(u8),
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Self::Code(code) => code,
            Self::Done => 0,
            Self::Failed => 1,
            Self::Interrupted => 130,
        }
    }

    /// Done, unless something failed.
    pub const fn failed_if(failed: bool) -> Self {
        if failed { Self::Failed } else { Self::Done }
    }
}

/// Why a command did not come to its end.
#[derive(Debug)]
pub enum Failure {
    Fault(Fault),
    /// Wrong usage; the text may have several lines.
    Usage(String),
    /// A sentence on what was done until the interrupt.
    Interrupted(String),
    Other(String),
    /// Standard output could not be written. A closed pipe is no failure.
    Output(io::Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        let text = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Output(error),
            _ => Self::Output(io::Error::other(text)),
        }
    }
}

impl Failure {
    pub const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted(_) => 130,
            Self::Fault(_) | Self::Other(_) | Self::Output(_) => 1,
        }
    }

    /// Whether the reader of standard output went away, which ends quietly.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The sentence for people.
    pub fn message(&self) -> String {
        match self {
            Self::Fault(fault) => super::output::sentence(fault),
            Self::Usage(text) | Self::Interrupted(text) | Self::Other(text) => text.clone(),
            Self::Output(error) => format!("standard output cannot be written: {error}"),
        }
    }
}
