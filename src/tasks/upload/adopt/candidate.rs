//! An upload that may be adopted, and the file that it may be of.

use super::cut::{Cut, cut};
use crate::model::Algorithm;
use crate::model::orphan::{Adoption, Comparison, FileMark, Proof};
use crate::model::part::UploadInfo;
use crate::model::plan::Limits;
use crate::model::send::{Access, Source};
use crate::protocol::{Fault, Kind, Operation};
use crate::tasks::job::Job;
use crate::tasks::ours::{self, Ours};
use crate::tasks::pacer::Stop;
use crate::tasks::upload::board::Board;
use crate::tasks::upload::held::{Held, held, is_dead, shown};
use crate::tasks::upload::prepare::{Common, key};
use crate::tasks::upload::record::fault;
use crate::tasks::upload::source::{Opened, unreadable};

/// An upload that nothing speaks against so far.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) common: Common<'a>,
    pub(super) adoption: Adoption,
    pub(super) access: Access,
    pub(super) opened: Opened,
    pub(super) held: Held,
    /// The upload's own.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) cut: Cut,
}

impl<'a> Candidate<'a> {
    /// Looks at the upload and at the file.
    pub(super) async fn find(job: &'a Job, adoption: Adoption) -> Result<Self, Stop> {
        let target = adoption.target.clone();
        let common = Common::new(job, &target.bucket, Board::new(None)).await?;
        let mut access = adoption.keys.access.clone();
        let from = adoption.keys.customer_key_from.clone();
        key(&mut access, from).await.map_err(Stop::Fault)?;
        let known = ours::all(job, &target).await.map_err(Stop::Fault)?;
        if let Some(ours) = known.iter().find(|ours| !ours.has_ended) {
            return Err(Stop::Fault(is_ours(&adoption, ours)));
        }
        let (opened, mark) = tokio::select! {
            opened = opened(&adoption) => opened.map_err(Stop::Fault)?,
            // A named pipe opens when its writer comes.
            () = job.cancel.cancelled() => return Err(Stop::Cancelled),
        };
        common.board.tell(|told| {
            told.target = Some(target.clone());
            told.source.clone_from(&opened.shown);
            told.files = 1;
        });
        let held = held(&common, &target, &access).await.map_err(gone)?;
        if held.extent.is_none() {
            let what = "its parts may not be listed, so that nothing can be compared";
            let hint = "ask for the permission s3:ListMultipartUploadParts";
            return Err(Stop::Fault(refused(&adoption, what, hint)));
        }
        if !adoption.include_active {
            let hint = "wait, or use --include-active to go on with it all the same";
            is_dead(&common, &target, held.extent, hint).await?;
        }
        let algorithm = algorithm(&adoption, &held.info).map_err(Stop::Fault)?;
        let limits = limits(&common);
        let cut = cut(&held.parts, mark.size, adoption.part_size, &limits)
            .map_err(|refusal| Stop::Fault(refused(&adoption, &refusal.0, &refusal.1)))?;
        Ok(Self {
            common,
            adoption,
            access,
            opened,
            held,
            algorithm,
            cut,
        })
    }

    /// The file as it was opened.
    pub(super) fn mark(&self) -> FileMark {
        let record = &self.opened.record;
        FileMark {
            size: record.size.unwrap_or_default(),
            modified: record.modified,
            sample: record.sample.clone(),
        }
    }

    /// Whether what a comparison found holds now, and may be used as this adoption says.
    pub(super) fn still_is(&self, known: &Comparison) -> bool {
        let is_held = |(number, etag, proof): &(u32, String, Proof)| {
            let piece = self.cut.layout.piece(*number).map(|piece| piece.len);
            let held = self.held.parts.get(number);
            held.is_some_and(|part| part.etag == *etag && Some(part.size) == piece)
                && (*proof != Proof::Size || self.adoption.trust_size)
        };
        let is_enough =
            !known.equal.is_empty() || self.held.parts.is_empty() || self.adoption.replace_all;
        known.file == self.mark()
            && known.layout == self.cut.layout
            && known.equal.iter().all(is_held)
            && is_enough
    }
}

/// The file; what has no length beforehand cannot be compared.
async fn opened(adoption: &Adoption) -> Result<(Opened, FileMark), Fault> {
    let opened = Opened::open(&Source::Path(adoption.file.clone())).await?;
    let Some(size) = opened.record.size else {
        let error = std::io::Error::other("it is no file, and only a file can be compared");
        return Err(unreadable(&opened.shown, &error));
    };
    let mark = FileMark {
        size,
        ..FileMark::default()
    };
    Ok((opened, mark))
}

/// What the service takes. Of one that is not known the parts that it took say more than S3's rules.
fn limits(common: &Common<'_>) -> Limits {
    let limits = common.provider.limits;
    if !common.provider.name.is_empty() {
        return limits;
    }
    Limits {
        min_part: 1,
        ..limits
    }
}

/// The algorithm that parts have to come with.
fn algorithm(adoption: &Adoption, info: &UploadInfo) -> Result<Option<Algorithm>, Fault> {
    let Some(named) = info.checksum_algorithm.as_deref() else {
        return Ok(None);
    };
    match Algorithm::from_name(named) {
        Some(algorithm) => Ok(Some(algorithm)),
        None => Err(refused(
            adoption,
            &format!("its parts need the checksum {named}, which is not known here"),
            "go on with it by the program that began it",
        )),
    }
}

/// It is gone on with by its journal.
pub(super) fn is_ours(adoption: &Adoption, ours: &Ours) -> Fault {
    let (what, hint) = if ours.is_busy {
        ("another process works on it", "wait for it; it is")
    } else {
        ("it is one of ours already", "go on with it:")
    };
    let hint = format!("{hint} mopup resume {}", ours.id);
    Fault {
        kind: Kind::Precondition,
        ..refused(adoption, what, &hint)
    }
}

/// Nothing was sent, for this reason.
pub(super) fn refused(adoption: &Adoption, message: &str, hint: &str) -> Fault {
    Fault {
        operation: Operation::Local,
        kind: Kind::Invalid,
        target: shown(&adoption.target),
        hint: hint.to_owned(),
        ..fault(message)
    }
}

/// No upload is begun in the place of one that is gone.
fn gone(stop: Stop) -> Stop {
    match stop {
        Stop::Fault(fault) if fault.kind == Kind::UploadGone => Stop::Fault(Fault {
            hint: "mopup ls lists the uploads that are there".to_owned(),
            ..fault
        }),
        stop => stop,
    }
}
