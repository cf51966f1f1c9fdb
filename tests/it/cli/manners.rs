//! Exit codes, pipes, interrupts, secrets, and the commands that say how things are.

use std::io::{BufRead, BufReader, Read};

use mopup::demo::{Disturbance, Trouble};
use mopup::protocol::Operation;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_ends_quietly() {
    let shop = Shop::open().await;
    for number in 0..20_000 {
        shop.upload(&format!("many/{number:05}"), None, 1, HOUR * 200);
    }
    for format in ["--jsonl", "--json", "--csv"] {
        let mut child = shop.command(&["ls", format]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        drop(out);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_says_what_was_done() {
    let shop = Shop::open_with(Options {
        delay: Duration::from_millis(50),
        ..Options::default()
    })
    .await;
    for number in 0..3000 {
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
    let child = shop.command(&args).spawn().unwrap();
    while shop.server.requests(Operation::AbortMultipartUpload) < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap()).with_code(130);
    let done = ended.json();
    let aborted = done["aborted"].as_u64().unwrap();
    assert!((100..2900).contains(&aborted), "{aborted}");
    assert_eq!(3000 - aborted, shop.store.upload_count("attic") as u64);
    // What was not begun is counted; what a request was out for is named.
    let skipped = done["skipped"].as_array().unwrap();
    let left = done["left"].as_u64().unwrap() + skipped.len() as u64;
    assert_eq!(left, 3000 - aborted);
    assert!(
        ended.err.starts_with("mopup: interrupted; "),
        "{}",
        ended.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_never_printed() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 1, HOUR * 200);
    let secret = shop.server.secret_key().to_owned();
    let key = shop.server.access_key().to_owned();
    let mut said = String::new();
    for args in [
        &["ls", "--json"][..],
        &["doctor", "s3://attic", "--json"],
        &["doctor", "s3://attic"],
        &["doctor", "s3://nowhere"],
        &[
            "abort",
            "s3://attic/k",
            "--upload-id",
            "u",
            "--yes",
            "--json",
        ],
        &["ls", "--endpoint-url", "http://user:hunter2@127.0.0.1:1"],
    ] {
        let ended = shop.run(args);
        said.push_str(&(ended.out + &ended.err));
        let mut wrong = shop.command(args);
        wrong.env("AWS_SECRET_ACCESS_KEY", "wrong-secret-hunter2");
        let ended = Ended::of(wrong.output().unwrap());
        assert_eq!(ended.code, 1, "{args:?}: {ended:?}");
        said.push_str(&(ended.out + &ended.err));
    }
    for hidden in [secret.as_str(), key.as_str(), "hunter2"] {
        assert!(!said.contains(hidden), "{hidden} is in:\n{said}");
    }
    assert!(said.contains(&key[key.len() - 4..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tries_every_permission_and_changes_nothing() {
    let shop = Shop::open().await;
    shop.upload("k", None, 1, HOUR * 200);
    shop.upload("l", None, 1, HOUR * 200);
    let well = shop
        .run(&["doctor", "s3://attic", "--json"])
        .with_code(0)
        .json();
    let status = |document: &Value, name: &str| -> String {
        let checks = document["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["check"] == name);
        check.unwrap()["status"].as_str().unwrap().to_owned()
    };
    for name in [
        "credentials",
        "list buckets",
        "see the bucket",
        "list uploads",
        "list parts",
        "abort uploads",
        "page size",
        "paging",
    ] {
        assert_eq!(status(&well, name), "ok", "{name}: {well}");
    }
    assert_eq!(shop.store.upload_count("attic"), 2);
    shop.store.deny("attic", Operation::ListParts, "");
    let ill = shop
        .run(&["doctor", "s3://attic", "--json"])
        .with_code(1)
        .json();
    assert_eq!(status(&ill, "list parts"), "denied");
    let table = shop.run(&["doctor", "s3://attic"]).with_code(1);
    assert!(
        table.out.contains("s3:ListMultipartUploadParts"),
        "{table:?}"
    );
    let careful = shop.run(&["doctor", "s3://attic", "--json", "--read-only"]);
    assert_eq!(status(&careful.json(), "abort uploads"), "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_waited_out() {
    let shop = Shop::open_with(Options {
        disturbances: vec![Disturbance {
            operation: Some(Operation::AbortMultipartUpload),
            times: 400,
            trouble: Trouble::SlowDown,
        }],
        ..Options::default()
    })
    .await;
    for number in 0..1000 {
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
    let done = shop.run(&args).with_code(0).json();
    assert_eq!(done["aborted"], 1000);
    assert_eq!(done["failed"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_refuses_is_one_sentence() {
    let shop = Shop::open().await;
    let ended = shop.run(&["ls", "s3://attic", "--endpoint-url", "http://127.0.0.1:1"]);
    let ended = ended.with_code(1);
    assert!(ended.err.starts_with("mopup: "), "{ended:?}");
    assert_eq!(ended.err.lines().count(), 1, "{ended:?}");
    assert!(ended.err.contains("127.0.0.1:1"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_server_serves_any_client() {
    serves(&["--uploads", "1234"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_demo_server_that_throttles_is_listed_whole_and_in_order() {
    let slow = ["--uploads", "12345", "--delay", "20", "--throttle", "40,3"];
    let uploads = serves(&slow, &[]).await;
    for more in [&["--csv"][..], &["--workers", "1"], &["--json"]] {
        assert_eq!(serves(&slow, more).await.len(), uploads.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_demo_server_cannot_do_is_told() {
    let shop = Shop::open().await;
    for (wrong, told) in [
        (["--delay", "soon"], "0 to 60000"),
        (["--throttle", "0"], "from 1"),
        (["--throttle", "9,x"], "behind the comma"),
        (["--workers", "17"], "1 to 16"),
    ] {
        let mut line = vec!["demo-server"];
        line.extend(wrong);
        let ended = shop.run(&line).with_code(2);
        assert!(ended.err.contains(told), "{ended:?}");
    }
}

/// Lists what a demo server with these options serves; in the order of keys unless as JSON lines.
async fn serves(options: &[&str], way: &[&str]) -> Vec<String> {
    let shop = Shop::open().await;
    let mut line = vec!["demo-server"];
    line.extend(options);
    let mut server = shop.command(&line).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut said = |name: &str| -> String {
        loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(value) = line.strip_prefix(&format!("export {name}=")) {
                return value.to_owned();
            }
        }
    };
    let mut line = vec!["ls", "s3://many"];
    line.extend(if way.is_empty() { &["--jsonl"] } else { way });
    let mut ls = shop.command(&line);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_ENDPOINT_URL_S3",
    ] {
        ls.env(name, said(name));
    }
    let listed = Ended::of(ls.output().unwrap()).with_code(0);
    let count: usize = options[1].parse().unwrap();
    let batches = listed.out.match_indices("/batch-");
    let numbers: Vec<String> = batches
        .map(|(at, sign)| listed.out[at + sign.len()..][..8].to_owned())
        .collect();
    let distinct: std::collections::BTreeSet<_> = numbers.iter().collect();
    assert_eq!((numbers.len(), distinct.len()), (count, count));
    assert!(way.is_empty() || numbers.is_sorted());
    let pid = server.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let mut rest = String::new();
    server
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut rest)
        .unwrap();
    assert_eq!(
        (server.wait().unwrap().code(), rest.as_str()),
        (Some(0), "")
    );
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_configuration_is_shown_with_its_line() {
    let shop = Shop::open().await;
    let file = shop.home.path().join("my.toml");
    std::fs::write(&file, "read_only = true\nnonsense = 1\n").unwrap();
    let file = file.to_str().unwrap();
    let ended = shop.run(&["ls", "--config", file]).with_code(2);
    assert!(
        ended.err.contains("nonsense") && ended.err.contains("my.toml"),
        "{ended:?}"
    );
    std::fs::write(file, "read_only = true\n").unwrap();
    shop.upload("k", Some("u"), 1, HOUR * 200);
    let args = [
        "abort",
        "s3://attic/k",
        "--upload-id",
        "u",
        "--yes",
        "--config",
        file,
    ];
    let refused = shop.run(&args).with_code(1);
    assert!(refused.err.contains("read-only"), "{refused:?}");
    assert_eq!(shop.store.upload_count("attic"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_ui_needs_a_terminal_and_says_what_does_not() {
    let shop = Shop::open().await;
    for args in [&[][..], &["s3://attic"], &["--demo"]] {
        let ended = shop.run(args).with_code(2);
        assert!(ended.err.contains("mopup ls"), "{ended:?}");
    }
}

#[test]
fn completions_manual_help_and_version_need_no_service() {
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mopup"));
        Ended::of(command.env_clear().args(args).output().unwrap()).with_code(0)
    };
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).out.contains("demo-server"));
    }
    let manual = run(&["man"]).out;
    for name in [
        "ls",
        "du",
        "parts",
        "abort",
        "doctor",
        "demo-server",
        "completions",
        "man",
    ] {
        assert!(manual.contains(&format!(".TH mopup-{name} ")), "{name}");
        let help = run(&[name, "--help"]).out;
        let wide = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{name}");
    }
    assert!(!manual.contains("mopup\\-help"));
    assert!(run(&["--version"]).out.starts_with("mopup "));
    assert!(run(&["abort", "--help"]).out.contains("--include-active"));
}
