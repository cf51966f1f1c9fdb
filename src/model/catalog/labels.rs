//! What many uploads share, kept once for all of them.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::Upload;

/// A block of label sets is copied when one is added while somebody else looks at it.
const BLOCK: usize = 256;

/// What an upload is labelled with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Labels {
    pub(super) storage_class: Option<String>,
    pub(super) initiator: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) checksum_algorithm: Option<String>,
    pub(super) checksum_type: Option<String>,
}

impl Labels {
    pub(super) fn fits(&self, upload: &Upload) -> bool {
        self.storage_class == upload.storage_class
            && self.initiator == upload.initiator
            && self.owner == upload.owner
            && self.checksum_algorithm == upload.checksum_algorithm
            && self.checksum_type == upload.checksum_type
    }

    fn of(upload: &Upload) -> Self {
        Self {
            storage_class: upload.storage_class.clone(),
            initiator: upload.initiator.clone(),
            owner: upload.owner.clone(),
            checksum_algorithm: upload.checksum_algorithm.clone(),
            checksum_type: upload.checksum_type.clone(),
        }
    }
}

/// Label sets by number. Copied in no time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct LabelSets(Vec<Arc<Vec<Labels>>>);

impl LabelSets {
    pub(super) fn get(&self, at: u32) -> &Labels {
        let at = at as usize;
        &self.0[at / BLOCK][at % BLOCK]
    }

    pub(super) fn len(&self) -> usize {
        let last = self.0.last().map_or(0, |block| block.len());
        self.0.len().saturating_sub(1) * BLOCK + last
    }

    fn push(&mut self, labels: Labels) {
        match self.0.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => Arc::make_mut(block).push(labels),
            None => self.0.push(Arc::new(vec![labels])),
        }
    }
}

/// Finds the number of a label set.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    last: Option<u32>,
}

impl Interner {
    /// The number of the labels of an upload, which are put into `sets` if they are new.
    pub(super) fn intern(&mut self, upload: &Upload, sets: &mut LabelSets) -> u32 {
        // Neighbours in a listing come from the same client more often than not.
        if let Some(last) = self.last.filter(|last| sets.get(*last).fits(upload)) {
            return last;
        }
        let labels = Labels::of(upload);
        let hash = self.hasher.hash_one(&labels);
        let found = self.numbers.find(hash, |at| *sets.get(*at) == labels);
        let number = if let Some(found) = found {
            *found
        } else {
            // There are no more label sets than rows, whose number fits.
            let at = u32::try_from(sets.len()).unwrap_or(u32::MAX);
            sets.push(labels);
            let Self {
                numbers, hasher, ..
            } = self;
            numbers.insert_unique(hash, at, |at| hasher.hash_one(sets.get(*at)));
            at
        };
        self.last = Some(number);
        number
    }
}
