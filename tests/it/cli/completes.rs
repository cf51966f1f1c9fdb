//! `complete`, and the document of `parts --complete-json` that it takes.

use mopup::model::send::{Access, CustomerKey, Encryption, ObjectOptions};
use mopup::model::{Algorithm, Target};
use mopup::protocol::Operation;
use mopup::s3::memory::{Beginning, Piece, StoredPart};
use mopup::s3::{CreateUpload, Payload, Store, UploadPart};

use super::*;

impl Shop {
    fn completes(&self) -> u64 {
        self.server.requests(Operation::CompleteMultipartUpload)
    }

    /// Small parts with bytes, which the server takes, of an upload that was just begun.
    async fn begun(&self, checksum: Option<(Algorithm, &str)>, access: &Access) -> String {
        self.store.set_min_part(1);
        let encryption = match access.customer_key {
            Some(_) => Encryption::Customer,
            None => Encryption::Default,
        };
        let created = self.store.begin(Beginning {
            request: CreateUpload {
                bucket: "attic".to_owned(),
                key: "k".to_owned(),
                options: ObjectOptions {
                    encryption,
                    ..ObjectOptions::default()
                },
                access: access.clone(),
                checksum: checksum.map(|(algorithm, _)| algorithm),
            },
            checksum_type: checksum.map(|(_, kind)| kind.to_owned()),
            ..Beginning::default()
        });
        let upload_id = created.unwrap().upload_id;
        for (number, body) in [(1, "one "), (2, "two "), (3, "three")] {
            let request = UploadPart {
                target: Target {
                    bucket: "attic".to_owned(),
                    key: "k".to_owned(),
                    upload_id: upload_id.clone(),
                },
                access: access.clone(),
                number,
                payload: Payload::of(body.as_bytes().into()),
            };
            self.store.upload_part(&request).await.unwrap();
        }
        upload_id
    }

    fn text(&self, key: &str) -> String {
        let object = self.store.object("attic", key).unwrap();
        let pieces = object.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Piece::Zeros(_) => panic!("no bytes were kept"),
        });
        pieces.collect()
    }
}

/// A change of a document.
type Change = fn(&mut Value);

fn complete<'a>(id: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["complete", "s3://attic/k", "--upload-id", id][..], more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tells_the_verdict_and_sends_nothing() {
    let shop = Shop::open().await;
    shop.upload("k", Some("-u"), 3, HOUR * 200);
    let told = shop.run(&complete("-u", &["--check"])).with_code(0);
    assert!(
        told.out
            .starts_with("s3://attic/k  -u\ncan be completed, but:\n- "),
        "{told:?}"
    );
    assert!(told.out.contains("\n- it is not ours: "), "{told:?}");
    assert!(
        told.out
            .contains("\nthe object: 3 parts, 15.0 MiB, ETag \""),
        "{told:?}"
    );
    let document = shop
        .run(&complete("-u", &["--check", "--json"]))
        .with_code(0)
        .json();
    assert_eq!(document["verdict"], "can_but");
    assert_eq!(
        (&document["parts"], &document["bytes"]),
        (&3.into(), &(15 * MIB).into())
    );
    assert_eq!(document["remarks"][0]["remark"], "full_last_part");
    assert_eq!(document["remarks"][0]["forbids"], false);
    assert_eq!(
        (&document["existing"], &document["completed"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(document["errors"], serde_json::json!([]));
    shop.upload("k", Some("empty"), 0, HOUR * 200);
    let told = shop.run(&complete("empty", &["--check"])).with_code(1);
    assert!(
        told.out
            .contains("cannot be completed:\n- it holds no part\n"),
        "{told:?}"
    );
    let document = shop
        .run(&complete("empty", &["--check", "--json"]))
        .with_code(1)
        .json();
    assert_eq!(document["verdict"], "cannot");
    assert_eq!(document["remarks"][0]["forbids"], true);
    // Also without --check nothing is sent that cannot be.
    shop.run(&complete("empty", &["--yes"])).with_code(1);
    assert_eq!(shop.completes(), 0);
    assert!(shop.audit().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_somebody_else_is_completed_verified_and_recorded() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 2500, HOUR * 200);
    let foretold = shop
        .run(&complete("u", &["--check", "--json"]))
        .with_code(0)
        .json();
    let done = shop
        .run(&complete("u", &["--yes", "--json"]))
        .with_code(0)
        .json();
    let object = &done["completed"];
    assert_eq!(object["etag"], foretold["etag"], "{done}");
    assert_eq!(
        (&object["parts"], &object["verified"]),
        (&2500.into(), &true.into())
    );
    assert_eq!(object["bytes"], 12_500 * MIB);
    assert_eq!(shop.store.object("attic", "k").unwrap().size, 12_500 * MIB);
    assert_eq!(shop.store.upload_count("attic"), 0);
    let audit = shop.audit();
    assert_eq!((audit.len(), &audit[0]["action"]), (1, &"complete".into()));
    let gone = shop.run(&complete("u", &["--yes"])).with_code(1);
    assert!(gone.err.contains("there is no such upload"), "{gone:?}");
    shop.upload("k", Some("u"), 2, HOUR * 200);
    let replaced = shop.run(&complete("u", &["--yes"])).with_code(0);
    assert!(
        replaced
            .err
            .contains("- the key holds an object of 12.2 GiB, which is replaced")
    );
    assert!(
        replaced
            .out
            .starts_with("completed  s3://attic/k  10.0 MiB  2 parts  ETag \"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_before_anything_is_asked() {
    let shop = Shop::open().await;
    for args in [
        &["complete", "s3://attic/k"][..],
        &["complete", "s3://attic", "--upload-id", "u", "--yes"],
        // Nobody can be asked here.
        &["complete", "s3://attic/k", "--upload-id", "u"],
        &[
            "complete",
            "s3://attic/k",
            "--upload-id",
            "u",
            "--yes",
            "--keep-parts",
            "0",
        ],
    ] {
        let ended = shop.run(args).with_code(2);
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{ended:?}");
    }
    let read_only = shop
        .run(&complete("u", &["--yes", "--read-only"]))
        .with_code(1);
    assert!(read_only.err.contains("read-only"), "{read_only:?}");
    assert_eq!(shop.server.requests(Operation::ListParts), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_alive_is_completed_only_when_that_is_said() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 2, HOUR / 60);
    let checked = shop.run(&complete("u", &["--check"])).with_code(0);
    assert!(
        checked.out.contains("- it showed a sign of life"),
        "{checked:?}"
    );
    let refused = shop.run(&complete("u", &["--yes", "--json"])).with_code(1);
    assert!(refused.err.contains("--include-active"), "{refused:?}");
    let document = refused.json();
    assert_eq!(document["completed"], Value::Null);
    let hint = document["errors"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("nothing was sent"), "{document}");
    assert_eq!(shop.completes(), 0);
    shop.run(&complete("u", &["--yes", "--include-active"]))
        .with_code(0);
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_is_dropped_a_length_is_meant_and_nothing_is_overwritten() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 5, HOUR * 200);
    let file = shop.home.path().join("meant");
    std::fs::File::create(&file)
        .unwrap()
        .set_len(10 * MIB)
        .unwrap();
    let file = file.display().to_string();
    let args = ["--yes", "--file", &file];
    let refused = shop.run(&complete("u", &args)).with_code(1);
    assert!(
        refused
            .err
            .contains("more than the 10.0 MiB that are meant"),
        "{refused:?}"
    );
    let args = [
        "--yes",
        "--file",
        &file,
        "--keep-parts",
        "2",
        "--if-none-match",
    ];
    shop.run(&complete("u", &args)).with_code(0);
    assert_eq!(shop.store.object("attic", "k").unwrap().size, 10 * MIB);
    shop.upload("k", Some("u"), 5, HOUR * 200);
    let refused = shop.run(&complete("u", &["--yes", "--if-none-match", "--json"]));
    let document = refused.with_code(1).json();
    assert_eq!(document["errors"][0]["code"], "PreconditionFailed");
    assert_eq!(document["existing"]["bytes"], 10 * MIB);
    assert_eq!(shop.store.upload_count("attic"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_parts_goes_there_and_back_with_its_checksums() {
    for checksum in [
        Some((Algorithm::Crc32, "COMPOSITE")),
        Some((Algorithm::Sha256, "COMPOSITE")),
        Some((Algorithm::Crc32c, "FULL_OBJECT")),
        Some((Algorithm::Crc64Nvme, "FULL_OBJECT")),
        None,
    ] {
        let shop = Shop::open().await;
        let id = shop.begun(checksum, &Access::default()).await;
        let args = [
            "parts",
            "s3://attic/k",
            "--upload-id",
            &id,
            "--complete-json",
        ];
        let mut document = shop.run(&args).with_code(0).json();
        document["Parts"].as_array_mut().unwrap().pop();
        let file = shop.home.path().join("parts.json");
        std::fs::write(&file, document.to_string()).unwrap();
        let file = file.display().to_string();
        let args = ["--yes", "--include-active", "--json", "--parts-file", &file];
        let done = shop.run(&complete(&id, &args)).with_code(0).json();
        assert_eq!(shop.text("k"), "one two ");
        let object = &done["completed"];
        assert_eq!(
            (&object["parts"], &object["verified"]),
            (&2.into(), &true.into())
        );
        assert_eq!(object["checksum"], done["checksum"]);
        let told = object["checksum"].as_str().unwrap_or_default();
        let named = checksum
            .map(|(algorithm, _)| algorithm.name())
            .unwrap_or_default();
        assert!(told.starts_with(named), "{done}");
        assert_eq!(
            told.ends_with("-2"),
            checksum.is_some_and(|(_, kind)| kind == "COMPOSITE")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_parts_that_does_not_fit_is_refused_with_the_part_named() {
    let shop = Shop::open().await;
    let crc = Some((Algorithm::Crc32, "COMPOSITE"));
    let id = shop.begun(crc, &Access::default()).await;
    let args = [
        "parts",
        "s3://attic/k",
        "--upload-id",
        &id,
        "--complete-json",
    ];
    let good = shop.run(&args).with_code(0).json();
    let file = shop.home.path().join("parts.json");
    let path = file.display().to_string();
    let args = ["--yes", "--include-active", "--parts-file", &path];
    let changes: [(Change, i32, &str); 6] = [
        (
            |all| all["Parts"][1]["PartNumber"] = 7.into(),
            2,
            "part 3 stands behind part 7",
        ),
        (
            |all| all["Parts"][2]["PartNumber"] = 7.into(),
            1,
            "part 7 is not there",
        ),
        (
            |all| all["Parts"][1]["PartNumber"] = 1.into(),
            2,
            "part 1 twice",
        ),
        (
            |all| all["Parts"][1]["ETag"] = "\"x\"".into(),
            1,
            "part 2 has the ETag",
        ),
        (
            |all| all["Parts"][1]["ChecksumCRC32"] = "AAAA".into(),
            1,
            "part 2 has the CRC32",
        ),
        (
            |all| all["Parts"] = serde_json::json!([]),
            2,
            "names no part",
        ),
    ];
    for (change, code, said) in changes {
        let mut document = good.clone();
        change(&mut document);
        std::fs::write(&file, document.to_string()).unwrap();
        let refused = shop.run(&complete(&id, &args)).with_code(code);
        assert!(refused.err.contains(said), "{said}: {refused:?}");
    }
    std::fs::remove_file(&file).unwrap();
    let refused = shop.run(&complete(&id, &args)).with_code(1);
    assert!(refused.err.contains("cannot be read"), "{refused:?}");
    assert_eq!(shop.completes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ones_own_is_needed_again_and_never_shown() {
    let shop = Shop::open().await;
    let access = Access {
        customer_key: Some(CustomerKey([7; 32])),
        expected_owner: None,
    };
    let crc = Some((Algorithm::Crc64Nvme, "FULL_OBJECT"));
    let id = shop.begun(crc, &access).await;
    let args = ["--yes", "--include-active", "--json"];
    let refused = shop.run(&complete(&id, &args)).with_code(1);
    assert_eq!(refused.json()["errors"][0]["operation"], "ListParts");
    let list = [
        "parts",
        "s3://attic/k",
        "--upload-id",
        &id,
        "--complete-json",
    ];
    shop.run(&list).with_code(1);
    let mut command = shop.command(&[&list[..], &["--sse-c-key-env", "OWN_KEY"]].concat());
    let listed = Ended::of(command.env("OWN_KEY", "07".repeat(32)).output().unwrap()).with_code(0);
    let file = shop.home.path().join("parts.json");
    std::fs::write(&file, &listed.out).unwrap();
    let file = file.display().to_string();
    let from = ["--sse-c-key-env", "OWN_KEY", "--parts-file", &file];
    let keyed = [&args[..], &from].concat();
    let mut command = shop.command(&complete(&id, &keyed));
    let done = Ended::of(command.env("OWN_KEY", "07".repeat(32)).output().unwrap()).with_code(0);
    assert_eq!(done.json()["completed"]["verified"], true, "{done:?}");
    assert!(!(done.out + &done.err).contains("0707"));
    assert_eq!(shop.text("k"), "one two three");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_told_and_forbids_only_where_composite_checksums_do() {
    let shop = Shop::open().await;
    for (checksum, code) in [
        (None, 0),
        (Some((Algorithm::Crc32, "FULL_OBJECT")), 0),
        (Some((Algorithm::Crc32, "COMPOSITE")), 1),
    ] {
        let id = shop.begun(checksum, &Access::default()).await;
        let target = Target {
            bucket: "attic".to_owned(),
            key: "k".to_owned(),
            upload_id: id.clone(),
        };
        let late = StoredPart::with_body(9, "late".into(), shop.now);
        shop.store.put_part(&target, late).unwrap();
        let told = shop.run(&complete(&id, &["--check"])).with_code(code);
        assert!(
            told.out.contains("5 parts missing in between: 4–8"),
            "{told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_look_and_waits_for_a_complete_under_way() {
    let shop = Shop::open_with(Options {
        delay: Duration::from_millis(300),
        ..Options::default()
    })
    .await;
    shop.upload("k", Some("u"), 3, HOUR * 200);
    let interrupted = async |operation: Operation| {
        let mut command = shop.command(&complete("u", &["--yes", "--json"]));
        let mut child = command.spawn().unwrap();
        while shop.server.requests(operation) == 0 {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
        Ended::of(child.wait_with_output().unwrap())
    };
    let looked = interrupted(Operation::ListParts).await.with_code(130);
    assert!(looked.err.contains("nothing was completed"), "{looked:?}");
    assert_eq!(looked.json()["errors"][0]["code"], "Interrupted");
    assert_eq!(shop.completes(), 0);
    let made = interrupted(Operation::CompleteMultipartUpload).await;
    let made = made.with_code(0).json();
    assert_eq!(made["completed"]["verified"], true, "{made}");
    assert_eq!(shop.store.upload_count("attic"), 0);
}
