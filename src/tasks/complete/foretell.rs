//! What the object of some parts will be told as: its `ETag` and its checksum.

use crate::model::completion::kind;
use crate::model::part::Checksum;
use crate::model::{Algorithm, Part, UploadInfo};
use crate::s3::checksum::{composite, full_object, multipart_etag};

/// The object's `ETag`, where the parts' are MD5s. `is_opaque`: they are known to be none, though they may look
/// like it.
pub(super) fn etag(parts: &[Part], is_opaque: bool) -> Option<String> {
    if is_opaque || parts.is_empty() {
        return None;
    }
    multipart_etag(parts.iter().map(|part| part.etag.as_str()))
}

/// The object's checksum, where every part is listed with its own and they tell it.
pub(super) fn checksum(parts: &[Part], info: &UploadInfo) -> Option<Checksum> {
    let algorithm = Algorithm::from_name(info.checksum_algorithm.as_deref()?)?;
    let known: Option<Vec<(&Checksum, u64)>> = parts
        .iter()
        .map(|part| Some((part.checksum.as_ref()?, part.size)))
        .collect();
    let known = known.filter(|known| !known.is_empty())?;
    match kind(info) {
        Some("FULL_OBJECT") => full_object(algorithm, &known),
        Some("COMPOSITE") => composite(algorithm, &known),
        _ => None,
    }
}

/// A part's checksum as a Complete names it: that of the upload's own algorithm.
pub(super) fn named(part: &Part, info: &UploadInfo) -> Option<Checksum> {
    let algorithm = Algorithm::from_name(info.checksum_algorithm.as_deref()?)?;
    let own = |sum: &Checksum| Algorithm::from_name(&sum.algorithm) == Some(algorithm);
    part.checksum.clone().filter(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::checksum as hash;

    const HALVES: [&[u8]; 2] = [b"12345", b"6789"];

    fn parts(algorithm: Algorithm) -> Vec<Part> {
        let part = |(number, body): (u32, &[u8])| Part {
            number,
            size: body.len() as u64,
            etag: hash::md5_etag(body),
            last_modified: None,
            checksum: Some(hash::checksum(algorithm, body)),
        };
        (1..).zip(HALVES).map(part).collect()
    }

    fn info(algorithm: Algorithm, kind: Option<&str>) -> UploadInfo {
        UploadInfo {
            checksum_algorithm: Some(algorithm.name().to_owned()),
            checksum_type: kind.map(str::to_owned),
            ..UploadInfo::default()
        }
    }

    #[test]
    fn a_checksum_follows_the_type_that_is_listed_or_else_the_default_one() {
        let told = |algorithm, kind| checksum(&parts(algorithm), &info(algorithm, kind));
        let whole = Some(hash::checksum(Algorithm::Crc32, b"123456789"));
        assert_eq!(told(Algorithm::Crc32, Some("FULL_OBJECT")), whole);
        for kind in [None, Some("COMPOSITE")] {
            let composite = told(Algorithm::Crc32, kind).unwrap();
            assert!(composite.value.ends_with("-2"), "{composite:?}");
        }
        let whole = Some(hash::checksum(Algorithm::Crc64Nvme, b"123456789"));
        assert_eq!(told(Algorithm::Crc64Nvme, None), whole);
        assert_eq!(told(Algorithm::Crc64Nvme, Some("NEW_TYPE")), None);
        assert_eq!(told(Algorithm::Sha1, Some("FULL_OBJECT")), None);
    }

    #[test]
    fn nothing_is_foretold_of_parts_that_do_not_tell() {
        let mut parts = parts(Algorithm::Crc32);
        assert!(etag(&parts, false).unwrap().ends_with("-2"));
        assert_eq!(etag(&parts, true), None);
        assert_eq!(etag(&[], false), None);
        let info = info(Algorithm::Crc32, None);
        assert_eq!(checksum(&[], &info), None);
        parts[0].checksum = None;
        assert_eq!(checksum(&parts, &info), None);
        assert_eq!(named(&parts[0], &info), None);
        assert!(named(&parts[1], &info).is_some());
        let other = Some(hash::checksum(Algorithm::Sha1, b"6789"));
        parts[1].checksum = other;
        assert_eq!(named(&parts[1], &info), None);
        parts[1].etag = "opaque".to_owned();
        assert_eq!(etag(&parts, false), None);
    }
}
