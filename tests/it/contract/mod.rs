//! One suite over every store: what the program relies on, checked on the memory, on the SDK over HTTP
//! against the embedded server, and (in `servers`) on servers that nobody here wrote.

mod carried;
mod checks;
mod copying;
mod guarded;
mod lifecycle;
mod sending;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mopup::demo::{Options, Server, Situation};
use mopup::model::send::Access;
use mopup::model::{Target, Upload};
use mopup::protocol::{Fault, Kind};
use mopup::s3::memory::MemoryStore;
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use mopup::s3::{Abort, Clock, CreateUpload, ListParts, ListUploads, Payload, Store, UploadPart};

/// A store under test, and what it cannot do.
pub(crate) struct Caps {
    pub(crate) name: &'static str,
    pub(crate) store: Arc<dyn Store>,
    /// Makes an empty bucket.
    pub(crate) make_bucket: Box<dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync>,
    /// How many uploads the long listing has.
    pub(crate) uploads: usize,
    /// It holds few uploads at once, in all buckets together: each check cleans up behind itself.
    pub(crate) holds_few: bool,
    /// Checks that this store cannot pass, each with the reason.
    pub(crate) lacks: &'static [(&'static str, &'static str)],
}

type Check = for<'a> fn(&'a World) -> BoxFuture<'a, ()>;

/// Every check, by name.
fn all() -> Vec<(&'static str, Check)> {
    [
        checks::CHECKS,
        sending::CHECKS,
        copying::CHECKS,
        carried::CHECKS,
        lifecycle::CHECKS,
    ]
    .concat()
}

/// Names what is run, for whoever reads a failure.
fn tell(caps: &Caps, what: &str) {
    #[expect(
        clippy::print_stderr,
        reason = "the harness shows it when a check fails"
    )]
    {
        eprintln!("contract on {}: {what}", caps.name);
    }
}

/// Runs every check that the store can pass, each in a bucket of its own.
pub(crate) async fn contract(caps: Caps) {
    for (check, _) in caps.lacks {
        let known = all().iter().any(|(name, _)| name == check);
        assert!(known, "there is no check named {check}");
    }
    let mut failed = Vec::new();
    for (number, (name, check)) in all().iter().enumerate() {
        if let Some((_, why)) = caps.lacks.iter().find(|(lacking, _)| lacking == name) {
            tell(&caps, &format!("{name} left out: {why}"));
            continue;
        }
        tell(&caps, name);
        let bucket = format!("contract-{number}-{}", std::process::id());
        (caps.make_bucket)(bucket.clone()).await;
        let world = World {
            store: Arc::clone(&caps.store),
            bucket,
            uploads: caps.uploads,
        };
        // The other checks tell as much as this one.
        let ended = AssertUnwindSafe(check(&world)).catch_unwind().await;
        if ended.is_err() {
            failed.push(*name);
        }
        if caps.holds_few && AssertUnwindSafe(world.tidy()).catch_unwind().await.is_err() {
            tell(&caps, &format!("{name} left uploads behind"));
        }
    }
    assert!(failed.is_empty(), "{} fails at {failed:?}", caps.name);
}

struct World {
    store: Arc<dyn Store>,
    bucket: String,
    uploads: usize,
}

impl World {
    async fn begin(&self, key: &str) -> Target {
        let request = CreateUpload {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            ..CreateUpload::default()
        };
        let created = self.store.create_upload(&request).await.expect("create");
        self.target(key, &created.upload_id)
    }

    fn target(&self, key: &str, upload_id: &str) -> Target {
        Target {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
        }
    }

    async fn put(&self, target: &Target, number: u32, body: &'static [u8]) -> String {
        let request = UploadPart {
            target: target.clone(),
            number,
            access: Access::default(),
            payload: Payload::of(Bytes::from_static(body)),
        };
        self.store.upload_part(&request).await.expect("part").etag
    }

    async fn abort(&self, target: &Target) -> Result<(), Fault> {
        let request = Abort {
            target: target.clone(),
            if_initiated: None,
        };
        self.store.abort(&request).await
    }

    /// Aborts what is left.
    async fn tidy(&self) {
        let (left, _) = self.list("", None).await;
        for some in left.chunks(16) {
            let targets: Vec<Target> = some.iter().map(|u| u.target(&self.bucket)).collect();
            futures_util::future::join_all(targets.iter().map(|target| self.abort(target))).await;
        }
    }

    /// The whole listing and its number of pages, as the program reads it: de-duplicated.
    async fn list(&self, prefix: &str, page: Option<i32>) -> (Vec<Upload>, usize) {
        let mut request = ListUploads {
            bucket: self.bucket.clone(),
            prefix: prefix.to_owned(),
            marker: None,
            max_uploads: page,
        };
        let (mut found, mut seen, mut pages) = (Vec::new(), BTreeSet::new(), 0);
        loop {
            let page = self.store.list_uploads(&request).await.expect("list");
            pages += 1;
            assert!(pages < 10_000, "the listing never ends");
            for upload in page.uploads {
                if seen.insert((upload.key.clone(), upload.upload_id.clone())) {
                    found.push(upload);
                }
            }
            match page.next {
                Some(next) => {
                    assert_ne!(
                        request.marker.as_ref(),
                        Some(&next),
                        "the marker does not move"
                    );
                    request.marker = Some(next);
                }
                None => return (found, pages),
            }
        }
    }

    async fn keys(&self, prefix: &str) -> Vec<String> {
        let (found, _) = self.list(prefix, None).await;
        let mut keys: Vec<String> = found.into_iter().map(|upload| upload.key).collect();
        keys.sort();
        keys
    }

    async fn numbers(&self, target: &Target, page: Option<i32>) -> (Vec<u32>, usize) {
        let mut request = ListParts {
            target: target.clone(),
            marker: None,
            max_parts: page,
            access: mopup::model::send::Access::default(),
        };
        let (mut numbers, mut pages) = (Vec::new(), 0);
        loop {
            let page = self.store.list_parts(&request).await.expect("parts");
            pages += 1;
            assert!(pages < 1000, "the parts never end");
            numbers.extend(page.parts.iter().map(|part| part.number));
            if page.next.is_none() {
                return (numbers, pages);
            }
            request.marker = page.next;
        }
    }

    async fn parts_fault(&self, target: &Target) -> Kind {
        let request = ListParts {
            target: target.clone(),
            marker: None,
            max_parts: None,
            access: mopup::model::send::Access::default(),
        };
        self.store
            .list_parts(&request)
            .await
            .expect_err("it should be gone")
            .kind
    }
}

#[tokio::test]
async fn the_memory_keeps_the_contract() {
    let memory = Arc::new(MemoryStore::new(Clock::system()));
    let buckets = Arc::clone(&memory);
    contract(Caps {
        name: "the memory",
        store: memory,
        make_bucket: Box::new(move |name| {
            buckets.create_bucket(&name, "us-east-1");
            Box::pin(async {})
        }),
        uploads: 2500,
        holds_few: false,
        lacks: &[],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_keeps_the_contract_over_http() {
    let options = Options {
        situation: Situation::Empty,
        ..Options::default()
    };
    let server = Server::start(options).await.expect("a port");
    let buckets = Arc::clone(server.store());
    let store = sdk_store(&server.endpoint(), server.access_key(), server.secret_key());
    contract(Caps {
        name: "the SDK over HTTP",
        store,
        make_bucket: Box::new(move |name| {
            buckets.create_bucket(&name, "us-east-1");
            Box::pin(async {})
        }),
        uploads: 2500,
        holds_few: false,
        lacks: &[],
    })
    .await;
    server.shutdown().await;
}

/// The program's own store against `endpoint`.
pub(crate) fn sdk_store(endpoint: &str, access_key: &str, secret_key: &str) -> Arc<dyn Store> {
    let options = ConnectOptions {
        endpoint: Some(endpoint.to_owned()),
        credentials: Some(StaticCredentials {
            access_key_id: access_key.to_owned(),
            secret_access_key: secret_key.to_owned(),
        }),
        ..ConnectOptions::default()
    };
    Arc::new(SdkStore::new(options, Clock::system()))
}
