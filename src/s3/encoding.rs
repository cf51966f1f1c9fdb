//! What `EncodingType=url` means on servers that do as they please: keys are decoded exactly once.
//!
//! Pure: knows no request and no server, only strings.

use memchr::memchr2;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode};

/// RFC 3986, section 2.3.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// How the keys of a page are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As `EncodingType=url` asks.
    Encoded,
    /// As they are, whatever the element says.
    Raw,
}

/// What the keys of a page tell by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// Some key holds what no encoder emits.
    Raw,
    /// Decoding changes nothing: either form gives the same keys.
    Same,
    /// The key at this position reads differently in the two forms, and nothing settles it.
    Ambiguous(usize),
}

/// A name or a value within a query: everything but unreserved characters encoded.
pub fn query_component(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Decodes once: `+` is a space, `%XX` a byte. `None` when the outcome is not UTF-8, which no key of S3 is.
///
/// Source: the S3 API reference, "`EncodingType`"; S3 writes spaces as `+`, others as `%20`.
pub fn try_decode(text: &str) -> Option<String> {
    let spaced: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    percent_decode(&spaced)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// As [`try_decode`]; what cannot be decoded stays as it is.
pub fn decode(text: &str) -> String {
    try_decode(text).unwrap_or_else(|| text.to_owned())
}

/// What a byte of a key tells of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Both forms have it.
    None,
    /// No encoder emits it.
    Raw,
    /// It may begin an escape.
    Percent,
}

const SIGNS: [Sign; 256] = {
    const REPLACED: &[u8] = b" \"<>\\^`{|}#?[]";
    let mut signs = [Sign::None; 256];
    let mut byte = 0_u8;
    loop {
        if !byte.is_ascii() || byte.is_ascii_control() {
            signs[byte as usize] = Sign::Raw;
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < REPLACED.len() {
        signs[REPLACED[at] as usize] = Sign::Raw;
        at += 1;
    }
    signs[b'%' as usize] = Sign::Percent;
    signs
};

/// Whether `text` cannot be the work of an encoder: it holds a space, a control character, a character
/// beyond ASCII, one that every encoder replaces, a `%` without two hex digits, or bytes that are not UTF-8.
pub fn is_surely_raw(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut escapes = false;
    for (at, byte) in bytes.iter().enumerate() {
        match SIGNS[usize::from(*byte)] {
            Sign::None => {}
            Sign::Raw => return true,
            Sign::Percent => {
                let digits = bytes.get(at + 1..at + 3);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return true;
                }
                escapes = true;
            }
        }
    }
    escapes && try_decode(text).is_none()
}

/// Weighs the keys of one page.
pub fn weigh<'a>(keys: impl IntoIterator<Item = &'a str>) -> Evidence {
    let mut ambiguous = None;
    for (at, key) in keys.into_iter().enumerate() {
        if is_surely_raw(key) {
            return Evidence::Raw;
        }
        if ambiguous.is_none() && is_changed(key) {
            ambiguous = Some(at);
        }
    }
    ambiguous.map_or(Evidence::Same, Evidence::Ambiguous)
}

/// Whether decoding may change a text.
fn is_changed(text: &str) -> bool {
    memchr2(b'%', b'+', text.as_bytes()).is_some()
}

/// The key behind `sent` in the given form.
pub fn read(sent: &str, form: Form) -> String {
    match form {
        Form::Encoded => decode(sent),
        Form::Raw => sent.to_owned(),
    }
}

/// As [`read`], where the key is; most need no change.
pub fn read_in_place(key: &mut String, form: Form) {
    if form == Form::Encoded
        && is_changed(key)
        && let Some(decoded) = try_decode(key)
    {
        *key = decoded;
    }
}

/// The marker to send back for the marker that a page named.
///
/// Markers are opaque, but when one is a key of its page (the last one, as a rule), that key's form is known.
/// `sent` are the keys as the page wrote them.
pub fn next_marker<'a>(
    marker: &str,
    sent: impl DoubleEndedIterator<Item = &'a str> + Clone,
    form: Form,
) -> String {
    for key in sent.rev() {
        let true_key = read(key, form);
        if marker == key || marker == true_key || decode(marker) == true_key {
            return true_key;
        }
    }
    if form == Form::Encoded && !is_surely_raw(marker) {
        decode(marker)
    } else {
        marker.to_owned()
    }
}

/// The marker of a directory bucket: a token in base64, decoded only when it shows an escape, since base64
/// holds `+` but never `%`.
pub fn next_token(token: &str) -> String {
    if token.contains('%') && !is_surely_raw(token) {
        decode(token)
    } else {
        token.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn encode(key: &str) -> String {
        utf8_percent_encode(key, NON_ALPHANUMERIC)
            .to_string()
            .replace("%20", "+")
    }

    #[test]
    fn a_plus_is_a_space_and_an_escaped_plus_is_a_plus() {
        assert_eq!(decode("a+b%2Bc"), "a b+c");
        assert_eq!(decode("a%20b"), "a b");
        assert_eq!(decode("%252F"), "%2F", "once, not twice");
    }

    #[test]
    fn what_no_encoder_emits_proves_a_raw_key() {
        for raw in [
            "a b", "a\u{1}b", "ä", "100%", "a%2", "a%zz", "it\"s", "a?b", "%FF%FE",
        ] {
            assert!(is_surely_raw(raw), "{raw:?}");
        }
        for open in ["a/b", "a+b", "a%20b", "%2F", "plain-key_1.bin", "a&b=c", ""] {
            assert!(!is_surely_raw(open), "{open:?}");
        }
    }

    #[test]
    fn one_raw_key_decides_for_its_page() {
        assert_eq!(weigh(["a%20b", "c d"]), Evidence::Raw);
        assert_eq!(weigh(["x", "a%20b"]), Evidence::Ambiguous(1));
        assert_eq!(weigh(["x", "y/z"]), Evidence::Same);
    }

    #[test]
    fn a_marker_that_is_a_key_of_the_page_has_that_keys_form() {
        let page = ["a", "b%2Bc"];
        let next = |marker, form| next_marker(marker, page.iter().copied(), form);
        assert_eq!(next("b%2Bc", Form::Encoded), "b+c");
        assert_eq!(
            next("b+c", Form::Encoded),
            "b+c",
            "keys encoded, marker raw"
        );
        assert_eq!(next("b%2Bc", Form::Raw), "b%2Bc");
        assert_eq!(
            next("b%252Bc", Form::Raw),
            "b%2Bc",
            "keys raw, marker encoded"
        );
        assert_eq!(next("other%20one", Form::Encoded), "other one");
        assert_eq!(next("other one+", Form::Encoded), "other one+");
        assert_eq!(next("other%20one", Form::Raw), "other%20one");
    }

    #[test]
    fn a_token_keeps_its_plus() {
        assert_eq!(next_token("ab+/c=="), "ab+/c==");
        assert_eq!(next_token("ab%2B%2Fc%3D"), "ab+/c=");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(key in any::<String>()) {
            prop_assert_eq!(decode(&encode(&key)), key);
        }

        #[test]
        fn a_key_is_read_in_place_as_elsewhere(key in "[ -~ä%+]{0,8}") {
            for form in [Form::Encoded, Form::Raw] {
                let mut there = key.clone();
                read_in_place(&mut there, form);
                prop_assert_eq!(&there, &read(&key, form));
            }
            let weighed = weigh([key.as_str()]);
            prop_assert_eq!(weighed == Evidence::Raw, is_surely_raw(&key));
            if weighed != Evidence::Raw {
                prop_assert_eq!(weighed == Evidence::Ambiguous(0), decode(&key) != key);
            }
        }

        #[test]
        fn what_an_encoder_wrote_is_never_taken_for_raw(key in any::<String>()) {
            prop_assert!(!is_surely_raw(&encode(&key)));
        }

        #[test]
        fn the_last_key_as_marker_is_found_in_any_form(key in "[ -~]{1,12}") {
            let sent = encode(&key);
            let page = [sent.as_str()];
            prop_assert_eq!(next_marker(&sent, page.iter().copied(), Form::Encoded), key.clone());
            prop_assert_eq!(next_marker(&key, page.iter().copied(), Form::Encoded), key);
        }
    }
}
