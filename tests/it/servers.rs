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

const NO_CONDITIONS: &str = "it ignores If-None-Match";
const NO_CHECKSUMS: &str = "it ignores checksums: neither checks nor keeps them";
const NO_PART_COPIES: &str = "it has no UploadPartCopy: it misses a body";
const NO_TAGS: &str = "it has no tags: it answers with the object";
const NO_ENCRYPTION: &str = "it ignores encryption: nothing is encrypted, and nothing told";

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
            (
                "an_object_under_a_key_of_ones_own_is_not_copied_without_it",
                "it notes the key and encrypts nothing",
            ),
        ],
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
            (
                "a_part_is_copied_from_a_stretch_of_an_object",
                NO_PART_COPIES,
            ),
            (
                "a_part_of_an_object_that_changed_is_refused",
                NO_PART_COPIES,
            ),
            ("a_part_of_a_missing_object_is_not_found", NO_PART_COPIES),
            (
                "a_part_copied_into_a_missing_upload_finds_it_gone",
                NO_PART_COPIES,
            ),
            ("a_copied_part_has_the_uploads_checksum", NO_PART_COPIES),
            ("odd_keys_are_copied_in_parts", NO_PART_COPIES),
            (
                "a_copy_is_described_anew",
                "the source's metadata stays beside what is given",
            ),
            (
                "a_copy_of_an_object_that_changed_is_refused",
                "it ignores x-amz-copy-source-if-match",
            ),
            ("a_copy_is_not_done_over_an_object", NO_CONDITIONS),
            ("a_copied_object_has_a_checksum", NO_CHECKSUMS),
            ("tags_of_an_object_come_back", NO_TAGS),
            ("tags_are_copied", NO_TAGS),
            ("tags_are_replaced", NO_TAGS),
            (
                "an_object_under_a_key_of_ones_own_is_copied_with_it",
                NO_ENCRYPTION,
            ),
            (
                "an_object_under_a_key_of_ones_own_is_not_copied_without_it",
                NO_ENCRYPTION,
            ),
        ],
    };
    server.run().await;
}
