//! The question before an upload is completed: the verdict, what would come of it, and what to type.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::stop::{typed, with_line};
use super::{Scroll, Titles, scrolled};
use crate::app::App;
use crate::app::dialog::complete::Asked;
use crate::app::dialog::{CompleteDialog, CompleteStep};
use crate::model::completion::{Completion, Existing, Ruling};
use crate::model::human::{self, count, escape};
use crate::model::orphan::{Choice, Judged};
use crate::ui::footer::input;
use crate::ui::paint::put;
use crate::ui::text::{fold, wrap};
use crate::ui::theme::Theme;
use crate::ui::when;

/// Cells of the labels in front of the facts.
const LABEL: usize = 11;
/// Text is not spread wider than this.
const WIDEST: u16 = 96;

pub fn draw(app: &App, dialog: &CompleteDialog, theme: &Theme, frame: &mut Frame<'_>) {
    match &dialog.step {
        CompleteStep::Review => review(app, dialog, theme, frame),
        CompleteStep::Confirm(confirm) => {
            let paragraphs = confirmation(dialog, theme);
            let names = ("Complete the upload", "complete");
            typed(names, &paragraphs, confirm, theme, frame);
        }
        CompleteStep::Keep(asked) => {
            let last = dialog.last.map_or_else(String::new, |last| {
                format!(" It holds parts up to {}.", count(u64::from(last)))
            });
            let text = format!(
                "The object is made of part 1 to this number, what is behind is dropped; nothing for all of them.{last}"
            );
            line(
                ("Which parts?", "keep up to: "),
                &text,
                asked,
                (theme, frame),
            );
        }
        CompleteStep::Key(asked) => {
            let text = "It is encrypted with a key of yours (SSE-C). Name the file that holds it, or $VARIABLE.";
            line(("Which key?", "key from: "), text, asked, (theme, frame));
        }
    }
}

/// A line that is asked for.
pub fn line(
    (name, label): (&str, &str),
    text: &str,
    asked: &Asked,
    (theme, frame): (&Theme, &mut Frame<'_>),
) {
    let mut paragraphs = vec![(text.to_owned(), theme.text)];
    let error = asked.error.as_deref();
    paragraphs.extend(error.map(|error| (escape(error).into_owned(), theme.bad)));
    let titles = Titles {
        name,
        keys: "enter take it  esc back",
        ..Titles::default()
    };
    let at = with_line(&paragraphs, &titles, theme, frame);
    let rest = put(frame.buffer_mut(), at, label, theme.text);
    input(&asked.input, None, theme, rest, frame);
}

fn confirmation(dialog: &CompleteDialog, theme: &Theme) -> Vec<(String, Style)> {
    let name = format!("s3://{}/{}", dialog.target.bucket, dialog.target.key);
    let mut paragraphs = vec![(escape(&name).into_owned(), theme.title)];
    let Some(judged) = &dialog.judged else {
        return paragraphs;
    };
    let completion = &judged.completion;
    let made = format!(
        "It becomes an object of {} in {} parts, and the upload is gone.",
        human::size(completion.size),
        count(u64::from(completion.parts))
    );
    paragraphs.push((made, theme.text));
    if dialog.may_be_alive() {
        let text = "It may be in use: whoever sends it still is cut off, and the object lacks what was to come.";
        paragraphs.push((text.to_owned(), theme.danger));
    }
    if let (Some(existing), true) = (&judged.existing, dialog.replaces()) {
        let style = if existing.is_versioned {
            theme.warn
        } else {
            theme.danger
        };
        let size = human::size(existing.size);
        let text = if existing.is_versioned {
            format!("The object of {size} that is there becomes an older version.")
        } else {
            format!("The object of {size} that is there is replaced. This cannot be undone.")
        };
        paragraphs.push((text, style));
    }
    paragraphs
}

fn review(app: &App, dialog: &CompleteDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let room = usize::from(frame.area().width.saturating_sub(6).min(WIDEST));
    let page = Page { app, theme, room };
    let lines = page.lines(dialog);
    let keys = match (&dialog.judged, dialog.obstacle()) {
        (_, None) => "enter complete…  n keep 1–n  i overwrite  s SSE-C  r again  ",
        (Some(_), _) => "n keep 1–n  i overwrite  s SSE-C  r again  ",
        (None, _) => "s SSE-C key  r again  ",
    };
    let scroll = Scroll {
        at: dialog.scroll,
        reach: &app.reach,
        keys,
    };
    scrolled(frame, theme, &lines, &scroll, "Complete the upload?");
}

struct Page<'a> {
    app: &'a App,
    theme: &'a Theme,
    room: usize,
}

impl Page<'_> {
    fn lines(&self, dialog: &CompleteDialog) -> Vec<Line<'static>> {
        let theme = self.theme;
        let name = format!("s3://{}/{}", dialog.target.bucket, dialog.target.key);
        let mut lines: Vec<Line<'static>> = fold(&escape(&name), self.room)
            .into_iter()
            .map(|text| Line::styled(text, theme.title))
            .collect();
        lines.push(Line::default());
        if let Some(fault) = &dialog.fault {
            lines.extend(self.wrapped(&escape(&fault.to_string()), "", theme.bad));
        }
        match &dialog.judged {
            Some(judged) => self.verdict(dialog, judged, &mut lines),
            None if dialog.judging.is_some() => {
                let text = "Looking at its parts, at the key and at other uploads of it…";
                lines.push(Line::styled(text, theme.accent));
            }
            None => {}
        }
        for fault in &dialog.warnings {
            lines.extend(self.wrapped(&escape(&fault.to_string()), "! ", theme.warn));
        }
        if let Some(note) = &dialog.note {
            lines.push(Line::default());
            lines.extend(self.wrapped(&escape(note), "", theme.warn));
        }
        lines
    }

    fn verdict(&self, dialog: &CompleteDialog, judged: &Judged, lines: &mut Vec<Line<'static>>) {
        let theme = self.theme;
        let completion = &judged.completion;
        let (style, tail) = match completion.ruling {
            Ruling::Can => (theme.good, "."),
            Ruling::But => (theme.warn, ":"),
            Ruling::Cannot => (theme.bad, ":"),
        };
        let again = if dialog.judging.is_some() {
            "  (looking again…)"
        } else {
            ""
        };
        let words = format!("It {}{tail}{again}", completion.ruling.words());
        lines.push(Line::styled(words, style));
        for remark in &completion.remarks {
            let style = match remark.weight() {
                Ruling::Cannot => theme.bad,
                _ => theme.text,
            };
            let sign = if remark.weight() == Ruling::Cannot {
                "✗ "
            } else {
                "! "
            };
            lines.extend(self.wrapped(&escape(&remark.to_string()), sign, style));
        }
        lines.push(Line::default());
        self.object(completion, judged, lines);
        let chosen = match &dialog.choice {
            Choice::All => "all that it holds".to_owned(),
            Choice::UpTo(last) => format!("1 to {} only", count(u64::from(*last))),
            Choice::Listed(listed) => format!("{} that are named", count(listed.len() as u64)),
        };
        lines.extend(self.fact("made of", &chosen));
        let held = match &judged.existing {
            Some(existing) => self.there(existing),
            None if dialog.warnings.is_empty() => "nothing".to_owned(),
            None => "not known".to_owned(),
        };
        lines.extend(self.fact("at the key", &held));
        let overwrite = if dialog.if_none_match {
            "no: refused if an object is there (If-None-Match)"
        } else {
            "yes, if one is there; i forbids it"
        };
        lines.extend(self.fact("overwrite", overwrite));
    }

    fn object(&self, completion: &Completion, judged: &Judged, lines: &mut Vec<Line<'static>>) {
        let parts = u64::from(completion.parts);
        let word = if parts == 1 { "part" } else { "parts" };
        let numbers = match (judged.parts.first(), judged.parts.last()) {
            (Some(first), Some(last)) if parts > 1 => format!(
                ", {} to {}",
                count(u64::from(first.number)),
                count(u64::from(last.number))
            ),
            _ => String::new(),
        };
        let size = format!(
            "{} in {} {word}{numbers}",
            human::size(completion.size),
            count(parts)
        );
        lines.extend(self.fact("object", &size));
        if completion.ruling == Ruling::Cannot {
            return;
        }
        let etag = completion.etag.as_deref();
        let etag = etag.unwrap_or("cannot be foretold: its parts' are no MD5s");
        lines.extend(self.fact("ETag", &escape(etag)));
        if let Some(checksum) = &completion.checksum {
            let text = format!("{} {}", checksum.algorithm, checksum.value);
            lines.extend(self.fact("checksum", &escape(&text)));
        }
    }

    fn there(&self, existing: &Existing) -> String {
        let age = when::ago(existing.last_modified, self.app.now);
        let kept = if existing.is_versioned {
            ", versioned"
        } else {
            ""
        };
        let size = human::size(existing.size);
        format!(
            "an object of {size}, stored {age}{kept}, ETag {}",
            escape(&existing.etag)
        )
    }

    fn wrapped(&self, text: &str, sign: &str, style: Style) -> Vec<Line<'static>> {
        let indent = sign.chars().count();
        wrap(text, self.room.saturating_sub(indent).max(8))
            .into_iter()
            .enumerate()
            .map(|(index, line)| {
                let head = if index == 0 { sign } else { &"  "[..indent] };
                Line::styled(format!("{head}{line}"), style)
            })
            .collect()
    }

    fn fact(&self, label: &str, text: &str) -> Vec<Line<'static>> {
        wrap(text, self.room.saturating_sub(LABEL).max(8))
            .into_iter()
            .enumerate()
            .map(|(index, line)| {
                let label = if index == 0 { label } else { "" };
                Line::from(vec![
                    Span::styled(format!("{label:<LABEL$}"), self.theme.dim),
                    Span::styled(line, self.theme.text),
                ])
            })
            .collect()
    }
}
