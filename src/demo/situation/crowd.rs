//! The many: orphans of failed jobs, of all ages and sizes, with a few that are alive among them.

use std::sync::Arc;
use std::time::Duration;

use super::{DAY, HOUR, MIB, Scene, meta};
use crate::model::Timestamp;
use crate::s3::memory::{Meta, NewUpload, Parts, Uniform};

/// How the uploads of one kind came about.
pub(super) struct Kind<'a> {
    pub(super) bucket: &'a str,
    pub(super) metas: &'a [Arc<Meta>],
    /// MiB of a part.
    pub(super) part: &'a [u64],
    pub(super) most_parts: u32,
    pub(super) oldest: Duration,
}

/// So many uploads in the bucket `many`, with as little memory as can be.
pub(super) fn many(scene: &mut Scene<'_>, count: u32) {
    let metas = [
        meta("svc-ingest", "STANDARD", None),
        meta("svc-backup", "STANDARD_IA", None),
    ];
    let kind = Kind {
        bucket: "many",
        metas: &metas,
        part: &[8, 16],
        most_parts: 40,
        oldest: DAY * 400,
    };
    for number in 0..count {
        let key = format!("ingest/{:04}/batch-{number:08}.parquet", number / 1000);
        kind.put(scene, key);
    }
}

pub(super) fn media(scene: &mut Scene<'_>) {
    let metas = [
        meta("svc-encoder", "STANDARD", None),
        meta("svc-encoder", "STANDARD_IA", None),
        meta("anna.keller", "STANDARD", None),
    ];
    let kind = Kind {
        bucket: "media-archive",
        metas: &metas,
        part: &[10, 64, 100],
        most_parts: 3000,
        oldest: DAY * 300,
    };
    for number in 0..320 {
        kind.put(scene, format!("video/raw/cam-{number:03}.mxf"));
    }
    for number in 0..180 {
        let month = number % 9 + 1;
        kind.put(
            scene,
            format!("video/proxy/2026-{month:02}/reel-{number:04}.mov"),
        );
    }
    for number in 0..60 {
        kind.put(scene, format!("audio/stems/session-{number:02}/mix.wav"));
    }
}

pub(super) fn logs(scene: &mut Scene<'_>) {
    let metas = [
        meta("fluentd", "STANDARD", None),
        meta("fluentd", "GLACIER_IR", None),
    ];
    let kind = Kind {
        bucket: "logs-prod",
        metas: &metas,
        part: &[5, 8],
        most_parts: 24,
        oldest: DAY * 180,
    };
    for number in 0..3600 {
        let (service, day) = (number % 6, number / 40 + 1);
        let service = ["api", "auth", "billing", "edge", "search", "worker"][service];
        let key = format!("{service}/day={day:03}/host-{:02}.log.gz", number % 40);
        kind.put(scene, key);
    }
}

pub(super) fn lake(scene: &mut Scene<'_>) {
    let metas = [
        meta("spark-emr", "STANDARD", Some("CRC32")),
        meta("spark-emr", "INTELLIGENT_TIERING", None),
        meta("airflow", "STANDARD", Some("SHA256")),
    ];
    let kind = Kind {
        bucket: "data-lake",
        metas: &metas,
        part: &[16, 32],
        most_parts: 200,
        oldest: DAY * 90,
    };
    for number in 0..900 {
        let table = ["orders", "events", "sessions"][number % 3];
        let key = format!("warehouse/{table}/_temporary/0/task-{number:06}.snappy.parquet");
        kind.put(scene, key);
    }
}

pub(super) fn scratch(scene: &mut Scene<'_>) {
    let metas = [meta("ci-runner", "STANDARD", None)];
    let kind = Kind {
        bucket: "scratch-7d",
        metas: &metas,
        part: &[5],
        most_parts: 60,
        oldest: DAY * 7,
    };
    for number in 0..140 {
        kind.put(scene, format!("build/{number:05}/artifact.tar.zst"));
    }
}

pub(super) fn partner(scene: &mut Scene<'_>) {
    let metas = [meta("partner-sftp", "STANDARD", None)];
    let kind = Kind {
        bucket: "partner-inbox",
        metas: &metas,
        part: &[8],
        most_parts: 300,
        oldest: DAY * 60,
    };
    for number in 0..30 {
        kind.put(scene, format!("open/delivery-{number:03}.zip"));
        kind.put(scene, format!("sealed/contract-{number:03}.zip"));
    }
}

/// A directory bucket: checkpoints of runs that were preempted.
pub(super) fn directory(scene: &mut Scene<'_>) {
    let kind = Kind {
        bucket: super::DIRECTORY,
        metas: &[meta("svc-trainer", "EXPRESS_ONEZONE", Some("CRC32"))],
        part: &[16, 64],
        most_parts: 200,
        oldest: DAY * 20,
    };
    for run in 0..8 {
        for step in 0..5 {
            kind.put(
                scene,
                format!("runs/{run:02}/checkpoint-{:05}.pt", step * 500),
            );
        }
    }
    kind.put(scene, "latest.pt".to_owned());
}

impl Kind<'_> {
    pub(super) fn put(&self, scene: &mut Scene<'_>, key: String) {
        let now = scene.now;
        let age = scene.span(HOUR * 2, self.oldest);
        let rng = &mut scene.rng;
        let meta = &self.metas[rng.usize(..self.metas.len())];
        let size = self.part[rng.usize(..self.part.len())] * MIB;
        let fate = rng.u32(..100);
        let initiated = now.minus(age);
        let parts = match fate {
            // Died before the first part.
            0..6 => Uniform::default(),
            // Still running.
            6..8 => self.run(scene, size, initiated, now.minus(HOUR / 3)),
            // Died on the way, sooner or later after it began.
            _ => {
                let lived = scene.span(Duration::from_mins(1), HOUR * 30).min(age);
                self.run(scene, size, initiated, initiated.plus(lived))
            }
        };
        let upload = NewUpload {
            key,
            upload_id: None,
            initiated: Some(initiated),
            meta: Arc::clone(meta),
            parts: Parts::Uniform(parts),
        };
        scene.put(self.bucket, upload);
    }

    fn run(&self, scene: &mut Scene<'_>, size: u64, first: Timestamp, last: Timestamp) -> Uniform {
        // Few uploads are large, and they hold most of the bytes.
        let share = scene.rng.f64().powi(4);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the greatest count"
        )]
        let count = 1 + (share * f64::from(self.most_parts - 1)) as u32;
        Uniform {
            count,
            size,
            last_size: size,
            first,
            last,
        }
    }
}
