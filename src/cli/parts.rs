//! `mopup parts`: the parts of one upload, or the document that completes it.

use serde::Serialize;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::{Format, Printer, time};
use super::sends::key;
use super::session::Session;
use super::sweep::no_such_upload;
use crate::model::human::{self, escape};
use crate::model::send::Access;
use crate::model::{Part, Target};
use crate::protocol::{Command, Kind, News};

const FIELDS: [&str; 6] = [
    "part_number",
    "size",
    "etag",
    "last_modified",
    "checksum",
    "checksum_algorithm",
];

#[derive(Debug, Serialize)]
struct Record<'a> {
    part_number: u32,
    size: u64,
    etag: &'a str,
    last_modified: Option<String>,
    checksum: Option<&'a str>,
    checksum_algorithm: Option<&'a str>,
}

/// A part in the document of `aws s3api complete-multipart-upload`: S3's own names.
#[derive(Debug, Serialize)]
struct Completed {
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(rename = "PartNumber")]
    number: u32,
    #[serde(flatten)]
    checksum: serde_json::Map<String, serde_json::Value>,
}

pub async fn run(connection: &Connection, args: args::Parts) -> Result<Exit, Failure> {
    if args.address.key.is_empty() {
        return Err(Failure::Usage(format!(
            "'{}' names no key: write s3://BUCKET/KEY",
            escape(&args.address.to_string())
        )));
    }
    let access = Access {
        customer_key: key::read(&args.key.into())?,
        expected_owner: args.expected_bucket_owner,
    };
    let mut session = Session::new(connection)?;
    session.connect().await?;
    key::check_way(access.customer_key.as_ref(), session.endpoint.as_deref())?;
    let target = Target {
        bucket: args.address.bucket.clone(),
        key: args.address.key.clone(),
        upload_id: args.upload_id.clone(),
    };
    let read = if args.complete_json {
        complete(&mut session, (target, access)).await
    } else {
        list(&mut session, (target, access), Format::from(args.output)).await
    };
    match read {
        Err(Failure::Fault(fault)) if fault.kind == Kind::UploadGone => {
            Err(no_such_upload(&args.address).into())
        }
        read => read.map(|()| Exit::Done),
    }
}

async fn list(
    session: &mut Session,
    (target, access): (Target, Access),
    format: Format,
) -> Result<(), Failure> {
    let now = session.clock.now();
    // Nothing is printed before the first page: an upload that is not there has no document.
    let mut printer = None;
    let (mut bytes, mut count) = (0, 0);
    let command = |job| Command::Parts {
        job,
        target,
        access,
    };
    let ended = session.run(command, |news| {
        let News::Parts { parts, .. } = news else {
            return Ok(());
        };
        let printer = match &mut printer {
            Some(printer) => printer,
            none => {
                let mut begun = Printer::new(format, "parts", &FIELDS)?;
                if format == Format::Table {
                    begun.text(HEAD)?;
                }
                none.insert(begun)
            }
        };
        for part in &parts {
            bytes += part.size;
            count += 1;
            if format == Format::Table {
                printer.line(&line(part, now))?;
            } else {
                printer.record(&record(part))?;
            }
        }
        printer.flush()
    });
    let ended = ended.await;
    let Some(mut printer) = printer else {
        return ended;
    };
    match &ended {
        Ok(()) if format == Format::Table => {
            let parts = human::count(count);
            printer.line(&format!("{parts} parts, {}", human::size(bytes)))?;
        }
        Ok(()) => {}
        Err(Failure::Fault(fault)) => printer.remember(fault),
        Err(Failure::Interrupted(told)) => printer.interrupt(told),
        Err(_) => return ended,
    }
    printer.finish(&[])?;
    ended
}

const HEAD: &str = "  PART        SIZE   UPLOADED  ETAG\n";

fn line(part: &Part, now: crate::model::Timestamp) -> String {
    let uploaded = part
        .last_modified
        .map_or("-".to_owned(), |at| human::age(now.since(at)) + " ago");
    format!(
        "{:>6}  {:>10}  {uploaded:>9}  {}",
        human::count(part.number.into()),
        human::size(part.size),
        escape(&part.etag)
    )
}

fn record(part: &Part) -> Record<'_> {
    Record {
        part_number: part.number,
        size: part.size,
        etag: &part.etag,
        last_modified: time(part.last_modified),
        checksum: part.checksum.as_ref().map(|sum| sum.value.as_str()),
        checksum_algorithm: part.checksum.as_ref().map(|sum| sum.algorithm.as_str()),
    }
}

async fn complete(
    session: &mut Session,
    (target, access): (Target, Access),
) -> Result<(), Failure> {
    let mut completed = Vec::new();
    let command = |job| Command::Parts {
        job,
        target,
        access,
    };
    let ended = session.run(command, |news| {
        if let News::Parts { parts, .. } = news {
            completed.extend(parts.into_iter().map(|part| {
                Completed {
                    // The service knows ETags in quotes.
                    etag: format!("\"{}\"", part.etag),
                    number: part.number,
                    checksum: part
                        .checksum
                        .map(|sum| (format!("Checksum{}", sum.algorithm), sum.value.into()))
                        .into_iter()
                        .collect(),
                }
            }));
        }
        Ok(())
    });
    ended.await?;
    // Out of order is InvalidPartOrder.
    completed.sort_by_key(|part| part.number);
    let document = serde_json::json!({ "Parts": completed });
    let text = serde_json::to_string_pretty(&document)?;
    super::print(format!("{text}\n").as_bytes())?;
    Ok(())
}
