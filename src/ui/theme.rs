//! How things look, by what they mean. Readable without any colour.

use ratatui::style::{Color, Modifier, Style};

use crate::app::ThemeName;

/// One style for each meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    pub base: Style,
    pub header: Style,
    pub header_strong: Style,
    pub header_dim: Style,
    pub brand: Style,
    pub badge: Style,
    pub crumb: Style,
    pub crumb_here: Style,
    pub text: Style,
    pub dim: Style,
    pub accent: Style,
    pub good: Style,
    pub warn: Style,
    pub bad: Style,
    pub danger: Style,
    pub selected: Style,
    pub selected_unfocused: Style,
    pub marked: Style,
    pub title: Style,
    pub title_focused: Style,
    pub border: Style,
    pub border_focused: Style,
    pub heading: Style,
    pub key: Style,
    pub prompt: Style,
    pub input: Style,
    pub wrong: Style,
    pub footer: Style,
    pub strip: Style,
    pub dialog: Style,
    pub bar: Style,
    pub folder: Style,
    pub active: Style,
    pub idle: Style,
    pub stale: Style,
    pub empty: Style,
}

impl Theme {
    pub fn of(_name: ThemeName) -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let _ = Color::Red;
        Self {
            title: bold,
            selected: Style::new().add_modifier(Modifier::REVERSED),
            ..Self::default()
        }
    }
}
