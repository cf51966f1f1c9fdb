//! `mopup doctor`: who we are, what we may do, and how the server misbehaves. Creates nothing unless `--write` is
//! given, and then leaves nothing behind.
//!
//! The engine examines; here it is printed.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::time;
use super::session::Session;
use crate::model::examination::{Check, Checkup, Examination, LEFT};
use crate::model::human::escape;
use crate::protocol::{Command, Fault, Kind, News, Operation, Outcome};

#[derive(Debug, Serialize)]
struct Document<'a> {
    profile: Option<&'a str>,
    region: Option<&'a str>,
    endpoint: Option<&'a str>,
    provider: Option<&'a str>,
    credentials_from: Option<&'a str>,
    access_key_tail: Option<&'a str>,
    credentials_expire: Option<String>,
    read_only: bool,
    /// The one whose permissions were tried.
    bucket: Option<&'a str>,
    checks: Vec<Line<'a>>,
    /// A minimal policy; null while no bucket is known.
    policy: Option<serde_json::Value>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    check: &'static str,
    status: &'static str,
    iam_action: Option<&'static str>,
    detail: &'a str,
    /// What is done about it, or what to do; null if nothing.
    remedy: Option<&'a str>,
}

pub async fn run(connection: &Connection, args: args::Doctor) -> Result<Exit, Failure> {
    let mut session = Session::new(connection)?;
    if args.write && session.read_only {
        return Err(Failure::Fault(Fault {
            operation: Operation::Local,
            target: String::new(),
            kind: Kind::Denied,
            code: None,
            message: "read-only mode: --write begins an upload".to_owned(),
            hint: "leave out --write or --read-only".to_owned(),
        }));
    }
    let checkup = Checkup {
        bucket: args.address.map(|address| address.bucket),
        write: args.write,
    };
    let found = examine(&mut session, checkup).await?;
    let text = if args.json {
        serde_json::to_string_pretty(&document(&found, session.read_only)?)? + "\n"
    } else {
        table(&found)
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::failed_if(found.is_ill()))
}

/// Runs the job to its end. An interrupt stops it, and it is waited for: it may have an upload to remove.
async fn examine(session: &mut Session, checkup: Checkup) -> Result<Examination, Failure> {
    let mut found = Examination::default();
    let job = session.job();
    session.worker.send(Command::Examine { job, checkup });
    let mut interrupted = false;
    loop {
        let reports = tokio::select! {
            reports = session.worked.recv(64) => reports,
            () = session.interrupt.heard() => {
                if interrupted {
                    return Err(forced(&found));
                }
                interrupted = true;
                session.worker.send(Command::Cancel(job));
                continue;
            }
        };
        for report in reports.into_iter().filter(|report| report.job == job) {
            match report.news {
                News::Examined(newer) => found = *newer,
                News::Ended(Outcome::Failed(fault)) => return Err(fault.into()),
                News::Ended(_) if interrupted => return Err(stopped(&found)),
                News::Ended(_) => return Ok(found),
                _ => {}
            }
        }
    }
}

/// What is said after a second interrupt, which does not wait until nothing is left.
fn forced(found: &Examination) -> Failure {
    match &found.begun {
        Some(begun) => {
            let (detail, remedy) = (escape(&begun.detail), escape(&begun.remedy));
            Failure::Interrupted(format!(
                "interrupted before it was removed: {detail}; {remedy}"
            ))
        }
        None => stopped(found),
    }
}

/// What is said after an interrupt: above all what is left.
fn stopped(found: &Examination) -> Failure {
    let left = found.checks.iter().find(|check| check.name == LEFT);
    let told = left.map_or_else(
        || "interrupted".to_owned(),
        |check| {
            let (detail, remedy) = (escape(&check.detail), escape(&check.remedy));
            format!("interrupted; left behind: {detail}; {remedy}")
        },
    );
    Failure::Interrupted(told)
}

fn document(found: &Examination, read_only: bool) -> Result<Document<'_>, Failure> {
    let setting = &found.setting;
    let policy = Some(found.policy.as_str()).filter(|policy| !policy.is_empty());
    Ok(Document {
        profile: setting.profile.as_deref(),
        region: setting.region.as_deref(),
        endpoint: setting.endpoint.as_deref(),
        provider: setting.provider.as_deref(),
        credentials_from: setting.credentials_from.as_deref(),
        access_key_tail: setting.access_key_tail.as_deref(),
        credentials_expire: time(setting.credentials_expire),
        read_only,
        bucket: found.bucket.as_deref(),
        checks: found.checks.iter().map(line).collect(),
        policy: policy.map(serde_json::from_str).transpose()?,
    })
}

fn line(check: &Check) -> Line<'_> {
    Line {
        check: check.name,
        status: check.status.word(),
        iam_action: check.iam_action,
        detail: &check.detail,
        remedy: Some(check.remedy.as_str()).filter(|remedy| !remedy.is_empty()),
    }
}

fn table(found: &Examination) -> String {
    let setting = &found.setting;
    let mut lines = Vec::new();
    for (name, value) in [
        ("profile", &setting.profile),
        ("region", &setting.region),
        ("endpoint", &setting.endpoint),
        ("provider", &setting.provider),
        ("bucket", &found.bucket),
    ] {
        if let Some(value) = value {
            lines.push(format!("{name:<10}{}", escape(value)));
        }
    }
    lines.push(String::new());
    for check in &found.checks {
        lines.push(format!(
            "{:<8}  {:<19}  {:<32}  {}",
            check.status.word(),
            check.name,
            check.iam_action.unwrap_or("-"),
            escape(&check.detail)
        ));
        if !check.remedy.is_empty() {
            lines.push(format!("{:<8}  → {}", "", escape(&check.remedy)));
        }
    }
    lines.push(String::new());
    lines.push(found.verdict());
    if !found.policy.is_empty() {
        lines.push(String::new());
        lines.push("A minimal policy for this bucket, where the service knows IAM:".to_owned());
        lines.push(found.policy.clone());
    }
    lines.join("\n") + "\n"
}
