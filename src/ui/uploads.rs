//! The pane of uploads: the flat list. Only the rows in the window are ever made into text.

mod titles;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::paint::{Frame, pane, put, put_right, row, say, title};
use super::text::cut_middle;
use super::theme::Theme;
use super::{folders, when};
use crate::app::App;
use crate::app::columns::{ColumnSpec, GUTTER, columns};
use crate::app::layout::Pane;
use crate::app::place::Place;
use crate::model::catalog::Row;
use crate::model::human::{self, count, escape};
use crate::model::table::{Leaving, Stir};
use crate::model::{Column, Measure, RowId, State};

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = app.focus == Pane::Uploads;
    let Some(place) = app.place() else {
        let look = Frame {
            theme,
            focused,
            left: vec![title("Uploads", theme, focused)],
            right: Vec::new(),
        };
        let inner = pane(buffer, area, look);
        let text = if app.buckets.fault.is_some() {
            "No bucket is chosen."
        } else {
            "Waiting for a bucket…"
        };
        say(buffer, inner, &[(text.to_owned(), theme.dim)]);
        return;
    };
    let look = Frame {
        theme,
        focused,
        left: titles::left(app, place, theme),
        right: titles::right(app, place, theme),
    };
    let inner = pane(buffer, area, look);
    if inner.height == 0 {
        return;
    }
    let lines = place
        .folders
        .as_ref()
        .map_or_else(|| place.table.len(), |view| view.len(&place.table));
    let summing = place.folders.as_ref();
    if summing.is_some_and(|view| view.is_summing(&place.table)) {
        let text = ("Summing up…".to_owned(), theme.dim);
        say(buffer, inner, &[text]);
    } else if lines == 0 {
        say(buffer, inner, &titles::nothing(app, place, theme));
    } else if place.folders.is_some() {
        folders::draw(app, place, theme, inner, buffer);
    } else {
        list(app, place, theme, inner, buffer);
    }
}

fn list(app: &App, place: &Place, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let specs = columns(inner.width);
    headings(place, theme, &specs, row(inner, 0), buffer);
    let top = place.cursor.top();
    let range = place.range();
    for offset in 0..usize::from(inner.height).saturating_sub(1) {
        let Some(id) = place.table.at(top + offset) else {
            break;
        };
        let line = row(inner, offset + 1);
        if place.cursor.item() == Some(&id) {
            let selected = if app.focus == Pane::Uploads {
                theme.selected
            } else {
                theme.selected_unfocused
            };
            buffer.set_style(line, selected);
        }
        let in_range = range.is_some_and(|(from, to)| (from..=to).contains(&(top + offset)));
        gutter(app, place, (id, in_range), line, (theme, buffer));
        let left = place.table.left(id);
        let upload = left.map(|(row, _)| row).or_else(|| place.table.row(id));
        if let Some(upload) = upload {
            let shown = Shown {
                app,
                place,
                theme,
                id,
                upload,
                left: left.map(|(_, leaving)| leaving),
            };
            for spec in &specs {
                shown.cell(spec, line, buffer);
            }
        }
    }
}

fn headings(place: &Place, theme: &Theme, specs: &[ColumnSpec], line: Rect, buffer: &mut Buffer) {
    let sort = place.table.sort();
    for spec in specs {
        let cell = Rect {
            x: line.x + spec.x,
            width: spec.width,
            ..line
        }
        .intersection(line);
        let arrow = if sort.descending { "↓" } else { "↑" };
        let sorted = sort.column == spec.column;
        let style = if sorted { theme.accent } else { theme.heading };
        let text = if sorted {
            format!("{}{arrow}", spec.title)
        } else {
            spec.title.to_owned()
        };
        if spec.right_aligned {
            put_right(buffer, cell, &text, style);
        } else {
            put(buffer, cell, &text, style);
        }
    }
}

/// The sign of an upload that is alive and will be cut by its deadline.
pub const CUT: &str = "‼";

/// Mark and trouble sign, in the cells before the key.
pub fn gutter(
    app: &App,
    place: &Place,
    (id, in_range): (RowId, bool),
    line: Rect,
    (theme, buffer): (&Theme, &mut Buffer),
) {
    let now = app.now;
    let (sign, style) = if place.aborting.contains(id) {
        ("✕", theme.bad)
    } else if place.table.is_marked(id) {
        ("●", theme.marked)
    } else if in_range {
        ("○", theme.marked)
    } else {
        (" ", theme.text)
    };
    let rest = put(
        buffer,
        Rect {
            width: line.width.min(GUTTER),
            ..line
        },
        sign,
        style,
    );
    if place.reasons.contains_key(&id) {
        put(buffer, rest, "!", theme.warn);
    } else if place.is_cut(id, now) {
        put(buffer, rest, CUT, theme.bad);
    } else if let Some(stir) = place.table.stir(id) {
        let (sign, style) = stir_sign(stir, theme);
        put(buffer, rest, sign, style);
    }
}

/// What stands before a row that came, went or moves since the last look.
const fn stir_sign(stir: Stir, theme: &Theme) -> (&'static str, Style) {
    match stir {
        Stir::New => ("+", theme.good),
        Stir::Moving => ("↑", theme.active),
        Stir::Gone(_) => ("−", theme.dim),
    }
}

/// The style in which a state is told.
pub fn state_style(theme: &Theme, state: Option<State>) -> Style {
    match state {
        Some(State::Active) => theme.active,
        Some(State::Idle) => theme.idle,
        Some(State::Stale) => theme.stale,
        Some(State::Empty) => theme.empty,
        Some(State::Unknown) => theme.unknown,
        None => theme.dim,
    }
}

/// The size as it is known: `79.3 GiB`, `≥ 1.20 GiB`, `denied`, `…` while it is asked for, `·`.
pub fn size_text(place: &Place, id: RowId, measure: &Measure) -> String {
    match measure {
        Measure::Exact(extent) => human::size(extent.bytes),
        Measure::AtLeast(extent) => format!("≥ {}", human::size(extent.bytes)),
        Measure::Denied => "denied".to_owned(),
        Measure::Unknown => pending(place, id).to_owned(),
    }
}

/// What stands for a fact that only the parts tell.
pub fn pending(place: &Place, id: RowId) -> &'static str {
    if place.asked.contains(id) && !place.reasons.contains_key(&id) {
        "…"
    } else {
        "·"
    }
}

struct Shown<'a> {
    app: &'a App,
    place: &'a Place,
    theme: &'a Theme,
    id: RowId,
    upload: Row<'a>,
    /// It went, and is shown for one more look.
    left: Option<Leaving>,
}

impl Shown<'_> {
    fn cell(&self, spec: &ColumnSpec, line: Rect, buffer: &mut Buffer) {
        let cell = Rect {
            x: line.x.saturating_add(spec.x),
            width: spec.width,
            ..line
        }
        .intersection(line);
        if spec.column == Column::Key {
            let key = self.upload.key();
            let key = key
                .strip_prefix(self.place.table.prefix())
                .filter(|rest| !rest.is_empty())
                .unwrap_or(key);
            let key = escape(key);
            let style = match self.left {
                Some(_) => self.theme.dim.add_modifier(Modifier::CROSSED_OUT),
                None => self.theme.text,
            };
            put(
                buffer,
                cell,
                &cut_middle(&key, usize::from(cell.width)),
                style,
            );
            return;
        }
        let (text, style) = match self.left {
            Some(leaving) if spec.column == Column::State => {
                (leaving.word().to_owned(), self.theme.warn)
            }
            Some(_) => (self.fact(spec.column).0, self.theme.dim),
            None => self.fact(spec.column),
        };
        if spec.right_aligned {
            put_right(buffer, cell, &text, style);
        } else {
            put(buffer, cell, &text, style);
        }
    }

    fn fact(&self, column: Column) -> (String, Style) {
        let (theme, now) = (self.theme, self.app.now);
        let measure = self.upload.measure();
        let faint = if matches!(measure, Measure::Unknown | Measure::Denied) {
            theme.dim
        } else {
            theme.text
        };
        match column {
            Column::Size => (size_text(self.place, self.id, &measure), faint),
            Column::Parts => match &measure {
                Measure::Exact(extent) => (count(u64::from(extent.parts)), theme.text),
                Measure::AtLeast(extent) => {
                    (format!("≥{}", count(u64::from(extent.parts))), theme.text)
                }
                Measure::Denied => ("–".to_owned(), theme.dim),
                Measure::Unknown => (pending(self.place, self.id).to_owned(), theme.dim),
            },
            Column::Age => (when::age(self.upload.initiated(), now), theme.text),
            Column::LastPart => match measure.extent() {
                Some(extent) => (when::age(extent.last_part, now), theme.text),
                None if measure == Measure::Denied => ("–".to_owned(), theme.dim),
                None => (pending(self.place, self.id).to_owned(), theme.dim),
            },
            Column::State => {
                let state = self.place.table.state(self.id, now);
                let text = state.map_or_else(|| pending(self.place, self.id), State::word);
                (text.to_owned(), state_style(theme, state))
            }
            Column::Deadline => {
                let text = when::until(self.place.table.deadline(self.id).map(|of| of.at), now);
                let style = match text.as_str() {
                    _ if self.place.is_cut(self.id, now) => theme.bad,
                    "due" => theme.warn,
                    _ => theme.dim,
                };
                (text, style)
            }
            Column::Initiator => (
                self.upload.initiator().map_or("–".into(), tail_of_arn),
                theme.dim,
            ),
            Column::Class => (
                self.upload
                    .storage_class()
                    .map_or("–".into(), |class| escape(class).into_owned()),
                theme.dim,
            ),
            Column::Key => (String::new(), theme.text),
        }
    }
}

/// `svc-enc` of `arn:aws:iam::123:user/svc-enc`: what tells initiators apart.
pub fn tail_of_arn(initiator: &str) -> String {
    let name = if initiator.starts_with("arn:") {
        initiator.rsplit(['/', ':']).next()
    } else {
        None
    };
    escape(name.filter(|name| !name.is_empty()).unwrap_or(initiator)).into_owned()
}
