//! The order of a listing and where it goes on.

use std::ops::Bound;

use super::digest::scatter;
use super::upload::{Position, Record};
use super::{Contents, MAX_PAGE, MemoryStore, Refusal};
use crate::model::Upload;
use crate::model::bucket::is_directory_bucket;
use crate::protocol::{Fault, Operation};
use crate::s3::Marker;

/// A request for one page of uploads, with all that `ListMultipartUploads` takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    pub bucket: String,
    pub prefix: String,
    /// Empty: none.
    pub delimiter: String,
    pub marker: Option<Marker>,
    /// 1 to 1,000; `None`: 1,000.
    pub max_uploads: Option<i32>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    pub uploads: Vec<Upload>,
    pub common_prefixes: Vec<String>,
    pub next: Option<Marker>,
}

impl Listed {
    fn len(&self) -> usize {
        self.uploads.len() + self.common_prefixes.len()
    }
}

/// A page's size; S3 cuts what is above 1,000.
pub(super) fn page_size(asked: Option<i32>) -> Result<usize, Refusal> {
    let asked = asked.unwrap_or(MAX_PAGE);
    if asked < 0 {
        return Err(Refusal::invalid(
            "InvalidArgument",
            "The size of a page must be between 0 and 2147483647",
        ));
    }
    Ok(usize::try_from(asked.min(MAX_PAGE)).unwrap_or_default())
}

impl MemoryStore {
    /// One page of uploads. `NoSuchBucket`, `AccessDenied`, `InvalidArgument`.
    pub fn list(&self, listing: &Listing) -> Result<Listed, Fault> {
        let operation = Operation::ListMultipartUploads;
        self.within(operation, &listing.bucket, "", |contents| {
            let max = page_size(listing.max_uploads)?;
            if is_directory_bucket(&listing.bucket) {
                contents.list_unsorted(listing, max)
            } else {
                Ok(contents.list_sorted(listing, max))
            }
        })
    }
}

impl Contents {
    /// Source: API reference of `ListMultipartUploads`, "key-marker" and "upload-id-marker".
    fn list_sorted(&self, listing: &Listing, max: usize) -> Listed {
        let marker = listing.marker.as_ref().filter(|m| !m.key.is_empty());
        let marked_id = marker.and_then(|m| m.upload_id.as_deref());
        let mut after_id = None;
        let mut start = Bound::Included(Position::first_of(&listing.prefix));
        if let Some(marker) = marker {
            let position = if let Some(id) = marked_id {
                if let Some(position) = self.find(&marker.key, id) {
                    Bound::Excluded(position)
                } else {
                    // Gone meanwhile: the documented rule is all there is to go by.
                    after_id = Some((marker.key.as_str(), id));
                    Bound::Included(Position::first_of(&marker.key))
                }
            } else {
                // The least key above the marker.
                Bound::Included(Position::first_of(&format!("{}\0", marker.key)))
            };
            if marker.key >= listing.prefix {
                start = position;
            }
        }
        let rows = self
            .uploads
            .range((start, Bound::Unbounded))
            .take_while(|(position, _)| position.key.starts_with(&listing.prefix))
            .filter(|(position, _)| {
                after_id.is_none_or(|(key, id)| &*position.key != key || &*position.id > id)
            });
        fill(rows, listing, marker, max)
    }

    /// Directory buckets: an opaque key marker alone, no order, only whole folders as prefix.
    /// Source: API reference of `ListMultipartUploads`, notes on directory buckets.
    fn list_unsorted(&self, listing: &Listing, max: usize) -> Result<Listed, Refusal> {
        if !listing.prefix.is_empty() && !listing.prefix.ends_with('/') {
            return Err(Refusal::invalid(
                "InvalidArgument",
                "Directory buckets take only prefixes that end in a delimiter (/)",
            ));
        }
        if !listing.delimiter.is_empty() && listing.delimiter != "/" {
            return Err(Refusal::invalid(
                "InvalidArgument",
                "Directory buckets take only / as delimiter",
            ));
        }
        let marker = listing.marker.as_ref();
        if marker.is_some_and(|m| m.upload_id.is_some()) {
            return Err(Refusal::invalid(
                "InvalidArgument",
                "Directory buckets do not take an upload-id-marker",
            ));
        }
        let token = |p: &Position| format!("{:016x}{}", scatter(&p.key, 7), p.id);
        let mut rows: Vec<_> = self
            .uploads
            .iter()
            .filter(|(position, _)| position.key.starts_with(&listing.prefix))
            .map(|(position, record)| (token(position), position, record))
            .filter(|(token, ..)| marker.is_none_or(|marker| *token > marker.key))
            .collect();
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let more = rows.len() > max;
        let page = &rows[..max.min(rows.len())];
        let next = page.last().filter(|_| more).map(|(token, ..)| Marker {
            key: token.clone(),
            upload_id: None,
        });
        let mut listed = Listed {
            next,
            ..Listed::default()
        };
        for (_, position, record) in page {
            match group(&position.key, listing) {
                Some(prefix) if listed.common_prefixes.iter().any(|p| p == prefix) => {}
                Some(prefix) => listed.common_prefixes.push(prefix.to_owned()),
                None => listed.uploads.push(position.upload(record)),
            }
        }
        Ok(listed)
    }
}

/// The common prefix under which `key` is rolled up, if it is.
fn group<'a>(key: &'a str, listing: &Listing) -> Option<&'a str> {
    if listing.delimiter.is_empty() {
        return None;
    }
    let rest = key.get(listing.prefix.len()..)?;
    let at = rest.find(&listing.delimiter)?;
    key.get(..listing.prefix.len() + at + listing.delimiter.len())
}

fn fill<'a>(
    rows: impl Iterator<Item = (&'a Position, &'a Record)>,
    listing: &Listing,
    marker: Option<&Marker>,
    max: usize,
) -> Listed {
    let mut listed = Listed::default();
    let mut last = None;
    for (position, record) in rows {
        let prefix = group(&position.key, listing);
        // A prefix that the page before ended with is not told again.
        let told = prefix.is_some_and(|prefix| {
            listed.common_prefixes.last().is_some_and(|p| p == prefix)
                || marker.is_some_and(|marker| prefix <= marker.key.as_str())
        });
        if told {
            continue;
        }
        if listed.len() == max {
            listed.next = last;
            return listed;
        }
        last = Some(if let Some(prefix) = prefix {
            listed.common_prefixes.push(prefix.to_owned());
            Marker {
                key: prefix.to_owned(),
                upload_id: None,
            }
        } else {
            listed.uploads.push(position.upload(record));
            Marker {
                key: position.key.to_string(),
                upload_id: Some(position.id.to_string()),
            }
        });
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::protocol::Kind;
    use crate::s3::memory::NewUpload;
    use crate::s3::{Abort, Clock, Store};

    fn store(bucket: &str, keys: &[&str]) -> MemoryStore {
        let store = MemoryStore::new(Clock::fixed(Timestamp::from_secs(1000)));
        store.create_bucket(bucket, "us-east-1");
        for key in keys {
            let upload = NewUpload {
                key: (*key).to_owned(),
                ..NewUpload::default()
            };
            store.insert_upload(bucket, upload).unwrap();
        }
        store
    }

    fn listing(bucket: &str) -> Listing {
        Listing {
            bucket: bucket.to_owned(),
            ..Listing::default()
        }
    }

    #[test]
    fn a_key_marker_alone_skips_all_uploads_of_that_key() {
        let store = store("b", &["a", "m", "m", "z"]);
        let marker = Marker {
            key: "m".to_owned(),
            upload_id: None,
        };
        let listed = store
            .list(&Listing {
                marker: Some(marker),
                ..listing("b")
            })
            .unwrap();
        assert_eq!(listed.uploads.len(), 1);
        assert_eq!(listed.uploads[0].key, "z");
    }

    #[test]
    fn folders_are_rolled_up_once_over_all_pages() {
        let store = store("b", &["a/1", "a/2", "b", "c/1", "c/2", "d"]);
        let mut ask = Listing {
            delimiter: "/".to_owned(),
            max_uploads: Some(1),
            ..listing("b")
        };
        let (mut prefixes, mut keys) = (Vec::new(), Vec::new());
        loop {
            let listed = store.list(&ask).unwrap();
            prefixes.extend(listed.common_prefixes);
            keys.extend(listed.uploads.into_iter().map(|upload| upload.key));
            if listed.next.is_none() {
                break;
            }
            ask.marker = listed.next;
        }
        assert_eq!(prefixes, ["a/", "c/"]);
        assert_eq!(keys, ["b", "d"]);
    }

    #[tokio::test]
    async fn directory_buckets_have_their_own_rules() {
        let bucket = "scratch--use1-az4--x-s3";
        let keys: Vec<String> = (0..50).map(|number| format!("d/{number:02}")).collect();
        let store = store(bucket, &keys.iter().map(String::as_str).collect::<Vec<_>>());
        let mut ask = Listing {
            max_uploads: Some(7),
            ..listing(bucket)
        };
        let mut found = Vec::new();
        loop {
            let listed = store.list(&ask).unwrap();
            found.extend(listed.uploads);
            let Some(next) = listed.next else { break };
            assert_eq!(next.upload_id, None);
            ask.marker = Some(next);
        }
        let mut got: Vec<String> = found.iter().map(|upload| upload.key.clone()).collect();
        assert_ne!(got, keys, "the order is not to be relied on");
        got.sort();
        assert_eq!(got, keys);

        let refused = |ask: Listing| store.list(&ask).unwrap_err().kind;
        let half = Listing {
            prefix: "d".to_owned(),
            ..listing(bucket)
        };
        assert_eq!(refused(half), Kind::Invalid);
        let marker = Marker {
            key: "d/00".to_owned(),
            upload_id: Some("id".to_owned()),
        };
        let both = Listing {
            marker: Some(marker),
            ..listing(bucket)
        };
        assert_eq!(refused(both), Kind::Invalid);

        let mut abort = Abort {
            target: found[0].target(bucket),
            if_initiated: Some(Timestamp::from_secs(999)),
        };
        let fault = store.abort(&abort).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Precondition);
        abort.if_initiated = Some(Timestamp::from_secs(1000));
        store.abort(&abort).await.unwrap();
    }
}
