//! Somebody's own list of parts: the JSON document that `aws s3api complete-multipart-upload --multipart-upload`
//! takes. Read here, compared with what the service lists elsewhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::model::human::{self, escape};
use crate::model::part::Checksum;
use crate::model::{Algorithm, Part};

/// Longer than any list of 10,000 parts with all their checksums.
const LONGEST: u64 = 32 << 20;
/// Source: S3 User Guide, "Multipart upload limits".
const MOST: usize = 10_000;

/// A list of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    parts: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    number: u32,
    /// Without quotes.
    etag: String,
    checksums: Vec<Checksum>,
}

impl Manifest {
    /// Reads the file; what is wrong with it is told with its name.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let wrong = |text: &str| format!("the list of parts in {}: {text}", escape(&shown));
        let text = contents(path)
            .map_err(|error| Failure::Other(wrong(&format!("it cannot be read: {error}"))))?;
        Self::parse(&text).map_err(|text| Failure::Usage(wrong(&text)))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let listed = document
            .get("MultipartUpload")
            .unwrap_or(&document)
            .get("Parts")
            .and_then(Value::as_array)
            .ok_or_else(|| {
                "it has no list \"Parts\": write {\"Parts\":[{\"PartNumber\":1,\"ETag\":\"…\"}]}, as `mopup parts --complete-json` does".to_owned()
            })?;
        if listed.is_empty() {
            return Err("it names no part".to_owned());
        }
        if listed.len() > MOST {
            return Err(format!(
                "it names {} parts, and an object has 10,000 at most",
                human::count(listed.len() as u64)
            ));
        }
        let mut parts: Vec<Named> = Vec::with_capacity(listed.len());
        for (index, value) in listed.iter().enumerate() {
            let part = named(value).map_err(|text| format!("entry {}: {text}", index + 1))?;
            match parts.last() {
                Some(last) if last.number == part.number => {
                    return Err(format!("it names part {} twice", part.number));
                }
                Some(last) if last.number > part.number => {
                    return Err(format!(
                        "part {} stands behind part {}, and they must ascend",
                        part.number, last.number
                    ));
                }
                _ => parts.push(part),
            }
        }
        Ok(Self { parts })
    }

    /// What is to be chosen: number and `ETag`.
    pub fn choice(&self) -> Vec<(u32, String)> {
        let named = self.parts.iter();
        named.map(|part| (part.number, part.etag.clone())).collect()
    }

    /// What differs between the checksums that are named and those of `parts`, which are the chosen ones.
    pub fn differs(&self, parts: &[Part]) -> Option<String> {
        let pairs = self.parts.iter().zip(parts);
        let mut wrong = pairs.flat_map(|(named, part)| {
            let differing = |named: &&Checksum| part.checksum.as_ref() != Some(named);
            let sums = named.checksums.iter().filter(differing);
            sums.map(move |sum| {
                let number = human::count(u64::from(part.number));
                let (algorithm, value) = (&sum.algorithm, escape(&sum.value));
                let held = part.checksum.as_ref();
                match held.filter(|held| held.algorithm == *algorithm) {
                    Some(held) => format!(
                        "part {number} has the {algorithm} {} and not {value}",
                        escape(&held.value)
                    ),
                    None => format!("part {number} is listed without the {algorithm} {value}"),
                }
            })
        });
        wrong.next()
    }
}

fn contents(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn named(value: &Value) -> Result<Named, String> {
    let fields = value.as_object().ok_or("it is no object")?;
    let number = fields
        .get("PartNumber")
        .and_then(Value::as_u64)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (1..=10_000).contains(number))
        .ok_or("\"PartNumber\" is no number from 1 to 10,000")?;
    let etag = text(fields, "ETag").filter(|etag| !etag.is_empty());
    let etag = etag.ok_or_else(|| format!("part {number} has no \"ETag\""))?;
    let checksums = Algorithm::ALL.into_iter().filter_map(|algorithm| {
        let value = text(fields, &format!("Checksum{}", algorithm.name()))?;
        Some(Checksum {
            algorithm: algorithm.name().to_owned(),
            value: value.to_owned(),
        })
    });
    Ok(Named {
        number,
        etag: etag.to_owned(),
        checksums: checksums.collect(),
    })
}

/// Without the quotes that `ETag`s come in.
fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = fields.get(name)?.as_str()?;
    let bare = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    Some(bare.unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, checksum: Option<(&str, &str)>) -> Part {
        Part {
            number,
            size: 1,
            etag: format!("e{number}"),
            last_modified: None,
            checksum: checksum.map(|(algorithm, value)| Checksum {
                algorithm: algorithm.to_owned(),
                value: value.to_owned(),
            }),
        }
    }

    #[test]
    fn the_documents_of_the_aws_cli_are_read() {
        let document = r#"{"Parts":[{"ETag":"\"e1\"","PartNumber":1,"ChecksumCRC32":"AAAAAA=="},
            {"PartNumber":3,"ETag":"e3","Size":7}]}"#;
        let manifest = Manifest::parse(document).unwrap();
        let chosen = [(1, "e1".to_owned()), (3, "e3".to_owned())];
        assert_eq!(manifest.choice(), chosen);
        let wrapped = format!("{{\"MultipartUpload\":{document}}}");
        assert_eq!(Manifest::parse(&wrapped), Ok(manifest));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let parts = |entries: &str| Manifest::parse(&format!("{{\"Parts\":[{entries}]}}"));
        for (found, said) in [
            (Manifest::parse("nonsense"), "no JSON"),
            (Manifest::parse("[]"), "no list \"Parts\""),
            (parts(""), "names no part"),
            (parts("7"), "entry 1: it is no object"),
            (parts(r#"{"PartNumber":0,"ETag":"e"}"#), "1 to 10,000"),
            (parts(r#"{"PartNumber":10001,"ETag":"e"}"#), "1 to 10,000"),
            (
                parts(r#"{"PartNumber":1,"ETag":""}"#),
                "part 1 has no \"ETag\"",
            ),
            (
                parts(r#"{"PartNumber":1,"ETag":"e"},{"PartNumber":1,"ETag":"e"}"#),
                "part 1 twice",
            ),
            (
                parts(r#"{"PartNumber":2,"ETag":"e"},{"PartNumber":1,"ETag":"e"}"#),
                "part 1 stands behind part 2",
            ),
        ] {
            let told = found.unwrap_err();
            assert!(told.contains(said), "{told}");
        }
        let many = vec![r#"{"PartNumber":1,"ETag":"e"}"#; 10_001].join(",");
        assert!(parts(&many).unwrap_err().contains("10,001 parts"));
    }

    #[test]
    fn checksums_that_are_named_have_to_be_those_that_are_listed() {
        let document = r#"{"Parts":[{"PartNumber":1,"ETag":"e1","ChecksumCRC32":"AAAAAA=="}]}"#;
        let manifest = Manifest::parse(document).unwrap();
        let differs = |checksum| manifest.differs(&[part(1, checksum)]);
        assert_eq!(differs(Some(("CRC32", "AAAAAA=="))), None);
        let told = differs(Some(("CRC32", "BBBBBB=="))).unwrap();
        assert_eq!(told, "part 1 has the CRC32 BBBBBB== and not AAAAAA==");
        assert!(differs(None).unwrap().contains("listed without the CRC32"));
        assert!(differs(Some(("SHA1", "x"))).is_some());
    }
}
