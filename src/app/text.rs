//! Editing one line of text with the keys that a shell's line editor has taught.

use tui_input::{Input, InputRequest};

use super::input::{Code, Key};

/// One line being edited.
#[derive(Debug, Clone, Default)]
pub struct Line(Input);

impl Line {
    /// A line with `text` and the cursor behind it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Input::new(text.into()))
    }

    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// The cursor's column, counted in terminal cells from the line's start.
    pub fn column(&self) -> usize {
        self.0.visual_cursor()
    }

    /// Replaces the text; the cursor goes behind it.
    pub fn set(&mut self, text: impl Into<String>) {
        self.0 = Input::new(text.into());
    }

    /// Inserts pasted text at the cursor; line ends and control characters become spaces.
    pub fn paste(&mut self, text: &str) {
        for character in text.trim().chars() {
            let character = if character.is_control() {
                ' '
            } else {
                character
            };
            self.0.handle(InputRequest::InsertChar(character));
        }
    }

    /// Whether the key belongs to editing; if so it was done.
    pub fn key(&mut self, key: Key) -> bool {
        let request = match (key.code, key.ctrl, key.alt) {
            (Code::Char(character), false, false) => InputRequest::InsertChar(character),
            (Code::Backspace, false, false) | (Code::Char('h'), true, false) => {
                InputRequest::DeletePrevChar
            }
            (Code::Delete, false, false) => InputRequest::DeleteNextChar,
            (Code::Left, false, false) | (Code::Char('b'), true, false) => {
                InputRequest::GoToPrevChar
            }
            (Code::Right, false, false) | (Code::Char('f'), true, false) => {
                InputRequest::GoToNextChar
            }
            (Code::Left, true, false) | (Code::Char('b'), false, true) => {
                InputRequest::GoToPrevWord
            }
            (Code::Right, true, false) | (Code::Char('f'), false, true) => {
                InputRequest::GoToNextWord
            }
            (Code::Home, _, _) | (Code::Char('a'), true, false) => InputRequest::GoToStart,
            (Code::End, _, _) | (Code::Char('e'), true, false) => InputRequest::GoToEnd,
            (Code::Char('w'), true, false) | (Code::Backspace, _, true) => {
                InputRequest::DeletePrevWord
            }
            (Code::Char('u'), true, false) => InputRequest::DeleteLine,
            (Code::Char('k'), true, false) => InputRequest::DeleteTillEnd,
            _ => return false,
        };
        self.0.handle(request);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_as_in_a_shell() {
        let mut line = Line::new("age>7d");
        assert!(line.key(Key::char('!')));
        assert!(line.key(Key::ctrl('a')));
        line.paste("a\nb ");
        assert_eq!(line.text(), "a bage>7d!");
        assert!(line.key(Key::ctrl('u')));
        assert_eq!(line.text(), "");
        assert!(!line.key(Key::plain(Code::Enter)));
    }
}
