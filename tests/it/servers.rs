//! The contract on servers that nobody here wrote. `.ci/servers` installs them, starts them on loopback
//! and names them in the environment; without that these tests say that they were skipped.

use std::env;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};

use crate::contract::{Caps, contract, sdk_store};

/// The endpoint that the variable names. Says so where everybody sees it when there is none.
fn endpoint(variable: &str) -> Option<String> {
    let endpoint = env::var(variable).ok().filter(|value| !value.is_empty());
    if endpoint.is_none() {
        // Not eprintln!, which the test harness would swallow.
        let line = format!(
            "SKIPPED: {variable} is not set; run `.ci/servers run cargo test --locked --test it servers::`\n"
        );
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }
    endpoint
}

/// A server from elsewhere.
struct Foreign {
    name: &'static str,
    endpoint: String,
    access_key: String,
    secret_key: String,
    uploads: usize,
    holds_few: bool,
    lacks: &'static [(&'static str, &'static str)],
}

impl Foreign {
    async fn run(self) {
        let credentials = Credentials::new(&self.access_key, &self.secret_key, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint)
            .force_path_style(true)
            .credentials_provider(credentials)
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        contract(Caps {
            name: self.name,
            store: sdk_store(&self.endpoint, &self.access_key, &self.secret_key),
            make_bucket: Box::new(move |name| {
                let client = client.clone();
                Box::pin(async move {
                    client.create_bucket().bucket(name).send().await.unwrap();
                })
            }),
            uploads: self.uploads,
            holds_few: self.holds_few,
            lacks: self.lacks,
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localstack_keeps_the_contract() {
    let Some(endpoint) = endpoint("MOPUP_TEST_LOCALSTACK") else {
        return;
    };
    let server = Foreign {
        name: "LocalStack",
        endpoint,
        // It takes any; these are the ones it documents.
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        uploads: 2500,
        holds_few: false,
        lacks: &[(
            "a_control_character_comes_back_as_it_is",
            "its answer to a Create repeats such a key as it is, which the SDK cannot read",
        )],
    };
    server.run().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclone_keeps_the_contract() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let key = |name: &str| env::var(name).unwrap_or_default();
    let server = Foreign {
        name: "rclone",
        endpoint,
        access_key: key("MOPUP_TEST_RCLONE_ACCESS_KEY"),
        secret_key: key("MOPUP_TEST_RCLONE_SECRET_KEY"),
        // It keeps all uploads in memory, and answers SlowDown above 1,000 in all buckets together.
        uploads: 950,
        holds_few: true,
        lacks: &[
            (
                "a_control_character_comes_back_as_it_is",
                "it ignores encoding-type and puts U+FFFD in the place of the character",
            ),
            (
                "a_storage_class_is_kept",
                "the class of every upload is STANDARD, and its answer to Create is no S3 document",
            ),
            (
                "a_part_number_twice_keeps_the_last",
                "a part that it has passed on cannot be replaced: NotImplemented",
            ),
        ],
    };
    server.run().await;
}
