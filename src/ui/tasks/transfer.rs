//! An upload in one row: what goes where, how far it is, how fast, what is in its way, and how it ended.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::adopting::compared_text;
use crate::app::messages::Severity;
use crate::app::tasks::{Task, TaskKind};
use crate::app::transfer::{Transfer, placed_text};
use crate::model::human::{self, count, escape};
use crate::model::send::{Phase, Sending, Verdict};
use crate::protocol::{Outcome, SentOutcome};
use crate::ui::paint::{Piece, cells, fit, put, put_line, skip};
use crate::ui::text::{cut_middle, width};
use crate::ui::theme::Theme;
use crate::ui::widget::bar::bar;

/// From this width on there is room for a bar.
const WITH_BAR: u16 = 56;

pub fn line(task: &Task, transfer: &Transfer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    // Where it is narrow, how far it is matters more than the whole name.
    let share = if area.width < 100 { 3 } else { 5 };
    let room = (area.width * (share - 1) / (share * 2)).clamp(12, 64);
    let sign = match task.kind {
        TaskKind::Discard => "✗ ",
        TaskKind::Complete => "✓ ",
        TaskKind::Compare => "= ",
        _ => "↑ ",
    };
    let rest = put(buffer, area, sign, theme.accent);
    let pieces = figures(task, transfer, theme);
    let room = room.saturating_sub(2).min(rest.width);
    let most = if task.is_running() {
        room
    } else {
        // What has ended stands still: a long name takes what the verdict leaves.
        let told = pieces.iter().map(|piece| cells(piece.full()));
        let told = told.fold(0, u16::saturating_add);
        room.max(rest.width.saturating_sub(told.saturating_add(2)))
    };
    let name = name(transfer, usize::from(most));
    put(buffer, rest, &name, theme.text);
    let room = room.max(cells(&name));
    let mut rest = skip(rest, room.saturating_add(2));
    if let Some(share) = transfer
        .share()
        .filter(|_| task.is_running() && area.width >= WITH_BAR)
    {
        let width = (area.width / 9).clamp(6, 24);
        let at = Rect { width, ..rest };
        put(buffer, at, &"·".repeat(usize::from(width)), theme.bar_empty);
        let filled = bar(share, usize::from(width), ' ');
        put(buffer, at, filled.trim_end(), theme.bar);
        rest = skip(rest, width.saturating_add(2));
    }
    put_line(buffer, rest, &Line::from(fit(pieces, rest.width)));
}

/// What goes where, as long as there is room for both.
fn name(transfer: &Transfer, room: usize) -> String {
    let source = escape(&transfer.source);
    let file = source.rsplit('/').next().unwrap_or(&source);
    let to = transfer.shown_destination();
    let to = escape(&to);
    let both = format!("{file} → {to}");
    if width(&both) <= room {
        return both;
    }
    // The end of the destination says the same as the file's name.
    let to_room = room.saturating_sub(width(file) + 3);
    if to_room >= 16 {
        return format!("{file} → {}", cut_middle(&to, to_room));
    }
    cut_middle(&to, room).into_owned()
}

/// How far it is or how it ended; the most important first.
pub fn figures(task: &Task, transfer: &Transfer, theme: &Theme) -> Vec<Piece> {
    let pieces = match &task.ended {
        Some((_, outcome)) => ended(task, transfer, outcome, theme),
        None => running(task, transfer, theme),
    };
    pieces
        .into_iter()
        .map(|piece| piece.followed_by("  "))
        .collect()
}

fn running(task: &Task, transfer: &Transfer, theme: &Theme) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = state(task, transfer, theme).into_iter().collect();
    let Some(now) = transfer.now.as_deref() else {
        return pieces;
    };
    let known = now.stored + now.in_flight > 0 || now.phase == Phase::Sending;
    match percent(transfer, now) {
        Some(percent) if known => pieces.insert(0, Piece::new(percent, theme.text, 0)),
        None if known => {
            let sent = format!("{} sent", human::size(now.stored));
            pieces.insert(0, Piece::new(sent, theme.text, 0));
        }
        _ => {}
    }
    if now.files > 1 {
        let files = format!("{}/{} files", count(now.files_done), count(now.files));
        pieces.push(Piece::new(files, theme.text, 3));
    }
    let sends = now.phase == Phase::Sending && !task.cancelling;
    if sends {
        let rate = format!("{}/s", human::size(now.rate));
        pieces.push(Piece::new(rate, theme.text, 4));
    }
    if let Some(left) = now.left.filter(|_| sends && !transfer.wants_pause) {
        let left = format!("{} left", human::age(left));
        pieces.push(Piece::new(left, theme.text, 5));
    }
    if now.late {
        pieces.push(Piece::new("late!", theme.bad, 2));
    }
    if let Some(trouble) = now
        .trouble
        .as_deref()
        .filter(|_| now.phase != Phase::Waiting)
    {
        pieces.push(Piece::new(escape(trouble), theme.warn, 6));
    }
    if now.retries > 0 {
        let word = if now.retries == 1 { "retry" } else { "retries" };
        let retries = format!("{} {word}", count(now.retries));
        pieces.push(Piece::new(retries, theme.warn, 7));
    }
    if now.reused > 0 {
        let reused = format!("{} were there", human::size(now.reused));
        pieces.push(Piece::new(reused, theme.dim, 8));
    }
    if let Some(limit) = now.limit {
        let limit = format!("limit {}/s", human::size(limit));
        pieces.push(Piece::new(limit, theme.dim, 9));
    }
    pieces
}

/// What it does in words, unless it simply sends.
pub fn state(task: &Task, transfer: &Transfer, theme: &Theme) -> Option<Piece> {
    let phase = transfer.phase();
    let word = |text: &str| Piece::new(text, theme.accent, 1);
    let flies = transfer.now.as_ref().is_some_and(|now| now.in_flight > 0);
    Some(match phase {
        _ if task.cancelling => Piece::new("stopping…", theme.warn, 1),
        _ if task.kind == TaskKind::Discard => word("giving up…"),
        Phase::Paused if !transfer.wants_pause => word("going on…"),
        // What is in flight is still being sent, and may take long.
        Phase::Paused if !flies => Piece::new("paused", theme.warn, 1),
        Phase::Paused => Piece::new("pausing…", theme.warn, 1),
        Phase::Sending | Phase::Preparing if transfer.wants_pause => {
            Piece::new("pausing…", theme.warn, 1)
        }
        Phase::Waiting => {
            let trouble = transfer.now.as_ref().and_then(|now| now.trouble.as_deref());
            let text = trouble.map_or_else(
                || "waiting".to_owned(),
                |trouble| format!("waiting: {}", escape(trouble)),
            );
            Piece::new(text, theme.warn, 1).or("waiting")
        }
        Phase::Preparing => word("preparing…"),
        Phase::Comparing => word("comparing…"),
        Phase::Completing => word("completing…"),
        Phase::Verifying => word("verifying…"),
        Phase::Sending => return None,
    })
}

/// `63 %`; all of it only when all is stored. `None` for a stream.
pub fn percent(transfer: &Transfer, now: &Sending) -> Option<String> {
    let share = transfer.share()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 100"
    )]
    let percent = (share * 100.0).floor() as u32;
    let whole = now.total.is_some_and(|total| now.stored >= total);
    Some(format!("{} %", if whole { 100 } else { percent.min(99) }))
}

fn ended(task: &Task, transfer: &Transfer, outcome: &Outcome, theme: &Theme) -> Vec<Piece> {
    let told = |text: String, style| vec![Piece::new(text, style, 0)];
    let Some(sent) = transfer.only() else {
        let (severity, text) = task.verdict(outcome);
        let style = severity_style(severity, theme);
        let text = match outcome {
            Outcome::Failed(fault) => format!("failed: {}", escape(&fault.message)),
            Outcome::Done if transfer.compared.is_some() => {
                transfer.compared.as_ref().map_or(text, compared_text)
            }
            Outcome::Done if !transfer.placed.is_empty() => placed_text(&transfer.placed),
            _ if transfer.sums.is_empty() => escape(&text).into_owned(),
            _ => transfer.sums.text(),
        };
        return told(text, style);
    };
    let done = match task.kind {
        TaskKind::Complete => "completed",
        _ => "stored",
    };
    match &sent.outcome {
        SentOutcome::Stored(object) => {
            let mut pieces = match &object.verdict {
                Verdict::Verified(_) => told(format!("{done} and verified ✓"), theme.good),
                Verdict::Unverified(why) => {
                    told(format!("{done}, not verified: {}", escape(why)), theme.warn)
                }
            };
            pieces.push(Piece::new(human::size(object.size), theme.text, 3));
            if let Some(now) = transfer.now.as_ref().filter(|now| now.average > 0) {
                let average = format!("{}/s on average", human::size(now.average));
                pieces.push(Piece::new(average, theme.dim, 5));
            }
            pieces
        }
        SentOutcome::Existed => told("was there before ✓".to_owned(), theme.good),
        SentOutcome::Kept { stored } => {
            let stored = human::size(*stored);
            told(format!("kept for later, {stored} stored"), theme.warn)
        }
        SentOutcome::NotBegun => told("not begun".to_owned(), theme.warn),
        SentOutcome::Aborted { freed } => {
            let freed = human::size(*freed);
            told(format!("aborted, {freed} freed"), theme.warn)
        }
        SentOutcome::Failed { fault, kept } => {
            let word = if *kept { "failed, kept" } else { "failed" };
            told(format!("{word}: {}", escape(&fault.message)), theme.bad)
        }
    }
}

/// How what is told of an end looks.
pub const fn severity_style(severity: Severity, theme: &Theme) -> Style {
    match severity {
        Severity::Info => theme.text,
        Severity::Good => theme.good,
        Severity::Warning => theme.warn,
        Severity::Error => theme.bad,
    }
}

/// Uploads that run where the tasks are not in sight: `↑ 2 uploads 412 MiB/s 63 %`.
pub fn summary<'a>(uploads: impl Iterator<Item = &'a Task>, theme: &Theme) -> Option<Piece> {
    let (mut uploads_run, mut rate, mut done, mut total) = (0_u64, 0_u64, 0_u64, Some(0_u64));
    for transfer in uploads.filter_map(|task| task.transfer.as_ref()) {
        uploads_run += 1;
        let now = transfer.now.as_deref();
        let whole = now.and_then(|now| now.total);
        total = total
            .zip(whole)
            .map(|(sum, total)| sum.saturating_add(total));
        if let Some(now) = now {
            rate = rate.saturating_add(if now.phase == Phase::Sending {
                now.rate
            } else {
                0
            });
            done = done
                .saturating_add(now.stored)
                .saturating_add(now.in_flight);
        }
    }
    if uploads_run == 0 {
        return None;
    }
    let word = if uploads_run == 1 {
        "upload"
    } else {
        "uploads"
    };
    let percent = total
        .filter(|total| *total > 0)
        .map_or_else(String::new, |total| {
            let percent = u128::from(done.min(total)) * 100 / u128::from(total);
            format!(" {percent} %")
        });
    let rate = if rate > 0 {
        format!(" {}/s", human::size(rate))
    } else {
        String::new()
    };
    let piece = Piece::new(
        format!("↑ {uploads_run} {word}{rate}{percent}   "),
        theme.header_strong,
        7,
    );
    Some(piece.or_at(5, format!("↑ {uploads_run}{percent}  ")))
}
