//! A menu: one line for each choice, a letter for those who know it.

use crate::model::view::Sort;

/// What choosing a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Sort(Sort),
    Copy(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub letter: char,
    pub label: String,
    /// What it stands for, dimmed behind the label.
    pub detail: String,
    pub choice: Choice,
}

/// The menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    pub title: String,
    pub items: Vec<Item>,
    pub cursor: usize,
}

impl Menu {
    /// A menu whose lines get the first free letter of their label.
    pub fn new(title: &str, lines: Vec<(String, String, Choice)>) -> Self {
        let mut items: Vec<Item> = Vec::with_capacity(lines.len());
        for (label, detail, choice) in lines {
            // The keys that move the cursor stay free.
            let free = |letter: &char| {
                letter.is_ascii_alphanumeric()
                    && !matches!(letter, 'j' | 'k' | 'q')
                    && items.iter().all(|item| item.letter != *letter)
            };
            let letters = label.to_lowercase();
            let letter = letters
                .chars()
                .chain('a'..='z')
                .chain('1'..='9')
                .find(free)
                .unwrap_or(' ');
            items.push(Item {
                letter,
                label,
                detail,
                choice,
            });
        }
        Self {
            title: title.to_owned(),
            items,
            cursor: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_letter_of_its_own() {
        let line = |label: &str| {
            (
                label.to_owned(),
                String::new(),
                Choice::Copy(label.to_owned()),
            )
        };
        let menu = Menu::new(
            "copy",
            vec![line("key"), line("kind"), line("upload ID"), line("UU")],
        );
        let letters: Vec<char> = menu.items.iter().map(|item| item.letter).collect();
        assert_eq!(letters, ['e', 'i', 'u', 'a']);
    }
}
