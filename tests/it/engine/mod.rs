//! The engine on a store that misbehaves by script, under a clock that never waits.

mod aborting;
mod clocks;
mod exact;
mod fake;
mod looking;
mod masses;
mod ordering;
mod rules;
mod spreading;
mod sweeping;

use std::sync::Arc;
use std::time::Duration;

use mopup::model::{Measure, Target, Targets, Thresholds, Upload};
use mopup::protocol::{AbortOutcome, AbortPolicy, Command, JobId, News, Outcome, Progress, Report};
use mopup::s3::{Clock, Store};
use mopup::tasks::{Engine, Inbox, Settings};

use fake::{BUCKET, Fake, HOUR, NOW, target};

const JOB: JobId = JobId(1);

fn engine(fake: &Arc<Fake>, settings: Settings) -> (Engine, Inbox) {
    let store: Arc<dyn Store> = Arc::<Fake>::clone(fake);
    Engine::new(store, Clock::fixed(NOW), settings)
}

/// All news of one job, its end last.
async fn until_end(inbox: &mut Inbox, job: JobId) -> (Vec<News>, Outcome) {
    let mut news = Vec::new();
    loop {
        let reports: Vec<Report> = inbox.recv(64).await;
        assert!(!reports.is_empty(), "the job never ended");
        for report in reports.into_iter().filter(|report| report.job == job) {
            match report.news {
                News::Ended(outcome) => return (news, outcome),
                other => news.push(other),
            }
        }
    }
}

async fn run(fake: &Arc<Fake>, command: Command) -> (Vec<News>, Outcome) {
    let (engine, mut inbox) = engine(fake, Settings::default());
    engine.send(command);
    until_end(&mut inbox, JOB).await
}

/// The uploads with these numbers, as a listing gave them.
fn targets(numbers: std::ops::Range<usize>) -> Targets {
    known(numbers.map(|number| (number, HOUR * 101, Measure::Unknown)))
}

/// Uploads by number, with their age and what was known of their parts.
fn known(uploads: impl IntoIterator<Item = (usize, Duration, Measure)>) -> Targets {
    let upload = |(number, age, measure)| {
        let Target { key, upload_id, .. } = target(number);
        let upload = Upload {
            key,
            upload_id,
            initiated: Some(NOW.minus(age)),
            ..Upload::default()
        };
        (upload, measure)
    };
    Targets::of(BUCKET, uploads.into_iter().map(upload))
}

fn abort(numbers: std::ops::Range<usize>, include_active: bool) -> Command {
    Command::Abort {
        job: JOB,
        targets: targets(numbers),
        policy: AbortPolicy {
            include_active,
            thresholds: Thresholds::default(),
        },
    }
}

/// Each row's outcome, by row.
fn outcomes(news: &[News]) -> Vec<AbortOutcome> {
    let mut found: Vec<_> = news
        .iter()
        .filter_map(|news| match news {
            News::Aborted(outcomes) => Some(outcomes.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    found.sort_by_key(|(row, _)| *row);
    let before = found.len();
    found.dedup_by_key(|(row, _)| *row);
    assert_eq!(before, found.len(), "one outcome a row");
    found.into_iter().map(|(_, outcome)| outcome).collect()
}

fn last_progress(news: &[News]) -> Progress {
    let last = news.iter().rev().find_map(|news| match news {
        News::Progress(progress) => Some(progress.clone()),
        _ => None,
    });
    last.expect("progress was reported")
}

fn freed(bytes: u64) -> AbortOutcome {
    AbortOutcome::Aborted {
        freed: Some(bytes),
        verified: true,
    }
}
