//! `[upload]`: what new uploads begin with.

use std::ops::RangeInclusive;

use super::error::ConfigError;
use super::read::{Source, Value};
use crate::model::filter::parse_size;
use crate::model::plan::{GIB, MIB};
use crate::model::send::{Defaults, PayloadSigning};
use crate::model::{Algorithm, ChecksumWish};

/// Parts in flight that may be asked for.
pub const WIDTHS: RangeInclusive<usize> = 1..=64;

/// The keys of the table.
const KEYS: &[&str] = &[
    "part_size",
    "multipart_threshold",
    "width",
    "limit_rate",
    "checksum",
    "payload_signing",
    "storage_class",
];

pub(super) fn merge<'a>(
    source: &Source<'a>,
    value: &Value<'a>,
    upload: &mut Defaults,
) -> Result<(), ConfigError> {
    for (key, value) in source.table(value)? {
        match key.get_ref().as_ref() {
            "part_size" => upload.wish.part_size = part_size(source, value)?,
            "multipart_threshold" => upload.wish.threshold = source.size(value)?,
            "width" => upload.wish.width = width(source, value)?,
            "limit_rate" => upload.pace.limit = limit(source, value)?,
            "checksum" => upload.checksum = source.word(value, checksum, CHECKSUMS)?,
            "payload_signing" => upload.signing = source.word(value, signing, SIGNINGS)?,
            "storage_class" => {
                let class = source.string(value)?;
                upload.storage_class = Some(class.to_owned()).filter(|class| !class.is_empty());
            }
            _ => return Err(source.unknown("key", key, KEYS)),
        }
    }
    Ok(())
}

/// Fits every service known: what one of them wants further is told when it is planned.
fn part_size(source: &Source, value: &Value) -> Result<Option<u64>, ConfigError> {
    if value.get_ref().as_str() == Some("auto") {
        return Ok(None);
    }
    let size = source.size(value)?;
    if (5 * MIB..=5 * GIB).contains(&size) {
        return Ok(Some(size));
    }
    Err(source.error(value.span(), "parts have 5MiB to 5GiB"))
}

fn width(source: &Source, value: &Value) -> Result<Option<usize>, ConfigError> {
    if value.get_ref().as_str() == Some("auto") {
        return Ok(None);
    }
    let width = source.size(value)?;
    let width = usize::try_from(width)
        .ok()
        .filter(|width| WIDTHS.contains(width));
    let wrong = || source.error(value.span(), "this is 1 to 64, or \"auto\"");
    width.map(Some).ok_or_else(wrong)
}

fn limit(source: &Source, value: &Value) -> Result<Option<u64>, ConfigError> {
    let rate = match value.get_ref().as_str() {
        Some("off") => return Ok(None),
        Some(text) => parse_rate(text),
        None => Some(source.size(value)?).filter(|rate| *rate > 0),
    };
    let wrong = "this is no rate; write \"10MiB/s\", \"500k\" or \"off\"";
    rate.map(Some)
        .ok_or_else(|| source.error(value.span(), wrong))
}

/// Bytes a second as `10MiB/s` or `10MiB`; not zero.
pub fn parse_rate(text: &str) -> Option<u64> {
    let text = text.trim();
    parse_size(text.strip_suffix("/s").unwrap_or(text)).filter(|rate| *rate > 0)
}

const CHECKSUMS: &[&str] = &[
    "auto",
    "none",
    "crc64nvme",
    "crc32",
    "crc32c",
    "sha1",
    "sha256",
];

fn checksum(word: &str) -> Option<ChecksumWish> {
    match word {
        "auto" => Some(ChecksumWish::Auto),
        "none" => Some(ChecksumWish::None),
        name => Algorithm::from_name(name).map(ChecksumWish::Of),
    }
}

const SIGNINGS: &[&str] = &["auto", "always", "never"];

fn signing(word: &str) -> Option<PayloadSigning> {
    match word {
        "auto" => Some(PayloadSigning::Auto),
        "always" => Some(PayloadSigning::Always),
        "never" => Some(PayloadSigning::Never),
        _ => None,
    }
}
