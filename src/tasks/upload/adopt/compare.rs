//! What is held against the file: as many parts at once as there are processors, as fast as the disk gives them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::candidate::{Candidate, refused};
use super::ruling::{Found, Leave, rule};
use crate::model::orphan::{Comparison, Proof};
use crate::model::plan::MIB;
use crate::model::send::{Cell, Phase};
use crate::model::{Algorithm, Part};
use crate::s3::checksum::is_md5;
use crate::tasks::pacer::Stop;
use crate::tasks::upload::board::PartMeter;
use crate::tasks::upload::pool::Pool;
use crate::tasks::upload::source::{By, Watch};
use crate::tasks::upload::transfer::report;

/// How often is told how far it is.
const OFTEN: Duration = Duration::from_millis(250);

/// One part and what it is compared by.
#[derive(Debug, Clone)]
struct Question<'a> {
    part: &'a Part,
    by: Option<By>,
}

impl Candidate<'_> {
    /// Compares every part that has the right size, and decides.
    pub(super) async fn compared(&self) -> Result<Comparison, Stop> {
        let found = self.found().await?;
        let leave = Leave {
            trust_size: self.adoption.trust_size,
            replace_all: self.adoption.replace_all,
        };
        let ruled = rule(&self.held.parts, &self.cut, &found, leave);
        let comparison = ruled
            .map_err(|refusal| Stop::Fault(refused(&self.adoption, &refusal.0, &refusal.1)))?;
        let board = &self.common.board;
        for (number, _, _) in &comparison.equal {
            board.mark(*number, Cell::Done);
        }
        for number in &comparison.different {
            board.mark(*number, Cell::Different);
        }
        report(self.common.job, board);
        Ok(Comparison {
            file: self.mark(),
            ..comparison
        })
    }

    /// What is held and has the right size, by number.
    async fn found(&self) -> Result<BTreeMap<u32, Found>, Stop> {
        let mut queue = self.questions();
        self.begin(&queue);
        let readers = available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Pool::new(readers as u64 * MIB);
        let job = self.common.job;
        let stop = job.cancel.child_token();
        // Whoever still reads when this ends is told to.
        let _guard = stop.clone().drop_guard();
        let mut found = BTreeMap::new();
        let mut running = FuturesUnordered::new();
        let mut ticks = interval(OFTEN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pauses = job.control.pauses();
        loop {
            let stays = *pauses.borrow_and_update();
            self.set_phase(stays);
            while !stays
                && running.len() < readers
                && let Some(question) = queue.pop_front()
            {
                running.push(self.answer(question, &pool, &stop));
            }
            if running.is_empty() && queue.is_empty() {
                break;
            }
            let idle = running.is_empty();
            self.common.board.count_time(!idle);
            tokio::select! {
                Some(answer) = running.next() => {
                    let (number, answer) = answer?;
                    found.insert(number, answer);
                }
                _ = ticks.tick(), if !idle => report(job, &self.common.board),
                _ = pauses.changed() => {}
                () = job.cancel.cancelled() => return Err(Stop::Cancelled),
            }
        }
        self.common.board.count_time(false);
        Ok(found)
    }

    /// Every part that has the right size, and by what it is compared.
    fn questions(&self) -> VecDeque<Question<'_>> {
        let layout = &self.cut.layout;
        let fits =
            |part: &&Part| layout.piece(part.number).map(|piece| piece.len) == Some(part.size);
        let parts = self.held.parts.values().filter(fits);
        parts
            .map(|part| Question {
                part,
                by: self.by(part),
            })
            .collect()
    }

    fn by(&self, part: &Part) -> Option<By> {
        let stored = part.checksum.as_ref();
        let stored = stored.and_then(|checksum| Algorithm::from_name(&checksum.algorithm));
        // Source: S3 API Reference, "Object", `ETag`: not an MD5 under SSE-C.
        let is_md5 = self.access.customer_key.is_none() && is_md5(&part.etag);
        stored.map(By::Checksum).or(is_md5.then_some(By::Md5))
    }

    fn begin(&self, queue: &VecDeque<Question<'_>>) {
        let board = &self.common.board;
        let layout = &self.cut.layout;
        board.begin_parts(layout, self.cut.width);
        for number in self.held.parts.keys() {
            if layout.piece(*number).is_some() {
                board.mark(*number, Cell::Different);
            }
        }
        for question in queue {
            board.mark(question.part.number, Cell::Held);
        }
        let known = queue.iter().filter(|question| question.by.is_some());
        let bytes = known.map(|question| question.part.size).sum();
        board.tell(|told| {
            told.total = Some(bytes);
            told.deadline = self.held.info.abort_date;
        });
    }

    fn set_phase(&self, paused: bool) {
        let phase = if paused {
            Phase::Paused
        } else {
            Phase::Comparing
        };
        let mut before = phase;
        let board = &self.common.board;
        board.tell(|told| before = std::mem::replace(&mut told.phase, phase));
        if before != phase {
            report(self.common.job, board);
        }
    }

    async fn answer(
        &self,
        Question { part, by }: Question<'_>,
        pool: &Pool,
        stop: &CancellationToken,
    ) -> Result<(u32, Found), Stop> {
        let number = part.number;
        let (Some(by), Some(piece)) = (by, self.cut.layout.piece(number)) else {
            return Ok((number, Found::Unknown));
        };
        let board = &self.common.board;
        board.mark(number, Cell::Moving);
        let watch = Watch {
            meter: Arc::new(PartMeter::new(board)),
            stop: stop.clone(),
        };
        let digest = self.opened.digest(piece, by, pool, watch).await;
        let Some(digest) = digest.map_err(Stop::Fault)? else {
            return Err(Stop::Cancelled);
        };
        let (is_equal, proof) = match (by, &part.checksum) {
            (By::Checksum(_), Some(stored)) => (stored.value == digest, Proof::Checksum),
            _ => (part.etag.eq_ignore_ascii_case(&digest), Proof::Md5),
        };
        board.stored(piece.len, false);
        let (cell, found) = if is_equal {
            (Cell::Done, Found::Equal(proof))
        } else {
            (Cell::Different, Found::Different(proof))
        };
        board.mark(number, cell);
        Ok((number, found))
    }
}
