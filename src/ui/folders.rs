//! The roll-up: uploads by the next `/`, the biggest first, as a disk-usage tool shows them, or by another group.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint::{put, put_right, row, skip};
use super::text::cut_middle;
use super::theme::Theme;
use super::uploads::{gutter, pending, size_text, state_style, tail_of_arn};
use super::when;
use super::widget::bar::bar;
use crate::app::App;
use crate::app::columns::GUTTER;
use crate::app::folders::{FolderLine, FolderView, Grouping};
use crate::app::layout::Pane;
use crate::app::place::Place;
use crate::model::human::{self, count, escape};
use crate::model::rollup::AgeGroup;
use crate::model::{Column, RowId, State, Tally};

/// Widths of what stands right of the name; 0 is not shown.
struct Room {
    uploads: u16,
    size: u16,
    bar: u16,
    oldest: u16,
    month: u16,
    state: u16,
}

const GAP: u16 = 2;

const fn room(width: u16, by: Grouping) -> Room {
    let (uploads, bar, oldest, last) = match width {
        ..44 => (0, 0, 0, 0),
        44..64 => (9, 0, 0, 0),
        64..72 => (9, 0, 7, 7),
        72..86 => (9, 8, 7, 7),
        _ => (9, 16, 7, 7),
    };
    // Only folders stand beside uploads, which have a state.
    let (month, state) = match (by, width) {
        (Grouping::Prefix, 100..) => (9, last),
        (Grouping::Prefix, _) => (0, last),
        (_, 64..) => (9, 0),
        _ => (0, 0),
    };
    Room {
        uploads,
        size: 10,
        bar,
        oldest,
        month,
        state,
    }
}

/// Cuts a cell off the right end of a line.
fn cell(line: &mut Rect, width: u16) -> Rect {
    if width == 0 {
        return Rect { width: 0, ..*line };
    }
    let taken = (width + GAP).min(line.width);
    let at = line.width - taken;
    let cell = skip(skip(*line, at), GAP);
    line.width = at;
    cell
}

struct Cells {
    name: Rect,
    uploads: Rect,
    size: Rect,
    bar: Rect,
    oldest: Rect,
    month: Rect,
    state: Rect,
}

fn cells(line: Rect, by: Grouping) -> Cells {
    let room = room(line.width, by);
    let mut rest = skip(
        Rect {
            width: line.width.saturating_sub(1),
            ..line
        },
        GUTTER,
    );
    let state = cell(&mut rest, room.state);
    let month = cell(&mut rest, room.month);
    let oldest = cell(&mut rest, room.oldest);
    let bar = cell(&mut rest, room.bar);
    let size = cell(&mut rest, room.size);
    let uploads = cell(&mut rest, room.uploads);
    Cells {
        name: rest,
        uploads,
        size,
        bar,
        oldest,
        month,
        state,
    }
}

pub fn draw(app: &App, place: &Place, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let Some(view) = &place.folders else { return };
    headings(
        place,
        view.by,
        theme,
        &cells(row(inner, 0), view.by),
        buffer,
    );
    let top = view.cursor.top();
    let window = usize::from(inner.height).saturating_sub(1);
    let lines = (top..top + window).map_while(|index| view.line(&place.table, index));
    let visible: Vec<FolderLine> = lines.collect();
    let biggest = visible.iter().map(|line| bytes(place, line)).max();
    let biggest = biggest.unwrap_or(0).max(view.biggest);
    for (index, line) in (top..).zip(&visible) {
        let at = row(inner, index - top + 1);
        if index == view.cursor.index() {
            let selected = if app.focus == Pane::Uploads {
                theme.selected
            } else {
                theme.selected_unfocused
            };
            buffer.set_style(at, selected);
        }
        let cells = cells(at, view.by);
        share(bytes(place, line), biggest, theme.bar, cells.bar, buffer);
        match line {
            FolderLine::Folder(found) => {
                let name = escape(&found.name);
                group_gutter(theme, &found.tally, at, buffer);
                group(app, theme, (&name, &found.tally), &cells, buffer);
            }
            FolderLine::Group(by, found) => {
                let name = group_name(*by, found.name.as_deref());
                group_gutter(theme, &found.tally, at, buffer);
                group(app, theme, (&name, &found.tally), &cells, buffer);
            }
            FolderLine::Upload(id) => {
                gutter(app, place, (*id, false), at, (theme, buffer));
                let shown = Leaf {
                    place,
                    view,
                    id: *id,
                };
                upload(app, &shown, theme, &cells, buffer);
            }
        }
    }
}

fn headings(place: &Place, by: Grouping, theme: &Theme, cells: &Cells, buffer: &mut Buffer) {
    let sort = place.table.sort();
    let arrow = |down: bool| if down { "↓" } else { "↑" };
    let heading = |name: &str, column: Column| {
        if sort.column == column {
            (format!("{name}{}", arrow(sort.descending)), theme.accent)
        } else {
            (name.to_owned(), theme.heading)
        }
    };
    let name = match by {
        Grouping::Prefix => "FOLDER",
        Grouping::Initiator => "INITIATOR",
        Grouping::Class => "CLASS",
        Grouping::Age => "AGE (UTC DAYS)",
        Grouping::State => "STATE",
    };
    // Ages keep their order, whatever the table is sorted by.
    let turns = by != Grouping::Age || matches!(sort.column, Column::Key | Column::Age);
    let heading = |name: &str, column: Column| {
        if turns {
            heading(name, column)
        } else {
            (name.to_owned(), theme.heading)
        }
    };
    let (text, style) = heading(name, Column::Key);
    put(buffer, cells.name, &text, style);
    put_right(buffer, cells.uploads, "UPLOADS", theme.heading);
    let (text, style) = heading("SIZE", Column::Size);
    put_right(buffer, cells.size, &text, style);
    put(buffer, cells.bar, "SHARE", theme.heading);
    let (text, style) = heading("OLDEST", Column::Age);
    put_right(buffer, cells.oldest, &text, style);
    put_right(buffer, cells.month, "≈ $/MONTH", theme.heading);
    put(buffer, cells.state, "STATE", theme.heading);
}

fn bytes(place: &Place, line: &FolderLine) -> u64 {
    match line {
        FolderLine::Folder(folder) => folder.tally.bytes,
        FolderLine::Group(_, group) => group.tally.bytes,
        FolderLine::Upload(id) => {
            let measure = place.table.row(*id).map(|row| row.measure());
            measure
                .and_then(|measure| measure.extent().map(|extent| extent.bytes))
                .unwrap_or(0)
        }
    }
}

fn share(bytes: u64, biggest: u64, style: Style, cell: Rect, buffer: &mut Buffer) {
    if biggest > 0 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share for a bar of a few cells"
        )]
        let share = bytes as f64 / biggest as f64;
        put(
            buffer,
            cell,
            &bar(share, usize::from(cell.width), ' '),
            style,
        );
    }
}

/// Whether all or some of a group's uploads are marked.
fn group_gutter(theme: &Theme, tally: &Tally, line: Rect, buffer: &mut Buffer) {
    let sign = match tally.marked {
        0 => return,
        marked if marked >= tally.rows => "●",
        _ => "◐",
    };
    let cell = Rect {
        width: line.width.min(GUTTER),
        ..line
    };
    put(buffer, cell, sign, theme.marked);
}

/// A group as people call it.
pub fn group_name(by: Grouping, name: Option<&str>) -> String {
    match (by, name) {
        (Grouping::Age, _) => AgeGroup::of_word(name).text().to_owned(),
        (_, None) => by.nameless().to_owned(),
        (Grouping::Initiator, Some(name)) => tail_of_arn(name),
        (_, Some(name)) => escape(name).into_owned(),
    }
}

fn group(
    app: &App,
    theme: &Theme,
    (name, tally): (&str, &Tally),
    cells: &Cells,
    buffer: &mut Buffer,
) {
    put(
        buffer,
        cells.name,
        &cut_middle(name, usize::from(cells.name.width)),
        theme.folder,
    );
    put_right(buffer, cells.uploads, &count(tally.rows), theme.text);
    let unknown = tally.sized + tally.partial == 0;
    let size = if unknown {
        "·".to_owned()
    } else {
        tally.bytes_text()
    };
    put_right(
        buffer,
        cells.size,
        &size,
        if unknown { theme.dim } else { theme.text },
    );
    put_right(
        buffer,
        cells.oldest,
        &when::age(tally.oldest, app.now),
        theme.text,
    );
    // What is not sized costs something, too, but nobody knows what.
    let month = if unknown {
        "·".to_owned()
    } else {
        human::dollars(tally.monthly())
            .trim_start_matches("≈ $")
            .to_owned()
    };
    put_right(buffer, cells.month, &month, theme.dim);
}

/// An upload that lies directly under the prefix.
struct Leaf<'a> {
    place: &'a Place,
    view: &'a FolderView,
    id: RowId,
}

fn upload(app: &App, leaf: &Leaf<'_>, theme: &Theme, cells: &Cells, buffer: &mut Buffer) {
    let Leaf { place, view, id } = *leaf;
    let Some(row) = place.table.row(id) else {
        return;
    };
    let key = row.key();
    let name = escape(
        key.strip_prefix(view.prefix.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(key),
    );
    put(
        buffer,
        cells.name,
        &cut_middle(&name, usize::from(cells.name.width)),
        theme.text,
    );
    let state = place.table.state(id, app.now);
    let word = state.map_or_else(|| pending(place, id), State::word);
    // Without a column for the state, it stands where folders have the number of their uploads.
    if cells.state.width > 0 {
        put(buffer, cells.state, word, state_style(theme, state));
    } else {
        put_right(buffer, cells.uploads, word, state_style(theme, state));
    }
    let measure = row.measure();
    let style = if measure.extent().is_some() {
        theme.text
    } else {
        theme.dim
    };
    put_right(buffer, cells.size, &size_text(place, id, &measure), style);
    put_right(
        buffer,
        cells.oldest,
        &when::age(row.initiated(), app.now),
        theme.text,
    );
}
