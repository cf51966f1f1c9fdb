//! Whether a part that the service has is what the source has.

use bytes::Bytes;

use super::transfer::Transfer;
use crate::model::part::Checksum;
use crate::model::{Algorithm, Part};
use crate::s3::checksum::{checksum, is_md5, md5_etag};

impl Transfer<'_> {
    /// What a part's bytes are hashed by: as the service hashed the one it has, else as the upload's own.
    pub(super) fn hash_by(&self, number: u32) -> Option<Algorithm> {
        let held = self
            .held
            .get(&number)
            .and_then(|part| part.checksum.as_ref());
        held.and_then(|checksum| Algorithm::from_name(&checksum.algorithm))
            .or(self.algorithm)
            .or_else(|| {
                let known = self.known.get(&number)?.checksum.as_ref()?;
                Algorithm::from_name(&known.algorithm)
            })
    }

    /// Whether the service's part has these bytes: by its checksum, else by what was recorded when it was sent,
    /// else by an `ETag` that is an MD5. What cannot be compared is not trusted, unless the person said so when the
    /// upload was adopted.
    pub(super) async fn is_same(
        &self,
        held: &Part,
        bytes: &Bytes,
        read: Option<&Checksum>,
    ) -> bool {
        if let (Some(stored), Some(read)) = (&held.checksum, read)
            && stored.algorithm.eq_ignore_ascii_case(&read.algorithm)
        {
            return stored.value == read.value;
        }
        if let Some(known) = self.known.get(&held.number)
            && known.etag == held.etag
            && let Some(recorded) = &known.checksum
            && let Some(algorithm) = Algorithm::from_name(&recorded.algorithm)
        {
            return match read {
                Some(read) if read.algorithm == recorded.algorithm => read == recorded,
                _ => hashed(algorithm, bytes).await == *recorded,
            };
        }
        if self.is_trusted(held) {
            return true;
        }
        is_md5(&held.etag)
            && self.recipe.options.encryption.keeps_md5()
            && md5(bytes).await == held.etag.to_ascii_lowercase()
    }

    /// Whether it is the part that was taken for the source's when the upload was adopted, by its size alone.
    fn is_trusted(&self, held: &Part) -> bool {
        let adopted = self.recipe.adopted.as_ref();
        let known = self.known.get(&held.number);
        adopted.is_some_and(|adopted| adopted.trust_size)
            && known.is_some_and(|known| known.etag == held.etag && known.size == held.size)
    }
}

/// The MD5 as an `ETag` writes it, computed off this thread.
pub(super) async fn md5(bytes: &Bytes) -> String {
    let bytes = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || md5_etag(&bytes)).await;
    digest.unwrap_or_default()
}

/// The checksum, computed off this thread.
pub(super) async fn hashed(algorithm: Algorithm, bytes: &Bytes) -> Checksum {
    let shared = bytes.clone();
    let found = tokio::task::spawn_blocking(move || checksum(algorithm, &shared)).await;
    found.unwrap_or_else(|_| checksum(algorithm, bytes))
}
