//! A store that answers by script: what a memory store cannot do wrong, this one does.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mopup::model::lifecycle::Document;
use mopup::model::{Bucket, Part, Target, Timestamp, Upload, UploadInfo};
use mopup::protocol::{Fault, Identity, Kind, Operation};
use mopup::s3::{
    Abort, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, Marker, Noticed, ObjectInfo, PartsPage, PutObject, Receipt, Store, UploadPart,
    UploadsPage,
};

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const BUCKET: &str = "b";

type Script = dyn Fn(Operation, &Target, u64) -> Option<Fault> + Send + Sync;
type Pages = dyn Fn(&ListUploads, UploadsPage) -> UploadsPage + Send + Sync;

#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) initiated: Timestamp,
    pub(super) parts: Vec<Part>,
    /// How often parts land again after an abort.
    pub(super) lands: u32,
    /// Still listed though aborted: a listing that lags behind.
    pub(super) ghost: bool,
}

#[derive(Default)]
pub(super) struct Fake {
    pub(super) uploads: Mutex<BTreeMap<(String, String), Held>>,
    pub(super) calls: Mutex<Vec<(Operation, Target)>>,
    counts: Mutex<HashMap<Operation, u64>>,
    in_flight: AtomicUsize,
    /// The most requests that ever were in flight at once.
    pub(super) most: AtomicUsize,
    /// May answer a fault for the n-th (from 0) request of an operation.
    pub(super) script: Option<Box<Script>>,
    /// Performs the first abort of each upload, but loses its answer.
    pub(super) lose_answers: bool,
    pub(super) latency: Duration,
    /// So many milliseconds the clock is ahead of this service's.
    pub(super) ahead: i64,
    /// Finds by a prefix only the key that equals it.
    pub(super) exact: bool,
    /// 0: all in one page.
    pub(super) page: usize,
    /// Changes listed pages.
    pub(super) twist: Option<Box<Pages>>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

pub(super) fn fault(operation: Operation, kind: Kind) -> Fault {
    Fault {
        operation,
        target: String::new(),
        kind,
        code: Some(format!("{kind:?}")),
        message: "as the script says".to_owned(),
        hint: String::new(),
    }
}

pub(super) fn part(number: u32, size: u64, quiet: Duration) -> Part {
    Part {
        number,
        size,
        etag: "e".to_owned(),
        last_modified: Some(NOW.minus(quiet)),
        checksum: None,
    }
}

/// The name of the n-th upload.
pub(super) fn target(number: usize) -> Target {
    Target {
        bucket: BUCKET.to_owned(),
        key: format!("video/{number:06}"),
        upload_id: format!("-id{number}"),
    }
}

impl Fake {
    /// So many dead uploads of two parts with 5 bytes each.
    pub(super) fn with_dead(count: usize) -> Self {
        let fake = Self::default();
        for number in 0..count {
            let parts = vec![part(1, 5, HOUR * 100), part(2, 5, HOUR * 99)];
            fake.hold(&target(number), HOUR * 101, parts);
        }
        fake
    }

    pub(super) fn hold(&self, target: &Target, age: Duration, parts: Vec<Part>) {
        let held = Held {
            initiated: NOW.minus(age),
            parts,
            lands: 0,
            ghost: false,
        };
        let name = (target.key.clone(), target.upload_id.clone());
        self.uploads.lock().unwrap().insert(name, held);
    }

    pub(super) fn change(&self, target: &Target, change: impl FnOnce(&mut Held)) {
        let name = (target.key.clone(), target.upload_id.clone());
        change(self.uploads.lock().unwrap().get_mut(&name).unwrap());
    }

    pub(super) fn count(&self, operation: Operation) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|(of, _)| *of == operation).count()
    }

    async fn enter(&self, operation: Operation, target: &Target) -> Result<(), Fault> {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        tokio::time::sleep(self.latency).await;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.calls.lock().unwrap().push((operation, target.clone()));
        let number = {
            let mut counts = self.counts.lock().unwrap();
            let count = counts.entry(operation).or_default();
            *count += 1;
            *count - 1
        };
        let scripted = self.script.as_ref();
        match scripted.and_then(|script| script(operation, target, number)) {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Store for Fake {
    async fn identity(&self) -> Result<Identity, Fault> {
        Ok(Identity {
            access_key_tail: Some("WXYZ".to_owned()),
            endpoint: Some("https://s3.exact.example".to_owned()),
            ..Identity::default()
        })
    }

    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        Ok(vec![Bucket {
            name: BUCKET.to_owned(),
            ..Bucket::default()
        }])
    }

    async fn lifecycle(&self, _: &str) -> Result<Option<Document>, Fault> {
        Err(fault(Operation::GetLifecycle, Kind::Unsupported))
    }

    async fn put_lifecycle(&self, _: &str, _: &Document) -> Result<(), Fault> {
        Err(fault(Operation::PutLifecycle, Kind::Unsupported))
    }

    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        Ok(Bucket {
            name: bucket.to_owned(),
            ..Bucket::default()
        })
    }

    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        let about = Target {
            bucket: request.bucket.clone(),
            key: request.prefix.clone(),
            upload_id: String::new(),
        };
        self.enter(Operation::ListMultipartUploads, &about).await?;
        let after = request.marker.as_ref();
        let uploads = self.uploads.lock().unwrap();
        let mut listed = uploads.iter().filter(|((key, id), _)| {
            let exactly = !self.exact || request.prefix.is_empty() || *key == request.prefix;
            key.starts_with(&request.prefix)
                && exactly
                && after.is_none_or(|after| {
                    (key, Some(id.as_str())) > (&after.key, after.upload_id.as_deref())
                })
        });
        let limit = if self.page == 0 {
            usize::MAX
        } else {
            self.page
        };
        let page: Vec<Upload> = listed
            .by_ref()
            .take(limit)
            .map(|((key, id), held)| Upload {
                key: key.clone(),
                upload_id: id.clone(),
                initiated: Some(held.initiated),
                ..Upload::default()
            })
            .collect();
        let next = listed.next().and(page.last()).map(|last| Marker {
            key: last.key.clone(),
            upload_id: Some(last.upload_id.clone()),
        });
        let page = UploadsPage {
            uploads: page,
            next,
        };
        Ok(match &self.twist {
            Some(twist) => twist(request, page),
            None => page,
        })
    }

    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        self.enter(Operation::ListParts, &request.target).await?;
        let uploads = self.uploads.lock().unwrap();
        let name = (request.target.key.clone(), request.target.upload_id.clone());
        let Some(held) = uploads.get(&name).filter(|held| !held.ghost) else {
            return Err(fault(Operation::ListParts, Kind::UploadGone));
        };
        let after: u32 = request.marker.as_ref().map_or(0, |m| m.parse().unwrap());
        let mut rest = held.parts.iter().filter(|part| part.number > after);
        let limit = if self.page == 0 {
            usize::MAX
        } else {
            self.page
        };
        let parts: Vec<Part> = rest.by_ref().take(limit).cloned().collect();
        let next = rest.next().and(parts.last());
        Ok(PartsPage {
            info: UploadInfo::default(),
            next: next.map(|last| last.number.to_string()),
            parts,
        })
    }

    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        self.enter(Operation::AbortMultipartUpload, &request.target)
            .await?;
        let name = (request.target.key.clone(), request.target.upload_id.clone());
        let mut uploads = self.uploads.lock().unwrap();
        match uploads.get_mut(&name) {
            None => Err(fault(Operation::AbortMultipartUpload, Kind::UploadGone)),
            Some(held) if held.lands > 0 => {
                held.lands -= 1;
                held.parts = vec![part(9, 5, Duration::ZERO)];
                Ok(())
            }
            Some(held) if held.ghost => Ok(()),
            Some(_) => {
                uploads.remove(&name);
                if self.lose_answers {
                    return Err(fault(Operation::AbortMultipartUpload, Kind::Network));
                }
                Ok(())
            }
        }
    }

    fn noticed(&self) -> Noticed {
        Noticed {
            clock_ahead: Some(self.ahead),
            ..Noticed::default()
        }
    }

    async fn create_upload(&self, _: &CreateUpload) -> Result<Created, Fault> {
        Err(fault(Operation::CreateMultipartUpload, Kind::Unsupported))
    }

    async fn upload_part(&self, _: &UploadPart) -> Result<Receipt, Fault> {
        Err(fault(Operation::UploadPart, Kind::Unsupported))
    }

    async fn complete(&self, _: &Complete) -> Result<Receipt, Fault> {
        Err(fault(Operation::CompleteMultipartUpload, Kind::Unsupported))
    }

    async fn put_object(&self, _: &PutObject) -> Result<Receipt, Fault> {
        Err(fault(Operation::PutObject, Kind::Unsupported))
    }

    async fn copy_part(&self, _: &CopyPart) -> Result<Receipt, Fault> {
        Err(fault(Operation::UploadPartCopy, Kind::Unsupported))
    }

    async fn copy_object(&self, _: &CopyObject) -> Result<Receipt, Fault> {
        Err(fault(Operation::UploadPartCopy, Kind::Unsupported))
    }

    async fn object_tags(&self, _: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        Err(fault(Operation::UploadPartCopy, Kind::Unsupported))
    }

    async fn head_object(&self, _: &HeadObject) -> Result<ObjectInfo, Fault> {
        Err(fault(Operation::HeadObject, Kind::Unsupported))
    }
}
