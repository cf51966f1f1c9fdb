//! `mopup du --by bucket`: the account's buckets by what they cost, and whether they will fill up again.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::{Sums, line_start};
use crate::cli::failure::Failure;
use crate::cli::output::{Format, time};
use crate::cli::session::Session;
use crate::model::State;
use crate::model::account::{
    Guard, Holding, Listed, Rank, Taken, listed_whole, markdown, rank, total,
};
use crate::model::human::{self, escape};
use crate::model::{Subject, liveness};
use crate::protocol::{Command, Fault, JobId, Kind, News, Operation, Outcome, Scope, Urgency};

/// Buckets whose rules are asked for at the same time.
const ASKED: usize = 48;

pub const FIELDS: [&str; 18] = [
    "bucket",
    "by",
    "name",
    "uploads",
    "sized",
    "denied",
    "bytes",
    "cost_per_month",
    "oldest",
    "complete",
    "listed",
    "active",
    "idle",
    "stale",
    "empty",
    "unknown",
    "abort_rule",
    "abort_days",
];

#[derive(Debug, Serialize)]
struct Record<'a> {
    bucket: Option<&'a str>,
    by: &'static str,
    name: Option<&'a str>,
    uploads: u64,
    sized: u64,
    denied: u64,
    bytes: u64,
    /// US dollars, an estimate.
    cost_per_month: f64,
    oldest: Option<String>,
    complete: bool,
    /// `whole`, `denied`, `failed` or `unfinished`.
    listed: &'static str,
    active: u64,
    idle: u64,
    stale: u64,
    empty: u64,
    unknown: u64,
    /// `whole`, `prefixes`, `none`, `denied`, `unsupported`, `failed`; `null` where nobody asked.
    abort_rule: Option<&'static str>,
    /// Days after initiation, of a rule for the whole bucket.
    abort_days: Option<u32>,
}

impl<'a> Record<'a> {
    fn new(by: &'static str, bucket: Option<&'a str>, of: &Holding) -> Self {
        let listed = of.listed == Listed::Whole;
        Self {
            bucket,
            by,
            name: bucket,
            uploads: of.tally.rows,
            sized: of.tally.sized,
            denied: of.tally.denied,
            bytes: of.tally.bytes,
            cost_per_month: super::cents(&of.tally),
            oldest: time(of.tally.oldest),
            complete: listed && !of.tally.at_least(),
            listed: match of.listed {
                Listed::Whole => "whole",
                Listed::Denied => "denied",
                Listed::Failed => "failed",
                Listed::Unfinished => "unfinished",
            },
            active: of.mix.of(State::Active),
            idle: of.mix.of(State::Idle),
            stale: of.mix.of(State::Stale),
            empty: of.mix.of(State::Empty),
            unknown: of.mix.of(State::Unknown),
            abort_rule: of.guard.word(),
            abort_days: of.guard.days(),
        }
    }
}

/// The buckets as they fill.
#[derive(Debug, Default)]
pub struct Account {
    holdings: BTreeMap<String, Holding>,
}

impl Account {
    pub fn new(scopes: &[Scope]) -> Self {
        let one = |scope: &Scope| {
            let holding = Holding {
                bucket: scope.bucket.clone(),
                listed: Listed::Whole,
                ..Holding::default()
            };
            (scope.bucket.clone(), holding)
        };
        Self {
            holdings: scopes.iter().map(one).collect(),
        }
    }

    pub fn add(&mut self, subject: &Subject<'_>, session: &Session) {
        let Some(holding) = self.holdings.get_mut(subject.bucket) else {
            return;
        };
        let (now, thresholds) = (session.clock.now(), &session.thresholds);
        holding.tally.add(subject, &session.prices);
        let state = liveness::state_moved(&subject.measure, subject.moved_at, now, thresholds);
        holding.mix.add(state);
    }

    /// A listing that failed says which bucket it was of.
    pub fn error(&mut self, fault: &Fault) {
        let of_listing = fault.operation == Operation::ListMultipartUploads;
        let bucket = fault.target.strip_prefix("s3://").unwrap_or_default();
        if let Some(holding) = self.holdings.get_mut(bucket).filter(|_| of_listing) {
            holding.listed = match fault.kind {
                Kind::Denied => Listed::Denied,
                _ => Listed::Failed,
            };
        }
    }

    /// The listings were broken off: nothing is known to be whole.
    pub fn interrupt(&mut self) {
        for holding in self.holdings.values_mut() {
            if holding.listed == Listed::Whole {
                holding.listed = Listed::Unfinished;
            }
        }
    }

    /// Asks every bucket for its rules, a few at a time. What is refused is told in its line, and fails nothing:
    /// the sums do not need it.
    pub async fn ask_for_rules(&mut self, session: &mut Session) -> Result<(), Failure> {
        let mut waiting: VecDeque<String> = self.holdings.keys().cloned().collect();
        let mut running: BTreeMap<JobId, String> = BTreeMap::new();
        loop {
            while running.len() < ASKED
                && let Some(bucket) = waiting.pop_front()
            {
                let job = session.job();
                session.worker.send(Command::Lifecycle {
                    job,
                    bucket: bucket.clone(),
                    urgency: Urgency::Background,
                });
                running.insert(job, bucket);
            }
            if running.is_empty() {
                return Ok(());
            }
            let reports = tokio::select! {
                reports = session.worked.recv(64) => reports,
                () = session.interrupt.heard() => {
                    let told = "interrupted; not every bucket was asked for its rules";
                    return Err(Failure::Interrupted(told.to_owned()));
                }
            };
            for report in reports {
                let Some(bucket) = running.get(&report.job) else {
                    continue;
                };
                let guard = match &report.news {
                    News::Lifecycle(found) => Some(found.guard()),
                    News::Ended(Outcome::Failed(_)) => Some(Guard::Failed),
                    _ => None,
                };
                if let (Some(guard), Some(holding)) = (guard, self.holdings.get_mut(bucket)) {
                    holding.guard = guard;
                }
                if matches!(report.news, News::Ended(_)) {
                    running.remove(&report.job);
                }
            }
        }
    }

    fn ranked(self) -> Vec<Holding> {
        let mut holdings: Vec<Holding> = self.holdings.into_values().collect();
        rank(&mut holdings, Rank::Cost);
        holdings
    }

    /// A summary for a ticket.
    pub fn markdown(self, taken: &Taken) -> String {
        markdown(&self.ranked(), taken)
    }

    /// Prints the buckets and their sum.
    pub fn print(self, sums: &mut Sums) -> Result<(), Failure> {
        let holdings = self.ranked();
        let sum = total(&holdings);
        if sums.printer.format() == Format::Table {
            sums.printer.text(HEAD)?;
            for holding in &holdings {
                let label = format!("s3://{}", escape(&holding.bucket));
                sums.printer.line(&line(&label, holding))?;
            }
            let label = match listed_whole(&holdings) {
                whole if whole == holdings.len() => "total".to_owned(),
                whole => format!(
                    "total: {} of {} buckets listed to the end",
                    human::count(whole as u64),
                    human::count(holdings.len() as u64)
                ),
            };
            sums.printer.line(&line(&label, &sum))?;
        } else {
            for holding in &holdings {
                let record = Record::new("bucket", Some(&holding.bucket), holding);
                sums.printer.record(&record)?;
            }
        }
        let total = serde_json::to_value(Record::new("total", None, &sum))?;
        sums.printer.finish(&[("total", total)])
    }
}

const HEAD: &str =
    "        HELD    UPLOADS     COST/MONTH  OLDEST                ABORT RULE   BUCKET\n";

fn line(label: &str, of: &Holding) -> String {
    let rule = match of.guard {
        Guard::Unasked => String::new(),
        guard => guard.text(),
    };
    let uploads = of.uploads_text().unwrap_or_else(|| "-".to_owned());
    let start = line_start(&of.held_text(), &uploads, &of.cost_text(), of.tally.oldest);
    let states = of.mix.text();
    let gap = if states.is_empty() { "" } else { "  " };
    format!("{start}{rule:<11}  {label}{gap}{states}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_listed_has_no_number() {
        let of = |listed, rows| {
            let mut holding = Holding {
                listed,
                ..Holding::default()
            };
            holding.tally.rows = rows;
            line("s3://b", &holding)
        };
        let words = |line: &str| {
            line.split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(words(&of(Listed::Denied, 0)), "denied -");
        assert_eq!(words(&of(Listed::Unfinished, 0)), "unknown -");
        assert_eq!(words(&of(Listed::Whole, 0)), "0 B");
        let some = of(Listed::Unfinished, 5);
        assert!(some.contains("≥ 5  "), "{some}");
    }

    #[test]
    fn the_fields_of_csv_are_those_of_the_record() {
        let record = Record::new("bucket", Some("b"), &Holding::default());
        let value = serde_json::to_value(&record).unwrap();
        let names: Vec<&str> = value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut fields = FIELDS.to_vec();
        fields.sort_unstable();
        assert_eq!(names, fields);
    }
}
