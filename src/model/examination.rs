//! What the doctor looked at and what it found. Knows no request.

use super::Timestamp;

/// How one check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Ok,
    /// The action is not allowed.
    Denied,
    Failed,
    /// The server deviates, and something is done about it.
    Quirk,
    /// Could not or was not to be tried.
    Skipped,
}

impl Status {
    /// The word for it, on screen and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Quirk => "quirk",
            Self::Skipped => "skipped",
        }
    }
}

/// One line of an examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Two or three words: `list uploads`.
    pub name: &'static str,
    pub status: Status,
    /// The permission that it needs, if it needs one.
    pub iam_action: Option<&'static str>,
    /// What was found. May hold text from the service: escaped when shown.
    pub detail: String,
    /// What is done about it, or what to do; empty if nothing.
    pub remedy: String,
}

/// What to examine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// `None`: the first bucket of the account.
    pub bucket: Option<String>,
    /// Also what needs an upload of one's own; it leaves nothing behind.
    pub write: bool,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examination {
    /// The bucket whose permissions were tried.
    pub bucket: Option<String>,
    pub checks: Vec<Check>,
    /// A minimal policy that allows what was found to be denied or not tried; empty where there is no IAM.
    pub policy: String,
    pub ended: Option<Timestamp>,
}
