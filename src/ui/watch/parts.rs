//! The part map of a watched upload: what is missing, what came out of order, what was sent again.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::heading;
use crate::app::App;
use crate::app::watching::watched::{Dot, Watched};
use crate::model::Timestamp;
use crate::model::human::count;
use crate::model::watch::Vitals;
use crate::ui::paint::{put, put_line, put_right, row, skip};
use crate::ui::parts::map::{legend, spans};
use crate::ui::theme::Theme;
use crate::ui::widget::partmap::{Known, Piece, part_map};

/// Cells of the part number in front of a line.
const NUMBER: u16 = 7;
/// S3 allows no more parts.
const PARTS: u128 = 10_000;

impl Piece for Dot {
    fn number(&self) -> u32 {
        self.number
    }

    fn arrived(&self) -> Option<Timestamp> {
        self.arrived
    }

    fn is_below(&self, least: u64) -> bool {
        self.size < least
    }

    fn etag(&self) -> &'static str {
        ""
    }

    fn is_resent(&self) -> bool {
        self.is_resent
    }

    fn is_late(&self) -> bool {
        self.is_late
    }
}

/// How many parts the whole will have, if it goes on like this.
pub fn expected(vitals: &Vitals) -> Option<u32> {
    let size = u128::from(vitals.size?);
    let bytes = u128::from(vitals.bytes).max(1);
    let parts = (size * u128::from(vitals.parts)).div_ceil(bytes);
    u32::try_from(parts.min(PARTS)).ok()
}

pub fn draw(app: &App, watched: &Watched, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let vitals = watched.vitals.as_deref();
    let highest = watched.dots.last().map_or(0, |dot| dot.number);
    if highest == 0 {
        heading(row(area, 0), ("PARTS", ""), theme, buffer);
        let text = match vitals {
            Some(vitals) if vitals.parts > 0 => "Its parts are being read.",
            _ => "No part has arrived yet.",
        };
        put(buffer, row(area, 1), text, theme.dim);
        return;
    }
    let count_of = vitals.and_then(expected).filter(|_| watched.runs());
    let total = count_of.map_or(highest, |expected| expected.max(highest));
    let about = if total > highest {
        "of about "
    } else {
        "up to "
    };
    let right = format!("{about}{}", count(u64::from(total)));
    heading(row(area, 0), ("PARTS", &right), theme, buffer);
    let provider = app.settings.provider.as_ref();
    let known = Known {
        parts: &watched.dots,
        min_part: provider.map(|of| of.limits).unwrap_or_default().min_part,
        count: count_of,
        equal: &[],
        different: &[],
    };
    let rows = usize::from(area.height) - 2;
    let cells = skip(area, NUMBER);
    let map = part_map(&known, usize::from(cells.width), rows);
    for (index, (first, line)) in map.iter().enumerate() {
        let at = Rect {
            width: NUMBER - 1,
            ..row(area, index + 1)
        };
        put_right(buffer, at, &count(u64::from(*first)), theme.dim);
        put_line(
            buffer,
            row(cells, index + 1),
            &Line::from(spans(line, theme)),
        );
    }
    let line = row(area, map.len() + 1);
    legend(&map, theme, line, buffer);
}
