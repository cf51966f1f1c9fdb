//! Questions with yes or no: sizing a whole bucket.

use ratatui::Frame;
use ratatui::style::Style;

use super::{Titles, open, text_height, text_width};
use crate::app::dialog::SizeAllDialog;
use crate::model::human::{self, count, escape};
use crate::ui::paint::{put, row};
use crate::ui::text::wrap;
use crate::ui::theme::Theme;

/// Cells of a question's text, where there is room.
pub const WIDTH: u16 = 60;

pub fn ask(
    frame: &mut Frame<'_>,
    theme: &Theme,
    paragraphs: &[(String, Style)],
    titles: &Titles<'_>,
) {
    let screen = frame.area();
    let width = text_width(screen, WIDTH);
    let lines: Vec<(String, Style)> = paragraphs
        .iter()
        .flat_map(|(text, style)| {
            wrap(text, usize::from(width))
                .into_iter()
                .map(|line| (line, *style))
        })
        .collect();
    let height = text_height(screen, lines.len());
    let inside = open(frame, theme, width, height, titles);
    for (index, (line, style)) in lines.iter().enumerate() {
        put(frame.buffer_mut(), row(inside, index), line, *style);
    }
}

pub fn size_all(dialog: &SizeAllDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let uploads = dialog.uploads;
    let word = if uploads == 1 { "upload" } else { "uploads" };
    let name = format!(
        "Size {} {word} of {}",
        count(uploads),
        escape(&dialog.bucket)
    );
    let mut paragraphs = vec![
        (format!("At least {} requests (ListParts), {}.", count(uploads), human::dollars(dialog.price)), theme.text),
        ("One for each 1,000 parts. It runs in the background and can be cancelled from the tasks.".to_owned(), theme.dim),
    ];
    if let Some(rest) = dialog.rest {
        let text = format!(
            "They are what is left of {}: the others are not asked again.",
            count(rest.total)
        );
        paragraphs.insert(0, (text, theme.text));
    } else if dialog.known > 0 {
        let text = format!(
            "{} more are sized already and are not asked again.",
            count(dialog.known)
        );
        paragraphs.push((text, theme.dim));
    }
    let titles = Titles {
        name: &name,
        keys: "y or enter: size them  esc: not now",
        ..Titles::default()
    };
    ask(frame, theme, &paragraphs, &titles);
}
