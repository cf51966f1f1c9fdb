//! The pane of parts of the upload under the cursor.

pub mod map;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::{Frame, Piece, pane, put, put_right, row, say, skip, title};
use super::theme::Theme;
use super::{fault, when};
use crate::app::App;
use crate::app::layout::Pane;
use crate::app::parts::{OpenParts, PartsState};
use crate::app::place::Place;
use crate::model::Part;
use crate::model::human::{self, count, escape};
use crate::protocol::Kind;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = app.focus == Pane::Parts;
    let parts = app.current_parts();
    let left = vec![title("Parts", theme, focused)];
    let right = parts
        .map(|parts| figures(parts, theme))
        .into_iter()
        .collect();
    let inner = pane(
        buffer,
        area,
        Frame {
            theme,
            focused,
            left,
            right,
        },
    );
    match parts {
        Some(parts) if !parts.parts.is_empty() && app.shows_map => {
            map::draw(app, parts, theme, skip(inner, 1), buffer);
        }
        Some(parts) if !parts.parts.is_empty() => list(app, parts, theme, inner, buffer),
        parts => say(buffer, inner, &nothing(app, parts, theme)),
    }
}

fn figures(parts: &OpenParts, theme: &Theme) -> Piece {
    let number = count(parts.parts.len() as u64);
    let bytes = human::size(parts.summary.bytes);
    match &parts.state {
        PartsState::Loading(_) if parts.parts.is_empty() => {
            Piece::new(" listing… ", theme.accent, 1)
        }
        PartsState::Loading(_) => Piece::new(format!(" listing {number}… "), theme.accent, 1),
        PartsState::Complete => Piece::new(format!(" {number} · {bytes} "), theme.dim, 1),
        PartsState::Failed(_) => {
            Piece::new(format!(" incomplete: {number} · {bytes} "), theme.bad, 1)
        }
    }
}

fn nothing(app: &App, parts: Option<&OpenParts>, theme: &Theme) -> Vec<(String, Style)> {
    let dim = |text: &str| vec![(text.to_owned(), theme.dim)];
    match parts.map(|parts| &parts.state) {
        Some(PartsState::Loading(_)) => dim("Listing the parts…"),
        Some(PartsState::Complete) => vec![
            ("No part is stored.".to_owned(), theme.text),
            (String::new(), theme.text),
            (
                "Parts in flight are not listed until they have arrived.".to_owned(),
                theme.dim,
            ),
        ],
        Some(PartsState::Failed(failure)) if failure.kind == Kind::UploadGone => vec![
            ("This upload is gone.".to_owned(), theme.warn),
            (String::new(), theme.text),
            ("Somebody completed or aborted it.".to_owned(), theme.dim),
        ],
        Some(PartsState::Failed(failure)) => fault::paragraphs(failure, theme),
        None if app.place().and_then(Place::current).is_some() => dim("…"),
        None => dim("No upload is under the cursor."),
    }
}

/// Widths of the columns; 0 is not shown.
struct Room {
    gap: u16,
    etag: u16,
    checksum: u16,
    uploaded: u16,
    /// Whether there is room for the word behind the age.
    ago: bool,
}

const NUMBER: u16 = 6;
const SIZE: u16 = 8;
/// An MD5 in hexadecimal.
const ETAG: u16 = 32;
const UPLOADED: u16 = 8;
const UPLOADED_AGO: u16 = 11;
const CHECKSUM: u16 = 16;

fn room(width: u16) -> Room {
    // From the fullest to the barest, the first that leaves the ETag whole; else whatever is left for it.
    for (gap, uploaded, checksum) in [
        (2, UPLOADED_AGO, CHECKSUM),
        (2, UPLOADED_AGO, 0),
        (1, UPLOADED, 0),
    ] {
        let extra = if checksum > 0 { checksum + gap } else { 0 };
        let used = NUMBER + SIZE + uploaded + extra + 3 * gap;
        if width >= used + ETAG {
            let spare = width - used - ETAG;
            let checksum = if checksum > 0 { checksum + spare } else { 0 };
            return Room {
                gap,
                etag: ETAG,
                checksum,
                uploaded,
                ago: uploaded == UPLOADED_AGO,
            };
        }
    }
    let uploaded = if width >= NUMBER + SIZE + UPLOADED + 2 {
        UPLOADED
    } else {
        0
    };
    let etag = width.saturating_sub(NUMBER + SIZE + uploaded + 3);
    Room {
        gap: 1,
        etag: if etag >= 6 { etag } else { 0 },
        checksum: 0,
        uploaded,
        ago: false,
    }
}

struct Cells {
    number: Rect,
    size: Rect,
    etag: Rect,
    checksum: Rect,
    uploaded: Rect,
    ago: bool,
}

fn cells(line: Rect) -> Cells {
    let line = Rect {
        width: line.width.saturating_sub(1),
        ..line
    };
    let room = room(line.width);
    let mut rest = line;
    let mut cell = |width: u16, gap: u16| {
        let cell = Rect {
            width: width.min(rest.width),
            ..rest
        };
        rest = skip(
            rest,
            if width > 0 {
                width.saturating_add(gap)
            } else {
                0
            },
        );
        cell
    };
    Cells {
        number: cell(NUMBER, 0),
        size: cell(SIZE + room.gap, room.gap),
        etag: cell(room.etag, room.gap),
        checksum: cell(room.checksum, room.gap),
        uploaded: cell(room.uploaded, 0),
        ago: room.ago,
    }
}

fn list(app: &App, parts: &OpenParts, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let head = cells(row(inner, 0));
    put_right(buffer, head.number, "#", theme.heading);
    put_right(buffer, head.size, "SIZE", theme.heading);
    put(buffer, head.etag, "ETAG", theme.heading);
    let algorithm = parts
        .info
        .checksum_algorithm
        .as_deref()
        .unwrap_or("CHECKSUM");
    put(buffer, head.checksum, &escape(algorithm), theme.heading);
    put_right(buffer, head.uploaded, "UPLOADED", theme.heading);
    let top = parts.cursor.top();
    let window = usize::from(inner.height).saturating_sub(1);
    for (index, part) in parts.parts.iter().enumerate().skip(top).take(window) {
        let at = row(inner, index - top + 1);
        if index == parts.cursor.index() {
            let selected = if app.focus == Pane::Parts {
                theme.selected
            } else {
                theme.selected_unfocused
            };
            buffer.set_style(at, selected);
        }
        draw_part(app, part, theme, &cells(at), buffer);
    }
}

fn draw_part(app: &App, part: &Part, theme: &Theme, cells: &Cells, buffer: &mut Buffer) {
    put_right(
        buffer,
        cells.number,
        &count(u64::from(part.number)),
        theme.text,
    );
    put_right(buffer, cells.size, &human::size(part.size), theme.text);
    put(buffer, cells.etag, &escape(&part.etag), theme.dim);
    let checksum = part
        .checksum
        .as_ref()
        .map_or("–", |checksum| checksum.value.as_str());
    put(buffer, cells.checksum, &escape(checksum), theme.dim);
    let uploaded = if cells.ago {
        when::ago(part.last_modified, app.now)
    } else {
        when::age(part.last_modified, app.now)
    };
    put_right(buffer, cells.uploaded, &uploaded, theme.text);
}
