//! A bucket's lifecycle rules in words, the form for a rule more, and what it would change.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::stop::typed;
use super::{Titles, open, text_height, text_width};
use crate::app::App;
use crate::app::dialog::rules::WORD;
use crate::app::dialog::{RulesDialog, RulesStep};
use crate::model::human::escape;
use crate::model::lifecycle::{Configuration, Cover, Mark, Plan};
use crate::protocol::Prevention;
use crate::ui::fault;
use crate::ui::footer::input;
use crate::ui::paint::{put, row, skip};
use crate::ui::text::{cut_end, wrap};
use crate::ui::theme::Theme;

/// Cells of the text, where there is room.
const WIDTH: u16 = 90;
/// Lines of a difference that a confirmation repeats.
const REPEATED: usize = 12;
/// Cells of the labels.
const LABEL: u16 = 24;

type Paragraph = (String, Style);

pub fn draw(app: &App, dialog: &RulesDialog, theme: &Theme, frame: &mut Frame<'_>) {
    if let RulesStep::Confirm(confirm, _) = &dialog.step {
        let paragraphs = question(dialog, theme);
        typed(
            ("Lifecycle rules", WORD),
            &paragraphs,
            confirm,
            theme,
            frame,
        );
        return;
    }
    let width = text_width(frame.area(), WIDTH);
    let head = wrapped(&head(dialog, theme), width);
    let body = wrapped(&body(dialog, theme), width);
    let form: usize = if has_form(dialog) { 3 } else { 0 };
    let fixed = head.len() + form;
    let most = usize::from(text_height(frame.area(), usize::MAX));
    let shown = body.len().min(most.saturating_sub(fixed));
    let last = body.len() - shown;
    app.reach.set(last);
    let top = dialog.scroll.min(last);
    let place = if last > 0 {
        format!("{}–{} of {}", top + 1, top + shown, body.len())
    } else {
        String::new()
    };
    let keys = keys(dialog, last > 0);
    let titles = Titles {
        name: "Lifecycle rules",
        keys: &keys,
        place: &place,
        danger: false,
    };
    let height = text_height(frame.area(), fixed + shown);
    let inside = open(frame, theme, width, height, &titles);
    lines(frame, inside, 0, &head);
    if form > 0 {
        fields(dialog, theme, inside, head.len(), frame);
    }
    lines(frame, inside, fixed, &body[top..top + shown]);
}

fn has_form(dialog: &RulesDialog) -> bool {
    dialog.has_form() && matches!(dialog.step, RulesStep::Form)
}

fn keys(dialog: &RulesDialog, scrolls: bool) -> String {
    let plan = dialog.plan.as_ref().and_then(|plan| plan.as_ref().ok());
    let mut keys = Vec::new();
    if has_form(dialog) {
        if plan.is_some_and(|plan| plan.change.is_some()) {
            keys.push("enter write…");
        }
        keys.push("tab next");
    }
    if scrolls {
        keys.push("↑ ↓ scroll");
    }
    keys.push("esc close");
    keys.join("  ")
}

fn wrapped(paragraphs: &[Paragraph], width: u16) -> Vec<Paragraph> {
    let width = usize::from(width);
    let mut lines = Vec::new();
    for (text, style) in paragraphs {
        // What is indented is a line of a document: cut, not wrapped.
        if text.starts_with(['+', '-', ' ']) {
            lines.push((cut_end(text, width).into_owned(), *style));
        } else {
            lines.extend(wrap(text, width).into_iter().map(|line| (line, *style)));
        }
    }
    lines
}

fn lines(frame: &mut Frame<'_>, inside: Rect, from: usize, lines: &[Paragraph]) {
    for (index, (line, style)) in lines.iter().enumerate() {
        put(frame.buffer_mut(), row(inside, from + index), line, *style);
    }
}

/// The bucket, and whether orphans can gather; above it what went wrong.
fn head(dialog: &RulesDialog, theme: &Theme) -> Vec<Paragraph> {
    let bucket = format!("s3://{}", escape(&dialog.bucket));
    let mut head = vec![(bucket, theme.title)];
    if let Some(failure) = &dialog.fault {
        let text = escape(&failure.to_string()).into_owned();
        head.push((text, theme.bad));
        if dialog.found.is_some() {
            head.push(("What is there now:".to_owned(), theme.text));
        }
    }
    match (&dialog.step, &dialog.found) {
        (RulesStep::Looking(_), _) | (_, None) => {
            head.push(("Asking for the rules…".to_owned(), theme.dim));
        }
        (RulesStep::Writing(_), _) => head.push((
            "Writing, then reading back to compare…".to_owned(),
            theme.accent,
        )),
        (step, Some(Prevention::Known(configuration))) => {
            if let RulesStep::Done(words) = step {
                head.push((format!("✓ {words}"), theme.good));
            }
            head.push(cover(configuration, theme));
        }
        _ => {}
    }
    head.push((String::new(), theme.text));
    head
}

fn cover(configuration: &Configuration, theme: &Theme) -> Paragraph {
    match configuration.cover() {
        Cover::Whole(1) => (
            "Every upload ends at the latest 1 day after it began.".to_owned(),
            theme.good,
        ),
        Cover::Whole(days) => (
            format!("Every upload ends at the latest {days} days after it began."),
            theme.good,
        ),
        Cover::Prefixes(prefixes) => {
            let prefixes: Vec<_> = prefixes.iter().map(|of| escape(of)).collect();
            let text = format!(
                "Orphans can gather: only uploads under {} end by a rule.",
                prefixes.join(", ")
            );
            (text, theme.warn)
        }
        Cover::None => (
            "Orphans can gather: no rule ends uploads.".to_owned(),
            theme.warn,
        ),
    }
}

fn fields(dialog: &RulesDialog, theme: &Theme, inside: Rect, from: usize, frame: &mut Frame<'_>) {
    let fields = [
        ("abort uploads after days", &dialog.days, !dialog.on_prefix),
        ("only keys that begin so", &dialog.prefix, dialog.on_prefix),
    ];
    for (index, (label, line, focused)) in fields.into_iter().enumerate() {
        let at = row(inside, from + index);
        let style = if focused { theme.accent } else { theme.dim };
        put(frame.buffer_mut(), at, label, style);
        let at = skip(at, LABEL + 2);
        if focused {
            input(line, None, theme, at, frame);
        } else if line.text().is_empty() {
            put(frame.buffer_mut(), at, "(all keys)", theme.dim);
        } else {
            put(frame.buffer_mut(), at, &escape(line.text()), theme.text);
        }
    }
}

/// What the form comes to, what it changes, and the rules there are.
fn body(dialog: &RulesDialog, theme: &Theme) -> Vec<Paragraph> {
    let mut body = Vec::new();
    match &dialog.found {
        Some(Prevention::Known(configuration)) => {
            if has_form(dialog) {
                plan(dialog, theme, &mut body);
            }
            if dialog.read_only {
                let text = "Read-only mode: the rules are shown and not changed.";
                body.push((text.to_owned(), theme.warn));
            }
            rules(configuration, theme, &mut body);
        }
        Some(
            Prevention::Denied(failure)
            | Prevention::Unsupported(failure)
            | Prevention::Failed(failure),
        ) => body.extend(fault::paragraphs(failure, theme)),
        None => {}
    }
    body
}

fn plan(dialog: &RulesDialog, theme: &Theme, body: &mut Vec<Paragraph>) {
    match &dialog.plan {
        Some(Ok(plan)) => {
            let style = if plan.change.is_some() {
                theme.accent
            } else {
                theme.good
            };
            body.push((sentence(plan), style));
            let remark = plan.remark.as_ref();
            body.extend(remark.map(|remark| (format!("Note: {}.", escape(remark)), theme.warn)));
            body.extend(difference(dialog, theme));
        }
        Some(Err(why)) => body.push((escape(why).into_owned(), theme.bad)),
        None => {}
    }
    body.push((String::new(), theme.text));
}

/// `Adds the rule …`
fn sentence(plan: &Plan) -> String {
    let mut words = plan.words.chars();
    let first = words.next().map(|first| first.to_uppercase().to_string());
    let text = format!("{}{}.", first.unwrap_or_default(), words.as_str());
    escape(&text).into_owned()
}

fn difference<'a>(
    dialog: &'a RulesDialog,
    theme: &'a Theme,
) -> impl Iterator<Item = Paragraph> + 'a {
    // Rules that stay are told below, in words.
    let lines = dialog.lines.iter().filter(|line| line.mark != Mark::Words);
    lines.map(|line| {
        let style = match line.mark {
            Mark::Added => theme.good,
            Mark::Removed => theme.bad,
            Mark::Same | Mark::Words => theme.dim,
        };
        (
            format!("{} {}", line.mark.sign(), escape(&line.text)),
            style,
        )
    })
}

fn rules(configuration: &Configuration, theme: &Theme, body: &mut Vec<Paragraph>) {
    let count = configuration.rules.len();
    body.push(match count {
        0 => ("There are no lifecycle rules.".to_owned(), theme.heading),
        1 => ("The rule that is there:".to_owned(), theme.heading),
        _ => (format!("The {count} rules that are there:"), theme.heading),
    });
    for rule in &configuration.rules {
        let id = if rule.id.is_empty() {
            "(no ID)".to_owned()
        } else {
            escape(&rule.id).into_owned()
        };
        let style = if rule.enabled { theme.text } else { theme.dim };
        body.push((format!("{id}: {}", escape(&rule.words)), style));
    }
}

/// What is asked before the rules are written.
fn question(dialog: &RulesDialog, theme: &Theme) -> Vec<Paragraph> {
    let mut asked = vec![(format!("s3://{}", escape(&dialog.bucket)), theme.title)];
    if let Some(Ok(plan)) = &dialog.plan {
        asked.push((sentence(plan), theme.text));
        let remark = plan.remark.as_ref();
        asked.extend(remark.map(|remark| (format!("Note: {}.", escape(remark)), theme.warn)));
    }
    let mut lines: Vec<_> = difference(dialog, theme).collect();
    if lines.len() > REPEATED {
        lines.truncate(REPEATED);
        lines.push(("…".to_owned(), theme.dim));
    }
    asked.extend(lines);
    let others = match &dialog.found {
        Some(Prevention::Known(configuration)) => configuration.rules.len(),
        _ => 0,
    };
    let text = match others {
        0 => "It is written only if there are still no rules, and read back.",
        _ => {
            "Nothing else changes. It is written only if nobody changed the rules meanwhile, and read back."
        }
    };
    asked.push((text.to_owned(), theme.text));
    asked
}
