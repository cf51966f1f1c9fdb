//! `mopup upload`: checks what is asked for, sends it, and tells what became of each file.

mod estimate;
mod order;
mod rehearse;

use super::args::{self, Connection};
use super::connect;
use super::failure::{Exit, Failure};
use super::output::{complain, sentence};
use super::sends::{self, Teller, key};
use super::session::Session;
use crate::model::human::{self, escape};
use crate::model::plan::Refused;
use crate::model::send::Order;
use crate::protocol::Command;
use crate::tasks::expand::{expand, named};

use estimate::estimate;

pub use order::options;

pub async fn run(connection: &Connection, args: args::Upload) -> Result<Exit, Failure> {
    let (telling, dry_run) = (args.telling, args.dry_run);
    let mut session = Session::new(connection)?;
    if session.read_only && !dry_run {
        return Err(sends::read_only("leave out --read-only, or use --dry-run"));
    }
    let order = order::order(args, &session.upload)?;
    if dry_run {
        return rehearse(&mut session, &order, telling).await;
    }
    let mut teller = Teller::new(telling, session.clock.clone());
    match session.connect().await {
        Err(Failure::Fault(fault)) => {
            teller.failed(&fault);
            return teller.finish(false);
        }
        connected => connected?,
    }
    let way = session.endpoint.as_deref();
    key::check_way(order.access.customer_key.as_ref(), way)?;
    check_plans(&session, &order)?;
    if connect::journal_path().is_none() {
        teller.note(
            "there is no home directory to record uploads in, so that this one cannot be gone on with if it is interrupted; set HOME or XDG_STATE_HOME",
        );
    }
    teller.start(&start(&order));
    let send = |job| Command::Send {
        job,
        order: Box::new(order),
    };
    let (_, interrupted) = sends::drive(&mut session, send, &mut teller).await?;
    teller.finish(interrupted)
}

/// Prints the plan; without a connection, with the limits of the provider that was named, or S3's own.
async fn rehearse(
    session: &mut Session,
    order: &Order,
    telling: args::Telling,
) -> Result<Exit, Failure> {
    match session.connect().await {
        Err(Failure::Fault(fault)) => {
            let limits = session.provider.as_ref().map_or("S3", |of| &of.name);
            let told = sentence(&fault);
            complain(&format!(
                "{told}; the limits of {} are taken",
                escape(limits)
            ));
        }
        connected => connected?,
    }
    let walked = order.clone();
    let walk = tokio::task::spawn_blocking(move || expand(&walked));
    let survey = tokio::select! {
        survey = walk => survey,
        () = session.interrupt.heard() => {
            return Err(Failure::Interrupted("interrupted; nothing was sent".to_owned()));
        }
    };
    let survey = survey.map_err(|error| Failure::Other(error.to_string()))?;
    rehearse::print(session, order, &survey, telling)
}

/// Refuses what cannot fit before the first byte is sent.
fn check_plans(session: &Session, order: &Order) -> Result<(), Failure> {
    let limits = session.provider.as_ref().map(|of| of.limits);
    let limits = limits.unwrap_or_default();
    for item in named(order).items {
        if let Err(refused) = estimate(item.size, order, &limits, &session.prices) {
            let source = item.source.shown();
            let text = format!("{} cannot be sent: {refused}", escape(&source));
            return Err(match refused {
                Refused::TooLarge { .. } => Failure::Other(text),
                _ => Failure::Usage(text),
            });
        }
    }
    Ok(())
}

fn start(order: &Order) -> String {
    let what = match order.sources.as_slice() {
        [source] => escape(&source.shown()).into_owned(),
        sources => format!("{} sources", human::count(sources.len() as u64)),
    };
    let (bucket, key) = (escape(&order.bucket), escape(&order.key));
    format!("sending {what} to s3://{bucket}/{key}")
}
