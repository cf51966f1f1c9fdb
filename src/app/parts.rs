//! The parts of one upload: opened, or previewed while the cursor rests on it.

use crate::model::{Part, Target, part::UploadInfo};
use crate::protocol::{Fault, JobId};

use super::cursor::Cursor;

/// How far the parts are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartsState {
    Loading(JobId),
    Complete,
    Failed(Fault),
}

/// The upload whose parts are shown.
#[derive(Debug, Clone)]
pub struct OpenParts {
    pub target: Target,
    pub info: UploadInfo,
    /// By part number.
    pub parts: Vec<Part>,
    pub state: PartsState,
    /// The part number under the cursor.
    pub cursor: Cursor<u32>,
}

impl OpenParts {
    pub fn new(target: Target, job: JobId) -> Self {
        Self {
            target,
            info: UploadInfo::default(),
            parts: Vec::new(),
            state: PartsState::Loading(job),
            cursor: Cursor::default(),
        }
    }

    /// Takes a page in; a number that comes again replaces what was there.
    pub fn take(&mut self, info: UploadInfo, page: Vec<Part>) {
        self.info = info;
        for part in page {
            match self
                .parts
                .binary_search_by_key(&part.number, |known| known.number)
            {
                Ok(index) => self.parts[index] = part,
                Err(index) => self.parts.insert(index, part),
            }
        }
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
