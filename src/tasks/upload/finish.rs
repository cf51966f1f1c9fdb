//! The end of an upload: completed from our own list of parts, settled where the answer is lost, verified.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempt::{Pause, persist, until_told};
use super::transfer::Transfer;
use crate::journal::{Completing, End, PartRecord};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::send::{Phase, StoredObject, Verdict};
use crate::protocol::{Fault, Kind};
use crate::s3::checksum::{is_md5, multipart_etag, of_object};
use crate::s3::{Complete, HeadObject, ListParts, NamedPart, ObjectInfo, Receipt};
use crate::tasks::job::Asker;
use crate::tasks::pacer::Stop;

/// After a cancel a Complete is waited for so long.
const LEAVE: Duration = Duration::from_secs(10);

/// What became of asking for the object.
enum Asked {
    Made(Receipt),
    /// Found out by looking at the object.
    Found(ObjectInfo),
}

impl Transfer<'_> {
    /// Makes the object of the parts and looks at it.
    pub(super) async fn finish(
        &self,
        parts: &BTreeMap<u32, PartRecord>,
    ) -> Result<StoredObject, Stop> {
        let expected = self.expected(parts);
        self.warn(self.record.completing(expected.clone()).await)
            .await;
        self.board.tell(|told| told.phase = Phase::Completing);
        self.report();
        let _ = self.completing.set(expected.clone());
        let asked = self.unless_left(self.complete(parts, &expected)).await?;
        self.board.tell(|told| told.phase = Phase::Verifying);
        self.report();
        let (object, verdict) = match asked {
            Asked::Made(receipt) => self.verified(&expected, receipt).await?,
            Asked::Found(info) => {
                let verdict = judge(&expected, &info);
                (info, verdict)
            }
        };
        self.warn(self.record.end(self.end_stored(&object)).await)
            .await;
        Ok(self.told(&expected, object, verdict))
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

    /// The object, if it was made although the upload was given up meanwhile.
    pub(super) async fn made_after_all(&self) -> Option<StoredObject> {
        let expected = self.completing.get()?;
        let asker = self.asker.unstoppable();
        let object = self.look(&asker, expected, false).await.ok()??;
        self.warn(self.record.end(self.end_stored(&object)).await)
            .await;
        let verdict = judge(expected, &object);
        Some(self.told(expected, object, verdict))
    }

    /// What the object has to be.
    pub(super) fn expected(&self, parts: &BTreeMap<u32, PartRecord>) -> Completing {
        let checksums: Option<Vec<(&Checksum, u64)>> = parts
            .values()
            .map(|part| Some((part.checksum.as_ref()?, part.size)))
            .collect();
        let algorithm = self.algorithm.filter(|_| self.sends_checksums());
        Completing {
            at: self.job.clock.now(),
            size: parts.values().map(|part| part.size).sum(),
            parts: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            etag: multipart_etag(parts.values().map(|part| part.etag.as_str())),
            checksum: algorithm.and_then(|algorithm| of_object(algorithm, checksums.as_deref()?)),
        }
    }

    async fn complete(
        &self,
        parts: &BTreeMap<u32, PartRecord>,
        expected: &Completing,
    ) -> Result<Asked, Stop> {
        let asker = self.asker.unstoppable();
        let mut request = self.request(parts, expected);
        let mut lost = false;
        let (since, mut pause) = (Instant::now(), Pause::new());
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
            if let Some(found) = self.look(&asker, expected, lost).await? {
                return Ok(Asked::Found(found));
            }
            if fault.kind != Kind::Network || !self.is_there(&asker).await? {
                return Err(Stop::Fault(self.unsettled(fault)));
            }
            self.board.troubled(fault.to_string());
            // Not the board's: that the parts are listed is no hope for this.
            if since.elapsed() >= self.job.settings.patience {
                return Err(Stop::Fault(fault));
            }
            pause.wait(&self.asker).await?;
        }
    }

    fn request(&self, parts: &BTreeMap<u32, PartRecord>, expected: &Completing) -> Complete {
        let with_checksums = self.sends_checksums();
        let named = parts.values().map(|part| NamedPart {
            number: part.number,
            etag: part.etag.clone(),
            checksum: part.checksum.clone().filter(|checksum| {
                let of = self.algorithm.map(Algorithm::name);
                with_checksums && of == Some(checksum.algorithm.as_str())
            }),
        });
        Complete {
            target: self.target.clone(),
            access: self.access.clone(),
            parts: named.collect(),
            size: Some(expected.size),
            // A composite one is the service's to compute.
            checksum: expected
                .checksum
                .clone()
                .filter(|_| self.algorithm.is_some_and(Algorithm::is_full_object)),
            if_none_match: self.recipe.if_none_match,
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
        until_told(asker, &self.board, self.job.settings.patience, ask).await
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

    async fn head(&self, asker: &Asker) -> Result<ObjectInfo, Stop> {
        let request = HeadObject {
            bucket: self.target.bucket.clone(),
            key: self.target.key.clone(),
            version_id: None,
            access: self.access.clone(),
        };
        let ask = || self.job.store.head_object(&request);
        persist(asker, &self.board, self.job.settings.patience, ask).await
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
        match persist(asker, &self.board, self.job.settings.patience, ask).await {
            Ok(_) => Ok(true),
            Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => Ok(false),
            // Whoever may not look asks again and sees.
            Err(Stop::Fault(fault)) if fault.kind == Kind::Denied => Ok(true),
            Err(stop) => Err(stop),
        }
    }

    fn unsettled(&self, fault: Fault) -> Fault {
        match fault.kind {
            Kind::UploadGone | Kind::NotFound => {
                let fault = Fault {
                    kind: Kind::UploadGone,
                    ..fault
                };
                self.explained(fault)
            }
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

    /// Looks at the object that the service says it made.
    async fn verified(
        &self,
        expected: &Completing,
        receipt: Receipt,
    ) -> Result<(ObjectInfo, Verdict), Stop> {
        let made = ObjectInfo {
            size: expected.size,
            etag: receipt.etag.clone(),
            version_id: receipt.version_id.clone(),
            checksum: receipt.checksum.clone(),
            ..ObjectInfo::default()
        };
        let asker = self.asker.unstoppable();
        match self.unless_left(self.head(&asker)).await {
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

    pub(super) fn end_stored(&self, object: &ObjectInfo) -> End {
        End::Stored {
            at: self.job.clock.now(),
            etag: object.etag.clone(),
            version_id: object.version_id.clone(),
        }
    }

    pub(super) fn told(
        &self,
        expected: &Completing,
        object: ObjectInfo,
        verdict: Verdict,
    ) -> StoredObject {
        let sent = self.sent.load(Ordering::Relaxed);
        let checksum = object.checksum.or_else(|| expected.checksum.clone());
        StoredObject {
            etag: object.etag,
            version_id: object.version_id,
            size: expected.size,
            sent,
            parts: expected.parts,
            checksum: checksum.map(|of| format!("{}:{}", of.algorithm, of.value)),
            verdict,
        }
    }
}

/// Whether an object is the one that was asked for: nothing that can be compared differs, and something that
/// tells its bytes is equal.
pub(super) fn is_it(expected: &Completing, info: &ObjectInfo) -> bool {
    matches!(judge(expected, info), Verdict::Verified(_))
        || (info.size == expected.size
            && expected.etag.is_none()
            && info.etag.ends_with(&format!("-{}", expected.parts)))
}

/// Compares an object with what it has to be.
pub(super) fn judge(expected: &Completing, info: &ObjectInfo) -> Verdict {
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
        Some(etag) => {
            return Verdict::Unverified(format!("the object's ETag is {told} instead of {etag}"));
        }
        None => return Verdict::Unverified("only the size could be compared".to_owned()),
    }
    Verdict::Verified(equal.join(", "))
}
