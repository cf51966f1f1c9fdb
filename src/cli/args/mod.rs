//! The arguments, as clap reads them. Decides nothing.

mod completing;
mod copying;
pub mod lifecycle;
mod providers;
mod resuming;
mod sending;
mod serving;
mod watching;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::demo::Throttle;
use crate::model::Address;

pub use completing::Complete;
pub use copying::{CopyObject, CopyWay, PutPart, Range};
pub use resuming::Resume;
pub use sending::{CustomerKeyFrom, Pace, Sse, Stored, Telling, Upload, Uploads, Way};
pub use watching::{Notify, Watch};

/// The multipart uploads in progress of S3 and S3-compatible buckets.
///
/// Without a command: the terminal UI, which needs a terminal.
#[derive(Debug, Parser)]
#[command(name = "mopup", version, max_term_width = 80, after_help = AFTER)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the terminal UI begins
    #[arg(value_name = "s3://BUCKET[/PREFIX]")]
    pub address: Option<Address>,
    /// The terminal UI on an embedded server: no account, no network
    #[arg(long)]
    pub demo: bool,
    #[command(flatten)]
    pub connection: Connection,
}

const AFTER: &str =
    "Exit codes: 0 done, 1 something failed or was refused, 2 wrong usage, 130 interrupted.";

/// How to reach the service. The names are the AWS CLI's; what is not given comes from the environment and
/// the AWS configuration files.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// Profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Region to ask first
    #[arg(long, global = true, value_name = "NAME")]
    pub region: Option<String>,
    /// Endpoint of an S3-compatible service
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Send requests without credentials
    #[arg(long, global = true)]
    pub no_sign_request: bool,
    /// Bucket in the path or in the host name; auto: path for every custom endpoint
    #[arg(long, global = true, value_name = "STYLE", value_enum, default_value_t)]
    pub addressing: AddressingStyle,
    /// Rules of a provider (`mopup providers` lists them), instead of those recognised by the endpoint; its endpoint in --region where none is given
    #[arg(long, global = true, value_name = "NAME", value_parser = providers::Names, hide_possible_values = true)]
    pub provider: Option<String>,
    /// Refuse every change
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Pages of a bucket's uploads asked for at the same time, 1 to 16 (16); 1: one after the other, for a service that can take no more
    #[arg(long, global = true, value_name = "N", value_parser = serving::workers)]
    pub workers: Option<usize>,
    /// Seconds to wait for an answer; 0: for ever
    #[arg(long, global = true, value_name = "SECONDS")]
    pub cli_read_timeout: Option<u64>,
    /// Seconds to wait for a connection; 0: for ever
    #[arg(long, global = true, value_name = "SECONDS")]
    pub cli_connect_timeout: Option<u64>,
    /// Configuration file of mopup itself
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AddressingStyle {
    #[default]
    Auto,
    Path,
    Virtual,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the uploads in progress
    Ls(Ls),
    /// Sum up what they hold: bytes, uploads, cost, oldest
    Du(Du),
    /// List the parts of one upload
    Parts(Parts),
    /// Abort uploads, after looking whether they live
    Abort(Abort),
    /// Complete an upload, whoever began it, after a verdict on it
    Complete(Box<Complete>),
    /// Send files, directories or standard input; survives what breaks
    #[command(visible_alias = "put")]
    Upload(Box<Upload>),
    /// Copy an object within the service, in parts where it is large
    Copy(Box<CopyObject>),
    /// Put single parts into an upload that is there
    PutPart(PutPart),
    /// Go on with an upload that was interrupted, of ours or of another program
    Resume(Box<Resume>),
    /// List our own uploads that were interrupted or ended lately
    Uploads(Uploads),
    /// Watch uploads until they are completed, die or stall
    Watch(Box<Watch>),
    /// Show or set the rules by which a bucket aborts uploads
    Lifecycle(lifecycle::Lifecycle),
    /// Check credentials, endpoint, permissions and quirks; changes nothing unless told to
    Doctor(Doctor),
    /// List what is known of providers: limits, deadlines, regions
    Providers(Providers),
    /// Serve the demo's situation to any S3 client
    DemoServer(DemoServer),
    /// Print a completion script
    Completions {
        /// For this shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// How to print.
#[derive(Debug, Clone, Copy, Default, Args)]
#[group(multiple = false)]
pub struct Output {
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    /// One JSON document a line, as they are found
    #[arg(long)]
    pub jsonl: bool,
    /// Comma-separated values with a header
    #[arg(long)]
    pub csv: bool,
}

/// What the filter language has, for the help of every command that takes one.
macro_rules! filter_help {
    () => {
        "Filters: words match the key, 'quoted' ones with their spaces; key~REGEX; age, idle \
and deadline (time left) (7d, 12h), size (1GiB), parts with < <= = >= >; \
began by UTC date (began>=2026-10-22); state: active, idle, stale, empty, unknown; class: \
initiator: owner: id: bucket:; a - in front turns a term round. All terms must hold.\n\
\x20 age>7d idle>2d size>1GiB parts>=100 state:stale class:STANDARD_IA\n\
\x20 initiator:svc key~'\\.tmp$' -state:active"
    };
}

#[derive(Debug, Args)]
#[command(after_help = filter_help!())]
pub struct Ls {
    /// Where to look; every bucket if there is none
    #[arg(value_name = "s3://BUCKET[/PREFIX]")]
    pub addresses: Vec<Address>,
    /// Only uploads that this filter lets pass, such as 'age>7d size>1GiB -state:active'
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Add parts, bytes, last part, state and deadline; a request for each upload
    #[arg(long)]
    pub sized: bool,
    /// Only uploads of exactly the keys named: where a prefix finds only whole keys (MinIO), nothing else is listed
    #[arg(long, requires = "addresses")]
    pub key: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = filter_help!())]
pub struct Du {
    /// Where to look; every bucket if there is none
    #[arg(value_name = "s3://BUCKET[/PREFIX]")]
    pub addresses: Vec<Address>,
    /// What to group by; the default is bucket without an address, else prefix
    #[arg(long, value_name = "WHAT", value_enum)]
    pub by: Option<GroupBy>,
    /// How many `/` segments below the address make a group
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub depth: usize,
    /// Only uploads that this filter lets pass
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// A summary by bucket in Markdown, to be pasted into a ticket
    #[arg(long, conflicts_with_all = ["Output", "by", "depth"])]
    pub markdown: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    Prefix,
    Initiator,
    Class,
    Bucket,
    State,
    /// Whole UTC days since the uploads were begun
    Age,
}

#[derive(Debug, Args)]
pub struct Parts {
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
    /// Print the document that `aws s3api complete-multipart-upload --multipart-upload` takes
    #[arg(long, conflicts_with = "Output")]
    pub complete_json: bool,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = sending::account)]
    pub expected_bucket_owner: Option<String>,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub key: sending::CustomerKeyAgain,
}

#[derive(Debug, Args)]
#[command(after_help = ABORT_AFTER)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
pub struct Abort {
    /// The key of the uploads that --upload-id names, or where --filter looks
    #[arg(value_name = "s3://BUCKET[/KEY]")]
    pub address: Address,
    /// Abort this upload; may be given again; may begin with '-'
    #[arg(
        long,
        value_name = "ID",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub upload_id: Vec<String>,
    /// Abort every upload that this filter lets pass
    #[arg(
        long,
        value_name = "EXPR",
        allow_hyphen_values = true,
        conflicts_with = "upload_id"
    )]
    pub filter: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Abort also what showed a sign of life within the hour, or may be alive
    #[arg(long)]
    pub include_active: bool,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

const ABORT_AFTER: &str = concat!(
    "What shows a sign of life within the hour is skipped unless --include-active is given. ",
    "A named upload that is skipped makes the exit code 1.\n\n",
    filter_help!()
);

#[derive(Debug, Args)]
#[command(
    after_help = "Permissions on uploads are tried with an upload ID that cannot exist. Exit code 1: something is \
denied or failed."
)]
pub struct Doctor {
    /// The bucket to try permissions on; the first one of the account if there is none
    #[arg(value_name = "s3://BUCKET")]
    pub address: Option<Address>,
    /// Also begin a tiny upload under a random key, send two parts, list them and abort it; leaves nothing behind
    #[arg(long)]
    pub write: bool,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Providers {
    /// Only this one
    #[arg(value_name = "NAME", value_parser = providers::Names, hide_possible_values = true)]
    pub name: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DemoServer {
    /// Port on 127.0.0.1; 0: any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// Serve this many uploads, in one bucket or in those of --buckets, instead of the demo's situation
    #[arg(long, value_name = "N")]
    pub uploads: Option<u32>,
    /// Serve this many buckets in five regions, some of them denied; the uploads are spread over the others
    #[arg(long, value_name = "N", conflicts_with = "arriving",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(crate::demo::situation::MOST_BUCKETS)))]
    pub buckets: Option<u32>,
    /// Serve this many uploads of 10,000 parts that are still arriving
    #[arg(long, value_name = "N", conflicts_with = "uploads")]
    pub arriving: Option<u32>,
    /// Milliseconds that every answer is delayed
    #[arg(long, value_name = "MS", default_value = "0", alias = "latency", value_parser = serving::delay)]
    pub delay: Duration,
    /// Requests a second above which the answer is 503 (slow down), and how many may come at once (as many as RATE)
    #[arg(long, value_name = "RATE[,BURST]", value_parser = serving::throttle)]
    pub throttle: Option<Throttle>,
    /// Keep only lengths and checksums of what is sent: a sink for measuring
    #[arg(long)]
    pub discard: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn upload_ids_may_begin_with_a_hyphen() {
        for ids in [
            &["--upload-id", "-x", "--upload-id=-y"][..],
            &["--upload-id=-x", "--upload-id", "-y"],
        ] {
            let mut line = vec!["mopup", "abort", "s3://b/k"];
            line.extend(ids);
            line.push("--yes");
            let cli = Cli::try_parse_from(line).unwrap();
            let Some(Command::Abort(abort)) = cli.command else {
                panic!("not an abort");
            };
            assert_eq!(abort.upload_id, ["-x", "-y"]);
            assert!(abort.yes);
        }
    }

    #[test]
    fn the_examples_of_the_help_are_filters() {
        let help = filter_help!();
        let (_, examples) = help.split_once('\n').unwrap();
        assert_eq!(examples.lines().count(), 2);
        for example in examples.lines() {
            assert!(crate::model::Filter::parse(example).is_ok(), "{example}");
        }
    }

    #[test]
    fn an_upload_id_is_not_empty() {
        for command in ["parts", "abort", "complete"] {
            let line = ["mopup", command, "s3://b/k", "--upload-id", ""];
            assert!(Cli::try_parse_from(line).is_err(), "{command}");
        }
    }

    #[test]
    fn connection_options_stand_before_and_behind_the_command() {
        for line in [
            ["mopup", "--region", "r", "ls", "s3://b"],
            ["mopup", "ls", "s3://b", "--region", "r"],
        ] {
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(cli.connection.region.as_deref(), Some("r"));
        }
    }

    #[test]
    fn an_address_alone_is_where_the_ui_begins() {
        let cli = Cli::try_parse_from(["mopup", "s3://b/p/"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.address.unwrap().to_string(), "s3://b/p/");
        assert!(Cli::try_parse_from(["mopup", "nonsense"]).is_err());
    }
}
