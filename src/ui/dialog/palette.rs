//! The command palette: the line, what fits it, and the key that would have done the same.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::action::Action;
use crate::app::dialog::Palette;
use crate::app::dialog::palette::Candidate;
use crate::model::human::escape;
use crate::ui::footer::input;
use crate::ui::paint::{cells, put, put_right, row, skip};
use crate::ui::text::{cut_end, wrap};
use crate::ui::theme::Theme;

/// Candidates in sight at most.
const SHOWN: usize = 12;
/// Cells of a candidate's name at most, unless it is chosen from words of the account.
const NAME: u16 = 18;

pub fn draw(app: &App, palette: &Palette, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let candidates = palette.candidates(|verb| app.palette_words(verb));
    let width = text_width(screen, 72);
    let errors = palette
        .error
        .as_ref()
        .map(|error| wrap(&escape(error), usize::from(width)))
        .unwrap_or_default();
    // The height does not follow the number of candidates: a box that jumps while one types is hard to read.
    let height = text_height(screen, SHOWN + 2 + errors.len());
    let keys = "tab complete  enter run  ↑↓ choose  esc close";
    let titles = Titles {
        name: "Command",
        keys,
        ..Titles::default()
    };
    let inside = open(frame, theme, width, height, &titles);
    let rest = put(frame.buffer_mut(), row(inside, 0), ":", theme.prompt);
    input(&palette.input, None, theme, skip(rest, 1), frame);
    let mut next = 1;
    for line in &errors {
        put(frame.buffer_mut(), row(inside, next), line, theme.bad);
        next += 1;
    }
    next += 1;
    let shown = usize::from(inside.height).saturating_sub(next);
    let top = (palette.cursor + 1).saturating_sub(shown);
    let visible = candidates.iter().skip(top).take(shown);
    let names = visible
        .map(|candidate| cells(&escape(&candidate.text)))
        .max()
        .unwrap_or(0)
        .min(NAME);
    if candidates.is_empty() {
        put(
            frame.buffer_mut(),
            row(inside, next),
            "no command begins so",
            theme.dim,
        );
    }
    for (index, candidate) in candidates.iter().enumerate().skip(top).take(shown) {
        let line = row(inside, next + index - top);
        if index == palette.cursor {
            frame.buffer_mut().set_style(line, theme.selected);
        }
        offer(app, candidate, theme, (line, names), frame);
    }
}

fn offer(
    app: &App,
    candidate: &Candidate,
    theme: &Theme,
    (line, names): (Rect, u16),
    frame: &mut Frame<'_>,
) {
    let buffer = frame.buffer_mut();
    let action = Action::from_name(&candidate.text);
    let key = action.and_then(|action| app.settings.keymap.shown_key(action));
    let mut rest = line;
    if let Some(key) = key {
        rest = put_right(buffer, line, &format!("  {key}"), theme.key);
    }
    let text = escape(&candidate.text);
    put(buffer, rest, &text, theme.text);
    let help = skip(rest, cells(&text).max(names).saturating_add(2));
    let text = cut_end(&candidate.help, usize::from(help.width));
    put(buffer, help, &text, theme.dim);
}
