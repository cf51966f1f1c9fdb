//! The lifecycle rules of buckets: known, shown, proposed.

use super::Effect;
use super::state::App;
use crate::protocol::{JobId, Outcome, Prevention};

impl App {
    pub(super) fn ask_lifecycle(&mut self, _effects: &mut Vec<Effect>) {}

    pub(super) fn take_lifecycle(&mut self, _job: JobId, _bucket: &str, _found: Prevention) {}

    pub(super) fn lifecycle_ended(&mut self, _job: JobId, _bucket: &str, _outcome: &Outcome) {}
}
