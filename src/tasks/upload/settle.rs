//! A Complete and what became of it: settled by looking at the object where the answer is lost, then verified.
//!
//! Knows the parts only as they are named, and no journal: whoever completes records.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempt::{Pause, persist, until_told};
use super::board::Board;
use super::transfer::report;
use crate::journal::Completing;
use crate::model::Target;
use crate::model::completion::Existing;
use crate::model::send::{Access, Sending, Verdict};
use crate::protocol::{Fault, Kind, Urgency};
use crate::s3::checksum::is_md5;
use crate::s3::{Complete, HeadObject, ListParts, ObjectInfo, Receipt};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// After a cancel a Complete is waited for so long.
const LEAVE: Duration = Duration::from_secs(10);

/// An upload that is completed as it is, is asked for so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// What became of asking for the object.
#[derive(Debug)]
pub(in crate::tasks) enum Asked {
    Made(Receipt),
    /// Found out by looking at the object.
    Found(Box<ObjectInfo>),
}

/// One upload that is to be completed.
#[derive(Debug)]
pub(in crate::tasks) struct Settling<'a> {
    pub(super) job: &'a Job,
    pub(super) asker: Asker,
    pub(super) board: Arc<Board>,
    pub(super) target: &'a Target,
    pub(super) access: &'a Access,
    /// The service may be one that knows neither size nor checksum here: then it is asked without.
    pub(super) may_fall_back: bool,
    /// It is asked again for so long.
    pub(super) patience: Duration,
    /// What the key held before: it is not what was made now.
    pub(super) before: Option<&'a Existing>,
}

impl<'a> Settling<'a> {
    /// Of an upload that is completed as it is, whoever began it.
    pub(in crate::tasks) fn of(
        job: &'a Job,
        (target, access): (&'a Target, &'a Access),
        before: Option<&'a Existing>,
        may_fall_back: bool,
    ) -> Self {
        let board = Board::new(None);
        board.tell(|told| told.target = Some(target.clone()));
        Self {
            job,
            asker: job.asker(&target.bucket, Urgency::Marked),
            board: Arc::new(board),
            target,
            access,
            may_fall_back,
            // Nothing waits for it, and nothing is lost by giving up: the upload stays.
            patience: job.settings.patience.min(PATIENCE),
            before,
        }
    }

    /// Tells what is done now.
    pub(in crate::tasks) fn tell(&self, change: impl FnOnce(&mut Sending)) {
        self.board.tell(change);
        report(self.job, &self.board);
    }

    /// Asks until it is known what became of it. A cancel ends the asking, and a request under way is waited for
    /// only so long.
    pub(in crate::tasks) async fn complete(
        &self,
        request: Complete,
        expected: &Completing,
    ) -> Result<Asked, Stop> {
        self.unless_left(self.settled(request, expected)).await
    }

    /// Does what is not to be stopped, but is not waited for without end once the person left: a Complete may
    /// take a quarter of an hour, and what became of it is found out by a resume.
    async fn unless_left<T>(&self, work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
        let left = async {
            self.job.cancel.cancelled().await;
            sleep(LEAVE).await;
        };
        tokio::select! {
            done = work => done,
            () = left => Err(Stop::Cancelled),
        }
    }

    async fn settled(&self, mut request: Complete, expected: &Completing) -> Result<Asked, Stop> {
        let asker = self.asker.unstoppable();
        let (began, mut pause) = (Instant::now(), Pause::new());
        let mut lost = false;
        loop {
            let fault = match self.ask_to_complete(&asker, &request).await? {
                Ok(receipt) => {
                    self.board.succeeded();
                    return Ok(Asked::Made(receipt));
                }
                Err(fault) => fault,
            };
            let extras = request.size.is_some() || request.checksum.is_some();
            match fault.kind {
                // What the service has is not what is here, however often it is asked.
                _ if fault.code.as_deref() == Some("BadDigest") => return Err(Stop::Fault(fault)),
                Kind::Network => lost = true,
                Kind::UploadGone | Kind::NotFound => {}
                Kind::Precondition if lost => {}
                Kind::Invalid | Kind::Unsupported if extras && self.blames_extras(&fault) => {
                    request.size = None;
                    request.checksum = None;
                    continue;
                }
                _ => return Err(Stop::Fault(fault)),
            }
            if let Some(found) = self.look(&asker, expected, lost).await?
                && !self.is_old(&asker, expected, &found).await?
            {
                return Ok(Asked::Found(Box::new(found)));
            }
            if fault.kind != Kind::Network || !self.is_there(&asker).await? {
                return Err(Stop::Fault(unsettled(fault)));
            }
            self.board.troubled(fault.to_string());
            report(self.job, &self.board);
            // Not the board's: that the parts are listed is no hope for this.
            if began.elapsed() >= self.patience {
                return Err(Stop::Fault(fault));
            }
            pause.wait(&self.asker).await?;
        }
    }

    /// Asks once; a lost answer is an answer here.
    async fn ask_to_complete(
        &self,
        asker: &Asker,
        request: &Complete,
    ) -> Result<Result<Receipt, Fault>, Stop> {
        let ask = || async {
            match self.job.store.complete(request).await {
                Err(fault) if matches!(fault.kind, Kind::Throttled | Kind::Credentials) => {
                    Err(fault)
                }
                answer => Ok(answer),
            }
        };
        until_told(asker, &self.board, self.patience, ask).await
    }

    /// Whether a refusal may be for the size or the checksum, which not every service knows.
    fn blames_extras(&self, fault: &Fault) -> bool {
        let code = fault.code.as_deref().unwrap_or_default();
        self.may_fall_back
            && !matches!(
                code,
                "BadDigest" | "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall"
            )
    }

    /// The object at the key, if it is the one that was asked for.
    pub(super) async fn look(
        &self,
        asker: &Asker,
        expected: &Completing,
        lost: bool,
    ) -> Result<Option<ObjectInfo>, Stop> {
        match self.head(asker).await {
            Ok(info) if is_it(expected, &info) => Ok(Some(info)),
            Ok(_) => Ok(None),
            Err(Stop::Fault(fault)) if fault.kind == Kind::NotFound => Ok(None),
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied && lost => {
                let message = "whether the object was made cannot be seen".to_owned();
                Err(Stop::Fault(Fault { message, ..fault }))
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// The object at the key, if it is the one that was to be made, whoever made it.
    pub(in crate::tasks) async fn found(
        &self,
        expected: &Completing,
    ) -> Result<Option<ObjectInfo>, Stop> {
        self.look(&self.asker, expected, true).await
    }

    /// Whether this is only what the key held before. If it is the very object that was to be made, it counts once
    /// the upload is gone.
    async fn is_old(
        &self,
        asker: &Asker,
        expected: &Completing,
        found: &ObjectInfo,
    ) -> Result<bool, Stop> {
        let was_there = self.before.is_some_and(|before| {
            before.etag == found.etag && before.last_modified == found.last_modified
        });
        let is_sure = matches!(judge(expected, found), Verdict::Verified(_));
        Ok(was_there && (!is_sure || self.is_there(asker).await?))
    }

    async fn head(&self, asker: &Asker) -> Result<ObjectInfo, Stop> {
        let request = HeadObject {
            bucket: self.target.bucket.clone(),
            key: self.target.key.clone(),
            version_id: None,
            access: self.access.clone(),
        };
        let ask = || self.job.store.head_object(&request);
        persist(asker, &self.board, self.patience, ask).await
    }

    /// Whether the service still has the upload.
    async fn is_there(&self, asker: &Asker) -> Result<bool, Stop> {
        let request = ListParts {
            target: self.target.clone(),
            marker: None,
            max_parts: Some(1),
            access: self.access.clone(),
        };
        let ask = || self.job.store.list_parts(&request);
        match persist(asker, &self.board, self.patience, ask).await {
            Ok(_) => Ok(true),
            Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => Ok(false),
            // Whoever may not look asks again and sees.
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => Ok(true),
            Err(stop) => Err(stop),
        }
    }

    /// Compares the object that was made with what it has to be.
    pub(in crate::tasks) async fn verified(
        &self,
        expected: &Completing,
        asked: Asked,
    ) -> Result<(ObjectInfo, Verdict), Stop> {
        let receipt = match asked {
            Asked::Made(receipt) => receipt,
            Asked::Found(info) => {
                let verdict = judge(expected, &info);
                return Ok((*info, verdict));
            }
        };
        let made = ObjectInfo {
            size: expected.size,
            etag: receipt.etag.clone(),
            version_id: receipt.version_id.clone(),
            checksum: receipt.checksum.clone(),
            ..ObjectInfo::default()
        };
        let patient = self.asker.unstoppable();
        match self.unless_left(self.head(&patient)).await {
            // Some stores answer a Complete with the ETag of the parts and a look with the MD5 of the whole.
            Ok(info)
                if info.size == expected.size
                    && expected.etag.as_ref() == Some(&receipt.etag)
                    && is_md5(&info.etag) =>
            {
                let verdict = judge(expected, &made);
                Ok((made, verdict))
            }
            Ok(info) if !receipt.etag.is_empty() && info.etag != receipt.etag => {
                let why = "another write replaced the object since it was made";
                Ok((made, Verdict::Unverified(why.to_owned())))
            }
            Ok(info) => {
                let verdict = judge(expected, &info);
                let version_id = receipt.version_id.or(info.version_id.clone());
                Ok((ObjectInfo { version_id, ..info }, verdict))
            }
            Err(Stop::Fault(fault)) => {
                let why = format!("the object could not be looked at: {fault}");
                Ok((made, Verdict::Unverified(why)))
            }
            Err(Stop::Cancelled) => Ok((made, Verdict::Unverified("cancelled".to_owned()))),
        }
    }
}

fn unsettled(fault: Fault) -> Fault {
    match fault.kind {
        Kind::UploadGone | Kind::NotFound => Fault {
            kind: Kind::UploadGone,
            ..fault
        },
        Kind::Network => Fault {
            message: format!(
                "the upload is gone and the object at the key is not it ({})",
                fault.message
            ),
            ..fault
        },
        _ => fault,
    }
}

/// Whether an object is the one that was asked for: nothing that can be compared differs, and something that
/// tells its bytes is equal.
fn is_it(expected: &Completing, info: &ObjectInfo) -> bool {
    matches!(judge(expected, info), Verdict::Verified(_))
        || (info.size == expected.size
            && expected.etag.is_none()
            && info.etag.ends_with(&format!("-{}", expected.parts)))
}

/// Compares an object with what it has to be.
pub(in crate::tasks) fn judge(expected: &Completing, info: &ObjectInfo) -> Verdict {
    if info.size != expected.size {
        return Verdict::Unverified(format!(
            "the object has {} bytes instead of {}",
            info.size, expected.size
        ));
    }
    let mut equal = vec!["size".to_owned()];
    if let (Some(stored), Some(wanted)) = (&info.checksum, &expected.checksum)
        && stored.algorithm.eq_ignore_ascii_case(&wanted.algorithm)
    {
        if stored.value != wanted.value {
            return Verdict::Unverified(format!(
                "the object's {} is {} instead of {}",
                wanted.algorithm, stored.value, wanted.value
            ));
        }
        equal.push(wanted.algorithm.clone());
    }
    let told = info.etag.as_str();
    match &expected.etag {
        Some(etag) if etag.eq_ignore_ascii_case(told) => {
            let s = if expected.parts == 1 { "" } else { "s" };
            equal.push(format!("ETag of {} part{s}", expected.parts));
        }
        // Under KMS and on some stores an ETag says nothing of the bytes; a checksum does.
        Some(_) | None if equal.len() > 1 => {}
        Some(etag) if !is_opaque(info) => {
            return Verdict::Unverified(format!("the object's ETag is {told} instead of {etag}"));
        }
        Some(_) | None => {
            return Verdict::Unverified("only the size could be compared".to_owned());
        }
    }
    Verdict::Verified(equal.join(", "))
}

/// Whether the object's `ETag` says nothing of its bytes.
///
/// Source: S3 API Reference, "Object", `ETag`: not an MD5 under SSE-C and SSE-KMS.
pub(in crate::tasks) fn is_opaque(info: &ObjectInfo) -> bool {
    let how = info.encryption.as_deref().unwrap_or_default();
    how.starts_with("aws:kms") || how == "SSE-C"
}
