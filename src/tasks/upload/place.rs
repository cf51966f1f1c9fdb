//! Single parts put by hand: looked at what is held, refused what cannot be meant, sent as the parts of uploads are.
//!
//! Writes no journal: also where the upload is ours, what is put is compared when it is gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;

use super::board::Board;
use super::held::{Held, held, is_dead, shown};
use super::pool::Pool;
use super::prepare::{Common, key};
use super::record::{Record, blocking, fault};
use super::source::{Opened, changed, unreadable};
use super::transfer::{Checks, Transfer, report};
use crate::journal::Recipe;
use crate::model::Algorithm;
use crate::model::checksum::ChecksumWish;
use crate::model::orphan::{Placement, Placing};
use crate::model::placing::check;
use crate::model::plan::{DEFAULT_MEMORY, DEFAULT_WIDTH, Layout, Piece};
use crate::model::send::{Access, Cell, Encryption, ObjectOptions, Source};
use crate::protocol::{Fault, Kind, Outcome};
use crate::tasks::files::at_home;
use crate::tasks::job::{Job, stopped};
use crate::tasks::pacer::Stop;

/// So many files are open at once.
const OPEN: usize = 128;

/// Puts the parts that `placing` names.
pub(in crate::tasks) async fn place(job: &Job, placing: Placing) -> Outcome {
    let count = placing.pieces.len() as u64;
    let placer = match Placer::new(job, placing).await {
        Ok(placer) => placer,
        Err(stop) => return stopped(stop, 0, count),
    };
    let ended = placer.run().await;
    let mut done = 0;
    let board = &placer.common.board;
    board.tell(|told| done = u64::from(told.parts_done));
    match ended {
        Ok(()) => Outcome::Done,
        Err(stop) => stopped(stop, done, count.saturating_sub(done)),
    }
}

/// Parts that may be put.
#[derive(Debug)]
struct Placer<'a> {
    common: Common<'a>,
    placing: Placing,
    access: Access,
    pieces: Vec<(Piece, Placement)>,
    held: Held,
    width: usize,
}

impl<'a> Placer<'a> {
    async fn new(job: &'a Job, placing: Placing) -> Result<Self, Stop> {
        let board = Board::new(placing.pace.limit);
        let mut common = Common::new(job, &placing.target.bucket, board).await?;
        let mut access = placing.keys.access.clone();
        let from = placing.keys.customer_key_from.clone();
        key(&mut access, from).await.map_err(Stop::Fault)?;
        let pieces = measured(&placing.pieces).await.map_err(Stop::Fault)?;
        let held = held(&common, &placing.target, &access)
            .await
            .map_err(gone)?;
        fits(&common, &placing, &pieces, &held).map_err(Stop::Fault)?;
        if !placing.include_active {
            let hint = "--include-active writes into it all the same";
            is_dead(&common, &placing.target, held.extent, hint).await?;
        }
        let width = DEFAULT_WIDTH.min(pieces.len()).max(1);
        let lens = pieces.iter().map(|(piece, _)| piece.len);
        let largest = lens.clone().max().unwrap_or(0);
        common.pool = Pool::new(lens.sum::<u64>().min(DEFAULT_MEMORY.max(largest)));
        Ok(Self {
            common,
            placing,
            access,
            pieces,
            held,
            width,
        })
    }

    async fn run(&self) -> Result<(), Stop> {
        let common = &self.common;
        let target = &self.placing.target;
        common.board.begin_parts(&self.layout(), self.width);
        let fixed = self.placing.pace.width;
        common.board.width(|width| width.fix(fixed));
        for number in self.held.parts.keys() {
            common.board.mark(*number, Cell::Held);
        }
        common.board.tell(|told| {
            told.target = Some(target.clone());
            told.total = Some(self.pieces.iter().map(|(piece, _)| piece.len).sum());
            told.parts = u32::try_from(self.pieces.len()).ok();
            told.files = self.pieces.len() as u64;
            told.deadline = self.held.info.abort_date;
        });
        report(common.job, &common.board);
        for some in self.pieces.chunks(OPEN) {
            let opened = self.opened(some).await.map_err(Stop::Fault)?;
            let transfer = self.transfer(opened).await.map_err(Stop::Fault)?;
            transfer.run().await.map_err(gone)?;
        }
        Ok(())
    }

    async fn opened(&self, pieces: &[(Piece, Placement)]) -> Result<Opened, Fault> {
        let mut files = BTreeMap::new();
        for (piece, placement) in pieces {
            let file = Opened::open(&Source::Path(placement.file.clone())).await?;
            let end = piece.offset.saturating_add(piece.len);
            if file.record.size.is_none_or(|size| size < end) {
                let how = "it became shorter before it was sent";
                return Err(anew(changed(&file.shown, how)));
            }
            self.common
                .board
                .tell(|told| told.source.clone_from(&file.shown));
            files.insert(piece.number, (file, *piece));
        }
        let held: BTreeSet<u32> = self.held.parts.keys().copied().collect();
        Ok(Opened::pieces(files, held))
    }

    /// Nothing is known of how the whole is cut: only what holds for any part is used of it.
    fn layout(&self) -> Layout {
        let limits = &self.common.provider.limits;
        Layout {
            total: None,
            part_size: limits.min_part,
            growth: 0,
            max_part: limits.max_part,
            max_parts: limits.max_parts,
        }
    }

    async fn transfer(&self, opened: Opened) -> Result<Transfer<'_>, Fault> {
        let common = &self.common;
        let named = self.held.info.checksum_algorithm.as_deref();
        let algorithm = named.and_then(Algorithm::from_name);
        let encryption = match &self.access.customer_key {
            Some(_) => Encryption::Customer,
            None => Encryption::Default,
        };
        let recipe = Recipe {
            created: common.job.clock.now(),
            destination: common.destination.clone(),
            bucket: self.placing.target.bucket.clone(),
            key: self.placing.target.key.clone(),
            source: opened.record.clone(),
            layout: self.layout(),
            options: ObjectOptions {
                encryption,
                ..ObjectOptions::default()
            },
            expected_owner: self.access.expected_owner.clone(),
            if_none_match: false,
            algorithm,
            signing: self.placing.signing,
            width: self.width,
            adopted: None,
        };
        Ok(Transfer {
            job: common.job,
            asker: common.asker.clone(),
            board: common.board.clone(),
            pool: common.pool.clone(),
            target: self.placing.target.clone(),
            access: self.access.clone(),
            opened,
            record: Record::create(None, &recipe).await?,
            algorithm,
            recipe,
            may_fall_back: common.may_fall_back(ChecksumWish::Auto),
            checks: Checks::default(),
            held: BTreeMap::new(),
            known: BTreeMap::new(),
            verified: BTreeMap::new(),
            completing: std::sync::OnceLock::new(),
            arrived: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        })
    }
}

/// Every piece with its place and length, before any file is held open.
async fn measured(pieces: &[Placement]) -> Result<Vec<(Piece, Placement)>, Fault> {
    let pieces = pieces.to_vec();
    let look = move || Ok(pieces.into_iter().map(measure).collect::<Vec<_>>());
    let found = blocking(look).await?;
    found.into_iter().collect()
}

/// Blocks.
fn measure(placement: Placement) -> Result<(Piece, Placement), Fault> {
    let path = at_home(&placement.file);
    let shown = path.display().to_string();
    let found = std::fs::metadata(&path).map_err(|error| unreadable(&shown, &error))?;
    if !found.is_file() {
        let error = std::io::Error::other("a part is made of a file, and this is none");
        return Err(unreadable(&shown, &error));
    }
    let left = found.len().checked_sub(placement.offset);
    let len = placement.len.or(left);
    match (left, len) {
        (Some(left), Some(len)) if len <= left => Ok((
            Piece {
                number: placement.number,
                offset: placement.offset,
                len,
            },
            placement,
        )),
        _ => Err(Fault {
            message: format!(
                "it has {} bytes, and the range ends at byte {}",
                found.len(),
                placement.offset.saturating_add(len.unwrap_or(0))
            ),
            hint: "name a range within the file".to_owned(),
            ..unreadable(&shown, &std::io::Error::other(""))
        }),
    }
}

/// Refuses what the provider would, and what would overwrite.
fn fits(
    common: &Common<'_>,
    placing: &Placing,
    pieces: &[(Piece, Placement)],
    held: &Held,
) -> Result<(), Fault> {
    let invalid = |message: &str, hint: &str| Fault {
        kind: Kind::Invalid,
        target: shown(&placing.target),
        hint: hint.to_owned(),
        ..fault(message)
    };
    if held.extent.is_none() && !placing.overwrite {
        return Err(invalid(
            "its parts may not be listed, so that it cannot be seen which are held",
            "--overwrite puts them whatever is held; s3:ListMultipartUploadParts lets it be seen",
        ));
    }
    let put: Vec<(u32, u64)> = pieces
        .iter()
        .map(|(piece, _)| (piece.number, piece.len))
        .collect();
    let sizes = held.parts.values().map(|part| (part.number, part.size));
    let limits = &common.provider.limits;
    check(&put, &sizes.collect(), placing.overwrite, limits).map_err(|misplaced| {
        let hint = match misplaced {
            crate::model::placing::Misplaced::Held { .. } => "--overwrite replaces what is held",
            _ => "nothing was sent",
        };
        invalid(&misplaced.to_string(), hint)
    })
}

/// No upload is begun in the place of one that is gone.
fn gone(stop: Stop) -> Stop {
    match stop {
        Stop::Fault(fault) if fault.kind == Kind::UploadGone => Stop::Fault(Fault {
            hint: "mopup ls lists the uploads that are there".to_owned(),
            ..fault
        }),
        Stop::Fault(fault) if fault.kind == Kind::Precondition => Stop::Fault(anew(fault)),
        stop => stop,
    }
}

/// A file changed: what was put of it stays in the upload.
fn anew(fault: Fault) -> Fault {
    Fault {
        hint: "parts that were told as put stay; put the others again".to_owned(),
        ..fault
    }
}
