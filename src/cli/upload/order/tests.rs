use clap::Parser;

use super::*;
use crate::cli::args::{Cli, Command};
use crate::model::plan::MIB;
use crate::model::send::PayloadSigning;
use crate::model::{Algorithm, ChecksumWish};

/// The order of a command line in which `FILE` and `DIR` stand for things that are there.
fn read_with(line: &[&str], defaults: &Defaults) -> Result<Order, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.zst");
    std::fs::write(&file, "x").unwrap();
    let line = line.iter().map(|word| match *word {
        "FILE" => file.display().to_string(),
        "DIR" => folder.path().display().to_string(),
        word => word.to_owned(),
    });
    let line = ["mopup".to_owned(), "upload".to_owned()]
        .into_iter()
        .chain(line);
    match Cli::try_parse_from(line).unwrap().command {
        Some(Command::Upload(upload)) => order(*upload, defaults),
        other => panic!("not an upload: {other:?}"),
    }
}

fn read(line: &[&str]) -> Result<Order, Failure> {
    read_with(line, &Defaults::default())
}

#[track_caller]
fn refused(line: &[&str], said: &str) {
    let failure = read(line).unwrap_err();
    assert_eq!(failure.code(), 2, "{line:?}");
    let message = failure.message();
    assert!(message.contains(said), "{line:?}: {message}");
}

#[test]
fn every_option_reaches_the_order() {
    let order = read(&[
        "FILE",
        "s3://b/k",
        "--storage-class=STANDARD_IA",
        "--content-type=text/plain",
        "--content-encoding=gzip",
        "--content-disposition=attachment",
        "--content-language=en",
        "--cache-control=no-store",
        "--metadata=host=a,job=7",
        "--metadata=note=one, two",
        "--tag=team=data eng",
        "--tag=empty=",
        "--acl=bucket-owner-full-control",
        "--sse-kms-key-id=alias/x",
        "--expected-bucket-owner=123456789012",
        "--if-none-match",
        "--part-size=16MiB",
        "--multipart",
        "--multipart-threshold=1GiB",
        "--width=12",
        "--limit-rate=1MiB/s",
        "--checksum=sha1",
        "--payload-signing=never",
    ])
    .unwrap();
    let options = &order.options;
    assert_eq!(options.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(options.content_type.as_deref(), Some("text/plain"));
    assert_eq!(options.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(options.content_disposition.as_deref(), Some("attachment"));
    assert_eq!(options.content_language.as_deref(), Some("en"));
    assert_eq!(options.cache_control.as_deref(), Some("no-store"));
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let metadata = [
        pair("host", "a"),
        pair("job", "7"),
        pair("note", "one, two"),
    ];
    assert_eq!(options.metadata, metadata);
    assert_eq!(options.tags, [pair("team", "data eng"), pair("empty", "")]);
    assert_eq!(options.acl.as_deref(), Some("bucket-owner-full-control"));
    let key_id = Some("alias/x".to_owned());
    assert_eq!(options.encryption, Encryption::Kms { key_id });
    assert_eq!(order.access.expected_owner.as_deref(), Some("123456789012"));
    assert!(order.if_none_match && order.wish.multipart);
    assert_eq!(order.wish.part_size, Some(16 * MIB));
    assert_eq!(order.wish.threshold, 1024 * MIB);
    assert_eq!(order.wish.width, Some(12));
    assert_eq!(order.pace.limit, Some(MIB));
    assert_eq!(order.pace.width, None, "the width adapts below");
    assert_eq!(order.checksum, ChecksumWish::Of(Algorithm::Sha1));
    assert_eq!(order.signing, PayloadSigning::Never);
    assert_eq!((order.bucket.as_str(), order.key.as_str()), ("b", "k"));
}

#[test]
fn the_command_line_wins_over_the_configuration() {
    let defaults = Defaults {
        wish: Wish {
            part_size: Some(64 * MIB),
            width: Some(3),
            ..Wish::default()
        },
        checksum: ChecksumWish::None,
        signing: PayloadSigning::Always,
        pace: Pace {
            limit: Some(5),
            width: None,
        },
        storage_class: Some("COLD".to_owned()),
    };
    let order = read_with(&["FILE", "s3://b/k"], &defaults).unwrap();
    assert_eq!(order.wish, defaults.wish);
    assert_eq!(
        (order.checksum, order.signing),
        (ChecksumWish::None, PayloadSigning::Always)
    );
    assert_eq!(order.pace.limit, Some(5));
    assert_eq!(order.options.storage_class.as_deref(), Some("COLD"));
    let line = [
        "FILE",
        "s3://b/k",
        "--width=5",
        "--storage-class=ICE",
        "--checksum=auto",
    ];
    let order = read_with(&line, &defaults).unwrap();
    assert_eq!(order.wish.width, Some(5));
    assert_eq!(order.wish.part_size, Some(64 * MIB), "the rest stays");
    assert_eq!(order.options.storage_class.as_deref(), Some("ICE"));
    assert_eq!(order.checksum, ChecksumWish::Auto);
}

#[test]
fn metadata_and_tags_that_no_service_takes_are_refused() {
    for (option, said) in [
        ("--metadata=host", "write --metadata NAME=VALUE"),
        ("--metadata=my name=x", "cannot name metadata"),
        ("--metadata=name=h\u{e9}", "printable ASCII"),
        ("--metadata=name= x", "without space"),
        ("--metadata=a=1,A=2", "given twice"),
        ("--metadata={\"a\":1}", "no JSON object"),
        ("--tag=team", "write --tag NAME=VALUE"),
        ("--tag==x", "write --tag NAME=VALUE"),
        ("--content-type=a\nb", "the value of --content-type"),
        ("--sse-kms-key-id=a b ", "the value of --sse-kms-key-id"),
    ] {
        refused(&["FILE", "s3://b/k", option], said);
    }
    let json = read(&["FILE", "s3://b/k", "--metadata={\"a\":\"1,b=2\"}"]).unwrap();
    assert_eq!(
        json.options.metadata,
        [("a".to_owned(), "1,b=2".to_owned())]
    );
    let long = format!("--metadata=a={}", "x".repeat(2048));
    refused(&["FILE", "s3://b/k", &long], "2048 are allowed");
    let tags: Vec<String> = (0..11).map(|number| format!("--tag=t{number}=x")).collect();
    let mut line = vec!["FILE", "s3://b/k"];
    line.extend(tags.iter().map(String::as_str));
    refused(&line, "at most 10");
    assert!(read(&line[..12]).is_ok());
    refused(
        &["FILE", "s3://b/k", "--tag=a=1", "--tag=a=2"],
        "given twice",
    );
    let long = format!("--tag={}=x", "\u{e9}".repeat(129));
    refused(&["FILE", "s3://b/k", &long], "128 characters");
    refused(
        &["FILE", "s3://b/k", "--sse", "AES256", "--sse-kms-key-id=x"],
        "aws:kms",
    );
}

#[test]
fn what_cannot_be_named_or_is_not_there_is_refused() {
    refused(&["DIR", "s3://b/k"], "use --recursive");
    assert!(read(&["DIR", "s3://b", "--recursive"]).is_ok());
    refused(
        &["FILE", &format!("s3://b/{}", "k".repeat(1025))],
        "1024 are allowed",
    );
    let nearly = format!("s3://b/{}/", "k".repeat(1020));
    refused(&["FILE", &nearly], "1024 are allowed");
    refused(&["s3://b/x", "FILE", "s3://b/k"], "comes last");
    refused(&["s3://b/k", "FILE"], "comes last");
    refused(&["FILE"], "where to are needed");
    let missing = read(&["/nowhere/at/all", "s3://b/k"]).unwrap_err();
    assert_eq!(missing.code(), 1);
    assert!(
        missing
            .message()
            .contains("/nowhere/at/all cannot be opened")
    );
}

#[test]
fn an_sse_c_key_travels_in_the_access_alone() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, [9; 32]).unwrap();
    let option = format!("--sse-c-key-file={}", key.display());
    let order = read(&["FILE", "s3://b/k", &option]).unwrap();
    assert_eq!(order.options.encryption, Encryption::Customer);
    assert!(order.access.customer_key.is_some());
    let shown = format!("{order:?}");
    assert!(!shown.contains("9, 9"), "{shown}");
}
