//! `abort`.

use mopup::protocol::Operation;

use super::*;

impl Shop {
    fn aborts(&self) -> u64 {
        self.server.requests(Operation::AbortMultipartUpload)
    }

    pub(super) fn audit(&self) -> Vec<Value> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.ends_with("audit.jsonl") {
                    found.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let lines = found.iter().flat_map(|text| text.lines());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn abort_without_a_choice_is_wrong_usage() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 1, HOUR * 200);
    for args in [
        &["abort", "s3://attic/k"][..],
        &["abort", "s3://attic", "--yes"],
        &["abort", "s3://attic", "--upload-id", "u", "--yes"],
        // Nobody can be asked here.
        &["abort", "s3://attic/k", "--upload-id", "u"],
        &["abort", "s3://attic", "--filter", "age>1d"],
        &["abort", "s3://attic", "--filter", "age>1", "--yes"],
        &["abort", "attic", "--filter", "age>1d", "--yes"],
    ] {
        let ended = shop.run(args).with_code(2);
        assert!(ended.out.is_empty() && !ended.err.is_empty());
    }
    assert_eq!(shop.store.upload_count("attic"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn named_uploads_are_aborted_recorded_and_then_already_gone() {
    let shop = Shop::open().await;
    for id in ["-u", "--yes", "other"] {
        shop.upload("k", Some(id), 2, HOUR * 200);
    }
    let args = [
        "abort",
        "s3://attic/k",
        "--upload-id",
        "-u",
        "--upload-id=--yes",
        "--yes",
        "--json",
    ];
    let done = shop.run(&args).with_code(0).json();
    let expected = serde_json::json!({
        "aborted": 2, "freed_bytes": 20 * MIB, "already_gone": 0, "skipped": [], "failed": [],
    });
    assert_eq!(done, expected);
    assert_eq!(shop.store.upload_count("attic"), 1);
    let again = shop.run(&args).with_code(0).json();
    assert_eq!(again["already_gone"], 2);
    let audit = shop.audit();
    assert_eq!(audit.len(), 2);
    assert_eq!(audit[0]["action"], "abort");
    assert_eq!(audit[0]["bytes"], 10 * MIB);
    let tail = shop.server.access_key();
    assert_eq!(audit[0]["access_key"], tail[tail.len() - 4..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_be_and_sends_no_abort() {
    let shop = Shop::open().await;
    shop.upload("old/1", Some("u1"), 2, HOUR * 200);
    shop.upload("old/2", None, 3, HOUR * 200);
    shop.upload("live", None, 1, HOUR / 60);
    let args = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1m",
        "--dry-run",
        "--json",
    ];
    let plan = shop.run(&args).with_code(0).json();
    assert_eq!(plan["dry_run"], true);
    assert_eq!(plan["aborted"], 2);
    assert_eq!(plan["freed_bytes"], 25 * MIB);
    assert_eq!(plan["would_abort"][0]["upload_id"], "u1");
    assert_eq!(plan["skipped"][0]["key"], "live");
    assert_eq!(plan["skipped"][0]["reason"], "active");
    let named = [
        "abort",
        "s3://attic/old/1",
        "--upload-id",
        "u1",
        "--dry-run",
    ];
    let named = shop.run(&named).with_code(0);
    assert!(
        named
            .out
            .contains("1 would be aborted, 10.0 MiB would be freed"),
        "{named:?}"
    );
    assert_eq!(shop.aborts(), 0);
    assert_eq!(shop.store.upload_count("attic"), 3);
    assert!(shop.audit().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_alive_is_skipped_unless_that_is_said() {
    let shop = Shop::open().await;
    shop.upload("old", None, 2, HOUR * 200);
    shop.upload("live", Some("l"), 1, HOUR / 60);
    // Begun half an hour ago, no part yet: parts in flight are not listed.
    let fresh = NewUpload {
        key: "fresh".to_owned(),
        upload_id: Some("f".to_owned()),
        initiated: Some(shop.now.minus(HOUR / 2)),
        ..NewUpload::default()
    };
    shop.store.insert_upload("attic", fresh).unwrap();
    let named = [
        "abort",
        "s3://attic/fresh",
        "--upload-id",
        "f",
        "--yes",
        "--json",
    ];
    let named = shop.run(&named).with_code(1).json();
    assert_eq!(named["skipped"][0]["reason"], "active");
    let all = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1m",
        "--yes",
        "--json",
    ];
    let all = shop.run(&all).with_code(0).json();
    assert_eq!(all["aborted"], 1);
    assert_eq!(all["skipped"].as_array().unwrap().len(), 2);
    assert_eq!(shop.aborts(), 1);
    let included = [
        "abort",
        "s3://attic/live",
        "--upload-id=l",
        "--yes",
        "--include-active",
        "--json",
    ];
    let included = shop.run(&included).with_code(0).json();
    assert_eq!(included["aborted"], 1);
    assert_eq!(shop.store.upload_count("attic"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_needs_sizes_gets_them_first() {
    let shop = Shop::open().await;
    shop.upload("small", None, 1, HOUR * 200);
    shop.upload("big", None, 50, HOUR * 200);
    let args = ["abort", "s3://attic", "--filter", "size>100MiB", "--yes"];
    let done = shop.run(&args).with_code(0);
    assert!(done.out.contains("1 aborted, 250 MiB freed"), "{done:?}");
    assert_eq!(shop.store.upload_count("attic"), 1);
    let nothing = shop.run(&args).with_code(0);
    assert!(nothing.out.contains("0 aborted"), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_refuses_and_a_denied_abort_is_a_failure() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 1, HOUR * 200);
    let refused = [
        "abort",
        "s3://attic/k",
        "--upload-id",
        "u",
        "--yes",
        "--read-only",
    ];
    let refused = shop.run(&refused).with_code(1);
    assert!(refused.err.contains("read-only"), "{refused:?}");
    assert_eq!(shop.aborts(), 0);
    shop.store
        .deny("attic", Operation::AbortMultipartUpload, "");
    let denied = [
        "abort",
        "s3://attic/k",
        "--upload-id",
        "u",
        "--yes",
        "--json",
    ];
    let denied = shop.run(&denied).with_code(1).json();
    assert_eq!(denied["failed"][0]["code"], "AccessDenied");
    let hint = denied["failed"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("s3:AbortMultipartUpload"), "{denied}");
    assert_eq!(shop.audit().last().unwrap()["outcome"], "failed");
    shop.store.deny("attic", Operation::ListParts, "");
    let unknown = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1d",
        "--yes",
        "--json",
    ];
    let unknown = shop.run(&unknown).with_code(1).json();
    assert_eq!(unknown["skipped"][0]["reason"], "liveness_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_are_aborted_and_verified_by_listing() {
    let shop = Shop::open().await;
    for number in 0..2000 {
        shop.upload(&format!("many/{number:05}"), None, 2, HOUR * 200);
    }
    let args = [
        "abort",
        "s3://attic/many/",
        "--filter",
        "idle>1d",
        "--yes",
        "--json",
    ];
    let done = shop.run(&args).with_code(0).json();
    assert_eq!(done["aborted"], 2000);
    assert_eq!(done["freed_bytes"], 20_000 * MIB);
    assert_eq!(shop.store.upload_count("attic"), 0);
    assert_eq!(shop.aborts(), 2000);
    // Sized for the filter, and looked at again right before.
    assert_eq!(shop.server.requests(Operation::ListParts), 4000);
    assert_eq!(shop.audit().len(), 2000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_filter_aborts_nothing() {
    let shop = Shop::open().await;
    shop.upload("k", None, 1, HOUR * 200);
    for empty in ["", "  "] {
        let args = ["abort", "s3://attic", "--filter", empty, "--yes"];
        let ended = shop.run(&args).with_code(2);
        assert!(ended.err.contains("the filter is empty"), "{ended:?}");
    }
    assert_eq!(shop.store.upload_count("attic"), 1);
    let args = ["abort", "s3://attic", "--filter", "age>=0s", "--yes"];
    shop.run(&args).with_code(0);
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_cannot_be_listed_is_in_the_aborts_document() {
    let shop = Shop::open().await;
    shop.store
        .deny("attic", Operation::ListMultipartUploads, "");
    let args = [
        "abort",
        "s3://attic",
        "--filter",
        "age>1d",
        "--yes",
        "--json",
    ];
    let document = shop.run(&args).with_code(1).json();
    assert_eq!(document["aborted"], 0);
    assert_eq!(document["errors"][0]["code"], "AccessDenied");
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_are_aborted_with_two_requests_each_and_told_in_order() {
    let shop = Shop::open().await;
    for number in 0..3_000 {
        shop.upload(&format!("many/{number:05}"), None, 1, HOUR * 200);
    }
    shop.upload("many/live", Some("l"), 1, HOUR / 60);
    // Page by page, so that pages can be counted.
    let args = ["abort", "s3://attic", "--filter", "age>1m", "--json"];
    let args = [&args[..], &["--workers", "1"]].concat();
    let plan = shop.run(&[&args[..], &["--dry-run"]].concat());
    let plan = plan.with_code(0).json();
    assert_eq!(
        (&plan["aborted"], &plan["freed_bytes"]),
        (&3_000.into(), &(3_000 * 5 * MIB).into())
    );
    let keys = |list: &Value| -> Vec<String> {
        let of = |one: &Value| one["key"].as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(of).collect()
    };
    let would = keys(&plan["would_abort"]);
    assert!(would.len() == 3_000 && would.is_sorted());
    let before = shop.server.requests(Operation::ListParts);
    let listed = shop.server.requests(Operation::ListMultipartUploads);
    let done = shop.run(&[&args[..], &["--yes"]].concat());
    let done = done.with_code(0).json();
    assert_eq!(
        (&done["aborted"], &done["unverified"]),
        (&3_000.into(), &Value::Null)
    );
    assert_eq!(keys(&done["skipped"]), ["many/live"]);
    assert_eq!(shop.aborts(), 3_000);
    let looks = shop.server.requests(Operation::ListParts) - before;
    assert_eq!(looks, 3_001, "one look each, right before the abort");
    let pages = shop.server.requests(Operation::ListMultipartUploads) - listed;
    assert!(
        (2..=8).contains(&pages),
        "{pages}: the list, and once again"
    );
}
