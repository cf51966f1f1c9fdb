//! The upload becomes ours: recorded for good, then sent what it lacks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::sleep;

use super::candidate::{Candidate, is_ours};
use crate::journal::{Adopted, Begun, PartRecord, Recipe};
use crate::model::checksum::ChecksumWish;
use crate::model::completion::kind;
use crate::model::orphan::{Comparison, Proof};
use crate::model::send::{Encryption, ObjectOptions};
use crate::model::{Algorithm, Part};
use crate::tasks::audit::{Audit, Deed};
use crate::tasks::ours;
use crate::tasks::pacer::Stop;
use crate::tasks::upload::board::Board;
use crate::tasks::upload::carry::announce;
use crate::tasks::upload::existing::refuse_at;
use crate::tasks::upload::pool::Pool;
use crate::tasks::upload::record::Record;
use crate::tasks::upload::transfer::{Checks, Transfer};

/// Somebody who adopts the same upload just now is waited for so often …
const TRIES: u32 = 20;
/// … and so long each time.
const WAIT: Duration = Duration::from_millis(100);

impl<'a> Candidate<'a> {
    /// Makes it ours. What is equal is neither read nor sent again.
    pub(super) async fn taken(mut self, comparison: &Comparison) -> Result<Transfer<'a>, Stop> {
        if self.adoption.if_none_match {
            let there = refuse_at(&self.common, &self.adoption.target, &self.access).await;
            there.map_err(Stop::Fault)?;
        }
        let begun = self.begun();
        let recipe = self.recipe(&begun);
        let folder = self.common.job.settings.journal.clone();
        let record = Record::create(folder, &recipe).await;
        let record = self.alone(record.map_err(Stop::Fault)?).await?;
        if let Err(stop) = self.log(comparison).await {
            record.remove().await.map_err(Stop::Fault)?;
            return Err(stop);
        }
        self.anew(&recipe);
        let wish = self.algorithm.map_or(ChecksumWish::Auto, ChecksumWish::Of);
        // Taken by their size although their ETags look like MD5s: these are none.
        let odd_etags = comparison
            .equal
            .iter()
            .any(|(_, _, proof)| *proof == Proof::Size);
        let known = self.known(comparison);
        let verified = self.verified(&known);
        let transfer = Transfer {
            job: self.common.job,
            asker: self.common.asker.clone(),
            board: self.common.board.clone(),
            pool: self.common.pool.clone(),
            target: self.adoption.target.clone(),
            access: self.access,
            opened: self.opened,
            record,
            algorithm: self.algorithm,
            recipe,
            may_fall_back: self.common.may_fall_back(wish),
            checks: Checks {
                odd_etags: AtomicBool::new(odd_etags),
                ..Checks::default()
            },
            held: self.held.parts,
            known,
            verified,
            completing: OnceLock::new(),
            arrived: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        };
        announce(&self.common, &transfer, &begun);
        transfer.report();
        for part in transfer.known.values() {
            transfer
                .warn(transfer.record.part(part.clone()).await)
                .await;
        }
        transfer.warn(transfer.record.sync().await).await;
        Ok(transfer)
    }

    fn begun(&self) -> Begun {
        Begun {
            at: self.common.job.clock.now(),
            upload_id: self.adoption.target.upload_id.clone(),
            algorithm: self.algorithm,
            deadline: self.held.info.abort_date,
        }
    }

    fn recipe(&self, begun: &Begun) -> Recipe {
        let encryption = match &self.access.customer_key {
            Some(_) => Encryption::Customer,
            None => Encryption::Default,
        };
        let checksum_type = kind(&self.held.info).filter(|_| self.algorithm.is_some());
        Recipe {
            created: begun.at,
            destination: self.common.destination.clone(),
            bucket: self.adoption.target.bucket.clone(),
            key: self.adoption.target.key.clone(),
            source: self.opened.record.clone(),
            layout: self.cut.layout,
            options: ObjectOptions {
                encryption,
                storage_class: self.held.info.storage_class.clone(),
                ..ObjectOptions::default()
            },
            expected_owner: self.access.expected_owner.clone(),
            if_none_match: self.adoption.if_none_match,
            algorithm: self.algorithm,
            signing: self.adoption.signing,
            width: self.cut.width,
            adopted: Some(Adopted {
                begun: begun.clone(),
                checksum_type: checksum_type.map(str::to_owned),
                trust_size: self.adoption.trust_size,
            }),
        }
    }

    /// Of two who adopt the same upload at once, one goes on: each is recorded before it looks for the other.
    async fn alone(&self, record: Record) -> Result<Record, Stop> {
        let Some(id) = record.id() else {
            return Ok(record);
        };
        let mut rival = None;
        for _ in 0..TRIES {
            let all = ours::all(self.common.job, &self.adoption.target).await;
            let mut others = all.map_err(Stop::Fault)?.into_iter();
            rival = others.find(|of| !of.has_ended && of.id != id);
            match &rival {
                None => return Ok(record),
                Some(first) if first.id < id => break,
                // It was later, and gives up; unless it looked before this one was recorded.
                Some(_) => sleep(WAIT).await,
            }
        }
        record.remove().await.map_err(Stop::Fault)?;
        let fault = rival.map(|rival| is_ours(&self.adoption, &rival));
        Err(fault.map_or(Stop::Cancelled, Stop::Fault))
    }

    /// Records that it is taken over. What cannot be recorded is not done.
    async fn log(&self, comparison: &Comparison) -> Result<(), Stop> {
        let job = self.common.job;
        let Some(audit) = Audit::of(job).await? else {
            return Ok(());
        };
        let deed = Deed {
            action: "adopt",
            outcome: "adopted",
            bytes: Some(comparison.equal_bytes),
        };
        let at = job.clock.now();
        let written = audit.record(at, &self.adoption.target, deed, None).await;
        written.map_err(Stop::Fault)
    }

    /// What was counted while it was compared is not counted as sent.
    fn anew(&mut self, recipe: &Recipe) {
        let common = &mut self.common;
        let pace = self.adoption.pace;
        let board = Board::new(pace.limit);
        board.begin_parts(&recipe.layout, recipe.width);
        board.width(|width| width.fix(pace.width));
        board.tell(|told| {
            told.total = recipe.layout.total;
            told.files = 1;
        });
        board.begin_waiting();
        common.board = Arc::new(board);
        common.pool = Pool::new(self.cut.memory);
    }

    /// What is equal, as if it had been sent from here.
    fn known(&self, comparison: &Comparison) -> BTreeMap<u32, PartRecord> {
        let equal = comparison.equal.iter();
        let parts = equal.filter_map(|(number, _, _)| self.held.parts.get(number));
        let record = |part: &Part| PartRecord {
            number: part.number,
            size: part.size,
            etag: part.etag.clone(),
            checksum: part
                .checksum
                .clone()
                .filter(|checksum| Algorithm::from_name(&checksum.algorithm) == self.algorithm),
        };
        parts.map(|part| (part.number, record(part))).collect()
    }

    /// What of it needs no further look: listed with all that a Complete has to name.
    fn verified(&self, known: &BTreeMap<u32, PartRecord>) -> BTreeMap<u32, PartRecord> {
        let mut verified = known.clone();
        verified.retain(|_, part| part.checksum.is_some() || self.algorithm.is_none());
        verified
    }
}
