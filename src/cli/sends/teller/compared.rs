//! What is told of a comparison.

use super::super::document::{About, Compared};
use super::Teller;
use crate::cli::adopt;
use crate::model::orphan::Comparison;

impl Teller {
    /// What is done from now on is to compare an upload with a file, then to go on with it.
    pub fn adopts(&mut self, about: About) {
        self.about = Some(about);
        self.compares = true;
    }

    /// What an upload holds was compared.
    pub fn compared(&mut self, found: Comparison) {
        self.status.clear();
        self.drawn = None;
        let record = Compared::of(&found, self.about.as_ref());
        self.event("compared", &record);
        self.document.compared = Some(record);
        self.comparison = Some(found);
        self.compares = false;
    }

    /// What was found, once. `is_all`: nothing follows.
    pub fn comparison(&mut self, is_all: bool) -> Option<Comparison> {
        let found = self.comparison.take()?;
        let text = adopt::sentence(&found);
        if !is_all {
            self.note(&text);
        } else if !self.telling.json && !self.telling.jsonl {
            self.write(&text);
        }
        Some(found)
    }
}
