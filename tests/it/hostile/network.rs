//! No answer, half an answer, no credentials.

use std::time::Duration;

use mopup::protocol::{Kind, Operation};
use mopup::s3::sdk::{ConnectOptions, SdkStore};
use mopup::s3::{Clock, Store};
use tokio::net::TcpListener;

use super::{list, listing, options, parts, store};
use crate::support::canned::{Canned, Reply};

#[tokio::test]
async fn a_silent_endpoint_is_noticed_and_waited_for_once() {
    let server = Canned::start(|_| Reply::Stall).await;
    let options = ConnectOptions {
        read_timeout: Some(Duration::from_millis(200)),
        ..options(&server.url())
    };
    let store = SdkStore::new(options, Clock::system());
    let fault = store.list_uploads(&list("b")).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(
        fault.message,
        format!("no answer from {} within 200 ms", server.address())
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_says_which() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let store = SdkStore::new(options(&format!("http://{address}")), Clock::system());
    let fault = store.list_buckets().await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(fault.message, format!("connection refused by {address}"));
    assert!(fault.hint.contains("--endpoint-url"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    // No resolver sends a label of more than 63 characters anywhere.
    let host = format!("{}.localhost:9000", "a".repeat(64));
    let store = SdkStore::new(options(&format!("http://{host}")), Clock::system());
    let fault = store.list_buckets().await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(
        fault.message,
        format!("the name of {host} cannot be resolved")
    );
}

#[tokio::test]
async fn tls_to_a_server_without_it_is_explained() {
    let server = Canned::start(|_| Reply::bare(400)).await;
    let url = server.url().replace("http://", "https://");
    let store = SdkStore::new(options(&url), Clock::system());
    let fault = store.list_buckets().await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    let start = format!("no secure connection to {}", server.address());
    assert!(fault.message.starts_with(&start), "{fault}");
}

#[tokio::test]
async fn a_connection_that_closes_without_a_word_is_a_network_fault() {
    let server = Canned::start(|_| Reply::Close).await;
    let fault = store(&server).list_parts(&parts("k")).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert!(
        fault.message.contains(&server.address().to_string()),
        "{fault}"
    );
}

#[tokio::test]
async fn half_an_answer_is_not_taken_for_a_whole_one() {
    let body = listing("", &[("a", "u")]).into_bytes();
    let server = Canned::start(move |_| Reply::Truncated(body.clone())).await;
    let fault = store(&server).list_uploads(&list("b")).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Network);
    assert!(fault.message.contains("broke off"), "{fault}");
}

#[tokio::test]
async fn missing_credentials_name_the_provider_that_was_tried() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let options = ConnectOptions {
        profile: Some("no-such-profile-of-mopup".to_owned()),
        credentials: None,
        ..options(&server.url())
    };
    let store = SdkStore::new(options, Clock::system());
    let listed = store.list_uploads(&list("b")).await.unwrap_err();
    let asked = store.identity().await.unwrap_err();
    assert_eq!(asked.operation, Operation::Connect);
    for fault in [listed, asked] {
        assert_eq!(fault.kind, Kind::Credentials, "{fault:?}");
        assert!(fault.message.starts_with("no credentials: "), "{fault}");
        assert!(
            fault.message.contains("no-such-profile-of-mopup"),
            "{fault}"
        );
        assert!(!fault.message.contains('\n'), "{fault}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn making_a_store_asks_for_nothing() {
    let server = Canned::start(|_| Reply::xml(200, listing("", &[]))).await;
    let store = store(&server);
    assert!(server.requests().is_empty());
    store.identity().await.unwrap();
    assert!(server.requests().is_empty());
}
