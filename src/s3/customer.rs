//! SSE-C keys, read from what people keep them in. Knows no file and no request; tells nothing of a key.

use crate::model::send::CustomerKey;

/// The key in `text`: 32 bytes as they are, 64 hexadecimal digits, or base64 of 32 bytes; white space around the
/// written forms does not count. `None`: it is neither.
pub fn parse(text: &[u8]) -> Option<CustomerKey> {
    if let Ok(key) = text.try_into() {
        return Some(CustomerKey(key));
    }
    let written = std::str::from_utf8(text).ok()?.trim();
    let bytes = hexadecimal(written).or_else(|| aws_smithy_types::base64::decode(written).ok())?;
    bytes.try_into().ok().map(CustomerKey)
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_each_form_and_never_shown() {
        let key = CustomerKey(*b"0123456789abcdef0123456789abcdef");
        let hex = "3031323334353637383961626364656630313233343536373839616263646566";
        let base64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
        for text in [&key.0[..], hex.as_bytes(), base64.as_bytes()] {
            assert_eq!(parse(text), Some(key.clone()));
        }
        for wrong in [&b""[..], b"short", b"MDEyMzQ1", &[0xff; 33]] {
            assert_eq!(parse(wrong), None);
        }
        assert_eq!(format!("{key:?}"), "CustomerKey");
    }
}
