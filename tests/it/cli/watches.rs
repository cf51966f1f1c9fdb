//! `mopup watch` on the built binary: each ending and its exit code.

use mopup::demo::{Script, Step, uploader};
use mopup::model::Target;
use mopup::protocol::Operation;
use tokio_util::sync::CancellationToken;

use super::*;

const MILLI: Duration = Duration::from_millis(1);

impl Shop {
    /// Plays with the key while the binary runs.
    fn play(&self, key: &str, upload_id: &str, steps: Vec<Step>) {
        let script = Script {
            target: Target {
                bucket: "attic".to_owned(),
                key: key.to_owned(),
                upload_id: upload_id.to_owned(),
            },
            meta: Arc::default(),
            steps,
            again: Vec::new(),
        };
        let store = Arc::clone(&self.store);
        tokio::spawn(uploader::play(store, script, CancellationToken::new()));
    }

    /// As [`Shop::run`], while the server and the script go on.
    async fn see(&self, args: &[&str]) -> Ended {
        let mut command = self.command(args);
        let running = tokio::task::spawn_blocking(move || command.output().unwrap());
        Ended::of(running.await.unwrap())
    }

    /// Waits until the binary has asked for parts so often.
    async fn looked(&self, times: u64) {
        while self.server.requests(Operation::ListParts) < times {
            tokio::time::sleep(MILLI * 10).await;
        }
    }
}

fn events(ended: &Ended, name: &str) -> Vec<Value> {
    let lines = ended.lines();
    lines
        .into_iter()
        .filter(|line| line["event"] == name)
        .collect()
}

/// What follows the first look, as the person at the other end does it.
async fn after_the_first_look(steps: Vec<Step>) -> Ended {
    let shop = Shop::open().await;
    let id = shop.upload("k", Some("-id"), 3, Duration::from_secs(1));
    let watching = shop.see(&[
        "watch",
        "s3://attic/k",
        "--interval=1s",
        "--jsonl",
        "--size=40MiB",
    ]);
    let playing = async {
        shop.looked(1).await;
        shop.play("k", &id, steps);
    };
    tokio::join!(watching, playing).0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_upload_is_success_and_every_part_a_line() {
    let steps = vec![
        Step::Wait(MILLI * 500),
        Step::send([4, 5], MILLI * 1200),
        Step::Wait(MILLI * 1200),
        Step::Complete,
    ];
    let ended = after_the_first_look(steps).await.with_code(0);
    let [watching] = &events(&ended, "watching")[..] else {
        panic!("{ended:?}");
    };
    assert_eq!(
        (&watching["parts"], &watching["bytes"]),
        (&3.into(), &(15 * MIB).into())
    );
    assert_eq!(
        (&watching["percent"], &watching["upload_id"]),
        (&37.5.into(), &"-id".into())
    );
    let parts = events(&ended, "part");
    let numbers: Vec<&Value> = parts.iter().map(|part| &part["part_number"]).collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(parts[0]["size"], 8 * MIB);
    let [completed] = &events(&ended, "completed")[..] else {
        panic!("{ended:?}");
    };
    assert_eq!(
        (&completed["size"], &completed["parts"]),
        (&(31 * MIB).into(), &5.into())
    );
    assert!(completed["etag"].as_str().unwrap().ends_with("-5"));
    assert!(completed["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(ended.lines().last(), Some(completed));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_or_replaced_upload_is_a_failure() {
    let ended = after_the_first_look(vec![Step::Abort]).await.with_code(1);
    assert_eq!(events(&ended, "aborted").len(), 1);
    let steps = vec![Step::Wait(MILLI * 2500), Step::Abort, Step::Overwrite];
    let ended = after_the_first_look(steps).await.with_code(1);
    assert_eq!(events(&ended, "replaced")[0]["size"], 27);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_is_a_failure_only_where_it_was_asked_for() {
    let shop = Shop::open().await;
    let id = shop.upload("k", None, 3, HOUR);
    let line = [
        "watch",
        "s3://attic/k",
        "--upload-id",
        &id,
        "--stall",
        "30m",
        "--jsonl",
    ];
    let ended = shop.see(&line).await.with_code(1);
    let quiet = events(&ended, "gave_up")[0]["quiet_seconds"]
        .as_u64()
        .unwrap();
    assert!((3600..3700).contains(&quiet));
    // One that may be quiet for longer is watched on, until it is aborted.
    let line = ["watch", "s3://attic/k", "--stall=2h", "--interval=1s"];
    let watching = shop.see(&line);
    let playing = async {
        shop.looked(4).await;
        shop.play("k", &id, vec![Step::Abort]);
    };
    let ended = tokio::join!(watching, playing).0.with_code(1);
    assert!(
        ended.out.contains("s3://attic/k: 15.0 MiB, 3 parts"),
        "{ended:?}"
    );
    assert!(
        ended.out.contains("aborted: nothing of it is left"),
        "{ended:?}"
    );
    assert!(!ended.out.contains("stalled"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_watched_at_once_and_all_must_be_completed() {
    for fails in [false, true] {
        let shop = Shop::open().await;
        let one = shop.upload("k", None, 3, Duration::from_secs(1));
        let two = shop.upload("k", None, 4, Duration::from_secs(1));
        let last = if fails { Step::Abort } else { Step::Complete };
        let line = ["watch", "s3://attic/k", "--interval=1s", "--jsonl"];
        let line = [&line[..], &["--upload-id", &one, "--upload-id", &two]].concat();
        let watching = shop.see(&line);
        let playing = async {
            shop.looked(2).await;
            shop.play("k", &one, vec![Step::Complete]);
            shop.play("k", &two, vec![Step::Wait(MILLI * 2500), last]);
        };
        let ended = tokio::join!(watching, playing).0;
        let ended = ended.with_code(i32::from(fails));
        assert_eq!(events(&ended, "watching").len(), 2);
        assert_eq!(events(&ended, "aborted").len(), 0, "the object is newer");
        let over = ["completed", "replaced"].map(|name| events(&ended, name).len());
        assert_eq!(over.iter().sum::<usize>(), 2, "{ended:?}");
        assert_eq!(over[1] == 1, fails);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_upload_of_a_key_needs_no_id_and_several_are_listed() {
    let shop = Shop::open().await;
    shop.upload("key-2", None, 1, HOUR);
    let ended = shop.see(&["watch", "s3://attic/key"]).await.with_code(1);
    assert!(
        ended
            .err
            .contains("no upload is in progress at s3://attic/key")
    );
    shop.upload("k", Some("first"), 1, HOUR);
    shop.upload("k", Some("second"), 1, HOUR);
    let ended = shop.see(&["watch", "s3://attic/k"]).await.with_code(2);
    assert!(
        ended.err.contains("first") && ended.err.contains("second"),
        "{ended:?}"
    );
    let ended = shop
        .see(&["watch", "s3://attic/", "--all", "--stall=1s", "--jsonl"])
        .await;
    assert_eq!(events(&ended.with_code(1), "gave_up").len(), 3);
    shop.see(&["watch", "s3://attic/other/", "--all"])
        .await
        .with_code(0);
    shop.see(&["watch", "s3://attic"]).await.with_code(2);
    let two = [
        "watch",
        "s3://attic/k",
        "--upload-id=a",
        "--upload-id=b",
        "--size=1",
    ];
    shop.see(&two).await.with_code(2);
    shop.see(&["watch", "s3://nowhere/k", "--upload-id=a"])
        .await
        .with_code(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_over_before_is_told_as_far_as_the_object_tells() {
    let shop = Shop::open().await;
    let id = shop.upload("k", None, 3, HOUR);
    shop.play("k", &id, vec![Step::Complete]);
    while shop.store.upload_count("attic") > 0 {
        tokio::time::sleep(MILLI * 10).await;
    }
    let line = ["watch", "s3://attic/k", "--upload-id", &id, "--jsonl"];
    let ended = shop.see(&line).await.with_code(1);
    let message = events(&ended, "ended")[0]["message"].clone();
    assert!(
        message
            .as_str()
            .unwrap()
            .contains("over before the first look")
    );
    let file = shop.home.path().join("dump");
    std::fs::write(&file, vec![0; 15 << 20]).unwrap();
    let named = ["--file", file.to_str().unwrap()];
    let ended = shop.see(&[&line[..], &named].concat()).await.with_code(0);
    assert_eq!(events(&ended, "completed")[0]["size"], 15 * MIB);
    let ended = shop
        .see(&["watch", "s3://attic/none", "--upload-id=x"])
        .await;
    let ended = ended.with_code(1);
    assert!(ended.out.contains("or its ID is wrong"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_size_of_an_upload_of_ours_is_known() {
    let shop = Shop::open().await;
    let file = shop.home.path().join("dump");
    std::fs::write(&file, vec![7; 12 << 20]).unwrap();
    let file = file.to_str().unwrap().to_owned();
    // So slow that it is there for as long as one looks.
    let line = [
        "upload",
        &file,
        "s3://attic/ours",
        "--multipart",
        "--part-size=5MiB",
    ];
    let line = [&line[..], &["--limit-rate=6MiB/s"]].concat();
    let mut sending = shop.command(&line).spawn().unwrap();
    while shop.store.upload_count("attic") == 0 {
        tokio::time::sleep(MILLI * 10).await;
    }
    let ended = shop
        .see(&["watch", "s3://attic/ours", "--interval=1s", "--jsonl"])
        .await;
    let ended = ended.with_code(0);
    assert_eq!(events(&ended, "watching")[0]["size"], 12 * MIB);
    assert_eq!(events(&ended, "completed")[0]["size"], 12 * MIB);
    assert!(sending.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_the_upload_alone() {
    let shop = Shop::open().await;
    shop.upload("k", None, 3, HOUR);
    let child = shop.command(&["watch", "s3://attic/k"]).spawn().unwrap();
    shop.looked(1).await;
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let ended = Ended::of(ended.await.unwrap()).with_code(130);
    assert!(ended.err.contains("the uploads go on"));
    assert_eq!(shop.store.upload_count("attic"), 1);
}
