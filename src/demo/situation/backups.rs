//! The single cases: an upload with all 10,000 parts, one with gaps, one that stalled.

use std::sync::Arc;
use std::time::Duration;

use super::{DAY, HOUR, MIB, Scene, meta};
use crate::model::Timestamp;
use crate::s3::memory::{Meta, NewUpload, Parts, StoredPart, Uniform};

const BUCKET: &str = "db-backups";

pub(super) fn fill(scene: &mut Scene<'_>) {
    let backup = meta("svc-backup", "STANDARD", None);
    let archive = meta("svc-backup", "DEEP_ARCHIVE", None);
    full(scene, &archive);
    gaps(scene, &backup);
    stalled(scene, &backup);
    empty(scene, &backup);
    retries(scene, &backup);
    nightly(scene, &[backup, archive]);
}

/// As many parts as S3 allows.
fn full(scene: &Scene<'_>, meta: &Arc<Meta>) {
    let initiated = scene.now.minus(DAY * 41);
    let parts = Uniform {
        count: 10_000,
        size: 64 * MIB,
        last_size: 64 * MIB,
        first: initiated.plus(Duration::from_mins(2)),
        last: initiated.plus(HOUR * 19),
    };
    put(
        scene,
        "warehouse/full-copy.bak",
        meta,
        initiated,
        Parts::Uniform(parts),
    );
}

/// Parts missing in the middle, one of them too small, one larger than the rest.
fn gaps(scene: &Scene<'_>, meta: &Arc<Meta>) {
    let initiated = scene.now.minus(DAY * 9);
    let missing = |number: &u32| !matches!(number, 42 | 117..=119 | 400);
    let parts = (1..=512).filter(missing).map(|number| {
        let size = match number {
            77 => 3 * MIB,
            300 => 24 * MIB,
            _ => 16 * MIB,
        };
        let at = initiated.plus(Duration::from_secs(u64::from(number) * 7));
        StoredPart::record("gaps", number, size, at)
    });
    let parts = Parts::Listed(parts.collect());
    put(
        scene,
        "postgres/weekly-gaps.dump.zst",
        meta,
        initiated,
        parts,
    );
}

/// Ran for hours and then stopped, half a day ago.
fn stalled(scene: &Scene<'_>, meta: &Arc<Meta>) {
    let parts = Uniform {
        count: 1536,
        size: 8 * MIB,
        last_size: 8 * MIB,
        first: scene.now.minus(HOUR * 20),
        last: scene.now.minus(HOUR * 12),
    };
    let initiated = scene.now.minus(HOUR * 20);
    let key = "postgres/stalled-nightly.dump.zst";
    put(scene, key, meta, initiated, Parts::Uniform(parts));
}

/// Begun, and never a part: one long ago, one just now, whose first part may be on its way.
fn empty(scene: &Scene<'_>, meta: &Arc<Meta>) {
    let parts = Parts::default;
    let (old, young) = (scene.now.minus(DAY * 120), scene.now.minus(HOUR / 12));
    put(scene, "mysql/never-started.dump", meta, old, parts());
    put(scene, "mysql/just-started.dump", meta, young, parts());
}

/// One job that began anew after each failure: the same key again and again.
fn retries(scene: &Scene<'_>, meta: &Arc<Meta>) {
    for attempt in 0..12 {
        let initiated = scene.now.minus(DAY * 3 + HOUR * attempt);
        let parts = Uniform {
            count: 20 + 15 * attempt,
            size: 16 * MIB,
            last_size: 16 * MIB,
            first: initiated,
            last: initiated.plus(HOUR / 2),
        };
        put(
            scene,
            "mongo/retry-loop.archive",
            meta,
            initiated,
            Parts::Uniform(parts),
        );
    }
}

fn nightly(scene: &mut Scene<'_>, metas: &[Arc<Meta>]) {
    for night in 2..90 {
        let initiated = scene.now.minus(DAY * night);
        let count = scene.rng.u32(3..900);
        let parts = Uniform {
            count,
            size: 16 * MIB,
            last_size: 9 * MIB,
            first: initiated,
            last: initiated.plus(Duration::from_secs(u64::from(count) * 3)),
        };
        let meta = &metas[usize::from(night % 7 == 0)];
        let key = format!("postgres/nightly/{night:03}-days-ago.dump.zst");
        put(scene, &key, meta, initiated, Parts::Uniform(parts));
    }
}

fn put(scene: &Scene<'_>, key: &str, meta: &Arc<Meta>, initiated: Timestamp, parts: Parts) {
    let upload = NewUpload {
        key: key.to_owned(),
        upload_id: None,
        initiated: Some(initiated),
        meta: Arc::clone(meta),
        parts,
    };
    scene.put(BUCKET, upload);
}
