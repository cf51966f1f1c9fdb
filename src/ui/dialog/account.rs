//! All buckets by what their uploads cost: a table over the whole screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::help::keys_of_view;
use crate::app::account::{AccountView, KEYS, hints};
use crate::app::place::Listing;
use crate::app::state::Swept;
use crate::app::{Action, App};
use crate::model::State;
use crate::model::account::{Guard, Holding, Listed, Rank, total};
use crate::model::human::{self, count, escape};
use crate::ui::paint::{self, Piece, pane, put, put_right, row, skip};
use crate::ui::text::cut_middle;
use crate::ui::theme::Theme;
use crate::ui::uploads::state_style;
use crate::ui::when;
use crate::ui::{fault, footer};

const GAP: u16 = 2;
/// Cells of the bucket's name that stay whatever goes.
const NAME: u16 = 16;

/// What stands right of the name, from the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Rule,
    Cost,
    Oldest,
    Of(State),
    Sized,
    Uploads,
    Held,
    Region,
}

impl Column {
    const ALL: [Self; 12] = [
        Self::Rule,
        Self::Cost,
        Self::Oldest,
        Self::Of(State::Unknown),
        Self::Of(State::Empty),
        Self::Of(State::Stale),
        Self::Of(State::Idle),
        Self::Of(State::Active),
        Self::Sized,
        Self::Uploads,
        Self::Held,
        Self::Region,
    ];

    /// Where there is no room, these go first, in this order.
    const FIRST_TO_GO: [Self; 11] = [
        Self::Region,
        Self::Sized,
        Self::Of(State::Unknown),
        Self::Of(State::Empty),
        Self::Of(State::Idle),
        Self::Of(State::Active),
        Self::Of(State::Stale),
        Self::Oldest,
        Self::Held,
        Self::Uploads,
        Self::Rule,
    ];

    const fn width(self) -> u16 {
        match self {
            Self::Rule | Self::Held | Self::Cost => 11,
            Self::Oldest | Self::Of(_) => 7,
            Self::Sized | Self::Uploads => 8,
            Self::Region => 14,
        }
    }

    fn heading(self, rank: Rank) -> String {
        let (word, own) = match self {
            Self::Rule => ("ABORT RULE", None),
            Self::Cost => ("COST/MONTH", Some(Rank::Cost)),
            Self::Oldest => ("OLDEST", Some(Rank::Oldest)),
            Self::Of(state) => return state.word().to_uppercase(),
            Self::Sized => ("SIZED", None),
            Self::Uploads => ("UPLOADS", Some(Rank::Uploads)),
            Self::Held => ("HELD", Some(Rank::Held)),
            Self::Region => ("REGION", None),
        };
        let sign = if own == Some(rank) { "↓" } else { "" };
        format!("{word}{sign}")
    }

    fn cell(self, of: &Holding, app: &App, theme: &Theme) -> (String, Style) {
        let tally = &of.tally;
        match self {
            Self::Rule => guard(of.guard, theme),
            Self::Cost => (of.cost_text(), theme.text),
            Self::Oldest => (when::age(tally.oldest, app.now), theme.dim),
            Self::Of(state) => {
                let style = state_style(theme, Some(state));
                number(of.mix.of(state), style, theme)
            }
            Self::Sized => number(tally.sized, theme.dim, theme),
            Self::Uploads if tally.rows == 0 => ("–".to_owned(), theme.dim),
            Self::Uploads => (of.uploads_text().unwrap_or_default(), theme.text),
            Self::Held => held(of, theme),
            Self::Region => {
                let region = of.region.as_deref().map(escape);
                let text = region.as_deref().unwrap_or("–").to_owned();
                (text, theme.dim)
            }
        }
    }
}

fn number(figure: u64, style: Style, theme: &Theme) -> (String, Style) {
    if figure == 0 {
        ("–".to_owned(), theme.dim)
    } else {
        (count(figure), style)
    }
}

fn held(of: &Holding, theme: &Theme) -> (String, Style) {
    match of.listed {
        Listed::Whole if of.tally.rows == 0 => ("clean ✓".to_owned(), theme.good),
        Listed::Denied | Listed::Failed => (of.held_text(), theme.bad),
        Listed::Unfinished if of.tally.rows == 0 => ("…".to_owned(), theme.dim),
        _ => (of.held_text(), theme.text),
    }
}

fn guard(guard: Guard, theme: &Theme) -> (String, Style) {
    match guard {
        Guard::Whole(_) => (guard.text(), theme.good),
        Guard::Missing => (format!("! {}", guard.text()), theme.warn),
        _ => (guard.text(), theme.dim),
    }
}

/// The columns that fit, from the right.
fn columns(width: u16) -> Vec<Column> {
    let mut shown = Column::ALL.to_vec();
    let taken = |shown: &[Column]| -> u16 { shown.iter().map(|of| of.width() + GAP).sum() };
    for column in Column::FIRST_TO_GO {
        if taken(&shown) + NAME <= width {
            break;
        }
        shown.retain(|of| *of != column);
    }
    shown
}

pub fn draw(app: &App, view: &AccountView, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let area = Rect {
        height: screen.height.saturating_sub(1),
        ..screen
    };
    let buffer = frame.buffer_mut();
    Clear.render(screen, buffer);
    buffer.set_style(screen, theme.base);
    let look = paint::Frame {
        theme,
        focused: true,
        left: vec![
            paint::title("Account", theme, true),
            Piece::new(format!(" sort: {} ", view.rank.word()), theme.dim, 2),
        ],
        right: swept(&app.buckets.swept(), theme),
    };
    let inner = pane(buffer, area, look);
    trouble(app, view, theme, area, buffer);
    let inner = Rect {
        width: inner.width.saturating_sub(1),
        ..inner
    };
    let shown = columns(inner.width);
    let table = Table {
        app,
        view,
        theme,
        shown: &shown,
    };
    table.draw(inner, buffer);
    let last = usize::from(screen.height.saturating_sub(1));
    keys(app, view, theme, row(screen, last), frame);
    if view.helps {
        help(app, theme, frame);
    }
}

/// How far the sweep is, and what it could not look at.
fn swept(of: &Swept, theme: &Theme) -> Vec<Piece> {
    let all = count(of.all as u64);
    let known = if of.open == 0 {
        format!(" {all} buckets ")
    } else {
        format!(" {} of {all} buckets listed ", count(of.listed() as u64))
    };
    let mut pieces = Vec::new();
    for (number, word, priority) in [(of.denied, "denied", 2), (of.failed, "failed", 1)] {
        if number > 0 {
            let text = format!(" {} {word} ", count(number as u64));
            pieces.push(Piece::new(text, theme.bad, priority));
        }
    }
    pieces.push(Piece::new(known, theme.dim, 3));
    pieces
}

/// Why the bucket under the cursor is not known, with what is missing; on the lower border, where it hides nothing.
fn trouble(app: &App, view: &AccountView, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let place = view.cursor.item().and_then(|name| app.buckets.get(name));
    let Some(Listing::Failed(fault)) = place.map(|place| &place.listing) else {
        return;
    };
    let again = app.settings.keymap.shown_key(Action::Refresh);
    let again = again.map_or_else(String::new, |key| format!(" ({key} lists again)"));
    let at = row(area, usize::from(area.height.saturating_sub(1)));
    let room = usize::from(at.width.saturating_sub(6)).saturating_sub(again.len());
    // What it needs counts more than how the service put it.
    let text = if fault.hint.is_empty() {
        fault.to_string()
    } else {
        format!("{}: {}", fault::short(fault), fault.hint)
    };
    let text = escape(&text);
    let text = cut_middle(&text, room);
    put(buffer, skip(at, 2), &format!(" {text}{again} "), theme.bad);
}

/// The question, else the newest message, else the keys.
fn keys(app: &App, view: &AccountView, theme: &Theme, at: Rect, frame: &mut Frame<'_>) {
    frame.buffer_mut().set_style(at, theme.footer);
    if let Some(asked) = &view.question {
        let text = format!(
            " Size {} uploads of {} buckets: {} requests or more, {}?  y yes  n no",
            count(asked.uploads),
            count(asked.buckets),
            count(asked.uploads),
            human::dollars(asked.price),
        );
        put(frame.buffer_mut(), at, &text, theme.prompt);
    } else if !footer::message(app, theme, at, frame) {
        for hint in hints(app) {
            let at = skip(at, hint.x);
            let rest = put(frame.buffer_mut(), at, &hint.key, theme.key);
            put(frame.buffer_mut(), skip(rest, 1), hint.label, theme.dim);
        }
    }
}

fn help(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let key = |action| app.settings.keymap.shown_key(action);
    let known = |of: &(Action, &str, &'static str)| Some((key(of.0)?.to_string(), of.2));
    let keys: Vec<_> = KEYS.iter().filter_map(known).collect();
    let keys: Vec<_> = keys.iter().map(|of| (of.0.as_str(), of.1)).collect();
    keys_of_view(&keys, "Keys: account", theme, frame);
}

struct Table<'a> {
    app: &'a App,
    view: &'a AccountView,
    theme: &'a Theme,
    shown: &'a [Column],
}

impl Table<'_> {
    fn draw(&self, inner: Rect, buffer: &mut Buffer) {
        let Self {
            app, view, theme, ..
        } = *self;
        let name = match view.rank {
            Rank::Name => "BUCKET↑",
            _ => "BUCKET",
        };
        let heading = |column: Column| (column.heading(view.rank), theme.heading);
        self.line(row(inner, 0), (name, theme.heading), heading, buffer);
        let top = view.cursor.top();
        let room = usize::from(inner.height.saturating_sub(2));
        let window = app.account_window().min(room);
        let visible = view.holdings.iter().enumerate().skip(top).take(window);
        for (index, holding) in visible {
            let at = row(inner, index - top + 1);
            if index == view.cursor.index() {
                buffer.set_style(at, theme.selected);
            }
            let bucket = escape(&holding.bucket);
            let cell = |column: Column| column.cell(holding, app, theme);
            self.line(at, (&bucket, theme.text), cell, buffer);
        }
        if view.holdings.is_empty() {
            let at = skip(row(inner, 1), 1);
            put(buffer, at, "No bucket is known yet.", theme.dim);
        }
        let last = usize::from(inner.height.saturating_sub(1));
        self.sum(row(inner, last), buffer);
    }

    /// One line: the name at the left, the columns from the right.
    fn line(
        &self,
        area: Rect,
        (name, style): (&str, Style),
        cell: impl Fn(Column) -> (String, Style),
        buffer: &mut Buffer,
    ) {
        let mut rest = skip(area, 1);
        for column in self.shown {
            let (text, style) = cell(*column);
            put_right(buffer, rest, &text, style);
            rest.width = rest.width.saturating_sub(column.width() + GAP);
        }
        let name = cut_middle(name, usize::from(rest.width));
        put(buffer, rest, &name, style);
    }

    /// The sum of all.
    fn sum(&self, at: Rect, buffer: &mut Buffer) {
        let Self {
            app, view, theme, ..
        } = *self;
        let sum = total(&view.holdings);
        let open = view.holdings.iter().filter(|of| of.guard == Guard::Missing);
        let open = open.count() as u64;
        let cell = |column: Column| match column {
            Column::Rule if open > 0 => (format!("{} without", count(open)), theme.warn),
            Column::Rule | Column::Region => (String::new(), theme.dim),
            column => (column.cell(&sum, app, theme).0, theme.title),
        };
        self.line(at, ("together", theme.title), cell, buffer);
    }
}
