//! Sizing and aborting many uploads: the questions before, the tasks they become, and going on with one that was
//! cancelled.

use super::Effect;
use super::dialog::{AbortDialog, Dialog, Rest, SizeAllDialog};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::uploads::end_range;
use crate::model::bits::Bits;
use crate::model::filter::Moment;
use crate::model::liveness::{Life, life, state_moved};
use crate::model::tally::Tally;
use crate::model::{Row, RowId, State, human};
use crate::protocol::{AbortPolicy, Command, JobId, Urgency};

impl App {
    pub(super) fn ask_size_all(&mut self) {
        let Some(place) = self.place() else { return };
        let totals = place.table.totals();
        let known = totals.sized + totals.denied;
        let bucket = place.bucket.name.clone();
        let uploads = totals.rows.saturating_sub(known);
        if uploads == 0 {
            self.say(Severity::Info, "everything that is listed is sized");
            return;
        }
        self.dialog = Some(Dialog::SizeAll(SizeAllDialog {
            bucket,
            uploads,
            known,
            // One request for each upload is the least; more than 1,000 parts want more.
            price: self.settings.prices.listing(uploads),
            rest: None,
        }));
    }

    pub(super) fn size_all_key(
        &mut self,
        dialog: SizeAllDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match key.code {
            Code::Char('y') | Code::Enter => {
                let left = dialog.rest.map(|rest| self.take_left(rest.job));
                self.size_rows(&dialog.bucket, left.as_ref(), effects);
                None
            }
            Code::Esc | Code::Char('n' | 'q') => None,
            _ => Some(Dialog::SizeAll(dialog)),
        }
    }

    /// Sizes whatever of a bucket is not sized.
    pub(super) fn size_all(&mut self, bucket: &str, effects: &mut Vec<Effect>) {
        self.size_rows(bucket, None, effects);
    }

    fn size_rows(&mut self, bucket: &str, among: Option<&Bits>, effects: &mut Vec<Effect>) {
        let Some(place) = self.buckets.get_mut(bucket) else {
            return;
        };
        let targets = place.table.freeze(unsized_among(place, among));
        place.asked.extend(targets.ids().iter().copied());
        let job = self.jobs.start(Purpose::MeasureAll {
            bucket: bucket.to_owned(),
        });
        let rows = targets.ids().iter().copied();
        let task = Task::batch(job, TaskKind::Size, bucket, rows, self.now);
        self.tasks.list.insert(0, task);
        effects.push(Effect::Send(Command::Measure {
            job,
            targets,
            urgency: Urgency::Background,
        }));
    }

    pub(super) fn ask_abort(&mut self) {
        if !self.may_change() {
            return;
        }
        let moment = self.moment();
        let completing = self.completing_rows();
        let Some(place) = self.place_mut() else {
            return;
        };
        end_range(place);
        let marked = place.table.marked_totals().rows > 0;
        let mut rows: Vec<RowId> = if marked {
            place.table.marked().collect()
        } else {
            place.rows_under_cursor(moment.now)
        };
        let all = rows.len();
        rows.retain(|row| !place.aborting.contains(*row) && !completing.contains(*row));
        let mut dialog = freeze(place, rows, moment);
        if dialog.targets.is_empty() {
            self.say(
                Severity::Info,
                "nothing to abort here: mark uploads with space, or put the cursor on one",
            );
            return;
        }
        // The sums of the marks are kept as they change.
        dialog.tally = if marked && all == dialog.targets.len() {
            *place.table.marked_totals()
        } else {
            tally(place, &dialog)
        };
        self.dialog = Some(Dialog::Abort(Box::new(dialog)));
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            thresholds: self.settings.thresholds,
        }
    }

    /// Rows of the open bucket that are being completed: they are not aborted meanwhile.
    fn completing_rows(&self) -> Bits {
        let completing = self.completing();
        let place = self.place().filter(|_| !completing.is_empty());
        let rows = place.into_iter().flat_map(|place| place.table.rows());
        rows.filter(|row| completing.contains(row.upload_id().text().as_ref()))
            .map(|row| row.id())
            .collect()
    }

    pub(super) fn abort_key(
        &mut self,
        mut dialog: Box<AbortDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match key.code {
            Code::Esc => return None,
            Code::Enter if dialog.is_confirmed() => {
                self.abort(*dialog, effects);
                return None;
            }
            Code::Enter => dialog.refused = true,
            Code::Tab if dialog.alive + dialog.undetermined > 0 => {
                dialog.include_active = !dialog.include_active;
                dialog.input.set("");
                dialog.refused = false;
            }
            _ => {
                dialog.refused = false;
                dialog.input.key(key);
            }
        }
        Some(Dialog::Abort(dialog))
    }

    fn abort(&mut self, dialog: AbortDialog, effects: &mut Vec<Effect>) {
        if let Some(rest) = dialog.rest {
            self.take_left(rest.job);
        }
        let Some(place) = self.buckets.get_mut(&dialog.bucket) else {
            return;
        };
        place.aborting.extend(dialog.doomed());
        let expected = dialog.expected() as u64;
        let AbortDialog {
            bucket,
            targets,
            include_active,
            ..
        } = dialog;
        let policy = AbortPolicy {
            include_active,
            thresholds: self.settings.thresholds,
        };
        let job = self.jobs.start(Purpose::Abort {
            bucket: bucket.clone(),
        });
        let rows = targets.ids().iter().copied();
        let task = Task::batch(job, TaskKind::Abort, &bucket, rows, self.now);
        if !place.reasons.is_empty() {
            place.reasons.retain(|row, _| !task.open.contains(*row));
        }
        self.tasks.list.insert(0, task);
        let word = if expected == 1 { "upload" } else { "uploads" };
        let text = format!(
            "aborting {} {word}; t shows the task",
            human::count(expected)
        );
        self.say(Severity::Info, text);
        effects.push(Effect::Send(Command::Abort {
            job,
            targets,
            policy,
        }));
    }

    /// Asks whether to go on with what a task left that was cancelled or failed; says why there is nothing.
    pub(super) fn ask_to_go_on(&mut self, job: JobId) {
        let Some(task) = self.tasks.list.iter().find(|task| task.job == job) else {
            return;
        };
        if task.is_running() {
            let text = "x cancels it; p then goes on with what is left";
            self.messages.hint(self.now, text);
            return;
        }
        let rest = Rest {
            job,
            total: task.progress.total.unwrap_or(0),
        };
        let moment = self.moment();
        let place = self.buckets.get(&task.bucket);
        let dialog = place.and_then(|place| {
            if task.kind == TaskKind::Abort {
                let rows = task.open.iter();
                let rows = rows.filter(|row| !place.aborting.contains(*row));
                let mut dialog = freeze(place, rows, moment);
                dialog.tally = tally(place, &dialog);
                dialog.rest = Some(rest);
                return (!dialog.targets.is_empty()).then(|| Dialog::Abort(Box::new(dialog)));
            }
            let uploads = unsized_among(place, Some(&task.open)).count() as u64;
            let dialog = SizeAllDialog {
                bucket: task.bucket.clone(),
                uploads,
                known: 0,
                price: self.settings.prices.listing(uploads),
                rest: Some(rest),
            };
            (uploads > 0).then_some(Dialog::SizeAll(dialog))
        });
        if matches!(dialog, Some(Dialog::Abort(_))) && !self.may_change() {
            return;
        }
        if dialog.is_none() {
            let text = "nothing is left of it to go on with";
            self.messages.hint(self.now, text);
        }
        self.dialog = dialog.or_else(|| self.dialog.take());
    }

    /// What a task left is another task's now.
    fn take_left(&mut self, job: JobId) -> Bits {
        let task = self.tasks.get_mut(job);
        task.map(|task| std::mem::take(&mut task.open))
            .unwrap_or_default()
    }
}

/// Live rows that are not sized, of some or of all.
fn unsized_among<'a>(
    place: &'a Place,
    among: Option<&'a Bits>,
) -> Box<dyn Iterator<Item = RowId> + 'a> {
    let open = |row: &Row<'_>| !row.measure().is_settled();
    if let Some(rows) = among {
        let there = rows.iter().filter_map(|row| place.table.row(row));
        Box::new(there.filter(open).map(|row| row.id()))
    } else {
        Box::new(place.table.rows().filter(open).map(|row| row.id()))
    }
}

/// Freezes what is about to be aborted: whatever the list does meanwhile, this is what was asked for. Looks at each
/// row once and allocates nothing for it.
fn freeze(place: &Place, rows: impl IntoIterator<Item = RowId>, moment: Moment) -> AbortDialog {
    let Moment { now, thresholds } = moment;
    let mut dialog = AbortDialog::new(place.table.freeze(rows));
    let targets = dialog.targets.clone();
    for known in targets.iter() {
        let (measure, moved_at) = (known.measure(), known.moved_at());
        let moved = moved_at.is_some_and(|at| now.since(at) < thresholds.active);
        let spared = match life(known.initiated(), &measure, now, &thresholds) {
            Life::Alive => Some(&mut dialog.alive),
            _ if moved => Some(&mut dialog.alive),
            Life::Undetermined if measure.is_settled() => Some(&mut dialog.undetermined),
            Life::Undetermined => {
                dialog.unsized_rows += 1;
                None
            }
            Life::Dead => None,
        };
        if let Some(count) = spared {
            *count += 1;
            dialog.spared.insert(known.id());
        }
        let state = state_moved(&measure, moved_at, now, &thresholds);
        dialog.not_stale += usize::from(!matches!(state, Some(State::Stale | State::Empty)));
    }
    if let (1, Some(only)) = (targets.len(), targets.at(0)) {
        dialog.only = Some(only.key().to_owned());
    }
    dialog
}

fn tally(place: &Place, dialog: &AbortDialog) -> Tally {
    let mut tally = Tally::default();
    for row in dialog.targets.iter() {
        tally.add(&row, &place.table.settings().prices);
    }
    tally
}
