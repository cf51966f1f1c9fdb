//! Writes a page as no server writes them all but any might. Told by a seed.
//!
//! For tests; knows nothing of the SDK.

use fastrand::Rng;

use super::pages::{Noise, Page, PartsPage, SUMS};
use crate::model::{Part, Timestamp, Upload};

/// Writes the same in ever other ways.
pub(super) struct Writer {
    rng: Rng,
    noise: Noise,
}

impl Writer {
    pub(super) fn new(seed: u64, noise: Noise) -> Self {
        let rng = Rng::with_seed(seed ^ 0x5eed);
        Self { rng, noise }
    }

    pub(super) fn uploads(&mut self, page: &Page) -> String {
        let answer = &page.answer;
        let mut around = vec![
            self.element("Bucket", "b"),
            self.element("MaxUploads", "1000"),
        ];
        for (name, value) in [
            ("EncodingType", answer.encoding_type.clone()),
            ("IsTruncated", answer.is_truncated.map(|is| is.to_string())),
            ("NextKeyMarker", answer.next_key_marker.clone()),
            ("NextUploadIdMarker", answer.next_upload_id_marker.clone()),
            ("KeyMarker", Some("k&1".to_owned())),
            ("UploadIdMarker", None),
            ("Prefix", Some("<p".to_owned())),
            ("Delimiter", Some("/".to_owned())),
        ] {
            around.extend(self.field(name, value.as_deref()));
        }
        for _ in 0..self.rng.u8(..3) {
            let prefix = self.element("Prefix", "p/");
            around.push(self.nest("CommonPrefixes", vec![prefix]));
        }
        let rows = answer
            .uploads
            .iter()
            .map(|upload| self.upload(upload))
            .collect();
        self.document("ListMultipartUploadsResult", around, rows)
    }

    pub(super) fn parts(&mut self, page: &PartsPage) -> String {
        let answer = &page.answer;
        let mut around = vec![
            self.element("Bucket", "b"),
            self.element("MaxParts", "1000"),
        ];
        for (name, value) in [
            ("Key", Some("a key \u{e9}".to_owned())),
            ("UploadId", Some("u".to_owned())),
            ("PartNumberMarker", Some("0".to_owned())),
            (
                "NextPartNumberMarker",
                answer.next_part_number_marker.clone(),
            ),
            ("IsTruncated", answer.is_truncated.map(|is| is.to_string())),
            ("StorageClass", answer.info.storage_class.clone()),
            ("ChecksumAlgorithm", answer.info.checksum_algorithm.clone()),
            ("ChecksumType", answer.info.checksum_type.clone()),
        ] {
            around.extend(self.field(name, value.as_deref()));
        }
        around.extend(self.person("Initiator", answer.info.initiator.as_deref()));
        around.extend(self.person("Owner", answer.info.owner.as_deref()));
        let rows = answer.parts.iter().map(|part| self.part(part)).collect();
        self.document("ListPartsResult", around, rows)
    }

    fn upload(&mut self, upload: &Upload) -> String {
        let mut elements = Vec::new();
        for (name, value) in [
            ("Key", Some(upload.key.clone())),
            ("UploadId", Some(upload.upload_id.clone())),
            ("Initiated", upload.initiated.and_then(|at| self.date(at))),
            ("StorageClass", upload.storage_class.clone()),
            ("ChecksumAlgorithm", upload.checksum_algorithm.clone()),
            ("ChecksumType", upload.checksum_type.clone()),
        ] {
            elements.extend(self.field(name, value.as_deref()));
        }
        elements.extend(self.person("Initiator", upload.initiator.as_deref()));
        elements.extend(self.person("Owner", upload.owner.as_deref()));
        self.rng.shuffle(&mut elements);
        self.nest("Upload", elements)
    }

    fn part(&mut self, part: &Part) -> String {
        let mut elements = Vec::new();
        let none = |rng: &mut Rng, is: bool| is && rng.bool();
        if !none(&mut self.rng, part.number == 0) {
            elements.push(self.element("PartNumber", &part.number.to_string()));
        }
        if !none(&mut self.rng, part.size == 0) {
            let size = if part.size == 0 {
                "-1".to_owned()
            } else {
                part.size.to_string()
            };
            elements.push(self.element("Size", &size));
        }
        let etag = match self.rng.u8(..3) {
            0 => format!("\"{}\"", part.etag),
            1 => format!(" {} ", part.etag),
            _ => part.etag.clone(),
        };
        elements.extend(self.field("ETag", Some(&etag)));
        let date = part.last_modified.and_then(|at| self.date(at));
        elements.extend(self.field("LastModified", date.as_deref()));
        let mut is_behind = false;
        for (element, algorithm) in SUMS {
            match &part.checksum {
                Some(sum) if sum.algorithm == algorithm => {
                    elements.push(self.element(element, &sum.value));
                    is_behind = true;
                }
                // One that counts less.
                Some(_) if is_behind && self.rng.bool() => {
                    elements.push(self.element(element, "zzz"));
                }
                _ => {}
            }
        }
        self.rng.shuffle(&mut elements);
        self.nest("Part", elements)
    }

    /// One more digit of a second changes nothing, nor does another zone.
    fn date(&mut self, at: Timestamp) -> Option<String> {
        let text = at.rfc3339_millis()?;
        Some(match self.rng.u8(..4) {
            0 => text.replace(".000Z", "Z"),
            1 => text.replace('Z', "123456Z"),
            2 => text.replace('Z', "+00:00"),
            _ => text,
        })
    }

    /// An element with a value, one without any, or none.
    fn field(&mut self, name: &str, value: Option<&str>) -> Vec<String> {
        match (value, self.rng.u8(..20)) {
            // Said twice, the last time counts.
            (Some(value), 0) if !matches!(name, "Initiated" | "LastModified" | "IsTruncated") => {
                vec![self.element(name, "wrong") + &self.element(name, value)]
            }
            (Some(value), _) => vec![self.element(name, value)],
            (None, 0..=4) if !matches!(name, "Initiated" | "LastModified" | "IsTruncated") => {
                vec![self.element(name, "")]
            }
            (None, _) => Vec::new(),
        }
    }

    fn person(&mut self, name: &str, value: Option<&str>) -> Vec<String> {
        let elements = match (value, self.rng.u8(..3)) {
            (Some(value), 0) => vec![self.element("ID", value)],
            (Some(value), 1) => vec![self.element("ID", value), self.element("DisplayName", "")],
            (Some(value), _) => vec![self.element("DisplayName", value), self.element("ID", "x")],
            (None, 0) => return Vec::new(),
            (None, 1) => Vec::new(),
            (None, _) => vec![self.element("DisplayName", ""), self.element("ID", "")],
        };
        vec![self.nest(name, elements)]
    }

    fn document(&mut self, root: &str, mut around: Vec<String>, rows: Vec<String>) -> String {
        self.rng.shuffle(&mut around);
        // Rows keep their order, whatever stands between them.
        let mut elements = Vec::new();
        let mut rows = rows.into_iter();
        while let Some(other) = around.pop() {
            if self.rng.bool() {
                elements.extend(rows.by_ref().take(2));
            }
            elements.push(other);
        }
        elements.extend(rows);
        let head = match self.rng.u8(..4) {
            0 => "",
            1 => "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            2 => "<?xml version='1.0'?>\r\n<!-- <a> -->\n",
            _ => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        };
        let tail = match self.rng.u8(..3) {
            0 => "",
            1 => "\n",
            _ => "\n<!-- end -->\n",
        };
        format!("{head}{}{tail}", self.nest(root, elements))
    }

    fn nest(&mut self, name: &str, elements: Vec<String>) -> String {
        let mut content = self.gap();
        for element in elements {
            content.push_str(&element);
            content.push_str(&self.gap());
        }
        self.wrap(name, &content)
    }

    fn element(&mut self, name: &str, value: &str) -> String {
        let content = self.value(value);
        self.wrap(name, &content)
    }

    fn wrap(&mut self, name: &str, content: &str) -> String {
        let prefix = if self.rng.u8(..10) == 0 { "s3:" } else { "" };
        let attributes = match self.rng.u8(..12) {
            0 => " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
            1 => " a='x > \"y\" / &lt;' b=\"it's\"",
            2 => "\n  xsi:type=\"CanonicalUser\" ",
            3 => " ",
            _ => "",
        };
        let behind = if self.rng.u8(..12) == 0 { " \n" } else { "" };
        if content.is_empty() && self.rng.bool() {
            return format!("<{prefix}{name}{attributes}/>");
        }
        format!("<{prefix}{name}{attributes}>{content}</{prefix}{name}{behind}>")
    }

    /// What may stand between elements and means nothing.
    fn gap(&mut self) -> String {
        match self.rng.u8(..24) {
            0 => "\n    ".to_owned(),
            1 => "<!-- <Upload><Key>no</Key></Upload> & -->".to_owned(),
            2 => "<?php echo '<Upload>' ?>".to_owned(),
            3 => "<![CDATA[<Key>no</Key>]]>".to_owned(),
            4 => "<Strange x=\"1\"><Key>no</Key><Part/><D><Upload>&amp;</Upload></D></Strange>"
                .to_owned(),
            5 => " stray text ".to_owned(),
            _ => String::new(),
        }
    }

    fn value(&mut self, value: &str) -> String {
        let is_hard = self.noise == Noise::Hard;
        let mut written = String::new();
        let mut pieces = value;
        if is_hard && self.rng.u8(..4) == 0 {
            let whole = value.chars().count();
            let at = value
                .char_indices()
                .nth(self.rng.usize(..=whole))
                .map_or(value.len(), |(at, _)| at);
            let (first, rest) = value.split_at(at);
            written = self.escaped(first);
            written.push_str(if self.rng.bool() {
                "<!-- & -->"
            } else {
                "<?x y?>"
            });
            pieces = rest;
        }
        if is_hard && self.rng.u8(..4) == 0 && !pieces.contains("]]>") {
            return format!("{written}<![CDATA[{pieces}]]>");
        }
        written + &self.escaped(pieces)
    }

    fn escaped(&mut self, value: &str) -> String {
        let mut written = String::new();
        for character in value.chars() {
            let code = u32::from(character);
            let is_forbidden = code < 0x20 && !matches!(character, '\t' | '\n' | '\r');
            let must =
                matches!(character, '&' | '<') || is_forbidden && self.noise == Noise::Readable;
            // "]]>" may not stand in a text.
            let should = character == '>' && written.ends_with(']');
            if !must && !should && self.rng.u8(..10) > 0 {
                written.push(character);
                continue;
            }
            let named = [
                ('&', "&amp;"),
                ('<', "&lt;"),
                ('>', "&gt;"),
                ('"', "&quot;"),
                ('\'', "&apos;"),
            ];
            let named = named.iter().find(|(of, _)| *of == character);
            match named.filter(|_| self.rng.bool()) {
                Some((_, name)) => written.push_str(name),
                None if self.rng.bool() => written.push_str(&format!("&#{code};")),
                None if self.rng.bool() => written.push_str(&format!("&#x{code:X};")),
                None => written.push_str(&format!("&#x00{code:x};")),
            }
        }
        written
    }
}
