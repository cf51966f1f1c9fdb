//! The question before an abort: what is lost, what is left out and why, what to type.

mod loss;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::dialog::AbortDialog;
use crate::model::human::{count, escape};
use crate::ui::footer::input;
use crate::ui::paint::{put, put_line, put_right, row};
use crate::ui::text::wrap;
use crate::ui::theme::Theme;

/// Keys that are named at most.
const NAMED: usize = 6;

pub fn draw(app: &App, dialog: &AbortDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let room = text_width(screen, 74);
    let mut told = loss::told(app, dialog, usize::from(room), theme);
    let mut asked = asked(dialog, usize::from(room), theme);
    let most = usize::from(screen.height.saturating_sub(2));
    if told.len() + asked.len() + 1 > most {
        told = loss::told_briefly(app, dialog, usize::from(room), theme);
        asked.retain(|line| line.width() > 0);
    }
    // The question and its answer always fit; the list of keys takes what is left.
    let free = most.saturating_sub(told.len() + asked.len() + 2);
    let named = loss::named(app, dialog, free.min(NAMED + 1), usize::from(room), theme);
    let gap = usize::from(!named.is_empty() && free > named.len());
    let height = text_height(screen, told.len() + gap + named.len() + asked.len() + 1);
    let number = count(dialog.expected() as u64);
    let word = if dialog.expected() == 1 {
        "upload"
    } else {
        "uploads"
    };
    let name = format!("Abort {number} {word} in {}", escape(&dialog.bucket));
    let keys = if dialog.alive + dialog.undetermined == 0 {
        "enter abort  esc cancel"
    } else if dialog.include_active {
        "enter abort  tab leave the active out  esc cancel"
    } else {
        "enter abort  tab include the active  esc cancel"
    };
    let titles = Titles {
        name: &name,
        keys,
        place: "",
        danger: dialog.include_active,
    };
    let inside = open(frame, theme, room, height, &titles);
    let tail = asked.len() + 1;
    let body = Rect {
        height: inside
            .height
            .saturating_sub(u16::try_from(tail).unwrap_or(u16::MAX)),
        ..inside
    };
    let gap_line = std::iter::repeat_n(Line::default(), gap);
    for (index, line) in told.into_iter().chain(gap_line).chain(named).enumerate() {
        put_line(frame.buffer_mut(), row(body, index), &line);
    }
    let foot = Rect {
        y: body.y + body.height,
        height: inside.height - body.height,
        ..inside
    };
    for (index, line) in asked.iter().enumerate() {
        put_line(frame.buffer_mut(), row(foot, index), line);
    }
    let line = row(foot, asked.len());
    answer(dialog, theme, line, frame);
}

fn asked(dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let expected = dialog.expected();
    let mut lines = vec![Line::default()];
    let wrapped = |text: &str, style| {
        wrap(text, room)
            .into_iter()
            .map(move |line| Line::styled(line, style))
            .collect::<Vec<_>>()
    };
    if expected == 0 {
        lines.extend(wrapped(
            "Nothing is left to abort: all that was chosen is or may be in use.",
            theme.warn,
        ));
    } else {
        let what = if expected == 1 {
            "This cannot be undone: its parts are deleted."
        } else {
            "This cannot be undone: their parts are deleted."
        };
        lines.extend(wrapped(
            what,
            if dialog.include_active {
                theme.danger
            } else {
                theme.text
            },
        ));
    }
    lines
}

/// What to type, and what is typed.
fn answer(dialog: &AbortDialog, theme: &Theme, line: Rect, frame: &mut Frame<'_>) {
    if dialog.expected() == 0 {
        put(frame.buffer_mut(), line, "esc goes back.", theme.dim);
        return;
    }
    let wanted = dialog.wanted();
    let rest = put(frame.buffer_mut(), line, "type ", theme.text);
    let rest = put(frame.buffer_mut(), rest, &format!("'{wanted}'"), theme.key);
    let rest = put(
        frame.buffer_mut(),
        rest,
        " and enter: ",
        if dialog.refused {
            theme.bad
        } else {
            theme.text
        },
    );
    let mut rest = rest;
    if dialog.refused && rest.width >= 40 {
        rest = put_right(
            frame.buffer_mut(),
            rest,
            &format!("  that is not '{wanted}'"),
            theme.bad,
        );
    } else if dialog.refused && rest.width >= 14 {
        rest = put_right(frame.buffer_mut(), rest, "  no", theme.bad);
    }
    input(&dialog.input, None, theme, rest, frame);
}
