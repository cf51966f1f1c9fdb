//! Putting text into cells, and the frame around a pane. Whatever does not fit is cut, never wrapped over the
//! neighbour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use super::text::{cut_end, width};
use super::theme::Theme;
use crate::app::layout::Area;

/// The same rectangle in the terminal library's terms.
pub fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

/// Cells of a text, as far as anything on screen can be wide.
pub fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Row `index` of `area`; empty when there is none.
pub fn row(area: Rect, index: usize) -> Rect {
    match u16::try_from(index) {
        Ok(index) if index < area.height => Rect::new(area.x, area.y + index, area.width, 1),
        _ => Rect::new(area.x, area.y, 0, 0),
    }
}

/// `area` without its first `cells` columns.
pub fn skip(area: Rect, cells: u16) -> Rect {
    let cells = cells.min(area.width);
    Rect {
        x: area.x + cells,
        width: area.width - cells,
        ..area
    }
}

/// Writes at the left end of a one-row area; gives what is left of it.
pub fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> Rect {
    if area.width == 0 || area.height == 0 {
        return area;
    }
    let text = cut_end(text, usize::from(area.width));
    let (x, _) = buffer.set_stringn(area.x, area.y, &text, usize::from(area.width), style);
    skip(area, x.saturating_sub(area.x))
}

/// Writes at the right end of a one-row area; gives what is left of it.
pub fn put_right(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> Rect {
    let text = cut_end(text, usize::from(area.width));
    let taken = cells(&text).min(area.width);
    put(buffer, skip(area, area.width - taken), &text, style);
    Rect {
        width: area.width - taken,
        ..area
    }
}

/// Writes spans at the left end of a one-row area.
pub fn put_line(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    let mut rest = area;
    for span in &line.spans {
        rest = put(buffer, rest, &span.content, line.style.patch(span.style));
    }
}

/// A piece of a line that knows shorter forms of itself.
#[derive(Debug, Clone)]
pub struct Piece {
    /// From the longest to the shortest, each with its rank; after the last the piece is left out.
    forms: Vec<(String, u8)>,
    style: Style,
}

impl Piece {
    /// What has the highest rank gives way first; rank 0 stays.
    pub fn new(text: impl Into<String>, style: Style, rank: u8) -> Self {
        Self {
            forms: vec![(text.into(), rank)],
            style,
        }
    }

    /// Adds a shorter form of the same rank.
    pub fn or(self, shorter: impl Into<String>) -> Self {
        let rank = self.forms.last().map_or(0, |(_, rank)| *rank);
        self.or_at(rank, shorter)
    }

    /// Adds a shorter form that is worth more than the longer one.
    pub fn or_at(mut self, rank: u8, shorter: impl Into<String>) -> Self {
        self.forms.push((shorter.into(), rank));
        self
    }

    /// Every form with `tail` behind it, which leaves together with it.
    pub fn followed_by(mut self, tail: &str) -> Self {
        for (text, _) in &mut self.forms {
            text.push_str(tail);
        }
        self
    }

    /// Every form with `head` before it, which leaves together with it.
    pub fn after(mut self, head: &str) -> Self {
        for (text, _) in &mut self.forms {
            text.insert_str(0, head);
        }
        self
    }

    /// Its longest form, for where there is room.
    pub fn full(&self) -> &str {
        self.text()
    }

    fn text(&self) -> &str {
        self.forms.first().map_or("", |(text, _)| text)
    }

    /// The rank of the form that would give way; `None` if none may.
    fn rank(&self) -> Option<u8> {
        let (_, rank) = self.forms.first()?;
        (*rank > 0 || self.forms.len() > 1).then_some(*rank)
    }
}

/// Shortens the least important pieces until all take at most `room` cells.
pub fn fit(pieces: Vec<Piece>, room: u16) -> Vec<Span<'static>> {
    fit_sides(pieces, Vec::new(), room).0
}

/// The same for the two ends of a line, between which there must be room.
pub fn fit_sides(
    left: Vec<Piece>,
    right: Vec<Piece>,
    room: u16,
) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let at = left.len();
    let mut pieces: Vec<Piece> = left.into_iter().chain(right).collect();
    let total = |pieces: &[Piece]| {
        pieces
            .iter()
            .map(|piece| width(piece.text()))
            .sum::<usize>()
    };
    while total(&pieces) > usize::from(room) {
        let next = pieces.iter_mut().filter(|piece| piece.rank().is_some());
        match next.max_by_key(|piece| piece.rank()) {
            Some(piece) => drop(piece.forms.remove(0)),
            None => break,
        }
    }
    let span = |piece: Piece| Span::styled(piece.text().to_owned(), piece.style);
    let right = pieces.split_off(at).into_iter().map(span).collect();
    (pieces.into_iter().map(span).collect(), right)
}

/// A pane's border with its titles; gives what is inside.
pub fn pane(buffer: &mut Buffer, area: Rect, look: Frame<'_>) -> Rect {
    let theme = look.theme;
    let border = if look.focused {
        theme.border_focused
    } else {
        theme.border
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(border);
    let inner = block.inner(area);
    block.render(area, buffer);
    let titles = skip(
        Rect {
            height: area.height.min(1),
            width: area.width.saturating_sub(1),
            ..area
        },
        1,
    );
    let (left, right) = fit_sides(look.left, look.right, titles.width);
    put_line(buffer, titles, &Line::from(left));
    let taken = right.iter().map(Span::width).sum::<usize>();
    let taken = u16::try_from(taken).unwrap_or(u16::MAX).min(titles.width);
    put_line(
        buffer,
        skip(titles, titles.width - taken),
        &Line::from(right),
    );
    inner
}

/// How a pane's border looks.
#[derive(Debug)]
pub struct Frame<'a> {
    pub theme: &'a Theme,
    pub focused: bool,
    pub left: Vec<Piece>,
    pub right: Vec<Piece>,
}

/// The name of a pane, as its first title.
pub fn title(name: &str, theme: &Theme, focused: bool) -> Piece {
    let style = if focused {
        theme.title_focused
    } else {
        theme.title
    };
    Piece::new(format!(" {name} "), style, 0)
}

/// Lines of explanation in the middle of an empty pane, wrapped to it.
pub fn say(buffer: &mut Buffer, area: Rect, paragraphs: &[(String, Style)]) {
    let room = usize::from(area.width.saturating_sub(2));
    let lines: Vec<(String, Style)> = paragraphs
        .iter()
        .flat_map(|(text, style)| {
            super::text::wrap(text, room)
                .into_iter()
                .map(|line| (line, *style))
        })
        .collect();
    let above = usize::from(area.height).saturating_sub(lines.len()) / 3;
    let widest = lines.iter().map(|(line, _)| width(line)).max().unwrap_or(0);
    let left = room.saturating_sub(widest) / 2;
    for (index, (line, style)) in lines.iter().enumerate() {
        let at = row(area, above + index);
        put(
            buffer,
            skip(at, u16::try_from(left + 1).unwrap_or(u16::MAX)),
            line,
            *style,
        );
    }
}
