//! The parts of one upload: opened, or previewed while the cursor rests on it.

use std::collections::HashSet;

use crate::model::completion::Completion;
use crate::model::part::{UploadInfo, gaps};
use crate::model::{Extent, Part, Target, Timestamp};
use crate::protocol::{Fault, JobId, Kind, Outcome};

use super::cursor::Cursor;

/// How far the parts are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartsState {
    Loading(JobId),
    Complete,
    Failed(Fault),
}

/// What the parts come to: made when parts arrive, since frames come more often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Ascending.
    pub numbers: Vec<u32>,
    /// Runs of missing numbers below the highest, first and last inclusive.
    pub gaps: Vec<(u32, u32)>,
    pub bytes: u64,
    /// When each part came, as far as it is told, by part number.
    pub arrivals: Vec<Timestamp>,
}

impl Summary {
    fn of(parts: &[Part]) -> Self {
        let numbers: Vec<u32> = parts.iter().map(|part| part.number).collect();
        Self {
            gaps: gaps(&numbers),
            bytes: parts
                .iter()
                .fold(0, |sum: u64, part| sum.saturating_add(part.size)),
            arrivals: parts.iter().filter_map(|part| part.last_modified).collect(),
            numbers,
        }
    }
}

/// The upload whose parts are shown.
#[derive(Debug, Clone)]
pub struct OpenParts {
    pub target: Target,
    pub info: UploadInfo,
    /// By part number.
    pub parts: Vec<Part>,
    /// Of the parts that are listed.
    pub summary: Summary,
    pub state: PartsState,
    /// What they alone tell of a completion, once all of them were read.
    pub completion: Option<Completion>,
    /// While they are listed again: the numbers that came, so that what did not can leave at the end.
    seen: Option<HashSet<u32>>,
    /// The part number under the cursor.
    pub cursor: Cursor<u32>,
}

impl OpenParts {
    pub fn new(target: Target, job: JobId) -> Self {
        Self {
            target,
            info: UploadInfo::default(),
            parts: Vec::new(),
            summary: Summary::default(),
            state: PartsState::Loading(job),
            completion: None,
            seen: None,
            cursor: Cursor::default(),
        }
    }

    /// They are listed again by this job; what is known stays on screen meanwhile.
    pub fn begin_refresh(&mut self, job: JobId) {
        self.state = PartsState::Loading(job);
        self.seen = Some(HashSet::new());
    }

    /// The listing ended so.
    pub fn end(&mut self, outcome: &Outcome) {
        let seen = self.seen.take();
        self.state = match outcome {
            Outcome::Failed(fault) => PartsState::Failed(fault.clone()),
            _ => PartsState::Complete,
        };
        let gone = matches!(outcome, Outcome::Failed(fault) if fault.kind == Kind::UploadGone);
        match seen {
            _ if gone => self.parts.clear(),
            Some(seen) if *outcome == Outcome::Done => {
                self.parts.retain(|part| seen.contains(&part.number));
            }
            _ => {}
        }
        self.summary = Summary::of(&self.parts);
    }

    /// What they come to, as sizing would tell it.
    pub fn extent(&self) -> Extent {
        Extent {
            bytes: self.summary.bytes,
            parts: u32::try_from(self.parts.len()).unwrap_or(u32::MAX),
            last_part: self.summary.arrivals.iter().max().copied(),
            abort_date: self.info.abort_date,
        }
    }

    /// Takes a page in; a number that comes again replaces what was there.
    pub fn take(&mut self, info: UploadInfo, page: Vec<Part>) {
        self.info = info;
        if let Some(seen) = &mut self.seen {
            seen.extend(page.iter().map(|part| part.number));
        }
        for part in page {
            match self
                .parts
                .binary_search_by_key(&part.number, |known| known.number)
            {
                Ok(index) => self.parts[index] = part,
                Err(index) => self.parts.insert(index, part),
            }
        }
        self.summary = Summary::of(&self.parts);
    }

    /// The part under the cursor.
    pub fn current(&self) -> Option<&Part> {
        let number = *self.cursor.item()?;
        let index = self.position(number)?;
        self.parts.get(index)
    }

    /// Where a part number stands in the list.
    pub fn position(&self, number: u32) -> Option<usize> {
        self.parts
            .binary_search_by_key(&number, |part| part.number)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, size: u64) -> Part {
        Part {
            number,
            size,
            etag: String::new(),
            last_modified: Some(Timestamp::from_secs(i64::from(number))),
            checksum: None,
        }
    }

    #[test]
    fn the_summary_follows_every_page_and_every_part_sent_again() {
        let target = Target {
            bucket: "b".into(),
            key: "k".into(),
            upload_id: "u".into(),
        };
        let mut open = OpenParts::new(target, JobId(1));
        open.take(UploadInfo::default(), vec![part(4, 10), part(1, 10)]);
        assert_eq!(open.summary.gaps, [(2, 3)]);
        open.take(UploadInfo::default(), vec![part(2, 5), part(4, 7)]);
        let summary = &open.summary;
        assert_eq!(
            (summary.numbers.as_slice(), summary.bytes),
            ([1, 2, 4].as_slice(), 22)
        );
        assert_eq!(summary.gaps, [(3, 3)]);
        assert_eq!(summary.arrivals.len(), 3);
        open.end(&Outcome::Done);
        assert_eq!(open.parts.len(), 3);
        open.begin_refresh(JobId(2));
        open.take(UploadInfo::default(), vec![part(1, 10), part(3, 1)]);
        assert_eq!(open.parts.len(), 4, "what was there stays until the end");
        open.end(&Outcome::Done);
        assert_eq!(open.summary.numbers, [1, 3]);
    }
}
