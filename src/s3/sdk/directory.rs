//! Directory buckets: listed apart, in the zone that their name tells. Sessions are the SDK's own affair.

use std::sync::atomic::Ordering;

use super::{SdkStore, timestamp};
use crate::model::Bucket;
use crate::model::bucket::zone_region;
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::classify::About;

impl SdkStore {
    /// All of the default region: each region lists its own. AWS alone has them.
    ///
    /// Source: API reference, `ListDirectoryBuckets`.
    pub(super) async fn all_directory_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        let connection = self.connection().await?;
        let is_asked = connection.place.aws && connection.place.endpoint.is_none();
        if !is_asked || self.no_directories.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        let mut found: Vec<Bucket> = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let asked = self.ask("", |client| {
                client
                    .list_directory_buckets()
                    .set_continuation_token(token.clone())
                    .send()
            });
            let page = asked.await.map_err(|failure| {
                let fault = failure.into_fault(&About::account(Operation::ListDirectoryBuckets));
                if matches!(fault.kind, Kind::Denied | Kind::Unsupported) {
                    self.no_directories.store(true, Ordering::Relaxed);
                }
                fault
            })?;
            for bucket in page.buckets() {
                let name = bucket.name().unwrap_or_default();
                if name.is_empty() {
                    continue;
                }
                let region = zone_region(name)
                    .unwrap_or_else(|| connection.clients.default_region().to_owned());
                connection.clients.settle(name, &region);
                found.push(Bucket {
                    name: name.to_owned(),
                    created: bucket.creation_date().and_then(timestamp),
                    region: Some(region),
                });
            }
            let next = page.continuation_token().filter(|next| !next.is_empty());
            if next.is_none() || next == token.as_deref() {
                return Ok(found);
            }
            token = next.map(ToOwned::to_owned);
        }
    }
}
