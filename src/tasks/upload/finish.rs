//! The end of an upload of ours: completed from our own list of parts, and recorded.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::settle::{Settling, judge};
use super::transfer::Transfer;
use crate::journal::{Completing, End, PartRecord};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::send::{Phase, StoredObject, Verdict};
use crate::protocol::Kind;
use crate::s3::checksum::{composite, full_object, multipart_etag};
use crate::s3::{Complete, NamedPart, ObjectInfo};
use crate::tasks::pacer::Stop;

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
        let settling = self.settling();
        let asked = settling
            .complete(self.request(parts, &expected), &expected)
            .await
            .map_err(|stop| match stop {
                Stop::Fault(fault) if fault.kind == Kind::UploadGone => {
                    Stop::Fault(self.explained(fault))
                }
                stop => stop,
            })?;
        self.board.tell(|told| told.phase = Phase::Verifying);
        self.report();
        let (object, verdict) = settling.verified(&expected, asked).await?;
        self.warn(self.record.end(self.end_stored(&object)).await)
            .await;
        Ok(self.told(&expected, object, verdict))
    }

    /// The object, if it was made although the upload was given up meanwhile.
    pub(super) async fn made_after_all(&self) -> Option<StoredObject> {
        let expected = self.completing.get()?;
        let asker = self.asker.unstoppable();
        let object = self.settling().look(&asker, expected, false).await.ok()??;
        self.warn(self.record.end(self.end_stored(&object)).await)
            .await;
        let verdict = judge(expected, &object);
        Some(self.told(expected, object, verdict))
    }

    pub(super) fn settling(&self) -> Settling<'_> {
        Settling {
            job: self.job,
            asker: self.asker.clone(),
            board: self.board.clone(),
            target: &self.target,
            access: &self.access,
            may_fall_back: self.may_fall_back,
            patience: self.job.settings.patience,
            before: None,
        }
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
            checksum: algorithm.and_then(|algorithm| {
                let parts = checksums.as_deref()?;
                if self.is_full_object() {
                    full_object(algorithm, parts)
                } else {
                    composite(algorithm, parts)
                }
            }),
        }
    }

    /// Whether the object's checksum is over all its bytes: what others began may be of the other type.
    fn is_full_object(&self) -> bool {
        let adopted = self.recipe.adopted.as_ref();
        match adopted.and_then(|adopted| adopted.checksum_type.as_deref()) {
            Some(kind) => kind == "FULL_OBJECT",
            None => self.algorithm.is_some_and(Algorithm::is_full_object),
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
            checksum: expected.checksum.clone().filter(|_| self.is_full_object()),
            if_none_match: self.recipe.if_none_match,
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
