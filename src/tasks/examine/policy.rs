//! A policy to paste: what is done with one bucket, and no more.

use serde::Serialize;

use crate::model::bucket::is_directory_bucket;

/// A policy as IAM reads it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

/// What a statement holds for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    string_equals: Session,
}

#[derive(Serialize)]
struct Session {
    #[serde(rename = "s3express:SessionMode")]
    mode: &'static str,
}

/// The actions on the bucket, and on what is in it; the first of each that only look.
const ON_BUCKET: [&str; 4] = [
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:GetLifecycleConfiguration",
    "s3:PutLifecycleConfiguration",
];
const ON_KEYS: [&str; 4] = [
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
    "s3:PutObject",
];

/// What allows everything that is done with this bucket, or only looking. Source: S3 User Guide, "Multipart upload
/// API and permissions"; of directory buckets "Actions for directory buckets".
pub(super) fn of(bucket: &str, region: Option<&str>, read_only: bool) -> String {
    let statement = if is_directory_bucket(bucket) {
        directory(bucket, region, read_only)
    } else {
        general(bucket, region, read_only)
    };
    let policy = Policy {
        version: "2012-10-17",
        statement,
    };
    serde_json::to_string_pretty(&policy).unwrap_or_default()
}

fn allow(sid: &'static str, action: &[&'static str], resource: String) -> Statement {
    Statement {
        sid,
        effect: "Allow",
        action: action.to_vec(),
        resource,
        condition: None,
    }
}

fn general(bucket: &str, region: Option<&str>, read_only: bool) -> Vec<Statement> {
    let partition = partition(region);
    let (on_bucket, on_keys) = if read_only { (3, 2) } else { (4, 4) };
    vec![
        allow("MopupAccount", &["s3:ListAllMyBuckets"], "*".to_owned()),
        allow(
            "MopupBucket",
            &ON_BUCKET[..on_bucket],
            format!("arn:{partition}:s3:::{bucket}"),
        ),
        allow(
            "MopupKeys",
            &ON_KEYS[..on_keys],
            format!("arn:{partition}:s3:::{bucket}/*"),
        ),
    ]
}

fn directory(bucket: &str, region: Option<&str>, read_only: bool) -> Vec<Statement> {
    let partition = partition(region);
    let region = region.unwrap_or("*");
    let actions = [
        "s3express:GetLifecycleConfiguration",
        "s3express:PutLifecycleConfiguration",
    ];
    let resource = format!("arn:{partition}:s3express:{region}:*:bucket/{bucket}");
    let sessions = Statement {
        // Whoever may begin any session may write. Source: S3 User Guide, "Example bucket policies for directory
        // buckets"; API reference, CreateSession, on the mode that is tried next.
        condition: read_only.then_some(Condition {
            string_equals: Session { mode: "ReadOnly" },
        }),
        ..allow(
            "MopupSessions",
            &["s3express:CreateSession"],
            resource.clone(),
        )
    };
    let count = if read_only { 1 } else { 2 };
    vec![
        allow(
            "MopupAccount",
            &["s3express:ListAllMyDirectoryBuckets"],
            "*".to_owned(),
        ),
        sessions,
        allow("MopupRules", &actions[..count], resource),
    ]
}

/// Source: AWS General Reference, "Amazon Resource Names", partitions.
fn partition(region: Option<&str>) -> &'static str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_allows_what_is_done_and_no_more() {
        let full = of("attic", Some("cn-north-1"), false);
        let read: serde_json::Value = serde_json::from_str(&full).unwrap();
        assert_eq!(read["Statement"][1]["Resource"], "arn:aws-cn:s3:::attic");
        assert!(full.contains("s3:AbortMultipartUpload"), "{full}");
        let looking = of("attic", None, true);
        for change in ["Abort", "Put"] {
            assert!(!looking.contains(change), "{looking}");
        }
        assert!(looking.contains("s3:ListMultipartUploadParts"), "{looking}");
        let fast = of("fast--use1-az4--x-s3", Some("us-east-1"), false);
        assert!(fast.contains("s3express:CreateSession"), "{fast}");
        assert!(!fast.contains("s3:PutObject"), "{fast}");
        assert!(!fast.contains("Condition"), "{fast}");
        let looking = of("fast--use1-az4--x-s3", Some("us-east-1"), true);
        let read: serde_json::Value = serde_json::from_str(&looking).unwrap();
        let session = &read["Statement"][1];
        assert_eq!(session["Action"][0], "s3express:CreateSession");
        let mode = &session["Condition"]["StringEquals"]["s3express:SessionMode"];
        assert_eq!(mode, "ReadOnly", "{looking}");
        assert!(!looking.contains("Put"), "{looking}");
    }
}
