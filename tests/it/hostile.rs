//! The SDK store against canned answers of servers that misbehave.

mod errors;
mod fields;
mod heeded;
mod lifecycle;
mod listing;
mod network;
mod refusals;
mod sending;
mod spoilt;

use std::time::Duration;

use mopup::model::Target;
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};
use mopup::s3::{Clock, ListParts, ListUploads};

use crate::support::canned::Canned;

const SECRET: &str = "very-hush-secret";

/// Options for a server, with keys of the test's own so that no environment plays a part.
fn options(endpoint: &str) -> ConnectOptions {
    ConnectOptions {
        region: Some("us-east-1".to_owned()),
        endpoint: Some(endpoint.to_owned()),
        credentials: Some(StaticCredentials {
            access_key_id: "AKID:WITH:COLON".to_owned(),
            secret_access_key: SECRET.to_owned(),
        }),
        read_timeout: Some(Duration::from_secs(10)),
        ..ConnectOptions::default()
    }
}

fn store(server: &Canned) -> SdkStore {
    SdkStore::new(options(&server.url()), Clock::system())
}

fn list(bucket: &str) -> ListUploads {
    ListUploads {
        bucket: bucket.to_owned(),
        ..ListUploads::default()
    }
}

fn target(key: &str) -> Target {
    Target {
        bucket: "b".to_owned(),
        key: key.to_owned(),
        upload_id: "u1".to_owned(),
    }
}

fn parts(key: &str) -> ListParts {
    ListParts {
        target: target(key),
        marker: None,
        max_parts: None,
        access: mopup::model::send::Access::default(),
    }
}

/// A listing document with these elements before its uploads, each upload a (key as written, ID).
fn listing(elements: &str, uploads: &[(&str, &str)]) -> String {
    use std::fmt::Write as _;
    let mut xml = format!("<ListMultipartUploadsResult><Bucket>b</Bucket>{elements}");
    for (key, id) in uploads {
        let _ = write!(
            xml,
            "<Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload>"
        );
    }
    xml.push_str("</ListMultipartUploadsResult>");
    xml
}
