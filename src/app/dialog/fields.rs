//! A few lines to fill in and one switch below them: what small forms are made of. Knows not what they mean.

use crate::app::input::{Code, Key};
use crate::app::text::Line;

/// The lines, the switch, and which of them has the keys.
#[derive(Debug, Clone)]
pub struct Fields {
    pub lines: Vec<Line>,
    pub switch: bool,
    /// A line, or behind the last one the switch.
    pub focus: usize,
}

impl Fields {
    /// These lines, with the switch off.
    pub fn new<const N: usize>(texts: [String; N]) -> Self {
        Self {
            lines: texts.map(Line::new).into(),
            switch: false,
            focus: 0,
        }
    }

    /// What stands in a line, without the space around it.
    pub fn text(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", |line| line.text().trim())
    }

    pub const fn is_on_switch(&self) -> bool {
        self.focus == self.lines.len()
    }

    /// Goes to another field or edits the one that has the keys.
    pub fn key(&mut self, key: Key) {
        let fields = self.lines.len() + 1;
        match key.code {
            Code::Tab | Code::Down => self.focus = (self.focus + 1) % fields,
            Code::BackTab | Code::Up => self.focus = (self.focus + fields - 1) % fields,
            Code::Char(' ') if self.is_on_switch() => self.switch = !self.switch,
            _ => {
                if let Some(line) = self.lines.get_mut(self.focus) {
                    line.key(key);
                }
            }
        }
    }

    pub fn paste(&mut self, text: &str) {
        if let Some(line) = self.lines.get_mut(self.focus) {
            line.paste(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_go_round_and_space_switches_only_on_the_switch() {
        let mut fields = Fields::new(["a".to_owned(), String::new()]);
        fields.key(Key::char(' '));
        fields.key(Key::char('b'));
        assert_eq!((fields.text(0), fields.switch), ("a b", false));
        fields.key(Key::plain(Code::Tab));
        fields.paste("c");
        fields.key(Key::plain(Code::Down));
        fields.key(Key::char(' '));
        assert_eq!((fields.text(1), fields.switch), ("c", true));
        fields.key(Key::plain(Code::Tab));
        fields.key(Key::plain(Code::BackTab));
        assert!(fields.is_on_switch());
    }
}
