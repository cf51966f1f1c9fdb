//! Listings in stretches side by side: the same uploads as page by page, each once, and sooner.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mopup::model::{Target, Upload};
use mopup::protocol::{Kind, Operation, Scope, Urgency};
use proptest::prelude::*;
use tokio::time::Instant;

use super::fake::{BUCKET, fault};
use super::*;

pub(super) const LISTING: Operation = Operation::ListMultipartUploads;
pub(super) const DELAY: Duration = Duration::from_millis(30);

pub(super) fn holding(keys: impl IntoIterator<Item = String>, page: usize) -> Fake {
    let mut fake = Fake::default();
    fake.page = page;
    fake.latency = DELAY;
    for (number, key) in keys.into_iter().enumerate() {
        let target = Target {
            bucket: BUCKET.to_owned(),
            key,
            upload_id: format!("id{number}"),
        };
        fake.hold(&target, HOUR, Vec::new());
    }
    fake
}

pub(super) fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("backups/db-prod/2026/{number:07}.dump"))
}

/// Hexadecimal names as UUIDs have them.
fn hexadecimal(count: u64) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("{:016x}.tmp", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

pub(super) fn list(job: JobId, prefix: &str, in_order: bool) -> Command {
    Command::List {
        job,
        scope: Scope {
            bucket: BUCKET.to_owned(),
            prefix: prefix.to_owned(),
        },
        urgency: Urgency::Visible,
        in_order,
    }
}

/// As it comes, in the order of keys.
pub(super) const WAYS: [bool; 2] = [false, true];

pub(super) async fn found(
    fake: &Arc<Fake>,
    prefix: &str,
    in_order: bool,
) -> (Vec<Upload>, Outcome, Duration) {
    let began = Instant::now();
    let (news, outcome) = run(fake, list(JOB, prefix, in_order)).await;
    let pages = news.into_iter().filter_map(|news| match news {
        News::Listed(uploads) => Some(uploads),
        _ => None,
    });
    (pages.flatten().collect(), outcome, began.elapsed())
}

/// All that is held under the prefix, each once.
pub(super) fn assert_whole(fake: &Fake, prefix: &str, (listed, in_order): (&[Upload], bool)) {
    let held = fake.uploads.lock().unwrap();
    let held: BTreeSet<_> = held
        .keys()
        .filter(|(key, _)| key.starts_with(prefix))
        .collect();
    let names: Vec<_> = listed
        .iter()
        .map(|of| (of.key.clone(), of.upload_id.clone()))
        .collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "each once");
    assert_eq!(distinct, held);
    if in_order {
        assert!(names.is_sorted(), "in the order of the service");
    }
}

/// What a shape is called, its keys, and how many times as fast it is to be listed as it comes and in order.
type Shape = (&'static str, Vec<String>, (f64, f64));

/// How keys are named in buckets that are full of uploads: 400 pages of a hundred. Small folders and names without
/// measure cost pages that are not full.
fn shapes() -> Vec<Shape> {
    let scattered = |n: usize| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = |n: usize| ["alpha", "beta", "gamma", "omega"][n % 4];
    let keys = |of: &dyn Fn(usize) -> String| (0..40_000).map(of).collect();
    let batch = |size: usize| keys(&|n| format!("ingest/{:04}/batch-{n:08}.parquet", n / size));
    let day = |n: usize| {
        format!(
            "logs/2026/{:02}/{:02}/h-{n:05}.gz",
            n / 3600 + 1,
            n / 120 % 30
        )
    };
    let tenant = |n: usize| format!("t-{:08x}/in/{n:06}.bin", scattered(n / 700) >> 32);
    vec![
        ("numbers", numbered(40_000).collect(), (10.0, 10.0)),
        ("hexadecimal", hexadecimal(40_000).collect(), (10.0, 9.0)),
        ("batches", batch(100), (10.0, 10.0)),
        ("large batches", batch(1000), (3.5, 2.5)),
        (
            "folders",
            keys(&|n| format!("{}/{n:05}/part", n % 37)),
            (8.0, 2.5),
        ),
        (
            "words",
            keys(&|n| format!("data/{}/x{n}", word(n))),
            (10.0, 6.0),
        ),
        ("dates", keys(&day), (4.5, 4.5)),
        ("tenants", keys(&tenant), (4.5, 2.0)),
    ]
}

#[tokio::test(start_paused = true)]
async fn many_pages_are_listed_many_times_as_fast_with_sixteen_at_once() {
    for (name, keys, wanted) in shapes() {
        for in_order in WAYS {
            let fake = Arc::new(holding(keys.clone(), 100));
            let (listed, outcome, took) = found(&fake, "", in_order).await;
            assert_eq!(outcome, Outcome::Done);
            assert_whole(&fake, "", (&listed, in_order));
            // Page by page it is one request after the other.
            let one_by_one = DELAY * 400;
            let faster = one_by_one.as_secs_f64() / took.as_secs_f64();
            let asked = fake.count(LISTING);
            let wanted = if in_order { wanted.1 } else { wanted.0 };
            assert!(
                faster >= wanted,
                "{name}, in order {in_order}: {faster:.1} times, {asked} requests"
            );
            assert!(asked < 720, "{name}, in order {in_order}: {asked} requests");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_answers_at_once_is_listed_one_by_one() {
    let mut fake = holding(numbered(3000), 100);
    fake.latency = Duration::from_millis(2);
    let fake = Arc::new(fake);
    let (listed, ..) = found(&fake, "", false).await;
    assert_whole(&fake, "", (&listed, false));
    let asked = fake.count(LISTING);
    assert_eq!(asked, 31, "there is nothing to wait for, and one question");
}

#[tokio::test(start_paused = true)]
async fn few_pages_are_listed_one_by_one() {
    let fake = Arc::new(holding(numbered(200), 100));
    let (listed, ..) = found(&fake, "", false).await;
    assert_eq!(listed.len(), 200);
    assert_eq!(fake.count(LISTING), 3, "one question");
}

#[tokio::test(start_paused = true)]
async fn a_key_with_many_uploads_stays_whole_and_a_prefix_confines() {
    let same = std::iter::repeat_n("video/same".to_owned(), 3000);
    let around = ["video/rest", "video/zebra", "audio/x"].map(str::to_owned);
    let others = (0..2000).map(|number| format!("video/t{number:05}"));
    let keys = same.chain(around).chain(others);
    let fake = Arc::new(holding(keys, 100));
    for (prefix, in_order) in ["video/", ""]
        .into_iter()
        .flat_map(|of| WAYS.map(|way| (of, way)))
    {
        let (listed, outcome, _) = found(&fake, prefix, in_order).await;
        assert_eq!(outcome, Outcome::Done);
        assert_whole(&fake, prefix, (&listed, in_order));
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_know_what_was_never_a_key_is_listed_page_by_page() {
    // Invented markers: one begins anew, one answers nothing, one refuses.
    for odd in 0..3 {
        let mut fake = holding(numbered(3000), 100);
        let known: BTreeSet<String> = numbered(3000).collect();
        let invented = move |key: &str| !known.contains(key);
        let first: Vec<Upload> = Vec::new();
        fake.twist = Some(Box::new(move |request, mut page| {
            let marker = request.marker.as_ref();
            if marker.is_some_and(|marker| invented(&marker.key)) {
                page.uploads.clone_from(&first);
                if odd == 1 {
                    page.next = None;
                }
            }
            page
        }));
        let fake = Arc::new(fake);
        let (listed, outcome, _) = found(&fake, "", false).await;
        assert_eq!(outcome, Outcome::Done);
        assert_whole(&fake, "", (&listed, false));
        assert_eq!(fake.count(LISTING), 31, "thirty pages and one question");
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_order_and_a_directory_bucket_are_listed_page_by_page() {
    let mut fake = holding(numbered(3000), 100);
    fake.twist = Some(Box::new(|_, mut page| {
        page.uploads.reverse();
        page
    }));
    let fake = Arc::new(fake);
    let (listed, ..) = found(&fake, "", false).await;
    assert_whole(&fake, "", (&listed, false));
    assert_eq!(fake.count(LISTING), 30);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_breaks_on_the_way_is_told_and_not_relied_on_again() {
    let mut fake = holding(numbered(5000), 100);
    let pages = AtomicUsize::new(0);
    fake.twist = Some(Box::new(move |_, mut page| {
        if pages.fetch_add(1, Ordering::Relaxed) == 20 {
            page.uploads.reverse();
        }
        page
    }));
    let fake = Arc::new(fake);
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(list(JOB, "", false));
    let (_, outcome) = until_end(&mut inbox, JOB).await;
    let Outcome::Failed(fault) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fault.kind, Kind::Garbled);
    let before = fake.count(LISTING);
    let again = JobId(2);
    engine.send(list(again, "", false));
    let (news, outcome) = until_end(&mut inbox, again).await;
    assert_eq!(outcome, Outcome::Done);
    let listed = news.into_iter().filter_map(|news| match news {
        News::Listed(uploads) => Some(uploads),
        _ => None,
    });
    let listed: Vec<_> = listed.flatten().collect();
    assert_whole(&fake, "", (&listed, false));
    assert_eq!(fake.count(LISTING) - before, 50, "page by page");
}

#[tokio::test(start_paused = true)]
async fn throttled_and_cancelled_stretches_lose_nothing_that_was_found() {
    let mut fake = holding(numbered(20_000), 100);
    fake.script = Some(Box::new(|operation, _, number| {
        let throttled = operation == LISTING && number > 5 && number % 4 == 0;
        throttled.then(|| fault(operation, Kind::Throttled))
    }));
    let fake = Arc::new(fake);
    let (listed, outcome, _) = found(&fake, "", false).await;
    assert_eq!(outcome, Outcome::Done);
    assert_whole(&fake, "", (&listed, false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_keys_each_upload_is_found_once(
        keys in prop::collection::vec("[a-c/]{0,3}[0-9]{1,2}|\\PC{1,4}", 40..400),
        page in 3_usize..20,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let fake = Arc::new(holding(keys, page));
            for in_order in WAYS {
                let (listed, outcome, _) = found(&fake, "", in_order).await;
                assert_eq!(outcome, Outcome::Done);
                assert_whole(&fake, "", (&listed, in_order));
            }
        });
    }
}
