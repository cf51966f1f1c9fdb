//! The contract on servers that nobody here wrote. `.ci/servers` installs them, starts them on loopback
//! and names them in the environment; without that these tests say that they were skipped.

mod adopting;
mod completing;
mod sending;

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

const NO_CONDITIONS: &str = "it ignores If-None-Match";
const NO_CHECKSUMS: &str = "it ignores checksums: neither checks nor keeps them";
const NO_ENCRYPTION: &str = "it ignores encryption: nothing is encrypted, and nothing told";

/// As programs of other people ask.
fn client(endpoint: &str, access_key: &str, secret_key: &str) -> aws_sdk_s3::Client {
    let credentials = Credentials::new(access_key, secret_key, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(credentials)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// One of rclone's keys: `ACCESS`, `SECRET`.
fn key(which: &str) -> String {
    env::var(format!("MOPUP_TEST_RCLONE_{which}_KEY")).unwrap_or_default()
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
    fn localstack(endpoint: String) -> Self {
        Foreign {
            name: "LocalStack",
            endpoint,
            // It takes any; these are the ones it documents.
            access_key: "test".to_owned(),
            secret_key: "test".to_owned(),
            uploads: 2500,
            holds_few: false,
            lacks: &[
                (
                    "an_etag_under_a_key_of_ones_own_is_no_md5",
                    "it notes the key and encrypts nothing",
                ),
                (
                    "sse_kms_is_told",
                    "its KMS is another service, which does not run",
                ),
                ("another_owner_is_denied", "it ignores the header"),
            ],
        }
    }

    fn rclone(endpoint: String) -> Self {
        Foreign {
            name: "rclone",
            endpoint,
            access_key: key("ACCESS"),
            secret_key: key("SECRET"),
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
                    "the class of every upload is STANDARD",
                ),
                (
                    "a_part_number_twice_keeps_the_last",
                    "a part that it has passed on cannot be replaced: NotImplemented",
                ),
                (
                    "an_objects_etag_is_that_of_its_complete",
                    "its HeadObject tells the MD5 of the whole",
                ),
                (
                    "a_refused_complete_leaves_the_upload",
                    "a Complete that it refuses ends the upload",
                ),
                ("a_put_is_not_done_over_an_object", NO_CONDITIONS),
                ("a_complete_is_not_done_over_an_object", NO_CONDITIONS),
                (
                    "a_complete_of_small_parts_is_refused",
                    "it takes parts of any size",
                ),
                (
                    "a_complete_of_another_size_is_refused",
                    "it ignores x-amz-mp-object-size",
                ),
                ("a_part_with_crc64nvme_is_checked", NO_CHECKSUMS),
                ("a_part_with_crc32_is_checked", NO_CHECKSUMS),
                ("a_part_with_crc32c_is_checked", NO_CHECKSUMS),
                ("a_part_with_sha1_is_checked", NO_CHECKSUMS),
                ("a_part_with_sha256_is_checked", NO_CHECKSUMS),
                ("a_put_with_a_checksum_is_checked", NO_CHECKSUMS),
                ("parts_keep_their_checksums", NO_CHECKSUMS),
                ("a_full_object_checksum_is_kept", NO_CHECKSUMS),
                ("a_wrong_full_object_checksum_is_refused", NO_CHECKSUMS),
                ("a_composite_checksum_is_kept", NO_CHECKSUMS),
                ("a_checksum_of_another_algorithm_is_refused", NO_CHECKSUMS),
                ("a_key_of_ones_own_opens_the_object", NO_ENCRYPTION),
                ("an_etag_under_a_key_of_ones_own_is_no_md5", NO_ENCRYPTION),
                ("another_key_is_refused", NO_ENCRYPTION),
                ("another_owner_is_denied", "it knows no accounts"),
            ],
        }
    }

    fn client(&self) -> aws_sdk_s3::Client {
        client(&self.endpoint, &self.access_key, &self.secret_key)
    }

    async fn run(self) {
        let client = self.client();
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
    Foreign::localstack(endpoint).run().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclone_keeps_the_contract() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    Foreign::rclone(endpoint).run().await;
}
