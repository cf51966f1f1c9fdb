//! `mopup ls`: the uploads in progress, printed while their pages arrive.

use std::io::{self, Write};

use super::args::{Connection, Ls};
use super::failure::{Exit, Failure};
use super::meter::Meter;
use super::output::{Format, Printer, SizedRecord, Status, UploadRecord, time};
use super::session::Session;
use super::sweep::{self, Found, Sink, Swept, Wanted};
use crate::model::human::{self, escape};
use crate::model::{Measure, State, Timestamp, liveness};
use crate::protocol::{Fault, Progress, Scope};

const FIELDS: [&str; 13] = [
    "bucket",
    "key",
    "upload_id",
    "initiated",
    "storage_class",
    "initiator",
    "owner",
    "checksum_algorithm",
    "parts",
    "bytes",
    "last_part",
    "state",
    "deadline",
];
/// How many of [`FIELDS`] a listing alone can fill.
const LISTED: usize = 8;

pub async fn run(connection: &Connection, args: Ls) -> Result<Exit, Failure> {
    let filter = sweep::filter(args.filter.as_deref())?;
    let mut session = Session::new(connection)?;
    let sized = args.sized || filter.needs_sizes();
    let fields = if sized {
        &FIELDS[..]
    } else {
        &FIELDS[..LISTED]
    };
    let mut list = List {
        printer: Printer::new(Format::from(args.output), "uploads", fields)?,
        sized,
        status: Status::beside_output(),
        swept: Swept::default(),
        meter: Meter::default(),
        pace: String::new(),
    };
    let opened = if args.key {
        sweep::open_keys(&mut session, &args.addresses).await
    } else {
        sweep::open(&mut session, &args.addresses).await
    };
    let scopes = match opened {
        Err(Failure::Fault(fault)) => return list.printer.end_with(&fault),
        scopes => scopes?,
    };
    let wanted = Wanted {
        filter: &filter,
        sized,
        in_order: !args.output.jsonl,
    };
    let swept = if args.key {
        sweep::run_keys(&mut session, scopes, wanted, &mut list).await
    } else {
        warn_of_prefixes(&session, &scopes)?;
        sweep::run(&mut session, scopes, wanted, &mut list).await
    };
    match swept {
        Ok(()) => {}
        Err(Failure::Interrupted(_)) => {
            list.status.clear();
            let found = human::count(list.printer.count());
            let told = format!("interrupted; {found} uploads were listed until then");
            list.printer.interrupt(&told);
            list.printer.finish(&[])?;
            return Err(Failure::Interrupted(told));
        }
        Err(failure) => return Err(failure),
    }
    list.status.clear();
    list.printer.finish(&[])?;
    Ok(Exit::failed_if(list.printer.has_errors()))
}

/// Says so where a prefix costs a listing of the whole bucket.
fn warn_of_prefixes(session: &Session, scopes: &[Scope]) -> Result<(), Failure> {
    let exact = session.provider.as_ref();
    let Some(provider) = exact.filter(|of| of.exact_prefix_only) else {
        return Ok(());
    };
    if scopes.iter().any(|scope| !scope.prefix.is_empty()) {
        writeln!(
            io::stderr().lock(),
            "mopup: {} finds by a prefix only the key that equals it: whole buckets are listed; --key asks for \
             the keys named only",
            escape(&provider.name)
        )?;
    }
    Ok(())
}

struct List {
    printer: Printer,
    sized: bool,
    status: Status,
    swept: Swept,
    meter: Meter,
    /// How fast uploads are looked into, in words.
    pace: String,
}

impl Sink for List {
    fn upload(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure> {
        if self.printer.format() == Format::Table {
            return self.line(session, found);
        }
        if self.sized {
            self.printer.record(&sized(session, found))
        } else {
            let record = UploadRecord::new(found.bucket, found.upload);
            self.printer.upload(&record)
        }
    }

    fn page(&mut self) -> Result<(), Failure> {
        self.status.clear();
        self.printer.flush()?;
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

    fn wants_rules(&self) -> bool {
        self.sized
    }

    fn error(&mut self, fault: &Fault) {
        self.status.clear();
        self.printer.error(fault);
    }
}

impl List {
    fn show(&mut self) {
        let found = human::count(self.printer.count());
        let swept = self.swept.text();
        self.status
            .show(&format!("{swept}{found} uploads{}", self.pace));
    }

    fn line(&mut self, session: &Session, found: &Found<'_>) -> Result<(), Failure> {
        self.status.clear();
        if self.printer.count() == 0 {
            self.printer.text(if self.sized { SIZED } else { PLAIN })?;
        }
        let upload = found.upload;
        let initiated = upload.initiated.map_or("-".to_owned(), human::utc);
        let class = escape(upload.storage_class.as_deref().unwrap_or("-"));
        let key = escape(&upload.key);
        let id = escape(&upload.upload_id);
        let name = format!("s3://{}/{key}  {id}", escape(found.bucket));
        if !self.sized {
            return self
                .printer
                .line(&format!("{initiated:<20}  {class:<12}  {name}"));
        }
        let moment = session.moment();
        let state = liveness::state(&found.measure, moment.now, &moment.thresholds);
        let state = state.map_or("-", |state| state.word());
        let extent = found.measure.extent();
        let size = extent.map_or("-".to_owned(), |extent| human::size(extent.bytes));
        let size = match found.measure {
            Measure::AtLeast(_) => format!(">{size}"),
            _ => size,
        };
        let parts = extent.map_or("-".to_owned(), |of| human::count(of.parts.into()));
        let last = extent.and_then(|extent| extent.last_part);
        let last = last.map_or("-".to_owned(), |at| human::age(moment.now.since(at)));
        let deadline = match deadline(session, found) {
            None => "-".to_owned(),
            Some(at) if at <= moment.now => "due".to_owned(),
            Some(at) => format!("in {}", human::age(at.since(moment.now))),
        };
        self.printer.line(&format!(
            "{initiated:<20}  {size:>10}  {parts:>6}  {last:>9}  {state:<7}  {deadline:<9}  {class:<12}  {name}"
        ))
    }
}

const PLAIN: &str = "INITIATED             CLASS         UPLOAD\n";
const SIZED: &str = "INITIATED                   SIZE   PARTS  LAST PART  STATE    DEADLINE   CLASS         UPLOAD\n";

fn sized<'a>(session: &Session, found: &Found<'a>) -> SizedRecord<'a> {
    let listed = UploadRecord::new(found.bucket, found.upload);
    let moment = session.moment();
    // A figure that may be more is none for a machine.
    let exact = found.measure.exact();
    let state = liveness::state(&found.measure, moment.now, &moment.thresholds);
    SizedRecord {
        bucket: listed.bucket,
        key: listed.key,
        upload_id: listed.upload_id,
        initiated: listed.initiated,
        storage_class: listed.storage_class,
        initiator: listed.initiator,
        owner: listed.owner,
        checksum_algorithm: listed.checksum_algorithm,
        parts: exact.map(|extent| extent.parts),
        bytes: exact.map(|extent| extent.bytes),
        last_part: time(exact.and_then(|extent| extent.last_part)),
        state: state.map(State::word),
        deadline: time(deadline(session, found)),
    }
}

/// When it ends by itself, as far as is known.
fn deadline(session: &Session, found: &Found<'_>) -> Option<Timestamp> {
    let exact = found.measure.exact();
    let abort_date = exact.and_then(|extent| extent.abort_date);
    let upload = (found.upload.key.as_str(), found.upload.initiated);
    session.deadline(found.bucket, upload, abort_date)
}
