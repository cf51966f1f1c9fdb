//! What the hashes of what is held come to: which parts are the file's, or why nothing is done. Pure.

use std::collections::BTreeMap;

use super::cut::{Cut, Refusal};
use crate::model::Part;
use crate::model::human::count;
use crate::model::orphan::{Comparison, FileMark, Proof};

/// What was found of one part that has the right size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Equal(Proof),
    /// By what it was told.
    Different(Proof),
    /// Nothing but its size tells anything of it.
    Unknown,
}

/// What the person allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leave {
    pub(super) trust_size: bool,
    pub(super) replace_all: bool,
}

/// Decides on what was found, by number.
pub(super) fn rule(
    held: &BTreeMap<u32, Part>,
    cut: &Cut,
    found: &BTreeMap<u32, Found>,
    leave: Leave,
) -> Result<Comparison, Refusal> {
    let odd = is_odd(found);
    if odd && !leave.trust_size && !leave.replace_all {
        return Err(odd_etags(found));
    }
    let mut unknown = 0_u64;
    let mut comparison = Comparison {
        file: FileMark::default(),
        layout: cut.layout,
        guess: cut.guess,
        equal: Vec::new(),
        different: Vec::new(),
        misfits: Vec::new(),
        equal_bytes: 0,
        to_send: cut.layout.total.unwrap_or_default(),
        parts_to_send: cut.layout.count().unwrap_or_default(),
    };
    for (number, part) in held {
        let proof = match found.get(number) {
            None => {
                comparison.misfits.push(*number);
                continue;
            }
            Some(Found::Equal(proof)) => Some(*proof),
            Some(Found::Different(Proof::Md5)) if odd => leave.trust_size.then_some(Proof::Size),
            Some(Found::Different(_)) => None,
            Some(Found::Unknown) => {
                unknown += 1;
                leave.trust_size.then_some(Proof::Size)
            }
        };
        match proof {
            Some(proof) => comparison.take(part, proof),
            None => comparison.different.push(*number),
        }
    }
    if unknown > 0 && !leave.trust_size && !leave.replace_all {
        return Err(nothing_but_size(unknown));
    }
    if comparison.equal.is_empty() && !held.is_empty() && !leave.replace_all {
        return Err(none_equal(held.len() as u64));
    }
    Ok(comparison)
}

impl Comparison {
    fn take(&mut self, part: &Part, proof: Proof) {
        self.equal.push((part.number, part.etag.clone(), proof));
        self.equal_bytes += part.size;
        self.to_send = self.to_send.saturating_sub(part.size);
        self.parts_to_send = self.parts_to_send.saturating_sub(1);
    }
}

/// Whether `ETag`s that look like MD5s may be none: not one of them is right, and nothing else tells.
fn is_odd(found: &BTreeMap<u32, Found>) -> bool {
    let is_proven =
        |found: &Found| matches!(found, Found::Equal(_) | Found::Different(Proof::Checksum));
    found.values().any(|of| *of == Found::Different(Proof::Md5)) && !found.values().any(is_proven)
}

fn odd_etags(found: &BTreeMap<u32, Found>) -> Refusal {
    let parts = found.len() as u64;
    Refusal(
        format!(
            "{} has the file's MD5: it is another file, or the ETags are no MD5s, as under SSE-KMS and SSE-C",
            none_of(parts)
        ),
        "if it is encrypted with a key of your own, name it with --sse-c-key-file; --trust-size takes parts of the right size for the file's, --replace-all sends all of them again"
            .to_owned(),
    )
}

fn nothing_but_size(unknown: u64) -> Refusal {
    let parts = if unknown == 1 {
        "one part".to_owned()
    } else {
        format!("{} parts", count(unknown))
    };
    Refusal(
        format!("{parts} can be compared by size alone, which proves nothing of the bytes"),
        "--trust-size takes parts of the right size for the file's, --replace-all sends them again"
            .to_owned(),
    )
}

fn none_equal(parts: u64) -> Refusal {
    Refusal(
        format!("{} is the file's", none_of(parts)),
        "is it another file? --part-size says how it was cut, --replace-all sends all of them again"
            .to_owned(),
    )
}

fn none_of(parts: u64) -> String {
    if parts == 1 {
        return "the only part that is held is not the file's: none".to_owned();
    }
    format!("none of the {} parts that are held", count(parts))
}
