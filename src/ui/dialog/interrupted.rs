//! Our own uploads that did not end: which, how far, since when, and what can be done about each.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::stop::{typed, with_line};
use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::dialog::InterruptedDialog;
use crate::app::dialog::interrupted::Step;
use crate::model::human::{self, escape};
use crate::model::send::{Interrupted, Standing};
use crate::ui::footer::input;
use crate::ui::paint::{Piece, fit, put, put_line, row, skip};
use crate::ui::text::{cut_middle, wrap};
use crate::ui::theme::Theme;
use crate::ui::when;

/// Lines of an entry: what goes where, and how it stands.
const EACH: usize = 2;

pub fn draw(app: &App, dialog: &InterruptedDialog, theme: &Theme, frame: &mut Frame<'_>) {
    match (&dialog.step, dialog.current()) {
        (Step::GiveUp(confirm), Some(entry)) => {
            let text = format!(
                "The upload is aborted and the {} that are stored of it are deleted. This cannot be undone; the \
                 source stays as it is.",
                human::size(entry.stored)
            );
            let paragraphs = [name(entry, theme), blank(theme), (text, theme.danger)];
            let names = ("Give the upload up", "give up");
            typed(names, &paragraphs, confirm, theme, frame);
        }
        (Step::Anew(confirm), Some(entry)) => {
            let text = format!(
                "The old upload is aborted, the {} that are stored of it are deleted, and a new one sends what \
                 the source holds now.",
                human::size(entry.stored)
            );
            let paragraphs = [name(entry, theme), blank(theme), (text, theme.danger)];
            let names = ("Begin the upload anew", "begin anew");
            typed(names, &paragraphs, confirm, theme, frame);
        }
        (Step::Key { input, error, .. }, Some(entry)) => {
            key_source(entry, (input, error.as_deref()), theme, frame);
        }
        _ => list(app, dialog, theme, frame),
    }
}

/// Where the key of SSE-C is: what is typed, and why it was refused.
fn key_source(
    entry: &Interrupted,
    (typed, error): (&crate::app::text::Line, Option<&str>),
    theme: &Theme,
    frame: &mut Frame<'_>,
) {
    let text = "It is encrypted with a key of yours (SSE-C), which no journal holds. Name the file that holds it, \
                or $VARIABLE.";
    let mut paragraphs = vec![
        name(entry, theme),
        blank(theme),
        (text.to_owned(), theme.text),
    ];
    paragraphs.extend(error.map(|error| (escape(error).into_owned(), theme.bad)));
    let titles = Titles {
        name: "Which key?",
        keys: "enter go on  esc back",
        ..Titles::default()
    };
    let at = with_line(&paragraphs, &titles, theme, frame);
    let rest = put(frame.buffer_mut(), at, "key from: ", theme.text);
    input(typed, None, theme, rest, frame);
}

fn name(entry: &Interrupted, theme: &Theme) -> (String, Style) {
    let text = format!("{} → {}/{}", entry.source, entry.bucket, entry.key);
    (escape(&text).into_owned(), theme.title)
}

const fn blank(theme: &Theme) -> (String, Style) {
    (String::new(), theme.text)
}

fn list(app: &App, dialog: &InterruptedDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let width = text_width(screen, 100);
    let note = dialog.note.as_deref().unwrap_or_default();
    // What the last key led to, else what can be said of the entry at length.
    let told = match dialog.current() {
        _ if !note.is_empty() => wrap(&escape(note), usize::from(width)),
        Some(entry) => wrap(&advice(entry), usize::from(width)),
        None => Vec::new(),
    };
    let most = usize::from(screen.height)
        .saturating_sub(told.len() + 3)
        .max(EACH);
    let shown = dialog.entries.len().min(most / EACH).max(1);
    let height = text_height(screen, shown * EACH + 1 + told.len());
    let place = if dialog.entries.len() > shown {
        format!("{} of {}", dialog.cursor + 1, dialog.entries.len())
    } else {
        String::new()
    };
    let keys = keys(app, dialog);
    let titles = Titles {
        name: "Interrupted uploads",
        keys: &keys,
        place: &place,
        danger: false,
    };
    let inside = open(frame, theme, width, height, &titles);
    let top = (dialog.cursor + 1).saturating_sub(shown);
    for (index, entry) in dialog.entries.iter().enumerate().skip(top).take(shown) {
        let at = (index - top) * EACH;
        let lines = (row(inside, at), row(inside, at + 1));
        if index == dialog.cursor {
            frame.buffer_mut().set_style(lines.0, theme.selected);
        }
        draw_entry(app, entry, lines, theme, frame.buffer_mut());
    }
    let style = if note.is_empty() {
        theme.dim
    } else {
        theme.warn
    };
    for (index, text) in told.iter().enumerate() {
        put(
            frame.buffer_mut(),
            row(inside, shown * EACH + 1 + index),
            text,
            style,
        );
    }
}

/// What can be done about the entry under the cursor, and about all.
fn keys(app: &App, dialog: &InterruptedDialog) -> String {
    if app.settings.read_only {
        return "read-only: nothing is changed  esc close".to_owned();
    }
    let own = match dialog
        .current()
        .map(|entry| (&entry.status, entry.is_stream))
    {
        Some((Standing::Resumable, false) | (Standing::Completing, _)) => {
            "enter resume  a give up  "
        }
        Some((Standing::SourceChanged(_), _)) => "n begin anew  a give up  ",
        Some((Standing::Resumable, true) | (Standing::Unreadable(_), _)) => "a give up  ",
        _ => "",
    };
    let all = if dialog.entries.len() > 1 {
        "R resume all  "
    } else {
        ""
    };
    format!("{own}{all}esc later")
}

fn draw_entry(
    app: &App,
    entry: &Interrupted,
    (upper, lower): (Rect, Rect),
    look: &Theme,
    buffer: &mut Buffer,
) {
    let to = format!("{}/{}", entry.bucket, entry.key);
    let (source, to) = (escape(&entry.source), escape(&to));
    let half = usize::from(upper.width / 2);
    let from = cut_middle(&source, half.saturating_sub(3));
    let rest = put(buffer, upper, &format!("{from} → "), look.text);
    put(
        buffer,
        rest,
        &cut_middle(&to, usize::from(rest.width)),
        look.text,
    );
    let (word, style) = standing(entry, look);
    let deadline = match entry.deadline {
        Some(at) if at <= app.now => Some(Piece::new("  deadline passed", look.bad, 2)),
        Some(at) => {
            let text = format!("  deadline {}", when::until(Some(at), app.now));
            Some(Piece::new(text, look.dim, 5))
        }
        None => None,
    };
    let stored = Piece::new(format!("  {}", stored(entry)), look.text, 1);
    let begun = format!("  begun {}", when::ago(Some(entry.begun), app.now));
    let mut pieces = vec![
        Piece::new(word, style, 0),
        stored,
        Piece::new(begun, look.dim, 4),
    ];
    pieces.extend(deadline);
    let lower = skip(lower, 2);
    put_line(buffer, lower, &Line::from(fit(pieces, lower.width)));
}

/// `132 GiB of 210 GiB (63 %)`.
fn stored(entry: &Interrupted) -> String {
    let stored = human::size(entry.stored);
    match entry.layout.total {
        Some(total) if total > 0 => {
            let percent = u128::from(entry.stored.min(total)) * 100 / u128::from(total);
            format!("{stored} of {} ({percent} %)", human::size(total))
        }
        Some(_) => stored,
        None => format!("{stored} of a stream"),
    }
}

const fn standing(entry: &Interrupted, look: &Theme) -> (&'static str, Style) {
    match &entry.status {
        Standing::Resumable if entry.is_stream => ("needs its input again", look.warn),
        Standing::Resumable if entry.needs_customer_key => ("resumable, needs its key", look.good),
        Standing::Resumable => ("resumable", look.good),
        Standing::Completing => ("stored, to be completed", look.good),
        Standing::Busy => ("busy in another process", look.warn),
        Standing::Elsewhere => ("sent to another endpoint", look.warn),
        Standing::SourceChanged(_) => ("source changed", look.bad),
        Standing::Unreadable(_) => ("unreadable", look.bad),
        Standing::Done | Standing::Aborted => ("ended", look.dim),
    }
}

/// What can be said of the entry under the cursor at length.
fn advice(entry: &Interrupted) -> String {
    let text = crate::app::why_not_resumed(entry);
    text.map_or_else(
        || "What is stored costs until it is gone on with or given up.".to_owned(),
        |text| escape(&text).into_owned(),
    )
}
