//! Uploads that another program left on a server that nobody here wrote: judged, completed, as foretold.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType};
use mopup::model::completion::Ruling;
use mopup::model::orphan::{Choice, Ending, Inquiry, Judged, Keys, Made};
use mopup::model::send::{Access, Verdict};
use mopup::model::{Algorithm, Target};
use mopup::protocol::{Command, JobId, News, Outcome};
use mopup::s3::checksum::{checksum, full_object};
use mopup::s3::{Clock, CreateUpload, Payload, Store, UploadPart};
use mopup::tasks::{Engine, Settings};

use super::{client, endpoint, key};
use crate::contract::sdk_store;

const BUCKET: &str = "completing";
/// The least part on S3.
const PART: usize = 5 << 20;

struct World {
    client: Client,
    store: Arc<dyn Store>,
}

impl World {
    async fn open(endpoint: &str, access_key: &str, secret_key: &str) -> Self {
        let client = client(endpoint, access_key, secret_key);
        client.create_bucket().bucket(BUCKET).send().await.unwrap();
        Self {
            client,
            store: sdk_store(endpoint, access_key, secret_key),
        }
    }

    async fn begun(&self, key: &str, (algorithm, kind): (Algorithm, &str)) -> String {
        let create = self.client.create_multipart_upload();
        let created = create
            .bucket(BUCKET)
            .key(key)
            .checksum_algorithm(ChecksumAlgorithm::from(algorithm.name()))
            .checksum_type(ChecksumType::from(kind))
            .send();
        created.await.unwrap().upload_id.unwrap()
    }

    /// rclone's answer has another root than the SDK wants.
    async fn begun_plainly(&self, key: &str) -> String {
        let request = CreateUpload {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            ..CreateUpload::default()
        };
        self.store.create_upload(&request).await.unwrap().upload_id
    }

    /// Two parts of an upload as another program begins it.
    async fn left(&self, key: &str, wanted: Option<(Algorithm, &str)>) -> Target {
        let target = Target {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            upload_id: match wanted {
                Some(wanted) => self.begun(key, wanted).await,
                None => self.begun_plainly(key).await,
            },
        };
        for (number, body) in (1..).zip(bodies()) {
            let sum = wanted.map(|(algorithm, _)| checksum(algorithm, &body));
            let request = UploadPart {
                target: target.clone(),
                access: Access::default(),
                number,
                payload: Payload {
                    checksum: sum,
                    ..Payload::of(body.into())
                },
            };
            self.store.upload_part(&request).await.unwrap();
        }
        target
    }

    async fn run(&self, command: Command) -> (Option<Judged>, Option<Made>) {
        let settings = Settings::default();
        let (engine, mut inbox) = Engine::new(Arc::clone(&self.store), Clock::system(), settings);
        engine.send(command);
        let (mut judged, mut made) = (None, None);
        loop {
            for report in inbox.recv(64).await {
                match report.news {
                    News::Judged(found) => judged = Some(*found),
                    News::Made(object) => made = Some(*object),
                    News::Ended(outcome) => {
                        assert_eq!(outcome, Outcome::Done);
                        return (judged, made);
                    }
                    _ => {}
                }
            }
        }
    }

    async fn judge(&self, target: &Target) -> Judged {
        let inquiry = Box::new(Inquiry {
            target: target.clone(),
            keys: Keys::default(),
            choice: Choice::All,
            file: None,
        });
        let job = JobId(1);
        self.run(Command::Judge { job, inquiry }).await.0.unwrap()
    }

    async fn complete(&self, judged: &Judged) -> Made {
        let ending = Box::new(Ending {
            target: judged.target.clone(),
            keys: Keys::default(),
            choice: Choice::All,
            if_none_match: false,
            seen: Some(Arc::clone(&judged.parts)),
            include_active: true,
        });
        let job = JobId(2);
        let made = self.run(Command::Complete { job, ending }).await.1;
        made.unwrap()
    }

    async fn bytes(&self, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(BUCKET).key(key).send();
        let body = got.await.unwrap().body.collect().await.unwrap();
        body.to_vec()
    }

    /// Leaves, judges, completes: what is made is what was foretold.
    async fn ends_well(&self, key: &str, wanted: Option<(Algorithm, &str)>) -> (Judged, Made) {
        let target = self.left(key, wanted).await;
        let judged = self.judge(&target).await;
        assert_ne!(
            judged.completion.ruling,
            Ruling::Cannot,
            "{key}: {judged:?}"
        );
        assert_eq!(judged.completion.parts, 2);
        let made = self.complete(&judged).await;
        assert_eq!(
            Some(&made.object.etag),
            judged.completion.etag.as_ref(),
            "{key}"
        );
        let verdict = &made.object.verdict;
        assert!(
            matches!(verdict, Verdict::Verified(_)),
            "{key}: {verdict:?}"
        );
        assert!(self.bytes(key).await == bodies().concat(), "{key}");
        (judged, made)
    }
}

fn bodies() -> [Vec<u8>; 2] {
    [vec![1; PART], vec![2; 1000]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localstack_makes_what_was_foretold() {
    let Some(endpoint) = endpoint("MOPUP_TEST_LOCALSTACK") else {
        return;
    };
    let world = World::open(&endpoint, "test", "test").await;
    world.ends_well("plain", None).await;
    for (algorithm, kind) in [
        (Algorithm::Crc32, "COMPOSITE"),
        (Algorithm::Crc32, "FULL_OBJECT"),
        (Algorithm::Crc32c, "COMPOSITE"),
        (Algorithm::Crc64Nvme, "FULL_OBJECT"),
        (Algorithm::Sha256, "COMPOSITE"),
    ] {
        let key = format!("{}-{kind}", algorithm.name());
        let (judged, made) = world.ends_well(&key, Some((algorithm, kind))).await;
        let foretold = judged.completion.checksum.unwrap();
        let told = format!("{}:{}", foretold.algorithm, foretold.value);
        assert_eq!(made.object.checksum, Some(told), "{key}");
        if kind == "FULL_OBJECT" {
            let sums = bodies().map(|body| (checksum(algorithm, &body), body.len() as u64));
            let sums: Vec<_> = sums.iter().map(|(sum, len)| (sum, *len)).collect();
            assert_eq!(full_object(algorithm, &sums), Some(foretold), "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclone_makes_what_was_foretold() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let (access_key, secret_key) = (key("ACCESS"), key("SECRET"));
    let world = World::open(&endpoint, &access_key, &secret_key).await;
    world.ends_well("plain", None).await;
}
