//! What there is to say of an upload that is to be completed: lines for people, one document for machines.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::output::{ErrorRecord, time};
use crate::model::Target;
use crate::model::completion::{Existing, Remark, Ruling, kind};
use crate::model::human::{self, escape};
use crate::model::orphan::Judged;
use crate::model::send::{StoredObject, Verdict};
use crate::protocol::Fault;

/// What was found and what was done.
#[derive(Debug, Serialize)]
pub struct Document {
    bucket: String,
    key: String,
    upload_id: String,
    /// `can`, `can_but`, `cannot`; `null` where it could not be judged.
    verdict: Option<&'static str>,
    remarks: Vec<RemarkRecord>,
    parts: Option<u32>,
    bytes: Option<u64>,
    /// Of the object, where it can be foretold.
    etag: Option<String>,
    checksum: Option<String>,
    checksum_type: Option<String>,
    existing: Option<ExistingRecord>,
    completed: Option<Completed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<ErrorRecord>,
    errors: Vec<ErrorRecord>,
}

#[derive(Debug, Serialize)]
struct RemarkRecord {
    remark: &'static str,
    /// It alone makes the completion impossible.
    forbids: bool,
    text: String,
}

#[derive(Debug, Serialize)]
struct ExistingRecord {
    bytes: u64,
    etag: String,
    last_modified: Option<String>,
    versioned: bool,
}

#[derive(Debug, Serialize)]
struct Completed {
    bytes: u64,
    parts: u32,
    etag: String,
    version_id: Option<String>,
    checksum: Option<String>,
    verified: bool,
    verification: String,
}

impl Document {
    pub fn new(target: &Target) -> Self {
        Self {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
            upload_id: target.upload_id.clone(),
            verdict: None,
            remarks: Vec::new(),
            parts: None,
            bytes: None,
            etag: None,
            checksum: None,
            checksum_type: None,
            existing: None,
            completed: None,
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    pub fn judged(&mut self, judged: &Judged) {
        let completion = &judged.completion;
        self.verdict = Some(completion.ruling.word());
        self.remarks = completion.remarks.iter().map(RemarkRecord::from).collect();
        self.parts = Some(completion.parts);
        self.bytes = Some(completion.size);
        self.etag.clone_from(&completion.etag);
        let checksum = completion.checksum.as_ref();
        self.checksum = checksum.map(|of| format!("{}:{}", of.algorithm, of.value));
        self.checksum_type = kind(&judged.info).map(str::to_owned);
        self.existing = judged.existing.as_ref().map(ExistingRecord::from);
    }

    pub fn completed(&mut self, object: &StoredObject) {
        let (verified, verification) = match &object.verdict {
            Verdict::Verified(what) => (true, what.clone()),
            Verdict::Unverified(why) => (false, why.clone()),
        };
        self.completed = Some(Completed {
            bytes: object.size,
            parts: object.parts,
            etag: object.etag.clone(),
            version_id: object.version_id.clone(),
            checksum: object.checksum.clone(),
            verified,
            verification,
        });
    }

    pub fn warning(&mut self, fault: &Fault) {
        self.warnings.push(fault.into());
    }

    pub fn error(&mut self, error: ErrorRecord) {
        self.errors.push(error);
    }

    /// What was done counts, whether or not somebody still reads of it.
    pub fn print(&self) -> Result<(), Failure> {
        print(&(serde_json::to_string(self)? + "\n"))
    }
}

impl From<&Remark> for RemarkRecord {
    fn from(remark: &Remark) -> Self {
        Self {
            remark: remark.word(),
            forbids: remark.weight() == Ruling::Cannot,
            text: remark.to_string(),
        }
    }
}

impl From<&Existing> for ExistingRecord {
    fn from(existing: &Existing) -> Self {
        Self {
            bytes: existing.size,
            etag: existing.etag.clone(),
            last_modified: time(existing.last_modified),
            versioned: existing.is_versioned,
        }
    }
}

/// To standard output; a reader that went away is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn address(target: &Target) -> String {
    format!("s3://{}/{}", escape(&target.bucket), escape(&target.key))
}

/// The verdict for people: what it is about, the ruling, every remark, and what the object would be.
pub fn verdict(judged: &Judged) -> String {
    let completion = &judged.completion;
    let colon = match completion.ruling {
        Ruling::Can => "",
        Ruling::But | Ruling::Cannot => ":",
    };
    let mut text = format!(
        "{}  {}\n{}{colon}\n",
        address(&judged.target),
        escape(&judged.target.upload_id),
        completion.ruling.words()
    );
    for remark in &completion.remarks {
        let remark = remark.to_string();
        let _ = writeln!(text, "- {}", escape(&remark));
    }
    let parts = match completion.parts {
        1 => "1 part".to_owned(),
        parts => format!("{} parts", human::count(parts.into())),
    };
    let size = human::size(completion.size);
    let _ = write!(text, "the object: {parts}, {size}");
    if let Some(etag) = &completion.etag {
        let _ = write!(text, ", ETag \"{}\"", escape(etag));
    }
    if let Some(sum) = &completion.checksum {
        let _ = write!(text, ", {} {}", escape(&sum.algorithm), escape(&sum.value));
    }
    text.push('\n');
    text
}

/// What was done, on one line.
pub fn line(target: &Target, object: &StoredObject) -> String {
    let parts = match object.parts {
        1 => "1 part".to_owned(),
        parts => format!("{} parts", human::count(parts.into())),
    };
    let verdict = match &object.verdict {
        Verdict::Verified(what) => format!("verified: {}", escape(what)),
        Verdict::Unverified(why) => format!("not verified: {}", escape(why)),
    };
    format!(
        "completed  {}  {}  {parts}  ETag \"{}\"  {verdict}\n",
        address(target),
        human::size(object.size),
        escape(&object.etag)
    )
}
