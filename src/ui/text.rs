//! Fitting text into cells: cutting, wrapping, padding by the width that a terminal gives to characters.
//! Knows no state and no theme.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

fn cells(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// The longest beginning of `text` that takes at most `room` cells.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += cells(character);
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// The longest end of `text` that takes at most `room` cells.
fn tail(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices().rev() {
        used += cells(character);
        if used > room {
            return &text[at + character.len_utf8()..];
        }
    }
    text
}

/// `text` in at most `room` cells, `…` for what is missing at its end.
pub fn cut_end(text: &str, room: usize) -> Cow<'_, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    match room {
        0 => Cow::Borrowed(""),
        _ => Cow::Owned(format!("{}…", head(text, room - 1))),
    }
}

/// `text` in at most `room` cells, `…` for what is missing in its middle: the end of a key tells most.
pub fn cut_middle(text: &str, room: usize) -> Cow<'_, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    match room {
        0 => Cow::Borrowed(""),
        1..6 => Cow::Owned(format!("…{}", tail(text, room - 1))),
        _ => {
            let front = (room - 1) / 3;
            Cow::Owned(format!(
                "{}…{}",
                head(text, front),
                tail(text, room - 1 - front)
            ))
        }
    }
}

/// `text` in at most `room` cells, `…` for what is missing at its beginning.
pub fn cut_start(text: &str, room: usize) -> Cow<'_, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    match room {
        0 => Cow::Borrowed(""),
        _ => Cow::Owned(format!("…{}", tail(text, room - 1))),
    }
}

fn fits(text: &str, room: usize) -> bool {
    // A byte takes at most one cell, so that most texts need no counting.
    text.len() <= room || width(text) <= room
}

/// `text` in lines of at most `room` cells, broken at spaces where there are any.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim_end();
    if room == 0 {
        return lines;
    }
    while !fits(rest, room) {
        let line = head(rest, room);
        // A character wider than the room still has to go somewhere.
        let line = if line.is_empty() {
            &rest[..rest.chars().next().map_or(0, char::len_utf8)]
        } else {
            line
        };
        let next_is_space = rest[line.len()..].starts_with(' ');
        let at = if next_is_space {
            line.len()
        } else {
            line.rfind(' ').filter(|at| *at > 0).unwrap_or(line.len())
        };
        lines.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// `text` in lines of exactly `room` cells but the last: for keys and IDs, in which a space means something.
pub fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while room > 1 && !fits(rest, room) {
        let line = head(rest, room);
        lines.push(line.to_owned());
        rest = &rest[line.len()..];
    }
    lines.push(rest.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_keeps_its_end() {
        assert_eq!(
            cut_middle("video/raw/cam-01.mxf", 20),
            "video/raw/cam-01.mxf"
        );
        assert_eq!(cut_middle("video/raw/cam-01.mxf", 13), "vide…m-01.mxf");
        assert_eq!(cut_middle("video/raw/cam-01.mxf", 4), "…mxf");
        assert_eq!(cut_middle("video", 0), "");
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(width("日本"), 4);
        assert_eq!(cut_end("日本語", 5), "日本…");
        assert_eq!(cut_end("日本語", 4), "日…");
        for room in 0..8 {
            assert!(width(&cut_middle("日本語のキー", room)) <= room);
            assert!(width(&cut_end("日本語のキー", room)) <= room);
        }
    }

    #[test]
    fn text_breaks_at_spaces_and_keys_anywhere() {
        assert_eq!(
            wrap("needs s3:ListParts on it", 10),
            ["needs", "s3:ListPar", "ts on it"]
        );
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(fold("a b c d", 3), ["a b", " c ", "d"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }
}
