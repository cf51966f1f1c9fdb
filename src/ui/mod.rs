//! What the program shows: draws the app's state, decides nothing.
//!
//! One file a pane. Only what is in sight is ever made into text, and everything that comes from a bucket is
//! escaped on its way.

mod buckets;
mod details;
mod dialog;
mod fault;
mod folders;
mod footer;
mod header;
mod paint;
mod parts;
mod tasks;
mod text;
pub mod theme;
mod uploads;
mod watch;
mod when;
mod widget;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::dialog::Dialog;
use crate::app::layout::{SMALLEST, layout};
use theme::Theme;

/// How a pane is drawn into its area.
type Pane = fn(&App, &Theme, Rect, &mut Buffer);

/// Draws the whole screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    frame.buffer_mut().set_style(screen, theme.base);
    // The screen's own size counts: the app may not have heard of a resize yet.
    let layout = layout(screen.width, screen.height, app.focus, app.tasks.list.len());
    if layout.too_small {
        too_small(theme, screen, frame);
        return;
    }
    header::draw(app, theme, paint::rect(layout.header), frame.buffer_mut());
    if let Some(Dialog::Watch(_)) = app.dialog {
        watch::draw(app, theme, frame);
        dialog::draw(app, theme, frame);
        return;
    }
    let panes: [(_, Pane); 5] = [
        (layout.buckets, buckets::draw),
        (layout.uploads, uploads::draw),
        (layout.parts, parts::draw),
        (layout.details, details::draw),
        (layout.tasks, tasks::draw),
    ];
    for (area, draw) in panes {
        if let Some(area) = area {
            draw(app, theme, paint::rect(area), frame.buffer_mut());
        }
    }
    footer::draw(app, theme, paint::rect(layout.footer), frame);
    dialog::draw(app, theme, frame);
}

fn too_small(theme: &Theme, screen: Rect, frame: &mut Frame<'_>) {
    let (columns, rows) = SMALLEST;
    let text = format!(
        "mopup needs {columns}x{rows} cells, this terminal has {}x{}",
        screen.width, screen.height
    );
    for (index, line) in text::wrap(&text, usize::from(screen.width))
        .iter()
        .enumerate()
    {
        paint::put(
            frame.buffer_mut(),
            paint::row(screen, index),
            line,
            theme.text,
        );
    }
}
