//! What people and machines do to an upload in the midst of it: signals, a second process, a lost server.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::Child;

use mopup::protocol::Operation;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::sends::{PART, slow};
use super::*;
use crate::support::pty::{Pty, Start};

/// A process whose sentences are read as they come.
struct Told {
    child: Child,
    err: BufReader<std::process::ChildStderr>,
    text: String,
}

impl Told {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            err,
            text: String::new(),
        }
    }

    /// Until a sentence with `wanted` was told.
    #[track_caller]
    fn until(&mut self, wanted: &str) {
        let mut line = String::new();
        while !line.contains(wanted) {
            line.clear();
            let count = self.err.read_line(&mut line).unwrap();
            self.text.push_str(&line);
            assert!(count > 0, "waited for '{wanted}': {}", self.text);
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    fn end(mut self) -> Ended {
        self.err.read_to_string(&mut self.text).unwrap();
        let mut ended = Ended::of(self.child.wait_with_output().unwrap());
        ended.err = self.text;
        ended
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_says_nothing_is_left_at_the_first_interrupt() {
    let shop = Shop::open().await;
    let pipe = shop.home.path().join("pipe").display().to_string();
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for (source, signal) in [("-", "-INT"), (pipe.as_str(), "-TERM"), ("-", "-HUP")] {
        let mut command = shop.command(&["upload", source, "s3://attic/k"]);
        command.stdin(Stdio::piped());
        let mut told = Told::start(command);
        // Its writer says nothing, and does not go away.
        let _writer = told.child.stdin.take();
        told.until("sending");
        told.signal(signal);
        let ended = told.end().with_code(130);
        assert!(
            ended.err.contains("mopup: interrupted; "),
            "{source}: {ended:?}"
        );
    }
    assert_eq!(shop.server.requests(Operation::CreateMultipartUpload), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_interrupt_leaves_at_once_and_the_upload_is_gone_on_with() {
    let shop = Shop::open_with(slow()).await;
    let (file, content) = shop.written("f", 4 * PART);
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--part-size=5MiB",
        "--limit-rate=200KiB/s",
    ];
    let mut told = Told::start(shop.command(&args));
    shop.parts_asked(&mut told.child, 1).await;
    told.signal("-INT");
    told.until("stopping; what was sent is kept, and `mopup resume ");
    told.signal("-INT");
    let ended = told.end().with_code(130);
    assert!(ended.err.contains("left at once"), "{ended:?}");
    assert_eq!(shop.store.upload_count("attic"), 1);
    shop.run(&["resume"]).with_code(0);
    shop.holds("k", &content);
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_go_on_with_one_upload_the_second_is_refused() {
    let shop = Shop::open_with(slow()).await;
    let (content, id) = shop.left_off(14).await;
    let asked = shop.server.requests(Operation::UploadPart);
    let mut first = shop.command(&["resume", "--width=1"]).spawn().unwrap();
    shop.parts_asked(&mut first, asked + 1).await;
    let second = shop.run(&["resume", &id]).with_code(1);
    assert!(second.err.contains("another process"), "{second:?}");
    let unnamed = shop.run(&["resume"]).with_code(1);
    assert!(unnamed.err.contains("another process"), "{unnamed:?}");
    let discarded = shop.run(&["uploads", "--discard", &id, "--yes"]);
    assert!(
        discarded.with_code(1).err.contains("another process"),
        "it is not aborted under whoever works on it"
    );
    assert_eq!(shop.uploads()[0]["status"], "busy");
    Ended::of(first.wait_with_output().unwrap()).with_code(0);
    shop.holds("k", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_recorded_nothing_is_begun() {
    let shop = Shop::open().await;
    let (file, _) = shop.written("f", 2 * PART);
    let folder = shop.journals();
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    fs::write(&folder, "in the way").unwrap();
    let ended = shop.run(&["upload", &file, "s3://attic/k", "--multipart"]);
    let ended = ended.with_code(1);
    let shown = folder.display().to_string();
    assert!(ended.err.contains(&shown), "{ended:?}");
    assert_eq!(shop.server.requests(Operation::CreateMultipartUpload), 0);
}

/// The way to the server, which can be cut and mended.
struct Line {
    address: SocketAddr,
    to: String,
    carrying: JoinHandle<()>,
}

impl Line {
    async fn lay(address: SocketAddr, to: String) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = to.clone();
        let carrying = tokio::spawn(async move {
            // Dropped with the task, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(&server).await.unwrap();
                connections.spawn(async move {
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self {
            address,
            to,
            carrying,
        }
    }

    async fn cut(self) -> (SocketAddr, String) {
        self.carrying.abort();
        let _ = self.carrying.await;
        (self.address, self.to)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_and_comes_back_ends_no_upload() {
    let shop = Shop::open_with(slow()).await;
    let (file, content) = shop.written("f", 10 * PART);
    let server = shop.server.endpoint().replace("http://", "");
    let line = Line::lay("127.0.0.1:0".parse().unwrap(), server).await;
    let mut command = shop.command(&["upload", &file, "s3://attic/k", "--part-size=5MiB"]);
    command.env("AWS_ENDPOINT_URL_S3", format!("http://{}", line.address));
    let mut told = Told::start(command);
    shop.parts_asked(&mut told.child, 3).await;
    let (address, server) = line.cut().await;
    let told = tokio::task::spawn_blocking(move || {
        told.until("waiting");
        told
    });
    let told = told.await.unwrap();
    let line = Line::lay(address, server).await;
    let ended = tokio::task::spawn_blocking(move || told.end());
    let ended = ended.await.unwrap().with_code(0);
    assert!(ended.err.contains("going on"), "{ended:?}");
    shop.holds("k", &content);
    line.cut().await;
    assert_eq!(shop.store.upload_count("attic"), 0);
}

impl Shop {
    fn in_terminal(&self, args: &[&str]) -> Pty {
        let state = self.home.path().join("state").display().to_string();
        Pty::start(&Start {
            args,
            env: &[
                ("XDG_STATE_HOME", &state),
                ("AWS_ACCESS_KEY_ID", self.server.access_key()),
                ("AWS_SECRET_ACCESS_KEY", self.server.secret_key()),
                ("AWS_REGION", "us-east-1"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
                ("AWS_ENDPOINT_URL_S3", &self.server.endpoint()),
            ],
            ..Start::default()
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_a_bar_is_drawn_and_a_discard_is_asked_about() {
    let shop = Shop::open_with(slow()).await;
    let (file, _) = shop.written("f", 20 * PART);
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--part-size=5MiB",
        "--width=1",
    ];
    let mut sending = shop.in_terminal(&args);
    sending.until("▕").until(" % ").until("100 MiB");
    while shop.server.requests(Operation::UploadPart) < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Ctrl-c as a keyboard sends it.
    sending.type_("\x03").until("mopup resume ");
    let ended = sending.end();
    assert_eq!(ended.code, 130, "{}", ended.screen);
    assert!(
        !ended.screen.contains('▕'),
        "the bar is gone: {}",
        ended.screen
    );
    let id = shop.uploads()[0]["id"].as_str().unwrap().to_owned();
    let discard = ["uploads", "--discard", &id];
    let mut asked = shop.in_terminal(&discard);
    asked.until("type yes to abort").type_("no\r");
    let ended = asked.end();
    assert_eq!(ended.code, 1, "{}", ended.screen);
    assert!(
        ended.screen.contains("nothing was aborted"),
        "{}",
        ended.screen
    );
    assert_eq!(shop.store.upload_count("attic"), 1);
    let mut asked = shop.in_terminal(&discard);
    asked.until("type yes to abort").type_("yes\r");
    assert_eq!(asked.end().code, 0);
    assert_eq!(shop.store.upload_count("attic"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_overwritten_is_found_before_anything_is_sent() {
    let shop = Shop::open().await;
    let (file, content) = shop.written("f", 2 * PART);
    let args = [
        "upload",
        &file,
        "s3://attic/k",
        "--part-size=5MiB",
        "--if-none-match",
    ];
    shop.run(&args).with_code(0);
    let asked = shop.server.requests(Operation::CreateMultipartUpload);
    let ended = shop.run(&args).with_code(1);
    assert!(
        ended.err.contains("an object is there already"),
        "{ended:?}"
    );
    assert_eq!(
        shop.server.requests(Operation::CreateMultipartUpload),
        asked
    );
    assert_eq!(shop.store.upload_count("attic"), 0);
    shop.holds("k", &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_what_has_no_length_counts_no_money() {
    let shop = Shop::open().await;
    let args = ["upload", "-", "s3://attic/k", "--dry-run"];
    let told = shop.run(&args).with_code(0);
    assert!(told.out.contains("1 file, of unknown size; "), "{told:?}");
    let document = shop.run(&[&args[..], &["--json"]].concat()).with_code(0);
    assert!(document.out.contains("\"price_usd\":0.0"), "{document:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_never_go_to_one_key() {
    let shop = Shop::open().await;
    let (one, content) = shop.written("a/log", 10);
    let (two, _) = shop.written("b/log", 20);
    let ended = shop.run(&["upload", &one, &two, "s3://attic/in/"]);
    let ended = ended.with_code(1);
    assert!(
        ended.err.contains("stored under the key in/log"),
        "{ended:?}"
    );
    shop.holds("in/log", &content);
}
