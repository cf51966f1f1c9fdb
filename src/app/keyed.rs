//! One key instead of a prefix: on services that find nothing else, and wherever a key is known.

use super::Effect;
use super::jobs::Purpose;
use super::layout::Pane;
use super::messages::Severity;
use super::state::App;
use crate::model::human::{count, escape};
use crate::model::{Bucket, Upload};
use crate::protocol::{Command, Outcome, Urgency};

impl App {
    /// Shows the uploads of one key and asks for them alone, whatever else of the bucket is listed.
    pub(super) fn go_to_key(&mut self, key: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let Some(bucket) = self.place().map(|place| place.bucket.name.clone()) else {
            return Err("open a bucket first".to_owned());
        };
        self.show_place(&bucket, key);
        let job = self.jobs.start(Purpose::ListKey {
            bucket: bucket.clone(),
            key: key.to_owned(),
        });
        effects.push(Effect::Send(Command::ListKey {
            job,
            bucket,
            key: key.to_owned(),
            urgency: Urgency::Visible,
        }));
        Ok(())
    }

    pub(super) fn key_ended(&mut self, bucket: &str, key: &str, outcome: &Outcome) {
        let shown = escape(key).into_owned();
        let found = self.buckets.get(bucket).map_or(0, |place| {
            let rows = place.table.rows();
            rows.filter(|row| row.key() == key).count()
        });
        match outcome {
            Outcome::Failed(fault) => self.say(Severity::Error, fault.to_string()),
            Outcome::Cancelled { .. } => {}
            Outcome::Done if found == 0 => {
                let text = format!("no upload of the key {shown} is in progress");
                self.say(Severity::Warning, text);
            }
            Outcome::Done => {
                let uploads = if found == 1 { "upload" } else { "uploads" };
                let text = format!("{} {uploads} of the key {shown}", count(found as u64));
                self.say(Severity::Info, text);
            }
        }
    }

    /// Says so where a prefix costs a listing of the whole bucket.
    pub(super) fn warn_of_prefix(&mut self, prefix: &str) {
        let exact = self.settings.provider.as_ref();
        if prefix.is_empty() || !exact.is_some_and(|of| of.exact_prefix_only) {
            return;
        }
        let text = "this service finds by a prefix only the key that equals it: the whole bucket is listed; \
                    :key KEY asks for one key only";
        self.say(Severity::Warning, text);
    }

    /// Opens a bucket with what begins so in sight; asks for nothing.
    pub(super) fn show_place(&mut self, name: &str, prefix: &str) {
        let now = self.now;
        let place = self.ensure_place(Bucket {
            name: name.to_owned(),
            ..Bucket::default()
        });
        place.table.set_prefix(prefix, now);
        place.cursor.reset();
        place.folders = None;
        place.rolled = None;
        place.table.open_folder(None, now);
        self.buckets.open = Some(name.to_owned());
        self.focus = Pane::Uploads;
        self.settle_buckets();
        let shown = self
            .buckets
            .shown()
            .position(|place| place.bucket.name == name);
        if let Some(index) = shown {
            let window = self.window(Pane::Buckets);
            let len = self.buckets.shown().count();
            let name = name.to_owned();
            self.buckets
                .cursor
                .go(index, len, window, |_| Some(name.clone()));
        }
    }

    /// Takes in a page of whatever listing.
    pub(super) fn take_listed(&mut self, purpose: &Purpose, uploads: &[Upload]) {
        let bucket = purpose.bucket();
        if let Some(place) = bucket.and_then(|name| self.buckets.get_mut(name)) {
            place.table.extend(uploads);
        }
    }
}
