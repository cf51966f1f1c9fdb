//! Lifecycle rules, written with care on a store that misbehaves by script.

use std::sync::Arc;

use mopup::model::lifecycle::{Change, Configuration, Cover, Document, Proposal, propose};
use mopup::protocol::{Command, Fault, Kind, News, Operation, Outcome, Prevention, Urgency};
use mopup::s3::faulty::FaultyStore;
use mopup::s3::memory::MemoryStore;
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Settings};

use super::fake::NOW;
use super::{JOB, until_end};

const OTHER: &str = "<LifecycleConfiguration><Rule><ID>keep</ID><Filter><Prefix>a/</Prefix></Filter>\
    <Status>Enabled</Status><Expiration><Days>9</Days></Expiration><Wind/></Rule></LifecycleConfiguration>";

type Scripted = Arc<FaultyStore<MemoryStore>>;

fn scripted() -> Scripted {
    let memory = MemoryStore::new(Clock::fixed(NOW));
    memory.create_bucket("b", "us-east-1");
    memory.set_lifecycle("b", Some(&document(OTHER))).unwrap();
    Arc::new(FaultyStore::new(memory))
}

fn document(body: &str) -> Document {
    Document {
        body: body.to_owned(),
        default_minimum: None,
    }
}

fn there(store: &Scripted) -> String {
    store.inner().lifecycle("b").unwrap().body
}

async fn run(
    store: &Scripted,
    settings: Settings,
    command: Command,
) -> (Option<Prevention>, Outcome) {
    let asked: Arc<dyn Store> = Arc::<FaultyStore<MemoryStore>>::clone(store);
    let (engine, mut inbox) = Engine::new(asked, Clock::fixed(NOW), settings);
    engine.send(command);
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    let last = news.into_iter().filter_map(|news| match news {
        News::Lifecycle(found) => Some(*found),
        _ => None,
    });
    (last.last(), outcome)
}

async fn look(store: &Scripted) -> Prevention {
    let command = Command::Lifecycle {
        job: JOB,
        bucket: "b".to_owned(),
        urgency: Urgency::Background,
    };
    let (found, outcome) = run(store, Settings::default(), command).await;
    assert_eq!(outcome, Outcome::Done);
    found.expect("news")
}

fn change() -> Change {
    let now = Configuration::read(Some(document(OTHER))).unwrap();
    let proposal = Proposal {
        days: 7,
        prefix: String::new(),
    };
    propose(&now, &proposal).unwrap().change.unwrap()
}

fn set() -> Command {
    Command::SetLifecycle {
        job: JOB,
        bucket: "b".to_owned(),
        change: Box::new(change()),
    }
}

async fn refused(store: &Scripted) -> (Option<Prevention>, Fault) {
    match run(store, Settings::default(), set()).await {
        (found, Outcome::Failed(fault)) => (found, fault),
        other => panic!("{other:?}"),
    }
}

fn cover(found: Option<Prevention>) -> Cover {
    match found {
        Some(Prevention::Known(configuration)) => configuration.cover(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn rules_are_looked_at_or_it_is_said_why_not() {
    let store = scripted();
    assert_eq!(cover(Some(look(&store).await)), Cover::None);
    store.fail(Operation::GetLifecycle, Kind::Denied, 1, |bucket| {
        bucket == "b"
    });
    assert!(matches!(look(&store).await, Prevention::Denied(_)));
    store.fail(Operation::GetLifecycle, Kind::Unsupported, 1, |_| true);
    assert!(matches!(look(&store).await, Prevention::Unsupported(_)));
    store.reset(Operation::GetLifecycle, 9);
    assert!(matches!(look(&store).await, Prevention::Failed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_written_and_read_back() {
    let store = scripted();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.jsonl");
    let settings = Settings {
        audit: Some(log.clone()),
        ..Settings::default()
    };
    let (found, outcome) = run(&store, settings, set()).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(cover(found), Cover::Whole(7));
    assert_eq!(there(&store), change().after.body, "word for word");
    let line = std::fs::read_to_string(log).unwrap();
    let record: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(record["action"], "set_lifecycle");
    assert_eq!(record["outcome"], "set");
    assert_eq!(record["before"], OTHER);
    assert_eq!(record["after"], change().after.body.as_str());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_in_read_only_mode() {
    let store = scripted();
    let settings = Settings {
        read_only: true,
        ..Settings::default()
    };
    let (_, outcome) = run(&store, settings, set()).await;
    let Outcome::Failed(fault) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fault.message, "read-only mode");
    assert_eq!(store.requests(Operation::PutLifecycle), 0);
    assert_eq!(there(&store), OTHER);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let store = scripted();
    let theirs = OTHER.replace(">9<", ">8<");
    store
        .inner()
        .set_lifecycle("b", Some(&document(&theirs)))
        .unwrap();
    let (found, fault) = refused(&store).await;
    assert!(fault.message.contains("nothing was written"), "{fault}");
    assert_eq!(store.requests(Operation::PutLifecycle), 0);
    let Some(Prevention::Known(now)) = found else {
        panic!("{found:?}");
    };
    assert_eq!(
        now.document.unwrap().body,
        theirs,
        "what is there now is told"
    );

    // Removed altogether counts as well, and other blanks do not.
    store.inner().set_lifecycle("b", None).unwrap();
    assert!(
        refused(&store)
            .await
            .1
            .message
            .contains("nothing was written")
    );
    let blanks = document(&OTHER.replace("><", ">\n<"));
    store.inner().set_lifecycle("b", Some(&blanks)).unwrap();
    let (_, outcome) = run(&store, Settings::default(), set()).await;
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test(start_paused = true)]
async fn a_denied_write_is_told_and_recorded() {
    let store = scripted();
    store.deny(Operation::PutLifecycle);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.jsonl");
    let settings = Settings {
        audit: Some(log.clone()),
        ..Settings::default()
    };
    let (_, outcome) = run(&store, settings, set()).await;
    let Outcome::Failed(fault) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        (fault.kind, fault.operation),
        (Kind::Denied, Operation::PutLifecycle)
    );
    assert!(
        std::fs::read_to_string(log)
            .unwrap()
            .contains("\"outcome\":\"failed\"")
    );
    assert_eq!(there(&store), OTHER);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_failure_when_the_rules_are_there() {
    let store = scripted();
    store.lose(Operation::PutLifecycle, 1, |_| true);
    let (found, outcome) = run(&store, Settings::default(), set()).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(cover(found), Cover::Whole(7));
    assert_eq!(store.requests(Operation::PutLifecycle), 1, "sent once");

    // Nor one when they are not, but then it is told.
    let store = scripted();
    store.reset(Operation::PutLifecycle, 1);
    let (_, fault) = refused(&store).await;
    assert_eq!(fault.kind, Kind::Network);
    assert_eq!(store.requests(Operation::PutLifecycle), 1);
    assert_eq!(there(&store), OTHER);
}

#[tokio::test(start_paused = true)]
async fn a_service_may_be_slow_to_tell() {
    let store = scripted();
    store.stale_lifecycle(4);
    let (found, outcome) = run(&store, Settings::default(), set()).await;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(cover(found), Cover::Whole(7));
    let store = scripted();
    store.stale_lifecycle(99);
    let (_, fault) = refused(&store).await;
    assert!(
        fault.message.contains("the old rules are still there"),
        "{fault}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_service_dropped_is_named() {
    let store = scripted();
    store.lossy_lifecycle(|text| text.replace("<Wind/>", "").replace(">7<", ">14<"));
    let (found, fault) = refused(&store).await;
    assert_eq!(cover(found), Cover::Whole(14), "what is there is told");
    for part in [
        "not what was written",
        "-<Wind/>",
        "-<DaysAfterInitiation>7</DaysAfterInitiation>",
        "+<DaysAfterInitiation>14</DaysAfterInitiation>",
    ] {
        assert!(fault.message.contains(part), "{fault}");
    }
}
