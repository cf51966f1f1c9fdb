//! What commands print: records for machines, lines for people, sentences about failures.
//!
//! Text from a bucket is escaped for people; JSON and CSV carry it as it is.

mod json;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::AsFd;

use serde::Serialize;

use super::args::Output;
use super::failure::{Exit, Failure};
use crate::model::human::escape;
use crate::model::{Timestamp, Upload};
use crate::protocol::{Fault, Operation};

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
}

impl From<Output> for Format {
    fn from(output: Output) -> Self {
        match output {
            Output { json: true, .. } => Self::Json,
            Output { jsonl: true, .. } => Self::Jsonl,
            Output { csv: true, .. } => Self::Csv,
            _ => Self::Table,
        }
    }
}

/// A sentence on standard error. That it cannot be written cannot be told.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "mopup: {text}");
}

/// A fault for people.
pub fn sentence(fault: &Fault) -> String {
    escape(&fault.to_string()).into_owned()
}

/// An RFC 3339 text or null.
pub fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::rfc3339)
}

/// An upload as it was listed.
#[derive(Debug, Serialize)]
pub struct UploadRecord<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub upload_id: &'a str,
    pub initiated: Option<String>,
    pub storage_class: Option<&'a str>,
    pub initiator: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub checksum_algorithm: Option<&'a str>,
}

impl<'a> UploadRecord<'a> {
    pub fn new(bucket: &'a str, upload: &'a Upload) -> Self {
        Self {
            bucket,
            key: &upload.key,
            upload_id: &upload.upload_id,
            initiated: time(upload.initiated),
            storage_class: upload.storage_class.as_deref(),
            initiator: upload.initiator.as_deref(),
            owner: upload.owner.as_deref(),
            checksum_algorithm: upload.checksum_algorithm.as_deref(),
        }
    }
}

/// An upload that was looked into. The same fields as [`UploadRecord`] first: CSV knows no nested records.
#[derive(Debug, Serialize)]
pub struct SizedRecord<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub upload_id: &'a str,
    pub initiated: Option<String>,
    pub storage_class: Option<&'a str>,
    pub initiator: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub checksum_algorithm: Option<&'a str>,
    pub parts: Option<u32>,
    pub bytes: Option<u64>,
    pub last_part: Option<String>,
    pub state: Option<&'static str>,
    pub deadline: Option<String>,
}

/// A failure in a document.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorRecord {
    pub operation: &'static str,
    /// `s3://bucket/key`, an endpoint, or empty for the account.
    pub target: String,
    pub code: Option<String>,
    pub message: String,
    pub hint: String,
}

impl From<&Fault> for ErrorRecord {
    fn from(fault: &Fault) -> Self {
        Self {
            operation: fault.operation.name(),
            target: fault.target.clone(),
            code: fault.code.clone(),
            message: fault.message.clone(),
            hint: fault.hint.clone(),
        }
    }
}

impl ErrorRecord {
    /// An interrupt, and how far things were.
    fn interrupted(message: &str) -> Self {
        Self {
            operation: Operation::Local.name(),
            target: String::new(),
            code: Some("Interrupted".to_owned()),
            message: message.to_owned(),
            hint: "what is missing here was not looked at".to_owned(),
        }
    }
}

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;

enum Writer {
    /// Lines, objects of a JSON array, objects a line.
    Plain(BufWriter<File>),
    Csv(Box<csv::Writer<BufWriter<File>>>),
}

/// Prints records one by one, as one document if that is wanted, in bounded memory. Failures are told on
/// standard error as they happen, and again in the document.
pub struct Printer {
    writer: Writer,
    format: Format,
    /// The record being written.
    record: Vec<u8>,
    count: u64,
    errors: Vec<ErrorRecord>,
}

impl Printer {
    /// Prints records as the array `name`; CSV names the fields first.
    pub fn new(format: Format, name: &str, fields: &[&str]) -> Result<Self, Failure> {
        // Not through the standard library's own buffer, which looks for the ends of lines in all that passes.
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let stdout = BufWriter::with_capacity(BUFFER, stdout);
        let mut printer = Self {
            writer: if format == Format::Csv {
                let mut writer = csv::WriterBuilder::new()
                    .has_headers(false)
                    .from_writer(stdout);
                writer.write_record(fields)?;
                Writer::Csv(Box::new(writer))
            } else {
                Writer::Plain(stdout)
            },
            format,
            record: Vec::new(),
            count: 0,
            errors: Vec::new(),
        };
        if format == Format::Json {
            printer.text(&format!("{{\"{name}\":["))?;
        }
        Ok(printer)
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// How many records were printed.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether a failure was told.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Text as it is; nothing in CSV.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        if let Writer::Plain(out) = &mut self.writer {
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// One record, in every format but the table.
    pub fn record(&mut self, record: &impl Serialize) -> Result<(), Failure> {
        self.print(record, |out| serde_json::to_writer(out, record))
    }

    /// The same for an upload as it was listed, a million of which is nothing unusual.
    pub fn upload(&mut self, upload: &UploadRecord<'_>) -> Result<(), Failure> {
        self.print(upload, |out| json::upload(upload, out))
    }

    fn print<F>(&mut self, record: &impl Serialize, json: F) -> Result<(), Failure>
    where
        F: FnOnce(&mut Vec<u8>) -> Result<(), serde_json::Error>,
    {
        match &mut self.writer {
            Writer::Csv(out) => out.serialize(record)?,
            Writer::Plain(out) => {
                self.record.clear();
                if self.format == Format::Json && self.count > 0 {
                    self.record.extend(b",\n");
                }
                json(&mut self.record)?;
                if self.format == Format::Jsonl {
                    self.record.push(b'\n');
                }
                out.write_all(&self.record)?;
            }
        }
        self.count += 1;
        Ok(())
    }

    /// One line of the table.
    pub fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.text(line)?;
        self.text("\n")?;
        self.count += 1;
        Ok(())
    }

    /// Tells a failure.
    pub fn error(&mut self, fault: &Fault) {
        complain(&sentence(fault));
        self.remember(fault);
    }

    /// Has the document name a failure that is told elsewhere.
    pub fn remember(&mut self, fault: &Fault) {
        self.errors.push(fault.into());
    }

    /// Ends the document of a command that failed as a whole.
    pub fn end_with(&mut self, fault: &Fault) -> Result<Exit, Failure> {
        self.error(fault);
        self.finish(&[])?;
        Ok(Exit::Failed)
    }

    /// Has the document say that it is not all there is. The sentence is left to the caller.
    pub fn interrupt(&mut self, message: &str) {
        self.errors.push(ErrorRecord::interrupted(message));
    }

    /// What was printed so far reaches the reader.
    pub fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.writer {
            Writer::Plain(out) => out.flush()?,
            Writer::Csv(out) => out.flush()?,
        }
        Ok(())
    }

    /// Ends the document; `more` are further members of it.
    pub fn finish(&mut self, more: &[(&str, serde_json::Value)]) -> Result<(), Failure> {
        if self.format == Format::Json {
            let mut tail = String::from("]");
            for (name, value) in more {
                let _ = write!(tail, ",\"{name}\":{value}");
            }
            let errors = serde_json::to_string(&self.errors)?;
            tail.push_str(",\"errors\":");
            tail.push_str(&errors);
            tail.push_str("}\n");
            self.text(&tail)?;
        }
        self.flush()
    }
}

/// One line on standard error that is overwritten; nothing when that is no terminal.
#[derive(Debug)]
pub struct Status {
    shown: bool,
    on: bool,
}

impl Status {
    pub fn new() -> Self {
        Self {
            shown: false,
            on: io::stderr().is_terminal(),
        }
    }

    /// For a command that prints meanwhile: also nothing when that goes to a terminal.
    pub fn beside_output() -> Self {
        let mut status = Self::new();
        status.on &= !io::stdout().is_terminal();
        status
    }

    /// Overwrites the line.
    pub fn show(&mut self, text: &str) {
        if self.on {
            self.shown = true;
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r\x1b[K{text}").and_then(|()| out.flush());
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}
