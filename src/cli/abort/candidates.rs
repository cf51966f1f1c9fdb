//! Which uploads an abort is about, and which of them it would leave alone.

use std::collections::{HashMap, HashSet};

use crate::cli::failure::Failure;
use crate::cli::output::{ErrorRecord, complain, sentence};
use crate::cli::session::Session;
use crate::cli::sweep::{self, Found, Sink, Wanted};
use crate::model::liveness::{self, Life};
use crate::model::tally::Weight;
use crate::model::{Address, Filter, Measure, Moment, RowId, Target, Timestamp};
use crate::protocol::{AbortOutcome, Command, Fault, Measured, News, Scope, SkipReason, Urgency};

/// An upload that may be aborted, with what is known of it.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub target: Target,
    pub initiated: Option<Timestamp>,
    pub storage_class: Option<String>,
    pub measure: Measure,
    /// What is known already without any abort: it is gone, or cannot be asked.
    pub settled: Option<AbortOutcome>,
}

impl Candidate {
    pub fn weight(&self) -> Weight<'_> {
        Weight {
            initiated: self.initiated,
            storage_class: self.storage_class.as_deref(),
            measure: self.measure,
        }
    }
}

/// What was found, and what could not be asked (and was told).
#[derive(Debug, Default)]
pub struct Gathered {
    pub candidates: Vec<Candidate>,
    pub errors: Vec<ErrorRecord>,
}

impl Sink for Gathered {
    fn upload(&mut self, _: &Session, found: &Found<'_>) -> Result<(), Failure> {
        self.candidates.push(Candidate {
            target: found.upload.target(found.bucket),
            initiated: found.upload.initiated,
            storage_class: found.upload.storage_class.clone(),
            measure: found.measure,
            settled: None,
        });
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn error(&mut self, fault: &Fault) {
        complain(&sentence(fault));
        self.errors.push(fault.into());
    }
}

fn scope(address: &Address) -> Vec<Scope> {
    vec![Scope {
        bucket: address.bucket.clone(),
        prefix: address.key.clone(),
    }]
}

/// Every upload under the address that the filter lets pass.
pub async fn filtered(
    session: &mut Session,
    address: &Address,
    filter: &Filter,
    sized: bool,
) -> Result<Gathered, Failure> {
    let mut gathered = Gathered::default();
    let wanted = Wanted {
        filter,
        sized,
        in_order: true,
    };
    let swept = sweep::run(session, scope(address), wanted, &mut gathered).await;
    swept.map_err(nothing_done)?;
    Ok(gathered)
}

/// The uploads with these IDs. Their initiation is looked up, since it is the only sign of life of an upload
/// without parts; where that is not allowed, the abort protocol judges without it.
pub async fn named(
    session: &mut Session,
    address: &Address,
    ids: &[String],
    sized: bool,
) -> Result<Gathered, Failure> {
    let mut listed = Listed {
        key: &address.key,
        ids: ids.iter().map(String::as_str).collect(),
        found: HashMap::new(),
    };
    let wanted = Wanted {
        filter: &Filter::default(),
        sized: false,
        in_order: false,
    };
    let swept = sweep::run(session, scope(address), wanted, &mut listed).await;
    swept.map_err(nothing_done)?;
    let mut known = listed.found;
    let mut seen = HashSet::new();
    let ids = ids.iter().filter(|id| seen.insert(id.as_str()));
    let mut candidates: Vec<Candidate> = ids
        .map(|id| {
            known.remove(id).unwrap_or_else(|| Candidate {
                target: Target {
                    bucket: address.bucket.clone(),
                    key: address.key.clone(),
                    upload_id: id.clone(),
                },
                initiated: None,
                storage_class: None,
                measure: Measure::Unknown,
                settled: None,
            })
        })
        .collect();
    if sized {
        measure(session, &mut candidates).await?;
    }
    Ok(Gathered {
        candidates,
        errors: Vec::new(),
    })
}

/// The uploads of one key by ID. A listing that fails is not told: what follows fails for itself, or does
/// not need it.
struct Listed<'a> {
    key: &'a str,
    ids: HashSet<&'a str>,
    found: HashMap<String, Candidate>,
}

impl Sink for Listed<'_> {
    fn upload(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure> {
        let id = found.upload.upload_id.as_str();
        if found.upload.key == self.key && self.ids.contains(id) {
            let mut one = Gathered::default();
            one.upload(session, found)?;
            let named = one.candidates.into_iter();
            self.found
                .extend(named.map(|of| (of.target.upload_id.clone(), of)));
        }
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn has_enough(&self) -> bool {
        self.found.len() == self.ids.len()
    }

    fn error(&mut self, _: &Fault) {}
}

async fn measure(session: &mut Session, candidates: &mut [Candidate]) -> Result<(), Failure> {
    let targets = candidates.iter().enumerate().map(|(row, candidate)| {
        let row = RowId(u32::try_from(row).unwrap_or(u32::MAX));
        (row, candidate.target.clone())
    });
    let targets = targets.collect();
    let command = |job| Command::Measure {
        job,
        targets,
        urgency: Urgency::Visible,
    };
    let measured = session.run(command, |news| {
        if let News::Measured(measured) = news {
            for (row, measured) in measured {
                if let Some(candidate) = candidates.get_mut(row.0 as usize) {
                    candidate.learn(measured);
                }
            }
        }
        Ok(())
    });
    measured.await.map_err(nothing_done)
}

impl Candidate {
    fn learn(&mut self, measured: Measured) {
        match measured {
            Measured::AtLeast(extent) => self.measure = Measure::AtLeast(extent),
            Measured::Exact(extent) => self.measure = Measure::Exact(extent),
            Measured::Denied(_) => self.measure = Measure::Denied,
            Measured::Gone => self.settled = Some(AbortOutcome::AlreadyGone),
            Measured::Failed(fault) => self.settled = Some(AbortOutcome::Failed(fault)),
        }
    }
}

fn nothing_done(failure: Failure) -> Failure {
    match failure {
        Failure::Interrupted(_) => {
            Failure::Interrupted("interrupted; nothing was aborted".to_owned())
        }
        failure => failure,
    }
}

/// The candidates, judged by what is known of them now; the protocol looks again.
#[derive(Debug)]
pub struct Plan {
    pub candidates: Vec<Candidate>,
    include_active: bool,
    moment: Moment,
}

impl Plan {
    pub const fn new(candidates: Vec<Candidate>, include_active: bool, moment: Moment) -> Self {
        Self {
            candidates,
            include_active,
            moment,
        }
    }

    /// What would become of a candidate.
    pub fn verdict(&self, candidate: &Candidate) -> AbortOutcome {
        if let Some(settled) = &candidate.settled {
            return settled.clone();
        }
        let freed = candidate.measure.exact().map(|extent| extent.bytes);
        let aborted = AbortOutcome::Aborted { freed };
        if self.include_active {
            return aborted;
        }
        let moment = &self.moment;
        let life = liveness::life(
            candidate.initiated,
            &candidate.measure,
            moment.now,
            &moment.thresholds,
        );
        match life {
            Life::Alive => AbortOutcome::Skipped(SkipReason::Active),
            Life::Undetermined => AbortOutcome::Skipped(SkipReason::LivenessUnknown),
            Life::Dead => aborted,
        }
    }

    /// Those that would be aborted.
    pub fn doomed(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates
            .iter()
            .filter(|of| matches!(self.verdict(of), AbortOutcome::Aborted { .. }))
    }
}
