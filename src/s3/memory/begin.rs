//! An upload begun, and its parts as they arrive.

use std::sync::Arc;

use super::{Intake, MemoryStore, Meta, NewUpload, Principal, Refusal, StoredPart};
use crate::model::part::Checksum;
use crate::model::send::Access;
use crate::model::{Algorithm, Target};
use crate::protocol::{Fault, Operation};
use crate::s3::{CreateUpload, Created, Receipt};

/// A request to begin an upload, with what only some clients say.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    pub request: CreateUpload,
    /// `None`: S3's default for the algorithm.
    pub checksum_type: Option<String>,
    pub initiator: Option<Principal>,
    pub owner: Option<Principal>,
}

impl Beginning {
    /// The checksum type in force. Source: S3 User Guide, "Checking object integrity": CRC64NVME is full-object
    /// only, the SHAs are composite only, and a CRC32 or CRC32C is composite unless asked otherwise.
    fn kind(&self) -> Result<Option<String>, Refusal> {
        let Some(algorithm) = self.request.checksum else {
            return Ok(None);
        };
        let default = match algorithm {
            Algorithm::Crc64Nvme => "FULL_OBJECT",
            _ => "COMPOSITE",
        };
        let kind = self.checksum_type.as_deref().unwrap_or(default);
        let known = match kind {
            "FULL_OBJECT" => algorithm.is_full_object(),
            "COMPOSITE" => algorithm != Algorithm::Crc64Nvme,
            _ => false,
        };
        if known {
            return Ok(Some(kind.to_owned()));
        }
        Err(Refusal::invalid(
            "InvalidRequest",
            "The checksum type cannot be used with this checksum algorithm",
        ))
    }
}

impl MemoryStore {
    /// Begins an upload with all that it is to be stored with. `NoSuchBucket`, `InvalidRequest`.
    pub fn begin(&self, beginning: Beginning) -> Result<Created, Fault> {
        let operation = Operation::CreateMultipartUpload;
        let request = &beginning.request;
        let (bucket, key) = (&request.bucket, &request.key);
        self.admit(operation, bucket, &request.access)?;
        let refused = |refusal: Refusal| refusal.into_fault(operation, bucket, key);
        let meta = Meta {
            checksum_type: beginning.kind().map_err(refused)?,
            checksum_algorithm: request.checksum.map(|of| of.name().to_owned()),
            initiator: beginning.initiator,
            owner: beginning.owner,
            ..Meta::of(&request.options, &request.access).map_err(refused)?
        };
        let initiated = self.clock.now();
        let upload_id = self.insert_upload(
            bucket,
            NewUpload {
                key: key.clone(),
                initiated: Some(initiated),
                meta: Arc::new(meta),
                ..NewUpload::default()
            },
        )?;
        let abort_date = self.within(operation, bucket, key, |contents| {
            Ok(contents.abort_rule(key, initiated).map(|(at, _)| at))
        })?;
        Ok(Created {
            upload_id,
            abort_date,
        })
    }

    /// What the upload was begun with. `NoSuchUpload`.
    pub fn meta(&self, target: &Target) -> Result<Arc<Meta>, Fault> {
        let Target { bucket, key, .. } = target;
        self.within(Operation::ListParts, bucket, key, |contents| {
            Ok(Arc::clone(&contents.record(target)?.meta))
        })
    }

    /// Receives a part whose checksum will be of `algorithm`, or else of the upload's own. `NoSuchUpload`, and
    /// `InvalidRequest` when the key or the algorithm is not the upload's.
    pub fn receive_part(
        &self,
        target: &Target,
        access: &Access,
        algorithm: Option<Algorithm>,
    ) -> Result<Intake, Fault> {
        let operation = Operation::UploadPart;
        self.admit(operation, &target.bucket, access)?;
        let keeps = self.keeps_bodies();
        self.within(operation, &target.bucket, &target.key, |contents| {
            let meta = &contents.record(target)?.meta;
            meta.fits(access)?;
            let own = meta
                .checksum_algorithm
                .as_deref()
                .and_then(Algorithm::from_name);
            match (own, algorithm) {
                (Some(own), Some(other)) if own != other => Err(Refusal::OTHER_ALGORITHM),
                _ => Ok(Intake::new(algorithm.or(own), keeps)),
            }
        })
    }

    /// Stores a part that was received. An upload without algorithm keeps no checksum of it. `BadDigest`, and
    /// as [`MemoryStore::put_part`].
    pub fn keep_part(
        &self,
        target: &Target,
        number: u32,
        intake: Intake,
        promised: Option<&Checksum>,
    ) -> Result<Receipt, Fault> {
        let Target { bucket, key, .. } = target;
        let operation = Operation::UploadPart;
        let meta = self.within(operation, bucket, key, |contents| {
            Ok(Arc::clone(&contents.record(target)?.meta))
        })?;
        let arrived = intake
            .finish(promised)
            .map_err(|refusal| refusal.into_fault(operation, bucket, key))?;
        let part = StoredPart {
            number,
            size: arrived.size,
            md5: arrived.digest(&target.upload_id, number, meta.keeps_md5()),
            last_modified: self.clock.now(),
            checksum: arrived
                .checksum
                .clone()
                .filter(|_| meta.checksum_algorithm.is_some()),
            body: arrived.body,
        };
        Ok(Receipt {
            etag: self.put_part(target, part)?,
            checksum: arrived.checksum,
            version_id: None,
        })
    }
}
