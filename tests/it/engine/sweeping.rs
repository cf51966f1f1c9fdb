//! Many buckets at once: one gate for all listings, and a listing that waits when it is told to.

use std::time::Duration;

use mopup::protocol::{Operation, Scope, Urgency};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::{MemoryStore, NewUpload};

use super::*;

const BUCKETS: u64 = 300;
/// Requests in flight to all buckets together, at most.
const ABREAST: usize = 96;

fn name(number: u64) -> String {
    format!("bucket-{number:03}")
}

fn account(uploads: usize) -> Arc<FaultyStore<MemoryStore>> {
    let memory = MemoryStore::new(Clock::fixed(NOW));
    for number in 1..=BUCKETS {
        memory.create_bucket(&name(number), "eu-west-1");
        for upload in 0..uploads {
            let upload = NewUpload {
                key: format!("k/{upload:06}"),
                ..NewUpload::default()
            };
            memory.insert_upload(&name(number), upload).unwrap();
        }
    }
    Arc::new(FaultyStore::new(memory))
}

fn list(job: u64, bucket: &str, urgency: Urgency) -> Command {
    Command::List {
        job: JobId(job),
        scope: Scope {
            bucket: bucket.to_owned(),
            prefix: String::new(),
        },
        urgency,
        in_order: false,
    }
}

fn start(store: &Arc<FaultyStore<MemoryStore>>) -> (Engine, Inbox) {
    let store: Arc<dyn Store> = Arc::<FaultyStore<_>>::clone(store);
    Engine::new(store, Clock::fixed(NOW), Settings::default())
}

/// The jobs in the order in which they ended.
async fn ends(inbox: &mut Inbox, count: usize) -> Vec<JobId> {
    let mut ended = Vec::new();
    while ended.len() < count {
        for report in inbox.recv(64).await {
            if matches!(report.news, News::Ended(_)) {
                ended.push(report.job);
            }
        }
    }
    ended
}

#[tokio::test(start_paused = true)]
async fn three_hundred_buckets_take_a_few_answers_time_and_the_urgent_one_goes_first() {
    let store = account(1);
    let latency = Duration::from_millis(100);
    store.latency(latency);
    let (engine, mut inbox) = start(&store);
    let begun = tokio::time::Instant::now();
    for number in 1..=BUCKETS {
        engine.send(list(number, &name(number), Urgency::Background));
    }
    // Asked last of all.
    engine.send(list(1_000, &name(7), Urgency::Visible));
    let ended = ends(&mut inbox, 301).await;
    let took = begun.elapsed();
    assert!(took <= latency * 5, "{took:?}");
    assert_eq!(store.greatest_in_flight(), ABREAST);
    let place = ended.iter().position(|job| *job == JobId(1_000)).unwrap();
    assert!(place <= 2 * ABREAST, "{place}");
    assert_eq!(store.requests(Operation::ListMultipartUploads), 301);
}

#[tokio::test(start_paused = true)]
async fn buckets_that_do_not_answer_do_not_hold_up_the_others() {
    let store = account(1);
    store.latency(Duration::from_millis(30));
    // Never answered.
    let silent = |bucket: &str| ["bucket-005", "bucket-155"].contains(&bucket);
    store.stall(Operation::ListMultipartUploads, 2, silent);
    let (engine, mut inbox) = start(&store);
    let begun = tokio::time::Instant::now();
    for number in 1..=BUCKETS {
        engine.send(list(number, &name(number), Urgency::Background));
    }
    let ended = ends(&mut inbox, 298).await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert!(!ended.contains(&JobId(5)) && !ended.contains(&JobId(155)));
    engine.send(Command::Cancel(JobId(5)));
}

#[tokio::test(start_paused = true)]
async fn a_paused_listing_tells_nothing_until_it_goes_on_or_is_given_up() {
    let store = account(2_500 / 1_000 + 1);
    let (engine, mut inbox) = start(&store);
    engine.send(list(1, &name(1), Urgency::Background));
    engine.send(Command::Pause(JobId(1)));
    let quiet = tokio::time::timeout(Duration::from_secs(10), inbox.recv(64)).await;
    let told = quiet.unwrap_or_default();
    assert!(
        !told
            .iter()
            .any(|report| matches!(report.news, News::Listed(_)))
    );
    engine.send(Command::Continue(JobId(1)));
    let (news, outcome) = until_end(&mut inbox, JobId(1)).await;
    assert_eq!(outcome, Outcome::Done);
    assert!(news.iter().any(|news| matches!(news, News::Listed(_))));
    engine.send(list(2, &name(2), Urgency::Background));
    engine.send(Command::Pause(JobId(2)));
    engine.send(Command::Cancel(JobId(2)));
    let (_, outcome) = until_end(&mut inbox, JobId(2)).await;
    assert!(matches!(outcome, Outcome::Cancelled { .. } | Outcome::Done));
}
