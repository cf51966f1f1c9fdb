//! Uploads that other programs left, gone on with from the file: only what is missing or differs is sent, and the
//! object is the file.

mod begun;
mod by_keys;
mod going_on;
mod refused;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mopup::journal;
use mopup::model::orphan::{Adoption, Comparison, Keys};
use mopup::model::plan::Limits;
use mopup::model::provider::{Checksums, Provider};
use mopup::model::send::{
    Access, Encryption, ObjectOptions, Pace, PayloadSigning, Resumption, Sending, StoredObject,
};
use mopup::model::{Algorithm, Target, Timestamp};
use mopup::protocol::{Command, Fault, JobId, News, Outcome, Sent, SentOutcome};
use mopup::s3::checksum::checksum;
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{Beginning, MemoryStore, Piece};
use mopup::s3::{Clock, CreateUpload, Payload, Store, UploadPart};
use mopup::tasks::{Engine, Inbox, Settings};

const JOB: JobId = JobId(1);
const BUCKET: &str = "attic";
const KEY: &str = "in/dump.bin";
/// Bytes of a part.
const PART: usize = 4096;
/// Six parts, the last one shorter.
const LEN: usize = 5 * PART + 77;
/// When everything was uploaded.
const THEN: Timestamp = Timestamp::from_secs(1_763_000_000);
/// When somebody goes on with it.
const NOW: Timestamp = Timestamp::from_secs(1_763_700_000);

/// How an upload was begun.
#[derive(Debug, Clone, Default)]
struct How {
    checksum: Option<(Algorithm, &'static str)>,
    access: Access,
    encryption: Encryption,
}

/// A service that keeps S3's rules, a file, and somebody who comes days after the upload was left.
struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    folder: tempfile::TempDir,
    settings: Settings,
    file: PathBuf,
}

/// How one job went.
#[derive(Debug)]
struct Ran {
    compared: Option<Comparison>,
    sent: Option<Sent>,
    shown: Vec<Sending>,
    warnings: Vec<Fault>,
    outcome: Outcome,
}

impl Ran {
    #[track_caller]
    fn stored(self) -> StoredObject {
        match self.sent.map(|sent| sent.outcome) {
            Some(SentOutcome::Stored(object)) => object,
            other => panic!("{other:?}, {:?}", self.outcome),
        }
    }

    #[track_caller]
    fn compared(self) -> Comparison {
        assert_eq!(self.outcome, Outcome::Done);
        self.compared.expect("a comparison")
    }

    #[track_caller]
    fn told(&self) -> String {
        match (&self.outcome, &self.sent) {
            (Outcome::Failed(fault), None) => fault.to_string(),
            other => panic!("no refusal: {other:?}"),
        }
    }
}

impl World {
    fn new() -> Self {
        Self::of(LEN)
    }

    /// With a file of so many bytes.
    fn of(len: usize) -> Self {
        let memory = MemoryStore::new(Clock::fixed(THEN));
        memory.create_bucket(BUCKET, "eu-west-1");
        memory.set_min_part(16);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            journal: Some(folder.path().join("uploads")),
            audit: Some(folder.path().join("audit.jsonl")),
            provider: Some(Provider {
                name: "aws".to_owned(),
                checksums: Checksums::Takes,
                limits: Limits {
                    min_part: 16,
                    ..Limits::default()
                },
                ..Provider::default()
            }),
            patience: Duration::from_secs(300),
            ..Settings::default()
        };
        let file = folder.path().join("dump.bin");
        std::fs::write(&file, bytes(len)).unwrap();
        Self {
            store: Arc::new(FaultyStore::new(memory)),
            folder,
            settings,
            file,
        }
    }

    fn memory(&self) -> &MemoryStore {
        self.store.inner()
    }

    fn engine(&self) -> (Engine, Inbox) {
        let store: Arc<dyn Store> = Arc::<FaultyStore<MemoryStore>>::clone(&self.store);
        Engine::new(store, Clock::fixed(NOW), self.settings.clone())
    }

    fn begin(&self, how: &How) -> Target {
        let encryption = match how.access.customer_key {
            Some(_) => Encryption::Customer,
            None => how.encryption.clone(),
        };
        let created = self.memory().begin(Beginning {
            request: CreateUpload {
                bucket: BUCKET.to_owned(),
                key: KEY.to_owned(),
                options: ObjectOptions {
                    encryption,
                    ..ObjectOptions::default()
                },
                access: how.access.clone(),
                checksum: how.checksum.map(|(algorithm, _)| algorithm),
            },
            checksum_type: how.checksum.map(|(_, kind)| kind.to_owned()),
            ..Beginning::default()
        });
        Target {
            bucket: BUCKET.to_owned(),
            key: KEY.to_owned(),
            upload_id: created.unwrap().upload_id,
        }
    }

    async fn put(&self, target: &Target, number: u32, body: &[u8], how: &How) {
        let sum = how.checksum.map(|(algorithm, _)| checksum(algorithm, body));
        let request = UploadPart {
            target: target.clone(),
            access: how.access.clone(),
            number,
            payload: Payload {
                checksum: sum,
                ..Payload::of(body.to_vec().into())
            },
        };
        self.memory().upload_part(&request).await.unwrap();
    }

    /// An upload of the file in parts of `size` bytes, of which these arrived.
    async fn left(&self, numbers: &[u32], size: usize, how: &How) -> Target {
        let target = self.begin(how);
        let whole = std::fs::read(&self.file).unwrap();
        for (number, body) in (1..).zip(whole.chunks(size)) {
            if numbers.contains(&number) {
                self.put(&target, number, body, how).await;
            }
        }
        target
    }

    fn adoption(&self, target: &Target) -> Adoption {
        adoption(target, &self.file)
    }

    async fn run(&self, command: Command) -> Ran {
        let (engine, mut inbox) = self.engine();
        engine.send(command);
        until_end(&mut inbox, |_| {}).await
    }

    async fn adopt(&self, adoption: Adoption) -> Ran {
        let adoption = Box::new(adoption);
        self.run(Command::Adopt { job: JOB, adoption }).await
    }

    async fn compare(&self, adoption: Adoption) -> Ran {
        let adoption = Box::new(adoption);
        self.run(Command::Compare { job: JOB, adoption }).await
    }

    async fn resume(&self, id: &str, access: &Access) -> Ran {
        let resumption = Box::new(Resumption {
            id: id.to_owned(),
            source: None,
            customer_key: access.customer_key.clone(),
            customer_key_from: None,
            source_key: None,
            pace: Pace::default(),
            anew: false,
        });
        let job = JOB;
        self.run(Command::Resume { job, resumption }).await
    }

    /// The numbers of the parts that were sent through the engine, each as often as it was.
    fn sent(&self, target: &Target) -> Vec<u32> {
        let sent = self.store.sent();
        sent.into_iter()
            .filter(|((of, _), _)| of == target)
            .flat_map(|((_, number), sent)| vec![number; usize::try_from(sent.times).unwrap()])
            .collect()
    }

    /// What is stored.
    fn object(&self) -> Vec<u8> {
        let object = self.memory().object(BUCKET, KEY).expect("an object");
        let pieces = object.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            Piece::Zeros(count) => vec![0; usize::try_from(*count).unwrap()],
        });
        pieces.collect::<Vec<_>>().concat()
    }

    /// The object is the file.
    #[track_caller]
    fn is_the_file(&self) {
        let file = std::fs::read(&self.file).unwrap();
        assert!(self.object() == file, "the object is not the file");
    }

    /// The only journal's name.
    fn journal(&self) -> String {
        let entries = journal::list(self.settings.journal.as_ref().unwrap()).unwrap();
        assert_eq!(entries.len(), 1);
        entries[0].id.clone()
    }

    fn journals(&self) -> usize {
        journal::list(self.settings.journal.as_ref().unwrap())
            .unwrap()
            .len()
    }
}

fn adoption(target: &Target, file: &Path) -> Adoption {
    Adoption {
        target: target.clone(),
        keys: Keys::default(),
        file: file.to_owned(),
        part_size: None,
        trust_size: false,
        replace_all: false,
        include_active: false,
        if_none_match: false,
        signing: PayloadSigning::Auto,
        pace: Pace::default(),
        compared: None,
    }
}

async fn until_end(inbox: &mut Inbox, mut on: impl FnMut(&News)) -> Ran {
    let mut ran = Ran {
        compared: None,
        sent: None,
        shown: Vec::new(),
        warnings: Vec::new(),
        outcome: Outcome::Done,
    };
    loop {
        let reports = inbox.recv(64).await;
        assert!(!reports.is_empty(), "the job never ended");
        for report in reports {
            on(&report.news);
            match report.news {
                News::Compared(comparison) => ran.compared = Some(*comparison),
                News::Sent(sent) => ran.sent = Some(*sent),
                News::Sending(sending) => ran.shown.push(*sending),
                News::Warning(fault) => ran.warnings.push(fault),
                News::Ended(outcome) => {
                    ran.outcome = outcome;
                    return ran;
                }
                _ => {}
            }
        }
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
