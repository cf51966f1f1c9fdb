//! What the app asks for without being told: listings in turn, sizes of what is on screen and marked, the parts
//! of the upload on which the cursor rests.

use std::sync::Arc;
use std::time::Duration;

use super::Effect;
use super::jobs::Purpose;
use super::layout::Pane;
use super::parts::{OpenParts, PartsState};
use super::place::{Listing, Place};
use super::state::App;
use crate::model::liveness::last_sign;
use crate::model::table::{Table, TableSettings};
use crate::model::{Bucket, RowId, Target};
use crate::protocol::{Command, JobId, Scope, Urgency};

/// So many buckets are listed at once, the open one among them. Most have one page, so that this many answers are
/// waited for together; those of a region that is out of reach keep their places for a while, and others go on.
const SWEEP_WIDTH: usize = 48;
/// Marked rows are sized unasked up to this many; beyond, sizing is asked for with its price.
const MARKED_LIMIT: usize = 1_000;

/// From this age on, ages are told in minutes.
const MINUTE: Duration = Duration::from_secs(60);

impl App {
    pub(super) fn list_buckets(&mut self, effects: &mut Vec<Effect>) {
        if self.buckets.loading {
            return;
        }
        self.buckets.loading = true;
        self.buckets.fault = None;
        let job = self.jobs.start(Purpose::Buckets);
        effects.push(Effect::Send(Command::Buckets { job }));
    }

    /// The place of a bucket, made if need be.
    pub(super) fn ensure_place(&mut self, bucket: Bucket) -> &mut Place {
        let places = &mut self.buckets.places;
        let index = match places.binary_search_by(|place| place.bucket.name.cmp(&bucket.name)) {
            Ok(index) => {
                if bucket.created.is_some() || bucket.region.is_some() {
                    places[index].bucket = bucket;
                }
                index
            }
            Err(index) => {
                let settings = TableSettings {
                    prices: Arc::clone(&self.settings.prices),
                    thresholds: self.settings.thresholds,
                    provider: self.settings.provider.clone().unwrap_or_default(),
                };
                let table = Table::new(&bucket.name, settings);
                places.insert(index, Place::new(bucket, table));
                index
            }
        };
        &mut places[index]
    }

    /// Opens a bucket, listed or not; with a prefix only what begins so is listed.
    pub(super) fn go_to_bucket(&mut self, name: &str, prefix: &str, effects: &mut Vec<Effect>) {
        self.show_place(name, prefix);
        self.list_when_due(name, effects);
        self.warn_of_prefix(prefix);
    }

    /// Lists a bucket that waits, or whose listing does not cover the prefix that is shown now.
    pub(super) fn list_when_due(&mut self, name: &str, effects: &mut Vec<Effect>) {
        let exact_only = self
            .settings
            .provider
            .as_ref()
            .is_some_and(|of| of.exact_prefix_only);
        let Some(place) = self.buckets.get_mut(name) else {
            return;
        };
        let prefix = if exact_only { "" } else { place.table.prefix() };
        let covered = prefix.starts_with(place.scope.as_str()) && place.listing != Listing::Waiting;
        if !covered {
            let scope = prefix.to_owned();
            self.list_place(name, scope, Urgency::Visible, effects);
        }
    }

    /// Begins to list a bucket; what is not listed again is buried at the end.
    pub(super) fn list_place(
        &mut self,
        name: &str,
        scope: String,
        urgency: Urgency,
        effects: &mut Vec<Effect>,
    ) {
        let Some(place) = self.buckets.get_mut(name) else {
            return;
        };
        if let Listing::Running(job) = place.listing {
            effects.push(Effect::Send(Command::Cancel(job)));
            self.jobs.close(job);
        }
        let job = self.jobs.start(Purpose::List {
            bucket: name.to_owned(),
        });
        let Some(place) = self.buckets.get_mut(name) else {
            return;
        };
        place.table.begin_refresh_under(&scope);
        place.listing = Listing::Running(job);
        place.asked.clear();
        place.looking.clone_from(&scope);
        // What was listed around it stays known; it is only older.
        if place.complete_at.is_none() || !scope.starts_with(&place.scope) {
            place.scope.clone_from(&scope);
            place.complete_at = None;
            place.since = None;
        }
        let scope = Scope {
            bucket: name.to_owned(),
            prefix: scope,
        };
        effects.push(Effect::Send(Command::List {
            job,
            scope,
            urgency,
            in_order: false,
        }));
    }

    /// Lists the next buckets that wait, those in sight first.
    pub(super) fn sweep(&mut self, effects: &mut Vec<Effect>) {
        let running = self
            .buckets
            .places
            .iter()
            .filter(|place| place.is_listing())
            .count();
        let free = SWEEP_WIDTH.saturating_sub(running);
        let (top, window) = (self.buckets.cursor.top(), self.window(Pane::Buckets));
        let in_sight = self.buckets.shown().skip(top).take(window);
        let waiting = in_sight
            .chain(&self.buckets.places)
            .filter(|place| place.listing == Listing::Waiting);
        let mut next: Vec<String> = Vec::new();
        for place in waiting {
            if next.len() == free {
                break;
            }
            if !next.contains(&place.bucket.name) {
                next.push(place.bucket.name.clone());
            }
        }
        for name in next {
            self.list_place(&name, String::new(), Urgency::Background, effects);
        }
        self.sweep_rules(effects);
    }

    /// Asks for the sizes of the rows on screen, then of the marked ones; rows that left the screen before
    /// their turn are given up.
    pub(super) fn ask_for_sizes(&mut self, effects: &mut Vec<Effect>) {
        let window = self.window(Pane::Uploads);
        let layout = self.layout();
        let Some(place) = self.place() else { return };
        let name = place.bucket.name.clone();
        let visible = if layout.uploads.is_some() {
            place.on_screen(window)
        } else if layout.parts.is_some() {
            place.current().into_iter().collect()
        } else {
            Vec::new()
        };
        self.give_up_unseen(&name, &visible, effects);
        let Some(place) = self.place_mut() else {
            return;
        };
        // What went is still in sight, but there is nothing to ask of it.
        let there = |row: &RowId| place.table.row(*row).is_some();
        let visible: Vec<RowId> = visible.into_iter().filter(there).collect();
        let wanted: Vec<RowId> = visible
            .into_iter()
            .filter(|row| place.asked.insert(*row))
            .collect();
        let marked = if place.table.marked_totals().rows == 0 {
            Vec::new()
        } else {
            unsized_marks(place)
        };
        self.measure(&name, wanted, Urgency::Visible, effects);
        self.measure(&name, marked, Urgency::Marked, effects);
    }

    fn give_up_unseen(&mut self, name: &str, visible: &[RowId], effects: &mut Vec<Effect>) {
        let unseen: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, purpose)| match purpose {
                Purpose::Measure {
                    bucket,
                    rows,
                    urgency: Urgency::Visible,
                } => bucket != name || !rows.iter().any(|row| visible.contains(row)),
                _ => false,
            })
            .map(|(job, _)| job)
            .collect();
        for job in unseen {
            self.forget_measure(job);
            effects.push(Effect::Send(Command::Cancel(job)));
        }
    }

    /// Closes a job of sizes; what it did not answer may be asked for again.
    pub(super) fn forget_measure(&mut self, job: JobId) {
        if let Some(Purpose::Measure { bucket, rows, .. }) = self.jobs.close(job)
            && let Some(place) = self.buckets.get_mut(&bucket)
        {
            for row in rows.iter() {
                let settled = place
                    .table
                    .row(*row)
                    .is_none_or(|row| row.measure().is_settled());
                if !settled && !place.reasons.contains_key(row) {
                    place.asked.remove(*row);
                }
            }
        }
    }

    pub(super) fn measure(
        &mut self,
        name: &str,
        rows: Vec<RowId>,
        urgency: Urgency,
        effects: &mut Vec<Effect>,
    ) {
        if rows.is_empty() {
            return;
        }
        let Some(place) = self.buckets.get(name) else {
            return;
        };
        let targets = place.table.freeze(rows.iter().copied());
        let purpose = Purpose::Measure {
            bucket: name.to_owned(),
            rows: rows.into(),
            urgency,
        };
        let job = self.jobs.start(purpose);
        effects.push(Effect::Send(Command::Measure {
            job,
            targets,
            urgency,
        }));
    }

    /// Loads the parts of an upload, unless they are there or on their way.
    pub(super) fn open_parts(&mut self, target: Target, effects: &mut Vec<Effect>) {
        if let Some(parts) = self.parts.take() {
            if parts.target == target && !matches!(parts.state, PartsState::Failed(_)) {
                self.parts = Some(parts);
                return;
            }
            if let PartsState::Loading(job) = parts.state {
                self.jobs.close(job);
                effects.push(Effect::Send(Command::Cancel(job)));
            }
        }
        let job = self.jobs.start(Purpose::Parts);
        self.parts = Some(OpenParts::new(target.clone(), job));
        effects.push(Effect::Send(Command::parts(job, target)));
    }

    /// Lists the parts that are shown again.
    pub(super) fn refresh_parts(&mut self, effects: &mut Vec<Effect>) {
        let Some(parts) = &self.parts else { return };
        if let PartsState::Loading(job) = parts.state {
            self.jobs.close(job);
            effects.push(Effect::Send(Command::Cancel(job)));
        }
        let job = self.jobs.start(Purpose::Parts);
        if let Some(parts) = &mut self.parts {
            parts.begin_refresh(job);
            let target = parts.target.clone();
            effects.push(Effect::Send(Command::parts(job, target)));
        }
    }

    /// Lists the parts in sight again when the upload was found to hold others by now.
    pub(super) fn renew_parts(&mut self, effects: &mut Vec<Effect>) {
        if self.layout().parts.is_none() {
            return;
        }
        let Some(parts) = self.current_parts() else {
            return;
        };
        let extent = self.place().and_then(|place| {
            let row = place.table.row(place.current()?)?;
            row.measure().exact().copied()
        });
        let known = (parts.parts.len(), parts.summary.bytes);
        let differs = extent.is_some_and(|extent| {
            let found = usize::try_from(extent.parts).unwrap_or(usize::MAX);
            (found, extent.bytes) != known
        });
        if differs && parts.state == PartsState::Complete {
            self.refresh_parts(effects);
        }
    }

    /// Whether the parts pane is in sight and shows another upload than the cursor's.
    pub(super) fn wants_preview(&self) -> bool {
        self.layout().parts.is_some()
            && self.current_parts().is_none()
            && self.place().and_then(Place::current).is_some()
    }

    /// Loads the parts of the upload on which the cursor has rested since the last tick.
    pub(super) fn preview(&mut self, effects: &mut Vec<Effect>) {
        let wanted = self.wants_preview();
        let here = self
            .place()
            .and_then(|place| Some((place.bucket.name.clone(), place.current()?)));
        let rested = wanted && here.is_some() && here == self.resting;
        if rested && let Some(target) = self.current_target() {
            self.open_parts(target, effects);
        }
        self.resting = here;
    }

    pub(super) fn current_target(&self) -> Option<Target> {
        let place = self.place()?;
        place.table.target(place.current()?)
    }

    /// Whether a sign of life is on screen that is so fresh that it is told in seconds.
    pub(super) fn shows_seconds(&self) -> bool {
        let window = self.window(Pane::Uploads);
        let fresh = |place: &Place, row: RowId| {
            let known = place.table.row(row)?;
            let sign = last_sign(known.initiated(), &known.measure()).max(known.moved_at())?;
            Some(self.now.since(sign) < MINUTE)
        };
        self.layout().uploads.is_some()
            && self.place().is_some_and(|place| {
                let rows = place.on_screen(window);
                rows.iter().any(|row| fresh(place, *row) == Some(true))
            })
    }
}

fn unsized_marks(place: &mut Place) -> Vec<RowId> {
    let marked: Vec<RowId> = place.table.marked().take(MARKED_LIMIT).collect();
    let unsized_row = |row: &RowId| {
        place
            .table
            .row(*row)
            .is_some_and(|row| !row.measure().is_settled())
    };
    let wanted: Vec<RowId> = marked.into_iter().filter(unsized_row).collect();
    wanted
        .into_iter()
        .filter(|row| place.asked.insert(*row))
        .collect()
}
