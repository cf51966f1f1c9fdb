//! The pane of buckets: what each one holds, as far as it is known.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::{Frame, Piece, pane, put, put_right, row, say, skip, title};
use super::text::cut_middle;
use super::theme::Theme;
use super::{fault, when};
use crate::app::layout::Pane;
use crate::app::place::{Listing, Place};
use crate::app::state::Swept;
use crate::app::{Action, App};
use crate::model::human::{count, escape};
use crate::model::lifecycle::Cover;
use crate::protocol::Prevention;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = app.focus == Pane::Buckets;
    let shown = app.buckets.shown().count();
    let inner = pane(
        buffer,
        area,
        Frame {
            theme,
            focused,
            ..titles(app, theme, shown)
        },
    );
    if shown == 0 {
        say(buffer, inner, &nothing(app, theme));
        return;
    }
    let cursor = app.buckets.cursor.index();
    let top = app.buckets.cursor.top();
    let flags = app.buckets.shown().any(|place| place.prevention.is_some());
    for (index, place) in app
        .buckets
        .shown()
        .enumerate()
        .skip(top)
        .take(usize::from(inner.height))
    {
        let line = row(inner, index - top);
        if index == cursor {
            buffer.set_style(
                line,
                if focused {
                    theme.selected
                } else {
                    theme.selected_unfocused
                },
            );
        }
        bucket(app, (theme, flags), place, line, buffer);
    }
}

fn titles<'a>(app: &App, theme: &'a Theme, shown: usize) -> Frame<'a> {
    let focused = app.focus == Pane::Buckets;
    let mut left = vec![title("Buckets", theme, focused)];
    if !app.buckets.filter.is_empty() {
        left.push(Piece::new(
            format!(" /{} ", escape(&app.buckets.filter)),
            theme.accent,
            2,
        ));
    }
    let all = app.buckets.places.len();
    let right = if app.buckets.loading {
        Piece::new(" listing… ", theme.dim, 3)
    } else if app.buckets.fault.is_some() && all > 0 {
        Piece::new(" list denied ", theme.warn, 3)
    } else if shown < all {
        Piece::new(
            format!(" {} of {} ", count(shown as u64), count(all as u64)),
            theme.dim,
            3,
        )
    } else {
        Piece::new(swept(&app.buckets.swept()), theme.dim, 3)
    };
    Frame {
        theme,
        focused,
        left,
        right: vec![right],
    }
}

/// How many there are, and while they are listed how many are.
fn swept(of: &Swept) -> String {
    let all = count(of.all as u64);
    if of.open == 0 {
        return format!(" {all} ");
    }
    format!(" {} of {all} listed ", count(of.listed() as u64))
}

/// What to say when there is no bucket to show.
fn nothing(app: &App, theme: &Theme) -> Vec<(String, Style)> {
    let palette = app
        .settings
        .keymap
        .shown_key(Action::Palette)
        .map_or_else(|| ":".to_owned(), |key| key.to_string());
    let by_name = (
        format!("{palette}bucket NAME opens a bucket by its name."),
        theme.text,
    );
    let gap = (String::new(), theme.text);
    if let Some(fault) = &app.buckets.fault {
        let mut lines = fault::paragraphs(fault, theme);
        lines.extend([gap, by_name]);
        lines
    } else if !app.buckets.places.is_empty() {
        vec![
            ("No bucket's name contains that.".to_owned(), theme.text),
            ("esc clears the filter.".to_owned(), theme.dim),
        ]
    } else if app.buckets.loading || app.identity.is_none() {
        vec![("Looking for buckets…".to_owned(), theme.dim)]
    } else {
        vec![
            ("This account has no buckets.".to_owned(), theme.text),
            gap,
            by_name,
        ]
    }
}

fn bucket(
    app: &App,
    (theme, flags): (&Theme, bool),
    place: &Place,
    line: Rect,
    buffer: &mut Buffer,
) {
    let name = escape(&place.bucket.name);
    let open = app.buckets.open.as_deref() == Some(place.bucket.name.as_str());
    put(buffer, line, if open { "▸" } else { " " }, theme.accent);
    let body = flagged(place, theme, flags, line, buffer);
    let (text, style) = held(place, theme, line.width >= 40);
    let mut rest = put_right(buffer, body, &text, style);
    let tally = place.table.totals();
    if tally.rows > 0 && line.width >= 40 {
        let room = |rest: Rect, taken: u16| Rect {
            width: rest.width.saturating_sub(taken),
            ..rest
        };
        // Columns of their own, whatever the last one takes.
        rest = room(body, 16);
        let word = if tally.rows == 1 {
            "upload "
        } else {
            "uploads"
        };
        let known = matches!(
            place.listing,
            Listing::Complete | Listing::Failed(_) | Listing::Cancelled
        );
        if known && line.width >= 64 {
            put_right(
                buffer,
                rest,
                &format!("{} {word}", count(tally.rows)),
                theme.text,
            );
            rest = room(rest, 18);
            put_right(
                buffer,
                rest,
                &format!("oldest {}", when::age(tally.oldest, app.now)),
                theme.dim,
            );
            rest = room(rest, 16);
        } else if known {
            put_right(buffer, rest, &count(tally.rows), theme.dim);
            rest = room(rest, 10);
        }
    }
    let room = rest.width.saturating_sub(1);
    let style = if open { theme.title } else { theme.text };
    put(
        buffer,
        Rect {
            width: room,
            ..rest
        },
        &cut_middle(&name, usize::from(room)),
        style,
    );
}

/// Puts down what the bucket does against orphans; gives what is left of its line.
fn flagged(place: &Place, theme: &Theme, flags: bool, line: Rect, buffer: &mut Buffer) -> Rect {
    let flag = place.prevention.as_ref().map(|found| flag(found, theme));
    let line = Rect {
        width: line.width.saturating_sub(1),
        ..line
    };
    if let Some((sign, _, style)) = &flag {
        put(buffer, skip(line, 1), sign, *style);
    }
    // Names stand apart from signs once there are any.
    let body = skip(line, if flags { 3 } else { 2 });
    if line.width < RULE_COLUMN {
        return body;
    }
    // A column of its own, at the right of everything.
    if let Some((_, words, style)) = &flag {
        put_right(buffer, body, words, *style);
    }
    Rect {
        width: body.width.saturating_sub(14),
        ..body
    }
}

/// From this width on, what a bucket does against orphans is told in words.
const RULE_COLUMN: u16 = 84;

/// What a bucket does against orphans: a sign, a word or two, and their style. The sign alone has to tell.
fn flag(found: &Prevention, theme: &Theme) -> (&'static str, String, Style) {
    match found {
        Prevention::Known(configuration) => match configuration.cover() {
            Cover::Whole(days) => ("✓", format!("rule {days} d"), theme.good),
            Cover::Prefixes(_) => ("◐", "rule partial".to_owned(), theme.warn),
            Cover::None => ("!", "no rule".to_owned(), theme.warn),
        },
        Prevention::Denied(_) | Prevention::Failed(_) => {
            ("?", "rule unknown".to_owned(), theme.dim)
        }
        Prevention::Unsupported(_) => ("–", "has no rules".to_owned(), theme.dim),
    }
}

/// The most telling thing of a bucket, for the right end of its line; `counted`: its uploads are told beside it.
fn held(place: &Place, theme: &Theme, counted: bool) -> (String, Style) {
    let tally = place.table.totals();
    let bytes = || {
        if tally.sized + tally.partial > 0 {
            return tally.bytes_text();
        }
        if counted {
            return "not sized".to_owned();
        }
        let word = if tally.rows == 1 { "upload" } else { "uploads" };
        format!("{} {word}", count(tally.rows))
    };
    match &place.listing {
        Listing::Waiting => ("waiting".to_owned(), theme.dim),
        Listing::Running(_) if tally.rows == 0 => ("listing…".to_owned(), theme.dim),
        Listing::Running(_) => (format!("listing {}…", count(tally.rows)), theme.dim),
        Listing::Failed(fault) if tally.rows == 0 => (fault::short(fault).to_owned(), theme.bad),
        Listing::Failed(_) => (format!("{} !", bytes()), theme.warn),
        Listing::Cancelled if tally.rows == 0 => ("not listed".to_owned(), theme.dim),
        Listing::Complete if tally.rows == 0 => ("clean ✓".to_owned(), theme.good),
        Listing::Cancelled | Listing::Complete => (bytes(), theme.text),
    }
}
