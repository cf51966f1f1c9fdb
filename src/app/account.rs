//! All buckets of the account by what their uploads cost.

use super::Effect;
use super::state::App;

impl App {
    pub(super) fn show_account(&mut self, _effects: &mut Vec<Effect>) {}
}
