//! A service that finds by a prefix only the key that equals it.

use mopup::model::provider::Provider;
use mopup::protocol::{Operation, Scope, Urgency};

use super::fake::BUCKET;
use super::*;

fn settings(named: bool) -> Settings {
    let exact = Provider {
        name: "exact".to_owned(),
        hosts: vec!["exact.example".to_owned()],
        exact_prefix_only: true,
        ..Provider::default()
    };
    Settings {
        provider: named.then(|| exact.clone()),
        providers: if named { Vec::new() } else { vec![exact] },
        ..Settings::default()
    }
}

fn list(prefix: &str) -> Command {
    Command::List {
        job: JOB,
        scope: Scope {
            bucket: BUCKET.to_owned(),
            prefix: prefix.to_owned(),
        },
        urgency: Urgency::Visible,
        in_order: false,
    }
}

async fn run(fake: &Arc<Fake>, settings: Settings, command: Command) -> (Vec<News>, Outcome) {
    let (engine, mut inbox) = engine(fake, settings);
    engine.send(command);
    until_end(&mut inbox, JOB).await
}

fn exact(count: usize) -> Arc<Fake> {
    let mut fake = Fake::with_dead(count);
    fake.exact = true;
    fake.page = 100;
    Arc::new(fake)
}

#[tokio::test(start_paused = true)]
async fn a_prefix_is_found_by_listing_the_whole_bucket() {
    for named in [true, false] {
        let fake = exact(250);
        let (news, outcome) = run(&fake, settings(named), list("video/0001")).await;
        assert_eq!(outcome, Outcome::Done);
        let found: usize = news
            .iter()
            .map(|news| match news {
                News::Listed(uploads) => uploads.len(),
                _ => 0,
            })
            .sum();
        assert_eq!(found, 100, "named: {named}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_found_once() {
    let fake = exact(250);
    let (news, _) = run(&fake, settings(true), list("video/000123")).await;
    assert_eq!(last_progress(&news).done, 1);
}

#[tokio::test(start_paused = true)]
async fn elsewhere_only_the_prefix_is_asked_for() {
    let mut fake = Fake::with_dead(250);
    fake.page = 100;
    let fake = Arc::new(fake);
    let (news, _) = run(&fake, Settings::default(), list("video/0001")).await;
    assert_eq!(last_progress(&news).done, 100);
    assert_eq!(fake.count(Operation::ListMultipartUploads), 1);
}

#[tokio::test(start_paused = true)]
async fn an_abort_is_verified_against_the_whole_bucket() {
    let fake = exact(250);
    fake.change(&target(7), |held| held.lands = 1);
    let (news, outcome) = run(&fake, settings(false), abort(0..250, false)).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(outcomes(&news).len(), 250);
    assert!(
        fake.uploads.lock().unwrap().is_empty(),
        "the part that landed late was seen, and the abort repeated"
    );
}
