//! Listings of servers that say that they encode, do not, and stumble over it.

use mopup::s3::{ListUploads, Marker, Store};

use super::{list, listing, store};
use crate::support::canned::{Canned, Reply, Request};

const URL: &str = "<EncodingType>url</EncodingType>";

fn is_listing(request: &Request) -> bool {
    request.query("uploads").is_some()
}

/// As one server does it: it says that it encodes and does not, and then compares markers as if it had.
async fn says_that_it_encodes(first: &'static [(&'static str, &'static str)]) -> Canned {
    Canned::start(move |request| {
        let elements = request.query("encoding-type").map_or("", |_| URL);
        if !is_listing(request) {
            return Reply::error(404, "NoSuchUpload", "");
        }
        let Some(marker) = request.query("key-marker") else {
            let (key, _) = first[first.len() - 1];
            let more = format!(
                "{elements}<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker>\
                 <NextUploadIdMarker>u</NextUploadIdMarker>"
            );
            return Reply::xml(200, listing(&more, first));
        };
        if !elements.is_empty() && marker.contains('%') {
            return Reply::error(400, "InvalidArgument", "Invalid uploadId marker");
        }
        Reply::xml(200, listing(elements, &[("z", "v")]))
    })
    .await
}

async fn two_pages(server: &Canned) -> (Vec<String>, Vec<bool>) {
    let store = store(server);
    let first = store.list_uploads(&list("b")).await.unwrap();
    let request = ListUploads {
        marker: first.next.clone(),
        ..list("b")
    };
    let second = store.list_uploads(&request).await.unwrap();
    let all = [first.uploads, second.uploads].concat();
    let sent = server.requests();
    let listings = sent.iter().filter(|request| is_listing(request));
    let asked = listings.map(|request| request.query("encoding-type").is_some());
    (
        all.into_iter().map(|upload| upload.key).collect(),
        asked.collect(),
    )
}

#[tokio::test]
async fn a_server_that_does_not_encode_what_it_says_is_not_asked_for_it_again() {
    let server = says_that_it_encodes(&[("a b", "u")]).await;
    let (keys, asked) = two_pages(&server).await;
    assert_eq!(keys, ["a b", "z"]);
    assert_eq!(asked, [true, false]);
}

#[tokio::test]
async fn a_marker_that_is_refused_is_sent_once_more_without_encoding() {
    // The key reads the same in both forms, so that the first page tells nothing.
    let server = says_that_it_encodes(&[("dir/a(1)", "u")]).await;
    let (keys, asked) = two_pages(&server).await;
    assert_eq!(keys, ["dir/a(1)", "z"]);
    assert_eq!(asked, [true, true, false]);
}

#[tokio::test]
async fn a_marker_that_is_refused_in_every_form_is_told_in_the_first_words() {
    let server = Canned::start(|request| {
        let asked = request.query("encoding-type").is_some();
        let words = if asked { "the first" } else { "the second" };
        Reply::error(400, "InvalidArgument", words)
    })
    .await;
    let request = ListUploads {
        marker: Some(Marker {
            key: "k".to_owned(),
            upload_id: Some("u".to_owned()),
        }),
        ..list("b")
    };
    let store = store(&server);
    for _ in 0..2 {
        let fault = store.list_uploads(&request).await.unwrap_err();
        assert!(fault.message.contains("the first"), "{fault}");
    }
    assert_eq!(server.requests().len(), 4, "nothing was learnt from it");
}
