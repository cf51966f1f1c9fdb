//! Uploads over HTTP to a server that refuses what was signed at the wrong time or with old keys.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::sync::{Arc, Mutex};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use mopup::model::send::PayloadSigning;
use mopup::s3::checksum::{md5_etag, multipart_etag};
use mopup::s3::sdk::{ConnectOptions, SdkStore, StaticCredentials};

use super::*;
use crate::support::canned::{Canned, Reply, Request};

/// What a server has: parts by upload, then objects by key, each with its `ETag`.
#[derive(Debug, Default)]
struct Shelf {
    begun: usize,
    parts: BTreeMap<u32, Vec<u8>>,
    objects: HashMap<String, (Vec<u8>, String)>,
}

/// The least of S3 that an upload needs, of one upload at a time.
fn small_s3(shelf: &Mutex<Shelf>, request: &Request) -> Reply {
    let mut shelf = shelf.lock().unwrap();
    let key = request.path().to_owned();
    match (request.method.as_str(), request.query("partNumber")) {
        ("POST", None) if request.query("uploads").is_some() => {
            shelf.begun += 1;
            Reply::xml(
                200,
                "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
            )
        }
        ("PUT", Some(number)) => {
            let etag = md5_etag(&request.body);
            let number = number.parse().unwrap();
            shelf.parts.insert(number, request.body.clone());
            Reply::bare(200).with("etag", &format!("\"{etag}\""))
        }
        ("PUT", None) => {
            let etag = md5_etag(&request.body);
            let reply = Reply::bare(200).with("etag", &format!("\"{etag}\""));
            shelf.objects.insert(key, (request.body.clone(), etag));
            reply
        }
        ("POST", None) => {
            let etags: Vec<String> = shelf.parts.values().map(|part| md5_etag(part)).collect();
            let etag = multipart_etag(etags.iter().map(String::as_str)).unwrap();
            let whole = std::mem::take(&mut shelf.parts).into_values().flatten();
            let whole = whole.collect();
            let document = format!(
                "<CompleteMultipartUploadResult><ETag>\"{etag}\"</ETag></CompleteMultipartUploadResult>"
            );
            shelf.objects.insert(key, (whole, etag));
            Reply::xml(200, document)
        }
        ("HEAD", None) => match shelf.objects.get(&key) {
            Some((bytes, etag)) => Reply::Answer {
                status: 200,
                headers: vec![("etag".to_owned(), format!("\"{etag}\""))],
                body: bytes.clone(),
            },
            None => Reply::bare(404),
        },
        other => panic!("{other:?} {}", request.target),
    }
}

/// The server's time is the system's, `ahead` seconds later; what is signed at another time is refused.
fn strict_about_time(request: &Request, ahead: i64) -> Result<DateTime, Reply> {
    let now = Clock::system().now().millis() / 1000 + ahead;
    let here = DateTime::from_secs(now);
    let signed = request.header("x-amz-date").unwrap();
    // 20261121T160000Z
    let iso = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &signed[..4],
        &signed[4..6],
        &signed[6..8],
        &signed[9..11],
        &signed[11..13],
        &signed[13..15]
    );
    let signed = DateTime::from_str(&iso, Format::DateTime).unwrap();
    if (signed.secs() - now).abs() > 15 * 60 {
        let message = "The difference between the request time and the current time is too large.";
        return Err(dated(
            Reply::error(403, "RequestTimeTooSkewed", message),
            here,
        ));
    }
    Ok(here)
}

fn dated(reply: Reply, at: DateTime) -> Reply {
    reply.with("date", &at.fmt(Format::HttpDate).unwrap())
}

fn keys() -> StaticCredentials {
    StaticCredentials {
        access_key_id: "AKIDKEY".to_owned(),
        secret_access_key: "hush".to_owned(),
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_an_hour_costs_one_request() {
    for (ahead, signing) in [
        (3600, PayloadSigning::Auto),
        (-3600, PayloadSigning::Always),
    ] {
        for parts in [true, false] {
            let shelf = Arc::new(Mutex::new(Shelf::default()));
            let holder = Arc::clone(&shelf);
            let server = Canned::start(move |request| match strict_about_time(request, ahead) {
                Ok(now) => dated(small_s3(&holder, request), now),
                Err(refusal) => refusal,
            })
            .await;
            let world = World::new();
            let source = world.file("f", 5 * PART);
            let mut order = order(&source);
            order.signing = signing;
            if !parts {
                order.wish = Wish::default();
            }
            let options = ConnectOptions {
                region: Some("us-east-1".to_owned()),
                endpoint: Some(server.url()),
                credentials: Some(keys()),
                ..ConnectOptions::default()
            };
            let store: Arc<dyn Store> = Arc::new(SdkStore::new(options, Clock::system()));
            let (engine, mut inbox) = Engine::new(store, Clock::system(), world.settings.clone());
            engine.send(Command::Send {
                job: JOB,
                order: Box::new(order),
            });
            let (ran, _) = until_end(&mut inbox, |_| {}).await;
            assert!(ran.is_stored(), "{ran:?}");
            let shelf = shelf.lock().unwrap();
            assert_eq!(shelf.objects["/archive/f"].0, bytes(5 * PART));
            assert_eq!(shelf.begun, usize::from(parts));
            // Begun or stored in one piece after one refusal, sent and looked at.
            let requests = if parts { 1 + 1 + 5 + 1 + 1 } else { 1 + 1 };
            assert_eq!(server.requests().len(), requests, "{ahead} {parts}");
        }
    }
}

/// Where a process finds its keys, and what gives it others.
struct Keys {
    folder: PathBuf,
    is_process: bool,
}

impl Keys {
    fn write(&self, id: &str) {
        let (credentials, config, answer) = (
            self.folder.join("credentials"),
            self.folder.join("config"),
            self.folder.join("answer"),
        );
        let of_process = format!(
            r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"s","SessionToken":"t"}}"#
        );
        std::fs::write(&answer, of_process).unwrap();
        let process = format!("[default]\ncredential_process = cat {}\n", answer.display());
        let of_file = format!(
            "[default]\naws_access_key_id = {id}\naws_secret_access_key = s\naws_session_token = t\n"
        );
        let (config_is, file_is) = if self.is_process {
            (process, String::new())
        } else {
            (String::new(), of_file)
        };
        std::fs::write(config, config_is).unwrap();
        std::fs::write(credentials, file_is).unwrap();
    }

    fn upload(&self, source: &Path, endpoint: &str) -> std::process::Output {
        Process::new(env!("CARGO_BIN_EXE_mopup"))
            .env_clear()
            .env("HOME", &self.folder)
            .env("AWS_CONFIG_FILE", self.folder.join("config"))
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.folder.join("credentials"),
            )
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_REGION", "us-east-1")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .args(["upload", "--part-size=5MiB", "--width=2", "--json"])
            .args(["--endpoint-url", endpoint])
            .arg(source)
            .arg("s3://archive/f")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_expire_while_it_is_sent_are_read_anew() {
    const LEN: usize = 6 * (5 << 20);
    for is_process in [false, true] {
        let world = World::new();
        let source = world.file("f", LEN);
        let folder = world.folder.path().to_owned();
        let keys = Arc::new(Keys { folder, is_process });
        keys.write("AKIDOLD");
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let (holder, renewing) = (Arc::clone(&shelf), Arc::clone(&keys));
        let server = Canned::start(move |request| {
            let is_old = request
                .header("authorization")
                .is_some_and(|signed| signed.contains("Credential=AKIDOLD/"));
            if is_old && holder.lock().unwrap().parts.len() >= 2 {
                renewing.write("AKIDNEW");
                return Reply::error(400, "ExpiredToken", "The provided token has expired.");
            }
            small_s3(&holder, request)
        })
        .await;
        let url = server.url();
        let ended = tokio::task::spawn_blocking(move || keys.upload(&source, &url));
        let ended = ended.await.unwrap();
        assert!(ended.status.success(), "{ended:?}");
        let refused = server.requests().len() - (1 + 6 + 1 + 1);
        assert!((1..=2).contains(&refused), "each in flight once: {refused}");
        let shelf = shelf.lock().unwrap();
        assert!(shelf.objects["/archive/f"].0 == bytes(LEN));
        assert_eq!(shelf.begun, 1);
    }
}
