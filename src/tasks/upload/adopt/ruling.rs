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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{Limits, MIB};
    use crate::tasks::upload::adopt::cut::cut;

    const SIZE: u64 = 8 * MIB;

    fn held(numbers: &[u32]) -> BTreeMap<u32, Part> {
        let part = |number: &u32| Part {
            number: *number,
            size: SIZE,
            etag: format!("etag-{number}"),
            last_modified: None,
            checksum: None,
        };
        numbers
            .iter()
            .map(|number| (*number, part(number)))
            .collect()
    }

    fn ruled(found: &[(u32, Found)], leave: Leave) -> Result<Comparison, Refusal> {
        let numbers: Vec<u32> = (1..=4).collect();
        let held = held(&numbers);
        let cut = cut(&held, 6 * SIZE, None, &Limits::default()).unwrap();
        rule(&held, &cut, &found.iter().copied().collect(), leave)
    }

    const STRICT: Leave = Leave {
        trust_size: false,
        replace_all: false,
    };
    const TRUSTING: Leave = Leave {
        trust_size: true,
        replace_all: false,
    };
    const REPLACING: Leave = Leave {
        trust_size: false,
        replace_all: true,
    };

    #[test]
    fn one_right_md5_makes_the_others_wrong() {
        let equal = Found::Equal(Proof::Md5);
        let differs = Found::Different(Proof::Md5);
        let found = [(1, equal), (2, differs), (3, equal), (4, equal)];
        for leave in [STRICT, TRUSTING, REPLACING] {
            let comparison = ruled(&found, leave).unwrap();
            assert_eq!(comparison.different, [2], "{leave:?}");
            assert_eq!(comparison.parts_to_send, 3);
            assert_eq!(comparison.to_send, 3 * SIZE);
            assert_eq!(comparison.missing(), 2);
        }
    }

    #[test]
    fn md5s_of_which_none_is_right_may_be_none() {
        let differs = Found::Different(Proof::Md5);
        let found = [(1, differs), (2, differs), (3, differs), (4, differs)];
        assert!(ruled(&found, STRICT).unwrap_err().0.contains("SSE-KMS"));
        let trusted = ruled(&found, TRUSTING).unwrap();
        assert!(trusted.equal.iter().all(|equal| equal.2 == Proof::Size));
        assert_eq!(ruled(&found, REPLACING).unwrap().different.len(), 4);
        // A checksum tells the truth: then it is another file, whatever is trusted.
        let wrong = Found::Different(Proof::Checksum);
        let found = [(1, wrong), (2, differs), (3, wrong), (4, wrong)];
        for leave in [STRICT, TRUSTING] {
            let refused = ruled(&found, leave).unwrap_err();
            assert!(refused.0.contains("none of the 4 parts"), "{refused:?}");
        }
    }

    #[test]
    fn what_only_has_a_size_is_trusted_or_sent_when_that_is_said() {
        let equal = Found::Equal(Proof::Checksum);
        let found = [
            (1, equal),
            (2, Found::Unknown),
            (3, Found::Unknown),
            (4, equal),
        ];
        let refused = ruled(&found, STRICT).unwrap_err();
        assert!(refused.0.starts_with("2 parts"), "{refused:?}");
        assert_eq!(ruled(&found, TRUSTING).unwrap().equal.len(), 4);
        assert_eq!(ruled(&found, REPLACING).unwrap().different, [2, 3]);
    }
}
