//! The arguments of `resume`: of uploads of ours, and of those that another program began.

use std::ffi::OsString;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::sending::{CustomerKeyAgain, Pace, Signing, SourceKeyFrom, Telling, account, size};

#[derive(Debug, Args)]
#[command(after_help = RESUME_AFTER)]
pub struct Resume {
    /// Which one: an ID that `mopup uploads` lists, or as much of it as is not another's; or the key of an upload
    /// that another program began, with --upload-id and --file
    #[arg(value_name = "JOB|s3://BUCKET/KEY", conflicts_with = "all")]
    pub job: Option<String>,
    /// All that can be gone on with, one after the other
    #[arg(long)]
    pub all: bool,
    /// Where the source is now; '-' is standard input, from its beginning
    #[arg(long, value_name = "FILE|-", conflicts_with = "all")]
    pub file: Option<OsString>,
    /// The source changed: abort the old upload and send what is there now
    #[arg(long)]
    pub anew: bool,
    #[command(flatten)]
    pub adopting: Adopting,
    #[command(flatten)]
    pub key: CustomerKeyAgain,
    #[command(flatten)]
    pub source_key: SourceKeyFrom,
    #[command(flatten)]
    pub pace: Pace,
    #[command(flatten)]
    pub telling: Telling,
}

const RESUME_AFTER: &str = "With s3://BUCKET/KEY, --upload-id and --file it goes on with an upload of any program: parts that \
are held are compared with the file, by checksum or MD5; only missing and different ones are sent. From then on it is \
listed by `mopup uploads`.";

/// What is said of an upload that another program began.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "An upload that another program began")]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
pub struct Adopting {
    /// The upload's ID, beside the address of its key and --file; may begin with '-'
    #[arg(
        long,
        value_name = "ID",
        requires_all = ["job", "file"],
        conflicts_with_all = ["anew", "source_sse_c_key_file", "source_sse_c_key_env"],
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub upload_id: Option<String>,
    /// How the file was cut, where the parts do not tell
    #[arg(long, value_name = "SIZE", requires = "upload_id", value_parser = size)]
    pub part_size: Option<u64>,
    /// Take parts of the right size for the file's where nothing else tells
    #[arg(long, requires = "upload_id")]
    pub trust_size: bool,
    /// Go on although no part that is held is the file's: send all of them again
    #[arg(long, requires = "upload_id")]
    pub replace_all: bool,
    /// Go on also with what showed a sign of life within the hour, or may be alive
    #[arg(long, requires = "upload_id")]
    pub include_active: bool,
    /// Do not overwrite: an object that is there makes it fail
    #[arg(long, requires = "upload_id")]
    pub if_none_match: bool,
    /// Compare and print what would be sent, and send nothing
    #[arg(long, requires = "upload_id")]
    pub dry_run: bool,
    /// Do not ask before parts that differ are replaced
    #[arg(long, requires = "upload_id")]
    pub yes: bool,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", requires = "upload_id", value_parser = account)]
    pub expected_bucket_owner: Option<String>,
    /// Whether the signature covers the bytes sent; auto: over plain http to another machine
    #[arg(long, value_name = "WHEN", requires = "upload_id", value_enum)]
    pub payload_signing: Option<Signing>,
}
