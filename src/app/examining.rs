//! The doctor: what it looks at and what it found.

use super::Effect;
use super::state::App;
use crate::model::examination::Examination;
use crate::protocol::{JobId, Outcome};

impl App {
    pub(super) fn ask_doctor(&mut self, _effects: &mut Vec<Effect>) {}

    pub(super) fn take_examination(&mut self, _job: JobId, _examination: Examination) {}

    pub(super) fn examination_ended(&mut self, _job: JobId, _outcome: &Outcome) {}
}
