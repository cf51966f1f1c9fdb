//! Everything known of the upload under the cursor: what is held, whether it lives, which parts are there.

mod facts;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::{Frame, Piece, pane, put, put_line, row, say, skip};
use super::text::{cut_middle, width};
use super::theme::Theme;
use super::when;
use crate::app::App;
use crate::app::folders::FolderLine;
use crate::model::human::{self, count, escape};
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
        let left = vec![Piece::new(" Details ", theme.title, 0)];
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
        nothing(app, theme, inner, buffer);
        return;
    };
    let key = escape(facts.row.key()).into_owned();
    let room = usize::from(area.width.saturating_sub(4));
    let cut = width(&key) + 2 > room;
    let left = vec![Piece::new(
        format!(" {} ", cut_middle(&key, room.saturating_sub(2))),
        theme.title,
        0,
    )];
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
    let inner = skip(
        Rect {
            width: inner.width.saturating_sub(1),
            ..inner
        },
        1,
    );
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

fn nothing(app: &App, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let view = app.place().and_then(|place| place.folders.as_ref());
    if let Some(FolderLine::Folder(folder)) = view.and_then(|view| view.current()) {
        let tally = &folder.tally;
        let text = [
            escape(&folder.prefix).into_owned(),
            format!(
                "{} uploads · {} held",
                count(tally.rows),
                tally.bytes_text()
            ),
            format!(
                "{}/month · {}",
                human::dollars(tally.monthly()),
                tally.sized_text()
            ),
            format!("the oldest began {}", when::ago(tally.oldest, app.now)),
        ];
        let inner = skip(inner, 1);
        for (index, line) in text.iter().enumerate() {
            put(
                buffer,
                row(inner, index),
                line,
                if index == 0 { theme.title } else { theme.text },
            );
        }
    } else {
        say(
            buffer,
            inner,
            &[("No upload is under the cursor.".to_owned(), theme.dim)],
        );
    }
}
