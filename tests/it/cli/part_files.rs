//! `put-part` against the server, by the built binary.

use mopup::protocol::Operation;
use mopup::s3::checksum::md5_etag;
use mopup::s3::{CreateUpload, Store};

use super::copies::{PART, bytes};
use super::*;

impl Shop {
    async fn new_id(&self, key: &str) -> String {
        let request = CreateUpload {
            bucket: "attic".to_owned(),
            key: key.to_owned(),
            ..CreateUpload::default()
        };
        self.store.create_upload(&request).await.unwrap().upload_id
    }

    #[track_caller]
    fn refuses(&self, args: &[&str], code: i32, said: &str) {
        let line = [&["put-part"], args].concat();
        let told = self.run(&line).with_code(code);
        assert!(told.err.contains(said), "{args:?}: {told:?}");
        assert!(told.out.is_empty(), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_a_file_are_put_by_their_names() {
    let shop = Shop::open().await;
    let id = shop.new_id("sailbot.mp4").await;
    let content = bytes(2 * PART + 7);
    let pieces: Vec<String> = content
        .chunks(PART)
        .zip(1..)
        .map(|(piece, number)| shop.laid(&format!("sailbot.mp4.{number:03}"), piece))
        .collect();
    let address = "s3://attic/sailbot.mp4";
    let id = format!("--upload-id={id}");
    let line = [
        "put-part",
        address,
        &pieces[2],
        &pieces[0],
        "--numbers-from-names",
        &id,
    ];
    let refused = shop.run(&line).with_code(1);
    assert!(refused.err.contains("--include-active"), "{refused:?}");
    let line = [&line[..], &["--include-active"]].concat();
    let document = shop
        .run(&[&line[..], &["--json"]].concat())
        .with_code(0)
        .json();
    let placed = document["placed"].as_array().unwrap();
    let numbers: Vec<u64> = placed
        .iter()
        .filter_map(|of| of["part_number"].as_u64())
        .collect();
    assert!(numbers.contains(&1) && numbers.contains(&3), "{document}");
    assert_eq!(placed[0]["key"], "sailbot.mp4");
    let held = shop.run(&line).with_code(1);
    assert!(held.err.contains("parts 1, 3 are held already"), "{held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stretch_of_a_file_is_put_and_put_again() {
    let shop = Shop::open().await;
    let id = shop.new_id("sailbot.mp4").await;
    let content = bytes(2 * PART + 7);
    let address = "s3://attic/sailbot.mp4";
    let id = format!("--upload-id={id}");
    let file = shop.laid("whole", &content);
    let second = [
        "put-part",
        address,
        &file,
        "--part-number=2",
        "--range=5MiB+5MiB",
        &id,
        "--include-active",
        "--jsonl",
    ];
    let lines = shop.run(&second).with_code(0).lines();
    let put = lines.iter().find(|line| line["event"] == "placed").unwrap();
    assert_eq!(put["etag"], md5_etag(&content[PART..2 * PART]));
    assert!(
        lines.iter().all(|line| line["event"] != "begun"),
        "{lines:?}"
    );
    let parts = shop
        .run(&["parts", address, &id, "--json"])
        .with_code(0)
        .json();
    assert_eq!(parts["parts"].as_array().unwrap().len(), 1, "{parts}");
    let again = [&second[..7], &["--overwrite"]].concat();
    let told = shop.run(&again).with_code(0);
    assert!(
        told.out.starts_with("put  part 2  5.00 MiB  ETag \"")
            && told
                .out
                .trim_end()
                .ends_with("in the place of the one before"),
        "{told:?}"
    );
    assert!(told.err.contains("1 put after"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_cannot_be_meant_are_refused() {
    let shop = Shop::open().await;
    let id = shop.new_id("k").await;
    let id = format!("--upload-id={id}");
    let (a, b) = (shop.laid("a.1", b"x"), shop.laid("b.1", b"y"));
    let (zero, none) = (shop.laid("c.0", b"x"), shop.laid("d.mp4", b"x"));
    let key = "s3://attic/k";
    for (args, code, said) in [
        (&[key, &a, &id][..], 2, "--part-number N"),
        (
            &["s3://attic", &a, &id, "--part-number=1"],
            2,
            "names no key",
        ),
        (
            &[key, &a, &b, &id, "--numbers-from-names"],
            2,
            "both part 1",
        ),
        (
            &[key, &zero, &id, "--numbers-from-names"],
            2,
            "numbered from 1",
        ),
        (
            &[key, &none, &id, "--numbers-from-names"],
            2,
            "no number that stands apart",
        ),
        (
            &[key, &a, &b, &id, "--part-number=1", "--range=0-1"],
            2,
            "one file",
        ),
        (
            &[key, &a, &id, "--part-number=1", "--range=0-8MiB"],
            2,
            "FROM-TO",
        ),
    ] {
        shop.refuses(args, code, said);
    }
    assert_eq!(shop.server.requests(Operation::UploadPart), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_the_service_would_refuse_are_refused_before() {
    let shop = Shop::open().await;
    let id = shop.new_id("k").await;
    let id = format!("--upload-id={id}");
    let (a, b) = (shop.laid("a.1", b"x"), shop.laid("b.1", b"y"));
    let key = "s3://attic/k";
    for (args, code, said) in [
        (
            &[key, &a, &id, "--part-number=0"][..],
            1,
            "from 1 to 10,000",
        ),
        (
            &[key, &a, &id, "--part-number=1", "--range=5-"],
            1,
            "1 bytes",
        ),
        (
            &[key, &a, &id, "--part-number=1", "--read-only"],
            1,
            "read-only",
        ),
        (
            &[key, "/nowhere", &id, "--part-number=1"],
            1,
            "cannot be read",
        ),
        (
            &[key, &a, "--upload-id=x", "--part-number=1"],
            1,
            "mopup ls",
        ),
        (
            &[key, &a, &b, &id, "--part-number=1", "--include-active"],
            1,
            "part 2 is behind it",
        ),
    ] {
        shop.refuses(args, code, said);
    }
    assert_eq!(shop.server.requests(Operation::UploadPart), 0);
}
