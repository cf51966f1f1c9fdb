//! Into which parts the file is cut: as what is held says, or as the person does. Pure.

use std::collections::BTreeMap;

use crate::model::Part;
use crate::model::human::{count, size_argument};
use crate::model::infer::{Guess, Inference, guess, infer};
use crate::model::plan::{Layout, Limits, Method, Wish, plan};

/// So many part sizes are named where several may be meant.
const NAMED: usize = 5;

/// Why not, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) String, pub(super) String);

/// How it is cut and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) layout: Layout,
    pub(super) guess: Guess,
    /// Parts in flight at most.
    pub(super) width: usize,
    /// Bytes of buffers.
    pub(super) memory: u64,
}

/// Cuts a file of `total` bytes. `wanted`: the part size that the person said, in bytes.
pub(super) fn cut(
    held: &BTreeMap<u32, Part>,
    total: u64,
    wanted: Option<u64>,
    limits: &Limits,
) -> Result<Cut, Refusal> {
    let parts: Vec<Part> = held.values().cloned().collect();
    let part_size = match wanted {
        Some(wanted) => Some(wanted),
        None => told(&parts, total, limits)?,
    };
    let wish = Wish {
        part_size,
        multipart: true,
        ..Wish::default()
    };
    let planned = plan(Some(total), &wish, limits)
        .map_err(|refused| Refusal(refused.to_string(), "nothing was sent".to_owned()))?;
    let Method::Parts(layout) = planned.method else {
        return Err(Refusal(
            "an empty file has no parts".to_owned(),
            "send it with mopup upload, and abort this upload".to_owned(),
        ));
    };
    Ok(Cut {
        guess: guess(&parts, total, layout.part_size, limits),
        layout,
        width: planned.width,
        memory: planned.memory,
    })
}

/// The part size that what is held tells; `None`: any will do.
fn told(parts: &[Part], total: u64, limits: &Limits) -> Result<Option<u64>, Refusal> {
    match infer(parts, total, limits) {
        Inference::Sure(guess) => Ok(Some(guess.part_size)),
        Inference::Free => Ok(None),
        Inference::Impossible(why) => Err(Refusal(
            format!("this upload cannot be of this file: {why}"),
            "is it another file? --part-size says how it was cut, if you know it".to_owned(),
        )),
        Inference::Ambiguous { guesses, why } => Err(ambiguous(&guesses, &why)),
    }
}

fn ambiguous(guesses: &[Guess], why: &str) -> Refusal {
    let named: Vec<String> = guesses.iter().take(NAMED).map(shown).collect();
    let hint = match guesses.first() {
        Some(likeliest) => format!(
            "say which one, such as --part-size {}",
            size_argument(likeliest.part_size)
        ),
        None => "say it with --part-size".to_owned(),
    };
    Refusal(
        format!(
            "how the file was cut cannot be told: {why}; its part size may be {}",
            named.join(" or ")
        ),
        hint,
    )
}

fn shown(guess: &Guess) -> String {
    let size = size_argument(guess.part_size);
    let s = if guess.fitting == 1 { "" } else { "s" };
    let fitting = count(u64::from(guess.fitting));
    match guess.misfits {
        0 => format!("{size} ({fitting} part{s} of that size)"),
        misfits => format!(
            "{size} ({fitting} part{s} of that size, {} of another)",
            count(u64::from(misfits))
        ),
    }
}
