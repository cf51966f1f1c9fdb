//! What only an upload of one's own can tell. It is tiny, under a random key, never completed, and aborted whatever
//! happens; what could not be removed is named with the command that removes it.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::quirks::{encoding, part_pages};
use super::traces::{NO_CHECKSUMS, etags, kept_checksums, left_behind};
use super::verdict::{checked, told};
use super::{Cancelled, Doctor};
use crate::model::bucket::is_directory_bucket;
use crate::model::examination::{Check, Status};
use crate::model::human::escape;
use crate::model::part::{Checksum, UploadInfo};
use crate::model::provider::Checksums;
use crate::model::send::Access;
use crate::model::{Algorithm, Target, Upload};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::checksum::checksum;
use crate::s3::{Abort, CreateUpload, ListParts, ListUploads, Payload, Receipt, UploadPart};
use crate::tasks::audit::{Audit, Deed};
use crate::tasks::pacer::Stop;

/// How often the abort is repeated while something is left.
const ROUNDS: u32 = 4;

/// What a part holds.
const BODIES: [&[u8]; 2] = [b"mopup doctor, part 1\n", b"mopup doctor, part 2\n"];

/// What the trial is about.
struct Trial {
    target: Target,
    algorithm: Option<Algorithm>,
    /// In the key, and in no other.
    token: String,
}

impl Doctor<'_> {
    /// Begins an upload, looks what becomes of it, and removes it.
    pub(super) async fn try_an_upload(&mut self, bucket: &str) -> Result<(), Cancelled> {
        let audit = match Audit::of(self.job).await {
            Ok(audit) => audit,
            Err(Stop::Cancelled) => return Err(Cancelled),
            Err(Stop::Fault(fault)) => {
                self.note(checked("begin uploads", None, Err(fault)));
                return Ok(());
            }
        };
        let refuses = self.provider.checksums == Checksums::Refuses;
        let mut algorithm = (!refuses).then_some(Algorithm::Crc64Nvme);
        if refuses {
            let detail = format!("{} is known to refuse them", self.provider.name);
            self.note(told("checksums", Status::Quirk, detail, NO_CHECKSUMS));
        }
        loop {
            let Some(trial) = self.begin(bucket, &mut algorithm).await else {
                return Ok(());
            };
            let went = self.send_and_look(&trial).await;
            self.remove(&trial, audit.as_ref()).await;
            self.found.begun = None;
            match went? {
                Went::Well => return Ok(()),
                Went::WithoutChecksums => algorithm = None,
            }
        }
    }

    /// Begins it; without a checksum where that is refused. `None`: there is none, and it was said why.
    async fn begin(&mut self, bucket: &str, algorithm: &mut Option<Algorithm>) -> Option<Trial> {
        let (name, operation) = ("begin uploads", Operation::CreateMultipartUpload);
        let action = operation.iam_action_on(bucket);
        let token: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(16)
            .collect();
        let mut request = CreateUpload {
            bucket: bucket.to_owned(),
            // With all that is encoded in one way or another.
            key: format!("mopup-doctor-{token}/a b+c%2F=ä"),
            checksum: *algorithm,
            ..CreateUpload::default()
        };
        self.found.begun = Some(left_behind(bucket, &request.key, None));
        self.tell();
        // Never dropped on its way: whatever was begun has to be removed.
        let mut answer = self.store.create_upload(&request).await;
        if algorithm.is_some() && answer.as_ref().is_err_and(is_refusal) {
            request.checksum = None;
            let again = self.store.create_upload(&request).await;
            if let (Err(fault), Ok(_)) = (&answer, &again) {
                let detail = format!("refused: {}", fault.message);
                self.note(told("checksums", Status::Quirk, detail, NO_CHECKSUMS));
                *algorithm = None;
            }
            answer = again;
        }
        let lost = answer.as_ref().is_err_and(|fault| {
            // The answer may be lost and the upload there.
            !is_refusal(fault) && fault.kind != Kind::Denied && fault.kind != Kind::NotFound
        });
        let mut upload_id = answer.as_ref().ok().map(|begun| begun.upload_id.clone());
        let said = answer.map(|_| "allowed".to_owned());
        self.note(checked(name, action, said));
        if lost {
            match self.ours(bucket, &token).await {
                Ok(found) => upload_id = found.first().map(|of| of.upload_id.clone()),
                Err(_) => self.note(left_behind(bucket, &request.key, None)),
            }
        }
        let Some(upload_id) = upload_id else {
            self.found.begun = None;
            return None;
        };
        self.found.begun = Some(left_behind(bucket, &request.key, Some(&upload_id)));
        self.tell();
        Some(Trial {
            target: Target {
                bucket: bucket.to_owned(),
                key: request.key,
                upload_id,
            },
            algorithm: *algorithm,
            token,
        })
    }

    /// Everything between its beginning and its end.
    async fn send_and_look(&mut self, trial: &Trial) -> Result<Went, Cancelled> {
        let target = &trial.target;
        let put = Operation::UploadPart.iam_action_on(&target.bucket);
        let mut sent: Vec<(Receipt, Option<Checksum>)> = Vec::new();
        for (number, body) in (1..).zip(BODIES) {
            let mut payload = Payload::of(Bytes::from_static(body));
            payload.checksum = trial.algorithm.map(|of| checksum(of, body));
            let promised = payload.checksum.clone();
            let part = UploadPart {
                target: target.clone(),
                access: Access::default(),
                number,
                payload,
            };
            match self.ask(self.store.upload_part(&part)).await? {
                Ok(receipt) => sent.push((receipt, promised)),
                Err(fault) if trial.algorithm.is_some() && is_refusal(&fault) => {
                    let detail = format!("refused with a part: {}", fault.message);
                    self.note(told("checksums", Status::Quirk, detail, NO_CHECKSUMS));
                    return Ok(Went::WithoutChecksums);
                }
                Err(fault) => {
                    self.note(checked("send parts", put, Err(fault)));
                    return Ok(Went::Well);
                }
            }
        }
        self.note(checked("send parts", put, Ok("allowed".to_owned())));
        self.look_at_what_was_sent(trial, &sent).await?;
        self.look_whether_it_is_listed(trial).await?;
        Ok(Went::Well)
    }

    async fn look_at_what_was_sent(
        &mut self,
        trial: &Trial,
        sent: &[(Receipt, Option<Checksum>)],
    ) -> Result<(), Cancelled> {
        let mut request = parts_of(&trial.target);
        let whole = self.ask(self.store.list_parts(&request)).await?;
        let action = Operation::ListParts.iam_action_on(&trial.target.bucket);
        let told_of = whole.as_ref().map_err(Clone::clone);
        self.note(checked(
            "list its parts",
            action,
            told_of.map(|page| format!("{} of {} are listed", page.parts.len(), sent.len())),
        ));
        let Ok(page) = whole else { return Ok(()) };
        self.note(etags(&page, sent));
        if trial.algorithm.is_some() {
            self.note(kept_checksums(&page, sent));
        }
        request.max_parts = Some(1);
        let one = self.ask(self.store.list_parts(&request)).await?;
        self.replace(part_pages(one.as_ref()));
        Ok(())
    }

    async fn look_whether_it_is_listed(&mut self, trial: &Trial) -> Result<(), Cancelled> {
        let name = "new uploads";
        let Target { bucket, key, .. } = &trial.target;
        let listed = match self.ask(self.ours(bucket, &trial.token)).await? {
            Ok(listed) => listed,
            Err(fault) => {
                let action = Operation::ListMultipartUploads.iam_action_on(bucket);
                self.note(checked(name, action, Err(fault)));
                return Ok(());
            }
        };
        let Some(first) = listed.first() else {
            self.note(told(
                name,
                Status::Quirk,
                "an upload is not listed as soon as it is begun",
                "look again later; one that is never listed can be ended only by its ID",
            ));
            return Ok(());
        };
        self.note(told(name, Status::Ok, "listed at once", ""));
        self.renew(&encoding(self.store.noticed()));
        self.note(if first.key == *key {
            told("odd keys", Status::Ok, "come back as they were sent", "")
        } else {
            told(
                "odd keys",
                Status::Quirk,
                format!("{} comes back as {}", escape(key), escape(&first.key)),
                "such an upload may have to be named by its key and ID",
            )
        });
        let untried = |check: &Check| check.name == "prefix" && check.status == Status::Skipped;
        if let Some(at) = self.found.checks.iter().position(untried) {
            self.found.checks.remove(at);
            self.look_at_prefix(bucket, key).await?;
        }
        Ok(())
    }

    /// A check again of which more is known now.
    fn renew(&mut self, check: &Check) {
        let known = self.found.checks.iter_mut();
        for old in known.filter(|old| old.name == check.name) {
            old.clone_from(check);
        }
    }

    /// A check again of which nothing could be said before.
    fn replace(&mut self, check: Check) {
        self.found
            .checks
            .retain(|old| old.name != check.name || old.status != Status::Skipped);
        if !self.found.checks.iter().any(|old| old.name == check.name) {
            self.note(check);
        }
    }

    /// Whatever is listed under the trial's key, however it is written.
    async fn ours(&self, bucket: &str, token: &str) -> Result<Vec<Upload>, Fault> {
        let folder = format!("mopup-doctor-{token}/");
        let mut prefix = folder.clone();
        if self.provider.exact_prefix_only && !is_directory_bucket(bucket) {
            prefix.push_str("a b+c%2F=ä");
        }
        let request = ListUploads {
            bucket: bucket.to_owned(),
            prefix,
            ..ListUploads::default()
        };
        let mut page = self.store.list_uploads(&request).await?;
        page.uploads.retain(|of| of.key.contains(token));
        if page.uploads.is_empty() && !self.provider.exact_prefix_only {
            // By its whole key, as some servers want it.
            let request = ListUploads {
                prefix: format!("{folder}a b+c%2F=ä"),
                ..request
            };
            if !is_directory_bucket(bucket) {
                page = self.store.list_uploads(&request).await?;
                page.uploads.retain(|of| of.key.contains(token));
            }
        }
        Ok(page.uploads)
    }

    /// Aborts it until nothing is left, or says what is.
    async fn remove(&mut self, trial: &Trial, audit: Option<&Audit>) {
        let target = &trial.target;
        let action = Operation::AbortMultipartUpload.iam_action_on(&target.bucket);
        let request = Abort {
            target: target.clone(),
            if_initiated: None,
        };
        let mut answer = Ok(());
        let mut gone = false;
        for round in 0..ROUNDS {
            if round > 0 {
                sleep(Duration::from_millis(250 << round)).await;
            }
            answer = self.store.abort(&request).await;
            gone = self.is_gone(target).await.unwrap_or(answer.is_ok());
            if gone
                || answer
                    .as_ref()
                    .is_err_and(|fault| fault.kind == Kind::Denied)
            {
                break;
            }
        }
        let failure = answer.as_ref().err().filter(|_| !gone);
        if let Some(audit) = audit {
            let deed = Deed {
                action: "abort",
                outcome: if gone { "aborted" } else { "failed" },
                bytes: None,
            };
            let now = self.job.clock.now();
            if let Err(fault) = audit.record(now, target, deed, failure).await {
                self.note(checked("audit log", None, Err(fault)));
            }
        }
        if gone {
            let said = "aborted, and nothing is left of it".to_owned();
            let mut check = checked("remove it again", action, Ok(said));
            let listed = self.ours(&target.bucket, &trial.token).await;
            if listed.is_ok_and(|listed| !listed.is_empty()) {
                check.status = Status::Quirk;
                "aborted, its parts are gone, and yet it is still listed"
                    .clone_into(&mut check.detail);
                "a listing is not trusted to be new: each upload is looked at before it is ended"
                    .clone_into(&mut check.remedy);
            }
            self.note(check);
            return;
        }
        if let Err(fault) = answer {
            self.note(checked("remove it again", action, Err(fault)));
        }
        let id = Some(target.upload_id.as_str());
        self.note(left_behind(&target.bucket, &target.key, id));
    }

    /// Whether nothing is left; `None`: it may not be looked at.
    async fn is_gone(&self, target: &Target) -> Option<bool> {
        match self.store.list_parts(&parts_of(target)).await {
            Ok(page) => Some(page.parts.is_empty() && page.info == UploadInfo::default()),
            Err(fault) if fault.kind == Kind::UploadGone => Some(true),
            Err(_) => None,
        }
    }
}

/// How the looking went.
enum Went {
    /// To its end, whatever was found.
    Well,
    /// It has to be begun again without checksums.
    WithoutChecksums,
}

/// Whether the server answered that it does not do this.
fn is_refusal(fault: &Fault) -> bool {
    matches!(fault.kind, Kind::Invalid | Kind::Unsupported)
}

fn parts_of(target: &Target) -> ListParts {
    ListParts {
        access: Access::default(),
        target: target.clone(),
        marker: None,
        max_parts: None,
    }
}
