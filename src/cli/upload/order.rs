//! From arguments to an order; whatever cannot be meant is refused before anything is asked of the service.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use crate::cli::args::{self, Sse, Stored};
use crate::cli::failure::Failure;
use crate::cli::sends::{self, key};
use crate::model::Address;
use crate::model::human::escape;
use crate::model::plan::Wish;
use crate::model::send::{
    Access, Defaults, Encryption, ObjectOptions, Order, Pace, Source, is_tag_character,
};

/// Source: S3 User Guide, "Creating object key names".
const LONGEST_KEY: usize = 1024;
/// Source: S3 User Guide, "Working with object metadata": user-defined metadata is limited to 2 KB.
const MOST_METADATA: usize = 2048;
/// Source of the tags' limits: S3 User Guide, "Categorizing your objects using tags".
const MOST_TAGS: usize = 10;
const LONGEST_TAG_NAME: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

fn usage<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Usage(text.into()))
}

/// What the arguments ask for, with what they do not say as configured.
pub fn order(args: args::Upload, defaults: &Defaults) -> Result<Order, Failure> {
    let (sources, address) = operands(args.operands)?;
    let customer_key = key::read(&args.key)?;
    let mut options = options(&args.stored, defaults)?;
    if customer_key.is_some() {
        options.encryption = Encryption::Customer;
    }
    let (way, pace) = (&args.way, args.pace);
    let order = Order {
        recursive: args.recursive,
        options,
        access: Access {
            customer_key,
            expected_owner: args.stored.expected_bucket_owner,
        },
        if_none_match: args.if_none_match,
        skip_existing: args.skip_existing,
        wish: Wish {
            part_size: way.part_size.or(defaults.wish.part_size),
            threshold: way.multipart_threshold.unwrap_or(defaults.wish.threshold),
            multipart: way.multipart || defaults.wish.multipart,
            width: pace.width.or(defaults.wish.width),
        },
        checksum: way.checksum.map_or(defaults.checksum, Into::into),
        signing: way.payload_signing.map_or(defaults.signing, Into::into),
        pace: Pace {
            limit: pace.limit_rate.or(defaults.pace.limit),
            width: None,
        },
        sources,
        ..Order::new(Source::Stdin, &address.bucket, &address.key)
    };
    check(&order)?;
    Ok(order)
}

/// What to send, and where to: the last word.
fn operands(mut words: Vec<OsString>) -> Result<(Vec<Source>, Address), Failure> {
    const FORM: &str = "mopup upload FILE… s3://BUCKET/[KEY]";
    let Some(last) = words.pop().filter(|_| !words.is_empty()) else {
        return usage(format!("both what to send and where to are needed: {FORM}"));
    };
    let Some(Ok(address)) = last.to_str().map(str::parse::<Address>) else {
        let shown = last.to_string_lossy();
        return usage(format!(
            "the address to send to comes last, and '{}' is none: {FORM}",
            escape(&shown)
        ));
    };
    let sources = words.into_iter().map(sends::source);
    Ok((sources.collect::<Result<_, _>>()?, address))
}

/// Whether every source can be named, and is there.
fn check(order: &Order) -> Result<(), Failure> {
    let open = order.key.is_empty() || order.key.ends_with('/');
    let several = order.sources.len() > 1;
    if order.key.len() > LONGEST_KEY {
        return usage(format!(
            "the key has {} bytes, and {LONGEST_KEY} are allowed",
            order.key.len()
        ));
    }
    for source in &order.sources {
        match source {
            Source::Stdin if several => {
                return usage(
                    "standard input goes alone: send the files with a command of their own",
                );
            }
            Source::Stdin if open => {
                return usage("standard input has no name: write the whole key, s3://BUCKET/KEY");
            }
            Source::Stdin | Source::Object(_) => {}
            Source::Path(path) => check_path(order, path, open || several)?,
        }
    }
    Ok(())
}

fn check_path(order: &Order, path: &Path, by_name: bool) -> Result<(), Failure> {
    let text = path.display().to_string();
    let shown = escape(&text);
    if text.starts_with("s3://") {
        return usage(format!(
            "'{shown}' is an address, and upload sends what is on this machine; the address to send to comes last"
        ));
    }
    let found = std::fs::metadata(path).map_err(|error| {
        Failure::Other(format!(
            "{shown} cannot be opened: {error}; nothing was sent"
        ))
    })?;
    if found.is_dir() {
        if order.recursive {
            return Ok(());
        }
        return usage(format!(
            "{shown} is a directory; use --recursive to send what is in it"
        ));
    }
    if !by_name {
        return Ok(());
    }
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return usage(format!(
            "the name of {shown} is not UTF-8 text, as keys are; send it alone with a whole key, s3://BUCKET/KEY"
        ));
    };
    let between = usize::from(!order.key.is_empty() && !order.key.ends_with('/'));
    let bytes = order.key.len() + between + name.len();
    if bytes > LONGEST_KEY {
        return usage(format!(
            "the key of {shown} would have {bytes} bytes, and {LONGEST_KEY} are allowed"
        ));
    }
    Ok(())
}

/// What the object is to be stored with.
pub fn options(stored: &Stored, defaults: &Defaults) -> Result<ObjectOptions, Failure> {
    let class = stored.storage_class.as_ref();
    let options = ObjectOptions {
        storage_class: class.or(defaults.storage_class.as_ref()).cloned(),
        content_type: stored.content_type.clone(),
        content_encoding: stored.content_encoding.clone(),
        content_disposition: stored.content_disposition.clone(),
        content_language: stored.content_language.clone(),
        cache_control: stored.cache_control.clone(),
        metadata: metadata(&stored.metadata)?,
        tags: tags(&stored.tags)?,
        acl: stored.acl.clone(),
        encryption: encryption(stored)?,
    };
    for (name, value) in [
        ("--storage-class", &options.storage_class),
        ("--content-type", &options.content_type),
        ("--content-encoding", &options.content_encoding),
        ("--content-disposition", &options.content_disposition),
        ("--content-language", &options.content_language),
        ("--cache-control", &options.cache_control),
        ("--acl", &options.acl),
        ("--sse-kms-key-id", &stored.sse_kms_key_id),
    ] {
        if value.as_deref().is_some_and(|value| !is_header_safe(value)) {
            return usage(format!(
                "the value of {name} cannot be sent in a header: printable ASCII only, without space at its ends"
            ));
        }
    }
    Ok(options)
}

fn encryption(stored: &Stored) -> Result<Encryption, Failure> {
    match (stored.sse, &stored.sse_kms_key_id) {
        (None, None) => Ok(Encryption::Default),
        (Some(Sse::S3), None) => Ok(Encryption::S3),
        (Some(Sse::S3), Some(_)) => {
            usage("--sse-kms-key-id names a key of KMS: use --sse aws:kms, or leave --sse out")
        }
        (_, key_id) => Ok(Encryption::Kms {
            key_id: key_id.clone(),
        }),
    }
}

/// What a header can carry unchanged.
fn is_header_safe(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && value.trim() == value
        && !value.is_empty()
}

/// Source: RFC 9110, section 5.6.2, `token`.
fn is_token(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_part)
}

/// `NAME=VALUE`, several of them with commas between, or a JSON object, as the AWS CLI takes them.
fn metadata(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in given {
        for (name, value) in metadata_of(text)? {
            let shown = escape(&name).into_owned();
            if !is_token(&name) {
                return usage(format!(
                    "'{shown}' cannot name metadata: letters, digits, '-', '_' and '.' without spaces"
                ));
            }
            if !value.is_empty() && !is_header_safe(&value) {
                return usage(format!(
                    "the metadata '{shown}' cannot be sent in a header: printable ASCII only, without space at its ends; encode it, such as with base64"
                ));
            }
            if pairs
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(&name))
            {
                return usage(format!("the metadata '{shown}' is given twice"));
            }
            pairs.push((name, value));
        }
    }
    let bytes: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MOST_METADATA {
        return usage(format!(
            "the metadata has {bytes} bytes, names included, and {MOST_METADATA} are allowed"
        ));
    }
    Ok(pairs)
}

fn metadata_of(text: &str) -> Result<Vec<(String, String)>, Failure> {
    if text.starts_with('{') {
        let read: Result<BTreeMap<String, String>, _> = serde_json::from_str(text);
        return read
            .map(|pairs| pairs.into_iter().collect())
            .or_else(|error| usage(format!("--metadata is no JSON object of texts: {error}")));
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in text.split(',') {
        match (piece.split_once('='), pairs.last_mut()) {
            (Some((name, value)), _) if is_token(name) => {
                pairs.push((name.to_owned(), value.to_owned()));
            }
            // A comma within a value.
            (_, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            (Some((name, value)), None) => pairs.push((name.to_owned(), value.to_owned())),
            (None, None) => {
                let shown = escape(piece).into_owned();
                return usage(format!(
                    "'{shown}' is no metadata: write --metadata NAME=VALUE"
                ));
            }
        }
    }
    Ok(pairs)
}

fn tags(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in given {
        let shown = escape(text).into_owned();
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return usage(format!("'{shown}' is no tag: write --tag NAME=VALUE"));
        };
        if name.chars().count() > LONGEST_TAG_NAME || value.chars().count() > LONGEST_TAG_VALUE {
            return usage(format!(
                "the tag '{shown}' is too long: a name has at most {LONGEST_TAG_NAME} characters, a value {LONGEST_TAG_VALUE}"
            ));
        }
        if let Some(odd) = name
            .chars()
            .chain(value.chars())
            .find(|c| !is_tag_character(*c))
        {
            let odd = escape(odd.encode_utf8(&mut [0; 4])).into_owned();
            return usage(format!(
                "the tag '{shown}' cannot be stored: S3 takes no '{odd}' in tags, only letters, digits, spaces and _ . : / = + - @"
            ));
        }
        if pairs.iter().any(|(known, _)| known == name) {
            return usage(format!("the tag '{}' is given twice", escape(name)));
        }
        pairs.push((name.to_owned(), value.to_owned()));
    }
    if pairs.len() > MOST_TAGS {
        return usage(format!(
            "{} tags are given, and an object has at most {MOST_TAGS}",
            pairs.len()
        ));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
