//! What sending relies on, one sentence each.

use bytes::Bytes;
use mopup::model::part::Checksum;
use mopup::model::send::{Access, ObjectOptions};
use mopup::model::{Algorithm, Target};
use mopup::protocol::{Fault, Kind};
use mopup::s3::checksum::{checksum, md5_etag, multipart_etag};
use mopup::s3::{
    Complete, CreateUpload, HeadObject, NamedPart, ObjectInfo, Payload, PutObject, Receipt,
    UploadPart,
};

use super::checks::checks;
use super::guarded::{
    a_checksum_of_another_algorithm_is_refused, a_composite_checksum_is_kept,
    a_full_object_checksum_is_kept, a_key_of_ones_own_opens_the_object,
    a_part_with_crc32_is_checked, a_part_with_crc32c_is_checked, a_part_with_crc64nvme_is_checked,
    a_part_with_sha1_is_checked, a_part_with_sha256_is_checked, a_put_with_a_checksum_is_checked,
    a_wrong_full_object_checksum_is_refused, an_etag_under_a_key_of_ones_own_is_no_md5,
    another_key_is_refused, another_owner_is_denied, parts_keep_their_checksums, sse_kms_is_told,
    sse_s3_is_told, tags_and_acl_are_taken,
};
use super::{Check, World};

pub(super) const CHECKS: &[(&str, Check)] = checks![
    an_upload_becomes_an_object,
    an_objects_etag_is_that_of_its_complete,
    a_refused_complete_leaves_the_upload,
    options_of_an_upload_come_back,
    options_of_a_put_come_back,
    tags_and_acl_are_taken,
    a_put_object_is_what_was_sent,
    a_put_object_of_nothing_is_empty,
    a_missing_object_is_not_found,
    a_put_is_not_done_over_an_object,
    a_complete_is_not_done_over_an_object,
    a_second_complete_finds_it_gone,
    a_complete_of_a_part_that_is_not_there_is_refused,
    a_complete_with_another_etag_is_refused,
    a_complete_out_of_order_is_refused,
    a_complete_of_small_parts_is_refused,
    a_complete_of_another_size_is_refused,
    a_complete_of_an_aborted_upload_finds_it_gone,
    an_upload_in_a_missing_bucket_is_not_found,
    a_part_with_crc64nvme_is_checked,
    a_part_with_crc32_is_checked,
    a_part_with_crc32c_is_checked,
    a_part_with_sha1_is_checked,
    a_part_with_sha256_is_checked,
    a_put_with_a_checksum_is_checked,
    parts_keep_their_checksums,
    a_full_object_checksum_is_kept,
    a_wrong_full_object_checksum_is_refused,
    a_composite_checksum_is_kept,
    a_checksum_of_another_algorithm_is_refused,
    a_key_of_ones_own_opens_the_object,
    an_etag_under_a_key_of_ones_own_is_no_md5,
    another_key_is_refused,
    sse_s3_is_told,
    sse_kms_is_told,
    another_owner_is_denied,
];

pub(super) const MIB: usize = 1 << 20;

/// Bytes that differ from part to part.
pub(super) fn bytes(seed: u8, len: usize) -> Bytes {
    let mut state = u32::from(seed) + 1;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect()
}

/// An upload of one's own to play with.
pub(super) struct Sending<'a> {
    pub(super) world: &'a World,
    pub(super) access: Access,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) target: Target,
}

impl<'a> Sending<'a> {
    /// Without options goes the way that every server can take.
    async fn plain(world: &'a World, key: &str) -> Self {
        Self {
            world,
            access: Access::default(),
            algorithm: None,
            target: world.begin(key).await,
        }
    }

    pub(super) async fn with(world: &'a World, request: CreateUpload) -> Result<Self, Fault> {
        let created = world.store.create_upload(&request).await?;
        Ok(Self {
            world,
            target: world.target(&request.key, &created.upload_id),
            access: request.access,
            algorithm: request.checksum,
        })
    }

    pub(super) async fn send(&self, number: u32, body: &Bytes) -> Result<NamedPart, Fault> {
        let sum = self.algorithm.map(|of| checksum(of, body));
        self.send_with(number, body, sum).await
    }

    pub(super) async fn send_with(
        &self,
        number: u32,
        body: &Bytes,
        checksum: Option<Checksum>,
    ) -> Result<NamedPart, Fault> {
        let request = UploadPart {
            target: self.target.clone(),
            access: self.access.clone(),
            number,
            payload: Payload {
                checksum: checksum.clone(),
                ..Payload::of(body.clone())
            },
        };
        let receipt = self.world.store.upload_part(&request).await?;
        Ok(NamedPart {
            number,
            etag: receipt.etag,
            checksum,
        })
    }

    pub(super) fn request(&self, parts: Vec<NamedPart>) -> Complete {
        Complete {
            target: self.target.clone(),
            access: self.access.clone(),
            parts,
            size: None,
            checksum: None,
            if_none_match: false,
        }
    }

    pub(super) async fn complete(&self, parts: Vec<NamedPart>) -> Result<Receipt, Fault> {
        self.world.store.complete(&self.request(parts)).await
    }

    pub(super) async fn head(&self) -> ObjectInfo {
        let key = &self.target.key;
        head(self.world, key, &self.access).await.expect("head")
    }
}

pub(super) async fn head(world: &World, key: &str, access: &Access) -> Result<ObjectInfo, Fault> {
    let request = HeadObject {
        bucket: world.bucket.clone(),
        key: key.to_owned(),
        version_id: None,
        access: access.clone(),
    };
    world.store.head_object(&request).await
}

pub(super) fn create(world: &World, key: &str) -> CreateUpload {
    CreateUpload {
        bucket: world.bucket.clone(),
        key: key.to_owned(),
        ..CreateUpload::default()
    }
}

pub(super) fn put(world: &World, key: &str, body: Bytes) -> PutObject {
    PutObject {
        bucket: world.bucket.clone(),
        key: key.to_owned(),
        options: ObjectOptions::default(),
        access: Access::default(),
        if_none_match: false,
        payload: Payload::of(body),
    }
}

pub(super) fn kind<T: std::fmt::Debug>(answer: Result<T, Fault>) -> Kind {
    answer.expect_err("it should be refused").kind
}

async fn an_upload_becomes_an_object(world: &World) {
    let upload = Sending::plain(world, "dir/whole").await;
    let (one, two) = (bytes(1, 5 * MIB), bytes(2, 1000));
    let parts = vec![
        upload.send(1, &one).await.expect("part"),
        upload.send(2, &two).await.expect("part"),
    ];
    assert_eq!(parts[0].etag, md5_etag(&one));
    let etag = multipart_etag(parts.iter().map(|part| part.etag.as_str()));
    let receipt = upload.complete(parts).await.expect("complete");
    assert_eq!(Some(receipt.etag), etag);
    let found = upload.head().await;
    assert_eq!(found.size, 5 * MIB as u64 + 1000);
    assert!(found.last_modified.is_some());
    assert!(world.keys("").await.is_empty());
}

async fn an_objects_etag_is_that_of_its_complete(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let receipt = upload.complete(vec![part]).await.expect("complete");
    assert_eq!(upload.head().await.etag, receipt.etag);
}

async fn a_refused_complete_leaves_the_upload(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let other = NamedPart {
        etag: md5_etag(b"other"),
        ..part
    };
    assert!(upload.complete(vec![other]).await.is_err());
    assert_eq!(world.numbers(&upload.target, None).await.0, [1]);
}

fn options() -> ObjectOptions {
    ObjectOptions {
        content_type: Some("text/x-mopup".to_owned()),
        content_encoding: Some("gzip".to_owned()),
        content_disposition: Some("attachment; filename=\"a b\"".to_owned()),
        content_language: Some("de".to_owned()),
        cache_control: Some("max-age=60".to_owned()),
        metadata: vec![
            ("origin".to_owned(), "host-1".to_owned()),
            ("purpose".to_owned(), "a test".to_owned()),
        ],
        ..ObjectOptions::default()
    }
}

fn assert_options(found: &ObjectInfo) {
    assert_eq!(found.content_type.as_deref(), Some("text/x-mopup"));
    for (name, value) in options().metadata {
        assert!(found.metadata.contains(&(name, value)), "{found:?}");
    }
}

async fn options_of_an_upload_come_back(world: &World) {
    let request = CreateUpload {
        options: ObjectOptions {
            storage_class: Some("STANDARD_IA".to_owned()),
            ..options()
        },
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    upload.complete(vec![part]).await.expect("complete");
    let found = upload.head().await;
    assert_options(&found);
    assert_eq!(found.storage_class.as_deref(), Some("STANDARD_IA"));
}

async fn options_of_a_put_come_back(world: &World) {
    let request = PutObject {
        options: options(),
        ..put(world, "k", bytes(1, 10))
    };
    world.store.put_object(&request).await.expect("put");
    assert_options(&head(world, "k", &Access::default()).await.expect("head"));
}

async fn a_put_object_is_what_was_sent(world: &World) {
    let body = bytes(3, 70_000);
    let request = put(world, "a b/ü+%", body.clone());
    let receipt = world.store.put_object(&request).await.expect("put");
    assert_eq!(receipt.etag, md5_etag(&body));
    let found = head(world, "a b/ü+%", &Access::default()).await;
    let found = found.expect("head");
    assert_eq!((found.size, found.etag), (70_000, receipt.etag));
}

async fn a_put_object_of_nothing_is_empty(world: &World) {
    let request = put(world, "empty", Bytes::new());
    let receipt = world.store.put_object(&request).await.expect("put");
    assert_eq!(receipt.etag, "d41d8cd98f00b204e9800998ecf8427e");
    let found = head(world, "empty", &Access::default()).await;
    assert_eq!(found.expect("head").size, 0);
}

async fn a_missing_object_is_not_found(world: &World) {
    let fault = head(world, "nothing", &Access::default()).await;
    let fault = fault.unwrap_err();
    assert_eq!(fault.kind, Kind::NotFound, "{fault}");
    assert!(!fault.message.is_empty());
}

async fn a_put_is_not_done_over_an_object(world: &World) {
    let request = PutObject {
        if_none_match: true,
        ..put(world, "k", bytes(1, 10))
    };
    world.store.put_object(&request).await.expect("the first");
    let second = world.store.put_object(&request).await;
    assert_eq!(kind(second), Kind::Precondition);
}

async fn a_complete_is_not_done_over_an_object(world: &World) {
    world
        .store
        .put_object(&put(world, "k", bytes(1, 10)))
        .await
        .expect("put");
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(2, 20)).await.expect("part");
    let careful = Complete {
        if_none_match: true,
        ..upload.request(vec![part])
    };
    assert_eq!(
        kind(world.store.complete(&careful).await),
        Kind::Precondition
    );
    assert_eq!(upload.head().await.size, 10);
}

async fn a_second_complete_finds_it_gone(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let parts = vec![part];
    upload.complete(parts.clone()).await.expect("complete");
    assert_eq!(kind(upload.complete(parts).await), Kind::UploadGone);
}

async fn a_complete_of_a_part_that_is_not_there_is_refused(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let missing = NamedPart { number: 2, ..part };
    assert_eq!(kind(upload.complete(vec![missing]).await), Kind::Invalid);
}

async fn a_complete_with_another_etag_is_refused(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let other = NamedPart {
        etag: md5_etag(b"other"),
        ..part
    };
    assert_eq!(kind(upload.complete(vec![other]).await), Kind::Invalid);
}

async fn a_complete_out_of_order_is_refused(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let one = upload.send(1, &bytes(1, 5 * MIB)).await.expect("part");
    let two = upload.send(2, &bytes(2, 10)).await.expect("part");
    assert_eq!(kind(upload.complete(vec![two, one]).await), Kind::Invalid);
}

async fn a_complete_of_small_parts_is_refused(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let one = upload.send(1, &bytes(1, 10)).await.expect("part");
    let two = upload.send(2, &bytes(2, 10)).await.expect("part");
    assert_eq!(kind(upload.complete(vec![one, two]).await), Kind::Invalid);
}

async fn a_complete_of_another_size_is_refused(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    let wrong = Complete {
        size: Some(11),
        ..upload.request(vec![part.clone()])
    };
    assert_eq!(kind(world.store.complete(&wrong).await), Kind::Invalid);
    let right = Complete {
        size: Some(10),
        ..upload.request(vec![part])
    };
    world.store.complete(&right).await.expect("complete");
}

async fn a_complete_of_an_aborted_upload_finds_it_gone(world: &World) {
    let upload = Sending::plain(world, "k").await;
    let part = upload.send(1, &bytes(1, 10)).await.expect("part");
    world.abort(&upload.target).await.expect("abort");
    assert_eq!(kind(upload.complete(vec![part]).await), Kind::UploadGone);
}

async fn an_upload_in_a_missing_bucket_is_not_found(world: &World) {
    let mut request = create(world, "k");
    request.bucket.push_str("-missing");
    let answer = world.store.create_upload(&request).await;
    assert_eq!(kind(answer), Kind::NotFound);
    let mut request = put(world, "k", bytes(1, 10));
    request.bucket.push_str("-missing");
    assert_eq!(kind(world.store.put_object(&request).await), Kind::NotFound);
}
