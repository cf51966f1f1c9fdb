//! How what the model knows is written in a journal: the model itself names no format.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::part::Checksum;
use crate::model::plan::Layout;
use crate::model::send::{Encryption, ObjectOptions, PayloadSigning};
use crate::model::{Algorithm, Timestamp};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Layout", deny_unknown_fields)]
pub(super) struct LayoutForm {
    total: Option<u64>,
    part_size: u64,
    growth: u64,
    max_part: u64,
    max_parts: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ObjectOptions", deny_unknown_fields)]
pub(super) struct OptionsForm {
    storage_class: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_disposition: Option<String>,
    content_language: Option<String>,
    cache_control: Option<String>,
    metadata: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    acl: Option<String>,
    #[serde(with = "EncryptionForm")]
    encryption: Encryption,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Encryption", deny_unknown_fields)]
enum EncryptionForm {
    #[serde(rename = "default")]
    Default,
    #[serde(rename = "AES256")]
    S3,
    #[serde(rename = "aws:kms")]
    Kms { key_id: Option<String> },
    #[serde(rename = "SSE-C")]
    Customer,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PayloadSigning", rename_all = "snake_case")]
pub(super) enum SigningForm {
    Auto,
    Always,
    Never,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Checksum", deny_unknown_fields)]
struct ChecksumForm {
    algorithm: String,
    value: String,
}

pub(super) mod checksum {
    use super::{Checksum, ChecksumForm, Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Form(#[serde(with = "ChecksumForm")] Checksum);

    pub(in crate::journal) fn serialize<S: Serializer>(
        checksum: &Option<Checksum>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        checksum.clone().map(Form).serialize(to)
    }

    pub(in crate::journal) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Checksum>, D::Error> {
        Ok(Option::<Form>::deserialize(from)?.map(|form| form.0))
    }
}

pub(super) mod algorithm {
    use super::{Algorithm, Deserialize, Deserializer, Serialize, Serializer, de};

    pub(in crate::journal) fn serialize<S: Serializer>(
        algorithm: &Option<Algorithm>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        algorithm.map(Algorithm::name).serialize(to)
    }

    pub(in crate::journal) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Algorithm>, D::Error> {
        let Some(name) = Option::<String>::deserialize(from)? else {
            return Ok(None);
        };
        let known = Algorithm::ALL.into_iter().find(|of| of.name() == name);
        let unknown = || de::Error::custom(format!("unknown checksum algorithm '{name}'"));
        known.map(Some).ok_or_else(unknown)
    }
}

/// A time as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum TimeForm {
    Text(String),
    /// Milliseconds since 1970, where RFC 3339 cannot say it.
    Millis(i64),
}

impl TimeForm {
    fn of(at: Timestamp) -> Self {
        at.rfc3339_millis()
            .map_or(Self::Millis(at.millis()), Self::Text)
    }

    fn time<E: de::Error>(self) -> Result<Timestamp, E> {
        match self {
            Self::Millis(millis) => Ok(Timestamp::from_millis(millis)),
            Self::Text(text) => Timestamp::from_rfc3339(&text)
                .ok_or_else(|| E::custom(format!("'{text}' is not a time"))),
        }
    }
}

pub(super) mod time {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TimeForm, Timestamp};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(in crate::journal) fn serialize<S: Serializer>(
        at: &Timestamp,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        TimeForm::of(*at).serialize(to)
    }

    pub(in crate::journal) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Timestamp, D::Error> {
        TimeForm::deserialize(from)?.time()
    }
}

pub(super) mod maybe_time {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TimeForm, Timestamp};

    pub(in crate::journal) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(TimeForm::of).serialize(to)
    }

    pub(in crate::journal) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::<TimeForm>::deserialize(from)?
            .map(TimeForm::time)
            .transpose()
    }
}

/// A path as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathForm {
    Text(String),
    /// Not UTF-8.
    Bytes {
        shown: String,
        bytes: String,
    },
}

impl PathForm {
    fn of(path: &Path) -> Self {
        if let Some(text) = path.to_str() {
            return Self::Text(text.to_owned());
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        Self::Bytes {
            shown: path.to_string_lossy().into_owned(),
            bytes: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn path<E: de::Error>(self) -> Result<PathBuf, E> {
        match self {
            Self::Text(text) => Ok(PathBuf::from(text)),
            Self::Bytes { shown, bytes } => unhex(&bytes)
                .and_then(path_of)
                .ok_or_else(|| E::custom(format!("the bytes of the path '{shown}' are not right"))),
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not so on other systems")]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

pub(super) mod path {
    use super::{Deserialize, Deserializer, PathBuf, PathForm, Serialize, Serializer};

    pub(in crate::journal) fn serialize<S: Serializer>(
        path: &Option<PathBuf>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        path.as_deref().map(PathForm::of).serialize(to)
    }

    pub(in crate::journal) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        Option::<PathForm>::deserialize(from)?
            .map(PathForm::path)
            .transpose()
    }
}
