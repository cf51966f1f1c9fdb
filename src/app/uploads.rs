//! Marks, order and folders.

use super::action::Action;
use super::cursor::Motion;
use super::folders::FolderLine;
use super::messages::Severity;
use super::place::Place;
use super::state::App;
use crate::model::RowId;
use crate::model::view::Sort;

impl App {
    pub(super) fn mark(&mut self, action: Action) {
        let Some(place) = self.place_mut() else {
            return;
        };
        place.regroup();
        match action {
            // A range that is open is what is meant.
            Action::Mark if end_range(place) => {}
            Action::Mark => {
                let rows = rows_under_cursor(place);
                // A folder is marked whole unless it already is.
                let all = rows.iter().all(|row| place.table.is_marked(*row));
                for row in rows {
                    if all {
                        place.table.unmark(row);
                    } else {
                        place.table.mark(row);
                    }
                }
                self.move_cursor(Motion::By(1));
            }
            Action::MarkRange => {
                if place.folders.is_some() {
                    self.say(
                        Severity::Info,
                        "ranges are for the flat list: f leaves the folders",
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

/// The uploads that an action without marks means: the one under the cursor, or all of a folder.
pub(super) fn rows_under_cursor(place: &Place) -> Vec<RowId> {
    let view = place.folders.as_ref();
    match view.map(|view| view.current(&place.table)) {
        None => place.cursor.item().copied().into_iter().collect(),
        Some(None) => Vec::new(),
        Some(Some(FolderLine::Upload(row))) => vec![row],
        Some(Some(FolderLine::Folder(folder))) => {
            let under = |row: &RowId| {
                place
                    .table
                    .row(*row)
                    .is_some_and(|row| row.key().starts_with(&folder.prefix))
            };
            place.table.shown().filter(under).collect()
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
