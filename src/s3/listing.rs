//! `ListMultipartUploads` answers, read straight from their XML.
//!
//! The SDK's own reader spends ten times as long on a page, takes what it could read for all there is, and cannot
//! read a page at all in which one key holds a control character. Pure: knows no request and no SDK. Keys and
//! markers are handed over as they were sent; [`super::encoding`] reads them.

use chrono::DateTime;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

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

/// Why a document is no listing, or not a whole one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoListing(String);

/// The root element of the answer; servers of other kinds have their own.
const ROOT: &[u8] = b"ListMultipartUploadsResult";

/// Whether a document is such an answer, told from its root element.
pub fn is_listing(body: &[u8]) -> bool {
    let mut reader = Reader::from_reader(body);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                return start.local_name().as_ref() == ROOT;
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// Reads an answer.
///
/// # Errors
/// What is no XML, is cut off, has another root, or names an upload without its key or ID: never a part of a
/// listing as if it were the whole.
pub fn read(body: &[u8]) -> Result<Answer, NoListing> {
    let mut reader = Reader::from_reader(body);
    let mut answer = Answer::default();
    let mut place = Place::default();
    loop {
        match reader
            .read_event()
            .map_err(|error| NoListing(error.to_string()))?
        {
            Event::Start(start) => place.enter(&start)?,
            Event::Empty(start) => {
                place.enter(&start)?;
                place.leave(&mut answer)?;
            }
            Event::End(_) => {
                place.leave(&mut answer)?;
                if place.depth == 0 {
                    // Whatever stands behind the root is no part of the answer.
                    return Ok(answer);
                }
            }
            Event::Text(text) => place.push(&String::from_utf8_lossy(&text)),
            Event::CData(text) => place.push(&String::from_utf8_lossy(&text)),
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => entity(&name)?.to_owned(),
                };
                place.push(&resolved);
            }
            Event::Eof => {
                return Err(NoListing(
                    "the document ends before its last element".to_owned(),
                ));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn entity(name: &[u8]) -> Result<&'static str, NoListing> {
    Ok(match name {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        other => {
            return Err(NoListing(format!(
                "the entity '{}' is not known",
                String::from_utf8_lossy(other)
            )));
        }
    })
}

/// Which value an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    EncodingType,
    IsTruncated,
    NextKeyMarker,
    NextUploadIdMarker,
    Key,
    UploadId,
    Initiated,
    StorageClass,
    ChecksumAlgorithm,
    ChecksumType,
    Id,
    DisplayName,
}

/// Whose ID and name are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Initiator,
    Owner,
}

/// Where in the document the reader is.
#[derive(Debug, Default)]
struct Place {
    depth: usize,
    /// The upload being read, and whose name.
    upload: Option<Upload>,
    who: Option<Who>,
    field: Option<Field>,
    text: String,
    id: Option<String>,
    name: Option<String>,
}

impl Place {
    fn enter(&mut self, start: &BytesStart<'_>) -> Result<(), NoListing> {
        self.depth += 1;
        let name = start.local_name();
        self.field = None;
        self.text.clear();
        match (self.depth, name.as_ref()) {
            (1, ROOT) => {}
            (1, other) => {
                let found = String::from_utf8_lossy(other).into_owned();
                return Err(NoListing(format!("the root element is '{found}'")));
            }
            (2, b"Upload") => self.upload = Some(Upload::default()),
            (2, b"EncodingType") => self.field = Some(Field::EncodingType),
            (2, b"IsTruncated") => self.field = Some(Field::IsTruncated),
            (2, b"NextKeyMarker") => self.field = Some(Field::NextKeyMarker),
            (2, b"NextUploadIdMarker") => self.field = Some(Field::NextUploadIdMarker),
            (3, name) if self.upload.is_some() => match name {
                b"Key" => self.field = Some(Field::Key),
                b"UploadId" => self.field = Some(Field::UploadId),
                b"Initiated" => self.field = Some(Field::Initiated),
                b"StorageClass" => self.field = Some(Field::StorageClass),
                b"ChecksumAlgorithm" => self.field = Some(Field::ChecksumAlgorithm),
                b"ChecksumType" => self.field = Some(Field::ChecksumType),
                b"Initiator" => self.who = Some(Who::Initiator),
                b"Owner" => self.who = Some(Who::Owner),
                _ => {}
            },
            (4, b"ID") if self.who.is_some() => self.field = Some(Field::Id),
            (4, b"DisplayName") if self.who.is_some() => self.field = Some(Field::DisplayName),
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if self.field.is_some() {
            self.text.push_str(text);
        }
    }

    fn leave(&mut self, answer: &mut Answer) -> Result<(), NoListing> {
        if let Some(field) = self.field.take() {
            let text = std::mem::take(&mut self.text);
            self.fill(answer, field, text);
        } else if self.depth == 3
            && let Some(who) = self.who.take()
        {
            // Display name, else ID.
            let name = self.name.take().or(self.id.take());
            self.id = None;
            if let Some(upload) = &mut self.upload {
                match who {
                    Who::Initiator => upload.initiator = name,
                    Who::Owner => upload.owner = name,
                }
            }
        } else if self.depth == 2
            && let Some(upload) = self.upload.take()
        {
            if upload.key.is_empty() || upload.upload_id.is_empty() {
                return Err(NoListing("an upload has no key or no ID".to_owned()));
            }
            answer.uploads.push(upload);
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn fill(&mut self, answer: &mut Answer, field: Field, text: String) {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        let upload = self.upload.as_mut();
        match (field, upload) {
            (Field::EncodingType, _) => answer.encoding_type = filled(text),
            (Field::IsTruncated, _) => {
                answer.is_truncated = Some(text.trim().eq_ignore_ascii_case("true"));
            }
            (Field::NextKeyMarker, _) => answer.next_key_marker = filled(text),
            (Field::NextUploadIdMarker, _) => answer.next_upload_id_marker = filled(text),
            (Field::Id, _) => self.id = filled(text),
            (Field::DisplayName, _) => self.name = filled(text),
            (Field::Key, Some(upload)) => upload.key = text,
            (Field::UploadId, Some(upload)) => upload.upload_id = text,
            (Field::Initiated, Some(upload)) => upload.initiated = date(&text),
            (Field::StorageClass, Some(upload)) => upload.storage_class = filled(text),
            (Field::ChecksumAlgorithm, Some(upload)) => upload.checksum_algorithm = filled(text),
            (Field::ChecksumType, Some(upload)) => upload.checksum_type = filled(text),
            (_, None) => {}
        }
    }
}

/// ISO 8601 as S3 writes it; anything else counts as no date.
fn date(text: &str) -> Option<Timestamp> {
    let date = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    Some(Timestamp::from_millis(date.timestamp_millis()))
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
