//! `mopup watch`: uploads to their end, so that a script can wait for somebody else's.

mod events;
mod find;
mod live;
mod notify;
mod teller;
mod words;

use std::collections::HashMap;
use std::path::Path;

use tokio::time::{Duration, Instant, sleep_until};

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::complain;
use super::sends::key;
use super::session::Session;
use crate::model::human::escape;
use crate::model::send::Access;
use crate::model::watch::{Ending, Happening, Interval, Watch};
use crate::protocol::{Command, JobId, News, Outcome};

use find::Wish;
use teller::Teller;

/// What is shown is drawn again this often though nothing happens: quiet grows.
const TICK: Duration = Duration::from_secs(1);

pub async fn run(connection: &Connection, args: args::Watch) -> Result<Exit, Failure> {
    if args.address.key.is_empty() && !args.all {
        return Err(Failure::Usage(format!(
            "'{}' names no key: write s3://BUCKET/KEY, or --all for every upload of the bucket",
            escape(&args.address.to_string())
        )));
    }
    let size = match &args.file {
        Some(file) => Some(size_of(file)?),
        None => args.size,
    };
    if size.is_some() && args.upload_id.len() > 1 {
        let text = "--size and --file are of one upload; watch it alone";
        return Err(Failure::Usage(text.to_owned()));
    }
    let access = Access {
        customer_key: key::read(&args::CustomerKeyFrom {
            sse_c_key_file: args.key.sse_c_key_file.clone(),
            sse_c_key_env: args.key.sse_c_key_env.clone(),
        })?,
        expected_owner: args.expected_bucket_owner.clone(),
    };
    let mut session = Session::new(connection)?;
    session.connect().await?;
    key::check_way(access.customer_key.as_ref(), session.endpoint.as_deref())?;
    let wishes = find::find(&mut session, &args).await?;
    if wishes.is_empty() {
        complain(&format!(
            "no upload is in progress at {}",
            escape(&args.address.to_string())
        ));
        return Ok(Exit::Done);
    }
    // A deadline before the end is worth a request.
    session.learn_rules(&args.address.bucket).await?;
    let mut teller = Teller::new(&args, session.clock.clone());
    let mut watched = HashMap::new();
    for wish in wishes {
        let watch = watch(&session, &wish, &access, (size, &args));
        let job = session.job();
        watched.insert(job, teller.add(&watch));
        let watch = Box::new(watch);
        session.worker.send(Command::Watch { job, watch });
    }
    drive(&mut session, watched, &mut teller, args.stall.is_some()).await
}

fn size_of(file: &Path) -> Result<u64, Failure> {
    let shown = file.display();
    let found = std::fs::metadata(file)
        .map_err(|error| Failure::Other(format!("{shown} cannot be looked at: {error}")))?;
    if found.is_file() {
        return Ok(found.len());
    }
    Err(Failure::Usage(format!("{shown} is no file")))
}

fn watch(
    session: &Session,
    wish: &Wish,
    access: &Access,
    (size, args): (Option<u64>, &args::Watch),
) -> Watch {
    let initiated = wish.listed.as_ref().and_then(|upload| upload.initiated);
    Watch {
        target: wish.target.clone(),
        access: access.clone(),
        initiated,
        size,
        deadline: session.deadline(&wish.target.bucket, (&wish.target.key, initiated), None),
        interval: args.interval.map_or(Interval::Adaptive, Interval::Every),
        stall: args.stall,
    }
}

/// Tells what happens until all are over. `gives_up`: a stall ends the watching of that upload.
async fn drive(
    session: &mut Session,
    mut watched: HashMap<JobId, usize>,
    teller: &mut Teller,
    gives_up: bool,
) -> Result<Exit, Failure> {
    let mut all_completed = true;
    let mut tick = Instant::now() + TICK;
    while !watched.is_empty() {
        let reports = tokio::select! {
            reports = session.worked.recv(64) => reports,
            () = session.interrupt.heard() => {
                teller.interrupted()?;
                return Err(Failure::Interrupted("interrupted; the uploads go on".to_owned()));
            }
            () = sleep_until(tick) => {
                tick = Instant::now() + TICK;
                teller.tick()?;
                continue;
            }
        };
        for report in reports {
            let Some(at) = watched.get(&report.job).copied() else {
                continue;
            };
            match report.news {
                News::Vitals(vitals) => teller.vitals(at, *vitals)?,
                News::Happened(Happening::Stalled(quiet)) if gives_up => {
                    all_completed = false;
                    watched.remove(&report.job);
                    session.worker.send(Command::Cancel(report.job));
                    teller.gave_up(at, quiet)?;
                }
                News::Happened(happening) => {
                    if let Happening::Ended(ending) = &happening {
                        all_completed &= matches!(ending, Ending::Completed(_));
                    }
                    teller.happened(at, &happening)?;
                }
                News::Ended(outcome) => {
                    watched.remove(&report.job);
                    if let Outcome::Failed(fault) = outcome {
                        all_completed = false;
                        teller.failed(at, &fault)?;
                    }
                }
                _ => {}
            }
        }
        teller.flush()?;
    }
    Ok(Exit::failed_if(!all_completed))
}
