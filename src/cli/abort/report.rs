//! What became of an abort: one document, or lines for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::candidates::Plan;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{ErrorRecord, sentence};
use crate::model::Target;
use crate::model::human::{self, escape};
use crate::protocol::{AbortOutcome, Fault, SkipReason};

#[derive(Debug, Serialize)]
struct Skipped {
    bucket: String,
    key: String,
    upload_id: String,
    reason: &'static str,
    #[serde(skip)]
    why: SkipReason,
}

#[derive(Debug, Serialize)]
struct Failed {
    bucket: String,
    key: String,
    upload_id: String,
    code: Option<String>,
    message: String,
    hint: String,
    #[serde(skip)]
    fault: Fault,
}

#[derive(Debug, Serialize)]
struct Doomed {
    bucket: String,
    key: String,
    upload_id: String,
    bytes: Option<u64>,
}

#[derive(Debug, Default, Serialize)]
struct Document {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// Of a dry run: how many would be.
    aborted: u64,
    freed_bytes: u64,
    already_gone: u64,
    skipped: Vec<Skipped>,
    failed: Vec<Failed>,
    /// What could not be listed or looked into, so that there may be more to abort.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_abort: Option<Vec<Doomed>>,
}

/// Collects outcomes and prints them in the end.
#[derive(Debug)]
pub struct Report {
    document: Document,
    /// Aborted without knowing what it held.
    unsized_count: u64,
    /// The uploads were named one by one: then a skip is a refusal.
    named: bool,
}

impl Report {
    pub fn new(named: bool, errors: Vec<ErrorRecord>) -> Self {
        Self {
            document: Document {
                errors,
                ..Document::default()
            },
            unsized_count: 0,
            named,
        }
    }

    /// What a plan would do.
    pub fn plan(&mut self, plan: &Plan) {
        self.document.dry_run = true;
        let mut doomed = Vec::new();
        for candidate in &plan.candidates {
            let verdict = plan.verdict(candidate);
            if let AbortOutcome::Aborted { freed } = verdict {
                doomed.push(Doomed {
                    bucket: candidate.target.bucket.clone(),
                    key: candidate.target.key.clone(),
                    upload_id: candidate.target.upload_id.clone(),
                    bytes: freed,
                });
            }
            self.learn(&candidate.target, verdict);
        }
        self.document.would_abort = Some(doomed);
    }

    /// What became of one upload.
    pub fn learn(&mut self, target: &Target, outcome: AbortOutcome) {
        let Target {
            bucket,
            key,
            upload_id,
        } = target.clone();
        let document = &mut self.document;
        match outcome {
            AbortOutcome::Aborted { freed } => {
                document.aborted += 1;
                document.freed_bytes += freed.unwrap_or(0);
                self.unsized_count += u64::from(freed.is_none());
            }
            AbortOutcome::AlreadyGone => document.already_gone += 1,
            AbortOutcome::Skipped(why) => document.skipped.push(Skipped {
                bucket,
                key,
                upload_id,
                reason: why.word(),
                why,
            }),
            AbortOutcome::Failed(fault) => document.failed.push(Failed {
                bucket,
                key,
                upload_id,
                code: fault.code.clone(),
                message: fault.message.clone(),
                hint: fault.hint.clone(),
                fault,
            }),
        }
    }

    /// Prints everything to standard output.
    pub fn print(&self, json: bool) -> Result<Exit, Failure> {
        let text = if json {
            serde_json::to_string(&self.document)? + "\n"
        } else {
            self.text()
        };
        // What was done counts, whether or not somebody still reads of it.
        match io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        Ok(Exit::failed_if(self.failed()))
    }

    fn failed(&self) -> bool {
        let refused = |skipped: &Skipped| self.named || skipped.why == SkipReason::LivenessUnknown;
        !self.document.errors.is_empty()
            || !self.document.failed.is_empty()
            || self.document.skipped.iter().any(refused)
    }

    fn text(&self) -> String {
        let document = &self.document;
        let name = |bucket: &str, key: &str, id: &str| {
            format!("s3://{}/{}  {}", escape(bucket), escape(key), escape(id))
        };
        let mut lines = Vec::new();
        for doomed in document.would_abort.iter().flatten() {
            let name = name(&doomed.bucket, &doomed.key, &doomed.upload_id);
            let size = doomed.bytes.map_or("size unknown".to_owned(), human::size);
            lines.push(format!("would abort  {size:>12}  {name}"));
        }
        for skipped in &document.skipped {
            let name = name(&skipped.bucket, &skipped.key, &skipped.upload_id);
            lines.push(format!("skipped  {name}  ({})", skipped.why.explain()));
        }
        for failed in &document.failed {
            let name = name(&failed.bucket, &failed.key, &failed.upload_id);
            lines.push(format!("failed  {name}  ({})", sentence(&failed.fault)));
        }
        lines.push(self.summary());
        lines.join("\n") + "\n"
    }

    fn summary(&self) -> String {
        let document = &self.document;
        let would = if document.dry_run { "would be " } else { "" };
        let least = if self.unsized_count > 0 { "≥ " } else { "" };
        let mut summary = format!(
            "{} {would}aborted, {least}{} {would}freed",
            human::count(document.aborted),
            human::size(document.freed_bytes)
        );
        for (count, word) in [
            (document.already_gone, "already gone"),
            (document.skipped.len() as u64, "skipped"),
            (document.failed.len() as u64, "failed"),
        ] {
            if count > 0 {
                let _ = write!(summary, ", {} {word}", human::count(count));
            }
        }
        summary
    }
}
