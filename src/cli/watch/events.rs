//! One JSON document a line for each thing that happens.

use serde::Serialize;

use super::super::output::{ErrorRecord, time};
use crate::model::watch::{Ending, Standing, Vitals};
use crate::model::{Part, Target, Timestamp};
use crate::protocol::Fault;

/// A line.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    #[serde(rename = "event")]
    name: &'static str,
    /// When it was seen.
    at: String,
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
    #[serde(flatten)]
    what: What<'a>,
}

/// What a line adds.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum What<'a> {
    Nothing {},
    Figures(Box<Figures<'a>>),
    Part {
        part_number: u32,
        size: u64,
        etag: &'a str,
        last_modified: Option<String>,
    },
    Quiet {
        quiet_seconds: u64,
    },
    Object {
        size: u64,
        etag: &'a str,
        parts: Option<u32>,
        last_modified: Option<String>,
        version_id: Option<&'a str>,
    },
    Message {
        message: &'a str,
    },
    Error(ErrorRecord),
}

/// How it goes.
#[derive(Debug, Serialize)]
pub struct Figures<'a> {
    parts: u32,
    bytes: u64,
    size: Option<u64>,
    percent: Option<f64>,
    highest_part: u32,
    missing_parts: u32,
    out_of_order_parts: u32,
    resent_parts: u32,
    first_part: Option<String>,
    last_part: Option<String>,
    bytes_per_second: Option<u64>,
    average_bytes_per_second: Option<u64>,
    spacing_seconds: Option<f64>,
    quiet_seconds: Option<u64>,
    stalls_at_seconds: Option<u64>,
    pulse: &'static str,
    ends_at: Option<String>,
    deadline: Option<String>,
    late: bool,
    next_look_seconds: f64,
    looks: u64,
    requests: u64,
    trouble: Option<&'a str>,
}

impl<'a> Event<'a> {
    pub fn new(name: &'static str, at: Timestamp, target: &'a Target, what: What<'a>) -> Self {
        Self {
            name,
            at: at.rfc3339(),
            bucket: &target.bucket,
            key: &target.key,
            upload_id: &target.upload_id,
            what,
        }
    }
}

impl<'a> What<'a> {
    pub fn figures(vitals: &'a Vitals) -> Self {
        let secs = |span: Option<std::time::Duration>| span.map(|span| span.as_secs());
        Self::Figures(Box::new(Figures {
            parts: vitals.parts,
            bytes: vitals.bytes,
            size: vitals.size,
            percent: vitals.permille().map(|tenths| f64::from(tenths) / 10.0),
            highest_part: vitals.highest,
            missing_parts: vitals.missing,
            out_of_order_parts: vitals.out_of_order,
            resent_parts: vitals.resent,
            first_part: time(vitals.first_part),
            last_part: time(vitals.last_part),
            bytes_per_second: vitals.rate,
            average_bytes_per_second: vitals.average,
            spacing_seconds: vitals.spacing.map(|span| span.as_secs_f64()),
            quiet_seconds: secs(vitals.quiet),
            stalls_at_seconds: secs(vitals.stalls_at),
            pulse: vitals.pulse.word(),
            ends_at: time(vitals.ends_at),
            deadline: time(vitals.deadline),
            late: vitals.late,
            next_look_seconds: vitals.every.as_secs_f64(),
            looks: vitals.looks,
            requests: vitals.requests,
            trouble: vitals.trouble.as_deref(),
        }))
    }

    pub fn part(part: &'a Part) -> Self {
        Self::Part {
            part_number: part.number,
            size: part.size,
            etag: &part.etag,
            last_modified: time(part.last_modified),
        }
    }

    pub fn ending(ending: &'a Ending) -> Self {
        match ending {
            Ending::Completed(object) | Ending::Replaced(object) => Self::object(object),
            Ending::Aborted => Self::Nothing {},
            Ending::Untold(message) => Self::Message { message },
        }
    }

    fn object(object: &'a Standing) -> Self {
        Self::Object {
            size: object.size,
            etag: &object.etag,
            parts: object.parts(),
            last_modified: time(object.last_modified),
            version_id: object.version_id.as_deref(),
        }
    }

    pub fn error(fault: &Fault) -> Self {
        Self::Error(fault.into())
    }
}
