//! Stores in a situation, and the settings to look at them with.

use std::sync::Arc;
use std::time::Duration;

use mopup::app::{self};
use mopup::config;
use mopup::model::Timestamp;
use mopup::s3::Clock;
use mopup::s3::memory::{MemoryStore, NewUpload, Parts, StoredPart};

/// 2026-11-20 18:40 UTC.
pub const NOW: Timestamp = Timestamp::from_secs(1_795_200_000);
pub const DAY: Duration = Duration::from_secs(86_400);

/// The defaults, in the dark theme.
pub fn settings(now: Timestamp) -> app::Settings {
    let defaults = config::Settings::defaults().unwrap();
    app::Settings::new(Arc::new(defaults.prices), now)
}

/// A store with one bucket of `count` dead uploads, a part of 8 MiB each, under a clock that stands still.
pub fn orphans(bucket: &str, count: u32) -> (MemoryStore, Clock) {
    let clock = Clock::fixed(NOW);
    let store = MemoryStore::new(clock.clone());
    store.create_bucket(bucket, "eu-west-1");
    let begun = NOW.minus(DAY * 30);
    for number in 0..count {
        let id = format!("id-{number:05}");
        let part = StoredPart::record(&id, 1, 8 << 20, begun);
        let upload = NewUpload {
            key: format!("orphan/{number:05}.bin"),
            upload_id: Some(id),
            initiated: Some(begun),
            parts: Parts::Listed(vec![part]),
            ..NewUpload::default()
        };
        store.insert_upload(bucket, upload).unwrap();
    }
    (store, clock)
}
