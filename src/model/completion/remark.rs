//! What there is to say of an upload that is to be completed, and what it means for the ruling.

use std::fmt;

use super::{Existing, Ruling};
use crate::model::{Timestamp, human};

/// Runs of part numbers, first and last inclusive.
pub type Runs = Vec<(u32, u32)>;

/// What a service does about missing part numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapRule {
    Legal,
    /// As S3, perhaps: the service is not known.
    Unsure,
    /// Refused, since the upload has composite checksums.
    Composite,
    /// Refused in any case: a directory bucket.
    Directory,
}

/// One thing worth saying, and what it means for the ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// No part at all.
    Empty,
    /// A part number beyond the provider's.
    NumberTooHigh {
        number: u32,
        max: u32,
    },
    /// Below `min` and not the last.
    TooSmall {
        parts: Runs,
        min: u64,
        sure: bool,
    },
    /// Of another size than the others where all must have one.
    Unequal {
        parts: Runs,
        size: u64,
    },
    ObjectTooLarge {
        size: u64,
        max: u64,
        sure: bool,
    },
    /// Numbers that are missing below the last one.
    Gaps {
        missing: Runs,
        count: u64,
        rule: GapRule,
    },
    /// The upload has checksums and these parts are listed without.
    NoChecksum {
        parts: Runs,
    },
    /// The object would not have as many bytes as it is meant to have.
    OtherSize {
        size: u64,
        intended: u64,
    },
    /// The last part is as large as the others: the end may be missing.
    FullLast {
        size: u64,
    },
    /// The last part is larger than the others.
    LargeLast {
        size: u64,
        others: u64,
    },
    /// The key holds an object.
    Replaces(Existing),
    Others(u64),
    Alive(Timestamp),
    /// Its parts carry no date.
    MayBeAlive,
    /// Begun by somebody else: the list of parts is the service's, which is meant for verification only.
    NotOurs,
}

impl Remark {
    /// What it means for the ruling.
    pub const fn weight(&self) -> Ruling {
        match self {
            Self::Empty
            | Self::NumberTooHigh { .. }
            | Self::Unequal { .. }
            | Self::OtherSize { .. } => Ruling::Cannot,
            Self::TooSmall { sure, .. } | Self::ObjectTooLarge { sure, .. } => {
                if *sure {
                    Ruling::Cannot
                } else {
                    Ruling::But
                }
            }
            Self::Gaps { rule, .. } => match rule {
                GapRule::Composite | GapRule::Directory => Ruling::Cannot,
                GapRule::Legal | GapRule::Unsure => Ruling::But,
            },
            Self::NoChecksum { .. }
            | Self::FullLast { .. }
            | Self::LargeLast { .. }
            | Self::Replaces(_)
            | Self::Others(_)
            | Self::Alive(_)
            | Self::MayBeAlive
            | Self::NotOurs => Ruling::But,
        }
    }

    /// The word for it in machine output.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NumberTooHigh { .. } => "number_too_high",
            Self::TooSmall { .. } => "too_small",
            Self::Unequal { .. } => "unequal_parts",
            Self::ObjectTooLarge { .. } => "object_too_large",
            Self::Gaps { .. } => "gaps",
            Self::NoChecksum { .. } => "no_checksum",
            Self::OtherSize { .. } => "other_size",
            Self::FullLast { .. } => "full_last_part",
            Self::LargeLast { .. } => "large_last_part",
            Self::Replaces(_) => "replaces_object",
            Self::Others(_) => "other_uploads",
            Self::Alive(_) => "alive",
            Self::MayBeAlive => "liveness_unknown",
            Self::NotOurs => "not_ours",
        }
    }
}

/// `4,211–4,213, 5,000 (+2 more)`: at most four runs.
pub fn runs_text(runs: &[(u32, u32)]) -> String {
    const MOST: usize = 4;
    let one = |(from, to): &(u32, u32)| {
        let first = human::count(u64::from(*from));
        if from == to {
            first
        } else {
            format!("{first}–{}", human::count(u64::from(*to)))
        }
    };
    let named: Vec<String> = runs.iter().take(MOST).map(one).collect();
    let tail = match runs.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" (+{} more)", human::count(more as u64)),
    };
    format!("{}{tail}", named.join(", "))
}

/// `part 7` or `parts 1–3, 9`.
fn parts_text(runs: &[(u32, u32)]) -> String {
    let word = match runs {
        [(from, to)] if from == to => "part",
        _ => "parts",
    };
    format!("{word} {}", runs_text(runs))
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = human::size;
        match self {
            Self::Empty => f.write_str("it holds no part"),
            Self::NumberTooHigh { number, max } => too_high(f, *number, *max),
            Self::TooSmall { parts, min, sure } => too_small(f, parts, *min, *sure),
            Self::Unequal { parts, size: of } => write!(
                f,
                "{} of another size than the others ({}): all but the last must have one size here",
                parts_text(parts),
                size(*of)
            ),
            Self::ObjectTooLarge { size: of, max, .. } => write!(
                f,
                "{} is more than the {} that an object may have",
                size(*of),
                size(*max)
            ),
            Self::Gaps {
                missing,
                count,
                rule,
            } => gaps(f, missing, *count, *rule),
            Self::NoChecksum { parts } => write!(
                f,
                "{} listed without the checksum that the upload asks for",
                parts_text(parts)
            ),
            Self::OtherSize { size, intended } => other_size(f, *size, *intended),
            Self::FullLast { size: of } => write!(
                f,
                "the last part is as large as the others ({}): the end may be missing",
                size(*of)
            ),
            Self::LargeLast { size: of, others } => write!(
                f,
                "the last part ({}) is larger than the others ({})",
                size(*of),
                size(*others)
            ),
            Self::Replaces(existing) => replaces(f, existing),
            Self::Others(others) => other_uploads(f, *others),
            Self::Alive(_) => f.write_str(ALIVE),
            Self::MayBeAlive => f.write_str(MAY_BE_ALIVE),
            Self::NotOurs => f.write_str(NOT_OURS),
        }
    }
}

const ALIVE: &str = "it showed a sign of life within the hour: somebody may still be sending it";
const MAY_BE_ALIVE: &str =
    "nothing tells when its parts came, so that somebody may still be sending it";
const NOT_OURS: &str =
    "it is not ours: its parts are taken from a listing, which S3 means for verification only";

fn too_high(f: &mut fmt::Formatter<'_>, number: u32, max: u32) -> fmt::Result {
    write!(
        f,
        "part {} is beyond the {} that are allowed",
        human::count(u64::from(number)),
        human::count(u64::from(max))
    )
}

fn too_small(f: &mut fmt::Formatter<'_>, parts: &Runs, min: u64, sure: bool) -> fmt::Result {
    let here = if sure { "" } else { " on S3" };
    write!(
        f,
        "{} smaller than the {} that every part but the last must have{here}",
        parts_text(parts),
        human::size(min)
    )
}

fn gaps(f: &mut fmt::Formatter<'_>, missing: &Runs, count: u64, rule: GapRule) -> fmt::Result {
    let part = if count == 1 { "part" } else { "parts" };
    let what = match rule {
        GapRule::Legal => "the object would lack what belongs there",
        GapRule::Unsure => "the object would lack what belongs there, and some stores refuse that",
        GapRule::Composite => "with composite checksums the numbers must have no gap",
        GapRule::Directory => "in directory buckets the numbers must have no gap",
    };
    write!(
        f,
        "{} {part} missing in between: {}; {what}",
        human::count(count),
        runs_text(missing)
    )
}

fn other_size(f: &mut fmt::Formatter<'_>, size: u64, intended: u64) -> fmt::Result {
    let (held, meant) = (human::size(size), human::size(intended));
    match intended.checked_sub(size) {
        Some(missing) => {
            let missing = human::size(missing);
            write!(f, "{held} of {meant} are there, {missing} are missing")
        }
        None => write!(
            f,
            "its parts hold {held}, more than the {meant} that are meant"
        ),
    }
}

fn replaces(f: &mut fmt::Formatter<'_>, existing: &Existing) -> fmt::Result {
    let what = if existing.is_versioned {
        "becomes an older version"
    } else {
        "is replaced"
    };
    let size = human::size(existing.size);
    write!(f, "the key holds an object of {size}, which {what}")
}

fn other_uploads(f: &mut fmt::Formatter<'_>, others: u64) -> fmt::Result {
    match others {
        1 => f.write_str("there is another upload of this key"),
        _ => write!(
            f,
            "there are {} other uploads of this key",
            human::count(others)
        ),
    }
}
