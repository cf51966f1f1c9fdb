//! How fast what a service holds is compared with a file in the page cache, beside the hash alone, in one run.
//!
//! Without a number of GiB, as `cargo bench` runs it, it does nothing. As many parts are read at once as there are
//! processors that it may use:
//!
//!     cargo bench --bench verify -- 2
//!     taskset -c 0 cargo bench --bench verify -- 2
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench"
)]

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use mopup::model::orphan::{Adoption, Keys};
use mopup::model::part::Checksum;
use mopup::model::send::{Pace, PayloadSigning};
use mopup::model::{Algorithm, Target, Timestamp};
use mopup::protocol::{Command, JobId, News, Outcome};
use mopup::s3::checksum::{Hasher, Md5Hasher};
use mopup::s3::memory::{MemoryStore, Meta, NewUpload, Parts, StoredPart};
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Settings};

const PART: usize = 8 << 20;
const RUNS: usize = 5;
const THEN: Timestamp = Timestamp::from_secs(1_763_000_000);
const NOW: Timestamp = Timestamp::from_secs(1_763_700_000);

/// The buffer that the comparison hashes at a time.
const CHUNK: usize = 256 << 10;

fn main() {
    let gib = std::env::args().find_map(|word| word.parse::<u32>().ok());
    let Some(gib) = gib else { return };
    let readers = thread::available_parallelism().map_or(1, usize::from);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let parts = write(&path, parts_in(gib));
    println!("{gib} GiB in parts of 8 MiB, {readers} at once; median of {RUNS}");
    let read = measured(gib, || read_alone(&path, readers));
    show("the file read alone", read);
    for (name, by) in [("MD5", None), ("CRC64NVME", Some(Algorithm::Crc64Nvme))] {
        let bytes = std::fs::read(&path).unwrap();
        let raw = measured(gib, || hash_alone(&bytes, readers, by));
        drop(bytes);
        show(&format!("{name} alone, in memory"), raw);
        let store = store(&parts, by);
        let compared = measured(gib, || compare(&store, &path, parts.len()));
        show(&format!("compared by {name}"), compared);
        println!(
            "{:28} {:.0} % of {name} alone",
            "",
            100.0 * raw.0 / compared.0
        );
    }
}

fn parts_in(gib: u32) -> usize {
    gib as usize * ((1 << 30) / PART)
}

/// Wall and CPU seconds a GiB, the medians.
fn measured(gib: u32, mut work: impl FnMut()) -> (f64, f64) {
    work();
    let mut runs: Vec<(f64, f64)> = (0..RUNS)
        .map(|_| {
            let (began, before) = (Instant::now(), processor());
            work();
            let bytes = f64::from(gib);
            (
                began.elapsed().as_secs_f64() / bytes,
                (processor() - before) / bytes,
            )
        })
        .collect();
    runs.sort_by(|one, other| one.0.total_cmp(&other.0));
    runs[RUNS / 2]
}

fn show(what: &str, (wall, processor): (f64, f64)) {
    println!(
        "{what:28} {:6.2} GiB/s  {processor:6.3} CPU s/GiB",
        1.0 / wall
    );
}

/// CPU seconds of this process so far. Source: proc(5), fields 14 and 15 of stat, in hundredths.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: f64 = fields[11..13]
        .iter()
        .map(|of| of.parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

/// A file of so many parts, and what a service holds of each.
fn write(path: &Path, count: usize) -> Vec<(String, Checksum)> {
    let mut file = File::create(path).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let mut part = vec![0; PART];
    let parts = (0..count).map(|_| {
        random.fill(&mut part);
        file.write_all(&part).unwrap();
        let mut md5 = Md5Hasher::default();
        md5.update(&part);
        let mut crc = Hasher::new(Algorithm::Crc64Nvme);
        crc.update(&part);
        (md5.finish(), crc.finish())
    });
    let parts = parts.collect();
    file.sync_all().unwrap();
    parts
}

fn read_alone(path: &Path, readers: usize) {
    let len = std::fs::metadata(path).unwrap().len();
    thread::scope(|scope| {
        for reader in 0..readers as u64 {
            let mut file = File::open(path).unwrap();
            let share = len / readers as u64;
            scope.spawn(move || {
                std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(reader * share)).unwrap();
                let mut chunk = vec![0; CHUNK];
                for _ in 0..share / CHUNK as u64 {
                    file.read_exact(&mut chunk).unwrap();
                    black_box(&chunk);
                }
            });
        }
    });
}

/// The same bytes as the file's, all of them in memory: one part again and again would be in the processor's cache.
fn hash_alone(bytes: &[u8], readers: usize, by: Option<Algorithm>) {
    let share = bytes.len().div_ceil(readers * PART) * PART;
    thread::scope(|scope| {
        for share in bytes.chunks(share) {
            scope.spawn(move || {
                for part in share.chunks(PART) {
                    if let Some(algorithm) = by {
                        let mut hasher = Hasher::new(algorithm);
                        part.chunks(CHUNK).for_each(|chunk| hasher.update(chunk));
                        black_box(hasher.finish());
                    } else {
                        let mut hasher = Md5Hasher::default();
                        part.chunks(CHUNK).for_each(|chunk| hasher.update(chunk));
                        black_box(hasher.finish());
                    }
                }
            });
        }
    });
}

/// A service that holds all parts of the file.
fn store(parts: &[(String, Checksum)], by: Option<Algorithm>) -> Arc<MemoryStore> {
    let store = MemoryStore::new(Clock::fixed(THEN));
    store.create_bucket("b", "us-east-1");
    let parts = (1..).zip(parts).map(|(number, (md5, crc))| StoredPart {
        number,
        size: PART as u64,
        md5: u128::from_str_radix(md5, 16).unwrap().to_be_bytes(),
        last_modified: THEN,
        checksum: by.map(|_| crc.clone()),
        body: None,
    });
    let upload = NewUpload {
        key: "k".to_owned(),
        upload_id: Some("u".to_owned()),
        initiated: Some(THEN),
        meta: Arc::new(Meta {
            checksum_algorithm: by.map(|of| of.name().to_owned()),
            checksum_type: by.map(|of| of.kind().to_owned()),
            ..Meta::default()
        }),
        parts: Parts::Listed(parts.collect()),
    };
    store.insert_upload("b", upload).unwrap();
    Arc::new(store)
}

fn compare(store: &Arc<MemoryStore>, path: &Path, parts: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store: Arc<dyn Store> = Arc::<MemoryStore>::clone(store);
        let (engine, mut inbox) = Engine::new(store, Clock::fixed(NOW), Settings::default());
        engine.send(Command::Compare {
            job: JobId(1),
            adoption: Box::new(adoption(path)),
        });
        loop {
            for report in inbox.recv(64).await {
                match report.news {
                    News::Compared(found) => assert_eq!(found.equal.len(), parts),
                    News::Ended(outcome) => {
                        assert_eq!(outcome, Outcome::Done);
                        return;
                    }
                    _ => {}
                }
            }
        }
    });
}

fn adoption(path: &Path) -> Adoption {
    Adoption {
        target: Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id: "u".to_owned(),
        },
        keys: Keys::default(),
        file: path.to_owned(),
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
