//! What an abort takes away and what it leaves alone, line by line.

use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::dialog::AbortDialog;
use crate::model::human::{self, count, escape};
use crate::model::{Measure, State};
use crate::ui::text::{cut_middle, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::{uploads, when};

pub fn told(app: &App, dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = chosen(app, dialog, room, theme);
    let cost = cost(dialog).map_or_else(String::new, |cost| format!("  {cost}/month"));
    let bytes = dialog.tally.bytes_text();
    lines.push(fact(holds(dialog), format!("{bytes}{cost}"), theme));
    if dialog.unsized_rows > 0 {
        let text = format!(
            "{}: their life is looked at right before the abort",
            count(dialog.unsized_rows as u64)
        );
        lines.push(fact("not sized", text, theme));
    }
    let lively = dialog
        .not_stale
        .saturating_sub(dialog.alive + dialog.undetermined);
    if lively > dialog.unsized_rows && dialog.only.is_none() {
        lines.push(fact(
            "not stale",
            format!(
                "{} had a part within the stale threshold",
                count((lively - dialog.unsized_rows) as u64)
            ),
            theme,
        ));
    }
    if dialog.alive + dialog.undetermined > 0 {
        lines.push(Line::default());
        lines.extend(left_out(app, dialog, room, theme));
    }
    lines
}

/// What was chosen: one upload by its names, or how many.
fn chosen(app: &App, dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(key) = &dialog.only else {
        let number = count(dialog.targets.len() as u64);
        let rest = dialog.rest.map_or_else(String::new, |rest| {
            format!(", what is left of {}", count(rest.total))
        });
        return vec![fact("chosen", format!("{number} uploads{rest}"), theme)];
    };
    let key = cut_middle(&escape(key), room).into_owned();
    let mut lines = vec![Line::styled(key, theme.title)];
    if let Some(target) = dialog.targets.at(0) {
        let id = escape(&target.upload_id().text()).into_owned();
        let id = cut_middle(&id, room.saturating_sub(LABEL)).into_owned();
        lines.push(fact("upload ID", id, theme));
        lines.push(fact(
            "initiated",
            when::ago(target.initiated(), app.now),
            theme,
        ));
    }
    lines
}

/// What is known to be held costs so much a month; `None` while nothing is known.
fn cost(dialog: &AbortDialog) -> Option<String> {
    let tally = &dialog.tally;
    (tally.sized + tally.partial > 0).then(|| human::dollars(tally.monthly()))
}

/// The same for a terminal with few rows: a line for each thing.
pub fn told_briefly(
    app: &App,
    dialog: &AbortDialog,
    room: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = chosen(app, dialog, room, theme);
    // Its upload ID is the least that helps to decide.
    if dialog.only.is_some() && lines.len() > 1 {
        lines.remove(1);
    }
    let cost = cost(dialog).map_or_else(String::new, |cost| format!(" {cost}/mo"));
    let bytes = dialog.tally.bytes_text();
    lines.push(fact(holds(dialog), format!("{bytes}{cost}"), theme));
    if dialog.unsized_rows > 0 {
        lines.push(fact(
            "not sized",
            format!("{}, looked at first", count(dialog.unsized_rows as u64)),
            theme,
        ));
    }
    if dialog.alive + dialog.undetermined > 0 {
        let label = if dialog.include_active {
            "INCLUDED"
        } else {
            "left out"
        };
        let text = format!(
            "{} active, {} unclear",
            count(dialog.alive as u64),
            count(dialog.undetermined as u64)
        );
        lines.push(fact(label, text, theme));
    }
    lines
}

fn holds(dialog: &AbortDialog) -> &'static str {
    if dialog.only.is_some() {
        "it holds"
    } else {
        "they hold"
    }
}

/// Cells of the labels in front of the facts.
const LABEL: usize = 12;

fn fact(label: &str, text: String, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{label:<LABEL$}"), theme.dim),
        Span::styled(text, theme.text),
    ])
}

fn left_out(app: &App, dialog: &AbortDialog, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (heading, style) = if dialog.include_active {
        ("INCLUDED although they may be in use:", theme.danger)
    } else {
        ("left out:", theme.heading)
    };
    let mut lines = vec![Line::styled(heading, style)];
    let hour = human::age(app.settings.thresholds.active);
    let reasons = [
        (
            dialog.alive,
            format!("active: a sign of life within {hour}"),
        ),
        (
            dialog.undetermined,
            "undetermined: their parts may not be listed or have no date".to_owned(),
        ),
    ];
    for (number, why) in reasons {
        if number == 0 {
            continue;
        }
        for (index, text) in wrap(&why, room.saturating_sub(8)).into_iter().enumerate() {
            let number = if index == 0 {
                count(number as u64)
            } else {
                String::new()
            };
            lines.push(Line::styled(
                format!("{number:>6}  {text}"),
                if dialog.include_active {
                    theme.bad
                } else {
                    theme.text
                },
            ));
        }
    }
    lines
}

pub fn named(
    app: &App,
    dialog: &AbortDialog,
    rows: usize,
    room: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let all = dialog.targets.len();
    if all < 2 || rows < 2 {
        return Vec::new();
    }
    let shown = if all <= rows { all } else { rows - 1 };
    let place = app.buckets.get(&dialog.bucket);
    let mut lines: Vec<Line<'static>> = dialog
        .targets
        .iter()
        .take(shown)
        .map(|target| {
            let state = place.and_then(|place| place.table.state(target.id(), app.now));
            let word = state.map_or("", State::word);
            // What was seen when the question was asked, else what is known in part.
            let measure = place.and_then(|place| Some(place.table.row(target.id())?.measure()));
            let size = match (target.measure().exact(), measure) {
                (Some(extent), _) => human::size(extent.bytes),
                (None, Some(Measure::AtLeast(extent))) => {
                    format!("≥ {}", human::size(extent.bytes))
                }
                (None, Some(Measure::Denied)) => "denied".to_owned(),
                (None, _) => "·".to_owned(),
            };
            let facts = format!("  {size:>10}  {word:<7}");
            let left = room.saturating_sub(width(&facts));
            let key = escape(target.key());
            let key = cut_middle(&key, left).into_owned();
            let pad = " ".repeat(left.saturating_sub(width(&key)));
            let style = uploads::state_style(theme, state);
            Line::from(vec![
                Span::styled(format!("{key}{pad}"), theme.text),
                Span::styled(facts, style),
            ])
        })
        .collect();
    if shown < all {
        lines.push(Line::styled(
            format!("… and {} more", count((all - shown) as u64)),
            theme.dim,
        ));
    }
    lines
}
