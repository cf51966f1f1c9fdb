//! Everything known of the upload under the cursor: what is held, whether it lives, which parts are there.

mod facts;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::folders::group_name;
use super::paint::{Frame, Piece, pane, put, put_line, row, say, skip};
use super::text::{cut_middle, width};
use super::theme::Theme;
use super::when;
use crate::app::App;
use crate::app::folders::{FolderLine, Grouping};
use crate::app::place::Place;
use crate::model::human::{self, count, escape};
use crate::model::{Tally, Timestamp};
use facts::Facts;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let found = app.place().and_then(|place| {
        let id = place.current()?;
        Some(Facts {
            app,
            theme,
            place,
            id,
            row: place.table.row(id)?,
            parts: app.current_parts(),
        })
    });
    let Some(facts) = found else {
        let inner = bordered(" Details ".to_owned(), theme, area, buffer);
        nothing(app, theme, inner, buffer);
        return;
    };
    let key = escape(facts.row.key()).into_owned();
    let room = usize::from(area.width.saturating_sub(4));
    let cut = width(&key) + 2 > room;
    let name = format!(" {} ", cut_middle(&key, room.saturating_sub(2)));
    let inner = bordered(name, theme, area, buffer);
    let height = usize::from(inner.height);
    let all = facts.lines(inner.width, true, cut.then_some(key.as_str()));
    // What wraps gives way before anything is left out.
    let lines = if all.len() > height {
        facts.lines(inner.width, false, None)
    } else {
        all
    };
    for (index, line) in lines.iter().take(height).enumerate() {
        put_line(buffer, row(inner, index), line);
    }
}

/// The border, never focused; gives what is inside, with a cell free on both sides.
fn bordered(name: String, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    let left = vec![Piece::new(name, theme.title, 0)];
    let inner = pane(
        buffer,
        area,
        Frame {
            theme,
            focused: false,
            left,
            right: Vec::new(),
        },
    );
    skip(
        Rect {
            width: inner.width.saturating_sub(1),
            ..inner
        },
        1,
    )
}

/// What is known of a folder or another group.
fn group(name: String, tally: &Tally, now: Timestamp) -> Vec<String> {
    let word = if tally.rows == 1 { "upload" } else { "uploads" };
    let mut lines = vec![
        name,
        format!("{} {word} · {} held", count(tally.rows), tally.bytes_text()),
        format!(
            "{}/month · {}",
            human::dollars(tally.monthly()),
            tally.sized_text()
        ),
        format!("the oldest began {}", when::ago(tally.oldest, now)),
    ];
    if tally.denied > 0 {
        lines.push(format!("{} may not be sized", count(tally.denied)));
    }
    if tally.marked > 0 {
        lines.push(format!("{} marked", count(tally.marked)));
    }
    lines
}

fn nothing(app: &App, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let current = |place: &Place| place.folders.as_ref()?.current(&place.table);
    let line = app.place().and_then(current);
    let named = line.as_ref().and_then(|line| match line {
        FolderLine::Folder(folder) => Some((escape(&folder.prefix).into_owned(), folder.tally)),
        FolderLine::Group(by, group) => {
            // The list shows the end of an ARN only.
            let name = match (by, group.name.as_deref()) {
                (Grouping::Initiator, Some(name)) => escape(name).into_owned(),
                (_, name) => group_name(*by, name),
            };
            Some((format!("{}: {name}", by.word()), group.tally))
        }
        FolderLine::Upload(_) => None,
    });
    if let Some((name, tally)) = named {
        for (index, line) in group(name, &tally, app.now).iter().enumerate() {
            put(
                buffer,
                row(inner, index),
                line,
                if index == 0 { theme.title } else { theme.text },
            );
        }
    } else if let Some(why) = app.place().and_then(Place::current_left) {
        let leaves = "It leaves the list with the next look.";
        let text = [
            (format!("This upload is {why}."), theme.warn),
            (leaves.to_owned(), theme.dim),
        ];
        say(buffer, inner, &text);
    } else {
        say(
            buffer,
            inner,
            &[("No upload is under the cursor.".to_owned(), theme.dim)],
        );
    }
}
