//! Paging, markers and encodings of listings.

use mopup::model::Upload;
use mopup::protocol::Kind;
use mopup::s3::{ListUploads, Marker, Store};

use super::{list, listing, store};
use crate::support::canned::{Canned, Reply, Request};

const URL: &str = "<EncodingType>url</EncodingType>";

fn keys(uploads: &[Upload]) -> Vec<&str> {
    uploads.iter().map(|upload| upload.key.as_str()).collect()
}

fn is_listing(request: &Request) -> bool {
    request.query("uploads").is_some()
}

/// Lists once; the server answers every probe for parts by whether the key's path is `known`.
async fn listed_keys(document: String, known: &'static str) -> (Vec<String>, usize) {
    let server = Canned::start(move |request| {
        if is_listing(request) {
            Reply::xml(200, document.clone())
        } else if request.path() == known {
            Reply::xml(200, "<ListPartsResult></ListPartsResult>")
        } else {
            Reply::error(404, "NoSuchUpload", "gone")
        }
    })
    .await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    let keys = keys(&page.uploads)
        .iter()
        .map(ToString::to_string)
        .collect();
    let probes = server.requests().iter().filter(|r| !is_listing(r)).count();
    (keys, probes)
}

#[tokio::test]
async fn encoding_is_asked_for_and_markers_are_not_sent_on_the_first_page() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    store(&server).list_uploads(&list("b")).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.query("encoding-type"), Some("url"));
    assert_eq!(request.query("key-marker"), None, "{}", request.target);
    assert_eq!(request.query("upload-id-marker"), None);
    assert_eq!(request.query("prefix"), None);
}

#[tokio::test]
async fn empty_markers_are_never_sent() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    for upload_id in [None, Some(String::new())] {
        let request = ListUploads {
            marker: Some(Marker {
                key: String::new(),
                upload_id,
            }),
            ..list("b")
        };
        store(&server).list_uploads(&request).await.unwrap();
    }
    for request in server.requests() {
        assert!(!request.target.contains("marker"), "{}", request.target);
    }
}

#[tokio::test]
async fn both_markers_are_sent_from_the_second_page_on() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let request = ListUploads {
        prefix: "a b".to_owned(),
        marker: Some(Marker {
            key: "k+1 x".to_owned(),
            upload_id: Some("id".to_owned()),
        }),
        max_uploads: Some(7),
        ..list("b")
    };
    store(&server).list_uploads(&request).await.unwrap();
    let sent = &server.requests()[0];
    assert_eq!(sent.query("key-marker"), Some("k%2B1%20x"));
    assert_eq!(sent.query("upload-id-marker"), Some("id"));
    assert_eq!(sent.query("max-uploads"), Some("7"));
    assert_eq!(sent.query("prefix"), Some("a%20b"));
}

#[tokio::test]
async fn encoded_keys_are_decoded_exactly_once() {
    let document = listing(URL, &[("a+b%2Bc%252F", "u")]);
    let (keys, _) = listed_keys(document, "/b/a%20b%2Bc%252F").await;
    assert_eq!(keys, ["a b+c%2F"]);
}

#[tokio::test]
async fn an_encoded_slash_is_a_slash() {
    let (keys, _) = listed_keys(listing(URL, &[("a%2Fb", "u")]), "/b/a/b").await;
    assert_eq!(keys, ["a/b"]);
}

#[tokio::test]
async fn keys_that_are_encoded_without_the_element_are_found_out_by_asking() {
    let (keys, probes) = listed_keys(listing("", &[("a%20b", "u")]), "/b/a%20b").await;
    assert_eq!(keys, ["a b"]);
    assert_eq!(probes, 2);
}

#[tokio::test]
async fn keys_that_are_raw_in_spite_of_the_element_are_found_out_by_asking() {
    let (keys, _) = listed_keys(listing(URL, &[("a%20b", "u")]), "/b/a%2520b").await;
    assert_eq!(keys, ["a%20b"]);
}

#[tokio::test]
async fn a_raw_key_proves_its_page_raw_without_asking() {
    let document = listing(URL, &[("a%20b", "u"), ("100% sure", "v")]);
    let (keys, probes) = listed_keys(document, "/none").await;
    assert_eq!(keys, ["a%20b", "100% sure"]);
    assert_eq!(probes, 0);
}

#[tokio::test]
async fn when_asking_tells_nothing_the_element_decides() {
    let (keys, _) = listed_keys(listing(URL, &[("a%20b", "u")]), "/none").await;
    assert_eq!(keys, ["a b"]);
    let (keys, _) = listed_keys(listing("", &[("a%20b", "u")]), "/none").await;
    assert_eq!(keys, ["a%20b"]);
}

#[tokio::test]
async fn plain_keys_need_no_probe() {
    let (keys, probes) = listed_keys(listing("", &[("a/b-1.bin", "u")]), "/none").await;
    assert_eq!(keys, ["a/b-1.bin"]);
    assert_eq!(probes, 0);
}

#[tokio::test]
async fn a_servers_habit_is_asked_for_once() {
    let server = Canned::start(|request| {
        if is_listing(request) {
            Reply::xml(200, listing("", &[("a%20b", "u")]))
        } else if request.path() == "/b/a%20b" {
            Reply::xml(200, "<ListPartsResult></ListPartsResult>")
        } else {
            Reply::error(404, "NoSuchUpload", "")
        }
    })
    .await;
    let store = store(&server);
    for _ in 0..3 {
        let page = store.list_uploads(&list("b")).await.unwrap();
        assert_eq!(keys(&page.uploads), ["a b"]);
    }
    let probes = server.requests().iter().filter(|r| !is_listing(r)).count();
    assert_eq!(probes, 2);
}

#[tokio::test]
async fn probes_that_tell_nothing_come_to_an_end() {
    let server = Canned::start(|request| {
        if is_listing(request) {
            Reply::xml(200, listing("", &[("a%20b", "u")]))
        } else {
            Reply::error(403, "AccessDenied", "")
        }
    })
    .await;
    let store = store(&server);
    for _ in 0..10 {
        store.list_uploads(&list("b")).await.unwrap();
    }
    let probes = server.requests().iter().filter(|r| !is_listing(r)).count();
    assert!(probes <= 6, "{probes}");
}

async fn next(elements: &str, uploads: &'static [(&'static str, &'static str)]) -> Option<Marker> {
    let document = listing(elements, uploads);
    let server = Canned::start(move |request| {
        if is_listing(request) {
            Reply::xml(200, document.clone())
        } else if request.path() == "/b/z%20%2By" {
            Reply::xml(200, "<ListPartsResult></ListPartsResult>")
        } else {
            Reply::error(404, "NoSuchUpload", "")
        }
    })
    .await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    page.next
}

#[expect(clippy::unnecessary_wraps, reason = "as pages hold it")]
fn marker(key: &str, upload_id: Option<&str>) -> Option<Marker> {
    Some(Marker {
        key: key.to_owned(),
        upload_id: upload_id.map(ToOwned::to_owned),
    })
}

#[tokio::test]
async fn an_absent_is_truncated_means_the_end_whatever_the_markers_say() {
    let markers = "<NextKeyMarker>z</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>";
    assert_eq!(next(markers, &[("z", "u")]).await, None);
    let ended = format!("<IsTruncated>false</IsTruncated>{markers}");
    assert_eq!(next(&ended, &[("z", "u")]).await, None);
}

#[tokio::test]
async fn markers_are_read_in_the_form_of_their_page() {
    let page: &[(&str, &str)] = &[("z+%2By", "u")];
    let with = |marker: &str| {
        format!(
            "{URL}<IsTruncated>true</IsTruncated><NextKeyMarker>{marker}</NextKeyMarker>\
             <NextUploadIdMarker>u</NextUploadIdMarker>"
        )
    };
    let wanted = marker("z +y", Some("u"));
    assert_eq!(next(&with("z+%2By"), page).await, wanted, "encoded");
    assert_eq!(next(&with("z +y"), page).await, wanted, "raw");
    assert_eq!(
        next(&with("invented%2Fmarker"), page).await,
        marker("invented/marker", Some("u"))
    );
    assert_eq!(
        next(&with("invented: 100%"), page).await,
        marker("invented: 100%", Some("u"))
    );
}

#[tokio::test]
async fn a_next_marker_without_an_upload_id_is_passed_on_so() {
    let elements = "<IsTruncated>true</IsTruncated><NextKeyMarker>z</NextKeyMarker>";
    assert_eq!(next(elements, &[("z", "u")]).await, marker("z", None));
}

#[tokio::test]
async fn a_truncated_page_without_markers_shows_an_empty_marker_to_the_guard() {
    let elements = "<IsTruncated>true</IsTruncated><NextKeyMarker></NextKeyMarker>";
    assert_eq!(next(elements, &[("z", "u")]).await, marker("", None));
    let elements = "<IsTruncated>true</IsTruncated>";
    assert_eq!(next(elements, &[("z", "u")]).await, marker("", None));
}

#[tokio::test]
async fn a_marker_that_does_not_move_is_passed_on_for_the_guard() {
    let elements = "<IsTruncated>true</IsTruncated><NextKeyMarker>z</NextKeyMarker>\
                    <NextUploadIdMarker>u</NextUploadIdMarker>";
    let server = Canned::start(move |_| Reply::xml(200, listing(elements, &[("z", "u")]))).await;
    let store = store(&server);
    let first = store.list_uploads(&list("b")).await.unwrap();
    let request = ListUploads {
        marker: first.next.clone(),
        ..list("b")
    };
    let second = store.list_uploads(&request).await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn more_uploads_than_asked_for_are_all_kept_in_the_servers_order() {
    let all = &[("b", "2"), ("a", "1"), ("b", "1"), ("b", "2")];
    let server = Canned::start(move |_| Reply::xml(200, listing("", all))).await;
    let request = ListUploads {
        max_uploads: Some(1),
        ..list("b")
    };
    let page = store(&server).list_uploads(&request).await.unwrap();
    assert_eq!(keys(&page.uploads), ["b", "a", "b", "b"]);
}

#[tokio::test]
async fn a_server_that_refuses_encoding_type_is_asked_without_it_from_then_on() {
    for (status, code, message) in [
        (400, "InvalidArgument", "Invalid Encoding-Type"),
        (501, "NotImplemented", "encoding-type is not supported"),
    ] {
        let server = Canned::start(move |request| {
            if request.query("encoding-type").is_some() {
                Reply::error(status, code, message)
            } else {
                Reply::xml(200, listing("", &[("a%20b", "u")]))
            }
        })
        .await;
        let store = store(&server);
        for _ in 0..2 {
            let page = store.list_uploads(&list("b")).await.unwrap();
            assert_eq!(keys(&page.uploads), ["a%20b"], "nothing is decoded then");
        }
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn no_such_upload_on_a_bucket_means_that_it_has_none() {
    let server = Canned::start(|_| Reply::error(404, "NoSuchUpload", "none")).await;
    let page = store(&server).list_uploads(&list("b")).await.unwrap();
    assert!(page.uploads.is_empty());
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_server_that_cannot_list_uploads_is_said_to_be_one() {
    let server = Canned::start(|_| Reply::error(501, "NotImplemented", "no")).await;
    let fault = store(&server).list_uploads(&list("b")).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Unsupported);
    assert_eq!(fault.message, "this server cannot list uploads");
}

const FAST: &str = "fast--use1-az4--x-s3";

#[tokio::test]
async fn a_directory_buckets_listing_goes_on_by_one_opaque_token() {
    let elements = format!(
        "{URL}<IsTruncated>true</IsTruncated><NextKeyMarker>AB+/cd==</NextKeyMarker>\
         <NextUploadIdMarker>u</NextUploadIdMarker>"
    );
    let server =
        Canned::start(move |_| Reply::xml(200, listing(&elements, &[("dir/a", "u")]))).await;
    let store = store(&server);
    let page = store.list_uploads(&list(FAST)).await.unwrap();
    assert_eq!(page.next, marker("AB+/cd==", None));
    let request = ListUploads {
        prefix: "dir/".to_owned(),
        marker: marker("AB+/cd==", Some("never")),
        ..list(FAST)
    };
    store.list_uploads(&request).await.unwrap();
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.query("key-marker"), Some("AB%2B%2Fcd%3D%3D"));
    assert_eq!(sent.query("upload-id-marker"), None);
}

#[tokio::test]
async fn a_prefix_that_a_directory_bucket_does_not_take_is_not_sent() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let request = ListUploads {
        prefix: "dir".to_owned(),
        ..list(FAST)
    };
    let fault = store(&server).list_uploads(&request).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    assert!(fault.message.contains("end in /"), "{fault}");
    assert!(server.requests().is_empty());
}
