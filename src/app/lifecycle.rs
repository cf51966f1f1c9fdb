//! The lifecycle rules of buckets: asked for after their listings, shown, proposed, written.

use super::Effect;
use super::dialog::{Answer, Dialog, RulesDialog, RulesStep};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::layout::Pane;
use super::messages::Severity;
use super::place::{Listing, Place};
use super::state::App;
use crate::model::lifecycle::Change;
use crate::protocol::{Command, JobId, Outcome, Prevention, Urgency};

/// So many buckets are asked for their rules at once: beside the listings, and after those.
const WIDTH: usize = 24;

impl App {
    /// Asks the next buckets for their rules, those on screen first: a small request each, once their listing is
    /// over.
    pub(super) fn sweep_rules(&mut self, effects: &mut Vec<Effect>) {
        let asked: Vec<&str> = self
            .jobs
            .iter()
            .filter_map(|(_, purpose)| match purpose {
                Purpose::Lifecycle { bucket } => Some(bucket.as_str()),
                _ => None,
            })
            .collect();
        let free = WIDTH.saturating_sub(asked.len());
        if free == 0 {
            return;
        }
        let window = self.window(Pane::Buckets);
        let top = self.buckets.cursor.top();
        let is_due = |place: &&Place| {
            let listed = matches!(place.listing, Listing::Complete | Listing::Failed(_));
            let due = place.prevention.is_none() || place.rules_due;
            listed && due && !asked.contains(&place.bucket.name.as_str())
        };
        let open = self.buckets.open.as_deref();
        let open = open.and_then(|name| self.buckets.get(name));
        let visible = self.buckets.shown().skip(top).take(window);
        let first = open.into_iter().chain(visible);
        let mut next: Vec<String> = Vec::new();
        for place in first.chain(&self.buckets.places).filter(is_due) {
            if next.len() == free {
                break;
            }
            if !next.contains(&place.bucket.name) {
                next.push(place.bucket.name.clone());
            }
        }
        for bucket in next {
            self.look_at_rules(&bucket, Urgency::Background, effects);
        }
    }

    fn look_at_rules(
        &mut self,
        bucket: &str,
        urgency: Urgency,
        effects: &mut Vec<Effect>,
    ) -> JobId {
        let purpose = Purpose::Lifecycle {
            bucket: bucket.to_owned(),
        };
        let job = self.jobs.start(purpose);
        effects.push(Effect::Send(Command::Lifecycle {
            job,
            bucket: bucket.to_owned(),
            urgency,
        }));
        job
    }

    /// Opens the rules of the bucket under the cursor, or of the open one.
    pub(super) fn ask_lifecycle(&mut self, effects: &mut Vec<Effect>) {
        let here = match self.focus {
            Pane::Buckets => self.buckets.cursor.item().cloned(),
            _ => self.place().map(|place| place.bucket.name.clone()),
        };
        let Some(bucket) = here else {
            self.say(Severity::Warning, "no bucket is chosen");
            return;
        };
        let prefix = match self.focus {
            Pane::Buckets => "",
            _ => self.place().map_or("", |place| place.table.prefix()),
        };
        let prefix = prefix.to_owned();
        self.open_rules(bucket, &prefix, effects);
    }

    /// Opens the rules of a bucket; one is proposed for this prefix.
    pub(super) fn open_rules(&mut self, bucket: String, prefix: &str, effects: &mut Vec<Effect>) {
        let job = self.look_at_rules(&bucket, Urgency::Visible, effects);
        let dialog = RulesDialog::new(bucket, prefix, job, self.settings.read_only);
        self.dialog = Some(Dialog::Rules(Box::new(dialog)));
    }

    pub(super) fn rules_key(
        &mut self,
        mut dialog: Box<RulesDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let reach = self.reach.get();
        match &mut dialog.step {
            RulesStep::Confirm(confirm, change) => match confirm.key(key) {
                Answer::Confirmed => {
                    let change = change.clone();
                    let job = self.write_rules(&dialog.bucket, change, effects);
                    dialog.step = RulesStep::Writing(job);
                }
                Answer::Back => dialog.step = RulesStep::Form,
                Answer::Open => {}
            },
            RulesStep::Done(_) => match key.code {
                Code::Esc | Code::Enter | Code::Char('q') => return None,
                _ => dialog.form_key(key, reach),
            },
            RulesStep::Form => match key.code {
                Code::Esc => return None,
                Code::Enter if dialog.has_form() => dialog.confirm(),
                Code::Enter | Code::Char('q') if !dialog.has_form() => return None,
                _ => dialog.form_key(key, reach),
            },
            // A write goes on; its end is told below.
            RulesStep::Looking(_) | RulesStep::Writing(_) => {
                if key.code == Code::Esc {
                    return None;
                }
            }
        }
        Some(Dialog::Rules(dialog))
    }

    fn write_rules(
        &mut self,
        bucket: &str,
        change: Box<Change>,
        effects: &mut Vec<Effect>,
    ) -> JobId {
        let purpose = Purpose::SetLifecycle {
            bucket: bucket.to_owned(),
        };
        let job = self.jobs.start(purpose);
        effects.push(Effect::Send(Command::SetLifecycle {
            job,
            bucket: bucket.to_owned(),
            change,
        }));
        job
    }

    /// The dialog of a bucket, if it is open.
    fn rules_of(&mut self, bucket: &str) -> Option<&mut RulesDialog> {
        match &mut self.dialog {
            Some(Dialog::Rules(dialog)) if dialog.bucket == bucket => Some(dialog),
            _ => None,
        }
    }

    pub(super) fn take_lifecycle(&mut self, job: JobId, bucket: &str, found: Prevention) {
        let now = self.now;
        if let Some(place) = self.buckets.get_mut(bucket) {
            let before = place.table.abort_rules();
            if let Prevention::Known(configuration) = &found {
                place
                    .table
                    .set_abort_rules(configuration.abort_rules(), now);
            }
            place.prevention = Some(found.clone());
            place.rules_due = false;
            place.count_cut(now);
            let changed = before.is_some() && place.table.abort_rules() != before;
            if let Some(parts) = &mut self.parts
                && changed
                && parts.target.bucket == bucket
            {
                parts.info.abort_date = None;
            }
        }
        if let Some(dialog) = self.rules_of(bucket) {
            match dialog.step {
                // What the person reads stays as it is while a word is typed.
                RulesStep::Looking(looking) if looking == job => {
                    dialog.take(found);
                    dialog.step = RulesStep::Form;
                }
                RulesStep::Writing(writing) if writing == job => dialog.take(found),
                _ => {}
            }
        }
    }

    pub(super) fn lifecycle_ended(&mut self, job: JobId, bucket: &str, outcome: &Outcome) {
        let writes = matches!(self.jobs.purpose(job), Some(Purpose::SetLifecycle { .. }));
        if writes {
            self.writing_ended(job, bucket, outcome);
            return;
        }
        let Outcome::Failed(fault) = outcome else {
            return;
        };
        let failed = Prevention::Failed(fault.clone());
        self.take_lifecycle(job, bucket, failed);
    }

    fn writing_ended(&mut self, job: JobId, bucket: &str, outcome: &Outcome) {
        let (severity, text) = match outcome {
            Outcome::Done => (
                Severity::Info,
                format!("s3://{bucket}: the lifecycle rules are written and read back"),
            ),
            Outcome::Failed(fault) => (Severity::Error, fault.to_string()),
            Outcome::Cancelled { .. } => (
                Severity::Warning,
                format!("s3://{bucket}: stopped; no lifecycle rule was written"),
            ),
        };
        self.say(severity, text);
        let Some(dialog) = self.rules_of(bucket) else {
            return;
        };
        if !matches!(dialog.step, RulesStep::Writing(writing) if writing == job) {
            return;
        }
        dialog.scroll = 0;
        if let Outcome::Failed(fault) = outcome {
            dialog.fault = Some(fault.clone());
        }
        dialog.step = match outcome {
            Outcome::Done => RulesStep::Done("written, read back and compared".to_owned()),
            _ => RulesStep::Form,
        };
    }
}
