//! Which uploads an abort is about, and which of them it would leave alone. Held as compactly as rows of a table: there
//! may be a million.

use std::collections::{HashMap, HashSet};

use crate::cli::failure::Failure;
use crate::cli::output::{ErrorRecord, complain, sentence};
use crate::cli::session::Session;
use crate::cli::sweep::{self, Found, Sink, Wanted};
use crate::model::catalog::{Catalog, Listed};
use crate::model::liveness::{self, Life};
use crate::model::{
    Address, Filter, Measure, Moment, Row, RowId, Targets, Timestamp, Upload, human,
};
use crate::protocol::{
    AbortOutcome, Command, Fault, Kind, Measured, News, Operation, Progress, Scope, SkipReason,
    Urgency,
};

use super::status::Sizing;

/// What is known already without any abort: it is gone, or cannot be asked. Of few, by row.
pub type Settled = HashMap<RowId, AbortOutcome>;

/// What was found, and what could not be asked (and was told).
#[derive(Debug)]
pub struct Gathered {
    pub targets: Targets,
    pub settled: Settled,
    pub errors: Vec<ErrorRecord>,
}

/// Uploads that pass, while they are found.
struct Passing {
    catalog: Catalog,
    errors: Vec<ErrorRecord>,
    sizing: Sizing,
}

impl Sink for Passing {
    fn upload(&mut self, _: &Session, found: &Found<'_>) -> Result<(), Failure> {
        match self.catalog.list(found.upload, |_| ()) {
            Listed::New(row) | Listed::Same(row) | Listed::Changed(row) => {
                let now = Timestamp::default();
                self.catalog.set_measure(row, found.measure, now);
            }
            Listed::Buried => {}
            Listed::Full => self.error(&too_long(found)),
        }
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        self.sizing.found(self.catalog.slots() as u64);
        Ok(())
    }

    fn looked(&mut self, session: &Session, progress: &Progress) {
        self.sizing.looked(session, progress);
    }

    fn error(&mut self, fault: &Fault) {
        self.sizing.clear();
        complain(&sentence(fault));
        self.errors.push(fault.into());
    }
}

fn too_long(found: &Found<'_>) -> Fault {
    let key: String = found.upload.key.chars().take(60).collect();
    Fault {
        operation: Operation::Local,
        target: format!("s3://{}/{}…", found.bucket, human::escape(&key)),
        kind: Kind::Garbled,
        code: None,
        message: "its key or upload ID is longer than any service allows".to_owned(),
        hint: "it is left alone".to_owned(),
    }
}

fn scope(address: &Address) -> Vec<Scope> {
    vec![Scope {
        bucket: address.bucket.clone(),
        prefix: address.key.clone(),
    }]
}

/// Every upload under the address that the filter lets pass, by key.
pub async fn filtered(
    session: &mut Session,
    address: &Address,
    filter: &Filter,
    sized: bool,
) -> Result<Gathered, Failure> {
    let mut passing = Passing {
        catalog: Catalog::default(),
        errors: Vec::new(),
        sizing: Sizing::default(),
    };
    let wanted = Wanted {
        filter,
        sized,
        in_order: false,
    };
    let swept = sweep::run(session, scope(address), wanted, &mut passing).await;
    swept.map_err(nothing_done)?;
    let rows = passing.catalog.snapshot();
    let mut chosen: Vec<Row<'_>> = rows.iter().collect();
    // Found side by side, unless the service is listed page by page.
    let order = |a: &Row<'_>, b: &Row<'_>| {
        let by_key = a.key().cmp(b.key());
        by_key.then_with(|| a.initiated().cmp(&b.initiated()))
    };
    if !chosen.is_sorted_by(|a, b| order(a, b).is_le()) {
        chosen.sort_by(order);
    }
    let chosen: Vec<RowId> = chosen.into_iter().map(|row| row.id()).collect();
    Ok(Gathered {
        targets: Targets::new(&address.bucket, rows, chosen),
        settled: Settled::new(),
        errors: passing.errors,
    })
}

/// The uploads with these IDs. Their initiation is looked up, since it is the only sign of life of an upload
/// without parts; where that is not allowed, the abort protocol judges without it.
pub async fn named(
    session: &mut Session,
    address: &Address,
    ids: &[String],
    sized: bool,
) -> Result<Gathered, Failure> {
    let mut listed = Named {
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
    let mut catalog = Catalog::default();
    for id in ids {
        let bare = || Upload {
            key: address.key.clone(),
            upload_id: id.clone(),
            ..Upload::default()
        };
        let upload = listed.found.remove(id).unwrap_or_else(bare);
        // One that is named twice is there already, perhaps with what the listing knows of it.
        if catalog.find(&upload.key, &upload.upload_id).is_none() {
            catalog.list(&upload, |_| ());
        }
    }
    let mut settled = Settled::new();
    if sized {
        measure(session, &address.bucket, &mut catalog, &mut settled).await?;
    }
    Ok(Gathered {
        targets: Targets::all(&address.bucket, &catalog),
        settled,
        errors: Vec::new(),
    })
}

/// The uploads of one key by ID. A listing that fails is not told: what follows fails for itself, or does
/// not need it.
struct Named<'a> {
    key: &'a str,
    ids: HashSet<&'a str>,
    found: HashMap<String, Upload>,
}

impl Sink for Named<'_> {
    fn upload(&mut self, _: &Session, found: &Found<'_>) -> Result<(), Failure> {
        let id = found.upload.upload_id.as_str();
        if found.upload.key == self.key && self.ids.contains(id) {
            self.found.insert(id.to_owned(), found.upload.clone());
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

async fn measure(
    session: &mut Session,
    bucket: &str,
    catalog: &mut Catalog,
    settled: &mut Settled,
) -> Result<(), Failure> {
    let targets = Targets::all(bucket, catalog);
    let command = |job| Command::Measure {
        job,
        targets,
        urgency: Urgency::Visible,
    };
    let mut learn = |(row, measured)| {
        let measure = match measured {
            Measured::AtLeast(extent) => Measure::AtLeast(extent),
            Measured::Exact(extent) => Measure::Exact(extent),
            Measured::Denied(_) => Measure::Denied,
            Measured::Gone => {
                settled.insert(row, AbortOutcome::AlreadyGone);
                return;
            }
            Measured::Failed(fault) => {
                settled.insert(row, AbortOutcome::Failed(fault));
                return;
            }
        };
        catalog.set_measure(row, measure, Timestamp::default());
    };
    let measured = session.run(command, |news| {
        if let News::Measured(measured) = news {
            measured.into_iter().for_each(&mut learn);
        }
        Ok(())
    });
    measured.await.map_err(nothing_done)
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
    pub targets: Targets,
    settled: Settled,
    include_active: bool,
    moment: Moment,
}

impl Plan {
    pub fn new(targets: Targets, settled: Settled, include_active: bool, moment: Moment) -> Self {
        Self {
            targets,
            settled,
            include_active,
            moment,
        }
    }

    /// What would become of a candidate.
    pub fn verdict(&self, candidate: &Row<'_>) -> AbortOutcome {
        if let Some(settled) = self.settled.get(&candidate.id()) {
            return settled.clone();
        }
        let measure = candidate.measure();
        let aborted = AbortOutcome::Aborted {
            freed: measure.exact().map(|extent| extent.bytes),
            verified: true,
        };
        if self.include_active {
            return aborted;
        }
        let moment = &self.moment;
        let life = liveness::life(
            candidate.initiated(),
            &measure,
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
    pub fn doomed(&self) -> impl Iterator<Item = Row<'_>> {
        self.targets
            .iter()
            .filter(|of| matches!(self.verdict(of), AbortOutcome::Aborted { .. }))
    }
}
