//! A bucket as a listing of buckets names it.

use super::Timestamp;

/// One bucket of the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bucket {
    pub name: String,
    pub created: Option<Timestamp>,
    /// Where it lives, if the service says so.
    pub region: Option<String>,
}

/// Whether a name is a directory bucket's (S3 Express One Zone): it ends in `--x-s3`.
///
/// Source: S3 User Guide, "Directory bucket naming rules".
pub fn is_directory_bucket(name: &str) -> bool {
    name.ends_with("--x-s3")
}
