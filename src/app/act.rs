//! What each action does.

use super::action::Action;
use super::cursor::Motion;
use super::dialog::{Dialog, Palette};
use super::folders::FolderLine;
use super::layout::Pane;
use super::messages::Severity;
use super::place::Listing;
use super::state::App;
use super::tasks::TaskKind;
use super::{Effect, ThemeName};
use crate::protocol::Urgency;

impl App {
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        if let Some(motion) = motion(action) {
            self.move_cursor(motion);
            return;
        }
        if self.is_over(action) {
            return;
        }
        match action {
            Action::Open => self.open(effects),
            Action::Back => self.back(effects),
            Action::Leave => self.leave(effects),
            Action::NextPane => self.step_pane(true, effects),
            Action::PreviousPane => self.step_pane(false, effects),
            Action::Mark
            | Action::MarkRange
            | Action::MarkAll
            | Action::MarkInvert
            | Action::MarkNone => self.mark(action),
            Action::Filter => self.edit_filter(),
            Action::Sort => self.sort_menu(),
            Action::Reverse => self.reverse(),
            Action::Folders => self.toggle_folders(),
            Action::GroupBy => self.next_grouping(),
            Action::SizeAll => self.ask_size_all(),
            Action::Abort => self.ask_abort(),
            Action::Complete => self.ask_complete(effects),
            Action::Upload => {
                if let Err(why) = self.ask_upload(None, effects) {
                    self.say(Severity::Warning, why);
                }
            }
            Action::PartMap => self.toggle_map(effects),
            Action::Watch => self.watch(effects),
            Action::Lifecycle => self.ask_lifecycle(effects),
            Action::Account => self.show_account(effects),
            Action::Doctor => self.ask_doctor(effects),
            Action::Copy => self.copy_menu(),
            Action::Refresh => self.refresh(effects),
            Action::Interval => self.next_interval(),
            Action::Tasks => self.toggle_tasks(),
            Action::Pause => self.pause_upload(effects),
            Action::Wider => self.change_width(true, effects),
            Action::Narrower => self.change_width(false, effects),
            Action::AutomaticWidth => self.automatic_width(effects),
            Action::LimitRate => self.ask_rate(),
            Action::Resume => self.resume(effects),
            Action::Cancel => self.cancel_task(effects),
            Action::ClearTasks => self.clear_tasks(),
            Action::Details => self.show_report(),
            Action::Palette => self.show_palette(),
            Action::Help => self.dialog = Some(Dialog::Help { scroll: 0 }),
            Action::Log => self.dialog = Some(Dialog::Messages { scroll: 0 }),
            Action::Theme => self.next_theme(),
            Action::ReadOnly => self.forbid_changes(),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Quit => self.quit(effects),
            // Motions were answered above.
            _ => {}
        }
    }

    fn show_palette(&mut self) {
        let palette = Palette::new(self.history.clone());
        self.dialog = Some(Dialog::Palette(palette));
    }

    fn clear_tasks(&mut self) {
        self.tasks.list.retain(super::tasks::Task::is_running);
        self.watching.forget_ended();
    }

    fn forbid_changes(&mut self) {
        self.settings.read_only = true;
        let text = "read-only from now on: nothing will be changed";
        self.say(Severity::Info, text);
    }

    pub(super) fn move_cursor(&mut self, motion: Motion) {
        let window = self.window(self.focus);
        match self.focus {
            Pane::Buckets => {
                let names: Vec<String> = self
                    .buckets
                    .shown()
                    .map(|place| place.bucket.name.clone())
                    .collect();
                let target = motion.target(self.buckets.cursor.index(), names.len(), window);
                let at = |index: usize| names.get(index).cloned();
                self.buckets.cursor.go(target, names.len(), window, at);
            }
            Pane::Uploads => self.move_in_uploads(motion, window),
            Pane::Parts => {
                if let Some(parts) = &mut self.parts {
                    let len = parts.parts.len();
                    let target = motion.target(parts.cursor.index(), len, window);
                    let at = |index: usize| parts.parts.get(index).map(|part| part.number);
                    parts.cursor.go(target, len, window, at);
                }
            }
            Pane::Tasks => {
                let jobs: Vec<_> = self.tasks.list.iter().map(|task| task.job).collect();
                let target = motion.target(self.tasks.cursor.index(), jobs.len(), window);
                self.tasks
                    .cursor
                    .go(target, jobs.len(), window, |index| jobs.get(index).copied());
            }
        }
    }

    fn move_in_uploads(&mut self, motion: Motion, window: usize) {
        let Some(place) = self.place_mut() else {
            return;
        };
        if let Some(view) = &mut place.folders {
            let len = view.len(&place.table);
            let target = motion.target(view.cursor.index(), len, window);
            view.go(&place.table, target, window);
        } else {
            let table = &place.table;
            let target = motion.target(place.cursor.index(), table.len(), window);
            place
                .cursor
                .go(target, table.len(), window, |index| table.at(index));
        }
    }

    pub(super) fn open(&mut self, effects: &mut Vec<Effect>) {
        match self.focus {
            Pane::Buckets => {
                if let Some(name) = self.buckets.cursor.item().cloned() {
                    self.buckets.open = Some(name.clone());
                    self.focus = Pane::Uploads;
                    self.list_when_due(&name, effects);
                }
            }
            Pane::Uploads => {
                let line = self
                    .place()
                    .and_then(|place| place.folders.as_ref()?.current(&place.table));
                match line {
                    Some(FolderLine::Folder(folder)) => self.enter_folder(folder.prefix),
                    Some(FolderLine::Group(by, group)) => self.open_group(by, group),
                    Some(FolderLine::Upload(_)) | None => self.focus_parts(effects),
                }
            }
            Pane::Parts => {}
            Pane::Tasks => self.show_report(),
        }
    }

    fn focus_parts(&mut self, effects: &mut Vec<Effect>) {
        if let Some(target) = self.current_target() {
            self.open_parts(target, effects);
            self.focus = Pane::Parts;
        }
    }

    /// One step back: a range, a filter, a folder, a prefix, a pane.
    fn back(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        match self.focus {
            Pane::Buckets if !self.buckets.filter.is_empty() => self.buckets.filter.clear(),
            Pane::Buckets => self.messages.hint(self.now, "this is the top; q quits"),
            Pane::Parts => self.focus = Pane::Uploads,
            Pane::Tasks => self.toggle_tasks(),
            Pane::Uploads => {
                let Some(place) = self.place_mut() else {
                    self.leave_bucket();
                    return;
                };
                if place.range_from.take().is_some() || self.leave_group(false) {
                    return;
                }
                let Some(place) = self.place_mut() else {
                    return;
                };
                if !place.table.filter().is_empty() {
                    place
                        .table
                        .set_filter(crate::model::filter::Filter::default(), now);
                    place.regroup();
                    return;
                }
                self.leave(effects);
            }
        }
    }

    /// Out one level: a folder, a prefix, or the pane to the left.
    fn leave(&mut self, effects: &mut Vec<Effect>) {
        match self.focus {
            Pane::Buckets => {}
            Pane::Parts => self.focus = Pane::Uploads,
            Pane::Tasks => self.toggle_tasks(),
            Pane::Uploads => {
                if self.leave_group(true) {
                    return;
                }
                let up = self
                    .place()
                    .and_then(|place| place.folders.as_ref()?.parent());
                let confined = self.place().is_some_and(|place| {
                    let prefix = place.table.prefix();
                    !up.as_deref().unwrap_or_default().starts_with(prefix)
                });
                if confined {
                    self.leave_prefix(effects);
                }
                match up {
                    Some(prefix) => self.enter_folder(prefix),
                    None if confined => {}
                    None => self.leave_bucket(),
                }
            }
        }
    }

    /// Shows the whole bucket again.
    fn leave_prefix(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        if let Some(place) = self.place_mut() {
            place.table.set_prefix("", now);
            place.regroup();
            let name = place.bucket.name.clone();
            self.list_when_due(&name, effects);
        }
    }

    fn leave_bucket(&mut self) {
        self.focus = Pane::Buckets;
        self.buckets.open = None;
    }

    pub(super) fn step_pane(&mut self, forward: bool, effects: &mut Vec<Effect>) {
        let mut order = vec![Pane::Buckets, Pane::Uploads, Pane::Parts];
        if !self.tasks.list.is_empty() {
            order.push(Pane::Tasks);
        }
        let at = order
            .iter()
            .position(|pane| *pane == self.focus)
            .unwrap_or(0);
        let step = if forward { 1 } else { order.len() - 1 };
        self.focus_pane(order[(at + step) % order.len()], effects);
    }

    /// Gives a pane the focus; what it shows is opened as if by enter.
    pub(super) fn focus_pane(&mut self, pane: Pane, effects: &mut Vec<Effect>) {
        match pane {
            Pane::Buckets => self.leave_bucket(),
            Pane::Uploads if self.focus == Pane::Buckets => self.open(effects),
            Pane::Uploads => self.focus = Pane::Uploads,
            Pane::Parts => {
                if self.focus == Pane::Buckets {
                    self.open(effects);
                }
                if self.current_target().is_some() {
                    self.focus_parts(effects);
                } else {
                    // Nothing to show there: on to the next.
                    self.focus = if self.tasks.list.is_empty() {
                        Pane::Uploads
                    } else {
                        Pane::Tasks
                    };
                }
            }
            Pane::Tasks => self.toggle_tasks(),
        }
    }

    /// Where the parts are not in sight, they are opened as a map.
    fn toggle_map(&mut self, effects: &mut Vec<Effect>) {
        let in_sight = self.layout().parts.is_some();
        self.shows_map = !(self.shows_map && in_sight);
        if !in_sight {
            self.focus_parts(effects);
        }
    }

    fn toggle_tasks(&mut self) {
        if self.focus == Pane::Tasks {
            self.focus = self.focus_before_tasks;
        } else {
            self.focus_before_tasks = self.focus;
            self.focus = Pane::Tasks;
        }
    }

    pub(super) fn show_report(&mut self) {
        if let Some(task) = self.tasks.current() {
            if task.kind == TaskKind::Watch {
                self.show_watch(task.job);
                return;
            }
            self.dialog = Some(Dialog::Report {
                job: task.job,
                scroll: 0,
            });
        }
    }

    fn refresh(&mut self, effects: &mut Vec<Effect>) {
        match self.focus {
            Pane::Buckets => self.refresh_buckets(effects),
            Pane::Parts => {
                self.refresh_parts(effects);
                self.measure_current_again();
            }
            Pane::Uploads | Pane::Tasks => {
                if let Some(place) = self.place_mut() {
                    place.rules_due = true;
                }
                self.refresh_place(effects);
            }
        }
    }

    /// Lists every bucket again, the one under the cursor first.
    pub(super) fn refresh_buckets(&mut self, effects: &mut Vec<Effect>) {
        for place in &mut self.buckets.places {
            place.rules_due = true;
            if !place.is_listing() && place.scope.is_empty() {
                place.listing = Listing::Waiting;
            }
        }
        if let Some(name) = self.buckets.cursor.item().cloned() {
            self.list_place(&name, String::new(), Urgency::Visible, effects);
        }
        self.list_buckets(effects);
        self.sweep(effects);
    }

    fn measure_current_again(&mut self) {
        if let Some(place) = self.place_mut()
            && let Some(row) = place.current()
        {
            place.asked.remove(row);
        }
    }

    fn next_theme(&mut self) {
        let at = ThemeName::ALL
            .iter()
            .position(|name| *name == self.settings.theme)
            .unwrap_or(0);
        self.settings.theme = ThemeName::ALL[(at + 1) % ThemeName::ALL.len()];
        let name = self.settings.theme.word();
        self.say(Severity::Info, format!("theme: {name}"));
    }
}

/// The motion that an action stands for.
pub(super) const fn motion(action: Action) -> Option<Motion> {
    Some(match action {
        Action::Up => Motion::By(-1),
        Action::Down => Motion::By(1),
        Action::PageUp => Motion::Pages(-1),
        Action::PageDown => Motion::Pages(1),
        Action::HalfUp => Motion::HalfPages(-1),
        Action::HalfDown => Motion::HalfPages(1),
        Action::Top => Motion::First,
        Action::Bottom => Motion::Last,
        _ => return None,
    })
}
