//! `mopup abort`: finds the uploads, asks, runs the protocol, and tells what became of each.

mod candidates;
mod report;
mod status;

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::complain;
use super::session::Session;
use super::sweep;
use crate::model::Tally;
use crate::model::human::{self, escape};
use crate::protocol::{AbortPolicy, Command, Fault, Kind, News, Operation, Outcome};

use candidates::Plan;
use report::Report;
use status::Aborting;

pub async fn run(connection: &Connection, args: args::Abort) -> Result<Exit, Failure> {
    check(&args)?;
    let filter = sweep::filter(args.filter.as_deref())?;
    let mut session = Session::new(connection)?;
    if session.read_only && !args.dry_run {
        return Err(read_only().into());
    }
    if !session.has_audit && !args.dry_run {
        return Err(Failure::Other(
            "there is no home directory to keep the audit log in; set HOME or XDG_STATE_HOME"
                .to_owned(),
        ));
    }
    session.connect().await?;
    // Whoever is asked is told what would be lost; with --yes only what the filter needs is looked into.
    let sized = args.dry_run || !args.yes || filter.needs_sizes();
    let found = if args.upload_id.is_empty() {
        candidates::filtered(&mut session, &args.address, &filter, sized).await?
    } else {
        candidates::named(&mut session, &args.address, &args.upload_id, sized).await?
    };
    let plan = Plan::new(
        found.targets,
        found.settled,
        args.include_active,
        session.moment(),
    );
    let mut report = Report::new(!args.upload_id.is_empty(), found.errors);
    if args.dry_run {
        report.plan(&plan);
        return report.print(&plan, args.json);
    }
    if plan.targets.is_empty() {
        return report.print(&plan, args.json);
    }
    if !args.yes {
        confirm(&mut session, &plan).await?;
    }
    let outcome = abort(&mut session, &plan, args.include_active, &mut report).await?;
    if let Outcome::Cancelled { left, .. } = outcome {
        report.leave(left);
    }
    let exit = report.print(&plan, args.json)?;
    match outcome {
        Outcome::Done => Ok(exit),
        Outcome::Failed(fault) => Err(fault.into()),
        Outcome::Cancelled { done, left } => {
            complain(&format!(
                "interrupted; {} uploads were dealt with, {} were not; the same command goes on with them",
                human::count(done),
                human::count(left)
            ));
            Ok(Exit::Interrupted)
        }
    }
}

fn check(args: &args::Abort) -> Result<(), Failure> {
    let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
    if args.upload_id.is_empty() && args.filter.is_none() {
        return usage(
            "abort needs --upload-id ID or --filter EXPR: what lies under an address is never aborted as a whole",
        );
    }
    if args
        .filter
        .as_deref()
        .is_some_and(|text| text.trim().is_empty())
    {
        return usage(
            "the filter is empty, and everything would pass: to mean that, write --filter 'age>=0s'",
        );
    }
    if !args.upload_id.is_empty() && args.address.key.is_empty() {
        return usage("--upload-id needs the upload's key: write s3://BUCKET/KEY");
    }
    if !args.yes && !args.dry_run && !io::stdin().is_terminal() {
        return usage("without a terminal to ask on, abort needs --yes (or --dry-run)");
    }
    Ok(())
}

fn read_only() -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Denied,
        code: None,
        message: "read-only mode refuses every change".to_owned(),
        hint: "leave out --read-only, or use --dry-run".to_owned(),
    }
}

/// Shows what would be lost and has its count typed.
async fn confirm(session: &mut Session, plan: &Plan) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for candidate in plan.doomed() {
        tally.add(&candidate, &session.prices);
    }
    let mut text = format!(
        "{} uploads, {} held, {} a month",
        human::count(tally.rows),
        tally.bytes_text(),
        human::dollars(tally.monthly())
    );
    for candidate in plan.doomed().take(5) {
        let key = escape(candidate.key()).into_owned();
        let _ = write!(text, "\n  s3://{}/{key}", plan.targets.bucket());
    }
    if tally.rows > 5 {
        text.push_str("\n  …");
    }
    let spared = plan.targets.len() as u64 - tally.rows;
    if spared > 0 {
        let _ = write!(
            text,
            "\n{} more show signs of life, or may, and are skipped",
            human::count(spared)
        );
    }
    if tally.rows == 0 {
        text.push_str("\nnothing to ask for");
    }
    writeln!(io::stderr().lock(), "{text}")?;
    if tally.rows == 0 {
        return Ok(());
    }
    write!(io::stderr().lock(), "type {} to abort: ", tally.rows)?;
    io::stderr().lock().flush()?;
    let typed = session.typed("nothing was aborted").await?;
    if typed.trim() == tally.rows.to_string() {
        return Ok(());
    }
    Err(Failure::Other(
        "not confirmed; nothing was aborted".to_owned(),
    ))
}

/// Runs the protocol. The first interrupt cancels and waits for what is in flight, the second does not wait.
async fn abort(
    session: &mut Session,
    plan: &Plan,
    include_active: bool,
    report: &mut Report,
) -> Result<Outcome, Failure> {
    let job = session.job();
    session.worker.send(Command::Abort {
        job,
        targets: plan.targets.clone(),
        policy: AbortPolicy {
            include_active,
            thresholds: session.thresholds,
        },
    });
    let mut status = Aborting::new();
    let mut interrupted = false;
    loop {
        let reports = tokio::select! {
            reports = session.worked.recv(64) => reports,
            () = session.interrupt.heard() => {
                if interrupted {
                    let text = "interrupted; what was in flight may have been aborted";
                    return Err(Failure::Interrupted(text.to_owned()));
                }
                interrupted = true;
                session.worker.send(Command::Cancel(job));
                continue;
            }
        };
        for news in reports.into_iter().filter(|one| one.job == job) {
            match news.news {
                News::Aborted(outcomes) => {
                    for (row, outcome) in outcomes {
                        report.learn(&plan.targets, row, outcome);
                    }
                }
                News::Progress(progress) => status.show(session, &progress, interrupted),
                News::Ended(outcome) => return Ok(outcome),
                _ => {}
            }
        }
    }
}
