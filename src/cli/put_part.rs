//! `mopup put-part`: single parts of an upload from files, by number.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::sends::{self, About, Teller, key};
use super::session::Session;
use crate::model::Target;
use crate::model::human::{self, escape};
use crate::model::orphan::{Keys, Placement, Placing};
use crate::model::placing::number_in;
use crate::model::send::{Access, Pace};
use crate::protocol::Command;

pub async fn run(connection: &Connection, args: args::PutPart) -> Result<Exit, Failure> {
    let telling = args.telling;
    let mut session = Session::new(connection)?;
    if session.read_only {
        return Err(sends::read_only("leave out --read-only"));
    }
    let placing = placing(args, &session)?;
    let mut teller = Teller::new(telling, session.clock.clone());
    teller.puts(about(&placing), files(&placing));
    match session.connect().await {
        Err(Failure::Fault(fault)) => {
            teller.failed(&fault);
            return teller.finish(false);
        }
        connected => connected?,
    }
    let way = session.endpoint.as_deref();
    key::check_way(placing.keys.access.customer_key.as_ref(), way)?;
    teller.start(&start(&placing));
    let place = |job| Command::Place {
        job,
        placing: Box::new(placing),
    };
    let (_, interrupted) = sends::drive(&mut session, place, &mut teller).await?;
    teller.finish(interrupted)
}

fn placing(args: args::PutPart, session: &Session) -> Result<Placing, Failure> {
    if args.address.key.is_empty() {
        return usage(format!(
            "'{}' names no key: write s3://BUCKET/KEY",
            escape(&args.address.to_string())
        ));
    }
    let pieces = pieces(&args)?;
    let customer_key = key::read(&args.key.into())?;
    let defaults = &session.upload;
    Ok(Placing {
        target: Target {
            bucket: args.address.bucket,
            key: args.address.key,
            upload_id: args.upload_id,
        },
        keys: Keys {
            access: Access {
                customer_key,
                expected_owner: args.expected_bucket_owner,
            },
            customer_key_from: None,
        },
        pieces,
        overwrite: args.overwrite,
        include_active: args.include_active,
        signing: args.payload_signing.map_or(defaults.signing, Into::into),
        pace: Pace {
            limit: args.pace.limit_rate.or(defaults.pace.limit),
            width: args.pace.width,
        },
    })
}

/// Which file, or what of it, becomes which part.
fn pieces(args: &args::PutPart) -> Result<Vec<Placement>, Failure> {
    if args.range.is_some() && args.files.len() > 1 {
        return usage(
            "--range is a stretch of one file; put the others with commands of their own",
        );
    }
    let mut pieces: Vec<Placement> = Vec::with_capacity(args.files.len());
    for (index, file) in args.files.iter().enumerate() {
        let shown = file.display().to_string();
        let number = match args.part_number {
            Some(first) => u32::try_from(index)
                .ok()
                .and_then(|nth| first.checked_add(nth)),
            None if args.numbers_from_names => Some(named(file)?),
            None => {
                return usage(
                    "which part is it? use --part-number N, or --numbers-from-names for files such as sailbot.mp4.001",
                );
            }
        };
        let number = number.unwrap_or(u32::MAX);
        if let Some(other) = pieces.iter().find(|other| other.number == number) {
            let other = other.file.display().to_string();
            return usage(format!(
                "{} and {} are both part {number}",
                escape(&other),
                escape(&shown)
            ));
        }
        pieces.push(Placement {
            number,
            file: file.clone(),
            offset: args.range.map_or(0, |range| range.offset),
            len: args.range.and_then(|range| range.len),
        });
    }
    Ok(pieces)
}

fn named(file: &Path) -> Result<u32, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    match number_in(&name) {
        Some(0) => usage(format!(
            "{} ends in 0, and parts are numbered from 1: put the files in their order with --part-number 1",
            escape(&name)
        )),
        Some(number) => Ok(number),
        None => usage(format!(
            "{} ends in no number that stands apart, such as sailbot.mp4.001; use --part-number",
            escape(&name)
        )),
    }
}

fn usage<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Usage(text.into()))
}

fn about(placing: &Placing) -> About {
    let Target {
        bucket,
        key,
        upload_id,
    } = placing.target.clone();
    About {
        bucket,
        key,
        upload_id: Some(upload_id),
        source: what(placing),
        journal: None,
    }
}

fn files(placing: &Placing) -> BTreeMap<u32, String> {
    let pieces = placing.pieces.iter();
    pieces
        .map(|piece| (piece.number, piece.file.display().to_string()))
        .collect()
}

fn what(placing: &Placing) -> String {
    match placing.pieces.as_slice() {
        [piece] => piece.file.display().to_string(),
        pieces => format!("{} files", human::count(pieces.len() as u64)),
    }
}

fn start(placing: &Placing) -> String {
    let what = what(placing);
    let (bucket, key) = (escape(&placing.target.bucket), escape(&placing.target.key));
    format!(
        "putting {} into upload {} of s3://{bucket}/{key}",
        escape(&what),
        escape(&placing.target.upload_id)
    )
}
