//! Parts that the service copies from another object, only as long as that is the object it was at the beginning.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::attempt::persist;
use super::board::PartMeter;
use super::source::changed;
use super::transfer::Transfer;
use crate::journal::PartRecord;
use crate::model::part::Checksum;
use crate::model::plan::Piece;
use crate::model::send::{Access, Cell, Pace};
use crate::model::{Algorithm, Part};
use crate::protocol::{Fault, Kind, Operation};
use crate::s3::{CopyPart, CopySource, HeadObject, Receipt};
use crate::tasks::job::Asker;
use crate::tasks::pacer::Stop;

/// The question about the object that is copied.
pub(super) fn question(from: &CopySource) -> HeadObject {
    HeadObject {
        bucket: from.object.bucket.clone(),
        key: from.object.key.clone(),
        version_id: from.object.version_id.clone(),
        access: Access {
            customer_key: from.customer_key.clone(),
            expected_owner: from.expected_owner.clone(),
        },
    }
}

/// A failure that is the source's, told so.
pub(super) fn explained(fault: Fault, from: &CopySource) -> Fault {
    let shown = from.object.shown();
    match fault.kind {
        Kind::Precondition => changed(&shown, "it changed while it was copied"),
        Kind::NotFound => Fault {
            target: shown,
            hint: "what was copied stays; give the upload up if the object does not come back"
                .to_owned(),
            ..fault
        },
        _ => fault,
    }
}

impl Transfer<'_> {
    /// The width that is not to be found out: of a copy no byte passes here by which it could be.
    pub(super) fn fixed(&self, pace: Pace) -> Option<usize> {
        let copied = self.opened.copied().map(|_| self.recipe.width);
        pace.width.or(copied)
    }

    /// Has a part copied, unless the service holds it from a copy of the same source.
    pub(super) async fn copy_part(
        &self,
        from: &CopySource,
        piece: Piece,
    ) -> Result<PartRecord, Stop> {
        let number = piece.number;
        let held = self.held.get(&number);
        if let Some(record) = held.and_then(|held| self.trusted(held, piece)) {
            self.board.stored(piece.len, true);
            self.arrived.fetch_add(piece.len, Ordering::Relaxed);
            self.board.mark(number, Cell::Done);
            return Ok(record);
        }
        self.board.mark(number, Cell::Moving);
        let request = CopyPart {
            target: self.target.clone(),
            access: self.access.clone(),
            number,
            from: from.clone(),
            offset: piece.offset,
            len: piece.len,
        };
        let meter = PartMeter::new(&self.board);
        let ask = || async {
            let receipt = self.job.store.copy_part(&request).await?;
            if receipt.etag.is_empty() {
                return Err(silent(&request));
            }
            Ok(receipt)
        };
        let patience = self.job.settings.patience;
        let answer = persist(&self.asker, &self.board, patience, ask).await;
        self.board.mark(
            number,
            match &answer {
                Ok(_) => Cell::Done,
                Err(Stop::Cancelled) => Cell::Missing,
                Err(Stop::Fault(_)) => Cell::Troubled,
            },
        );
        let receipt = answer.map_err(|stop| match stop {
            Stop::Fault(fault) => Stop::Fault(explained(self.explained(fault), from)),
            Stop::Cancelled => Stop::Cancelled,
        })?;
        meter.went_whole(piece.len);
        self.board.stored(piece.len, false);
        self.arrived.fetch_add(piece.len, Ordering::Relaxed);
        self.sent.fetch_add(piece.len, Ordering::Relaxed);
        Ok(self.record_of(receipt, piece))
    }

    fn record_of(&self, receipt: Receipt, piece: Piece) -> PartRecord {
        PartRecord {
            number: piece.number,
            size: piece.len,
            etag: receipt.etag,
            checksum: receipt.checksum.filter(|of| self.is_own(of)),
        }
    }

    fn is_own(&self, checksum: &Checksum) -> bool {
        let own = self.algorithm.map(Algorithm::name);
        own.is_some_and(|own| checksum.algorithm.eq_ignore_ascii_case(own))
    }

    /// A part of the right size, unless it is known that another one was there when it was copied.
    fn trusted(&self, held: &Part, piece: Piece) -> Option<PartRecord> {
        let known = self.known.get(&piece.number);
        if held.size != piece.len || known.is_some_and(|known| known.etag != held.etag) {
            return None;
        }
        let recorded = known.and_then(|known| known.checksum.clone());
        Some(PartRecord {
            number: piece.number,
            size: piece.len,
            etag: held.etag.clone(),
            checksum: held
                .checksum
                .clone()
                .or(recorded)
                .filter(|of| self.is_own(of)),
        })
    }

    /// Looks at what was copied once more before the object is made: not every service heeds the condition that a
    /// part is copied under.
    pub(super) async fn confirm(&self, parts: &BTreeMap<u32, PartRecord>) -> Result<(), Stop> {
        let Some(from) = self.opened.copied() else {
            return Ok(());
        };
        let request = question(from);
        let asker = Asker {
            cancel: self.asker.cancel.clone(),
            ..self.job.asker(&request.bucket, self.asker.urgency)
        };
        let ask = || self.job.store.head_object(&request);
        match persist(&asker, &self.board, self.job.settings.patience, ask).await {
            Ok(found) if from.if_match.as_ref().is_some_and(|of| *of != found.etag) => {
                let how = "it changed while it was copied";
                return Err(Stop::Fault(changed(&self.opened.shown, how)));
            }
            Ok(_) => {}
            // Deleted meanwhile: what was copied of it is what it was.
            Err(Stop::Fault(fault)) if fault.kind == Kind::NotFound => {}
            Err(stop) => return Err(stop),
        }
        let source = self.recipe.source.object.as_ref();
        let source = source.and_then(|object| object.checksum.as_ref());
        match (source, self.expected(parts).checksum) {
            (Some(source), Some(copy))
                if source.algorithm.eq_ignore_ascii_case(&copy.algorithm)
                    && source.value != copy.value =>
            {
                Err(Stop::Fault(self.differs(&copy, source)))
            }
            _ => Ok(()),
        }
    }

    fn differs(&self, copy: &Checksum, source: &Checksum) -> Fault {
        Fault {
            operation: Operation::UploadPartCopy,
            target: format!("s3://{}/{}", self.target.bucket, self.target.key),
            kind: Kind::Garbled,
            code: None,
            message: format!(
                "the parts that were copied make the {} {} and the source has {}",
                copy.algorithm, copy.value, source.value
            ),
            hint: "no object was made of them; give the upload up and copy again".to_owned(),
        }
    }
}

fn silent(request: &CopyPart) -> Fault {
    Fault {
        operation: Operation::UploadPartCopy,
        target: format!("s3://{}/{}", request.target.bucket, request.target.key),
        kind: Kind::Garbled,
        code: None,
        message: format!("the service tells no ETag of part {}", request.number),
        hint: String::new(),
    }
}
