//! The file browser of whichever dialog has one: it is given the directories that it asks for, and the mouse.

use super::Effect;
use super::dialog::Dialog;
use super::dialog::upload::{Browser, Step, Want, area};
use super::input::{Mouse, MouseKind};
use super::jobs::Purpose;
use super::layout::Area;
use super::state::App;
use crate::model::send::Folder;
use crate::protocol::{Command, JobId, Outcome};

/// Rows that one notch of the wheel moves in the browser.
const NOTCH: isize = 3;

impl App {
    /// A directory came. It counts only if it is the one that the browser waits for.
    pub(super) fn take_folder(&mut self, job: JobId, folder: Folder, effects: &mut Vec<Effect>) {
        let window = self.browser_window();
        let Some((mut dialog, want)) = self.waiting(job) else {
            return;
        };
        let Some(browser) = browser(&mut dialog) else {
            return;
        };
        let step = browser.take(folder, &want, window);
        self.browsed.directory.clone_from(&browser.directory);
        self.dialog = self.step_of(dialog, step, effects);
    }

    /// A directory could not be read.
    pub(super) fn folder_ended(
        &mut self,
        job: JobId,
        outcome: &Outcome,
        effects: &mut Vec<Effect>,
    ) {
        let Some((mut dialog, want)) = self.waiting(job) else {
            return;
        };
        let why = match outcome {
            // What is typed stands right above.
            Outcome::Failed(fault) if !want.typed.is_empty() => fault.message.clone(),
            Outcome::Failed(fault) => fault.to_string(),
            _ => "the directory was not read".to_owned(),
        };
        let Some(browser) = browser(&mut dialog) else {
            return;
        };
        let step = browser.fail(&want, why);
        self.dialog = self.step_of(dialog, step, effects);
    }

    /// The dialog whose browser waits for this job, and what for.
    fn waiting(&mut self, job: JobId) -> Option<(Dialog, Want)> {
        let (pending, want) = browser(self.dialog.as_mut()?)?.pending.clone()?;
        if pending != job {
            return None;
        }
        Some((self.dialog.take()?, want))
    }

    fn step_of(&mut self, dialog: Dialog, step: Step, effects: &mut Vec<Effect>) -> Option<Dialog> {
        match dialog {
            Dialog::Upload(upload) => self.browser_step(upload, step, effects),
            Dialog::Adopt(adopt) => self.adopt_step(adopt, step, effects),
            other => Some(other),
        }
    }

    /// Asks for a directory instead of the one that was asked for before.
    pub(super) fn read_folder(
        &mut self,
        browser: &mut Browser,
        want: Want,
        effects: &mut Vec<Effect>,
    ) {
        if let Some((job, _)) = browser.pending.take() {
            self.jobs.close(job);
            effects.push(Effect::Send(Command::Cancel(job)));
        }
        let job = self.jobs.start(Purpose::Folder);
        let path = want.path.clone();
        effects.push(Effect::Send(Command::Folder { job, path }));
        browser.pending = Some((job, want));
    }

    /// A press takes the cursor there, a second one opens or chooses; the wheel moves.
    pub(super) fn browser_mouse(&self, browser: &mut Browser, mouse: Mouse) -> Step {
        let list = area::browser(self.columns, self.rows).list;
        let window = self.browser_window();
        match (mouse.kind, row_in(list, mouse)) {
            (MouseKind::Press, Some(line)) => browser.press(line, window),
            (MouseKind::WheelUp, _) => browser.wheel(-NOTCH, window),
            (MouseKind::WheelDown, _) => browser.wheel(NOTCH, window),
            _ => Step::Stay,
        }
    }

    pub(super) fn browser_window(&self) -> usize {
        usize::from(area::browser(self.columns, self.rows).list.height).max(1)
    }
}

const fn browser(dialog: &mut Dialog) -> Option<&mut Browser> {
    match dialog {
        Dialog::Upload(upload) => Some(&mut upload.browser),
        Dialog::Adopt(adopt) => Some(&mut adopt.browser),
        _ => None,
    }
}

/// The row of `area` that the mouse is on.
pub(super) fn row_in(area: Area, mouse: Mouse) -> Option<usize> {
    area.contains(mouse.column, mouse.row)
        .then(|| usize::from(mouse.row - area.y))
}
