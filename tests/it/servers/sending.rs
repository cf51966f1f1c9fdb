//! The built binary sends to servers that nobody here wrote, and what they hold is read back.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use serde_json::Value;

use super::{Foreign, endpoint};

const PART: usize = 5 << 20;

/// Bytes that no two places have in common.
fn bytes(count: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(count as u64);
    std::iter::repeat_with(|| random.u8(..))
        .take(count)
        .collect()
}

/// A bucket on a foreign server, and a home directory for the binary.
pub(super) struct There {
    pub(super) server: Foreign,
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) home: tempfile::TempDir,
}

impl There {
    pub(super) async fn at(server: Foreign) -> Self {
        let client = server.client();
        let bucket = format!("sends-{:08x}", fastrand::u32(..));
        client.create_bucket().bucket(&bucket).send().await.unwrap();
        Self {
            server,
            client,
            bucket,
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn file(&self, name: &str, count: usize) -> (PathBuf, Vec<u8>) {
        let path = self.home.path().join(name);
        let bytes = bytes(count);
        std::fs::write(&path, &bytes).unwrap();
        (path, bytes)
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mopup"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_ACCESS_KEY_ID", &self.server.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &self.server.secret_key)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_S3", &self.server.endpoint)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(super) fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    fn sends(&self, source: &str, key: &str, options: &[&str]) -> Command {
        let address = self.address(key);
        let words = [&["upload", source, &address, "--json"], options].concat();
        self.command(&words)
    }

    /// Sends a file of so many bytes, and reads it back.
    async fn round(&self, key: &str, count: usize, options: &[&str]) -> Value {
        let (path, content) = self.file(key, count);
        let output = self.sends(path.to_str().unwrap(), key, options).output();
        let stored = self.stored(&output.unwrap());
        self.holds(key, &content).await;
        stored
    }

    /// What the document says of the only file.
    #[track_caller]
    pub(super) fn stored(&self, output: &Output) -> Value {
        let told = String::from_utf8_lossy(&output.stderr);
        let name = self.server.name;
        assert_eq!(output.status.code(), Some(0), "{name}: {told}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            document["stored"].as_array().unwrap().len(),
            1,
            "{name}: {document}"
        );
        document["stored"][0].clone()
    }

    pub(super) async fn holds(&self, key: &str, content: &[u8]) {
        let got = self.client.get_object().bucket(&self.bucket).key(key);
        let got = got.send().await.unwrap().body.collect().await.unwrap();
        assert!(
            got.into_bytes() == content,
            "{}: {key} differs",
            self.server.name
        );
        self.is_tidy().await;
    }

    /// The uploads in progress: their IDs.
    pub(super) async fn uploads(&self) -> Vec<String> {
        let listed = self.client.list_multipart_uploads().bucket(&self.bucket);
        match listed.send().await {
            Ok(listed) => {
                let ids = listed.uploads().iter();
                ids.map(|of| of.upload_id().unwrap().to_owned()).collect()
            }
            // How rclone says that there are none.
            Err(error) => {
                assert_eq!(error.code(), Some("NoSuchUpload"), "{error:?}");
                Vec::new()
            }
        }
    }

    /// No upload is left behind.
    async fn is_tidy(&self) {
        let left = self.uploads().await;
        assert!(left.is_empty(), "{}: {left:?}", self.server.name);
    }

    async fn plain(&self) {
        let whole = self.round("whole", 1000, &[]).await;
        assert_eq!(whole["upload_id"], Value::Null, "{whole}");
        self.round("empty", 0, &[]).await;
        let parts = self
            .round("parts", 3 * PART + 17, &["--part-size=5MiB"])
            .await;
        assert_eq!(parts["parts"], 4, "{parts}");
        self.round("odd näme +%20~", 10, &[]).await;
    }

    /// Of a length that nobody knows, through a pipe.
    async fn stream(&self) {
        let content = bytes(2 * PART + 5);
        let mut command = self.sends("-", "stream", &["--part-size=5MiB"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = content.clone();
        let fed = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &input));
        let stored = self.stored(&child.wait_with_output().unwrap());
        fed.join().unwrap().unwrap();
        assert_eq!(stored["parts"], 3, "{stored}");
        self.holds("stream", &content).await;
    }

    /// Whatever checksum is wished for: refused ones are left out, and the object is the same.
    async fn checksums(&self) {
        for name in [
            "auto",
            "none",
            "crc64nvme",
            "crc32",
            "crc32c",
            "sha1",
            "sha256",
        ] {
            let wish = format!("--checksum={name}");
            self.round(&format!("{name}-whole"), 100, &[&wish]).await;
            let options = [wish.as_str(), "--part-size=5MiB"];
            let key = format!("{name}-parts");
            let stored = self.round(&key, PART + 1, &options).await;
            assert_eq!(stored["parts"], 2, "{name}: {stored}");
        }
        for signing in ["--payload-signing=always", "--payload-signing=never"] {
            self.round("signed", PART + 1, &[signing, "--part-size=5MiB"])
                .await;
        }
    }

    /// Killed in the midst, and gone on with.
    async fn killed(&self) {
        let (path, content) = self.file("killed", 8 * PART);
        let options = ["--part-size=5MiB", "--width=2", "--limit-rate=20MiB/s"];
        let mut command = self.sends(path.to_str().unwrap(), "killed", &options);
        let mut child = command.spawn().unwrap();
        self.parts_held(&mut child).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let resumed = self.command(&["resume", "--json"]).output().unwrap();
        let stored = self.stored(&resumed);
        let sent = stored["sent_bytes"].as_u64().unwrap();
        assert!(sent < content.len() as u64, "nothing was reused: {stored}");
        self.holds("killed", &content).await;
    }

    /// Until the service has a part.
    async fn parts_held(&self, child: &mut Child) {
        loop {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before");
            if let Some(id) = self.uploads().await.first() {
                let parts = self.client.list_parts().bucket(&self.bucket);
                let parts = parts.key("killed").upload_id(id).send().await.unwrap();
                if !parts.parts().is_empty() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What is there is not overwritten, whether the service heeds the condition or not.
    async fn guarded(&self) {
        for (key, count) in [("guard", 10), ("guard-parts", PART + 1)] {
            let options = ["--if-none-match", "--part-size=5MiB"];
            self.round(key, count, &options).await;
            let (other, _) = self.file("other", count + 1);
            let mut again = self.sends(other.to_str().unwrap(), key, &options);
            let again = again.output().unwrap();
            assert_eq!(again.status.code(), Some(1), "{}: {key}", self.server.name);
            self.holds(key, &bytes(count)).await;
        }
    }

    /// What was said about the object, as far as the service keeps it.
    async fn described(&self, kept: &[&str]) {
        for (key, count) in [("described", 10), ("described-parts", PART + 1)] {
            let options = [
                "--part-size=5MiB",
                "--storage-class=STANDARD_IA",
                "--content-type=text/x-mopup",
                "--metadata=colour=red,shape=round",
                "--tag=team=blue",
            ];
            self.round(key, count, &options).await;
            let head = self.client.head_object().bucket(&self.bucket).key(key);
            let head = head.send().await.unwrap();
            let tags = self.client.get_object_tagging().bucket(&self.bucket);
            let tags = tags.key(key).send().await;
            let colour = head.metadata().and_then(|of| of.get("colour"));
            let class = head
                .storage_class()
                .map(aws_sdk_s3::types::StorageClass::as_str);
            for (name, is_kept) in [
                ("class", class == Some("STANDARD_IA")),
                ("type", head.content_type() == Some("text/x-mopup")),
                ("metadata", colour.map(String::as_str) == Some("red")),
                (
                    "tags",
                    tags.is_ok_and(|of| of.tag_set()[0].value() == "blue"),
                ),
            ] {
                let name_of = self.server.name;
                assert!(is_kept || !kept.contains(&name), "{name_of}: {key}: {name}");
            }
        }
    }

    /// With a key of one's own; the object opens with it alone.
    async fn sealed(&self) {
        let key = aws_sdk_s3::primitives::Blob::new([7_u8; 32]);
        let in_base64 = mopup::s3::memory::base64(key.as_ref());
        let digest = mopup::s3::memory::base64(&mopup::s3::memory::md5(key.as_ref()));
        for (name, count) in [("sealed", 10), ("sealed-parts", PART + 1)] {
            let (path, content) = self.file(name, count);
            let options = ["--sse-c-key-env=KEY", "--part-size=5MiB"];
            let mut command = self.sends(path.to_str().unwrap(), name, &options);
            self.stored(&command.env("KEY", &in_base64).output().unwrap());
            let open = self.client.get_object().bucket(&self.bucket).key(name);
            assert!(
                open.clone().send().await.is_err(),
                "it opens without the key"
            );
            let open = open.sse_customer_algorithm("AES256");
            let open = open
                .sse_customer_key(&in_base64)
                .sse_customer_key_md5(&digest);
            let got = open.send().await.unwrap().body.collect().await.unwrap();
            assert!(got.into_bytes() == content, "{name} differs");
        }
        self.is_tidy().await;
    }

    async fn everything(&self, kept: &[&str]) {
        self.plain().await;
        self.stream().await;
        self.checksums().await;
        self.killed().await;
        self.guarded().await;
        self.described(kept).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localstack_holds_what_was_sent() {
    let Some(endpoint) = endpoint("MOPUP_TEST_LOCALSTACK") else {
        return;
    };
    let there = There::at(Foreign::localstack(endpoint)).await;
    there
        .everything(&["class", "type", "metadata", "tags"])
        .await;
    there.sealed().await;
    // Its KMS is another service, which does not run.
    there
        .round("s3-keys", PART + 1, &["--sse=AES256", "--part-size=5MiB"])
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rclone_holds_what_was_sent() {
    let Some(endpoint) = endpoint("MOPUP_TEST_RCLONE") else {
        return;
    };
    let there = There::at(Foreign::rclone(endpoint)).await;
    there.everything(&["type", "metadata"]).await;
}
