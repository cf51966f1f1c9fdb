//! An object as a source: the service copies it, and nothing is read here.

use super::{Opened, Reader};
use crate::journal::{ObjectRecord, SourceRecord};
use crate::model::copy::ObjectRef;
use crate::model::send::CustomerKey;
use crate::s3::CopySource;

impl Opened {
    /// An object of `size` bytes as it was found, and the key that opens it.
    pub(in crate::tasks::upload) fn object(
        object: ObjectRecord,
        size: u64,
        customer_key: Option<CustomerKey>,
    ) -> Self {
        let from = CopySource {
            object: ObjectRef {
                bucket: object.bucket.clone(),
                key: object.key.clone(),
                version_id: object.version_id.clone(),
            },
            if_match: Some(object.etag.clone()).filter(|etag| !etag.is_empty()),
            customer_key,
            expected_owner: object.expected_owner.clone(),
        };
        Self {
            shown: from.object.shown(),
            record: SourceRecord {
                path: None,
                is_stream: false,
                size: Some(size),
                modified: None,
                sample: None,
                object: Some(object),
            },
            reader: Reader::Object(Box::new(from)),
        }
    }

    /// What the service copies.
    pub(in crate::tasks::upload) fn copied(&self) -> Option<&CopySource> {
        match &self.reader {
            Reader::Object(from) => Some(from),
            _ => None,
        }
    }
}
