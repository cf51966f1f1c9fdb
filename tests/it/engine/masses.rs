//! Sizing and aborting very many: few requests in flight, verified by pages, gone on with after a cancel.

use std::collections::HashMap;
use std::time::Duration;

use mopup::model::RowId;
use mopup::model::catalog::Catalog;
use mopup::protocol::{Kind, Measured, Operation, Urgency};

use super::fake::{fault, part};
use super::*;

const WIDTH: usize = 64;

fn slow(count: usize) -> Fake {
    let mut fake = Fake::with_dead(count);
    fake.latency = Duration::from_millis(20);
    fake.page = 1000;
    fake
}

fn measured(news: &[News]) -> Vec<RowId> {
    let rows = news.iter().filter_map(|news| match news {
        News::Measured(measured) => Some(measured.iter()),
        _ => None,
    });
    let exact = rows.flatten();
    exact
        .filter(|(_, measured)| matches!(measured, Measured::Exact(_)))
        .map(|(row, _)| *row)
        .collect()
}

fn measure(targets: Targets) -> Command {
    Command::Measure {
        job: JOB,
        targets,
        urgency: Urgency::Background,
    }
}

#[tokio::test(start_paused = true)]
async fn a_great_many_are_aborted_with_two_requests_each_and_verified_by_a_few_pages() {
    const MANY: usize = 30_000;
    let fake = Arc::new(slow(MANY + 2_500));
    let (news, outcome) = run(&fake, abort(0..MANY, false)).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(outcomes(&news), vec![freed(10); MANY]);
    assert_eq!(fake.count(Operation::ListParts), MANY);
    assert_eq!(fake.count(Operation::AbortMultipartUpload), MANY);
    let pages = fake.count(Operation::ListMultipartUploads);
    assert_eq!(pages, 3, "what is left of the bucket, once");
    assert!(fake.crowds.lock().unwrap().iter().max() <= Some(&WIDTH));
    let progress = last_progress(&news);
    assert_eq!(progress.requests, (MANY + pages) as u64);
    assert_eq!(progress.unverified, 0);
    assert_eq!(fake.uploads.lock().unwrap().len(), 2_500);
}

#[tokio::test(start_paused = true)]
async fn an_abort_that_was_cancelled_goes_on_and_does_nothing_twice() {
    const MANY: usize = 8_000;
    let fake = Arc::new(slow(MANY));
    let (first, mut inbox) = engine(&fake, Settings::default());
    first.send(abort(0..MANY, false));
    while fake.count(Operation::AbortMultipartUpload) < 1_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.send(Command::Cancel(JOB));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    let done = outcomes(&news).len();
    assert_eq!(
        outcome,
        Outcome::Cancelled {
            done: done as u64,
            left: (MANY - done) as u64
        }
    );
    assert!((1_000..1_300).contains(&done), "{done}");
    // The same again: what is gone counts as gone.
    let (news, outcome) = run(&fake, abort(0..MANY, false)).await;
    assert_eq!(outcome, Outcome::Done);
    let all = outcomes(&news);
    let gone = all.iter().filter(|of| **of == AbortOutcome::AlreadyGone);
    assert_eq!(gone.count(), done);
    let aborted = all.iter().filter(|of| **of == freed(10)).count();
    assert_eq!(aborted, MANY - done);
    assert_eq!(last_progress(&news).failed, 0);
    let mut aborts = HashMap::new();
    for (operation, target) in &*fake.calls.lock().unwrap() {
        if *operation == Operation::AbortMultipartUpload {
            *aborts.entry(target.upload_id.clone()).or_insert(0) += 1;
        }
    }
    assert_eq!((aborts.len(), aborts.values().max()), (MANY, Some(&1)));
}

#[tokio::test(start_paused = true)]
async fn a_sizing_that_was_cancelled_goes_on_with_what_is_left() {
    const MANY: usize = 8_000;
    let fake = Arc::new(slow(MANY));
    let all = targets(0..MANY);
    let (first, mut inbox) = engine(&fake, Settings::default());
    first.send(measure(all.clone()));
    let cancel = async {
        while fake.count(Operation::ListParts) < 3_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        first.send(Command::Cancel(JOB));
    };
    let ((news, outcome), ()) = tokio::join!(until_end(&mut inbox, JOB), cancel);
    let known = measured(&news);
    let (done, left) = (known.len() as u64, (MANY - known.len()) as u64);
    assert_eq!(outcome, Outcome::Cancelled { done, left });
    let known: mopup::model::bits::Bits = known.into_iter().collect();
    let rest = all.only(|row| !known.contains(row.id()));
    let (news, outcome) = run(&fake, measure(rest)).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(measured(&news).len() as u64, left);
    let asked = fake.count(Operation::ListParts);
    assert!(asked <= MANY + WIDTH, "{asked}: nothing is asked twice");
    assert!(fake.crowds.lock().unwrap().iter().max() <= Some(&WIDTH));
    assert_eq!(last_progress(&news).requests, left);
}

#[tokio::test(start_paused = true)]
async fn a_storm_while_very_many_are_sized_ends_with_no_failure() {
    let mut fake = slow(6_000);
    fake.script = Some(Box::new(|operation, _, number| {
        let storm = (1_000..2_500).contains(&number);
        storm.then(|| fault(operation, Kind::Throttled))
    }));
    let fake = Arc::new(fake);
    let (news, outcome) = run(&fake, measure(targets(0..6_000))).await;
    assert_eq!(outcome, Outcome::Done);
    let progress = last_progress(&news);
    assert_eq!((progress.done, progress.failed), (6_000, 0));
    assert_eq!(progress.requests, 6_000, "what was throttled costs nothing");
    assert!(
        news.iter()
            .any(|news| matches!(news, News::Progress(of) if of.throttled))
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_could_look_at_again_is_said() {
    let mut fake = slow(100);
    fake.script = Some(Box::new(|operation, _, _| {
        let stuck = operation == Operation::ListMultipartUploads;
        stuck.then(|| fault(operation, Kind::Throttled))
    }));
    let fake = Arc::new(fake);
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(abort(0..100, false));
    while fake.count(Operation::ListMultipartUploads) == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let began = tokio::time::Instant::now();
    engine.send(Command::Cancel(JOB));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    assert!(began.elapsed() < Duration::from_secs(12));
    assert_eq!(outcome, Outcome::Done, "all were aborted before");
    let outcomes = outcomes(&news);
    let unverified = outcomes.iter().filter(|of| {
        matches!(
            of,
            AbortOutcome::Aborted {
                verified: false,
                ..
            }
        )
    });
    // Some may be looked at one by one until nobody waits any longer.
    let unverified = unverified.count();
    assert!(outcomes.len() == 100 && unverified > 0, "{unverified}");
    assert_eq!(last_progress(&news).unverified, unverified as u64);
}

#[tokio::test(start_paused = true)]
async fn a_few_of_a_bucket_full_are_looked_at_one_by_one() {
    let fake = slow(0);
    let mut catalog = Catalog::default();
    for number in 0..100_000 {
        let Target { key, upload_id, .. } = target(number);
        let upload = Upload {
            key,
            upload_id,
            initiated: Some(NOW.minus(HOUR * 101)),
            ..Upload::default()
        };
        catalog.list(&upload, |_| ());
    }
    let few = (0..50_u32).map(|number| RowId(number * 2_000));
    for row in few.clone() {
        let parts = vec![part(1, 10, HOUR * 100)];
        fake.hold(&target(row.0 as usize), HOUR * 101, parts);
    }
    let fake = Arc::new(fake);
    let Command::Abort { job, policy, .. } = abort(0..0, false) else {
        unreachable!()
    };
    let command = Command::Abort {
        job,
        targets: Targets::new(BUCKET, catalog.snapshot(), few),
        policy,
    };
    let (news, _) = run(&fake, command).await;
    assert_eq!(outcomes(&news), vec![freed(10); 50]);
    assert_eq!(fake.count(Operation::ListParts), 100);
    let pages = fake.count(Operation::ListMultipartUploads);
    assert_eq!(pages, 0, "99 pages would cost more than 50 looks");
}
