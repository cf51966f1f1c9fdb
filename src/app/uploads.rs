//! Marks, order and folders.

use super::action::Action;
use super::cursor::Motion;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use crate::model::view::Sort;

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
}

/// Marks from where the range began to the cursor; whether there was a range.
pub(super) fn end_range(place: &mut Place) -> bool {
    let from = place
        .range_from
        .take()
        .and_then(|row| place.table.position(row));
    let Some(from) = from else { return false };
    place.table.mark_between(from, place.cursor.index());
    true
}
