//! `resume s3://…`: uploads that other programs left.

use std::path::{Path, PathBuf};

use mopup::protocol::Operation;
use mopup::s3::memory::{Piece, StoredPart};

use super::asks::typed;
use super::*;

/// Parts of 64 KiB: the service is one whose rules are not known.
const PART: usize = 64 << 10;
const LEN: usize = 4 * PART + 10;

/// Changes one byte of the second part.
fn change(file: &Path) {
    let mut body = std::fs::read(file).unwrap();
    body[PART + 7] ^= 1;
    std::fs::write(file, body).unwrap();
}

impl Shop {
    /// The upload `u` of a file, of which these parts arrived long ago; answers the file.
    fn left(&self, numbers: &[u32]) -> PathBuf {
        let body: Vec<u8> = (0..LEN).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let file = self.home.path().join("dump.bin");
        std::fs::write(&file, &body).unwrap();
        let then = self.now.minus(HOUR * 100);
        let parts = (1..).zip(body.chunks(PART));
        let parts = parts.filter(|(number, _)| numbers.contains(number));
        let parts =
            parts.map(|(number, piece)| StoredPart::with_body(number, piece.to_vec().into(), then));
        let upload = NewUpload {
            key: "k".to_owned(),
            upload_id: Some("u".to_owned()),
            initiated: Some(then),
            parts: Parts::Listed(parts.collect()),
            ..NewUpload::default()
        };
        self.store.set_min_part(1);
        self.store.insert_upload("attic", upload).unwrap();
        file
    }

    fn parts_sent(&self) -> u64 {
        self.server.requests(Operation::UploadPart)
    }

    #[track_caller]
    fn has(&self, file: &PathBuf) {
        let object = self.store.object("attic", "k").unwrap();
        let pieces = object.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            Piece::Zeros(_) => panic!("no bytes were kept"),
        });
        let pieces: Vec<Vec<u8>> = pieces.collect();
        assert!(pieces.concat() == std::fs::read(file).unwrap());
    }
}

const RESUME: [&str; 4] = ["resume", "s3://attic/k", "--upload-id", "u"];

fn resume<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let named = ["--file", file.to_str().unwrap()];
    [&RESUME, &named[..], more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_sent_and_told() {
    let shop = Shop::open().await;
    let file = shop.left(&[1, 2, 4]);
    let dry = shop.run(&resume(&file, &["--dry-run"])).with_code(0);
    assert!(
        dry.out
            .contains("3 of 5 parts are held and equal the file (by MD5), 2 are missing"),
        "{dry:?}"
    );
    let dry = shop
        .run(&resume(&file, &["--dry-run", "--json"]))
        .with_code(0);
    let compared = &dry.json()["compared"];
    assert_eq!(compared["equal_parts"], 3, "{dry:?}");
    assert_eq!(compared["by_md5"], 3);
    assert_eq!(compared["part_bytes"], PART);
    assert_eq!(compared["missing_parts"], 2);
    assert_eq!(compared["bytes_to_send"], PART + 10);
    assert_eq!(shop.parts_sent(), 0);
    let ended = shop.run(&resume(&file, &["--jsonl"])).with_code(0);
    let lines = ended.lines();
    let events: Vec<&str> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    let at = |name| events.iter().position(|event| *event == name).unwrap();
    assert!(
        at("compared") < at("begun") && at("begun") < at("stored"),
        "{events:?}"
    );
    let stored = &lines[at("stored")];
    assert_eq!(stored["sent_bytes"], PART + 10);
    assert_eq!(stored["upload_id"], "u");
    assert_eq!(stored["verified"], true);
    assert_eq!(shop.parts_sent(), 2);
    shop.has(&file);
    let again = shop.run(&resume(&file, &[])).with_code(1);
    assert!(again.err.contains("mopup ls"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_differ_are_replaced_only_when_that_is_said() {
    let shop = Shop::open().await;
    let file = shop.left(&[1, 2, 3, 4]);
    change(&file);
    let ended = shop.run(&resume(&file, &["--json"])).with_code(1);
    let document = ended.json();
    assert_eq!(document["compared"]["different"], serde_json::json!([2]));
    assert_eq!(document["failed"][0]["key"], "k");
    assert!(ended.err.contains("--yes"), "{ended:?}");
    let args = resume(&file, &[]);
    let (shown, code) = typed(&shop, &args, "again: ", "y\n");
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("not confirmed"), "{shown}");
    assert_eq!(shop.parts_sent(), 0);
    let (shown, code) = typed(&shop, &args, "again: ", "replace\n");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("verified"), "{shown}");
    assert_eq!(shop.parts_sent(), 2);
    shop.has(&file);

    let shop = Shop::open().await;
    let file = shop.left(&[1, 2, 3, 4, 5]);
    change(&file);
    shop.run(&resume(&file, &["--yes"])).with_code(0);
    assert_eq!(shop.parts_sent(), 1);
    shop.has(&file);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_wrongly_is_told() {
    let shop = Shop::open().await;
    let file = shop.left(&[1, 2]);
    let name = file.to_str().unwrap();
    for (args, word) in [
        (vec!["resume", "s3://attic/k"], "--upload-id"),
        (
            vec!["resume", "s3://attic/k", "--file", name],
            "--upload-id",
        ),
        (
            vec!["resume", "k", "--upload-id", "u", "--file", name],
            "s3://BUCKET/KEY",
        ),
        (
            vec!["resume", "s3://attic", "--upload-id", "u", "--file", name],
            "names no key",
        ),
        (
            vec!["resume", "s3://attic/k", "--upload-id", "u", "--file", "-"],
            "name a file",
        ),
        (vec!["resume", "--trust-size"], "--upload-id"),
        (vec!["resume", "s3://attic/k", "--upload-id", "u"], "--file"),
    ] {
        let ended = shop.run(&args).with_code(2);
        assert!(ended.err.contains(word), "{ended:?}");
    }
    let read_only = [&["--read-only"], &resume(&file, &[])[..]].concat();
    assert!(shop.run(&read_only).with_code(1).err.contains("read-only"));
    std::fs::write(&file, vec![9; LEN]).unwrap();
    let ended = shop.run(&resume(&file, &["--json"])).with_code(1);
    assert!(ended.err.contains("--replace-all"), "{ended:?}");
    assert_eq!(ended.json()["failed"][0]["upload_id"], "u");
    assert_eq!(shop.parts_sent(), 0);
}
