//! Services that find by a prefix only the key that equals it.

use mopup::model::provider::Trust;
use mopup::protocol::Urgency;

use super::*;

async fn of_key(world: &World, settings: Settings, key: &str) -> Vec<String> {
    let store: Arc<dyn Store> = Arc::<FaultyStore<_>>::clone(world);
    let (engine, mut inbox) = Engine::new(store, Clock::fixed(NOW), settings);
    engine.send(Command::ListKey {
        job: JOB,
        bucket: BUCKET.to_owned(),
        key: key.to_owned(),
        urgency: Urgency::Visible,
    });
    let mut keys = Vec::new();
    loop {
        for report in inbox.recv(64).await {
            match report.news {
                News::Listed(uploads) => keys.extend(uploads.into_iter().map(|of| of.key)),
                News::Ended(outcome) => {
                    assert_eq!(outcome, Outcome::Done);
                    return keys;
                }
                _ => {}
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_listed_with_one_request_and_nothing_else_is() {
    let world = world();
    for key in ["a/1", "a/10", "a/11"] {
        let upload = NewUpload {
            key: key.to_owned(),
            ..NewUpload::default()
        };
        world.inner().insert_upload(BUCKET, upload).unwrap();
    }
    world.honour_only_whole_keys();
    let settings = Settings {
        provider: Some(Provider {
            exact_prefix_only: true,
            ..Provider::default()
        }),
        ..Settings::default()
    };
    let keys = of_key(&world, settings.clone(), "a/1").await;
    assert_eq!(keys, ["a/1", "a/1"]);
    assert_eq!(world.requests(Operation::ListMultipartUploads), 1);
    let none = of_key(&world, settings, "a/").await;
    assert!(none.is_empty(), "{none:?}");
}

#[tokio::test(start_paused = true)]
async fn where_keys_come_in_order_nothing_behind_the_key_is_asked_for() {
    let store = MemoryStore::new(Clock::fixed(NOW));
    store.create_bucket(BUCKET, "us-east-1");
    for number in 0..2_500 {
        let upload = NewUpload {
            key: format!("a{number}"),
            ..NewUpload::default()
        };
        store.insert_upload(BUCKET, upload).unwrap();
    }
    let world = Arc::new(FaultyStore::new(store));
    let ordered = |listing: Vec<Trust>| Settings {
        provider: Some(Provider {
            listing,
            ..Provider::default()
        }),
        ..Settings::default()
    };
    let keys = of_key(&world, ordered(vec![Trust::Order]), "a").await;
    assert!(keys.is_empty());
    assert_eq!(world.requests(Operation::ListMultipartUploads), 1);
    // Where that is not known, all that begin so are looked through.
    of_key(&world, ordered(Vec::new()), "a").await;
    assert_eq!(world.requests(Operation::ListMultipartUploads), 1 + 3);
}
