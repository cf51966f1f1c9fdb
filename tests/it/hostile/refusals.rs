//! Answers to requests that make objects, and to questions about them, that go wrong.

use mopup::model::send::{Access, Encryption, ObjectOptions};
use mopup::protocol::{Fault, Kind};
use mopup::s3::{CreateUpload, HeadObject, PutObject, Store};

use super::sending::{complete, create, part, put, sink};
use super::{SECRET, store};
use crate::support::canned::{Canned, Reply};

fn head() -> HeadObject {
    HeadObject {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        version_id: None,
        access: Access::default(),
    }
}

#[tokio::test]
async fn nothing_that_makes_objects_is_sent_twice() {
    for reply in [
        Reply::error(500, "InternalError", "We encountered an internal error."),
        Reply::error(503, "SlowDown", "Please reduce your request rate."),
        Reply::Close,
    ] {
        let server = {
            let reply = reply.clone();
            Canned::start(move |_| reply.clone()).await
        };
        let store = store(&server);
        assert!(store.create_upload(&create()).await.is_err());
        assert!(store.upload_part(&part("abc")).await.is_err());
        assert!(store.complete(&complete()).await.is_err());
        assert!(store.put_object(&put("abc")).await.is_err());
        assert_eq!(server.requests().len(), 4, "{reply:?}");
    }
}

#[tokio::test]
async fn an_error_inside_a_200_to_a_complete_is_an_error_and_told_once() {
    for (code, kind) in [
        ("InternalError", Kind::Network),
        ("SlowDown", Kind::Throttled),
        ("NoSuchUpload", Kind::UploadGone),
        ("AccessDenied", Kind::Denied),
        ("PreconditionFailed", Kind::Precondition),
    ] {
        let reply = Reply::error(200, code, "late");
        let server = Canned::start(move |_| reply.clone()).await;
        let fault = store(&server).complete(&complete()).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{fault:?}");
        assert_eq!(fault.code.as_deref(), Some(code));
        assert_eq!(server.requests().len(), 1, "{code}");
    }
    for body in ["", "<CompleteMultipartUploadRes"] {
        let server = Canned::start(move |_| Reply::xml(200, body)).await;
        assert!(
            store(&server).complete(&complete()).await.is_err(),
            "{body}"
        );
    }
}

async fn head_fault(reply: Reply) -> Fault {
    let server = Canned::start(move |_| reply.clone()).await;
    let fault = store(&server).head_object(&head()).await.unwrap_err();
    assert!(!fault.message.trim().is_empty(), "{fault:?}");
    assert!(!format!("{fault:?}").contains(SECRET));
    fault
}

#[tokio::test]
async fn an_answer_without_a_body_is_told_in_a_sentence() {
    let fault = head_fault(Reply::bare(404)).await;
    assert_eq!(fault.kind, Kind::NotFound);
    assert_eq!(fault.message, "no such object");
    let fault = head_fault(Reply::bare(403)).await;
    assert_eq!(fault.kind, Kind::Denied);
    assert!(fault.hint.contains("s3:GetObject"), "{fault}");
    let fault = head_fault(Reply::bare(400)).await;
    assert_eq!(fault.kind, Kind::Invalid);
    assert!(fault.message.contains("SSE-C"), "{fault}");
}

#[tokio::test]
async fn an_object_whose_checksum_is_withheld_is_told_without_it() {
    let server = Canned::start(|request| {
        if request.header("x-amz-checksum-mode").is_some() {
            Reply::bare(403)
        } else {
            Reply::bare(200).with("etag", "\"e\"")
        }
    })
    .await;
    let found = store(&server).head_object(&head()).await.unwrap();
    assert_eq!((found.etag.as_str(), found.checksum), ("e", None));
}

#[tokio::test]
async fn a_gone_upload_is_told_from_a_missing_bucket() {
    for (reply, kind) in [
        (Reply::bare(404), Kind::UploadGone),
        (Reply::error(404, "NoSuchUpload", ""), Kind::UploadGone),
        (Reply::error(404, "NoSuchBucket", ""), Kind::NotFound),
        (
            Reply::error(412, "PreconditionFailed", ""),
            Kind::Precondition,
        ),
        (
            Reply::error(409, "ConditionalRequestConflict", ""),
            Kind::Precondition,
        ),
        (Reply::error(400, "EntityTooSmall", ""), Kind::Invalid),
        (Reply::error(400, "BadDigest", ""), Kind::Network),
    ] {
        let server = {
            let reply = reply.clone();
            Canned::start(move |_| reply.clone()).await
        };
        let store = store(&server);
        let fault = store.complete(&complete()).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{reply:?}");
        let fault = store.upload_part(&part("abc")).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{reply:?}");
        assert!(!fault.message.is_empty());
    }
}

#[tokio::test]
async fn an_upload_without_an_id_is_not_taken_for_one() {
    let body = "<InitiateMultipartUploadResult></InitiateMultipartUploadResult>";
    let server = Canned::start(move |_| Reply::xml(200, body)).await;
    let fault = store(&server).create_upload(&create()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Garbled);
}

#[tokio::test]
async fn an_upload_id_is_read_out_of_any_good_answer() {
    for body in [
        // As rclone sends it.
        "<InitiateMultipartUpload><Bucket>b</Bucket><UploadId>u7</UploadId></InitiateMultipartUpload>",
        "<InitiateMultipartUploadResult><Key>a\u{1}b</Key><UploadId>u7</UploadId></InitiateMultipartUploadResult>",
    ] {
        let server = Canned::start(move |_| Reply::xml(200, body)).await;
        let created = store(&server).create_upload(&create()).await.unwrap();
        assert_eq!(created.upload_id, "u7");
        assert_eq!(server.requests().len(), 1);
    }
    let body = "<Error><Code>Odd</Code><UploadId>u7</UploadId></Error>";
    let server = Canned::start(move |_| Reply::xml(200, body)).await;
    assert!(store(&server).create_upload(&create()).await.is_err());
}

#[tokio::test]
async fn a_key_of_ones_own_that_is_missing_is_refused_before_anything_is_sent() {
    let server = sink().await;
    let store = store(&server);
    let options = ObjectOptions {
        encryption: Encryption::Customer,
        ..ObjectOptions::default()
    };
    let request = CreateUpload {
        options: options.clone(),
        ..create()
    };
    let fault = store.create_upload(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    let request = PutObject {
        options,
        ..put("abc")
    };
    assert!(store.put_object(&request).await.is_err());
    assert!(server.requests().is_empty());
}
