//! Styles as text: `#ff8800 bold`, `yellow on blue`, `reverse`.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("strike", Modifier::CROSSED_OUT),
];

/// Reads a style: a foreground, `on` and a background, and modifiers, in any order.
pub(super) fn style(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if word == "on" {
            let background = words.next().ok_or("'on' wants a colour behind it")?;
            style = style.bg(color(background)?);
        } else {
            style = style.fg(color(word)?);
        }
    }
    Ok(style)
}

fn color(word: &str) -> Result<Color, String> {
    Color::from_str(word).map_err(|_| {
        format!("'{word}' is no colour: write #rrggbb, 0 to 255, a name such as red or lightblue, or bold, dim, italic, underline, reverse")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_read() {
        let orange = Style::new()
            .fg(Color::Rgb(255, 136, 0))
            .add_modifier(Modifier::BOLD);
        assert_eq!(style("#ff8800 bold"), Ok(orange));
        assert_eq!(
            style("yellow on 17"),
            Ok(Style::new().fg(Color::Yellow).bg(Color::Indexed(17)))
        );
        assert!(style("#ff88").is_err());
        assert!(style("red on").is_err());
    }
}
