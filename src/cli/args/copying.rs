//! The arguments of the commands that copy objects and put single parts.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::sending::{
    Checksum, CustomerKeyAgain, CustomerKeyFrom, Pace, Signing, SourceKeyFrom, Stored, Telling,
    account, size, width,
};
use crate::model::Address;
use crate::model::filter::parse_size;

#[derive(Debug, Args)]
#[command(after_help = COPY_AFTER)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
pub struct CopyObject {
    /// The object to copy
    #[arg(value_name = "s3://BUCKET/KEY")]
    pub from: Address,
    /// Where to: a key that is empty or ends in '/' gets the object's name behind it
    #[arg(value_name = "s3://BUCKET/[KEY]")]
    pub to: Address,
    /// The version to copy; the newest unless given
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub version_id: Option<String>,
    /// The account that must own the source's bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub source_owner: Option<String>,
    /// Print how it would be copied, and copy nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not overwrite: an object that is there makes it fail
    #[arg(long)]
    pub if_none_match: bool,
    #[command(flatten)]
    pub stored: Stored,
    /// Only the metadata given here, none of the source's
    #[arg(long, help_heading = "The object")]
    pub replace_metadata: bool,
    /// Only the tags given here, none of the source's
    #[arg(long, help_heading = "The object")]
    pub replace_tags: bool,
    #[command(flatten)]
    pub key: CustomerKeyFrom,
    #[command(flatten)]
    pub source_key: SourceKeyFrom,
    #[command(flatten)]
    pub way: CopyWay,
    #[command(flatten)]
    pub telling: Telling,
}

const COPY_AFTER: &str = "The service copies: no byte passes through this machine. Metadata, content headers, tags and \
storage class are the source's unless something else is said; ACL and encryption are the destination's own. Ctrl-c \
stops and keeps what was copied: `mopup resume` goes on with it.";

/// How it is cut, and how many parts go at once.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Parts and checks")]
pub struct CopyWay {
    /// Bytes of a part; unless given 64 MiB and more, growing with the object
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub part_size: Option<u64>,
    /// Copy in parts also what is smaller, above 5 MiB
    #[arg(long)]
    pub multipart: bool,
    /// From this size on an object is copied in parts; 100 MB unless configured
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub multipart_threshold: Option<u64>,
    /// Parts in flight at most, 1 to 64; 16 unless given
    #[arg(long, value_name = "N", value_parser = width)]
    pub width: Option<usize>,
    /// Checksum that the service computes and keeps; auto: the source's own, else CRC64NVME where it is taken
    #[arg(long, value_name = "NAME", value_enum)]
    pub checksum: Option<Checksum>,
}

#[derive(Debug, Args)]
#[command(after_help = PUT_PART_AFTER)]
pub struct PutPart {
    /// The upload's key
    #[arg(value_name = "s3://BUCKET/KEY")]
    pub address: Address,
    /// The files; each becomes a part
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The upload's ID; may begin with '-'
    #[arg(
        long,
        value_name = "ID",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub upload_id: String,
    /// The number of the first file's part; those behind it follow
    #[arg(long, value_name = "N", conflicts_with = "numbers_from_names")]
    pub part_number: Option<u32>,
    /// The numbers are what the files' names end in: sailbot.mp4.001, dump-12
    #[arg(long)]
    pub numbers_from_names: bool,
    /// Only these bytes of the file: FROM-TO (both included), FROM-, or OFFSET+LENGTH such as 16MiB+8MiB
    #[arg(long, value_name = "RANGE", value_parser = range)]
    pub range: Option<Range>,
    /// Replace parts that the upload holds already
    #[arg(long)]
    pub overwrite: bool,
    /// Write also into an upload that showed a sign of life within the hour, or may be alive
    #[arg(long)]
    pub include_active: bool,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub expected_bucket_owner: Option<String>,
    /// Whether the signature covers the bytes sent; auto: over plain http to another machine
    #[arg(long, value_name = "WHEN", value_enum)]
    pub payload_signing: Option<Signing>,
    #[command(flatten)]
    pub key: CustomerKeyAgain,
    #[command(flatten)]
    pub pace: Pace,
    #[command(flatten)]
    pub telling: Telling,
}

const PUT_PART_AFTER: &str = "The upload's own checksum algorithm is used. A part that was put just now is a sign of \
life: putting another one into the same upload within the hour needs --include-active. `mopup parts` lists what is held.";

/// A stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub offset: u64,
    /// `None`: to the end.
    pub len: Option<u64>,
}

fn range(text: &str) -> Result<Range, String> {
    let wrong =
        "no range; write FROM-TO (bytes, both included), FROM- or OFFSET+LENGTH such as 16MiB+8MiB";
    parse_range(text).ok_or_else(|| wrong.to_owned())
}

fn parse_range(text: &str) -> Option<Range> {
    if let Some((offset, len)) = text.split_once('+') {
        let len = parse_size(len).filter(|len| *len > 0)?;
        return Some(Range {
            offset: parse_size(offset)?,
            len: Some(len),
        });
    }
    let (from, to) = text.split_once('-')?;
    let offset = from.parse().ok()?;
    let len = match to {
        "" => None,
        // Bytes alone: of 0-8MiB nobody knows whether it has a byte more.
        to => Some(
            to.parse::<u64>()
                .ok()?
                .checked_sub(offset)?
                .checked_add(1)?,
        ),
    };
    Some(Range { offset, len })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;

    #[test]
    fn ranges_are_what_they_look_like() {
        let range = |offset, len| Some(Range { offset, len });
        assert_eq!(parse_range("0-9"), range(0, Some(10)));
        assert_eq!(parse_range("5-5"), range(5, Some(1)));
        assert_eq!(parse_range("5-"), range(5, None));
        assert_eq!(parse_range("1KiB+2KiB"), range(1024, Some(2048)));
        for wrong in ["", "-", "-5", "9-5", "0-8MiB", "5", "1+0", "+", "a-b"] {
            assert_eq!(parse_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn files_stand_anywhere_between_the_options() {
        let line = [
            "mopup",
            "put-part",
            "s3://b/k",
            "--upload-id",
            "-x",
            "f.1",
            "--overwrite",
            "f.2",
            "--numbers-from-names",
        ];
        let cli = Cli::try_parse_from(line).unwrap();
        let Some(Command::PutPart(put)) = cli.command else {
            panic!("not a part");
        };
        assert_eq!(put.files, [PathBuf::from("f.1"), PathBuf::from("f.2")]);
        assert_eq!(put.upload_id, "-x");
        assert!(put.overwrite && put.numbers_from_names);
        let both = ["--part-number=1", "--numbers-from-names"];
        let line = ["mopup", "put-part", "s3://b/k", "f", "--upload-id=x"];
        assert!(Cli::try_parse_from(line.iter().chain(&both)).is_err());
        assert!(Cli::try_parse_from(&line[..3]).is_err());
    }
}
