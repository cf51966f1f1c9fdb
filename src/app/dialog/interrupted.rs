//! What was interrupted, and what to do with each: go on, give up, begin anew.

use super::Confirm;
use crate::app::text::Line;
use crate::model::send::{Interrupted, KeySource, Standing};

/// Our own uploads that did not end, frozen when they were listed.
#[derive(Debug, Clone)]
pub struct InterruptedDialog {
    pub entries: Vec<Interrupted>,
    pub cursor: usize,
    pub step: Step,
    /// What the last key led to, or why it did nothing.
    pub note: Option<String>,
    /// It opened by itself: a key that was meant for what lay below begins nothing.
    pub unasked: bool,
}

/// What is asked of the entry under the cursor.
#[derive(Debug, Clone)]
pub enum Step {
    List,
    GiveUp(Confirm),
    Anew(Confirm),
    /// Where the key of SSE-C is, which no journal holds.
    Key {
        input: Line,
        anew: bool,
        error: Option<String>,
    },
}

impl InterruptedDialog {
    pub const fn new(entries: Vec<Interrupted>) -> Self {
        Self {
            entries,
            cursor: 0,
            step: Step::List,
            note: None,
            unasked: false,
        }
    }

    pub fn current(&self) -> Option<&Interrupted> {
        self.entries.get(self.cursor)
    }

    /// Puts the cursor on an entry; false if it is not here.
    pub fn select(&mut self, id: &str) -> bool {
        let at = self.entries.iter().position(|entry| entry.id == id);
        self.cursor = at.unwrap_or(self.cursor);
        at.is_some()
    }

    /// Takes an entry out that something is done about.
    pub fn remove(&mut self, id: &str) {
        self.entries.retain(|entry| entry.id != id);
        self.cursor = self.cursor.min(self.entries.len().saturating_sub(1));
    }
}

/// Whether there is something that can be done about it from here.
pub const fn is_offered(entry: &Interrupted) -> bool {
    matches!(
        entry.status,
        Standing::Resumable | Standing::Completing | Standing::SourceChanged(_)
    )
}

/// Where a key is, as a person writes it: a file, or a variable behind a dollar sign.
pub fn parse_key_source(text: &str) -> Result<KeySource, String> {
    let text = text.trim();
    match text.strip_prefix('$') {
        _ if text.is_empty() => Err("name the file that holds the key, or $VARIABLE".to_owned()),
        Some(name) if is_variable(name) => Ok(KeySource::Variable(name.to_owned())),
        Some(_) => Err(format!("'{text}' names no variable: write $NAME")),
        None => Ok(KeySource::File(text.into())),
    }
}

fn is_variable(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_a_file_or_a_variable() {
        let variable = KeySource::Variable("SSE_KEY".to_owned());
        assert_eq!(parse_key_source(" $SSE_KEY"), Ok(variable));
        let file = KeySource::File("/etc/sse.key".into());
        assert_eq!(parse_key_source("/etc/sse.key"), Ok(file));
        for wrong in ["", "$", "$1", "$A-B"] {
            assert!(parse_key_source(wrong).is_err(), "{wrong}");
        }
    }
}
