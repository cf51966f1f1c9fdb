//! Whether a source is what it was: its length, its time, and a hash over some of its bytes.

use std::fs::{File, Metadata};
use std::io;
use std::time::UNIX_EPOCH;

use super::source::read_up_to;
use crate::journal::SourceRecord;
use crate::model::Algorithm;
use crate::s3::checksum::Hasher;

/// The sampled hash looks at so many places …
const SAMPLES: u64 = 16;
/// … of so many bytes.
const SAMPLE: usize = 64 * 1024;

/// How a source differs from what it was when its upload was begun; `None`: not at all.
pub(super) fn difference(then: &SourceRecord, now: &SourceRecord) -> Option<&'static str> {
    if then.is_stream != now.is_stream {
        return Some("it is a stream where a file was, or the other way round");
    }
    if then.size != now.size {
        return Some("its length differs");
    }
    if then.modified != now.modified {
        return Some("it was modified since");
    }
    (then.sample != now.sample).then_some("its bytes differ")
}

/// As [`difference`], by a look at the file alone; blocks.
pub(super) fn looks_different(then: &SourceRecord) -> Option<String> {
    let path = then.path.as_ref().filter(|_| !then.is_stream)?;
    match std::fs::metadata(path) {
        Err(error) => Some(format!("it cannot be opened: {error}")),
        Ok(found) if Some(found.len()) != then.size => Some("its length differs".to_owned()),
        Ok(found) if modified(&found) != then.modified => Some("it was modified since".to_owned()),
        Ok(_) => None,
    }
}

/// Nanoseconds since 1970.
pub(super) fn modified(found: &Metadata) -> Option<i64> {
    let since = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

/// A hash over places spread evenly, the first and the last among them.
pub(super) fn sample(file: &File, len: u64) -> io::Result<String> {
    let mut hasher = Hasher::new(Algorithm::Crc64Nvme);
    let mut block = vec![0; SAMPLE];
    let last = len.saturating_sub(SAMPLE as u64);
    for index in 0..SAMPLES {
        let offset = u128::from(last) * u128::from(index) / u128::from(SAMPLES - 1);
        let offset = u64::try_from(offset).unwrap_or(last);
        let got = read_up_to(file, &mut block, offset)?;
        hasher.update(&block[..got]);
        if len <= SAMPLE as u64 {
            break;
        }
    }
    Ok(format!(
        "{SAMPLES}x{SAMPLE} CRC64NVME {}",
        hasher.finish().value
    ))
}
