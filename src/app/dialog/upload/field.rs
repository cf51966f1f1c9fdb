//! The fields of the form: their names, what they take, and what they mean.

use crate::model::checksum::Algorithm;

/// One field, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Key,
    Class,
    ContentType,
    NoOverwrite,
    Encryption,
    /// With SSE-KMS.
    KmsKey,
    /// With SSE-C.
    CustomerKey,
    Metadata,
    Tags,
    Acl,
    Owner,
    PartSize,
    Width,
    Rate,
    Checksum,
    Signing,
    /// The button.
    Start,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; this is what it means to leave it empty.
    Text(&'static str),
    /// One of these, or any other word; empty means the second.
    Word(&'static [&'static str], &'static str),
    /// One of these.
    Choice(&'static [&'static str]),
    Button,
}

/// Source: S3 API Reference, `CreateMultipartUpload`, `x-amz-storage-class`.
const CLASSES: &[&str] = &[
    "",
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// Source: S3 User Guide, "Canned ACL".
const ACLS: &[&str] = &[
    "",
    "private",
    "bucket-owner-full-control",
    "bucket-owner-read",
    "authenticated-read",
    "aws-exec-read",
    "public-read",
    "public-read-write",
];
const ENCRYPTIONS: &[&str] = &["the bucket's default", "SSE-S3", "SSE-KMS", "SSE-C"];
const CHECKSUMS: &[&str] = &[
    "auto",
    "none",
    Algorithm::Crc64Nvme.name(),
    Algorithm::Crc32.name(),
    Algorithm::Crc32c.name(),
    "SHA-1",
    "SHA-256",
];
const SIGNINGS: &[&str] = &["auto", "always", "never"];

impl Field {
    pub const ALL: [Self; 17] = [
        Self::Key,
        Self::Class,
        Self::ContentType,
        Self::NoOverwrite,
        Self::Encryption,
        Self::KmsKey,
        Self::CustomerKey,
        Self::Metadata,
        Self::Tags,
        Self::Acl,
        Self::Owner,
        Self::PartSize,
        Self::Width,
        Self::Rate,
        Self::Checksum,
        Self::Signing,
        Self::Start,
    ];

    /// As it stands before the value.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Class => "storage class",
            Self::ContentType => "content type",
            Self::NoOverwrite => "do not overwrite",
            Self::Encryption => "encryption",
            Self::KmsKey => "KMS key ID",
            Self::CustomerKey => "SSE-C key from",
            Self::Metadata => "metadata",
            Self::Tags => "tags",
            Self::Acl => "ACL",
            Self::Owner => "bucket owner",
            Self::PartSize => "part size",
            Self::Width => "parts at once",
            Self::Rate => "rate limit",
            Self::Checksum => "checksum",
            Self::Signing => "payload signing",
            Self::Start => "start",
        }
    }

    pub const fn kind(self) -> Kind {
        match self {
            Self::Key => Kind::Text("the files' own names"),
            Self::Class => Kind::Word(CLASSES, "the service's default"),
            Self::ContentType => Kind::Text("guessed from the name"),
            Self::NoOverwrite => Kind::Choice(&["no", "yes"]),
            Self::Encryption => Kind::Choice(ENCRYPTIONS),
            Self::KmsKey => Kind::Text("AWS's managed key"),
            Self::CustomerKey => Kind::Text("a file, or $VARIABLE"),
            Self::Metadata | Self::Tags | Self::Owner | Self::Rate => Kind::Text("none"),
            Self::Acl => Kind::Word(ACLS, "none"),
            Self::PartSize => Kind::Text("chosen by the size"),
            Self::Width => Kind::Text("chosen by what the link carries"),
            Self::Checksum => Kind::Choice(CHECKSUMS),
            Self::Signing => Kind::Choice(SIGNINGS),
            Self::Start => Kind::Button,
        }
    }

    /// One line that says what it is for and how it is written.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Key => "where it goes in the bucket; what ends in / gets the file's name added",
            Self::Class => "left and right choose; other providers' classes can be typed",
            Self::ContentType => "such as text/plain; what downloads say that it is",
            Self::NoOverwrite => "yes: refused where the key holds an object already",
            Self::Encryption => "at rest; SSE-C wants the key at every download too",
            Self::KmsKey => "ID, ARN or alias of the key in AWS KMS",
            Self::CustomerKey => {
                "a file with the 256-bit key, or $NAME of an environment variable; never the key itself"
            }
            Self::Metadata => {
                "name=value, name=value: kept with the object; write \\, for a comma in a value"
            }
            Self::Tags => "name=value, name=value: at most 10, for lifecycle rules and bills",
            Self::Acl => {
                "left and right choose; bucket-owner-full-control for another account's bucket"
            }
            Self::Owner => "12 digits: refused if the bucket belongs to another account",
            Self::PartSize => "such as 16MiB: all parts but the last have this size",
            Self::Width => "how many parts are sent at once at most; more take more memory",
            Self::Rate => "bytes a second, such as 10MiB",
            Self::Checksum => "auto: CRC64NVME, and none where the service refuses it",
            Self::Signing => "auto: bodies are signed only over plain HTTP to another machine",
            Self::Start => "enter starts the upload; it goes on in the background",
        }
    }

    /// Whether it stands behind those that most uploads need.
    pub fn is_more(self) -> bool {
        (Self::Metadata..Self::Start).contains(&self)
    }
}
