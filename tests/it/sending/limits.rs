//! What cannot fit, what is huge, and what has no length.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use async_trait::async_trait;
use mopup::model::lifecycle::Document;
use mopup::model::plan::{DEFAULT_WIDTH, MIB};
use mopup::model::send::Verdict;
use mopup::model::{Bucket, ChecksumWish};
use mopup::protocol::{Fault, Identity, Operation};
use mopup::s3::{
    Abort, Complete, CopyObject, CopyPart, CreateUpload, Created, HeadObject, ListParts,
    ListUploads, Noticed, ObjectInfo, PartsPage, PutObject, Receipt, UploadPart, UploadsPage,
};

use super::*;

#[tokio::test(start_paused = true)]
async fn what_cannot_fit_is_refused_before_anything_is_sent() {
    let world = World::new();
    let path = world.file("dump.bin", 3 * PART);
    let small = world.file("small.bin", 10);
    let mut order = super::order(&path);
    order.sources.push(Source::Path(small));
    order.key = "x/".to_owned();
    order.wish.part_size = Some(0);
    let ran = world.send(order).await;
    let Outcome::Failed(fault) = &ran.outcome else {
        panic!("{ran:?}");
    };
    assert!(fault.to_string().contains("--part-size"), "{fault}");
    assert_eq!(world.store.requests(Operation::PutObject), 0);
    assert_eq!(world.store.requests(Operation::CreateMultipartUpload), 0);
    assert!(!world.settings.journal.as_ref().unwrap().exists());
}

/// Notes the bodies that are under way together.
#[derive(Debug)]
struct Widest {
    inner: MemoryStore,
    bodies: AtomicU64,
    most: AtomicU64,
    requests: AtomicU64,
    /// Lengths by number of part.
    lengths: Mutex<BTreeMap<u32, usize>>,
}

#[async_trait]
impl Store for Widest {
    async fn identity(&self) -> Result<Identity, Fault> {
        self.inner.identity().await
    }
    async fn list_buckets(&self) -> Result<Vec<Bucket>, Fault> {
        self.inner.list_buckets().await
    }
    async fn head_bucket(&self, bucket: &str) -> Result<Bucket, Fault> {
        self.inner.head_bucket(bucket).await
    }
    async fn lifecycle(&self, bucket: &str) -> Result<Option<Document>, Fault> {
        Store::lifecycle(&self.inner, bucket).await
    }
    async fn put_lifecycle(&self, bucket: &str, document: &Document) -> Result<(), Fault> {
        self.inner.put_lifecycle(bucket, document).await
    }
    async fn list_uploads(&self, request: &ListUploads) -> Result<UploadsPage, Fault> {
        self.inner.list_uploads(request).await
    }
    async fn list_parts(&self, request: &ListParts) -> Result<PartsPage, Fault> {
        self.inner.list_parts(request).await
    }
    async fn abort(&self, request: &Abort) -> Result<(), Fault> {
        self.inner.abort(request).await
    }
    async fn create_upload(&self, request: &CreateUpload) -> Result<Created, Fault> {
        self.inner.create_upload(request).await
    }
    async fn upload_part(&self, request: &UploadPart) -> Result<Receipt, Fault> {
        let len = request.payload.body.len() as u64;
        let bodies = self.bodies.fetch_add(len, SeqCst) + len;
        self.most.fetch_max(bodies, SeqCst);
        self.requests.fetch_add(1, SeqCst);
        let answer = self.inner.upload_part(request).await;
        let mut lengths = self.lengths.lock().unwrap();
        lengths.insert(request.number, request.payload.body.len());
        drop(lengths);
        self.bodies.fetch_sub(len, SeqCst);
        answer
    }
    async fn complete(&self, request: &Complete) -> Result<Receipt, Fault> {
        self.inner.complete(request).await
    }
    async fn put_object(&self, request: &PutObject) -> Result<Receipt, Fault> {
        self.inner.put_object(request).await
    }
    async fn head_object(&self, request: &HeadObject) -> Result<ObjectInfo, Fault> {
        self.inner.head_object(request).await
    }
    async fn copy_part(&self, request: &CopyPart) -> Result<Receipt, Fault> {
        self.inner.copy_part(request).await
    }
    async fn copy_object(&self, request: &CopyObject) -> Result<Receipt, Fault> {
        self.inner.copy_object(request).await
    }
    async fn object_tags(&self, request: &HeadObject) -> Result<Vec<(String, String)>, Fault> {
        self.inner.object_tags(request).await
    }
    fn noticed(&self) -> Noticed {
        self.inner.noticed()
    }
}

impl Widest {
    /// All that was planned arrived, and no more of it at once than the buffers hold.
    fn got(&self, size: u64, part: u64, checksum: ChecksumWish) {
        let count = u32::try_from(size.div_ceil(part)).unwrap();
        let lengths = self.lengths.lock().unwrap();
        assert!(lengths.keys().copied().eq(1..=count));
        for (number, len) in lengths.iter() {
            let offset = u64::from(number - 1) * part;
            assert_eq!(*len as u64, part.min(size - offset), "part {number}");
        }
        // ETags that are no MD5s are doubted once each, until it is clear that all are such.
        let doubted = match checksum {
            ChecksumWish::None => DEFAULT_WIDTH as u64,
            _ => 0,
        };
        let requests = self.requests.load(SeqCst);
        let planned = u64::from(count);
        assert!(
            (planned..=planned + doubted).contains(&requests),
            "{requests} requests"
        );
        let widest = self.most.load(SeqCst);
        assert!(
            widest <= part * DEFAULT_WIDTH as u64,
            "{widest} bytes at once"
        );
    }
}

/// Sends a file of `size` zeros in parts of `part` bytes to a store that keeps lengths and checksums only.
async fn sends_zeros(folder: &Path, size: u64, part: u64, checksum: ChecksumWish) -> String {
    let mut world = World::new();
    world.folder = tempfile::tempdir_in(folder).unwrap();
    world.settings.journal = Some(world.folder.path().join("uploads"));
    let path = world.folder.path().join("sparse");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(size).unwrap();
    let mut order = Order::new(Source::Path(path), BUCKET, "huge");
    order.wish.part_size = Some(part);
    order.checksum = checksum;
    let memory = MemoryStore::new(Clock::fixed(NOW));
    memory.create_bucket(BUCKET, "eu-west-1");
    memory.set_min_part(1);
    memory.set_keeps_bodies(false);
    let store = Arc::new(Widest {
        inner: memory,
        bodies: AtomicU64::new(0),
        most: AtomicU64::new(0),
        requests: AtomicU64::new(0),
        lengths: Mutex::default(),
    });
    let (engine, mut inbox) = Engine::new(
        Arc::clone(&store) as Arc<dyn Store>,
        Clock::fixed(NOW),
        world.settings.clone(),
    );
    engine.send(Command::Send {
        job: JOB,
        order: Box::new(order),
    });
    let (ran, _) = until_end(&mut inbox, |_| {}).await;
    let SentOutcome::Stored(stored) = ran.only() else {
        panic!("{ran:?}");
    };
    let count = u32::try_from(size.div_ceil(part)).unwrap();
    assert_eq!(
        (stored.size, stored.sent, stored.parts),
        (size, size, count)
    );
    let Verdict::Verified(how) = stored.verdict.clone() else {
        panic!("{stored:?}");
    };
    store.got(size, part, checksum);
    let last = ran.last.as_ref().unwrap();
    assert_eq!((last.parts, last.total), (Some(count), Some(size)));
    assert!(last.map.len() <= Sending::CELLS);
    how
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_parts_go_with_the_planned_requests() {
    let folder = std::env::temp_dir();
    let how = sends_zeros(&folder, 200 * MIB, 21 * 1024, ChecksumWish::Auto).await;
    assert!(how.contains("CRC64NVME"), "{how}");
}

/// Takes a minute where holes are read from memory, and is run by itself so that the memory is its own. Without
/// checksums, which cost ten times as much in a build that is not optimised.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "reads 200 GiB"]
async fn a_sparse_file_of_200_gib_is_sent_whole_in_constant_memory() {
    let shared = Path::new("/dev/shm");
    let folder = if shared.is_dir() {
        shared.to_owned()
    } else {
        std::env::temp_dir()
    };
    sends_zeros(&folder, 200 * 1024 * MIB, 21 * MIB, ChecksumWish::None).await;
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return;
    };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak
        .and_then(|told| told.trim().strip_suffix(" kB"))
        .and_then(|told| told.parse().ok())
        .unwrap();
    let allowed = DEFAULT_WIDTH as u64 * 21 * MIB + 64 * MIB;
    assert!(peak * 1024 < allowed, "{peak} KiB at most");
}

#[tokio::test]
async fn a_stream_goes_in_parts_until_it_ends_and_a_short_one_in_one_piece() {
    for (len, parts) in [(0, 1), (10, 1), (PART, 2), (5 * PART, 5), (5 * PART + 1, 6)] {
        let world = World::new();
        let pipe = world.folder.path().join("pipe");
        nix_fifo(&pipe);
        let writer = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::write(pipe, bytes(len)).unwrap())
        };
        let mut order = super::order(&pipe);
        order.key = "streamed".to_owned();
        order.wish.multipart = false;
        let ran = world.send(order).await;
        writer.join().unwrap();
        let SentOutcome::Stored(stored) = ran.only() else {
            panic!("{len}: {ran:?}");
        };
        assert_eq!(stored.size, len as u64);
        assert!(world.object("streamed") == bytes(len));
        if len != PART {
            assert_eq!(stored.parts, parts, "{len}");
        }
        assert_eq!(ran.last.unwrap().total, None);
    }
}

fn nix_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}
