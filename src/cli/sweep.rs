//! Uploads of many buckets, filtered and looked into where need be, in bounded memory and in the order in
//! which their pages are known: a bucket that answers slowly holds up itself alone.

mod deadlines;
mod scopes;

use std::collections::{HashMap, HashSet, VecDeque};

pub use scopes::{open, open_keys};

use deadlines::subject;

use super::failure::Failure;
use super::session::Session;
use crate::model::catalog::{Catalog, Listed};
use crate::model::{Address, Filter, Measure, Targets, Upload, human};
use crate::protocol::{
    Command, Fault, JobId, Kind, Measured, News, Operation, Outcome, Progress, Report, Scope,
    Urgency,
};

/// Buckets that are listed at the same time: most have one page, so that this many answers are waited for together.
const LISTINGS: usize = 48;
/// Uploads that wait to be looked into; more are not listed meanwhile.
const WAITING: usize = 16_000;
/// The same of one bucket, whose listing pauses then; a quarter of [`WAITING`], so that others have room.
const WAITING_OF_ONE: usize = WAITING / 4;

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
    /// So many listings came to their ends, well or not.
    fn swept(&mut self, _swept: Swept) {}
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

/// How far the listings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// How many ended, well or not.
    pub done: usize,
    /// Of these: how many did not find all.
    pub failed: usize,
    pub all: usize,
}

impl Swept {
    /// `212 of 300 buckets, `; empty where there is only one.
    pub fn text(&self) -> String {
        if self.all < 2 {
            return String::new();
        }
        format!(
            "{} of {} buckets, ",
            human::count(self.done as u64),
            human::count(self.all as u64)
        )
    }
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

/// One page on its way.
#[derive(Debug)]
struct Page {
    bucket: String,
    /// The listing that it is of.
    of: JobId,
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
    /// The listing alone told so, and an answer once given stays; but for deadlines, whose rules come later.
    passes: bool,
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
        of_each: HashMap::new(),
        looked: Progress::default(),
        asked_about: 0,
        refused: HashMap::new(),
        swept: Swept {
            all: scopes.len(),
            ..Swept::default()
        },
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
    /// The same of each listing that runs, and whether it pauses for them.
    of_each: HashMap<JobId, (usize, bool)>,
    /// How far looking into them is, and how many were to be looked into so far.
    looked: Progress,
    asked_about: u64,
    /// Buckets whose parts may not be listed: told once.
    refused: HashMap<String, Kind>,
    swept: Swept,
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
                    self.take_in(session, (bucket, report.job), uploads);
                    self.hold_back(session, report.job);
                }
            }
            News::Ended(outcome) => {
                self.listing.remove(&report.job);
                self.of_each.remove(&report.job);
                self.swept.done += 1;
                if let Outcome::Failed(fault) = outcome {
                    self.swept.failed += 1;
                    sink.error(&fault);
                }
                sink.swept(self.swept);
            }
            _ => {}
        }
    }

    /// Drops what cannot pass, and has the rest looked into where that is needed.
    fn take_in(
        &mut self,
        session: &mut Session,
        (bucket, of): (String, JobId),
        uploads: Vec<Upload>,
    ) {
        let moment = session.moment();
        let rules = session.deadlines(&bucket);
        let mut looked_into = Catalog::default();
        let mut rows = Vec::new();
        let mut entries = Vec::with_capacity(uploads.len());
        for upload in uploads {
            let subject = subject(&rules, &bucket, &upload, Measure::Unknown);
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
                passes: verdict == Some(true) && !self.wanted.filter.needs_deadlines(),
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
        self.of_each.entry(of).or_default().0 += entries.len();
        self.pages.push_back(Page {
            bucket,
            of,
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

    /// Pauses a listing of which too much waits, and has it go on once half of that is handed over.
    fn hold_back(&mut self, session: &Session, listing: JobId) {
        let Some((waiting, paused)) = self.of_each.get_mut(&listing) else {
            return;
        };
        if !*paused && *waiting >= WAITING_OF_ONE {
            *paused = true;
            session.lister.send(Command::Pause(listing));
        } else if *paused && *waiting <= WAITING_OF_ONE / 2 {
            *paused = false;
            session.lister.send(Command::Continue(listing));
        }
    }

    /// The first page that is complete, and of whose bucket none before it is still looked into.
    fn next_ready(&mut self) -> Option<Page> {
        let mut held: HashSet<JobId> = HashSet::new();
        let at = self.pages.iter().position(|page| {
            let is_complete =
                page.job.is_none() && !self.asked.values().any(|of| *of == page.bucket);
            let is_next = is_complete && !held.contains(&page.of);
            if !is_next {
                held.insert(page.of);
            }
            is_next
        })?;
        self.pages.remove(at)
    }

    /// Hands over the pages that are complete.
    fn hand_over(&mut self, session: &Session, sink: &mut impl Sink) -> Result<(), Failure> {
        while let Some(page) = self.next_ready() {
            self.waiting -= page.uploads.len();
            if let Some((waiting, _)) = self.of_each.get_mut(&page.of) {
                *waiting -= page.uploads.len();
            }
            self.hold_back(session, page.of);
            let moment = session.moment();
            let rules = session.deadlines(&page.bucket);
            for entry in page.uploads.iter().filter(|entry| !entry.gone) {
                let passes = || {
                    let subject = subject(&rules, &page.bucket, &entry.upload, entry.measure);
                    self.wanted.filter.eval(&subject, &moment) == Some(true)
                };
                if entry.passes || passes() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep<'a>(filter: &'a Filter, pages: &[(u64, Option<u64>)]) -> Sweep<'a> {
        let page = |(of, job): &(u64, Option<u64>)| Page {
            bucket: format!("bucket-{of}"),
            of: JobId(*of),
            uploads: Vec::new(),
            job: job.map(JobId),
            rows: Vec::new(),
            requests: 0,
        };
        Sweep {
            wanted: Wanted {
                filter,
                sized: true,
                in_order: false,
            },
            whole_keys: false,
            listing: HashMap::new(),
            pages: pages.iter().map(page).collect(),
            asked: HashMap::new(),
            waiting: 0,
            of_each: HashMap::new(),
            looked: Progress::default(),
            asked_about: 0,
            refused: HashMap::new(),
            swept: Swept::default(),
        }
    }

    #[test]
    fn a_slow_bucket_holds_up_itself_alone() {
        let filter = Filter::default();
        // The first page of 1 is still looked into; its second one waits for it, the others do not.
        let mut sweep = sweep(
            &filter,
            &[(1, Some(9)), (2, None), (1, None), (3, None), (2, None)],
        );
        let mut order = Vec::new();
        while let Some(page) = sweep.next_ready() {
            order.push(page.of.0);
        }
        assert_eq!(order, [2, 3, 2]);
        sweep.pages[0].job = None;
        while let Some(page) = sweep.next_ready() {
            order.push(page.of.0);
        }
        assert_eq!(order, [2, 3, 2, 1, 1]);
        // Whose rules are asked for waits for those.
        let mut sweep = super::tests::sweep(&filter, &[(1, None), (2, None)]);
        sweep.asked.insert(JobId(7), "bucket-1".to_owned());
        assert_eq!(sweep.next_ready().map(|page| page.of.0), Some(2));
        assert!(sweep.next_ready().is_none());
    }

    #[test]
    fn how_far_it_is_is_told_where_there_are_several() {
        let mut swept = Swept {
            done: 212,
            failed: 3,
            all: 300,
        };
        assert_eq!(swept.text(), "212 of 300 buckets, ");
        swept.all = 1;
        assert_eq!(swept.text(), "");
    }
}
