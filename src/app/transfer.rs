//! What a task of sending knows: the newest figures, and what became of each file. Knows no key and no screen.

use std::collections::VecDeque;

use super::adopting::compared_text;
use super::dialog::adopt::Counts;
use super::messages::Severity;
pub use super::sums::SendSums;
use super::tasks::TaskKind;
use crate::model::orphan::Placed;
use crate::model::send::{Interrupted, Order, Pace, Phase, Sending, Source, StoredObject, Verdict};
use crate::model::{Target, Timestamp, human};
use crate::protocol::{Fault, Outcome, Sent, SentOutcome};

/// Files that went well are named up to this many, the newest; all of them are counted.
const NAMED: usize = 200;
/// Warnings are kept up to this many; all of them are counted.
const WARNINGS: usize = 1_000;

/// A task of sending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// As the person named it; not yet escaped, like all texts here.
    pub source: String,
    /// `bucket/key`.
    pub destination: String,
    /// The upload that it is about, where that was there before.
    pub upload_id: Option<String>,
    /// The journal's name, where it is known.
    pub journal: Option<String>,
    /// The upload that was aborted to begin this one anew, as long as its row may be in sight.
    pub replaces: Option<String>,
    /// When an upload that is gone on with was begun.
    pub begun: Option<Timestamp>,
    /// The newest figures; `None` until the first came.
    pub now: Option<Box<Sending>>,
    /// What was asked for last.
    pub pace: Pace,
    /// The person paused it; parts in flight may still end.
    pub wants_pause: bool,
    pub sums: SendSums,
    /// The newest that went well.
    pub stored: VecDeque<Sent>,
    /// All others; nothing is dropped.
    pub missed: Vec<Sent>,
    pub warnings: Vec<Fault>,
    /// How many warnings the bound kept out.
    pub warnings_dropped: u64,
    /// Parts that were put by hand.
    pub placed: Vec<Placed>,
    /// What a comparison found.
    pub compared: Option<Counts>,
    /// Nothing came of it, and its form can be opened again.
    pub form_waits: bool,
}

impl Transfer {
    /// Of a new upload, or a queue of them.
    pub fn of_order(order: &Order) -> Self {
        let (source, name) = match order.sources.as_slice() {
            [only] => (only.shown(), file_name(only)),
            several => (
                format!("{} sources", human::count(several.len() as u64)),
                None,
            ),
        };
        let takes_name = order.key.is_empty() || order.key.ends_with('/');
        let name = name.filter(|_| takes_name && !order.recursive);
        Self {
            source,
            destination: format!("{}/{}{}", order.bucket, order.key, name.unwrap_or_default()),
            pace: order.pace,
            ..Self::default()
        }
    }

    /// Of one of our own that is gone on with or given up.
    pub fn of_interrupted(entry: &Interrupted) -> Self {
        Self {
            source: entry.source.clone(),
            destination: format!("{}/{}", entry.bucket, entry.key),
            journal: Some(entry.id.clone()),
            begun: Some(entry.begun),
            ..Self::default()
        }
    }

    /// Of an upload that is there already, and what is done with it.
    pub fn of_upload(source: String, target: &Target) -> Self {
        Self {
            source,
            destination: format!("{}/{}", target.bucket, target.key),
            upload_id: Some(target.upload_id.clone()),
            ..Self::default()
        }
    }

    /// Whether it is about this upload.
    pub fn is_of(&self, target: &Target) -> bool {
        let now = self.now.as_ref().and_then(|now| now.target.as_ref());
        let named = || {
            self.upload_id.as_ref() == Some(&target.upload_id)
                && self.destination == format!("{}/{}", target.bucket, target.key)
        };
        now.map_or_else(named, |now| now == target)
    }

    pub fn phase(&self) -> Phase {
        self.now.as_ref().map_or(Phase::Preparing, |now| now.phase)
    }

    /// Whether the person paused it, or it says so itself.
    pub fn is_paused(&self) -> bool {
        self.wants_pause || self.phase() == Phase::Paused
    }

    /// Whether its figures change.
    pub fn moves(&self) -> bool {
        !matches!(self.phase(), Phase::Paused | Phase::Waiting)
    }

    /// Where the upload under way goes; what is not known yet is as the person named it.
    pub fn shown_destination(&self) -> String {
        let target = self.now.as_ref().filter(|now| now.files <= 1);
        target.and_then(|now| now.target.as_ref()).map_or_else(
            || self.destination.clone(),
            |target| format!("{}/{}", target.bucket, target.key),
        )
    }

    /// The journal's name of the upload under way, or of the only one there was.
    pub fn journal(&self) -> Option<&str> {
        let now = self.now.as_ref().and_then(|now| now.journal.as_deref());
        now.or(self.journal.as_deref())
    }

    /// Share of the bytes, 0 to 1; `None` where there is no end to compare with.
    pub fn share(&self) -> Option<f64> {
        let now = self.now.as_ref()?;
        let total = now.total?;
        if total == 0 {
            return Some(if now.phase == Phase::Preparing {
                0.0
            } else {
                1.0
            });
        }
        let done = now.stored.saturating_add(now.in_flight).min(total);
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let share = done as f64 / total as f64;
        Some(share)
    }

    /// Takes in what became of one file.
    pub fn take(&mut self, sent: Sent) {
        self.sums.add(&sent.outcome);
        match sent.outcome {
            SentOutcome::Stored(_) | SentOutcome::Existed => {
                if self.stored.len() == NAMED {
                    self.stored.pop_front();
                }
                self.stored.push_back(sent);
            }
            _ => self.missed.push(sent),
        }
    }

    /// Takes in a warning; the first ones are kept.
    pub fn warn(&mut self, fault: Fault) {
        if self.warnings.len() < WARNINGS {
            self.warnings.push(fault);
        } else {
            self.warnings_dropped += 1;
        }
    }

    /// Whether an upload is over: figures that came late may still name it.
    pub fn is_over(&self, upload_id: &str) -> bool {
        let missed = self.missed.iter().rev().take(NAMED);
        let mut ended = self.stored.iter().chain(missed);
        ended.any(|sent| sent.upload_id.as_deref() == Some(upload_id))
    }

    /// The file, when there was only one.
    pub fn only(&self) -> Option<&Sent> {
        (self.sums.files() == 1)
            .then(|| self.stored.front().or_else(|| self.missed.first()))
            .flatten()
    }

    /// What to say when it ends so.
    pub fn verdict(&self, kind: TaskKind, outcome: &Outcome) -> (Severity, String) {
        let (severity, mut text) = self.judged(kind, outcome);
        if self.form_waits {
            text.push_str("; u opens its form again");
        }
        (severity, text)
    }

    fn judged(&self, kind: TaskKind, outcome: &Outcome) -> (Severity, String) {
        if let Some(sent) = self.only() {
            return one(kind, sent);
        }
        match outcome {
            Outcome::Done if kind == TaskKind::Compare => {
                let found = self.compared.as_ref().map(compared_text);
                let found = found.unwrap_or_else(|| "nothing was compared".to_owned());
                let text = format!("{}: {found}; r on it goes on", self.destination);
                (Severity::Good, text)
            }
            Outcome::Done if kind == TaskKind::Place => {
                let text = format!("{}: {}", self.destination, placed_text(&self.placed));
                (Severity::Good, text)
            }
            Outcome::Failed(fault) if self.sums.is_empty() => (Severity::Error, fault.to_string()),
            Outcome::Failed(fault) => {
                let text = format!("{fault}; {}", self.sums.text());
                (Severity::Error, text)
            }
            _ if self.sums.is_empty() => {
                let text = match kind {
                    TaskKind::Compare => format!("{} was not compared", self.destination),
                    TaskKind::Complete => format!("{} was not completed", self.destination),
                    _ => format!("nothing was sent to {}", self.destination),
                };
                (Severity::Warning, text)
            }
            _ => {
                let severity = self.sums.severity();
                let hint = match severity {
                    Severity::Good => "",
                    _ => "; t then enter shows which and why",
                };
                (severity, format!("{}{hint}", self.sums.text()))
            }
        }
    }
}

/// What was put by hand.
pub fn placed_text(placed: &[Placed]) -> String {
    match placed {
        [only] => {
            let number = human::count(u64::from(only.part.number));
            let instead = if only.replaced {
                ", in place of the one before"
            } else {
                ""
            };
            format!(
                "part {number} ({}) is put{instead}",
                human::size(only.part.size)
            )
        }
        several => format!("{} parts are put", human::count(several.len() as u64)),
    }
}

/// What became of a single file.
fn one(kind: TaskKind, sent: &Sent) -> (Severity, String) {
    let at = format!("{}/{}", sent.bucket, sent.key);
    let done = if kind == TaskKind::Complete {
        "completed"
    } else {
        "stored"
    };
    let resume = || {
        let id = sent.journal.as_deref();
        id.map_or_else(String::new, |id| {
            format!("; r goes on with it, as does `mopup resume {id}`")
        })
    };
    match &sent.outcome {
        SentOutcome::Stored(StoredObject { verdict, .. }) => match verdict {
            Verdict::Verified(what) => (
                Severity::Good,
                format!("{at} is {done} and verified: {what}"),
            ),
            Verdict::Unverified(why) => (
                Severity::Warning,
                format!("{at} is {done}, but could not be verified: {why}"),
            ),
        },
        SentOutcome::Existed => (
            Severity::Good,
            format!("{at} was there before with the same size"),
        ),
        SentOutcome::Kept { stored } => {
            let stored = human::size(*stored);
            let text = format!("{at} is kept for later, {stored} stored{}", resume());
            (Severity::Warning, text)
        }
        SentOutcome::NotBegun => (Severity::Warning, format!("{at} was not begun")),
        SentOutcome::Aborted { freed } => (
            Severity::Warning,
            format!("{at} is aborted, {} freed", human::size(*freed)),
        ),
        SentOutcome::Failed { fault, kept: false } => (Severity::Error, fault.to_string()),
        SentOutcome::Failed { fault, kept: true } => {
            let text = format!("{fault}; what was stored is kept{}", resume());
            (Severity::Error, text)
        }
    }
}

fn file_name(source: &Source) -> Option<String> {
    match source {
        Source::Path(path) => Some(path.file_name()?.to_string_lossy().into_owned()),
        Source::Stdin => None,
        Source::Object(object) => Some(object.name().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(outcome: SentOutcome) -> Sent {
        Sent {
            source: Source::Path("/data/a".into()),
            bucket: "b".into(),
            key: "a".into(),
            upload_id: Some("u".into()),
            journal: Some("j1".into()),
            outcome,
        }
    }

    #[test]
    fn a_long_queue_keeps_sums_of_what_went_well_and_all_of_the_rest() {
        let mut transfer = Transfer::default();
        for _ in 0..10_000 {
            transfer.take(sent(SentOutcome::Existed));
        }
        for _ in 0..500 {
            transfer.take(sent(SentOutcome::Kept { stored: 1 }));
        }
        assert_eq!(transfer.sums.files(), 10_500);
        assert_eq!((transfer.stored.len(), transfer.missed.len()), (NAMED, 500));
        let text = "10,000 there before, 500 kept for later (500 B stored)";
        assert_eq!(transfer.sums.text(), text);
    }

    #[test]
    fn one_kept_file_says_how_to_go_on() {
        let mut transfer = Transfer::default();
        transfer.take(sent(SentOutcome::Kept { stored: 2 << 30 }));
        let (severity, text) =
            transfer.verdict(TaskKind::Send, &Outcome::Cancelled { done: 0, left: 1 });
        assert_eq!(severity, Severity::Warning);
        assert!(text.contains("2.00 GiB stored"), "{text}");
        assert!(text.contains("`mopup resume j1`"), "{text}");
    }

    #[test]
    fn the_destination_takes_the_files_name_where_the_key_wants_it() {
        let order = |key: &str| Order::new(Source::Path("/data/x.bin".into()), "b", key);
        let shown = |key: &str| Transfer::of_order(&order(key)).destination;
        assert_eq!(shown(""), "b/x.bin");
        assert_eq!(shown("dir/"), "b/dir/x.bin");
        assert_eq!(shown("dir/y"), "b/dir/y");
    }

    #[test]
    fn there_is_no_share_of_a_stream() {
        let mut transfer = Transfer::default();
        let mut now = Sending {
            stored: 50,
            in_flight: 60,
            ..Sending::default()
        };
        transfer.now = Some(Box::new(now.clone()));
        assert_eq!(transfer.share(), None);
        now.total = Some(100);
        transfer.now = Some(Box::new(now));
        assert_eq!(transfer.share(), Some(1.0));
    }
}
