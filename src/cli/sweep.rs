//! Uploads of many buckets, filtered and looked into where need be, in bounded memory and in the order in
//! which their pages arrived.

mod deadlines;

use std::collections::{HashMap, VecDeque};

use deadlines::subject;

use super::failure::Failure;
use super::session::Session;
use crate::model::catalog::{Catalog, Listed};
use crate::model::{Address, Filter, Measure, Targets, Upload};
use crate::protocol::{
    Command, Fault, JobId, Kind, Measured, News, Operation, Outcome, Progress, Report, Scope,
    Urgency,
};

/// Buckets that are listed at the same time.
const LISTINGS: usize = 8;
/// Uploads that wait to be looked into; more are not listed meanwhile.
const WAITING: usize = 4_000;

/// An upload that passed.
#[derive(Debug)]
pub struct Found<'a> {
    pub bucket: &'a str,
    pub upload: &'a Upload,
    pub measure: Measure,
}

/// Where what is found goes.
pub trait Sink {
    /// An upload that passed.
    fn upload(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure>;
    /// A page came to its end.
    fn page(&mut self) -> Result<(), Failure>;
    /// Whether nothing more is wanted.
    fn has_enough(&self) -> bool {
        false
    }
    /// Whether the rules of each bucket are to be known before its uploads are handed over.
    fn wants_rules(&self) -> bool {
        false
    }
    /// How far looking into uploads is; how many there will be in all only once all are listed.
    fn looked(&mut self, _: &Session, _: &Progress) {}
    /// Something could not be listed or looked into; the rest goes on.
    fn error(&mut self, fault: &Fault);
}

/// Which uploads pass, and how far they are looked into.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub filter: &'a Filter,
    /// Look into every upload that may pass, not only where the filter needs it.
    pub sized: bool,
    /// Within a bucket as the service orders them; else as they are found, which is sooner.
    pub in_order: bool,
}

/// Reads a filter; a failure points at the column.
pub fn filter(text: Option<&str>) -> Result<Filter, Failure> {
    let text = text.unwrap_or_default();
    Filter::parse(text).map_err(|error| {
        Failure::Usage(format!(
            "the filter cannot be read, column {}\n{}",
            error.column,
            error.render(text)
        ))
    })
}

/// Connects, and finds the scopes that addresses name; all buckets without an address.
pub async fn open(session: &mut Session, addresses: &[Address]) -> Result<Vec<Scope>, Failure> {
    session.connect().await?;
    Ok(distinct(scopes(session, addresses).await?))
}

/// Connects, and takes each address for a key of its own; of one that is given twice one is kept.
pub async fn open_keys(
    session: &mut Session,
    addresses: &[Address],
) -> Result<Vec<Scope>, Failure> {
    session.connect().await?;
    let mut keys = scopes(session, addresses).await?;
    keys.sort_by(|a, b| (&a.bucket, &a.prefix).cmp(&(&b.bucket, &b.prefix)));
    keys.dedup();
    Ok(keys)
}

/// Without those that another one covers: nothing is listed or counted twice.
fn distinct(scopes: Vec<Scope>) -> Vec<Scope> {
    let mut kept: Vec<Scope> = Vec::with_capacity(scopes.len());
    let covers = |wide: &Scope, narrow: &Scope| {
        wide.bucket == narrow.bucket && narrow.prefix.starts_with(&wide.prefix)
    };
    for scope in scopes {
        if !kept.iter().any(|other| covers(other, &scope)) {
            kept.retain(|other| !covers(&scope, other));
            kept.push(scope);
        }
    }
    kept
}

async fn scopes(session: &mut Session, addresses: &[Address]) -> Result<Vec<Scope>, Failure> {
    let scope = |bucket: &str, prefix: &str| Scope {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    };
    let mut scopes: Vec<Scope> = addresses
        .iter()
        .map(|address| scope(&address.bucket, &address.key))
        .collect();
    if addresses.is_empty() {
        let listed = session.run(
            |job| Command::Buckets { job },
            |news| {
                if let News::Buckets(buckets) = news {
                    scopes.extend(buckets.iter().map(|bucket| scope(&bucket.name, "")));
                }
                Ok(())
            },
        );
        listed.await.map_err(name_a_bucket)?;
    }
    Ok(scopes)
}

fn name_a_bucket(failure: Failure) -> Failure {
    match failure {
        Failure::Fault(fault) if matches!(fault.kind, Kind::Denied | Kind::Unsupported) => {
            let hint = if fault.hint.is_empty() {
                "name a bucket: s3://BUCKET".to_owned()
            } else {
                format!("{}; or name a bucket: s3://BUCKET", fault.hint)
            };
            Failure::Fault(Fault { hint, ..fault })
        }
        failure => failure,
    }
}

/// One page on its way.
#[derive(Debug)]
struct Page {
    bucket: String,
    uploads: Vec<Entry>,
    /// The job that looks into it.
    job: Option<JobId>,
    /// Where the uploads stand that it looks into, by row.
    rows: Vec<usize>,
    /// Requests that it took so far.
    requests: u64,
}

#[derive(Debug)]
struct Entry {
    upload: Upload,
    measure: Measure,
    gone: bool,
}

/// Lists every scope and hands over what passes. One bucket that fails does not stop the others.
pub async fn run(
    session: &mut Session,
    scopes: Vec<Scope>,
    wanted: Wanted<'_>,
    sink: &mut impl Sink,
) -> Result<(), Failure> {
    run_over(session, (scopes, false), wanted, sink).await
}

/// The same, where each scope's prefix is a whole key.
pub async fn run_keys(
    session: &mut Session,
    scopes: Vec<Scope>,
    wanted: Wanted<'_>,
    sink: &mut impl Sink,
) -> Result<(), Failure> {
    run_over(session, (scopes, true), wanted, sink).await
}

async fn run_over(
    session: &mut Session,
    (scopes, whole_keys): (Vec<Scope>, bool),
    wanted: Wanted<'_>,
    sink: &mut impl Sink,
) -> Result<(), Failure> {
    let mut sweep = Sweep {
        wanted,
        whole_keys,
        listing: HashMap::new(),
        pages: VecDeque::new(),
        asked: HashMap::new(),
        waiting: 0,
        looked: Progress::default(),
        asked_about: 0,
        refused: HashMap::new(),
    };
    let mut scopes = scopes.into_iter();
    loop {
        while sweep.listing.len() < LISTINGS
            && let Some(scope) = scopes.next()
        {
            sweep.begin(session, scope);
        }
        if sweep.listing.is_empty() && sweep.pages.is_empty() {
            return Ok(());
        }
        let may_list = !sweep.listing.is_empty() && sweep.waiting < WAITING;
        tokio::select! {
            biased;
            () = session.interrupt.heard() => {
                return Err(Failure::Interrupted("interrupted".to_owned()));
            }
            reports = session.worked.recv(64), if !sweep.pages.is_empty() => {
                for report in reports {
                    sweep.worked(session, report, sink);
                }
                let all = sweep.listing.is_empty() && scopes.len() == 0;
                sweep.looked.total = all.then_some(sweep.asked_about);
                sink.looked(session, &sweep.looked);
            }
            reports = session.listed.recv(1), if may_list => {
                for report in reports {
                    sweep.listed(session, report, sink);
                }
            }
        }
        sweep.hand_over(session, sink)?;
        if sink.has_enough() {
            sweep.stop(session);
            return Ok(());
        }
    }
}

struct Sweep<'a> {
    wanted: Wanted<'a>,
    whole_keys: bool,
    listing: HashMap<JobId, String>,
    pages: VecDeque<Page>,
    /// Jobs that ask for a bucket's rules; its uploads wait for them.
    asked: HashMap<JobId, String>,
    /// Uploads in `pages`.
    waiting: usize,
    /// How far looking into them is, and how many were to be looked into so far.
    looked: Progress,
    asked_about: u64,
    /// Buckets whose parts may not be listed: told once.
    refused: HashMap<String, Kind>,
}

impl Sweep<'_> {
    fn begin(&mut self, session: &mut Session, scope: Scope) {
        let job = session.job();
        self.listing.insert(job, scope.bucket.clone());
        let urgency = Urgency::Visible;
        let command = if self.whole_keys && !scope.prefix.is_empty() {
            Command::ListKey {
                job,
                bucket: scope.bucket,
                key: scope.prefix,
                urgency,
            }
        } else {
            Command::List {
                job,
                scope,
                urgency,
                in_order: self.wanted.in_order,
            }
        };
        session.lister.send(command);
    }

    /// News that still comes is of jobs that no later sweep knows.
    fn stop(self, session: &Session) {
        for job in self.listing.into_keys() {
            session.lister.send(Command::Cancel(job));
        }
        for job in self.pages.into_iter().filter_map(|page| page.job) {
            session.worker.send(Command::Cancel(job));
        }
    }

    fn listed(&mut self, session: &mut Session, report: Report, sink: &mut impl Sink) {
        if !self.listing.contains_key(&report.job) {
            return;
        }
        match report.news {
            News::Listed(uploads) => {
                if let Some(bucket) = self.listing.get(&report.job).cloned() {
                    let wanted = sink.wants_rules() || self.wanted.filter.needs_deadlines();
                    if wanted && !uploads.is_empty() {
                        self.ask_rules(session, &bucket);
                    }
                    self.take_in(session, bucket, uploads);
                }
            }
            News::Ended(outcome) => {
                self.listing.remove(&report.job);
                if let Outcome::Failed(fault) = outcome {
                    sink.error(&fault);
                }
            }
            _ => {}
        }
    }

    /// Drops what cannot pass, and has the rest looked into where that is needed.
    fn take_in(&mut self, session: &mut Session, bucket: String, uploads: Vec<Upload>) {
        let moment = session.moment();
        let mut looked_into = Catalog::default();
        let mut rows = Vec::new();
        let mut entries = Vec::with_capacity(uploads.len());
        for upload in uploads {
            let subject = subject(session, &bucket, &upload, Measure::Unknown);
            let verdict = self.wanted.filter.eval(&subject, &moment);
            if verdict == Some(false) {
                continue;
            }
            let wanted = self.wanted.sized || verdict.is_none();
            if wanted && matches!(looked_into.list(&upload, |_| ()), Listed::New(_)) {
                rows.push(entries.len());
            }
            entries.push(Entry {
                upload,
                measure: Measure::Unknown,
                gone: false,
            });
        }
        self.looked.requests += 1;
        self.asked_about += rows.len() as u64;
        let job = (!rows.is_empty()).then(|| session.job());
        if let Some(job) = job {
            session.worker.send(Command::Measure {
                job,
                targets: Targets::all(&bucket, &looked_into),
                urgency: Urgency::Visible,
            });
        }
        self.waiting += entries.len();
        self.pages.push_back(Page {
            bucket,
            uploads: entries,
            job,
            rows,
            requests: 0,
        });
    }

    fn worked(&mut self, session: &mut Session, report: Report, sink: &mut impl Sink) {
        if self.learn_rules(session, &report) {
            return;
        }
        let found = self
            .pages
            .iter_mut()
            .find(|page| page.job == Some(report.job));
        let Some(page) = found else {
            return;
        };
        match report.news {
            News::Measured(measured) => {
                for (row, measured) in measured {
                    let at = page.rows.get(row.0 as usize);
                    let Some(entry) = at.and_then(|at| page.uploads.get_mut(*at)) else {
                        continue;
                    };
                    self.looked.done += u64::from(!matches!(measured, Measured::AtLeast(_)));
                    let fault = entry.learn(measured);
                    if let Some(fault) = fault
                        && self.refused.get(&page.bucket) != Some(&fault.kind)
                    {
                        self.refused.insert(page.bucket.clone(), fault.kind);
                        sink.error(&fault);
                    }
                }
            }
            News::Progress(progress) => {
                self.looked.requests += progress.requests.saturating_sub(page.requests);
                page.requests = progress.requests;
                self.looked.throttled = progress.throttled;
            }
            News::Ended(outcome) => {
                page.job = None;
                if let Outcome::Failed(fault) = outcome {
                    sink.error(&fault);
                }
            }
            _ => {}
        }
    }

    /// Hands over the pages at the front that are complete.
    fn hand_over(&mut self, session: &Session, sink: &mut impl Sink) -> Result<(), Failure> {
        let asked = &self.asked;
        let is_ready =
            |page: &mut Page| page.job.is_none() && !asked.values().any(|of| *of == page.bucket);
        while let Some(page) = self.pages.pop_front_if(is_ready) {
            self.waiting -= page.uploads.len();
            let moment = session.moment();
            for entry in page.uploads.iter().filter(|entry| !entry.gone) {
                let subject = subject(session, &page.bucket, &entry.upload, entry.measure);
                if self.wanted.filter.eval(&subject, &moment) == Some(true) {
                    let found = Found {
                        bucket: &page.bucket,
                        upload: &entry.upload,
                        measure: entry.measure,
                    };
                    sink.upload(session, &found)?;
                }
            }
            sink.page()?;
        }
        Ok(())
    }
}

impl Entry {
    /// Takes in what sizing found; a fault that is worth telling comes back.
    fn learn(&mut self, measured: Measured) -> Option<Fault> {
        match measured {
            Measured::AtLeast(extent) => self.measure = Measure::AtLeast(extent),
            Measured::Exact(extent) => self.measure = Measure::Exact(extent),
            Measured::Gone => self.gone = true,
            Measured::Denied(fault) => {
                self.measure = Measure::Denied;
                return Some(fault);
            }
            Measured::Failed(fault) => return Some(fault),
        }
        None
    }
}

/// The fault of an upload that is not there.
pub fn no_such_upload(address: &Address) -> Fault {
    Fault {
        operation: Operation::ListParts,
        target: address.to_string(),
        kind: Kind::UploadGone,
        code: Some("NoSuchUpload".to_owned()),
        message: "there is no such upload".to_owned(),
        hint: "it was completed or aborted, or the ID is wrong".to_owned(),
    }
}
