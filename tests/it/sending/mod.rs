//! Uploads through the engine: what is stored is what was on disk, whatever happened on the way.

mod copied_again;
mod copies;
mod cut;
mod faults;
mod limits;
mod placing;
mod plain;
mod resumed;
mod storms;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mopup::journal;
use mopup::model::Timestamp;
use mopup::model::plan::{Limits, Wish};
use mopup::model::provider::{Checksums, Provider};
use mopup::model::send::{Interrupted, Order, Pace, Resumption, Sending, Source};
use mopup::protocol::{Command, JobId, News, Outcome, Sent, SentOutcome};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, Piece};
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Inbox, Settings};

const JOB: JobId = JobId(1);
const BUCKET: &str = "archive";
/// Bytes of a part.
const PART: usize = 4096;
const NOW: Timestamp = Timestamp::from_secs(1_763_700_000);

/// A service, a folder with a source and the journals, and engines on them one after another.
struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    folder: tempfile::TempDir,
    settings: Settings,
}

/// How one job went.
#[derive(Debug)]
struct Ran {
    sent: Vec<Sent>,
    last: Option<Sending>,
    warnings: Vec<String>,
    outcome: Outcome,
}

impl Ran {
    /// The only file's outcome.
    fn only(&self) -> &SentOutcome {
        assert_eq!(self.sent.len(), 1, "{:?}", self.outcome);
        &self.sent[0].outcome
    }

    fn is_stored(&self) -> bool {
        matches!(self.only(), SentOutcome::Stored(_))
    }

    fn fault(&self) -> String {
        match self.only() {
            SentOutcome::Failed { fault, .. } => fault.to_string(),
            other => panic!("no failure: {other:?}"),
        }
    }
}

impl World {
    fn new() -> Self {
        let memory = MemoryStore::new(Clock::fixed(NOW));
        memory.create_bucket(BUCKET, "eu-west-1");
        memory.set_min_part(1);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            journal: Some(folder.path().join("uploads")),
            provider: Some(Provider {
                checksums: Checksums::Takes,
                limits: Limits {
                    min_part: 1,
                    ..Limits::default()
                },
                ..Provider::default()
            }),
            patience: Duration::from_secs(300),
            ..Settings::default()
        };
        Self {
            store: Arc::new(FaultyStore::new(memory)),
            folder,
            settings,
        }
    }

    fn memory(&self) -> &MemoryStore {
        self.store.inner()
    }

    fn engine(&self) -> (Engine, Inbox) {
        let store: Arc<dyn Store> = Arc::<FaultyStore<MemoryStore>>::clone(&self.store);
        Engine::new(store, Clock::fixed(NOW), self.settings.clone())
    }

    /// A file of `len` bytes that do not repeat.
    fn file(&self, name: &str, len: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes(len)).unwrap();
        path
    }

    async fn send(&self, order: Order) -> Ran {
        let (engine, mut inbox) = self.engine();
        engine.send(Command::Send {
            job: JOB,
            order: Box::new(order),
        });
        until_end(&mut inbox, |_| {}).await.0
    }

    async fn resume(&self, id: &str) -> Ran {
        self.resume_as(resumption(id)).await
    }

    async fn resume_as(&self, resumption: Resumption) -> Ran {
        let (engine, mut inbox) = self.engine();
        engine.send(Command::Resume {
            job: JOB,
            resumption: Box::new(resumption),
        });
        until_end(&mut inbox, |_| {}).await.0
    }

    async fn interrupted(&self) -> Vec<Interrupted> {
        let (engine, mut inbox) = self.engine();
        engine.send(Command::Interrupted { job: JOB });
        let (_, news) = until_end(&mut inbox, |_| {}).await;
        let found = news.into_iter().find_map(|news| match news {
            News::Interrupted(found) => Some(found),
            _ => None,
        });
        found.expect("an answer")
    }

    /// What is stored under `key`.
    fn object(&self, key: &str) -> Vec<u8> {
        let object = self.memory().object(BUCKET, key).expect("an object");
        let mut bytes = Vec::new();
        for piece in &object.pieces {
            match piece {
                Piece::Bytes(piece) => bytes.extend_from_slice(piece),
                Piece::Zeros(count) => {
                    bytes.resize(bytes.len() + usize::try_from(*count).unwrap(), 0);
                }
            }
        }
        bytes
    }

    async fn uploads(&self) -> usize {
        let request = mopup::s3::ListUploads {
            bucket: BUCKET.to_owned(),
            ..mopup::s3::ListUploads::default()
        };
        let page = self.memory().list_uploads(&request).await.unwrap();
        page.uploads.len()
    }

    /// The only journal's name.
    fn journal(&self) -> String {
        let folder = self.settings.journal.clone().unwrap();
        let entries = journal::list(&folder).unwrap();
        assert_eq!(entries.len(), 1);
        entries[0].id.clone()
    }
}

/// An order in parts of 4 KiB.
fn order(path: &Path) -> Order {
    let mut order = Order::new(Source::Path(path.to_owned()), BUCKET, "");
    order.wish = Wish {
        part_size: Some(PART as u64),
        multipart: true,
        ..Wish::default()
    };
    order
}

fn resumption(id: &str) -> Resumption {
    Resumption {
        id: id.to_owned(),
        source_key: None,
        source: None,
        customer_key: None,
        customer_key_from: None,
        pace: Pace::default(),
        anew: false,
    }
}

/// Bytes that do not repeat, the same for the same length.
fn bytes(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ len as u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Everything until the job ends; `on` may answer with a command to send meanwhile.
async fn until_end(inbox: &mut Inbox, mut on: impl FnMut(&News)) -> (Ran, Vec<News>) {
    let mut all = Vec::new();
    let mut ran = Ran {
        sent: Vec::new(),
        last: None,
        warnings: Vec::new(),
        outcome: Outcome::Done,
    };
    loop {
        let reports = inbox.recv(64).await;
        assert!(!reports.is_empty(), "the job never ended");
        for report in reports {
            on(&report.news);
            match &report.news {
                News::Sent(sent) => ran.sent.push((**sent).clone()),
                News::Sending(sending) => ran.last = Some((**sending).clone()),
                News::Warning(fault) => ran.warnings.push(fault.to_string()),
                News::Ended(outcome) => {
                    ran.outcome = outcome.clone();
                    return (ran, all);
                }
                _ => {}
            }
            all.push(report.news);
        }
    }
}
