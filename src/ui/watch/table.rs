//! The watched uploads, one a row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{done_text, state_style};
use crate::app::App;
use crate::app::layout::first_row;
use crate::app::watching::watched::Watched;
use crate::model::human::{self, count, escape};
use crate::ui::paint::{Frame, Piece, pane, put, put_right, row, skip, title};
use crate::ui::text::cut_middle;
use crate::ui::theme::Theme;
use crate::ui::when;
use crate::ui::widget::bar::bar;

/// What a column tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    State,
    Key,
    Done,
    Bytes,
    Parts,
    Now,
    Average,
    Quiet,
    Left,
    Deadline,
    Disorder,
}

/// The key has at least so many cells.
const KEY: u16 = 12;
/// From this room on there is a bar, and columns stand two cells apart.
pub const ROOMY: u16 = 90;
/// Cells of a share without its bar, and of the bar.
const SHARE: u16 = 8;
const BAR: u16 = 8;

/// Columns from left to right with their heading, width, and the room from which on they are shown.
const COLUMNS: [(Column, &str, u16, u16); 10] = [
    (Column::State, "STATE", 11, 0),
    (Column::Done, "DONE", 10, 0),
    (Column::Bytes, "BYTES", 10, 126),
    (Column::Parts, "PARTS", 6, 60),
    (Column::Now, "NOW", 10, 50),
    (Column::Average, "AVERAGE", 10, 105),
    (Column::Quiet, "QUIET", 6, 66),
    (Column::Left, "LEFT", 8, 74),
    (Column::Deadline, "DEADLINE", 9, 92),
    (Column::Disorder, "LATE/AGAIN", 11, 140),
];

/// Where each column stands in this room.
fn places(room: u16) -> Vec<(Column, &'static str, u16, u16)> {
    let (gap, wider) = if room >= ROOMY {
        (2, SHARE + BAR - 10)
    } else {
        (1, 0)
    };
    let shown = COLUMNS.iter().filter(|(_, _, _, from)| room >= *from);
    let cells = |column: Column, width: u16| match column {
        Column::Done => width + wider,
        _ => width,
    };
    let taken: u16 = shown
        .clone()
        .map(|(column, _, width, _)| cells(*column, *width) + gap)
        .sum();
    let key = room.saturating_sub(taken).max(KEY);
    let mut x = 0;
    let mut places = Vec::new();
    for (column, name, width, _) in shown {
        let width = cells(*column, *width);
        places.push((*column, *name, x, width));
        x += width + gap;
        if *column == Column::State {
            places.push((Column::Key, "KEY", x, key));
            x += key + gap;
        }
    }
    places
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let list = &app.watching.list;
    let look = Frame {
        theme,
        focused: true,
        left: vec![title("Watching", theme, true)],
        right: summary(app, theme),
    };
    let inner = pane(buffer, area, look);
    let inner = skip(
        Rect {
            width: inner.width.saturating_sub(1),
            ..inner
        },
        1,
    );
    let places = places(inner.width);
    let line = row(inner, 0);
    for (column, name, x, width) in &places {
        let cell = cell(line, *x, *width);
        if is_right(*column) {
            put_right(buffer, cell, name, theme.heading);
        } else {
            put(buffer, cell, name, theme.heading);
        }
    }
    let window = usize::from(inner.height.saturating_sub(1));
    let index = app.watching.index();
    let top = first_row(index, list.len(), window);
    for (offset, watched) in list.iter().skip(top).take(window).enumerate() {
        let line = row(inner, offset + 1);
        if top + offset == index {
            buffer.set_style(line, theme.selected);
        }
        for (column, _, x, width) in &places {
            fill(
                app,
                watched,
                theme,
                (*column, cell(line, *x, *width)),
                buffer,
            );
        }
    }
}

fn cell(line: Rect, x: u16, width: u16) -> Rect {
    let rest = skip(line, x);
    Rect {
        width: width.min(rest.width),
        ..rest
    }
}

const fn is_right(column: Column) -> bool {
    !matches!(column, Column::State | Column::Key | Column::Done)
}

/// How many there are, and the sum of their rates.
fn summary(app: &App, theme: &Theme) -> Vec<Piece> {
    let list = &app.watching.list;
    let over = list.iter().filter(|watched| !watched.runs()).count();
    let running = list.iter().filter(|watched| watched.runs());
    let rates = running.filter_map(|watched| watched.vitals.as_ref()?.rate);
    let rate = rates.fold(0, u64::saturating_add);
    let mut text = format!(" {} watched", count((list.len() - over) as u64));
    if over > 0 {
        text.push_str(&format!(" · {} over", count(over as u64)));
    }
    let mut pieces = vec![Piece::new(text, theme.dim, 2)];
    if rate > 0 && list.len() > 1 {
        let text = format!(" · {}/s in all", human::size(rate));
        pieces.push(Piece::new(text, theme.dim, 3));
    }
    pieces.push(Piece::new(" ", theme.dim, 0));
    pieces
}

fn fill(
    app: &App,
    watched: &Watched,
    theme: &Theme,
    (column, cell): (Column, Rect),
    buffer: &mut Buffer,
) {
    match column {
        Column::State => {
            let (sign, word) = watched.state();
            let style = state_style(watched, theme);
            put(buffer, cell, &format!("{sign} {word}"), style);
        }
        Column::Key => {
            let key = escape(&watched.target.key);
            let key = cut_middle(&key, usize::from(cell.width));
            put(buffer, cell, &key, theme.text);
        }
        Column::Done => done(watched, theme, cell, buffer),
        _ => {
            let (text, style) = figure(app, watched, theme, column);
            put_right(buffer, cell, &text, style);
        }
    }
}

fn done(watched: &Watched, theme: &Theme, cell: Rect, buffer: &mut Buffer) {
    let Some(vitals) = &watched.vitals else {
        put(buffer, cell, "…", theme.dim);
        return;
    };
    let text = done_text(vitals);
    let Some(permille) = vitals.permille() else {
        put(buffer, cell, &text, theme.text);
        return;
    };
    let number = Rect {
        width: cell.width.min(SHARE - 1),
        ..cell
    };
    put_right(buffer, number, &text, theme.text);
    if cell.width < SHARE + BAR {
        return;
    }
    let at = skip(cell, SHARE);
    let width = usize::from(at.width);
    put(buffer, at, &"·".repeat(width), theme.bar_empty);
    let filled = bar(f64::from(permille) / 1000.0, width, ' ');
    put(buffer, at, filled.trim_end(), theme.bar);
}

/// What a column of figures says.
fn figure(app: &App, watched: &Watched, theme: &Theme, column: Column) -> (String, Style) {
    let none = || ("–".to_owned(), theme.dim);
    let Some(vitals) = &watched.vitals else {
        return ("…".to_owned(), theme.dim);
    };
    let rate = |rate: Option<u64>| {
        rate.map_or_else(none, |rate| {
            (format!("{}/s", human::size(rate)), theme.text)
        })
    };
    let warned = |text: String| {
        if vitals.late && watched.runs() {
            (format!("{text} !"), theme.warn)
        } else {
            (text, theme.text)
        }
    };
    match column {
        Column::Bytes => (human::size(vitals.bytes), theme.text),
        Column::Parts => (count(u64::from(vitals.parts)), theme.text),
        Column::Now if watched.runs() => rate(vitals.rate),
        Column::Average => rate(vitals.average),
        Column::Quiet if watched.runs() => watched.quiet(app.now).map_or_else(none, |quiet| {
            (human::age(quiet), state_style(watched, theme))
        }),
        Column::Left if watched.runs() => vitals
            .ends_at
            .map_or_else(none, |at| warned(human::age(at.since(app.now)))),
        Column::Deadline if watched.runs() && vitals.deadline.is_some() => {
            warned(when::until(vitals.deadline, app.now))
        }
        Column::Disorder => {
            let [late, again] = [vitals.out_of_order, vitals.resent].map(u64::from);
            let style = if again > 0 { theme.warn } else { theme.dim };
            (format!("{}/{}", count(late), count(again)), style)
        }
        _ => none(),
    }
}
