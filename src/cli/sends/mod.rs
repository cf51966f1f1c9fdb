//! What `upload`, `resume` and `uploads --discard` share: driving the job, and telling of it.

mod document;
pub mod key;
mod progress;
mod teller;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use super::failure::Failure;
use super::session::Session;
use crate::model::send::Source;
use crate::protocol::{Command, Fault, JobId, Kind, News, Operation, Outcome};

pub use document::About;
pub use progress::cut;
pub use teller::Teller;

/// Runs one job to its end. The first interrupt cancels, which keeps what was sent, and waits for what is in
/// flight; the second does not wait. Answers whether it was interrupted, too.
pub async fn drive(
    session: &mut Session,
    command: impl FnOnce(JobId) -> Command,
    teller: &mut Teller,
) -> Result<(Outcome, bool), Failure> {
    let job = session.job();
    session.worker.send(command(job));
    let mut interrupted = false;
    loop {
        let due = teller.due();
        let reports = tokio::select! {
            reports = session.worked.recv(64) => reports,
            () = session.interrupt.heard() => {
                if interrupted {
                    return Err(Failure::Interrupted(teller.left_at_once()));
                }
                interrupted = true;
                session.worker.send(Command::Cancel(job));
                teller.stopping();
                continue;
            }
            () = until(due) => {
                teller.redraw();
                continue;
            }
        };
        for report in reports.into_iter().filter(|one| one.job == job) {
            match report.news {
                News::Sending(sending) => teller.sending(*sending),
                News::Sent(sent) => teller.sent(&sent),
                News::Compared(found) => teller.compared(*found),
                News::Placed(placed) => teller.placed(&placed),
                News::Warning(fault) => teller.warning(&fault),
                News::Ended(outcome) => {
                    teller.ended(&outcome);
                    return Ok((outcome, interrupted));
                }
                _ => {}
            }
        }
    }
}

async fn until(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// What an operand names; `-` is standard input, which must not be a person who wonders what is waited for.
pub fn source(operand: OsString) -> Result<Source, Failure> {
    if operand != "-" {
        return Ok(Source::Path(PathBuf::from(operand)));
    }
    if io::stdin().is_terminal() {
        let text = "standard input is a terminal: pipe something into it, such as `tar c DIR | mopup upload - s3://BUCKET/KEY`";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(Source::Stdin)
}

/// Read-only mode refuses what was asked for.
pub fn read_only(hint: &str) -> Failure {
    Failure::Fault(Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Denied,
        code: None,
        message: "read-only mode refuses every change".to_owned(),
        hint: hint.to_owned(),
    })
}
