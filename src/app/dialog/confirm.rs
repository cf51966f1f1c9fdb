//! A word that has to be typed before something is lost. It is typed, never pasted, and leaning on a key does
//! not write it.

use crate::app::input::{Code, Key};
use crate::app::text::Line;

/// What is being typed.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub wanted: &'static str,
    pub input: Line,
    /// Shown after a wrong word.
    pub refused: bool,
}

/// What a key did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Confirmed,
    /// The person changed their mind.
    Back,
    /// Still being typed.
    Open,
}

impl Confirm {
    pub fn new(wanted: &'static str) -> Self {
        Self {
            wanted,
            input: Line::default(),
            refused: false,
        }
    }

    pub fn key(&mut self, key: Key) -> Answer {
        match key.code {
            Code::Esc => return Answer::Back,
            Code::Enter if self.input.text().trim() == self.wanted => return Answer::Confirmed,
            Code::Enter => self.refused = true,
            _ => {
                self.refused = false;
                self.input.key(key);
            }
        }
        Answer::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_confirms() {
        let mut confirm = Confirm::new("abort");
        assert_eq!(confirm.key(Key::plain(Code::Enter)), Answer::Open);
        assert!(confirm.refused);
        for letter in "abort".chars() {
            assert_eq!(confirm.key(Key::char(letter)), Answer::Open);
        }
        assert_eq!(confirm.key(Key::plain(Code::Enter)), Answer::Confirmed);
        assert_eq!(confirm.key(Key::plain(Code::Esc)), Answer::Back);
    }
}
