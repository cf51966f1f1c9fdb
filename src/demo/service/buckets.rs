//! Buckets.

// In tests the lint is silent.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the protocol's types: dozens, and named where they are used"
    )
)]

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::convert::time;
use super::{Service, refused};

/// Where buckets live unless they say otherwise.
const REGION: &str = "us-east-1";

impl Service {
    pub(super) fn all_buckets(&self) -> ListBucketsOutput {
        let buckets = self.store.buckets().into_iter().map(|bucket| Bucket {
            bucket_region: bucket.region.filter(|_| self.names_regions),
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
}
