//! What is told of single parts.

use std::collections::BTreeMap;

use super::super::document::{About, PlacedPart};
use super::Teller;
use crate::model::human::{self, escape};
use crate::model::orphan::Placed;

impl Teller {
    /// What is done from now on is to put these files as parts of an upload that is there.
    pub fn puts(&mut self, about: About, files: BTreeMap<u32, String>) {
        self.about = Some(about);
        self.files = files;
        self.document.placed = Some(Vec::new());
    }

    /// A part was put.
    pub fn placed(&mut self, placed: &Placed) {
        self.status.clear();
        self.drawn = None;
        let part = &placed.part;
        let source = self.files.get(&part.number).cloned().unwrap_or_default();
        if !self.telling.json && !self.telling.jsonl && !self.telling.quiet {
            let replaced = if placed.replaced {
                "  in the place of the one before"
            } else {
                ""
            };
            self.write(&format!(
                "put  part {}  {}  ETag \"{}\"  {}{replaced}",
                part.number,
                human::size(part.size),
                escape(&part.etag),
                escape(&source)
            ));
        }
        let record = PlacedPart::of(placed, self.about.as_ref(), source);
        self.event("placed", &record);
        if let Some(placed) = &mut self.document.placed {
            placed.push(record);
        }
    }

    /// The second interrupt was heard.
    pub fn left_at_once(&mut self) -> String {
        self.status.clear();
        if self.document.placed.is_some() {
            return "left at once; parts that were told as put stay".to_owned();
        }
        "left at once; `mopup uploads` lists what can be gone on with".to_owned()
    }
}
