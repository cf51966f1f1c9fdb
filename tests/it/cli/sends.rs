//! `upload`, `resume` and `uploads --discard` against the server, by the built binary.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Child;

use mopup::demo::{Disturbance, Trouble};
use mopup::protocol::Operation;
use mopup::s3::memory::Piece;

use super::*;

/// Bytes that no two places have in common.
pub fn bytes(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(count).collect()
}

pub const PART: usize = 5 << 20;

impl Shop {
    pub fn written(&self, name: &str, count: usize) -> (String, Vec<u8>) {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = bytes(count);
        fs::write(&path, &bytes).unwrap();
        (path.display().to_string(), bytes)
    }

    #[track_caller]
    pub fn holds(&self, key: &str, bytes: &[u8]) {
        let object = self.store.object("attic", key).unwrap();
        assert_eq!(object.size, bytes.len() as u64, "{key}");
        let mut held = Vec::with_capacity(bytes.len());
        for piece in &object.pieces {
            match piece {
                Piece::Bytes(bytes) => held.extend_from_slice(bytes),
                Piece::Zeros(_) => panic!("{key}: the server kept no bytes"),
            }
        }
        assert!(held == bytes, "{key} differs");
    }

    /// Fed through a pipe.
    pub fn fed(&self, args: &[&str], input: &[u8]) -> Ended {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || stdin.write_all(&input));
        let ended = Ended::of(child.wait_with_output().unwrap());
        let _ = feeding.join().unwrap();
        ended
    }

    pub fn uploads(&self) -> Vec<Value> {
        let listed = self.run(&["uploads", "--json"]).with_code(0).json();
        listed["uploads"].as_array().unwrap().clone()
    }

    /// Until so many parts were asked for.
    pub async fn parts_asked(&self, child: &mut Child, parts: u64) {
        while self.server.requests(Operation::UploadPart) < parts {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// An upload of so many parts to `attic/k`, interrupted; answers its bytes and its journal's name.
    pub async fn left_off(&self, parts: usize) -> (Vec<u8>, String) {
        let (file, content) = self.written("f", parts * PART);
        let args = [
            "upload",
            &file,
            "s3://attic/k",
            "--part-size=5MiB",
            "--width=2",
        ];
        self.stopped(&args, "-INT", 4).await.with_code(130);
        let id = self.uploads()[0]["id"].as_str().unwrap().to_owned();
        (content, id)
    }

    /// Sends a signal as soon as `parts` parts were asked for.
    pub async fn stopped(&self, args: &[&str], signal: &str, parts: u64) -> Ended {
        let mut child = self.command(args).spawn().unwrap();
        self.parts_asked(&mut child, parts).await;
        let pid = child.id().to_string();
        Command::new("kill").args([signal, &pid]).status().unwrap();
        Ended::of(child.wait_with_output().unwrap())
    }
}

pub fn slow() -> Options {
    Options {
        delay: Duration::from_millis(50),
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_in_parts_and_a_small_one_in_one_piece() {
    let shop = Shop::open().await;
    let (large, content) = shop.written("large.bin", 3 * PART + 17);
    let args = [
        "upload",
        &large,
        "s3://attic/in/",
        "--part-size=5MiB",
        "--json",
    ];
    let document = shop.run(&args).with_code(0).json();
    let stored = &document["stored"][0];
    assert_eq!(stored["key"], "in/large.bin");
    assert_eq!(
        (&stored["bytes"], &stored["parts"]),
        (&content.len().into(), &4.into())
    );
    assert_eq!(stored["verified"], true, "{document}");
    assert!(stored["etag"].as_str().unwrap().ends_with("-4"));
    shop.holds("in/large.bin", &content);
    let (small, content) = shop.written("small.txt", 100);
    let told = shop
        .run(&["upload", &small, "s3://attic/other"])
        .with_code(0);
    assert!(
        told.out
            .starts_with("stored  s3://attic/other  100 B  in one piece  ETag \""),
        "{told:?}"
    );
    assert_eq!(told.out.lines().count(), 1);
    assert_eq!(
        told.err.lines().count(),
        2,
        "one at the start, one at the end: {told:?}"
    );
    shop.holds("other", &content);
    let quiet = shop
        .run(&["upload", &small, "s3://attic/other", "--quiet"])
        .with_code(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_as_they_happen() {
    let shop = Shop::open().await;
    let (file, content) = shop.written("f", 2 * PART);
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--part-size=5MiB",
        "--jsonl",
    ];
    let events = shop.run(&args).with_code(0).lines();
    let names: Vec<&str> = events
        .iter()
        .filter_map(|of| of["event"].as_str())
        .collect();
    assert!(names.contains(&"begun"), "{names:?}");
    assert_eq!(names.last(), Some(&"stored"));
    assert_eq!(events.last().unwrap()["bytes"], content.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_and_directories_are_sent() {
    let shop = Shop::open().await;
    let content = bytes(2 * PART + 5);
    let args = [
        "upload",
        "-",
        "s3://attic/stream",
        "--part-size=5MiB",
        "--json",
    ];
    let document = shop.fed(&args, &content).with_code(0).json();
    assert_eq!(document["stored"][0]["source"], "standard input");
    shop.holds("stream", &content);
    let (_, one) = shop.written("tree/one", 10);
    let (_, two) = shop.written("tree/deep/two", 20);
    let tree = shop.home.path().join("tree").display().to_string();
    let args = ["upload", "-r", &tree, "s3://attic/t", "--json"];
    let document = shop.run(&args).with_code(0).json();
    assert_eq!(document["stored"].as_array().unwrap().len(), 2);
    shop.holds("t/one", &one);
    shop.holds("t/deep/two", &two);
    let again = shop
        .run(&[&args[..], &["--skip-existing"]].concat())
        .with_code(0)
        .json();
    assert_eq!(again["existed"].as_array().unwrap().len(), 2, "{again}");
    assert_eq!(again["stored"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_where_that_is_said() {
    let shop = Shop::open().await;
    let (file, content) = shop.written("f", 30);
    shop.run(&["upload", &file, "s3://attic/k"]).with_code(0);
    let (other, _) = shop.written("g", 40);
    let args = [
        "upload",
        &other,
        "s3://attic/k",
        "--if-none-match",
        "--json",
    ];
    let document = shop.run(&args).with_code(1).json();
    assert_eq!(document["failed"][0]["key"], "k", "{document}");
    shop.holds("k", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_keeps_what_was_sent_and_resume_sends_the_rest() {
    for signal in ["-INT", "-TERM"] {
        let shop = Shop::open_with(slow()).await;
        let (file, content) = shop.written("f", 30 * PART);
        let args = [
            "upload",
            &file,
            "s3://attic/k",
            "--part-size=5MiB",
            "--width=2",
            "--json",
        ];
        let stopped = shop.stopped(&args, signal, 6).await.with_code(130);
        let document = stopped.json();
        let id = document["kept"][0]["journal"].as_str().unwrap().to_owned();
        assert!(
            stopped.err.contains(&format!("mopup resume {id}")),
            "{stopped:?}"
        );
        assert_eq!(shop.store.upload_count("attic"), 1);
        let listed = shop.uploads();
        assert_eq!(listed[0]["id"], id.as_str());
        assert_eq!(listed[0]["status"], "resumable");
        let sent = shop.server.requests(Operation::UploadPart);
        let document = shop.run(&["resume", "--json"]).with_code(0).json();
        assert_eq!(document["stored"][0]["key"], "k", "{document}");
        shop.holds("k", &content);
        let again = shop.server.requests(Operation::UploadPart) - sent;
        assert!(again < 30, "{again} parts were sent again");
        assert_eq!(shop.store.upload_count("attic"), 0);
        assert_eq!(shop.uploads()[0]["status"], "stored");
        let ended = shop.run(&["resume", &id]).with_code(1);
        assert!(ended.err.contains("ended already"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_gone_on_with_from_its_beginning() {
    let shop = Shop::open_with(slow()).await;
    let content = bytes(20 * PART);
    let args = [
        "upload",
        "-",
        "s3://attic/s",
        "--part-size=5MiB",
        "--width=2",
    ];
    let mut child = shop.command(&args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // The writer never closes its end: who leaves must not wait for it.
    stdin.write_all(&content[..9 * PART]).unwrap();
    shop.parts_asked(&mut child, 6).await;
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap()).with_code(130);
    drop(stdin);
    assert!(ended.err.contains("mopup resume"), "{ended:?}");
    let wants = shop.run(&["resume"]).with_code(2);
    assert!(wants.err.contains("--file -"), "{wants:?}");
    let args = ["resume", "--file", "-", "--json"];
    let document = shop.fed(&args, &content).with_code(0).json();
    assert_eq!(document["stored"][0]["key"], "s", "{document}");
    shop.holds("s", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_gone_on_with_and_one_that_changed_stops_no_other() {
    let shop = Shop::open_with(slow()).await;
    let (first, _) = shop.written("one", 30 * PART);
    let (second, content) = shop.written("two", 29 * PART);
    let options = ["--part-size=5MiB", "--width=2"];
    let asking = |file: &str, key: &str| -> Vec<String> {
        let words = ["upload", file, key].into_iter().chain(options);
        words.map(str::to_owned).collect()
    };
    for (file, key) in [(&first, "s3://attic/one"), (&second, "s3://attic/two")] {
        let asked = shop.server.requests(Operation::UploadPart);
        let args = asking(file, key);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        shop.stopped(&args, "-INT", asked + 4).await.with_code(130);
    }
    let several = shop.run(&["resume"]).with_code(2);
    assert!(several.err.contains("--all"), "{several:?}");
    fs::write(&first, "something else").unwrap();
    let document = shop.run(&["resume", "--all", "--json"]).with_code(1).json();
    assert_eq!(document["failed"][0]["key"], "one", "{document}");
    assert_eq!(document["stored"][0]["key"], "two", "{document}");
    shop.holds("two", &content);
    let anew = shop
        .run(&["resume", "--anew", "--json"])
        .with_code(0)
        .json();
    assert_eq!(anew["stored"][0]["key"], "one", "{anew}");
    shop.holds("one", b"something else");
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_is_discarded_with_its_journal() {
    let shop = Shop::open_with(slow()).await;
    let (_, id) = shop.left_off(30).await;
    let args = ["uploads", "--discard", &id, "--yes", "--json"];
    let document = shop.run(&args).with_code(0).json();
    assert_eq!(document["aborted"][0]["journal"], id.as_str(), "{document}");
    assert_eq!(shop.store.upload_count("attic"), 0);
    assert_eq!(shop.uploads()[0]["status"], "aborted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_does_not_stop_the_upload() {
    let shop = Shop::open_with(slow()).await;
    let (file, content) = shop.written("f", 6 * PART);
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--part-size=5MiB",
        "--jsonl",
    ];
    let mut child = shop.command(&args).spawn().unwrap();
    drop(child.stdout.take());
    let ended = Ended::of(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{ended:?}");
    shop.holds("k", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_told_once_and_survived() {
    let shop = Shop::open_with(Options {
        disturbances: vec![Disturbance {
            operation: Some(Operation::UploadPart),
            times: 6,
            trouble: Trouble::SlowDown,
        }],
        ..Options::default()
    })
    .await;
    let (file, content) = shop.written("f", 4 * PART);
    let args = ["upload", &file, "s3://attic/k", "--part-size=5MiB"];
    let ended = shop.run(&args).with_code(0);
    assert!(ended.err.lines().count() < 10, "{ended:?}");
    shop.holds("k", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_upload_fails_and_says_what_is_missing() {
    let shop = Shop::open().await;
    shop.store
        .deny("attic", Operation::CreateMultipartUpload, "");
    let (file, _) = shop.written("f", 2 * PART);
    let args = ["upload", &file, "s3://attic/k", "--multipart", "--json"];
    let ended = shop.run(&args).with_code(1);
    let document = ended.json();
    assert_eq!(document["failed"][0]["code"], "AccessDenied", "{document}");
    assert!(ended.err.contains("s3:PutObject"), "{ended:?}");
    assert!(!Path::new(&shop.journals()).exists() || shop.uploads().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_home_it_is_said_that_nothing_can_be_gone_on_with() {
    let shop = Shop::open().await;
    let (file, content) = shop.written("f", 10);
    let mut command = shop.command(&["upload", &file, "s3://attic/k"]);
    command.env_remove("HOME").env_remove("XDG_STATE_HOME");
    command.env_remove("XDG_CONFIG_HOME");
    let ended = Ended::of(command.output().unwrap()).with_code(0);
    shop.holds("k", &content);
    // Some systems know a home without being told.
    let known = ended.err.contains("cannot be gone on with") || std::env::home_dir().is_some();
    assert!(known, "{ended:?}");
}
