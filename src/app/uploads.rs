//! Marks, order, folders and the questions that begin an abort or a sizing.

use std::collections::HashSet;

use super::Effect;
use super::action::Action;
use super::cursor::Motion;
use super::dialog::{AbortDialog, Dialog};
use super::input::{Code, Key};
use super::jobs::Purpose;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::text::Line;
use crate::model::filter::Moment;
use crate::model::liveness::{Life, life};
use crate::model::tally::Tally;
use crate::model::view::Sort;
use crate::model::{RowId, State, human};
use crate::protocol::{AbortPolicy, AbortTarget, Command, Urgency};

impl App {
    pub(super) fn mark(&mut self, action: Action) {
        let now = self.now;
        let Some(place) = self.place_mut() else {
            return;
        };
        place.remark();
        match action {
            // A range that is open is what is meant.
            Action::Mark if end_range(place) => {}
            Action::Mark => {
                let rows = place.rows_under_cursor(now);
                // A folder is marked whole unless it already is.
                let all = rows.iter().all(|row| place.table.is_marked(*row));
                place.table.set_marks(&rows, !all);
                self.move_cursor(Motion::By(1));
            }
            Action::MarkRange => {
                if place.folders.is_some() {
                    self.say(
                        Severity::Info,
                        "ranges are for the flat list: f leaves the roll-up",
                    );
                } else if !end_range(place) && !place.table.is_empty() {
                    place.range_from = place.cursor.item().copied();
                    let text = "a range begins: move, then v or space marks it, esc gives it up";
                    self.messages.hint(self.now, text);
                }
            }
            Action::MarkAll => place.table.mark_view(),
            Action::MarkInvert => place.table.invert_view(),
            _ => {
                place.range_from = None;
                place.table.clear_marks();
            }
        }
    }

    pub(super) fn reverse(&mut self) {
        if let Some(sort) = self.place().map(|place| place.table.sort()) {
            self.sort_by(Sort {
                descending: !sort.descending,
                ..sort
            });
        }
    }

    pub(super) fn sort_by(&mut self, sort: Sort) {
        let now = self.now;
        if let Some(place) = self.place_mut() {
            place.table.set_sort(sort, now);
            place.regroup();
        }
    }

    pub(super) fn ask_size_all(&mut self) {
        let Some(place) = self.place() else { return };
        let totals = place.table.totals();
        let uploads = totals.rows.saturating_sub(totals.sized + totals.denied);
        if uploads == 0 {
            self.say(Severity::Info, "everything that is listed is sized");
            return;
        }
        // One request for each upload is the least; more than 1,000 parts want more.
        let price = self.settings.prices.listing(uploads);
        let bucket = place.bucket.name.clone();
        self.dialog = Some(Dialog::SizeAll {
            bucket,
            uploads,
            requests: uploads,
            price,
        });
    }

    pub(super) fn size_all(&mut self, bucket: &str, effects: &mut Vec<Effect>) {
        let Some(place) = self.buckets.get_mut(bucket) else {
            return;
        };
        let rows: Vec<RowId> = place
            .table
            .rows()
            .filter(|row| !row.measure().is_settled())
            .map(|row| row.id())
            .collect();
        let targets: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((*row, place.table.target(*row)?)))
            .collect();
        place.asked.extend(rows);
        let job = self.jobs.start(Purpose::MeasureAll {
            bucket: bucket.to_owned(),
        });
        let total = targets.len() as u64;
        self.tasks
            .list
            .insert(0, Task::new(job, TaskKind::Size, bucket, total, self.now));
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
        let (now, thresholds) = (self.now, self.settings.thresholds);
        let completing = self.completing();
        let Some(place) = self.place_mut() else {
            return;
        };
        end_range(place);
        let marked: Vec<RowId> = place.table.marked().collect();
        let rows = if marked.is_empty() {
            place.rows_under_cursor(now)
        } else {
            marked
        };
        let rows: Vec<RowId> = rows
            .into_iter()
            .filter(|row| !place.aborting.contains(row))
            .filter(|row| {
                let id = place.table.row(*row);
                !id.is_some_and(|row| completing.contains(row.upload_id().text().as_ref()))
            })
            .collect();
        if rows.is_empty() {
            self.say(
                Severity::Info,
                "nothing to abort here: mark uploads with space, or put the cursor on one",
            );
            return;
        }
        let moment = Moment { now, thresholds };
        self.dialog = Some(Dialog::Abort(freeze(place, &rows, moment)));
    }

    pub(super) fn abort_key(
        &mut self,
        mut dialog: AbortDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match key.code {
            Code::Esc => return None,
            Code::Enter if dialog.is_confirmed() => {
                self.abort(dialog, effects);
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
        for target in &targets {
            place.reasons.remove(&target.row);
        }
        let policy = AbortPolicy {
            include_active,
            thresholds: self.settings.thresholds,
        };
        let job = self.jobs.start(Purpose::Abort {
            bucket: bucket.clone(),
        });
        let total = targets.len() as u64;
        self.tasks
            .list
            .insert(0, Task::new(job, TaskKind::Abort, &bucket, total, self.now));
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
}

/// Marks from where the range began to the cursor; whether there was a range.
fn end_range(place: &mut Place) -> bool {
    let from = place
        .range_from
        .take()
        .and_then(|row| place.table.position(row));
    let Some(from) = from else { return false };
    place.table.mark_between(from, place.cursor.index());
    true
}

/// Freezes what is about to be aborted: whatever the list does meanwhile, this is what was asked for.
fn freeze(place: &Place, rows: &[RowId], moment: Moment) -> AbortDialog {
    let Moment { now, thresholds } = moment;
    let mut dialog = AbortDialog {
        bucket: place.bucket.name.clone(),
        targets: Vec::with_capacity(rows.len()),
        tally: Tally::default(),
        spared: HashSet::new(),
        alive: 0,
        undetermined: 0,
        unsized_rows: 0,
        not_stale: 0,
        include_active: false,
        input: Line::default(),
        refused: false,
        only: None,
    };
    let mut seen = HashSet::with_capacity(rows.len());
    for row in rows.iter().filter(|row| seen.insert(**row)) {
        let (Some(known), Some(target)) = (place.table.row(*row), place.table.target(*row)) else {
            continue;
        };
        let measure = known.measure();
        let moved = known
            .moved_at()
            .is_some_and(|at| now.since(at) < thresholds.active);
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
            dialog.spared.insert(*row);
        }
        let state = place.table.state(*row, now);
        dialog.not_stale += usize::from(!matches!(state, Some(State::Stale | State::Empty)));
        dialog.tally.add(&known, &place.table.settings().prices);
        let (initiated, seen) = (known.initiated(), measure.exact().copied());
        dialog.targets.push(AbortTarget {
            row: *row,
            target,
            initiated,
            seen,
        });
    }
    if let [only] = dialog.targets.as_slice() {
        dialog.only = Some(only.target.key.clone());
    }
    dialog
}
