//! Uploads that other programs begin and leave half-way on a server that nobody here wrote: gone on with by the
//! built binary, to the bytes of the file, with only what was missing sent.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::sending::There;
use super::{Foreign, endpoint};

const MIB: usize = 1 << 20;
const LEN: usize = 40 * MIB + 12_345;
const KEY: &str = "left/dump.bin";

/// Sends slowly, in parts of so many bytes, with the checksum that boto3 chooses or another.
const BOTO3: &str = r#"
import sys, boto3
from boto3.s3.transfer import TransferConfig
endpoint, file, bucket, key, part, checksum = sys.argv[1:]
client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                      aws_access_key_id="test", aws_secret_access_key="test")
config = TransferConfig(multipart_threshold=1, multipart_chunksize=int(part), max_concurrency=2,
                        max_bandwidth=8 << 20)
extra = {"ChecksumAlgorithm": checksum} if checksum else {}
client.upload_file(file, bucket, key, Config=config, ExtraArgs=extra)
"#;

/// A part as it is listed: bytes, `ETag`, time.
type Listed = BTreeMap<i32, (i64, String, String)>;

impl There {
    fn boto3(&self, python: &str, file: &Path, (part, checksum): (usize, &str)) -> Command {
        let mut command = Command::new(python);
        command.args(["-c", BOTO3, &self.server.endpoint]);
        command.arg(file);
        command.args([&self.bucket, KEY, &part.to_string(), checksum]);
        command
    }

    fn rclone(&self, program: &str, file: &Path, part: usize) -> Command {
        let mut command = Command::new(program);
        let to = format!(":s3:{}/{KEY}", self.bucket);
        command
            .env("RCLONE_CONFIG", self.home.path().join("rclone.conf"))
            .args(["copyto", file.to_str().unwrap(), &to])
            .args(["--s3-provider=Other", "--s3-access-key-id=test"])
            .args(["--s3-secret-access-key=test", "--s3-region=us-east-1"])
            .args(["--s3-force-path-style", "--s3-no-check-bucket"])
            .args(["--s3-upload-cutoff=1M", "--s3-upload-concurrency=2"])
            .args(["--bwlimit=8M", "--retries=1"])
            .arg(format!("--s3-endpoint={}", self.server.endpoint))
            .arg(format!("--s3-chunk-size={}Mi", part / MIB));
        command
    }

    /// Runs it until some parts are held, then kills it; answers the upload and what it holds.
    async fn left_by(&self, mut command: Command) -> (String, Listed) {
        let log = self.home.path().join("program.log");
        let log = std::fs::File::create(log).unwrap();
        command
            .stdout(Stdio::null())
            .stderr(log)
            .stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        let id = self.some_parts(&mut child, 3).await;
        child.kill().unwrap();
        child.wait().unwrap();
        // What was under way may still land: twice the same is all.
        let mut held = self.held(&id).await;
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let again = self.held(&id).await;
            if again == held {
                return (id, held);
            }
            held = again;
        }
    }

    async fn some_parts(&self, child: &mut Child, count: usize) -> String {
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                let log = std::fs::read_to_string(self.home.path().join("program.log"));
                panic!("it ended before: {status}, {log:?}");
            }
            if let Some(id) = self.uploads().await.first()
                && self.held(id).await.len() >= count
            {
                return id.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn held(&self, id: &str) -> Listed {
        let listed = self.client.list_parts().bucket(&self.bucket);
        let listed = listed.key(KEY).upload_id(id).send().await.unwrap();
        let parts = listed.parts().iter().map(|part| {
            let etag = part.e_tag().unwrap_or_default().to_owned();
            let at = part.last_modified().map(ToString::to_string);
            (
                part.part_number().unwrap(),
                (part.size().unwrap(), etag, at.unwrap_or_default()),
            )
        });
        parts.collect()
    }

    fn resumes(&self, id: &str, file: &Path, options: &[&str]) -> Command {
        let address = self.address(KEY);
        let named = ["resume", &address, "--upload-id", id, "--file"];
        let file = [file.to_str().unwrap(), "--include-active", "--json"];
        self.command(&[&named[..], &file[..], options].concat())
    }

    /// Goes on, is killed in the midst, and ends by its journal: what was held is as it was until the end.
    async fn ends_well(&self, (id, all): (String, Listed), part: usize, content: &[u8]) {
        let file = self.home.path().join("dump.bin");
        let held = whole(&all, part);
        // Of a part that was cut off by the kill LocalStack keeps what came: then the size has to be said.
        let size = format!("--part-size={part}");
        let said: &[&str] = if held.len() == all.len() {
            &[]
        } else {
            &[&size, "--yes"]
        };
        let dry = [said, &["--dry-run"]].concat();
        let compared = self.resumes(&id, &file, &dry).output().unwrap();
        let compared: Value = serde_json::from_slice(&compared.stdout).unwrap();
        let compared = &compared["compared"];
        assert_eq!(compared["equal_parts"], held.len(), "{compared}");
        assert_eq!(compared["by_size"], 0, "{compared}");
        let slow = [said, &["--limit-rate=8MiB/s", "--width=2"]].concat();
        let mut child = self.resumes(&id, &file, &slow).spawn().unwrap();
        self.some_parts(&mut child, all.len() + 1).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let now = self.held(&id).await;
        for (number, part) in &held {
            assert_eq!(now.get(number), Some(part), "part {number} was touched");
        }
        let ended = self.command(&["resume", "--json"]).output().unwrap();
        let stored = self.stored(&ended);
        let before: i64 = whole(&now, part).values().map(|part| part.0).sum();
        let sent = stored["sent_bytes"].as_i64().unwrap();
        let most = i64::try_from(content.len()).unwrap() - before;
        assert!(sent <= most, "{stored}, {before} held before");
        assert_eq!(stored["verified"], true, "{stored}");
        assert_eq!(stored["parts"], content.len().div_ceil(part), "{stored}");
        self.holds(KEY, content).await;
    }
}

/// The parts that arrived whole.
fn whole(held: &Listed, part: usize) -> Listed {
    let mut whole = held.clone();
    let last = i32::try_from(LEN.div_ceil(part)).unwrap();
    whole.retain(|number, held| {
        let len = if *number == last { LEN % part } else { part };
        held.0 == i64::try_from(len).unwrap()
    });
    whole
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_boto3_left_is_gone_on_with() {
    let (Some(server), Some(python)) = (
        endpoint("MOPUP_TEST_LOCALSTACK"),
        endpoint("MOPUP_TEST_BOTO3"),
    ) else {
        return;
    };
    for how in [(6 * MIB, ""), (5 * MIB, "SHA256"), (8 * MIB, "SHA1")] {
        let there = There::at(Foreign::localstack(server.clone())).await;
        let (file, content) = there.file("dump.bin", LEN);
        let left = there.left_by(there.boto3(&python, &file, how)).await;
        there.ends_well(left, how.0, &content).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_rclone_left_is_gone_on_with() {
    let (Some(server), Some(program)) = (
        endpoint("MOPUP_TEST_LOCALSTACK"),
        endpoint("MOPUP_TEST_RCLONE_PROGRAM"),
    ) else {
        return;
    };
    for part in [5 * MIB, 7 * MIB] {
        let there = There::at(Foreign::localstack(server.clone())).await;
        let (file, content) = there.file("dump.bin", LEN);
        let left = there.left_by(there.rclone(&program, &file, part)).await;
        there.ends_well(left, part, &content).await;
    }
}
