//! One part on its way: sent, sent again, checked against what the service says it got.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::attempt::{persist, watch};
use super::board::PartMeter;
use super::same::md5;
use super::transfer::Transfer;
use crate::journal::PartRecord;
use crate::model::part::Checksum;
use crate::protocol::{Fault, Kind, News, Operation};
use crate::s3::checksum::is_md5;
use crate::s3::{Payload, Receipt, UploadPart};
use crate::tasks::pacer::Stop;

/// A part whose bytes arrived damaged is sent so often in all.
const DAMAGED_TRIES: u32 = 4;

impl Transfer<'_> {
    /// Sends a part until the service has it as it is here.
    pub(super) async fn send_part(
        &self,
        number: u32,
        bytes: &Bytes,
        checksum: Option<Checksum>,
    ) -> Result<PartRecord, Stop> {
        let mut tries = 0;
        loop {
            tries += 1;
            let receipt = match self.store_part(number, bytes, checksum.as_ref()).await {
                Ok(receipt) => receipt,
                // Damaged on its way.
                Err(Stop::Fault(fault))
                    if fault.code.as_deref() == Some("BadDigest") && tries < DAMAGED_TRIES =>
                {
                    self.board.repeated();
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let doubt = self.doubt(&receipt, bytes, checksum.as_ref()).await;
            match doubt {
                None => {}
                Some(Doubt::Damaged(message)) if tries < DAMAGED_TRIES => {
                    self.board.repeated();
                    self.board.tell(|told| told.trouble = Some(message));
                    continue;
                }
                Some(Doubt::Damaged(message)) => return Err(Stop::Fault(self.damaged(message))),
                // The same twice: the service counts otherwise, the line is not to blame.
                Some(Doubt::OddEtag) if tries > 1 => self.give_up_etags().await,
                Some(Doubt::OddEtag) => {
                    self.board.repeated();
                    continue;
                }
            }
            return Ok(PartRecord {
                number,
                size: bytes.len() as u64,
                etag: receipt.etag,
                checksum,
            });
        }
    }

    async fn store_part(
        &self,
        number: u32,
        bytes: &Bytes,
        checksum: Option<&Checksum>,
    ) -> Result<Receipt, Stop> {
        let patience = self.job.settings.patience;
        loop {
            let checksum = checksum.filter(|_| self.sends_checksums());
            let ask = || self.ask(number, bytes.clone(), checksum.cloned());
            let answer = persist(&self.asker, &self.board, patience, ask).await;
            match answer {
                Err(Stop::Fault(fault)) if checksum.is_some() && self.blames_checksum(&fault) => {
                    let first = !self.checks.refused.swap(true, Ordering::Relaxed);
                    if first {
                        self.job.tell(News::Warning(refused(&fault))).await;
                    }
                }
                other => return other,
            }
        }
    }

    async fn ask(
        &self,
        number: u32,
        body: Bytes,
        checksum: Option<Checksum>,
    ) -> Result<Receipt, Fault> {
        let len = body.len() as u64;
        let meter = Arc::new(PartMeter::new(&self.board));
        let request = UploadPart {
            target: self.target.clone(),
            access: self.access.clone(),
            number,
            payload: Payload {
                body,
                checksum,
                signing: self.recipe.signing,
                meter: Some(meter.clone()),
            },
        };
        let answer = watch(&meter, len, self.job.store.upload_part(&request)).await;
        if answer.is_ok() {
            meter.went_whole(len);
        }
        meter.settle();
        answer.map_err(|fault| self.explained(fault))
    }

    /// Whether a refusal may be for the checksum: on a service of which that is not known.
    fn blames_checksum(&self, fault: &Fault) -> bool {
        self.may_fall_back && blames_checksum(fault)
    }

    /// What speaks against a part that the service says it has.
    async fn doubt(
        &self,
        receipt: &Receipt,
        bytes: &Bytes,
        sent: Option<&Checksum>,
    ) -> Option<Doubt> {
        if let (Some(stored), Some(sent)) = (&receipt.checksum, sent)
            && stored.algorithm.eq_ignore_ascii_case(&sent.algorithm)
        {
            // The service computed it, too: nothing is left to doubt.
            return (stored.value != sent.value)
                .then(|| Doubt::Damaged("the service got other bytes than were sent".to_owned()));
        }
        let comparable = self.recipe.options.encryption.keeps_md5()
            && is_md5(&receipt.etag)
            && !self.checks.odd_etags.load(Ordering::Relaxed);
        if comparable && md5(bytes).await != receipt.etag.to_ascii_lowercase() {
            return Some(Doubt::OddEtag);
        }
        None
    }

    async fn give_up_etags(&self) {
        if !self.checks.odd_etags.swap(true, Ordering::Relaxed) {
            let message = "the parts' ETags are not the MD5s of what was sent".to_owned();
            let hint = "the bucket may encrypt with a KMS key; the parts are not compared by them";
            self.job
                .tell(News::Warning(Fault {
                    hint: hint.to_owned(),
                    ..self.damaged(message)
                }))
                .await;
        }
    }

    fn damaged(&self, message: String) -> Fault {
        Fault {
            operation: Operation::UploadPart,
            target: format!("s3://{}/{}", self.target.bucket, self.target.key),
            kind: Kind::Network,
            code: None,
            message,
            hint: "check the network and this machine's memory; the upload is kept".to_owned(),
        }
    }

    /// An upload that is gone in the middle may have met its deadline.
    pub(super) fn explained(&self, fault: Fault) -> Fault {
        if fault.kind != Kind::UploadGone {
            return fault;
        }
        let deadline = self.deadline();
        let passed = deadline.is_some_and(|at| self.job.clock.now() >= at);
        let message = match deadline.filter(|_| passed) {
            Some(at) => format!(
                "the upload is gone: its deadline was {}",
                crate::model::human::utc(at)
            ),
            None => "the upload is gone: it was aborted or completed by somebody else".to_owned(),
        };
        Fault {
            message,
            hint: "begin a new one with --anew".to_owned(),
            ..fault
        }
    }

    fn deadline(&self) -> Option<crate::model::Timestamp> {
        let mut deadline = None;
        self.board.tell(|told| deadline = told.deadline);
        deadline
    }
}

/// Why a part may not be what was sent.
enum Doubt {
    Damaged(String),
    /// An `ETag` that looks like an MD5 and is another.
    OddEtag,
}

/// Whether a refusal may be for a checksum that came with the request.
pub(super) fn blames_checksum(fault: &Fault) -> bool {
    let code = fault.code.as_deref().unwrap_or_default();
    matches!(fault.kind, Kind::Invalid | Kind::Unsupported)
        && !matches!(
            code,
            "BadDigest"
                | "EntityTooSmall"
                | "EntityTooLarge"
                | "InvalidPart"
                | "InvalidBucketName"
                | "InvalidStorageClass"
                | "InvalidTag"
                | "KeyTooLongError"
                | "MetadataTooLarge"
        )
}

/// What is told when a service takes no checksums.
pub(super) fn refused(fault: &Fault) -> Fault {
    Fault {
        message: format!(
            "this server takes no checksum ({}); sent without",
            fault.message
        ),
        hint: "--checksum none avoids the try".to_owned(),
        ..fault.clone()
    }
}
