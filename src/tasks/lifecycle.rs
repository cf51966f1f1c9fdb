//! A bucket's lifecycle rules: read, and written with care.
//!
//! A write replaces all rules there are, whoever wrote them. So it is made only where they are still those that the
//! person saw, and looked at afterwards: services are slow to tell, and some keep less than they were sent.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::sleep;

use super::audit::Audit;
use super::job::{Asker, Job, lock, stopped};
use super::pacer::Stop;
use crate::model::lifecycle::{Change, Configuration, Document, Line, Mark, difference, same};
use crate::protocol::{Fault, Kind, News, Operation, Outcome, Prevention, Urgency};

/// How long to wait before each look at what was written: S3 says that a change takes a while to be seen
/// everywhere. Source: S3 User Guide, "Setting an S3 Lifecycle configuration on a bucket".
const WAITS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// So many lines of a difference fit in a sentence.
const LINES: usize = 6;

/// Reports the rules.
pub(super) async fn look(job: &Job, bucket: &str, urgency: Urgency) -> Outcome {
    let asker = job.asker(bucket, urgency);
    match read(&asker, bucket).await {
        Ok(found) => report(job, bucket, found).await,
        Err(Stop::Cancelled) => return stopped(Stop::Cancelled, 0, 1),
        Err(Stop::Fault(fault)) => tell(job, failed(fault)).await,
    }
    Outcome::Done
}

/// Writes the rules, unless somebody changed them since.
pub(super) async fn set(job: &Job, bucket: &str, change: Change) -> Outcome {
    match replace(job, bucket, &change).await {
        Ok(()) => Outcome::Done,
        Err(stop) => stopped(stop, 0, 1),
    }
}

async fn replace(job: &Job, bucket: &str, change: &Change) -> Result<(), Stop> {
    if job.settings.read_only {
        return Err(Stop::Fault(read_only()));
    }
    let audit = Audit::of(job).await?;
    let asker = job.asker(bucket, Urgency::Marked);
    let found = read(&asker, bucket).await?;
    if !same(change.before.as_ref(), found.as_ref()) {
        report(job, bucket, found).await;
        return Err(Stop::Fault(changed(bucket)));
    }
    // From here on it is looked at whatever becomes of the job.
    let wrote = write(&asker, bucket, &change.after).await;
    let asker = asker.unstoppable();
    let ended = match wrote {
        Err(Stop::Cancelled) => return Err(Stop::Cancelled),
        // Stopped while it was not known whether it had arrived.
        Err(Stop::Fault(fault)) if fault.kind == Kind::Network => {
            verify(job, &asker, bucket, change, Some(fault)).await
        }
        Err(Stop::Fault(fault)) => Err(fault),
        Ok(lost) => verify(job, &asker, bucket, change, lost).await,
    };
    if let Some(audit) = audit {
        let at = job.clock.now();
        let failure = ended.as_ref().err();
        let recorded = audit.record_rules(at, bucket, change, failure).await;
        recorded.map_err(Stop::Fault)?;
    }
    ended.map_err(Stop::Fault)
}

async fn read(asker: &Asker, bucket: &str) -> Result<Option<Document>, Stop> {
    let ask = |_| asker.store.lifecycle(bucket);
    let gate = Some(&asker.gate);
    asker
        .pacer
        .run_through(gate, asker.urgency, &asker.cancel, ask)
        .await
}

/// Sends it once: sent again it might undo what somebody wrote meanwhile. What is answered is why the answer was
/// lost, if it was.
async fn write(asker: &Asker, bucket: &str, after: &Document) -> Result<Option<Fault>, Stop> {
    let lost: Mutex<Option<Fault>> = Mutex::default();
    let ask = async |tries: u32| {
        if tries > 0 {
            return Ok(());
        }
        let wrote = asker.store.put_lifecycle(bucket, after).await;
        if let Err(fault) = &wrote
            && fault.kind == Kind::Network
        {
            *lock(&lost) = Some(fault.clone());
        }
        wrote
    };
    let urgency = asker.urgency;
    asker.pacer.run(urgency, &asker.cancel, ask).await?;
    Ok(lock(&lost).take())
}

/// Looks until what was written is there, and reports what is.
async fn verify(
    job: &Job,
    asker: &Asker,
    bucket: &str,
    change: &Change,
    lost: Option<Fault>,
) -> Result<(), Fault> {
    let mut seen = Err(unseen(bucket, "its answer is missing"));
    for wait in WAITS {
        sleep(wait).await;
        seen = match read(asker, bucket).await {
            Ok(found) => Ok(found),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Cancelled) => Err(unseen(bucket, "it was stopped")),
        };
        match &seen {
            Ok(found) if same(Some(&change.after), found.as_ref()) => break,
            // What may not be read will not be readable in a second.
            Err(fault) if fault.kind != Kind::Network => break,
            // Nobody waits for the end any more.
            _ if job.cancel.is_cancelled() => break,
            _ => {}
        }
    }
    let found = seen.map_err(|fault| unseen(bucket, &fault.message))?;
    report(job, bucket, found.clone()).await;
    if same(Some(&change.after), found.as_ref()) {
        return Ok(());
    }
    if same(change.before.as_ref(), found.as_ref()) {
        // The answer says why, if there was none.
        return Err(lost.unwrap_or_else(|| {
            fault(
                bucket,
                "the write was answered as done, but the old rules are still there",
                "look again in a few minutes: services are slow to tell",
            )
        }));
    }
    Err(differs(bucket, &change.after, found.as_ref()))
}

async fn report(job: &Job, bucket: &str, found: Option<Document>) {
    let prevention = match Configuration::read(found) {
        Ok(configuration) => Prevention::Known(configuration),
        Err(why) => Prevention::Failed(Fault {
            operation: Operation::GetLifecycle,
            kind: Kind::Garbled,
            ..fault(bucket, &format!("the rules cannot be read: {why}"), "")
        }),
    };
    tell(job, prevention).await;
}

async fn tell(job: &Job, prevention: Prevention) {
    job.tell(News::Lifecycle(Box::new(prevention))).await;
}

fn failed(fault: Fault) -> Prevention {
    match fault.kind {
        Kind::Denied => Prevention::Denied(fault),
        Kind::Unsupported => Prevention::Unsupported(fault),
        _ => Prevention::Failed(fault),
    }
}

fn fault(bucket: &str, message: &str, hint: &str) -> Fault {
    Fault {
        operation: Operation::PutLifecycle,
        target: format!("s3://{bucket}"),
        kind: Kind::Other,
        code: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}

fn read_only() -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Denied,
        code: None,
        message: "read-only mode".to_owned(),
        hint: "start without --read-only to change lifecycle rules".to_owned(),
    }
}

fn changed(bucket: &str) -> Fault {
    Fault {
        kind: Kind::Precondition,
        ..fault(
            bucket,
            "somebody changed the rules meanwhile; nothing was written",
            "look at what is there now, and decide again",
        )
    }
}

fn unseen(bucket: &str, why: &str) -> Fault {
    fault(
        bucket,
        &format!("the rules were written, but could not be read back to compare: {why}"),
        "look at them again",
    )
}

/// What is there is neither the old nor what was written.
fn differs(bucket: &str, wanted: &Document, found: Option<&Document>) -> Fault {
    let lines = difference(Some(&wanted.body), found.map(|of| of.body.as_str()));
    let lines = lines.unwrap_or_default();
    let is_change = |line: &&Line| matches!(line.mark, Mark::Removed | Mark::Added);
    let mut told: Vec<String> = lines
        .iter()
        .filter(is_change)
        .map(|line| format!("{}{}", line.mark.sign(), line.text.trim()))
        .collect();
    let more = told.len().saturating_sub(LINES);
    told.truncate(LINES);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    if told.is_empty() {
        told.push("its default minimum size for transitions".to_owned());
    }
    fault(
        bucket,
        &format!(
            "what is there now is not what was written; it differs in: {}",
            told.join("  ")
        ),
        "the service may keep less than it is sent, or somebody wrote at the same time: look at the rules",
    )
}
