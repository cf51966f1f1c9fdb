//! The script, each line of it once.

use futures_util::future::join_all;

use super::*;
use crate::model::Algorithm;
use crate::model::Timestamp;
use crate::s3::checksum::checksum;
use crate::s3::memory::{MemoryStore, NewUpload};
use crate::s3::{
    Abort, Clock, Complete, CreateUpload, HeadObject, ListParts, ListUploads, Meter, NamedPart,
    PutObject, UploadPart,
};

fn store() -> (FaultyStore<MemoryStore>, Target) {
    let memory = MemoryStore::new(Clock::fixed(Timestamp::from_secs(1)));
    memory.create_bucket("b", "us-east-1");
    let upload = NewUpload {
        key: "k".to_owned(),
        ..NewUpload::default()
    };
    let upload_id = memory.insert_upload("b", upload).unwrap();
    let target = Target {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        upload_id,
    };
    memory.put_part_record(&target, 1, 5).unwrap();
    memory.put_part_record(&target, 2, 5).unwrap();
    (FaultyStore::new(memory), target)
}

fn abort(target: &Target) -> Abort {
    Abort {
        target: target.clone(),
        if_initiated: None,
    }
}

fn parts(target: &Target) -> ListParts {
    ListParts {
        access: crate::model::send::Access::default(),
        target: target.clone(),
        marker: None,
        max_parts: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_requests_are_throttled_and_counted() {
    let (store, _) = store();
    store.throttle(Operation::HeadBucket, 2);
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(store.head_bucket("b").await.map_err(|fault| fault.kind));
    }
    assert_eq!(kinds[0], Err(Kind::Throttled));
    assert_eq!(kinds[1], Err(Kind::Throttled));
    assert!(kinds[2].is_ok());
    assert_eq!(store.requests(Operation::HeadBucket), 3);
}

#[tokio::test(start_paused = true)]
async fn requests_under_way_together_are_counted() {
    let (store, _) = store();
    store.latency(Duration::from_secs(60));
    let start = tokio::time::Instant::now();
    join_all((0..7).map(|_| store.head_bucket("b"))).await;
    assert_eq!(store.greatest_in_flight(), 7);
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_part_that_lands_late_asks_for_another_abort() {
    let (store, target) = store();
    store.late_parts(1, |key| key == "k");
    assert_eq!(
        store.list_parts(&parts(&target)).await.unwrap().parts.len(),
        2
    );
    store.abort(&abort(&target)).await.unwrap();
    assert_eq!(
        store.list_parts(&parts(&target)).await.unwrap().parts.len(),
        1
    );
    store.abort(&abort(&target)).await.unwrap();
    let gone = store.list_parts(&parts(&target)).await.unwrap_err();
    assert_eq!(gone.kind, Kind::UploadGone);
}

#[tokio::test(start_paused = true)]
async fn keys_can_be_singled_out_and_operations_denied() {
    let (store, target) = store();
    store.fail(Operation::ListParts, Kind::Network, 1, |key| key == "other");
    assert!(store.list_parts(&parts(&target)).await.is_ok());
    store.deny(Operation::ListParts);
    let denied = store.list_parts(&parts(&target)).await.unwrap_err();
    assert_eq!(denied.kind, Kind::Denied);
    store.endless_markers(Operation::ListMultipartUploads);
    let request = ListUploads {
        bucket: "b".to_owned(),
        ..ListUploads::default()
    };
    let page = store.list_uploads(&request).await.unwrap();
    assert!(page.next.is_some());
}

fn part(target: &Target, number: u32) -> UploadPart {
    UploadPart {
        target: target.clone(),
        access: crate::model::send::Access::default(),
        number,
        payload: Payload::of(bytes::Bytes::from_static(b"seven b")),
    }
}

fn put() -> PutObject {
    PutObject {
        bucket: "b".to_owned(),
        key: "one".to_owned(),
        options: crate::model::send::ObjectOptions::default(),
        access: crate::model::send::Access::default(),
        if_none_match: false,
        payload: Payload::of(bytes::Bytes::from_static(b"whole")),
    }
}

async fn numbers(store: &FaultyStore<MemoryStore>, target: &Target) -> Vec<u32> {
    let page = store.inner().list_parts(&parts(target)).await.unwrap();
    page.parts.iter().map(|part| part.number).collect()
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_hides_what_was_done() {
    let (store, target) = store();
    for operation in [
        Operation::CreateMultipartUpload,
        Operation::UploadPart,
        Operation::CompleteMultipartUpload,
        Operation::PutObject,
    ] {
        store.lose(operation, 1, |_| true);
    }
    let create = CreateUpload {
        bucket: "b".to_owned(),
        key: "new".to_owned(),
        ..CreateUpload::default()
    };
    let fault = store.create_upload(&create).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(store.inner().upload_count("b"), 2);
    assert!(store.create_upload(&create).await.is_ok());

    assert!(store.upload_part(&part(&target, 9)).await.is_err());
    assert_eq!(numbers(&store, &target).await, [1, 2, 9]);
    let receipt = store.upload_part(&part(&target, 9)).await.unwrap();
    assert_eq!(
        store.sent_part(&target, 9),
        Sent {
            times: 2,
            bytes: 14
        }
    );

    let complete = Complete {
        target: target.clone(),
        access: crate::model::send::Access::default(),
        parts: vec![NamedPart {
            number: 9,
            etag: receipt.etag,
            checksum: None,
        }],
        size: Some(7),
        checksum: None,
        if_none_match: false,
    };
    assert_eq!(
        store.complete(&complete).await.unwrap_err().kind,
        Kind::Network
    );
    assert_eq!(
        store.complete(&complete).await.unwrap_err().kind,
        Kind::UploadGone
    );
    assert!(store.put_object(&put()).await.is_err());
    for key in ["k", "one"] {
        let head = HeadObject {
            bucket: "b".to_owned(),
            key: key.to_owned(),
            ..HeadObject::default()
        };
        assert!(store.head_object(&head).await.is_ok(), "{key}");
    }
}

#[derive(Debug, Default)]
struct Counter(Mutex<(u32, usize)>);

impl Meter for Counter {
    fn restarted(&self) {
        self.0.lock().unwrap().0 += 1;
    }

    fn passed(&self, bytes: usize) {
        self.0.lock().unwrap().1 += bytes;
    }

    fn wait(&self, _bytes: usize) -> Option<Duration> {
        None
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_cut_off_stores_nothing_and_shows_what_went() {
    let (store, target) = store();
    store.cut_off(Operation::UploadPart, 3, 1);
    let meter = std::sync::Arc::new(Counter::default());
    let mut request = part(&target, 3);
    request.payload.meter = Some(meter.clone());
    let fault = store.upload_part(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(*meter.0.lock().unwrap(), (1, 3));
    assert_eq!(numbers(&store, &target).await, [1, 2]);
    store.upload_part(&request).await.unwrap();
    assert_eq!(*meter.0.lock().unwrap(), (2, 10));
    assert_eq!(store.sent_part(&target, 3), Sent { times: 2, bytes: 7 });
    assert_eq!(store.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_request_waits_until_it_is_dropped() {
    let (store, target) = store();
    store.stall(Operation::UploadPart, 1, |_| true);
    let day = Duration::from_hours(24);
    let request = part(&target, 3);
    let waited = tokio::time::timeout(day, store.upload_part(&request)).await;
    assert!(waited.is_err());
    assert!(store.upload_part(&request).await.is_ok());
    let elapsed = tokio::time::timeout(day, store.head_bucket("b")).await;
    assert!(elapsed.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_comes_back() {
    let (store, target) = store();
    store.set_away(true);
    for fault in [
        store.head_bucket("b").await.map(drop),
        store.upload_part(&part(&target, 3)).await.map(drop),
    ] {
        assert_eq!(fault.unwrap_err().kind, Kind::Network);
    }
    store.set_away(false);
    assert!(store.head_bucket("b").await.is_ok());
    store.away_until(Instant::now() + Duration::from_secs(60));
    assert!(store.head_bucket("b").await.is_err());
    tokio::time::advance(Duration::from_secs(61)).await;
    assert!(store.head_bucket("b").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn statuses_and_expired_credentials_end() {
    let (store, target) = store();
    store.status(Operation::UploadPart, 500, 1);
    store.status(Operation::UploadPart, 503, 1);
    store.status(Operation::UploadPart, 429, 1);
    store.expire(Operation::UploadPart, 1);
    let mut kinds = Vec::new();
    while let Err(fault) = store.upload_part(&part(&target, 3)).await {
        kinds.push(fault.kind);
    }
    assert_eq!(
        kinds,
        [
            Kind::Network,
            Kind::Throttled,
            Kind::Throttled,
            Kind::Credentials
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn checksums_can_be_refused() {
    let (store, target) = store();
    store.refuse_checksums();
    let create = |checksum| CreateUpload {
        bucket: "b".to_owned(),
        key: "new".to_owned(),
        checksum,
        ..CreateUpload::default()
    };
    let fault = store
        .create_upload(&create(Some(Algorithm::Crc64Nvme)))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    assert!(store.create_upload(&create(None)).await.is_ok());
    let mut request = part(&target, 3);
    request.payload.checksum = Some(checksum(Algorithm::Crc32, &request.payload.body));
    let fault = store.upload_part(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    request.payload.checksum = None;
    assert!(store.upload_part(&request).await.is_ok());
}
