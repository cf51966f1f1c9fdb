//! Answers that are failures: what they mean, what they say, and that they keep secrets.

use std::sync::atomic::{AtomicU32, Ordering};

use mopup::protocol::{Fault, Kind};
use mopup::s3::{Abort, Store};

use super::{SECRET, list, listing, parts, store, target};
use crate::support::canned::{Canned, Reply};

fn abort() -> Abort {
    Abort {
        target: target("k"),
        if_initiated: None,
    }
}

async fn listing_fault(reply: Reply) -> Fault {
    let server = Canned::start(move |_| reply.clone()).await;
    let fault = store(&server).list_uploads(&list("b")).await.unwrap_err();
    checked(fault)
}

async fn parts_fault(reply: Reply) -> Fault {
    let server = Canned::start(move |_| reply.clone()).await;
    let fault = store(&server).list_parts(&parts("k")).await.unwrap_err();
    checked(fault)
}

async fn abort_fault(reply: Reply) -> Fault {
    let server = Canned::start(move |_| reply.clone()).await;
    let fault = store(&server).abort(&abort()).await.unwrap_err();
    checked(fault)
}

/// What is true of every fault.
fn checked(fault: Fault) -> Fault {
    let text = format!("{fault} {fault:?}");
    for word in [
        SECRET,
        "Signature=",
        "dispatch failure",
        "service error",
        "unhandled",
    ] {
        assert!(!text.contains(word), "{text}");
    }
    assert!(!fault.message.trim().is_empty(), "{fault:?}");
    fault
}

#[tokio::test]
async fn every_word_for_a_gone_upload_is_understood() {
    for reply in [
        Reply::error(404, "NoSuchUpload", "The upload does not exist."),
        Reply::error(404, "NoSuchUpload", ""),
        Reply::error(404, "NoSuchKey", ""),
        Reply::error(200, "NoSuchUpload", "late"),
        Reply::bare(404),
    ] {
        assert_eq!(parts_fault(reply.clone()).await.kind, Kind::UploadGone);
        let fault = abort_fault(reply.clone()).await;
        assert_eq!(fault.kind, Kind::UploadGone, "{reply:?}");
    }
}

#[tokio::test]
async fn aborting_succeeds_with_no_content() {
    let server = Canned::start(|_| Reply::bare(204)).await;
    store(&server).abort(&abort()).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.method, "DELETE");
    assert_eq!(request.query("uploadId"), Some("u1"));
}

#[tokio::test]
async fn a_denial_names_the_action_that_is_missing() {
    for reply in [
        Reply::error(403, "AccessDenied", ""),
        Reply::error(403, "AccessDenied", "Access Denied"),
        Reply::bare(403),
    ] {
        let fault = listing_fault(reply.clone()).await;
        assert_eq!(fault.kind, Kind::Denied);
        assert_eq!(
            fault.hint,
            "needs s3:ListBucketMultipartUploads on arn:aws:s3:::b"
        );
        let fault = abort_fault(reply).await;
        assert_eq!(fault.kind, Kind::Denied);
        assert_eq!(
            fault.hint,
            "needs s3:AbortMultipartUpload on arn:aws:s3:::b/k"
        );
    }
}

#[tokio::test]
async fn refused_credentials_are_told_from_denials() {
    for code in [
        "ExpiredToken",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidToken",
    ] {
        let fault = listing_fault(Reply::error(403, code, "no")).await;
        assert_eq!(fault.kind, Kind::Credentials, "{code}");
        assert!(!fault.hint.is_empty());
    }
    let fault = listing_fault(Reply::error(400, "ExpiredToken", "The token has expired.")).await;
    assert!(fault.hint.contains("expired"), "{fault}");
}

#[tokio::test]
async fn a_wrong_clock_is_named() {
    let fault = listing_fault(Reply::error(403, "RequestTimeTooSkewed", "skewed")).await;
    assert_eq!(fault.kind, Kind::Invalid);
    assert!(fault.hint.contains("clock"), "{fault}");
}

#[tokio::test]
async fn throttling_is_reported_at_once_and_left_to_the_caller() {
    for reply in [
        Reply::error(503, "SlowDown", "Please reduce your request rate."),
        Reply::error(503, "ServiceUnavailable", ""),
        Reply::error(429, "TooManyRequests", ""),
        Reply::bare(429),
        Reply::bare(503),
        Reply::error(400, "ThrottlingException", "slow"),
    ] {
        let server = {
            let reply = reply.clone();
            Canned::start(move |_| reply.clone()).await
        };
        let fault = store(&server).abort(&abort()).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Throttled, "{reply:?}");
        assert_eq!(server.requests().len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_blip_is_tried_once_more() {
    let count = AtomicU32::new(0);
    let server = Canned::start(move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == 0 {
            Reply::error(500, "InternalError", "We encountered an internal error.")
        } else {
            Reply::xml(200, listing("", &[("a", "u")]))
        }
    })
    .await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    assert_eq!(page.uploads.len(), 1);
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_a_matter_of_the_network() {
    let fault = listing_fault(Reply::error(500, "InternalError", "")).await;
    assert_eq!(fault.kind, Kind::Network);
    let fault = listing_fault(Reply::bare(502)).await;
    assert_eq!(fault.kind, Kind::Network);
    assert!(fault.message.contains("502"), "{fault}");
}

#[tokio::test]
async fn an_error_inside_a_200_is_an_error() {
    let fault = listing_fault(Reply::error(200, "InternalError", "late")).await;
    assert_eq!(fault.kind, Kind::Network);
    let fault = abort_fault(Reply::error(200, "AccessDenied", "late")).await;
    assert_eq!(fault.kind, Kind::Denied);
}

#[tokio::test]
async fn an_unknown_bucket_is_not_found() {
    let fault = listing_fault(Reply::error(404, "NoSuchBucket", "no")).await;
    assert_eq!(fault.kind, Kind::NotFound);
    assert_eq!(fault.target, "s3://b");
    let server = Canned::start(|_| Reply::bare(404)).await;
    let fault = store(&server).head_bucket("b").await.unwrap_err();
    assert_eq!(fault.kind, Kind::NotFound);
    assert_eq!(fault.message, "no such bucket");
}

#[tokio::test]
async fn a_failed_precondition_is_told_apart() {
    let fault = abort_fault(Reply::error(412, "PreconditionFailed", "")).await;
    assert_eq!(fault.kind, Kind::Precondition);
}

#[tokio::test]
async fn a_web_page_is_said_to_be_one() {
    let html = "<!DOCTYPE html><html><body>Welcome</body></html>";
    for status in [200, 403, 404] {
        let reply = Reply::xml(status, html).with("x-served-by", "console");
        let fault = listing_fault(reply).await;
        assert_eq!(fault.kind, Kind::Garbled, "{status}");
        assert_eq!(fault.message, "the endpoint speaks HTML, not S3");
        assert_eq!(fault.hint, "check --endpoint-url");
    }
}

#[tokio::test]
async fn a_listing_that_cannot_be_read_names_its_bucket() {
    for body in [
        "",
        "{\"not\": \"xml\"}",
        "<Other/>",
        "<ListMultipartUploadsResult><Up",
    ] {
        let fault = listing_fault(Reply::xml(200, body)).await;
        assert_eq!(fault.kind, Kind::Garbled, "{body:?}: {fault:?}");
        assert!(fault.message.contains("bucket b"), "{fault}");
        assert!(!fault.message.contains("control"), "{fault}");
    }
}

#[tokio::test]
async fn a_listing_that_breaks_off_or_stumbles_is_never_taken_for_the_whole() {
    let uploads = |keys: &[&str]| {
        let pairs: Vec<(&str, &str)> = keys.iter().map(|key| (*key, "u")).collect();
        listing("", &pairs)
    };
    let whole = uploads(&["a", "b", "c"]);
    let cut = whole.len() / 2;
    for body in [
        whole[..cut].to_owned(),
        whole[..whole.len() - 3].to_owned(),
        uploads(&["a", "b & c", "d"]),
        uploads(&["a", "b < c", "d"]),
    ] {
        let fault = listing_fault(Reply::xml(200, body.clone())).await;
        assert_eq!(fault.kind, Kind::Garbled, "{body}");
    }
    let body = "<ListPartsResult><Part><PartNumber>1</PartNumber></Part><Part>";
    assert_eq!(parts_fault(Reply::xml(200, body)).await.kind, Kind::Garbled);
}

#[tokio::test]
async fn parts_are_read_although_the_answer_repeats_a_key_with_a_control_character() {
    let body = "<ListPartsResult><Key>a\u{1}b</Key><UploadId>u</UploadId><IsTruncated>false</IsTruncated>\
        <Part><PartNumber>1</PartNumber><Size>5</Size><ETag>e</ETag></Part></ListPartsResult>";
    let server = Canned::start(move |_| Reply::xml(200, body)).await;
    let request = parts("a\u{1}b");
    let page = store(&server).list_parts(&request).await.unwrap();
    assert_eq!((page.parts.len(), page.parts[0].size), (1, 5));
}

#[tokio::test]
async fn a_control_character_in_a_key_spoils_no_page() {
    for key in ["a&#x1;b", "a\u{1}b"] {
        let server =
            Canned::start(move |_| Reply::xml(200, listing("", &[("z", "u"), (key, "u")]))).await;
        let page = store(&server).list_uploads(&list("b")).await.unwrap();
        assert_eq!(page.uploads.len(), 2);
        assert_eq!(page.uploads[1].key, "a\u{1}b");
    }
}

/// A server whose bucket lives in eu-central-1, and which says so by `reply` elsewhere.
async fn far_away(reply: Reply) -> Canned {
    Canned::start(move |request| {
        let signed = request.header("authorization").unwrap_or_default();
        if signed.contains("/eu-central-1/") {
            Reply::xml(200, listing("", &[("a", "u")]))
        } else {
            reply.clone()
        }
    })
    .await
}

#[tokio::test]
async fn a_bucket_of_another_region_is_asked_for_there_and_remembered() {
    let region = |code: &str, status: u16| {
        Reply::xml(
            status,
            format!(
                "<Error><Code>{code}</Code><Message>m</Message><Region>eu-central-1</Region></Error>"
            ),
        )
    };
    for reply in [
        Reply::error(301, "PermanentRedirect", "").with("x-amz-bucket-region", "eu-central-1"),
        region("AuthorizationHeaderMalformed", 400),
        region("PermanentRedirect", 301),
        Reply::bare(301).with("x-amz-bucket-region", "eu-central-1"),
        Reply::bare(400).with("x-amz-bucket-region", "eu-central-1"),
    ] {
        let server = far_away(reply.clone()).await;
        let store = store(&server);
        for _ in 0..2 {
            let page = store.list_uploads(&list("b")).await.unwrap();
            assert_eq!(page.uploads.len(), 1, "{reply:?}");
        }
        assert_eq!(server.requests().len(), 3, "found once: {reply:?}");
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_ends_with_a_sentence() {
    let reply = Reply::error(301, "PermanentRedirect", "").with("x-amz-bucket-region", "us-west-2");
    let server = far_away(reply).await;
    let fault = store(&server).list_uploads(&list("b")).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    assert!(fault.message.contains("us-west-2"), "{fault}");
    assert_eq!(server.requests().len(), 2);
    let fault = listing_fault(Reply::error(301, "PermanentRedirect", "")).await;
    assert!(fault.hint.contains("--region"), "{fault}");
}
