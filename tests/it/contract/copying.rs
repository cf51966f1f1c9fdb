//! What copies within the service rely on, one sentence each.

use bytes::Bytes;
use mopup::model::Algorithm;
use mopup::model::copy::ObjectRef;
use mopup::model::send::{Access, ObjectOptions};
use mopup::protocol::Kind;
use mopup::s3::checksum::{checksum, md5_etag, multipart_etag};
use mopup::s3::{CopyObject, CopyPart, CopySource, CreateUpload, NamedPart, PutObject, Receipt};

use super::checks::checks;
use super::sending::{MIB, Sending, bytes, create, head, kind, put};
use super::{Check, World};

pub(super) const CHECKS: &[(&str, Check)] = checks![
    a_part_is_copied_from_a_stretch_of_an_object,
    a_part_of_an_object_that_changed_is_refused,
    a_part_of_a_missing_object_is_not_found,
    a_part_copied_into_a_missing_upload_finds_it_gone,
    a_part_of_bytes_that_are_not_there_is_refused,
    a_copied_part_has_the_uploads_checksum,
    an_object_is_copied_with_what_it_was_stored_with,
    an_empty_object_is_copied,
    a_copy_is_described_anew,
    a_copy_of_an_object_that_changed_is_refused,
    a_copy_of_a_missing_object_is_not_found,
    a_copy_is_not_done_over_an_object,
    a_copy_onto_itself_is_described_anew,
    a_copied_object_has_a_checksum,
];

pub(super) fn source(world: &World, key: &str) -> CopySource {
    CopySource {
        object: ObjectRef {
            bucket: world.bucket.clone(),
            key: key.to_owned(),
            version_id: None,
        },
        if_match: None,
        customer_key: None,
        expected_owner: None,
    }
}

pub(super) fn copy(world: &World, from: &str, to: &str) -> CopyObject {
    CopyObject {
        bucket: world.bucket.clone(),
        key: to.to_owned(),
        from: source(world, from),
        metadata: None,
        options: ObjectOptions::default(),
        tags: None,
        access: Access::default(),
        checksum: None,
        if_none_match: false,
    }
}

pub(super) fn described() -> ObjectOptions {
    ObjectOptions {
        content_type: Some("text/x-mopup".to_owned()),
        metadata: vec![("origin".to_owned(), "host-1".to_owned())],
        ..ObjectOptions::default()
    }
}

pub(super) async fn stored(
    world: &World,
    key: &str,
    body: Bytes,
    options: ObjectOptions,
) -> Receipt {
    let request = PutObject {
        options,
        ..put(world, key, body)
    };
    world.store.put_object(&request).await.expect("put")
}

pub(super) fn part(
    upload: &Sending<'_>,
    number: u32,
    from: CopySource,
    place: (usize, usize),
) -> CopyPart {
    CopyPart {
        target: upload.target.clone(),
        access: upload.access.clone(),
        number,
        from,
        offset: place.0 as u64,
        len: place.1 as u64,
    }
}

fn named(number: u32, receipt: Receipt) -> NamedPart {
    NamedPart {
        number,
        etag: receipt.etag,
        checksum: receipt.checksum,
    }
}

async fn a_part_is_copied_from_a_stretch_of_an_object(world: &World) {
    let body = bytes(1, 5 * MIB + 3000);
    let etag = stored(world, "from", body.clone(), described()).await.etag;
    let upload = Sending::with(world, create(world, "to"))
        .await
        .expect("create");
    let from = CopySource {
        if_match: Some(etag),
        ..source(world, "from")
    };
    let first = part(&upload, 1, from.clone(), (1000, 5 * MIB));
    let last = part(&upload, 2, from, (5 * MIB, 3000));
    let first = world.store.copy_part(&first).await.expect("copy");
    let last = world.store.copy_part(&last).await.expect("copy");
    assert_eq!(first.etag, md5_etag(&body[1000..1000 + 5 * MIB]));
    assert_eq!(last.etag, md5_etag(&body[5 * MIB..]));
    let etag = multipart_etag([first.etag.as_str(), last.etag.as_str()]);
    let parts = vec![named(1, first), named(2, last)];
    let made = upload.complete(parts).await.expect("complete");
    assert_eq!(Some(made.etag), etag);
    assert_eq!(upload.head().await.size, 5 * MIB as u64 + 3000);
}

async fn a_part_of_an_object_that_changed_is_refused(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let upload = Sending::with(world, create(world, "to"))
        .await
        .expect("create");
    let from = CopySource {
        if_match: Some("0".repeat(32)),
        ..source(world, "from")
    };
    let answer = world
        .store
        .copy_part(&part(&upload, 1, from, (0, 100)))
        .await;
    assert_eq!(kind(answer), Kind::Precondition);
}

async fn a_part_of_a_missing_object_is_not_found(world: &World) {
    let upload = Sending::with(world, create(world, "to"))
        .await
        .expect("create");
    let request = part(&upload, 1, source(world, "nothing"), (0, 100));
    assert_eq!(kind(world.store.copy_part(&request).await), Kind::NotFound);
}

async fn a_part_copied_into_a_missing_upload_finds_it_gone(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let upload = Sending::with(world, create(world, "to"))
        .await
        .expect("create");
    world.abort(&upload.target).await.expect("abort");
    let request = part(&upload, 1, source(world, "from"), (0, 100));
    assert_eq!(
        kind(world.store.copy_part(&request).await),
        Kind::UploadGone
    );
}

async fn a_part_of_bytes_that_are_not_there_is_refused(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let upload = Sending::with(world, create(world, "to"))
        .await
        .expect("create");
    let request = part(&upload, 1, source(world, "from"), (50, 100));
    assert_eq!(kind(world.store.copy_part(&request).await), Kind::Invalid);
}

async fn a_copied_part_has_the_uploads_checksum(world: &World) {
    let body = bytes(1, 500);
    stored(world, "from", body.clone(), described()).await;
    let request = CreateUpload {
        checksum: Some(Algorithm::Crc64Nvme),
        ..create(world, "to")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let request = part(&upload, 1, source(world, "from"), (0, 400));
    let receipt = world.store.copy_part(&request).await.expect("copy");
    let expected = checksum(Algorithm::Crc64Nvme, &body[..400]);
    assert_eq!(receipt.checksum.as_ref(), Some(&expected));
    upload
        .complete(vec![named(1, receipt)])
        .await
        .expect("complete");
    assert_eq!(upload.head().await.checksum, Some(expected));
}

async fn an_object_is_copied_with_what_it_was_stored_with(world: &World) {
    let body = bytes(1, 5000);
    let etag = stored(world, "from", body, described()).await.etag;
    let request = CopyObject {
        from: CopySource {
            if_match: Some(etag.clone()),
            ..source(world, "from")
        },
        ..copy(world, "from", "to")
    };
    let receipt = world.store.copy_object(&request).await.expect("copy");
    assert_eq!(receipt.etag, etag);
    let found = head(world, "to", &Access::default()).await.expect("head");
    assert_eq!((found.size, &found.etag), (5000, &etag));
    assert_eq!(found.content_type.as_deref(), Some("text/x-mopup"));
    // Some servers add to it.
    assert!(
        found.metadata.contains(&described().metadata[0]),
        "{found:?}"
    );
}

async fn an_empty_object_is_copied(world: &World) {
    stored(world, "from", Bytes::new(), described()).await;
    let request = copy(world, "from", "to");
    world.store.copy_object(&request).await.expect("copy");
    let found = head(world, "to", &Access::default()).await.expect("head");
    assert_eq!(found.size, 0);
}

async fn a_copy_is_described_anew(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let anew = ObjectOptions {
        content_type: Some("text/plain".to_owned()),
        metadata: vec![("purpose".to_owned(), "a test".to_owned())],
        ..ObjectOptions::default()
    };
    let request = CopyObject {
        metadata: Some(anew.clone()),
        options: anew.clone(),
        ..copy(world, "from", "to")
    };
    world.store.copy_object(&request).await.expect("copy");
    let found = head(world, "to", &Access::default()).await.expect("head");
    assert_eq!(found.content_type.as_deref(), Some("text/plain"));
    assert_eq!(found.metadata, anew.metadata);
}

async fn a_copy_of_an_object_that_changed_is_refused(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let request = CopyObject {
        from: CopySource {
            if_match: Some("0".repeat(32)),
            ..source(world, "from")
        },
        ..copy(world, "from", "to")
    };
    assert_eq!(
        kind(world.store.copy_object(&request).await),
        Kind::Precondition
    );
    let missing = head(world, "to", &Access::default()).await;
    assert_eq!(kind(missing), Kind::NotFound);
}

async fn a_copy_of_a_missing_object_is_not_found(world: &World) {
    let request = copy(world, "nothing", "to");
    assert_eq!(
        kind(world.store.copy_object(&request).await),
        Kind::NotFound
    );
}

async fn a_copy_is_not_done_over_an_object(world: &World) {
    stored(world, "from", bytes(1, 100), described()).await;
    let request = CopyObject {
        if_none_match: true,
        ..copy(world, "from", "to")
    };
    world.store.copy_object(&request).await.expect("the first");
    assert_eq!(
        kind(world.store.copy_object(&request).await),
        Kind::Precondition
    );
}

async fn a_copy_onto_itself_is_described_anew(world: &World) {
    stored(world, "k", bytes(1, 100), described()).await;
    let anew = ObjectOptions {
        content_type: Some("text/plain".to_owned()),
        ..described()
    };
    let request = CopyObject {
        metadata: Some(anew.clone()),
        options: anew,
        ..copy(world, "k", "k")
    };
    world.store.copy_object(&request).await.expect("copy");
    let found = head(world, "k", &Access::default()).await.expect("head");
    assert_eq!(found.content_type.as_deref(), Some("text/plain"));
    assert!(
        found.metadata.contains(&described().metadata[0]),
        "{found:?}"
    );
}

async fn a_copied_object_has_a_checksum(world: &World) {
    let body = bytes(1, 5000);
    stored(world, "from", body.clone(), described()).await;
    let request = CopyObject {
        checksum: Some(Algorithm::Crc32c),
        ..copy(world, "from", "to")
    };
    world.store.copy_object(&request).await.expect("copy");
    let found = head(world, "to", &Access::default()).await.expect("head");
    assert_eq!(found.checksum, Some(checksum(Algorithm::Crc32c, &body)));
}
