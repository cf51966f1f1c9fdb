//! Documents are whole, however a command ends.

use mopup::protocol::Operation;

use super::*;
use crate::support::canned::{Canned, Reply};

async fn slow() -> Shop {
    Shop::open_with(Options {
        delay: Duration::from_millis(100),
        ..Options::default()
    })
    .await
}

/// Sends the command a signal after so many requests.
async fn ended_by(signal: &str, shop: &Shop, args: &[&str], after: (Operation, u64)) -> Ended {
    let child = shop.command(args).spawn().unwrap();
    while shop.server.requests(after.0) < after.1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = child.id().to_string();
    Command::new("kill").args([signal, &pid]).status().unwrap();
    Ended::of(child.wait_with_output().unwrap()).with_code(130)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_listing_is_a_whole_document_that_says_so() {
    let shop = slow().await;
    for number in 0..20_000 {
        shop.upload(&format!("many/{number:05}"), None, 1, HOUR * 200);
    }
    let args = ["ls", "s3://attic", "--json"];
    let ended = ended_by("-INT", &shop, &args, (Operation::ListMultipartUploads, 4)).await;
    let document = ended.json();
    let listed = document["uploads"].as_array().unwrap().len();
    assert!((1000..20_000).contains(&listed), "{listed}");
    assert_eq!(document["errors"][0]["code"], "Interrupted");
    assert!(
        ended.err.starts_with("mopup: interrupted; "),
        "{}",
        ended.err
    );
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    let args = ["du", "s3://attic", "--json"];
    let ended = ended_by("-INT", &shop, &args, (Operation::ListParts, 100)).await;
    assert_eq!(ended.json()["errors"][0]["code"], "Interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_that_the_system_ends_says_what_was_done() {
    let shop = slow().await;
    for number in 0..2000 {
        shop.upload(&format!("many/{number:05}"), None, 1, HOUR * 200);
    }
    let args = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1d",
        "--yes",
        "--json",
    ];
    let ended = ended_by("-TERM", &shop, &args, (Operation::AbortMultipartUpload, 50)).await;
    let aborted = ended.json()["aborted"].as_u64().unwrap();
    assert_eq!(2000 - aborted, shop.store.upload_count("attic") as u64);
    assert!(aborted < 1900, "{aborted}");
    assert_eq!(ended.json()["left"], 2000 - aborted);
    assert!(
        ended.err.contains("the same command goes on with them"),
        "{}",
        ended.err
    );
    assert_eq!(shop.audit().len() as u64, aborted);
    // Again: the rest, and nothing twice.
    let done = shop.run(&args).with_code(0).json();
    assert_eq!(done["aborted"], 2000 - aborted);
    assert_eq!(
        (&done["already_gone"], &done["left"]),
        (&0.into(), &Value::Null)
    );
    assert_eq!(shop.store.upload_count("attic"), 0);
    let audit = shop.audit();
    let keys: std::collections::HashSet<_> = audit.iter().map(|of| of["key"].as_str()).collect();
    assert_eq!((audit.len(), keys.len()), (2000, 2000));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_listed_is_a_document_too() {
    let shop = Shop::open().await;
    let server = Canned::start(|_| Reply::error(403, "AccessDenied", "")).await;
    for (command, list) in [("ls", "uploads"), ("du", "groups")] {
        let ended = shop.run(&[command, "--json", "--endpoint-url", &server.url()]);
        let document = ended.with_code(1).json();
        assert_eq!(document[list], serde_json::json!([]));
        assert_eq!(document["errors"][0]["code"], "AccessDenied");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_end_halfway_are_a_document_that_says_why() {
    let shop = Shop::open().await;
    let server = Canned::start(|request| match request.query("part-number-marker") {
        None => Reply::xml(
            200,
            "<ListPartsResult><IsTruncated>true</IsTruncated>\
             <NextPartNumberMarker>1</NextPartNumberMarker>\
             <Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>5</Size></Part></ListPartsResult>",
        ),
        Some(_) => Reply::error(403, "AccessDenied", ""),
    })
    .await;
    let url = server.url();
    let args = [
        "parts",
        "s3://b/k",
        "--upload-id",
        "u",
        "--json",
        "--endpoint-url",
        &url,
    ];
    let ended = shop.run(&args).with_code(1);
    let document = ended.json();
    assert_eq!(document["parts"][0]["size"], 5);
    assert_eq!(document["errors"][0]["code"], "AccessDenied");
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_overlap_count_once() {
    let shop = Shop::open().await;
    shop.upload("a/1", None, 2, HOUR * 200);
    shop.upload("b/1", None, 3, HOUR * 200);
    let twice = ["s3://attic/a/", "s3://attic", "s3://attic/b", "s3://attic"];
    let run = |command: &str| {
        let args: Vec<&str> = [command, "--json"].into_iter().chain(twice).collect();
        shop.run(&args).with_code(0).json()
    };
    assert_eq!(run("ls")["uploads"].as_array().unwrap().len(), 2);
    let du = run("du");
    assert_eq!(du["total"]["uploads"], 2);
    assert_eq!(du["total"]["bytes"], 25 * MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_that_cannot_be_read_do_not_stop_the_others() {
    let shop = Shop::open().await;
    let listing = |key: &str| {
        let upload = format!("<Upload><Key>{key}</Key><UploadId>u</UploadId></Upload>");
        format!("<ListMultipartUploadsResult>{upload}</ListMultipartUploadsResult>")
    };
    let server = Canned::start(move |request| match request.path() {
        "/" => Reply::xml(
            200,
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>garbled</Name></Bucket>\
             <Bucket><Name>gone</Name></Bucket><Bucket><Name>well</Name></Bucket>\
             </Buckets></ListAllMyBucketsResult>",
        ),
        path if path.starts_with("/garbled") => Reply::xml(200, "<Other/>"),
        path if path.starts_with("/gone") => Reply::error(404, "NoSuchBucket", ""),
        _ => Reply::xml(200, listing("k")),
    })
    .await;
    let ended = shop.run(&["ls", "--jsonl", "--endpoint-url", &server.url()]);
    let ended = ended.with_code(1);
    assert_eq!(ended.lines().len(), 1, "{ended:?}");
    assert_eq!(ended.lines()[0]["bucket"], "well");
    assert_eq!(ended.err.lines().count(), 2, "{}", ended.err);
    assert!(
        ended.err.contains("garbled cannot be read"),
        "{}",
        ended.err
    );
}
