//! Tells of a job that sends: a redrawn line on a terminal, sentences on standard error, what became of each file
//! on standard output.
//!
//! Nobody who stops reading stops an upload: what cannot be written is dropped, and told at the end unless it is a
//! closed pipe.

mod compared;
mod placed;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::document::{self, About, Begun, Document, Progress, Record};
use super::progress;
use crate::cli::args::Telling;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Status, complain, sentence};
use crate::model::human::{self, escape};
use crate::model::orphan::Comparison;
use crate::model::send::{Phase, Sending};
use crate::protocol::{Fault, Outcome, Sent, SentOutcome};
use crate::s3::Clock;
use words::{failed, line};

/// The line is redrawn no more often.
const REDRAW: Duration = Duration::from_millis(100);
/// One event of progress a while.
const PROGRESS: Duration = Duration::from_secs(1);

/// Where what became of files goes.
type Out = Box<dyn Write + Send>;

/// Tells of one command, whatever jobs it runs.
#[expect(clippy::struct_excessive_bools, reason = "none follows from another")]
pub struct Teller {
    telling: Telling,
    clock: Clock,
    out: Out,
    /// Why nothing more is written.
    unwritten: Option<io::Error>,
    status: Status,
    terminal: bool,
    document: Document,
    began: Instant,
    /// Uploads that were said to have begun.
    begun: HashSet<String>,
    /// Told already, or none.
    trouble: Option<String>,
    late: bool,
    last: Sending,
    drawn: Option<Instant>,
    stale: bool,
    evented: Option<Instant>,
    faults: Vec<Fault>,
    about: Option<About>,
    /// The files of parts that are put, by number.
    files: BTreeMap<u32, String>,
    cancelled: bool,
    /// An upload is compared, and not ours yet.
    compares: bool,
    comparison: Option<Comparison>,
}

impl Teller {
    pub fn new(telling: Telling, clock: Clock) -> Self {
        Self::onto(telling, clock, Box::new(io::stdout()))
    }

    fn onto(telling: Telling, clock: Clock, out: Out) -> Self {
        let terminal = io::stderr().is_terminal();
        Self {
            telling,
            clock,
            out,
            unwritten: None,
            status: Status::new(),
            terminal: terminal && !telling.quiet,
            document: Document::default(),
            began: Instant::now(),
            begun: HashSet::new(),
            trouble: None,
            late: false,
            last: Sending::default(),
            drawn: None,
            stale: false,
            evented: None,
            faults: Vec::new(),
            about: None,
            files: BTreeMap::new(),
            cancelled: false,
            compares: false,
            comparison: None,
        }
    }

    /// The line at the start, where no other one follows.
    pub fn start(&self, what: &str) {
        if !self.terminal && !self.telling.quiet {
            complain(what);
        }
    }

    /// What is done from now on is about this upload of ours.
    pub fn about(&mut self, about: About) {
        self.about = Some(about);
    }

    /// When to draw again, if there is something to.
    pub fn due(&self) -> Option<Instant> {
        let drawn = self.drawn.filter(|_| self.stale)?;
        Some(drawn + REDRAW)
    }

    pub fn redraw(&mut self) {
        if !self.terminal {
            return;
        }
        let now = Instant::now();
        if self.drawn.is_some_and(|drawn| now < drawn + REDRAW) {
            self.stale = true;
            return;
        }
        let columns = crossterm::terminal::size().map_or(80, |(columns, _)| columns);
        let columns = usize::from(columns.max(2)) - 1;
        self.status.show(&progress::line(&self.last, columns));
        self.drawn = Some(now);
        self.stale = false;
    }

    /// How far it is.
    pub fn sending(&mut self, sending: Sending) {
        self.last = sending;
        self.events();
        self.troubles();
        self.redraw();
    }

    fn events(&mut self) {
        let sending = std::mem::take(&mut self.last);
        let is_theirs = self.document.placed.is_some() || self.compares;
        if let Some(begun) = Begun::of(&sending).filter(|_| !is_theirs) {
            let id = sending.target.as_ref().map(|of| of.upload_id.clone());
            if id.is_some_and(|id| self.begun.insert(id)) {
                self.event("begun", begun);
            }
        }
        let now = Instant::now();
        if self.evented.is_none_or(|last| now >= last + PROGRESS) {
            self.evented = Some(now);
            self.event("progress", Progress::from(&sending));
        }
        self.last = sending;
    }

    /// Without a redrawn line trouble is told once, when it changes.
    fn troubles(&mut self) {
        let trouble = self.last.trouble.clone();
        let trouble = trouble.filter(|_| self.last.phase == Phase::Waiting);
        // A countdown is no news.
        let kind = |text: &str| {
            text.split(", next try")
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let kind = trouble.as_deref().map(kind);
        if kind != self.trouble {
            if !self.terminal && !self.telling.quiet {
                match (&trouble, self.last.phase) {
                    (Some(_), _) => complain(&progress::waiting(&self.last)),
                    (None, Phase::Sending) => complain("going on"),
                    (None, _) => {}
                }
            }
            self.trouble = kind;
        }
        if self.last.late && !self.late {
            let deadline = self.last.deadline.map_or("soon".to_owned(), human::utc);
            self.note(&format!(
                "at this rate it ends after the service ends the upload by itself ({deadline})"
            ));
        }
        self.late = self.last.late;
    }

    /// Something that ends nothing.
    pub fn warning(&mut self, fault: &Fault) {
        self.note(&sentence(fault));
        self.event("warning", crate::cli::output::ErrorRecord::from(fault));
        self.document.warnings.push(fault.into());
    }

    /// A sentence above the redrawn line.
    pub fn note(&mut self, text: &str) {
        self.status.clear();
        self.drawn = None;
        if !self.telling.quiet {
            complain(text);
        }
    }

    /// What became of one file.
    pub fn sent(&mut self, sent: &Sent) {
        self.status.clear();
        self.drawn = None;
        if let SentOutcome::Failed { fault, .. } = &sent.outcome {
            complain(&failed(sent, fault));
            self.faults.push(fault.clone());
        } else if !self.telling.json && !self.telling.jsonl && !self.telling.quiet {
            self.write(&line(sent));
        }
        self.record(Record::from(sent));
    }

    fn record(&mut self, record: Record) {
        self.event(record.word(), &record);
        self.document.add(record);
    }

    /// A failure that no job told of.
    pub fn failed(&mut self, fault: &Fault) {
        self.status.clear();
        let mut text = sentence(fault);
        if let Some(about) = &self.about {
            let address = format!("s3://{}/{}", escape(&about.bucket), escape(&about.key));
            if !text.contains(&address) {
                text = format!("{address}: {text}");
            }
        }
        complain(&text);
        self.faults.push(fault.clone());
        self.record(Record::of_all(fault, self.about.as_ref()));
    }

    /// How a job ended.
    pub fn ended(&mut self, outcome: &Outcome) {
        self.status.clear();
        self.drawn = None;
        self.stale = false;
        match outcome {
            Outcome::Done => {}
            Outcome::Cancelled { .. } => self.cancelled = true,
            // Often the one that was told of the only file.
            Outcome::Failed(fault) if self.faults.contains(fault) => {}
            Outcome::Failed(fault) => self.failed(fault),
        }
    }

    /// The first interrupt was heard.
    pub fn stopping(&mut self) {
        self.status.clear();
        self.drawn = None;
        let resume = self.last.journal.as_deref().map_or_else(
            || "stopping; ctrl-c again leaves at once".to_owned(),
            |id| {
                format!(
                    "stopping; what was sent is kept, and `mopup resume {}` goes on with it; ctrl-c again leaves at once",
                    escape(id)
                )
            },
        );
        complain(&resume);
    }

    /// Writes the document, says the last word and tells the exit code.
    pub fn finish(mut self, interrupted: bool) -> Result<Exit, Failure> {
        self.status.clear();
        if self.telling.json {
            let document = serde_json::to_string(&self.document)?;
            self.write(&document);
        }
        let left = !self.document.kept.is_empty() || !self.document.not_begun.is_empty();
        let interrupted = self.cancelled || (interrupted && left);
        if interrupted || (!self.terminal && !self.telling.quiet) {
            let begin = if interrupted { "interrupted; " } else { "" };
            complain(&format!("{begin}{}", self.summary()));
        }
        if interrupted {
            return Ok(Exit::Interrupted);
        }
        match self.unwritten {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(Exit::failed_if(!self.document.failed.is_empty())),
        }
    }

    fn summary(&self) -> String {
        let document = &self.document;
        let mut summary = String::new();
        for (count, word) in [
            (document.placed.as_ref().map_or(0, Vec::len), "put"),
            (document.stored.len(), "stored"),
            (document.existed.len(), "left alone"),
            (document.kept.len(), "kept for `mopup resume`"),
            (document.aborted.len(), "aborted"),
            (document.failed.len(), "failed"),
            (document.not_begun.len(), "not begun"),
        ] {
            if count > 0 {
                let comma = if summary.is_empty() { "" } else { ", " };
                let _ = write!(summary, "{comma}{} {word}", human::count(count as u64));
            }
        }
        if summary.is_empty() {
            summary.push_str("nothing was sent");
        }
        let _ = write!(summary, " after {}", human::age(self.began.elapsed()));
        summary
    }

    fn event(&mut self, name: &'static str, what: impl Serialize) {
        if self.telling.jsonl {
            match document::event(name, self.clock.now(), what) {
                Ok(line) => self.write(&line),
                Err(error) => self.unwritten = Some(error.into()),
            }
        }
    }

    fn write(&mut self, line: &str) {
        if self.unwritten.is_some() {
            return;
        }
        let written = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
        self.unwritten = written.err();
    }
}

#[cfg(test)]
mod tests;
