//! The last line: the filter while it is typed, else the newest message, else the keys of the focused pane.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::paint::{cells, put, put_right, skip};
use super::text::{cut_end, width};
use super::theme::Theme;
use crate::app::footer::hints;
use crate::app::layout::Pane;
use crate::app::messages::Severity;
use crate::app::state::FilterEdit;
use crate::app::text::Line;
use crate::app::{Action, App};
use crate::model::human::escape;

pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    frame.buffer_mut().set_style(area, theme.footer);
    if let Some(edit) = &app.filter_edit {
        filter(edit, theme, area, frame);
    } else if !message(app, theme, area, frame) {
        for hint in hints(app, area.width) {
            let at = skip(area, hint.x);
            let rest = put(frame.buffer_mut(), at, &hint.key, theme.key);
            put(frame.buffer_mut(), skip(rest, 1), hint.label, theme.dim);
        }
    }
}

pub(super) fn message(app: &App, theme: &Theme, area: Rect, frame: &mut Frame<'_>) -> bool {
    let Some(message) = app.messages.current() else {
        return false;
    };
    let (sign, style) = match message.severity {
        Severity::Info => ("", theme.text),
        Severity::Good => ("✓ ", theme.good),
        Severity::Warning => ("! ", theme.warn),
        Severity::Error => ("✗ ", theme.bad),
    };
    let mut area = skip(area, 1);
    let times = if message.times > 1 {
        format!(" (×{})", message.times)
    } else {
        String::new()
    };
    let text = format!("{sign}{}{times}", escape(&message.text));
    if message.severity >= Severity::Warning || width(&text) > usize::from(area.width) {
        let key = app
            .settings
            .keymap
            .shown_key(Action::Log)
            .map(|key| key.to_string());
        let more = format!("  {} for all ", key.as_deref().unwrap_or(":messages"));
        // On a narrow terminal the message itself is worth more.
        if area.width >= 60 {
            area = put_right(frame.buffer_mut(), area, &more, theme.dim);
        }
    }
    put(frame.buffer_mut(), area, &text, style);
    true
}

fn filter(edit: &FilterEdit, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let prompt = if edit.pane == Pane::Buckets {
        " name "
    } else {
        " filter "
    };
    let rest = put(frame.buffer_mut(), area, prompt, theme.prompt);
    let rest = skip(rest, 1);
    // What is said about it stands still while the first words are typed.
    let typed = cells(edit.line.text()).saturating_add(2);
    let room = typed.max(20).min(rest.width);
    let field = Rect {
        width: room,
        ..rest
    };
    let wrong = edit.error.as_ref().map(|(column, _)| *column);
    input(&edit.line, wrong, theme, field, frame);
    let mut aside = skip(rest, room.saturating_add(1));
    if !edit.suggestions.is_empty() {
        aside = put(frame.buffer_mut(), aside, "tab", theme.key);
        let most = if edit.error.is_some() { 2 } else { 8 };
        let words: Vec<&str> = edit
            .suggestions
            .iter()
            .take(most)
            .map(String::as_str)
            .collect();
        let text = format!(" {}  ", words.join("  "));
        aside = put(frame.buffer_mut(), aside, &text, theme.dim);
    } else if edit.error.is_none() {
        put(
            frame.buffer_mut(),
            aside,
            "enter keeps it  esc takes it back",
            theme.dim,
        );
    }
    if let Some((column, error)) = &edit.error {
        let text = format!("column {column}: {}", escape(error));
        put(frame.buffer_mut(), aside, &text, theme.bad);
    }
}

/// A line being edited, scrolled so that its cursor is in sight; `wrong` is the column (from 1) of an error.
pub fn input(line: &Line, wrong: Option<usize>, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let column = line.column();
    let room = usize::from(area.width).saturating_sub(1);
    let skipped = column.saturating_sub(room);
    let mut x = 0_usize;
    for (index, character) in line.text().chars().enumerate() {
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes);
        let shown = if character.is_control() { " " } else { &*text };
        let wide = width(shown);
        let is_wrong = wrong == Some(index + 1);
        let style = if is_wrong { theme.wrong } else { theme.input };
        if x >= skipped && x + wide <= skipped + usize::from(area.width) {
            let at = u16::try_from(x - skipped).unwrap_or(u16::MAX);
            put(
                frame.buffer_mut(),
                skip(area, at),
                &cut_end(shown, wide),
                style,
            );
        }
        x += wide;
    }
    // An error behind the end is marked there.
    if wrong.is_some_and(|column| column > line.text().chars().count()) && x >= skipped {
        let at = u16::try_from(x - skipped).unwrap_or(u16::MAX);
        put(frame.buffer_mut(), skip(area, at), " ", theme.wrong);
    }
    let at = u16::try_from(column - skipped)
        .unwrap_or(u16::MAX)
        .min(area.width - 1);
    frame.set_cursor_position(Position::new(area.x + at, area.y));
}
