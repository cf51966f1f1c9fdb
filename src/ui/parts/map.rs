//! The parts as a map: all of them at a glance, the gaps beside it, and when they came.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::parts::OpenParts;
use crate::model::human::{self, count};
use crate::ui::paint::{put, put_line, put_right, row, skip};
use crate::ui::theme::Theme;
use crate::ui::when;
use crate::ui::widget::partmap::{Cell, KINDS, Known, gap_text, part_map};
use crate::ui::widget::spark::spark;

/// Cells of the part number in front of a line.
const NUMBER: u16 = 7;
/// Cells of the list of gaps; shown where the map keeps at least `WITH_GAPS`.
const GAPS: u16 = 16;
const WITH_GAPS: u16 = 30;

/// What the map is made of.
pub fn known<'a>(app: &'a App, open: &'a OpenParts) -> Known<'a> {
    let compared = app.compared.as_ref();
    let compared = compared.filter(|of| of.adoption.target == open.target);
    let provider = app.settings.provider.as_ref();
    Known {
        parts: &open.parts,
        min_part: provider.map(|of| of.limits).unwrap_or_default().min_part,
        count: compared.and_then(|of| of.comparison.layout.count()),
        equal: compared.map_or(&[], |of| of.equal.as_slice()),
        different: compared.map_or(&[], |of| of.different.as_slice()),
    }
}

/// How a cell is drawn.
pub const fn style(cell: Cell, theme: &Theme) -> Style {
    match cell {
        Cell::Missing => theme.bar_empty,
        Cell::Present | Cell::Partly(_) => theme.bar,
        Cell::Verified => theme.good,
        Cell::Newest => theme.accent,
        Cell::Late => theme.idle,
        Cell::Small | Cell::Resent => theme.warn,
        Cell::Different => theme.bad,
    }
}

/// The cells of a line as runs of one style.
pub fn spans(cells: &[Cell], theme: &Theme) -> Vec<Span<'static>> {
    cells
        .chunk_by(|one, other| one.is_like(*other))
        .map(|run| {
            let signs: String = run.iter().map(|cell| cell.sign()).collect();
            Span::styled(signs, style(run[0], theme))
        })
        .collect()
}

pub fn draw(app: &App, open: &OpenParts, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let inner = Rect {
        width: inner.width.saturating_sub(1),
        ..inner
    };
    let feet = u16::min(2, inner.height.saturating_sub(1));
    let body = Rect {
        height: inner.height - feet,
        ..inner
    };
    let gaps = if body.width >= NUMBER + WITH_GAPS + GAPS {
        GAPS
    } else {
        0
    };
    let room = Rect {
        width: body.width.saturating_sub(gaps),
        ..body
    };
    let cells = skip(room, NUMBER);
    let width = usize::from(cells.width.saturating_sub(1));
    let map = part_map(&known(app, open), width, usize::from(room.height));
    for (index, (first, line)) in map.iter().enumerate() {
        let at = Rect {
            width: NUMBER - 1,
            ..row(room, index)
        };
        put_right(buffer, at, &count(u64::from(*first)), theme.dim);
        put_line(buffer, row(cells, index), &Line::from(spans(line, theme)));
    }
    if gaps > 0 {
        list(open, theme, skip(body, room.width), buffer);
    }
    if feet > 1 {
        arrivals(
            app,
            open,
            theme,
            row(inner, usize::from(body.height)),
            buffer,
        );
    }
    if feet > 0 {
        let line = row(inner, usize::from(inner.height) - 1);
        legend(&map, theme, line, buffer);
    }
}

/// The gaps by number, as many as there is room for.
fn list(open: &OpenParts, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let gaps = &open.summary.gaps;
    if gaps.is_empty() {
        put(buffer, row(area, 0), "no gap", theme.dim);
        return;
    }
    let missing: u64 = gaps.iter().map(|(from, to)| u64::from(to - from) + 1).sum();
    let text = format!("{} missing:", count(missing));
    put(buffer, row(area, 0), &text, theme.warn);
    let rows = usize::from(area.height).saturating_sub(1);
    let named = if gaps.len() > rows {
        rows.saturating_sub(1)
    } else {
        rows
    };
    for (index, gap) in gaps.iter().take(named).enumerate() {
        put(buffer, row(area, index + 1), &gap_text(*gap), theme.text);
    }
    if gaps.len() > named && rows > 0 {
        let text = format!("+{} more", count((gaps.len() - named) as u64));
        put(buffer, row(area, named + 1), &text, theme.dim);
    }
}

/// When they came, from the first to the last.
fn arrivals(app: &App, open: &OpenParts, theme: &Theme, line: Rect, buffer: &mut Buffer) {
    let points = &open.summary.arrivals;
    let (Some(first), Some(last)) = (points.iter().min(), points.iter().max()) else {
        put(buffer, line, "when they came is not told", theme.dim);
        return;
    };
    let ago = when::ago(Some(*last), app.now);
    let tail = if first == last {
        format!(" all at once, {ago}")
    } else {
        format!(" in {}, the last {ago}", human::age(last.since(*first)))
    };
    let rest = put_right(buffer, line, &tail, theme.dim);
    let rest = put(buffer, rest, "came ", theme.dim);
    put(
        buffer,
        rest,
        &spark(points, usize::from(rest.width)),
        theme.bar,
    );
}

/// The signs that are there, and what they mean.
pub fn legend(map: &[(u32, Vec<Cell>)], theme: &Theme, line: Rect, buffer: &mut Buffer) {
    let mut rest = line;
    for kind in KINDS {
        let mut cells = map.iter().flat_map(|(_, cells)| cells);
        let Some(cell) = cells.find(|cell| cell.is_like(kind)) else {
            continue;
        };
        rest = put(buffer, rest, &cell.sign().to_string(), style(kind, theme));
        rest = put(buffer, rest, &format!(" {}  ", kind.word()), theme.dim);
    }
}
