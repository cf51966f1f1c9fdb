//! The watch view: all watched uploads above, one of them below with its arrivals, its part map and what happened.

mod chart;
mod facts;
mod parts;
mod table;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::footer;
use super::paint::{Piece, cells, pane, put, rect, row, skip};
use super::text::{cut_middle, width};
use super::theme::Theme;
use super::when;
use crate::app::App;
use crate::app::layout::{layout, watch_table};
use crate::app::watching::keys::KEYS;
use crate::app::watching::watched::{End, Watched};
use crate::model::human::{self, escape};
use crate::model::watch::{Ending, Pulse, Vitals};

/// From this width on chart and map stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Chart and map have at most so many rows.
const PICTURES: u16 = 20;
/// Under so many rows there is no room for what happened.
const WITH_EVENTS: u16 = 8;

pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let places = layout(screen.width, screen.height, app.focus, 0);
    let above = rect(watch_table(
        screen.width,
        screen.height,
        app.watching.list.len(),
    ));
    let bottom = places.footer.y;
    let below = Rect {
        y: above.y + above.height,
        height: bottom.saturating_sub(above.y + above.height),
        ..above
    };
    table::draw(app, theme, above, frame.buffer_mut());
    if let Some(watched) = app.watching.current() {
        one(app, watched, theme, below, frame.buffer_mut());
    }
    let line = rect(places.footer);
    frame.buffer_mut().set_style(line, theme.footer);
    if !footer::message(app, theme, line, frame) {
        keys(app, below.width, theme, line, frame.buffer_mut());
    }
}

/// Everything about one of them.
fn one(app: &App, watched: &Watched, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let target = &watched.target;
    let key = format!("{}/{}", target.bucket, target.key);
    let key = escape(&key).into_owned();
    let room = usize::from(area.width.saturating_sub(6));
    let name = format!(" {} ", cut_middle(&key, room));
    let look = super::paint::Frame {
        theme,
        focused: false,
        left: vec![Piece::new(name, theme.title, 0)],
        right: Vec::new(),
    };
    let inner = pane(buffer, area, look);
    let inner = skip(
        Rect {
            width: inner.width.saturating_sub(1),
            ..inner
        },
        1,
    );
    let lines = facts::lines(app, watched, theme, inner.width);
    let mut at = 0;
    for line in lines.iter().take(usize::from(inner.height)) {
        super::paint::put_line(buffer, row(inner, at), line);
        at += 1;
    }
    let taken = u16::try_from(at).unwrap_or(u16::MAX).min(inner.height);
    let rest = Rect {
        y: inner.y + taken,
        height: inner.height - taken,
        ..inner
    };
    let events = match rest.height {
        ..WITH_EVENTS => 0,
        // More than so many rows tell no more of the arrivals.
        height => (height / 3).max(height.saturating_sub(PICTURES)).max(2),
    };
    let (pictures, happened) = (
        Rect {
            height: rest.height - events,
            ..rest
        },
        Rect {
            y: rest.y + rest.height - events,
            height: events,
            ..rest
        },
    );
    draw_pictures(app, watched, theme, pictures, buffer);
    facts::events(app, watched, theme, happened, buffer);
}

fn draw_pictures(app: &App, watched: &Watched, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.width < SIDE_BY_SIDE {
        if app.watching.shows_map {
            parts::draw(app, watched, theme, area, buffer);
        } else {
            chart::draw(app, watched, theme, area, buffer);
        }
        return;
    }
    let left = Rect {
        width: area.width / 2,
        ..area
    };
    chart::draw(app, watched, theme, left, buffer);
    let right = skip(area, left.width + 3);
    parts::draw(app, watched, theme, right, buffer);
}

/// As many keys as fit; how to learn more and how to leave stay.
fn keys(app: &App, columns: u16, theme: &Theme, line: Rect, buffer: &mut Buffer) {
    let current = app.watching.current();
    let runs = current.is_some_and(Watched::runs);
    let label = |key: &str, label: &'static str| match key {
        "m" if columns.saturating_sub(4) >= SIDE_BY_SIDE => None,
        "m" if app.watching.shows_map => Some("chart"),
        "p" if current.is_some_and(Watched::is_paused) => Some("go on"),
        "x" if !runs => Some("put away"),
        "p" | "z" | "i" | "+ -" | "ctrl-r" | "enter" if !runs => None,
        "j k" if app.watching.list.len() < 2 => None,
        _ => Some(label),
    };
    let known: Vec<(&str, &str)> = KEYS
        .iter()
        .filter_map(|(key, short, _)| Some((*key, label(key, short)?)))
        .collect();
    let cells_of = |(key, label): &(&str, &str)| width(key) + width(label) + 3;
    let (first, last) = known.split_at(known.len().saturating_sub(2));
    let mut room =
        usize::from(line.width).saturating_sub(1 + last.iter().map(cells_of).sum::<usize>());
    let first = first.iter().take_while(|hint| {
        let taken = cells_of(hint);
        let fits = taken <= room;
        room = room.saturating_sub(taken);
        fits
    });
    let mut rest = skip(line, 1);
    for (key, label) in first.chain(last) {
        rest = put(buffer, rest, key, theme.key);
        rest = skip(rest, 1);
        rest = put(buffer, rest, label, theme.dim);
        rest = skip(rest, 2);
    }
}

/// The style in which it is told how an upload goes.
pub fn state_style(watched: &Watched, theme: &Theme) -> Style {
    match &watched.end {
        Some((_, End::Over(Ending::Completed(_)))) => theme.good,
        Some((_, End::Over(Ending::Aborted | Ending::Replaced(_) | Ending::Untold(_)))) => {
            theme.warn
        }
        Some((_, End::Lost(_))) => theme.bad,
        None if watched.is_paused() || watched.stopping => theme.dim,
        None => match watched.pulse() {
            Pulse::Waiting => theme.empty,
            Pulse::Arriving => theme.active,
            Pulse::Quiet => theme.idle,
            Pulse::Stalled => theme.warn,
        },
    }
}

/// `63.1 %`, or the bytes where the whole is not known.
pub fn done_text(vitals: &Vitals) -> String {
    let least = if vitals.caught_up { "" } else { "≥ " };
    vitals.permille().map_or_else(
        || format!("{least}{}", human::size(vitals.bytes)),
        |permille| format!("{least}{}.{} %", permille / 10, permille % 10),
    )
}

/// A time of today by the clock, another with its date.
fn moment(app: &App, at: crate::model::Timestamp) -> String {
    let offset = app.settings.utc_offset;
    let apart = app.now.since(at).max(at.since(app.now));
    if apart < std::time::Duration::from_hours(20) {
        when::clock(at, offset)
    } else {
        when::local(at, offset)
    }
}

/// Puts a heading at the left and a word at the right end of a line.
fn heading(line: Rect, (left, right): (&str, &str), theme: &Theme, buffer: &mut Buffer) {
    let rest = put(buffer, line, left, theme.heading);
    if cells(right) + 1 < rest.width {
        super::paint::put_right(buffer, rest, right, theme.dim);
    }
}
