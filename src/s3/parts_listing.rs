//! `ListParts` answers, read straight from their XML, as [`super::listing`] reads those of `ListMultipartUploads`.
//!
//! Pure: knows no request and no SDK. What stands in headers is not here.

use super::listing::{date, filled, is_true, person};
use super::xml::{NoXml, Xml};
use crate::model::Part;
use crate::model::part::{Checksum, UploadInfo};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Without what the headers tell: the rule that aborts the upload, and when.
    pub info: UploadInfo,
    pub parts: Vec<Part>,
    /// Absent means false.
    pub is_truncated: Option<bool>,
    pub next_part_number_marker: Option<String>,
}

/// The root element of the answer; servers of other kinds have their own.
const ROOT: &str = "ListPartsResult";
/// Elements of a part, and what their algorithm is called elsewhere. The first that is there is kept.
const CHECKSUMS: [(&str, &str); 10] = [
    ("ChecksumCRC64NVME", "CRC64NVME"),
    ("ChecksumCRC32C", "CRC32C"),
    ("ChecksumCRC32", "CRC32"),
    ("ChecksumSHA256", "SHA256"),
    ("ChecksumSHA1", "SHA1"),
    ("ChecksumSHA512", "SHA512"),
    ("ChecksumMD5", "MD5"),
    ("ChecksumXXHASH64", "XXHASH64"),
    ("ChecksumXXHASH3", "XXHASH3"),
    ("ChecksumXXHASH128", "XXHASH128"),
];

/// Whether a document is such an answer, told from its root element.
pub fn is_listing(body: &[u8]) -> bool {
    Xml::root(body).is_ok_and(|(_, name)| name == ROOT)
}

/// Reads an answer. Whatever stands behind its last element is no part of it.
///
/// # Errors
/// What is no XML, is cut off, has another root, or a number that is none: never a part of a listing as if it were
/// the whole.
pub fn read(body: &[u8]) -> Result<Answer, NoXml> {
    let (mut xml, root) = Xml::root(body)?;
    if root != ROOT {
        return Err(NoXml("its root element is another"));
    }
    let mut answer = Answer::default();
    let info = &mut answer.info;
    while let Some(name) = xml.child()? {
        match name {
            "Part" => answer.parts.push(part(&mut xml)?),
            "Initiator" => info.initiator = person(&mut xml)?,
            "Owner" => info.owner = person(&mut xml)?,
            "StorageClass" => info.storage_class = filled(xml.value()?),
            "ChecksumAlgorithm" => info.checksum_algorithm = filled(xml.value()?),
            "ChecksumType" => info.checksum_type = filled(xml.value()?),
            "IsTruncated" => answer.is_truncated = Some(is_true(&xml.value()?)),
            "NextPartNumberMarker" => answer.next_part_number_marker = filled(xml.value()?),
            _ => xml.skip()?,
        }
    }
    Ok(answer)
}

fn part(xml: &mut Xml<'_>) -> Result<Part, NoXml> {
    let mut part = Part {
        number: 0,
        size: 0,
        etag: String::new(),
        last_modified: None,
        checksum: None,
    };
    let mut sums: [Option<String>; CHECKSUMS.len()] = Default::default();
    while let Some(name) = xml.child()? {
        match name {
            "PartNumber" => part.number = number(&xml.value()?)?,
            "Size" => part.size = number(&xml.value()?)?,
            "ETag" => {
                let etag = xml.value()?;
                etag.trim().trim_matches('"').clone_into(&mut part.etag);
            }
            "LastModified" => part.last_modified = date(&xml.value()?),
            name => match CHECKSUMS.iter().position(|(element, _)| *element == name) {
                Some(at) => sums[at] = filled(xml.value()?),
                None => xml.skip()?,
            },
        }
    }
    let known = CHECKSUMS.iter().zip(sums);
    part.checksum = known.into_iter().find_map(|((_, algorithm), value)| {
        value.map(|value| Checksum {
            algorithm: (*algorithm).to_owned(),
            value,
        })
    });
    Ok(part)
}

/// A number; a negative one counts as none, 0.
fn number<T: TryFrom<i64>>(value: &str) -> Result<T, NoXml> {
    let number = value.trim().parse::<i64>().ok();
    let number = number.and_then(|number| T::try_from(number.max(0)).ok());
    number.ok_or(NoXml("a number is none"))
}
