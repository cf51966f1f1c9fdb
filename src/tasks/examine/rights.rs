//! Each permission, tried with a request that can change nothing.

use bytes::Bytes;

use super::verdict::{checked, probed, skipped, told};
use super::{Answered, Cancelled, Doctor, nobody, place};
use crate::model::examination::{Check, Status};
use crate::model::human;
use crate::model::send::Access;
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::{Abort, HeadObject, ListParts, ListUploads, Payload, UploadPart, UploadsPage};

/// What the first look at the bucket told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It may be seen: what is missing in it is told as missing.
    There,
    Missing,
    /// It may not be seen, or nothing is known.
    Hidden,
}

impl Doctor<'_> {
    /// Whether the bucket may be seen.
    pub(super) async fn see(&mut self, bucket: &str) -> Result<Seen, Cancelled> {
        let head = self.ask(self.store.head_bucket(bucket)).await?;
        let action = Operation::HeadBucket.iam_action_on(bucket);
        let region = head.as_ref().map(|found| found.region.clone()).ok();
        let seen = match &head {
            Ok(_) => Seen::There,
            Err(fault) if fault.kind == Kind::NotFound => Seen::Missing,
            Err(_) => Seen::Hidden,
        };
        let said = head.map(|_| "allowed".to_owned());
        self.note(checked("see the bucket", action, said));
        if let Some(found) = region {
            let asked = self.found.setting.region.as_deref();
            self.note(place::region(asked, found.as_deref()));
        }
        Ok(seen)
    }

    /// Whether uploads are listed; answers the first page, of one upload if the server heeds that.
    pub(super) async fn list(&mut self, bucket: &str) -> Answered<UploadsPage> {
        let request = ListUploads {
            bucket: bucket.to_owned(),
            max_uploads: Some(1),
            ..ListUploads::default()
        };
        let first = self.ask(self.store.list_uploads(&request)).await?;
        let operation = Operation::ListMultipartUploads;
        let said = first.as_ref().map_err(Clone::clone).map(|page| {
            let word = match page.uploads.len() {
                0 => "no upload is in progress",
                _ => "there are uploads in progress",
            };
            word.to_owned()
        });
        self.note(checked(
            "list uploads",
            operation.iam_action_on(bucket),
            said,
        ));
        Ok(first)
    }

    /// The rights on uploads and objects. `there`: the bucket may be seen.
    pub(super) async fn try_rights(&mut self, bucket: &str, there: bool) -> Result<(), Cancelled> {
        let target = nobody(bucket);
        let parts = ListParts {
            access: Access::default(),
            target: target.clone(),
            marker: None,
            max_parts: Some(1),
        };
        let listed = self.ask(self.store.list_parts(&parts)).await?;
        let action = Operation::ListParts.iam_action_on(bucket);
        self.note(probed("list parts", action, listed.map(|_| ())));
        self.try_changes(bucket).await?;
        let asked = HeadObject {
            bucket: bucket.to_owned(),
            key: target.key,
            ..HeadObject::default()
        };
        let seen = self.ask(self.store.head_object(&asked)).await?;
        self.note(seen_object(bucket, there, seen.map(|_| ())));
        Ok(())
    }

    /// Requests that would change something if the upload were there.
    async fn try_changes(&mut self, bucket: &str) -> Result<(), Cancelled> {
        let (abort, put) = (Operation::AbortMultipartUpload, Operation::UploadPart);
        let (abort_action, put_action) = (abort.iam_action_on(bucket), put.iam_action_on(bucket));
        if self.job.settings.read_only {
            let why = "not tried in read-only mode";
            let remedy = "start without --read-only to try it";
            self.note(skipped("abort uploads", abort_action, why, remedy));
            self.note(skipped("upload parts", put_action, why, remedy));
            return Ok(());
        }
        let target = nobody(bucket);
        let part = UploadPart {
            target: target.clone(),
            access: Access::default(),
            number: 1,
            payload: Payload::of(Bytes::from_static(b"mopup")),
        };
        let stored = self.ask(self.store.upload_part(&part)).await?;
        let was_stored = stored.is_ok();
        let request = Abort {
            target,
            if_initiated: None,
        };
        // Behind the part: a server that took it is rid of it then.
        let aborted = self.ask(self.store.abort(&request)).await?;
        self.note(probed("abort uploads", abort_action, aborted));
        let mut check = probed("upload parts", put_action, stored.map(|_| ()));
        if was_stored {
            check.status = Status::Quirk;
            "the server takes parts of uploads that it does not know".clone_into(&mut check.detail);
            "a part counts as stored only once it is listed".clone_into(&mut check.remedy);
        }
        self.note(check);
        Ok(())
    }

    /// The lifecycle rules: whether they may be seen, and whether one ends orphans.
    pub(super) async fn look_at_rules(&mut self, bucket: &str) -> Result<(), Cancelled> {
        let answer = self.ask(self.store.lifecycle(bucket)).await?;
        let action = Operation::GetLifecycle.iam_action_on(bucket);
        let name = "see lifecycle rules";
        let unsupported = answer
            .as_ref()
            .is_err_and(|fault| matches!(fault.kind, Kind::Unsupported | Kind::Garbled));
        let check = match answer {
            Err(fault) if unsupported => Check {
                iam_action: action,
                ..told(
                    name,
                    Status::Quirk,
                    fault.message,
                    "no rule can end what is forgotten here: sweep with mopup abort --filter",
                )
            },
            Ok(_) if !self.provider.lifecycle => Check {
                iam_action: action,
                ..told(
                    name,
                    Status::Quirk,
                    format!(
                        "allowed, but no rule of {} ends an upload",
                        self.provider.name
                    ),
                    "sweep with mopup abort --filter; a deadline of the provider is told beside each upload",
                )
            },
            Ok(None) => Check {
                remedy: "nothing ends what is forgotten: mopup lifecycle set proposes a rule"
                    .to_owned(),
                ..checked(
                    name,
                    action,
                    Ok("allowed; the bucket has no rules".to_owned()),
                )
            },
            Ok(Some(_)) => checked(name, action, Ok("allowed; the bucket has rules".to_owned())),
            Err(fault) => checked(name, action, Err(fault)),
        };
        let may_look = check.status == Status::Ok;
        self.note(check);
        if may_look {
            self.note(skipped(
                "set lifecycle rules",
                Operation::PutLifecycle.iam_action_on(bucket),
                "cannot be tried without changing them",
                "mopup lifecycle set tries it after a confirmation, and reads back what was written",
            ));
        }
        Ok(())
    }
}

/// What a look at an object that is not there tells. Without `s3:ListBucket` S3 answers 403 for it, whatever else
/// is allowed. Source: S3 API reference, `HeadObject`, permissions.
fn seen_object(bucket: &str, there: bool, answer: Result<(), Fault>) -> Check {
    let name = "see objects";
    let action = Operation::HeadObject.iam_action_on(bucket);
    match answer {
        Ok(()) => checked(name, action, Ok("allowed".to_owned())),
        Err(fault) if fault.kind == Kind::NotFound && there => {
            checked(name, action, Ok("allowed".to_owned()))
        }
        Err(fault) if fault.kind == Kind::Denied && !there => skipped(
            name,
            action,
            "a bucket that may not be seen does not tell what is not in it",
            "allow s3:ListBucket first; without it an object that is there is still seen",
        ),
        Err(fault) if fault.kind == Kind::NotFound => {
            skipped(name, action, "there is no such bucket", "check its name")
        }
        Err(fault) => checked(name, action, Err(fault)),
    }
}

/// `N uploads`.
pub(super) fn uploads(count: usize) -> String {
    match count {
        1 => "1 upload".to_owned(),
        count => format!("{} uploads", human::count(count as u64)),
    }
}
