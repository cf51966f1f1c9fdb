//! Who may touch what: the account that owns the buckets, and objects with a key of the customer's own.

use md5::{Digest, Md5};

use super::{MemoryStore, Meta, Refusal};
use crate::model::send::{Access, CustomerKey, Encryption, ObjectOptions};
use crate::protocol::{Fault, Operation};

/// The account that owns all buckets, unless it is set.
pub const ACCOUNT: &str = "123456789012";

/// What S3 remembers of an SSE-C key: enough to tell another one.
pub(super) fn key_digest(key: &CustomerKey) -> [u8; 16] {
    Md5::digest(key.0).into()
}

impl MemoryStore {
    /// Sets the account that owns all buckets: requests that expect another one are denied.
    pub fn set_account(&self, account: &str) {
        account.clone_into(&mut self.lock().account);
    }

    /// Refuses whoever expects another owner.
    pub(super) fn admit(
        &self,
        operation: Operation,
        bucket: &str,
        access: &Access,
    ) -> Result<(), Fault> {
        let owner = self.lock().account.clone();
        match &access.expected_owner {
            Some(expected) if *expected != owner => {
                Err(Refusal::DENIED.into_fault(operation, bucket, ""))
            }
            _ => Ok(()),
        }
    }
}

impl Meta {
    /// What an upload or object is stored with. `InvalidArgument` when SSE-C is asked for without a key.
    pub(super) fn of(options: &ObjectOptions, access: &Access) -> Result<Self, Refusal> {
        let customer = access.customer_key.as_ref().map(key_digest);
        if options.encryption == Encryption::Customer && customer.is_none() {
            return Err(Refusal::NO_KEY_GIVEN);
        }
        let mut options = options.clone();
        // Names travel as headers.
        for (name, _) in &mut options.metadata {
            name.make_ascii_lowercase();
        }
        options.metadata.sort();
        let class = options
            .storage_class
            .as_deref()
            .unwrap_or("STANDARD")
            .to_owned();
        Ok(Self {
            storage_class: Some(class),
            options,
            customer,
            ..Self::default()
        })
    }

    /// Whether `ETag`s are MD5s.
    pub(super) fn keeps_md5(&self) -> bool {
        self.options.encryption.keeps_md5() && self.customer.is_none()
    }

    /// `AES256`, `aws:kms`, or `SSE-C`; S3 encrypts everything.
    pub fn encryption(&self) -> &'static str {
        match self.options.encryption {
            _ if self.customer.is_some() => "SSE-C",
            Encryption::Customer => "SSE-C",
            Encryption::Kms { .. } => "aws:kms",
            Encryption::Default | Encryption::S3 => "AES256",
        }
    }

    /// Whether a request about the upload brings the key that it was begun with.
    pub(super) fn fits(&self, access: &Access) -> Result<(), Refusal> {
        let given = access.customer_key.as_ref().map(key_digest);
        match (self.customer, given) {
            (None, None) => Ok(()),
            (Some(known), Some(given)) if known == given => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::invalid(
                "InvalidRequest",
                "The provided encryption parameters did not match the ones used originally.",
            )),
            (Some(_), None) => Err(Refusal::invalid(
                "InvalidRequest",
                "The multipart upload initiate requested encryption. Subsequent part requests must \
                 include the appropriate encryption parameters.",
            )),
            (None, Some(_)) => Err(Refusal::invalid(
                "InvalidRequest",
                "The multipart upload initiate did not request encryption. Please resend the request \
                 without sending encryption parameters.",
            )),
        }
    }

    /// The same where the key is needed only beside a checksum algorithm: in `ListParts` and
    /// `CompleteMultipartUpload`.
    pub(super) fn fits_if_checked(&self, access: &Access) -> Result<(), Refusal> {
        if access.customer_key.is_none() && self.checksum_algorithm.is_none() {
            return Ok(());
        }
        self.fits(access)
    }

    /// Whether a request that reads the object brings its key.
    pub(super) fn opens(&self, access: &Access) -> Result<(), Refusal> {
        let given = access.customer_key.as_ref().map(key_digest);
        match (self.customer, given) {
            (None, None) => Ok(()),
            (Some(known), Some(given)) if known == given => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::DENIED),
            (Some(_), None) => Err(Refusal::invalid(
                "InvalidRequest",
                "The object was stored using a form of Server Side Encryption. The correct parameters \
                 must be provided to retrieve the object.",
            )),
            (None, Some(_)) => Err(Refusal::invalid(
                "InvalidRequest",
                "The encryption parameters are not applicable to this object.",
            )),
        }
    }
}
