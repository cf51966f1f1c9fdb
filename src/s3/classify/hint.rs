//! What to do about a failure.

use super::{About, Answer, is_redirect};
use crate::model::bucket::is_directory_bucket;
use crate::protocol::{Kind, Operation};

/// What to do about it; empty if there is nothing to say.
pub fn hint(kind: Kind, answer: &Answer<'_>, about: &About) -> String {
    let code = answer.code;
    match (kind, code) {
        (Kind::Denied | Kind::Invalid, _) if speaks_of_kms(answer) => kms(kind, answer),
        (Kind::Denied, _) => denied(about),
        (Kind::Credentials, Some(code)) if code.starts_with("ExpiredToken") => {
            "the session has expired: sign in again, or renew the exported credentials".to_owned()
        }
        (Kind::Credentials, Some("InvalidAccessKeyId")) => {
            "this endpoint does not know the access key: check the profile and --endpoint-url"
                .to_owned()
        }
        (Kind::Credentials, Some("SignatureDoesNotMatch")) => {
            "check the secret key, and that no proxy rewrites requests".to_owned()
        }
        (Kind::Credentials, _) => "check the profile's credentials".to_owned(),
        (Kind::Invalid, code) if is_redirect(0, code) => {
            "name the bucket's region with --region".to_owned()
        }
        (Kind::Invalid, _) => invalid(answer).to_owned(),
        (Kind::NotFound, code)
            if code == Some("NoSuchBucket")
                || (about.key.is_empty() && !about.bucket.is_empty()) =>
        {
            "check the bucket's name, the profile and --endpoint-url".to_owned()
        }
        (Kind::Precondition, Some("PreconditionFailed")) => {
            "an object is there already, and was not overwritten".to_owned()
        }
        (Kind::Throttled, _) => "fewer requests at once go through".to_owned(),
        _ => String::new(),
    }
}

/// What to change in a request that is wrong.
fn invalid(answer: &Answer<'_>) -> &'static str {
    let said = answer.message.to_ascii_lowercase();
    match answer.code {
        Some("RequestTimeTooSkewed") => "this machine's clock is off: set it right",
        Some("EntityTooSmall") => "every part but the last has to be 5 MiB or more",
        Some("EntityTooLarge") => "use smaller parts, or parts at all: one request takes 5 GiB",
        Some("InvalidPart") => "list the parts: one of those named is gone or was replaced",
        // Source: S3 User Guide, "Using server-side encryption with customer-provided keys".
        _ if said.contains("secure connection") => {
            "a key of one's own (SSE-C) is taken over https only: check --endpoint-url"
        }
        _ if said.contains("encryption parameters") || said.contains("requested encryption") => {
            "give the SSE-C key that it was begun or stored with"
        }
        _ if said.contains("checksum") => "try another --checksum, or none",
        _ => "",
    }
}

fn speaks_of_kms(answer: &Answer<'_>) -> bool {
    answer.code.is_some_and(|code| code.starts_with("KMS."))
        || answer.message.contains("kms:")
        || answer.message.contains("KMS")
}

/// Source: S3 User Guide, "Multipart upload API and permissions": a part is decrypted to be listed and put
/// together.
fn kms(kind: Kind, answer: &Answer<'_>) -> String {
    if kind == Kind::Invalid {
        return "check the KMS key: its ID, its region, and that it is enabled".to_owned();
    }
    let actions = match answer.operation {
        Operation::HeadObject | Operation::ListParts => "kms:Decrypt",
        _ => "kms:GenerateDataKey and kms:Decrypt",
    };
    format!("needs {actions} on the KMS key")
}

fn denied(about: &About) -> String {
    if is_directory_bucket(&about.bucket) {
        // Source: S3 User Guide, "Working with S3 Lifecycle for directory buckets": asked for at the regional
        // endpoint, without a session.
        if let (Operation::GetLifecycle | Operation::PutLifecycle, Some(action)) =
            (about.operation, about.operation.iam_action())
        {
            let action = action.replace("s3:", "s3express:");
            return format!("needs {action} on the directory bucket {}", about.bucket);
        }
        return format!(
            "needs s3express:CreateSession on the directory bucket {}",
            about.bucket
        );
    }
    let Some(action) = about.operation.iam_action() else {
        return String::new();
    };
    if about.bucket.is_empty() {
        return format!("needs {action} on *");
    }
    let resource = if about.key.is_empty() {
        about.bucket.clone()
    } else {
        format!("{}/{}", about.bucket, about.key)
    };
    let also = match about.operation {
        // Without it S3 answers 403 for objects that are not there.
        Operation::HeadObject => {
            format!(
                ", and s3:ListBucket on arn:aws:s3:::{} to tell that there is none",
                about.bucket
            )
        }
        _ => String::new(),
    };
    format!("needs {action} on arn:aws:s3:::{resource}{also}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(about: &About, kind: Kind, code: Option<&str>, message: &str) -> String {
        let answer = Answer {
            operation: about.operation,
            status: 403,
            code,
            message,
        };
        hint(kind, &answer, about)
    }

    #[test]
    fn a_denial_names_the_action_and_the_resource() {
        let denied = |about: &About| told(about, Kind::Denied, None, "");
        let about = About::key(Operation::ListParts, "logs", "a/b");
        assert_eq!(
            denied(&about),
            "needs s3:ListMultipartUploadParts on arn:aws:s3:::logs/a/b"
        );
        let about = About::account(Operation::ListBuckets);
        assert_eq!(denied(&about), "needs s3:ListAllMyBuckets on *");
        let about = About::bucket(Operation::ListMultipartUploads, "fast--use1-az4--x-s3");
        assert!(denied(&about).contains("s3express:CreateSession"));
        let about = About::key(Operation::HeadObject, "logs", "a");
        assert_eq!(
            denied(&about),
            "needs s3:GetObject on arn:aws:s3:::logs/a, and s3:ListBucket on arn:aws:s3:::logs to tell \
             that there is none"
        );
    }

    #[test]
    fn a_denial_by_kms_names_its_actions() {
        let about = About::key(Operation::CreateMultipartUpload, "b", "k");
        for (code, message) in [
            (
                "AccessDenied",
                "User: u is not authorized to perform: kms:GenerateDataKey on resource: r",
            ),
            ("KMS.AccessDeniedException", ""),
        ] {
            assert_eq!(
                told(&about, Kind::Denied, Some(code), message),
                "needs kms:GenerateDataKey and kms:Decrypt on the KMS key"
            );
        }
        let code = Some("KMS.DisabledException");
        assert!(told(&about, Kind::Invalid, code, "").contains("enabled"));
    }

    #[test]
    fn a_key_of_ones_own_over_plain_http_is_explained() {
        let about = About::key(Operation::UploadPart, "b", "k");
        let told = |message| told(&about, Kind::Invalid, Some("InvalidRequest"), message);
        let hint = told(
            "Requests specifying Server Side Encryption with Customer provided keys must be made over a \
             secure connection.",
        );
        assert!(hint.contains("https"), "{hint}");
        let hint = told("The multipart upload initiate requested encryption. Subsequent …");
        assert!(hint.contains("SSE-C key"), "{hint}");
    }
}
