//! The completion of an upload, whoever began it: looked at again, refused where it is not what the person saw,
//! completed, verified, recorded.

use super::foretell;
use super::look::{Look, look, refused};
use crate::journal::{Completing, End};
use crate::model::completion::{Completion, Ruling, kind};
use crate::model::human;
use crate::model::liveness::Life;
use crate::model::orphan::{Ending, Made};
use crate::model::provider::Checksums;
use crate::model::send::{Access, Phase, StoredObject, Verdict};
use crate::model::{Part, Target};
use crate::protocol::{Fault, Kind, News, Operation};
use crate::s3::{Complete, NamedPart, ObjectInfo};
use crate::tasks::audit::{Audit, Deed};
use crate::tasks::job::Job;
use crate::tasks::pacer::Stop;
use crate::tasks::upload::{Record, Settling, key, verdict};

/// Completes.
pub(super) async fn run(job: &Job, ending: Ending) -> Result<Made, Stop> {
    if job.settings.read_only {
        return Err(Stop::Fault(Fault {
            kind: Kind::Denied,
            ..refused(
                &ending.target,
                "read-only mode",
                "start without --read-only to complete",
            )
        }));
    }
    let audit = Audit::of(job).await?;
    let keys = ending.keys.clone();
    let found = match look(job, ending.target.clone(), keys, &ending.choice).await {
        Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => {
            return meanwhile(job, &ending, fault).await;
        }
        found => found?,
    };
    let completion = found.completion();
    allowed(&found, &completion, &ending).map_err(Stop::Fault)?;
    let record = match &found.ours {
        Some(ours) if !ours.has_ended => Some(taken_up(job, &ours.id).await?),
        _ => None,
    };
    Ender {
        job,
        found,
        completion,
        audit,
        record,
    }
    .run(ending.if_none_match)
    .await
}

/// Whether it may be done, of what is there now.
fn allowed(found: &Look, completion: &Completion, ending: &Ending) -> Result<(), Fault> {
    let target = &found.target;
    let refuse = |message: &str, hint: &str| Err(refused(target, message, hint));
    if let Some(seen) = &ending.seen
        && !are_same(seen, &found.parts)
    {
        let message = format!(
            "its parts changed since you looked: {} now, {} then",
            human::count(found.parts.len() as u64),
            human::count(seen.len() as u64)
        );
        return refuse(&message, "nothing was sent; look again");
    }
    if completion.ruling == Ruling::Cannot {
        return refuse(&completion.headline(), "nothing was sent");
    }
    if found.ours.as_ref().is_some_and(|of| of.is_busy) {
        return refuse(
            "another process works on it",
            "nothing was sent; wait for it",
        );
    }
    if ending.include_active {
        return Ok(());
    }
    let include = "nothing was sent; wait, or use --include-active to complete it all the same";
    match found.life {
        Life::Alive => refuse(
            "it showed a sign of life within the hour: somebody may still be sending it",
            include,
        ),
        Life::Undetermined => refuse(
            "nothing tells whether somebody is still sending it",
            include,
        ),
        Life::Dead => Ok(()),
    }
}

/// Whether these are the parts that were seen; a part sent again with the same bytes is the same.
fn are_same(seen: &[Part], now: &[Part]) -> bool {
    let same = |(one, other): (&Part, &Part)| {
        (one.number, one.size, &one.etag, &one.checksum)
            == (other.number, other.size, &other.etag, &other.checksum)
    };
    seen.len() == now.len() && seen.iter().zip(now).all(same)
}

/// Locks the journal of an upload of ours, so that nobody goes on with it meanwhile.
async fn taken_up(job: &Job, id: &str) -> Result<Record, Stop> {
    let Some(folder) = job.settings.journal.clone() else {
        return Err(Stop::Cancelled);
    };
    let (record, _) = Record::open(folder, id).await.map_err(Stop::Fault)?;
    Ok(record)
}

/// The upload is gone: somebody may have completed it just as it was to be.
async fn meanwhile(job: &Job, ending: &Ending, gone: Fault) -> Result<Made, Stop> {
    let explained = Fault {
        message: "the upload is gone: it was aborted or completed by somebody else".to_owned(),
        ..gone
    };
    let Some(seen) = &ending.seen else {
        return Err(Stop::Fault(explained));
    };
    let mut access: Access = ending.keys.access.clone();
    let from = ending.keys.customer_key_from.clone();
    key(&mut access, from).await.map_err(Stop::Fault)?;
    let is_opaque = access.customer_key.is_some();
    let expected = Completing {
        at: job.clock.now(),
        size: seen.iter().map(|part| part.size).sum(),
        parts: u32::try_from(seen.len()).unwrap_or(u32::MAX),
        etag: foretell::etag(seen, is_opaque),
        checksum: None,
    };
    let settling = Settling::of(job, (&ending.target, &access), None, false);
    settling.tell(|told| told.phase = Phase::Verifying);
    let found = settling.found(&expected).await?;
    let judged = found.map(|object| (verdict(&expected, &object), object));
    match judged {
        Some((verdict @ Verdict::Verified(_), object)) => {
            let what = "somebody else completed it meanwhile, to the same object";
            let told = refused(&ending.target, what, "");
            job.tell(News::Warning(told)).await;
            Ok(made(&ending.target, &expected, object, verdict))
        }
        _ => Err(Stop::Fault(explained)),
    }
}

struct Ender<'a> {
    job: &'a Job,
    found: Look,
    completion: Completion,
    audit: Option<Audit>,
    /// Of an upload of ours.
    record: Option<Record>,
}

impl Ender<'_> {
    async fn run(&self, if_none_match: bool) -> Result<Made, Stop> {
        let found = &self.found;
        let completion = &self.completion;
        let expected = Completing {
            at: self.job.clock.now(),
            size: completion.size,
            parts: completion.parts,
            etag: completion.etag.clone(),
            checksum: completion.checksum.clone(),
        };
        if let Some(record) = &self.record {
            let written = record.completing(expected.clone()).await;
            self.warn(written).await;
        }
        let of = (&found.target, &found.access);
        let may_fall_back = found.provider.checksums != Checksums::Takes;
        let settling = Settling::of(self.job, of, found.existing.as_ref(), may_fall_back);
        settling.tell(|told| {
            told.phase = Phase::Completing;
            told.source = format!("{} parts", human::count(completion.parts.into()));
            told.total = Some(completion.size);
            told.stored = completion.size;
            told.reused = completion.size;
            told.parts = Some(completion.parts);
            told.parts_done = completion.parts;
            told.files = 1;
        });
        let request = self.request(if_none_match);
        let asked = match settling.complete(request, &expected).await {
            Ok(asked) => asked,
            Err(stop) => return Err(self.failed(stop).await),
        };
        self.log("completed", None).await;
        settling.tell(|told| told.phase = Phase::Verifying);
        let (object, verdict) = settling.verified(&expected, asked).await?;
        if let Some(record) = &self.record {
            let end = End::Stored {
                at: self.job.clock.now(),
                etag: object.etag.clone(),
                version_id: object.version_id.clone(),
            };
            let written = record.end(end).await;
            self.warn(written).await;
        }
        Ok(made(&found.target, &expected, object, verdict))
    }

    fn request(&self, if_none_match: bool) -> Complete {
        let info = &self.found.info;
        let named = self.found.parts.iter().map(|part| NamedPart {
            number: part.number,
            etag: part.etag.clone(),
            checksum: foretell::named(part, info),
        });
        let is_full = kind(info) == Some("FULL_OBJECT");
        Complete {
            target: self.found.target.clone(),
            access: self.found.access.clone(),
            parts: named.collect(),
            size: Some(self.completion.size),
            // A composite one is the service's to compute.
            checksum: self.completion.checksum.clone().filter(|_| is_full),
            if_none_match,
        }
    }

    /// What a Complete that came to nothing is told as, once it is recorded.
    async fn failed(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Fault(fault) => {
                self.log("failed", Some(&fault)).await;
                let fault = match fault.kind {
                    Kind::UploadGone => Fault {
                        message: "the upload is gone: it was aborted or completed by somebody else"
                            .to_owned(),
                        ..fault
                    },
                    Kind::Precondition => Fault {
                        hint: "nothing was made; the upload is still there".to_owned(),
                        ..fault
                    },
                    _ => fault,
                };
                Stop::Fault(fault)
            }
            // It was sent, and may yet be done.
            Stop::Cancelled => {
                let fault = Fault {
                    operation: Operation::CompleteMultipartUpload,
                    kind: Kind::Network,
                    ..refused(
                        &self.found.target,
                        "stopped before it was known whether the object was made",
                        "look at the object, and at the upload",
                    )
                };
                self.log("unknown", Some(&fault)).await;
                Stop::Fault(fault)
            }
        }
    }

    /// Records what became of it. What is done is done: that it cannot be recorded is told.
    async fn log(&self, outcome: &'static str, failure: Option<&Fault>) {
        let Some(audit) = &self.audit else { return };
        let deed = Deed {
            action: "complete",
            outcome,
            bytes: Some(self.completion.size),
        };
        let at = self.job.clock.now();
        let written = audit.record(at, &self.found.target, deed, failure).await;
        self.warn(written).await;
    }

    async fn warn(&self, written: Result<(), Fault>) {
        if let Err(fault) = written {
            self.job.tell(News::Warning(fault)).await;
        }
    }
}

fn made(target: &Target, expected: &Completing, object: ObjectInfo, verdict: Verdict) -> Made {
    let checksum = object.checksum.or_else(|| expected.checksum.clone());
    Made {
        target: target.clone(),
        object: StoredObject {
            etag: object.etag,
            version_id: object.version_id,
            size: expected.size,
            sent: 0,
            parts: expected.parts,
            checksum: checksum.map(|of| format!("{}:{}", of.algorithm, of.value)),
            verdict,
        },
    }
}
