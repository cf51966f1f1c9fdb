//! The question before an abort: what is lost, what is left out and why, what to type.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::dialog::AbortDialog;
use crate::model::human::{self, count, escape};
use crate::ui::footer::input;
use crate::ui::paint::{put, put_line, put_right, row, skip};
use crate::ui::text::{cut_middle, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::when;

/// Keys that are named at most.
const NAMED: usize = 6;

pub fn draw(app: &App, dialog: &AbortDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let room = text_width(screen, 74);
    let told = told(app, dialog, usize::from(room), theme);
    let asked = asked(dialog, usize::from(room), theme);
    let most = usize::from(screen.height.saturating_sub(2));
    // The question and its answer always fit; the list of keys takes what is left.
    let free = most.saturating_sub(told.len() + asked.len() + 2);
    let named = named(app, dialog, free.min(NAMED + 1), usize::from(room), theme);
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

fn told(app: &App, dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let tally = &dialog.tally;
    let chosen = dialog.targets.len();
    let mut lines = Vec::new();
    if let Some(key) = &dialog.only {
        let key = escape(key);
        lines.push(Line::styled(
            cut_middle(&key, room).into_owned(),
            theme.title,
        ));
        if let Some(target) = dialog.targets.first() {
            let id = escape(&target.target.upload_id).into_owned();
            lines.push(fact(
                "upload ID",
                cut_middle(&id, room.saturating_sub(LABEL)).into_owned(),
                theme,
            ));
            lines.push(fact(
                "initiated",
                when::ago(target.initiated, app.now),
                theme,
            ));
        }
    } else {
        lines.push(fact(
            "chosen",
            format!("{} uploads", count(chosen as u64)),
            theme,
        ));
    }
    let cost = if tally.sized + tally.partial > 0 {
        format!("  {}/month", human::dollars(tally.monthly()))
    } else {
        String::new()
    };
    lines.push(fact(
        "they hold",
        format!("{}{cost}", tally.bytes_text()),
        theme,
    ));
    if dialog.unsized_rows > 0 {
        let text = format!(
            "{}: their life is looked at right before the abort",
            count(dialog.unsized_rows as u64)
        );
        lines.push(fact("not sized", text, theme));
    }
    let lively = dialog
        .not_stale
        .saturating_sub(dialog.alive + dialog.undetermined);
    if lively > dialog.unsized_rows && dialog.only.is_none() {
        lines.push(fact(
            "not stale",
            format!(
                "{} had a part within the stale threshold",
                count((lively - dialog.unsized_rows) as u64)
            ),
            theme,
        ));
    }
    if dialog.alive + dialog.undetermined > 0 {
        lines.push(Line::default());
        lines.extend(left_out(app, dialog, room, theme));
    }
    lines
}

/// Cells of the labels in front of the facts.
const LABEL: usize = 12;

fn fact(label: &str, text: String, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{label:<LABEL$}"), theme.dim),
        Span::styled(text, theme.text),
    ])
}

fn left_out(app: &App, dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (heading, style) = if dialog.include_active {
        ("INCLUDED although they may be in use:", theme.danger)
    } else {
        ("left out:", theme.heading)
    };
    let mut lines = vec![Line::styled(heading, style)];
    let hour = human::age(app.settings.thresholds.active);
    let reasons = [
        (
            dialog.alive,
            format!("active: a sign of life within the last {hour}"),
        ),
        (
            dialog.undetermined,
            "undetermined: their parts may not be listed or have no date".to_owned(),
        ),
    ];
    for (number, why) in reasons {
        if number == 0 {
            continue;
        }
        for (index, text) in wrap(&why, room.saturating_sub(8)).into_iter().enumerate() {
            let number = if index == 0 {
                count(number as u64)
            } else {
                String::new()
            };
            lines.push(Line::styled(
                format!("{number:>6}  {text}"),
                if dialog.include_active {
                    theme.bad
                } else {
                    theme.text
                },
            ));
        }
    }
    lines
}

fn named(
    app: &App,
    dialog: &AbortDialog,
    rows: usize,
    room: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let all = dialog.targets.len();
    if all < 2 || rows < 2 {
        return Vec::new();
    }
    let shown = if all <= rows { all } else { rows - 1 };
    let place = app.buckets.get(&dialog.bucket);
    let mut lines: Vec<Line<'static>> = dialog
        .targets
        .iter()
        .take(shown)
        .map(|target| {
            let state = place.and_then(|place| place.table.state(target.row, app.now));
            let word = state.map_or("", crate::model::State::word);
            let size = target
                .seen
                .map_or_else(|| "·".to_owned(), |extent| human::size(extent.bytes));
            let facts = format!("  {size:>9}  {word:<7}");
            let left = room.saturating_sub(width(&facts));
            let key = escape(&target.target.key);
            let key = cut_middle(&key, left).into_owned();
            let pad = " ".repeat(left.saturating_sub(width(&key)));
            let style = crate::ui::uploads::state_style(theme, state);
            Line::from(vec![
                Span::styled(format!("{key}{pad}"), theme.text),
                Span::styled(facts, style),
            ])
        })
        .collect();
    if shown < all {
        lines.push(Line::styled(
            format!("… and {} more", count((all - shown) as u64)),
            theme.dim,
        ));
    }
    lines
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
    let rest = put(frame.buffer_mut(), rest, &wanted, theme.key);
    let rest = put(frame.buffer_mut(), rest, " and enter: ", theme.text);
    let rest = if dialog.refused {
        put_right(
            frame.buffer_mut(),
            rest,
            &format!("  that is not '{wanted}'"),
            theme.bad,
        )
    } else {
        rest
    };
    input(&dialog.input, None, theme, skip(rest, 0), frame);
}
