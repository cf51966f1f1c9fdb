//! Events in, effects out.

mod aborting;
mod adopting;
mod batches;
mod commands;
mod completing;
mod interrupted;
mod leaving;
mod listing;
mod looking;
mod moving;
mod placing;
mod rolling;
mod rules;
mod sending;
mod sent_rows;
mod sweeping;
mod uploading;
mod watching;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::dialog::Dialog;
use crate::app::input::{Code, Key, Mouse, MouseKind};
use crate::app::layout::Pane;
use crate::app::{App, Effect, Event, Settings};
use crate::model::cost::Prices;
use crate::model::provider::Provider;
use crate::model::{Bucket, Extent, RowId, Timestamp, Upload};
use crate::protocol::{
    AbortOutcome, Command, Fault, Identity, JobId, Kind, Measured, News, Operation, Outcome,
    Progress, Report, SkipReason, Urgency,
};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn settings() -> Settings {
    let prices = Prices {
        storage: BTreeMap::new(),
        fallback: 0.023,
        list_requests: 0.005,
        ..Prices::default()
    };
    Settings::new(Arc::new(prices), NOW)
}

fn upload(key: &str, days: u32) -> Upload {
    Upload {
        key: key.to_owned(),
        upload_id: format!("id-{key}"),
        initiated: Some(NOW.minus(DAY * days)),
        ..Upload::default()
    }
}

fn exact(bytes: u64, quiet: Duration) -> Measured {
    Measured::Exact(Extent {
        bytes,
        parts: 2,
        last_part: Some(NOW.minus(quiet)),
        abort_date: None,
    })
}

fn fault() -> Fault {
    Fault {
        operation: Operation::AbortMultipartUpload,
        target: "s3://b/k".into(),
        kind: Kind::Denied,
        code: Some("AccessDenied".into()),
        message: "not allowed".into(),
        hint: "needs s3:AbortMultipartUpload".into(),
    }
}

/// An app and everything it asked for.
struct Bench {
    app: App,
    sent: Vec<Command>,
    other: Vec<Effect>,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let mut app = App::new(settings, 120, 36);
        let effects = app.start();
        let mut bench = Self {
            app,
            sent: Vec::new(),
            other: Vec::new(),
        };
        bench.take(effects);
        bench
    }

    /// A bench with one opened bucket of these uploads, listed to the end.
    fn listed(uploads: &[Upload]) -> Self {
        let mut bench = Self::new(settings());
        bench.answer(
            is_buckets,
            News::Buckets(vec![Bucket {
                name: "b".into(),
                ..Bucket::default()
            }]),
        );
        bench.answer(is_buckets, News::Ended(Outcome::Done));
        bench.answer(is_list, News::Listed(uploads.to_vec()));
        bench.answer(is_list, News::Ended(Outcome::Done));
        bench.keys("enter");
        bench
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.sent.push(command),
                other => self.other.push(other),
            }
        }
    }

    fn event(&mut self, event: Event) {
        let effects = self.app.update(event);
        self.take(effects);
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.event(Event::Key(key.parse().unwrap()));
        }
        self
    }

    fn type_(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.event(Event::Key(Key::char(character)));
        }
        self
    }

    /// Reports news of the newest job whose command fits.
    fn answer(&mut self, fits: impl Fn(&Command) -> Option<JobId>, news: News) {
        let job = self
            .sent
            .iter()
            .rev()
            .find_map(fits)
            .expect("such a command was sent");
        self.event(Event::Reports(vec![Report { job, news }]));
    }

    fn last(&self, fits: impl Fn(&Command) -> Option<JobId>) -> Option<&Command> {
        self.sent
            .iter()
            .rev()
            .find(|command| fits(command).is_some())
    }

    fn keys_shown(&self) -> Vec<String> {
        let table = &self.app.place().unwrap().table;
        table
            .shown()
            .filter_map(|row| Some(table.row(row)?.key().to_owned()))
            .collect()
    }

    fn current_key(&self) -> String {
        let place = self.app.place().unwrap();
        place
            .table
            .row(place.current().unwrap())
            .unwrap()
            .key()
            .to_owned()
    }

    fn rows(&self) -> Vec<RowId> {
        self.app
            .place()
            .unwrap()
            .table
            .rows()
            .map(|row| row.id())
            .collect()
    }

    /// Answers the last question for sizes: each upload sized, so long quiet.
    fn size_all(&mut self, quiet: Duration) {
        let items = self
            .rows()
            .into_iter()
            .map(|row| (row, exact(100, quiet)))
            .collect();
        self.answer(is_measure, News::Measured(items));
        self.answer(is_measure, News::Ended(Outcome::Done));
    }
}

fn is_buckets(command: &Command) -> Option<JobId> {
    if let Command::Buckets { job } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_list(command: &Command) -> Option<JobId> {
    if let Command::List { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_measure(command: &Command) -> Option<JobId> {
    if let Command::Measure { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_abort(command: &Command) -> Option<JobId> {
    if let Command::Abort { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn is_parts(command: &Command) -> Option<JobId> {
    if let Command::Parts { job, .. } = command {
        Some(*job)
    } else {
        None
    }
}

fn many(count: usize) -> Vec<Upload> {
    (0..count)
        .map(|index| upload(&format!("dir{}/key-{index:05}", index % 3), 30))
        .collect()
}
