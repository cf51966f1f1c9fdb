//! Stretches of files that become parts by hand: each part has its own file and place in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Opened, Reader};
use crate::journal::{PartRecord, SourceRecord};
use crate::model::orphan::Placed;
use crate::model::plan::{Layout, Piece};
use crate::model::{Part, Timestamp};

/// What becomes of which part.
#[derive(Debug)]
pub(super) struct Pieces {
    /// By part number.
    files: BTreeMap<u32, (Opened, Piece)>,
    /// Parts that the upload holds already.
    held: BTreeSet<u32>,
}

impl Opened {
    /// Stretches of open files, by part number. `held`: what the upload had before.
    pub(in crate::tasks::upload) fn pieces(
        files: BTreeMap<u32, (Self, Piece)>,
        held: BTreeSet<u32>,
    ) -> Self {
        let first = files.values().next();
        Self {
            shown: first
                .map(|(file, _)| file.shown.clone())
                .unwrap_or_default(),
            record: SourceRecord {
                path: None,
                is_stream: false,
                size: Some(files.values().map(|(_, piece)| piece.len).sum()),
                modified: None,
                sample: None,
                object: None,
            },
            reader: Reader::Pieces(Box::new(Pieces { files, held })),
        }
    }

    /// The parts that were chosen by hand; `None`: all of them are to be sent.
    pub(in crate::tasks::upload) fn chosen(&self) -> Option<VecDeque<u32>> {
        match &self.reader {
            Reader::Pieces(pieces) => Some(pieces.files.keys().copied().collect()),
            _ => None,
        }
    }

    /// Where the bytes of part `number` are: in this source, at a place that follows from `layout`, or as chosen
    /// by hand.
    pub(in crate::tasks::upload) fn place_of(
        &self,
        number: u32,
        layout: &Layout,
    ) -> Option<(&Self, Piece)> {
        match &self.reader {
            Reader::Pieces(pieces) => {
                let (file, piece) = pieces.files.get(&number)?;
                Some((file, *piece))
            }
            _ => Some((self, layout.piece(number)?)),
        }
    }

    /// What is told of a part that was put by hand.
    pub(in crate::tasks::upload) fn placed(
        &self,
        part: &PartRecord,
        at: Timestamp,
    ) -> Option<Placed> {
        let Reader::Pieces(pieces) = &self.reader else {
            return None;
        };
        Some(Placed {
            part: Part {
                number: part.number,
                size: part.size,
                etag: part.etag.clone(),
                last_modified: Some(at),
                checksum: part.checksum.clone(),
            },
            replaced: pieces.held.contains(&part.number),
        })
    }
}
