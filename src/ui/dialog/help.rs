//! The keys of the focused pane, of every list, and of the whole program, from the table of actions.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::{Scroll, Titles, open, scrolled, text_height, text_width};
use crate::app::App;
use crate::app::action::{ACTIONS, Entry, Scope};
use crate::ui::paint::{put, row, skip};
use crate::ui::text::{width, wrap};
use crate::ui::theme::Theme;

/// From this room on the keys stand in two columns.
const TWO_COLUMNS: usize = 96;
const GAP: usize = 3;

pub fn draw(app: &App, scroll: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let scopes = app.scopes();
    let [own, list, _] = scopes;
    let has_own = ACTIONS.iter().any(|entry| entry.scope == own);
    let room = usize::from(frame.area().width.saturating_sub(6)).min(130);
    let two = room >= TWO_COLUMNS;
    let column = if two { (room - GAP) / 2 } else { room };
    let look = Look { app, theme, column };
    let [own_block, list_block, global_block] = scopes.map(|scope| block(&look, scope));
    let mut left = if has_own {
        join(own_block, list_block)
    } else {
        list_block
    };
    if let Some(signs) = signs(&look, own) {
        left = join(left, signs);
    }
    let lines = if two {
        side_by_side(left, global_block, column)
    } else {
        join(left, global_block)
    };
    let name = format!("Keys: {}", if has_own { own } else { list }.word());
    let scroll = Scroll {
        at: scroll,
        reach: &app.reach,
        keys: "",
    };
    scrolled(frame, theme, &lines, &scroll, &name);
}

/// The keys of a view that has its own, and what each does.
pub(super) fn keys_of_view(
    keys: &[(&str, &str)],
    name: &str,
    theme: &Theme,
    frame: &mut Frame<'_>,
) {
    const KEY: u16 = 8;
    let width = text_width(frame.area(), 74);
    let room = usize::from(width.saturating_sub(KEY)).max(8);
    let mut lines = Vec::new();
    for (key, what) in keys {
        for (index, text) in wrap(what, room).into_iter().enumerate() {
            lines.push((if index == 0 { *key } else { "" }, text));
        }
    }
    let titles = Titles {
        name,
        keys: "any key closes",
        ..Titles::default()
    };
    let height = text_height(frame.area(), lines.len());
    let inside = open(frame, theme, width, height, &titles);
    for (index, (key, text)) in lines.iter().enumerate() {
        let line = row(inside, index);
        put(frame.buffer_mut(), line, key, theme.key);
        put(frame.buffer_mut(), skip(line, KEY), text, theme.text);
    }
}

struct Look<'a> {
    app: &'a App,
    theme: &'a Theme,
    /// Cells of a line.
    column: usize,
}

/// Cells of the keys, as far as most actions need.
const KEYS: usize = 14;

fn block(look: &Look<'_>, scope: Scope) -> Vec<Line<'static>> {
    let theme = look.theme;
    let heading = match scope {
        Scope::Global => "everywhere",
        Scope::List => "in every list",
        scope => scope.word(),
    };
    let mut lines = vec![Line::styled(heading, theme.heading)];
    let cells = if look.column < 50 { KEYS / 2 } else { KEYS };
    for entry in ACTIONS.iter().filter(|entry| entry.scope == scope) {
        let mut keys = keys(look.app, entry);
        let style = if keys.is_empty() {
            theme.dim
        } else {
            theme.key
        };
        if keys.is_empty() {
            keys = format!(":{}", entry.name);
        }
        let room = look.column.saturating_sub(cells + 1).max(12);
        for (index, text) in wrap(entry.help, room).into_iter().enumerate() {
            let shown = if index == 0 { keys.as_str() } else { "" };
            let pad = " ".repeat(cells.saturating_sub(width(shown)) + 1);
            let spans = vec![
                Span::styled(shown.to_owned(), style),
                Span::styled(format!("{pad}{text}"), theme.text),
            ];
            lines.push(Line::from(spans));
        }
    }
    lines
}

/// What stands before the rows of a pane means.
const fn meanings(own: Scope) -> &'static [(&'static str, &'static str)] {
    match own {
        Scope::Buckets => &[
            (
                "!",
                "no rule ends uploads: orphans stay until somebody does",
            ),
            ("◐", "a rule ends uploads, but only under some prefixes"),
            ("✓", "a rule ends every upload after some days"),
            ("?", "not known: the right to look at the rules is missing"),
            ("–", "the service has no such rules"),
        ],
        Scope::Uploads => &[
            ("●", "marked"),
            ("○", "in the open range"),
            ("✕", "being aborted"),
            ("+", "new since the look before"),
            ("↑", "its parts changed between two looks"),
            ("−", "gone: shown for one more look, its details say why"),
            ("‼", "alive, and its deadline will cut it"),
            ("!", "skipped or failed: its details say why"),
        ],
        _ => &[],
    }
}

fn signs(look: &Look<'_>, own: Scope) -> Option<Vec<Line<'static>>> {
    let meanings = meanings(own);
    let theme = look.theme;
    let heading = Line::styled("signs before a row", theme.heading);
    let room = look.column.saturating_sub(4).max(12);
    let lines = meanings.iter().flat_map(|(sign, meaning)| {
        let wrapped = wrap(meaning, room).into_iter().enumerate();
        wrapped.map(|(index, text)| {
            let shown = if index == 0 { *sign } else { " " };
            Line::from(vec![
                Span::styled(shown, theme.key),
                Span::styled(format!("   {text}"), theme.text),
            ])
        })
    });
    (!meanings.is_empty()).then(|| std::iter::once(heading).chain(lines).collect())
}

/// The default keys that are still bound, in their order, then others.
fn keys(app: &App, entry: &Entry) -> String {
    let bound: Vec<String> = app
        .settings
        .keymap
        .keys(entry.action)
        .map(|key| key.to_string())
        .collect();
    let defaults = entry
        .keys
        .iter()
        .filter(|key| bound.iter().any(|other| other == *key))
        .map(|key| (*key).to_owned());
    let others = bound
        .iter()
        .filter(|key| !entry.keys.contains(&key.as_str()))
        .cloned();
    defaults.chain(others).collect::<Vec<_>>().join(" ")
}

fn join(mut upper: Vec<Line<'static>>, lower: Vec<Line<'static>>) -> Vec<Line<'static>> {
    upper.push(Line::default());
    upper.extend(lower);
    upper
}

fn side_by_side(
    left: Vec<Line<'static>>,
    right: Vec<Line<'static>>,
    column: usize,
) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let mut left = left.into_iter();
    let mut right = right.into_iter();
    (0..rows)
        .map(|_| {
            let mut line = left.next().unwrap_or_default();
            let missing = (column + GAP).saturating_sub(line.width());
            if let Some(other) = right.next() {
                line.push_span(Span::raw(" ".repeat(missing)));
                // A line's own style does not survive the move.
                for span in other.spans {
                    line.push_span(Span::styled(span.content, other.style.patch(span.style)));
                }
            }
            line
        })
        .collect()
}
