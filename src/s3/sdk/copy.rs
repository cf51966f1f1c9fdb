//! Copies within the service. Sent once each, and waited for long: the service answers when it has copied.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut as Answered;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_s3::types::{ChecksumAlgorithm, MetadataDirective, TaggingDirective};

use super::errors::refused;
use super::fields::{Customer, told, with_options};
use super::parts::unquoted;
use super::payload::long;
use super::send::has_its_key;
use super::{SdkStore, some};
use crate::model::send::{Access, ObjectOptions};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;
use crate::s3::encoding::query_component;
use crate::s3::{CopyObject, CopyPart, CopySource, HeadObject, Receipt};

impl SdkStore {
    pub(super) async fn copy_a_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        let target = &request.target;
        let about = About::key(Operation::UploadPartCopy, &target.bucket, &target.key);
        let number = i32::try_from(request.number)
            .map_err(|_| refused(&about, "the part number is out of range", ""))?;
        let last = request.offset.saturating_add(request.len).saturating_sub(1);
        let range = format!("bytes={}-{last}", request.offset);
        let (customer, source) = (Customer::of(&request.access), bearer(&request.from));
        let opener = Customer::of(&source);
        let answer = self
            .ask(&target.bucket, |client| {
                client
                    .upload_part_copy()
                    .bucket(&target.bucket)
                    .key(&target.key)
                    .upload_id(&target.upload_id)
                    .part_number(number)
                    .copy_source(named(&request.from))
                    .copy_source_range(&range)
                    .set_copy_source_if_match(quoted(&request.from))
                    .set_copy_source_sse_customer_algorithm(opener.algorithm())
                    .set_copy_source_sse_customer_key(opener.key())
                    .set_copy_source_sse_customer_key_md5(opener.md5())
                    .set_expected_source_bucket_owner(request.from.expected_owner.clone())
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .set_sse_customer_algorithm(customer.algorithm())
                    .set_sse_customer_key(customer.key())
                    .set_sse_customer_key_md5(customer.md5())
                    .customize()
                    .config_override(long())
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        let result = answer.copy_part_result().ok_or_else(|| silent(&about))?;
        Ok(Receipt {
            etag: unquoted(result.e_tag()),
            checksum: told!(result),
            version_id: None,
        })
    }

    pub(super) async fn copy_an_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        let about = About::key(Operation::CopyObject, &request.bucket, &request.key);
        has_its_key(&request.options, &request.access, &about)?;
        let options = options(request);
        let source = bearer(&request.from);
        let opener = Customer::of(&source);
        let algorithm = request
            .checksum
            .map(|of| ChecksumAlgorithm::from(of.name()));
        let replaces = request.metadata.is_some();
        let answer = self
            .ask(&request.bucket, |client| {
                let copy = client
                    .copy_object()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .copy_source(named(&request.from))
                    .set_copy_source_if_match(quoted(&request.from))
                    .set_copy_source_sse_customer_algorithm(opener.algorithm())
                    .set_copy_source_sse_customer_key(opener.key())
                    .set_copy_source_sse_customer_key_md5(opener.md5())
                    .set_expected_source_bucket_owner(request.from.expected_owner.clone())
                    .set_if_none_match(request.if_none_match.then(|| "*".to_owned()))
                    .set_checksum_algorithm(algorithm.clone())
                    .set_metadata_directive(replaces.then_some(MetadataDirective::Replace))
                    .set_tagging_directive(
                        request.tags.is_some().then_some(TaggingDirective::Replace),
                    );
                with_options!(copy, &options, &request.access)
                    .customize()
                    .config_override(long())
                    .send()
            })
            .await
            .map_err(|failure| failure.into_fault(&about))?;
        let result = answer.copy_object_result().ok_or_else(|| silent(&about))?;
        Ok(Receipt {
            etag: unquoted(result.e_tag()),
            checksum: told!(result),
            version_id: some(answer.version_id()),
        })
    }

    pub(super) async fn tags_of(
        &self,
        request: &HeadObject,
    ) -> Result<Vec<(String, String)>, Fault> {
        let about = About::key(Operation::GetObjectTagging, &request.bucket, &request.key);
        let guard = NoObject::default();
        let answered = self
            .ask(&request.bucket, |client| {
                client
                    .get_object_tagging()
                    .bucket(&request.bucket)
                    .key(&request.key)
                    .set_version_id(request.version_id.clone())
                    .set_expected_bucket_owner(request.access.expected_owner.clone())
                    .customize()
                    .interceptor(guard.clone())
                    .send()
            })
            .await;
        if guard.was_met() {
            return Err(Fault {
                kind: Kind::Unsupported,
                ..refused(
                    &about,
                    "the server sends the object instead of its tags",
                    "",
                )
            });
        }
        let answer = answered.map_err(|failure| failure.into_fault(&about))?;
        let tags = answer.tag_set().iter();
        Ok(tags
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect())
    }
}

/// What travels with the request: described anew where it is to be replaced, else only what a copy does not
/// take over.
fn options(request: &CopyObject) -> ObjectOptions {
    let described = request.metadata.clone().unwrap_or_default();
    ObjectOptions {
        storage_class: request.options.storage_class.clone(),
        acl: request.options.acl.clone(),
        encryption: request.options.encryption.clone(),
        tags: request.tags.clone().unwrap_or_default(),
        ..described
    }
}

/// `bucket/key`, encoded, with the version behind. Source: API reference of `CopyObject`, `x-amz-copy-source`.
fn named(from: &CopySource) -> String {
    let of = &from.object;
    let key: Vec<String> = of.key.split('/').map(query_component).collect();
    let path = format!("{}/{}", of.bucket, key.join("/"));
    match &of.version_id {
        Some(id) => format!("{path}?versionId={}", query_component(id)),
        None => path,
    }
}

fn quoted(from: &CopySource) -> Option<String> {
    from.if_match.as_ref().map(|etag| format!("\"{etag}\""))
}

/// Keeps a whole object out of memory where a server has no tags, and answers a question for them with the
/// object: that has an `ETag`, and tags have none.
#[derive(Debug, Clone, Default)]
struct NoObject(Arc<AtomicBool>);

impl NoObject {
    fn was_met(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for NoObject {
    fn name(&self) -> &'static str {
        "no object in the place of tags"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut Answered<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response_mut();
        let is_object = answer.status().is_success() && answer.headers().get("etag").is_some();
        if is_object {
            *answer.body_mut() = SdkBody::empty();
        }
        self.0.store(is_object, Ordering::Relaxed);
        Ok(())
    }
}

fn bearer(from: &CopySource) -> Access {
    Access {
        customer_key: from.customer_key.clone(),
        expected_owner: None,
    }
}

fn silent(about: &About) -> Fault {
    Fault {
        kind: Kind::Garbled,
        ..refused(about, "the server answered without a result", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::copy::ObjectRef;

    #[test]
    fn a_source_is_named_so_that_any_key_survives() {
        let from = CopySource {
            object: ObjectRef {
                bucket: "b".to_owned(),
                key: "a b/ä?+%2F".to_owned(),
                version_id: Some("x/y=".to_owned()),
            },
            if_match: Some("e".to_owned()),
            customer_key: None,
            expected_owner: None,
        };
        assert_eq!(named(&from), "b/a%20b/%C3%A4%3F%2B%252F?versionId=x%2Fy%3D");
        assert_eq!(quoted(&from).as_deref(), Some("\"e\""));
    }
}
