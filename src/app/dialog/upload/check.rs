//! What is typed into the fields, understood or refused with the reason. The rules are S3's own.

use std::path::PathBuf;

use crate::model::filter::parse_size;
use crate::model::human;
use crate::model::send::{KeySource, is_tag_character};

/// Source: S3 User Guide, "Object key names": 1,024 bytes of UTF-8.
const KEY: usize = 1024;
/// Source: S3 User Guide, "User-defined object metadata": 2 KB, names and values together.
const METADATA: usize = 2048;
/// Source: S3 User Guide, "Object tagging": 10 tags, keys of 128 and values of 256 characters.
const TAGS: usize = 10;
const TAG_KEY: usize = 128;
const TAG_VALUE: usize = 256;
/// Parts in flight that can be asked for.
const WIDTH: usize = 512;

type Pairs = Vec<(String, String)>;

/// A whole key as it would be stored.
pub fn key(key: &str) -> Result<(), String> {
    let len = key.len();
    if key.is_empty() {
        Err("a key is needed".to_owned())
    } else if len > KEY {
        let (len, most) = (human::count(len as u64), human::count(KEY as u64));
        Err(format!("this key has {len} bytes, and {most} are allowed"))
    } else {
        Ok(())
    }
}

/// A word such as a storage class or an ACL; `None`: not said.
pub fn word(text: &str) -> Result<Option<String>, String> {
    let odd = |c: &char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-');
    match text.trim().chars().find(odd) {
        Some(odd) => Err(format!("'{odd}' cannot be part of this name")),
        None => Ok(said(text)),
    }
}

/// Anything that can stand in a header.
pub fn header(text: &str) -> Result<Option<String>, String> {
    match text.chars().find(|c| !is_printable(*c)) {
        Some(odd) => Err(format!(
            "'{odd}' cannot stand in a header: write plain ASCII"
        )),
        None => Ok(said(text)),
    }
}

/// `type/subtype`, whatever follows.
pub fn content_type(text: &str) -> Result<Option<String>, String> {
    let text = header(text)?;
    let is_type = |text: &String| {
        let kind = text.split(';').next().unwrap_or_default().trim();
        kind.split_once('/').is_some_and(|(a, b)| {
            let token = |part: &str| !part.is_empty() && part.chars().all(is_token);
            token(a) && token(b)
        })
    };
    match &text {
        Some(text) if !is_type(text) => {
            Err("write it as type/subtype, such as text/plain".to_owned())
        }
        _ => Ok(text),
    }
}

/// `a=b, c=d`; `\,` is a comma in a value.
fn pairs(text: &str) -> Result<Pairs, String> {
    let mut items = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = character == '\\' && characters.next_if_eq(&',').is_some();
        match (character, items.last_mut()) {
            (',', _) => items.push(String::new()),
            (_, Some(item)) if escaped => item.push(','),
            (other, Some(item)) => item.push(other),
            (_, None) => {}
        }
    }
    let mut pairs = Pairs::new();
    for item in items
        .iter()
        .map(|item| item.trim())
        .filter(|item| !item.is_empty())
    {
        let Some((name, value)) = item.split_once('=') else {
            return Err(format!(
                "'{item}' has no value: write name=value, name=value"
            ));
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if name.is_empty() {
            return Err(format!(
                "'{item}' has no name: write name=value, name=value"
            ));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// User metadata, without `x-amz-meta-`.
pub fn metadata(text: &str) -> Result<Pairs, String> {
    let pairs = pairs(text)?;
    for (at, (name, value)) in pairs.iter().enumerate() {
        if let Some(odd) = name.chars().find(|c| !is_token(*c)) {
            return Err(format!("'{odd}' cannot be part of a metadata name"));
        }
        if let Some(odd) = value.chars().find(|c| !is_printable(*c)) {
            return Err(format!(
                "'{odd}' cannot stand in a header: write plain ASCII"
            ));
        }
        if pairs[..at]
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            return Err(format!("'{name}' is there twice"));
        }
    }
    let bytes: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > METADATA {
        let (bytes, most) = (human::count(bytes as u64), human::count(METADATA as u64));
        return Err(format!("{bytes} bytes of metadata, and {most} are allowed"));
    }
    Ok(pairs)
}

pub fn tags(text: &str) -> Result<Pairs, String> {
    let pairs = pairs(text)?;
    if pairs.len() > TAGS {
        return Err(format!("{} tags, and {TAGS} are allowed", pairs.len()));
    }
    for (at, (name, value)) in pairs.iter().enumerate() {
        if name.chars().count() > TAG_KEY || value.chars().count() > TAG_VALUE {
            return Err(format!(
                "'{name}' is too long: {TAG_KEY} characters of name and {TAG_VALUE} of value are allowed"
            ));
        }
        if let Some(odd) = name
            .chars()
            .chain(value.chars())
            .find(|c| !is_tag_character(*c))
        {
            let odd = human::escape(odd.encode_utf8(&mut [0; 4])).into_owned();
            return Err(format!(
                "S3 takes no '{odd}' here, only letters, digits, _.:/=+-@"
            ));
        }
        if name.starts_with("aws:") {
            return Err("names that begin with aws: are AWS's own".to_owned());
        }
        if pairs[..at].iter().any(|(other, _)| other == name) {
            return Err(format!("'{name}' is there twice"));
        }
    }
    Ok(pairs)
}

/// An account's number.
pub fn owner(text: &str) -> Result<Option<String>, String> {
    let owner = said(text);
    match &owner {
        Some(owner) if owner.len() != 12 || !owner.bytes().all(|b| b.is_ascii_digit()) => {
            Err("an account is 12 digits".to_owned())
        }
        _ => Ok(owner),
    }
}

/// Bytes; `None`: not said.
pub fn size(text: &str) -> Result<Option<u64>, String> {
    let Some(text) = said(text) else {
        return Ok(None);
    };
    // `10MiB/s` is what people write for a rate.
    let bytes = text.strip_suffix("/s").unwrap_or(&text);
    match parse_size(bytes.trim()) {
        Some(bytes) if bytes > 0 => Ok(Some(bytes)),
        _ => Err(format!("'{text}' is no size: write 16MiB, 500MB or bytes")),
    }
}

pub fn width(text: &str) -> Result<Option<usize>, String> {
    let Some(text) = said(text) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(width) if (1..=WIDTH).contains(&width) => Ok(Some(width)),
        _ => Err(format!("write a number from 1 to {WIDTH}")),
    }
}

/// Where the SSE-C key is read.
pub fn key_source(text: &str) -> Result<KeySource, String> {
    let Some(text) = said(text) else {
        return Err("name a file or $VARIABLE that holds the key".to_owned());
    };
    match text.strip_prefix('$') {
        None => Ok(KeySource::File(PathBuf::from(text))),
        Some(name) => {
            let name = name
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
                .unwrap_or(name);
            let is_name = !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_name {
                Ok(KeySource::Variable(name.to_owned()))
            } else {
                Err(format!("'${name}' is no name of a variable"))
            }
        }
    }
}

/// Whether somebody typed a 256-bit key where its place was asked: in base64 or hexadecimal digits.
pub fn is_key_itself(text: &str) -> bool {
    let text = text.trim();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let in_base64 = text.len() == 44
        && text
            .strip_suffix('=')
            .is_some_and(|rest| rest.chars().all(base64));
    in_base64 || (text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()))
}

fn said(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

const fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~')
}

/// Source: RFC 9110, section 5.6.2, "token".
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_at_most_1024_bytes() {
        assert!(key("").is_err());
        assert_eq!(key(&"x".repeat(1024)), Ok(()));
        let refused = key(&"é".repeat(513)).unwrap_err();
        assert_eq!(refused, "this key has 1,026 bytes, and 1,024 are allowed");
    }

    #[test]
    fn metadata_is_what_headers_can_carry() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            metadata(" a=b, c = d=e\\,f ,").unwrap(),
            [pair("a", "b"), pair("c", "d=e,f")]
        );
        assert_eq!(metadata("  "), Ok(Vec::new()));
        for refused in ["a", "=b", "a b=c", "a=é", "a=1, A=2"] {
            assert!(metadata(refused).is_err(), "{refused}");
        }
        assert!(metadata(&format!("a={}", "x".repeat(2048))).is_err());
    }

    #[test]
    fn ten_tags_are_allowed() {
        let tags_of = |count: usize| {
            let tags: Vec<String> = (0..count).map(|n| format!("t{n}=v")).collect();
            tags.join(", ")
        };
        assert_eq!(tags(&tags_of(10)).unwrap().len(), 10);
        assert_eq!(
            tags(&tags_of(11)).unwrap_err(),
            "11 tags, and 10 are allowed"
        );
        assert!(tags("größe=1 kg, mail=a@b.c, when=2026-11-21/10:00+1").is_ok());
        for refused in ["a=b&c", "a&b=c", "a=b;c", "a=b\\,c", "a=b\tc"] {
            let why = tags(refused).unwrap_err();
            assert!(why.contains("only letters"), "{refused}: {why}");
        }
        for refused in ["aws:x=1", "a=1, a=2"] {
            assert!(tags(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn figures_are_read_as_people_write_them() {
        assert_eq!(size("16MiB"), Ok(Some(16 << 20)));
        assert_eq!(size("10MB/s"), Ok(Some(10_000_000)));
        assert_eq!(size(" "), Ok(None));
        assert!(size("0").is_err() && size("many").is_err());
        assert_eq!(width("12"), Ok(Some(12)));
        assert!(width("0").is_err() && width("513").is_err());
        assert_eq!(owner("123456789012"), Ok(Some("123456789012".to_owned())));
        assert!(owner("12345").is_err());
        assert!(word("COLD STORE").is_err());
        assert!(content_type("text").is_err());
        assert!(content_type("text/plain; charset=utf-8").is_ok());
    }

    #[test]
    fn the_key_is_named_and_never_typed() {
        assert_eq!(key_source("$KEY"), Ok(KeySource::Variable("KEY".into())));
        assert_eq!(key_source("${K_1}"), Ok(KeySource::Variable("K_1".into())));
        assert_eq!(key_source("~/k"), Ok(KeySource::File("~/k".into())));
        assert!(key_source("").is_err() && key_source("$1").is_err());
        assert!(is_key_itself(
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        ));
        assert!(is_key_itself(&"0f".repeat(32)));
        assert!(!is_key_itself("/etc/keys/archive.key"));
    }
}
