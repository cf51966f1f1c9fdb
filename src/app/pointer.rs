//! The mouse: a press takes the cursor there, a press on the cursor opens, the wheel scrolls.

use super::Effect;
use super::action::Action;
use super::columns;
use super::cursor::Motion;
use super::dialog::Dialog;
use super::footer;
use super::input::{Code, Key, Mouse, MouseKind};
use super::layout::{Area, Pane, first_row, list_rows, watch_table};
use super::state::App;
use crate::model::view::Sort;

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, mouse: Mouse, effects: &mut Vec<Effect>) {
        if self.dialog.is_some() {
            self.mouse_in_dialog(mouse, effects);
            return;
        }
        if self.filter_edit.is_some() {
            if mouse.kind == MouseKind::Drag {
                return;
            }
            // Whoever goes to the list is done with typing, as with the arrow keys.
            self.end_filter(true);
        }
        let layout = self.layout();
        if layout.footer.contains(mouse.column, mouse.row) {
            if mouse.kind == MouseKind::Press {
                self.press_footer(mouse.column, layout.footer.width, effects);
            }
            return;
        }
        let panes = [
            (Pane::Buckets, layout.buckets, 1),
            (Pane::Uploads, layout.uploads, 2),
            (Pane::Parts, layout.parts, 2),
            (Pane::Tasks, layout.tasks, 1),
        ];
        let hit = panes.into_iter().find_map(|(pane, area, above)| {
            let area = area.filter(|area| area.contains(mouse.column, mouse.row))?;
            Some((pane, area, above))
        });
        let Some((pane, area, above)) = hit else {
            return;
        };
        match mouse.kind {
            MouseKind::WheelUp | MouseKind::WheelDown => {
                if pane == self.focus {
                    self.move_cursor(Motion::By(if mouse.kind == MouseKind::WheelUp {
                        -NOTCH
                    } else {
                        NOTCH
                    }));
                } else {
                    self.focus_pane(pane, effects);
                }
            }
            MouseKind::Press => self.press(pane, (area, above), mouse, effects),
            MouseKind::Drag => {}
        }
    }

    fn mouse_in_dialog(&mut self, mouse: Mouse, effects: &mut Vec<Effect>) {
        if let Some(Dialog::Upload(upload)) = self
            .dialog
            .take_if(|dialog| matches!(dialog, Dialog::Upload(_)))
        {
            self.dialog = self.upload_mouse(upload, mouse, effects);
            return;
        }
        let is_adopt = |open: &mut Dialog| matches!(open, Dialog::Adopt(_));
        if let Some(Dialog::Adopt(dialog)) = self.dialog.take_if(is_adopt) {
            self.dialog = self.adopt_mouse(dialog, mouse, effects);
            return;
        }
        let is_account = |open: &mut Dialog| matches!(open, Dialog::Account(_));
        if mouse.kind == MouseKind::Press
            && let Some(Dialog::Account(view)) = self.dialog.take_if(is_account)
        {
            self.dialog = self.press_account(view, mouse, effects);
            return;
        }
        self.wheel_in_dialog(mouse, effects);
    }

    /// The wheel scrolls texts and goes through choices; it never confirms, and nothing else is pressed by mouse
    /// while something is asked.
    fn wheel_in_dialog(&mut self, mouse: Mouse, effects: &mut Vec<Effect>) {
        if mouse.kind == MouseKind::Press && matches!(self.dialog, Some(Dialog::Watch(_))) {
            self.press_watched(mouse);
            return;
        }
        let notches = match self.dialog {
            Some(
                Dialog::Help { .. }
                | Dialog::Messages { .. }
                | Dialog::Report { .. }
                | Dialog::Complete(_)
                | Dialog::Review(_)
                | Dialog::Rules(_),
            ) => NOTCH,
            Some(
                Dialog::Menu(_)
                | Dialog::Palette(_)
                | Dialog::Interrupted(_)
                | Dialog::Account(_)
                | Dialog::Watch(_),
            ) => 1,
            _ => return,
        };
        let code = match mouse.kind {
            MouseKind::WheelUp => Code::Up,
            MouseKind::WheelDown => Code::Down,
            MouseKind::Press | MouseKind::Drag => return,
        };
        for _ in 0..notches {
            self.key(Key::plain(code), effects);
        }
    }

    /// A press on a row of the watch view's table selects it.
    fn press_watched(&mut self, mouse: Mouse) {
        let len = self.watching.list.len();
        let area = watch_table(self.columns, self.rows, len);
        let window = usize::from(list_rows(area, true));
        let line = mouse.row.checked_sub(area.y + 2).map(usize::from);
        if let Some(line) = line.filter(|line| *line < window) {
            let index = first_row(self.watching.index(), len, window) + line;
            self.watching.select(index);
        }
    }

    /// A press on a hint does what its key does; on a message it shows all of them.
    fn press_footer(&mut self, column: u16, width: u16, effects: &mut Vec<Effect>) {
        if self.messages.current().is_some() {
            self.act(Action::Log, effects);
            return;
        }
        let hit = footer::hints(self, width)
            .into_iter()
            .find(|hint| (hint.x..hint.x + hint.width).contains(&column));
        if let Some(hint) = hit {
            self.act(hint.action, effects);
        }
    }

    fn press(
        &mut self,
        pane: Pane,
        (area, above): (Area, u16),
        mouse: Mouse,
        effects: &mut Vec<Effect>,
    ) {
        let focused = self.focus == pane;
        if !focused && pane == Pane::Buckets {
            self.focus_pane(pane, effects);
        }
        let Some(line) = mouse.row.checked_sub(area.y + above) else {
            if pane == Pane::Uploads && mouse.row == area.y + 1 {
                self.press_column(
                    mouse.column.saturating_sub(area.x + 1),
                    area.width.saturating_sub(2),
                );
            }
            return;
        };
        if mouse.row + 1 == area.y + area.height && area.height > 2 {
            return;
        }
        if !focused {
            self.focus_pane(pane, effects);
        }
        let (top, index) = self.window_of(pane);
        let target = top + usize::from(line);
        if focused && target == index {
            self.open(effects);
        } else {
            let delta = isize::try_from(target).unwrap_or(0) - isize::try_from(index).unwrap_or(0);
            if pane == self.focus {
                self.move_cursor(Motion::By(delta));
            }
        }
    }

    /// The first position shown in a pane, and the cursor's.
    fn window_of(&self, pane: Pane) -> (usize, usize) {
        match pane {
            Pane::Buckets => (self.buckets.cursor.top(), self.buckets.cursor.index()),
            Pane::Uploads => self.place().map_or((0, 0), |place| match &place.folders {
                Some(view) => (view.cursor.top(), view.cursor.index()),
                None => (place.cursor.top(), place.cursor.index()),
            }),
            Pane::Parts => self
                .parts
                .as_ref()
                .map_or((0, 0), |parts| (parts.cursor.top(), parts.cursor.index())),
            Pane::Tasks => (self.tasks.cursor.top(), self.tasks.cursor.index()),
        }
    }

    fn press_column(&mut self, x: u16, width: u16) {
        let Some(place) = self.place().filter(|place| place.folders.is_none()) else {
            return;
        };
        let sort = place.table.sort();
        let hit = columns::columns(width)
            .into_iter()
            .find(|spec| (spec.x..spec.x + spec.width).contains(&x));
        if let Some(spec) = hit {
            let descending = if spec.column == sort.column {
                !sort.descending
            } else {
                spec.column.descends_at_first()
            };
            self.sort_by(Sort {
                column: spec.column,
                descending,
            });
        }
    }
}
