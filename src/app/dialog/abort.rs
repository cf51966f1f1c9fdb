//! The question before an abort: what will be lost, what is excluded and why, and a confirmation that cannot
//! be given by leaning on a key.

use crate::app::text::Line;
use crate::model::bits::Bits;
use crate::model::tally::Tally;
use crate::model::{RowId, Targets};
use crate::protocol::JobId;

/// Batches above this many uploads want their number typed.
const LARGE: usize = 10;

/// The words that say that live uploads are meant too.
pub const INCLUDE_ACTIVE: &str = "abort active";

/// The question, with its targets frozen.
#[derive(Debug, Clone)]
pub struct AbortDialog {
    pub bucket: String,
    /// All that the person chose, the alive ones among them.
    pub targets: Targets,
    /// Of all that was chosen.
    pub tally: Tally,
    /// Rows that are left out unless included: known to be alive, or perhaps.
    pub spared: Bits,
    /// Known to be alive: left out unless included.
    pub alive: usize,
    /// Parts may not be listed, so they may be alive: left out unless included.
    pub undetermined: usize,
    /// Not sized, so their life is looked at right before the abort.
    pub unsized_rows: usize,
    /// Neither stale nor empty.
    pub not_stale: usize,
    pub include_active: bool,
    pub input: Line,
    /// Shown after a wrong confirmation.
    pub refused: bool,
    /// The only target's key, when there is one.
    pub only: Option<String>,
    /// It is what a task left.
    pub rest: Option<Rest>,
}

/// A task that was cancelled or failed, and that another one goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    pub job: JobId,
    /// How many uploads it was about.
    pub total: u64,
}

/// The question before many uploads are sized, with its price.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeAllDialog {
    pub bucket: String,
    /// As many requests are the least.
    pub uploads: u64,
    /// Uploads of the bucket that are not asked about again.
    pub known: u64,
    /// US dollars, an estimate.
    pub price: f64,
    /// It is what a task left.
    pub rest: Option<Rest>,
}

impl AbortDialog {
    /// About these uploads, none of which was looked at yet.
    pub fn new(targets: Targets) -> Self {
        Self {
            bucket: targets.bucket().to_owned(),
            targets,
            tally: Tally::default(),
            spared: Bits::default(),
            alive: 0,
            undetermined: 0,
            unsized_rows: 0,
            not_stale: 0,
            include_active: false,
            input: Line::default(),
            refused: false,
            only: None,
            rest: None,
        }
    }

    /// How many would be aborted if nothing changes until then.
    pub fn expected(&self) -> usize {
        if self.include_active {
            self.targets.len()
        } else {
            self.targets
                .len()
                .saturating_sub(self.alive + self.undetermined)
        }
    }

    /// The rows that are expected to go; an unsized one may yet turn out to be alive.
    pub fn doomed(&self) -> impl Iterator<Item = RowId> {
        let rows = self.targets.ids().iter().copied();
        rows.filter(|row| self.include_active || !self.spared.contains(*row))
    }

    /// What has to be typed: a word for a few dead uploads, their number for many or for any that is not
    /// stale, and in so many words what is alive.
    pub fn wanted(&self) -> String {
        if self.include_active && self.alive + self.undetermined > 0 {
            INCLUDE_ACTIVE.to_owned()
        } else if self.targets.len() > LARGE || self.not_stale > 0 {
            self.expected().to_string()
        } else {
            "y".to_owned()
        }
    }

    /// Whether what was typed confirms. Thousands may be grouped.
    pub fn is_confirmed(&self) -> bool {
        let typed = self.input.text().trim();
        let wanted = self.wanted();
        self.expected() > 0 && (typed == wanted || typed.replace(',', "") == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Measure, Upload};

    fn dialog(targets: usize, alive: usize, not_stale: usize) -> AbortDialog {
        let upload = |number: usize| Upload {
            key: format!("k{number}"),
            ..Upload::default()
        };
        let all = (0..targets).map(|number| (upload(number), Measure::Unknown));
        AbortDialog {
            alive,
            not_stale,
            ..AbortDialog::new(Targets::of("b", all))
        }
    }

    #[test]
    fn a_few_stale_uploads_want_a_letter_and_enter() {
        let mut dialog = dialog(3, 0, 0);
        assert_eq!(dialog.wanted(), "y");
        dialog.input.set("yyyy");
        assert!(
            !dialog.is_confirmed(),
            "leaning on the key confirms nothing"
        );
        dialog.input.set("y");
        assert!(dialog.is_confirmed());
    }

    #[test]
    fn many_or_lively_ones_want_their_number() {
        assert_eq!(dialog(3, 0, 1).wanted(), "3");
        let mut many = dialog(3_012, 12, 12);
        assert_eq!(many.wanted(), "3000");
        many.input.set("3,000");
        assert!(many.is_confirmed());
        many.input.set("3012");
        assert!(!many.is_confirmed());
    }

    #[test]
    fn what_is_alive_is_included_only_in_so_many_words() {
        let mut dialog = dialog(5, 2, 2);
        dialog.include_active = true;
        assert_eq!(dialog.expected(), 5);
        dialog.input.set("5");
        assert!(!dialog.is_confirmed());
        dialog.input.set("abort active");
        assert!(dialog.is_confirmed());
    }

    #[test]
    fn nothing_to_abort_is_never_confirmed() {
        let mut dialog = dialog(2, 2, 2);
        dialog.input.set("0");
        assert!(!dialog.is_confirmed());
    }
}
