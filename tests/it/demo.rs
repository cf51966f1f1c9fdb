//! The embedded server, asked over HTTP by the program's own store and by the SDK itself.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload,
    CompletedPart, LifecycleRule, StorageClass,
};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use mopup::demo::{Disturbance, Options, Server, Situation, Trouble};
use mopup::model::Algorithm;
use mopup::protocol::{Kind, Operation};
use mopup::s3::checksum::checksum;
use mopup::s3::memory::{Listing, Piece};
use mopup::s3::{ListParts, ListUploads, Payload, PutObject, Store};

use crate::contract::sdk_store;

async fn start(options: Options) -> Server {
    Server::start(options).await.unwrap()
}

fn store(server: &Server) -> Arc<dyn Store> {
    sdk_store(&server.endpoint(), server.access_key(), server.secret_key())
}

fn client(server: &Server) -> aws_sdk_s3::Client {
    let credentials =
        Credentials::new(server.access_key(), server.secret_key(), None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .credentials_provider(credentials)
        // Each request is to be seen as it ends.
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

fn all(bucket: &str) -> ListUploads {
    ListUploads {
        bucket: bucket.to_owned(),
        ..ListUploads::default()
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let server = start(Options::default()).await;
    let wrong = sdk_store(&server.endpoint(), server.access_key(), "guessed");
    let fault = wrong.list_buckets().await.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials, "{fault}");
    let unknown = sdk_store(&server.endpoint(), "AKIAUNKNOWN", server.secret_key());
    let fault = unknown.list_buckets().await.unwrap_err();
    assert_eq!(fault.kind, Kind::Credentials, "{fault}");
}

#[tokio::test]
async fn odd_keys_and_denials_arrive_as_they_are() {
    let server = start(Options::default()).await;
    let store = store(&server);
    let listing = Listing {
        bucket: "odd-keys".to_owned(),
        ..Listing::default()
    };
    let expected = server.store().list(&listing).unwrap().uploads;
    let page = store.list_uploads(&all("odd-keys")).await.unwrap();
    let key = |upload: &mopup::model::Upload| (upload.key.clone(), upload.upload_id.clone());
    let got: Vec<_> = page.uploads.iter().map(key).collect();
    assert_eq!(got, expected.iter().map(key).collect::<Vec<_>>());
    for upload in &page.uploads {
        let request = ListParts {
            target: upload.target("odd-keys"),
            marker: None,
            max_parts: None,
            access: mopup::model::send::Access::default(),
        };
        let parts = store.list_parts(&request).await;
        assert!(parts.is_ok_and(|page| !page.parts.is_empty()), "{upload:?}");
    }

    let fault = store
        .list_uploads(&all("payroll-locked"))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
    let page = store.list_uploads(&all("partner-inbox")).await.unwrap();
    let sealed = page
        .uploads
        .iter()
        .find(|upload| upload.key.starts_with("sealed/"));
    let request = ListParts {
        target: sealed.unwrap().target("partner-inbox"),
        marker: None,
        max_parts: None,
        access: mopup::model::send::Access::default(),
    };
    let fault = store.list_parts(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
}

#[tokio::test]
async fn what_is_to_go_wrong_goes_wrong_and_ends() {
    let trouble = |operation, times, trouble| Disturbance {
        operation: Some(operation),
        times,
        trouble,
    };
    let server = start(Options {
        situation: Situation::Uploads(300),
        disturbances: vec![
            trouble(Operation::ListMultipartUploads, 3, Trouble::SlowDown),
            trouble(Operation::ListParts, 3, Trouble::Truncate),
            trouble(Operation::HeadBucket, 3, Trouble::Close),
        ],
        ..Options::default()
    })
    .await;
    let client = client(&server);
    let request = client.list_multipart_uploads().bucket("many");
    let error = request.clone().send().await.unwrap_err();
    assert_eq!(error.code(), Some("SlowDown"));
    assert!(client.head_bucket().bucket("many").send().await.is_err());
    while server.requests(Operation::ListMultipartUploads) < 3 {
        let _ = request.clone().send().await;
    }
    let uploads = request.send().await.unwrap();
    let upload = &uploads.uploads()[0];
    let parts = client
        .list_parts()
        .bucket("many")
        .key(upload.key().unwrap())
        .upload_id(upload.upload_id().unwrap());
    assert!(parts.clone().send().await.is_err());
    while server.requests(Operation::ListParts) < 3 {
        let _ = parts.clone().send().await;
    }
    assert!(parts.send().await.is_ok());
}

#[tokio::test]
async fn an_upload_becomes_an_object_with_the_etag_of_its_parts() {
    let server = start(Options {
        situation: Situation::Empty,
        ..Options::default()
    })
    .await;
    let client = client(&server);
    client.create_bucket().bucket("box").send().await.unwrap();
    let begun = client.create_multipart_upload().bucket("box").key("k");
    let id = begun.send().await.unwrap().upload_id.unwrap();
    let mut parts = Vec::new();
    for (number, size) in [(1, 5 << 20), (2, 100)] {
        let sent = client
            .upload_part()
            .bucket("box")
            .key("k")
            .upload_id(&id)
            .part_number(number)
            .body(ByteStream::from(vec![b'x'; size]));
        let etag = sent.send().await.unwrap().e_tag.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .e_tag(etag)
                .build(),
        );
    }
    let complete = |parts: Vec<CompletedPart>| {
        let named = CompletedMultipartUpload::builder()
            .set_parts(Some(parts))
            .build();
        let request = client.complete_multipart_upload().bucket("box").key("k");
        request.upload_id(&id).multipart_upload(named).send()
    };
    let mut turned = parts.clone();
    turned.reverse();
    let error = complete(turned).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidPartOrder"));
    let etag = complete(parts).await.unwrap().e_tag.unwrap();
    assert!(etag.ends_with("-2\""), "{etag}");
    let object = client
        .get_object()
        .bucket("box")
        .key("k")
        .range("bytes=0-9");
    let body = object.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.into_bytes().as_ref(), b"xxxxxxxxxx");
    let head = client
        .head_object()
        .bucket("box")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some((5 << 20) + 100));
}

#[tokio::test]
async fn a_lifecycle_rule_is_kept_and_dates_the_abort() {
    let server = start(Options::default()).await;
    let client = client(&server);
    let asked = client.get_bucket_lifecycle_configuration();
    let read = asked.bucket("scratch-7d").send().await.unwrap();
    let days = |rule: &LifecycleRule| {
        rule.abort_incomplete_multipart_upload()?
            .days_after_initiation()
    };
    assert_eq!(days(&read.rules()[0]), Some(7));
    let configuration = BucketLifecycleConfiguration::builder()
        .set_rules(read.rules)
        .build();
    let put = client
        .put_bucket_lifecycle_configuration()
        .bucket("data-lake");
    let put = put.lifecycle_configuration(configuration.unwrap());
    put.send().await.unwrap();

    let store = store(&server);
    let page = store.list_uploads(&all("data-lake")).await.unwrap();
    let upload = &page.uploads[0];
    let request = ListParts {
        target: upload.target("data-lake"),
        marker: None,
        max_parts: None,
        access: mopup::model::send::Access::default(),
    };
    let info = store.list_parts(&request).await.unwrap().info;
    let wait = info.abort_date.unwrap().since(upload.initiated.unwrap());
    let day = Duration::from_hours(24);
    assert!(wait > day * 7 && wait <= day * 8, "{wait:?}");
    assert_eq!(info.abort_rule_id.as_deref(), Some("abort-after-7-days"));
}

async fn empty(discard: bool) -> (Server, aws_sdk_s3::Client) {
    let server = start(Options {
        situation: Situation::Empty,
        discard,
        ..Options::default()
    })
    .await;
    let client = client(&server);
    client.create_bucket().bucket("box").send().await.unwrap();
    (server, client)
}

#[tokio::test]
async fn an_object_tells_what_it_was_stored_with() {
    let (_server, client) = empty(false).await;
    let put = client
        .put_object()
        .bucket("box")
        .key("k")
        .content_type("text/x-mopup")
        .content_encoding("gzip")
        .content_language("de")
        .cache_control("max-age=60")
        .content_disposition("attachment")
        .metadata("Purpose", "a test")
        .tagging("team=x")
        .storage_class(StorageClass::StandardIa)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .body(ByteStream::from_static(b"abc"));
    let put = put.send().await.unwrap();
    // sha256sum of "abc".
    let sum = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    assert_eq!(put.checksum_sha256(), Some(sum));
    let head = client.head_object().bucket("box").key("k");
    let head = head.checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    let get = client.get_object().bucket("box").key("k");
    let get = get.checksum_mode(ChecksumMode::Enabled);
    let get = get.send().await.unwrap();
    assert_eq!(head.checksum_sha256(), Some(sum));
    assert_eq!(get.checksum_sha256(), Some(sum));
    assert_eq!(get.content_type(), Some("text/x-mopup"));
    assert_eq!(get.content_encoding(), Some("gzip"));
    assert_eq!(get.content_language(), Some("de"));
    assert_eq!(get.cache_control(), Some("max-age=60"));
    assert_eq!(get.content_disposition(), Some("attachment"));
    assert_eq!(get.storage_class(), Some(&StorageClass::StandardIa));
    let kept = head.metadata().and_then(|all| all.get("purpose"));
    assert_eq!(kept.map(String::as_str), Some("a test"));
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"abc");
}

/// A body that the SDK does not find in memory, so that its checksum comes as a trailer.
struct Streamed(Bytes);

impl Body for Streamed {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let rest = std::mem::take(&mut self.0);
        Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

fn streamed(len: usize) -> ByteStream {
    let body = Streamed(Bytes::from(vec![5; len]));
    ByteStream::new(SdkBody::from_body_1_x(body))
}

#[tokio::test]
async fn a_checksum_behind_the_body_is_read() {
    let (server, client) = empty(false).await;
    let put = client.put_object().bucket("box").key("k");
    let put = put.checksum_algorithm(ChecksumAlgorithm::Crc32);
    let put = put.body(streamed(20_000)).send().await.unwrap();
    let sum = checksum(Algorithm::Crc32, &vec![5; 20_000]);
    assert_eq!(put.checksum_crc32(), Some(sum.value.as_str()));
    let object = server.store().object("box", "k").unwrap();
    assert_eq!((object.size, object.checksum.clone()), (20_000, Some(sum)));
    assert_eq!(object.meta.options.content_encoding, None);
}

#[tokio::test]
async fn a_sink_keeps_lengths_and_checksums_alone() {
    let (server, _client) = empty(true).await;
    let store = store(&server);
    let put = |body: &'static [u8], of: &'static [u8]| PutObject {
        bucket: "box".to_owned(),
        key: "k".to_owned(),
        options: mopup::model::send::ObjectOptions::default(),
        access: mopup::model::send::Access::default(),
        if_none_match: false,
        payload: Payload {
            checksum: Some(checksum(Algorithm::Crc64Nvme, of)),
            ..Payload::of(Bytes::from_static(body))
        },
    };
    let receipt = store.put_object(&put(b"abc", b"abc")).await.unwrap();
    assert_ne!(receipt.etag, mopup::s3::checksum::md5_etag(b"abc"));
    assert_eq!(receipt.etag.len(), 32);
    let fault = store.put_object(&put(b"abd", b"abc")).await.unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("BadDigest"));
    let object = server.store().object("box", "k").unwrap();
    assert_eq!(object.pieces, [Piece::Zeros(3)]);
}

#[tokio::test]
async fn a_body_of_more_than_5_gib_is_refused_by_its_length() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (server, client) = empty(false).await;
    let presigned = client
        .put_object()
        .bucket("box")
        .key("k")
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    let address = server.endpoint().replace("http://", "");
    let path = presigned.uri().split_once(&address).unwrap().1.to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut head = format!("PUT {path} HTTP/1.1\r\nhost: {address}\r\n");
    for (name, value) in presigned.headers() {
        if name != "content-length" {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("content-length: 5368709121\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 4096];
    let count = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..count]);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_stopped_server_does_not_answer() {
    let server = start(Options {
        situation: Situation::Empty,
        ..Options::default()
    })
    .await;
    let address = server.endpoint().replace("http://", "");
    assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
    tokio::time::timeout(Duration::from_secs(10), server.shutdown())
        .await
        .expect("it stops");
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}
