//! Everything about an upload while it runs and when it has ended: the figures, where its parts stand, what
//! became of its files.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::tasks::Task;
use crate::app::transfer::Transfer;
use crate::model::human::{self, count, escape};
use crate::model::send::{Cell, Sending, StoredObject, Verdict};
use crate::protocol::{Outcome, Sent, SentOutcome};
use crate::ui::tasks::transfer::{percent, severity_style, state};
use crate::ui::text::{cut_middle, fold, wrap};
use crate::ui::theme::Theme;
use crate::ui::when;
use crate::ui::widget::cellmap::{KINDS, cell_map, sign, word};

/// Cells of the labels in front of the facts.
const LABEL: usize = 11;

/// What the lines are made for.
pub struct View<'a> {
    pub app: &'a App,
    pub theme: &'a Theme,
    /// Cells of a line.
    pub room: usize,
    /// Lines of the part map at most.
    pub map_rows: usize,
    /// Lines that are looked at at most.
    pub limit: usize,
}

impl View<'_> {
    pub fn lines(&self, task: &Task, transfer: &Transfer) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        if let Some((_, outcome)) = &task.ended {
            self.verdict(transfer, outcome, &mut lines);
        }
        lines.extend(self.fact("from", &escape(&transfer.source)));
        let to = format!("s3://{}", transfer.shown_destination());
        lines.extend(self.fact("to", &escape(&to)));
        match &transfer.now {
            Some(now) => self.figures(task, transfer, now, &mut lines),
            None if task.is_running() => {
                lines.extend(self.fact("state", "preparing…"));
            }
            None => {}
        }
        if let Some(object) = object(transfer) {
            self.stored(object, &mut lines);
        }
        self.warnings(transfer, &mut lines);
        self.files(transfer, &mut lines);
        lines
    }

    fn verdict(&self, transfer: &Transfer, outcome: &Outcome, lines: &mut Vec<Line<'static>>) {
        let (severity, text) = transfer.verdict(outcome);
        // Where the details are is known to whoever reads them.
        let text = text.replace("; t then enter shows which and why", "");
        let style = severity_style(severity, self.theme);
        lines.extend(self.wrapped(&escape(&text), style));
        lines.push(Line::default());
    }

    fn figures(
        &self,
        task: &Task,
        transfer: &Transfer,
        now: &Sending,
        lines: &mut Vec<Line<'static>>,
    ) {
        if now.files > 1 && !now.source.is_empty() {
            lines.extend(self.fact("now", &escape(&now.source)));
        }
        if let Some(target) = &now.target {
            lines.extend(self.fact("upload ID", &escape(&target.upload_id)));
        }
        if let Some(journal) = transfer.journal() {
            lines.extend(self.fact("journal", &escape(journal)));
        }
        lines.push(Line::default());
        if task.is_running() {
            let text = state(task, transfer, self.theme);
            lines.extend(text.map(|piece| self.line_of("state", piece.full(), self.theme.accent)));
        }
        lines.extend(self.fact("stored", &stored_text(transfer, now)));
        if now.files > 1 {
            let files = format!("{} of {} done", count(now.files_done), count(now.files));
            lines.extend(self.fact("files", &files));
        }
        lines.extend(self.fact("parts", &parts_text(now)));
        lines.extend(self.fact("rate", &rate_text(task, now)));
        lines.extend(self.fact("at once", &width_text(transfer, now)));
        if let Some(trouble) = &now.trouble {
            let text = format!("trouble    {}", escape(trouble));
            lines.extend(self.wrapped(&text, self.theme.warn));
        }
        if let Some(deadline) = now.deadline {
            let at = when::local(deadline, self.app.settings.utc_offset);
            let text = format!("{}: {at}", when::until(Some(deadline), self.app.now));
            lines.extend(self.fact("deadline", &text));
        }
        if now.late {
            let text = "At this rate it ends after the deadline, when the service or the provider aborts it: more \
                        at once (+), no limit (L), or larger parts in a new upload.";
            lines.extend(self.wrapped(text, self.theme.bad));
        }
        self.map(now, lines);
    }

    fn map(&self, now: &Sending, lines: &mut Vec<Line<'static>>) {
        let map = cell_map(&now.map, self.room, self.map_rows);
        if map.is_empty() {
            return;
        }
        lines.push(Line::default());
        for line in map {
            let mut spans: Vec<Span<'static>> = Vec::new();
            for run in line.chunk_by(|one, other| one == other) {
                let signs = sign(run[0]).to_string().repeat(run.len());
                spans.push(Span::styled(signs, self.cell_style(run[0])));
            }
            lines.push(Line::from(spans));
        }
        let mut spans = Vec::new();
        for kind in KINDS.into_iter().filter(|kind| now.map.contains(kind)) {
            spans.push(Span::styled(
                format!("{} ", sign(kind)),
                self.cell_style(kind),
            ));
            spans.push(Span::styled(format!("{}  ", word(kind)), self.theme.dim));
        }
        lines.push(Line::from(spans));
    }

    const fn cell_style(&self, cell: Cell) -> Style {
        match cell {
            Cell::Missing => self.theme.bar_empty,
            Cell::Held => self.theme.dim,
            Cell::Moving => self.theme.accent,
            Cell::Troubled => self.theme.bad,
            Cell::Done => self.theme.bar,
        }
    }

    fn stored(&self, object: &StoredObject, lines: &mut Vec<Line<'static>>) {
        lines.push(Line::default());
        let sent = if object.sent < object.size {
            format!(", {} of them sent now", human::size(object.sent))
        } else {
            String::new()
        };
        let parts = if object.parts > 1 {
            format!(" in {} parts", count(u64::from(object.parts)))
        } else {
            String::new()
        };
        let size = format!("{}{parts}{sent}", human::size(object.size));
        lines.extend(self.fact("object", &size));
        lines.extend(self.fact("ETag", &escape(&object.etag)));
        if let Some(checksum) = &object.checksum {
            lines.extend(self.fact("checksum", &escape(checksum)));
        }
        if let Some(version) = &object.version_id {
            lines.extend(self.fact("version", &escape(version)));
        }
    }

    fn warnings(&self, transfer: &Transfer, lines: &mut Vec<Line<'static>>) {
        if transfer.warnings.is_empty() {
            return;
        }
        lines.push(Line::default());
        let all = transfer.warnings.len() as u64 + transfer.warnings_dropped;
        let word = if all == 1 { "warning" } else { "warnings" };
        lines.push(Line::styled(
            format!("{} {word}", count(all)),
            self.theme.warn,
        ));
        for fault in &transfer.warnings {
            if lines.len() > self.limit {
                break;
            }
            lines.extend(self.wrapped(
                &format!("  {}", escape(&fault.to_string())),
                self.theme.text,
            ));
        }
    }

    /// Of several files: first what did not go well, then the newest that did.
    fn files(&self, transfer: &Transfer, lines: &mut Vec<Line<'static>>) {
        if transfer.sums.files() == 0 || transfer.only().is_some() {
            return;
        }
        lines.push(Line::default());
        lines.extend(self.wrapped(&transfer.sums.text(), self.theme.heading));
        let unnamed = transfer.sums.stored + transfer.sums.existed - transfer.stored.len() as u64;
        for sent in transfer.missed.iter().chain(transfer.stored.iter().rev()) {
            if lines.len() > self.limit {
                return;
            }
            self.file(sent, lines);
        }
        if unnamed > 0 {
            let text = format!("  and {} more that went well", count(unnamed));
            lines.push(Line::styled(text, self.theme.dim));
        }
    }

    fn file(&self, sent: &Sent, lines: &mut Vec<Line<'static>>) {
        let theme = self.theme;
        let (sign, word, style) = match &sent.outcome {
            SentOutcome::Stored(object) => {
                let size = human::size(object.size);
                match &object.verdict {
                    Verdict::Verified(_) => ("✓", format!("{size}, verified"), theme.good),
                    Verdict::Unverified(_) => ("!", format!("{size}, not verified"), theme.warn),
                }
            }
            SentOutcome::Existed => ("✓", "was there before".to_owned(), theme.dim),
            SentOutcome::Kept { stored } => (
                "!",
                format!("kept, {} stored", human::size(*stored)),
                theme.warn,
            ),
            SentOutcome::NotBegun => ("!", "not begun".to_owned(), theme.warn),
            SentOutcome::Aborted { freed } => (
                "!",
                format!("aborted, {} freed", human::size(*freed)),
                theme.warn,
            ),
            SentOutcome::Failed { kept, .. } => (
                "✗",
                if *kept { "failed, kept" } else { "failed" }.to_owned(),
                theme.bad,
            ),
        };
        let key = escape(&sent.key);
        let room = self.room.saturating_sub(word.chars().count() + 6);
        lines.push(Line::from(vec![
            Span::styled(format!("  {sign} {}  ", cut_middle(&key, room)), theme.text),
            Span::styled(word, style),
        ]));
        let why = match &sent.outcome {
            SentOutcome::Failed { fault, .. } => fault.to_string(),
            SentOutcome::Stored(StoredObject {
                verdict: Verdict::Unverified(why),
                ..
            }) => why.clone(),
            _ => return,
        };
        let why = wrap(&escape(&why), self.room.saturating_sub(6).max(10));
        lines.extend(
            why.into_iter()
                .map(|text| Line::styled(format!("      {text}"), theme.dim)),
        );
    }

    fn wrapped(&self, text: &str, style: Style) -> Vec<Line<'static>> {
        let lines = wrap(text, self.room).into_iter();
        lines.map(|line| Line::styled(line, style)).collect()
    }

    /// A label and what it names, folded where it is long.
    fn fact(&self, label: &str, text: &str) -> Vec<Line<'static>> {
        let texts = fold(text, self.room.saturating_sub(LABEL).max(8)).into_iter();
        let label = |index| if index == 0 { label } else { "" };
        texts
            .enumerate()
            .map(|(index, text)| self.line_of(label(index), &text, self.theme.text))
            .collect()
    }

    fn line_of(&self, label: &str, text: &str, style: Style) -> Line<'static> {
        Line::from(vec![
            Span::styled(format!("{label:<LABEL$}"), self.theme.dim),
            Span::styled(text.to_owned(), style),
        ])
    }
}

fn object(transfer: &Transfer) -> Option<&StoredObject> {
    match &transfer.only()?.outcome {
        SentOutcome::Stored(object) => Some(object),
        _ => None,
    }
}

/// `132 GiB of 210 GiB (63 %), 64.0 MiB in flight, 1.20 GiB of it were there`.
fn stored_text(transfer: &Transfer, now: &Sending) -> String {
    let mut text = human::size(now.stored);
    if let (Some(total), Some(percent)) = (now.total, percent(transfer, now)) {
        text.push_str(&format!(" of {} ({percent})", human::size(total)));
    } else {
        text.push_str(", the end is not known");
    }
    if now.in_flight > 0 {
        text.push_str(&format!(", {} in flight", human::size(now.in_flight)));
    }
    if now.reused > 0 {
        text.push_str(&format!(", {} of it were there", human::size(now.reused)));
    }
    text
}

fn parts_text(now: &Sending) -> String {
    let done = count(u64::from(now.parts_done));
    let mut text = match now.parts {
        Some(parts) => {
            let of = format!("{done} of {}", count(u64::from(parts)));
            // The last part of a file is smaller, so that this is close and not exact.
            let each = now.total.filter(|_| now.files <= 1 && parts > 1);
            each.map_or(of.clone(), |total| {
                let each = human::size(total.div_ceil(u64::from(parts)));
                format!("{of}, about {each} each")
            })
        }
        None => format!("{done}, growing with what is sent"),
    };
    let word = if now.retries == 1 {
        "was sent"
    } else {
        "were sent"
    };
    if now.retries > 0 {
        text.push_str(&format!(", {} {word} again", count(now.retries)));
    }
    text
}

fn rate_text(task: &Task, now: &Sending) -> String {
    let average = format!("{}/s on average", human::size(now.average));
    if !task.is_running() {
        return average;
    }
    let left = now
        .left
        .map_or_else(String::new, |left| format!(", {} left", human::age(left)));
    format!("{}/s now, {average}{left}", human::size(now.rate))
}

fn width_text(transfer: &Transfer, now: &Sending) -> String {
    let how = match transfer.pace.width {
        Some(_) => "as asked",
        None => "as the link carries",
    };
    let limit = now.limit.map_or_else(
        || "no rate limit".to_owned(),
        |limit| format!("at most {}/s", human::size(limit)),
    );
    format!("{} of {} parts, {how}; {limit}", now.width, now.max_width)
}
