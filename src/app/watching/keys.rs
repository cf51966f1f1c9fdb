//! The keys of the watch view, and what a person changes about a watch.

use std::path::PathBuf;

use crate::app::Effect;
use crate::app::cursor::Motion;
use crate::app::dialog::Dialog;
use crate::app::dialog::watch::{
    About, Asked, Sized, WatchView, parse_interval, parse_size, stepped,
};
use crate::app::input::{Code, Key};
use crate::app::jobs::Purpose;
use crate::app::layout::Pane;
use crate::app::messages::Severity;
use crate::app::state::App;
use crate::app::text::Line;
use crate::model::filter::Filter;
use crate::model::send::Folder;
use crate::model::watch::{Interval, Tuning};
use crate::model::{Target, human};
use crate::protocol::{Command, JobId, Outcome};

use super::watched::What;

/// Rows that a page key moves.
const PAGE: isize = 10;

/// The keys of the view and what they do, for its last line and its help.
pub const KEYS: &[(&str, &str, &str)] = &[
    (
        "m",
        "map",
        "the part map instead of the chart, where there is no room for both",
    ),
    ("p", "freeze", "look no more, or go on"),
    (
        "x",
        "stop",
        "stop watching; of an upload that is over: put it away",
    ),
    (
        "z",
        "size",
        "type the size of the whole, or a local file that is as long",
    ),
    ("enter", "parts", "show its parts in the panes"),
    ("+ -", "interval", "look less or more often"),
    ("ctrl-r", "look", "look now"),
    (
        "y",
        "copy",
        "copy upload ID, address, ETag or the equivalent command",
    ),
    (
        "i",
        "every",
        "type how often to look; auto follows the upload's own rhythm",
    ),
    ("j k", "select", "the next upload, the one before"),
    ("?", "keys", "these keys"),
    (
        "esc",
        "leave",
        "back to the panes; watching goes on, w returns",
    ),
];

impl App {
    pub(in crate::app) fn watch_key(
        &mut self,
        mut view: Box<WatchView>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        self.messages.dismiss();
        if let Some(menu) = view.menu.take() {
            if let Some(Dialog::Menu(menu)) = self.menu_key(menu, key, effects) {
                view.menu = Some(menu);
            }
            return Some(Dialog::Watch(view));
        }
        if let Some(asked) = view.asked.take() {
            view.asked = self.asked_key(asked, key, effects);
            return Some(Dialog::Watch(view));
        }
        if view.helps {
            view.helps = false;
            return Some(Dialog::Watch(view));
        }
        if let Some(motion) = motion(key) {
            self.select_watched(motion);
            return Some(Dialog::Watch(view));
        }
        match (key.code, key.ctrl) {
            (Code::Esc | Code::Char('q' | 'w'), false) => return None,
            (Code::Enter, _) => return self.show_in_panes(view, effects),
            (Code::Char('x'), false) => return self.stop_watching(view, effects),
            (Code::Char('m'), false) => self.watching.shows_map = !self.watching.shows_map,
            (Code::Char('?'), false) => view.helps = true,
            (Code::Char('y'), false) => view.menu = self.watched_menu(),
            (Code::Char('z' | 's'), false) => view.asked = self.ask_watched(About::Size),
            (Code::Char('i'), false) => view.asked = self.ask_watched(About::Interval),
            (Code::Char('l'), true) => effects.push(Effect::Redraw),
            (Code::Char('z'), true) => effects.push(Effect::Suspend),
            _ => self.tune_key(key, effects),
        }
        Some(Dialog::Watch(view))
    }

    fn tune_key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let Some(job) = self.watching.current().map(|watched| watched.job) else {
            return;
        };
        match (key.code, key.ctrl) {
            (Code::Char('p'), false) => self.freeze_watch(job, effects),
            (Code::Char('+'), false) => self.step_interval(job, true, effects),
            (Code::Char('-'), false) => self.step_interval(job, false, effects),
            (Code::Char('='), false) => self.set_interval(job, Interval::Adaptive, effects),
            (Code::Char('r'), true) | (Code::F(5), _) => self.look_now(job, effects),
            _ => {
                let text = format!("{key} does nothing here; ? shows the keys of this view");
                self.messages.hint(self.now, text);
            }
        }
    }

    pub(in crate::app) fn select_watched(&mut self, motion: Motion) {
        let len = self.watching.list.len();
        let index = motion.target(
            self.watching.index(),
            len,
            usize::try_from(PAGE).unwrap_or(1),
        );
        self.watching.select(index);
    }

    fn look_now(&mut self, job: JobId, effects: &mut Vec<Effect>) {
        if self.is_over_said(job) {
            return;
        }
        let tuning = Tuning::Now;
        effects.push(Effect::Send(Command::Tune { job, tuning }));
    }

    /// Says so if the upload is over.
    fn is_over_said(&mut self, job: JobId) -> bool {
        let over = self.watching.get(job).is_none_or(|watched| !watched.runs());
        if over {
            let text = "this upload is over: x puts it away";
            self.messages.hint(self.now, text);
        }
        over
    }

    fn step_interval(&mut self, job: JobId, longer: bool, effects: &mut Vec<Effect>) {
        let Some(watched) = self.watching.get(job) else {
            return;
        };
        let now = watched.vitals.as_ref().map(|vitals| vitals.every);
        let interval = stepped(watched.interval, now, longer);
        self.set_interval(job, interval, effects);
    }

    fn set_interval(&mut self, job: JobId, interval: Interval, effects: &mut Vec<Effect>) {
        if self.is_over_said(job) {
            return;
        }
        if let Some(watched) = self.watching.get_mut(job) {
            watched.interval = interval;
        }
        let tuning = Tuning::Interval(interval);
        effects.push(Effect::Send(Command::Tune { job, tuning }));
        let text = match interval {
            Interval::Adaptive => "looks by the upload's own rhythm".to_owned(),
            Interval::Every(every) => {
                format!("looks every {}; = by its own rhythm", human::age(every))
            }
        };
        self.messages.hint(self.now, text);
    }

    fn ask_watched(&mut self, about: About) -> Option<Asked> {
        let job = self.watching.current()?.job;
        if self.is_over_said(job) {
            return None;
        }
        let watched = self.watching.get(job)?;
        let text = match (about, watched.interval) {
            (About::Size, _) => watched.size.map_or_else(String::new, human::size_argument),
            (About::Interval, Interval::Adaptive) => "auto".to_owned(),
            (About::Interval, Interval::Every(every)) => format!("{}s", every.as_secs()),
        };
        Some(Asked {
            job,
            about,
            input: Line::new(text),
            error: None,
        })
    }

    fn asked_key(
        &mut self,
        mut asked: Asked,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Asked> {
        match key.code {
            Code::Esc => return None,
            Code::Enter => {}
            _ => {
                asked.error = None;
                asked.input.key(key);
                return Some(asked);
            }
        }
        match asked.about {
            About::Interval => match parse_interval(asked.input.text()) {
                Ok(interval) => self.set_interval(asked.job, interval, effects),
                Err(why) => {
                    asked.error = Some(why);
                    return Some(asked);
                }
            },
            About::Size => match parse_size(asked.input.text()) {
                Sized::Bytes(size) => self.set_size(asked.job, size, effects),
                Sized::File(path) => {
                    let Some(name) = path.file_name() else {
                        asked.error = Some("this is neither a size nor a file".to_owned());
                        return Some(asked);
                    };
                    let name = name.to_string_lossy().into_owned();
                    let path = path.parent().map(PathBuf::from).unwrap_or_default();
                    let watch = asked.job;
                    let job = self.jobs.start(Purpose::Length { watch, name });
                    effects.push(Effect::Send(Command::Folder { job, path }));
                }
            },
        }
        None
    }

    /// Stops the selected one, or puts it away when it is over.
    fn stop_watching(&mut self, view: Box<WatchView>, effects: &mut Vec<Effect>) -> Option<Dialog> {
        let watched = self.watching.current_mut()?;
        let job = watched.job;
        if watched.runs() {
            watched.stopping = true;
            if let Some(task) = self.tasks.get_mut(job) {
                task.cancelling = true;
            }
            effects.push(Effect::Send(Command::Cancel(job)));
            return Some(Dialog::Watch(view));
        }
        self.watching.remove(job);
        (!self.watching.list.is_empty()).then_some(Dialog::Watch(view))
    }

    fn watched_menu(&mut self) -> Option<crate::app::dialog::Menu> {
        let watched = self.watching.current()?;
        Some(self.menu_of_watched(watched))
    }

    /// Leaves the view for the panes, the cursor on the upload and its parts open.
    fn show_in_panes(&mut self, view: Box<WatchView>, effects: &mut Vec<Effect>) -> Option<Dialog> {
        let target = self.watching.current()?.target.clone();
        if self.row_of(&target).is_none() {
            let text = "it is not in the list any more: there are no parts to show";
            self.messages.hint(self.now, text);
            return Some(Dialog::Watch(view));
        }
        self.put_cursor_on(&target, effects);
        None
    }

    fn put_cursor_on(&mut self, target: &Target, effects: &mut Vec<Effect>) {
        let now = self.now;
        if self.buckets.open.as_ref() != Some(&target.bucket) {
            self.go_to_bucket(&target.bucket, "", effects);
        }
        let window = self.window(Pane::Uploads);
        if let Some((row, place)) = self.row_of(target) {
            place.folders = None;
            place.rolled = None;
            place.table.open_folder(None, now);
            place.table.settle(now);
            if place.table.position(row).is_none() {
                // A filter or a prefix hides it.
                place.table.set_filter(Filter::default(), now);
                place.table.set_prefix("", now);
            }
            let table = &place.table;
            if let Some(index) = table.position(row) {
                let at = |index: usize| table.at(index);
                place.cursor.go(index, table.len(), window, at);
            }
        }
        self.focus = Pane::Parts;
        self.open_parts(target.clone(), effects);
    }

    /// The directory of a file that was named for its length could not be read.
    pub(in crate::app) fn length_ended(&mut self, outcome: &Outcome) {
        if let Outcome::Failed(fault) = outcome {
            self.say(Severity::Warning, fault.to_string());
        }
    }

    /// A file was named for its length, which only its directory tells.
    pub(in crate::app) fn take_length(
        &mut self,
        (watch, name): (JobId, &str),
        folder: &Folder,
        effects: &mut Vec<Effect>,
    ) {
        let found = folder.entries.iter().find(|entry| entry.name == name);
        let file = found.filter(|entry| !entry.is_directory);
        let size = file.and_then(|entry| entry.size);
        if size.is_some() {
            self.set_size(watch, size, effects);
            return;
        }
        let why = match found {
            Some(entry) if entry.is_directory => "is a directory",
            Some(_) => "has no length",
            None => "is not there",
        };
        let path = folder.path.join(name);
        self.say(Severity::Warning, format!("{} {why}", path.display()));
    }

    /// The size of the whole became known, or is not counted on.
    fn set_size(&mut self, job: JobId, size: Option<u64>, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(watched) = self.watching.get_mut(job).filter(|of| of.runs()) else {
            return;
        };
        watched.size = size;
        watched.note(now, What::Size(size));
        if let Some(vitals) = &mut watched.vitals {
            vitals.size = size;
        }
        let tuning = Tuning::Size(size);
        effects.push(Effect::Send(Command::Tune { job, tuning }));
        let text = size.map_or_else(
            || "its size is not counted on any more".to_owned(),
            |size| format!("the whole is {}", human::size(size)),
        );
        self.messages.hint(now, text);
    }

    /// Freezes a watch, or goes on with it.
    pub(in crate::app) fn freeze_watch(&mut self, job: JobId, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(watched) = self.watching.get_mut(job).filter(|of| of.runs()) else {
            self.messages.hint(now, "it is over");
            return;
        };
        let paused = watched.is_paused();
        watched.wants_pause = !paused;
        if let Some(vitals) = watched.vitals.as_mut().filter(|_| paused) {
            vitals.paused = false;
        }
        let (command, text) = if paused {
            (Command::Continue(job), "it looks again")
        } else {
            (Command::Pause(job), "frozen: no look is made; p goes on")
        };
        effects.push(Effect::Send(command));
        self.messages.hint(now, text);
    }
}

fn motion(key: Key) -> Option<Motion> {
    Some(match (key.code, key.ctrl) {
        (Code::Up | Code::Char('k'), false) => Motion::By(-1),
        (Code::Down | Code::Char('j'), false) => Motion::By(1),
        (Code::PageUp, _) => Motion::By(-PAGE),
        (Code::PageDown, _) => Motion::By(PAGE),
        (Code::Home, _) | (Code::Char('g'), false) => Motion::First,
        (Code::End, _) | (Code::Char('G'), false) => Motion::Last,
        _ => return None,
    })
}
