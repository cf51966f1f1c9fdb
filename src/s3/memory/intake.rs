//! Bytes that arrive: counted, hashed and kept as far as the store was told to.

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};

use super::digest::{filler_digest, md5};
use super::{MAX_BODY, Refusal};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::s3::checksum::Hasher;

/// One body on its way into the store.
#[derive(Debug)]
pub struct Intake {
    /// `None`: only lengths and checksums are kept.
    kept: Option<BytesMut>,
    md5: Option<Md5>,
    hasher: Option<Hasher>,
    /// Bytes so far.
    size: u64,
}

/// What an [`Intake`] amounts to.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) body: Option<Bytes>,
    pub(super) md5: Option<[u8; 16]>,
    pub(super) checksum: Option<Checksum>,
    pub(super) size: u64,
}

impl Intake {
    pub(super) fn new(algorithm: Option<Algorithm>, keeps: bool) -> Self {
        Self {
            kept: keeps.then(BytesMut::new),
            md5: keeps.then(Md5::new),
            hasher: algorithm.map(Hasher::new),
            size: 0,
        }
    }

    /// Room for so many bytes at once, where bytes are kept.
    pub fn expect(&mut self, bytes: u64) {
        if let (Some(kept), Ok(bytes)) = (&mut self.kept, usize::try_from(bytes)) {
            kept.reserve(bytes);
        }
    }

    /// More came than S3 takes in one request.
    pub const fn is_too_large(&self) -> bool {
        self.size > MAX_BODY
    }

    /// The MD5 so far; `None` where bytes are not kept: it costs more than all the rest.
    pub fn md5(&self) -> Option<[u8; 16]> {
        self.md5.clone().map(|md5| md5.finalize().into())
    }

    /// The next bytes. What comes above 5 GiB is counted only.
    pub fn take(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        if self.is_too_large() {
            return;
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
    }

    /// All of it. `EntityTooLarge` above 5 GiB, `BadDigest` when it is not what was promised.
    pub(super) fn finish(self, promised: Option<&Checksum>) -> Result<Arrived, Refusal> {
        if self.is_too_large() {
            return Err(Refusal::TOO_LARGE);
        }
        let checksum = self.hasher.map(Hasher::finish);
        if let Some(promised) = promised {
            let computed = checksum
                .as_ref()
                .filter(|of| of.algorithm.eq_ignore_ascii_case(&promised.algorithm))
                .ok_or(Refusal::OTHER_ALGORITHM)?;
            if computed.value != promised.value {
                return Err(Refusal::BAD_DIGEST);
            }
        }
        Ok(Arrived {
            body: self.kept.map(BytesMut::freeze),
            md5: self.md5.map(|md5| md5.finalize().into()),
            checksum,
            size: self.size,
        })
    }
}

impl Arrived {
    /// What the `ETag` is made of: the MD5 where the service keeps it, else something that differs with the bytes
    /// as far as they are known.
    pub(super) fn digest(&self, salt: &str, number: u32, keeps_md5: bool) -> [u8; 16] {
        match self.md5 {
            Some(digest) if keeps_md5 => digest,
            Some(digest) => md5(&[&digest[..], salt.as_bytes()].concat()),
            None => {
                let value = self.checksum.as_ref().map_or("", |of| of.value.as_str());
                filler_digest(&format!("{salt}{value}{}", self.size), number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_counted_and_compared_all_the_same() {
        let promised = |value: &str| Checksum {
            algorithm: "CRC32".to_owned(),
            value: value.to_owned(),
        };
        let intake = || {
            let mut intake = Intake::new(Some(Algorithm::Crc32), false);
            intake.take(b"12345");
            intake.take(b"6789");
            intake
        };
        let arrived = intake().finish(Some(&promised("y/Q5Jg=="))).unwrap();
        assert_eq!((arrived.size, arrived.body, arrived.md5), (9, None, None));
        let refused = intake().finish(Some(&promised("AAAAAA=="))).unwrap_err();
        assert_eq!(refused.code, "BadDigest");
    }

    #[test]
    fn an_etag_under_kms_differs_with_the_bytes_and_is_no_md5() {
        let digest = |bytes: &[u8], keeps_md5| {
            let mut intake = Intake::new(None, true);
            intake.take(bytes);
            intake.finish(None).unwrap().digest("id", 1, keeps_md5)
        };
        assert_eq!(digest(b"a", true), md5(b"a"));
        assert_ne!(digest(b"a", false), md5(b"a"));
        assert_ne!(digest(b"a", false), digest(b"b", false));
    }
}
