//! `mopup lifecycle set`: shows the difference, asks, writes, and tells what is there then.

use std::io::{self, IsTerminal, Write};

use super::record::{Done, Told, line};
use super::{bucket_of, cover_in_words, look, rules_in_words};
use crate::cli::args::Connection;
use crate::cli::args::lifecycle::Set;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{complain, sentence};
use crate::cli::session::Session;
use crate::model::human::escape;
use crate::model::lifecycle::{Change, Configuration, Plan, Proposal, difference, propose};
use crate::protocol::{Command, Fault, Kind, News, Operation, Prevention};

pub(super) async fn run(connection: &Connection, args: Set) -> Result<Exit, Failure> {
    let bucket = bucket_of(&args.address)?.to_owned();
    if !args.yes && !args.dry_run && !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "without a terminal to ask on, lifecycle set needs --yes (or --dry-run)".to_owned(),
        ));
    }
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
    let configuration = match look(&mut session, &bucket).await? {
        Some(Prevention::Known(configuration)) => configuration,
        Some(
            Prevention::Denied(fault) | Prevention::Unsupported(fault) | Prevention::Failed(fault),
        ) => return Err(fault.into()),
        None => Configuration::default(),
    };
    let proposal = Proposal {
        days: args.days,
        prefix: args.prefix.clone(),
    };
    let plan = propose(&configuration, &proposal)
        .map_err(|why| Failure::Other(format!("no rule was made for s3://{bucket}: {why}")))?;
    let mut teller = Teller {
        bucket: &bucket,
        json: args.json,
        lines: changes(&plan)?,
        plan: &plan,
    };
    let Some(change) = plan.change.clone() else {
        let now = Prevention::Known(configuration);
        return teller.end(false, args.dry_run, Some(&now), None);
    };
    if args.dry_run {
        return teller.end(false, true, None, None);
    }
    if !args.yes {
        teller.ask(&mut session).await?;
    }
    let (now, fault) = write(&mut session, &bucket, change).await?;
    teller.end(fault.is_none(), false, now.as_ref(), fault.as_ref())
}

fn changes(plan: &Plan) -> Result<Vec<String>, Failure> {
    let Some(change) = &plan.change else {
        return Ok(Vec::new());
    };
    let before = change.before.as_ref().map(|of| of.body.as_str());
    let lines = difference(before, Some(&change.after.body));
    let lines = lines.map_err(|why| Failure::Other(why.to_string()))?;
    Ok(lines.iter().map(line).collect())
}

/// Writes; what is there then, and why it is not what was wanted.
async fn write(
    session: &mut Session,
    bucket: &str,
    change: Change,
) -> Result<(Option<Prevention>, Option<Fault>), Failure> {
    let mut now = None;
    let written = session.run(
        |job| Command::SetLifecycle {
            job,
            bucket: bucket.to_owned(),
            change: Box::new(change),
        },
        |news| {
            if let News::Lifecycle(prevention) = news {
                now = Some(*prevention);
            }
            Ok(())
        },
    );
    match written.await {
        Ok(()) => Ok((now, None)),
        Err(Failure::Fault(fault)) => Ok((now, Some(fault))),
        Err(Failure::Interrupted(_)) => Err(Failure::Interrupted(format!(
            "interrupted; the rules may have been written: look with `mopup lifecycle show s3://{bucket}`"
        ))),
        Err(failure) => Err(failure),
    }
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

/// What is told, to whom.
struct Teller<'a> {
    bucket: &'a str,
    json: bool,
    /// Of the difference.
    lines: Vec<String>,
    plan: &'a Plan,
}

impl Teller<'_> {
    fn shown(&self) -> Vec<String> {
        let mut text = vec![format!(
            "s3://{}: {}",
            self.bucket,
            escape(&self.plan.words)
        )];
        text.extend(self.lines.iter().map(|line| escape(line).into_owned()));
        let remark = self.plan.remark.as_ref();
        text.extend(remark.map(|remark| format!("note: {}", escape(remark))));
        text
    }

    /// Shows the difference and has a word typed.
    async fn ask(&self, session: &mut Session) -> Result<(), Failure> {
        let mut err = io::stderr().lock();
        for line in self.shown() {
            writeln!(err, "{line}")?;
        }
        write!(err, "type write to have these rules written: ")?;
        err.flush()?;
        drop(err);
        let typed = session.typed("nothing was written").await?;
        if typed.trim() == "write" {
            return Ok(());
        }
        Err(Failure::Other(
            "not confirmed; nothing was written".to_owned(),
        ))
    }

    fn end(
        &mut self,
        written: bool,
        dry_run: bool,
        now: Option<&Prevention>,
        fault: Option<&Fault>,
    ) -> Result<Exit, Failure> {
        if let Some(fault) = fault {
            complain(&sentence(fault));
        }
        let exit = Exit::failed_if(fault.is_some());
        if self.json {
            self.document(written, dry_run, now, fault)?;
            return Ok(exit);
        }
        let mut out = io::stdout().lock();
        if written {
            let words = escape(&self.plan.words);
            writeln!(out, "written and read back: {words}")?;
        } else if fault.is_none() {
            for line in self.shown() {
                writeln!(out, "{line}")?;
            }
        }
        if let Some(Prevention::Known(configuration)) = now {
            if fault.is_some() {
                writeln!(out, "the rules there now:")?;
                for rule in rules_in_words(configuration) {
                    writeln!(out, "  {rule}")?;
                }
            }
            writeln!(out, "{}", cover_in_words(configuration))?;
        }
        if dry_run {
            writeln!(out, "nothing was written (--dry-run)")?;
        }
        out.flush()?;
        Ok(exit)
    }

    fn document(
        &mut self,
        written: bool,
        dry_run: bool,
        now: Option<&Prevention>,
        fault: Option<&Fault>,
    ) -> Result<(), Failure> {
        let change = self.plan.change.as_ref();
        let before = change.and_then(|change| change.before.as_ref());
        let done = Done {
            bucket: self.bucket,
            written,
            dry_run,
            words: &self.plan.words,
            remark: self.plan.remark.as_deref(),
            difference: std::mem::take(&mut self.lines),
            before: before.map(|of| of.body.as_str()),
            after: change.map(|change| change.after.body.as_str()),
            now: now.map(|now| Told::new(self.bucket, now)),
            error: fault.map(Into::into),
        };
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, &done)?;
        writeln!(out)?;
        Ok(())
    }
}
