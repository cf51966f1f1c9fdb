//! From parts to an object: what is checked, and what the object's checksum is made of.

use super::Refusal;
use super::digest::multipart_etag;
use super::object::{Object, Piece};
use super::upload::{Record, StoredPart};
use crate::model::part::Checksum;
use crate::model::{Algorithm, Timestamp};
use crate::s3::checksum::{composite, full_object};
use crate::s3::{Complete, NamedPart};

const INVALID_PART: Refusal = Refusal::invalid(
    "InvalidPart",
    "One or more of the specified parts could not be found, or an ETag or a checksum does not match",
);

/// The object of the parts that `request` names. `kind` is the checksum type that it speaks of, `min_part` the
/// least size of every part but the last.
pub(super) fn assemble(
    record: &Record,
    request: &Complete,
    kind: Option<&str>,
    (now, min_part): (Timestamp, u64),
) -> Result<Object, Refusal> {
    let parts = found(record, request, min_part)?;
    let size = parts.iter().map(|part| part.size).sum();
    if request.size.is_some_and(|expected| expected != size) {
        return Err(Refusal::invalid(
            "InvalidRequest",
            "The provided 'x-amz-mp-object-size' header value does not match what was computed",
        ));
    }
    let checksum = checked(record, request, &parts, kind)?;
    let digests: Vec<[u8; 16]> = parts.iter().map(|part| part.md5).collect();
    Ok(Object {
        etag: multipart_etag(&digests),
        size,
        last_modified: now,
        parts: u32::try_from(parts.len()).ok(),
        pieces: pieces(parts),
        checksum,
        meta: std::sync::Arc::clone(&record.meta),
    })
}

/// The parts named, in their order.
fn found(record: &Record, request: &Complete, min_part: u64) -> Result<Vec<StoredPart>, Refusal> {
    let named = &request.parts;
    if named.is_empty() {
        return Err(Refusal::invalid(
            "MalformedXML",
            "You must specify at least one part",
        ));
    }
    if !named.is_sorted_by(|a, b| a.number < b.number) {
        return Err(Refusal::invalid(
            "InvalidPartOrder",
            "The list of parts was not in ascending order",
        ));
    }
    let mut parts = Vec::with_capacity(named.len());
    for (index, name) in named.iter().enumerate() {
        let part = record
            .parts
            .get(&request.target.upload_id, name.number)
            .filter(|part| part.etag() == name.etag.trim_matches('"'))
            .ok_or(INVALID_PART)?;
        if part.size < min_part && index + 1 < named.len() {
            return Err(Refusal::invalid(
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
            ));
        }
        fits(record, &part, name)?;
        parts.push(part);
    }
    Ok(parts)
}

/// Whether the checksum named is the part's. Source: API reference of `CompleteMultipartUpload` and S3's own
/// words for a composite upload whose parts are named without theirs.
fn fits(record: &Record, part: &StoredPart, name: &NamedPart) -> Result<(), Refusal> {
    match (&part.checksum, &name.checksum) {
        (Some(known), Some(named)) if known != named => Err(INVALID_PART),
        (Some(_), None) if record.meta.checksum_type.as_deref() == Some("COMPOSITE") => {
            Err(Refusal::invalid(
                "InvalidRequest",
                "The upload was created using a checksum. The complete request must include the checksum \
                 for each part.",
            ))
        }
        _ => Ok(()),
    }
}

/// The object's checksum, compared with the one that was sent. `None` where the upload keeps none.
fn checked(
    record: &Record,
    request: &Complete,
    parts: &[StoredPart],
    kind: Option<&str>,
) -> Result<Option<Checksum>, Refusal> {
    let meta = &record.meta;
    let algorithm = meta
        .checksum_algorithm
        .as_deref()
        .and_then(Algorithm::from_name);
    let known: Option<Vec<(&Checksum, u64)>> = parts
        .iter()
        .map(|part| Some((part.checksum.as_ref()?, part.size)))
        .collect();
    let (Some(algorithm), Some(known)) = (algorithm, known) else {
        return match request.checksum {
            Some(_) if algorithm.is_none() => Err(Refusal::OTHER_ALGORITHM),
            _ => Ok(None),
        };
    };
    if meta.checksum_type.is_some()
        && kind.is_some_and(|kind| meta.checksum_type.as_deref() != Some(kind))
    {
        return Err(Refusal::invalid(
            "InvalidRequest",
            "The checksum type is not the one that the upload was begun with",
        ));
    }
    // Source: S3 User Guide, "Checking object integrity": part numbers with checksums are to be consecutive and
    // begin with 1; S3 answers 500 otherwise.
    let consecutive = parts
        .iter()
        .zip(1..)
        .all(|(part, number)| part.number == number);
    let whole = if meta.checksum_type.as_deref() == Some("COMPOSITE") {
        if !consecutive {
            return Err(Refusal::INTERNAL);
        }
        composite(algorithm, &known)
    } else {
        full_object(algorithm, &known)
    };
    match (&request.checksum, &whole) {
        (Some(sent), _) if Algorithm::from_name(&sent.algorithm) != Some(algorithm) => {
            Err(Refusal::OTHER_ALGORITHM)
        }
        (Some(sent), Some(whole)) if !same(sent, whole) => Err(Refusal::BAD_DIGEST),
        _ => Ok(whole),
    }
}

/// A composite checksum may be sent without the number of parts.
fn same(sent: &Checksum, whole: &Checksum) -> bool {
    let bare = |value: &str| value.split('-').next().unwrap_or_default().to_owned();
    sent.value == whole.value || (!sent.value.contains('-') && sent.value == bare(&whole.value))
}

/// The bytes; neighbours without any become one.
fn pieces(parts: Vec<StoredPart>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for part in parts {
        match (part.body, pieces.last_mut()) {
            (Some(body), _) => pieces.push(Piece::Bytes(body)),
            (None, Some(Piece::Zeros(zeros))) => *zeros += part.size,
            (None, _) => pieces.push(Piece::Zeros(part.size)),
        }
    }
    pieces
}
