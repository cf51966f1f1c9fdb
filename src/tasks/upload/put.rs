//! An object in one piece: sent until the service has it as it is here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::attempt::{persist, watch};
use super::board::{Board, PartMeter};
use super::part::{blames_checksum, refused};
use super::same::{hashed, md5};
use crate::model::Algorithm;
use crate::model::part::Checksum;
use crate::model::send::{Access, ObjectOptions, PayloadSigning, StoredObject, Verdict};
use crate::protocol::{Fault, Kind, News};
use crate::s3::checksum::is_md5;
use crate::s3::{HeadObject, ObjectInfo, Payload, PutObject, Receipt};
use crate::tasks::job::{Asker, Job};
use crate::tasks::pacer::Stop;

/// One object to store.
#[derive(Debug)]
pub(super) struct Put<'a> {
    pub(super) job: &'a Job,
    pub(super) asker: &'a Asker,
    pub(super) board: &'a Arc<Board>,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) options: ObjectOptions,
    pub(super) access: &'a Access,
    pub(super) if_none_match: bool,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) signing: PayloadSigning,
    pub(super) may_fall_back: bool,
    /// The service refuses checksums; shared by all objects of a job.
    pub(super) refused: &'a AtomicBool,
}

impl Put<'_> {
    /// Stores `bytes`.
    pub(super) async fn run(&self, bytes: Bytes) -> Result<StoredObject, Stop> {
        let mut wanted = None;
        if let Some(algorithm) = self.algorithm {
            wanted = Some(hashed(algorithm, &bytes).await);
        }
        let lost = AtomicBool::new(false);
        loop {
            let refused_before = self.refused.load(Ordering::Relaxed);
            let checksum = wanted.clone().filter(|_| !refused_before);
            let ask = || self.ask(bytes.clone(), checksum.clone(), &lost);
            let patience = self.job.settings.patience;
            match persist(self.asker, self.board, patience, ask).await {
                Ok(receipt) => return self.judged(receipt, &bytes, checksum).await,
                Err(Stop::Fault(fault))
                    if checksum.is_some() && self.may_fall_back && blames_checksum(&fault) =>
                {
                    if !self.refused.swap(true, Ordering::Relaxed) {
                        self.job.tell(News::Warning(refused(&fault))).await;
                    }
                }
                // Ours, perhaps, from a try whose answer was lost.
                Err(Stop::Fault(fault))
                    if fault.kind == Kind::Precondition && lost.load(Ordering::Relaxed) =>
                {
                    let Some(info) = self.head().await.ok() else {
                        return Err(Stop::Fault(fault));
                    };
                    let receipt = Receipt {
                        etag: info.etag,
                        checksum: info.checksum,
                        version_id: info.version_id,
                    };
                    let stored = self.judged(receipt, &bytes, checksum).await?;
                    if matches!(stored.verdict, Verdict::Verified(_)) {
                        return Ok(stored);
                    }
                    return Err(Stop::Fault(fault));
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    async fn ask(
        &self,
        body: Bytes,
        checksum: Option<Checksum>,
        lost: &AtomicBool,
    ) -> Result<Receipt, Fault> {
        let len = body.len() as u64;
        let meter = Arc::new(PartMeter::new(self.board));
        let request = PutObject {
            bucket: self.bucket.to_owned(),
            key: self.key.to_owned(),
            options: self.options.clone(),
            access: self.access.clone(),
            if_none_match: self.if_none_match,
            payload: Payload {
                body,
                checksum,
                signing: self.signing,
                meter: Some(meter.clone()),
            },
        };
        let answer = watch(&meter, len, self.job.store.put_object(&request)).await;
        match &answer {
            Ok(_) => meter.went_whole(len),
            Err(fault) if fault.kind == Kind::Network => lost.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        meter.settle();
        answer
    }

    async fn head(&self) -> Result<ObjectInfo, Stop> {
        let request = HeadObject {
            bucket: self.bucket.to_owned(),
            key: self.key.to_owned(),
            version_id: None,
            access: self.access.clone(),
        };
        let ask = || self.job.store.head_object(&request);
        persist(self.asker, self.board, self.job.settings.patience, ask).await
    }

    /// What the service's word is worth.
    async fn judged(
        &self,
        receipt: Receipt,
        bytes: &Bytes,
        sent: Option<Checksum>,
    ) -> Result<StoredObject, Stop> {
        let mut equal = Vec::new();
        let mut differs = None;
        if let (Some(stored), Some(sent)) = (&receipt.checksum, &sent)
            && stored.algorithm.eq_ignore_ascii_case(&sent.algorithm)
        {
            if stored.value == sent.value {
                equal.push(sent.algorithm.clone());
            } else {
                differs = Some(format!("the object's {} differs", sent.algorithm));
            }
        }
        if equal.is_empty() && is_md5(&receipt.etag) && self.options.encryption.keeps_md5() {
            if md5(bytes).await == receipt.etag.to_ascii_lowercase() {
                equal.push("MD5".to_owned());
            } else {
                differs = Some("the object's ETag is not the MD5 of what was sent".to_owned());
            }
        }
        let verdict = match differs {
            Some(how) => Verdict::Unverified(how),
            None if equal.is_empty() => self.by_size(bytes.len() as u64).await,
            None => Verdict::Verified(equal.join(", ")),
        };
        Ok(StoredObject {
            etag: receipt.etag,
            version_id: receipt.version_id,
            size: bytes.len() as u64,
            sent: bytes.len() as u64,
            parts: 1,
            checksum: receipt
                .checksum
                .map(|of| format!("{}:{}", of.algorithm, of.value)),
            verdict,
        })
    }

    async fn by_size(&self, size: u64) -> Verdict {
        match self.head().await {
            Ok(info) if info.size == size => {
                Verdict::Unverified("only the size could be compared".to_owned())
            }
            Ok(info) => Verdict::Unverified(format!(
                "the object has {} bytes instead of {size}",
                info.size
            )),
            Err(_) => Verdict::Unverified("the object could not be looked at".to_owned()),
        }
    }
}
