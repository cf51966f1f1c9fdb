//! Somebody else's program that sends parts while one looks on.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::model::Target;
use crate::model::send::Access;
use crate::s3::memory::{MemoryStore, Meta, NewUpload};
use crate::s3::{Complete, NamedPart};

/// An upload whose parts keep arriving.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) target: Target,
    pub(super) meta: Arc<Meta>,
    /// The number of the next part.
    pub(super) next: u32,
    /// The last part's number; then the upload is completed, and the next one begun.
    pub(super) last: u32,
    /// Bytes of a part.
    pub(super) size: u64,
    /// Between two parts.
    pub(super) every: Duration,
}

/// Sends parts until `stop`, or until somebody aborts the upload.
pub(super) async fn run(store: Arc<MemoryStore>, mut flow: Flow, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(flow.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if !flow.step(&store) {
            return;
        }
    }
}

impl Flow {
    /// One part, or the end of this upload and the beginning of the next. False when it is not there any more.
    fn step(&mut self, store: &MemoryStore) -> bool {
        if self.next <= self.last {
            let stored = store.put_part_record(&self.target, self.next, self.size);
            self.next += 1;
            return stored.is_ok();
        }
        self.finish(store).is_some()
    }

    fn finish(&mut self, store: &MemoryStore) -> Option<()> {
        let mut parts = Vec::new();
        loop {
            let after = parts.last().map_or(0, |part: &NamedPart| part.number);
            let page = store.parts(&self.target, after, None).ok()?;
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
        store.finish(&complete, None).ok()?;
        let upload = NewUpload {
            key: self.target.key.clone(),
            meta: Arc::clone(&self.meta),
            ..NewUpload::default()
        };
        self.target.upload_id = store.insert_upload(&self.target.bucket, upload).ok()?;
        self.next = 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::s3::Clock;

    #[tokio::test(start_paused = true)]
    async fn parts_arrive_until_the_upload_is_complete_and_the_next_begins() {
        let store = Arc::new(MemoryStore::new(Clock::fixed(Timestamp::from_secs(1))));
        store.create_bucket("b", "eu-west-1");
        let upload = NewUpload {
            key: "k".to_owned(),
            ..NewUpload::default()
        };
        let upload_id = store.insert_upload("b", upload).unwrap();
        let flow = Flow {
            target: Target {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                upload_id: upload_id.clone(),
            },
            meta: Arc::default(),
            next: 1,
            last: 3,
            size: 5 << 20,
            every: Duration::from_secs(1),
        };
        let stop = CancellationToken::new();
        let running = run(Arc::clone(&store), flow, stop.clone());
        // The first tick comes at once: parts at 0, 1 and 2 s, the completion at 3 s, a new part at 4 s.
        let _ = tokio::time::timeout(Duration::from_millis(4500), running).await;
        assert_eq!(store.object("b", "k").unwrap().size, 15 << 20);
        assert_eq!(store.upload_count("b"), 1);
    }
}
