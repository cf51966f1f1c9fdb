//! `mopup complete`: the verdict on an upload, the question, the completion, and what became of it.

mod manifest;
mod report;

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use super::args::{self, Connection};
use super::failure::{Exit, Failure};
use super::output::{ErrorRecord, Status, complain, sentence};
use super::sends::{self, key};
use super::session::Session;
use super::sweep::no_such_upload;
use crate::model::Target;
use crate::model::completion::Ruling;
use crate::model::human::escape;
use crate::model::orphan::{Choice, Ending, Inquiry, Judged, Keys, Made};
use crate::model::send::{Access, Sending};
use crate::protocol::{Command, Fault, Kind, News, Operation, Outcome};

use manifest::Manifest;
use report::Document;

pub async fn run(connection: &Connection, args: args::Complete) -> Result<Exit, Failure> {
    check(&args)?;
    let manifest = args.parts_file.as_deref().map(Manifest::read).transpose()?;
    let customer_key = key::read(&args.key.into())?;
    let mut session = Session::new(connection)?;
    if !args.check {
        may_change(&session)?;
    }
    session.connect().await?;
    key::check_way(customer_key.as_ref(), session.endpoint.as_deref())?;
    let keys = Keys {
        access: Access {
            customer_key,
            expected_owner: args.expected_bucket_owner,
        },
        customer_key_from: None,
    };
    let choice = match (&manifest, args.keep_parts) {
        (Some(manifest), _) => Choice::Listed(manifest.choice()),
        (None, Some(last)) => Choice::UpTo(last),
        (None, None) => Choice::All,
    };
    let target = Target {
        bucket: args.address.bucket,
        key: args.address.key,
        upload_id: args.upload_id,
    };
    let mut work = Work {
        session,
        document: Document::new(&target),
        inquiry: Inquiry {
            target,
            keys,
            choice,
            file: args.file,
        },
        manifest,
        how: How {
            check: args.check,
            yes: args.yes,
            json: args.json,
            if_none_match: args.if_none_match,
            include_active: args.include_active,
        },
    };
    let ended = work.run().await;
    work.finish(ended)
}

fn check(args: &args::Complete) -> Result<(), Failure> {
    if args.address.key.is_empty() {
        return Err(Failure::Usage(format!(
            "'{}' names no key: write s3://BUCKET/KEY",
            escape(&args.address.to_string())
        )));
    }
    if !args.yes && !args.check && !io::stdin().is_terminal() {
        let text = "without a terminal to ask on, complete needs --yes (or --check)";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(())
}

fn may_change(session: &Session) -> Result<(), Failure> {
    if session.read_only {
        return Err(sends::read_only("leave out --read-only, or use --check"));
    }
    if session.has_audit {
        return Ok(());
    }
    Err(Failure::Other(
        "there is no home directory to keep the audit log in; set HOME or XDG_STATE_HOME"
            .to_owned(),
    ))
}

#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
struct How {
    check: bool,
    yes: bool,
    json: bool,
    if_none_match: bool,
    include_active: bool,
}

struct Work {
    session: Session,
    document: Document,
    inquiry: Inquiry,
    manifest: Option<Manifest>,
    how: How,
}

impl Work {
    async fn run(&mut self) -> Result<Exit, Failure> {
        let judged = self.judged().await?;
        self.document.judged(&judged);
        if !self.how.json {
            let text = report::verdict(&judged);
            if self.how.check {
                report::print(&text)?;
            } else {
                // That nobody reads it stops nothing.
                let _ = io::stderr().lock().write_all(text.as_bytes());
            }
        }
        let cannot = judged.completion.ruling == Ruling::Cannot;
        if self.how.check || cannot {
            return Ok(Exit::failed_if(cannot));
        }
        if !self.how.yes {
            self.confirm().await?;
        }
        let made = self.complete(judged).await?;
        self.document.completed(&made.object);
        if !self.how.json {
            report::print(&report::line(&made.target, &made.object))?;
        }
        Ok(Exit::Done)
    }

    async fn judged(&mut self) -> Result<Judged, Failure> {
        let inquiry = self.inquiry.clone();
        let mut found = None;
        let document = &mut self.document;
        let command = |job| Command::Judge {
            job,
            inquiry: Box::new(inquiry),
        };
        let ended = self.session.run(command, |news| {
            match news {
                News::Judged(judged) => found = Some(judged),
                News::Warning(fault) => {
                    complain(&sentence(&fault));
                    document.warning(&fault);
                }
                _ => {}
            }
            Ok(())
        });
        ended.await.map_err(|failure| self.explained(failure))?;
        let judged = found.ok_or_else(|| Failure::Other("it was not judged".to_owned()))?;
        let differs = self.manifest.as_ref();
        match differs.and_then(|manifest| manifest.differs(&judged.parts)) {
            Some(message) => Err(Failure::Fault(self.fault(message))),
            None => Ok(*judged),
        }
    }

    fn explained(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Fault(fault)
                if fault.kind == Kind::UploadGone && fault.operation == Operation::ListParts =>
            {
                let Target { bucket, key, .. } = self.inquiry.target.clone();
                no_such_upload(&crate::model::Address { bucket, key }).into()
            }
            Failure::Interrupted(_) => {
                Failure::Interrupted("interrupted; nothing was completed".to_owned())
            }
            failure => failure,
        }
    }

    fn fault(&self, message: String) -> Fault {
        let target = &self.inquiry.target;
        Fault {
            operation: Operation::Local,
            target: format!("s3://{}/{}", target.bucket, target.key),
            kind: Kind::Invalid,
            code: None,
            message,
            hint: "nothing was sent; list the parts again".to_owned(),
        }
    }

    /// One word that no leaning on a key types.
    async fn confirm(&mut self) -> Result<(), Failure> {
        let mut out = io::stderr().lock();
        write!(out, "type complete to make the object: ")?;
        out.flush()?;
        drop(out);
        let typed = self.session.typed("nothing was completed").await?;
        if typed.trim() == "complete" {
            return Ok(());
        }
        Err(Failure::Other(
            "not confirmed; nothing was completed".to_owned(),
        ))
    }

    /// Completes what was judged. The first interrupt cancels, the second does not wait.
    async fn complete(&mut self, judged: Judged) -> Result<Made, Failure> {
        let job = self.session.job();
        let ending = Ending {
            target: judged.target,
            keys: self.inquiry.keys.clone(),
            choice: self.inquiry.choice.clone(),
            if_none_match: self.how.if_none_match,
            seen: Some(Arc::clone(&judged.parts)),
            include_active: self.how.include_active,
        };
        self.session.worker.send(Command::Complete {
            job,
            ending: Box::new(ending),
        });
        let mut status = Status::new();
        let (mut made, mut interrupted) = (None, false);
        loop {
            let reports = tokio::select! {
                reports = self.session.worked.recv(64) => reports,
                () = self.session.interrupt.heard() => {
                    if interrupted {
                        let text = "left at once; whether the object was made is not known";
                        return Err(Failure::Interrupted(text.to_owned()));
                    }
                    interrupted = true;
                    self.session.worker.send(Command::Cancel(job));
                    continue;
                }
            };
            for report in reports.into_iter().filter(|one| one.job == job) {
                match report.news {
                    News::Made(object) => made = Some(*object),
                    News::Sending(sending) => status.show(&progress(&sending)),
                    News::Warning(fault) => {
                        status.clear();
                        complain(&sentence(&fault));
                        self.document.warning(&fault);
                    }
                    News::Ended(outcome) => {
                        status.clear();
                        return ended(outcome, made, interrupted);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Prints the document, whatever happened.
    fn finish(mut self, ended: Result<Exit, Failure>) -> Result<Exit, Failure> {
        if !self.how.json {
            return ended;
        }
        match &ended {
            Ok(_) => {}
            Err(Failure::Fault(fault)) => self.document.error(fault.into()),
            Err(failure) => {
                let interrupted = matches!(failure, Failure::Interrupted(_));
                self.document.error(ErrorRecord {
                    operation: Operation::Local.name(),
                    target: String::new(),
                    code: interrupted.then(|| "Interrupted".to_owned()),
                    message: failure.message(),
                    hint: String::new(),
                });
            }
        }
        self.document.print()?;
        ended
    }
}

fn ended(outcome: Outcome, made: Option<Made>, interrupted: bool) -> Result<Made, Failure> {
    match (outcome, made) {
        (_, Some(made)) => Ok(made),
        (Outcome::Failed(fault), None) if interrupted => {
            Err(Failure::Interrupted(sentence(&fault)))
        }
        (Outcome::Failed(fault), None) => Err(fault.into()),
        (Outcome::Done | Outcome::Cancelled { .. }, None) => Err(Failure::Interrupted(
            "interrupted; nothing was completed".to_owned(),
        )),
    }
}

fn progress(sending: &Sending) -> String {
    let word = sending.phase.word();
    match &sending.trouble {
        Some(trouble) => format!("{word}: {}", escape(trouble)),
        None => format!("{word} {}", sending.source),
    }
}
