//! Requests that make objects, as they stand on the wire, and answers to them that go wrong.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mopup::model::Algorithm;
use mopup::model::send::{Access, CustomerKey, Encryption, ObjectOptions, PayloadSigning};
use mopup::protocol::Kind;
use mopup::s3::checksum::checksum;
use mopup::s3::sdk::{ConnectOptions, SdkStore};
use mopup::s3::{
    Clock, Complete, CreateUpload, Meter, NamedPart, Payload, PutObject, Store, UploadPart,
};

use super::{options, store, target};
use crate::support::canned::{Canned, Reply, Request};

const CREATED: &str =
    "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
pub(super) const COMPLETED: &str =
    "<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>";

/// Counts what passes, and lets it pass after `pause` each time.
#[derive(Debug, Default)]
struct Counter {
    restarts: AtomicUsize,
    bytes: AtomicU64,
    slices: Mutex<Vec<usize>>,
    pause: Option<Duration>,
    waited: AtomicUsize,
}

impl Meter for Counter {
    fn restarted(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }

    fn passed(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.slices.lock().unwrap().push(bytes);
    }

    fn wait(&self, _bytes: usize) -> Option<Duration> {
        let before = self.waited.fetch_add(1, Ordering::Relaxed);
        self.pause.filter(|_| before.is_multiple_of(2))
    }
}

pub(super) fn part(body: impl Into<Bytes>) -> UploadPart {
    UploadPart {
        target: target("k"),
        access: Access::default(),
        number: 3,
        payload: Payload::of(body.into()),
    }
}

pub(super) fn put(body: impl Into<Bytes>) -> PutObject {
    PutObject {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        options: ObjectOptions::default(),
        access: Access::default(),
        if_none_match: false,
        payload: Payload::of(body.into()),
    }
}

pub(super) fn complete() -> Complete {
    Complete {
        target: target("k"),
        access: Access::default(),
        parts: vec![NamedPart {
            number: 1,
            etag: "e1".to_owned(),
            checksum: None,
        }],
        size: Some(7),
        checksum: None,
        if_none_match: false,
    }
}

pub(super) fn create() -> CreateUpload {
    CreateUpload {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        ..CreateUpload::default()
    }
}

pub(super) async fn sink() -> Canned {
    Canned::start(|_| Reply::bare(200).with("etag", "\"e\"")).await
}

fn has_checksum(request: &Request) -> bool {
    let named = |name: &str| name.starts_with("x-amz-checksum-") || name == "x-amz-trailer";
    request.headers.iter().any(|(name, _)| named(name))
}

#[tokio::test]
async fn a_body_goes_in_slices_that_are_counted_and_not_wrapped() {
    let server = sink().await;
    let store = store(&server);
    let body = Bytes::from(vec![7_u8; 600_000]);
    for signing in [PayloadSigning::Auto, PayloadSigning::Always] {
        let meter = Arc::new(Counter::default());
        let mut request = part(body.clone());
        request.payload.meter = Some(meter.clone());
        request.payload.signing = signing;
        let receipt = store.upload_part(&request).await.unwrap();
        assert_eq!(receipt.etag, "e");
        assert_eq!(meter.restarts.load(Ordering::Relaxed), 1);
        assert_eq!(
            *meter.slices.lock().unwrap(),
            [262_144, 262_144, 75_712],
            "{signing:?}"
        );
        let seen = server.requests().pop().unwrap();
        assert_eq!(seen.body, body);
        assert_eq!(seen.header("content-length"), Some("600000"));
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("content-encoding"), None);
        assert_eq!(seen.header("x-amz-decoded-content-length"), None);
        assert_eq!(seen.header("expect"), None);
        assert_eq!(seen.query("partNumber"), Some("3"));
        assert_eq!(seen.query("uploadId"), Some("u1"));
        assert!(!has_checksum(&seen), "{:?}", seen.headers);
        let hash = seen.header("x-amz-content-sha256").unwrap();
        if signing == PayloadSigning::Always {
            // sha256sum of 600,000 bytes of 7.
            assert_eq!(hash.len(), 64, "{hash}");
        } else {
            assert_eq!(hash, "UNSIGNED-PAYLOAD");
        }
    }
}

#[tokio::test]
async fn the_hash_that_is_signed_is_the_bodys() {
    let server = sink().await;
    let mut request = put("abc");
    request.payload.signing = PayloadSigning::Always;
    request.payload.meter = Some(Arc::new(Counter::default()));
    store(&server).put_object(&request).await.unwrap();
    assert_eq!(
        server.requests()[0].header("x-amz-content-sha256"),
        Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    );
}

#[tokio::test]
async fn a_checksum_goes_in_the_header_of_its_algorithm_alone() {
    let server = sink().await;
    let store = store(&server);
    for algorithm in Algorithm::ALL {
        let mut request = part("some bytes");
        let sum = checksum(algorithm, b"some bytes");
        request.payload.checksum = Some(sum.clone());
        request.payload.meter = Some(Arc::new(Counter::default()));
        store.upload_part(&request).await.unwrap();
        let seen = server.requests().pop().unwrap();
        let name = format!("x-amz-checksum-{}", algorithm.name().to_ascii_lowercase());
        assert_eq!(seen.header(&name), Some(sum.value.as_str()));
        let sent = seen.headers.iter();
        let sums = sent.filter(|(name, _)| name.starts_with("x-amz-checksum-"));
        assert_eq!(sums.count(), 1, "{:?}", seen.headers);
        assert_eq!(seen.header("x-amz-trailer"), None);
        assert_eq!(
            seen.header("x-amz-content-sha256"),
            Some("UNSIGNED-PAYLOAD")
        );
    }
}

fn sealed() -> Access {
    Access {
        customer_key: Some(CustomerKey([1; 32])),
        expected_owner: Some("123456789012".to_owned()),
    }
}

fn assert_headers(request: &Request) {
    for (name, value) in [
        ("x-amz-storage-class", "GLACIER_IR"),
        ("content-type", "text/plain"),
        ("x-amz-meta-purpose", "a test"),
        ("x-amz-tagging", "a%20b=R%2BD"),
        ("x-amz-acl", "bucket-owner-full-control"),
        ("x-amz-expected-bucket-owner", "123456789012"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        (
            "x-amz-server-side-encryption-customer-key",
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        ),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    let digest = "x-amz-server-side-encryption-customer-key-md5";
    assert!(request.header(digest).is_some());
}

#[tokio::test]
async fn options_and_keys_stand_in_their_headers() {
    let server = Canned::start(|request| {
        if request.query("uploads").is_some() {
            Reply::xml(200, CREATED).with("x-amz-abort-date", "Fri, 16 Oct 2026 00:00:00 GMT")
        } else {
            Reply::bare(200).with("etag", "\"e\"")
        }
    })
    .await;
    let store = store(&server);
    let options = ObjectOptions {
        storage_class: Some("GLACIER_IR".to_owned()),
        content_type: Some("text/plain".to_owned()),
        metadata: vec![("purpose".to_owned(), "a test".to_owned())],
        tags: vec![("a b".to_owned(), "R+D".to_owned())],
        acl: Some("bucket-owner-full-control".to_owned()),
        encryption: Encryption::Customer,
        ..ObjectOptions::default()
    };
    let request = CreateUpload {
        options: options.clone(),
        access: sealed(),
        checksum: Some(Algorithm::Crc32),
        ..create()
    };
    let created = store.create_upload(&request).await.unwrap();
    assert_eq!(created.upload_id, "u1");
    assert!(created.abort_date.is_some());
    let request = PutObject {
        options,
        access: sealed(),
        if_none_match: true,
        ..put("abc")
    };
    store.put_object(&request).await.unwrap();
    let seen = server.requests();
    seen.iter().for_each(assert_headers);
    assert_eq!(seen[0].header("x-amz-checksum-algorithm"), Some("CRC32"));
    assert_eq!(seen[0].header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    assert_eq!(seen[1].header("if-none-match"), Some("*"));
}

#[tokio::test]
async fn an_unsigned_body_goes_beside_a_key_of_ones_own() {
    let server = sink().await;
    let request = UploadPart {
        access: sealed(),
        ..part("abc")
    };
    store(&server).upload_part(&request).await.unwrap();
    let seen = server.requests().pop().unwrap();
    let key = "x-amz-server-side-encryption-customer-key";
    assert!(seen.header(key).is_some());
    assert_eq!(
        seen.header("x-amz-content-sha256"),
        Some("UNSIGNED-PAYLOAD")
    );
    assert!(!format!("{request:?}").contains("AQEB"));
}

#[tokio::test]
async fn a_complete_names_parts_size_checksum_and_condition() {
    let server = Canned::start(|_| Reply::xml(200, COMPLETED)).await;
    let whole = checksum(Algorithm::Crc64Nvme, b"whole");
    let request = Complete {
        checksum: Some(whole.clone()),
        if_none_match: true,
        parts: vec![NamedPart {
            number: 2,
            etag: "abc".to_owned(),
            checksum: Some(checksum(Algorithm::Crc64Nvme, b"part")),
        }],
        ..complete()
    };
    let receipt = store(&server).complete(&request).await.unwrap();
    assert_eq!(receipt.etag, "e-1");
    let seen = &server.requests()[0];
    assert_eq!(seen.header("x-amz-mp-object-size"), Some("7"));
    assert_eq!(
        seen.header("x-amz-checksum-crc64nvme"),
        Some(whole.value.as_str())
    );
    assert_eq!(seen.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    assert_eq!(seen.header("if-none-match"), Some("*"));
    let body = String::from_utf8(seen.body.clone()).unwrap();
    assert!(body.contains("<PartNumber>2</PartNumber>"), "{body}");
    assert!(body.contains("<ETag>&quot;abc&quot;</ETag>"), "{body}");
    assert!(body.contains("<ChecksumCRC64NVME>"), "{body}");
}

/// An uplink of 10 kB/s under a time-out of a second: nothing but the meter waits here, so the paused clock
/// passes every time-out on the way.
#[tokio::test(start_paused = true)]
async fn a_slow_body_and_a_late_answer_outlive_every_time_out() {
    let server = Canned::start(|request| {
        let answer = if request.method == "POST" {
            Reply::xml(200, COMPLETED)
        } else {
            Reply::bare(200).with("etag", "\"e\"")
        };
        answer.after(Duration::from_mins(5))
    })
    .await;
    let store = SdkStore::new(
        ConnectOptions {
            read_timeout: Some(Duration::from_secs(1)),
            connect_timeout: Some(Duration::from_hours(1)),
            ..options(&server.url())
        },
        Clock::system(),
    );
    let meter = Arc::new(Counter {
        pause: Some(Duration::from_secs(26)),
        ..Counter::default()
    });
    let begun = tokio::time::Instant::now();
    let mut request = part(vec![1_u8; 1 << 20]);
    request.payload.meter = Some(meter.clone());
    store.upload_part(&request).await.unwrap();
    let mut request = put(vec![1_u8; 1 << 20]);
    request.payload.meter = Some(meter.clone());
    store.put_object(&request).await.unwrap();
    store.complete(&complete()).await.unwrap();
    assert_eq!(meter.bytes.load(Ordering::Relaxed), 2 << 20);
    let least = Duration::from_secs(8 * 26) + Duration::from_mins(15);
    assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
    // Whatever is no body and no Complete is not waited for.
    let fault = store.create_upload(&create()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_complete_is_not_waited_for_for_ever() {
    let server = Canned::start(|_| Reply::Stall).await;
    let store = SdkStore::new(
        ConnectOptions {
            connect_timeout: Some(Duration::from_hours(1)),
            ..options(&server.url())
        },
        Clock::system(),
    );
    let begun = tokio::time::Instant::now();
    let fault = store.complete(&complete()).await.unwrap_err();
    assert!(begun.elapsed() >= Duration::from_mins(10));
    assert_eq!(fault.kind, Kind::Network);
    assert!(fault.message.ends_with("within 900 s"), "{fault}");
    assert!(fault.hint.contains("object"), "{fault}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_body_is_whole_in_the_region_that_a_redirect_names() {
    let server = Canned::start(|request| {
        let signed = request.header("authorization").unwrap_or_default();
        if signed.contains("/eu-central-1/") {
            Reply::bare(200).with("etag", "\"e\"")
        } else {
            Reply::bare(301).with("x-amz-bucket-region", "eu-central-1")
        }
    })
    .await;
    let body = Bytes::from(vec![9_u8; 300_000]);
    let meter = Arc::new(Counter::default());
    let mut request = part(body.clone());
    request.payload.meter = Some(meter.clone());
    store(&server).upload_part(&request).await.unwrap();
    let seen = server.requests();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].body, body);
    assert_eq!(meter.restarts.load(Ordering::Relaxed), 2);
    assert_eq!(meter.bytes.load(Ordering::Relaxed), 600_000);
}

#[tokio::test]
async fn parts_share_their_connections() {
    let server = sink().await;
    let store = store(&server);
    for _ in 0..5 {
        store.upload_part(&part("abc")).await.unwrap();
        store.put_object(&put("abc")).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}
