//! A copy by one request, and what its answer is worth.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::Copying;
use crate::model::Algorithm;
use crate::model::send::{StoredObject, Verdict};
use crate::protocol::{Fault, Kind, News, Operation};
use crate::s3::checksum::is_md5;
use crate::s3::{CopyObject, HeadObject, ObjectInfo, Receipt};
use crate::tasks::job::Asker;
use crate::tasks::pacer::Stop;
use crate::tasks::upload::attempt::persist;
use crate::tasks::upload::copied::{explained, question};
use crate::tasks::upload::part::{blames_checksum, refused};
use crate::tasks::upload::source::changed;

/// After a cancel the request gets so long to be answered.
const GRACE: Duration = Duration::from_secs(3);

impl Copying<'_> {
    /// Makes the copy.
    pub(super) async fn whole(&self) -> Result<StoredObject, Stop> {
        let board = &self.common.board;
        board.begin_waiting();
        board.count_time(true);
        let stopped = async {
            self.common.job.cancel.cancelled().await;
            sleep(GRACE).await;
        };
        let made = tokio::select! {
            made = self.common.watched(self.made()) => made,
            () = stopped => Err(Stop::Cancelled),
        };
        board.count_time(false);
        let made = made?;
        board.stored(made.size, false);
        Ok(made)
    }

    /// Refuses a key that holds an object where none is to be overwritten: not every service heeds the condition,
    /// and of those that do many copy everything first.
    pub(super) async fn free(&self) -> Result<(), Stop> {
        if !self.order.if_none_match {
            return Ok(());
        }
        let request = self.of_copy(None);
        match self.look(&self.common.asker, &request).await {
            Ok(_) => Err(Stop::Fault(Fault {
                operation: Operation::HeadObject,
                target: format!("s3://{}/{}", request.bucket, request.key),
                kind: Kind::Precondition,
                code: Some("PreconditionFailed".to_owned()),
                message: "there is an object already, and none is to be overwritten".to_owned(),
                hint: String::new(),
            })),
            // Whoever may not look, or has another key than the object, learns it from the condition.
            Err(Stop::Fault(fault))
                if matches!(fault.kind, Kind::NotFound | Kind::Denied | Kind::Invalid) =>
            {
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    async fn made(&self) -> Result<StoredObject, Stop> {
        let lost = AtomicBool::new(false);
        let mut algorithm = self.algorithm();
        loop {
            let request = self.request(algorithm);
            let ask = || self.ask(&request, &lost);
            let patience = self.common.job.settings.patience;
            let fault = match persist(&self.common.asker, &self.common.board, patience, ask).await {
                Ok(receipt) => return self.judged(receipt).await,
                Err(Stop::Fault(fault)) => fault,
                Err(stop) => return Err(stop),
            };
            let may_fall_back = self.common.may_fall_back(self.order.checksum);
            if algorithm.is_some() && may_fall_back && blames_checksum(&fault) {
                self.common.job.tell(News::Warning(refused(&fault))).await;
                algorithm = None;
                continue;
            }
            if fault.kind != Kind::Precondition {
                return Err(Stop::Fault(explained(fault, &self.from)));
            }
            return self.settled(fault, lost.load(Ordering::Relaxed)).await;
        }
    }

    async fn ask(&self, request: &CopyObject, lost: &AtomicBool) -> Result<Receipt, Fault> {
        let answer = self.common.job.store.copy_object(request).await;
        if answer.as_ref().is_err_and(|of| of.kind == Kind::Network) {
            lost.store(true, Ordering::Relaxed);
        }
        answer
    }

    fn request(&self, checksum: Option<Algorithm>) -> CopyObject {
        let options = &self.order.options;
        // S3 refuses a copy onto itself that takes everything over.
        let anew = options.describes_anew() || self.order.is_onto_itself();
        let tagged = options.replace_tags || !options.set.tags.is_empty() || self.tags_denied;
        CopyObject {
            bucket: self.order.bucket.clone(),
            key: self.key.clone(),
            from: self.from.clone(),
            metadata: anew.then(|| self.options.clone()),
            options: self.options.clone(),
            tags: tagged.then(|| self.options.tags.clone()),
            access: self.access.clone(),
            checksum,
            if_none_match: self.order.if_none_match,
        }
    }

    /// A condition failed: the source's, the copy's, or that of a try after one whose answer was lost.
    async fn settled(&self, fault: Fault, lost: bool) -> Result<StoredObject, Stop> {
        if lost {
            let made = self.look(&self.common.asker, &self.of_copy(None)).await;
            if let Ok(info) = made
                && let Verdict::Verified(_) = compared(&self.found, &info)
            {
                let verdict = compared(&self.found, &info);
                return Ok(self.told(info, verdict));
            }
        }
        let source = question(&self.from);
        let asker = self
            .common
            .job
            .asker(&source.bucket, self.common.asker.urgency);
        match self.look(&asker, &source).await {
            Ok(info) if info.etag == self.found.etag => Err(Stop::Fault(fault)),
            Ok(_) | Err(Stop::Fault(_)) => Err(Stop::Fault(Fault {
                hint: "copy it again".to_owned(),
                ..changed(&self.from.object.shown(), "it changed while it was copied")
            })),
            Err(stop) => Err(stop),
        }
    }

    fn of_copy(&self, version_id: Option<String>) -> HeadObject {
        HeadObject {
            bucket: self.order.bucket.clone(),
            key: self.key.clone(),
            version_id,
            access: self.access.clone(),
        }
    }

    async fn look(&self, asker: &Asker, request: &HeadObject) -> Result<ObjectInfo, Stop> {
        let job = self.common.job;
        let ask = || job.store.head_object(request);
        persist(asker, &self.common.board, job.settings.patience, ask).await
    }

    /// Looks at the object that the service says it made.
    async fn judged(&self, receipt: Receipt) -> Result<StoredObject, Stop> {
        let asker = self.common.asker.unstoppable();
        let (info, verdict) = match self.look(&asker, &self.of_copy(None)).await {
            Ok(info) if !receipt.etag.is_empty() && info.etag != receipt.etag => {
                let why = "another write replaced the object since it was made";
                (self.promised(&receipt), Verdict::Unverified(why.to_owned()))
            }
            Ok(info) => {
                let verdict = compared(&self.found, &info);
                let version_id = receipt.version_id.or(info.version_id.clone());
                (ObjectInfo { version_id, ..info }, verdict)
            }
            Err(Stop::Fault(fault)) => {
                let why = format!("the object could not be looked at: {fault}");
                (self.promised(&receipt), Verdict::Unverified(why))
            }
            Err(Stop::Cancelled) => {
                let why = "cancelled".to_owned();
                (self.promised(&receipt), Verdict::Unverified(why))
            }
        };
        Ok(self.told(info, verdict))
    }

    fn promised(&self, receipt: &Receipt) -> ObjectInfo {
        ObjectInfo {
            size: self.found.size,
            etag: receipt.etag.clone(),
            checksum: receipt.checksum.clone(),
            version_id: receipt.version_id.clone(),
            ..ObjectInfo::default()
        }
    }

    fn told(&self, info: ObjectInfo, verdict: Verdict) -> StoredObject {
        StoredObject {
            etag: info.etag,
            version_id: info.version_id,
            size: self.found.size,
            sent: self.found.size,
            parts: 1,
            checksum: info
                .checksum
                .map(|of| format!("{}:{}", of.algorithm, of.value)),
            verdict,
        }
    }
}

/// Compares a copy with its source, by whatever both have.
fn compared(source: &ObjectInfo, copy: &ObjectInfo) -> Verdict {
    if copy.size != source.size {
        return Verdict::Unverified(format!(
            "the copy has {} bytes instead of {}",
            copy.size, source.size
        ));
    }
    let mut equal = vec!["size".to_owned()];
    let whole = |info: &ObjectInfo| info.checksum_type.as_deref() == Some("FULL_OBJECT");
    if let (Some(of), Some(made)) = (&source.checksum, &copy.checksum)
        && (whole(source) && whole(copy))
        && of.algorithm.eq_ignore_ascii_case(&made.algorithm)
    {
        if of.value != made.value {
            return Verdict::Unverified(format!(
                "the copy's {} is {} instead of {}",
                of.algorithm, made.value, of.value
            ));
        }
        equal.push(of.algorithm.clone());
    }
    let keeps = |info: &ObjectInfo| matches!(info.encryption.as_deref(), None | Some("AES256"));
    let comparable = is_md5(&source.etag) && is_md5(&copy.etag) && keeps(source) && keeps(copy);
    if comparable && source.etag.eq_ignore_ascii_case(&copy.etag) {
        equal.push("ETag".to_owned());
    } else if comparable && equal.len() == 1 {
        return Verdict::Unverified(format!(
            "the copy's ETag is {} instead of {}",
            copy.etag, source.etag
        ));
    }
    if equal.len() == 1 {
        return Verdict::Unverified("only the size could be compared".to_owned());
    }
    Verdict::Verified(equal.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::part::Checksum;

    fn info(etag: &str, crc: Option<&str>) -> ObjectInfo {
        ObjectInfo {
            size: 7,
            etag: etag.to_owned(),
            checksum: crc.map(|value| Checksum {
                algorithm: "CRC64NVME".to_owned(),
                value: value.to_owned(),
            }),
            checksum_type: crc.map(|_| "FULL_OBJECT".to_owned()),
            ..ObjectInfo::default()
        }
    }

    #[test]
    fn a_copy_is_compared_by_whatever_both_have() {
        let (one, two) = ("a".repeat(32), "b".repeat(32));
        let parts = format!("{one}-3");
        let verified = |words: &str| Verdict::Verified(words.to_owned());
        let same = compared(&info(&one, Some("x")), &info(&one, Some("x")));
        assert_eq!(same, verified("size, CRC64NVME, ETag"));
        assert_eq!(
            compared(&info(&one, None), &info(&one, None)),
            verified("size, ETag")
        );
        // A source in parts has another kind of ETag than a copy in one piece.
        let crc = compared(&info(&parts, Some("x")), &info(&one, Some("x")));
        assert_eq!(crc, verified("size, CRC64NVME"));
        for (source, copy, said) in [
            (info(&parts, None), info(&one, None), "only the size"),
            (info(&one, None), info(&two, None), "ETag is b"),
            (
                info(&one, Some("x")),
                info(&one, Some("y")),
                "CRC64NVME is y",
            ),
            (
                ObjectInfo {
                    size: 8,
                    ..info(&one, None)
                },
                info(&one, None),
                "7 bytes",
            ),
        ] {
            let Verdict::Unverified(why) = compared(&source, &copy) else {
                panic!("{source:?}");
            };
            assert!(why.contains(said), "{why}");
        }
        let kms = ObjectInfo {
            encryption: Some("aws:kms".to_owned()),
            ..info(&two, None)
        };
        let said = compared(&info(&one, None), &kms);
        assert_eq!(
            said,
            Verdict::Unverified("only the size could be compared".to_owned())
        );
    }
}
