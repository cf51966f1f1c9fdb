//! The doctor: what it looks at and what it found.

use super::Effect;
use super::dialog::{Dialog, DoctorDialog};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::keys::scrolled;
use super::state::App;
use crate::model::examination::{Checkup, Examination};
use crate::protocol::{Command, JobId, Outcome};

impl App {
    /// Examines the bucket that is open or under the cursor, else the first one of the account.
    pub(super) fn ask_doctor(&mut self, effects: &mut Vec<Effect>) {
        let bucket = self.place().map(|place| place.bucket.name.clone());
        self.examine(bucket, effects);
    }

    fn examine(&mut self, bucket: Option<String>, effects: &mut Vec<Effect>) {
        let job = self.jobs.start(Purpose::Examine);
        let checkup = Checkup {
            bucket: bucket.clone(),
            write: false,
        };
        effects.push(Effect::Send(Command::Examine { job, checkup }));
        self.dialog = Some(Dialog::Doctor(Box::new(DoctorDialog::new(job, bucket))));
    }

    fn doctor_of(&mut self, job: JobId) -> Option<&mut DoctorDialog> {
        match &mut self.dialog {
            Some(Dialog::Doctor(dialog)) if dialog.job == job => Some(dialog),
            _ => None,
        }
    }

    pub(super) fn take_examination(&mut self, job: JobId, examination: Examination) {
        if let Some(dialog) = self.doctor_of(job) {
            dialog.found = examination;
        }
    }

    pub(super) fn examination_ended(&mut self, job: JobId, outcome: &Outcome) {
        if let Some(dialog) = self.doctor_of(job)
            && let Outcome::Failed(fault) = outcome
        {
            dialog.failure = Some(fault.to_string());
        }
    }

    pub(super) fn doctor_key(
        &mut self,
        mut dialog: Box<DoctorDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let running = dialog.is_running();
        match key.code {
            Code::Char('y') if !key.ctrl => {
                effects.push(Effect::Copy(dialog.found.markdown()));
                dialog.copied = Some("copied what was found");
            }
            Code::Char('p') if !key.ctrl => {
                let policy = dialog.found.policy.clone();
                dialog.copied = Some(if policy.is_empty() {
                    "there is no policy: no bucket was looked at"
                } else {
                    effects.push(Effect::Copy(policy));
                    "copied the policy"
                });
            }
            Code::Char('r') if !key.ctrl => {
                if running {
                    self.stop_doctor(dialog.job, effects);
                }
                self.examine(dialog.found.bucket.clone(), effects);
                return self.dialog.take();
            }
            _ => {
                let Some(scroll) = scrolled(key, dialog.scroll, self.reach.get()) else {
                    if running {
                        self.stop_doctor(dialog.job, effects);
                    }
                    return None;
                };
                dialog.scroll = scroll;
            }
        }
        Some(Dialog::Doctor(dialog))
    }

    fn stop_doctor(&mut self, job: JobId, effects: &mut Vec<Effect>) {
        self.jobs.close(job);
        effects.push(Effect::Send(Command::Cancel(job)));
    }
}
