//! The arguments of the commands that send: `upload`, `resume`, `uploads`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::Output;
use crate::config::{self, WIDTHS};
use crate::model::filter::parse_size;
use crate::model::send::PayloadSigning;
use crate::model::{Algorithm, ChecksumWish};

#[derive(Debug, Args)]
#[command(
    after_help = UPLOAD_AFTER,
    override_usage = "mopup upload [OPTIONS] <FILE|->... <s3://BUCKET/[KEY]>"
)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
pub struct Upload {
    // One list: clap takes the word before an option for the last operand.
    #[arg(value_name = "OPERAND", required = true, help = OPERANDS)]
    pub operands: Vec<OsString>,
    /// Send directories, with everything below them
    #[arg(long, short)]
    pub recursive: bool,
    /// Print what would be sent and how, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not overwrite: an object that is there makes it fail
    #[arg(long)]
    pub if_none_match: bool,
    /// Leave out files whose key holds an object of the same size
    #[arg(long, conflicts_with = "if_none_match")]
    pub skip_existing: bool,
    #[command(flatten)]
    pub stored: Stored,
    #[command(flatten)]
    pub key: CustomerKeyFrom,
    #[command(flatten)]
    pub way: Way,
    #[command(flatten)]
    pub pace: Pace,
    #[command(flatten)]
    pub telling: Telling,
}

const OPERANDS: &str = "What to send ('-' is standard input), then where to: a key that is empty or ends in '/' gets \
the file's name behind it";

const UPLOAD_AFTER: &str = "Ctrl-c stops and keeps what was sent: `mopup resume` goes on with it, also after a \
crash. Of several files each gets its name behind the key; a directory's contents go below it. Sizes are 16MiB, 16MB, \
16777216.";

/// What the object is stored with.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The object")]
pub struct Stored {
    /// Storage class, such as `STANDARD_IA`
    #[arg(long, value_name = "CLASS", value_parser = NonEmptyStringValueParser::new())]
    pub storage_class: Option<String>,
    /// Content type; unless given guessed from the file's name, of a copy the source's
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Content-Encoding, such as gzip")]
    pub content_encoding: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Content-Disposition")]
    pub content_disposition: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Content-Language")]
    pub content_language: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Cache-Control")]
    pub cache_control: Option<String>,
    /// User metadata; may be given again, and as NAME=VALUE,NAME=VALUE
    #[arg(long, value_name = "NAME=VALUE")]
    pub metadata: Vec<String>,
    /// An object tag; may be given again, ten at most
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub tags: Vec<String>,
    /// Canned ACL, such as bucket-owner-full-control
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub acl: Option<String>,
    /// Encrypt with keys of the service (AES256, also without a value) or of KMS (aws:kms)
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "AES256", value_enum)]
    pub sse: Option<Sse>,
    /// The KMS key; means --sse aws:kms
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub sse_kms_key_id: Option<String>,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub expected_bucket_owner: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sse {
    #[value(name = "AES256")]
    S3,
    #[value(name = "aws:kms")]
    Kms,
}

/// Where the key of SSE-C is. It is never printed and never kept.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Encryption with a key of your own (SSE-C)")]
pub struct CustomerKeyFrom {
    /// A file with the key: 32 bytes, 64 hexadecimal digits, or base64
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["sse_c_key_env", "sse", "sse_kms_key_id"]
    )]
    pub sse_c_key_file: Option<PathBuf>,
    /// An environment variable with the key: 64 hexadecimal digits, or base64
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sse", "sse_kms_key_id"])]
    pub sse_c_key_env: Option<String>,
}

/// The same where nothing else about encryption can be said.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Encryption with a key of your own (SSE-C)")]
pub struct CustomerKeyAgain {
    /// A file with the key: 32 bytes, 64 hexadecimal digits, or base64
    #[arg(long, value_name = "FILE", conflicts_with = "sse_c_key_env")]
    pub sse_c_key_file: Option<PathBuf>,
    /// An environment variable with the key: 64 hexadecimal digits, or base64
    #[arg(long, value_name = "NAME")]
    pub sse_c_key_env: Option<String>,
}

/// Where the key of SSE-C is that the object to copy is encrypted with.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Encryption with a key of your own (SSE-C)")]
pub struct SourceKeyFrom {
    /// The same of the object that is copied
    #[arg(long, value_name = "FILE", conflicts_with = "source_sse_c_key_env")]
    pub source_sse_c_key_file: Option<PathBuf>,
    /// The same of the object that is copied
    #[arg(long, value_name = "NAME")]
    pub source_sse_c_key_env: Option<String>,
}

impl From<SourceKeyFrom> for CustomerKeyFrom {
    fn from(source: SourceKeyFrom) -> Self {
        Self {
            sse_c_key_file: source.source_sse_c_key_file,
            sse_c_key_env: source.source_sse_c_key_env,
        }
    }
}

impl From<CustomerKeyAgain> for CustomerKeyFrom {
    fn from(again: CustomerKeyAgain) -> Self {
        Self {
            sse_c_key_file: again.sse_c_key_file,
            sse_c_key_env: again.sse_c_key_env,
        }
    }
}

/// How it is cut and checked.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Parts and checks")]
pub struct Way {
    /// Bytes of a part; chosen unless given. What fits into one goes in one piece below the threshold
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub part_size: Option<u64>,
    /// Send in parts whatever the size
    #[arg(long)]
    pub multipart: bool,
    /// From this size on a file goes in parts; 100 MB unless configured
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub multipart_threshold: Option<u64>,
    /// Checksum that the service compares and keeps; auto: CRC64NVME where it is taken
    #[arg(long, value_name = "NAME", value_enum)]
    pub checksum: Option<Checksum>,
    /// Whether the signature covers the bytes sent; auto: over plain http to another machine
    #[arg(long, value_name = "WHEN", value_enum)]
    pub payload_signing: Option<Signing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Checksum {
    Auto,
    None,
    Crc64nvme,
    Crc32,
    Crc32c,
    Sha1,
    Sha256,
}

impl From<Checksum> for ChecksumWish {
    fn from(checksum: Checksum) -> Self {
        match checksum {
            Checksum::Auto => Self::Auto,
            Checksum::None => Self::None,
            Checksum::Crc64nvme => Self::Of(Algorithm::Crc64Nvme),
            Checksum::Crc32 => Self::Of(Algorithm::Crc32),
            Checksum::Crc32c => Self::Of(Algorithm::Crc32c),
            Checksum::Sha1 => Self::Of(Algorithm::Sha1),
            Checksum::Sha256 => Self::Of(Algorithm::Sha256),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Signing {
    Auto,
    Always,
    Never,
}

impl From<Signing> for PayloadSigning {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::Auto => Self::Auto,
            Signing::Always => Self::Always,
            Signing::Never => Self::Never,
        }
    }
}

/// How fast.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Pace")]
pub struct Pace {
    /// Parts in flight at most, 1 to 64; fewer where the link carries no more
    #[arg(long, value_name = "N", value_parser = width)]
    pub width: Option<usize>,
    /// Bytes a second at most, such as 10MiB/s
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub limit_rate: Option<u64>,
}

/// What is told of it.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Telling {
    /// One JSON document at the end
    #[arg(long)]
    pub json: bool,
    /// One JSON document a line for each event, as it happens
    #[arg(long, conflicts_with = "json")]
    pub jsonl: bool,
    /// No progress and no line for what went well
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Uploads {
    /// End this one: abort it at the service, and forget it
    #[arg(long, value_name = "JOB", conflicts_with = "csv")]
    pub discard: Option<String>,
    /// Do not ask
    #[arg(long, requires = "discard")]
    pub yes: bool,
    #[command(flatten)]
    pub output: Output,
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    parse_size(text).ok_or_else(|| "no size; write 16MiB, 16MB or 16777216".to_owned())
}

fn rate(text: &str) -> Result<u64, String> {
    let wrong = || "no rate; write 10MiB/s, 500k or bytes a second".to_owned();
    config::parse_rate(text).ok_or_else(wrong)
}

pub(super) fn width(text: &str) -> Result<usize, String> {
    let width = text.parse().ok().filter(|width| WIDTHS.contains(width));
    width.ok_or_else(|| format!("write {} to {}", WIDTHS.start(), WIDTHS.end()))
}

pub fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err("an account ID has 12 digits".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;
    use crate::model::plan::MIB;

    fn upload(line: &[&str]) -> Result<Upload, String> {
        let line = ["mopup", "upload"].iter().chain(line);
        let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
        match cli.command {
            Some(Command::Upload(upload)) => Ok(*upload),
            other => panic!("not an upload: {other:?}"),
        }
    }

    #[test]
    fn options_stand_anywhere_between_the_operands() {
        let several = upload(&["a", "b", "--recursive", "c", "s3://b/p/"]).unwrap();
        assert_eq!(several.operands, ["a", "b", "c", "s3://b/p/"]);
        assert!(several.recursive);
        let stdin = upload(&["-", "--width", "3", "s3://b/k"]).unwrap();
        assert_eq!(stdin.operands, ["-", "s3://b/k"]);
        assert!(upload(&[]).is_err());
        let put = ["mopup", "put", "f", "s3://b/k"];
        assert!(Cli::try_parse_from(put).is_ok());
    }

    #[test]
    fn sizes_rates_and_widths_are_read_as_people_write_them() {
        let line = [
            "f",
            "s3://b/k",
            "--part-size=16MiB",
            "--multipart-threshold=16MB",
            "--limit-rate=10MiB/s",
            "--width=64",
        ];
        let upload = upload(&line).unwrap();
        assert_eq!(upload.way.part_size, Some(16 * MIB));
        assert_eq!(upload.way.multipart_threshold, Some(16_000_000));
        assert_eq!(upload.pace.limit_rate, Some(10 * MIB));
        assert_eq!(upload.pace.width, Some(64));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for (option, said) in [
            ("--part-size=8 parts", "16MiB"),
            ("--limit-rate=0", "10MiB/s"),
            ("--width=65", "1 to 64"),
            ("--width=0", "1 to 64"),
            ("--expected-bucket-owner=123", "12 digits"),
            ("--checksum=md5", "crc64nvme"),
            ("--payload-signing=maybe", "always"),
            ("--sse=aes", "AES256"),
        ] {
            let error = upload(&["f", "s3://b/k", option]).unwrap_err();
            assert!(error.contains(said), "{option}: {error}");
        }
        for options in [
            &["--json", "--jsonl"][..],
            &["--sse-c-key-file=f", "--sse-c-key-env=E"],
            &["--sse-c-key-file=f", "--sse"],
            &["--if-none-match", "--skip-existing"],
        ] {
            let line = [&["f", "s3://b/k"], options].concat();
            assert!(upload(&line).is_err(), "{options:?}");
        }
    }

    #[test]
    fn sse_alone_means_the_keys_of_the_service() {
        let sse = |line: &[&str]| upload(line).unwrap().stored.sse;
        assert_eq!(sse(&["f", "s3://b/k", "--sse"]), Some(Sse::S3));
        assert_eq!(sse(&["f", "s3://b/k", "--sse", "aws:kms"]), Some(Sse::Kms));
        assert_eq!(sse(&["f", "s3://b/k"]), None);
    }

    #[test]
    fn a_job_and_all_exclude_each_other() {
        for line in [
            &["mopup", "resume", "J", "--all"][..],
            &["mopup", "resume", "--all", "--file", "f"],
            &["mopup", "uploads", "--yes"],
            &["mopup", "uploads", "--discard", "J", "--csv"],
        ] {
            assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
