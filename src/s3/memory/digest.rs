//! Digests as S3 writes them: an object's `ETag`, the filler that stands for one, base64 in headers.

use std::fmt::Write;

use md5::{Digest, Md5};

/// The MD5 of `bytes`.
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// Standard base64 with padding, as `Content-MD5` carries it.
pub fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
}

/// The bytes that base64 stands for; `None` for what is none.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    aws_smithy_types::base64::decode(text).ok()
}

/// The `ETag` of a completed upload: the MD5 of the parts' MD5s, a dash and how many there were.
pub fn multipart_etag(parts: &[[u8; 16]]) -> String {
    let mut all = Md5::new();
    for part in parts {
        all.update(part);
    }
    let digest: [u8; 16] = all.finalize().into();
    format!("{}-{}", hex(&digest), parts.len())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A number that looks random and is the same for the same `text` and `salt`.
pub(super) fn scatter(text: &str, salt: u64) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(state)
}

fn mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// What stands for the MD5 of a part whose bytes were never there.
pub(super) fn filler_digest(upload_id: &str, number: u32) -> [u8; 16] {
    let first = scatter(upload_id, u64::from(number));
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&first.to_le_bytes());
    digest[8..].copy_from_slice(&mix(first.wrapping_add(1)).to_le_bytes());
    digest
}

/// An upload ID that looks like one of S3's, made from a running number.
pub(super) fn upload_id(key: &str, serial: u64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    let mut id = String::with_capacity(64);
    for word in 0..6 {
        let mut bits = scatter(key, serial.wrapping_mul(8).wrapping_add(word));
        for _ in 0..10 {
            id.push(char::from(
                ALPHABET[usize::try_from(bits & 63).unwrap_or_default()],
            ));
            bits >>= 6;
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_what_s3_writes() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(base64(&md5(b"")), "1B2M2Y8AsgTpgAmY7PhCfg==");
        // md5(md5("a") md5("b")), by md5sum and xxd.
        assert_eq!(
            multipart_etag(&[md5(b"a"), md5(b"b")]),
            "96e024ba2074fe77e8e965ba43a704be-2"
        );
    }

    #[test]
    fn upload_ids_differ_from_call_to_call() {
        assert_ne!(upload_id("k", 1), upload_id("k", 2));
        assert_eq!(upload_id("k", 1), upload_id("k", 1));
        assert_eq!(upload_id("k", 1).len(), 60);
    }
}
