//! What requests are sent along with, and what answers tell of it: options, keys, checksums.

use percent_encoding::percent_decode_str;
use s3s::dto;
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::model::send::{Access, CustomerKey, Encryption};
use crate::s3::memory::{base64, from_base64, md5};

/// What an object is to be stored with, from any request that says so.
macro_rules! options {
    ($input:expr) => {{
        let input = &$input;
        $crate::model::send::ObjectOptions {
            storage_class: input
                .storage_class
                .as_ref()
                .map(|of| of.as_str().to_owned()),
            content_type: input.content_type.clone(),
            content_encoding: $crate::demo::service::options::encoding(
                input.content_encoding.as_deref(),
            ),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            metadata: input
                .metadata
                .iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            tags: $crate::demo::service::options::tags(input.tagging.as_deref()),
            acl: input.acl.as_ref().map(|of| of.as_str().to_owned()),
            encryption: $crate::demo::service::options::encryption(
                input.server_side_encryption.as_ref(),
                input.ssekms_key_id.clone(),
            ),
        }
    }};
}

/// Who asks, from any request that says so. `InvalidArgument` for a key that is none.
macro_rules! access {
    ($input:expr) => {{
        let input = &$input;
        $crate::demo::service::options::bearer(
            input.sse_customer_key.as_deref(),
            input.sse_customer_key_md5.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    }};
}

/// Tells the checksum in its own field.
macro_rules! tell_checksum {
    ($output:expr, $checksum:expr) => {{
        let output = &mut $output;
        if let Some(checksum) = $checksum {
            let value = Some(checksum.value.clone());
            match checksum.algorithm.as_str() {
                "CRC32" => output.checksum_crc32 = value,
                "CRC32C" => output.checksum_crc32c = value,
                "CRC64NVME" => output.checksum_crc64nvme = value,
                "SHA1" => output.checksum_sha1 = value,
                "SHA256" => output.checksum_sha256 = value,
                _ => {}
            }
        }
    }};
}

/// Tells how the bytes are encrypted.
macro_rules! tell_encryption {
    ($output:expr, $meta:expr) => {{
        let (output, meta) = (&mut $output, &$meta);
        match meta.customer {
            Some(digest) => {
                output.sse_customer_algorithm = Some("AES256".to_owned());
                output.sse_customer_key_md5 = Some($crate::s3::memory::base64(&digest));
            }
            None => {
                output.server_side_encryption = Some(meta.encryption().to_owned().into());
            }
        }
        if let $crate::model::send::Encryption::Kms { key_id } = &meta.options.encryption {
            output.ssekms_key_id.clone_from(key_id);
        }
    }};
}

/// Tells an object's size, dates and options, and its checksum where it was asked for.
macro_rules! tell_object {
    ($output:expr, $object:expr, $mode:expr) => {{
        let (output, object) = (&mut $output, &$object);
        let options = &object.meta.options;
        output.accept_ranges = Some("bytes".to_owned());
        output.content_type = Some(
            options
                .content_type
                .clone()
                .unwrap_or_else(|| "binary/octet-stream".to_owned()),
        );
        output
            .content_encoding
            .clone_from(&options.content_encoding);
        output
            .content_disposition
            .clone_from(&options.content_disposition);
        output
            .content_language
            .clone_from(&options.content_language);
        output.cache_control.clone_from(&options.cache_control);
        output.metadata = Some(options.metadata.iter().cloned().collect());
        output.e_tag = Some($crate::demo::service::convert::etag(object.etag.clone()));
        output.last_modified = Some($crate::demo::service::convert::time(object.last_modified));
        // S3 does not name the usual class.
        output.storage_class = object
            .meta
            .storage_class
            .clone()
            .filter(|class| class != "STANDARD")
            .map(Into::into);
        $crate::demo::service::options::tell_encryption!(*output, *object.meta);
        if $mode
            .as_ref()
            .is_some_and(|mode| mode.as_str() == "ENABLED")
        {
            $crate::demo::service::options::tell_checksum!(*output, &object.checksum);
            output.checksum_type = object
                .checksum
                .as_ref()
                .and_then(|_| object.meta.checksum_type.clone())
                .map(Into::into);
        }
    }};
}

pub(super) use {access, options, tell_checksum, tell_encryption, tell_object};

/// How the body travelled is not how it is stored.
pub(super) fn encoding(header: Option<&str>) -> Option<String> {
    let kept: Vec<&str> = header?
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// `name=value&…`, encoded as a query.
pub(super) fn tags(header: Option<&str>) -> Vec<(String, String)> {
    let text = |encoded: &str| {
        let spaced = encoded.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    header
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (text(name), text(value))
        })
        .collect()
}

pub(super) fn encryption(
    of: Option<&dto::ServerSideEncryption>,
    key_id: Option<String>,
) -> Encryption {
    match of.map(dto::ServerSideEncryption::as_str) {
        None => Encryption::Default,
        Some("AES256") => Encryption::S3,
        Some(_) => Encryption::Kms { key_id },
    }
}

pub(super) fn bearer(
    key: Option<&str>,
    digest: Option<&str>,
    owner: Option<&str>,
) -> S3Result<Access> {
    let customer_key = match key {
        None => None,
        Some(text) => Some(customer_key(text, digest)?),
    };
    Ok(Access {
        customer_key,
        expected_owner: owner.map(str::to_owned),
    })
}

fn customer_key(text: &str, digest: Option<&str>) -> S3Result<CustomerKey> {
    let refuse = |why| S3Error::with_message(S3ErrorCode::InvalidArgument, why);
    let bytes = from_base64(text)
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(|| refuse("The secret key was invalid for the specified algorithm."))?;
    if digest != Some(base64(&md5(&bytes)).as_str()) {
        return Err(refuse(
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ));
    }
    Ok(CustomerKey(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_a_body_travelled_is_not_kept() {
        assert_eq!(encoding(Some("aws-chunked")), None);
        assert_eq!(encoding(Some("gzip,aws-chunked")).as_deref(), Some("gzip"));
        assert_eq!(encoding(None), None);
    }

    #[test]
    fn tags_are_read_as_a_query() {
        let tags = tags(Some("a=1&team+x=R%26D&empty="));
        let told: Vec<_> = tags.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(told, [("a", "1"), ("team x", "R&D"), ("empty", "")]);
    }

    #[test]
    fn a_key_needs_its_digest() {
        let key = base64(&[7; 32]);
        let digest = base64(&md5(&[7; 32]));
        assert!(bearer(Some(&key), Some(&digest), None).is_ok());
        assert!(bearer(Some(&key), Some("other"), None).is_err());
        assert!(bearer(Some("short"), Some(&digest), None).is_err());
    }
}
