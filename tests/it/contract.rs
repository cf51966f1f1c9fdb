//! One suite over every store: what the program relies on, checked on the memory, on the SDK over HTTP
//! against the embedded server, and (in `servers`) on servers that nobody here wrote.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mopup::demo::{Options, Server, Situation};
use mopup::model::{Target, Upload};
use mopup::protocol::{Fault, Kind};
use mopup::s3::memory::MemoryStore;
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use mopup::s3::{Abort, Clock, CreateUpload, ListParts, ListUploads, Store, UploadPart};

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
    /// Begins an upload in a bucket, where the store itself cannot.
    pub(crate) begin: Option<Begin>,
    /// Checks that this store cannot pass, each with the reason.
    pub(crate) lacks: &'static [(&'static str, &'static str)],
}

/// Bucket and key to upload ID.
pub(crate) type Begin = Arc<dyn Fn(String, String) -> BoxFuture<'static, String> + Send + Sync>;

type Check = for<'a> fn(&'a World) -> BoxFuture<'a, ()>;

macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        &[$((stringify!($name), |world| Box::pin($name(world)))),*]
    };
}

const CHECKS: &[(&str, Check)] = checks![
    an_empty_bucket_has_no_uploads,
    a_missing_bucket_is_not_found,
    a_bucket_is_listed_and_can_be_looked_at,
    what_was_begun_is_listed_with_its_date,
    small_pages_lead_to_the_end,
    a_long_listing_is_whole,
    uploads_of_one_key_are_told_apart,
    uploads_of_one_key_survive_a_page_border,
    a_prefix_narrows_the_listing,
    odd_keys_come_back_as_they_are,
    an_odd_prefix_narrows_the_listing,
    odd_keys_survive_a_page_border,
    a_control_character_comes_back_as_it_is,
    a_storage_class_is_kept,
    parts_come_back_by_number,
    parts_are_read_page_by_page,
    a_part_number_twice_keeps_the_last,
    an_upload_without_parts_has_none,
    an_unknown_upload_is_gone,
    an_abort_takes_the_upload_away,
    an_abort_takes_only_that_upload_away,
    a_second_abort_finds_it_gone,
];

/// Runs every check that the store can pass, each in a bucket of its own.
pub(crate) async fn contract(caps: Caps) {
    for (check, _) in caps.lacks {
        let known = CHECKS.iter().any(|(name, _)| name == check);
        assert!(known, "there is no check named {check}");
    }
    let mut failed = Vec::new();
    for (number, (name, check)) in CHECKS.iter().enumerate() {
        if let Some((_, why)) = caps.lacks.iter().find(|(lacking, _)| lacking == name) {
            eprintln!("contract on {}: {name} left out: {why}", caps.name);
            continue;
        }
        eprintln!("contract on {}: {name}", caps.name);
        let bucket = format!("contract-{number}-{}", std::process::id());
        (caps.make_bucket)(bucket.clone()).await;
        let world = World {
            store: Arc::clone(&caps.store),
            bucket,
            uploads: caps.uploads,
            begin: caps.begin.clone(),
        };
        // The other checks tell as much as this one.
        let ended = AssertUnwindSafe(check(&world)).catch_unwind().await;
        if ended.is_err() {
            failed.push(*name);
        }
        if caps.holds_few && AssertUnwindSafe(world.tidy()).catch_unwind().await.is_err() {
            eprintln!("contract on {}: {name} left uploads behind", caps.name);
        }
    }
    assert!(failed.is_empty(), "{} fails at {failed:?}", caps.name);
}

struct World {
    store: Arc<dyn Store>,
    bucket: String,
    uploads: usize,
    begin: Option<Begin>,
}

impl World {
    async fn begin(&self, key: &str) -> Target {
        if let Some(begin) = &self.begin {
            let upload_id = begin(self.bucket.clone(), key.to_owned()).await;
            return self.target(key, &upload_id);
        }
        let request = CreateUpload {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            ..CreateUpload::default()
        };
        let upload_id = self.store.create_upload(&request).await.expect("create");
        self.target(key, &upload_id)
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
            body: Bytes::from_static(body),
            checksum: None,
        };
        self.store.upload_part(&request).await.expect("part")
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
        };
        self.store
            .list_parts(&request)
            .await
            .expect_err("it should be gone")
            .kind
    }
}

async fn an_empty_bucket_has_no_uploads(world: &World) {
    assert_eq!(world.list("", None).await.0, Vec::new());
}

async fn a_missing_bucket_is_not_found(world: &World) {
    let request = ListUploads {
        bucket: format!("{}-missing", world.bucket),
        ..ListUploads::default()
    };
    let fault = world.store.list_uploads(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::NotFound, "{fault}");
    let fault = world.store.head_bucket(&request.bucket).await.unwrap_err();
    assert_eq!(fault.kind, Kind::NotFound, "{fault}");
}

async fn a_bucket_is_listed_and_can_be_looked_at(world: &World) {
    let buckets = world.store.list_buckets().await.expect("buckets");
    assert!(buckets.iter().any(|bucket| bucket.name == world.bucket));
    let bucket = world.store.head_bucket(&world.bucket).await.expect("head");
    assert_eq!(bucket.name, world.bucket);
}

async fn what_was_begun_is_listed_with_its_date(world: &World) {
    let target = world.begin("dir/file.bin").await;
    let (found, _) = world.list("", None).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, "dir/file.bin");
    assert_eq!(found[0].upload_id, target.upload_id);
    let begun = found[0].initiated.expect("a date");
    let away = begun.millis().abs_diff(Clock::system().now().millis());
    assert!(away < 3_600_000, "{begun:?}");
}

async fn small_pages_lead_to_the_end(world: &World) {
    let mut keys = Vec::new();
    for number in 0..23 {
        let key = format!("key-{number:02}");
        world.begin(&key).await;
        keys.push(key);
    }
    let (found, pages) = world.list("", Some(5)).await;
    let mut got: Vec<String> = found.into_iter().map(|upload| upload.key).collect();
    got.sort();
    assert_eq!(got, keys);
    assert_eq!(pages, 5, "23 uploads, 5 a page");
}

async fn a_long_listing_is_whole(world: &World) {
    let keys: Vec<String> = (0..world.uploads).map(|n| format!("many/{n:05}")).collect();
    for some in keys.chunks(16) {
        futures_util::future::join_all(some.iter().map(|key| world.begin(key))).await;
    }
    assert_eq!(world.keys("").await, keys);
}

async fn uploads_of_one_key_are_told_apart(world: &World) {
    let one = world.begin("same").await;
    let two = world.begin("same").await;
    assert_ne!(one.upload_id, two.upload_id);
    world.put(&two, 1, b"of the second").await;
    let (found, _) = world.list("", None).await;
    let ids: BTreeSet<&str> = found.iter().map(|u| u.upload_id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from([&*one.upload_id, &*two.upload_id]));
    assert!(world.numbers(&one, None).await.0.is_empty());
    assert_eq!(world.numbers(&two, None).await.0, [1]);
}

async fn uploads_of_one_key_survive_a_page_border(world: &World) {
    let mut ids = BTreeSet::new();
    world.begin("a").await;
    for _ in 0..7 {
        ids.insert(world.begin("same").await.upload_id);
    }
    world.begin("z").await;
    let (found, _) = world.list("", Some(2)).await;
    let same = found.iter().filter(|upload| upload.key == "same");
    let got: BTreeSet<String> = same.map(|upload| upload.upload_id.clone()).collect();
    assert_eq!(got, ids);
    assert_eq!(found.len(), 9);
}

async fn a_prefix_narrows_the_listing(world: &World) {
    for key in ["logs/a", "logs/b", "logsnot", "other/logs/c"] {
        world.begin(key).await;
    }
    assert_eq!(world.keys("logs/").await, ["logs/a", "logs/b"]);
    assert_eq!(world.keys("logs").await, ["logs/a", "logs/b", "logsnot"]);
    assert!(world.keys("none").await.is_empty());
}

async fn odd_keys_come_back_as_they_are(world: &World) {
    let mut keys = vec![
        "a+b%2Bc d/ü".to_owned(),
        "percent%2Fslash".to_owned(),
        "日本語/🎬.mov".to_owned(),
        "<xml>&amp;\"quotes\"'".to_owned(),
        "?query=1#fragment".to_owned(),
        "~*()!,;:@$=".to_owned(),
    ];
    for key in &keys {
        let target = world.begin(key).await;
        world.put(&target, 1, b"odd").await;
        assert_eq!(world.numbers(&target, None).await.0, [1], "{key}");
    }
    keys.sort();
    assert_eq!(world.keys("").await, keys);
}

async fn an_odd_prefix_narrows_the_listing(world: &World) {
    world.begin("a+b%2Bc d/ü").await;
    world.begin("a+b+c d/ü").await;
    assert_eq!(world.keys("a+b%2Bc ").await, ["a+b%2Bc d/ü"]);
    assert_eq!(world.keys("a+b").await.len(), 2);
}

async fn odd_keys_survive_a_page_border(world: &World) {
    let keys = ["a b", "a+b", "a%2Bb", "ü", "<&>"];
    for key in keys {
        world.begin(key).await;
    }
    let (found, pages) = world.list("", Some(1)).await;
    let got: BTreeSet<&str> = found.iter().map(|upload| upload.key.as_str()).collect();
    assert_eq!(got, BTreeSet::from(keys));
    assert_eq!(pages, 5);
}

async fn a_control_character_comes_back_as_it_is(world: &World) {
    let key = "bell\u{7}\u{1b}[31m.log";
    let target = world.begin(key).await;
    world.begin("plain").await;
    assert_eq!(world.keys("").await, [key, "plain"]);
    world.abort(&target).await.expect("abort");
    assert_eq!(world.keys("").await, ["plain"]);
}

async fn a_storage_class_is_kept(world: &World) {
    let request = CreateUpload {
        bucket: world.bucket.clone(),
        key: "cold".to_owned(),
        storage_class: Some("STANDARD_IA".to_owned()),
        checksum_algorithm: None,
    };
    world.store.create_upload(&request).await.expect("create");
    let (found, _) = world.list("", None).await;
    assert_eq!(found[0].storage_class.as_deref(), Some("STANDARD_IA"));
}

async fn parts_come_back_by_number(world: &World) {
    let target = world.begin("k").await;
    let third = world.put(&target, 3, b"three!").await;
    let first = world.put(&target, 1, b"one").await;
    let request = ListParts {
        target,
        marker: None,
        max_parts: None,
    };
    let page = world.store.list_parts(&request).await.expect("parts");
    let told: Vec<(u32, u64, &str)> = page
        .parts
        .iter()
        .map(|part| (part.number, part.size, part.etag.as_str()))
        .collect();
    assert_eq!(told, [(1, 3, first.as_str()), (3, 6, third.as_str())]);
    // md5sum of "one".
    assert_eq!(first, "f97c5d29941bfb1b2fdab0874906ab82");
    assert!(page.parts.iter().all(|part| part.last_modified.is_some()));
}

async fn parts_are_read_page_by_page(world: &World) {
    let target = world.begin("k").await;
    for number in [1, 2, 5, 9, 10, 300, 10_000] {
        world.put(&target, number, b"x").await;
    }
    let (numbers, pages) = world.numbers(&target, Some(3)).await;
    assert_eq!(numbers, [1, 2, 5, 9, 10, 300, 10_000]);
    assert_eq!(pages, 3);
}

async fn a_part_number_twice_keeps_the_last(world: &World) {
    let target = world.begin("k").await;
    let first = world.put(&target, 1, b"first try").await;
    let second = world.put(&target, 1, b"second").await;
    assert_ne!(first, second);
    let request = ListParts {
        target,
        marker: None,
        max_parts: None,
    };
    let page = world.store.list_parts(&request).await.expect("parts");
    assert_eq!(page.parts.len(), 1);
    assert_eq!((page.parts[0].size, &page.parts[0].etag), (6, &second));
}

async fn an_upload_without_parts_has_none(world: &World) {
    let target = world.begin("k").await;
    assert_eq!(world.numbers(&target, None).await, (vec![], 1));
}

async fn an_unknown_upload_is_gone(world: &World) {
    let known = world.begin("k").await;
    world.abort(&known).await.expect("abort");
    assert_eq!(world.parts_fault(&known).await, Kind::UploadGone);
}

async fn an_abort_takes_the_upload_away(world: &World) {
    let target = world.begin("k").await;
    world.put(&target, 1, b"bytes").await;
    world.abort(&target).await.expect("abort");
    assert!(world.keys("").await.is_empty());
    let late = UploadPart {
        target,
        number: 2,
        body: Bytes::from_static(b"late"),
        checksum: None,
    };
    let fault = world.store.upload_part(&late).await.unwrap_err();
    assert_eq!(fault.kind, Kind::UploadGone, "{fault}");
}

async fn an_abort_takes_only_that_upload_away(world: &World) {
    let one = world.begin("same").await;
    let two = world.begin("same").await;
    world.put(&two, 1, b"stays").await;
    world.abort(&one).await.expect("abort");
    let (found, _) = world.list("", None).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].upload_id, two.upload_id);
    assert_eq!(world.numbers(&two, None).await.0, [1]);
}

async fn a_second_abort_finds_it_gone(world: &World) {
    let target = world.begin("k").await;
    world.abort(&target).await.expect("abort");
    let fault = world.abort(&target).await.unwrap_err();
    assert_eq!(fault.kind, Kind::UploadGone, "{fault}");
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
        begin: None,
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
        begin: None,
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
