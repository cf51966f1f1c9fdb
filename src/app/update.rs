//! One event in, effects out: who gets the event, and what follows from any change.

use super::dialog::{Dialog, END};
use super::jobs::Purpose;
use super::layout::Pane;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use super::tasks::Task;
use super::{Effect, Event};
use crate::model::Timestamp;
use crate::model::table::Arranged;
use crate::protocol::{Command, JobId, Outcome};
use std::time::Duration;

/// While something moves on screen, the clock is wanted this often.
const LIVELY: Duration = Duration::from_millis(250);
/// While an active upload is shown, whose last part is told in seconds, or one is being sent.
const SECONDS: Duration = Duration::from_secs(1);
/// Otherwise: ages are told in minutes at best.
const QUIET: Duration = Duration::from_secs(60);
/// The oldest of what is left in a large list is found again this often.
const RECOUNT: Duration = Duration::from_secs(2);

impl App {
    /// What has to be asked at the very start.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let job = self.jobs.start(Purpose::Identify);
        effects.push(Effect::Send(Command::Identify { job }));
        if let Some(address) = self.settings.start.clone() {
            self.go_to_bucket(&address.bucket, &address.key, &mut effects);
        }
        self.list_buckets(&mut effects);
        self.follow_up(&mut effects);
        effects
    }

    /// Takes an event in.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.dialog.is_none() {
            // How far the next text can be scrolled is not known before it is drawn.
            self.reach.set(END);
        }
        match event {
            Event::Key(key) => {
                self.key(key, &mut effects);
                self.group_folders(false);
            }
            Event::Mouse(mouse) => {
                self.mouse(mouse, &mut effects);
                self.group_folders(false);
            }
            Event::Paste(text) => self.paste(&text, &mut effects),
            Event::Resized { columns, rows } => {
                self.columns = columns;
                self.rows = rows;
            }
            Event::Reports(reports) => {
                for report in reports {
                    self.report(report, &mut effects);
                }
            }
            Event::Clock(now) => {
                self.tick(now, &mut effects);
                self.group_folders(true);
            }
        }
        self.follow_up(&mut effects);
        effects
    }

    /// How often the time is wanted. Nothing else ticks.
    pub fn needs_clock(&self) -> Option<Duration> {
        let listing = self.place().is_some_and(Place::is_listing);
        // An upload tells its figures by itself, and one that rests has none to tell.
        let working = self.tasks.at_stake().any(|task| task.transfer.is_none());
        // Whoever looks at the whole account sees figures of every bucket grow.
        let account = matches!(self.dialog, Some(Dialog::Account(_)));
        let counting = account && self.buckets.places.iter().any(Place::is_listing);
        if listing || working || counting || self.wants_preview() || self.folders_are_stale() {
            Some(LIVELY)
        } else if self.shows_seconds()
            || self.messages.expires()
            || self.tasks.running().any(Task::moves)
        {
            Some(SECONDS)
        } else {
            Some(
                self.settings
                    .refresh
                    .map_or(QUIET, |every| every.min(QUIET)),
            )
        }
    }

    fn tick(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        self.now = now;
        self.messages.expire(now);
        for place in &mut self.buckets.places {
            place.table.tick(now);
        }
        if let Some(place) = self.place_mut() {
            place.recount_cut(now);
        }
        self.preview(effects);
        let due = self
            .settings
            .refresh
            .is_some_and(|every| now.since(self.last_refresh) >= every);
        if due && self.dialog.is_none() && self.filter_edit.is_none() {
            self.refresh_place(effects);
        }
    }

    /// After any change: lists settle, cursors find their rows, and what is on screen is asked for.
    fn follow_up(&mut self, effects: &mut Vec<Effect>) {
        self.settle();
        self.arrange(effects);
        self.return_to_account();
        self.keep_account_fresh();
        self.ask_for_sizes(effects);
    }

    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.messages.add(self.now, severity, text);
    }

    /// Whether a change may be made; says so if not.
    pub(super) fn may_change(&mut self) -> bool {
        if self.settings.read_only {
            self.say(
                Severity::Warning,
                "read-only mode: nothing is changed; restart without --read-only to change something",
            );
        }
        !self.settings.read_only
    }

    /// How many list rows the window of a pane has; at least one.
    pub(super) fn window(&self, pane: Pane) -> usize {
        let layout = self.layout();
        let (area, header) = match pane {
            Pane::Buckets => (layout.buckets, false),
            Pane::Uploads => (layout.uploads, true),
            Pane::Parts => (layout.parts, true),
            Pane::Tasks => (layout.tasks, false),
        };
        area.map_or(1, |area| {
            usize::from(super::layout::list_rows(area, header)).max(1)
        })
    }

    fn settle(&mut self) {
        let now = self.now;
        let window = self.window(Pane::Uploads);
        if let Some(place) = self.place_mut() {
            let changed = place.table.settle(now);
            let table = &place.table;
            place.cursor.settle(
                table.len(),
                window,
                |row| table.position(*row),
                |index| table.at(index),
            );
            if let Some(view) = &mut place.folders {
                view.note_rows(&place.table, changed);
                if view.has_come(&place.table) {
                    view.put_in_order(&place.table, window, now);
                } else {
                    view.settle(&place.table, window);
                }
            }
        }
        self.settle_buckets();
        let window = self.window(Pane::Parts);
        if let Some(parts) = &mut self.parts {
            let mut cursor = std::mem::take(&mut parts.cursor);
            let at = |index: usize| parts.parts.get(index).map(|part| part.number);
            cursor.settle(
                parts.parts.len(),
                window,
                |number| parts.position(*number),
                at,
            );
            parts.cursor = cursor;
        }
        let window = self.window(Pane::Tasks);
        let mut cursor = std::mem::take(&mut self.tasks.cursor);
        let tasks = &self.tasks.list;
        cursor.settle(
            tasks.len(),
            window,
            |job| tasks.iter().position(|task| task.job == *job),
            |index| tasks.get(index).map(|task| task.job),
        );
        self.tasks.cursor = cursor;
    }

    /// A large list is filtered and sorted elsewhere; what was asked for before comes too late then.
    fn arrange(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(place) = self.place_mut() else {
            return;
        };
        let recount = now.since(place.arranged_at) >= RECOUNT;
        let Some(wish) = place.table.wish(now, recount) else {
            return;
        };
        place.arranged_at = now;
        let bucket = place.bucket.name.clone();
        let before = place.arranging.take();
        let job = self.jobs.start(Purpose::Arrange {
            bucket: bucket.clone(),
        });
        if let Some(place) = self.buckets.get_mut(&bucket) {
            place.arranging = Some(job);
        }
        if let Some(before) = before {
            self.jobs.close(before);
            effects.push(Effect::Send(Command::Cancel(before)));
        }
        let wish = Box::new(wish);
        effects.push(Effect::Send(Command::Arrange { job, wish }));
    }

    pub(super) fn take_arranged(&mut self, bucket: &str, arranged: Arranged) {
        let now = self.now;
        if let Some(place) = self.buckets.get_mut(bucket) {
            place.table.take_over(arranged, now);
            place.regroup();
        }
    }

    pub(super) fn arranging_ended(&mut self, job: JobId, bucket: &str, outcome: &Outcome) {
        if let Some(place) = self.buckets.get_mut(bucket) {
            place.arranging.take_if(|arranging| *arranging == job);
            if let Outcome::Failed(fault) = outcome {
                place.table.give_up();
                let text = fault.to_string();
                self.say(Severity::Error, text);
            }
        }
    }

    pub(super) fn settle_buckets(&mut self) {
        let window = self.window(Pane::Buckets);
        self.buckets.settle(window);
    }
}
