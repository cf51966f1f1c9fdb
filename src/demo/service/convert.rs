//! Between the protocol's types and ours.

use std::time::{Duration, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{self, TimestampFormat};

use crate::model;

/// What `encoding-type=url` leaves as it is, beside the space. Seen on S3: a slash stays, a space becomes `+`.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// A point in time for the protocol.
pub(super) fn time(at: model::Timestamp) -> dto::Timestamp {
    let millis = Duration::from_millis(at.millis().unsigned_abs());
    dto::Timestamp::from(if at.millis() < 0 {
        UNIX_EPOCH - millis
    } else {
        UNIX_EPOCH + millis
    })
}

/// A point in time from the protocol, in whole seconds; `None` when it cannot be told.
pub(super) fn from_time(at: &dto::Timestamp) -> Option<model::Timestamp> {
    let mut text = Vec::new();
    at.format(TimestampFormat::EpochSeconds, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let whole = text.split('.').next()?;
    Some(model::Timestamp::from_secs(whole.parse().ok()?))
}

/// Encodes keys, prefixes and markers when the client asked for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encoder(bool);

impl Encoder {
    pub(super) fn new(asked: Option<&dto::EncodingType>) -> Self {
        Self(asked.is_some_and(|asked| asked.as_str().eq_ignore_ascii_case("url")))
    }

    pub(super) fn encode(self, text: String) -> String {
        if self.0 {
            utf8_percent_encode(&text, KEPT)
                .to_string()
                .replace(' ', "+")
        } else {
            text
        }
    }
}

/// Whether XML 1.0 can carry the text. Source: XML 1.0, production Char.
pub(super) fn fits_xml(text: &str) -> bool {
    text.chars().all(|character| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}

pub(super) fn etag(value: String) -> dto::ETag {
    dto::ETag::Strong(value)
}

pub(super) fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_as_s3_does() {
        let encoder = Encoder(true);
        assert_eq!(
            encoder.encode("a+b%2Bc d/ü\u{1}".to_owned()),
            "a%2Bb%252Bc+d/%C3%BC%01"
        );
        assert_eq!(Encoder(false).encode("a b".to_owned()), "a b");
    }

    #[test]
    fn time_survives_both_ways() {
        let at = model::Timestamp::from_secs(1_760_692_440);
        assert_eq!(from_time(&time(at)), Some(at));
    }
}
