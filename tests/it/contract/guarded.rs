//! Checksums, encryption and ownership, one sentence each.

use mopup::model::Algorithm;
use mopup::model::part::Checksum;
use mopup::model::send::{Access, CustomerKey, Encryption, ObjectOptions};
use mopup::protocol::Kind;
use mopup::s3::checksum::{checksum, composite, full_object, md5_etag};
use mopup::s3::{Complete, CreateUpload, NamedPart, PutObject};

use super::World;
use super::sending::{MIB, Sending, bytes, create, head, kind, put};

async fn a_part_is_checked(world: &World, algorithm: Algorithm) {
    let request = CreateUpload {
        checksum: Some(algorithm),
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let body = bytes(7, 5000);
    upload.send(1, &body).await.expect("the right checksum");
    let wrong = checksum(algorithm, b"something else");
    let fault = upload.send_with(2, &body, Some(wrong)).await.unwrap_err();
    // Sent again it may arrive whole.
    assert_eq!(fault.kind, Kind::Network, "{fault:?}");
    assert_eq!(world.numbers(&upload.target, None).await.0, [1]);
}

pub(super) async fn a_part_with_crc64nvme_is_checked(world: &World) {
    a_part_is_checked(world, Algorithm::Crc64Nvme).await;
}

pub(super) async fn a_part_with_crc32_is_checked(world: &World) {
    a_part_is_checked(world, Algorithm::Crc32).await;
}

pub(super) async fn a_part_with_crc32c_is_checked(world: &World) {
    a_part_is_checked(world, Algorithm::Crc32c).await;
}

pub(super) async fn a_part_with_sha1_is_checked(world: &World) {
    a_part_is_checked(world, Algorithm::Sha1).await;
}

pub(super) async fn a_part_with_sha256_is_checked(world: &World) {
    a_part_is_checked(world, Algorithm::Sha256).await;
}

pub(super) async fn a_put_with_a_checksum_is_checked(world: &World) {
    let body = bytes(1, 5000);
    for algorithm in Algorithm::ALL {
        let sum = checksum(algorithm, &body);
        let mut request = put(world, algorithm.name(), body.clone());
        request.payload.checksum = Some(sum.clone());
        let receipt = world.store.put_object(&request).await.expect("put");
        assert_eq!(receipt.checksum.as_ref(), Some(&sum));
        let found = head(world, algorithm.name(), &Access::default()).await;
        assert_eq!(found.expect("head").checksum, Some(sum));
        request.payload.checksum = Some(checksum(algorithm, b"other"));
        let fault = world.store.put_object(&request).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Network, "{fault:?}");
    }
}

pub(super) async fn parts_keep_their_checksums(world: &World) {
    let algorithm = Algorithm::Crc64Nvme;
    let request = CreateUpload {
        checksum: Some(algorithm),
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let body = bytes(1, 500);
    upload.send(1, &body).await.expect("part");
    let request = mopup::s3::ListParts {
        target: upload.target.clone(),
        marker: None,
        max_parts: None,
        access: Access::default(),
    };
    let page = world.store.list_parts(&request).await.expect("parts");
    assert_eq!(page.parts[0].checksum, Some(checksum(algorithm, &body)));
    assert_eq!(page.info.checksum_algorithm.as_deref(), Some("CRC64NVME"));
    assert_eq!(page.info.checksum_type.as_deref(), Some("FULL_OBJECT"));
}

/// Two parts and the checksum of the object that they make.
async fn two_parts(upload: &Sending<'_>) -> (Vec<NamedPart>, Checksum) {
    let (one, two) = (bytes(1, 5 * MIB), bytes(2, 777));
    let parts = vec![
        upload.send(1, &one).await.expect("part"),
        upload.send(2, &two).await.expect("part"),
    ];
    let sums: Vec<(&Checksum, u64)> = parts
        .iter()
        .zip([one.len(), two.len()])
        .map(|(part, len)| (part.checksum.as_ref().expect("a checksum"), len as u64))
        .collect();
    let algorithm = upload.algorithm.expect("an algorithm");
    let whole = if algorithm.is_full_object() {
        full_object(algorithm, &sums)
    } else {
        composite(algorithm, &sums)
    };
    (parts.clone(), whole.expect("they combine"))
}

async fn is_kept(world: &World, algorithm: Algorithm) {
    let request = CreateUpload {
        checksum: Some(algorithm),
        ..create(world, algorithm.name())
    };
    let upload = Sending::with(world, request).await.expect("create");
    let (parts, whole) = two_parts(&upload).await;
    let request = Complete {
        checksum: Some(whole.clone()),
        ..upload.request(parts)
    };
    let receipt = world.store.complete(&request).await.expect("complete");
    assert_eq!(receipt.checksum.as_ref(), Some(&whole));
    let found = upload.head().await;
    assert_eq!(found.checksum, Some(whole));
    assert_eq!(found.checksum_type.as_deref(), Some(algorithm.kind()));
}

pub(super) async fn a_full_object_checksum_is_kept(world: &World) {
    is_kept(world, Algorithm::Crc64Nvme).await;
    is_kept(world, Algorithm::Crc32).await;
    is_kept(world, Algorithm::Crc32c).await;
}

pub(super) async fn a_composite_checksum_is_kept(world: &World) {
    is_kept(world, Algorithm::Sha256).await;
    is_kept(world, Algorithm::Sha1).await;
}

pub(super) async fn a_wrong_full_object_checksum_is_refused(world: &World) {
    let request = CreateUpload {
        checksum: Some(Algorithm::Crc64Nvme),
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let (parts, _) = two_parts(&upload).await;
    let request = Complete {
        checksum: Some(checksum(Algorithm::Crc64Nvme, b"other")),
        ..upload.request(parts)
    };
    assert!(world.store.complete(&request).await.is_err());
    let found = head(world, "k", &Access::default()).await;
    assert_eq!(kind(found), Kind::NotFound);
}

pub(super) async fn a_checksum_of_another_algorithm_is_refused(world: &World) {
    let request = CreateUpload {
        checksum: Some(Algorithm::Sha256),
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let body = bytes(1, 10);
    let other = checksum(Algorithm::Crc32, &body);
    let answer = upload.send_with(1, &body, Some(other)).await;
    assert_eq!(kind(answer), Kind::Invalid);
}

fn keyed(byte: u8) -> Access {
    Access {
        customer_key: Some(CustomerKey([byte; 32])),
        expected_owner: None,
    }
}

async fn sealed<'a>(world: &'a World, key: &str) -> Sending<'a> {
    let request = CreateUpload {
        options: ObjectOptions {
            encryption: Encryption::Customer,
            ..ObjectOptions::default()
        },
        access: keyed(7),
        checksum: Some(Algorithm::Crc64Nvme),
        ..create(world, key)
    };
    Sending::with(world, request).await.expect("create")
}

pub(super) async fn a_key_of_ones_own_opens_the_object(world: &World) {
    let upload = sealed(world, "k").await;
    let body = bytes(1, 100);
    let part = upload.send(1, &body).await.expect("part");
    upload.complete(vec![part]).await.expect("complete");
    let found = upload.head().await;
    assert_eq!(found.size, 100);
    assert_eq!(found.encryption.as_deref(), Some("SSE-C"));

    let request = PutObject {
        options: ObjectOptions {
            encryption: Encryption::Customer,
            ..ObjectOptions::default()
        },
        access: keyed(9),
        ..put(world, "one", body)
    };
    world.store.put_object(&request).await.expect("put");
    assert!(head(world, "one", &keyed(9)).await.is_ok());
    assert!(head(world, "one", &Access::default()).await.is_err());
}

pub(super) async fn an_etag_under_a_key_of_ones_own_is_no_md5(world: &World) {
    let upload = sealed(world, "k").await;
    let body = bytes(1, 100);
    let part = upload.send(1, &body).await.expect("part");
    assert_ne!(part.etag, md5_etag(&body));
}

pub(super) async fn another_key_is_refused(world: &World) {
    let mut upload = sealed(world, "k").await;
    for access in [keyed(8), Access::default()] {
        upload.access = access;
        let refused = kind(upload.send(1, &bytes(1, 100)).await);
        assert!(
            matches!(refused, Kind::Invalid | Kind::Denied),
            "{refused:?}"
        );
    }
}

async fn is_encrypted(world: &World, encryption: Encryption, name: &str) {
    let request = CreateUpload {
        options: ObjectOptions {
            encryption,
            ..ObjectOptions::default()
        },
        ..create(world, "k")
    };
    let upload = Sending::with(world, request).await.expect("create");
    let part = upload.send(1, &bytes(1, 100)).await.expect("part");
    upload.complete(vec![part]).await.expect("complete");
    assert_eq!(upload.head().await.encryption.as_deref(), Some(name));
}

pub(super) async fn sse_s3_is_told(world: &World) {
    is_encrypted(world, Encryption::S3, "AES256").await;
}

pub(super) async fn sse_kms_is_told(world: &World) {
    is_encrypted(world, Encryption::Kms { key_id: None }, "aws:kms").await;
}

pub(super) async fn another_owner_is_denied(world: &World) {
    let request = CreateUpload {
        access: Access {
            customer_key: None,
            expected_owner: Some("999999999999".to_owned()),
        },
        ..create(world, "k")
    };
    assert_eq!(
        kind(world.store.create_upload(&request).await),
        Kind::Denied
    );
}

pub(super) async fn tags_and_acl_are_taken(world: &World) {
    let options = ObjectOptions {
        tags: vec![
            ("team".to_owned(), "R+D = 1".to_owned()),
            ("empty".to_owned(), String::new()),
        ],
        acl: Some("bucket-owner-full-control".to_owned()),
        ..ObjectOptions::default()
    };
    let request = CreateUpload {
        options: options.clone(),
        ..create(world, "upload")
    };
    Sending::with(world, request).await.expect("create");
    let request = PutObject {
        options,
        ..put(world, "put", bytes(1, 10))
    };
    world.store.put_object(&request).await.expect("put");
}
