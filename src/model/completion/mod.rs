//! Whether an upload can be completed, from what the service holds of it. Pure: what is known arrives as values.
//!
//! Computes no hash: the predicted `ETag` and checksum are added by whoever can.

mod remark;
#[cfg(test)]
mod tests;

use super::part::{Checksum, gaps};
use super::provider::Provider;
use super::{Algorithm, Part, Timestamp, UploadInfo};

pub use remark::{GapRule, Remark, Runs, runs_text};

/// What an upload is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// All parts that are to be named, by number.
    pub parts: &'a [Part],
    pub info: &'a UploadInfo,
    pub provider: &'a Provider,
    /// Bytes that the object is meant to have, where somebody said so.
    pub intended: Option<u64>,
    /// What the key holds now.
    pub existing: Option<&'a Existing>,
    /// Other uploads of the same key.
    pub others: u64,
    /// Begun by this program, so that its own list of parts is known.
    pub ours: bool,
    /// A sign of life this recently, if it counts as alive.
    pub alive: Option<Timestamp>,
    /// Nothing tells whether it is alive: its parts carry no date.
    pub may_be_alive: bool,
    /// The service takes only numbers from 1 on without a gap, whatever the upload: directory buckets.
    pub consecutive_only: bool,
}

/// The object that is at the key already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    pub last_modified: Option<Timestamp>,
    /// It has a version ID, so that it would be kept as an older version.
    pub is_versioned: bool,
}

/// What a judgement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ruling {
    Can,
    /// It will probably be done, and there is something that one should know before.
    But,
    Cannot,
}

impl Ruling {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Can => "can be completed",
            Self::But => "can be completed, but",
            Self::Cannot => "cannot be completed",
        }
    }

    /// The word for it in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Can => "can",
            Self::But => "can_but",
            Self::Cannot => "cannot",
        }
    }
}

/// The judgement of one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub ruling: Ruling,
    /// The gravest first.
    pub remarks: Vec<Remark>,
    /// Bytes of the object.
    pub size: u64,
    pub parts: u32,
    /// The object's `ETag`, where it can be foretold; without quotes.
    pub etag: Option<String>,
    /// The object's checksum, where it can be foretold.
    pub checksum: Option<Checksum>,
}

impl Completion {
    /// The ruling with its gravest reason, on one line.
    pub fn headline(&self) -> String {
        let words = self.ruling.words();
        match (self.ruling, self.remarks.first()) {
            (Ruling::Can, _) | (_, None) => words.to_owned(),
            (Ruling::But, Some(remark)) => format!("{words} {remark}"),
            (Ruling::Cannot, Some(remark)) => format!("{words}: {remark}"),
        }
    }
}

/// Judges.
pub fn judge(known: &Known<'_>) -> Completion {
    let mut remarks = Vec::new();
    // A listing may claim any size.
    let size = known
        .parts
        .iter()
        .fold(0, |sum: u64, part| sum.saturating_add(part.size));
    living(known, &mut remarks);
    counted(known, size, &mut remarks);
    sized(known, &mut remarks);
    checked(known, &mut remarks);
    around(known, &mut remarks);
    remarks.sort_by_key(|remark| std::cmp::Reverse(remark.weight()));
    Completion {
        ruling: remarks.first().map_or(Ruling::Can, Remark::weight),
        remarks,
        size,
        parts: u32::try_from(known.parts.len()).unwrap_or(u32::MAX),
        etag: None,
        checksum: None,
    }
}

/// Whether the provider's rules are known, or only S3's are supposed.
fn is_sure(known: &Known<'_>) -> bool {
    !known.provider.name.is_empty()
}

fn counted(known: &Known<'_>, size: u64, remarks: &mut Vec<Remark>) {
    let limits = &known.provider.limits;
    let Some(last) = known.parts.last() else {
        remarks.push(Remark::Empty);
        return;
    };
    if last.number > limits.max_parts {
        remarks.push(Remark::NumberTooHigh {
            number: last.number,
            max: limits.max_parts,
        });
    }
    if size > limits.max_object {
        remarks.push(Remark::ObjectTooLarge {
            size,
            max: limits.max_object,
            sure: is_sure(known),
        });
    }
    if let Some(intended) = known.intended
        && intended != size
    {
        remarks.push(Remark::OtherSize { size, intended });
    }
    let numbers: Vec<u32> = known.parts.iter().map(|part| part.number).collect();
    let missing = gaps(&numbers);
    if !missing.is_empty() {
        remarks.push(Remark::Gaps {
            count: missing
                .iter()
                .map(|(from, to)| u64::from(to - from) + 1)
                .sum(),
            missing,
            rule: gap_rule(known),
        });
    }
}

/// What the service does about missing numbers.
///
/// Sources: S3 User Guide, "Checking object integrity", multipart uploads: with composite checksums the numbers
/// must be consecutive and begin with 1, and S3 answers 500 otherwise ("Uploading objects" says so of any checksum, so
/// that it is not sure for full-object ones). API reference, `CompletedPart`: directory
/// buckets take only such numbers.
fn gap_rule(known: &Known<'_>) -> GapRule {
    if known.consecutive_only {
        return GapRule::Directory;
    }
    match kind(known.info) {
        Some("COMPOSITE") => GapRule::Composite,
        None if is_sure(known) => GapRule::Legal,
        _ => GapRule::Unsure,
    }
}

/// The type of the object's checksum, where the upload has one: what is listed, else S3's default for its
/// algorithm.
///
/// Source: S3 User Guide, "Checking object integrity": CRC64NVME is full-object only, others are composite unless
/// asked otherwise.
pub fn kind(info: &UploadInfo) -> Option<&str> {
    let algorithm = info.checksum_algorithm.as_deref()?;
    let default = match Algorithm::from_name(algorithm) {
        Some(Algorithm::Crc64Nvme) => "FULL_OBJECT",
        _ => "COMPOSITE",
    };
    Some(info.checksum_type.as_deref().unwrap_or(default))
}

fn sized(known: &Known<'_>, remarks: &mut Vec<Remark>) {
    let limits = &known.provider.limits;
    let Some((last, before)) = known.parts.split_last() else {
        return;
    };
    let small = runs(before.iter().filter(|part| part.size < limits.min_part));
    if !small.is_empty() {
        remarks.push(Remark::TooSmall {
            parts: small,
            min: limits.min_part,
            sure: is_sure(known),
        });
    }
    let Some(usual) = usual(before) else { return };
    if limits.equal_parts {
        let odd = known
            .parts
            .iter()
            .filter(|part| part.size > usual || (part.size != usual && part.number != last.number));
        let odd = runs(odd);
        if !odd.is_empty() {
            remarks.push(Remark::Unequal {
                parts: odd,
                size: usual,
            });
            return;
        }
    }
    if last.size > usual && before.iter().all(|part| part.size == usual) {
        remarks.push(Remark::LargeLast {
            size: last.size,
            others: usual,
        });
    } else if last.size == usual && known.intended.is_none() {
        remarks.push(Remark::FullLast { size: usual });
    }
}

/// The size that most of the parts have; of equals the largest.
fn usual(parts: &[Part]) -> Option<u64> {
    let mut sizes: Vec<u64> = parts.iter().map(|part| part.size).collect();
    sizes.sort_unstable();
    let groups = sizes.chunk_by(|a, b| a == b);
    groups.max_by_key(|group| group.len()).map(|group| group[0])
}

fn checked(known: &Known<'_>, remarks: &mut Vec<Remark>) {
    let Some(algorithm) = known.info.checksum_algorithm.as_deref() else {
        return;
    };
    let bare = known.parts.iter().filter(|part| {
        let of = part.checksum.as_ref().map(|of| of.algorithm.as_str());
        of.is_none_or(|of| !of.eq_ignore_ascii_case(algorithm))
    });
    let bare = runs(bare);
    if !bare.is_empty() {
        remarks.push(Remark::NoChecksum { parts: bare });
    }
}

fn living(known: &Known<'_>, remarks: &mut Vec<Remark>) {
    if let Some(at) = known.alive {
        remarks.push(Remark::Alive(at));
    } else if known.may_be_alive {
        remarks.push(Remark::MayBeAlive);
    }
}

fn around(known: &Known<'_>, remarks: &mut Vec<Remark>) {
    if let Some(existing) = known.existing {
        remarks.push(Remark::Replaces(existing.clone()));
    }
    if known.others > 0 {
        remarks.push(Remark::Others(known.others));
    }
    if !known.ours {
        remarks.push(Remark::NotOurs);
    }
}

/// The numbers of these parts as runs. They ascend.
pub fn runs<'a>(parts: impl Iterator<Item = &'a Part>) -> Runs {
    let mut runs: Runs = Vec::new();
    for part in parts {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == part.number => *to = part.number,
            _ => runs.push((part.number, part.number)),
        }
    }
    runs
}
