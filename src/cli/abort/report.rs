//! What became of an abort: one document, or lines for people. A few bytes are kept of each upload; their names are
//! read where they stand when all is printed.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};

use super::candidates::Plan;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{ErrorRecord, sentence};
use crate::model::human::{self, escape};
use crate::model::{Row, RowId, Targets};
use crate::protocol::{AbortOutcome, Fault, SkipReason};

/// Failures that are alike are kept once: so many of the last ones are compared.
const ALIKE: usize = 8;

#[derive(Debug, Serialize)]
struct Skipped<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: String,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Failed<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: String,
    code: Option<&'a str>,
    message: &'a str,
    hint: &'a str,
}

#[derive(Debug, Serialize)]
struct Doomed<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: String,
    bytes: Option<u64>,
}

/// Written while it is made.
struct Each<F>(F);

impl<I: IntoIterator<Item: Serialize>, F: Fn() -> I> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Debug, Serialize)]
struct Document<'a, S: Serialize, F: Serialize, D: Serialize> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// Of a dry run: how many would be.
    aborted: u64,
    freed_bytes: u64,
    already_gone: u64,
    /// Of the aborted: nobody could look whether anything is left of them.
    #[serde(skip_serializing_if = "is_zero")]
    unverified: u64,
    /// Not begun when it was interrupted.
    #[serde(skip_serializing_if = "is_zero")]
    left: u64,
    skipped: S,
    failed: F,
    /// What could not be listed or looked into, so that there may be more to abort.
    #[serde(skip_serializing_if = "<[ErrorRecord]>::is_empty")]
    errors: &'a [ErrorRecord],
    #[serde(skip_serializing_if = "Option::is_none")]
    would_abort: Option<D>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A fault that several uploads share; its target is left out where it is the upload's own.
#[derive(Debug)]
struct Shared {
    fault: Fault,
    is_of_upload: bool,
}

/// Collects outcomes and prints them in the end.
#[derive(Debug)]
pub struct Report {
    aborted: u64,
    freed: u64,
    already_gone: u64,
    /// Aborted without knowing what it held.
    unsized_count: u64,
    unverified: u64,
    left: u64,
    skipped: Vec<(RowId, SkipReason)>,
    failed: Vec<(RowId, u32)>,
    faults: Vec<Shared>,
    errors: Vec<ErrorRecord>,
    dry_run: bool,
    /// The uploads were named one by one: then a skip is a refusal.
    named: bool,
}

impl Report {
    pub fn new(named: bool, errors: Vec<ErrorRecord>) -> Self {
        Self {
            aborted: 0,
            freed: 0,
            already_gone: 0,
            unsized_count: 0,
            unverified: 0,
            left: 0,
            skipped: Vec::new(),
            failed: Vec::new(),
            faults: Vec::new(),
            errors,
            dry_run: false,
            named,
        }
    }

    /// What a plan would do.
    pub fn plan(&mut self, plan: &Plan) {
        self.dry_run = true;
        for candidate in plan.targets.iter() {
            self.learn(&plan.targets, candidate.id(), plan.verdict(&candidate));
        }
    }

    /// So many were not begun.
    pub const fn leave(&mut self, left: u64) {
        self.left = left;
    }

    /// What became of one upload.
    pub fn learn(&mut self, targets: &Targets, row: RowId, outcome: AbortOutcome) {
        match outcome {
            AbortOutcome::Aborted { freed, verified } => {
                self.aborted += 1;
                self.freed += freed.unwrap_or(0);
                self.unsized_count += u64::from(freed.is_none());
                self.unverified += u64::from(!verified);
            }
            AbortOutcome::AlreadyGone => self.already_gone += 1,
            AbortOutcome::Skipped(why) => self.skipped.push((row, why)),
            AbortOutcome::Failed(fault) => {
                let fault = self.share(targets, row, fault);
                self.failed.push((row, fault));
            }
        }
    }

    fn share(&mut self, targets: &Targets, row: RowId, mut fault: Fault) -> u32 {
        let own = targets.row(row).map(|row| own(targets.bucket(), &row));
        let is_of_upload = own.as_deref() == Some(&*fault.target);
        if is_of_upload {
            fault.target.clear();
        }
        let alike = |of: &Shared| of.is_of_upload == is_of_upload && of.fault == fault;
        let from = self.faults.len().saturating_sub(ALIKE);
        let known = self.faults[from..].iter().position(alike);
        let at = known.map_or(self.faults.len(), |at| from + at);
        if known.is_none() {
            self.faults.push(Shared {
                fault,
                is_of_upload,
            });
        }
        // There are no more faults than rows.
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Prints everything to standard output.
    pub fn print(&self, plan: &Plan, json: bool) -> Result<Exit, Failure> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = if json {
            self.document(plan, &mut out)
        } else {
            self.text(plan, &mut out)
        };
        // What was done counts, whether or not somebody still reads of it.
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        Ok(Exit::failed_if(self.failed()))
    }

    fn failed(&self) -> bool {
        let refused = |of: &(RowId, SkipReason)| self.named || of.1 == SkipReason::LivenessUnknown;
        !self.errors.is_empty() || !self.failed.is_empty() || self.skipped.iter().any(refused)
    }

    fn faults<'a>(&'a self, targets: &'a Targets) -> impl Iterator<Item = (Row<'a>, &'a Shared)> {
        let named = |of: &(RowId, u32)| Some((targets.row(of.0)?, self.faults.get(of.1 as usize)?));
        self.failed.iter().filter_map(named)
    }

    fn document(&self, plan: &Plan, out: &mut impl Write) -> io::Result<()> {
        let targets = &plan.targets;
        let bucket = targets.bucket();
        let id = |row: &Row<'_>| row.upload_id().text().into_owned();
        let skipped = || {
            self.skipped.iter().filter_map(|(row, why)| {
                let row = targets.row(*row)?;
                Some(Skipped {
                    bucket,
                    key: row.key(),
                    upload_id: id(&row),
                    reason: why.word(),
                })
            })
        };
        let failed = || {
            self.faults(targets).map(|(row, of)| Failed {
                bucket,
                key: row.key(),
                upload_id: id(&row),
                code: of.fault.code.as_deref(),
                message: &of.fault.message,
                hint: &of.fault.hint,
            })
        };
        let doomed = || {
            plan.doomed().map(|row| Doomed {
                bucket,
                key: row.key(),
                upload_id: id(&row),
                bytes: row.measure().exact().map(|extent| extent.bytes),
            })
        };
        let document = Document {
            dry_run: self.dry_run,
            aborted: self.aborted,
            freed_bytes: self.freed,
            already_gone: self.already_gone,
            unverified: self.unverified,
            left: self.left,
            skipped: Each(skipped),
            failed: Each(failed),
            errors: &self.errors,
            would_abort: self.dry_run.then_some(Each(doomed)),
        };
        serde_json::to_writer(&mut *out, &document)?;
        out.write_all(b"\n")
    }

    fn text(&self, plan: &Plan, out: &mut impl Write) -> io::Result<()> {
        let targets = &plan.targets;
        let name = |row: &Row<'_>| {
            let id = row.upload_id().text();
            format!(
                "s3://{}/{}  {}",
                escape(targets.bucket()),
                escape(row.key()),
                escape(&id)
            )
        };
        if self.dry_run {
            for row in plan.doomed() {
                let bytes = row.measure().exact().map(|extent| extent.bytes);
                let size = bytes.map_or("size unknown".to_owned(), human::size);
                writeln!(out, "would abort  {size:>12}  {}", name(&row))?;
            }
        }
        for (row, why) in &self.skipped {
            if let Some(row) = targets.row(*row) {
                writeln!(out, "skipped  {}  ({})", name(&row), why.explain())?;
            }
        }
        for (row, of) in self.faults(targets) {
            let mut fault = of.fault.clone();
            if of.is_of_upload {
                fault.target = own(targets.bucket(), &row);
            }
            writeln!(out, "failed  {}  ({})", name(&row), sentence(&fault))?;
        }
        writeln!(out, "{}", self.summary())
    }

    fn summary(&self) -> String {
        let would = if self.dry_run { "would be " } else { "" };
        let least = if self.unsized_count > 0 { "≥ " } else { "" };
        let mut summary = format!(
            "{} {would}aborted, {least}{} {would}freed",
            human::count(self.aborted),
            human::size(self.freed)
        );
        for (count, word) in [
            (self.unverified, "of them not looked at again"),
            (self.already_gone, "already gone"),
            (self.skipped.len() as u64, "skipped"),
            (self.failed.len() as u64, "failed"),
            (self.left, "not begun"),
        ] {
            if count > 0 {
                let _ = write!(summary, ", {} {word}", human::count(count));
            }
        }
        summary
    }
}

/// As a fault names the upload that it is about.
fn own(bucket: &str, row: &Row<'_>) -> String {
    format!("s3://{bucket}/{}", escape(row.key()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Measure, Upload};
    use crate::protocol::{Kind, Operation};

    #[test]
    fn failures_that_are_alike_are_kept_once() {
        let upload = |number: usize| Upload {
            key: format!("k{number}"),
            ..Upload::default()
        };
        let uploads = (0..1_000).map(|number| (upload(number), Measure::Unknown));
        let targets = Targets::of("b", uploads);
        let mut report = Report::new(false, Vec::new());
        for row in targets.iter() {
            let fault = Fault {
                operation: Operation::AbortMultipartUpload,
                target: own("b", &row),
                kind: Kind::Denied,
                code: Some("AccessDenied".to_owned()),
                message: "no".to_owned(),
                hint: String::new(),
            };
            report.learn(&targets, row.id(), AbortOutcome::Failed(fault));
        }
        assert_eq!((report.failed.len(), report.faults.len()), (1_000, 1));
        assert!(report.summary().contains("1,000 failed"));
    }
}
