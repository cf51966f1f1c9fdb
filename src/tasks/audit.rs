//! The audit log: one JSON line for every change that was asked of the service, appended under a lock, in a
//! file that only its owner reads. Holds no secret: of the access key ID the last four characters.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::job::{Job, lock};
use super::pacer::Stop;
use crate::model::lifecycle::Change;
use crate::model::{Target, Timestamp};
use crate::protocol::{Fault, Kind, Operation, Urgency};

/// An open audit log.
#[derive(Debug, Clone)]
pub(super) struct Audit {
    path: Arc<PathBuf>,
    file: Arc<File>,
    access_key: Option<String>,
    queue: Arc<Queue>,
}

/// Lines that wait to be written: those that come while others are being written go together.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Lines that ever waited, and how many of them are in the file.
    queued: u64,
    written: u64,
    /// Nothing is written behind a failure.
    failed: Option<Fault>,
}

/// One line.
#[derive(Debug, Serialize)]
struct Record<'a> {
    time: String,
    /// The access key ID's last four characters; `null` for requests without a signature.
    access_key: Option<&'a str>,
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
    action: &'static str,
    outcome: &'static str,
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

/// One line about the rules of a bucket: both configurations whole, so that the old one can be put back.
#[derive(Debug, Serialize)]
struct Rules<'a> {
    time: String,
    access_key: Option<&'a str>,
    bucket: &'a str,
    action: &'static str,
    outcome: &'static str,
    before: Option<&'a str>,
    after: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

/// What was asked for, and what became of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    /// `abort`, `complete`, `adopt`.
    pub(super) action: &'static str,
    pub(super) outcome: &'static str,
    /// What the parts held just before, `None` where they may not be listed; or what the object has.
    pub(super) bytes: Option<u64>,
}

impl Audit {
    /// The log that the settings name, if they do, for whoever the store asks as.
    pub(super) async fn of(job: &Job) -> Result<Option<Self>, Stop> {
        let Some(path) = &job.settings.audit else {
            return Ok(None);
        };
        let pacer = job.pacers.of("");
        let ask = |_| job.store.identity();
        let identity = pacer.run(Urgency::Marked, &job.cancel, ask).await?;
        let audit = Self::open(path.clone(), identity.access_key_tail).await;
        audit.map(Some).map_err(Stop::Fault)
    }

    /// Opens the log, creating it and its folder for the owner alone.
    pub(super) async fn open(path: PathBuf, access_key: Option<String>) -> Result<Self, Fault> {
        let shown = path.clone();
        let file = blocking(move || open(&path))
            .await
            .map_err(|error| fault(&shown, &error))?;
        Ok(Self {
            path: Arc::new(shown),
            file: Arc::new(file),
            access_key,
            queue: Arc::default(),
        })
    }

    /// Appends what became of one change, before anybody is told of it.
    pub(super) async fn record(
        &self,
        at: Timestamp,
        target: &Target,
        deed: Deed,
        failure: Option<&Fault>,
    ) -> Result<(), Fault> {
        let record = Record {
            time: at.rfc3339(),
            access_key: self.access_key.as_deref(),
            bucket: &target.bucket,
            key: &target.key,
            upload_id: &target.upload_id,
            action: deed.action,
            outcome: deed.outcome,
            bytes: deed.bytes,
            code: failure.and_then(|fault| fault.code.as_deref()),
            message: failure.map(|fault| fault.message.as_str()),
        };
        self.write(&record).await
    }

    /// Appends what became of a change of a bucket's lifecycle rules.
    pub(super) async fn record_rules(
        &self,
        at: Timestamp,
        bucket: &str,
        change: &Change,
        failure: Option<&Fault>,
    ) -> Result<(), Fault> {
        let record = Rules {
            time: at.rfc3339(),
            access_key: self.access_key.as_deref(),
            bucket,
            action: "set_lifecycle",
            outcome: if failure.is_some() { "failed" } else { "set" },
            before: change.before.as_ref().map(|of| of.body.as_str()),
            after: &change.after.body,
            code: failure.and_then(|fault| fault.code.as_deref()),
            message: failure.map(|fault| fault.message.as_str()),
        };
        self.write(&record).await
    }

    /// Comes back when the record is in the file.
    async fn write(&self, record: &impl Serialize) -> Result<(), Fault> {
        let queue = &self.queue;
        let number = {
            let line = serde_json::to_vec(record).map_err(io::Error::from);
            let line = line.map_err(|error| fault(&self.path, &error))?;
            let mut waiting = lock(&queue.waiting);
            waiting.lines.extend_from_slice(&line);
            waiting.lines.push(b'\n');
            waiting.queued += 1;
            waiting.queued
        };
        let _turn = queue.turn.lock().await;
        let (lines, last) = {
            let mut waiting = lock(&queue.waiting);
            if waiting.written >= number {
                return Ok(());
            }
            if let Some(failed) = &waiting.failed {
                return Err(failed.clone());
            }
            (std::mem::take(&mut waiting.lines), waiting.queued)
        };
        let file = Arc::clone(&self.file);
        let written = blocking(move || append(&file, &lines)).await;
        let written = written.map_err(|error| fault(&self.path, &error));
        let mut waiting = lock(&queue.waiting);
        match &written {
            Ok(()) => waiting.written = last,
            Err(fault) => waiting.failed = Some(fault.clone()),
        }
        written
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn open(path: &Path) -> io::Result<File> {
    let mut folder = DirBuilder::new();
    let mut options = OpenOptions::new();
    folder.recursive(true);
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        options.mode(0o600);
    }
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        folder.create(parent)?;
    }
    options.open(path)
}

/// One write under the lock, so that lines of two processes never mix.
fn append(file: &File, lines: &[u8]) -> io::Result<()> {
    file.lock()?;
    let written = (&*file).write_all(lines);
    file.unlock()?;
    written
}

fn fault(path: &Path, error: &io::Error) -> Fault {
    Fault {
        operation: Operation::Local,
        target: path.display().to_string(),
        kind: Kind::Other,
        code: None,
        message: format!("the audit log cannot be written: {error}"),
        hint: "nothing is changed without a record; make the file writable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn records_are_appended_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/mopup/audit.jsonl");
        let target = Target {
            bucket: "b".into(),
            key: "a\n\"k\"".into(),
            upload_id: "-u".into(),
        };
        let deed = Deed {
            action: "abort",
            outcome: "aborted",
            bytes: Some(7),
        };
        for _ in 0..2 {
            let audit = Audit::open(path.clone(), Some("WXYZ".into()))
                .await
                .unwrap();
            let at = Timestamp::from_secs(1_760_692_440);
            audit.record(at, &target, deed, None).await.unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let line = r#"{"time":"2025-10-17T09:14:00Z","access_key":"WXYZ","bucket":"b","key":"a\n\"k\"","upload_id":"-u","action":"abort","outcome":"aborted","bytes":7}"#;
        assert_eq!(text, format!("{line}\n{line}\n"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
        }
    }

    #[tokio::test]
    async fn records_of_many_at_once_are_all_there_when_they_are_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let audit = Audit::open(path.clone(), None).await.unwrap();
        let one = |number: u64| {
            let (audit, path) = (&audit, &path);
            async move {
                let target = Target {
                    bucket: "b".into(),
                    key: format!("key-{number}."),
                    upload_id: "u".into(),
                };
                let deed = Deed {
                    action: "abort",
                    outcome: "aborted",
                    bytes: Some(number),
                };
                let at = Timestamp::from_secs(1);
                audit.record(at, &target, deed, None).await.unwrap();
                let text = std::fs::read_to_string(path).unwrap();
                assert!(text.contains(&target.key), "{number}");
            }
        };
        futures_util::future::join_all((0..500).map(one)).await;
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines();
        let whole = lines.filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
        assert_eq!(whole.count(), 500);
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_opened_names_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let fault = Audit::open(folder.path().to_owned(), None)
            .await
            .unwrap_err();
        assert_eq!(fault.operation, Operation::Local);
        assert_eq!(fault.target, folder.path().display().to_string());
    }
}
