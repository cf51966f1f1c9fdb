//! Uploads whose abort the service accepted and that are to be looked for in another listing: a few bytes each.

use std::hash::{BuildHasher, RandomState};

use super::recheck::Checked;

/// They are told from what else is listed by hashes of their names. Where two share one, both count as listed:
/// then they are looked at, and nothing is lost but a request.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    all: Vec<Entry>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u64,
    freed: u64,
    at: u32,
    knows_freed: bool,
    is_listed: bool,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct One {
    /// Its position among the job's targets.
    pub(super) at: usize,
    pub(super) checked: Checked,
    /// Whether the listing still shows it.
    pub(super) is_listed: bool,
}

impl Accepted {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Takes in the target at a position.
    pub(super) fn push(&mut self, at: usize, name: (&str, &str), freed: Option<u64>) {
        self.all.push(Entry {
            hash: self.hasher.hash_one(name),
            freed: freed.unwrap_or(0),
            // There are no more targets than row numbers.
            at: u32::try_from(at).unwrap_or(u32::MAX),
            knows_freed: freed.is_some(),
            is_listed: false,
        });
    }

    /// No more will come; from now on they can be found.
    pub(super) fn sort(&mut self) {
        self.all.sort_unstable_by_key(|entry| entry.hash);
    }

    /// An upload of this name is listed.
    pub(super) fn note_listed(&mut self, key: &str, upload_id: &str) {
        let hash = self.hasher.hash_one((key, upload_id));
        let from = self.all.partition_point(|entry| entry.hash < hash);
        for entry in &mut self.all[from..] {
            if entry.hash != hash {
                break;
            }
            entry.is_listed = true;
        }
    }

    /// In the order of the targets.
    pub(super) fn into_iter(mut self) -> impl Iterator<Item = One> {
        self.all.sort_unstable_by_key(|entry| entry.at);
        self.all.into_iter().map(|entry| One {
            at: entry.at as usize,
            checked: Checked {
                freed: entry.knows_freed.then_some(entry.freed),
                recent: false,
            },
            is_listed: entry.is_listed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_by_key_and_id_counts_as_listed() {
        let mut accepted = Accepted::default();
        for at in (0..1_000_usize).rev() {
            let key = format!("key/{}", at / 2);
            let freed = (at != 7).then_some(at as u64);
            accepted.push(at, (&key, &format!("id-{at}")), freed);
        }
        accepted.sort();
        accepted.note_listed("key/3", "id-7");
        accepted.note_listed("key/3", "id-8");
        accepted.note_listed("key/4", "id-8");
        accepted.note_listed("key/9999", "id-1");
        let all: Vec<One> = accepted.into_iter().collect();
        assert!(all.iter().enumerate().all(|(at, one)| one.at == at));
        let listed: Vec<usize> = all
            .iter()
            .filter(|one| one.is_listed)
            .map(|one| one.at)
            .collect();
        assert_eq!(listed, [7, 8]);
        assert_eq!(all[7].checked.freed, None);
        assert_eq!(all[8].checked.freed, Some(8));
        assert_eq!(size_of::<Entry>(), 24);
    }

    #[test]
    fn those_that_share_a_hash_are_all_looked_at() {
        let mut accepted = Accepted::default();
        accepted.push(0, ("a", "1"), None);
        accepted.push(1, ("b", "2"), None);
        accepted.all[1].hash = accepted.all[0].hash;
        accepted.sort();
        accepted.note_listed("a", "1");
        assert!(accepted.into_iter().all(|one| one.is_listed));
    }
}
