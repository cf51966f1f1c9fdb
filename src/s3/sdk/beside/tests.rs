//! Our readers beside the SDK's own, over the same bytes: what both can read is the same to both.
//!
//! Where they differ on purpose a test of its own says so: control characters that XML forbids, text in several
//! pieces, dates and numbers that are none, and documents that are not whole.

mod pages;
mod writer;

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Region};
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_s3::types::{Initiator, MultipartUpload, Owner, Part as SdkPart};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use bytes::Bytes;

use self::pages::{Noise, Page, PartsPage};
use self::writer::Writer;
use crate::model::part::{Checksum, UploadInfo};
use crate::model::{Part, Upload};
use crate::s3::sdk::{some, timestamp};
use crate::s3::{listing, parts_listing};

/// Answers every request by the same body.
#[derive(Debug, Clone, Default)]
struct Always(Arc<Mutex<Bytes>>);

impl HttpConnector for Always {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.0.lock().unwrap().clone());
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

/// The SDK as it comes, with no reader of ours in it.
struct Oracle {
    client: Client,
    body: Always,
    runtime: tokio::runtime::Runtime,
}

impl Oracle {
    fn new() -> Self {
        let body = Always::default();
        let connector = body.clone();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKID", "hush", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| {
                SharedHttpConnector::new(connector.clone())
            }))
            .build();
        Self {
            client: Client::from_conf(config),
            body,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    fn uploads(&self, body: &[u8]) -> Option<listing::Answer> {
        *self.body.0.lock().unwrap() = Bytes::copy_from_slice(body);
        let request = self.client.list_multipart_uploads().bucket("b");
        let answer = self.runtime.block_on(request.send()).ok()?;
        Some(uploads_of(&answer))
    }

    fn parts(&self, body: &[u8]) -> Option<parts_listing::Answer> {
        *self.body.0.lock().unwrap() = Bytes::copy_from_slice(body);
        let request = self.client.list_parts().bucket("b").key("k").upload_id("u");
        let answer = self.runtime.block_on(request.send()).ok()?;
        Some(parts_of(&answer))
    }
}

fn person(name: Option<&str>, id: Option<&str>) -> Option<String> {
    some(name).or_else(|| some(id))
}

fn initiator(of: Option<&Initiator>) -> Option<String> {
    of.and_then(|who| person(who.display_name(), who.id()))
}

fn owner(of: Option<&Owner>) -> Option<String> {
    of.and_then(|who| person(who.display_name(), who.id()))
}

fn uploads_of(answer: &ListMultipartUploadsOutput) -> listing::Answer {
    let upload = |of: &MultipartUpload| Upload {
        key: of.key().unwrap_or_default().to_owned(),
        upload_id: of.upload_id().unwrap_or_default().to_owned(),
        initiated: of.initiated().and_then(timestamp),
        storage_class: some(of.storage_class().map(AsRef::as_ref)),
        initiator: initiator(of.initiator()),
        owner: owner(of.owner()),
        checksum_algorithm: some(of.checksum_algorithm().map(AsRef::as_ref)),
        checksum_type: some(of.checksum_type().map(AsRef::as_ref)),
    };
    listing::Answer {
        encoding_type: some(answer.encoding_type().map(AsRef::as_ref)),
        is_truncated: answer.is_truncated(),
        next_key_marker: some(answer.next_key_marker()),
        next_upload_id_marker: some(answer.next_upload_id_marker()),
        uploads: answer.uploads().iter().map(upload).collect(),
    }
}

fn parts_of(answer: &ListPartsOutput) -> parts_listing::Answer {
    parts_listing::Answer {
        info: UploadInfo {
            abort_date: None,
            abort_rule_id: None,
            initiator: initiator(answer.initiator()),
            owner: owner(answer.owner()),
            storage_class: some(answer.storage_class().map(AsRef::as_ref)),
            checksum_algorithm: some(answer.checksum_algorithm().map(AsRef::as_ref)),
            checksum_type: some(answer.checksum_type().map(AsRef::as_ref)),
        },
        parts: answer.parts().iter().map(part_of).collect(),
        is_truncated: answer.is_truncated(),
        next_part_number_marker: some(answer.next_part_number_marker()),
    }
}

fn part_of(part: &SdkPart) -> Part {
    let known = [
        ("CRC64NVME", part.checksum_crc64_nvme()),
        ("CRC32C", part.checksum_crc32_c()),
        ("CRC32", part.checksum_crc32()),
        ("SHA256", part.checksum_sha256()),
        ("SHA1", part.checksum_sha1()),
        ("SHA512", part.checksum_sha512()),
        ("MD5", part.checksum_md5()),
        ("XXHASH64", part.checksum_xxhash64()),
        ("XXHASH3", part.checksum_xxhash3()),
        ("XXHASH128", part.checksum_xxhash128()),
    ];
    Part {
        number: part
            .part_number()
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or_default(),
        size: part
            .size()
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or_default(),
        etag: crate::s3::sdk::parts::unquoted(part.e_tag()),
        last_modified: part.last_modified().and_then(timestamp),
        checksum: known.into_iter().find_map(|(algorithm, value)| {
            some(value).map(|value| Checksum {
                algorithm: algorithm.to_owned(),
                value,
            })
        }),
    }
}

/// So many pages of each kind; every one is told by its seed.
const PAGES: u64 = 1_500;

#[test]
fn uploads_are_read_as_the_sdk_reads_them() {
    let oracle = Oracle::new();
    let mut uploads = 0;
    for seed in 0..PAGES {
        let page = Page::random(seed);
        let body = Writer::new(seed, Noise::Readable).uploads(&page);
        let theirs = oracle.uploads(body.as_bytes());
        let theirs = theirs.unwrap_or_else(|| panic!("{seed}: the SDK cannot read {body}"));
        let ours = listing::read(body.as_bytes()).unwrap_or_else(|e| panic!("{seed}: {e}: {body}"));
        assert_eq!(ours, theirs, "{seed}: {body}");
        assert_eq!(ours, page.answer, "{seed}: {body}");
        uploads += ours.uploads.len();
    }
    assert!(uploads > 5_000, "{uploads}");
}

#[test]
fn parts_are_read_as_the_sdk_reads_them() {
    let oracle = Oracle::new();
    let mut parts = 0;
    for seed in 0..PAGES {
        let page = PartsPage::random(seed);
        let body = Writer::new(seed, Noise::Readable).parts(&page);
        let theirs = oracle.parts(body.as_bytes());
        let theirs = theirs.unwrap_or_else(|| panic!("{seed}: the SDK cannot read {body}"));
        let ours =
            parts_listing::read(body.as_bytes()).unwrap_or_else(|e| panic!("{seed}: {e}: {body}"));
        assert_eq!(ours, theirs, "{seed}: {body}");
        assert_eq!(ours, page.answer, "{seed}: {body}");
        parts += ours.parts.len();
    }
    assert!(parts > 5_000, "{parts}");
}

/// On purpose: control characters as they are, sections and comments within a value. The SDK refuses the former, or
/// takes what stands before them for the whole page, and drops what stands behind the latter.
#[test]
fn what_the_sdk_cannot_read_is_read_as_it_was_meant() {
    let oracle = Oracle::new();
    let mut differing = 0;
    for seed in 0..PAGES {
        let page = Page::random(seed);
        let body = Writer::new(seed, Noise::Hard).uploads(&page);
        let ours = listing::read(body.as_bytes()).unwrap_or_else(|e| panic!("{seed}: {e}: {body}"));
        assert_eq!(ours, page.answer, "{seed}: {body}");
        differing += u32::from(oracle.uploads(body.as_bytes()).as_ref() != Some(&ours));

        let page = PartsPage::random(seed);
        let body = Writer::new(seed, Noise::Hard).parts(&page);
        let ours =
            parts_listing::read(body.as_bytes()).unwrap_or_else(|e| panic!("{seed}: {e}: {body}"));
        assert_eq!(ours, page.answer, "{seed}: {body}");
    }
    assert!(
        differing > 100,
        "the pages are not hard enough: {differing}"
    );
}

fn upload(elements: &str) -> String {
    format!(
        "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId>{elements}</Upload>\
         </ListMultipartUploadsResult>"
    )
}

/// On purpose: a date that is none costs that date, not the page.
#[test]
fn a_date_that_is_none_spoils_no_page() {
    let oracle = Oracle::new();
    for date in ["", "yesterday", "2026-02-30T00:00:00Z", "1782709904"] {
        let body = upload(&format!("<Initiated>{date}</Initiated>"));
        assert_eq!(oracle.uploads(body.as_bytes()), None, "{date}");
        let ours = listing::read(body.as_bytes()).unwrap();
        assert_eq!(ours.uploads[0].initiated, None, "{date}");
    }
    for date in [
        "2026-06-29T05:11:44Z",
        "2026-06-29T05:11:44.080Z",
        "2026-06-29T05:11:44.080999999Z",
        "2026-06-29T07:11:44.080+02:00",
        "1969-12-31T23:59:59.999Z",
    ] {
        let body = upload(&format!("<Initiated>{date}</Initiated>"));
        let theirs = oracle.uploads(body.as_bytes()).unwrap();
        let ours = listing::read(body.as_bytes()).unwrap();
        assert_eq!(ours, theirs, "{date}");
        assert!(ours.uploads[0].initiated.is_some(), "{date}");
    }
}

/// As the SDK: what is no number is an error, below zero is none at all.
#[test]
fn a_number_that_is_none_is_never_guessed() {
    let oracle = Oracle::new();
    let parts = |number: &str| {
        format!(
            "<ListPartsResult><Part><PartNumber>1</PartNumber><Size>{number}</Size></Part></ListPartsResult>"
        )
    };
    for number in ["", "one", "1.5", "0x10", "99999999999999999999", "1 2"] {
        let body = parts(number);
        assert_eq!(oracle.parts(body.as_bytes()), None, "{number}");
        assert!(parts_listing::read(body.as_bytes()).is_err(), "{number}");
    }
    for number in ["0", "5", "-5", "007", "9223372036854775807"] {
        let body = parts(number);
        let theirs = oracle.parts(body.as_bytes()).unwrap();
        assert_eq!(parts_listing::read(body.as_bytes()), Ok(theirs), "{number}");
    }
}

/// On purpose: the SDK takes the part of a page that it could read for all of it, and names uploads without a key.
#[test]
fn what_is_not_whole_is_refused_where_the_sdk_is_content() {
    let oracle = Oracle::new();
    let page = Page::random(7);
    let body = Writer::new(7, Noise::Readable).uploads(&page);
    let mut content = 0;
    let end = body.rfind("</").unwrap();
    for at in (0..end).filter(|at| body.is_char_boundary(*at)) {
        let cut = &body.as_bytes()[..at];
        assert!(listing::read(cut).is_err(), "cut at {at} of {body}");
        content += u32::from(oracle.uploads(cut).is_some());
    }
    assert!(content > 0);
    let nameless =
        "<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>";
    assert!(oracle.uploads(nameless.as_bytes()).is_some());
    assert!(listing::read(nameless.as_bytes()).is_err());
}
