//! Listings that were spoilt on the way or on purpose: whatever comes of them is a page or a clear fault, never a
//! panic, and neither time nor memory without a bound.

use std::sync::{Arc, Mutex};

use fastrand::Rng;
use mopup::protocol::{Fault, Kind};
use mopup::s3::sdk::SdkStore;
use mopup::s3::{PartsPage, Store, UploadsPage};

use super::{list, listing, parts, store};
use crate::support::canned::{Canned, Reply};

/// Answers every request by the body that it was given last.
struct Stage {
    server: Canned,
    store: SdkStore,
    body: Arc<Mutex<Vec<u8>>>,
}

impl Stage {
    async fn new() -> Self {
        let body = Arc::<Mutex<Vec<u8>>>::default();
        let given = Arc::clone(&body);
        let server = Canned::start(move |_| {
            let mut reply = Reply::xml(200, "");
            if let Reply::Answer { body, .. } = &mut reply {
                body.clone_from(&given.lock().unwrap());
            }
            reply
        })
        .await;
        let store = store(&server);
        Self {
            server,
            store,
            body,
        }
    }

    async fn uploads(&self, body: impl Into<Vec<u8>>) -> Result<UploadsPage, Fault> {
        *self.body.lock().unwrap() = body.into();
        self.store.list_uploads(&list("b")).await.map_err(clear)
    }

    async fn parts(&self, body: impl Into<Vec<u8>>) -> Result<PartsPage, Fault> {
        *self.body.lock().unwrap() = body.into();
        self.store.list_parts(&parts("k")).await.map_err(clear)
    }
}

/// Every fault is of one kind, and says what to do.
fn clear(fault: Fault) -> Fault {
    assert_eq!(fault.kind, Kind::Garbled, "{fault:?}");
    assert!(fault.message.contains("the bucket b"), "{fault:?}");
    assert!(!fault.hint.is_empty(), "{fault:?}");
    assert!(fault.message.len() < 300, "{fault:?}");
    fault
}

const UPLOADS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListMultipartUploadsResult xmlns=\"x\"><Bucket>b</Bucket>\
    <IsTruncated>false</IsTruncated><Upload><Key>a/b&amp;c</Key><UploadId>u1</UploadId><Initiator><ID>arn</ID>\
    <DisplayName>svc</DisplayName></Initiator><StorageClass>STANDARD</StorageClass>\
    <Initiated>2026-06-29T05:11:44.080Z</Initiated></Upload><!-- x --><Upload><Key><![CDATA[\u{fc}&]]></Key>\
    <UploadId>u2</UploadId></Upload><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListMultipartUploadsResult>";
const PARTS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListPartsResult xmlns=\"x\"><Key>k&#x1;</Key>\
    <IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker><Part><PartNumber>1</PartNumber>\
    <Size>5242880</Size><ETag>&quot;e1&quot;</ETag><LastModified>2026-06-29T05:11:44.080Z</LastModified>\
    <ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part><Part><PartNumber>2</PartNumber><Size>7</Size><ETag>e2</ETag></Part>\
    </ListPartsResult>";

/// What is put into a page.
const SNIPPETS: [&[u8]; 20] = [
    b"\0",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"<",
    b"</",
    b">",
    b"/>",
    b"&",
    b"&#;",
    b"&#x110000;",
    b"&#xD800;",
    b"&lol9;",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<![CDATA[",
    b"<!--",
    b"]]>",
    b"<?",
    b"\"",
    b"<Upload>",
];

fn spoilt(rng: &mut Rng, page: &str) -> Vec<u8> {
    let mut page = page.as_bytes().to_vec();
    for _ in 0..rng.usize(1..3) {
        let at = rng.usize(..=page.len());
        let end = (at + rng.usize(..40)).min(page.len());
        match rng.u8(..6) {
            0 => page.truncate(at),
            1 => drop(page.drain(at..end)),
            2 => {
                let again = page[at..end].to_vec();
                page.splice(at..at, again);
            }
            3 if at < page.len() => page[at] ^= 1 << rng.u8(..8),
            4 => {
                let bytes: Vec<u8> = (0..rng.usize(1..9)).map(|_| rng.u8(..)).collect();
                page.splice(at..end, bytes);
            }
            _ => {
                let snippet = SNIPPETS[rng.usize(..SNIPPETS.len())];
                page.splice(at..at, snippet.iter().copied());
            }
        }
    }
    page
}

/// Cases of each listing; each is told by its number.
const CASES: u64 = 700;

#[tokio::test]
async fn a_spoilt_page_of_uploads_is_a_page_or_garbled() {
    let stage = Stage::new().await;
    let mut pages = 0;
    for case in 0..CASES {
        let body = spoilt(&mut Rng::with_seed(case), UPLOADS);
        if let Ok(page) = stage.uploads(body).await {
            pages += 1;
            for upload in page.uploads {
                assert!(!upload.key.is_empty(), "case {case}");
                assert!(!upload.upload_id.is_empty(), "case {case}");
            }
        }
    }
    assert!((20..CASES - 50).contains(&pages), "{pages} pages");
}

#[tokio::test]
async fn a_spoilt_page_of_parts_is_a_page_or_garbled() {
    let stage = Stage::new().await;
    let mut pages = 0;
    for case in 0..CASES {
        let body = spoilt(&mut Rng::with_seed(case), PARTS);
        if let Ok(page) = stage.parts(body).await {
            pages += 1;
            assert!(page.parts.len() <= 4, "case {case}");
        }
    }
    assert!((20..CASES - 50).contains(&pages), "{pages} pages");
}

#[tokio::test]
async fn a_page_that_is_cut_anywhere_is_garbled() {
    let stage = Stage::new().await;
    for at in (0..UPLOADS.len()).step_by(7) {
        let cut = &UPLOADS.as_bytes()[..at];
        assert!(stage.uploads(cut).await.is_err(), "cut at {at}");
    }
    for at in (0..PARTS.len()).step_by(7) {
        let cut = &PARTS.as_bytes()[..at];
        assert!(stage.parts(cut).await.is_err(), "cut at {at}");
    }
    assert_eq!(stage.uploads(UPLOADS).await.unwrap().uploads.len(), 2);
    assert_eq!(stage.parts(PARTS).await.unwrap().parts.len(), 2);
}

/// Both listings with something between the root's beginning and its first element.
fn with(inner: &str) -> [String; 2] {
    [
        UPLOADS.replace("<Bucket>", &format!("{inner}<Bucket>")),
        PARTS.replace("<Key>", &format!("{inner}<Key>")),
    ]
}

#[tokio::test]
async fn documents_that_grow_or_reach_outside_are_garbled() {
    let stage = Stage::new().await;
    let mut laughs = String::new();
    for at in 1..10 {
        let ten = format!("&l{};", at - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY l{at} \"{ten}\">"));
    }
    for doctype in [
        format!("<!DOCTYPE l [<!ENTITY l0 \"lol\">{laughs}]>"),
        "<!DOCTYPE l SYSTEM \"file:///etc/passwd\">".to_owned(),
        "<!DOCTYPE l [<!ENTITY e SYSTEM \"http://127.0.0.1:9/\">]>".to_owned(),
    ] {
        for text in ["a/b&amp;c", "&l9;", "&e;"] {
            let body = UPLOADS
                .replace("?>\n", &format!("?>{doctype}"))
                .replace("a/b&amp;c", text);
            assert!(stage.uploads(body).await.is_err(), "{doctype} {text}");
        }
        let body = PARTS.replace("?>\n", &format!("?>{doctype}"));
        assert!(stage.parts(body).await.is_err(), "{doctype}");
    }
    let text = UPLOADS.replace("a/b&amp;c", "&l9;");
    assert!(stage.uploads(text).await.is_err(), "an entity of nobody");
}

#[tokio::test]
async fn elements_that_lie_deep_in_each_other_are_garbled() {
    let stage = Stage::new().await;
    for depth in [100, 200_000] {
        let deep = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let [uploads, parts] = with(&deep);
        assert!(stage.uploads(uploads).await.is_err());
        assert!(stage.parts(parts).await.is_err());
        assert!(stage.uploads(deep).await.is_err());
        assert!(stage.uploads("<a>".repeat(depth)).await.is_err());
    }
}

#[tokio::test]
async fn what_is_huge_but_well_formed_is_read() {
    let stage = Stage::new().await;
    let huge = "x".repeat(4 << 20);
    for inner in [
        format!("<Other a=\"{huge}\"/>"),
        format!("<Other>{huge}</Other>"),
        format!("<!--{huge}-->"),
        format!("<{huge}></{huge}>"),
        "<Other/>".repeat(300_000),
        "&amp;".repeat(300_000),
        "<IsTruncated>false</IsTruncated>".repeat(100_000),
    ] {
        let [uploads, parts] = with(&inner);
        assert_eq!(stage.uploads(uploads).await.unwrap().uploads.len(), 2);
        assert_eq!(stage.parts(parts).await.unwrap().parts.len(), 2);
    }
    let many: Vec<String> = (0..40_000).map(|number| format!("k{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "u")).collect();
    let page = stage.uploads(listing("", &many)).await.unwrap();
    assert_eq!(page.uploads.len(), 40_000, "more than anybody asked for");
    for (hostile, keys) in [("&".repeat(1 << 20), 0), ("&amp;".repeat(1 << 20), 1)] {
        let page = stage.uploads(listing("", &[(&hostile, "u")])).await;
        assert_eq!(page.map_or(0, |page| page.uploads.len()), keys);
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_left_at_its_limit_and_not_asked_for_again() {
    let stage = Stage::new().await;
    let endless = format!("<ListMultipartUploadsResult><a>{}", "x".repeat(33 << 20));
    let fault = stage.uploads(endless.clone()).await.unwrap_err();
    assert_eq!(
        fault.message,
        "the answer for the bucket b is longer than 32 MiB"
    );
    assert_eq!(stage.server.requests().len(), 1);
    let fault = stage.parts(endless).await.unwrap_err();
    assert!(fault.message.contains("longer than 32 MiB"), "{fault}");
    assert_eq!(stage.server.requests().len(), 2);
}

#[tokio::test]
async fn a_key_that_is_no_text_is_never_shown_as_another() {
    let stage = Stage::new().await;
    for wrong in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"a\xe4b"] {
        let mut body = listing("", &[("HERE", "u")]).into_bytes();
        let at = body.windows(4).position(|four| four == b"HERE").unwrap();
        body.splice(at..at + 4, wrong.iter().copied());
        assert!(stage.uploads(body).await.is_err(), "{wrong:?}");
    }
    // What is text is listed, whatever it is.
    for key in ["\0", "a\u{0}b", "\u{ffff}", "\u{7f}", " \n "] {
        let page = stage.uploads(listing("", &[(key, "u")])).await.unwrap();
        assert_eq!(page.uploads[0].key, key);
    }
}
