//! The file browser: a directory, what is typed over it, and what is marked. Reads nothing itself: it says which
//! directory it wants and is given it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::list::{List, Row, odd};
use super::step::{Picked, Step, Want};
use super::typing::{common, pasted, resolve, split, tidy};
use crate::app::cursor::Motion;
use crate::app::input::{Code, Key};
use crate::app::text::Line;
use crate::model::send::Folder;
use crate::protocol::JobId;

/// The browser.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// Absolute; empty until the first one was read.
    pub directory: PathBuf,
    pub list: List,
    pub input: Line,
    /// By path, so that marks of other directories stay.
    pub marks: BTreeMap<PathBuf, Picked>,
    /// What is being read; news of any other job is of no use any more.
    pub pending: Option<(JobId, Want)>,
    /// Why the last step was not possible.
    pub error: Option<String>,
    /// The way that could not be gone.
    failed: Option<String>,
}

impl Browser {
    /// Does what a key asks for; `window`: rows of the list in sight.
    pub fn key(&mut self, key: Key, window: usize) -> Step {
        let step = self.obey(key, window);
        let nowhere = self.directory.as_os_str().is_empty() && self.pending.is_none();
        if step == Step::Stay && nowhere && self.input.text().is_empty() {
            // The way that was named first cannot be gone: then from here.
            return Step::Read(Want::default());
        }
        step
    }

    fn obey(&mut self, key: Key, window: usize) -> Step {
        let typed = !self.input.text().is_empty();
        if self.failed.is_none() {
            self.error = None;
        }
        match (key.code, key.ctrl, key.alt) {
            (Code::Esc, ..) => return self.step_back(),
            (Code::Enter, ..) => return self.enter(),
            (Code::Tab, ..) => return self.complete(),
            (Code::Up, false, _) | (Code::Char('p'), true, _) => self.go(Motion::By(-1), window),
            (Code::Down, false, _) | (Code::Char('n'), true, _) => self.go(Motion::By(1), window),
            (Code::PageUp, ..) => self.go(Motion::Pages(-1), window),
            (Code::PageDown, ..) => self.go(Motion::Pages(1), window),
            (Code::Home, ..) => self.go(Motion::First, window),
            (Code::End, ..) => self.go(Motion::Last, window),
            (Code::Left | Code::Backspace, ..) | (Code::Char('h'), true, _) if !typed => {
                return self.up();
            }
            (Code::Right, ..) if !typed => {
                if self.list.current_entry().is_some_and(|e| e.is_directory) {
                    return self.open();
                }
            }
            (Code::Insert, ..) => self.mark(window),
            (Code::Char(' '), ctrl, _) if ctrl || !self.goes_on_with_space() => self.mark(window),
            (Code::Char('.'), _, true) => self.toggle_hidden(window),
            _ => {
                if self.input.key(key) {
                    return self.typed();
                }
            }
        }
        Step::Stay
    }

    /// Inserts pasted text; a whole path takes the place of what was typed.
    pub fn paste(&mut self, text: &str) -> Step {
        let text = pasted(text);
        if text.starts_with('/') || text.starts_with("~/") {
            self.input.set("");
        }
        self.input.paste(&text);
        self.typed()
    }

    /// Goes to a path that was given with the command, seen from the working directory.
    pub fn go_to(&mut self, path: &str) -> Want {
        let path = if path == "~" { "~/" } else { path };
        self.input.set(path);
        let (way, _) = split(path);
        let typed = way.unwrap_or_default().to_owned();
        Want {
            path: resolve(Path::new(""), &typed),
            typed,
            enter: true,
            exact: true,
            from: None,
        }
    }

    /// Takes in the directory that was wanted.
    pub fn take(&mut self, folder: Folder, want: &Want, window: usize) -> Step {
        self.pending = None;
        self.failed = None;
        self.directory = tidy(&folder.path);
        self.list
            .fill(folder.entries, self.directory.parent().is_some());
        if let Some(rest) = self.input.text().strip_prefix(&want.typed) {
            let rest = rest.to_owned();
            self.input.set(rest);
        }
        self.list.filter(self.input.text());
        if let Some(name) = &want.from {
            self.list.go_to(name, window);
        }
        let typed = self.input.text().to_owned();
        if want.enter && self.list.named(&typed).is_some() {
            self.list.go_to(&typed, window);
            return self.open();
        }
        // Whoever types fast gets what whoever waits for the list gets.
        if want.enter && !want.exact && !typed.is_empty() {
            return self.open();
        }
        Step::Stay
    }

    /// The directory that was wanted cannot be read. The one shown stays.
    pub fn fail(&mut self, want: &Want, why: String) -> Step {
        self.pending = None;
        self.error = Some(why);
        self.failed = Some(want.typed.clone()).filter(|way| !way.is_empty());
        if self.failed.is_some() {
            self.list.filter("");
        }
        let none_yet = self.directory.as_os_str().is_empty();
        if none_yet && !want.path.as_os_str().is_empty() && want.typed.is_empty() {
            // Where it was left is gone.
            return Step::Read(Want::default());
        }
        Step::Stay
    }

    /// A press on row `line` of the list.
    pub fn press(&mut self, line: usize, window: usize) -> Step {
        let target = self.list.top(window) + line;
        if target >= self.list.rows().len() {
            return Step::Stay;
        }
        if target == self.list.index() {
            return self.enter();
        }
        self.give_up();
        let delta = target.cast_signed() - self.list.index().cast_signed();
        self.list.go(Motion::By(delta), window);
        Step::Stay
    }

    /// Files and directories marked, and the bytes of the files.
    pub fn marked(&self) -> (usize, u64) {
        let bytes = self.marks.values().filter_map(|picked| picked.size).sum();
        (self.marks.len(), bytes)
    }

    /// A notch of the wheel.
    pub fn wheel(&mut self, rows: isize, window: usize) -> Step {
        self.go(Motion::By(rows), window);
        Step::Stay
    }

    fn go(&mut self, motion: Motion, window: usize) {
        self.give_up();
        self.list.go(motion, window);
    }

    /// Whoever goes to the list instead does not insist on a way that could not be gone.
    fn give_up(&mut self) {
        if self.failed.take().is_some() {
            self.input.set("");
            self.error = None;
        }
    }

    fn step_back(&mut self) -> Step {
        if !self.input.text().is_empty() {
            self.input.set("");
            return self.typed();
        }
        if self.marks.is_empty() {
            return Step::Close;
        }
        self.marks.clear();
        Step::Stay
    }

    /// The text changed: it filters, or it names another directory.
    fn typed(&mut self) -> Step {
        let (way, _) = split(self.input.text());
        let reading = self.pending.as_ref().map(|(_, want)| want);
        match way {
            None => {
                self.failed = None;
                self.error = None;
                // A directory that was asked for by its name is not wanted any more.
                if reading.is_some_and(|want| !want.typed.is_empty()) {
                    self.pending = None;
                }
                self.list.filter(self.input.text());
                Step::Stay
            }
            Some(way) if self.failed.as_deref() == Some(way) => Step::Stay,
            Some(way) if reading.is_some_and(|want| want.typed == way) => Step::Stay,
            Some(_) => {
                self.failed = None;
                self.error = None;
                self.follow(false)
            }
        }
    }

    /// Asks for the directory that the typed text names.
    fn follow(&mut self, enter: bool) -> Step {
        let (way, _) = split(self.input.text());
        let typed = way.unwrap_or_default().to_owned();
        let next = self.pending.as_ref().map(|(_, want)| want);
        let base = next
            .filter(|want| want.typed.is_empty() && !want.path.as_os_str().is_empty())
            .map_or(&self.directory, |want| &want.path);
        Step::Read(Want {
            path: resolve(base, &typed),
            typed,
            enter,
            ..Want::default()
        })
    }

    fn enter(&mut self) -> Step {
        if let Some((_, want)) = &mut self.pending {
            want.enter |= !want.typed.is_empty();
            return Step::Stay;
        }
        self.finish_way();
        if split(self.input.text()).0.is_some() {
            return self.follow(true);
        }
        if !self.marks.is_empty() {
            return Step::Choose(self.marks.values().cloned().collect());
        }
        self.open()
    }

    /// `~` and `..` are directories, even without the slash that names one.
    fn finish_way(&mut self) {
        let typed = self.input.text();
        if matches!(typed, "~" | "..") && self.list.named(typed).is_none() {
            let way = format!("{typed}/");
            self.input.set(way);
        }
    }

    /// Opens the directory under the cursor, or chooses the file.
    fn open(&mut self) -> Step {
        match self.list.current() {
            None => {
                self.error = Some("nothing here fits what is typed".to_owned());
                Step::Stay
            }
            Some(Row::Up) => self.up(),
            Some(Row::Entry(_)) => match self.pick() {
                None => Step::Stay,
                Some(picked) if picked.is_directory => Step::Read(Want {
                    path: picked.path,
                    typed: self.input.text().to_owned(),
                    ..Want::default()
                }),
                Some(picked) => Step::Choose(vec![picked]),
            },
        }
    }

    /// What is under the cursor, if it can be sent.
    fn pick(&mut self) -> Option<Picked> {
        let entry = self.list.current_entry()?;
        if let Some(why) = odd(entry) {
            self.error = Some(format!("{} cannot be sent from here: {why}", entry.name));
            return None;
        }
        Some(Picked {
            path: self.directory.join(&entry.name),
            is_directory: entry.is_directory,
            size: entry.size,
        })
    }

    fn up(&mut self) -> Step {
        let name = self.directory.file_name();
        let name = name.map(|name| name.to_string_lossy().into_owned());
        match self.directory.parent() {
            Some(parent) => Step::Read(Want {
                path: parent.to_owned(),
                from: name,
                ..Want::default()
            }),
            None => Step::Stay,
        }
    }

    /// Whether a space belongs to what is typed: a way, or a name with a space there.
    fn goes_on_with_space(&self) -> bool {
        let typed = self.input.text().to_lowercase();
        let longer = format!("{typed} ");
        let goes_on = |name: &str| name.to_lowercase().contains(&longer);
        !typed.is_empty() && (split(&typed).0.is_some() || self.list.names().any(goes_on))
    }

    /// Marks or unmarks, and goes down. Space does it, insert and ctrl-space also where a space would be typed.
    fn mark(&mut self, window: usize) {
        let Some(picked) = self.pick() else {
            return;
        };
        if self.marks.remove(&picked.path).is_none() {
            self.marks.insert(picked.path.clone(), picked);
        }
        self.list.go(Motion::By(1), window);
    }

    fn toggle_hidden(&mut self, window: usize) {
        self.list.shows_hidden = !self.list.shows_hidden;
        let name = self.list.current_entry().map(|entry| entry.name.clone());
        if split(self.input.text()).0.is_none() {
            self.list.filter(self.input.text());
        }
        if let Some(name) = name {
            self.list.go_to(&name, window);
        }
    }

    /// Completes what is typed as far as all that begins so agrees, then to the name under the cursor.
    fn complete(&mut self) -> Step {
        self.finish_way();
        let text = self.input.text().to_owned();
        if split(&text).0.is_some() {
            return self.typed();
        }
        let shared = common(&text, self.list.names());
        let further = shared.filter(|shared| shared.len() > text.len());
        // Where nothing is left to complete, the one under the cursor is meant.
        let is_meant = further.is_none();
        let current = self.list.current_entry().map(|entry| entry.name.clone());
        let Some(name) = further.or(current) else {
            return Step::Stay;
        };
        let small = name.to_lowercase();
        let begins = |other: &&str| other.to_lowercase().starts_with(&small);
        let is_one = is_meant || self.list.names().filter(begins).count() == 1;
        let entry = self.list.named(&name).filter(|_| is_one);
        let opens = entry.is_some_and(|entry| entry.is_directory && !entry.odd);
        self.input
            .set(if opens { format!("{name}/") } else { name });
        self.typed()
    }
}
