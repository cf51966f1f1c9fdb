//! What the program relies on, one sentence each.

use std::collections::BTreeSet;

use bytes::Bytes;
use mopup::model::send::{Access, ObjectOptions};
use mopup::protocol::Kind;
use mopup::s3::{Clock, CreateUpload, ListParts, ListUploads, Payload, UploadPart};

use super::{Check, World};

macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        &[$((stringify!($name), |world| Box::pin($name(world)))),*]
    };
}

pub(super) use checks;

pub(super) const CHECKS: &[(&str, Check)] = checks![
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
        options: ObjectOptions {
            storage_class: Some("STANDARD_IA".to_owned()),
            ..ObjectOptions::default()
        },
        ..CreateUpload::default()
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
        access: Access::default(),
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
        access: Access::default(),
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
        access: Access::default(),
        payload: Payload::of(Bytes::from_static(b"late")),
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
