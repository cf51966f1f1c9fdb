//! Watching an upload to its end: what is asked, what one look tells, and how it ends.
//!
//! A [`Ledger`] holds what is known of the parts, a [`Route`] says which page of them to read next, [`Rhythm`] how
//! they arrive, [`Glance`] makes the [`Vitals`] of them, and [`conclude`] says how it ended. Knows no request and
//! no screen.

mod ending;
mod glance;
mod history;
mod ledger;
mod rhythm;
pub mod route;

use std::time::Duration;

pub use ending::{Known, conclude};
pub use glance::Glance;
pub use history::history;
pub use ledger::{Ledger, News};
pub use rhythm::Rhythm;
pub use route::{Markers, Page, Route};

use super::send::Access;
use super::{Part, Target, Timestamp};

/// One upload to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    pub target: Target,
    pub access: Access,
    pub initiated: Option<Timestamp>,
    /// Bytes of the whole, where they are known: own uploads, a local file that was named, a size typed in.
    pub size: Option<u64>,
    /// When the bucket's rules or the provider end it; what the service says of the upload itself counts before.
    pub deadline: Option<Timestamp>,
    pub interval: Interval,
    /// Without a part for so long it counts as stalled; `None`: several times its usual spacing.
    pub stall: Option<Duration>,
}

/// How often one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Interval {
    /// By the upload's own rhythm.
    #[default]
    Adaptive,
    /// As often as this, unless the shared budget of requests allows less.
    Every(Duration),
}

/// What a person changes about a watch while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tuning {
    Interval(Interval),
    /// The size of the whole, in bytes.
    Size(Option<u64>),
    /// Look now.
    Now,
}

/// How an upload goes, by its own rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pulse {
    /// No part yet.
    #[default]
    Waiting,
    Arriving,
    /// Longer without a part than usual, but not yet stalled.
    Quiet,
    Stalled,
}

impl Pulse {
    /// The word for it, on screen and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Arriving => "arriving",
            Self::Quiet => "quiet",
            Self::Stalled => "stalled",
        }
    }
}

/// Bytes that arrived over time, in slots of one length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Where the first slot begins.
    pub from: Option<Timestamp>,
    /// How long a slot is.
    pub step: Duration,
    /// Bytes by slot, the oldest first; the last one is now.
    pub bytes: Vec<u64>,
}

/// So many slots a [`History`] has at most: wide screens draw two to a column.
pub const SLOTS: usize = 240;
/// So many gaps are named at most.
pub const GAPS: usize = 64;

/// Everything that is told of a watched upload after a look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vitals {
    /// When the look was made.
    pub at: Timestamp,
    pub looks: u64,
    /// Requests made for it in all.
    pub requests: u64,
    /// All parts were read once; before that everything here is "at least".
    pub caught_up: bool,
    /// How long until the next look.
    pub every: Duration,
    /// Frozen by the person: no look is made.
    pub paused: bool,
    pub parts: u32,
    pub bytes: u64,
    /// The highest part number; 0 without parts.
    pub highest: u32,
    /// How many numbers are missing below the highest.
    pub missing: u32,
    /// The first [`GAPS`] of their runs, first and last inclusive.
    pub gaps: Vec<(u32, u32)>,
    /// Parts that came after one of a higher number.
    pub out_of_order: u32,
    /// Parts that were replaced while one watched.
    pub resent: u32,
    pub first_part: Option<Timestamp>,
    pub last_part: Option<Timestamp>,
    /// Bytes a second now; `None` while too little is known.
    pub rate: Option<u64>,
    /// Bytes a second from the first part to the last.
    pub average: Option<u64>,
    /// The usual time between two parts.
    pub spacing: Option<Duration>,
    /// How long no part has come; since the initiation where there is none.
    pub quiet: Option<Duration>,
    /// From how long a quiet on it counts as stalled.
    pub stalls_at: Option<Duration>,
    pub pulse: Pulse,
    /// Bytes of the whole, if known.
    pub size: Option<u64>,
    /// When it ends at this rate, if the size is known and parts arrive.
    pub ends_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    /// The deadline lies before that end, or is past.
    pub late: bool,
    pub history: History,
    /// Why the last look failed, if it did; what is told is then of the look before.
    pub trouble: Option<String>,
}

impl Vitals {
    /// Only what is held: for as long as the newest parts may not have been read.
    #[must_use]
    pub fn without_pace(self) -> Self {
        Self {
            rate: None,
            average: None,
            spacing: None,
            quiet: None,
            stalls_at: None,
            pulse: Pulse::Waiting,
            ends_at: None,
            late: false,
            ..self
        }
    }

    /// Tenths of a percent that are there, at most 1,000; `None` where the size is not known.
    pub fn permille(&self) -> Option<u32> {
        let size = self.size.filter(|size| *size > 0)?;
        let share = u128::from(self.bytes) * 1000 / u128::from(size);
        Some(u32::try_from(share.min(1000)).unwrap_or(1000))
    }
}

/// The object that stands at the key when the upload is over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Bytes.
    pub size: u64,
    /// Without quotes; `-N` behind it when it was made of N parts.
    pub etag: String,
    pub last_modified: Option<Timestamp>,
    pub version_id: Option<String>,
}

/// How a watched upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Its parts became this object.
    Completed(Standing),
    /// Nothing of it is left, and the key has no object, or one from before the upload ended.
    Aborted,
    /// The upload is over and another write made the object that stands there now: it was aborted, or completed
    /// and overwritten at once, which cannot be told apart.
    Replaced(Standing),
    /// The upload is over, and what became of it may not be looked at; why.
    Untold(String),
}

impl Ending {
    /// The word for it, on screen and in machine output.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::Aborted => "aborted",
            Self::Replaced(_) => "replaced",
            Self::Untold(_) => "ended",
        }
    }
}

/// What happens to a watched upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Parts that were not there at the look before; at the first look all of them, page by page.
    Arrived(Vec<Part>),
    /// Parts that were there and are others now.
    Resent(Vec<Part>),
    /// No part for so long.
    Stalled(Duration),
    /// Parts arrive again.
    Moving,
    Ended(Ending),
}
