//! The arguments of `mopup lifecycle`.

use clap::{Args, Subcommand};

use crate::model::Address;

#[derive(Debug, Args)]
pub struct Lifecycle {
    #[command(subcommand)]
    pub what: What,
}

#[derive(Debug, Subcommand)]
pub enum What {
    /// Tell a bucket's lifecycle rules in words, and whether uploads can gather
    Show(Show),
    /// Have a bucket abort uploads some days after they began; keeps every other rule
    Set(Set),
}

#[derive(Debug, Args)]
pub struct Show {
    /// The bucket; one line for every bucket if there is none
    #[arg(value_name = "s3://BUCKET")]
    pub address: Option<Address>,
    /// One JSON document
    #[arg(long, conflicts_with = "xml")]
    pub json: bool,
    /// The configuration as the service sent it
    #[arg(long, requires = "address")]
    pub xml: bool,
}

#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct Set {
    /// The bucket
    #[arg(value_name = "s3://BUCKET")]
    pub address: Address,
    /// Days after an upload began
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub days: u32,
    /// Only uploads whose keys begin so; without it all of the bucket
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub prefix: String,
    /// Show the difference, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

const AFTER: &str = "The rule is put into the configuration that is there; nothing else in it changes. It is \
written only if nobody changed the configuration meanwhile, and read back afterwards.";
