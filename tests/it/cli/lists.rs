//! `ls`, `du`, `parts`.

use mopup::protocol::Operation;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn ls_names_every_field_and_leaves_none_out() {
    let shop = Shop::open().await;
    let id = shop.upload("a b/ü\u{7}.bin", Some("-id"), 3, HOUR * 200);
    assert_eq!(id, "-id");
    let listed = shop.run(&["ls", "s3://attic", "--json"]).with_code(0);
    let initiated = shop.now.minus(HOUR * 201).rfc3339();
    let upload = serde_json::json!({
        "bucket": "attic", "key": "a b/ü\u{7}.bin", "upload_id": "-id", "initiated": initiated,
        "storage_class": "STANDARD_IA", "initiator": "svc", "owner": null, "checksum_algorithm": null,
    });
    let document = listed.json();
    assert_eq!(document["errors"], serde_json::json!([]));
    let mut found = document["uploads"][0].clone();
    // Servers may fill the owner in.
    found["owner"] = Value::Null;
    assert_eq!(found, upload);

    let sized = shop.run(&["ls", "--sized", "--json", "s3://attic/a "]);
    let sized = &sized.with_code(0).json()["uploads"][0];
    assert_eq!(sized["parts"], 3);
    assert_eq!(sized["bytes"], 15 * MIB);
    assert_eq!(sized["last_part"], shop.now.minus(HOUR * 200).rfc3339());
    assert_eq!(sized["state"], "stale");
    assert_eq!(sized["deadline"], Value::Null);

    let table = shop.run(&["ls", "s3://attic"]).with_code(0);
    assert!(
        table.out.contains(r"s3://attic/a b/ü\x07.bin  -id"),
        "{table:?}"
    );
    assert!(table.err.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_denied_bucket_among_many_is_told_and_the_rest_is_listed() {
    let shop = Shop::open().await;
    shop.upload("k", None, 1, HOUR * 200);
    for bucket in ["denied", "other"] {
        shop.store.create_bucket(bucket, "us-east-1");
    }
    shop.store
        .deny("denied", Operation::ListMultipartUploads, "");
    let lines = shop.run(&["ls", "--jsonl"]).with_code(1);
    assert_eq!(lines.lines().len(), 1);
    assert!(
        lines.err.contains("s3:ListBucketMultipartUploads"),
        "{lines:?}"
    );
    assert_eq!(lines.err.lines().count(), 1);
    let document = shop.run(&["ls", "--json"]).with_code(1).json();
    assert_eq!(document["uploads"].as_array().unwrap().len(), 1);
    let errors = document["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["operation"], "ListMultipartUploads");
    assert!(errors[0]["target"].as_str().unwrap().contains("denied"));
    assert_eq!(errors[0]["code"], "AccessDenied");
    // A bucket that is not there is told as well.
    let missing = shop.run(&["ls", "s3://attic", "s3://nowhere"]).with_code(1);
    assert!(missing.err.contains("nowhere"), "{missing:?}");
    assert!(missing.out.contains("s3://attic/k"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_listed_in_every_format() {
    let shop = Shop::open().await;
    for number in 0..2500 {
        shop.upload(&format!("many/{number},\"x\""), None, 1, HOUR * 200);
    }
    let lines = shop
        .run(&["ls", "--jsonl", "s3://attic/many/"])
        .with_code(0);
    assert_eq!(lines.lines().len(), 2500);
    let csv = shop.run(&["ls", "--csv", "--sized"]).with_code(0);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        names,
        [
            "bucket",
            "key",
            "upload_id",
            "initiated",
            "storage_class",
            "initiator",
            "owner",
            "checksum_algorithm",
            "parts",
            "bytes",
            "last_part",
            "state",
            "deadline"
        ]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2500);
    assert!(rows.iter().all(|row| row[1].ends_with(",\"x\"")
        && row[9] == (5 * MIB).to_string()
        && row[11] == *"stale"));
    let keys: Vec<&str> = rows.iter().map(|row| &row[1]).collect();
    assert!(keys.is_sorted(), "the server's order is kept");
    let empty = shop.run(&["ls", "--csv", "s3://attic/none"]).with_code(0);
    assert_eq!(empty.out.lines().count(), 1, "the header alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_let_pass_what_they_say() {
    let shop = Shop::open().await;
    shop.upload("old", None, 2, HOUR * 200);
    shop.upload("big", None, 100, HOUR * 100);
    shop.upload("live", None, 1, HOUR / 60);
    let keys = |filter: &str| -> Vec<String> {
        let listed = shop
            .run(&["ls", "--jsonl", "--filter", filter])
            .with_code(0);
        let lines = listed.lines();
        lines
            .iter()
            .map(|line| line["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys("age>8d"), ["old"]);
    let asked = shop.server.requests(Operation::ListParts);
    assert_eq!(asked, 0, "nothing is sized unless it is needed");
    assert_eq!(keys("size>100MiB"), ["big"]);
    assert_eq!(keys("-state:active"), ["big", "old"]);
    assert_eq!(keys("age>8d state:active"), [""; 0]);
    let wrong = shop.run(&["ls", "--filter", "age>8d size>9Q"]).with_code(2);
    assert!(
        wrong.err.contains("column 13") || wrong.err.contains("column 8"),
        "{wrong:?}"
    );
    assert!(
        wrong.err.lines().any(|line| line.trim() == "^"),
        "{wrong:?}"
    );
    assert!(wrong.out.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn du_sums_by_prefix_and_bucket() {
    let shop = Shop::open().await;
    shop.upload("video/raw/1", None, 2, HOUR * 200);
    shop.upload("video/raw/2", None, 3, HOUR * 300);
    shop.upload("db/dump", None, 1, HOUR * 2);
    shop.store.create_bucket("empty", "us-east-1");
    let du = shop
        .run(&["du", "s3://attic", "--json"])
        .with_code(0)
        .json();
    let groups = du["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0]["name"], "video/");
    assert_eq!(groups[0]["bucket"], "attic");
    assert_eq!(groups[0]["bytes"], 25 * MIB);
    assert_eq!(groups[0]["uploads"], 2);
    assert_eq!(groups[0]["oldest"], shop.now.minus(HOUR * 301).rfc3339());
    assert_eq!(du["total"]["bytes"], 30 * MIB);
    assert_eq!(du["total"]["complete"], true);
    assert!(du["total"]["cost_per_month"].as_f64().unwrap() > 0.0);
    // The depth counts from the address on.
    let below = shop
        .run(&["du", "s3://attic/video/", "--json"])
        .with_code(0)
        .json();
    assert_eq!(below["groups"][0]["name"], "video/raw/");
    let by = shop
        .run(&["du", "--by", "state", "--json"])
        .with_code(0)
        .json();
    let names: Vec<&Value> = by["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| &g["name"])
        .collect();
    assert_eq!(names, ["stale", "idle"]);
    let table = shop.run(&["du"]).with_code(0);
    assert!(
        table.out.contains("30.0 MiB") && table.out.contains("s3://attic"),
        "{table:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn du_by_bucket_tells_states_rules_and_what_may_not_be_listed() {
    let shop = Shop::open().await;
    shop.upload("old", None, 2, HOUR * 200);
    shop.upload("fresh", None, 1, HOUR / 2);
    shop.store.create_bucket("clean", "us-east-1");
    shop.store.create_bucket("locked", "us-east-1");
    let listing = Operation::ListMultipartUploads;
    shop.store.deny("locked", listing, "");
    let du = shop.run(&["du", "--by", "bucket", "--json"]).with_code(1);
    let du = du.json();
    let groups = du["groups"].as_array().unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["bucket"]).collect();
    assert_eq!(names, ["attic", "clean", "locked"]);
    let attic = &groups[0];
    assert_eq!((&attic["stale"], &attic["active"]), (&1.into(), &1.into()));
    assert_eq!(attic["listed"], "whole");
    assert_eq!(attic["abort_rule"], "none");
    assert_eq!(groups[1]["complete"], true);
    assert_eq!(groups[2]["listed"], "denied");
    assert_eq!(groups[2]["complete"], false);
    assert_eq!(du["total"]["complete"], false);
    let csv = shop.run(&["du", "--by", "bucket", "--csv"]).with_code(1);
    let head = csv.out.lines().next().unwrap();
    assert!(head.ends_with("unknown,abort_rule,abort_days"), "{head}");
    let text = shop.run(&["du", "--markdown"]).with_code(1).out;
    assert!(text.contains("| attic | 15.0 MiB | 2 |"), "{text}");
    assert!(text.contains("Not listed to the end: locked."), "{text}");
    shop.run(&["du", "--markdown", "--json"]).with_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_listed_and_make_the_document_that_completes() {
    let shop = Shop::open().await;
    shop.upload("k", Some("-u"), 2500, HOUR * 200);
    let parts = shop.run(&["parts", "s3://attic/k", "--upload-id", "-u", "--json"]);
    let parts = parts.with_code(0).json();
    let parts = parts["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2500);
    assert_eq!(parts[2499]["part_number"], 2500);
    assert_eq!(parts[0]["size"], 5 * MIB);
    assert_eq!(
        parts[0]["last_modified"],
        shop.now.minus(HOUR * 200).rfc3339()
    );
    let etag = parts[0]["etag"].as_str().unwrap();
    assert_eq!(etag.len(), 32);
    let document = shop.run(&["parts", "s3://attic/k", "--upload-id=-u", "--complete-json"]);
    let document = document.with_code(0).json();
    assert_eq!(document["Parts"].as_array().unwrap().len(), 2500);
    assert_eq!(
        document["Parts"][0],
        serde_json::json!({"ETag": format!("\"{etag}\""), "PartNumber": 1})
    );
    let gone = shop.run(&["parts", "s3://attic/k", "--upload-id", "nope", "--json"]);
    let gone = gone.with_code(1);
    assert!(
        gone.err.starts_with("mopup: ") && gone.out.is_empty(),
        "{gone:?}"
    );
    shop.run(&["parts", "s3://attic", "--upload-id", "x"])
        .with_code(2);
}
