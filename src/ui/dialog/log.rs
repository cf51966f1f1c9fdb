//! Texts to read: everything that was reported, and what a task skipped and failed.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::transfer::View;
use super::{Scroll, scrolled};
use crate::app::App;
use crate::app::messages::{Message, Severity};
use crate::app::tasks::{Miss, Task, TaskKind, Trouble};
use crate::model::human::{count, escape};
use crate::protocol::JobId;
use crate::ui::tasks::headline;
use crate::ui::text::{cut_middle, wrap};
use crate::ui::theme::Theme;
use crate::ui::when;

/// Lines that are made for one frame: more are never in sight, and a log may be long.
const AHEAD: usize = 400;
/// Text is not spread wider than this.
const WIDEST: u16 = 110;

fn room(frame: &Frame<'_>) -> usize {
    usize::from(frame.area().width.saturating_sub(6).min(WIDEST))
}

pub fn messages(app: &App, scroll: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let room = room(frame);
    let mut lines = Vec::new();
    if app.messages.is_empty() {
        lines.push(Line::styled("Nothing was reported yet.", theme.dim));
    }
    // Each message takes a line at least, so that what lies before the scroll position is skipped by number.
    let (errors, others): (Vec<_>, Vec<_>) = app
        .messages
        .newest_first()
        .partition(|message| message.severity == Severity::Error);
    let limit = scroll.saturating_add(AHEAD);
    for message in errors.into_iter().chain(others) {
        if lines.len() >= limit {
            break;
        }
        lines.extend(told(app, message, room, theme));
    }
    if app.messages.dropped > 0 && lines.len() < limit {
        let text = format!("{} older ones were not kept", count(app.messages.dropped));
        lines.push(Line::styled(text, theme.dim));
    }
    let scroll = Scroll {
        at: scroll,
        reach: &app.reach,
        keys: "",
    };
    scrolled(frame, theme, &lines, &scroll, "Messages");
}

fn told(app: &App, message: &Message, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (sign, style) = match message.severity {
        Severity::Info => (" ", theme.text),
        Severity::Good => ("✓", theme.good),
        Severity::Warning => ("!", theme.warn),
        Severity::Error => ("✗", theme.bad),
    };
    let at = when::clock(message.at, app.settings.utc_offset);
    let times = if message.times > 1 {
        format!(" (×{})", count(u64::from(message.times)))
    } else {
        String::new()
    };
    let text = format!("{}{times}", escape(&message.text));
    let indent = at.len() + 3;
    let wrapped = wrap(&text, room.saturating_sub(indent).max(10));
    wrapped
        .into_iter()
        .enumerate()
        .map(|(index, text)| {
            let head = if index == 0 {
                format!("{at} {sign} ")
            } else {
                " ".repeat(indent)
            };
            Line::from(vec![
                Span::styled(head, theme.dim),
                Span::styled(text, style),
            ])
        })
        .collect()
}

pub fn report(app: &App, job: JobId, scroll: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let place = Scroll {
        at: scroll,
        reach: &app.reach,
        keys: "",
    };
    let Some(task) = app.tasks.list.iter().find(|task| task.job == job) else {
        let text = [Line::styled("The task was removed.", theme.dim)];
        scrolled(frame, theme, &text, &place, "Report");
        return;
    };
    let room = room(frame);
    if task.transfer.is_some() {
        upload(app, task, &place, theme, frame);
        return;
    }
    let mut lines = vec![
        headline(task, theme, u16::try_from(room).unwrap_or(u16::MAX)),
        Line::default(),
    ];
    if let Some(fault) = task.fault() {
        let text = escape(&fault.to_string()).into_owned();
        lines.extend(
            wrap(&text, room)
                .into_iter()
                .map(|text| Line::styled(text, theme.bad)),
        );
        lines.push(Line::default());
    }
    lines.extend(troubles(task, scroll, room, theme));
    let word = match task.kind {
        TaskKind::Abort => "Abort in",
        TaskKind::Size => "Sizing of",
        _ => "Upload to",
    };
    scrolled(
        frame,
        theme,
        &lines,
        &place,
        &format!("{word} {}", escape(&task.bucket)),
    );
}

/// An upload's details: the figures of now, and its keys.
fn upload(app: &App, task: &Task, place: &Scroll<'_>, look: &Theme, frame: &mut Frame<'_>) {
    let Some(transfer) = &task.transfer else {
        return;
    };
    let room = room(frame);
    let view = View {
        app,
        theme: look,
        room,
        map_rows: if frame.area().height < 30 { 3 } else { 6 },
        limit: place.at.saturating_add(AHEAD),
    };
    let lines = view.lines(task, transfer);
    let keys = match (task.is_upload(), transfer.is_paused()) {
        (false, _) => "",
        (true, false) => "p pause  + - = at once  L limit  x stop  ",
        (true, true) => "p go on  + - = at once  L limit  x stop  ",
    };
    let place = Scroll { keys, ..*place };
    let word = match task.kind {
        TaskKind::Discard => "Giving up",
        TaskKind::Complete => "Completing",
        TaskKind::Compare => "Comparing",
        TaskKind::Place => "A part of",
        _ => "Upload to",
    };
    let name = format!("{word} {}", escape(&transfer.shown_destination()));
    // The frame takes two cells of a title.
    let name = cut_middle(&name, room.saturating_sub(2));
    scrolled(frame, look, &lines, &place, &name);
}

fn troubles(task: &Task, scroll: usize, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    if task.troubles.is_empty() && task.sums.left == 0 {
        let text = if task.is_running() {
            "Nothing was skipped or failed so far."
        } else {
            "Nothing was skipped, nothing failed."
        };
        return wrap(text, room)
            .into_iter()
            .map(|text| Line::styled(text, theme.good))
            .collect();
    }
    let limit = scroll.saturating_add(AHEAD);
    let mut lines = Vec::new();
    for (style, heading, group) in groups(task, theme) {
        if lines.len() >= limit {
            break;
        }
        lines.extend(
            wrap(&heading, room)
                .into_iter()
                .map(|text| Line::styled(text, style)),
        );
        for trouble in group {
            if lines.len() >= limit {
                break;
            }
            let key = escape(&trouble.key);
            let key = cut_middle(&key, room.saturating_sub(2));
            lines.push(Line::styled(format!("  {key}"), theme.text));
            if trouble.miss == Miss::Failed {
                let why = wrap(&escape(&trouble.why), room.saturating_sub(6).max(10));
                let told = why.into_iter().map(|text| format!("      {text}"));
                lines.extend(told.map(|text| Line::styled(text, theme.dim)));
            }
        }
        lines.push(Line::default());
    }
    lines.pop();
    lines
}

/// Failures first, each with its own reason; then what was skipped, by reason; then how much was not begun.
fn groups<'a>(task: &'a Task, theme: &Theme) -> Vec<(Style, String, Vec<&'a Trouble>)> {
    let mut failed = Vec::new();
    let mut skipped: BTreeMap<&str, Vec<&Trouble>> = BTreeMap::new();
    for trouble in &task.troubles {
        match trouble.miss {
            Miss::Failed => failed.push(trouble),
            Miss::Skipped => skipped.entry(&trouble.why).or_default().push(trouble),
        }
    }
    let heading = |word: &str, group: &[&Trouble]| format!("{} {word}", count(group.len() as u64));
    let mut groups = vec![(theme.bad, heading("failed", &failed), failed)];
    for (why, group) in skipped {
        let why = format!("skipped, {}", escape(why));
        groups.push((theme.warn, heading(&why, &group), group));
    }
    groups.retain(|(_, _, group)| !group.is_empty());
    let unnamed = (task.sums.failed + task.sums.skipped).saturating_sub(task.troubles.len() as u64);
    if unnamed > 0 {
        let text = format!(
            "{} more, each with its reason in its details",
            count(unnamed)
        );
        groups.push((theme.warn, text, Vec::new()));
    }
    if task.sums.left > 0 {
        let end = match task.left_over() {
            0 => "",
            _ => "; p goes on with them",
        };
        let text = format!(
            "{} not begun, cancelled before their turn{end}",
            count(task.sums.left)
        );
        groups.push((theme.warn, text, Vec::new()));
    }
    groups
}
