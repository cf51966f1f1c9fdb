//! Uploads that are sent while one looks: programs at several paces, and one for each way to go on and to end.

use std::sync::Arc;
use std::time::Duration;

use super::{MIB, Scene, meta};
use crate::demo::uploader::{Script, Step};
use crate::model::Target;
use crate::s3::memory::{Meta, NewUpload, Parts, Uniform};

const BUCKET: &str = "db-backups";
const SECOND: Duration = Duration::from_secs(1);

/// Other programs that send right now.
pub(super) fn fill(scene: &Scene<'_>) -> Vec<Script> {
    let meta = meta("svc-backup", "STANDARD", None);
    let mut scripts = arriving(scene, &meta);
    let script = |key: &str, again| Script {
        target: Target {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            upload_id: String::new(),
        },
        meta: Arc::clone(&meta),
        steps: Vec::new(),
        again,
    };
    // They begin when the server runs: a situation that stands still does not have them.
    let endings = endings().into_iter();
    scripts.extend(endings.map(|(key, steps)| script(key, steps)));
    scripts
}

/// Three speeds, each with what it sent before.
fn arriving(scene: &Scene<'_>, meta: &Arc<Meta>) -> Vec<Script> {
    let cases = [
        ("postgres/live-today.dump.zst", 700, 1536, SECOND * 2),
        ("vm/images/builder-07.qcow2", 12, 96, SECOND * 3 / 4),
        ("mongo/live-cold-start.archive", 0, 400, SECOND * 5),
    ];
    let begin = |(key, sent, last, every): (&str, u32, u32, Duration)| {
        let target = begun(scene, (BUCKET, key), meta, (sent, every));
        Script {
            target,
            meta: Arc::clone(meta),
            steps: vec![Step::send(sent + 1..=last, every), Step::Complete],
            again: vec![Step::Begin, Step::send(1..=last, every), Step::Complete],
        }
    };
    cases.into_iter().map(begin).collect()
}

/// So many uploads of 10,000 parts in the bucket `many`, nearly all of which are there; the rest arrives.
pub(super) fn many(scene: &Scene<'_>, count: u32) -> Vec<Script> {
    let meta = meta("svc-ingest", "STANDARD", None);
    let (sent, last, every) = (9_500, 10_000, SECOND * 2);
    let begin = |number: u32| {
        let key = format!("live/{number:04}.bin");
        let target = begun(scene, ("many", &key), &meta, (sent, every));
        Script {
            target,
            meta: Arc::clone(&meta),
            steps: vec![Step::send(sent + 1..=last, every), Step::Complete],
            again: Vec::new(),
        }
    };
    (0..count).map(begin).collect()
}

fn begun(
    scene: &Scene<'_>,
    (bucket, key): (&str, &str),
    meta: &Arc<Meta>,
    (sent, every): (u32, Duration),
) -> Target {
    let initiated = scene.now.minus(every * (sent + 1));
    let parts = Uniform {
        count: sent,
        size: 8 * MIB,
        last_size: 8 * MIB,
        first: initiated.plus(every),
        last: scene.now,
    };
    let upload = NewUpload {
        key: key.to_owned(),
        upload_id: None,
        initiated: Some(initiated),
        meta: Arc::clone(meta),
        parts: Parts::Uniform(parts),
    };
    Target {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        upload_id: scene.put(bucket, upload),
    }
}

/// Each is over within three minutes, and begins again a while later.
fn endings() -> Vec<(&'static str, Vec<Step>)> {
    let play = |steps: Vec<Step>, pause: u32| {
        let mut all = vec![Step::Begin];
        all.extend(steps);
        all.push(Step::Wait(SECOND * pause));
        all
    };
    // Four in flight, which do not land in their order.
    let shuffled = (0..20).flat_map(|of| [2, 1, 4, 3].map(|number| of * 4 + number));
    vec![
        (
            "live/is-aborted.tar",
            play(vec![Step::send(1..=60, SECOND), Step::Abort], 40),
        ),
        (
            "live/is-completed.tar",
            play(vec![Step::send(shuffled, SECOND), Step::Complete], 30),
        ),
        (
            "live/is-overwritten.tar",
            play(
                vec![Step::send(1..=70, SECOND), Step::Abort, Step::Overwrite],
                35,
            ),
        ),
        (
            "live/resends-parts.tar",
            play(
                vec![
                    Step::send(1..=30, SECOND),
                    Step::send([4, 17, 23], SECOND * 2),
                    Step::send(31..=80, SECOND),
                    Step::Complete,
                ],
                25,
            ),
        ),
        (
            "live/stalls-and-speeds-up.tar",
            play(
                vec![
                    Step::send(1..=20, SECOND * 2),
                    Step::Wait(SECOND * 75),
                    Step::send(21..=80, SECOND / 2),
                    Step::Complete,
                ],
                20,
            ),
        ),
    ]
}
