//! `mopup uploads`: what the journals know of our own uploads; ends one on request.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::args::{self, Connection, Telling};
use super::failure::{Exit, Failure};
use super::output::{Format, Printer, time};
use super::sends::{self, Teller};
use super::session::Session;
use super::{ours, resume};
use crate::journal::{Entry, State};
use crate::model::human::{self, escape};
use crate::model::send::Encryption;
use crate::protocol::Command;

const FIELDS: [&str; 18] = [
    "id",
    "begun",
    "status",
    "detail",
    "source",
    "bucket",
    "key",
    "upload_id",
    "stored_bytes",
    "total_bytes",
    "parts_done",
    "parts",
    "part_size",
    "deadline",
    "endpoint",
    "region",
    "profile",
    "needs_sse_c_key",
];

#[derive(Debug, Serialize)]
struct Record<'a> {
    id: &'a str,
    begun: Option<String>,
    status: &'static str,
    detail: Option<String>,
    source: Option<String>,
    bucket: Option<&'a str>,
    key: Option<&'a str>,
    upload_id: Option<&'a str>,
    stored_bytes: Option<u64>,
    total_bytes: Option<u64>,
    parts_done: Option<usize>,
    parts: Option<u32>,
    part_size: Option<u64>,
    deadline: Option<String>,
    endpoint: Option<&'a str>,
    region: Option<&'a str>,
    profile: Option<&'a str>,
    needs_sse_c_key: Option<bool>,
}

pub async fn run(connection: &Connection, args: args::Uploads) -> Result<Exit, Failure> {
    match &args.discard {
        Some(job) => discard(connection, job, &args).await,
        None => list(args.output).await,
    }
}

async fn list(output: args::Output) -> Result<Exit, Failure> {
    let mut printer = Printer::new(Format::from(output), "uploads", &FIELDS)?;
    for entry in &ours::all().await? {
        let record = record(entry);
        if printer.format() != Format::Table {
            printer.record(&record)?;
            continue;
        }
        if printer.count() == 0 {
            printer.text(HEAD)?;
        }
        printer.line(&line(&record))?;
    }
    printer.finish(&[])?;
    Ok(Exit::Done)
}

const HEAD: &str = "ID                    BEGUN                 STATUS            STORED  UPLOAD\n";

fn line(record: &Record<'_>) -> String {
    let stored = match (record.stored_bytes, record.total_bytes) {
        (Some(stored), Some(total)) if record.status != "stored" => {
            format!("{} of {}", human::size(stored), human::size(total))
        }
        (Some(stored), _) => human::size(stored),
        (None, _) => "-".to_owned(),
    };
    let mut upload = match (record.bucket, record.key, &record.source) {
        (Some(bucket), Some(key), Some(source)) => {
            let source = escape(source);
            format!("{source} → s3://{}/{}", escape(bucket), escape(key))
        }
        _ => String::new(),
    };
    if let Some(detail) = &record.detail {
        upload.push_str(&format!("  ({})", escape(detail)));
    }
    let begun = record.begun.as_deref().unwrap_or("-");
    format!(
        "{:<20}  {begun:<20}  {:<10}  {stored:>12}  {}",
        escape(record.id),
        record.status,
        upload.trim_start()
    )
}

/// Bytes of the parts that were recorded as stored.
fn stored(state: &State) -> u64 {
    state.parts.values().map(|part| part.size).sum()
}

fn record(entry: &Entry) -> Record<'_> {
    let standing = ours::standing(entry);
    let state = entry.state.as_ref().ok();
    let recipe = state.map(|state| &state.recipe);
    let begun = state.and_then(|state| state.begun.as_ref());
    let to = recipe.map(|recipe| &recipe.destination);
    Record {
        id: &entry.id,
        begun: time(recipe.map(|recipe| recipe.created)),
        status: ours::word(&standing),
        detail: ours::detail(&standing).map(str::to_owned),
        source: state.map(ours::source),
        bucket: recipe.map(|recipe| recipe.bucket.as_str()),
        key: recipe.map(|recipe| recipe.key.as_str()),
        upload_id: begun.map(|begun| begun.upload_id.as_str()),
        stored_bytes: state.map(stored),
        total_bytes: recipe.and_then(|recipe| recipe.layout.total),
        parts_done: state.map(|state| state.parts.len()),
        parts: recipe.and_then(|recipe| recipe.layout.count()),
        part_size: recipe.map(|recipe| recipe.layout.part_size),
        deadline: time(begun.and_then(|begun| begun.deadline)),
        endpoint: to.and_then(|to| to.endpoint.as_deref()),
        region: to.and_then(|to| to.region.as_deref()),
        profile: to.and_then(|to| to.profile.as_deref()),
        needs_sse_c_key: recipe.map(|recipe| recipe.options.encryption == Encryption::Customer),
    }
}

/// Aborts an upload at the service and ends its journal.
async fn discard(
    connection: &Connection,
    job: &str,
    args: &args::Uploads,
) -> Result<Exit, Failure> {
    if !args.yes && !io::stdin().is_terminal() {
        let text = "without a terminal to ask on, --discard needs --yes";
        return Err(Failure::Usage(text.to_owned()));
    }
    if connection.read_only || super::connect::settings(connection)?.read_only {
        return Err(sends::read_only("leave out --read-only"));
    }
    let entry = ours::one(job).await?;
    let state = resume::usable(&entry)?;
    let way = ours::way(connection, &state.recipe.destination);
    let mut session = Session::new(&way)?;
    if !args.yes {
        confirm(&mut session, &entry, state).await?;
    }
    let telling = Telling {
        json: args.output.json,
        jsonl: args.output.jsonl,
        quiet: false,
    };
    let mut teller = Teller::new(telling, session.clock.clone());
    teller.about(ours::about(&entry.id, state));
    let id = entry.id.clone();
    let discard = |job| Command::Discard { job, id };
    let (_, interrupted) = sends::drive(&mut session, discard, &mut teller).await?;
    teller.finish(interrupted)
}

async fn confirm(session: &mut Session, entry: &Entry, state: &State) -> Result<(), Failure> {
    let recipe = &state.recipe;
    writeln!(
        io::stderr().lock(),
        "{} → s3://{}/{}, begun {}: {} in {} parts are stored and would be lost",
        escape(&ours::source(state)),
        escape(&recipe.bucket),
        escape(&recipe.key),
        human::utc(recipe.created),
        human::size(stored(state)),
        human::count(state.parts.len() as u64)
    )?;
    let id = escape(&entry.id);
    write!(io::stderr().lock(), "type yes to abort {id}: ")?;
    io::stderr().lock().flush()?;
    match session.typed("nothing was aborted").await?.trim() {
        "yes" => Ok(()),
        _ => Err(Failure::Other(
            "not confirmed; nothing was aborted".to_owned(),
        )),
    }
}
