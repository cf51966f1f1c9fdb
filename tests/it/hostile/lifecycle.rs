//! Lifecycle rules on servers that answer something else, and what goes over the wire.

use mopup::model::lifecycle::Document;
use mopup::protocol::{Fault, Kind};
use mopup::s3::Store;
use mopup::s3::memory::{base64, md5};

use super::{SECRET, store};
use crate::support::canned::{Canned, Reply};

const RULES: &str =
    "<LifecycleConfiguration><Rule><ID>a</ID><Moon/></Rule></LifecycleConfiguration>";

async fn asked(reply: Reply) -> Result<Option<Document>, Fault> {
    let server = Canned::start(move |_| reply.clone()).await;
    let found = store(&server).lifecycle("b").await;
    assert!(!format!("{found:?}").contains(SECRET));
    found
}

async fn put(reply: Reply) -> Fault {
    let server = Canned::start(move |_| reply.clone()).await;
    store(&server)
        .put_lifecycle("b", &document())
        .await
        .unwrap_err()
}

fn document() -> Document {
    Document {
        body: RULES.to_owned(),
        default_minimum: Some("varies_by_storage_class".to_owned()),
    }
}

#[tokio::test]
async fn a_configuration_is_read_word_for_word() {
    let minimum = "x-amz-transition-default-minimum-object-size";
    let reply = Reply::xml(200, RULES).with(minimum, "varies_by_storage_class");
    assert_eq!(asked(reply).await, Ok(Some(document())));
    let none = Reply::error(404, "NoSuchLifecycleConfiguration", "none");
    assert_eq!(asked(none).await, Ok(None));
    let late = Reply::error(200, "NoSuchLifecycleConfiguration", "none");
    assert_eq!(asked(late).await, Ok(None));
}

#[tokio::test]
async fn servers_without_rules_are_named_as_such() {
    let page = "<!DOCTYPE html><html><body>Welcome</body></html>";
    for (reply, said) in [
        (
            Reply::xml(200, "<ListBucketResult><Name>b</Name></ListBucketResult>"),
            "it answers with a document of another kind (ListBucketResult)",
        ),
        (Reply::xml(200, page), "it answers with a web page"),
        (Reply::xml(200, ""), "it answers with an empty document"),
        (
            Reply::xml(200, "{}"),
            "it answers with something that is no XML",
        ),
        (Reply::xml(404, page), "the endpoint speaks HTML, not S3"),
        (Reply::bare(404), "the server answered HTTP 404"),
        (Reply::bare(405), "this server cannot do this"),
        (Reply::bare(501), "this server cannot do this"),
        (
            Reply::error(400, "NotImplemented", "A header is not implemented"),
            "A header is not implemented",
        ),
        (Reply::error(400, "UnsupportedOperation", "no"), "no"),
        (
            Reply::error(405, "MethodNotAllowed", "The method is not allowed."),
            "The method is not allowed.",
        ),
        (Reply::error(200, "NotImplemented", "later"), "later"),
    ] {
        let fault = asked(reply.clone()).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Unsupported, "{reply:?} {fault:?}");
        assert!(
            fault
                .message
                .starts_with("this server has no lifecycle rules"),
            "{fault}"
        );
        if !said.starts_with("the server answered") {
            assert!(fault.message.contains(said), "{fault}");
        }
    }
    for reply in [Reply::bare(501), Reply::error(405, "MethodNotAllowed", "")] {
        assert_eq!(put(reply).await.kind, Kind::Unsupported);
    }
}

#[tokio::test]
async fn what_is_broken_is_not_taken_for_rules() {
    for body in [
        &RULES[..60],
        "<LifecycleConfiguration>&boom;</LifecycleConfiguration>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><LifecycleConfiguration>&b;</LifecycleConfiguration>",
    ] {
        let fault = asked(Reply::xml(200, body)).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Garbled, "{fault:?}");
    }
    let cut = Reply::Truncated(RULES.as_bytes()[..40].to_vec());
    assert_eq!(asked(cut).await.unwrap_err().kind, Kind::Network);
    let bytes = Reply::Answer {
        status: 200,
        headers: Vec::new(),
        body: vec![0xff, 0xfe, 0x00],
    };
    assert_eq!(asked(bytes).await.unwrap_err().kind, Kind::Unsupported);
    let slow = Reply::error(503, "SlowDown", "Please reduce your request rate.");
    assert_eq!(asked(slow).await.unwrap_err().kind, Kind::Throttled);
    let missing = Reply::error(404, "NoSuchBucket", "none");
    assert_eq!(asked(missing).await.unwrap_err().kind, Kind::NotFound);
}

#[tokio::test]
async fn a_denial_names_the_action() {
    let denied = Reply::error(403, "AccessDenied", "Access Denied");
    let fault = asked(denied.clone()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
    assert!(
        fault
            .hint
            .contains("s3:GetLifecycleConfiguration on arn:aws:s3:::b"),
        "{fault}"
    );
    let fault = put(denied.clone()).await;
    assert!(
        fault.hint.contains("s3:PutLifecycleConfiguration"),
        "{fault}"
    );
    let server = Canned::start(move |_| denied.clone()).await;
    let fault = store(&server)
        .lifecycle("fast--use1-az4--x-s3")
        .await
        .unwrap_err();
    assert!(
        fault.hint.contains("s3express:GetLifecycleConfiguration"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_configuration_is_sent_word_for_word_with_its_md5() {
    let server = Canned::start(|_| Reply::bare(200)).await;
    store(&server)
        .put_lifecycle("b", &document())
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "PUT");
    assert_eq!(request.path().trim_end_matches('/'), "/b");
    assert!(request.query("lifecycle").is_some(), "{}", request.target);
    assert_eq!(request.body, RULES.as_bytes());
    let length = RULES.len().to_string();
    assert_eq!(request.header("content-length"), Some(length.as_str()));
    let sum = base64(&md5(RULES.as_bytes()));
    assert_eq!(request.header("content-md5"), Some(sum.as_str()));
    for (name, _) in &request.headers {
        assert!(
            !name.starts_with("x-amz-checksum") && name != "x-amz-sdk-checksum-algorithm",
            "{name}"
        );
    }
    assert_eq!(
        request.header("x-amz-transition-default-minimum-object-size"),
        Some("varies_by_storage_class")
    );
    let signed = request.header("authorization").unwrap_or_default();
    assert!(signed.contains("content-md5"), "{signed}");
}

#[tokio::test]
async fn directory_buckets_get_a_checksum_of_what_is_sent() {
    let server = Canned::start(|_| Reply::bare(200)).await;
    let bucket = "fast--use1-az4--x-s3";
    store(&server)
        .put_lifecycle(bucket, &document())
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.body, RULES.as_bytes());
    assert_eq!(request.header("content-md5"), None);
    let sum = mopup::s3::checksum::checksum(mopup::model::Algorithm::Crc32, RULES.as_bytes());
    assert_eq!(
        request.header("x-amz-checksum-crc32"),
        Some(sum.value.as_str())
    );
}

#[tokio::test]
async fn a_write_is_sent_once() {
    let server = Canned::start(|_| Reply::error(500, "InternalError", "again")).await;
    let fault = store(&server)
        .put_lifecycle("b", &document())
        .await
        .unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(server.requests().len(), 1);
}
