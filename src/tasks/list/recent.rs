//! Which uploads a listing found lately: servers repeat some of them at the beginning of a page.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::model::Upload;

/// So many of the last uploads are remembered: a page that begins with a key marker alone repeats that key's
/// uploads, and those may have filled several pages.
const WINDOW: usize = 10_000;

/// The last uploads. Remembering costs little where keys go up, as they do nearly everywhere: then nothing can
/// have been there before, and nothing is looked up.
#[derive(Debug)]
pub(super) struct Recent {
    seed: u64,
    /// Fingerprints, the oldest first: two that are alike among ten thousand are less likely than a fault of the
    /// memory.
    order: VecDeque<u64>,
    /// The same to look up; made when it is first needed.
    known: Option<HashSet<u64>>,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self {
            // Nobody can choose keys that are taken for each other.
            seed: RandomState::new().build_hasher().finish(),
            order: VecDeque::new(),
            known: None,
        }
    }

    /// Remembers an upload whose key lies behind all that were seen.
    pub(super) fn add(&mut self, upload: &Upload) {
        self.push(fingerprint(self.seed, upload));
    }

    /// Remembers an upload; false if it was there already.
    pub(super) fn is_new(&mut self, upload: &Upload) -> bool {
        let mark = fingerprint(self.seed, upload);
        let order = &self.order;
        let known = self
            .known
            .get_or_insert_with(|| order.iter().copied().collect());
        if known.contains(&mark) {
            return false;
        }
        self.push(mark);
        true
    }

    fn push(&mut self, mark: u64) {
        self.order.push_back(mark);
        let oldest = if self.order.len() > WINDOW {
            self.order.pop_front()
        } else {
            None
        };
        if let Some(known) = &mut self.known {
            known.insert(mark);
            if let Some(oldest) = oldest {
                known.remove(&oldest);
            }
        }
    }
}

/// Eight bytes at a time, each mixed by a multiplication: a fifth of what the standard hasher takes.
fn fingerprint(seed: u64, upload: &Upload) -> u64 {
    let key = absorb(seed, upload.key.as_bytes());
    absorb(key, upload.upload_id.as_bytes())
}

fn absorb(state: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let state = words
        .iter()
        .fold(state, |state, word| mix(state, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    // With the length, so that where one text ends and the next begins counts.
    mix(mix(state, u64::from_le_bytes(last)), bytes.len() as u64)
}

fn mix(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word ^ 0x9e37_79b9_7f4a_7c15)
        * u128::from(0xa076_1d64_78bd_642f_u64 ^ state.rotate_left(23));
    let half = |half: u128| u64::try_from(half).unwrap_or_default();
    half(product & u128::from(u64::MAX)) ^ half(product >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(key: &str, id: &str) -> Upload {
        Upload {
            key: key.to_owned(),
            upload_id: id.to_owned(),
            ..Upload::default()
        }
    }

    #[test]
    fn what_was_there_is_known_however_it_came() {
        let mut recent = Recent::new();
        for number in 0..500 {
            recent.add(&upload(&format!("key-{number:04}"), "id"));
        }
        assert!(!recent.is_new(&upload("key-0007", "id")));
        assert!(recent.is_new(&upload("key-0007", "another")));
        assert!(!recent.is_new(&upload("key-0007", "another")));
        assert!(recent.is_new(&upload("key-0007i", "d")));
        recent.add(&upload("key-9", "id"));
        assert!(!recent.is_new(&upload("key-9", "id")));
    }

    #[test]
    fn fingerprints_differ_and_only_the_last_are_kept() {
        let mut recent = Recent::new();
        for number in 0..3 * WINDOW {
            assert!(recent.is_new(&upload("one/key", &format!("{number}"))));
        }
        assert_eq!(recent.order.len(), WINDOW);
        assert_eq!(recent.known.as_ref().map(HashSet::len), Some(WINDOW));
        assert!(recent.is_new(&upload("one/key", "0")), "long ago");
    }
}
