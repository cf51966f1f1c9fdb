//! How to stop an upload, how fast it may go, and leaving while something runs.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::ask::ask;
use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::dialog::{Confirm, QuitDialog, QuitStep, RateDialog, StopDialog};
use crate::app::tasks::{Task, TaskKind};
use crate::app::transfer::Transfer;
use crate::model::human::{self, count, escape};
use crate::ui::footer::input;
use crate::ui::paint::{put, row};
use crate::ui::text::{cut_middle, wrap};
use crate::ui::theme::Theme;

/// Tasks that are named at most.
const NAMED: usize = 5;

/// Cells of a key in front of what it does.
const KEY: usize = 7;

type Paragraph = (String, Style);

pub fn stop(app: &App, dialog: &StopDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let task = app.tasks.list.iter().find(|task| task.job == dialog.job);
    let transfer = task.and_then(|task| task.transfer.as_deref());
    let Some(transfer) = transfer.filter(|_| task.is_some_and(Task::is_running)) else {
        let text = "The upload has ended meanwhile.".to_owned();
        let titles = Titles {
            name: "Stop the upload?",
            keys: "esc close",
            ..Titles::default()
        };
        ask(frame, theme, &[(text, theme.good)], &titles);
        return;
    };
    let stored = transfer.now.as_ref().map_or(0, |now| now.stored);
    let stored = human::size(stored);
    let mut paragraphs = vec![
        (
            escape(&transfer.shown_destination()).into_owned(),
            theme.title,
        ),
        (String::new(), theme.text),
    ];
    if let Some(confirm) = &dialog.abort {
        let queued = transfer.now.as_ref().is_some_and(|now| now.files > 1);
        let what = if queued {
            "What was begun is aborted and its parts are deleted; files that are stored stay."
                .to_owned()
        } else {
            format!("The upload is aborted and the {stored} that are stored of it are deleted.")
        };
        let text = format!("{what} This cannot be undone; the source stays as it is.");
        paragraphs.push((text, theme.danger));
        let names = ("Abort the upload", "abort");
        typed(names, &paragraphs, confirm, theme, frame);
        return;
    }
    let room = usize::from(text_width(frame.area(), super::ask::WIDTH));
    paragraphs.extend(choices(transfer, &stored, room, theme));
    let titles = Titles {
        name: "Stop the upload?",
        keys: "enter keep for later  a abort  esc go on",
        ..Titles::default()
    };
    ask(frame, theme, &paragraphs, &titles);
}

/// The keys, and what each does.
fn choices(transfer: &Transfer, stored: &str, room: usize, theme: &Theme) -> Vec<Paragraph> {
    let resume = transfer.journal().map_or_else(String::new, |id| {
        format!(
            " `mopup resume {}` goes on with it, as does r here.",
            escape(id)
        )
    });
    let queued = transfer.now.as_ref().is_some_and(|now| now.files > 1);
    let (keep, abort) = if queued {
        let keep = "Keep what was begun for later: its parts stay, and cost until it is gone on with or aborted. \
                    Files that were not begun are left out.";
        let abort = "Abort what was begun: its parts are deleted. Files that are stored stay.";
        (keep.to_owned(), abort)
    } else {
        let keep = format!(
            "Keep it for later: the {stored} that are stored stay, and cost until it is gone on with or \
             aborted.{resume}"
        );
        (keep, "Abort it: its parts are deleted.")
    };
    let choices = [
        ("enter", keep.as_str()),
        ("a", abort),
        ("esc", "Go on sending."),
    ];
    let mut lines = Vec::new();
    for (key, text) in choices {
        for (index, line) in wrap(text, room.saturating_sub(KEY).max(8))
            .iter()
            .enumerate()
        {
            let key = if index == 0 { key } else { "" };
            lines.push((format!("{key:<KEY$}{line}"), theme.text));
        }
    }
    lines
}

pub fn rate(dialog: &RateDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let mut paragraphs = vec![(
        "Bytes a second at most, such as 10MiB/s; nothing for no limit.".to_owned(),
        theme.dim,
    )];
    if let Some(error) = &dialog.error {
        paragraphs.push((escape(error).into_owned(), theme.bad));
    }
    let titles = Titles {
        name: "Limit the rate",
        keys: "enter set  esc leave as it is",
        ..Titles::default()
    };
    let line = with_line(&paragraphs, &titles, theme, frame);
    let rest = put(frame.buffer_mut(), line, "limit: ", theme.text);
    input(&dialog.input, None, theme, rest, frame);
}

/// A question that wants a word typed: its name, and what enter does then.
pub fn typed(
    (name, verb): (&str, &str),
    paragraphs: &[Paragraph],
    confirm: &Confirm,
    look: &Theme,
    frame: &mut Frame<'_>,
) {
    let keys = format!("enter {verb}  esc back");
    let titles = Titles {
        name,
        keys: &keys,
        place: "",
        danger: true,
    };
    let line = with_line(paragraphs, &titles, look, frame);
    let rest = put(frame.buffer_mut(), line, "type ", look.text);
    let wanted = format!("'{}'", confirm.wanted);
    let rest = put(frame.buffer_mut(), rest, &wanted, look.key);
    let style = if confirm.refused { look.bad } else { look.text };
    let rest = put(frame.buffer_mut(), rest, " and enter: ", style);
    input(&confirm.input, None, look, rest, frame);
}

/// A box of paragraphs over one line to type in, which always fits; gives the line.
pub fn with_line(
    paragraphs: &[Paragraph],
    titles: &Titles<'_>,
    theme: &Theme,
    frame: &mut Frame<'_>,
) -> Rect {
    let screen = frame.area();
    let width = text_width(screen, 66);
    let lines: Vec<Paragraph> = paragraphs
        .iter()
        .flat_map(|(text, style)| {
            let lines = wrap(text, usize::from(width)).into_iter();
            lines.map(|line| (line, *style))
        })
        .collect();
    let inside = open(
        frame,
        theme,
        width,
        text_height(screen, lines.len() + 2),
        titles,
    );
    let last = usize::from(inside.height.saturating_sub(1));
    for (index, (line, style)) in lines.iter().take(last).enumerate() {
        put(frame.buffer_mut(), row(inside, index), line, *style);
    }
    row(inside, last)
}

pub fn quit(app: &App, dialog: &QuitDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let now = app.tasks.at_stake().count();
    let uploads = app.tasks.uploads().count();
    let room = usize::from(text_width(frame.area(), super::ask::WIDTH));
    let mut paragraphs = running(app, (dialog.running, now), room, theme);
    let rest = (String::new(), theme.text);
    match &dialog.step {
        QuitStep::Abort(confirm) => {
            let text = "The uploads are aborted and what is stored of them is deleted, then mopup quits. This \
                        cannot be undone; the sources stay as they are.";
            paragraphs.extend([rest, (text.to_owned(), theme.danger)]);
            let names = ("Abort the uploads and quit", "abort and quit");
            typed(names, &paragraphs, confirm, theme, frame);
            return;
        }
        QuitStep::Leaving => {
            let text = "Aborting the uploads, then mopup quits. What is not aborted by then stays.";
            paragraphs.extend([rest, (text.to_owned(), theme.warn)]);
        }
        QuitStep::Asked if uploads > 0 => {
            let text = "Uploads are kept for later: what is stored of them stays and costs until they are gone on \
                        with or aborted. `mopup resume` goes on with them, and mopup offers them at its next start.";
            paragraphs.extend([rest, (text.to_owned(), theme.text)]);
            if now > uploads {
                let text = "Of other tasks, what is not done yet stays as it is.";
                paragraphs.push((text.to_owned(), theme.dim));
            }
        }
        QuitStep::Asked => {
            let text = "What is not done yet stays as it is; what was aborted is in the audit log.";
            paragraphs.extend([rest, (text.to_owned(), theme.dim)]);
        }
    }
    let keys = match (&dialog.step, uploads) {
        (QuitStep::Leaving, _) => "q quit now  esc stay",
        (_, 0) => "y or enter: quit  esc: stay",
        _ => "enter or q: keep and quit  a: abort and quit  esc: stay",
    };
    let titles = Titles {
        name: "Quit?",
        keys,
        ..Titles::default()
    };
    ask(frame, theme, &paragraphs, &titles);
}

/// What still runs, named.
fn running(app: &App, (asked, now): (usize, usize), room: usize, theme: &Theme) -> Vec<Paragraph> {
    if now == 0 {
        return vec![("They have ended meanwhile.".to_owned(), theme.good)];
    }
    let word = if asked == 1 {
        "task still runs"
    } else {
        "tasks still run"
    };
    let mut paragraphs = vec![(format!("{asked} {word}:"), theme.warn)];
    for task in app.tasks.at_stake().take(NAMED) {
        let text = match &task.transfer {
            Some(transfer) => sending(task, transfer, room.saturating_sub(2)),
            None => working(task),
        };
        paragraphs.push((format!("  {text}"), theme.text));
    }
    if now > NAMED {
        let more = count((now - NAMED) as u64);
        paragraphs.push((format!("  and {more} more"), theme.dim));
    }
    paragraphs
}

fn sending(task: &Task, transfer: &Transfer, room: usize) -> String {
    let verb = match task.kind {
        TaskKind::Discard => "giving up",
        TaskKind::Complete => "completing",
        TaskKind::Compare => "comparing",
        _ => "sending to",
    };
    let now = transfer.now.as_deref();
    let far = now.map_or_else(String::new, |now| {
        let stored = human::size(now.stored);
        let total = now.total.map(human::size);
        let of = total.map_or_else(String::new, |total| format!(" of {total}"));
        format!(": {stored}{of} stored")
    });
    let to = transfer.shown_destination();
    let room = room.saturating_sub(verb.len() + 1 + far.len()).max(8);
    format!("{verb} {}{far}", cut_middle(&escape(&to), room))
}

fn working(task: &Task) -> String {
    let total = task.progress.total;
    let of = total.map_or_else(String::new, |total| format!(" of {}", count(total)));
    let verb = match task.kind {
        TaskKind::Abort => "aborting in",
        TaskKind::Size => "sizing",
        _ => "sending to",
    };
    let done = count(task.progress.done);
    format!("{verb} {}: {done}{of}", escape(&task.bucket))
}
