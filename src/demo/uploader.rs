//! Somebody else's program that sends parts while one looks on: by script, so that every way to go on and to end
//! can be seen.
//!
//! Waits with `tokio::time` only: under a paused clock, with a store whose clock follows it, hours pass at once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::model::Target;
use crate::model::send::{Access, ObjectOptions};
use crate::protocol::Fault;
use crate::s3::memory::{MemoryStore, Meta, NewUpload};
use crate::s3::{Abort, Complete, NamedPart, Payload, PutObject, Store};

/// One thing that such a program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Begins an upload of the key, and goes on with that.
    Begin,
    /// Sends parts of so many bytes with these numbers, one after the other with a pause behind each. A number that
    /// was sent before replaces that part.
    Send {
        numbers: Vec<u32>,
        size: u64,
        every: Duration,
    },
    /// Sends nothing for so long.
    Wait(Duration),
    /// Makes the object of all parts that are there.
    Complete,
    Abort,
    /// Another program stores an object at the key, whatever becomes of the upload.
    Overwrite,
}

impl Step {
    /// Sends parts of 8 MiB.
    pub fn send(numbers: impl IntoIterator<Item = u32>, every: Duration) -> Self {
        Self::Send {
            numbers: numbers.into_iter().collect(),
            size: 8 << 20,
            every,
        }
    }
}

/// What a program does with one key.
#[derive(Debug, Clone)]
pub struct Script {
    /// The upload that is there already; without an upload ID, one is begun by [`Step::Begin`].
    pub target: Target,
    pub meta: Arc<Meta>,
    pub steps: Vec<Step>,
    /// Behind those, for ever.
    pub again: Vec<Step>,
}

/// Plays it until `stop`, to its end, or until it cannot go on because somebody ended the upload.
pub async fn play(store: Arc<MemoryStore>, script: Script, stop: CancellationToken) {
    let mut player = Player {
        store,
        target: script.target,
        meta: script.meta,
    };
    let playing = async {
        player.all(&script.steps).await?;
        while !script.again.is_empty() {
            player.all(&script.again).await?;
        }
        Ok::<(), Fault>(())
    };
    tokio::select! {
        () = stop.cancelled() => {}
        // That it was ended by somebody else is no failure here.
        _ = playing => {}
    }
}

struct Player {
    store: Arc<MemoryStore>,
    target: Target,
    meta: Arc<Meta>,
}

impl Player {
    async fn all(&mut self, steps: &[Step]) -> Result<(), Fault> {
        for step in steps {
            self.one(step).await?;
        }
        Ok(())
    }

    async fn one(&mut self, step: &Step) -> Result<(), Fault> {
        match step {
            Step::Begin => self.begin(),
            Step::Send {
                numbers,
                size,
                every,
            } => {
                for number in numbers {
                    self.send(*number, *size)?;
                    sleep(*every).await;
                }
                Ok(())
            }
            Step::Wait(span) => {
                sleep(*span).await;
                Ok(())
            }
            Step::Complete => self.complete(),
            Step::Abort => {
                let abort = Abort {
                    target: self.target.clone(),
                    if_initiated: None,
                };
                self.store.abort(&abort).await
            }
            Step::Overwrite => self.overwrite().await,
        }
    }

    fn begin(&mut self) -> Result<(), Fault> {
        let upload = NewUpload {
            key: self.target.key.clone(),
            meta: Arc::clone(&self.meta),
            ..NewUpload::default()
        };
        self.target.upload_id = self.store.insert_upload(&self.target.bucket, upload)?;
        Ok(())
    }

    fn send(&self, number: u32, size: u64) -> Result<(), Fault> {
        let store = &self.store;
        store.put_part_record(&self.target, number, size).map(drop)
    }

    fn complete(&self) -> Result<(), Fault> {
        let mut parts = Vec::new();
        loop {
            let after = parts.last().map_or(0, |part: &NamedPart| part.number);
            let page = self.store.parts(&self.target, after, None)?;
            parts.extend(page.parts.into_iter().map(|part| NamedPart {
                number: part.number,
                etag: part.etag,
                checksum: part.checksum,
            }));
            if page.next.is_none() {
                break;
            }
        }
        let complete = Complete {
            target: self.target.clone(),
            access: Access::default(),
            parts,
            size: None,
            checksum: None,
            if_none_match: false,
        };
        self.store.finish(&complete, None).map(drop)
    }

    async fn overwrite(&self) -> Result<(), Fault> {
        let put = PutObject {
            bucket: self.target.bucket.clone(),
            key: self.target.key.clone(),
            options: ObjectOptions::default(),
            access: Access::default(),
            if_none_match: false,
            payload: Payload::of(Bytes::from_static(b"written by another program\n")),
        };
        self.store.put_object(&put).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::protocol::Kind;
    use crate::s3::Clock;

    const SECOND: Duration = Duration::from_secs(1);

    fn store() -> Arc<MemoryStore> {
        let begin = tokio::time::Instant::now();
        let clock = Clock::new(move || Timestamp::from_secs(1000).plus(begin.elapsed()));
        let store = Arc::new(MemoryStore::new(clock));
        store.create_bucket("b", "eu-west-1");
        store
    }

    fn script(steps: Vec<Step>, again: Vec<Step>) -> Script {
        Script {
            target: Target {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                upload_id: String::new(),
            },
            meta: Arc::default(),
            steps,
            again,
        }
    }

    async fn played(store: &Arc<MemoryStore>, script: Script, span: Duration) {
        let playing = play(Arc::clone(store), script, CancellationToken::new());
        let _ = tokio::time::timeout(span, playing).await;
    }

    #[tokio::test(start_paused = true)]
    async fn parts_arrive_until_the_upload_is_complete_and_the_next_begins() {
        let store = store();
        let again = vec![Step::Begin, Step::send(1..=3, SECOND), Step::Complete];
        // Parts at 0, 1 and 2 s, the completion and the next upload's first part at 3 s.
        played(&store, script(Vec::new(), again), SECOND * 7 / 2).await;
        assert_eq!(store.object("b", "k").unwrap().size, 24 << 20);
        assert_eq!(store.upload_count("b"), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_stalls_resends_and_is_overwritten_by_the_virtual_clock() {
        let store = store();
        let steps = vec![
            Step::Begin,
            Step::send([1, 3, 2], SECOND),
            Step::Wait(SECOND * 60),
            Step::send([1], SECOND),
            Step::Overwrite,
            Step::Abort,
        ];
        played(&store, script(steps, Vec::new()), SECOND * 100).await;
        let object = store.object("b", "k").unwrap();
        assert_eq!(object.last_modified, Timestamp::from_secs(1064));
        assert_eq!((object.parts, store.upload_count("b")), (None, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_aborts_it_ends_it() {
        let store = store();
        let steps = vec![
            Step::Begin,
            Step::Abort,
            Step::send([1], SECOND),
            Step::Overwrite,
        ];
        played(&store, script(steps, Vec::new()), SECOND * 10).await;
        assert_eq!(store.object("b", "k").unwrap_err().kind, Kind::NotFound);
    }
}
