//! `--dry-run`: what would be sent, how, and what its requests cost.

use std::io::{self, Write};

use serde::Serialize;

use super::estimate::{Estimate, estimate};
use crate::cli::args::Telling;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::model::human::{self, escape};
use crate::model::plan::Limits;
use crate::model::send::Order;
use crate::tasks::expand::{Expanded, Item, LeftOut};

#[derive(Debug, Serialize)]
struct Planned {
    source: String,
    bucket: String,
    key: String,
    bytes: Option<u64>,
    /// 0: in one piece.
    parts: Option<u32>,
    part_size: Option<u64>,
    requests: Option<u64>,
    price_usd: Option<f64>,
    memory_bytes: Option<u64>,
    width: Option<usize>,
    /// Why it cannot be sent.
    refused: Option<String>,
    #[serde(skip)]
    capacity: u64,
}

#[derive(Debug, Serialize)]
struct NotSent {
    source: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Document {
    dry_run: bool,
    files: Vec<Planned>,
    left_out: Vec<NotSent>,
    bytes: u64,
    requests: u64,
    price_usd: f64,
    /// When, after its beginning, the provider ends an upload by itself.
    deadline_seconds: Option<u64>,
}

/// Prints the plan of everything.
pub fn print(
    session: &Session,
    order: &Order,
    survey: &Expanded,
    telling: Telling,
) -> Result<Exit, Failure> {
    let limits = session.provider.as_ref().map(|of| of.limits);
    let limits = limits.unwrap_or_default();
    let document = document(session, order, survey, &limits);
    let text = if telling.json {
        serde_json::to_string(&document)? + "\n"
    } else if telling.jsonl {
        let lines = document.files.iter().map(serde_json::to_string);
        lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n"
    } else {
        text(session, &document)
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let refused = document.files.iter().any(|file| file.refused.is_some());
    Ok(Exit::failed_if(refused || !document.left_out.is_empty()))
}

fn document(session: &Session, order: &Order, survey: &Expanded, limits: &Limits) -> Document {
    let files = survey.items.iter().map(|item| {
        let estimate = estimate(item.size, order, limits, &session.prices);
        planned(order, item, estimate.map_err(|refused| refused.to_string()))
    });
    let files: Vec<Planned> = files.collect();
    let deadline = session.provider.as_ref().and_then(|of| of.abort_after);
    let left_out = survey
        .left_out
        .iter()
        .map(|LeftOut { source, why }| NotSent {
            source: source.shown(),
            reason: why.clone(),
        });
    Document {
        dry_run: true,
        left_out: left_out.collect(),
        bytes: files.iter().filter_map(|file| file.bytes).sum(),
        requests: files.iter().filter_map(|file| file.requests).sum(),
        // The sum of no numbers is -0.
        price_usd: (files.iter().filter_map(|file| file.price_usd)).fold(0.0, std::ops::Add::add),
        deadline_seconds: deadline.map(|after| after.as_secs()),
        files,
    }
}

fn planned(order: &Order, item: &Item, estimate: Result<Estimate, String>) -> Planned {
    let refused = estimate.as_ref().err().cloned();
    let estimate = estimate.ok();
    let of = estimate.as_ref();
    Planned {
        source: item.source.shown(),
        bucket: order.bucket.clone(),
        key: item.key.clone(),
        bytes: item.size,
        parts: of.and_then(|of| of.parts),
        part_size: of.and_then(|of| of.part_size),
        requests: of.and_then(|of| of.requests),
        price_usd: of.and_then(|of| of.price),
        memory_bytes: of.map(|of| of.plan.memory),
        width: of.map(|of| of.plan.width),
        capacity: of.map_or(0, |of| of.capacity),
        refused,
    }
}

fn text(session: &Session, document: &Document) -> String {
    let mut lines: Vec<String> = document.files.iter().map(line).collect();
    for left in &document.left_out {
        let source = escape(&left.source);
        lines.push(format!("left out  {source}  ({})", escape(&left.reason)));
    }
    let memory = document.files.iter().filter_map(|file| file.memory_bytes);
    let held = if document.files.iter().all(|file| file.bytes.is_some()) {
        format!(
            "{}, {}, {}",
            human::size(document.bytes),
            many(document.requests, "request"),
            human::dollars(document.price_usd)
        )
    } else {
        "of unknown size".to_owned()
    };
    lines.push(format!(
        "{}, {held}; {} of memory at most",
        many(document.files.len() as u64, "file"),
        human::size(memory.max().unwrap_or(0))
    ));
    if let Some(provider) = &session.provider
        && let Some(after) = provider.abort_after
    {
        let name = escape(&provider.name);
        let after = human::age(after);
        lines.push(format!(
            "{name} ends an upload by itself {after} after it began, whatever was sent by then"
        ));
    }
    lines.join("\n") + "\n"
}

/// `1 file`, `1,026 files`.
fn many(count: u64, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {word}{s}", human::count(count))
}

fn line(file: &Planned) -> String {
    let source = escape(&file.source);
    let way = format!(
        "{source} → s3://{}/{}",
        escape(&file.bucket),
        escape(&file.key)
    );
    if let Some(why) = &file.refused {
        return format!("refused  {way}  ({})", escape(why));
    }
    let size = file.bytes.map_or_else(
        || format!("up to {}", human::size(file.capacity)),
        human::size,
    );
    let part = human::size(file.part_size.unwrap_or(0));
    let parts = match (file.parts, file.bytes) {
        (Some(0), _) => "in one piece".to_owned(),
        (Some(1), _) => format!("1 part of {part}"),
        (Some(parts), _) => format!("{} parts of {part}", human::count(parts.into())),
        (None, _) => format!("parts of {part}, later larger ones"),
    };
    let requests = file
        .requests
        .map_or("a request each".to_owned(), |requests| {
            let price = human::dollars(file.price_usd.unwrap_or(0.0));
            format!("{}, {price}", many(requests, "request"))
        });
    format!("would send  {size}  {parts}  {requests}  {way}")
}
