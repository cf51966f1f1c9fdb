//! What a comparison of an upload with a file comes to, in numbers. Knows no dialog.

use crate::model::orphan::{Comparison, Proof};

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Parts that the file has.
    pub parts: u32,
    pub by_checksum: u32,
    pub by_md5: u32,
    pub by_size: u32,
    pub different: u32,
    /// Of another size than the file gives them.
    pub misfits: u32,
    /// That the file has no place for.
    pub beyond: u32,
    pub missing: u32,
    /// To be sent: parts and bytes.
    pub to_send: u32,
    pub bytes: u64,
}

impl Counts {
    /// Of what is held, if parts that only have the right size count as equal, or do not.
    pub fn of(comparison: &Comparison, trust_size: bool) -> Self {
        let layout = &comparison.layout;
        let parts = layout.count().unwrap_or_default();
        let mut counts = Self {
            parts,
            to_send: comparison.parts_to_send,
            bytes: comparison.to_send,
            ..Self::default()
        };
        for (number, _, proof) in &comparison.equal {
            match proof {
                Proof::Checksum => counts.by_checksum += 1,
                Proof::Md5 => counts.by_md5 += 1,
                Proof::Size => {
                    counts.by_size += 1;
                    if !trust_size {
                        counts.to_send += 1;
                        let piece = layout.piece(*number).map_or(0, |piece| piece.len);
                        counts.bytes = counts.bytes.saturating_add(piece);
                    }
                }
            }
        }
        counts.different = count(comparison.different.len());
        let beyond = comparison.misfits.iter().filter(|number| **number > parts);
        counts.beyond = count(beyond.count());
        counts.misfits = count(comparison.misfits.len()) - counts.beyond;
        let held = counts.equal() + counts.different + counts.misfits;
        counts.missing = parts.saturating_sub(held);
        counts
    }

    /// Found equal, however.
    pub const fn equal(&self) -> u32 {
        self.by_checksum + self.by_md5 + self.by_size
    }

    /// Found equal by their bytes, and by their size where that is taken for it.
    pub const fn kept(&self, trust_size: bool) -> u32 {
        let by_size = if trust_size { self.by_size } else { 0 };
        self.by_checksum + self.by_md5 + by_size
    }

    /// Held, but not what the file has.
    pub const fn others(&self) -> u32 {
        self.different + self.misfits + self.beyond
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
