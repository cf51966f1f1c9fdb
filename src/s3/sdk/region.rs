//! One client per region, and which bucket lives where.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region};

use crate::model::bucket::zone_region;

/// The clients of all regions asked so far. They share connections' settings and credentials.
pub(super) struct Clients {
    template: Builder,
    default: String,
    made: Mutex<HashMap<String, Client>>,
    homes: Mutex<HashMap<String, String>>,
}

impl Clients {
    pub(super) fn new(template: Builder, default: String) -> Self {
        Self {
            template,
            default,
            made: Mutex::new(HashMap::new()),
            homes: Mutex::new(HashMap::new()),
        }
    }

    /// The region asked when nothing is known.
    pub(super) fn default_region(&self) -> &str {
        &self.default
    }

    /// The client of a region; made at its first use.
    pub(super) fn of(&self, region: &str) -> Client {
        let create = || {
            let config = self.template.clone().region(Region::new(region.to_owned()));
            Client::from_conf(config.build())
        };
        match self.made.lock() {
            Ok(mut made) => made.entry(region.to_owned()).or_insert_with(create).clone(),
            Err(_) => create(),
        }
    }

    /// Where this bucket is thought to live.
    pub(super) fn home(&self, bucket: &str) -> String {
        self.homes
            .lock()
            .ok()
            .and_then(|homes| homes.get(bucket).cloned())
            // Nobody redirects from a zone of another region: it has no such name there.
            .or_else(|| zone_region(bucket))
            .unwrap_or_else(|| self.default.clone())
    }

    /// Remembers where a bucket lives.
    pub(super) fn settle(&self, bucket: &str, region: &str) {
        if let (Ok(mut homes), Some(region)) = (self.homes.lock(), normal(region)) {
            homes.insert(bucket.to_owned(), region);
        }
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients")
            .field("default", &self.default)
            .finish_non_exhaustive()
    }
}

/// A region's name as requests are signed with it; `None` for what cannot be one.
///
/// Source: S3 API reference, `GetBucketLocation`: `EU` and `US` are old names.
pub(super) fn normal(region: &str) -> Option<String> {
    match region.trim() {
        "EU" => Some("eu-west-1".to_owned()),
        "US" => Some("us-east-1".to_owned()),
        "" => None,
        name if name.len() <= 64
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') =>
        {
            Some(name.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_and_nonsense_are_told_apart() {
        assert_eq!(normal("EU").as_deref(), Some("eu-west-1"));
        assert_eq!(normal(" eu-central-1 ").as_deref(), Some("eu-central-1"));
        assert_eq!(normal(""), None);
        assert_eq!(normal("a/b"), None);
    }
}
