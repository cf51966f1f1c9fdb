//! In which part size somebody cut a file, told from the parts that the service holds. Pure.

use super::Part;
use super::human;
use super::plan::{Layout, Limits};

/// One part size, and how much of what is held agrees with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// Bytes.
    pub part_size: u64,
    /// Held parts whose size is what it must be.
    pub fitting: u32,
    /// Held parts of another size: they would be sent anew.
    pub misfits: u32,
}

/// What the parts tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inference {
    /// Every held part has the size that this part size gives it, and no other size does that.
    Sure(Guess),
    /// Several part sizes are possible, or none fits all parts; the likeliest first.
    Ambiguous { guesses: Vec<Guess>, why: String },
    /// Nothing is held: any part size will do.
    Free,
    /// No part size can be.
    Impossible(String),
}

/// The layout of a file of `total` bytes in parts of `part_size`.
pub fn layout(total: u64, part_size: u64, limits: &Limits) -> Layout {
    Layout {
        total: Some(total),
        part_size,
        growth: 0,
        max_part: limits.max_part,
        max_parts: limits.max_parts,
    }
}

/// Tells the part size from `parts`, by number, of a file of `total` bytes.
pub fn infer(parts: &[Part], total: u64, limits: &Limits) -> Inference {
    let Some(highest) = parts.last() else {
        return Inference::Free;
    };
    let mut guesses: Vec<Guess> = candidates(parts, total)
        .into_iter()
        .filter(|size| allowed(*size, total, limits))
        .map(|size| guess(parts, total, size, limits))
        .filter(|guess| guess.fitting > 0)
        .collect();
    guesses.sort_by_key(|guess| (std::cmp::Reverse(guess.fitting), guess.part_size));
    let fits = |guess: &&Guess| guess.misfits == 0;
    match guesses.iter().filter(fits).count() {
        1 => Inference::Sure(guesses[0]),
        0 if guesses.is_empty() || bytes(parts) > total => {
            Inference::Impossible(impossible(parts, total))
        }
        0 => Inference::Ambiguous {
            why: "the parts do not have one size".to_owned(),
            guesses,
        },
        _ => {
            guesses.retain(|guess| guess.misfits == 0);
            Inference::Ambiguous {
                why: format!(
                    "part {} may be the last one or one in between",
                    human::count(u64::from(highest.number))
                ),
                guesses,
            }
        }
    }
}

/// Sizes that can be: those of the parts, and the one that makes the highest part the last.
fn candidates(parts: &[Part], total: u64) -> Vec<u64> {
    let mut sizes: Vec<u64> = parts.iter().map(|part| part.size).collect();
    if let Some(highest) = parts.last()
        && highest.number > 1
        && let Some(before) = total.checked_sub(highest.size)
    {
        let others = u64::from(highest.number) - 1;
        if before % others == 0 {
            sizes.push(before / others);
        }
    }
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

fn allowed(size: u64, total: u64, limits: &Limits) -> bool {
    size > 0 && size <= limits.max_part && total.div_ceil(size) <= u64::from(limits.max_parts)
}

/// How well a part size fits what is held of a file of `total` bytes.
pub fn guess(parts: &[Part], total: u64, part_size: u64, limits: &Limits) -> Guess {
    let layout = layout(total, part_size, limits);
    let fits = |part: &&Part| layout.piece(part.number).map(|piece| piece.len) == Some(part.size);
    let fitting = parts.iter().filter(fits).count();
    Guess {
        part_size,
        fitting: u32::try_from(fitting).unwrap_or(u32::MAX),
        misfits: u32::try_from(parts.len() - fitting).unwrap_or(u32::MAX),
    }
}

fn bytes(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.size).sum()
}

fn impossible(parts: &[Part], total: u64) -> String {
    let held = bytes(parts);
    if held > total {
        return format!(
            "its parts hold {}, the file only {}",
            human::size(held),
            human::size(total)
        );
    }
    "no part has the size that this file in equal parts would give it".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::MIB;
    use proptest::prelude::*;

    fn held(of: &Layout, numbers: impl IntoIterator<Item = u32>) -> Vec<Part> {
        let part = |number| Part {
            number,
            size: of.piece(number).unwrap().len,
            etag: String::new(),
            last_modified: None,
            checksum: None,
        };
        numbers.into_iter().map(part).collect()
    }

    #[test]
    fn plain_cases_are_sure() {
        let limits = Limits::default();
        let of = layout(100 * MIB, 8 * MIB, &limits);
        let sure = |numbers: Vec<u32>| match infer(&held(&of, numbers), 100 * MIB, &limits) {
            Inference::Sure(guess) => guess.part_size,
            other => panic!("{other:?}"),
        };
        assert_eq!(sure(vec![1]), 8 * MIB);
        assert_eq!(sure(vec![1, 2, 3]), 8 * MIB);
        assert_eq!(sure(vec![4, 7]), 8 * MIB);
        // The last part alone tells it, too.
        assert_eq!(sure(vec![2, 13]), 8 * MIB);
        assert_eq!(infer(&[], 1, &limits), Inference::Free);
    }

    #[test]
    fn a_lone_part_behind_the_first_may_be_the_last() {
        let limits = Limits::default();
        // 8 MiB as the second part of 20 MiB: in between of 8, or the last behind one of 12.
        let parts = held(&layout(20 * MIB, 12 * MIB, &limits), [2]);
        let Inference::Ambiguous { guesses, why } = infer(&parts, 20 * MIB, &limits) else {
            panic!("sure");
        };
        let sizes: Vec<u64> = guesses.iter().map(|guess| guess.part_size).collect();
        assert_eq!(sizes, [8 * MIB, 12 * MIB]);
        assert_eq!(why, "part 2 may be the last one or one in between");
    }

    #[test]
    fn unequal_parts_leave_the_choice() {
        let limits = Limits::default();
        let mut parts = held(&layout(100 * MIB, 8 * MIB, &limits), 1..=5);
        parts[2].size = 9 * MIB;
        let Inference::Ambiguous { guesses, .. } = infer(&parts, 100 * MIB, &limits) else {
            panic!("sure");
        };
        assert_eq!((guesses[0].part_size, guesses[0].misfits), (8 * MIB, 1));
    }

    #[test]
    fn parts_that_cannot_be_of_the_file_are_told() {
        let limits = Limits::default();
        let parts = held(&layout(100 * MIB, 8 * MIB, &limits), [1, 2]);
        let found = infer(&parts, MIB, &limits);
        assert_eq!(
            found,
            Inference::Impossible("its parts hold 16.0 MiB, the file only 1.00 MiB".to_owned())
        );
    }

    proptest! {
        /// Whatever is held, the size that it was really cut in is among the guesses and fits all of it.
        #[test]
        fn the_true_size_is_always_found(
            part_size in 1_u64..5_000,
            total in 1_u64..100_000,
            chosen in prop::collection::btree_set(1_u32..200, 1..20),
        ) {
            let limits = Limits { min_part: 1, max_parts: 100_000, ..Limits::default() };
            let of = layout(total, part_size, &limits);
            let count = of.count().unwrap();
            let numbers: std::collections::BTreeSet<u32> = chosen.into_iter().map(|n| (n - 1) % count + 1).collect();
            let parts = held(&of, numbers);
            // A single part that holds all may have been meant to be larger.
            let truth = part_size.min(total);
            match infer(&parts, total, &limits) {
                Inference::Sure(guess) => {
                    prop_assert_eq!(guess.part_size, truth);
                    prop_assert_eq!(guess.misfits, 0);
                }
                Inference::Ambiguous { guesses, .. } => {
                    prop_assert!(guesses.iter().any(|guess| guess.part_size == truth && guess.misfits == 0));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
