//! `mopup du`: what uploads in progress hold, by group.

use serde::Serialize;

use super::args::{Connection, Du, GroupBy};
use super::failure::{Exit, Failure};
use super::output::{Format, Printer, Status, time};
use super::session::Session;
use super::sweep::{self, Found, Sink, Wanted};
use crate::model::human::{self, escape};
use crate::model::rollup::{By, Group, Groups};
use crate::model::{Moment, Subject, Tally};
use crate::protocol::{Fault, Scope};

const FIELDS: [&str; 10] = [
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
];

#[derive(Debug, Serialize)]
struct Record<'a> {
    bucket: Option<&'a str>,
    by: &'static str,
    /// The group; `null` where the service does not say it.
    name: Option<&'a str>,
    uploads: u64,
    sized: u64,
    denied: u64,
    bytes: u64,
    /// US dollars, an estimate.
    cost_per_month: f64,
    oldest: Option<String>,
    /// Whether all were sized; otherwise there are more bytes.
    complete: bool,
}

impl<'a> Record<'a> {
    fn new(by: &'static str, bucket: Option<&'a str>, name: Option<&'a str>, of: &Tally) -> Self {
        Self {
            bucket,
            by,
            name,
            uploads: of.rows,
            sized: of.sized,
            denied: of.denied,
            bytes: of.bytes,
            // Cents and a little: more digits would look exact.
            cost_per_month: (of.monthly() * 10_000.0).round() / 10_000.0,
            oldest: time(of.oldest),
            complete: !of.at_least(),
        }
    }
}

pub async fn run(connection: &Connection, args: Du) -> Result<Exit, Failure> {
    let filter = sweep::filter(args.filter.as_deref())?;
    let mut session = Session::new(connection)?;
    let mut printer = Printer::new(Format::from(args.output), "groups", &FIELDS)?;
    let scopes = match sweep::open(&mut session, &args.addresses).await {
        Err(Failure::Fault(fault)) => return printer.end_with(&fault),
        scopes => scopes?,
    };
    let by = args.by.unwrap_or(if args.addresses.is_empty() {
        GroupBy::Bucket
    } else {
        GroupBy::Prefix
    });
    let mut sums = Sums {
        printer,
        scopes: scopes.clone(),
        groups: batches(by, args.depth, &scopes, session.moment()),
        total: Tally::default(),
        status: Status::new(),
    };
    let wanted = Wanted {
        filter: &filter,
        sized: true,
    };
    let swept = sweep::run(&mut session, scopes, wanted, &mut sums).await;
    sums.status.clear();
    if let Err(Failure::Interrupted(_)) = swept {
        let told = format!(
            "interrupted; the sums are of the first {} uploads",
            human::count(sums.total.rows)
        );
        sums.printer.interrupt(&told);
        sums.print(by)?;
        return Err(Failure::Interrupted(told));
    }
    swept?;
    sums.print(by)?;
    Ok(Exit::failed_if(sums.printer.has_errors()))
}

/// Groups by prefix are made for each scope, since the depth counts from its prefix on.
fn batches(by: GroupBy, depth: usize, scopes: &[Scope], moment: Moment) -> Vec<Groups> {
    let by = match by {
        GroupBy::Prefix => {
            let below = |scope: &Scope| By::Prefix(scope.prefix.matches('/').count() + depth);
            return scopes
                .iter()
                .map(|scope| Groups::new(below(scope), moment))
                .collect();
        }
        GroupBy::Initiator => By::Initiator,
        GroupBy::Class => By::Class,
        GroupBy::Bucket => By::Bucket,
        GroupBy::State => By::State,
    };
    vec![Groups::new(by, moment)]
}

const fn word(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Prefix => "prefix",
        GroupBy::Initiator => "initiator",
        GroupBy::Class => "class",
        GroupBy::Bucket => "bucket",
        GroupBy::State => "state",
    }
}

struct Sums {
    printer: Printer,
    scopes: Vec<Scope>,
    groups: Vec<Groups>,
    total: Tally,
    status: Status,
}

impl Sink for Sums {
    fn upload(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure> {
        let subject = Subject::of(found.bucket, found.upload, found.measure);
        let of = self.scopes.iter().position(|scope| {
            scope.bucket == found.bucket && found.upload.key.starts_with(&scope.prefix)
        });
        let at = of.unwrap_or(0).min(self.groups.len().saturating_sub(1));
        if let Some(groups) = self.groups.get_mut(at) {
            groups.add(&subject, &session.prices);
        }
        self.total.add(&subject, &session.prices);
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        self.status.show(&format!(
            "{} uploads, {}",
            human::count(self.total.rows),
            human::size(self.total.bytes)
        ));
        Ok(())
    }

    fn error(&mut self, fault: &Fault) {
        self.status.clear();
        self.printer.error(fault);
    }
}

impl Sums {
    fn print(&mut self, by: GroupBy) -> Result<(), Failure> {
        let groups: Vec<Group> = std::mem::take(&mut self.groups)
            .into_iter()
            .flat_map(Groups::finish)
            .collect();
        if self.printer.format() == Format::Table {
            self.printer.text(HEAD)?;
            for group in &groups {
                self.printer.line(&line(&label(by, group), &group.tally))?;
            }
            self.printer.line(&line("total", &self.total))?;
        } else {
            for group in &groups {
                let bucket = group.bucket.as_deref();
                let name = group.name.as_deref();
                let record = Record::new(word(by), bucket, name, &group.tally);
                self.printer.record(&record)?;
            }
        }
        let total = serde_json::to_value(Record::new("total", None, None, &self.total))?;
        self.printer.finish(&[("total", total)])
    }
}

const HEAD: &str = "        HELD    UPLOADS     COST/MONTH  OLDEST                GROUP\n";

fn line(label: &str, tally: &Tally) -> String {
    let oldest = tally.oldest.map_or("-".to_owned(), human::utc);
    let cost = if tally.sized + tally.partial == 0 && tally.rows > 0 {
        "unknown".to_owned()
    } else {
        human::dollars(tally.monthly())
    };
    format!(
        "{:>12}  {:>9}  {cost:>13}  {oldest:<20}  {label}",
        tally.bytes_text(),
        human::count(tally.rows),
    )
}

fn label(by: GroupBy, group: &Group) -> String {
    let name = group.name.as_deref();
    match (by, &group.bucket) {
        (GroupBy::Prefix, Some(bucket)) => format!(
            "s3://{}/{}",
            escape(bucket),
            escape(name.unwrap_or_default())
        ),
        (GroupBy::Bucket, Some(bucket)) => format!("s3://{}", escape(bucket)),
        _ => name.map_or("(not known)".to_owned(), |name| escape(name).into_owned()),
    }
}
