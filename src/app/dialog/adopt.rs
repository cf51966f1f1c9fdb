//! Going on with an upload that somebody else began: which file it is of and in which part size, then what a
//! comparison found and what is to be sent.

use std::path::PathBuf;
use std::sync::Arc;

use super::Confirm;
pub use super::counts::Counts;
use super::fields::Fields;
use super::interrupted::parse_key_source;
use super::upload::{Browser, Picked};
use crate::model::infer::{Guess, Inference};
use crate::model::orphan::{Adoption, Comparison, Keys, Proof};
use crate::model::send::{Pace, PayloadSigning};
use crate::model::{Target, filter, human};

/// The form's lines.
pub const PART_SIZE: usize = 0;
pub const KEY: usize = 1;

/// Which file, and in which parts.
#[derive(Debug, Clone)]
pub struct AdoptDialog {
    pub target: Target,
    pub browser: Browser,
    /// What was chosen; its form is shown.
    pub file: Option<Picked>,
    /// What the parts tell of the part size; `None`: they are not all listed yet.
    pub inference: Option<Inference>,
    /// Why they cannot be listed as they are: with SSE-C it may need the key.
    pub unlisted: Option<String>,
    pub fields: Fields,
    /// Which of the guesses stands in the form.
    pub guess: usize,
    pub error: Option<String>,
}

impl AdoptDialog {
    /// Nothing chosen yet.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            browser: Browser::default(),
            file: None,
            inference: None,
            unlisted: None,
            fields: Fields::new([String::new(), String::new()]),
            guess: 0,
            error: None,
        }
    }

    /// Takes in what the parts tell; what was typed stays. `free`: the part size where they tell nothing.
    pub fn infer(&mut self, inference: Inference, free: u64) {
        let size = match &inference {
            Inference::Sure(guess) => Some(guess.part_size),
            Inference::Ambiguous { guesses, .. } => guesses.first().map(|guess| guess.part_size),
            Inference::Free => Some(free),
            Inference::Impossible(_) => None,
        };
        self.guess = 0;
        self.inference = Some(inference);
        if let (Some(size), "") = (size, self.fields.text(PART_SIZE)) {
            self.fill(size);
        }
    }

    fn fill(&mut self, size: u64) {
        if let Some(line) = self.fields.lines.get_mut(PART_SIZE) {
            line.set(human::size_argument(size));
        }
    }

    /// The sizes to choose from.
    pub fn guesses(&self) -> &[Guess] {
        match &self.inference {
            Some(Inference::Ambiguous { guesses, .. }) => guesses,
            Some(Inference::Sure(guess)) => std::slice::from_ref(guess),
            _ => &[],
        }
    }

    /// Writes the next guess into the form.
    pub fn next_guess(&mut self) {
        let count = self.guesses().len();
        if count > 0 {
            self.guess = (self.guess + 1) % count;
            if let Some(size) = self.guesses().get(self.guess).map(|guess| guess.part_size) {
                self.fill(size);
            }
        }
    }

    /// The order to compare, or what is in its way.
    pub fn adoption(&self, signing: PayloadSigning, pace: Pace) -> Result<Adoption, String> {
        let file = self.file.as_ref().ok_or("choose a file first")?;
        if self.inference.is_none() && self.unlisted.is_none() {
            return Err("its parts are still being listed".to_owned());
        }
        let part_size = match self.fields.text(PART_SIZE) {
            "" if self.unlisted.is_some() => None,
            "" => return Err("write the part size, such as 8MiB".to_owned()),
            typed => {
                let size = filter::parse_size(typed).filter(|size| *size > 0);
                let wrong = || format!("'{typed}' is no size: write 8MiB, or bytes");
                Some(size.ok_or_else(wrong)?)
            }
        };
        let key = self.fields.text(KEY);
        let key = if key.is_empty() {
            None
        } else {
            Some(parse_key_source(key)?)
        };
        Ok(Adoption {
            target: self.target.clone(),
            keys: Keys {
                customer_key_from: key,
                ..Keys::default()
            },
            file: file.path.clone(),
            part_size,
            // Nothing is written yet: whatever it finds is to be seen.
            trust_size: true,
            replace_all: true,
            include_active: true,
            if_none_match: self.fields.switch,
            signing,
            pace,
            compared: None,
        })
    }
}

/// A comparison that was made, and how to go on from it.
#[derive(Debug, Clone)]
pub struct Compared {
    pub adoption: Adoption,
    pub comparison: Arc<Comparison>,
    /// Found equal by their bytes: number and `ETag`, by number.
    pub equal: Vec<(u32, String)>,
    /// Found to be something else, by number.
    pub different: Vec<u32>,
}

impl Compared {
    pub fn new(adoption: Adoption, comparison: Arc<Comparison>) -> Self {
        let by_bytes = comparison.equal.iter();
        let by_bytes = by_bytes.filter(|(_, _, proof)| *proof != Proof::Size);
        let mut equal: Vec<(u32, String)> = by_bytes
            .map(|(number, etag, _)| (*number, etag.clone()))
            .collect();
        equal.sort_unstable();
        let others = comparison.different.iter().chain(&comparison.misfits);
        let mut different: Vec<u32> = others.copied().collect();
        different.sort_unstable();
        Self {
            adoption,
            comparison,
            equal,
            different,
        }
    }
}

/// The same, but that parts of the right size are no proof: they are sent again.
fn distrusted(comparison: &Comparison) -> Comparison {
    let mut comparison = comparison.clone();
    let layout = comparison.layout;
    let equal = std::mem::take(&mut comparison.equal).into_iter();
    let (by_size, equal) = equal.partition(|(_, _, proof)| *proof == Proof::Size);
    comparison.equal = equal;
    let by_size: Vec<(u32, String, Proof)> = by_size;
    for (number, _, _) in by_size {
        let len = layout.piece(number).map_or(0, |piece| piece.len);
        comparison.equal_bytes = comparison.equal_bytes.saturating_sub(len);
        comparison.to_send = comparison.to_send.saturating_add(len);
        comparison.parts_to_send = comparison.parts_to_send.saturating_add(1);
        comparison.different.push(number);
    }
    comparison.different.sort_unstable();
    comparison
}

/// The question behind a comparison: whether to go on.
#[derive(Debug, Clone)]
pub struct ReviewDialog {
    pub compared: Compared,
    /// It showed a sign of life, or nothing tells.
    pub alive: bool,
    /// Parts that were compared by their size alone are taken for equal.
    pub trust_size: bool,
    pub confirm: Option<Confirm>,
    pub scroll: usize,
}

impl ReviewDialog {
    pub fn counts(&self) -> Counts {
        Counts::of(&self.compared.comparison, self.trust_size)
    }

    /// Whether parts are held and none of them would stay.
    pub fn replaces_all(&self) -> bool {
        let counts = self.counts();
        let held = counts.equal() + counts.others();
        held > 0 && counts.kept(self.trust_size) == 0
    }

    /// What has to be typed: it names what is out of the ordinary.
    pub fn wanted(&self) -> &'static str {
        match (self.replaces_all(), self.alive) {
            (false, false) => "adopt",
            (false, true) => "adopt active",
            (true, false) => "replace all",
            (true, true) => "replace all active",
        }
    }

    /// The order to go on.
    pub fn adoption(self) -> Adoption {
        let replace_all = self.replaces_all();
        let trust_size = self.trust_size;
        let Compared {
            adoption,
            comparison,
            ..
        } = self.compared;
        Adoption {
            part_size: Some(comparison.layout.part_size),
            trust_size,
            replace_all,
            include_active: self.alive,
            compared: Some(if trust_size {
                comparison
            } else {
                Arc::new(distrusted(&comparison))
            }),
            ..adoption
        }
    }

    pub const fn file(&self) -> &PathBuf {
        &self.compared.adoption.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::infer::layout;
    use crate::model::orphan::FileMark;
    use crate::model::plan::Limits;

    fn review(equal: &[(u32, Proof)], different: &[u32], misfits: &[u32]) -> ReviewDialog {
        let mut dialog = AdoptDialog::new(Target {
            bucket: "b".into(),
            key: "k".into(),
            upload_id: "u".into(),
        });
        dialog.file = Some(Picked {
            path: "/f".into(),
            is_directory: false,
            size: Some(95),
        });
        dialog.infer(Inference::Free, 10);
        let adoption = dialog
            .adoption(PayloadSigning::Auto, Pace::default())
            .unwrap();
        let comparison = Comparison {
            file: FileMark::default(),
            layout: layout(95, 10, &Limits::default()),
            guess: Guess {
                part_size: 10,
                fitting: 3,
                misfits: 1,
            },
            equal: equal
                .iter()
                .map(|(number, proof)| (*number, String::new(), *proof))
                .collect(),
            different: different.to_vec(),
            misfits: misfits.to_vec(),
            equal_bytes: 0,
            to_send: 65,
            parts_to_send: 7,
        };
        ReviewDialog {
            compared: Compared::new(adoption, Arc::new(comparison)),
            alive: false,
            trust_size: false,
            confirm: None,
            scroll: 0,
        }
    }

    #[test]
    fn what_was_compared_by_size_alone_is_sent_unless_it_is_trusted() {
        let equal = [(1, Proof::Checksum), (2, Proof::Md5), (10, Proof::Size)];
        let mut dialog = review(&equal, &[3], &[4, 12]);
        let counts = dialog.counts();
        assert_eq!((counts.parts, counts.equal(), counts.missing), (10, 3, 5));
        assert_eq!((counts.misfits, counts.beyond), (1, 1));
        // The last part has five bytes.
        assert_eq!((counts.to_send, counts.bytes), (8, 70));
        assert_eq!(dialog.wanted(), "adopt");
        dialog.trust_size = true;
        assert_eq!((dialog.counts().to_send, dialog.counts().bytes), (7, 65));
        dialog.alive = true;
        assert_eq!(dialog.wanted(), "adopt active");
        let distrusting = {
            let mut dialog = dialog.clone();
            dialog.trust_size = false;
            dialog.adoption().compared.unwrap()
        };
        let found = (distrusting.equal.len(), distrusting.different.clone());
        assert_eq!(found, (2, vec![3, 10]));
        assert_eq!((distrusting.parts_to_send, distrusting.to_send), (8, 70));
        let adoption = dialog.adoption();
        assert_eq!(adoption.compared.as_ref().unwrap().equal.len(), 3);
        assert!(adoption.trust_size && adoption.include_active && !adoption.replace_all);
    }

    #[test]
    fn that_no_part_stays_is_said_in_so_many_words() {
        assert_eq!(review(&[], &[1, 2], &[]).wanted(), "replace all");
        assert_eq!(review(&[], &[], &[]).wanted(), "adopt");
        let mut by_size = review(&[(1, Proof::Size)], &[], &[]);
        assert_eq!(by_size.wanted(), "replace all");
        by_size.trust_size = true;
        assert_eq!(by_size.wanted(), "adopt");
    }
}
