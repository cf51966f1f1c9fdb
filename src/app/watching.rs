//! Uploads that are watched to their end.

use super::Effect;
use super::state::App;
use crate::model::Target;
use crate::model::watch::{Happening, Vitals};
use crate::protocol::{JobId, Outcome};

impl App {
    pub(super) fn watch(&mut self, _effects: &mut Vec<Effect>) {}

    pub(super) fn take_vitals(&mut self, _job: JobId, _target: &Target, _vitals: Vitals) {}

    pub(super) fn take_happening(
        &mut self,
        _job: JobId,
        _target: &Target,
        _happening: Happening,
        _effects: &mut Vec<Effect>,
    ) {
    }

    pub(super) fn watch_ended(&mut self, _job: JobId, _target: &Target, _outcome: &Outcome) {}
}
