//! What a person asks for when an object is to be copied within the service.

use super::checksum::ChecksumWish;
use super::plan::Wish;
use super::send::{Encryption, KeySource, ObjectOptions, Pace};

/// An object, or one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

impl ObjectRef {
    /// For people; not yet escaped.
    pub fn shown(&self) -> String {
        let address = format!("s3://{}/{}", self.bucket, self.key);
        match &self.version_id {
            Some(version) => format!("{address} (version {version})"),
            None => address,
        }
    }

    /// What remains of the key without the folders before it; a key that ends in `/` keeps that.
    pub fn name(&self) -> &str {
        let folder = self.key.trim_end_matches('/');
        match folder.rfind('/') {
            Some(slash) => &self.key[slash + 1..],
            None => &self.key,
        }
    }
}

/// What the copy is stored with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopyOptions {
    /// What is given here is set; what is not is as the source has it.
    pub set: ObjectOptions,
    /// User metadata: `set.metadata` in place of the source's.
    pub replace_metadata: bool,
    /// `set.tags` in place of the source's.
    pub replace_tags: bool,
}

impl CopyOptions {
    /// What a copy of an object that is stored with `source` is to be stored with.
    pub fn over(&self, source: &ObjectOptions) -> ObjectOptions {
        let set = &self.set;
        let either = |set: &Option<String>, source: &Option<String>| set.clone().or(source.clone());
        ObjectOptions {
            storage_class: either(&set.storage_class, &source.storage_class),
            content_type: either(&set.content_type, &source.content_type),
            content_encoding: either(&set.content_encoding, &source.content_encoding),
            content_disposition: either(&set.content_disposition, &source.content_disposition),
            content_language: either(&set.content_language, &source.content_language),
            cache_control: either(&set.cache_control, &source.cache_control),
            metadata: if self.replace_metadata {
                set.metadata.clone()
            } else {
                // Names of metadata are headers' names.
                joined(&source.metadata, &set.metadata, str::eq_ignore_ascii_case)
            },
            tags: if self.replace_tags {
                set.tags.clone()
            } else {
                joined(&source.tags, &set.tags, |one, other| one == other)
            },
            acl: set.acl.clone(),
            encryption: set.encryption.clone(),
        }
    }

    /// Whether the object is described otherwise than the source: S3 takes over all of that, or nothing.
    pub fn describes_anew(&self) -> bool {
        let set = &self.set;
        let given = [
            &set.content_type,
            &set.content_encoding,
            &set.content_disposition,
            &set.content_language,
            &set.cache_control,
        ];
        self.replace_metadata || !set.metadata.is_empty() || given.into_iter().any(Option::is_some)
    }

    /// Whether the copy is the same as the source in everything that a person can name.
    pub fn change_nothing(&self) -> bool {
        let set = &self.set;
        let tags = !set.tags.is_empty() || self.replace_tags;
        let stored = set.storage_class.is_some() || set.acl.is_some();
        !self.describes_anew() && !tags && !stored && set.encryption == Encryption::Default
    }
}

/// `over` laid over `below`, by name.
fn joined(
    below: &[(String, String)],
    over: &[(String, String)],
    same: impl Fn(&str, &str) -> bool,
) -> Vec<(String, String)> {
    let kept = below
        .iter()
        .filter(|(name, _)| !over.iter().any(|(other, _)| same(name, other)));
    kept.chain(over).cloned().collect()
}

/// What to copy, where to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOrder {
    pub from: ObjectRef,
    pub bucket: String,
    /// Empty or ending in `/`: the source's name is added.
    pub key: String,
    pub options: CopyOptions,
    /// The account that must own the destination (`x-amz-expected-bucket-owner`).
    pub expected_owner: Option<String>,
    /// The account that must own the source (`x-amz-source-expected-bucket-owner`).
    pub source_owner: Option<String>,
    /// The key that the source is encrypted with (SSE-C), and that of the copy.
    pub source_key_from: Option<KeySource>,
    pub customer_key_from: Option<KeySource>,
    /// Do not overwrite (`If-None-Match: *`).
    pub if_none_match: bool,
    pub wish: Wish,
    pub checksum: ChecksumWish,
    pub pace: Pace,
}

impl CopyOrder {
    /// A copy with everything as the source has it.
    pub fn new(from: ObjectRef, bucket: &str, key: &str) -> Self {
        Self {
            from,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            options: CopyOptions::default(),
            expected_owner: None,
            source_owner: None,
            source_key_from: None,
            customer_key_from: None,
            if_none_match: false,
            wish: Wish::default(),
            checksum: ChecksumWish::default(),
            pace: Pace::default(),
        }
    }

    /// The key of the copy.
    pub fn whole_key(&self) -> String {
        if self.key.is_empty() || self.key.ends_with('/') {
            return format!("{}{}", self.key, self.from.name());
        }
        self.key.clone()
    }

    /// Whether the copy takes the place of its source. That of an older version brings it back instead.
    pub fn is_onto_itself(&self) -> bool {
        self.from.version_id.is_none()
            && self.from.bucket == self.bucket
            && self.from.key == self.whole_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(key: &str) -> ObjectRef {
        ObjectRef {
            bucket: "a".to_owned(),
            key: key.to_owned(),
            version_id: None,
        }
    }

    #[test]
    fn an_open_key_gets_the_sources_name() {
        for (source, key, whole) in [
            ("x/y.bin", "", "y.bin"),
            ("x/y.bin", "z/", "z/y.bin"),
            ("x/y.bin", "z", "z"),
            ("y", "z/", "z/y"),
            ("x/dir/", "z/", "z/dir/"),
            ("dir/", "", "dir/"),
            ("a//", "z/", "z/a//"),
            ("///", "z/", "z////"),
        ] {
            let order = CopyOrder::new(from(source), "b", key);
            assert_eq!(order.whole_key(), whole, "{source} to {key}");
        }
        let mut order = CopyOrder::new(from("x/y"), "a", "x/");
        assert!(order.is_onto_itself());
        order.from.version_id = Some("1".to_owned());
        assert!(!order.is_onto_itself(), "an older version comes back");
    }

    #[test]
    fn what_is_set_lies_over_what_the_source_has() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let source = ObjectOptions {
            storage_class: Some("STANDARD_IA".to_owned()),
            content_type: Some("text/plain".to_owned()),
            metadata: vec![pair("one", "1"), pair("two", "2")],
            tags: vec![pair("team", "a"), pair("Team", "b")],
            acl: Some("never".to_owned()),
            ..ObjectOptions::default()
        };
        let mut options = CopyOptions::default();
        assert!(options.change_nothing());
        let kept = options.over(&source);
        assert_eq!(
            kept,
            ObjectOptions {
                acl: None,
                ..source.clone()
            }
        );
        options.set.metadata = vec![pair("TWO", "3")];
        options.set.tags = vec![pair("team", "c")];
        let over = options.over(&source);
        assert_eq!(over.metadata, [pair("one", "1"), pair("TWO", "3")]);
        assert_eq!(over.tags, [pair("Team", "b"), pair("team", "c")]);
        options.replace_metadata = true;
        options.replace_tags = true;
        let anew = options.over(&source);
        assert_eq!((anew.metadata.len(), anew.tags.len()), (1, 1));
        assert!(options.describes_anew() && !options.change_nothing());
    }
}
