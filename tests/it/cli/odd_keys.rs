//! Keys with raw control characters, from the listing to the abort.

use std::sync::Mutex;

use super::*;
use crate::support::canned::{Canned, Reply};

/// One of each kind that scripts stumble over, and how a person sees it.
const KEY: &str = "odd\u{1}\u{b}\u{7f}\u{1b}[31m\nkey";
const SHOWN: &str = r"odd\x01\x0b\x7f\x1b[31m\nkey";

/// What `ls` says of the only upload, in every format.
fn is_listed(run: impl Fn(&[&str]) -> Ended, address: &str) {
    let table = run(&["ls", address]).with_code(0);
    assert!(
        table.out.contains(&format!("{address}/{SHOWN}  u-1")),
        "{table:?}"
    );
    let is_raw = |c: char| c.is_control() && c != '\n';
    assert!(!table.out.contains(is_raw), "{table:?}");
    assert_eq!(table.out.lines().count(), 2, "a line of its own: {table:?}");
    assert!(table.err.is_empty(), "{table:?}");

    let document = run(&["ls", address, "--json"]).with_code(0).json();
    assert_eq!(document["uploads"][0]["key"], KEY);
    assert_eq!(document["errors"], serde_json::json!([]));
    let lines = run(&["ls", address, "--jsonl"]).with_code(0);
    assert_eq!(lines.lines().len(), 1, "{lines:?}");
    assert_eq!(lines.lines()[0]["key"], KEY);

    let csv = run(&["ls", address, "--csv"]).with_code(0);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1, "{csv:?}");
    assert_eq!((&rows[0][1], &rows[0][2]), (KEY, "u-1"));

    let sized = run(&["ls", address, "--sized", "--jsonl"]).with_code(0);
    let sized = &sized.lines()[0];
    assert_eq!(
        (&sized["parts"], &sized["bytes"]),
        (&3.into(), &(15 * MIB).into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_control_characters_is_listed_shown_sized_and_aborted() {
    let shop = Shop::open().await;
    shop.upload(KEY, Some("u-1"), 3, HOUR * 200);
    is_listed(|args| shop.run(args), "s3://attic");
    let exact = format!("s3://attic/{KEY}");
    let by_key = shop.run(&["ls", "--key", &exact, "--jsonl"]).with_code(0);
    assert_eq!(by_key.lines()[0]["key"], KEY);
    let args = ["abort", &exact, "--upload-id", "u-1", "--yes", "--json"];
    let done = shop.run(&args).with_code(0).json();
    assert_eq!(
        (&done["aborted"], &done["freed_bytes"]),
        (&1.into(), &(15 * MIB).into())
    );
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_aborted_by_a_filter_too() {
    let shop = Shop::open().await;
    shop.upload(KEY, Some("u-1"), 3, HOUR * 200);
    let args = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1d",
        "--yes",
        "--json",
    ];
    let done = shop.run(&args).with_code(0).json();
    assert_eq!(done["aborted"], 1);
    assert_eq!(shop.store.upload_count("attic"), 0);
}

/// A server that knows nothing of encodings and writes keys into its XML as they are.
async fn raw_server() -> Canned {
    let there = Mutex::new(true);
    // As XML has to: a bare line break in a text is one.
    let path = "/attic/odd%01%0B%7F%1B%5B31m%0Akey";
    Canned::start(move |request| {
        let mut there = there.lock().unwrap();
        let upload = format!(
            "<Upload><Key>{KEY}</Key><UploadId>u-1</UploadId>\
             <Initiated>2025-10-17T09:14:00.000Z</Initiated></Upload>"
        );
        let part = |number: u32| {
            format!(
                "<Part><PartNumber>{number}</PartNumber><Size>{}</Size><ETag>&quot;e&quot;</ETag>\
                 <LastModified>2025-10-17T09:15:00.000Z</LastModified></Part>",
                5 * MIB
            )
        };
        if request.query("uploads").is_some() {
            let uploads = if *there { upload } else { String::new() };
            Reply::xml(
                200,
                format!("<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>"),
            )
        } else if request.path() != path || request.query("uploadId") != Some("u-1") || !*there {
            Reply::error(404, "NoSuchUpload", "")
        } else if request.method == "DELETE" {
            *there = false;
            Reply::bare(204)
        } else {
            let parts: String = (1..=3).map(part).collect();
            Reply::xml(
                200,
                format!("<ListPartsResult><Key>{KEY}</Key>{parts}</ListPartsResult>"),
            )
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_writes_control_characters_into_its_xml_is_understood() {
    let server = raw_server().await;
    let shop = Shop::open().await;
    let run = |args: &[&str]| {
        let mut command = shop.command(args);
        let command = command.env("AWS_ENDPOINT_URL_S3", server.url());
        Ended::of(command.output().unwrap())
    };
    is_listed(run, "s3://attic");
    let exact = format!("s3://attic/{KEY}");
    let args = ["abort", &exact, "--upload-id", "u-1", "--yes", "--json"];
    let done = run(&args).with_code(0).json();
    assert_eq!(
        (&done["aborted"], &done["freed_bytes"]),
        (&1.into(), &(15 * MIB).into())
    );
    let left = run(&["ls", "s3://attic", "--jsonl"]).with_code(0);
    assert!(left.out.is_empty(), "{left:?}");
}
