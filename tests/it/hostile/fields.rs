//! Fields that are missing, odd or unknown, and what requests carry.

use bytes::Bytes;
use mopup::model::part::Checksum;
use mopup::model::send::Access;
use mopup::model::{Timestamp, Upload};
use mopup::protocol::Kind;
use mopup::s3::sdk::{ConnectOptions, SdkStore};
use mopup::s3::{Abort, Clock, CreateUpload, ListParts, Payload, Store, UploadPart};

use super::{SECRET, list, listing, options, parts, store, target};
use crate::support::canned::{Canned, Reply};

#[tokio::test]
async fn an_upload_may_miss_everything_but_its_key_and_id() {
    let xml = "<ListMultipartUploadsResult><Upload><Key>a</Key><UploadId>u</UploadId>\
               <Owner></Owner></Upload></ListMultipartUploadsResult>";
    let server = Canned::start(move |_| Reply::xml(200, xml)).await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    let bare = Upload {
        key: "a".to_owned(),
        upload_id: "u".to_owned(),
        ..Upload::default()
    };
    assert_eq!(page.uploads, [bare]);
}

#[tokio::test]
async fn a_full_upload_keeps_the_providers_own_storage_class() {
    let xml = "<ListMultipartUploadsResult><Upload><Key>a</Key><UploadId>u</UploadId>\
        <Initiated>2025-10-17T09:14:00.000Z</Initiated><StorageClass>COLD</StorageClass>\
        <Owner><ID>42</ID></Owner><Initiator><ID>arn:x</ID><DisplayName>ann</DisplayName></Initiator>\
        <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
        </Upload></ListMultipartUploadsResult>";
    let server = Canned::start(move |_| Reply::xml(200, xml)).await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    let upload = &page.uploads[0];
    assert_eq!(upload.initiated, Some(Timestamp::from_secs(1_760_692_440)));
    assert_eq!(upload.storage_class.as_deref(), Some("COLD"));
    assert_eq!(upload.owner.as_deref(), Some("42"));
    assert_eq!(upload.initiator.as_deref(), Some("ann"));
    assert_eq!(upload.checksum_algorithm.as_deref(), Some("CRC64NVME"));
    assert_eq!(upload.checksum_type.as_deref(), Some("FULL_OBJECT"));
}

#[tokio::test]
async fn parts_tell_all_that_they_have() {
    let xml = "<ListPartsResult><IsTruncated>true</IsTruncated>\
        <NextPartNumberMarker>2</NextPartNumberMarker><StorageClass>ICE</StorageClass>\
        <Initiator><ID>arn:x</ID></Initiator><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>\
        <Part><PartNumber>1</PartNumber><Size>5</Size><ETag>&quot;abc&quot;</ETag>\
        <LastModified>2025-10-17T09:14:00.000Z</LastModified><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>\
        <Part><PartNumber>2</PartNumber><Size>6</Size><ETag>def</ETag></Part></ListPartsResult>";
    let server = Canned::start(move |_| {
        Reply::xml(200, xml)
            .with("x-amz-abort-date", "Fri, 17 Oct 2025 09:14:00 GMT")
            .with("x-amz-abort-rule-id", "weekly")
    })
    .await;
    let request = ListParts {
        marker: Some("0".to_owned()),
        max_parts: Some(2),
        ..parts("k")
    };
    let page = store(&server).list_parts(&request).await.unwrap();
    let at = Some(Timestamp::from_secs(1_760_692_440));
    assert_eq!(page.info.abort_date, at);
    assert_eq!(page.info.abort_rule_id.as_deref(), Some("weekly"));
    assert_eq!(page.info.storage_class.as_deref(), Some("ICE"));
    assert_eq!(page.info.initiator.as_deref(), Some("arn:x"));
    assert_eq!(page.info.checksum_algorithm.as_deref(), Some("CRC32"));
    assert_eq!(page.next.as_deref(), Some("2"));
    assert_eq!(page.parts[0].etag, "abc");
    assert_eq!(page.parts[0].last_modified, at);
    let checksum = page.parts[0].checksum.clone().unwrap();
    assert_eq!(checksum.algorithm, "CRC32");
    assert_eq!(checksum.value, "AAAAAA==");
    assert_eq!(
        (page.parts[1].etag.as_str(), page.parts[1].size),
        ("def", 6)
    );
    assert_eq!(page.parts[1].last_modified, None);
    let sent = &server.requests()[0];
    assert_eq!(sent.query("part-number-marker"), Some("0"));
    assert_eq!(sent.query("max-parts"), Some("2"));
}

#[tokio::test]
async fn parts_that_never_say_truncated_are_all_there_are() {
    let xml = "<ListPartsResult><NextPartNumberMarker>1</NextPartNumberMarker>\
        <Part><PartNumber>1</PartNumber><Size>5</Size></Part></ListPartsResult>";
    let server = Canned::start(move |_| Reply::xml(200, xml)).await;
    let page = store(&server).list_parts(&parts("k")).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(page.parts.len(), 1);
}

#[tokio::test]
async fn an_empty_list_of_parts_passes_as_it_is() {
    let server = Canned::start(|_| Reply::xml(200, "<ListPartsResult/>")).await;
    let page = store(&server).list_parts(&parts("k")).await.unwrap();
    assert!(page.parts.is_empty());
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn the_initiation_time_is_sent_to_directory_buckets_alone() {
    let server = Canned::start(|_| Reply::bare(204)).await;
    let store = store(&server);
    for bucket in ["b", "fast--use1-az4--x-s3"] {
        let mut target = target("k");
        bucket.clone_into(&mut target.bucket);
        let request = Abort {
            target,
            if_initiated: Some(Timestamp::from_secs(1_760_692_440)),
        };
        store.abort(&request).await.unwrap();
    }
    let header = "x-amz-if-match-initiated-time";
    let requests = server.requests();
    assert_eq!(requests[0].header(header), None);
    assert_eq!(
        requests[1].header(header),
        Some("Fri, 17 Oct 2025 09:14:00 GMT")
    );
}

fn part(checksum: Option<Checksum>) -> UploadPart {
    UploadPart {
        target: target("k"),
        number: 3,
        access: Access::default(),
        payload: Payload {
            checksum,
            ..Payload::of(Bytes::from_static(b"hello"))
        },
    }
}

#[tokio::test]
async fn plain_requests_to_foreign_servers_carry_no_checksum_and_no_trailer() {
    let server = Canned::start(|request| {
        if request.method == "POST" {
            let xml = "<InitiateMultipartUploadResult><UploadId>u9</UploadId>\
                       </InitiateMultipartUploadResult>";
            Reply::xml(200, xml)
        } else {
            Reply::bare(200).with("etag", "\"e1\"")
        }
    })
    .await;
    let store = store(&server);
    let create = CreateUpload {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        ..CreateUpload::default()
    };
    assert_eq!(store.create_upload(&create).await.unwrap().upload_id, "u9");
    assert_eq!(store.upload_part(&part(None)).await.unwrap().etag, "e1");
    for request in server.requests() {
        for (name, value) in &request.headers {
            assert!(!name.contains("checksum"), "{name}: {value}");
            assert!(!name.contains("trailer"), "{name}: {value}");
            assert!(!value.contains("aws-chunked"), "{name}: {value}");
        }
    }
    let put = server.requests().pop().unwrap();
    assert_eq!(put.body, b"hello");
    assert_eq!(put.query("partNumber"), Some("3"));
    assert_eq!(
        put.header("x-amz-content-sha256"),
        Some("UNSIGNED-PAYLOAD"),
        "within the machine the body is not hashed for its signature"
    );
}

#[tokio::test]
async fn a_given_checksum_goes_in_the_header_of_its_algorithm() {
    let server = Canned::start(|_| Reply::bare(200).with("etag", "e1")).await;
    let checksum = Checksum {
        algorithm: "CRC64NVME".to_owned(),
        value: "AAAAAAAAAAA=".to_owned(),
    };
    let etag = store(&server).upload_part(&part(Some(checksum))).await;
    assert_eq!(etag.unwrap().etag, "e1", "an ETag without quotes");
    let put = &server.requests()[0];
    assert_eq!(put.header("x-amz-checksum-crc64nvme"), Some("AAAAAAAAAAA="));
    assert_eq!(put.header("content-encoding"), None);
}

#[tokio::test]
async fn an_upload_without_an_id_is_garbled() {
    let server = Canned::start(|_| Reply::xml(200, "<InitiateMultipartUploadResult/>")).await;
    let create = CreateUpload {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        ..CreateUpload::default()
    };
    let fault = store(&server).create_upload(&create).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Garbled);
}

#[tokio::test]
async fn custom_endpoints_are_asked_in_path_style_and_by_name_of_the_program() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let named = server.url().replace("127.0.0.1", "localhost");
    let store = SdkStore::new(options(&named), Clock::system());
    store.list_uploads(&list("photos")).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.path().starts_with("/photos"), "{}", request.target);
    assert!(request.header("host").unwrap().starts_with("localhost:"));
    let agent = request.header("user-agent").unwrap();
    assert!(agent.contains("app/mopup"), "{agent}");
    assert!(
        request
            .header("authorization")
            .unwrap()
            .contains("us-east-1")
    );
}

#[tokio::test]
async fn unsigned_requests_carry_no_authorization() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let options = ConnectOptions {
        sign: false,
        ..options(&server.url())
    };
    let store = SdkStore::new(options, Clock::system());
    store.list_uploads(&list("b")).await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), None);
    assert_eq!(store.identity().await.unwrap().access_key_tail, None);
}

#[tokio::test]
async fn identity_tells_who_and_where_without_secrets() {
    let options = ConnectOptions {
        provider: Some("minio".to_owned()),
        ..options("http://me:pass@127.0.0.1:9/base/")
    };
    let store = SdkStore::new(options, Clock::system());
    let identity = store.identity().await.unwrap();
    assert_eq!(
        identity.endpoint.as_deref(),
        Some("http://127.0.0.1:9/base")
    );
    assert_eq!(identity.region, "us-east-1");
    assert_eq!(identity.access_key_tail.as_deref(), Some("OLON"));
    assert_eq!(identity.credentials_from.as_deref(), Some("given"));
    assert_eq!(identity.credentials_expire, None);
    assert_eq!(identity.provider.as_deref(), Some("minio"));
    let shown = format!("{identity:?} {store:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!format!("{identity:?}").contains("pass"));
}

#[tokio::test]
async fn buckets_are_read_to_the_end_of_their_pages() {
    let server = Canned::start(|request| match request.query("continuation-token") {
        None => Reply::xml(
            200,
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name>\
             <BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>\
             <ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>",
        ),
        Some(_) => Reply::xml(
            200,
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name>\
             <CreationDate>2025-10-17T09:14:00.000Z</CreationDate></Bucket></Buckets>\
             </ListAllMyBucketsResult>",
        ),
    })
    .await;
    let store = store(&server);
    let buckets = store.list_buckets().await.unwrap();
    let names: Vec<&str> = buckets.iter().map(|bucket| bucket.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(buckets[0].region.as_deref(), Some("eu-west-1"));
    assert!(buckets[1].created.is_some());
    let _ = store.list_uploads(&list("a")).await;
    let last = server.requests().pop().unwrap();
    let signed = last.header("authorization").unwrap();
    assert!(signed.contains("eu-west-1"), "asked in its own region");
}

#[tokio::test]
async fn a_continuation_token_that_is_ignored_ends_the_listing() {
    let server = Canned::start(|_| {
        Reply::xml(
            200,
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets>\
             <ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>",
        )
    })
    .await;
    let buckets = store(&server).list_buckets().await.unwrap();
    assert_eq!(buckets.len(), 1);
    assert_eq!(server.requests().len(), 2);
}
