//! Watching through the engine: programs that send by script, under a clock that never waits.

mod ended;
mod odd;
mod paced;
mod troubled;
mod twisted;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mopup::demo::{Script, Step, uploader};
use mopup::model::send::Access;
use mopup::model::watch::{Ending, Happening, Interval, Vitals, Watch};
use mopup::model::{Target, Timestamp};
use mopup::protocol::{Command, JobId, News, Outcome};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, NewUpload, Parts, Uniform};
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Inbox, Settings};
use tokio_util::sync::CancellationToken;

use twisted::Twisted;

const JOB: JobId = JobId(1);
const SECOND: Duration = Duration::from_secs(1);
const MIB: u64 = 1 << 20;
const BEGIN: Timestamp = Timestamp::from_secs(1_790_000_000);

/// A clock that follows tokio's, which is paused.
fn clock() -> Clock {
    let begin = tokio::time::Instant::now();
    Clock::new(move || BEGIN.plus(begin.elapsed()))
}

/// A store with one upload, of which so many parts of 8 MiB are there, one every two seconds until now.
struct Stage {
    clock: Clock,
    memory: Arc<MemoryStore>,
    target: Target,
}

impl Stage {
    fn with_parts(count: u32) -> Self {
        let clock = clock();
        let memory = Arc::new(MemoryStore::new(clock.clone()));
        memory.create_bucket("b", "eu-west-1");
        let initiated = BEGIN.minus(SECOND * 2 * (count + 1));
        let upload = NewUpload {
            key: "k".to_owned(),
            initiated: Some(initiated),
            parts: Parts::Uniform(Uniform {
                count,
                size: 8 * MIB,
                last_size: 8 * MIB,
                first: initiated.plus(SECOND * 2),
                last: BEGIN,
            }),
            ..NewUpload::default()
        };
        let upload_id = memory.insert_upload("b", upload).unwrap();
        let target = Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id,
        };
        Self {
            clock,
            memory,
            target,
        }
    }

    fn watch(&self) -> Watch {
        Watch {
            target: self.target.clone(),
            access: Access::default(),
            initiated: None,
            size: None,
            deadline: None,
            interval: Interval::Adaptive,
            stall: None,
        }
    }

    /// Plays beside what follows.
    fn play(&self, steps: Vec<Step>) -> tokio::task::JoinHandle<()> {
        let script = Script {
            target: self.target.clone(),
            meta: Arc::default(),
            steps,
            again: Vec::new(),
        };
        let store = Arc::clone(&self.memory);
        tokio::spawn(uploader::play(store, script, CancellationToken::new()))
    }

    /// The memory store behind a script of faults. What is shared stays shared.
    fn faulty(&self) -> Arc<FaultyStore<Twisted>> {
        Arc::new(FaultyStore::new(plain(&self.memory)))
    }

    fn engine(&self, store: Arc<dyn Store>) -> (Engine, Inbox) {
        Engine::new(store, self.clock.clone(), Settings::default())
    }

    /// Watches while the script plays, to the end.
    async fn see(&self, watch: Watch, steps: Vec<Step>) -> Seen {
        let store: Arc<dyn Store> = Arc::<MemoryStore>::clone(&self.memory);
        self.see_on(store, watch, steps).await
    }

    async fn see_on(&self, store: Arc<dyn Store>, watch: Watch, steps: Vec<Step>) -> Seen {
        let (engine, mut inbox) = self.engine(store);
        let playing = self.play(steps);
        engine.send(Command::Watch {
            job: JOB,
            watch: Box::new(watch),
        });
        let seen = Seen::until_end(&mut inbox).await;
        playing.abort();
        seen
    }
}

/// What was told.
#[derive(Debug, Default)]
struct Seen {
    vitals: Vec<Vitals>,
    happened: Vec<Happening>,
    outcome: Option<Outcome>,
}

impl Seen {
    async fn until_end(inbox: &mut Inbox) -> Self {
        let mut seen = Self::default();
        while seen.outcome.is_none() {
            seen.more(inbox).await;
        }
        seen
    }

    /// What comes next.
    async fn more(&mut self, inbox: &mut Inbox) {
        let reports = inbox.recv(64).await;
        assert!(!reports.is_empty(), "the job never ended");
        for report in reports {
            match report.news {
                News::Vitals(vitals) => self.vitals.push(*vitals),
                News::Happened(happening) => self.happened.push(happening),
                News::Ended(outcome) => self.outcome = Some(outcome),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn until(&mut self, inbox: &mut Inbox, what: impl Fn(&Self) -> bool) {
        while !what(self) {
            assert_eq!(self.outcome, None, "it ended before");
            self.more(inbox).await;
        }
    }

    fn last(&self) -> &Vitals {
        self.vitals.last().expect("something was told")
    }

    #[track_caller]
    fn ending(&self) -> &Ending {
        assert_eq!(
            self.outcome,
            Some(Outcome::Done),
            "{:?}",
            self.happened.last()
        );
        match self.happened.last() {
            Some(Happening::Ended(ending)) => ending,
            other => panic!("{other:?}"),
        }
    }

    /// The numbers that arrived, in the order in which they were told.
    fn arrived(&self) -> Vec<u32> {
        let arrived = self
            .happened
            .iter()
            .filter_map(|happening| match happening {
                Happening::Arrived(parts) => Some(parts),
                _ => None,
            });
        arrived.flatten().map(|part| part.number).collect()
    }

    fn resent(&self) -> Vec<u32> {
        let resent = self
            .happened
            .iter()
            .filter_map(|happening| match happening {
                Happening::Resent(parts) => Some(parts),
                _ => None,
            });
        resent.flatten().map(|part| part.number).collect()
    }
}

/// The memory store as it is.
fn plain(memory: &Arc<MemoryStore>) -> Twisted {
    Twisted {
        inner: Arc::clone(memory),
        way: Box::new(|request, ask| ask(request)),
        ahead: None,
        asked: Mutex::default(),
    }
}
