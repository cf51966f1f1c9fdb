//! What requests that make objects are sent along with, and what answers tell: options, checksums, keys.

use aws_sdk_s3::types::ServerSideEncryption;
use md5::{Digest, Md5};

use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::send::{Access, CustomerKey, Encryption};
use crate::s3::encoding::query_component;

/// The three headers of SSE-C.
#[derive(Debug)]
pub(super) struct Customer<'a>(Option<&'a CustomerKey>);

impl<'a> Customer<'a> {
    pub(super) const fn of(access: &'a Access) -> Self {
        Self(access.customer_key.as_ref())
    }

    pub(super) fn algorithm(&self) -> Option<String> {
        self.0.map(|_| "AES256".to_owned())
    }

    pub(super) fn key(&self) -> Option<String> {
        self.0.map(|key| aws_smithy_types::base64::encode(key.0))
    }

    pub(super) fn md5(&self) -> Option<String> {
        self.0
            .map(|key| aws_smithy_types::base64::encode(Md5::digest(key.0)))
    }
}

/// One value, where there is a checksum of this algorithm.
pub(super) fn value(checksum: Option<&Checksum>, algorithm: Algorithm) -> Option<String> {
    checksum
        .filter(|checksum| checksum.algorithm.eq_ignore_ascii_case(algorithm.name()))
        .map(|checksum| checksum.value.clone())
}

/// The first checksum that a service tells of.
macro_rules! told {
    ($answer:expr) => {{
        let answer = $answer;
        [
            (
                $crate::model::Algorithm::Crc64Nvme,
                answer.checksum_crc64_nvme(),
            ),
            ($crate::model::Algorithm::Crc32c, answer.checksum_crc32_c()),
            ($crate::model::Algorithm::Crc32, answer.checksum_crc32()),
            ($crate::model::Algorithm::Sha256, answer.checksum_sha256()),
            ($crate::model::Algorithm::Sha1, answer.checksum_sha1()),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| {
            $crate::s3::sdk::some(value).map(|value| $crate::model::part::Checksum {
                algorithm: algorithm.name().to_owned(),
                value,
            })
        })
    }};
}

/// Sets the checksum's header, whichever it is.
macro_rules! with_checksum {
    ($request:expr, $checksum:expr) => {{
        let checksum = $checksum;
        $request
            .set_checksum_crc32($crate::s3::sdk::fields::value(
                checksum,
                $crate::model::Algorithm::Crc32,
            ))
            .set_checksum_crc32_c($crate::s3::sdk::fields::value(
                checksum,
                $crate::model::Algorithm::Crc32c,
            ))
            .set_checksum_crc64_nvme($crate::s3::sdk::fields::value(
                checksum,
                $crate::model::Algorithm::Crc64Nvme,
            ))
            .set_checksum_sha1($crate::s3::sdk::fields::value(
                checksum,
                $crate::model::Algorithm::Sha1,
            ))
            .set_checksum_sha256($crate::s3::sdk::fields::value(
                checksum,
                $crate::model::Algorithm::Sha256,
            ))
    }};
}

/// What an object is stored with.
macro_rules! with_options {
    ($request:expr, $options:expr, $access:expr) => {{
        let options: &$crate::model::send::ObjectOptions = $options;
        let access: &$crate::model::send::Access = $access;
        let customer = $crate::s3::sdk::fields::Customer::of(access);
        let (encryption, key_id) = $crate::s3::sdk::fields::encryption(&options.encryption);
        $request
            .set_storage_class(
                options
                    .storage_class
                    .as_deref()
                    .map(aws_sdk_s3::types::StorageClass::from),
            )
            .set_content_type(options.content_type.clone())
            .set_content_encoding(options.content_encoding.clone())
            .set_content_disposition(options.content_disposition.clone())
            .set_content_language(options.content_language.clone())
            .set_cache_control(options.cache_control.clone())
            .set_metadata(
                (!options.metadata.is_empty()).then(|| options.metadata.iter().cloned().collect()),
            )
            .set_tagging($crate::s3::sdk::fields::tagging(&options.tags))
            .set_acl(
                options
                    .acl
                    .as_deref()
                    .map(aws_sdk_s3::types::ObjectCannedAcl::from),
            )
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(key_id)
            .set_expected_bucket_owner(access.expected_owner.clone())
            .set_sse_customer_algorithm(customer.algorithm())
            .set_sse_customer_key(customer.key())
            .set_sse_customer_key_md5(customer.md5())
    }};
}

pub(super) use {told, with_checksum, with_options};

pub(super) fn encryption(of: &Encryption) -> (Option<ServerSideEncryption>, Option<String>) {
    match of {
        Encryption::Default | Encryption::Customer => (None, None),
        Encryption::S3 => (Some(ServerSideEncryption::Aes256), None),
        Encryption::Kms { key_id } => (Some(ServerSideEncryption::AwsKms), key_id.clone()),
    }
}

/// `key=value&…`, encoded as a query.
pub(super) fn tagging(tags: &[(String, String)]) -> Option<String> {
    let pairs: Vec<String> = tags
        .iter()
        .map(|(name, value)| format!("{}={}", query_component(name), query_component(value)))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}
