//! Looking again: by hand or by itself, at what is shown and nothing else, and what that costs.

use std::time::Duration;

use super::Effect;
use super::action::Action;
use super::layout::Pane;
use super::messages::Severity;
use super::place::{Listing, Place};
use super::state::App;
use crate::model::table::Stir;
use crate::model::{RowId, Timestamp, human};
use crate::protocol::Urgency;

/// Rows beyond the screen that are looked at again after a listing, at most.
const ALIVE: usize = 100;
/// Uploads, or parts, in a page of a listing.
const PAGE: u64 = 1_000;
/// An hour in seconds.
const HOUR: f64 = 3600.0;

impl Place {
    /// The listing that ran is complete.
    pub(super) fn end_look(&mut self, now: Timestamp) {
        let looking = self.looking.clone();
        self.table.end_refresh_under(&looking);
        self.since = self.complete_at;
        self.complete_at = Some(now);
    }

    /// The prefix of all that is in sight.
    fn shown_prefix(&self) -> &str {
        let folder = self.level();
        let prefix = self.table.prefix();
        if folder.len() > prefix.len() {
            folder
        } else {
            prefix
        }
    }

    /// Why the row under the cursor is there no more, if that is so.
    pub fn current_left(&self) -> Option<&'static str> {
        match self.table.stir(self.current()?)? {
            Stir::Gone(leaving) => Some(leaving.explain()),
            Stir::New | Stir::Moving => None,
        }
    }
}

impl App {
    /// Lists what is shown of the open bucket again.
    pub(super) fn refresh_place(&mut self, effects: &mut Vec<Effect>) {
        self.last_refresh = self.now;
        let exact_only = self.settings.provider.as_ref();
        let exact_only = exact_only.is_some_and(|of| of.exact_prefix_only);
        let Some(place) = self.place().filter(|place| !place.is_listing()) else {
            return;
        };
        let shown = place.shown_prefix();
        let known = place.listing == Listing::Complete && shown.starts_with(&place.scope);
        let scope = if known && !exact_only {
            shown.to_owned()
        } else {
            place.scope.clone()
        };
        let name = place.bucket.name.clone();
        self.list_place(&name, scope, Urgency::Visible, effects);
    }

    /// After another look at what was listed before: rows that are alive are sized again, wherever they stand.
    pub(super) fn look_at_the_living(&mut self, bucket: &str, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(place) = self.place().filter(|place| place.bucket.name == bucket) else {
            return;
        };
        if place.since.is_none() || place.listing != Listing::Complete {
            return;
        }
        let alive = place.table.alive(ALIVE, now);
        let Some(place) = self.place_mut() else {
            return;
        };
        let wanted: Vec<RowId> = alive
            .into_iter()
            .filter(|row| place.asked.insert(*row))
            .collect();
        self.measure(bucket, wanted, Urgency::Background, effects);
    }

    /// Whether the action is about the upload under the cursor and that one went; says so.
    pub(super) fn is_over(&mut self, action: Action) -> bool {
        let marked = self.place().is_some_and(|place| {
            place.table.marked_totals().rows > 0 || place.range_from.is_some()
        });
        let about_it = match action {
            Action::Open | Action::Complete | Action::Resume | Action::PartMap | Action::Copy => {
                true
            }
            Action::Abort | Action::Watch => !marked,
            _ => false,
        };
        let here = matches!(self.focus, Pane::Uploads | Pane::Parts);
        let why = self.place().filter(|_| about_it && here);
        let Some(why) = why.and_then(Place::current_left) else {
            return false;
        };
        self.messages
            .hint(self.now, format!("this upload is {why}"));
        true
    }

    pub(super) fn next_interval(&mut self) {
        let steps = [None, Some(10), Some(60), Some(300)].map(|secs| secs.map(Duration::from_secs));
        let at = steps
            .iter()
            .position(|step| *step == self.settings.refresh)
            .unwrap_or(0);
        self.settings.refresh = steps[(at + 1) % steps.len()];
        self.say_interval();
    }

    /// What was chosen, and what it costs.
    pub(super) fn say_interval(&mut self) {
        self.last_refresh = self.now;
        let text = match self.settings.refresh {
            None => "looks again only when asked".to_owned(),
            Some(every) => {
                let price = self.price_of_looking(every).unwrap_or_default();
                format!("looks again every {}{price}", human::age(every))
            }
        };
        self.say(Severity::Info, text);
    }

    /// `: 3 requests a look, 1,080 an hour, ≈ $0.01 an hour`, of what is shown now; `None` without a bucket.
    fn price_of_looking(&self, every: Duration) -> Option<String> {
        let place = self.place()?;
        let requests = requests(place, self.window(Pane::Uploads), self.now);
        let hourly = HOUR / every.as_secs_f64().max(1.0);
        #[expect(clippy::cast_precision_loss, reason = "a price for people")]
        let an_hour = requests as f64 * hourly;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "requests of an hour, never negative"
        )]
        let count = human::count(an_hour.round() as u64);
        let price = human::dollars(an_hour / 1000.0 * self.settings.prices.list_requests);
        let word = if requests == 1 { "request" } else { "requests" };
        Some(format!(
            ": {} {word} a look, {count} an hour, {price} an hour",
            human::count(requests)
        ))
    }
}

/// The requests of one look: the pages of the listing, then those of the rows in sight and of those alive.
fn requests(place: &Place, window: usize, now: Timestamp) -> u64 {
    let table = &place.table;
    // Of a part of the bucket it is not known how much it is; the view is as near as it gets.
    let rows = if place.shown_prefix().is_empty() {
        table.totals().rows
    } else {
        table.live_len() as u64
    };
    let mut sized = place.on_screen(window);
    sized.extend(table.alive(ALIVE, now));
    sized.sort_unstable();
    sized.dedup();
    let pages = |row: RowId| {
        let parts = table.row(row)?.measure().extent().map_or(0, |of| of.parts);
        Some(u64::from(parts).div_ceil(PAGE).max(1))
    };
    let parts: u64 = sized.into_iter().filter_map(pages).sum();
    rows.div_ceil(PAGE).max(1) + parts
}
