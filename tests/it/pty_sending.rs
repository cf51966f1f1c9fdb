//! Uploads by the built binary in a pseudo-terminal: begun by keys, ended from outside or by their person, and
//! finished by `mopup resume`.

use std::process::{Command, Output};
use std::sync::Arc;

use mopup::demo::{Options, Server};
use mopup::s3::Clock;
use mopup::s3::memory::{MemoryStore, Piece};
use serde_json::Value;

use crate::support::pty::{Ended, Pty, Start};

const PART: usize = 5 << 20;
const PARTS: usize = 6;

/// A server of its own, a home directory, and a file in it.
struct Shop {
    server: Server,
    store: Arc<MemoryStore>,
    home: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Shop {
    async fn open() -> Self {
        let store = Arc::new(MemoryStore::new(Clock::system()));
        store.create_bucket("attic", "us-east-1");
        let server = Server::serve(Arc::clone(&store), Options::default())
            .await
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        // No part is like another.
        let part = |number: usize| std::iter::repeat_n(u8::try_from(number).unwrap(), PART);
        let bytes: Vec<u8> = (1..=PARTS).flat_map(part).collect();
        std::fs::write(home.path().join("night dump.bin"), &bytes).unwrap();
        Self {
            server,
            store,
            home,
            bytes,
        }
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path();
        vec![
            ("HOME", home.display().to_string()),
            ("XDG_STATE_HOME", home.join("state").display().to_string()),
            ("AWS_ACCESS_KEY_ID", self.server.access_key().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", self.server.secret_key().to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.server.endpoint()),
        ]
    }

    /// The screen at the bucket, 80 cells wide.
    fn screen(&self) -> Pty {
        let env = self.env();
        let env: Vec<(&str, &str)> = env.iter().map(|(name, of)| (*name, of.as_str())).collect();
        let mut pty = Pty::start(&Start {
            args: &["s3://attic"],
            env: &env,
            columns: 80,
            rows: 24,
        });
        pty.until("› attic").until("q quit");
        pty
    }

    /// Begins a slow upload by keys and looks at it until a part is stored.
    fn begin(&self) -> Pty {
        let mut pty = self.screen();
        pty.type_("u").until("Upload to s3://attic");
        // Home, and the beginning of a name with a space in it, all in one go.
        pty.type_("~/night d\r").until("[ Start ]");
        pty.type_(&"\t".repeat(9)).type_("5MiB\t1\t4MiB/s");
        pty.until("6 parts of 5.00 MiB, one after the other");
        pty.type_("\x13").until_gone("[ Start ]");
        pty.type_("t").until("1 running").type_("\r");
        pty.until("1 of 6");
        pty
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mopup"));
        command.env_clear().envs(self.env()).args(args);
        command.output().unwrap()
    }

    /// Finishes what the screen left, by the words that it said at its end.
    fn resume(&self, ended: &Ended) {
        assert_eq!(self.store.upload_count("attic"), 1);
        let listed = self.run(&["uploads", "--json"]);
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let id = listed["uploads"][0]["id"].as_str().unwrap().to_owned();
        // The terminal may have wrapped it.
        let told = ended.screen.replace('\n', "");
        assert!(told.contains(&id), "{id}: {}", ended.screen);
        let resumed = self.run(&["resume", &id]);
        assert_eq!(resumed.status.code(), Some(0), "{resumed:?}");
        let object = self.store.object("attic", "night dump.bin").unwrap();
        let piece = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            Piece::Zeros(count) => vec![0; usize::try_from(*count).unwrap()],
        };
        let held: Vec<u8> = object.pieces.iter().flat_map(piece).collect();
        assert!(held == self.bytes, "the object differs");
        assert_eq!(self.store.upload_count("attic"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_during_an_upload_keeps_it_and_resume_finishes_it() {
    let shop = Shop::open().await;
    let mut pty = shop.begin();
    pty.signal("TERM");
    let ended = pty.end();
    assert_eq!(ended.code, 143, "{}", ended.screen);
    assert!(ended.screen.contains("kept for later"), "{}", ended.screen);
    shop.resume(&ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_during_an_upload_asks_and_keeps() {
    let shop = Shop::open().await;
    let mut pty = shop.begin();
    pty.type_("\x1b").until_gone("esc close");
    pty.type_("q").until("Uploads are kept for later");
    // Whoever stays goes on.
    pty.type_("\x1b").until_gone("Quit?").until("1 running");
    pty.type_("q")
        .until("enter or q: keep and quit")
        .type_("\r");
    let ended = pty.end();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert!(
        ended.screen.contains("what is in flight"),
        "{}",
        ended.screen
    );
    shop.resume(&ended);
}
