//! The keys of the focused pane, of every list, and of the whole program, from the table of actions.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::scrolled;
use crate::app::App;
use crate::app::action::{ACTIONS, Entry, Scope};
use crate::ui::text::width;
use crate::ui::theme::Theme;

pub fn draw(app: &App, scroll: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let [own, list, global] = app.scopes();
    let blocks = [own, list, global].map(|scope| block(app, scope, theme));
    let [own_block, list_block, global_block] = blocks;
    let own_is_empty = own_block.len() <= 1;
    let mut left = if own_is_empty {
        list_block
    } else {
        join(own_block, list_block)
    };
    let room = usize::from(frame.area().width.saturating_sub(6));
    let widest = |lines: &[Line<'_>]| lines.iter().map(Line::width).max().unwrap_or(0);
    let wide = widest(&left) + GAP + widest(&global_block) <= room;
    let lines = if wide {
        side_by_side(left, global_block)
    } else {
        left = join(left, global_block);
        left
    };
    let name = format!(
        "Keys: {}",
        if own_is_empty {
            list.word()
        } else {
            own.word()
        }
    );
    scrolled(frame, theme, &lines, scroll, &name);
}

const GAP: usize = 3;

fn block(app: &App, scope: Scope, theme: &Theme) -> Vec<Line<'static>> {
    let entries: Vec<(&Entry, String)> = ACTIONS
        .iter()
        .filter(|entry| entry.scope == scope)
        .map(|entry| (entry, keys(app, entry)))
        .collect();
    let room = entries
        .iter()
        .map(|(_, keys)| width(keys))
        .max()
        .unwrap_or(0)
        .max(8);
    let heading = match scope {
        Scope::Global => "everywhere",
        Scope::List => "in every list",
        scope => scope.word(),
    };
    let mut lines = vec![Line::styled(heading, theme.heading)];
    for (entry, keys) in entries {
        let keys = if keys.is_empty() {
            Span::styled(format!("{:room$}", format!(":{}", entry.name)), theme.dim)
        } else {
            Span::styled(format!("{keys:room$}"), theme.key)
        };
        lines.push(Line::from(vec![
            keys,
            Span::styled(format!("  {}", entry.help), theme.text),
        ]));
    }
    lines
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

fn side_by_side(left: Vec<Line<'static>>, right: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let room = left.iter().map(Line::width).max().unwrap_or(0) + GAP;
    let rows = left.len().max(right.len());
    let mut left = left.into_iter();
    let mut right = right.into_iter();
    (0..rows)
        .map(|_| {
            let mut line = left.next().unwrap_or_default();
            let missing = room - line.width();
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
