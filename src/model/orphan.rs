//! What a person asks for an upload that is there already, whoever began it: judge, complete, adopt, put parts.

use std::path::PathBuf;
use std::sync::Arc;

use super::completion::{Completion, Existing};
use super::infer::Guess;
use super::plan::Layout;
use super::send::{Access, KeySource, Pace, PayloadSigning, StoredObject};
use super::{Part, Target, UploadInfo};

/// How requests about an upload's bytes are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    pub access: Access,
    /// Where the SSE-C key is, if `access` does not hold it.
    pub customer_key_from: Option<KeySource>,
}

/// Which parts an object is to be made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    #[default]
    All,
    /// Those up to this number: the tail is dropped.
    UpTo(u32),
    /// These, as somebody's own list names them: number and `ETag` without quotes.
    Listed(Vec<(u32, String)>),
}

/// A question whether an upload can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    pub target: Target,
    pub keys: Keys,
    pub choice: Choice,
    /// The file that the object is meant to be, for its length.
    pub file: Option<PathBuf>,
}

/// The answer to an [`Inquiry`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub target: Target,
    pub info: UploadInfo,
    /// Those that were chosen, by number.
    pub parts: Arc<Vec<Part>>,
    pub completion: Completion,
    pub existing: Option<Existing>,
}

/// An order to complete an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub target: Target,
    pub keys: Keys,
    pub choice: Choice,
    /// Do not overwrite (`If-None-Match: *`).
    pub if_none_match: bool,
    /// The parts that the person was shown: where they are not these any more, nothing is done.
    pub seen: Option<Arc<Vec<Part>>>,
    /// Complete also what is alive. Only when the person said so in so many words.
    pub include_active: bool,
}

/// An order to go on with an upload that somebody else began, from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a person may say each of them"
)]
pub struct Adoption {
    pub target: Target,
    pub keys: Keys,
    pub file: PathBuf,
    /// Bytes; `None`: told from the parts, and refused where they are ambiguous.
    pub part_size: Option<u64>,
    /// Parts whose bytes cannot be compared count as equal when their size is right.
    pub trust_size: bool,
    /// Go on although no part that is held equals the file: all of them are sent anew.
    pub replace_all: bool,
    /// Adopt also what is alive. Only when the person said so in so many words.
    pub include_active: bool,
    pub if_none_match: bool,
    pub signing: PayloadSigning,
    pub pace: Pace,
    /// What a comparison found, so that nothing is read twice.
    pub compared: Option<Arc<Comparison>>,
}

/// How a held part was found equal to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// By the checksum that the service holds.
    Checksum,
    /// By an `ETag` that is an MD5.
    Md5,
    /// By its size alone, which proves nothing of its bytes.
    Size,
}

/// What tells a file from what it was before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileMark {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: Option<i64>,
    /// A hash over samples of its bytes.
    pub sample: Option<String>,
}

/// What an upload holds of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The file as it was when it was compared.
    pub file: FileMark,
    pub layout: Layout,
    /// How well the part size fits what is held.
    pub guess: Guess,
    /// Parts that equal the file: number, `ETag` at that time, and how that was found.
    pub equal: Vec<(u32, String, Proof)>,
    /// Parts of the right size whose bytes differ.
    pub different: Vec<u32>,
    /// Parts whose size is not what it must be, or that the file has no place for.
    pub misfits: Vec<u32>,
    /// Bytes of the equal ones.
    pub equal_bytes: u64,
    /// Bytes that are to be sent.
    pub to_send: u64,
    /// Parts that are to be sent.
    pub parts_to_send: u32,
}

impl Comparison {
    /// How many parts of another size the file has a place for.
    pub fn misfits_within(&self) -> usize {
        let within = |number: &&u32| self.layout.piece(**number).is_some();
        self.misfits.iter().filter(within).count()
    }

    /// Parts that the file has and the upload does not hold at all.
    pub fn missing(&self) -> usize {
        let held = self.different.len() + self.misfits_within();
        (self.parts_to_send as usize).saturating_sub(held)
    }
}

/// One part that is to be put by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// From 1.
    pub number: u32,
    pub file: PathBuf,
    /// From this byte on.
    pub offset: u64,
    /// So many bytes; `None`: to the end.
    pub len: Option<u64>,
}

/// An order to put parts by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    pub target: Target,
    pub keys: Keys,
    pub pieces: Vec<Placement>,
    /// Parts that are held already are overwritten.
    pub overwrite: bool,
    /// Write also into what is alive. Only when the person said so in so many words.
    pub include_active: bool,
    pub signing: PayloadSigning,
    pub pace: Pace,
}

/// A part that was put by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub part: Part,
    /// There was one of this number before.
    pub replaced: bool,
}

/// How the completion of an upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub target: Target,
    pub object: StoredObject,
}
