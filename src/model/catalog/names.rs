//! Keys and upload IDs of some thousand rows, one behind the other, found by their lengths.

use super::packed::{self, Form, UploadId};

/// Of each so many rows the place is kept, of those between them only the lengths.
const ANCHOR: usize = 16;

/// Names are never changed and never removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Names {
    keys: String,
    ids: Vec<u8>,
    key_lengths: Vec<u16>,
    id_forms: Vec<Form>,
    /// Where the key and the ID of every sixteenth row begin.
    anchors: Vec<(u32, u32)>,
}

/// A name that is looked for or put in, its ID packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) key: &'a str,
    pub(super) id: UploadId<'a>,
}

impl Names {
    pub(super) fn push(&mut self, key: &str, id: UploadId<'_>) {
        if self.key_lengths.len().is_multiple_of(ANCHOR) {
            let at = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
            self.anchors.push((at(self.keys.len()), at(self.ids.len())));
        }
        self.keys.push_str(key);
        self.ids.extend_from_slice(id.bytes);
        // Longer ones are not taken in.
        self.key_lengths
            .push(u16::try_from(key.len()).unwrap_or(u16::MAX));
        self.id_forms.push(id.form);
    }

    /// No more will come.
    pub(super) fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.ids.shrink_to_fit();
        self.key_lengths.shrink_to_fit();
        self.id_forms.shrink_to_fit();
        self.anchors.shrink_to_fit();
    }

    pub(super) fn key(&self, slot: usize) -> &str {
        let from = slot - slot % ANCHOR;
        let before: usize = self.key_lengths[from..slot]
            .iter()
            .map(|length| usize::from(*length))
            .sum();
        let at = self.anchors[slot / ANCHOR].0 as usize + before;
        &self.keys[at..at + usize::from(self.key_lengths[slot])]
    }

    pub(super) fn id(&self, slot: usize) -> UploadId<'_> {
        let from = slot - slot % ANCHOR;
        let before: usize = self.id_forms[from..slot]
            .iter()
            .map(|form| form.bytes())
            .sum();
        let at = self.anchors[slot / ANCHOR].1 as usize + before;
        let form = self.id_forms[slot];
        UploadId {
            form,
            bytes: &self.ids[at..at + form.bytes()],
        }
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.keys.capacity()
            + self.ids.capacity()
            + self.key_lengths.capacity() * size_of::<u16>()
            + self.id_forms.capacity() * size_of::<Form>()
            + self.anchors.capacity() * size_of::<(u32, u32)>()
    }
}

/// Whether a key and an upload ID can be kept. S3's own are far shorter.
pub(super) fn fit(key: &str, upload_id: &str) -> bool {
    u16::try_from(key.len()).is_ok() && upload_id.len() <= packed::LONGEST
}
