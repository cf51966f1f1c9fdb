//! One upload: its parts, and its end without an object.

use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, Part as SdkPart, StorageClass};

use super::beside::Cleaned;
use super::fields::Customer;
use super::{SdkStore, person, some, timestamp};
use crate::model::Part;
use crate::model::bucket::is_directory_bucket;
use crate::model::part::{Checksum, UploadInfo};
use crate::protocol::{Fault, Operation};
use crate::s3::classify::About;
use crate::s3::{Abort, ListParts, PartsPage};

impl SdkStore {
    pub(super) async fn parts_page(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let target = &request.target;
        let marker = request.marker.clone().filter(|marker| !marker.is_empty());
        let customer = Customer::of(&request.access);
        let answer = self
            .ask(&target.bucket, |client| {
                client
                    .list_parts()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .set_part_number_marker(marker.clone())
                    .set_max_parts(request.max_parts)
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .set_sse_customer_algorithm(customer.algorithm())
                    .set_sse_customer_key(customer.key())
                    .set_sse_customer_key_md5(customer.md5())
                    .customize()
                    .interceptor(Cleaned)
                    .send()
            })
            .await
            .map_err(|failure| {
                failure.into_fault(&About::key(
                    Operation::ListParts,
                    &target.bucket,
                    &target.key,
                ))
            })?;
        Ok(PartsPage {
            info: info(&answer),
            parts: answer.parts().iter().map(part).collect(),
            next: (answer.is_truncated() == Some(true)).then(|| {
                answer
                    .next_part_number_marker()
                    .unwrap_or_default()
                    .to_owned()
            }),
        })
    }

    pub(super) async fn end_upload(&self, request: &Abort) -> Result<(), Fault> {
        let target = &request.target;
        let initiated = request
            .if_initiated
            .filter(|_| is_directory_bucket(&target.bucket))
            .map(|at| DateTime::from_millis(at.millis()));
        self.ask(&target.bucket, |client| {
            client
                .abort_multipart_upload()
                .bucket(&target.bucket)
                .key(&target.key)
                .upload_id(&target.upload_id)
                .set_if_match_initiated_time(initiated)
                .send()
        })
        .await
        .map(drop)
        .map_err(|failure| {
            failure.into_fault(&About::key(
                Operation::AbortMultipartUpload,
                &target.bucket,
                &target.key,
            ))
        })
    }
}

pub(super) fn unquoted(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim().trim_matches('"').to_owned()
}

fn info(answer: &ListPartsOutput) -> UploadInfo {
    let initiator = answer.initiator();
    let owner = answer.owner();
    UploadInfo {
        abort_date: answer.abort_date().and_then(timestamp),
        abort_rule_id: some(answer.abort_rule_id()),
        initiator: initiator.and_then(|who| person(who.display_name(), who.id())),
        owner: owner.and_then(|who| person(who.display_name(), who.id())),
        storage_class: some(answer.storage_class().map(StorageClass::as_str)),
        checksum_algorithm: some(answer.checksum_algorithm().map(ChecksumAlgorithm::as_str)),
        checksum_type: some(answer.checksum_type().map(ChecksumType::as_str)),
    }
}

fn part(part: &SdkPart) -> Part {
    Part {
        number: part
            .part_number()
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or_default(),
        size: part
            .size()
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or_default(),
        etag: unquoted(part.e_tag()),
        last_modified: part.last_modified().and_then(timestamp),
        checksum: checksum(part),
    }
}

fn checksum(part: &SdkPart) -> Option<Checksum> {
    let known = [
        ("CRC64NVME", part.checksum_crc64_nvme()),
        ("CRC32C", part.checksum_crc32_c()),
        ("CRC32", part.checksum_crc32()),
        ("SHA256", part.checksum_sha256()),
        ("SHA1", part.checksum_sha1()),
        ("SHA512", part.checksum_sha512()),
        ("MD5", part.checksum_md5()),
        ("XXHASH64", part.checksum_xxhash64()),
        ("XXHASH3", part.checksum_xxhash3()),
        ("XXHASH128", part.checksum_xxhash128()),
    ];
    known.into_iter().find_map(|(algorithm, value)| {
        some(value).map(|value| Checksum {
            algorithm: algorithm.to_owned(),
            value,
        })
    })
}
