//! `mopup lifecycle`: what buckets do against orphans, and a rule more.

mod record;
mod set;
mod show;

use super::args::Connection;
use super::args::lifecycle::{Lifecycle, What};
use super::failure::{Exit, Failure};
use super::session::Session;
use crate::model::Address;
use crate::model::human::escape;
use crate::model::lifecycle::{Configuration, Cover};
use crate::protocol::{Command, News, Prevention, Urgency};

pub async fn run(connection: &Connection, args: Lifecycle) -> Result<Exit, Failure> {
    match args.what {
        What::Show(args) => show::run(connection, args).await,
        What::Set(args) => set::run(connection, args).await,
    }
}

/// A bucket, and nothing below it.
fn bucket_of(address: &Address) -> Result<&str, Failure> {
    if address.key.is_empty() {
        return Ok(&address.bucket);
    }
    Err(Failure::Usage(format!(
        "lifecycle rules belong to a bucket: write s3://{}, and the prefix of a rule with --prefix",
        address.bucket
    )))
}

/// What the bucket does against orphans.
async fn look(session: &mut Session, bucket: &str) -> Result<Option<Prevention>, Failure> {
    let mut found = None;
    let asked = session.run(
        |job| Command::Lifecycle {
            job,
            bucket: bucket.to_owned(),
            urgency: Urgency::Visible,
        },
        |news| {
            if let News::Lifecycle(prevention) = news {
                found = Some(*prevention);
            }
            Ok(())
        },
    );
    asked.await?;
    Ok(found)
}

/// Whether orphans can gather, in one sentence.
fn cover_in_words(configuration: &Configuration) -> String {
    match configuration.cover() {
        Cover::Whole(1) => "uploads end at the latest 1 day after they began".to_owned(),
        Cover::Whole(days) => format!("uploads end at the latest {days} days after they began"),
        Cover::Prefixes(prefixes) => {
            let prefixes: Vec<_> = prefixes.iter().map(|prefix| escape(prefix)).collect();
            format!(
                "orphans can gather: only uploads under {} end by a rule",
                prefixes.join(", ")
            )
        }
        Cover::None => "orphans can gather: no rule ends uploads".to_owned(),
    }
}

/// A line for each rule, in words.
fn rules_in_words(configuration: &Configuration) -> Vec<String> {
    let lines = configuration.rules.iter().map(|rule| {
        let id = if rule.id.is_empty() {
            "(no ID)".to_owned()
        } else {
            escape(&rule.id).into_owned()
        };
        format!("{id}: {}", escape(&rule.words))
    });
    lines.collect()
}
