//! The built binary without a screen: the contract for scripts.

mod aborts;
mod accounts;
mod adopts;
mod asks;
mod completes;
mod copies;
mod crash;
mod documents;
mod interrupted;
mod lists;
mod manners;
mod odd_keys;
mod part_files;
mod places;
mod providers;
mod rehearsals;
mod rules;
mod sends;
mod watches;

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mopup::demo::{Options, Server};
use mopup::model::Timestamp;
use mopup::s3::Clock;
use mopup::s3::memory::{MemoryStore, Meta, NewUpload, Parts, Principal, Uniform};
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);
const MIB: u64 = 1 << 20;

/// A server with uploads of this test's own, and a home directory for the binary.
struct Shop {
    server: Server,
    store: Arc<MemoryStore>,
    home: tempfile::TempDir,
    now: Timestamp,
}

impl Shop {
    async fn open() -> Self {
        Self::open_with(Options::default()).await
    }

    async fn open_with(options: Options) -> Self {
        let store = Arc::new(MemoryStore::new(Clock::system()));
        store.create_bucket("attic", "us-east-1");
        let server = Server::serve(Arc::clone(&store), options).await.unwrap();
        let now = store.clock().now();
        Self {
            server,
            store,
            home: tempfile::tempdir().unwrap(),
            now,
        }
    }

    /// An upload begun an hour before its only look of parts; answers its ID.
    fn upload(&self, key: &str, id: Option<&str>, parts: u32, quiet: Duration) -> String {
        let last = self.now.minus(quiet);
        let uniform = Uniform {
            count: parts,
            size: 5 * MIB,
            last_size: 5 * MIB,
            first: last,
            last,
        };
        let upload = NewUpload {
            key: key.to_owned(),
            upload_id: id.map(str::to_owned),
            initiated: Some(last.minus(HOUR)),
            meta: Arc::new(Meta {
                storage_class: Some("STANDARD_IA".to_owned()),
                initiator: Some(Principal {
                    id: "svc".to_owned(),
                    display_name: None,
                }),
                ..Meta::default()
            }),
            parts: Parts::Uniform(uniform),
        };
        self.store.insert_upload("attic", upload).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mopup"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_STATE_HOME", self.home.path().join("state"))
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("AWS_ACCESS_KEY_ID", self.server.access_key())
            .env("AWS_SECRET_ACCESS_KEY", self.server.secret_key())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_S3", self.server.endpoint())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).output().unwrap())
    }
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    fn lines(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}
