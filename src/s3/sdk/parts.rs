//! One upload: its parts, its beginning, its end.

use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, Part as SdkPart, StorageClass};

use super::beside::Cleaned;
use super::{SdkStore, errors, person, some, timestamp};
use crate::model::Part;
use crate::model::bucket::is_directory_bucket;
use crate::model::part::{Checksum, UploadInfo};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::{Abort, CreateUpload, ListParts, PartsPage, UploadPart};

impl SdkStore {
    pub(super) async fn parts_page(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let target = &request.target;
        let marker = request.marker.clone().filter(|marker| !marker.is_empty());
        let answer = self
            .ask(&target.bucket, |client| {
                client
                    .list_parts()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .set_part_number_marker(marker.clone())
                    .set_max_parts(request.max_parts)
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

    pub(super) async fn begin_upload(&self, request: &CreateUpload) -> Result<String, Fault> {
        let about = About::key(
            Operation::CreateMultipartUpload,
            &request.bucket,
            &request.key,
        );
        let class = request.storage_class.as_deref().map(StorageClass::from);
        let algorithm = request
            .checksum_algorithm
            .as_deref()
            .map(ChecksumAlgorithm::from);
        let answer = self
            .ask(&request.bucket, |client| {
                client
                    .create_multipart_upload()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .set_storage_class(class.clone())
                    .set_checksum_algorithm(algorithm.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        some(answer.upload_id()).ok_or_else(|| Fault {
            kind: Kind::Garbled,
            ..errors::refused(&about, "the server answered without an upload ID", "")
        })
    }

    pub(super) async fn store_part(&self, request: &UploadPart) -> Result<String, Fault> {
        let target = &request.target;
        let about = About::key(Operation::UploadPart, &target.bucket, &target.key);
        let number = i32::try_from(request.number)
            .map_err(|_| errors::refused(&about, "the part number is out of range", ""))?;
        let of = |algorithm: &str| {
            request
                .checksum
                .as_ref()
                .filter(|checksum| checksum.algorithm.eq_ignore_ascii_case(algorithm))
                .map(|checksum| checksum.value.clone())
        };
        let exposed = self.connection().await?.place.exposed;
        let answer = self
            .ask(&target.bucket, |client| {
                let part = client
                    .upload_part()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .part_number(number)
                    .set_checksum_crc32(of("CRC32"))
                    .set_checksum_crc32_c(of("CRC32C"))
                    .set_checksum_crc64_nvme(of("CRC64NVME"))
                    .set_checksum_sha1(of("SHA1"))
                    .set_checksum_sha256(of("SHA256"))
                    .body(ByteStream::from(request.body.clone()));
                async move {
                    // Over TLS and within the machine, hashing every body for its signature is for nothing.
                    if exposed {
                        part.send().await
                    } else {
                        part.customize().disable_payload_signing().send().await
                    }
                }
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        Ok(unquoted(answer.e_tag()))
    }
}

fn unquoted(etag: Option<&str>) -> String {
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
