//! News from the other side, taken into the state. News of a job that was closed is dropped here, and only
//! here.

use std::sync::Arc;

use super::Effect;
use super::jobs::{Look, Purpose};
use super::messages::Severity;
use super::place::Listing;
use super::state::App;
use super::tasks::{Miss, Trouble};
use crate::model::provider;
use crate::model::table::{Leaving, Table};
use crate::model::{Bucket, Measure, RowId};
use crate::protocol::{
    AbortOutcome, Fault, Identity, JobId, Measured, News, Outcome, Prevention, Report, SkipReason,
};

impl App {
    pub(super) fn report(&mut self, report: Report, effects: &mut Vec<Effect>) {
        let Report { job, news } = report;
        let Some(purpose) = self.jobs.purpose(job).cloned() else {
            return;
        };
        match (news, purpose) {
            (News::Identity(identity), _) => self.take_identity(identity, effects),
            (News::Buckets(buckets), _) => self.take_buckets(buckets, effects),
            (News::Listed(uploads), purpose) => self.take_listed(&purpose, &uploads),
            (News::Arranged(arranged), Purpose::Arrange { bucket }) => {
                self.take_arranged(&bucket, *arranged);
            }
            (
                News::Measured(items),
                Purpose::Measure { bucket, .. } | Purpose::MeasureAll { bucket },
            ) => {
                self.take_sizes(job, &bucket, items);
                self.renew_parts(effects);
            }
            (News::Parts { info, parts }, Purpose::Parts) => {
                if let Some(open) = &mut self.parts {
                    open.take(info, parts);
                }
            }
            (News::Folder(folder), Purpose::Folder) => self.take_folder(job, folder, effects),
            (News::Folder(folder), Purpose::Length { watch, name }) => {
                self.take_length((watch, &name), &folder, effects);
            }
            (News::Aborted(outcomes), Purpose::Abort { bucket }) => {
                self.take_outcomes(job, &bucket, outcomes);
            }
            (News::Sending(sending), _) => self.take_sending(job, sending),
            (News::Compared(comparison), Purpose::Compare(adoption)) => {
                self.take_compared(job, *adoption, *comparison);
            }
            (News::Judged(judged), Purpose::Judge) => self.take_judged(job, *judged),
            (News::Placed(placed), _) => self.take_placed(job, *placed),
            (News::Made(made), Purpose::Complete(_)) => self.take_made(job, *made),
            (News::Sent(sent), _) => self.take_sent(job, *sent),
            (News::Vitals(vitals), _) => self.take_vitals(job, *vitals),
            (News::Happened(happening), _) => self.take_happening(job, happening, effects),
            (
                News::Lifecycle(found),
                Purpose::Lifecycle { bucket } | Purpose::SetLifecycle { bucket },
            ) => self.take_lifecycle(job, &bucket, *found),
            (News::Examined(examination), Purpose::Examine) => {
                self.take_examination(job, *examination);
            }
            (News::Warning(fault), _) => self.take_warning(job, fault),
            (News::Interrupted(entries), Purpose::Interrupted(look)) => {
                self.take_interrupted(entries, &look, effects);
            }
            (News::Progress(progress), _) => {
                if let Some(task) = self.tasks.get_mut(job) {
                    task.progress = progress;
                }
            }
            (News::Ended(outcome), purpose) => self.ended(job, &purpose, outcome, effects),
            _ => {}
        }
    }

    /// Only now is it known where requests go, and so whose rules hold.
    fn take_identity(&mut self, identity: Identity, effects: &mut Vec<Effect>) {
        let endpoint = identity.endpoint.clone().unwrap_or_default();
        self.identity = Some(identity);
        self.look_for_interrupted(Look::Start, effects);
        let found = provider::recognised(&endpoint, &self.settings.providers).cloned();
        if self.settings.provider.is_some() || found.is_none() {
            return;
        }
        self.settings.provider.clone_from(&found);
        let now = self.now;
        let found = found.unwrap_or_default();
        let prices = Arc::new(self.settings.prices.with(&found));
        self.settings.prices = Arc::clone(&prices);
        for place in &mut self.buckets.places {
            let prices = Arc::clone(&prices);
            place.table.set_provider(found.clone(), prices, now);
        }
        // What was listed under a prefix may have to be listed whole.
        if let Some(name) = self.buckets.open.clone() {
            self.list_when_due(&name, effects);
        }
    }

    fn take_buckets(&mut self, buckets: Vec<Bucket>, effects: &mut Vec<Effect>) {
        for bucket in buckets {
            self.ensure_place(bucket);
        }
        self.settle_buckets();
        self.sweep(effects);
    }

    fn take_sizes(&mut self, job: JobId, bucket: &str, items: Vec<(RowId, Measured)>) {
        let now = self.now;
        let mut failures: Vec<Fault> = Vec::new();
        let whole = matches!(self.jobs.purpose(job), Some(Purpose::MeasureAll { .. }));
        let Some(place) = self.buckets.get_mut(bucket) else {
            return;
        };
        // Once somebody reads the list, rows do not run away as their sizes come in, unless all were asked for.
        let stay = !whole && (place.cursor.is_touched() || place.range_from.is_some());
        let set = |table: &mut Table, row, measure| {
            if stay {
                table.set_measure_in_place(row, measure, now);
            } else {
                table.set_measure(row, measure, now);
            }
        };
        for (row, measured) in items {
            place.reasons.remove(&row);
            match measured {
                Measured::AtLeast(extent) => set(&mut place.table, row, Measure::AtLeast(extent)),
                Measured::Exact(extent) => set(&mut place.table, row, Measure::Exact(extent)),
                Measured::Gone => place.table.bury_as(row, Leaving::Gone),
                Measured::Denied(fault) => {
                    set(&mut place.table, row, Measure::Denied);
                    place.reasons.insert(row, fault.to_string());
                }
                Measured::Failed(fault) => {
                    place.reasons.insert(row, fault.to_string());
                    failures.push(fault);
                }
            }
        }
        place.recount_cut(now);
        for fault in failures {
            if let Some(task) = self.tasks.get_mut(job) {
                task.troubles.push(Trouble {
                    key: fault.target.clone(),
                    upload_id: String::new(),
                    miss: Miss::Failed,
                    why: fault.to_string(),
                });
            } else {
                self.say(Severity::Error, fault.to_string());
            }
        }
    }

    fn take_outcomes(&mut self, job: JobId, bucket: &str, outcomes: Vec<(RowId, AbortOutcome)>) {
        let Some(place) = self.buckets.get_mut(bucket) else {
            return;
        };
        let Some(task) = self.tasks.get_mut(job) else {
            return;
        };
        for (row, outcome) in outcomes {
            place.aborting.remove(&row);
            let (miss, why) = match outcome {
                AbortOutcome::Aborted { freed } => {
                    task.sums.aborted += 1;
                    task.sums.freed += freed.unwrap_or(0);
                    task.sums.unknown += u64::from(freed.is_none());
                    place.table.bury(row);
                    continue;
                }
                AbortOutcome::AlreadyGone => {
                    task.sums.already_gone += 1;
                    place.table.bury(row);
                    continue;
                }
                AbortOutcome::Skipped(reason) => {
                    let miss = match reason {
                        SkipReason::Cancelled => Miss::Left,
                        _ => Miss::Skipped,
                    };
                    (miss, reason.explain().to_owned())
                }
                AbortOutcome::Failed(fault) => (Miss::Failed, fault.to_string()),
            };
            match miss {
                Miss::Failed => task.sums.failed += 1,
                Miss::Skipped => task.sums.skipped += 1,
                Miss::Left => task.sums.left += 1,
            }
            // It stays in the table with its mark and the reason, so that the same key again is the retry.
            if let Some(target) = place.table.target(row) {
                let (key, upload_id) = (target.key, target.upload_id);
                task.troubles.push(Trouble {
                    key,
                    upload_id,
                    miss,
                    why: why.clone(),
                });
            }
            // Whatever stirred has another size now.
            place.asked.remove(&row);
            place.reasons.insert(row, why);
        }
    }

    fn ended(
        &mut self,
        job: JobId,
        purpose: &Purpose,
        outcome: Outcome,
        effects: &mut Vec<Effect>,
    ) {
        match purpose {
            Purpose::Measure { .. } => {
                self.forget_measure(job);
                return;
            }
            Purpose::Buckets => {
                self.buckets.loading = false;
                if let Outcome::Failed(fault) = &outcome {
                    self.say(Severity::Error, fault.to_string());
                    self.buckets.fault = Some(fault.clone());
                }
            }
            Purpose::List { bucket } => {
                self.listing_ended(bucket, &outcome);
                self.look_for_rivals();
                self.look_at_the_living(bucket, effects);
            }
            Purpose::Arrange { bucket } => self.arranging_ended(job, bucket, &outcome),
            Purpose::ListKey { bucket, key } => self.key_ended(bucket, key, &outcome),
            Purpose::Parts => self.parts_ended(&outcome),
            Purpose::Identify | Purpose::Interrupted(_) => {
                if let Outcome::Failed(fault) = &outcome {
                    self.say(Severity::Error, fault.to_string());
                }
            }
            Purpose::Watch(target) => self.watch_ended(job, target, &outcome),
            Purpose::Lifecycle { bucket } | Purpose::SetLifecycle { bucket } => {
                self.lifecycle_ended(job, bucket, &outcome);
            }
            Purpose::Examine => self.examination_ended(job, &outcome),
            Purpose::Folder => self.folder_ended(job, &outcome, effects),
            Purpose::Length { .. } => self.length_ended(&outcome),
            Purpose::Judge => self.judge_ended(job, &outcome),
            Purpose::Compare(adoption) => {
                self.tell_row(&adoption.target, &outcome);
                self.task_ended(job, purpose, outcome.clone());
                self.compare_ended(&outcome);
            }
            Purpose::Place(target) => {
                self.tell_row(target, &outcome);
                self.task_ended(job, purpose, outcome);
                self.renew_placed(job, effects);
            }
            Purpose::Complete(target) | Purpose::Adopt(target) => {
                self.tell_row(target, &self.end_of(job, &outcome));
                self.task_ended(job, purpose, outcome);
                self.transfer_ended(job, effects);
            }
            Purpose::MeasureAll { .. } | Purpose::Abort { .. } => {
                self.task_ended(job, purpose, outcome);
            }
            Purpose::Send { .. } | Purpose::Discard { .. } => {
                self.keep_form(job, &outcome);
                self.task_ended(job, purpose, outcome);
                self.transfer_ended(job, effects);
            }
        }
        self.jobs.close(job);
        self.sweep(effects);
    }

    /// Whoever read all the parts knows the size too: the list and the parts beside it tell the same.
    fn parts_ended(&mut self, outcome: &Outcome) {
        let now = self.now;
        let Some(parts) = &mut self.parts else { return };
        parts.end(outcome);
        let Some(place) = self.buckets.get_mut(&parts.target.bucket) else {
            return;
        };
        let (key, upload_id) = (&parts.target.key, &parts.target.upload_id);
        if let (Outcome::Done, Some(row)) = (outcome, place.table.find(key, upload_id)) {
            let measure = Measure::Exact(parts.extent());
            let known = place.table.row(row).map(|row| row.measure());
            if known.as_ref() != Some(&measure) {
                place.table.set_measure_in_place(row, measure, now);
            }
        }
        self.judge_parts();
        self.infer_for_adoption();
    }

    fn listing_ended(&mut self, bucket: &str, outcome: &Outcome) {
        let now = self.now;
        let mut fault = None;
        if let Some(place) = self.buckets.get_mut(bucket) {
            place.listed_at = Some(now);
            // Asked again, as the rest of it is.
            if matches!(place.prevention, Some(Prevention::Failed(_))) {
                place.prevention = None;
            }
            place.listing = match outcome {
                Outcome::Done => {
                    place.end_look(now);
                    Listing::Complete
                }
                Outcome::Cancelled { .. } => Listing::Cancelled,
                Outcome::Failed(failed) => {
                    fault = Some(failed.to_string());
                    Listing::Failed(failed.clone())
                }
            };
            // Only now is it known who went.
            place.count_cut(now);
        }
        if let Some(text) = fault {
            if self.buckets.open.as_deref() == Some(bucket) {
                self.say(Severity::Error, text);
            } else {
                // Its line in the buckets pane tells in a word; the whole is in the messages.
                self.messages.record(now, Severity::Error, text);
            }
        }
    }

    fn task_ended(&mut self, job: JobId, purpose: &Purpose, outcome: Outcome) {
        let now = self.now;
        if let Purpose::Abort { bucket } = purpose
            && let Some(place) = self.buckets.get_mut(bucket)
        {
            // A job of aborts answers for each of its rows; what a failed one left unanswered is free again.
            let others = self
                .jobs
                .iter()
                .any(|(other, running)| other != job && running == purpose);
            if !others {
                place.aborting.clear();
            }
        }
        let Some(task) = self.tasks.get_mut(job) else {
            return;
        };
        let (severity, text) = task.verdict(&outcome);
        task.ended = Some((now, outcome));
        let sums = task.sums;
        self.sums.add(&sums);
        self.say(severity, text);
    }
}
