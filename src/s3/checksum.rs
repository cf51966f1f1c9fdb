//! Checksums computed, combined and compared, as S3 writes them. Knows nothing of requests.

use std::fmt::Write;

use crc_fast::{CrcAlgorithm, checksum_combine};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::model::Algorithm;
use crate::model::part::Checksum;

/// A checksum being computed.
#[derive(Debug)]
pub enum Hasher {
    Crc(Algorithm, Box<crc_fast::Digest>),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |of| Self::Crc(algorithm, Box::new(crc_fast::Digest::new(of)));
        match algorithm {
            Algorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(_, digest) => digest.update(bytes),
            Self::Sha1(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }

    /// The checksum as its header carries it: base64 of the big-endian bytes.
    pub fn finish(self) -> Checksum {
        let (algorithm, bytes) = match self {
            Self::Crc(algorithm, digest) => (algorithm, crc_bytes(algorithm, digest.finalize())),
            Self::Sha1(digest) => (Algorithm::Sha1, digest.finalize().to_vec()),
            Self::Sha256(digest) => (Algorithm::Sha256, digest.finalize().to_vec()),
        };
        Checksum {
            algorithm: algorithm.name().to_owned(),
            value: aws_smithy_types::base64::encode(bytes),
        }
    }
}

/// The checksum of `bytes`.
pub fn checksum(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// An MD5 being computed.
#[derive(Debug, Default)]
pub struct Md5Hasher(Md5);

impl Md5Hasher {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// As an `ETag` writes it.
    pub fn finish(self) -> String {
        let digest: [u8; 16] = self.0.finalize().into();
        hex(&digest)
    }
}

fn crc_bytes(algorithm: Algorithm, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    match algorithm {
        Algorithm::Crc64Nvme => bytes.to_vec(),
        _ => bytes[4..].to_vec(),
    }
}

/// The checksum over all bytes of the object of these parts, each with its bytes. `None` when one of them is of
/// another algorithm or unreadable, and for what is no CRC.
///
/// Source: S3 User Guide, "Checking object integrity", full object and composite checksums.
pub fn full_object(algorithm: Algorithm, parts: &[(&Checksum, u64)]) -> Option<Checksum> {
    let of = match algorithm {
        Algorithm::Crc64Nvme => CrcAlgorithm::Crc64Nvme,
        Algorithm::Crc32 => CrcAlgorithm::Crc32IsoHdlc,
        Algorithm::Crc32c => CrcAlgorithm::Crc32Iscsi,
        Algorithm::Sha1 | Algorithm::Sha256 => return None,
    };
    let mut whole = crc_fast::Digest::new(of).finalize();
    for (part, len) in parts {
        let value = raw(algorithm, part)?;
        let number = value
            .iter()
            .fold(0, |all, byte| all << 8 | u64::from(*byte));
        whole = checksum_combine(of, whole, number, *len);
    }
    Some(Checksum {
        algorithm: algorithm.name().to_owned(),
        value: aws_smithy_types::base64::encode(crc_bytes(algorithm, whole)),
    })
}

/// The checksum over the parts' checksums, with `-N` behind. `None` as in [`full_object`], but for any
/// algorithm.
pub fn composite(algorithm: Algorithm, parts: &[(&Checksum, u64)]) -> Option<Checksum> {
    let mut hasher = Hasher::new(algorithm);
    for (part, _) in parts {
        hasher.update(&raw(algorithm, part)?);
    }
    let mut whole = hasher.finish();
    whole.value = format!("{}-{}", whole.value, parts.len());
    Some(whole)
}

fn raw(algorithm: Algorithm, checksum: &Checksum) -> Option<Vec<u8>> {
    if Algorithm::from_name(&checksum.algorithm)? != algorithm {
        return None;
    }
    aws_smithy_types::base64::decode(&checksum.value).ok()
}

/// The `ETag` of an object made of parts with these `ETag`s: the MD5 of the MD5s, a dash and how many there were.
/// `None` when one of them is no MD5.
pub fn multipart_etag<'a>(etags: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut all = Md5::new();
    let mut count = 0_u32;
    for etag in etags {
        all.update(md5_bytes(etag)?);
        count += 1;
    }
    let digest: [u8; 16] = all.finalize().into();
    Some(format!("{}-{count}", hex(&digest)))
}

/// The MD5 of `bytes` as an `ETag` writes it.
pub fn md5_etag(bytes: &[u8]) -> String {
    let digest: [u8; 16] = Md5::digest(bytes).into();
    hex(&digest)
}

/// The SHA-256 of `bytes` as a signature covers it: 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The same out of a checksum, if it is a SHA-256.
pub fn sha256_of(checksum: &Checksum) -> Option<String> {
    raw(Algorithm::Sha256, checksum)
        .filter(|digest| digest.len() == 32)
        .map(|digest| hex(&digest))
}

/// Whether an `ETag` can be an MD5: 32 hexadecimal digits.
pub fn is_md5(etag: &str) -> bool {
    md5_bytes(etag).is_some()
}

fn md5_bytes(etag: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if etag.len() != 32 || !etag.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(etag.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_what_s3_writes() {
        // The check values of the CRC catalogue for "123456789", and of sha1sum and sha256sum for "abc".
        for (algorithm, text, value) in [
            (Algorithm::Crc32, "123456789", "y/Q5Jg=="),
            (Algorithm::Crc32c, "123456789", "4waSgw=="),
            (Algorithm::Crc64Nvme, "123456789", "rosUhgp5mIg="),
            (Algorithm::Sha1, "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
            (
                Algorithm::Sha256,
                "abc",
                "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            ),
        ] {
            let found = checksum(algorithm, text.as_bytes());
            assert_eq!(
                (found.algorithm.as_str(), found.value.as_str()),
                (algorithm.name(), value)
            );
        }
    }

    #[test]
    fn the_parts_checksums_combine_to_the_objects() {
        let whole: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let pieces: Vec<&[u8]> = whole.chunks(77_777).collect();
        for algorithm in Algorithm::ALL {
            let parts: Vec<_> = pieces
                .iter()
                .map(|piece| checksum(algorithm, piece))
                .collect();
            let with_len: Vec<_> = parts
                .iter()
                .zip(&pieces)
                .map(|(part, piece)| (part, piece.len() as u64))
                .collect();
            if algorithm.is_full_object() {
                let found = full_object(algorithm, &with_len).unwrap();
                assert_eq!(found, checksum(algorithm, &whole));
            } else {
                let found = composite(algorithm, &with_len).unwrap();
                assert!(found.value.ends_with(&format!("-{}", pieces.len())));
            }
            let other = checksum(Algorithm::Crc32, b"");
            if algorithm != Algorithm::Crc32 {
                assert_eq!(full_object(algorithm, &[(&other, 0)]), None);
                assert_eq!(composite(algorithm, &[(&other, 0)]), None);
            }
        }
    }

    #[test]
    fn an_etag_of_parts_needs_md5s() {
        let etag = multipart_etag([md5_etag(b"a").as_str(), md5_etag(b"b").as_str()]);
        assert_eq!(etag.as_deref(), Some("96e024ba2074fe77e8e965ba43a704be-2"));
        assert_eq!(multipart_etag(["x"]), None);
        assert!(!is_md5("d41d8cd98f00b204e9800998ecf8427e-1"));
    }
}
