//! Whether parts that are put by hand can be what a provider takes, before any of them is sent. Pure.

use std::collections::BTreeMap;

use super::human;
use super::plan::Limits;

/// Numbers named in a message at most.
const NAMED: usize = 8;

/// Why parts are not put.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    #[error("parts are numbered from 1 to {}, and {number} is not one of these", human::count(u64::from(*max)))]
    NoNumber { number: u32, max: u32 },
    #[error("part {number} is named twice")]
    Twice { number: u32 },
    #[error("part {number} would be empty")]
    Empty { number: u32 },
    #[error("part {number} would have {}, and a part has at most {}", human::size(*len), human::size(*max))]
    TooLarge { number: u32, len: u64, max: u64 },
    #[error("part {number} would have {}, and every part but the last must have {}; part {behind} is behind it", human::size(*len), human::size(*min))]
    TooSmall {
        number: u32,
        len: u64,
        min: u64,
        behind: u32,
    },
    #[error("part {number} would have {} and part {other} has {}: here all parts but the last must have one size", human::size(*len), human::size(*size))]
    Unequal {
        number: u32,
        len: u64,
        other: u32,
        size: u64,
    },
    #[error("the upload would hold {}, and an object has at most {}", human::size(*size), human::size(*max))]
    ObjectTooLarge { size: u64, max: u64 },
    #[error("{} held already", numbers(held))]
    Held { held: Vec<u32> },
}

/// `part 3 is`, `parts 1, 2 and 4 more are`.
fn numbers(held: &[u32]) -> String {
    let named = held.iter().take(NAMED).map(ToString::to_string);
    let named = named.collect::<Vec<_>>().join(", ");
    match held.len() {
        1 => format!("part {named} is"),
        count if count > NAMED => {
            let more = human::count((count - NAMED) as u64);
            format!("parts {named} and {more} more are")
        }
        _ => format!("parts {named} are"),
    }
}

/// Checks parts to put, number and bytes each, against those that are held.
pub fn check(
    put: &[(u32, u64)],
    held: &BTreeMap<u32, u64>,
    overwrite: bool,
    limits: &Limits,
) -> Result<(), Misplaced> {
    let mut after = held.clone();
    let mut seen = BTreeMap::new();
    for (number, len) in put.iter().copied() {
        let (max, max_part) = (limits.max_parts, limits.max_part);
        if number == 0 || number > max {
            return Err(Misplaced::NoNumber { number, max });
        }
        if seen.insert(number, len).is_some() {
            return Err(Misplaced::Twice { number });
        }
        if len == 0 {
            return Err(Misplaced::Empty { number });
        }
        if len > max_part {
            let max = max_part;
            return Err(Misplaced::TooLarge { number, len, max });
        }
        after.insert(number, len);
    }
    let there: Vec<u32> = seen
        .keys()
        .copied()
        .filter(|number| held.contains_key(number))
        .collect();
    if !there.is_empty() && !overwrite {
        return Err(Misplaced::Held { held: there });
    }
    fits(&seen, &after, limits)
}

/// Whether what there will be can become an object.
fn fits(
    put: &BTreeMap<u32, u64>,
    after: &BTreeMap<u32, u64>,
    limits: &Limits,
) -> Result<(), Misplaced> {
    let size = after.values().copied().fold(0, u64::saturating_add);
    if size > limits.max_object {
        let max = limits.max_object;
        return Err(Misplaced::ObjectTooLarge { size, max });
    }
    let last = after.keys().next_back().copied().unwrap_or(0);
    for (&number, &len) in put.iter().filter(|(number, _)| **number != last) {
        let min = limits.min_part;
        if len < min {
            let behind = last;
            return Err(Misplaced::TooSmall {
                number,
                len,
                min,
                behind,
            });
        }
        let mut others = after.iter().filter(|(other, _)| **other != last);
        if limits.equal_parts
            && let Some((&other, &size)) = others.find(|(_, size)| **size != len)
        {
            return Err(Misplaced::Unequal {
                number,
                len,
                other,
                size,
            });
        }
    }
    Ok(())
}

/// The number that the name of a file ends in, where such files are pieces of one: `sailbot.mp4.001`, `dump-12`,
/// `part7`. `None`: in none.
pub fn number_in(name: &str) -> Option<u32> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[stem.len()..];
    // The 4 of mp4 is no number.
    let apart = stem.is_empty()
        || stem.ends_with(['.', '-', '_', ' '])
        || stem.to_ascii_lowercase().ends_with("part");
    digits.parse().ok().filter(|_| apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{GIB, MIB};

    fn said(put: &[(u32, u64)], held: &[(u32, u64)], limits: &Limits) -> String {
        let held = held.iter().copied().collect();
        match check(put, &held, false, limits) {
            Ok(()) => String::new(),
            Err(misplaced) => misplaced.to_string(),
        }
    }

    #[test]
    fn what_no_provider_takes_is_refused_with_the_reason() {
        let s3 = Limits::default();
        let r2 = Limits {
            equal_parts: true,
            ..s3
        };
        let five = 5 * MIB;
        for (put, held, limits, words) in [
            (&[(0, five)][..], &[][..], &s3, "from 1 to 10,000, and 0"),
            (&[(10_001, five)], &[], &s3, "and 10001"),
            (&[(1, five), (1, five)], &[], &s3, "named twice"),
            (&[(1, 0)], &[], &s3, "empty"),
            (&[(1, 5 * GIB + 1)], &[], &s3, "at most 5.00 GiB"),
            (&[(1, five - 1)], &[(2, 1)], &s3, "part 2 is behind it"),
            (&[(1, 1), (2, five)], &[], &s3, "every part but the last"),
            (&[(3, five)], &[(3, five)], &s3, "part 3 is held already"),
            (&[(2, five + 1)], &[(1, five), (3, 1)], &r2, "one size"),
        ] {
            let told = said(put, held, limits);
            assert!(told.contains(words), "{put:?}: {told}");
        }
        assert_eq!(
            said(&[(7, 1)], &[(1, five)], &s3),
            "",
            "the last may be small"
        );
        assert_eq!(said(&[(2, five), (3, 9)], &[(1, five)], &r2), "");
        let all: Vec<(u32, u64)> = (1..=12).map(|number| (number, five)).collect();
        let told = said(&all, &all, &s3);
        assert_eq!(
            told,
            "parts 1, 2, 3, 4, 5, 6, 7, 8 and 4 more are held already"
        );
        let held = all.iter().copied().collect();
        assert_eq!(check(&all, &held, true, &s3), Ok(()));
    }

    #[test]
    fn a_number_stands_apart_at_the_end_of_a_name() {
        for (name, number) in [
            ("sailbot.mp4.001", Some(1)),
            ("sailbot.mp4.010", Some(10)),
            ("sailbot.mp4", None),
            ("dump-12", Some(12)),
            ("dump_3", Some(3)),
            ("file.part7", Some(7)),
            ("file.Part07", Some(7)),
            ("42", Some(42)),
            ("xaa", None),
            ("dump.00000000001", Some(1)),
            ("dump.99999999999", None),
            ("dump.", None),
            ("", None),
        ] {
            assert_eq!(number_in(name), number, "{name}");
        }
    }
}
