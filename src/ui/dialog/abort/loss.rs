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
    let tally = &dialog.tally;
    let chosen = dialog.targets.len();
    let mut lines = Vec::new();
    if let Some(key) = &dialog.only {
        let key = escape(key);
        lines.push(Line::styled(
            cut_middle(&key, room).into_owned(),
            theme.title,
        ));
        if let Some(target) = dialog.targets.first() {
            let id = escape(&target.target.upload_id).into_owned();
            lines.push(fact(
                "upload ID",
                cut_middle(&id, room.saturating_sub(LABEL)).into_owned(),
                theme,
            ));
            lines.push(fact(
                "initiated",
                when::ago(target.initiated, app.now),
                theme,
            ));
        }
    } else {
        lines.push(fact(
            "chosen",
            format!("{} uploads", count(chosen as u64)),
            theme,
        ));
    }
    let cost = if tally.sized + tally.partial > 0 {
        format!("  {}/month", human::dollars(tally.monthly()))
    } else {
        String::new()
    };
    lines.push(fact(
        "they hold",
        format!("{}{cost}", tally.bytes_text()),
        theme,
    ));
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

/// The same for a terminal with few rows: a line for each thing.
pub fn told_briefly(
    app: &App,
    dialog: &AbortDialog,
    room: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let tally = &dialog.tally;
    let mut lines = match &dialog.only {
        Some(key) => vec![Line::styled(
            cut_middle(&escape(key), room).into_owned(),
            theme.title,
        )],
        None => vec![fact(
            "chosen",
            format!("{} uploads", count(dialog.targets.len() as u64)),
            theme,
        )],
    };
    if let (Some(_), Some(target)) = (&dialog.only, dialog.targets.first()) {
        lines.push(fact(
            "initiated",
            when::ago(target.initiated, app.now),
            theme,
        ));
    }
    let cost = if tally.sized + tally.partial > 0 {
        format!(" {}/mo", human::dollars(tally.monthly()))
    } else {
        String::new()
    };
    lines.push(fact(
        "they hold",
        format!("{}{cost}", tally.bytes_text()),
        theme,
    ));
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
            let state = place.and_then(|place| place.table.state(target.row, app.now));
            let word = state.map_or("", State::word);
            // What was seen when the question was asked, else what is known in part.
            let measure = place.and_then(|place| Some(place.table.row(target.row)?.measure()));
            let size = match (target.seen, measure) {
                (Some(extent), _) => human::size(extent.bytes),
                (None, Some(Measure::AtLeast(extent))) => {
                    format!("≥ {}", human::size(extent.bytes))
                }
                (None, Some(Measure::Denied)) => "denied".to_owned(),
                (None, _) => "·".to_owned(),
            };
            let facts = format!("  {size:>10}  {word:<7}");
            let left = room.saturating_sub(width(&facts));
            let key = escape(&target.target.key);
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
