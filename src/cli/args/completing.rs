//! The arguments of `complete`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::sending::{CustomerKeyAgain, account};
use crate::model::Address;

#[derive(Debug, Args)]
#[command(after_help = COMPLETE_AFTER)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
pub struct Complete {
    /// The upload's key
    #[arg(value_name = "s3://BUCKET/KEY")]
    pub address: Address,
    /// The upload's ID; may begin with '-'
    #[arg(
        long,
        value_name = "ID",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub upload_id: String,
    /// Say whether it can be completed, and send nothing
    #[arg(long)]
    pub check: bool,
    /// Make the object of these parts: the JSON document of the AWS CLI, which `mopup parts --complete-json` writes
    #[arg(long, value_name = "FILE", conflicts_with = "keep_parts")]
    pub parts_file: Option<PathBuf>,
    /// Make the object of the parts up to this number, and drop the tail
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub keep_parts: Option<u32>,
    /// The file that the object is meant to be: another size is refused
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Do not overwrite: an object that is there makes it fail
    #[arg(long)]
    pub if_none_match: bool,
    /// Complete also what showed a sign of life within the hour, or may be alive
    #[arg(long)]
    pub include_active: bool,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub expected_bucket_owner: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub key: CustomerKeyAgain,
}

const COMPLETE_AFTER: &str = "First the verdict: can it be completed, what speaks against it, what the object would \
be. Then it asks, looks again, completes, and compares the object with what was foretold. Parts that are not named \
are dropped for good. With --check the exit code is 0 if it can be completed, also where there is something to \
know before, and 1 if it cannot.";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};

    fn complete(line: &[&str]) -> Result<super::Complete, String> {
        let head = ["mopup", "complete", "s3://b/k"];
        let cli =
            Cli::try_parse_from(head.iter().chain(line)).map_err(|error| error.to_string())?;
        match cli.command {
            Some(Command::Complete(complete)) => Ok(*complete),
            other => panic!("no complete: {other:?}"),
        }
    }

    #[test]
    fn an_upload_is_named_and_parts_are_chosen_in_one_way() {
        let named = complete(&["--upload-id", "-x", "--keep-parts=3", "--check"]).unwrap();
        assert_eq!(
            (named.upload_id.as_str(), named.keep_parts),
            ("-x", Some(3))
        );
        for wrong in [
            &[][..],
            &["--upload-id="],
            &["--upload-id=u", "--keep-parts=0"],
            &["--upload-id=u", "--keep-parts=10001"],
            &["--upload-id=u", "--keep-parts=1", "--parts-file=f"],
            &["--upload-id=u", "--expected-bucket-owner=1"],
            &["--upload-id=u", "--sse-c-key-file=f", "--sse-c-key-env=E"],
        ] {
            assert!(complete(wrong).is_err(), "{wrong:?}");
        }
    }
}
