//! What the contract cannot ask of every store.

use bytes::Bytes;

use super::{MAX_BODY, MIN_PART, MemoryStore, Piece};
use crate::model::send::{Access, Encryption, ObjectOptions};
use crate::model::{Algorithm, Target, Timestamp};
use crate::protocol::{Fault, Kind};
use crate::s3::checksum::{checksum, md5_etag};
use crate::s3::{Clock, Complete, CreateUpload, ListParts, NamedPart, Payload, Store, UploadPart};

fn store() -> MemoryStore {
    let store = MemoryStore::new(Clock::fixed(Timestamp::from_secs(1000)));
    store.create_bucket("b", "us-east-1");
    store
}

fn create(checksum: Option<Algorithm>) -> CreateUpload {
    CreateUpload {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        checksum,
        ..CreateUpload::default()
    }
}

async fn begin(store: &MemoryStore, request: &CreateUpload) -> Target {
    Target {
        bucket: request.bucket.clone(),
        key: request.key.clone(),
        upload_id: store.create_upload(request).await.unwrap().upload_id,
    }
}

async fn send(
    store: &MemoryStore,
    target: &Target,
    number: u32,
    payload: Payload,
) -> Result<NamedPart, Fault> {
    let request = UploadPart {
        target: target.clone(),
        access: Access::default(),
        number,
        payload,
    };
    let receipt = store.upload_part(&request).await?;
    Ok(NamedPart {
        number,
        etag: receipt.etag,
        checksum: receipt.checksum,
    })
}

fn complete(target: &Target, parts: Vec<NamedPart>) -> Complete {
    Complete {
        target: target.clone(),
        access: Access::default(),
        parts,
        size: None,
        checksum: None,
        if_none_match: false,
    }
}

#[tokio::test]
async fn only_lengths_and_checksums_are_kept_where_it_is_told_so() {
    let store = store();
    store.set_keeps_bodies(false);
    let target = begin(&store, &create(Some(Algorithm::Crc64Nvme))).await;
    // One buffer for all.
    let part = Bytes::from(vec![1_u8; usize::try_from(MIN_PART).unwrap()]);
    let mut parts = Vec::new();
    for number in 1..=20 {
        let payload = Payload::of(part.clone());
        parts.push(send(&store, &target, number, payload).await.unwrap());
    }
    assert_ne!(parts[0].etag, md5_etag(&part));
    assert_ne!(parts[0].etag, parts[1].etag);
    let whole = vec![1_u8; part.len() * 20];
    let sum = checksum(Algorithm::Crc64Nvme, &whole);
    let request = Complete {
        size: Some(whole.len() as u64),
        checksum: Some(sum.clone()),
        ..complete(&target, parts)
    };
    let receipt = Store::complete(&store, &request).await.unwrap();
    assert_eq!(receipt.checksum, Some(sum));
    let object = store.object("b", "k").unwrap();
    assert_eq!(object.pieces, [Piece::Zeros(whole.len() as u64)]);
    assert_eq!(object.parts, Some(20));
}

#[tokio::test]
async fn an_upload_without_algorithm_keeps_no_checksum_and_one_with_computes_its_own() {
    let store = store();
    let body = Bytes::from_static(b"abc");
    let listed = async |target: Target| {
        let request = ListParts {
            target,
            marker: None,
            max_parts: None,
            access: Access::default(),
        };
        let page = store.list_parts(&request).await.unwrap();
        page.parts[0].checksum.clone()
    };
    let target = begin(&store, &create(None)).await;
    let sum = checksum(Algorithm::Crc32, &body);
    let payload = Payload {
        checksum: Some(sum.clone()),
        ..Payload::of(body.clone())
    };
    let part = send(&store, &target, 1, payload).await.unwrap();
    assert_eq!(part.checksum, Some(sum), "it was checked");
    assert_eq!(listed(target).await, None);
    let target = begin(&store, &create(Some(Algorithm::Sha1))).await;
    let payload = Payload::of(body.clone());
    send(&store, &target, 1, payload).await.unwrap();
    let own = checksum(Algorithm::Sha1, &body);
    assert_eq!(listed(target).await, Some(own));
}

#[tokio::test]
async fn composite_checksums_need_numbers_without_gaps_and_every_parts_own() {
    let store = store();
    let target = begin(&store, &create(Some(Algorithm::Sha256))).await;
    let payload = Payload::of(Bytes::from_static(b"abc"));
    let part = send(&store, &target, 2, payload).await.unwrap();
    let gap = complete(&target, vec![part.clone()]);
    let fault = Store::complete(&store, &gap).await.unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("InternalError"));
    let bare = NamedPart {
        checksum: None,
        ..part.clone()
    };
    let fault = Store::complete(&store, &complete(&target, vec![bare])).await;
    assert_eq!(fault.unwrap_err().code.as_deref(), Some("InvalidRequest"));
    let wrong = NamedPart {
        checksum: Some(checksum(Algorithm::Sha256, b"other")),
        ..part
    };
    let fault = Store::complete(&store, &complete(&target, vec![wrong])).await;
    assert_eq!(fault.unwrap_err().code.as_deref(), Some("InvalidPart"));
}

#[tokio::test]
async fn a_part_above_5_gib_is_too_large() {
    let store = store();
    let target = begin(&store, &create(None)).await;
    assert!(store.put_part_record(&target, 1, MAX_BODY).is_ok());
    let fault = store.put_part_record(&target, 1, MAX_BODY + 1).unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("EntityTooLarge"));
}

#[tokio::test]
async fn the_account_can_be_set_and_another_one_is_denied() {
    let store = store();
    let request = |owner: &str| CreateUpload {
        access: Access {
            customer_key: None,
            expected_owner: Some(owner.to_owned()),
        },
        ..create(None)
    };
    assert!(store.create_upload(&request(super::ACCOUNT)).await.is_ok());
    store.set_account("000000000001");
    let fault = store
        .create_upload(&request(super::ACCOUNT))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
    let allowed = request("000000000001");
    assert!(store.create_upload(&allowed).await.is_ok());
}

#[tokio::test]
async fn a_lifecycle_rule_dates_the_abort_of_a_new_upload() {
    let store = store();
    let plan = crate::model::lifecycle::propose(
        &crate::model::lifecycle::Configuration::default(),
        &crate::model::lifecycle::Proposal {
            days: 1,
            prefix: String::new(),
        },
    );
    let change = plan.unwrap().change.unwrap();
    store.set_lifecycle("b", Some(&change.after)).unwrap();
    let created = store.create_upload(&create(None)).await.unwrap();
    assert_eq!(created.abort_date, Some(Timestamp::from_secs(2 * 86_400)));
}

#[tokio::test]
async fn an_etag_under_kms_is_no_md5_and_sse_c_wants_a_key() {
    let store = store();
    let encrypted = |encryption| CreateUpload {
        options: ObjectOptions {
            encryption,
            ..ObjectOptions::default()
        },
        ..create(None)
    };
    let target = begin(&store, &encrypted(Encryption::Kms { key_id: None })).await;
    let payload = Payload::of(Bytes::from_static(b"abc"));
    let part = send(&store, &target, 1, payload).await.unwrap();
    assert_ne!(part.etag, md5_etag(b"abc"));
    assert_eq!(part.etag.len(), 32);
    let refused = store.create_upload(&encrypted(Encryption::Customer)).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Invalid);
}
