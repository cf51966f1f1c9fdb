//! When uploads end by the rules of their buckets: asked for once a bucket, while its uploads are looked into.

use super::Sweep;
use crate::cli::session::Session;
use crate::model::deadline::Rules;
use crate::model::{Measure, Subject, Upload};
use crate::protocol::{Command, News, Prevention, Report, Urgency};

/// What the filter looks at, with the deadline as far as the bucket's rules are known.
pub(super) fn subject<'a>(
    rules: &Rules,
    bucket: &'a str,
    upload: &'a Upload,
    measure: Measure,
) -> Subject<'a> {
    let own = measure.extent().and_then(|extent| extent.abort_date);
    let mut subject = Subject::of(bucket, upload, measure);
    subject.deadline = rules.at(&upload.key, upload.initiated, own);
    subject
}

impl Sweep<'_> {
    /// Asks once for the rules of a bucket that has uploads: deadlines are theirs. That they may not be read
    /// is not told: then nothing is known of them.
    pub(super) fn ask_rules(&mut self, session: &mut Session, bucket: &str) {
        if session.rules.contains_key(bucket) || self.asked.values().any(|of| of == bucket) {
            return;
        }
        let job = session.job();
        self.asked.insert(job, bucket.to_owned());
        session.worker.send(Command::Lifecycle {
            job,
            bucket: bucket.to_owned(),
            urgency: Urgency::Visible,
        });
    }

    /// Takes in what was found of a bucket's rules; whether the report was of that.
    pub(super) fn learn_rules(&mut self, session: &mut Session, report: &Report) -> bool {
        let Some(bucket) = self.asked.get(&report.job) else {
            return false;
        };
        match &report.news {
            News::Lifecycle(found) => {
                if let Prevention::Known(configuration) = &**found {
                    let rules = configuration.abort_rules();
                    session.rules.insert(bucket.clone(), Some(rules));
                }
            }
            News::Ended(_) => {
                session.rules.entry(bucket.clone()).or_default();
                self.asked.remove(&report.job);
            }
            _ => {}
        }
        true
    }
}
