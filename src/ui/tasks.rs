//! The pane of tasks: what runs, how far it is, and how it ended.

pub mod transfer;
mod watch;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::paint::{Frame, Piece, fit, fit_sides, pane, put, put_line, row, say, skip, title};
use super::theme::Theme;
use super::widget::bar::bar;
use crate::app::App;
use crate::app::layout::Pane;
use crate::app::tasks::{Task, TaskKind};
use crate::model::human::{self, count, escape};
use crate::model::pace;
use crate::protocol::Outcome;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height == 1 {
        summary(app, theme, area, buffer);
        return;
    }
    let focused = app.focus == Pane::Tasks;
    let running = app.tasks.running().count();
    let text = if running > 0 {
        format!(" {running} running ")
    } else {
        String::new()
    };
    let right = vec![Piece::new(text, theme.dim, 1)];
    let inner = pane(
        buffer,
        area,
        Frame {
            theme,
            focused,
            left: vec![title("Tasks", theme, focused)],
            right,
        },
    );
    if app.tasks.list.is_empty() {
        say(
            buffer,
            inner,
            &[(
                "Nothing was started yet: uploads, aborts and whole-bucket sizings run here."
                    .to_owned(),
                theme.dim,
            )],
        );
        return;
    }
    let cursor = &app.tasks.cursor;
    let top = cursor.top();
    for (index, task) in app
        .tasks
        .list
        .iter()
        .enumerate()
        .skip(top)
        .take(usize::from(inner.height))
    {
        let at = row(inner, index - top);
        if focused && index == cursor.index() {
            buffer.set_style(at, theme.selected);
        }
        let at = Rect {
            width: at.width.saturating_sub(1),
            ..at
        };
        line(app, task, theme, skip(at, 1), buffer);
    }
}

/// Uploads that run and are not among the rows in sight, summed up.
pub fn out_of_sight(app: &App, theme: &Theme) -> Option<Piece> {
    let height = usize::from(app.layout().tasks.map_or(0, |area| area.height));
    let (from, rows) = match height {
        0 | 1 => (0, height),
        _ => (app.tasks.cursor.top(), height - 2),
    };
    let shown: Vec<_> = if height == 1 {
        app.tasks.running().take(1).map(|task| task.job).collect()
    } else {
        let rows = app.tasks.list.iter().skip(from).take(rows);
        rows.map(|task| task.job).collect()
    };
    let hidden = app.tasks.uploads().any(|task| !shown.contains(&task.job));
    hidden
        .then(|| transfer::summary(app.tasks.uploads(), theme))
        .flatten()
}

/// The newest task that runs, else the newest, in one row without a border.
fn summary(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(task) = app
        .tasks
        .running()
        .next()
        .or_else(|| app.tasks.list.first())
    else {
        return;
    };
    buffer.set_style(area, theme.strip);
    let area = Rect {
        width: area.width.saturating_sub(1),
        ..area
    };
    line(app, task, theme, skip(area, 1), buffer);
}

fn line(app: &App, task: &Task, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if let Some(of) = &task.transfer {
        transfer::line(task, of, theme, area, buffer);
        return;
    }
    if task.kind == TaskKind::Watch {
        watch::line(app, task, theme, area, buffer);
        return;
    }
    let word = match task.kind {
        TaskKind::Abort => "abort",
        TaskKind::Size => "size",
        _ => "upload",
    };
    let bucket = escape(&task.bucket).into_owned();
    let mut left = vec![
        Piece::new(format!("{word} "), theme.accent, 0),
        Piece::new(format!("{bucket}  "), theme.text, 5),
    ];
    left.extend(verdict(task, theme));
    left.extend(figures(task, theme));
    let bar_width = match area.width {
        ..60 => 0,
        60..100 => 12,
        _ => 24,
    };
    let show_bar = task.is_running() && bar_width > 0;
    let right = if task.is_running() {
        pace(app, task, theme)
    } else {
        Vec::new()
    };
    let room = area
        .width
        .saturating_sub(if show_bar { bar_width + 2 } else { 0 });
    let (left, right) = fit_sides(left, right, room);
    let mut rest = area;
    if show_bar {
        let at = Rect {
            width: bar_width,
            ..rest
        };
        put(
            buffer,
            at,
            &"·".repeat(usize::from(bar_width)),
            theme.bar_empty,
        );
        let filled = bar(share(task), usize::from(bar_width), ' ');
        put(buffer, at, filled.trim_end(), theme.bar);
        rest = skip(rest, bar_width + 2);
    }
    put_line(buffer, rest, &Line::from(left));
    let taken = right.iter().map(ratatui::text::Span::width).sum::<usize>();
    let taken = u16::try_from(taken).unwrap_or(u16::MAX).min(rest.width);
    put_line(buffer, skip(rest, rest.width - taken), &Line::from(right));
}

/// How a task ended, or nothing while it runs.
fn verdict(task: &Task, theme: &Theme) -> Option<Piece> {
    let (text, style): (String, Style) = match task.ended.as_ref().map(|(_, outcome)| outcome) {
        None if task.cancelling => ("cancelling… ".to_owned(), theme.warn),
        None => return None,
        Some(Outcome::Done) if task.sums.failed > 0 || task.progress.failed > 0 => {
            ("done, with failures ".to_owned(), theme.warn)
        }
        Some(Outcome::Done) => ("done ✓ ".to_owned(), theme.good),
        Some(Outcome::Cancelled { .. }) => ("cancelled ".to_owned(), theme.warn),
        Some(Outcome::Failed(fault)) => (format!("failed: {} ", escape(&fault.message)), theme.bad),
    };
    Some(Piece::new(text, style, 1))
}

/// What was aborted but not looked at again, or not yet.
fn unverified(task: &Task) -> Option<String> {
    let (number, word) = if task.is_running() {
        (task.progress.unverified, "to look at again")
    } else {
        (task.sums.unverified, "not looked at again")
    };
    (number > 0).then(|| format!("{} {word}", count(number)))
}

fn figures(task: &Task, theme: &Theme) -> Vec<Piece> {
    let progress = &task.progress;
    let done = count(progress.done);
    let of = progress
        .total
        .map_or_else(|| done.clone(), |total| format!("{done}/{}", count(total)));
    let mut pieces = vec![Piece::new(of, theme.text, 0)];
    let mut push = |text: String, style: Style, rank: u8| {
        pieces.push(Piece::new(format!(" · {text}"), style, rank));
    };
    let (skipped, failed) = match task.kind {
        TaskKind::Abort => {
            let sums = &task.sums;
            let sign = if sums.unknown > 0 { "≥ " } else { "" };
            if sums.aborted > 0 {
                push(
                    format!("{sign}{} freed", human::size(sums.freed)),
                    theme.good,
                    3,
                );
            }
            if sums.already_gone > 0 {
                push(
                    format!("{} already gone", count(sums.already_gone)),
                    theme.dim,
                    6,
                );
            }
            if let Some(text) = unverified(task) {
                push(text, theme.dim, 7);
            }
            (sums.skipped, sums.failed)
        }
        TaskKind::Size => {
            push(
                format!("{} found", human::size(progress.bytes)),
                theme.text,
                3,
            );
            (progress.skipped, progress.failed)
        }
        _ => (progress.skipped, progress.failed),
    };
    if skipped > 0 {
        push(format!("{} skipped", count(skipped)), theme.warn, 4);
    }
    let left = match &task.ended {
        Some((_, Outcome::Cancelled { left, .. })) => *left,
        _ => 0,
    };
    if left > 0 {
        push(format!("{} not begun", count(left)), theme.warn, 5);
    }
    if failed > 0 {
        push(format!("{} failed", count(failed)), theme.bad, 2);
    }
    if task.left_over() > 0 {
        push("p goes on".to_owned(), theme.key, 4);
    }
    pieces
}

fn pace(app: &App, task: &Task, theme: &Theme) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let progress = &task.progress;
    let prices = &app.settings.prices;
    if let Some(price) = prices.spent_text(progress.requests, progress.expected_requests()) {
        pieces.push(Piece::new(format!("  {price}"), theme.dim, 10));
    }
    if task.progress.throttled {
        pieces.push(
            Piece::new("  slowed down by the service", theme.warn, 9).or_at(4, "  throttled"),
        );
    }
    let Some(rate) = task.rate(app.now) else {
        return pieces;
    };
    let rate = pace::per_second(rate);
    pieces.push(Piece::new(format!("  {rate}"), theme.dim, 8));
    if let Some(left) = task.time_left(app.now) {
        pieces.push(Piece::new(
            format!("  {} left ", human::age(left)),
            theme.text,
            7,
        ));
    }
    pieces
}

fn share(task: &Task) -> f64 {
    let total = task.progress.total.unwrap_or(0).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a share for a bar")]
    let share = task.progress.done as f64 / total as f64;
    share
}

/// One line about a task, for the title of its report.
pub fn headline(task: &Task, theme: &Theme, room: u16) -> Line<'static> {
    if let Some(of) = &task.transfer {
        return Line::from(fit(transfer::figures(task, of, theme), room));
    }
    let pieces: Vec<Piece> = verdict(task, theme)
        .into_iter()
        .chain(figures(task, theme))
        .collect();
    Line::from(fit(pieces, room))
}
