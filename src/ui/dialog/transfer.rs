//! Everything about an upload while it runs and when it has ended: the figures, where its parts stand, what
//! became of its files.

mod texts;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use texts::{parts_text, rate_text, stored_text, width_text};

use crate::app::App;
use crate::app::tasks::Task;
use crate::app::transfer::Transfer;
use crate::model::human::{self, count, escape};
use crate::model::send::{Cell, Sending, StoredObject, Verdict};
use crate::protocol::{Outcome, Sent, SentOutcome};
use crate::ui::tasks::transfer::{severity_style, state};
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
            self.verdict(task, outcome, &mut lines);
        }
        lines.extend(self.named("from", &transfer.source));
        let to = format!("s3://{}", transfer.shown_destination());
        lines.extend(self.named("to", &to));
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
        self.files(task, transfer, &mut lines);
        lines
    }

    fn verdict(&self, task: &Task, outcome: &Outcome, lines: &mut Vec<Line<'static>>) {
        let (severity, text) = task.verdict(outcome);
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
        let queue = now.files > 1;
        if queue && task.is_running() && !now.source.is_empty() {
            lines.extend(self.named("now", &now.source));
        }
        // Of a queue that has ended these would be the last file's.
        if task.is_running() || !queue {
            if let Some(target) = &now.target {
                lines.extend(self.named("upload ID", &target.upload_id));
            }
            if let Some(journal) = transfer.journal() {
                lines.extend(self.named("journal", journal));
            }
        }
        lines.push(Line::default());
        if task.is_running() {
            self.live(task, transfer, now, lines);
        } else {
            self.last(transfer, now, lines);
        }
    }

    fn live(
        &self,
        task: &Task,
        transfer: &Transfer,
        now: &Sending,
        lines: &mut Vec<Line<'static>>,
    ) {
        let text = state(task, transfer, self.theme);
        lines.extend(text.map(|piece| self.line_of("state", piece.full(), self.theme.accent)));
        lines.extend(self.fact("stored", &stored_text(transfer, now)));
        if now.files > 1 {
            let files = format!("{} of {} done", count(now.files_done), count(now.files));
            lines.extend(self.fact("files", &files));
        }
        lines.extend(parts_text(now).map(|text| self.line_of("parts", &text, self.theme.text)));
        lines.extend(self.fact("rate", &rate_text(now)));
        lines.extend(self.fact("at once", &width_text(transfer, now)));
        if let Some(trouble) = &now.trouble {
            let text = format!("{:<LABEL$}{}", "trouble", escape(trouble));
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

    /// What the last figures still say when it has ended.
    fn last(&self, transfer: &Transfer, now: &Sending, lines: &mut Vec<Line<'static>>) {
        let whole = object(transfer).is_some();
        if !whole {
            lines.extend(self.fact("stored", &stored_text(transfer, now)));
            let parts = parts_text(now).filter(|_| transfer.sums.files() <= 1);
            lines.extend(parts.map(|text| self.line_of("parts", &text, self.theme.text)));
        }
        let again = match now.retries {
            0 => String::new(),
            1 => ", 1 part was sent again".to_owned(),
            more => format!(", {} parts were sent again", count(more)),
        };
        let again = if whole { again } else { String::new() };
        // What went in an instant has no rate.
        if now.average > 0 {
            let rate = format!("{}/s on average{again}", human::size(now.average));
            lines.extend(self.fact("rate", &rate));
        }
        if !whole && transfer.sums.files() <= 1 {
            self.map(now, lines);
        }
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
            Cell::Different => self.theme.warn,
            Cell::Moving => self.theme.accent,
            Cell::Troubled => self.theme.bad,
            Cell::Done => self.theme.bar,
        }
    }

    fn stored(&self, object: &StoredObject, lines: &mut Vec<Line<'static>>) {
        if lines.last().is_some_and(|line| line.width() > 0) {
            lines.push(Line::default());
        }
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
        lines.extend(self.named("ETag", &object.etag));
        if let Some(checksum) = &object.checksum {
            lines.extend(self.named("checksum", checksum));
        }
        if let Some(version) = &object.version_id {
            lines.extend(self.named("version", version));
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
    fn files(&self, task: &Task, transfer: &Transfer, lines: &mut Vec<Line<'static>>) {
        if transfer.sums.files() == 0 || transfer.only().is_some() {
            return;
        }
        lines.push(Line::default());
        // The verdict above says the same of what has ended.
        if task.is_running() {
            lines.extend(self.wrapped(&transfer.sums.text(), self.theme.heading));
        }
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

    /// A label and words about it.
    fn fact(&self, label: &str, text: &str) -> Vec<Line<'static>> {
        self.labelled(label, wrap(text, self.behind()))
    }

    /// A label and a name, in which a space means something.
    fn named(&self, label: &str, text: &str) -> Vec<Line<'static>> {
        self.labelled(label, fold(&escape(text), self.behind()))
    }

    /// Cells behind a label.
    fn behind(&self) -> usize {
        self.room.saturating_sub(LABEL).max(8)
    }

    fn labelled(&self, label: &str, texts: Vec<String>) -> Vec<Line<'static>> {
        let label = |index| if index == 0 { label } else { "" };
        texts
            .into_iter()
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
