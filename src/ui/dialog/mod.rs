//! Dialogs: boxes in the middle of the screen, as large as what they say.

mod abort;
mod account;
mod adopt;
mod ask;
mod complete;
mod doctor;
mod fields;
mod help;
mod interrupted;
mod log;
mod menu;
mod palette;
mod place;
mod rules;
mod stop;
mod transfer;
mod upload;
mod watch;

use std::cell::Cell;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::paint::{cells, put, put_line, put_right, row, skip};
use super::theme::Theme;
use crate::app::App;
use crate::app::dialog::Dialog;

pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    if let Some(view) = &app.behind {
        account::draw(app, view, theme, frame);
    }
    match &app.dialog {
        None => {}
        Some(Dialog::Help { scroll }) => help::draw(app, *scroll, theme, frame),
        Some(Dialog::Messages { scroll }) => log::messages(app, *scroll, theme, frame),
        Some(Dialog::Report { job, scroll }) => log::report(app, *job, *scroll, theme, frame),
        Some(Dialog::Abort(dialog)) => abort::draw(app, dialog, theme, frame),
        Some(Dialog::Adopt(dialog)) => adopt::draw(app, dialog, theme, frame),
        Some(Dialog::Rules(dialog)) => rules::draw(app, dialog, theme, frame),
        Some(Dialog::Place(dialog)) => place::draw(dialog, theme, frame),
        Some(Dialog::Review(dialog)) => adopt::review(app, dialog, theme, frame),
        Some(Dialog::Complete(dialog)) => complete::draw(app, dialog, theme, frame),
        Some(Dialog::Upload(upload)) => upload::draw(app, upload, theme, frame),
        Some(Dialog::Doctor(dialog)) => doctor::draw(app, dialog, theme, frame),
        Some(Dialog::Menu(menu)) => menu::draw(menu, theme, frame),
        Some(Dialog::Palette(palette)) => palette::draw(app, palette, theme, frame),
        Some(Dialog::SizeAll(dialog)) => ask::size_all(dialog, theme, frame),
        Some(Dialog::Stop(dialog)) => stop::stop(app, dialog, theme, frame),
        Some(Dialog::Rate(dialog)) => stop::rate(dialog, theme, frame),
        Some(Dialog::Interrupted(dialog)) => interrupted::draw(app, dialog, theme, frame),
        Some(Dialog::Account(view)) => account::draw(app, view, theme, frame),
        Some(Dialog::Watch(view)) => watch::draw(app, view, theme, frame),
        Some(Dialog::Quit(dialog)) => stop::quit(app, dialog, theme, frame),
    }
}

/// What a box says on its border.
#[derive(Debug, Default)]
struct Titles<'a> {
    name: &'a str,
    /// On the lower border, left: the keys.
    keys: &'a str,
    /// On the lower border, right: which part of the text is in sight.
    place: &'a str,
    danger: bool,
}

/// Width of the text in a box on this screen, when `wanted` cells would be best.
fn text_width(screen: Rect, wanted: u16) -> u16 {
    wanted.min(screen.width.saturating_sub(6))
}

/// Height of the text in a box on this screen.
fn text_height(screen: Rect, wanted: usize) -> u16 {
    u16::try_from(wanted)
        .unwrap_or(u16::MAX)
        .min(screen.height.saturating_sub(2))
}

/// Clears a box in the middle for a text of this size, and gives the text's area.
fn open(
    frame: &mut Frame<'_>,
    theme: &Theme,
    width: u16,
    height: u16,
    titles: &Titles<'_>,
) -> Rect {
    let screen = frame.area();
    let box_width = width.saturating_add(4).min(screen.width);
    let box_height = height.saturating_add(2).min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - box_width) / 2,
        y: screen.y + (screen.height - box_height) / 2,
        width: box_width,
        height: box_height,
    };
    let buffer = frame.buffer_mut();
    Clear.render(area, buffer);
    buffer.set_style(area, theme.dialog);
    let border = if titles.danger {
        theme.danger
    } else {
        theme.border_focused
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(border);
    let inner = block.inner(area);
    block.render(area, buffer);
    let inside = skip(
        Rect {
            width: area.width.saturating_sub(2),
            ..area
        },
        2,
    );
    let name = format!(" {} ", titles.name);
    put(
        buffer,
        row(inside, 0),
        &name,
        if titles.danger {
            theme.danger
        } else {
            theme.title_focused
        },
    );
    let bottom = row(inside, usize::from(area.height.saturating_sub(1)));
    if area.height > 1 {
        let mut rest = bottom;
        if !titles.place.is_empty() {
            rest = put_right(buffer, bottom, &format!(" {} ", titles.place), theme.dim);
        }
        if !titles.keys.is_empty() {
            put(buffer, rest, &format!(" {} ", titles.keys), theme.dim);
        }
    }
    skip(
        Rect {
            width: inner.width.saturating_sub(1),
            ..inner
        },
        1,
    )
}

/// Where a text is scrolled to, and where to tell how far it could be.
struct Scroll<'a> {
    at: usize,
    reach: &'a Cell<usize>,
    /// Keys that do something beside scrolling, each with a gap behind it.
    keys: &'a str,
}

/// A box of lines that may be longer than the screen.
fn scrolled(
    frame: &mut Frame<'_>,
    theme: &Theme,
    lines: &[Line<'_>],
    scroll: &Scroll<'_>,
    name: &str,
) {
    let screen = frame.area();
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let height = text_height(screen, lines.len());
    let shown = usize::from(height);
    let last = lines.len().saturating_sub(shown);
    scroll.reach.set(last);
    let top = scroll.at.min(last);
    let place = if lines.len() > shown {
        format!("{}–{} of {}", top + 1, top + shown, lines.len())
    } else {
        String::new()
    };
    let scrolls = if lines.len() > shown {
        "j k scroll  "
    } else {
        ""
    };
    let keys = format!("{}{scrolls}esc close", scroll.keys);
    let widest = u16::try_from(widest).unwrap_or(u16::MAX);
    // The keys have a space around them.
    let width = text_width(screen, widest.max(cells(&keys) + 2).max(30));
    let inside = open(
        frame,
        theme,
        width,
        height,
        &Titles {
            name,
            keys: &keys,
            place: &place,
            danger: false,
        },
    );
    for (index, line) in lines.iter().skip(top).take(shown).enumerate() {
        put_line(frame.buffer_mut(), row(inside, index), line);
    }
}

/// The widest of these texts.
fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> u16 {
    texts.map(cells).max().unwrap_or(0)
}
