//! One upload: its parts, and its end without an object.

use aws_sdk_s3::primitives::DateTime;

use super::beside::Kept;
use super::errors::Failure;
use super::fields::Customer;
use super::{SdkStore, some, timestamp};
use crate::model::bucket::is_directory_bucket;
use crate::model::part::UploadInfo;
use crate::protocol::{Fault, Operation};
use crate::s3::classify::About;
use crate::s3::{Abort, ListParts, PartsPage, parts_listing};

impl SdkStore {
    pub(super) async fn parts_page(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        let target = &request.target;
        let marker = request.marker.clone().filter(|marker| !marker.is_empty());
        let customer = Customer::of(&request.access);
        let kept = Kept::parts();
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
                    .interceptor(kept.clone())
                    .send()
            })
            .await
            .and_then(|told| {
                let body = kept.take().unwrap_or_default();
                let answer = parts_listing::read(&body);
                answer
                    .map(|answer| (told, answer))
                    .map_err(|_| Failure::unreadable(&body))
            });
        let (told, answer) = answer.map_err(|failure| {
            let key = &target.key;
            failure.into_fault(&About::key(Operation::ListParts, &target.bucket, key))
        })?;
        Ok(PartsPage {
            info: UploadInfo {
                abort_date: told.abort_date().and_then(timestamp),
                abort_rule_id: some(told.abort_rule_id()),
                ..answer.info
            },
            parts: answer.parts,
            next: (answer.is_truncated == Some(true))
                .then(|| answer.next_part_number_marker.unwrap_or_default()),
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
