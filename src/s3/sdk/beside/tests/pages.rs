//! What pages mean that are read twice: told by a seed, written by [`super::writer`].
//!
//! For tests; knows nothing of the SDK.

use fastrand::Rng;

use crate::model::part::{Checksum, UploadInfo};
use crate::model::{Part, Timestamp, Upload};
use crate::s3::{listing, parts_listing};

/// How far a page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noise {
    /// The SDK reads it.
    Readable,
    /// Control characters as they are, and values in pieces.
    Hard,
}

/// What a page of uploads means.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) answer: listing::Answer,
}

/// What a page of parts means.
#[derive(Debug)]
pub(super) struct PartsPage {
    pub(super) answer: parts_listing::Answer,
}

const PLAIN: &[char] = &['a', 'Z', '0', '/', '-', '_', '.', '~'];
const ODD: &[char] = &[
    ' ',
    '+',
    '%',
    '&',
    '<',
    '>',
    '"',
    '\'',
    ']',
    '[',
    '!',
    '?',
    '#',
    ';',
    '=',
    '\\',
    '{',
    'ü',
    '日',
    '🎬',
    '\u{85}',
    '\u{9b}',
    '\u{202e}',
    '\u{2028}',
    '\u{feff}',
    '\u{fffd}',
    '\u{7f}',
    '\u{10ffff}',
    '\t',
    '\n',
    '\r',
];
const CONTROL: &[char] = &[
    '\0', '\u{1}', '\u{7}', '\u{8}', '\u{b}', '\u{c}', '\u{1b}', '\u{1f}',
];

fn text(rng: &mut Rng, longest: usize) -> String {
    let odd = rng.u8(..3);
    let character = |rng: &mut Rng| {
        let among = match rng.u8(..20) {
            0 if odd > 0 => CONTROL,
            1..=8 if odd > 0 => ODD,
            _ => PLAIN,
        };
        among[rng.usize(..among.len())]
    };
    let length = rng.usize(1..=longest);
    (0..length).map(|_| character(rng)).collect()
}

fn maybe<T>(rng: &mut Rng, make: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    rng.bool().then(|| make(rng))
}

fn among(rng: &mut Rng, words: &[&str]) -> String {
    words[rng.usize(..words.len())].to_owned()
}

fn name(rng: &mut Rng) -> Option<String> {
    maybe(rng, |rng| text(rng, 20))
}

fn class(rng: &mut Rng) -> Option<String> {
    maybe(rng, |rng| among(rng, &["STANDARD", "COLD", "ICE & SNOW"]))
}

fn algorithm(rng: &mut Rng) -> Option<String> {
    maybe(rng, |rng| among(rng, &["CRC32", "CRC64NVME", "BLAKE9"]))
}

fn kind(rng: &mut Rng) -> Option<String> {
    maybe(rng, |rng| among(rng, &["COMPOSITE", "FULL_OBJECT"]))
}

fn date(rng: &mut Rng) -> Option<Timestamp> {
    let millis = maybe(rng, |rng| rng.i64(-1_000_000_000_000..4_000_000_000_000))?;
    Some(Timestamp::from_millis(millis))
}

impl Page {
    pub(super) fn random(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let upload = |rng: &mut Rng| Upload {
            key: text(rng, 60),
            upload_id: text(rng, 30),
            initiated: date(rng),
            storage_class: class(rng),
            initiator: name(rng),
            owner: name(rng),
            checksum_algorithm: algorithm(rng),
            checksum_type: kind(rng),
        };
        let answer = listing::Answer {
            encoding_type: maybe(rng, |_| "url".to_owned()),
            is_truncated: maybe(rng, Rng::bool),
            next_key_marker: name(rng),
            next_upload_id_marker: name(rng),
            uploads: (0..rng.usize(..12)).map(|_| upload(rng)).collect(),
        };
        Self { answer }
    }
}

impl PartsPage {
    pub(super) fn random(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let part = |rng: &mut Rng| Part {
            number: rng.u32(..12_000),
            size: rng.u64(..) >> rng.u32(1..64),
            etag: among(
                rng,
                &["", "abc", "d41d8cd98f00b204e9800998ecf8427e", "0-3", "a&b"],
            ),
            last_modified: date(rng),
            checksum: maybe(rng, |rng| {
                let (_, algorithm) = SUMS[rng.usize(..SUMS.len())];
                Checksum {
                    algorithm: algorithm.to_owned(),
                    value: among(rng, &["AAAAAA==", "a+/b=-7"]),
                }
            }),
        };
        let answer = parts_listing::Answer {
            info: UploadInfo {
                abort_date: None,
                abort_rule_id: None,
                initiator: name(rng),
                owner: name(rng),
                storage_class: class(rng),
                checksum_algorithm: algorithm(rng),
                checksum_type: kind(rng),
            },
            parts: (0..rng.usize(..12)).map(|_| part(rng)).collect(),
            is_truncated: maybe(rng, Rng::bool),
            next_part_number_marker: maybe(rng, |rng| rng.u16(..).to_string()),
        };
        Self { answer }
    }
}

/// Elements of a part with a checksum, the one that counts first.
pub(super) const SUMS: [(&str, &str); 10] = [
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
