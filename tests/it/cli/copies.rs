//! `copy` against the server, by the built binary.

use std::fs;

use mopup::model::send::{Access, ObjectOptions};
use mopup::protocol::Operation;
use mopup::s3::{HeadObject, Payload, PutObject, Store};

use super::*;

/// Bytes that no two places have in common.
pub(super) fn bytes(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(count).collect()
}

pub(super) const PART: usize = 5 << 20;

impl Shop {
    /// A shop with a second bucket, and an object in the first.
    async fn with_object(options: Options, key: &str, count: usize) -> (Self, Vec<u8>) {
        let shop = Self::open_with(options).await;
        shop.store.create_bucket("vault", "eu-central-1");
        let content = bytes(count);
        let request = PutObject {
            bucket: "attic".to_owned(),
            key: key.to_owned(),
            options: ObjectOptions {
                content_type: Some("text/x-log".to_owned()),
                metadata: vec![("origin".to_owned(), "here".to_owned())],
                tags: vec![("team".to_owned(), "a b".to_owned())],
                ..ObjectOptions::default()
            },
            access: Access::default(),
            if_none_match: false,
            payload: Payload::of(content.clone().into()),
        };
        shop.store.put_object(&request).await.unwrap();
        (shop, content)
    }

    #[track_caller]
    fn copied(&self, bucket: &str, key: &str, content: &[u8]) {
        let object = self.store.object(bucket, key).unwrap();
        assert!(object.bytes(0..object.size) == content, "{key} differs");
    }

    pub(super) fn laid(&self, name: &str, content: &[u8]) -> String {
        let path = self.home.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_copied_across_buckets_and_regions() {
    let (shop, content) =
        Shop::with_object(Options::default(), "logs/a b+%.bin", 2 * PART + 9).await;
    let whole = [
        "copy",
        "s3://attic/logs/a b+%.bin",
        "s3://vault/in/",
        "--json",
    ];
    let document = shop.run(&whole).with_code(0).json();
    let stored = &document["stored"][0];
    assert_eq!(stored["key"], "in/a b+%.bin");
    assert_eq!(stored["source"], "s3://attic/logs/a b+%.bin");
    assert_eq!(
        (&stored["parts"], &stored["upload_id"]),
        (&1.into(), &Value::Null)
    );
    assert_eq!(stored["verified"], true, "{document}");
    shop.copied("vault", "in/a b+%.bin", &content);
    let parts = [
        "copy",
        "s3://attic/logs/a b+%.bin",
        "s3://vault/parts",
        "--part-size=5MiB",
        "--storage-class=STANDARD_IA",
        "--tag=cost=1+1",
        "--metadata=purpose=a test",
    ];
    let told = shop.run(&parts).with_code(0);
    assert!(
        told.out
            .starts_with("stored  s3://vault/parts  10.0 MiB  3 parts  ETag \""),
        "{told:?}"
    );
    assert!(told.out.contains("verified: size, "), "{told:?}");
    shop.copied("vault", "parts", &content);
    let request = HeadObject {
        bucket: "vault".to_owned(),
        key: "parts".to_owned(),
        ..HeadObject::default()
    };
    let info = shop.store.head_object(&request).await.unwrap();
    assert_eq!(info.content_type.as_deref(), Some("text/x-log"));
    assert_eq!(info.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(info.metadata.len(), 2, "{info:?}");
    assert_eq!(shop.store.object_tags(&request).await.unwrap().len(), 2);
    assert_eq!(shop.server.requests(Operation::UploadPart), 0);
    assert_eq!(shop.store.upload_count("vault"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_copies_nothing_and_says_how() {
    let (shop, _) = Shop::with_object(Options::default(), "x", 2 * PART).await;
    let rehearse = ["copy", "s3://attic/x", "s3://vault/", "--dry-run"];
    let told = shop.run(&rehearse).with_code(0);
    assert!(
        told.out
            .starts_with("would copy  10.0 MiB  in one piece  1 request"),
        "{told:?}"
    );
    let parts = [
        &rehearse[..],
        &["--part-size=5MiB", "--read-only", "--json"],
    ]
    .concat();
    let document = shop.run(&parts).with_code(0).json();
    assert_eq!(
        (&document["parts"], &document["requests"]),
        (&2.into(), &4.into())
    );
    assert_eq!(
        (&document["key"], &document["dry_run"]),
        (&"x".into(), &true.into())
    );
    let wrong = [&rehearse[..], &["--part-size=1MiB"]].concat();
    assert!(shop.run(&wrong).with_code(1).out.starts_with("refused"));
    assert!(shop.store.object("vault", "x").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_copied_is_told() {
    let (shop, _) = Shop::with_object(Options::default(), "x", 100).await;
    for (args, code, said) in [
        (&["s3://attic/", "s3://vault/"][..], 2, "names no object"),
        (&["s3://attic/y", "s3://vault/"], 1, "s3://attic/y"),
        (&["s3://attic/x", "s3://attic/"], 1, "the object itself"),
        (&["s3://attic/x", "s3://nowhere/"], 1, "s3://nowhere/x"),
        (
            &["s3://attic/x", "s3://vault/", "--read-only"],
            1,
            "read-only",
        ),
        (
            &["s3://attic/x", "s3://vault/", "--tag=x"],
            2,
            "--tag NAME=VALUE",
        ),
        (&["s3://attic/x"], 2, "s3://BUCKET/[KEY]"),
        (&["x", "s3://vault/"], 2, "not an S3 address"),
        (
            &[
                "s3://attic/x",
                "s3://vault/",
                "--source-sse-c-key-env=NOTHING",
            ],
            2,
            "NOTHING",
        ),
    ] {
        let line = [&["copy"], args].concat();
        let told = shop.run(&line).with_code(code);
        assert!(told.err.contains(said), "{args:?}: {told:?}");
    }
    let careful = [
        "copy",
        "s3://attic/x",
        "s3://vault/",
        "--if-none-match",
        "--json",
    ];
    shop.run(&careful).with_code(0);
    let document = shop.run(&careful).with_code(1).json();
    assert_eq!(document["failed"][0]["code"], "PreconditionFailed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_interrupted_is_listed_and_goes_on() {
    let slow = Options {
        delay: Duration::from_millis(50),
        ..Options::default()
    };
    let (shop, content) = Shop::with_object(slow, "x", 12 * PART).await;
    let copy = [
        "copy",
        "s3://attic/x",
        "s3://vault/",
        "--part-size=5MiB",
        "--width=1",
    ];
    let mut child = shop.command(&copy).spawn().unwrap();
    while shop.server.requests(Operation::UploadPartCopy) < 3 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap()).with_code(130);
    assert!(ended.out.starts_with("kept  s3://vault/x"), "{ended:?}");
    let listed = shop.run(&["uploads", "--json"]).with_code(0).json();
    let one = &listed["uploads"][0];
    assert_eq!(
        (&one["source"], &one["status"]),
        (&"s3://attic/x".into(), &"resumable".into())
    );
    let file = shop.laid("f", b"x");
    let refused = shop.run(&["resume", "--file", &file]).with_code(1);
    assert!(refused.err.contains("a copy of an object"), "{refused:?}");
    let before = shop.server.requests(Operation::UploadPartCopy);
    let document = shop.run(&["resume", "--json"]).with_code(0).json();
    assert_eq!(document["stored"][0]["verified"], true, "{document}");
    assert_eq!(document["stored"][0]["source"], "s3://attic/x");
    assert!(shop.server.requests(Operation::UploadPartCopy) - before < 12);
    shop.copied("vault", "x", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_under_a_key_of_ones_own_is_copied_under_another() {
    let shop = Shop::open().await;
    let content = bytes(2 * PART);
    let (theirs, ours) = (shop.laid("theirs", &[7; 32]), shop.laid("ours", &[9; 32]));
    let file = shop.laid("f", &content);
    let upload = ["upload", &file, "s3://attic/x", "--sse-c-key-file", &theirs];
    shop.run(&upload).with_code(0);
    let copy = ["copy", "s3://attic/x", "s3://attic/y", "--part-size=5MiB"];
    let told = shop.run(&copy).with_code(1);
    assert!(told.err.contains("--source-sse-c-key-file"), "{told:?}");
    let keys = [
        "--source-sse-c-key-file",
        &theirs,
        "--sse-c-key-file",
        &ours,
    ];
    for way in [&[][..], &["--multipart-threshold=1GiB"]] {
        let copy = if way.is_empty() {
            &copy[..]
        } else {
            &copy[..3]
        };
        let line = [copy, way, &keys, &["--json"]].concat();
        let document = shop.run(&line).with_code(0).json();
        assert_eq!(document["stored"][0]["verified"], true, "{document}");
        shop.copied("attic", "y", &content);
        let unlocked = Access {
            customer_key: Some(mopup::model::send::CustomerKey([9; 32])),
            expected_owner: None,
        };
        let mut request = HeadObject {
            bucket: "attic".to_owned(),
            key: "y".to_owned(),
            access: unlocked,
            version_id: None,
        };
        assert!(shop.store.head_object(&request).await.is_ok());
        request.access = Access::default();
        assert!(shop.store.head_object(&request).await.is_err());
    }
    for entry in fs::read_dir(shop.home.path().join("state/mopup/uploads")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(
            !text.contains(&"07".repeat(16)) && !text.contains("BwcHBwc"),
            "{text}"
        );
        assert!(!text.contains("CQkJCQk"), "{text}");
    }
}
