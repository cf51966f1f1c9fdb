//! Completing uploads, whoever began them, through the engine: the verdict, what is refused, what is made.

mod ended;
mod foretold;
mod refused;

use std::sync::Arc;
use std::time::Duration;

use mopup::model::completion::{Completion, Ruling};
use mopup::model::orphan::{Choice, Ending, Inquiry, Judged, Keys, Made};
use mopup::model::plan::Limits;
use mopup::model::provider::{Checksums, Provider};
use mopup::model::send::{Access, Encryption, ObjectOptions};
use mopup::model::{Algorithm, Target, Timestamp};
use mopup::protocol::{Command, Fault, JobId, News, Outcome};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{Beginning, MemoryStore, Piece};
use mopup::s3::{Clock, CreateUpload, Payload, Store, UploadPart};
use mopup::tasks::{Engine, Inbox, Settings};

const JOB: JobId = JobId(1);
const BUCKET: &str = "attic";
const KEY: &str = "in/dump.bin";
/// The least bytes of a part, so that many parts are not many bytes.
const MIN_PART: u64 = 16;
/// When everything was uploaded.
const THEN: Timestamp = Timestamp::from_secs(1_763_000_000);
/// When somebody looks at it.
const NOW: Timestamp = Timestamp::from_secs(1_763_700_000);

/// A service that keeps S3's rules, and somebody who looks at it days after the uploads.
struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    folder: tempfile::TempDir,
    settings: Settings,
}

/// How one job went.
#[derive(Debug)]
struct Ran {
    judged: Option<Judged>,
    made: Option<Made>,
    warnings: Vec<Fault>,
    outcome: Outcome,
}

impl Ran {
    #[track_caller]
    fn made(self) -> Made {
        assert_eq!(self.outcome, Outcome::Done, "{:?}", self.warnings);
        self.made.expect("an object")
    }

    #[track_caller]
    fn fault(self) -> Fault {
        assert!(self.made.is_none(), "{:?}", self.made);
        match self.outcome {
            Outcome::Failed(fault) => fault,
            other => panic!("no failure: {other:?}"),
        }
    }
}

impl World {
    fn new() -> Self {
        let memory = MemoryStore::new(Clock::fixed(THEN));
        memory.create_bucket(BUCKET, "eu-west-1");
        memory.set_min_part(MIN_PART);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            journal: Some(folder.path().join("uploads")),
            audit: Some(folder.path().join("audit.jsonl")),
            provider: Some(Provider {
                name: "aws".to_owned(),
                checksums: Checksums::Takes,
                limits: Limits {
                    min_part: MIN_PART,
                    ..Limits::default()
                },
                ..Provider::default()
            }),
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

    /// An upload as another program begins it.
    fn begin(&self, checksum: Option<(Algorithm, &str)>, access: &Access) -> Target {
        let encryption = match access.customer_key {
            Some(_) => Encryption::Customer,
            None => Encryption::Default,
        };
        let created = self.memory().begin(Beginning {
            request: CreateUpload {
                bucket: BUCKET.to_owned(),
                key: KEY.to_owned(),
                options: ObjectOptions {
                    encryption,
                    ..ObjectOptions::default()
                },
                access: access.clone(),
                checksum: checksum.map(|(algorithm, _)| algorithm),
            },
            checksum_type: checksum.map(|(_, kind)| kind.to_owned()),
            ..Beginning::default()
        });
        Target {
            bucket: BUCKET.to_owned(),
            key: KEY.to_owned(),
            upload_id: created.unwrap().upload_id,
        }
    }

    async fn put(&self, target: &Target, number: u32, body: &[u8], access: &Access) {
        let request = UploadPart {
            target: target.clone(),
            access: access.clone(),
            number,
            payload: Payload::of(body.to_vec().into()),
        };
        self.memory().upload_part(&request).await.unwrap();
    }

    /// A plain upload of three parts, the last one shorter.
    async fn three(&self) -> Target {
        let target = self.begin(None, &Access::default());
        for (number, body) in (1..).zip(bodies()) {
            self.put(&target, number, &body, &Access::default()).await;
        }
        target
    }

    fn engine(&self) -> (Engine, Inbox) {
        let store: Arc<dyn Store> = Arc::<FaultyStore<MemoryStore>>::clone(&self.store);
        Engine::new(store, Clock::fixed(NOW), self.settings.clone())
    }

    async fn run(&self, command: Command) -> Ran {
        let (engine, mut inbox) = self.engine();
        engine.send(command);
        until_end(&mut inbox).await
    }

    async fn ask(&self, inquiry: Inquiry) -> Ran {
        let inquiry = Box::new(inquiry);
        self.run(Command::Judge { job: JOB, inquiry }).await
    }

    #[track_caller]
    fn judged(ran: Ran) -> Judged {
        assert_eq!(ran.outcome, Outcome::Done);
        ran.judged.expect("a verdict")
    }

    async fn judge(&self, target: &Target) -> Judged {
        Self::judged(self.ask(inquiry(target)).await)
    }

    async fn complete(&self, ending: Ending) -> Ran {
        let ending = Box::new(ending);
        self.run(Command::Complete { job: JOB, ending }).await
    }

    /// What is stored under the key.
    fn object(&self) -> Vec<u8> {
        let object = self.memory().object(BUCKET, KEY).expect("an object");
        let mut bytes = Vec::new();
        for piece in &object.pieces {
            match piece {
                Piece::Bytes(piece) => bytes.extend_from_slice(piece),
                Piece::Zeros(_) => panic!("no bytes were kept"),
            }
        }
        bytes
    }

    fn audit(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.folder.path().join("audit.jsonl"));
        let text = text.unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn bodies() -> [Vec<u8>; 3] {
    [vec![1; 20], vec![2; 20], vec![3; 7]]
}

fn inquiry(target: &Target) -> Inquiry {
    Inquiry {
        target: target.clone(),
        keys: Keys::default(),
        choice: Choice::All,
        file: None,
    }
}

fn ending(target: &Target) -> Ending {
    Ending {
        target: target.clone(),
        keys: Keys::default(),
        choice: Choice::All,
        if_none_match: false,
        seen: None,
        include_active: false,
    }
}

fn words(completion: &Completion) -> Vec<&'static str> {
    let remarks = completion.remarks.iter();
    remarks
        .map(mopup::model::completion::Remark::word)
        .collect()
}

async fn until_end(inbox: &mut Inbox) -> Ran {
    let mut ran = Ran {
        judged: None,
        made: None,
        warnings: Vec::new(),
        outcome: Outcome::Done,
    };
    loop {
        let reports = inbox.recv(64).await;
        assert!(!reports.is_empty(), "the job never ended");
        for report in reports {
            match report.news {
                News::Judged(judged) => ran.judged = Some(*judged),
                News::Made(made) => ran.made = Some(*made),
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
