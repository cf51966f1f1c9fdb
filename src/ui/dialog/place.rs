//! The form for one part that is put by hand.

use ratatui::Frame;

use super::Titles;
use super::fields::{self, Form};
use super::stop::typed;
use crate::app::dialog::PlaceDialog;
use crate::app::dialog::place::{FILE, KEY, NUMBER, RANGE};
use crate::model::human::{count, escape};
use crate::ui::theme::Theme;

pub fn draw(dialog: &PlaceDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let to = format!("s3://{}/{}", dialog.target.bucket, dialog.target.key);
    let to = escape(&to).into_owned();
    let alive = dialog.alive.then(|| {
        let text =
            "It may be in use: somebody else may send its parts, and both would write into it.";
        (text.to_owned(), theme.danger)
    });
    if let Some((confirm, placing)) = &dialog.confirm {
        let mut paragraphs = vec![(to, theme.title)];
        if let Some(piece) = placing.pieces.first() {
            let number = count(u64::from(piece.number));
            let held = if placing.overwrite {
                "a part of this number that is held is replaced"
            } else {
                "it is refused if a part of this number is held"
            };
            let file = piece.file.display().to_string();
            let text = format!("Part {number} is put from {}; {held}.", escape(&file));
            paragraphs.push((text, theme.text));
        }
        paragraphs.extend(alive);
        typed(("Put a part", "put"), &paragraphs, confirm, theme, frame);
        return;
    }
    let mut above = vec![(to, theme.title)];
    above.extend(alive);
    let mut below = vec![(String::new(), theme.text)];
    below.push(match &dialog.error {
        Some(error) => (escape(error).into_owned(), theme.bad),
        None => (hint(dialog.fields.focus).to_owned(), theme.dim),
    });
    let form = Form {
        above,
        labels: &["part number", "file", "range", "SSE-C key"],
        switch: "replace a part that is held already",
        below,
    };
    let titles = Titles {
        name: "Put a part",
        keys: "enter put…  tab next  esc close",
        ..Titles::default()
    };
    fields::draw(&form, &dialog.fields, &titles, theme, frame);
}

const fn hint(focus: usize) -> &'static str {
    match focus {
        NUMBER => "From 1 on; the object has its parts in the order of their numbers.",
        FILE => "The path of the file, or of a piece of it.",
        RANGE => "All of it if empty; else FROM-TO, FROM- or OFFSET+LENGTH such as 16MiB+8MiB.",
        KEY => "Where the key is, if it is encrypted with one of yours: a file, or $VARIABLE.",
        _ => "Space switches.",
    }
}
