//! Copies within the service: what arrives is what the source was, with what it was stored with.

use super::*;
use mopup::model::copy::{CopyOrder, ObjectRef};
use mopup::model::send::{Access, ObjectOptions, Verdict};
use mopup::protocol::Operation;
use mopup::s3::{HeadObject, ObjectInfo, Payload, PutObject};

pub(super) const TARGET: &str = "vault";
pub(super) const LEN: usize = 9 * PART + 77;

fn pairs(some: &[(&str, &str)]) -> Vec<(String, String)> {
    some.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

impl World {
    /// A world with a second bucket and an object to copy.
    pub(super) async fn with_source(key: &str, len: usize) -> Self {
        let world = Self::new();
        world.memory().create_bucket(TARGET, "us-east-2");
        world.put(key, bytes(len)).await;
        world
    }

    pub(super) async fn put(&self, key: &str, content: Vec<u8>) {
        let request = PutObject {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            options: ObjectOptions {
                storage_class: Some("STANDARD_IA".to_owned()),
                content_type: Some("text/x-log".to_owned()),
                cache_control: Some("no-cache".to_owned()),
                metadata: pairs(&[("origin", "here"), ("batch", "7")]),
                tags: pairs(&[("team", "a b"), ("cost", "1+1")]),
                ..ObjectOptions::default()
            },
            access: Access::default(),
            if_none_match: false,
            payload: Payload::of(content.into()),
        };
        self.memory().put_object(&request).await.unwrap();
    }

    pub(super) async fn copy(&self, order: CopyOrder) -> Ran {
        let (engine, mut inbox) = self.engine();
        engine.send(Command::Copy {
            job: JOB,
            order: Box::new(order),
        });
        until_end(&mut inbox, |_| {}).await.0
    }

    pub(super) async fn head(
        &self,
        bucket: &str,
        key: &str,
    ) -> (ObjectInfo, Vec<(String, String)>) {
        let request = HeadObject {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            ..HeadObject::default()
        };
        let info = self.memory().head_object(&request).await.unwrap();
        (info, self.memory().object_tags(&request).await.unwrap())
    }

    pub(super) fn content(&self, bucket: &str, key: &str) -> Vec<u8> {
        let object = self.memory().object(bucket, key).unwrap();
        object.bytes(0..object.size).to_vec()
    }

    pub(super) async fn left_behind(&self) -> usize {
        let request = mopup::s3::ListUploads {
            bucket: TARGET.to_owned(),
            ..mopup::s3::ListUploads::default()
        };
        let page = self.memory().list_uploads(&request).await.unwrap();
        page.uploads.len()
    }
}

pub(super) fn from(key: &str) -> ObjectRef {
    ObjectRef {
        bucket: BUCKET.to_owned(),
        key: key.to_owned(),
        version_id: None,
    }
}

/// In one request.
pub(super) fn small(key: &str) -> CopyOrder {
    CopyOrder::new(from(key), TARGET, "")
}

/// In parts of 4 KiB.
pub(super) fn large(key: &str) -> CopyOrder {
    let mut order = small(key);
    order.wish.part_size = Some(PART as u64);
    order
}

pub(super) fn failure(ran: &Ran) -> String {
    match &ran.outcome {
        Outcome::Failed(fault) => fault.to_string(),
        other => panic!("no failure: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_has_the_bytes_and_everything_that_the_source_was_stored_with() {
    for order in [small("logs/x"), large("logs/x")] {
        let world = World::with_source("logs/x", LEN).await;
        let ran = world.copy(order.clone()).await;
        let SentOutcome::Stored(stored) = ran.only() else {
            panic!("{ran:?}");
        };
        assert!(matches!(stored.verdict, Verdict::Verified(_)), "{stored:?}");
        assert_eq!(ran.sent[0].key, "x");
        assert_eq!(ran.sent[0].source, Source::Object(from("logs/x")));
        assert!(world.content(TARGET, "x") == bytes(LEN));
        let (info, tags) = world.head(TARGET, "x").await;
        let (source, theirs) = world.head(BUCKET, "logs/x").await;
        assert_eq!(info.metadata, source.metadata);
        assert_eq!(info.storage_class, source.storage_class);
        assert_eq!(info.content_type, source.content_type);
        assert_eq!(info.cache_control, source.cache_control);
        assert_eq!(tags, theirs);
        assert!(ran.warnings.is_empty(), "{:?}", ran.warnings);
        let in_parts = order.wish.part_size.is_some();
        let parts = world.store.requests(Operation::UploadPartCopy);
        assert_eq!(parts, if in_parts { 10 } else { 0 });
        assert_eq!(stored.parts, if in_parts { 10 } else { 1 });
        assert_eq!(world.left_behind().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_set_takes_the_place_of_what_the_source_has() {
    for mut order in [small("x"), large("x")] {
        let world = World::with_source("x", LEN).await;
        order.options.set = ObjectOptions {
            storage_class: Some("GLACIER_IR".to_owned()),
            content_type: Some("text/plain".to_owned()),
            metadata: pairs(&[("batch", "8")]),
            tags: pairs(&[("team", "c")]),
            ..ObjectOptions::default()
        };
        let ran = world.copy(order.clone()).await;
        assert!(ran.is_stored(), "{ran:?}");
        let (info, tags) = world.head(TARGET, "x").await;
        assert_eq!(info.metadata, pairs(&[("batch", "8"), ("origin", "here")]));
        assert_eq!(info.storage_class.as_deref(), Some("GLACIER_IR"));
        assert_eq!(info.content_type.as_deref(), Some("text/plain"));
        assert_eq!(info.cache_control.as_deref(), Some("no-cache"));
        assert_eq!(tags, pairs(&[("cost", "1+1"), ("team", "c")]));
        order.options.replace_metadata = true;
        order.options.replace_tags = true;
        let asked = world.store.requests(Operation::GetObjectTagging);
        let ran = world.copy(order).await;
        assert!(ran.is_stored(), "{ran:?}");
        let (info, tags) = world.head(TARGET, "x").await;
        assert_eq!(info.metadata, pairs(&[("batch", "8")]));
        assert_eq!(tags, pairs(&[("team", "c")]));
        assert_eq!(world.store.requests(Operation::GetObjectTagging), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn tags_that_may_not_be_looked_at_are_left_out_and_told() {
    for order in [small("x"), large("x")] {
        let world = World::with_source("x", LEN).await;
        world.store.deny(Operation::GetObjectTagging);
        let ran = world.copy(order).await;
        assert!(ran.is_stored(), "{ran:?}");
        assert_eq!(ran.warnings.len(), 1, "{:?}", ran.warnings);
        assert!(
            ran.warnings[0].contains("tags are left out"),
            "{:?}",
            ran.warnings
        );
        assert!(world.head(TARGET, "x").await.1.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn odd_keys_empty_objects_and_folders_are_copied() {
    for key in ["a b+c%2F/ü?&=", "dir/sub/", "日本/語", "x//y", " lead"] {
        for len in [0, 10] {
            let world = World::with_source(key, len).await;
            let ran = world.copy(CopyOrder::new(from(key), TARGET, "in/")).await;
            assert!(ran.is_stored(), "{key}: {ran:?}");
            let name = format!("in/{}", from(key).name());
            assert!(world.content(TARGET, &name) == bytes(len), "{key}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_copied_onto_itself_unless_something_changes() {
    for mut order in [small("x"), large("x")] {
        let world = World::with_source("x", LEN).await;
        order.bucket = BUCKET.to_owned();
        let told = failure(&world.copy(order.clone()).await);
        assert!(told.contains("the object itself"), "{told}");
        order.options.set.storage_class = Some("STANDARD".to_owned());
        let ran = world.copy(order).await;
        assert!(ran.is_stored(), "{ran:?}");
        assert!(world.content(BUCKET, "x") == bytes(LEN));
        let (info, tags) = world.head(BUCKET, "x").await;
        assert_eq!(info.metadata.len(), 2);
        assert_eq!(tags.len(), 2);
        assert_ne!(info.storage_class.as_deref(), Some("STANDARD_IA"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_told_before_anything_is_begun() {
    let world = World::with_source("x", 10).await;
    let told = failure(&world.copy(small("y")).await);
    assert!(told.contains("s3://archive/y"), "{told}");
    let mut versioned = small("x");
    versioned.from.version_id = Some("nothing".to_owned());
    assert!(failure(&world.copy(versioned).await).contains("HeadObject"));
    let mut none = small("x");
    none.from.version_id = Some("null".to_owned());
    assert!(world.copy(none).await.is_stored());
    let mut world = world;
    world.settings.read_only = true;
    assert!(failure(&world.copy(small("x")).await).contains("read-only"));
    let mut long = small("x");
    long.key = "k".repeat(1025);
    world.settings.read_only = false;
    assert!(failure(&world.copy(long).await).contains("1025 bytes"));
    assert_eq!(world.store.requests(Operation::CopyObject), 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_lost_answers_and_resets_cost_only_time() {
    for order in [small("x"), large("x")] {
        let world = World::with_source("x", LEN).await;
        for operation in [
            Operation::HeadObject,
            Operation::GetObjectTagging,
            Operation::UploadPartCopy,
            Operation::CopyObject,
        ] {
            world.store.throttle(operation, 3);
            world.store.reset(operation, 2);
        }
        world.store.lose(Operation::UploadPartCopy, 2, |_| true);
        world.store.lose(Operation::CopyObject, 1, |_| true);
        world
            .store
            .lose(Operation::CreateMultipartUpload, 1, |_| true);
        world
            .store
            .lose(Operation::CompleteMultipartUpload, 1, |_| true);
        let ran = world.copy(order).await;
        assert!(ran.is_stored(), "{ran:?}");
        assert!(world.content(TARGET, "x") == bytes(LEN));
        assert_eq!(world.left_behind().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_under_if_none_match_is_found_to_be_a_yes() {
    for mut order in [small("x"), large("x")] {
        order.if_none_match = true;
        let world = World::with_source("x", LEN).await;
        world.store.lose(Operation::CopyObject, 1, |_| true);
        world
            .store
            .lose(Operation::CompleteMultipartUpload, 1, |_| true);
        let ran = world.copy(order.clone()).await;
        assert!(ran.is_stored(), "{ran:?}");
        let made = world.store.requests(Operation::CreateMultipartUpload);
        let again = world.copy(order).await;
        let asked = world.store.requests(Operation::CreateMultipartUpload);
        assert_eq!(asked, made, "nothing is begun for nothing");
        assert!(
            matches!(again.only(), SentOutcome::Failed { .. }),
            "{again:?}"
        );
    }
}
