//! The upload dialog: opened, given directories, and turned into a task.

use std::path::PathBuf;

use super::Effect;
use super::browsing::row_in;
use super::dialog::Dialog;
use super::dialog::upload::{Browser, Form, FormStep, Picked, Rules, Step, Upload, Want, area};
use super::input::{Key, Mouse, MouseKind};
use super::messages::Severity;
use super::state::App;
use super::tasks::Task;
use crate::model::send::{Defaults, Order, Source};
use crate::protocol::{JobId, Outcome};

/// Where files were looked for last.
#[derive(Debug, Clone, Default)]
pub(super) struct Browsed {
    /// Empty: the working directory.
    pub(super) directory: PathBuf,
    pub(super) shows_hidden: bool,
    /// Forms of uploads that run, by task.
    begun: Vec<(JobId, Filled)>,
    /// The form of the last one that failed before anything of it was kept: nobody fills it in twice.
    failed: Option<Box<Filled>>,
}

/// A form as it was started.
#[derive(Debug, Clone)]
struct Filled {
    bucket: String,
    prefix: String,
    form: Form,
}

impl App {
    /// Opens the browser for the bucket in sight, at a path if one was given.
    pub(super) fn ask_upload(
        &mut self,
        path: Option<&str>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        if !self.may_change() {
            return Ok(());
        }
        let Some(place) = self.place() else {
            return Err(
                "no bucket to upload to: put the cursor on one, or go to one with :bucket".into(),
            );
        };
        let within = place.level();
        let prefix = within.rfind('/').map_or("", |slash| &within[..=slash]);
        let mut upload = Upload {
            bucket: place.bucket.name.clone(),
            prefix: prefix.to_owned(),
            browser: Browser::default(),
            form: None,
            in_form: false,
        };
        upload.browser.list.shows_hidden = self.browsed.shows_hidden;
        let want = match path {
            Some(path) => upload.browser.go_to(path),
            None => Want {
                path: self.browsed.directory.clone(),
                ..Want::default()
            },
        };
        self.read_folder(&mut upload.browser, want, effects);
        if path.is_none() {
            self.reopen_form(&mut upload);
        }
        self.dialog = Some(Dialog::Upload(Box::new(upload)));
        Ok(())
    }

    /// What could not be sent is asked for again as it was filled in.
    fn reopen_form(&mut self, upload: &mut Upload) {
        let here = |filled: &mut Box<Filled>| filled.bucket == upload.bucket;
        let Some(filled) = self.browsed.failed.take_if(here) else {
            return;
        };
        upload.prefix = filled.prefix;
        upload.form = Some(filled.form);
        upload.in_form = true;
        self.count_rivals(upload);
        self.tasks.forget_forms();
    }

    /// An upload ends: its form is of use only if nothing came of it.
    pub(super) fn keep_form(&mut self, job: JobId, outcome: &Outcome) {
        let at = self.browsed.begun.iter().position(|(of, _)| *of == job);
        let Some((_, filled)) = at.map(|at| self.browsed.begun.swap_remove(at)) else {
            return;
        };
        let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) else {
            return;
        };
        let sums = &transfer.sums;
        let nothing = sums.files() == 0 && matches!(outcome, Outcome::Failed(_));
        let failed = sums.failed > 0 && sums.failed == sums.files() && sums.failed_kept == 0;
        if nothing || failed {
            transfer.form_waits = true;
            self.browsed.failed = Some(Box::new(filled));
        }
    }

    pub(super) fn upload_key(
        &mut self,
        mut upload: Box<Upload>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let window = self.browser_window();
        match &mut upload.form {
            Some(form) if upload.in_form => {
                let step = form.key(key);
                self.form_step(upload, step, effects)
            }
            _ => {
                let step = upload.browser.key(key, window);
                self.browsed.shows_hidden = upload.browser.list.shows_hidden;
                self.browser_step(upload, step, effects)
            }
        }
    }

    pub(super) fn upload_paste(
        &mut self,
        mut upload: Box<Upload>,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match &mut upload.form {
            Some(form) if upload.in_form => {
                form.paste(text);
                self.form_step(upload, FormStep::Stay, effects)
            }
            _ => {
                let step = upload.browser.paste(text);
                self.browser_step(upload, step, effects)
            }
        }
    }

    /// A press takes the cursor there, a second one opens or chooses; the wheel moves.
    pub(super) fn upload_mouse(
        &mut self,
        mut upload: Box<Upload>,
        mouse: Mouse,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let (columns, rows) = (self.columns, self.rows);
        match &mut upload.form {
            Some(form) if upload.in_form => {
                let step = press_form(form, mouse, (columns, rows));
                self.form_step(upload, step, effects)
            }
            _ => {
                let step = self.browser_mouse(&mut upload.browser, mouse);
                self.browser_step(upload, step, effects)
            }
        }
    }

    /// A listing told of uploads: some may be of the key in the form.
    pub(super) fn look_for_rivals(&mut self) {
        let is_upload = |dialog: &mut Dialog| matches!(dialog, Dialog::Upload(_));
        if let Some(Dialog::Upload(mut upload)) = self.dialog.take_if(is_upload) {
            self.count_rivals(&mut upload);
            self.dialog = Some(Dialog::Upload(upload));
        }
    }

    pub(super) fn browser_step(
        &mut self,
        mut upload: Box<Upload>,
        step: Step,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match step {
            Step::Stay => {}
            Step::Read(want) => self.read_folder(&mut upload.browser, want, effects),
            Step::Choose(picked) => self.show_form(&mut upload, picked),
            Step::Close => return None,
        }
        Some(Dialog::Upload(upload))
    }

    fn form_step(
        &mut self,
        mut upload: Box<Upload>,
        step: FormStep,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match step {
            FormStep::Stay => {
                let is_another = upload
                    .form
                    .as_ref()
                    .is_some_and(|form| form.rivals.0 != form.destination());
                if is_another {
                    self.count_rivals(&mut upload);
                }
            }
            FormStep::Back => upload.in_form = false,
            FormStep::Start(order) => {
                let job = self.begin_sending(*order, effects);
                let form = upload.form.take().map(|form| Filled {
                    bucket: upload.bucket.clone(),
                    prefix: upload.prefix.clone(),
                    form,
                });
                self.browsed.begun.extend(form.map(|form| (job, form)));
                let key = self.settings.keymap.shown_key(super::Action::Tasks);
                let key = key.map_or_else(|| ":tasks".to_owned(), |key| key.to_string());
                let text = format!("upload started; {key} shows the tasks");
                self.say(Severity::Good, text);
                return None;
            }
        }
        Some(Dialog::Upload(upload))
    }

    fn show_form(&self, upload: &mut Upload, picked: Vec<Picked>) {
        if let Some(form) = &mut upload.form {
            form.choose(picked);
        } else {
            let order = defaults(&self.settings.upload, &upload.bucket, &upload.prefix);
            upload.form = Some(Form::new(picked, order, self.upload_rules()));
        }
        upload.in_form = true;
        self.count_rivals(upload);
    }

    pub(super) fn upload_rules(&self) -> Rules {
        let provider = self.settings.provider.as_ref();
        Rules {
            limits: provider.map(|of| of.limits).unwrap_or_default(),
            prices: self.settings.prices.clone(),
            abort_after: provider.and_then(|of| of.abort_after),
        }
    }

    /// How many uploads of the key that would be written are in progress, as far as they are listed.
    fn count_rivals(&self, upload: &mut Upload) {
        let Some(form) = &mut upload.form else { return };
        let place = self.buckets.get(&upload.bucket);
        let key = form.destination();
        let count = match (place, form.only_file()) {
            (Some(place), Some(_)) => place.table.rows().filter(|row| row.key() == key).count(),
            _ => 0,
        };
        form.rivals = (key, count);
    }
}

/// What a new upload begins with; the form brings the sources.
fn defaults(chosen: &Defaults, bucket: &str, prefix: &str) -> Order {
    let none_yet = Source::Path(PathBuf::new());
    let mut order = Order::new(none_yet, bucket, prefix);
    order.wish = chosen.wish;
    order.checksum = chosen.checksum;
    order.signing = chosen.signing;
    order.pace = chosen.pace;
    order
        .options
        .storage_class
        .clone_from(&chosen.storage_class);
    order
}

fn press_form(form: &mut Form, mouse: Mouse, (columns, rows): (u16, u16)) -> FormStep {
    let lines = form.lines();
    let areas = area::form(columns, rows, lines.len());
    let window = usize::from(areas.fields.height);
    match mouse.kind {
        MouseKind::WheelUp => form.go(-1),
        MouseKind::WheelDown => form.go(1),
        MouseKind::Drag => {}
        MouseKind::Press => {
            let top = area::top(lines.len(), window, form.line_in_focus(&lines));
            if let Some(line) = row_in(areas.fields, mouse) {
                form.press(top + line);
            } else if row_in(areas.foot, mouse) == Some(usize::from(areas.foot.height) - 1) {
                return form.press_start();
            }
        }
    }
    FormStep::Stay
}
