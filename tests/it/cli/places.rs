//! Where requests go, and what follows from it.

use super::*;
use crate::support::canned::{Canned, Reply};

fn write(shop: &Shop, name: &str, text: &str) -> std::path::PathBuf {
    let file = shop.home.path().join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    file
}

/// A provider of the test's own, recognised by the loopback address.
const PROVIDER: &str = "[providers.mine]\nhosts = [\"127.0.0.1\"]\nabort_after = \"30d\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_recognised_wherever_the_endpoint_comes_from() {
    let shop = Shop::open().await;
    shop.upload("k", None, 1, HOUR * 200);
    write(&shop, "config/mopup/config.toml", PROVIDER);
    let endpoint = shop.server.endpoint();
    let plain = format!("[profile p]\nregion = us-east-1\nendpoint_url = {endpoint}\n");
    let service = format!(
        "[profile p]\nregion = us-east-1\nservices = s\n[services s]\ns3 =\n  endpoint_url = {endpoint}\n"
    );
    let (plain, service) = (
        write(&shop, "plain", &plain),
        write(&shop, "service", &service),
    );
    let deadline = shop.now.minus(HOUR * 201).plus(HOUR * 24 * 30).rfc3339();
    for (name, value, option) in [
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str(), None),
        ("AWS_ENDPOINT_URL", endpoint.as_str(), None),
        ("AWS_CONFIG_FILE", plain.to_str().unwrap(), None),
        ("AWS_CONFIG_FILE", service.to_str().unwrap(), None),
        ("LANG", "C", Some(endpoint.as_str())),
    ] {
        let run = |args: &[&str]| {
            let mut command = shop.command(args);
            command.env_remove("AWS_ENDPOINT_URL_S3").env(name, value);
            if name == "AWS_CONFIG_FILE" {
                command.env("AWS_PROFILE", "p");
            }
            command.args(option.map(|url| format!("--endpoint-url={url}")));
            Ended::of(command.output().unwrap()).with_code(0).json()
        };
        let sized = run(&["ls", "--sized", "--json", "s3://attic"]);
        assert_eq!(sized["uploads"][0]["deadline"], deadline, "{name}");
        let doctor = run(&["doctor", "--json"]);
        assert_eq!(doctor["provider"], "mine", "{name}");
    }
    let named = shop.run(&["doctor", "--json", "--provider", "Wasabi"]);
    assert_eq!(named.json()["provider"], "wasabi");
}

fn find<'a>(document: &'a Value, name: &str) -> &'a Value {
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == name);
    check.unwrap_or_else(|| panic!("no {name} in {document}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_the_doctor_tries_the_first_bucket() {
    let shop = Shop::open().await;
    shop.store.create_bucket("zoo", "us-east-1");
    shop.upload("a key", None, 1, HOUR * 200);
    let document = shop.run(&["doctor", "--json"]).with_code(0).json();
    assert_eq!(document["bucket"], "attic");
    assert_eq!(find(&document, "abort uploads")["status"], "ok");
    assert_eq!(find(&document, "clock")["status"], "ok");
    let encoding = find(&document, "key encoding");
    assert_eq!(encoding["status"], "ok", "{encoding}");
    assert_eq!(encoding["detail"], "encoding-type=url is heeded");
    assert_eq!(shop.store.upload_count("attic"), 1);
    let table = shop.run(&["doctor"]).with_code(0).out;
    assert!(table.contains("bucket    attic"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_takes_a_bucket_that_is_not_there_for_no_permission() {
    let shop = Shop::open().await;
    let document = shop.run(&["doctor", "--json", "s3://nowhere"]);
    let document = document.with_code(1).json();
    assert_eq!(find(&document, "see the bucket")["status"], "failed");
    assert_eq!(find(&document, "permissions")["status"], "skipped");
    assert_eq!(document["policy"], Value::Null, "none for a wrong name");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_a_wrong_clock_and_keys_that_are_not_encoded() {
    let shop = Shop::open().await;
    let server = Canned::start(|request| {
        let answer = if request.query("uploads").is_some() {
            Reply::xml(
                200,
                "<ListMultipartUploadsResult><EncodingType>url</EncodingType>\
                 <Upload><Key>a b</Key><UploadId>u</UploadId></Upload></ListMultipartUploadsResult>",
            )
        } else if request.path() == "/" {
            Reply::xml(
                200,
                "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets>\
                 </ListAllMyBucketsResult>",
            )
        } else if request.method == "HEAD" {
            Reply::bare(200)
        } else {
            Reply::error(404, "NoSuchUpload", "")
        };
        answer.with("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
    })
    .await;
    let document = shop
        .run(&["doctor", "--json", "--endpoint-url", &server.url()])
        .with_code(1)
        .json();
    let clock = find(&document, "clock");
    assert_eq!(clock["status"], "failed");
    let detail = clock["detail"].as_str().unwrap();
    assert!(detail.contains("ahead of the server's"), "{detail}");
    assert_eq!(find(&document, "key encoding")["status"], "quirk");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_is_said_in_one_sentence() {
    let shop = Shop::open().await;
    let broken = write(&shop, "broken", "[profile x\nregion\n");
    let one = |mut command: Command, words: &str| {
        let ended = Ended::of(command.output().unwrap()).with_code(1);
        assert!(ended.err.contains(words), "{ended:?}");
        assert_eq!(ended.err.lines().count(), 1, "{ended:?}");
        assert_eq!(ended.out, "");
    };
    one(shop.command(&["ls", "--region", "a b"]), "check --region");
    one(
        shop.command(&["ls", "s3://Up_per..x"]),
        "(InvalidBucketName)",
    );
    one(
        shop.command(&["ls", "--endpoint-url", "localhost:9000"]),
        "write it as https://host:port",
    );
    let mut command = shop.command(&["ls"]);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_CONFIG_FILE", &broken);
    one(command, "check ~/.aws/config");
    let mut command = shop.command(&["ls", "--profile", "nobody"]);
    command.env("AWS_CONFIG_FILE", write(&shop, "fine", "[profile x]\n"));
    one(command, "'nobody': it is in no configuration file");
}
