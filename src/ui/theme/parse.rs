//! Styles as configuration writes them: `"#e5a50a bold on #202020"`.

use ratatui::style::{Color, Modifier, Style};

/// The colours that have a name: the terminal's own sixteen, and its default.
pub const COLORS: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

/// The modifiers that have a name.
pub const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("crossed-out", Modifier::CROSSED_OUT),
];

/// A word of a style that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StyleError {
    #[error("'{0}' is neither a colour nor a modifier")]
    Unknown(String),
    #[error("'{0}' is not a colour: six hexadecimal digits follow a '#'")]
    Hex(String),
    #[error("'on' wants a colour after it")]
    NoBackground,
    #[error("a style has at least one colour or modifier")]
    Nothing,
}

/// Reads `[foreground] [modifiers…] [on background]`; a colour is `#rrggbb` or one of [`COLORS`].
pub fn parse_style(text: &str) -> Result<Style, StyleError> {
    let mut style = Style::new();
    let mut words = text.split_whitespace().peekable();
    if words.peek().is_none() {
        return Err(StyleError::Nothing);
    }
    while let Some(word) = words.next() {
        if word == "on" {
            let background = words.next().ok_or(StyleError::NoBackground)?;
            style = style.bg(color(background)?);
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            style = style.fg(color(word)?);
        }
    }
    Ok(style)
}

fn color(word: &str) -> Result<Color, StyleError> {
    if let Some(digits) = word.strip_prefix('#') {
        return hex(digits).ok_or_else(|| StyleError::Hex(word.to_owned()));
    }
    COLORS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, color)| *color)
        .ok_or_else(|| StyleError::Unknown(word.to_owned()))
}

fn hex(digits: &str) -> Option<Color> {
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(Color::Rgb(r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_a_colour_modifiers_and_a_background() {
        assert_eq!(
            parse_style("#0a0B0c bold on light-blue"),
            Ok(Style::new()
                .fg(Color::Rgb(10, 11, 12))
                .bg(Color::LightBlue)
                .add_modifier(Modifier::BOLD))
        );
        assert_eq!(
            parse_style("reversed"),
            Ok(Style::new().add_modifier(Modifier::REVERSED))
        );
    }

    #[test]
    fn what_means_nothing_is_named() {
        assert_eq!(
            parse_style("bold gren"),
            Err(StyleError::Unknown("gren".into()))
        );
        for wrong in ["#12345", "#12345g", "#+12345"] {
            assert_eq!(parse_style(wrong), Err(StyleError::Hex(wrong.into())));
        }
        assert_eq!(parse_style("red on"), Err(StyleError::NoBackground));
        assert_eq!(parse_style("  "), Err(StyleError::Nothing));
    }
}
