//! The form: what goes where and the plan above, the fields between, the button below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::{Titles, open};
use crate::app::dialog::upload::{Field, Form, FormLine, Kind, area};
use crate::app::layout::Area;
use crate::model::human::{count, escape, size};
use crate::ui::footer::input;
use crate::ui::paint::{cells, put, put_right, rect, row, skip};
use crate::ui::text::{cut_middle, wrap};
use crate::ui::theme::Theme;

/// Cells of the labels, with the gap behind them.
const LABEL: u16 = 18;
/// On a narrow screen.
const SHORT_LABEL: u16 = 17;
/// Cells of the words above the fields.
const WORD: u16 = 6;

pub fn draw(bucket: &str, form: &Form, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let lines = form.lines();
    let areas = area::form(screen.width, screen.height, lines.len());
    let window = usize::from(areas.fields.height);
    let top = area::top(lines.len(), window, form.line_in_focus(&lines));
    let place = if lines.len() > window {
        format!("{}–{} of {}", top + 1, top + window, lines.len())
    } else {
        String::new()
    };
    let name = format!("Upload to s3://{}", escape(bucket));
    let titles = Titles {
        name: &cut_middle(&name, usize::from(areas.inside.width.saturating_sub(4))),
        keys: keys(areas.inside.width, &place),
        place: &place,
        danger: false,
    };
    open(
        frame,
        theme,
        areas.inside.width,
        areas.inside.height,
        &titles,
    );
    head(bucket, form, theme, areas.head, frame);
    let fields = within(areas.fields, screen);
    for (index, line) in lines.iter().skip(top).take(window).enumerate() {
        let at = row(fields, index);
        match line {
            FormLine::Field(field) => value(form, *field, theme, at, frame),
            FormLine::Problem(why) => {
                let at = skip(at, label_width(at));
                put(
                    frame.buffer_mut(),
                    at,
                    &format!("✗ {}", escape(why)),
                    theme.bad,
                );
            }
            FormLine::More => {
                let rule = format!("── more {}", "─".repeat(usize::from(at.width)));
                let rule: String = rule.chars().take(usize::from(at.width)).collect();
                put(frame.buffer_mut(), at, &rule, theme.border);
            }
        }
    }
    foot(form, theme, within(areas.foot, screen), frame);
}

fn keys(width: u16, place: &str) -> &'static str {
    let forms = [
        "ctrl-s start  ↑↓ field  ← → choose  esc back to the files",
        "ctrl-s start  ↑↓ field  esc back",
        "ctrl-s start",
    ];
    super::fitting(&forms, width, place)
}

/// An area of the app's as far as it is on this screen.
fn within(area: Area, screen: Rect) -> Rect {
    rect(area).intersection(screen)
}

fn head(bucket: &str, form: &Form, theme: &Theme, area: Area, frame: &mut Frame<'_>) {
    let is_short = area.height < area::HEAD;
    let area = within(area, frame.area());
    let buffer = frame.buffer_mut();
    let mut next = 0;
    let mut told = |word: &str, text: &str, style: Style| {
        let line = row(area, next);
        put(buffer, line, word, theme.dim);
        let rest = skip(line, WORD);
        put(
            buffer,
            rest,
            &cut_middle(text, usize::from(rest.width)),
            style,
        );
        next += 1;
    };
    let slash = if form.only_file().is_some() {
        ""
    } else {
        "…"
    };
    let to = format!("s3://{bucket}/{}{slash}", form.destination());
    if !is_short {
        told("from", &sources(form), theme.text);
    }
    told("to", &escape(&to), theme.accent);
    let style = if form.forecast.refused {
        theme.bad
    } else {
        theme.text
    };
    let room = usize::from(area.width.saturating_sub(WORD));
    let plan = escape(&form.forecast.plan);
    let mut lines = wrap(&plan, room);
    lines.truncate(2);
    if lines.len() < 2 && !form.forecast.cost.is_empty() {
        lines.push(form.forecast.cost.clone());
    }
    for (index, line) in lines.iter().enumerate() {
        told(if index == 0 { "plan" } else { "" }, line, style);
    }
    if let Some(warning) = rivals(form) {
        told("", &warning, theme.warn);
    }
}

/// What is sent, in one line.
fn sources(form: &Form) -> String {
    let bytes = form.picked.iter().filter_map(|one| one.size).sum();
    if let [only] = form.picked.as_slice() {
        let path = only.path.display().to_string();
        let path = escape(&path);
        return if only.is_directory {
            format!("{path}/  with everything below it")
        } else {
            format!("{path}  {}", size(bytes))
        };
    }
    let directories = form.picked.iter().filter(|one| one.is_directory).count();
    let files = form.picked.len() - directories;
    let mut told = Vec::new();
    let plural = |number: usize, one: &str, many: &str| {
        let word = if number == 1 { one } else { many };
        format!("{} {word}", count(number as u64))
    };
    if files > 0 {
        let files = plural(files, "file", "files");
        told.push(format!("{files}, {}", size(bytes)));
    }
    if directories > 0 {
        told.push(plural(directories, "directory", "directories"));
    }
    told.join(" and ")
}

/// What is in progress of the same key.
fn rivals(form: &Form) -> Option<String> {
    match form.rivals.1 {
        0 => None,
        1 => Some("1 upload of this key is in progress; r resumes it if it is ours".to_owned()),
        many => Some(format!(
            "{} uploads of this key are in progress; r resumes ours",
            count(many as u64)
        )),
    }
}

fn label_width(line: Rect) -> u16 {
    if line.width < 60 { SHORT_LABEL } else { LABEL }
}

fn value(form: &Form, field: Field, theme: &Theme, line: Rect, frame: &mut Frame<'_>) {
    let focused = form.focus == field;
    let label = if focused { theme.accent } else { theme.dim };
    put(frame.buffer_mut(), line, field.label(), label);
    let rest = skip(line, label_width(line));
    let text = form.line(field).map_or("", |line| line.text());
    match field.kind() {
        Kind::Choice(of) => {
            let chosen = of.get(form.choice(field)).copied().unwrap_or_default();
            choice(chosen, theme.text, focused, theme, (rest, frame));
        }
        Kind::Word(_, empty) => {
            if focused {
                let rest = put(frame.buffer_mut(), rest, "‹ ", theme.key);
                if let Some(line) = form.line(field) {
                    // The cursor stands behind what is typed, which the sign must not cover.
                    let room = cells(text).saturating_add(1).max(1);
                    let field = Rect {
                        width: room.min(rest.width.saturating_sub(2)),
                        ..rest
                    };
                    input(line, None, theme, field, frame);
                    let behind = skip(rest, field.width);
                    let behind = put(frame.buffer_mut(), behind, "›", theme.key);
                    if text.is_empty() {
                        put(frame.buffer_mut(), skip(behind, 1), empty, theme.dim);
                    }
                }
            } else {
                plain(text, empty, theme, (rest, frame));
            }
        }
        Kind::Text(empty) => match form.line(field).filter(|_| focused) {
            Some(line) => {
                let empty = meaning(form, field, empty);
                if text.is_empty() {
                    put(frame.buffer_mut(), skip(rest, 1), empty, theme.dim);
                }
                input(line, None, theme, rest, frame);
            }
            None => plain(text, meaning(form, field, empty), theme, (rest, frame)),
        },
        Kind::Button => {}
    }
}

/// What it means to leave the field empty.
fn meaning(form: &Form, field: Field, empty: &'static str) -> &'static str {
    match (field, form.only_file()) {
        (Field::Key, Some(_)) => "the file's own name",
        _ => empty,
    }
}

fn choice(text: &str, style: Style, focused: bool, theme: &Theme, at: (Rect, &mut Frame<'_>)) {
    let (line, frame) = at;
    if focused {
        let rest = put(frame.buffer_mut(), line, "‹ ", theme.key);
        let rest = put(frame.buffer_mut(), rest, text, theme.input);
        put(frame.buffer_mut(), rest, " ›", theme.key);
    } else {
        put(frame.buffer_mut(), line, text, style);
    }
}

/// A text that is not being edited.
fn plain(text: &str, empty: &str, theme: &Theme, at: (Rect, &mut Frame<'_>)) {
    let (line, frame) = at;
    if text.is_empty() {
        put(frame.buffer_mut(), line, empty, theme.dim);
    } else {
        let text = escape(text);
        let text = cut_middle(&text, usize::from(line.width));
        put(frame.buffer_mut(), line, &text, theme.text);
    }
}

fn foot(form: &Form, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let last = usize::from(area.height).saturating_sub(1);
    let line = row(area, last);
    let buffer = frame.buffer_mut();
    if last > 0 {
        put(buffer, row(area, last - 1), form.focus.help(), theme.dim);
    }
    let ready = !form.forecast.refused
        && !form
            .lines()
            .iter()
            .any(|line| matches!(line, FormLine::Problem(_)));
    let style = match (form.focus == Field::Start, ready) {
        (true, _) => theme.selected,
        (false, true) => theme.key,
        (false, false) => theme.dim,
    };
    let rest = put(buffer, line, "[ Start ]", style);
    if !ready {
        put_right(buffer, rest, "  ✗ cannot start like this", theme.bad);
    }
}
