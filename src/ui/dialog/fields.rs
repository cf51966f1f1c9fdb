//! A small form: paragraphs, lines to fill in, a switch.

use ratatui::Frame;
use ratatui::style::Style;

use super::{Titles, open, text_height, text_width};
use crate::app::dialog::fields::Fields;
use crate::ui::footer::input;
use crate::ui::paint::{put, row, skip};
use crate::ui::text::wrap;
use crate::ui::theme::Theme;

/// Cells of a form's text, where there is room.
pub const WIDTH: u16 = 76;

/// What a form says: above its lines, in front of each, beside the switch, and below.
pub struct Form<'a> {
    pub above: Vec<(String, Style)>,
    pub labels: &'a [&'a str],
    pub switch: &'a str,
    pub below: Vec<(String, Style)>,
}

pub fn draw(
    form: &Form<'_>,
    fields: &Fields,
    titles: &Titles<'_>,
    theme: &Theme,
    frame: &mut Frame<'_>,
) {
    let width = text_width(frame.area(), WIDTH);
    let wrapped = |paragraphs: &[(String, Style)]| {
        let lines = paragraphs.iter().flat_map(|(text, style)| {
            let lines = wrap(text, usize::from(width)).into_iter();
            lines.map(|line| (line, *style))
        });
        lines.collect::<Vec<_>>()
    };
    let below = wrapped(&form.below);
    let own = fields.lines.len() + 1;
    let mut above = wrapped(&form.above);
    // The lines and what is said of them are always in sight.
    let most = usize::from(frame.area().height.saturating_sub(2));
    above.truncate(most.saturating_sub(own + below.len() + 1));
    let height = text_height(frame.area(), above.len() + 1 + own + below.len());
    let inside = open(frame, theme, width, height, titles);
    for (index, (line, style)) in above.iter().enumerate() {
        put(frame.buffer_mut(), row(inside, index), line, *style);
    }
    let top = above.len() + 1;
    let label = form.labels.iter().map(|label| label.chars().count()).max();
    let label = u16::try_from(label.unwrap_or(0) + 2).unwrap_or(0);
    for (index, line) in fields.lines.iter().enumerate() {
        let at = row(inside, top + index);
        let focused = fields.focus == index;
        let name = form.labels.get(index).copied().unwrap_or_default();
        let style = if focused { theme.accent } else { theme.dim };
        put(frame.buffer_mut(), at, name, style);
        let at = skip(at, label);
        if focused {
            input(line, None, theme, at, frame);
        } else {
            let text = crate::model::human::escape(line.text());
            put(frame.buffer_mut(), at, &text, theme.text);
        }
    }
    let at = row(inside, top + fields.lines.len());
    let sign = if fields.switch { "[x]" } else { "[ ]" };
    let style = if fields.is_on_switch() {
        theme.accent
    } else {
        theme.text
    };
    put(
        frame.buffer_mut(),
        at,
        &format!("{sign} {}", form.switch),
        style,
    );
    for (index, (line, style)) in below.iter().enumerate() {
        put(
            frame.buffer_mut(),
            row(inside, top + own + index),
            line,
            *style,
        );
    }
}
