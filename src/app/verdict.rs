//! What the parts of the open upload tell of a completion, from what is known without asking anything more.
//!
//! What is not known is not said: neither whether it is ours, nor what is at its key.

use super::parts::PartsState;
use super::state::App;
use crate::model::bucket::is_directory_bucket;
use crate::model::completion::{Known, judge};
use crate::model::liveness::{Life, last_sign, life};
use crate::model::provider::Provider;

impl App {
    /// Judges the parts that were read, if all of them were.
    pub(super) fn judge_parts(&mut self) {
        let completion = self.judged_parts();
        if let Some(parts) = &mut self.parts {
            parts.completion = completion;
        }
    }

    fn judged_parts(&self) -> Option<crate::model::completion::Completion> {
        let open = self.parts.as_ref()?;
        if open.state != PartsState::Complete {
            return None;
        }
        let target = &open.target;
        let place = self.buckets.get(&target.bucket)?;
        let row = place.table.find(&target.key, &target.upload_id)?;
        let row = place.table.row(row)?;
        let measure = row.measure();
        let life = life(
            row.initiated(),
            &measure,
            self.now,
            &self.settings.thresholds,
        );
        let sign = last_sign(row.initiated(), &measure);
        let siblings = place.table.rows().filter(|row| row.key() == target.key);
        let mut own = self.interrupted.iter();
        let own = own.find(|entry| {
            entry.bucket == target.bucket
                && entry.key == target.key
                && entry.upload_id.as_ref() == Some(&target.upload_id)
        });
        let fallback = Provider::default();
        Some(judge(&Known {
            parts: &open.parts,
            info: &open.info,
            provider: self.settings.provider.as_ref().unwrap_or(&fallback),
            intended: own.and_then(|entry| entry.layout.total),
            existing: None,
            others: (siblings.count() as u64).saturating_sub(1),
            // Only the journals know.
            ours: true,
            alive: sign.filter(|_| life == Life::Alive),
            may_be_alive: life == Life::Undetermined,
            consecutive_only: is_directory_bucket(&target.bucket),
        }))
    }
}
