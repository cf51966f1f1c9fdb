//! Listing, parts, sizing, urgency.

use std::time::Duration;

use mopup::model::{Part, RowId, Upload};
use mopup::protocol::{Kind, Measured, Operation, Scope, Urgency};
use mopup::s3::{Marker, UploadsPage};

use super::fake::{BUCKET, fault, part};
use super::*;

fn list(bucket: &str, prefix: &str) -> Command {
    Command::List {
        job: JOB,
        scope: Scope {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        },
        urgency: Urgency::Visible,
        in_order: false,
    }
}

fn listed(news: &[News]) -> Vec<Upload> {
    let pages = news.iter().filter_map(|news| match news {
        News::Listed(uploads) => Some(uploads.clone()),
        _ => None,
    });
    pages.flatten().collect()
}

fn measure(numbers: std::ops::Range<usize>, job: JobId, urgency: Urgency) -> Command {
    Command::Measure {
        job,
        targets: targets(numbers),
        urgency,
    }
}

#[tokio::test(start_paused = true)]
async fn every_upload_is_listed_once_over_many_pages() {
    let mut fake = Fake::with_dead(2500);
    fake.page = 100;
    // Every page repeats the last entries of the page before it.
    let repeated = std::sync::Mutex::new(Vec::<Upload>::new());
    fake.twist = Some(Box::new(move |_, mut page| {
        let last = page.uploads[page.uploads.len() - 3..].to_vec();
        let before = std::mem::replace(&mut *repeated.lock().unwrap(), last);
        page.uploads.extend(before);
        page
    }));
    let (news, outcome) = run(&Arc::new(fake), list(BUCKET, "")).await;
    assert_eq!(outcome, Outcome::Done);
    let listed = listed(&news);
    assert_eq!(listed.len(), 2500);
    let names: std::collections::HashSet<_> = listed.iter().map(|u| &u.upload_id).collect();
    assert_eq!(names.len(), 2500);
    assert_eq!(last_progress(&news).done, 2500);
}

#[tokio::test(start_paused = true)]
async fn a_marker_that_does_not_move_ends_the_listing_and_keeps_what_was_found() {
    let mut fake = Fake::with_dead(10);
    fake.twist = Some(Box::new(|_, page| UploadsPage {
        next: Some(Marker {
            key: "video/\u{1b}x".to_owned(),
            upload_id: None,
        }),
        ..page
    }));
    let (news, outcome) = run(&Arc::new(fake), list(BUCKET, "")).await;
    assert_eq!(listed(&news).len(), 10);
    let Outcome::Failed(fault) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fault.kind, Kind::Garbled);
    assert_eq!(
        fault.message,
        "the server repeats the marker 'video/\\x1bx'; 10 uploads were found"
    );
}

#[tokio::test(start_paused = true)]
async fn empty_markers_and_ever_new_markers_end_the_listing_too() {
    for fresh in [false, true] {
        let mut fake = Fake::with_dead(10);
        fake.twist = Some(Box::new(move |request, page| {
            let last = request.marker.as_ref().map_or("a", |marker| &marker.key);
            let key = if fresh {
                format!("{last}a")
            } else {
                String::new()
            };
            UploadsPage {
                next: Some(Marker {
                    key,
                    upload_id: None,
                }),
                ..page
            }
        }));
        let (news, outcome) = run(&Arc::new(fake), list(BUCKET, "")).await;
        assert_eq!(listed(&news).len(), 10);
        assert!(matches!(outcome, Outcome::Failed(fault) if fault.kind == Kind::Garbled));
    }
}

#[tokio::test(start_paused = true)]
async fn directory_buckets_are_asked_for_a_folder_and_filtered_here() {
    let fake = Arc::new(Fake::with_dead(20));
    let (news, _) = run(&fake, list("b--usw2-az1--x-s3", "video/00001")).await;
    assert_eq!(fake.calls.lock().unwrap()[0].1.key, "video/");
    assert_eq!(listed(&news).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_uploads_that_answers_no_such_upload_is_empty() {
    let mut fake = Fake::with_dead(0);
    fake.script = Some(Box::new(|operation, _, _| {
        Some(fault(operation, Kind::UploadGone))
    }));
    let (news, outcome) = run(&Arc::new(fake), list(BUCKET, "")).await;
    assert_eq!(outcome, Outcome::Done);
    assert!(listed(&news).is_empty());
}

#[tokio::test(start_paused = true)]
async fn blips_are_tried_again_and_outages_reported() {
    let mut fake = Fake::with_dead(1);
    fake.script = Some(Box::new(|operation, _, number| {
        (number < 3).then(|| fault(operation, Kind::Network))
    }));
    let fake = Arc::new(fake);
    let (news, outcome) = run(&fake, list(BUCKET, "")).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(listed(&news).len(), 1);
    assert_eq!(fake.count(Operation::ListMultipartUploads), 4);

    let mut fake = Fake::with_dead(1);
    fake.script = Some(Box::new(|operation, _, _| {
        Some(fault(operation, Kind::Network))
    }));
    let fake = Arc::new(fake);
    let (_, outcome) = run(&fake, list(BUCKET, "")).await;
    assert!(matches!(outcome, Outcome::Failed(_)));
    assert_eq!(fake.count(Operation::ListMultipartUploads), 4);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_does_not_read_holds_the_pager_up() {
    let mut fake = Fake::with_dead(1000);
    fake.page = 1;
    let fake = Arc::new(fake);
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(list(BUCKET, ""));
    tokio::time::sleep(Duration::from_secs(10)).await;
    let asked = fake.count(Operation::ListMultipartUploads);
    assert!(
        asked < 50,
        "{asked} pages were asked for with nobody reading"
    );
    let (news, _) = until_end(&mut inbox, JOB).await;
    assert_eq!(listed(&news).len(), 1000);
}

#[tokio::test(start_paused = true)]
async fn all_parts_are_read_each_once() {
    let mut fake = Fake::with_dead(1);
    fake.page = 1000;
    let parts: Vec<Part> = (1..=10_000).map(|n| part(n, 5, HOUR)).collect();
    fake.change(&target(0), |held| held.parts.clone_from(&parts));
    let command = Command::parts(JOB, target(0));
    let (news, outcome) = run(&Arc::new(fake), command).await;
    assert_eq!(outcome, Outcome::Done);
    let read: Vec<Part> = news
        .into_iter()
        .filter_map(|news| match news {
            News::Parts { parts, .. } => Some(parts),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(read, parts);
}

#[tokio::test(start_paused = true)]
async fn sizes_arrive_in_batches_and_partly_while_pages_go_on() {
    let mut fake = Fake::with_dead(200);
    fake.page = 10;
    fake.latency = Duration::from_millis(60);
    fake.change(&target(0), |held| {
        held.parts = (1..=30).map(|n| part(n, 5, HOUR)).collect();
    });
    fake.script = Some(Box::new(|operation, of, _| {
        (*of == target(1)).then(|| fault(operation, Kind::Denied))
    }));
    let command = measure(0..201, JOB, Urgency::Visible);
    let (news, outcome) = run(&Arc::new(fake), command).await;
    assert_eq!(outcome, Outcome::Done);
    let batches: Vec<_> = news
        .iter()
        .filter_map(|news| match news {
            News::Measured(measured) => Some(measured.clone()),
            _ => None,
        })
        .collect();
    assert!(batches.len() < 20, "{} batches", batches.len());
    let of = |row: u32| -> Vec<Measured> {
        let all = batches.iter().flatten();
        let of_row = all.filter(|(at, _)| *at == RowId(row));
        of_row.map(|(_, measured)| measured.clone()).collect()
    };
    let parts: Vec<Option<u32>> = of(0)
        .iter()
        .map(|measured| match measured {
            Measured::AtLeast(extent) => Some(extent.parts),
            Measured::Exact(extent) => {
                assert_eq!((extent.parts, extent.bytes), (30, 150));
                assert_eq!(extent.last_part, Some(NOW.minus(HOUR)));
                None
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(parts, [Some(10), Some(20), None]);
    assert!(matches!(of(1)[..], [Measured::Denied(_)]));
    assert_eq!(of(200), [Measured::Gone]);
    assert!(matches!(of(2)[..], [Measured::Exact(extent)] if extent.bytes == 10));
    let progress = last_progress(&news);
    assert_eq!((progress.done, progress.total), (201, Some(201)));
}

#[tokio::test(start_paused = true)]
async fn what_is_on_screen_goes_first() {
    let mut fake = Fake::with_dead(1000);
    fake.latency = Duration::from_millis(30);
    let fake = Arc::new(fake);
    let settings = Settings {
        width: 8,
        ..Settings::default()
    };
    let (engine, mut inbox) = engine(&fake, settings);
    let visible = JobId(2);
    engine.send(measure(0..900, JOB, Urgency::Background));
    tokio::time::sleep(Duration::from_millis(100)).await;
    engine.send(measure(900..916, visible, Urgency::Visible));
    let (_, outcome) = until_end(&mut inbox, visible).await;
    assert_eq!(outcome, Outcome::Done);
    let asked = fake.count(Operation::ListParts);
    assert!(
        asked < 70,
        "{asked} requests before the visible ones were done"
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_than_the_width_are_in_flight() {
    let mut fake = Fake::with_dead(640);
    fake.latency = Duration::from_millis(100);
    let began = tokio::time::Instant::now();
    let command = measure(0..640, JOB, Urgency::Background);
    let (_, outcome) = run(&Arc::new(fake), command).await;
    assert_eq!(outcome, Outcome::Done);
    let took = began.elapsed().as_millis();
    assert!((1000..1200).contains(&took), "ten rounds of 64: {took} ms");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_job_is_reported_and_the_engine_lives() {
    let mut fake = Fake::with_dead(1);
    fake.script = Some(Box::new(|operation, _, _| {
        assert!(operation != Operation::ListParts, "the store is broken");
        None
    }));
    let (engine, mut inbox) = engine(&Arc::new(fake), Settings::default());
    engine.send(measure(0..1, JOB, Urgency::Visible));
    let (_, outcome) = until_end(&mut inbox, JOB).await;
    assert!(
        matches!(outcome, Outcome::Failed(fault) if fault.kind == Kind::Bug && fault.message.contains("the store is broken"))
    );
    engine.send(list(BUCKET, ""));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    assert_eq!((listed(&news).len(), outcome), (1, Outcome::Done));
}

#[tokio::test(start_paused = true)]
async fn the_account_is_told() {
    let fake = Arc::new(Fake::with_dead(0));
    let (news, _) = run(&fake, Command::Identify { job: JOB }).await;
    assert!(
        matches!(&news[..], [News::Identity(identity)] if identity.access_key_tail.as_deref() == Some("WXYZ"))
    );
    let (news, _) = run(&fake, Command::Buckets { job: JOB }).await;
    assert!(matches!(&news[..], [News::Buckets(buckets)] if buckets[0].name == BUCKET));
}

#[tokio::test]
async fn the_inbox_ends_with_the_engine() {
    let fake = Arc::new(Fake::with_dead(0));
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(Command::Buckets { job: JOB });
    until_end(&mut inbox, JOB).await;
    engine.shutdown().await;
    assert!(inbox.recv(8).await.is_empty());
}
