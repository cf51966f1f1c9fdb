//! `mopup copy`: a copy within the service, or what it would take.

mod rehearse;

use super::args::{self, Connection};
use super::connect;
use super::failure::{Exit, Failure};
use super::sends::{self, Teller, key};
use super::session::Session;
use super::upload::options;
use crate::model::copy::{CopyOptions, CopyOrder, ObjectRef};
use crate::model::human::escape;
use crate::model::plan::Wish;
use crate::model::send::{CustomerKey, Defaults, KeySource, Pace};
use crate::protocol::Command;

pub async fn run(connection: &Connection, args: args::CopyObject) -> Result<Exit, Failure> {
    let (telling, dry_run) = (args.telling, args.dry_run);
    let mut session = Session::new(connection)?;
    if session.read_only && !dry_run {
        return Err(sends::read_only("leave out --read-only, or use --dry-run"));
    }
    let (order, keys) = order(args, &session.upload)?;
    let mut teller = Teller::new(telling, session.clock.clone());
    match session.connect().await {
        Err(Failure::Fault(fault)) => {
            teller.failed(&fault);
            return teller.finish(false);
        }
        connected => connected?,
    }
    let way = session.endpoint.as_deref();
    for key in [&keys.source, &keys.own] {
        key::check_way(key.as_ref(), way)?;
    }
    if dry_run {
        return rehearse::run(&mut session, &order, keys.source, telling).await;
    }
    if connect::journal_path().is_none() {
        teller.note(
            "there is no home directory to record uploads in, so that this copy cannot be gone on with if it is interrupted; set HOME or XDG_STATE_HOME",
        );
    }
    teller.start(&format!(
        "copying {} to s3://{}/{}",
        escape(&order.from.shown()),
        escape(&order.bucket),
        escape(&order.whole_key())
    ));
    let copy = |job| Command::Copy {
        job,
        order: Box::new(order),
    };
    let (_, interrupted) = sends::drive(&mut session, copy, &mut teller).await?;
    teller.finish(interrupted)
}

/// The SSE-C keys, read so that a wrong one is told before anything is asked.
struct Keys {
    source: Option<CustomerKey>,
    own: Option<CustomerKey>,
}

fn order(args: args::CopyObject, defaults: &Defaults) -> Result<(CopyOrder, Keys), Failure> {
    if args.from.key.is_empty() {
        return Err(Failure::Usage(format!(
            "'{}' names no object: write s3://BUCKET/KEY",
            escape(&args.from.to_string())
        )));
    }
    let own: args::CustomerKeyFrom = args.key;
    let source: args::CustomerKeyFrom = args.source_key.into();
    let keys = Keys {
        source: key::read(&source)?,
        own: key::read(&own)?,
    };
    let from = ObjectRef {
        bucket: args.from.bucket,
        key: args.from.key,
        version_id: args.version_id,
    };
    // What uploads begin with is not meant for what has a storage class already.
    let set = options(&args.stored, &Defaults::default())?;
    let way = &args.way;
    let order = CopyOrder {
        options: CopyOptions {
            set,
            replace_metadata: args.replace_metadata,
            replace_tags: args.replace_tags,
        },
        expected_owner: args.stored.expected_bucket_owner,
        source_owner: args.source_owner,
        source_key_from: from_where(source),
        customer_key_from: from_where(own),
        if_none_match: args.if_none_match,
        wish: Wish {
            part_size: way.part_size,
            threshold: way.multipart_threshold.unwrap_or(defaults.wish.threshold),
            multipart: way.multipart,
            width: way.width,
        },
        checksum: way.checksum.map_or(defaults.checksum, Into::into),
        pace: Pace::default(),
        ..CopyOrder::new(from, &args.to.bucket, &args.to.key)
    };
    Ok((order, keys))
}

fn from_where(key: args::CustomerKeyFrom) -> Option<KeySource> {
    let file = key.sse_c_key_file.map(KeySource::File);
    file.or_else(|| key.sse_c_key_env.map(KeySource::Variable))
}
