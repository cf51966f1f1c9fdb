//! Buckets and their lifecycle.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use s3s::dto::*;
use s3s::xml::{Deserializer, Serializer};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::convert::time;
use super::{Service, refused};
use crate::s3::memory::{AbortRule, Lifecycle};

/// Where buckets live unless they say otherwise.
const REGION: &str = "us-east-1";

impl Service {
    pub(super) fn all_buckets(&self) -> ListBucketsOutput {
        let buckets = self.store.buckets().into_iter().map(|bucket| Bucket {
            bucket_region: bucket.region,
            creation_date: bucket.created.map(time),
            name: Some(bucket.name),
        });
        ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(Owner {
                display_name: Some("demo".to_owned()),
                id: Some("demo".to_owned()),
            }),
            ..ListBucketsOutput::default()
        }
    }

    pub(super) fn new_bucket(&self, input: &CreateBucketInput) -> S3Result<CreateBucketOutput> {
        if self.store.bucket(&input.bucket).is_ok() {
            return Err(S3ErrorCode::BucketAlreadyOwnedByYou.into());
        }
        let region = input
            .create_bucket_configuration
            .as_ref()
            .and_then(|configuration| configuration.location_constraint.as_ref())
            .map_or(REGION, BucketLocationConstraint::as_str);
        self.store.create_bucket(&input.bucket, region);
        Ok(CreateBucketOutput {
            location: Some(format!("/{}", input.bucket)),
        })
    }

    pub(super) fn one_bucket(&self, name: &str) -> S3Result<HeadBucketOutput> {
        let bucket = self.store.bucket(name).map_err(refused)?;
        Ok(HeadBucketOutput {
            bucket_region: bucket.region,
            ..HeadBucketOutput::default()
        })
    }

    pub(super) fn location(&self, name: &str) -> S3Result<GetBucketLocationOutput> {
        let bucket = self.store.bucket(name).map_err(refused)?;
        Ok(GetBucketLocationOutput {
            // An empty element means us-east-1. Source: API reference of GetBucketLocation.
            location_constraint: bucket
                .region
                .filter(|region| region != REGION)
                .map(BucketLocationConstraint::from),
        })
    }

    pub(super) fn lifecycle(
        &self,
        bucket: &str,
    ) -> S3Result<GetBucketLifecycleConfigurationOutput> {
        let lifecycle = self.store.lifecycle(bucket).map_err(refused)?;
        let mut reader = Deserializer::new(lifecycle.document.as_bytes());
        let configuration: BucketLifecycleConfiguration =
            s3s::xml::Deserialize::deserialize(&mut reader).map_err(S3Error::internal_error)?;
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(configuration.rules),
            ..GetBucketLifecycleConfigurationOutput::default()
        })
    }

    pub(super) fn set_lifecycle(
        &self,
        input: PutBucketLifecycleConfigurationInput,
    ) -> S3Result<PutBucketLifecycleConfigurationOutput> {
        let configuration = input
            .lifecycle_configuration
            .ok_or(S3ErrorCode::MalformedXML)?;
        let mut document = Vec::new();
        let mut writer = Serializer::new(&mut document);
        s3s::xml::Serialize::serialize(&configuration, &mut writer)
            .map_err(S3Error::internal_error)?;
        let lifecycle = Lifecycle {
            document: String::from_utf8(document).map_err(S3Error::internal_error)?,
            abort_rules: configuration.rules.iter().filter_map(abort_rule).collect(),
        };
        self.store
            .set_lifecycle(&input.bucket, Some(lifecycle))
            .map_err(refused)?;
        Ok(PutBucketLifecycleConfigurationOutput::default())
    }
}

fn abort_rule(rule: &LifecycleRule) -> Option<AbortRule> {
    if rule.status.as_str() != ExpirationStatus::ENABLED {
        return None;
    }
    let abort = rule.abort_incomplete_multipart_upload.as_ref()?;
    let filtered = rule.filter.as_ref().and_then(|filter| {
        let and = filter.and.as_ref().and_then(|and| and.prefix.clone());
        filter.prefix.clone().or(and)
    });
    Some(AbortRule {
        id: rule.id.clone().unwrap_or_default(),
        prefix: filtered.or_else(|| rule.prefix.clone()).unwrap_or_default(),
        days: u32::try_from(abort.days_after_initiation?).ok()?,
    })
}
