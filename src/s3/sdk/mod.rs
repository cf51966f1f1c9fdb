//! The store over the AWS SDK: the only place that names it.
//!
//! Knows nothing of jobs and pacing. Connects at the first request, asks every bucket in its own region,
//! and turns whatever a server says into plain types.

mod beside;
mod causes;
mod connect;
mod copy;
mod credentials;
mod directory;
mod errors;
mod fields;
mod hours;
mod lifecycle;
mod parts;
mod payload;
mod place;
mod region;
mod remembered;
mod retry;
mod send;
mod signing;
mod uploads;
mod whole;

use std::collections::HashSet;
use std::error::Error;
use std::future::Future;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::DateTime;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::sync::OnceCell;

pub use connect::{Addressing, ConnectOptions, StaticCredentials};

use self::connect::Connection;
use self::errors::{Failure, Said};
use self::hours::Hours;
use self::uploads::Habits;
use super::classify::{self, About};
use super::{
    Abort, Clock, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, Noticed, ObjectInfo, PartsPage, PutObject, Receipt, Store, UploadPart,
    UploadsPage,
};
use crate::model::lifecycle::Document;
use crate::model::{Bucket, Timestamp};
use crate::protocol::{Fault, Identity, Operation};

/// S3 over HTTP.
#[derive(Debug)]
pub struct SdkStore {
    options: ConnectOptions,
    clock: Clock,
    connection: OnceCell<Connection>,
    /// Directory buckets may not be listed: they are asked for once.
    no_directories: AtomicBool,
    hours: Hours,
    habits: Habits,
}

impl SdkStore {
    /// Does no I/O: the first request connects.
    pub fn new(options: ConnectOptions, clock: Clock) -> Self {
        Self {
            options,
            hours: Hours::new(clock.clone()),
            clock,
            connection: OnceCell::new(),
            no_directories: AtomicBool::new(false),
            habits: Habits::default(),
        }
    }

    async fn connection(&self) -> Result<&Connection, Fault> {
        self.connection
            .get_or_try_init(|| {
                connect::connect(&self.options, self.clock.clone(), self.hours.clone())
            })
            .await
    }

    /// Asks in the bucket's region; once more in another one that the answer points at, once more with the
    /// service's time when ours is wrong, and once more with other credentials when there are any.
    async fn ask<T, E, F, R>(&self, bucket: &str, request: F) -> Result<T, Failure>
    where
        F: Fn(Client) -> R + Send + Sync,
        R: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let connection = self.connection().await.map_err(Failure::Told)?;
        let clients = &connection.clients;
        let (mut was_moved, mut was_skewed, mut was_renewed) = (false, false, false);
        loop {
            let home = clients.home(bucket);
            let used = connection.used_credentials().await;
            let failure = match request(clients.of(&home)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => Failure::new(&error, connection),
            };
            // The client has learned the time by this answer, whatever the SDK's own retries are.
            if !was_skewed && self.hours.may_be_why(&failure) {
                was_skewed = true;
                continue;
            }
            if !was_renewed && connection.has_others(used.as_ref(), &failure).await? {
                was_renewed = true;
                continue;
            }
            if was_moved {
                return Err(failure);
            }
            let better = self.elsewhere(connection, bucket, &home, &failure).await;
            let Some(better) = better else {
                return Err(failure);
            };
            was_moved = true;
            clients.settle(bucket, &better);
        }
    }

    /// The region that a failure points at, if it is another one.
    async fn elsewhere(
        &self,
        connection: &Connection,
        bucket: &str,
        home: &str,
        failure: &Failure,
    ) -> Option<String> {
        let Failure::Answer(said) = failure else {
            return None;
        };
        if bucket.is_empty() || !points_away(said) {
            return None;
        }
        let named = match &said.region {
            Some(region) => Some(region.clone()),
            None if connection.place.aws => {
                let answer = connection
                    .clients
                    .of(home)
                    .head_bucket()
                    .bucket(bucket)
                    .send()
                    .await;
                match answer {
                    Ok(found) => found.bucket_region().map(ToOwned::to_owned),
                    Err(error) => match Failure::new(&error, connection) {
                        Failure::Answer(said) => said.region,
                        _ => None,
                    },
                }
            }
            None => None,
        };
        named.filter(|region| region != home)
    }

    async fn buckets(&self, connection: &Connection) -> Result<Vec<Bucket>, Failure> {
        let mut found = Vec::new();
        let mut names = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let page = self
                .ask("", |client| {
                    // AWS names the buckets' regions only when a parameter is given.
                    let size = connection.place.aws.then_some(1000);
                    client
                        .list_buckets()
                        .set_max_buckets(size)
                        .set_continuation_token(token.clone())
                        .send()
                })
                .await?;
            let before = found.len();
            for bucket in page.buckets() {
                let name = bucket.name().unwrap_or_default().to_owned();
                if name.is_empty() || !names.insert(name.clone()) {
                    continue;
                }
                let region = bucket.bucket_region().and_then(region::normal);
                if let Some(region) = &region {
                    connection.clients.settle(&name, region);
                }
                found.push(Bucket {
                    name,
                    created: bucket.creation_date().and_then(timestamp),
                    region,
                });
            }
            // A server that ignores the token sends the same page for ever.
            let next = page.continuation_token().filter(|next| !next.is_empty());
            if next.is_none() || next == token.as_deref() || found.len() == before {
                return Ok(found);
            }
            token = next.map(ToOwned::to_owned);
        }
    }
}

fn points_away(said: &Said) -> bool {
    classify::is_redirect(said.status, said.code.as_deref())
        || (said.status == 400 && said.region.is_some())
}

/// An SDK date as plain milliseconds.
fn timestamp(date: &DateTime) -> Option<Timestamp> {
    date.to_millis().ok().map(Timestamp::from_millis)
}

/// A text that is there and not empty.
fn some(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

#[async_trait]
impl Store for SdkStore {
    async fn identity(&self) -> Result<Identity, Fault> {
        let connection = self.connection().await?;
        let mut identity = Identity {
            profile: connection.profile.clone(),
            region: connection.clients.default_region().to_owned(),
            endpoint: connection.place.endpoint.clone(),
            provider: self.options.provider.clone(),
            ..Identity::default()
        };
        if let Some(provider) = &connection.credentials {
            let found = provider.provide_credentials().await.map_err(|error| {
                let profile = connection.profile.as_deref();
                errors::no_credentials(credentials::explain(&error, profile))
            })?;
            identity.access_key_tail = Some(credentials::tail(&found));
            identity.credentials_from = Some(credentials::source(&found));
            identity.credentials_expire = credentials::expiry(&found);
        }
        Ok(identity)
    }

    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        let connection = self.connection().await?;
        self.buckets(connection)
            .await
            .map_err(|failure| failure.into_fault(&About::account(Operation::ListBuckets)))
    }

    async fn directory_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        self.all_directory_buckets().await
    }

    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        let answer = self
            .ask(bucket, |client| client.head_bucket().bucket(bucket).send())
            .await
            .map_err(|failure| failure.into_fault(&About::bucket(Operation::HeadBucket, bucket)))?;
        let connection = self.connection().await?;
        let named = answer.bucket_region().and_then(region::normal);
        if let Some(region) = &named {
            connection.clients.settle(bucket, region);
        }
        let known = connection
            .place
            .aws
            .then(|| connection.clients.home(bucket));
        Ok(Bucket {
            name: bucket.to_owned(),
            created: None,
            region: named.or(known),
        })
    }

    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        self.uploads_page(request).await
    }

    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        self.parts_page(request).await
    }

    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        self.end_upload(request).await
    }

    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        self.begin_upload(request).await
    }

    fn noticed(&self) -> Noticed {
        Noticed {
            clock_ahead: self.hours.ahead(),
            encoding: self.habits.encoding(),
        }
    }

    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        self.store_part(request).await
    }

    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        self.make_object(request).await
    }

    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        self.store_object(request).await
    }

    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        self.look_at_object(request).await
    }

    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        self.copy_a_part(request).await
    }

    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        self.copy_an_object(request).await
    }

    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        self.read_lifecycle(bucket).await
    }

    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault> {
        self.write_lifecycle(bucket, document).await
    }

    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        self.tags_of(request).await
    }
}
