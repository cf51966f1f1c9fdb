//! `mopup lifecycle show`.

use std::io::{self, IsTerminal, Write};

use super::record::Told;
use super::{bucket_of, cover_in_words, look, rules_in_words};
use crate::cli::args::Connection;
use crate::cli::args::lifecycle::Show;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Format, Printer, complain};
use crate::cli::session::Session;
use crate::cli::sweep;
use crate::model::human::escape;
use crate::model::lifecycle::{Configuration, Cover};
use crate::protocol::Prevention;

pub(super) async fn run(connection: &Connection, args: Show) -> Result<Exit, Failure> {
    if let Some(address) = &args.address {
        bucket_of(address)?;
    }
    let mut session = Session::new(connection)?;
    let format = if args.json {
        Format::Json
    } else {
        Format::Table
    };
    let addresses: Vec<_> = args.address.iter().cloned().collect();
    if args.xml {
        session.connect().await?;
        return xml(&mut session, &addresses[0].bucket).await;
    }
    let mut printer = Printer::new(format, "buckets", &[])?;
    let scopes = match sweep::open(&mut session, &addresses).await {
        Err(Failure::Fault(fault)) => return printer.end_with(&fault),
        scopes => scopes?,
    };
    let alone = args.address.is_some();
    for scope in &scopes {
        let Some(found) = look(&mut session, &scope.bucket).await? else {
            continue;
        };
        match &found {
            // Of many buckets it is an answer like others; of one it is not what was asked for.
            Prevention::Unsupported(fault) if alone => printer.error(fault),
            Prevention::Denied(fault) | Prevention::Failed(fault) => printer.error(fault),
            _ => {}
        }
        if format == Format::Json {
            printer.record(&Told::new(&scope.bucket, &found))?;
        } else if !alone {
            line(&mut printer, &scope.bucket, &found)?;
        } else if let Prevention::Known(configuration) = &found {
            whole(&mut printer, configuration)?;
        }
        printer.flush()?;
    }
    printer.finish(&[])?;
    Ok(Exit::failed_if(printer.has_errors()))
}

/// One bucket of many.
fn line(printer: &mut Printer, bucket: &str, found: &Prevention) -> Result<(), Failure> {
    let cover = match found {
        Prevention::Known(configuration) => match configuration.cover() {
            Cover::Whole(1) => "all uploads end after 1 day".to_owned(),
            Cover::Whole(days) => format!("all uploads end after {days} days"),
            Cover::Prefixes(prefixes) => {
                let prefixes: Vec<_> = prefixes.iter().map(|prefix| escape(prefix)).collect();
                format!("only under {}", prefixes.join(", "))
            }
            Cover::None => "no rule: orphans can gather".to_owned(),
        },
        Prevention::Denied(_) => "unknown: the right to look is missing".to_owned(),
        Prevention::Unsupported(_) => "the service has no lifecycle rules".to_owned(),
        Prevention::Failed(_) => "unknown: it could not be asked".to_owned(),
    };
    printer.line(&format!("s3://{:<30}  {cover}", escape(bucket)))
}

fn whole(printer: &mut Printer, configuration: &Configuration) -> Result<(), Failure> {
    if configuration.document.is_none() {
        printer.line("there are no lifecycle rules")?;
    }
    for rule in rules_in_words(configuration) {
        printer.line(&rule)?;
    }
    printer.line(&cover_in_words(configuration))
}

/// The configuration itself; on a terminal without what could control it.
async fn xml(session: &mut Session, bucket: &str) -> Result<Exit, Failure> {
    let found = match look(session, bucket).await? {
        Some(Prevention::Known(configuration)) => configuration.document,
        Some(
            Prevention::Denied(fault) | Prevention::Unsupported(fault) | Prevention::Failed(fault),
        ) => return Err(fault.into()),
        None => None,
    };
    let Some(document) = found else {
        complain(&format!("s3://{bucket} has no lifecycle rules"));
        return Ok(Exit::Done);
    };
    let mut out = io::stdout().lock();
    if io::stdout().is_terminal() {
        for line in document.body.lines() {
            writeln!(out, "{}", escape(line))?;
        }
    } else {
        out.write_all(document.body.as_bytes())?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
