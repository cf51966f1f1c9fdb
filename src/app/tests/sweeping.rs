//! Hundreds of buckets: many side by side, those in sight and the open one first, and cheap for the screen.

use super::*;
use crate::app::state::Swept;

fn name(number: usize) -> String {
    format!("bucket-{number:03}")
}

fn account(count: usize) -> Bench {
    let mut bench = Bench::new(settings());
    let buckets = (0..count).map(|number| Bucket {
        name: name(number),
        region: Some("eu-west-1".into()),
        ..Bucket::default()
    });
    bench.answer(is_buckets, News::Buckets(buckets.collect()));
    bench.answer(is_buckets, News::Ended(Outcome::Done));
    bench
}

fn listed(bench: &Bench) -> Vec<(String, Urgency)> {
    let lists = bench.sent.iter().filter_map(|command| match command {
        Command::List { scope, urgency, .. } => Some((scope.bucket.clone(), *urgency)),
        _ => None,
    });
    lists.collect()
}

fn is_list_of(bucket: &str) -> impl Fn(&Command) -> Option<JobId> {
    let bucket = bucket.to_owned();
    move |command| match command {
        Command::List { job, scope, .. } if scope.bucket == bucket => Some(*job),
        _ => None,
    }
}

fn end(bench: &mut Bench, bucket: &str, outcome: Outcome) {
    bench.answer(is_list_of(bucket), News::Ended(outcome));
}

#[test]
fn dozens_are_listed_at_once_and_each_end_begins_the_next() {
    let mut bench = account(300);
    let first = listed(&bench);
    assert_eq!(first.len(), 48);
    assert!(
        first
            .iter()
            .all(|(_, urgency)| *urgency == Urgency::Background)
    );
    let mut ended = 0;
    // The last one that began ends first: order does not matter.
    while let Some((bucket, _)) = listed(&bench).get(ended).cloned() {
        let denied = Fault {
            operation: Operation::ListMultipartUploads,
            ..fault()
        };
        let outcome = match ended % 10 {
            0 => Outcome::Failed(denied),
            1 => Outcome::Failed(Fault {
                kind: Kind::Network,
                ..denied
            }),
            _ => Outcome::Done,
        };
        end(&mut bench, &bucket, outcome);
        ended += 1;
        let swept = bench.app.buckets.swept();
        assert_eq!(swept.listed() + swept.denied + swept.failed, ended);
        assert_eq!(listed(&bench).len(), (48 + ended).min(300));
    }
    let all = Swept {
        all: 300,
        open: 0,
        denied: 30,
        failed: 30,
    };
    assert_eq!(bench.app.buckets.swept(), all);
}

#[test]
fn the_opened_bucket_does_not_wait_for_the_sweep() {
    let mut bench = account(300);
    // None of those that are listed has answered.
    bench.keys("G enter");
    let last = listed(&bench).pop();
    assert_eq!(last, Some((name(299), Urgency::Visible)));
    assert_eq!(bench.app.buckets.open, Some(name(299)));
}

#[test]
fn what_is_in_sight_comes_before_the_rest() {
    let mut bench = account(300);
    bench.keys("G");
    end(&mut bench, &name(0), Outcome::Done);
    let (next, _) = listed(&bench).pop().unwrap();
    assert!(next > name(250), "{next}");
}

#[test]
fn the_cursor_stays_on_its_bucket_whatever_comes_and_goes() {
    let mut bench = account(300);
    bench.keys("G k k");
    assert_eq!(bench.app.buckets.cursor.item(), Some(&name(297)));
    let more = (0..50).map(|number| Bucket {
        name: format!("a-{number:02}"),
        ..Bucket::default()
    });
    bench.keys("ctrl-r");
    bench.answer(is_buckets, News::Buckets(more.collect()));
    assert_eq!(bench.app.buckets.cursor.item(), Some(&name(297)));
    assert_eq!(bench.app.buckets.cursor.index(), 347);
    bench.keys("/").type_("ET-29").keys("enter");
    assert_eq!(bench.app.buckets.shown().count(), 10);
    assert_eq!(bench.app.buckets.cursor.item(), Some(&name(297)));
    assert_eq!(bench.app.buckets.cursor.index(), 7);
    bench.keys("k");
    assert_eq!(bench.app.buckets.cursor.item(), Some(&name(296)));
    bench.keys("esc");
    assert_eq!(bench.app.buckets.cursor.index(), 346);
}
