//! Uploads that are watched to their end: begun, told of, notified of, ended. Each is a job and a task; the view
//! over the panes can be left and returned to.

pub mod keys;
pub mod watched;

use super::Effect;
use super::dialog::Dialog;
use super::jobs::Purpose;
use super::layout::Pane;
use super::messages::Severity;
use super::parts::PartsState;
use super::state::App;
use super::tasks::{Task, TaskKind};
use crate::model::notice::Notify;
use crate::model::send::Access;
use crate::model::table::Leaving;
use crate::model::watch::{Ending, Happening, Interval, Vitals, Watch};
use crate::model::{Extent, Measure, Part, Target};
use crate::protocol::{Command, JobId, Outcome};
use watched::{End, Watched, What, ending_text};

/// So many uploads are watched at once.
const MOST: usize = 100;
/// Watched uploads that are over are kept up to this many.
const OVER: usize = 100;

/// All watched uploads, and what the view shows of them.
#[derive(Debug, Clone, Default)]
pub struct Watching {
    /// In the order in which they were begun.
    pub list: Vec<Watched>,
    /// The one under the cursor.
    pub(super) selected: Option<JobId>,
    /// Where there is no room for both: the part map instead of the chart.
    pub shows_map: bool,
}

impl Watching {
    pub fn get(&self, job: JobId) -> Option<&Watched> {
        self.list.iter().find(|watched| watched.job == job)
    }

    fn get_mut(&mut self, job: JobId) -> Option<&mut Watched> {
        self.list.iter_mut().find(|watched| watched.job == job)
    }

    /// The place of the selected one.
    pub fn index(&self) -> usize {
        let found = |job: JobId| self.list.iter().position(|watched| watched.job == job);
        self.selected.and_then(found).unwrap_or(0)
    }

    /// Puts the cursor on one, if there are so many.
    pub(super) fn select(&mut self, index: usize) {
        if let Some(watched) = self.list.get(index) {
            self.selected = Some(watched.job);
        }
    }

    /// The selected one.
    pub fn current(&self) -> Option<&Watched> {
        self.list.get(self.index())
    }

    fn current_mut(&mut self) -> Option<&mut Watched> {
        let index = self.index();
        self.list.get_mut(index)
    }

    fn running(&self) -> impl Iterator<Item = &Watched> {
        self.list.iter().filter(|watched| watched.runs())
    }

    /// Takes one off the list; the cursor goes to its neighbour.
    fn remove(&mut self, job: JobId) {
        let Some(index) = self.list.iter().position(|watched| watched.job == job) else {
            return;
        };
        let was_selected = self.index() == index;
        self.list.remove(index);
        if was_selected {
            let next = index.min(self.list.len().saturating_sub(1));
            self.selected = self.list.get(next).map(|watched| watched.job);
        }
    }

    /// The person wants no more of it.
    pub(super) fn note_stop(&mut self, job: JobId) {
        if let Some(watched) = self.get_mut(job) {
            watched.stopping = true;
        }
    }

    /// Forgets those that are over.
    pub(super) fn forget_ended(&mut self) {
        self.list.retain(Watched::runs);
    }

    /// Of those that are over the oldest go when there are too many.
    fn bound(&mut self) {
        let over = self.list.iter().filter(|watched| !watched.runs());
        let excess = over.count().saturating_sub(OVER);
        for _ in 0..excess {
            if let Some(at) = self.list.iter().position(|watched| !watched.runs()) {
                self.list.remove(at);
            }
        }
    }
}

impl App {
    /// Watches the marked uploads, or the one under the cursor; those that are watched already are shown.
    pub(super) fn watch(&mut self, effects: &mut Vec<Effect>) {
        if self.focus == Pane::Tasks
            && let Some(task) = self.tasks.current()
            && task.kind == TaskKind::Watch
        {
            self.show_watch(task.job);
            return;
        }
        let targets = self.targets_to_watch();
        if targets.is_empty() {
            self.return_to_watching();
            return;
        }
        let fresh: Vec<Target> = targets
            .iter()
            .filter(|target| !self.is_watched(target))
            .cloned()
            .collect();
        if self.watching.running().count() + fresh.len() > MOST {
            let text = format!("{MOST} uploads are watched at once at most: mark fewer");
            self.say(Severity::Warning, text);
            return;
        }
        for target in fresh {
            self.begin_watching(target, effects);
        }
        let first = targets.first();
        let first = first.and_then(|first| {
            let mut running = self.watching.running();
            running.find(|watched| watched.target == *first)
        });
        self.watching.selected = first.map(|watched| watched.job);
        self.open_watch();
    }

    fn targets_to_watch(&self) -> Vec<Target> {
        if !matches!(self.focus, Pane::Uploads | Pane::Parts) {
            return Vec::new();
        }
        let marked = self.place().filter(|_| self.focus == Pane::Uploads);
        let marked: Vec<Target> = marked.map_or_else(Vec::new, |place| {
            let rows = place.table.marked().take(MOST + 1);
            rows.filter_map(|row| place.table.target(row)).collect()
        });
        if marked.is_empty() {
            self.current_target().into_iter().collect()
        } else {
            marked
        }
    }

    fn return_to_watching(&mut self) {
        if self.watching.list.is_empty() {
            let text = "nothing is watched yet: w on an upload watches it to its end";
            self.messages.hint(self.now, text);
        } else {
            self.open_watch();
        }
    }

    fn is_watched(&self, target: &Target) -> bool {
        let mut running = self.watching.running();
        running.any(|watched| watched.target == *target)
    }

    fn looks_at_watched(&self, job: JobId) -> bool {
        let current = self.watching.current();
        matches!(self.dialog, Some(Dialog::Watch(_)))
            && current.is_some_and(|watched| watched.job == job)
    }

    fn open_watch(&mut self) {
        self.dialog = Some(Dialog::Watch(Box::default()));
    }

    /// Opens the view at this one.
    pub(super) fn show_watch(&mut self, job: JobId) {
        if self.watching.get(job).is_some() {
            self.watching.selected = Some(job);
            self.open_watch();
        } else {
            let text = "what was watched there was put away";
            self.messages.hint(self.now, text);
        }
    }

    fn begin_watching(&mut self, target: Target, effects: &mut Vec<Effect>) {
        let size = self.known_size(&target);
        let now = self.now;
        let facts = self.row_of(&target).map(|(row, place)| {
            let initiated = place.table.row(row).and_then(|row| row.initiated());
            let deadline = place.table.deadline(row).map(|of| of.at);
            (initiated, deadline)
        });
        let (initiated, deadline) = facts.unwrap_or_default();
        let job = self.jobs.start(Purpose::Watch(target.clone()));
        let about = format!("{}/{}", target.bucket, target.key);
        let task = Task::new(job, TaskKind::Watch, &about, 1, now);
        self.tasks.list.insert(0, task);
        let watched = Watched::new(job, target.clone(), size, now);
        self.watching.list.push(watched);
        let watch = Watch {
            target,
            access: Access::default(),
            initiated,
            size,
            deadline,
            interval: Interval::default(),
            stall: None,
        };
        let watch = Box::new(watch);
        effects.push(Effect::Send(Command::Watch { job, watch }));
    }

    /// The size of the whole, of what this program sends or sent.
    fn known_size(&self, target: &Target) -> Option<u64> {
        let tasks = self.tasks.list.iter();
        let sent = tasks.filter_map(|task| task.transfer.as_ref());
        let sent = sent.filter(|transfer| transfer.is_of(target));
        let now = sent.filter_map(|transfer| transfer.now.as_ref());
        let running = now.filter(|now| now.files <= 1).find_map(|now| now.total);
        running.or_else(|| {
            let ours = self.interrupted.iter().find(|entry| {
                entry.bucket == target.bucket
                    && entry.upload_id.as_deref() == Some(target.upload_id.as_str())
            });
            ours?.layout.total
        })
    }

    pub(super) fn take_vitals(&mut self, job: JobId, vitals: Vitals) {
        let now = self.now;
        let Some(watched) = self.watching.get_mut(job) else {
            return;
        };
        let before = watched.vitals.as_ref().and_then(|of| of.trouble.as_ref());
        if let Some(why) = vitals.trouble.as_ref().filter(|why| before != Some(why)) {
            watched.note(now, What::Trouble(why.clone()));
        }
        let caught_up = vitals.caught_up;
        let extent = Extent {
            bytes: vitals.bytes,
            parts: vitals.parts,
            last_part: vitals.last_part,
            abort_date: None,
        };
        let (looked, late) = (vitals.looks > 0, vitals.late);
        watched.vitals = Some(Box::new(vitals));
        if looked {
            let target = watched.target.clone();
            self.measure_watched(&target, extent, caught_up);
            self.mark_late(&target, late);
        }
    }

    /// The row tells what the watch saw.
    fn measure_watched(&mut self, target: &Target, extent: Extent, whole: bool) {
        let now = self.now;
        let Some((row, place)) = self.row_of(target) else {
            return;
        };
        let known = place.table.row(row).map(|row| row.measure());
        let known_extent = known.and_then(|known| known.extent().copied());
        let extent = Extent {
            abort_date: known_extent.and_then(|known| known.abort_date),
            ..extent
        };
        let measure = if whole {
            Measure::Exact(extent)
        } else {
            Measure::AtLeast(extent)
        };
        if known != Some(measure) {
            place.table.set_measure_in_place(row, measure, now);
            place.asked.insert(row);
            place.regroup();
        }
    }

    pub(super) fn take_happening(
        &mut self,
        job: JobId,
        happening: Happening,
        effects: &mut Vec<Effect>,
    ) {
        let now = self.now;
        let Some(watched) = self.watching.get_mut(job) else {
            return;
        };
        let target = &watched.target.clone();
        match happening {
            Happening::Arrived(parts) => {
                watched.take_arrived(&parts, now);
                self.put_in_pane(target, parts);
            }
            Happening::Resent(parts) => {
                watched.take_resent(&parts, now);
                self.put_in_pane(target, parts);
            }
            Happening::Stalled(quiet) => {
                let what = What::Stalled(quiet);
                let text = format!("{} {}", target.key, what.text());
                watched.note(now, what);
                // Whoever looks at it sees it, and wants the keys.
                if self.looks_at_watched(job) {
                    self.messages.record(now, Severity::Warning, text.clone());
                } else {
                    self.say(Severity::Warning, text.clone());
                }
                self.notify(text, effects);
            }
            Happening::Moving => watched.note(now, What::Moving),
            Happening::Ended(ending) => self.upload_over(job, target, ending, effects),
        }
    }

    /// Where the parts of the upload are in sight, they follow.
    fn put_in_pane(&mut self, target: &Target, parts: Vec<Part>) {
        let Some(open) = &mut self.parts else { return };
        if open.target == *target && open.state == PartsState::Complete {
            let info = open.info.clone();
            open.take(info, parts);
            self.judge_parts();
        }
    }

    fn upload_over(
        &mut self,
        job: JobId,
        target: &Target,
        ending: Ending,
        effects: &mut Vec<Effect>,
    ) {
        let now = self.now;
        let text = format!("{} {}", target.key, ending_text(&ending));
        let (severity, leaving) = match &ending {
            Ending::Completed(_) => (Severity::Good, Leaving::Completed),
            Ending::Aborted => (Severity::Warning, Leaving::Aborted),
            Ending::Replaced(_) => (Severity::Warning, Leaving::Replaced),
            Ending::Untold(_) => (Severity::Warning, Leaving::Gone),
        };
        if let Some(watched) = self.watching.get_mut(job) {
            watched.note(now, What::Ended(ending.clone()));
            watched.end = Some((now, End::Over(ending)));
        }
        if let Some((row, place)) = self.row_of(target) {
            place.table.bury_as(row, leaving);
            place.regroup();
        }
        self.say(severity, text.clone());
        self.notify(text, effects);
        self.watching.bound();
    }

    /// Tells somebody who may look elsewhere.
    pub(super) fn notify(&mut self, text: String, effects: &mut Vec<Effect>) {
        let how = self.settings.notify;
        if how != Notify::Off {
            effects.push(Effect::Notify { how, text });
        }
    }

    pub(super) fn watch_ended(&mut self, job: JobId, target: &Target, outcome: &Outcome) {
        let now = self.now;
        if let Some(task) = self.tasks.get_mut(job) {
            task.ended = Some((now, outcome.clone()));
        }
        let Some(watched) = self.watching.get_mut(job) else {
            return;
        };
        if !watched.runs() {
            return;
        }
        if watched.stopping {
            self.watching.remove(job);
            let text = format!("{} is not watched any more", target.key);
            self.messages.hint(now, text);
            if self.watching.list.is_empty() && matches!(self.dialog, Some(Dialog::Watch(_))) {
                self.dialog = None;
            }
            return;
        }
        let why = match outcome {
            Outcome::Failed(fault) => fault.to_string(),
            Outcome::Done | Outcome::Cancelled { .. } => "it was cancelled".to_owned(),
        };
        watched.note(now, What::Lost(why.clone()));
        watched.end = Some((now, End::Lost(why.clone())));
        self.watching.bound();
        if matches!(outcome, Outcome::Failed(_)) {
            let text = format!("{} is not watched any more: {why}", target.key);
            self.say(Severity::Error, text);
        }
    }
}
