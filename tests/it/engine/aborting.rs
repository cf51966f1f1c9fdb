//! The abort protocol.

use std::time::Duration;

use mopup::protocol::{Kind, Operation, SkipReason};

use super::fake::{fault, part};
use super::*;

fn skipped(reason: SkipReason) -> AbortOutcome {
    AbortOutcome::Skipped(reason)
}

#[tokio::test(start_paused = true)]
async fn three_thousand_aborts_whose_first_1500_answers_are_slow_down_end_with_0_failures() {
    for storm in [
        None,
        Some(Operation::AbortMultipartUpload),
        Some(Operation::ListParts),
    ] {
        let mut fake = Fake::with_dead(3000);
        fake.latency = Duration::from_millis(20);
        fake.page = 1000;
        let left = std::sync::atomic::AtomicI64::new(1500);
        fake.script = Some(Box::new(move |operation, _, _| {
            if storm.is_some_and(|of| of != operation) {
                return None;
            }
            let throttle = left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) > 0;
            throttle.then(|| fault(operation, Kind::Throttled))
        }));
        let fake = Arc::new(fake);
        let began = tokio::time::Instant::now();
        let (news, outcome) = run(&fake, abort(0..3000, false)).await;
        assert_eq!(outcome, Outcome::Done);
        assert_eq!(outcomes(&news), vec![freed(10); 3000]);
        let progress = last_progress(&news);
        assert_eq!((progress.done, progress.failed), (3000, 0));
        assert_eq!(progress.bytes, 30_000);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(180), "{storm:?}: {took:?}");
        assert!(fake.uploads.lock().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_only_throttles_fails_the_job_after_minutes_not_hours() {
    let mut fake = Fake::with_dead(3);
    fake.script = Some(Box::new(|operation, _, _| {
        Some(fault(operation, Kind::Throttled))
    }));
    let began = tokio::time::Instant::now();
    let (news, outcome) = run(&Arc::new(fake), abort(0..3, false)).await;
    assert_eq!(outcome, Outcome::Done);
    for outcome in outcomes(&news) {
        assert!(matches!(outcome, AbortOutcome::Failed(fault) if fault.kind == Kind::Throttled));
    }
    let minutes = began.elapsed().as_secs() / 60;
    assert!((5..7).contains(&minutes), "{minutes}");
}

#[tokio::test(start_paused = true)]
async fn a_large_batch_is_verified_by_listing_again_under_the_common_prefix() {
    let fake = Arc::new(Fake::with_dead(500));
    // Still listed, but gone: the listing is stale.
    let (news, _) = {
        fake.change(&target(7), |held| held.ghost = false);
        run(&fake, abort(0..500, false)).await
    };
    assert_eq!(outcomes(&news), vec![freed(10); 500]);
    assert_eq!(
        fake.count(Operation::ListParts),
        500,
        "one look each, before"
    );
    assert_eq!(fake.count(Operation::ListMultipartUploads), 1);
    let calls = fake.calls.lock().unwrap();
    let listing = calls
        .iter()
        .find(|(operation, _)| *operation == Operation::ListMultipartUploads);
    assert_eq!(listing.unwrap().1.key, "video/000");
}

#[tokio::test(start_paused = true)]
async fn what_a_stale_listing_still_shows_is_looked_at_before_it_is_called_left() {
    let mut fake = Fake::with_dead(100);
    // A listing that goes on showing everything.
    let all: Vec<_> = (0..100)
        .map(|number| mopup::model::Upload {
            key: target(number).key,
            upload_id: target(number).upload_id,
            ..Default::default()
        })
        .collect();
    fake.twist = Some(Box::new(move |_, _| mopup::s3::UploadsPage {
        uploads: all.clone(),
        next: None,
    }));
    let fake = Arc::new(fake);
    let (news, outcome) = run(&fake, abort(0..100, false)).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(outcomes(&news), vec![freed(10); 100]);
    assert_eq!(fake.count(Operation::ListParts), 200);
}

#[tokio::test(start_paused = true)]
async fn parts_that_land_after_the_abort_are_aborted_again() {
    for batch in [1, 100] {
        let fake = Arc::new(Fake::with_dead(batch));
        fake.change(&target(0), |held| held.lands = 3);
        let (news, _) = run(&fake, abort(0..batch, false)).await;
        assert_eq!(outcomes(&news), vec![freed(10); batch]);
        assert_eq!(fake.count(Operation::AbortMultipartUpload), batch + 3);
        assert!(fake.uploads.lock().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn parts_that_never_stop_landing_are_a_failure() {
    for batch in [1, 100] {
        let fake = Arc::new(Fake::with_dead(batch));
        fake.change(&target(0), |held| held.lands = u32::MAX);
        let (news, outcome) = run(&fake, abort(0..batch, false)).await;
        assert_eq!(outcome, Outcome::Done);
        let outcomes = outcomes(&news);
        assert!(matches!(&outcomes[0], AbortOutcome::Failed(fault)
            if fault.message.contains("parts are still there")));
        assert!(outcomes[1..].iter().all(|outcome| *outcome == freed(10)));
        let progress = last_progress(&news);
        assert_eq!(progress.bytes, 10 * (batch as u64 - 1));
        assert_eq!(progress.failed, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_became_active_is_skipped_and_never_aborted() {
    let fake = Arc::new(Fake::with_dead(3));
    let old = part(1, 5, HOUR * 100);
    fake.change(&target(0), |held| {
        held.parts = vec![old.clone(), part(2, 5, HOUR / 60)];
    });
    fake.change(&target(2), |held| held.parts = vec![]);
    let mut seen = mopup::model::Extent::default();
    seen.add(&old);
    let targets = known([
        (0, HOUR * 101, Measure::Exact(seen)),
        // Seen with one part; has two now, both old.
        (1, HOUR * 101, Measure::Exact(seen)),
        // No part, begun a minute ago: parts in flight are not listed.
        (2, HOUR / 60, Measure::Unknown),
    ]);
    let command = Command::Abort {
        job: JOB,
        targets,
        policy: AbortPolicy {
            include_active: false,
            thresholds: Thresholds::default(),
        },
    };
    let (news, outcome) = run(&fake, command).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(
        outcomes(&news),
        [
            skipped(SkipReason::BecameActive),
            skipped(SkipReason::BecameActive),
            skipped(SkipReason::Active)
        ]
    );
    assert_eq!(fake.count(Operation::AbortMultipartUpload), 0);
    assert_eq!(last_progress(&news).skipped, 3);
}

#[tokio::test(start_paused = true)]
async fn active_uploads_are_aborted_only_when_that_is_said() {
    let fake = Arc::new(Fake::with_dead(1));
    fake.change(&target(0), |held| held.parts = vec![part(1, 5, HOUR / 2)]);
    let (news, _) = run(&fake, abort(0..1, false)).await;
    assert_eq!(outcomes(&news), [skipped(SkipReason::Active)]);
    let (news, _) = run(&fake, abort(0..1, true)).await;
    assert_eq!(outcomes(&news), [freed(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_part_on_the_last_page_is_found() {
    let mut fake = Fake::with_dead(1);
    fake.page = 10;
    let mut parts: Vec<_> = (1..=100).map(|n| part(n, 5, HOUR * 90)).collect();
    parts[99].last_modified = Some(NOW);
    fake.change(&target(0), |held| held.parts = parts);
    let (news, _) = run(&Arc::new(fake), abort(0..1, false)).await;
    assert_eq!(outcomes(&news), [skipped(SkipReason::Active)]);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_list_parts_nothing_is_aborted_unless_that_is_said() {
    let mut fake = Fake::with_dead(1);
    fake.script = Some(Box::new(|operation, _, _| {
        (operation == Operation::ListParts).then(|| fault(operation, Kind::Denied))
    }));
    let fake = Arc::new(fake);
    let (news, _) = run(&fake, abort(0..1, false)).await;
    assert_eq!(outcomes(&news), [skipped(SkipReason::LivenessUnknown)]);
    let (news, _) = run(&fake, abort(0..1, true)).await;
    assert_eq!(
        outcomes(&news),
        [AbortOutcome::Aborted {
            freed: None,
            verified: false
        }]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_no_failure_and_a_lost_answer_no_stranger() {
    let mut fake = Fake::with_dead(1);
    fake.lose_answers = true;
    // 0 is there and its abort's answer is lost; 1 never was.
    let (news, _) = run(&Arc::new(fake), abort(0..2, false)).await;
    assert_eq!(outcomes(&news), [freed(10), AbortOutcome::AlreadyGone]);
}

#[tokio::test(start_paused = true)]
async fn the_directory_buckets_condition_is_a_change() {
    let mut fake = Fake::with_dead(1);
    fake.script = Some(Box::new(|operation, _, _| {
        (operation == Operation::AbortMultipartUpload).then(|| fault(operation, Kind::Precondition))
    }));
    let (news, _) = run(&Arc::new(fake), abort(0..1, false)).await;
    assert_eq!(outcomes(&news), [skipped(SkipReason::Changed)]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_in_the_middle_tells_what_was_done_and_what_was_not() {
    let mut fake = Fake::with_dead(2000);
    fake.latency = Duration::from_millis(30);
    let fake = Arc::new(fake);
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(abort(0..2000, false));
    while fake.count(Operation::AbortMultipartUpload) < 300 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.send(Command::Cancel(JOB));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    let outcomes = outcomes(&news);
    let done = outcomes.len();
    let left = 2000 - done;
    assert_eq!(outcomes, vec![freed(10); done]);
    assert!((300..500).contains(&done), "{done}");
    assert_eq!(fake.uploads.lock().unwrap().len(), left);
    assert_eq!(
        outcome,
        Outcome::Cancelled {
            done: done as u64,
            left: left as u64
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancel_wakes_whoever_waits_for_the_throttled_service() {
    let mut fake = Fake::with_dead(50);
    fake.script = Some(Box::new(|operation, _, _| {
        Some(fault(operation, Kind::Throttled))
    }));
    let (engine, mut inbox) = engine(&Arc::new(fake), Settings::default());
    engine.send(abort(0..50, false));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let began = tokio::time::Instant::now();
    engine.send(Command::Cancel(JOB));
    let (_, outcome) = until_end(&mut inbox, JOB).await;
    assert_eq!(outcome, Outcome::Cancelled { done: 0, left: 50 });
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn read_only_mode_refuses() {
    let fake = Arc::new(Fake::with_dead(1));
    let settings = Settings {
        read_only: true,
        ..Settings::default()
    };
    let (engine, mut inbox) = engine(&fake, settings);
    engine.send(abort(0..1, true));
    let (_, outcome) = until_end(&mut inbox, JOB).await;
    assert!(
        matches!(outcome, Outcome::Failed(fault) if fault.kind == Kind::Denied && fault.operation == Operation::Local)
    );
    assert!(fake.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn every_change_is_recorded_and_without_a_log_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mopup/audit.jsonl");
    let settings = Settings {
        audit: Some(path.clone()),
        ..Settings::default()
    };
    let fake = Arc::new(Fake::with_dead(30));
    let (first, mut inbox) = engine(&fake, settings.clone());
    first.send(abort(0..31, false));
    let (_, outcome) = until_end(&mut inbox, JOB).await;
    assert_eq!(outcome, Outcome::Done);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 30, "the one that was gone was not touched");
    assert!(lines.iter().all(|line| line["access_key"] == "WXYZ"
        && line["action"] == "abort"
        && line["outcome"] == "aborted"
        && line["bytes"] == 10));

    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let fake = Arc::new(Fake::with_dead(1));
    let (second, mut inbox) = engine(&fake, settings);
    second.send(abort(0..1, false));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    assert!(
        matches!(outcome, Outcome::Failed(fault) if fault.target == path.display().to_string())
    );
    assert!(news.is_empty());
    assert!(fake.calls.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn shutting_down_lets_requests_in_flight_end_even_when_nobody_reads() {
    let mut fake = Fake::with_dead(5000);
    fake.latency = Duration::from_millis(30);
    let fake = Arc::new(fake);
    let (engine, inbox) = engine(&fake, Settings::default());
    engine.send(abort(0..5000, false));
    tokio::time::sleep(Duration::from_secs(1)).await;
    engine.shutdown().await;
    drop(inbox);
    let sent = fake.count(Operation::AbortMultipartUpload);
    assert_eq!(fake.uploads.lock().unwrap().len(), 5000 - sent);
    assert!(sent > 0 && sent < 5000);
}

/// A device that is always full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn when_the_log_fills_up_nothing_more_is_aborted() {
    let fake = Arc::new(Fake::with_dead(500));
    let settings = Settings {
        audit: Some("/dev/full".into()),
        width: 4,
        ..Settings::default()
    };
    let (engine, mut inbox) = engine(&fake, settings);
    engine.send(abort(0..500, false));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    assert!(matches!(outcome, Outcome::Failed(fault) if fault.target == "/dev/full"));
    let sent = fake.count(Operation::AbortMultipartUpload);
    assert!((1..=8).contains(&sent), "{sent}");
    let outcomes = outcomes(&news);
    let failed = |of: &&AbortOutcome| matches!(of, AbortOutcome::Failed(_));
    assert_eq!(outcomes.iter().filter(failed).count(), sent);
    assert_eq!(outcomes.len(), sent, "what was not begun is not told of");
}
