//! `upload`, `resume` and `uploads` as far as they ask nothing of the service: refusals, plans, lists.

use std::fs;
use std::path::Path;

use mopup::journal::{Begun, Destination, End, Journal, PartRecord, Recipe, SourceRecord};
use mopup::model::plan::Layout;
use mopup::model::send::{ObjectOptions, PayloadSigning};
use mopup::protocol::Operation;

use super::*;

impl Shop {
    /// A file of so many bytes in the home directory, without taking room.
    pub fn file(&self, name: &str, bytes: u64) -> String {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::File::create(&path).unwrap();
        file.set_len(bytes).unwrap();
        path.display().to_string()
    }

    pub fn journals(&self) -> std::path::PathBuf {
        self.home.path().join("state/mopup/uploads")
    }

    /// The journal of an interrupted upload of a stream or of a file.
    fn journal(&self, key: &str, source: Option<&Path>) -> Journal {
        let size = source.map(|path| fs::metadata(path).unwrap().len());
        let recipe = Recipe {
            created: self.now,
            destination: Destination {
                endpoint: Some(self.server.endpoint()),
                region: Some("us-east-1".to_owned()),
                ..Destination::default()
            },
            bucket: "attic".to_owned(),
            key: key.to_owned(),
            source: SourceRecord {
                path: source.map(Path::to_owned),
                is_stream: source.is_none(),
                size,
                modified: None,
                sample: None,
                object: None,
            },
            layout: Layout {
                total: size,
                part_size: 8 * MIB,
                growth: 0,
                max_part: 5 << 30,
                max_parts: 10_000,
            },
            options: ObjectOptions::default(),
            expected_owner: None,
            if_none_match: false,
            algorithm: None,
            signing: PayloadSigning::Auto,
            width: 8,
            adopted: None,
        };
        Journal::create(&self.journals(), &recipe).unwrap()
    }

    /// No request that changes anything was sent.
    #[track_caller]
    fn nothing_was_sent(&self) {
        for operation in [
            Operation::CreateMultipartUpload,
            Operation::UploadPart,
            Operation::PutObject,
            Operation::AbortMultipartUpload,
        ] {
            assert_eq!(self.server.requests(operation), 0, "{operation:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_of_upload_is_refused_before_anything() {
    let shop = Shop::open().await;
    let file = shop.file("f", 10);
    let folder = shop.home.path().display().to_string();
    let huge = shop.file("huge", 200 << 30);
    for (args, said) in [
        (&["upload"][..], "Usage"),
        (&["upload", &file], "where to are needed"),
        (&["upload", "s3://attic/k", &file], "comes last"),
        (&["upload", &folder, "s3://attic/"], "--recursive"),
        (&["upload", "-", "s3://attic/"], "whole key"),
        (&["upload", "-", &file, "s3://attic/p/"], "goes alone"),
        (
            &["upload", &file, "s3://attic/k", "--metadata", "x"],
            "NAME=VALUE",
        ),
        (
            &["upload", &file, "s3://attic/k", "--width", "65"],
            "1 to 64",
        ),
        (
            &[
                "upload",
                &file,
                "s3://attic/k",
                "--sse-c-key-env",
                "NO_SUCH",
            ],
            "NO_SUCH",
        ),
        (
            &["upload", &huge, "s3://attic/k", "--part-size", "5MiB"],
            "use --part-size 21MiB",
        ),
        (&["resume", "s3://attic/k"], "mopup uploads"),
        (&["resume", "J", "--all"], "cannot be used with"),
        (&["uploads", "--discard", "J"], "needs --yes"),
    ] {
        let ended = shop.run(args).with_code(2);
        assert!(
            ended.out.is_empty() && ended.err.contains(said),
            "{args:?}: {ended:?}"
        );
    }
    let missing = shop
        .run(&["upload", "/no/such", "s3://attic/k"])
        .with_code(1);
    assert!(missing.err.contains("cannot be opened"), "{missing:?}");
    shop.nothing_was_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_refuses_to_send_resume_and_discard_but_not_to_plan() {
    let shop = Shop::open().await;
    let file = shop.file("f", 10);
    let id = shop.journal("k", None).id().to_owned();
    for args in [
        &["upload", &file, "s3://attic/k", "--read-only"][..],
        &["resume", &id, "--read-only"],
        &["uploads", "--discard", &id, "--yes", "--read-only"],
    ] {
        let ended = shop.run(args).with_code(1);
        assert!(ended.err.contains("read-only"), "{ended:?}");
    }
    let plan = ["upload", &file, "s3://attic/k", "--read-only", "--dry-run"];
    shop.run(&plan).with_code(0);
    shop.nothing_was_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_prints_the_plan_of_each_file_and_sends_nothing() {
    let shop = Shop::open().await;
    shop.file("data/small", 10);
    shop.file("data/deep/large", 8 << 30);
    let folder = shop.home.path().join("data").display().to_string();
    let args = [
        "upload",
        &folder,
        "s3://attic/backup",
        "--recursive",
        "--dry-run",
        "--provider=minio",
    ];
    let told = shop.run(&args).with_code(0);
    for said in [
        "8.00 GiB  1,024 parts of 8.00 MiB  1,026 requests",
        "data/deep/large → s3://attic/backup/deep/large",
        "10 B  in one piece  1 request, ",
        "2 files, 8.00 GiB, 1,027 requests",
        "64.0 MiB of memory at most",
        "minio ends an upload by itself 1 d after it began",
    ] {
        assert!(told.out.contains(said), "{said}: {told:?}");
    }
    let json = shop
        .run(&[&args[..], &["--json"]].concat())
        .with_code(0)
        .json();
    assert_eq!(json["dry_run"], true);
    assert_eq!(json["requests"], 1027);
    assert_eq!(json["deadline_seconds"], 24 * 3600);
    let large = &json["files"][0];
    assert_eq!(large["key"], "backup/deep/large");
    assert_eq!(
        (&large["parts"], &large["part_size"]),
        (&1024.into(), &(8 * MIB).into())
    );
    assert_eq!(large["memory_bytes"], 64 * MIB);
    assert_eq!(json["files"][1]["parts"], 0);
    // A thousand parts are all that this one takes.
    let scaleway = [&args[..5], &["--provider=scaleway", "--jsonl"]].concat();
    let lines = shop.run(&scaleway).with_code(0).lines();
    assert_eq!(lines[0]["part_size"], 9 * MIB);
    shop.nothing_was_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_configured_is_planned_unless_the_command_line_says_otherwise() {
    let shop = Shop::open().await;
    let file = shop.file("f", 1 << 30);
    let config = shop.home.path().join("own.toml").display().to_string();
    fs::write(&config, "[upload]\npart_size = \"32MiB\"\nwidth = 3\n").unwrap();
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--dry-run",
        "--json",
        "--config",
        &config,
    ];
    let plan = shop.run(&args).with_code(0).json();
    assert_eq!(plan["files"][0]["parts"], 32);
    assert_eq!(plan["files"][0]["width"], 3);
    let said = [&args[..], &["--part-size=64MiB"]].concat();
    let plan = shop.run(&said).with_code(0).json();
    assert_eq!(plan["files"][0]["parts"], 16);
    fs::write(&config, "[upload]\npart_sise = \"32MiB\"\n").unwrap();
    let wrong = shop.run(&args).with_code(2);
    assert!(wrong.err.contains("did you mean 'part_size'?"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ones_own_is_never_told_and_never_travels_in_the_open() {
    let shop = Shop::open().await;
    let file = shop.file("f", 10);
    let mut wrong = shop.command(&["upload", &file, "s3://attic/k", "--sse-c-key-env", "KEY"]);
    wrong.env("KEY", "hunter2");
    let wrong = Ended::of(wrong.output().unwrap()).with_code(2);
    assert!(wrong.err.contains("64 hexadecimal digits"), "{wrong:?}");
    assert!(!wrong.err.contains("hunter2"), "{wrong:?}");
    let key = "ab".repeat(32);
    let mut open = shop.command(&[
        "upload",
        &file,
        "s3://attic/k",
        "--sse-c-key-env=KEY",
        "--endpoint-url=http://s3.nowhere.invalid",
    ]);
    open.env("KEY", &key);
    let open = Ended::of(open.output().unwrap()).with_code(1);
    assert!(open.err.contains("use an https endpoint"), "{open:?}");
    assert!(!open.err.contains(&key), "{open:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_lists_what_the_journals_know() {
    let shop = Shop::open().await;
    assert_eq!(shop.run(&["uploads"]).with_code(0).out, "");
    let file = shop.file("f", 20 * MIB);
    let open = shop.journal("open", Some(Path::new(&file)));
    let begun = Begun {
        at: shop.now,
        upload_id: "u-1".to_owned(),
        algorithm: None,
        deadline: Some(shop.now.plus(HOUR)),
    };
    open.begun(&begun).unwrap();
    let part = PartRecord {
        number: 1,
        size: 8 * MIB,
        etag: "e".to_owned(),
        checksum: None,
    };
    open.part(&part).unwrap();
    let ended = shop.journal("ended", None);
    ended.end(&End::Aborted { at: shop.now }).unwrap();
    let busy = shop.journal("busy", None);
    let (open_id, busy_id) = (open.id().to_owned(), busy.id().to_owned());
    drop((open, ended));
    let listed = shop.run(&["uploads", "--json"]).with_code(0).json();
    let listed = listed["uploads"].as_array().unwrap().clone();
    let of = |key: &str| listed.iter().find(|one| one["key"] == key).unwrap();
    let one = of("open");
    assert_eq!(one["id"], open_id);
    assert_eq!(one["status"], "resumable");
    assert_eq!(
        (&one["upload_id"], &one["source"]),
        (&"u-1".into(), &file.as_str().into())
    );
    assert_eq!(
        (&one["stored_bytes"], &one["total_bytes"]),
        (&(8 * MIB).into(), &(20 * MIB).into())
    );
    assert_eq!((&one["parts_done"], &one["parts"]), (&1.into(), &3.into()));
    assert_eq!(one["deadline"], shop.now.plus(HOUR).rfc3339());
    assert_eq!(one["endpoint"], shop.server.endpoint());
    assert_eq!(of("ended")["status"], "aborted");
    assert_eq!(of("busy")["status"], "busy");
    fs::write(&file, "shorter").unwrap();
    let table = shop.run(&["uploads"]).with_code(0);
    assert!(table.out.contains("8.00 MiB of 20.0 MiB"), "{table:?}");
    assert!(table.out.contains("(its size differs)"), "{table:?}");
    let lines = shop.run(&["uploads", "--csv"]).with_code(0);
    assert_eq!(lines.out.lines().count(), 4, "{lines:?}");
    assert!(lines.out.starts_with("id,begun,status,"), "{lines:?}");
    let taken = shop.run(&["resume", &busy_id]).with_code(1);
    assert!(taken.err.contains("another process"), "{taken:?}");
    shop.nothing_was_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_says_what_it_needs() {
    let shop = Shop::open().await;
    let nothing = shop.run(&["resume"]).with_code(0);
    assert!(nothing.err.contains("nothing to go on with"), "{nothing:?}");
    let document = shop.run(&["resume", "--all", "--json"]).with_code(0).json();
    assert_eq!(document["stored"], serde_json::json!([]));
    let unknown = shop.run(&["resume", "20200101"]).with_code(1);
    assert!(unknown.err.contains("mopup uploads"), "{unknown:?}");
    let first = shop.journal("one", None).id().to_owned();
    let stream = shop.run(&["resume"]).with_code(2);
    assert!(stream.err.contains("--file -"), "{stream:?}");
    let second = shop.journal("two", None).id().to_owned();
    let several = shop.run(&["resume"]).with_code(2);
    assert!(
        several.err.contains(&first) && several.err.contains(&second),
        "{several:?}"
    );
    // Each fails, none stops the other.
    let all = shop.run(&["resume", "--all", "--json"]).with_code(1).json();
    assert_eq!(all["failed"].as_array().unwrap().len(), 2, "{all}");
    shop.nothing_was_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_completions_name_the_new_commands() {
    let shop = Shop::open().await;
    let help = shop.run(&["--help"]).with_code(0);
    let completions = shop.run(&["completions", "bash"]).with_code(0);
    let manual = shop.run(&["man"]).with_code(0);
    for command in ["upload", "resume", "uploads"] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{help:?}");
        assert!(completions.out.contains(command));
        assert!(manual.out.contains(&format!("mopup\\-{command}")) || manual.out.contains(command));
    }
    let upload = shop.run(&["upload", "--help"]).with_code(0);
    for option in [
        "--storage-class",
        "--sse-c-key-file",
        "--part-size",
        "--limit-rate",
    ] {
        assert!(upload.out.contains(option), "{option}: {upload:?}");
    }
}
