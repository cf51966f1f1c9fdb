//! The contract on servers that nobody here wrote. `.ci/servers` installs them, starts them on loopback
//! and names them in the environment; without that these tests say that they were skipped.

mod adopting;
mod completing;
mod examining;
mod sending;

use std::env;
use std::path::Path;
use std::process::Command;

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

const NO_OLDER_FORM: &str = "it refuses rules without a filter";

const LOCALSTACK_LACKS: &[(&str, &str)] = &[
    ("rules_of_the_older_form_come_back", NO_OLDER_FORM),
    (
        "a_rule_without_an_id_comes_back",
        "it refuses rules without an ID",
    ),
    (
        "a_rule_is_added_beside_rules_of_the_older_form",
        NO_OLDER_FORM,
    ),
    (
        "unknown_elements_come_back",
        "it keeps only what it knows; mopup tells when it reads back what it wrote",
    ),
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
];

const NO_LIFECYCLE: &str = "it has no lifecycle rules: it answers with a list of objects";

const RCLONE_LACKS: &[(&str, &str)] = &[
    ("a_bucket_without_rules_says_so", NO_LIFECYCLE),
    ("rules_of_many_shapes_come_back", NO_LIFECYCLE),
    ("a_rule_is_added_beside_rules_of_many_shapes", NO_LIFECYCLE),
    ("rules_of_the_older_form_come_back", NO_LIFECYCLE),
    ("a_rule_without_an_id_comes_back", NO_LIFECYCLE),
    (
        "a_rule_is_added_beside_rules_of_the_older_form",
        NO_LIFECYCLE,
    ),
    ("a_rule_is_put_into_an_empty_bucket", NO_LIFECYCLE),
    ("what_is_no_configuration_is_refused", NO_LIFECYCLE),
    ("unknown_elements_come_back", NO_LIFECYCLE),
    ("rules_of_a_missing_bucket_are_not_found", NO_LIFECYCLE),
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
];

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
            lacks: LOCALSTACK_LACKS,
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
            lacks: RCLONE_LACKS,
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

impl Foreign {
    /// The built binary against this server; answers its exit code and what it printed.
    fn mopup(&self, home: &Path, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_mopup"))
            .env_clear()
            .env("HOME", home)
            .env("AWS_ACCESS_KEY_ID", &self.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &self.secret_key)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_S3", &self.endpoint)
            .args(args)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        (code, text(output.stdout), text(output.stderr))
    }
}

/// An object of 12 MiB in one bucket, and another one for its copies; answers its bytes.
async fn furnished(client: &aws_sdk_s3::Client, prefix: &str) -> Vec<u8> {
    for name in ["from", "to"] {
        let bucket = format!("{prefix}-{name}");
        client.create_bucket().bucket(bucket).send().await.unwrap();
    }
    let content: Vec<u8> = (0_u32..3 << 20).flat_map(u32::to_le_bytes).collect();
    client
        .put_object()
        .bucket(format!("{prefix}-from"))
        .key("a b/ü+%")
        .content_type("text/x-mopup")
        .metadata("origin", "here")
        .tagging("team=a%20b")
        .body(content.clone().into())
        .send()
        .await
        .unwrap();
    content
}

async fn is_copied(client: &aws_sdk_s3::Client, bucket: &str, content: &[u8]) {
    let get = client.get_object().bucket(bucket).key("ü+%");
    let found = get.send().await.unwrap();
    assert_eq!(found.content_type(), Some("text/x-mopup"));
    assert_eq!(found.metadata().unwrap()["origin"], "here");
    let bytes = found.body.collect().await.unwrap().into_bytes();
    assert!(bytes == content, "{bucket} differs");
}

/// A server that answers `?lifecycle` with something else is named as not having it.
#[tokio::test]
async fn rclone_is_told_to_have_no_lifecycle_rules() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let foreign = Foreign::rclone(endpoint);
    let bucket = format!("rules-{}", std::process::id());
    let made = foreign.client().create_bucket().bucket(&bucket).send();
    made.await.expect("a bucket");
    let store = sdk_store(&foreign.endpoint, &foreign.access_key, &foreign.secret_key);
    let fault = store.lifecycle(&bucket).await.expect_err("no rules");
    assert_eq!(fault.kind, mopup::protocol::Kind::Unsupported, "{fault:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localstack_copies_in_one_piece_and_in_parts() {
    let Some(endpoint) = endpoint("MOPUP_TEST_LOCALSTACK") else {
        return;
    };
    let server = Foreign::localstack(endpoint);
    let home = tempfile::tempdir().unwrap();
    let client = server.client();
    let content = furnished(&client, "copies").await;
    for way in ["--multipart-threshold=1GiB", "--part-size=5MiB"] {
        let line = [
            "copy",
            "s3://copies-from/a b/ü+%",
            "s3://copies-to/",
            "--json",
            way,
        ];
        let (code, out, err) = server.mopup(home.path(), &line);
        assert_eq!(code, 0, "{out}{err}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["stored"][0]["verified"], true, "{out}");
        is_copied(&client, "copies-to", &content).await;
        let tags = client.get_object_tagging().bucket("copies-to").key("ü+%");
        let tags = tags.send().await.unwrap();
        assert_eq!(tags.tag_set()[0].value(), "a b");
    }
    let upload = client.create_multipart_upload();
    let upload = upload.bucket("copies-to").key("k").send().await.unwrap();
    let file = home.path().join("dump.1");
    std::fs::write(&file, &content).unwrap();
    let id = format!("--upload-id={}", upload.upload_id().unwrap());
    let file = file.display().to_string();
    let line = [
        "put-part",
        "s3://copies-to/k",
        &id,
        &file,
        "--numbers-from-names",
        "--include-active",
        "--json",
    ];
    let (code, out, err) = server.mopup(home.path(), &line);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains(&mopup::s3::checksum::md5_etag(&content)),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclone_copies_in_one_piece_and_leaves_nothing_of_the_rest() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let server = Foreign::rclone(endpoint);
    let home = tempfile::tempdir().unwrap();
    let client = server.client();
    let content = furnished(&client, "rcopies").await;
    let line = [
        "copy",
        "s3://rcopies-from/a b/ü+%",
        "s3://rcopies-to/",
        "--json",
    ];
    let (code, out, err) = server.mopup(home.path(), &line);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("tags are left out"), "{err}");
    is_copied(&client, "rcopies-to", &content).await;
    let parts = [&line[..], &["--part-size=5MiB"]].concat();
    let (code, out, err) = server.mopup(home.path(), &parts);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("--multipart-threshold"), "{err}");
    let list = client.list_multipart_uploads().bucket("rcopies-to");
    assert!(list.send().await.unwrap().uploads().is_empty());
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
