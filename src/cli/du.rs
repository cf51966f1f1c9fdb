//! `mopup du`: what uploads in progress hold, by group.

mod account;

use serde::Serialize;

use super::args::{Connection, Du, GroupBy};
use super::failure::{Exit, Failure};
use super::meter::Meter;
use super::output::{Format, Printer, Status, time};
use super::session::Session;
use super::sweep::{self, Found, Sink, Swept, Wanted};
use crate::model::account::Taken;
use crate::model::human::{self, escape};
use crate::model::rollup::{AgeGroup, By, Group, Groups};
use crate::model::{Moment, Subject, Tally, Timestamp};
use crate::protocol::{Fault, Progress, Scope};
use account::Account;

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
            cost_per_month: cents(of),
            oldest: time(of.oldest),
            complete: !of.at_least(),
        }
    }
}

/// Cents and a little: more digits would look exact.
fn cents(of: &Tally) -> f64 {
    (of.monthly() * 10_000.0).round() / 10_000.0
}

/// By bucket where the whole account is looked at, else by prefix.
fn grouped(args: &Du) -> GroupBy {
    let account = args.addresses.is_empty() || args.markdown;
    args.by.unwrap_or(if account {
        GroupBy::Bucket
    } else {
        GroupBy::Prefix
    })
}

pub async fn run(connection: &Connection, args: Du) -> Result<Exit, Failure> {
    let filter = sweep::filter(args.filter.as_deref())?;
    let mut session = Session::new(connection)?;
    let by = grouped(&args);
    let fields: &[&str] = match by {
        GroupBy::Bucket => &account::FIELDS,
        _ => &FIELDS,
    };
    let mut printer = Printer::new(Format::from(args.output), "groups", fields)?;
    let scopes = match sweep::open(&mut session, &args.addresses).await {
        Err(Failure::Fault(fault)) => return printer.end_with(&fault),
        scopes => scopes?,
    };
    let mut sums = Sums {
        printer,
        only: only(&scopes, args.filter.as_deref()),
        scopes: scopes.clone(),
        groups: batches(by, args.depth, &scopes, session.moment()),
        account: (by == GroupBy::Bucket).then(|| Account::new(&scopes)),
        total: Tally::default(),
        status: Status::new(),
        swept: Swept::default(),
        last: 0,
        meter: Meter::default(),
        pace: String::new(),
    };
    let wanted = Wanted {
        filter: &filter,
        sized: true,
        in_order: false,
    };
    let swept = sweep::run(&mut session, scopes, wanted, &mut sums).await;
    sums.status.clear();
    if let Err(Failure::Interrupted(_)) = swept {
        let told = format!(
            "interrupted; the sums are of the first {} uploads",
            human::count(sums.total.rows)
        );
        sums.printer.interrupt(&told);
        if let Some(account) = &mut sums.account {
            account.interrupt();
        }
        sums.tell(&session, by, args.markdown).await?;
        return Err(Failure::Interrupted(told));
    }
    swept?;
    let asked = match &mut sums.account {
        Some(account) => account.ask_for_rules(&mut session).await,
        None => Ok(()),
    };
    if let Err(Failure::Interrupted(told)) = &asked {
        // What it took to find the sums is not thrown away for the rules.
        sums.printer.interrupt(told);
    }
    sums.tell(&session, by, args.markdown).await?;
    asked?;
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
        GroupBy::Age => By::Age,
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
        GroupBy::Age => "age",
    }
}

struct Sums {
    printer: Printer,
    scopes: Vec<Scope>,
    groups: Vec<Groups>,
    /// Instead of groups by bucket.
    account: Option<Account>,
    total: Tally,
    /// What was left out, for the head of a summary.
    only: Vec<String>,
    status: Status,
    swept: Swept,
    /// The scope of the last upload, where groups are made for each.
    last: usize,
    meter: Meter,
    /// How fast uploads are looked into, in words.
    pace: String,
}

/// What the sums are restricted to: prefixes and a filter.
fn only(scopes: &[Scope], filter: Option<&str>) -> Vec<String> {
    let prefixes = scopes.iter().filter(|scope| !scope.prefix.is_empty());
    let address = |of: &Scope| format!("only s3://{}/{}", of.bucket, of.prefix);
    let filter = filter.map(|text| format!("only {text}"));
    prefixes.map(address).chain(filter).collect()
}

impl Sink for Sums {
    fn upload(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure> {
        let subject = Subject::of(found.bucket, found.upload, found.measure);
        self.total.add(&subject, &session.prices);
        if let Some(account) = &mut self.account {
            account.add(&subject, session);
            return Ok(());
        }
        let covers = |scope: &Scope| {
            scope.bucket == found.bucket && found.upload.key.starts_with(&scope.prefix)
        };
        // An upload lies mostly where the last one did.
        if self.groups.len() > 1 && !self.scopes.get(self.last).is_some_and(covers) {
            self.last = self.scopes.iter().position(covers).unwrap_or(0);
        }
        if let Some(groups) = self.groups.get_mut(self.last) {
            groups.add(&subject, &session.prices);
        }
        Ok(())
    }

    fn page(&mut self) -> Result<(), Failure> {
        self.show();
        Ok(())
    }

    fn swept(&mut self, swept: Swept) {
        self.swept = swept;
    }

    fn looked(&mut self, session: &Session, progress: &Progress) {
        let now = session.clock.now();
        if self.meter.note(now, progress) {
            self.pace = self.meter.words(now, progress, &session.prices);
            self.show();
        }
    }

    fn error(&mut self, fault: &Fault) {
        self.status.clear();
        if let Some(account) = &mut self.account {
            account.error(fault);
        }
        self.printer.error(fault);
    }
}

impl Sums {
    fn show(&mut self) {
        self.status.show(&format!(
            "{}{} uploads, {}{}",
            self.swept.text(),
            human::count(self.total.rows),
            human::size(self.total.bytes),
            self.pace
        ));
    }

    async fn tell(
        &mut self,
        session: &Session,
        by: GroupBy,
        markdown: bool,
    ) -> Result<(), Failure> {
        if markdown {
            self.print_markdown(session).await
        } else {
            self.print(by)
        }
    }

    async fn print_markdown(&mut self, session: &Session) -> Result<(), Failure> {
        let Some(account) = self.account.take() else {
            return Ok(());
        };
        let who = session.store.identity().await.unwrap_or_default();
        let region = Some(who.region).filter(|region| !region.is_empty());
        let words = [who.profile, who.endpoint, region];
        let words = words.into_iter().flatten();
        let words: Vec<String> = words.chain(std::mem::take(&mut self.only)).collect();
        let taken = Taken {
            at: session.clock.now(),
            origin: words.join(", "),
        };
        self.printer.text(&account.markdown(&taken))?;
        self.printer.finish(&[])
    }

    fn print(&mut self, by: GroupBy) -> Result<(), Failure> {
        if let Some(account) = self.account.take() {
            return account.print(self);
        }
        let groups: Vec<Group> = std::mem::take(&mut self.groups)
            .into_iter()
            .flat_map(Groups::finish)
            .collect();
        if self.printer.format() == Format::Table {
            self.printer.text(HEAD)?;
            for group in &groups {
                self.printer.line(&line(&label(by, group), &group.tally))?;
            }
            self.printer.line(&self.total_line())?;
        } else {
            for group in &groups {
                let bucket = group.bucket.as_deref();
                let name = group.name.as_deref();
                let record = Record::new(word(by), bucket, name, &group.tally);
                self.printer.record(&record)?;
            }
        }
        let mut total = Record::new("total", None, None, &self.total);
        total.complete &= self.is_whole();
        let total = serde_json::to_value(total)?;
        self.printer.finish(&[("total", total)])
    }

    /// Whether every listing found all.
    fn is_whole(&self) -> bool {
        self.swept.failed == 0 && self.swept.done == self.swept.all
    }

    /// The sum; where listings are missing it says so, and that there may be more.
    fn total_line(&self) -> String {
        let whole = line("total", &self.total);
        if self.is_whole() {
            return whole;
        }
        let listed = self.swept.done - self.swept.failed;
        format!(
            "{whole}: at least; {} of {} listed to the end",
            human::count(listed as u64),
            human::count(self.swept.all as u64)
        )
    }
}

const HEAD: &str = "        HELD    UPLOADS     COST/MONTH  OLDEST                GROUP\n";

fn line_start(held: &str, uploads: &str, cost: &str, oldest: Option<Timestamp>) -> String {
    let oldest = oldest.map_or("-".to_owned(), human::utc);
    format!("{held:>12}  {uploads:>9}  {cost:>13}  {oldest:<20}  ")
}

fn line(label: &str, tally: &Tally) -> String {
    let cost = if tally.sized + tally.partial == 0 && tally.rows > 0 {
        "unknown".to_owned()
    } else {
        human::dollars(tally.monthly())
    };
    let uploads = human::count(tally.rows);
    let start = line_start(&tally.bytes_text(), &uploads, &cost, tally.oldest);
    format!("{start}{label}")
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
        (GroupBy::Age, _) => AgeGroup::of_word(name).text().to_owned(),
        _ => name.map_or("(not known)".to_owned(), |name| escape(name).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_it_leaves_out() {
        let scope = |bucket: &str, prefix: &str| Scope {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        };
        let scopes = [scope("whole", ""), scope("b", "tmp/")];
        assert_eq!(
            only(&scopes, Some("idle>7d")),
            ["only s3://b/tmp/", "only idle>7d"]
        );
        assert!(only(&scopes[..1], None).is_empty());
    }
}
