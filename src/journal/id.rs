//! The names of journals: how they are made, and which one is meant. Reads the folder, opens nothing in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::JournalError;
use crate::model::Timestamp;

const ENDING: &str = ".jsonl";
/// The last millisecond of the year 9999.
const LAST_MILLIS: i64 = 253_402_300_799_999;

/// The ID of what is begun at `created`; `nth` tells apart what is begun within one millisecond.
///
/// Times before 1970 and behind the year 9999 are brought within: an ID only has to sort.
pub(super) fn make(created: Timestamp, nth: u32) -> String {
    let millis = created.millis().clamp(0, LAST_MILLIS);
    let date = Timestamp::from_millis(millis)
        .to_utc()
        .map_or_else(String::new, |at| at.format("%Y%m%d-%H%M%S").to_string());
    let millis = u32::try_from(millis % 1000).unwrap_or_default();
    format!("{date}-{}{}", base36(millis), base36(nth))
}

/// At least two digits.
fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.len() < 2 {
        digits.extend(char::from_digit(number % 36, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

pub(super) fn path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}{ENDING}"))
}

/// No path leads out of the folder.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed)
}

/// The IDs in the folder, ascending, and so by time; none where there is no folder.
pub(super) fn all(folder: &Path) -> Result<Vec<String>, JournalError> {
    let failed = |error: &io::Error| JournalError::io(folder, "cannot be looked for", error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(ENDING));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if let Some(id) = id.filter(|id| is_file && is_id(id)) {
            ids.push(id.to_owned());
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

/// The ID that `text` is, or the only one that it begins.
pub(super) fn resolve(folder: &Path, text: &str) -> Result<String, JournalError> {
    let not_found = || JournalError::NotFound {
        id: text.to_owned(),
    };
    if !is_id(text) {
        return Err(not_found());
    }
    let mut ids = all(folder)?;
    if ids.iter().any(|id| id == text) {
        return Ok(text.to_owned());
    }
    ids.retain(|id| id.starts_with(text));
    match ids.as_slice() {
        [] => Err(not_found()),
        [id] => Ok(id.clone()),
        _ => Err(JournalError::Ambiguous {
            id: text.to_owned(),
            candidates: ids,
        }),
    }
}
