//! The look after an abort: is anything left? Parts in flight may land after it, and then it is repeated.

use std::time::Duration;

use tokio::time::sleep;

use super::accepted::Accepted;
use super::recheck::Checked;
use super::{Doomed, Protocol, Unrecorded, request};
use crate::model::{Target, human};
use crate::protocol::{AbortOutcome, Fault, Kind, Operation, Scope, Urgency};
use crate::s3::ListParts;
use crate::tasks::job::{Asker, Job};
use crate::tasks::list::UploadsWalk;
use crate::tasks::pacer::Stop;

/// How often the abort is repeated while parts land.
const ROUNDS: u32 = 5;

impl Protocol<'_> {
    /// Lists the parts until there are none, repeating the abort while there are some.
    pub(super) async fn verify(
        &self,
        asker: &Asker,
        target: &Doomed,
        checked: Checked,
    ) -> Result<AbortOutcome, Unrecorded> {
        let asker = asker.unstoppable();
        let aborted = |verified| AbortOutcome::Aborted {
            freed: checked.freed,
            verified,
        };
        for round in 0..=ROUNDS {
            match anything_left(&asker, &target.target).await {
                Ok(false) => return Ok(aborted(true)),
                Ok(true) if round == ROUNDS => break,
                Ok(true) => {}
                Err(fault) => return Ok(unverified(fault, aborted(false))),
            }
            sleep(Duration::from_millis(250 << round)).await;
            let again = request(target);
            let ask = |_| asker.store.abort(&again);
            let answer = asker.pacer.run(asker.urgency, &asker.cancel, ask).await;
            if let Err(Stop::Fault(fault)) = answer
                && fault.kind != Kind::UploadGone
            {
                self.log(target, ("failed", None), Some(&fault)).await?;
                return Ok(AbortOutcome::Failed(fault));
            }
        }
        let fault = still_there(&target.target);
        self.log(target, ("failed", None), Some(&fault)).await?;
        Ok(AbortOutcome::Failed(fault))
    }
}

async fn anything_left(asker: &Asker, target: &Target) -> Result<bool, Fault> {
    let request = ListParts {
        access: crate::model::send::Access::default(),
        target: target.clone(),
        marker: None,
        max_parts: None,
    };
    match asker.list_parts(&request).await {
        Ok(page) => Ok(!page.parts.is_empty()),
        Err(Stop::Fault(fault)) if fault.kind == Kind::UploadGone => Ok(false),
        Err(Stop::Fault(fault)) => Err(fault),
        // Nothing stops this asker.
        Err(Stop::Cancelled) => Ok(false),
    }
}

/// The service said yes to the abort, but nobody could look whether something is left.
fn unverified(fault: Fault, aborted: AbortOutcome) -> AbortOutcome {
    match fault.kind {
        Kind::Denied | Kind::Unsupported | Kind::NotFound => aborted,
        _ => AbortOutcome::Failed(Fault {
            message: format!("it was aborted, but not looked at again: {}", fault.message),
            ..fault
        }),
    }
}

fn still_there(target: &Target) -> Fault {
    Fault {
        operation: Operation::AbortMultipartUpload,
        target: format!("s3://{}/{}", target.bucket, human::escape(&target.key)),
        kind: Kind::Other,
        code: None,
        message: format!(
            "parts are still there after {} aborts",
            human::count(u64::from(ROUNDS) + 1)
        ),
        hint: "something is still sending; stop it, then abort again".to_owned(),
    }
}

/// Lists a bucket again under `prefix`, which all of `accepted` have, and marks those that are still listed. False
/// when it cannot be listed, or costs more than to look at each of them.
pub(super) async fn find_listed(
    job: &Job,
    (bucket, prefix): (&str, &str),
    accepted: &mut Accepted,
) -> bool {
    let asker = job.asker(bucket, Urgency::Marked).unstoppable();
    let scope = Scope {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    };
    let mut walk = UploadsWalk::of(job, &scope).await;
    loop {
        match walk.next(&asker).await {
            Ok(Some(uploads)) => {
                for upload in &uploads {
                    accepted.note_listed(&upload.key, &upload.upload_id);
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
        if walk.pages > accepted.len() as u64 {
            return false;
        }
    }
}
