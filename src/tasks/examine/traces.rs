//! What an upload of one's own shows and leaves, in words.

use super::verdict::{skipped, told};
use crate::model::Address;
use crate::model::examination::{Check, LEFT, Status};
use crate::model::human::escape;
use crate::model::part::Checksum;
use crate::model::shell::quote;
use crate::protocol::Operation;
use crate::s3::{PartsPage, Receipt};

/// What is not tried without an upload of its own.
pub(super) fn left_out(bucket: &str, read_only: bool) -> [Check; 2] {
    let remedy = if read_only {
        "start without --read-only, and with --write"
    } else {
        "mopup doctor --write begins a tiny upload, tries it, and aborts it"
    };
    let put = Operation::CreateMultipartUpload.iam_action_on(bucket);
    [
        skipped(
            "begin uploads",
            put,
            "not tried: it would create one",
            remedy,
        ),
        skipped("checksums", None, "seen only by sending a part", remedy),
    ]
}

pub(super) const NO_CHECKSUMS: &str =
    "they are left out; parts are compared by their ETags, where those are MD5s";

/// Whether what is listed is what was acknowledged.
pub(super) fn etags(page: &PartsPage, sent: &[(Receipt, Option<Checksum>)]) -> Check {
    let name = "part ETags";
    let same = (1..).zip(sent).all(|(number, (receipt, _))| {
        let listed = page.parts.iter().find(|part| part.number == number);
        listed.is_some_and(|part| part.etag == receipt.etag)
    });
    if same {
        return told(name, Status::Ok, "listed as they were acknowledged", "");
    }
    told(
        name,
        Status::Quirk,
        "listed otherwise than they were acknowledged",
        "an upload is completed with what is listed",
    )
}

/// Whether checksums are kept, and listed again.
pub(super) fn kept_checksums(page: &PartsPage, sent: &[(Receipt, Option<Checksum>)]) -> Check {
    let name = "checksums";
    let listed = |number: u32| page.parts.iter().find(|part| part.number == number);
    let kept = (1..).zip(sent).all(|(number, (_, promised))| {
        listed(number).is_some_and(|part| part.checksum == *promised)
    });
    if kept {
        return told(name, Status::Ok, "CRC64NVME is taken, kept and listed", "");
    }
    told(
        name,
        Status::Quirk,
        "CRC64NVME is taken with a part but not listed",
        "sent all the same; what others sent is compared by ETags, where those are MD5s",
    )
}

/// What was left, and how to remove it.
pub(super) fn left_behind(bucket: &str, key: &str, upload_id: Option<&str>) -> Check {
    let address = Address {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
    };
    let address = quote(&address.to_string());
    let (detail, remedy) = match upload_id {
        Some(id) => (
            format!("an upload of {} with the ID {}", escape(key), escape(id)),
            format!(
                "mopup abort {address} {} --include-active --yes",
                quote(&format!("--upload-id={id}"))
            ),
        ),
        None => (
            format!(
                "perhaps an upload of {}: the answer to its beginning was lost, and it is not listed",
                escape(key)
            ),
            format!("mopup ls {address} tells its ID once it can be listed; then mopup abort"),
        ),
    };
    told(LEFT, Status::Failed, detail, &remedy)
}
