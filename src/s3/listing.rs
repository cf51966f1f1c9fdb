//! `ListMultipartUploads` answers, read straight from their XML.
//!
//! The SDK's own reader spends ten times as long on a page, takes what it could read for all there is, and cannot
//! read a page at all in which one key holds a control character. Pure: knows no request and no SDK. Keys and
//! markers are handed over as they were sent; [`super::encoding`] reads them.

use std::borrow::Cow;

use super::xml::{NoXml, Xml};
use crate::model::{Timestamp, Upload};

/// One answer, nothing in it decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The `EncodingType` element, if there was one.
    pub encoding_type: Option<String>,
    /// Absent means false.
    pub is_truncated: Option<bool>,
    pub next_key_marker: Option<String>,
    pub next_upload_id_marker: Option<String>,
    /// Keys as sent.
    pub uploads: Vec<Upload>,
}

/// The root element of the answer; servers of other kinds have their own.
const ROOT: &str = "ListMultipartUploadsResult";
/// An upload takes at least so many bytes where a service tells all of it: room for as many is made at once …
const USUAL: usize = 400;
/// … up to a page of S3's own.
const PAGE: usize = 1_000;

/// Whether a document is such an answer, told from its root element.
pub fn is_listing(body: &[u8]) -> bool {
    Xml::root(body).is_ok_and(|(_, name)| name == ROOT)
}

/// Reads an answer. Whatever stands behind its last element is no part of it.
///
/// # Errors
/// What is no XML, is cut off, has another root, or names an upload without its key or ID: never a part of a
/// listing as if it were the whole.
pub fn read(body: &[u8]) -> Result<Answer, NoXml> {
    let (mut xml, root) = Xml::root(body)?;
    if root != ROOT {
        return Err(NoXml("its root element is another"));
    }
    let mut answer = Answer {
        uploads: Vec::with_capacity((body.len() / USUAL).min(PAGE)),
        ..Answer::default()
    };
    while let Some(name) = xml.child()? {
        match name {
            "Upload" => answer.uploads.push(upload(&mut xml)?),
            "EncodingType" => answer.encoding_type = filled(xml.value()?),
            "IsTruncated" => answer.is_truncated = Some(is_true(&xml.value()?)),
            "NextKeyMarker" => answer.next_key_marker = filled(xml.value()?),
            "NextUploadIdMarker" => answer.next_upload_id_marker = filled(xml.value()?),
            _ => xml.skip()?,
        }
    }
    Ok(answer)
}

fn upload(xml: &mut Xml<'_>) -> Result<Upload, NoXml> {
    let mut upload = Upload::default();
    while let Some(name) = xml.child()? {
        match name {
            "Key" => upload.key = xml.value()?.into_owned(),
            "UploadId" => upload.upload_id = xml.value()?.into_owned(),
            "Initiated" => upload.initiated = date(&xml.value()?),
            "StorageClass" => upload.storage_class = filled(xml.value()?),
            "Initiator" => upload.initiator = person(xml)?,
            "Owner" => upload.owner = person(xml)?,
            "ChecksumAlgorithm" => upload.checksum_algorithm = filled(xml.value()?),
            "ChecksumType" => upload.checksum_type = filled(xml.value()?),
            _ => xml.skip()?,
        }
    }
    if upload.key.is_empty() || upload.upload_id.is_empty() {
        return Err(NoXml("an upload has no key or no ID"));
    }
    Ok(upload)
}

/// Display name, else ID.
pub(super) fn person(xml: &mut Xml<'_>) -> Result<Option<String>, NoXml> {
    let (mut display, mut id) = (Cow::Borrowed(""), Cow::Borrowed(""));
    while let Some(name) = xml.child()? {
        match name {
            "DisplayName" => display = xml.value()?,
            "ID" => id = xml.value()?,
            _ => xml.skip()?,
        }
    }
    Ok(filled(display).or_else(|| filled(id)))
}

/// A value that is not empty.
pub(super) fn filled(value: Cow<'_, str>) -> Option<String> {
    (!value.is_empty()).then(|| value.into_owned())
}

pub(super) fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

/// ISO 8601 as S3 writes it; anything else counts as no date.
pub(super) fn date(value: &str) -> Option<Timestamp> {
    Timestamp::from_rfc3339(value.trim())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "<?xml version=\"1.0\"?>\n<ListMultipartUploadsResult xmlns=\"x\"><Bucket>b</Bucket>\
        <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>k&amp;1</NextKeyMarker>\
        <NextUploadIdMarker/><Prefix/><Upload><Key>a&#x1;b&lt;c</Key><UploadId>-id</UploadId>\
        <Initiator><ID>arn</ID><DisplayName>svc</DisplayName></Initiator><Owner><ID>me</ID></Owner>\
        <StorageClass>COLD</StorageClass><Initiated>2026-06-29T05:11:44.080Z</Initiated></Upload>\
        <CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListMultipartUploadsResult>\n";

    #[test]
    fn an_answer_is_read() {
        let answer = read(PAGE.as_bytes()).unwrap();
        assert_eq!(answer.encoding_type.as_deref(), Some("url"));
        assert_eq!(answer.is_truncated, Some(true));
        assert_eq!(answer.next_key_marker.as_deref(), Some("k&1"));
        assert_eq!(answer.next_upload_id_marker, None);
        let upload = Upload {
            key: "a\u{1}b<c".to_owned(),
            upload_id: "-id".to_owned(),
            initiated: Some(Timestamp::from_millis(1_782_709_904_080)),
            storage_class: Some("COLD".to_owned()),
            initiator: Some("svc".to_owned()),
            owner: Some("me".to_owned()),
            ..Upload::default()
        };
        assert_eq!(answer.uploads, [upload]);
    }

    #[test]
    fn a_control_character_as_it_is_spoils_nothing() {
        let page = PAGE.replace("&#x1;", "\u{1}");
        assert_eq!(read(page.as_bytes()).unwrap().uploads[0].key, "a\u{1}b<c");
    }

    #[test]
    fn a_document_that_is_cut_off_is_never_taken_for_a_whole_one() {
        let whole = PAGE.trim_end().len();
        for end in 0..whole {
            assert!(read(&PAGE.as_bytes()[..end]).is_err(), "cut at {end}");
        }
        assert!(read(&PAGE.as_bytes()[..whole]).is_ok());
    }

    #[test]
    fn other_documents_are_no_listing() {
        for other in [
            "",
            "<html></html>",
            "<Error><Code>x</Code></Error>",
            "{}",
            "<a",
        ] {
            assert!(!is_listing(other.as_bytes()), "{other}");
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
        assert!(is_listing(PAGE.as_bytes()));
        let nameless = PAGE.replace("<UploadId>-id</UploadId>", "");
        assert!(
            read(nameless.as_bytes()).is_err(),
            "nothing is left out without a word"
        );
    }

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\r', "&#13;")
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(uploads in proptest::collection::vec(("[^\u{0}]{1,20}", "[!-~]{1,20}"), 0..20)) {
            let mut page = String::from("<ListMultipartUploadsResult>");
            for (key, id) in &uploads {
                let (key, id) = (escaped(key), escaped(id));
                page.push_str(&format!("<Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload>"));
            }
            page.push_str("</ListMultipartUploadsResult>");
            let answer = read(page.as_bytes()).unwrap();
            let read: Vec<_> = answer.uploads.into_iter().map(|upload| (upload.key, upload.upload_id)).collect();
            prop_assert_eq!(read, uploads);
        }

        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0..600_usize) {
            let _ = read(&bytes);
            let mut page = PAGE.as_bytes().to_vec();
            let at = at.min(page.len());
            page.splice(at..at, bytes);
            let _ = read(&page);
            let _ = is_listing(&page);
        }
    }
}
