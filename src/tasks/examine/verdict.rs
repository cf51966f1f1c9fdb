//! From an answer to a line of the examination.

use crate::model::examination::{Check, Status};
use crate::protocol::{Fault, Kind};

/// A check that needs no permission.
pub(super) fn told(
    name: &'static str,
    status: Status,
    detail: impl Into<String>,
    remedy: &str,
) -> Check {
    Check {
        name,
        status,
        iam_action: None,
        detail: detail.into(),
        remedy: remedy.to_owned(),
    }
}

/// What was not tried, and how to.
pub(super) fn skipped(
    name: &'static str,
    iam_action: Option<&'static str>,
    detail: &str,
    remedy: &str,
) -> Check {
    Check {
        iam_action,
        ..told(name, Status::Skipped, detail, remedy)
    }
}

/// What came of a request.
pub(super) fn checked(
    name: &'static str,
    iam_action: Option<&'static str>,
    answer: Result<String, Fault>,
) -> Check {
    match answer {
        Ok(detail) => Check {
            iam_action,
            ..told(name, Status::Ok, detail, "")
        },
        Err(fault) => refused(name, iam_action, fault),
    }
}

/// What came of a request about an upload or object that cannot exist.
pub(super) fn probed(
    name: &'static str,
    iam_action: Option<&'static str>,
    answer: Result<(), Fault>,
) -> Check {
    match answer {
        Ok(()) => {
            let detail = "allowed; the server does not mind that there is no such upload";
            checked(name, iam_action, Ok(detail.to_owned()))
        }
        Err(fault) => match fault.kind {
            // Anything at all can answer with a bare 404, which may have been given a word on its way here.
            Kind::UploadGone if matches!(fault.code.as_deref(), None | Some("NotFound")) => {
                skipped(
                    name,
                    iam_action,
                    "the server says that something is not there, but not what",
                    "check that this is an S3 endpoint",
                )
            }
            Kind::UploadGone => checked(name, iam_action, Ok("allowed".to_owned())),
            Kind::NotFound => skipped(
                name,
                iam_action,
                "there is no such bucket",
                "check its name",
            ),
            Kind::Invalid => skipped(
                name,
                iam_action,
                "the server looks at the upload ID before the permission",
                "mopup doctor --write tries it",
            ),
            _ => refused(name, iam_action, fault),
        },
    }
}

fn refused(name: &'static str, iam_action: Option<&'static str>, mut fault: Fault) -> Check {
    let status = match fault.kind {
        Kind::Denied => Status::Denied,
        // Nothing is known then.
        Kind::Throttled => Status::Skipped,
        _ => Status::Failed,
    };
    let mut remedy = std::mem::take(&mut fault.hint);
    if let (Status::Denied, true, Some(action)) = (status, remedy.is_empty(), iam_action) {
        remedy = format!("needs {action}");
    }
    Check {
        iam_action,
        ..told(name, status, fault.to_string(), &remedy)
    }
}
