//! The arguments of `watch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::sending::{CustomerKeyAgain, account, size};
use crate::model::Address;
use crate::model::filter::parse_duration;

#[derive(Debug, Args)]
#[command(after_help = WATCH_AFTER)]
pub struct Watch {
    /// The key of the upload; with --all what the keys begin with
    #[arg(value_name = "s3://BUCKET/KEY")]
    pub address: Address,
    /// The upload's ID; may be given again; may begin with '-'. Not needed for the only one of its key
    #[arg(
        long,
        value_name = "ID",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub upload_id: Vec<String>,
    /// Watch every upload that is in progress there
    #[arg(long, conflicts_with = "upload_id")]
    pub all: bool,
    /// Look this often, such as 5s; without it by the upload's own rhythm
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub interval: Option<Duration>,
    /// Stop with exit code 1 when no part came for so long, such as 10m
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub stall: Option<Duration>,
    /// Bytes of the whole, such as 300GiB: then percent and time left are told
    #[arg(long, value_name = "SIZE", value_parser = size, conflicts_with_all = ["file", "all"])]
    pub size: Option<u64>,
    /// The local file that is being sent: its size is that of the whole
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub file: Option<PathBuf>,
    /// One JSON document a line for each thing that happens
    #[arg(long)]
    pub jsonl: bool,
    /// Have the terminal tell when an upload ends or stalls
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    pub notify: Notify,
    /// The account that must own the bucket, 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub expected_bucket_owner: Option<String>,
    #[command(flatten)]
    pub key: CustomerKeyAgain,
}

/// How the terminal is asked to tell the person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Notify {
    #[default]
    Off,
    /// The bell
    Bell,
    /// OSC 9, as iTerm2, `WezTerm`, Windows Terminal and others know it
    Osc9,
    /// OSC 777, as urxvt, foot, Ghostty and others know it
    Osc777,
}

fn span(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Some(span) if !span.is_zero() => Ok(span),
        _ => Err("write 30s, 15m, 12h or 1d12h".to_owned()),
    }
}

const WATCH_AFTER: &str = "Exit codes: 0 completed; 1 aborted, replaced by another write, or over and not told how, \
no part for longer than --stall, or the upload cannot be looked at; of several uploads 0 only if all were completed; 2 \
wrong usage; 130 interrupted. Without --stall a stall is only told. The size of an upload of our own is known.\n\n\
--jsonl: each line has event, at, bucket, key and upload_id. Events: watching and progress (parts, bytes, size, \
percent, highest_part, missing_parts, out_of_order_parts, resent_parts, first_part, last_part, bytes_per_second, \
average_bytes_per_second, spacing_seconds, quiet_seconds, stalls_at_seconds, pulse, ends_at, deadline, late, \
next_look_seconds, looks, requests, trouble), part and resent (part_number, size, etag, last_modified), stalled and \
gave_up (quiet_seconds), moving, completed and replaced (size, etag, parts, last_modified, version_id), aborted, ended \
(message), failed (operation, target, code, message, hint).";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;

    fn watch(line: &[&str]) -> Result<Watch, String> {
        let head = ["mopup", "watch", "s3://b/k"];
        let cli =
            Cli::try_parse_from(head.iter().chain(line)).map_err(|error| error.to_string())?;
        match cli.command {
            Some(Command::Watch(watch)) => Ok(*watch),
            other => panic!("no watch: {other:?}"),
        }
    }

    #[test]
    fn several_uploads_and_times_are_read_as_people_write_them() {
        let line = [
            "--upload-id",
            "-x",
            "--upload-id=y",
            "--interval",
            "5s",
            "--stall=1h30m",
        ];
        let read = watch(&line).unwrap();
        assert_eq!(read.upload_id, ["-x", "y"]);
        assert_eq!(read.interval, Some(Duration::from_secs(5)));
        assert_eq!(read.stall, Some(Duration::from_mins(90)));
        assert_eq!(read.notify, Notify::Off);
        assert_eq!(
            watch(&["--notify", "osc777"]).unwrap().notify,
            Notify::Osc777
        );
        for wrong in [
            &["--interval", "0s"][..],
            &["--interval", "soon"],
            &["--all", "--upload-id=x"],
            &["--size=1GiB", "--file=f"],
            &["--all", "--size=1GiB"],
            &["--notify=loud"],
            &["--upload-id="],
        ] {
            assert!(watch(wrong).is_err(), "{wrong:?}");
        }
    }
}
