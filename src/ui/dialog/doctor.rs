//! What the doctor found: a line for each check, what is done about it, and a policy to paste.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Scroll, scrolled};
use crate::app::App;
use crate::app::dialog::DoctorDialog;
use crate::model::examination::{Check, Status};
use crate::model::human::escape;
use crate::ui::text::{cut_middle, wrap};
use crate::ui::theme::Theme;

/// Text is not spread wider than this.
const WIDEST: u16 = 110;
/// Cells before what was found: the status and the check's name.
const INDENT: usize = 31;

pub fn draw(app: &App, dialog: &DoctorDialog, theme: &Theme, frame: &mut Frame<'_>) {
    let room = usize::from(frame.area().width.saturating_sub(6).min(WIDEST));
    let found = &dialog.found;
    let mut lines = vec![headline(dialog, theme), Line::default()];
    if let Some(why) = &dialog.failure {
        let told = wrap(&escape(why), room);
        lines.extend(told.into_iter().map(|text| Line::styled(text, theme.bad)));
    }
    for check in &found.checks {
        lines.extend(told(check, room, theme));
    }
    if !found.policy.is_empty() {
        lines.push(Line::default());
        let heading = "A minimal policy for this bucket, where the service knows IAM";
        lines.push(Line::styled(heading, theme.heading));
        let policy = found.policy.lines();
        lines.extend(policy.map(|text| Line::styled(escape(text).into_owned(), theme.dim)));
    }
    let scroll = Scroll {
        at: dialog.scroll,
        reach: &app.reach,
        keys: "y copy  p copy the policy  r again  ",
    };
    let name = match &found.bucket {
        Some(bucket) => format!("Doctor: s3://{}", escape(bucket)),
        None => "Doctor".to_owned(),
    };
    let name = cut_middle(&name, room.saturating_sub(2));
    scrolled(frame, theme, &lines, &scroll, &name);
}

fn headline(dialog: &DoctorDialog, theme: &Theme) -> Line<'static> {
    let found = &dialog.found;
    let (text, style) = if dialog.is_running() {
        let done = found.checks.len();
        (format!("Looking; {done} checks done…"), theme.dim)
    } else if found.is_ill() || dialog.failure.is_some() {
        (found.verdict(), theme.bad)
    } else {
        (found.verdict(), theme.good)
    };
    let copied = dialog.copied.map(|what| format!("  ·  {what}"));
    Line::from(vec![
        Span::styled(text, style),
        Span::styled(copied.unwrap_or_default(), theme.accent),
    ])
}

fn told(check: &Check, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (sign, style) = sign(check.status, theme);
    let head = format!("{sign} {:<7} {:<20}", check.status.word(), check.name);
    let detail = match check.iam_action {
        Some(action) => format!("{}  [{action}]", escape(&check.detail)),
        None => escape(&check.detail).into_owned(),
    };
    let width = room.saturating_sub(INDENT).max(20);
    let mut lines = Vec::new();
    for (index, text) in wrap(&detail, width).into_iter().enumerate() {
        let begin = if index == 0 {
            Span::styled(format!("{head:<INDENT$}"), style)
        } else {
            Span::raw(" ".repeat(INDENT))
        };
        lines.push(Line::from(vec![begin, Span::styled(text, theme.text)]));
    }
    if !check.remedy.is_empty() {
        let remedy = wrap(&escape(&check.remedy), width.saturating_sub(2));
        for (index, text) in remedy.into_iter().enumerate() {
            let begin = if index == 0 { "→ " } else { "  " };
            let begin = format!("{}{begin}", " ".repeat(INDENT));
            lines.push(Line::styled(format!("{begin}{text}"), theme.dim));
        }
    }
    lines
}

fn sign(status: Status, theme: &Theme) -> (&'static str, Style) {
    match status {
        Status::Ok => ("✓", theme.good),
        Status::Denied | Status::Failed => ("✗", theme.bad),
        Status::Quirk => ("!", theme.warn),
        Status::Skipped => ("·", theme.dim),
    }
}
