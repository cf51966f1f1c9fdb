//! Going on with an upload that somebody else began: the file is chosen, compared as a task, and what is missing
//! or differs is sent once the person has seen how much that is.

use std::sync::Arc;

use super::Effect;
use super::dialog::adopt::{AdoptDialog, Compared, Counts, ReviewDialog};
use super::dialog::fields::Fields;
use super::dialog::upload::{Step, Want};
use super::dialog::{Answer, Confirm, Dialog};
use super::input::{Code, Key, Mouse};
use super::jobs::Purpose;
use super::keys::scrolled;
use super::messages::Severity;
use super::parts::PartsState;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::transfer::Transfer;
use crate::model::infer::infer;
use crate::model::liveness::{Life, life};
use crate::model::orphan::{Adoption, Comparison};
use crate::model::plan::{self, Wish};
use crate::model::{Target, human};
use crate::protocol::{Command, JobId, Outcome};

impl App {
    /// Asks which file an upload is of that was not begun by us; or shows what was compared already.
    pub(super) fn ask_adopt(&mut self, target: Target, effects: &mut Vec<Effect>) {
        if self.dialog.is_some() || self.filter_edit.is_some() || !self.may_change() {
            return;
        }
        let known = self.compared.as_ref();
        if known.is_some_and(|known| known.adoption.target == target) {
            self.show_review();
            return;
        }
        self.choose_file(target, effects);
    }

    fn choose_file(&mut self, target: Target, effects: &mut Vec<Effect>) {
        self.open_parts(target.clone(), effects);
        let mut dialog = Box::new(AdoptDialog::new(target));
        dialog.browser.list.shows_hidden = self.browsed.shows_hidden;
        let want = Want {
            path: self.browsed.directory.clone(),
            ..Want::default()
        };
        self.read_folder(&mut dialog.browser, want, effects);
        self.dialog = Some(Dialog::Adopt(dialog));
    }

    pub(super) fn adopt_key(
        &mut self,
        mut dialog: Box<AdoptDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if dialog.file.is_none() {
            let window = self.browser_window();
            let step = dialog.browser.key(key, window);
            self.browsed.shows_hidden = dialog.browser.list.shows_hidden;
            return self.adopt_step(dialog, step, effects);
        }
        dialog.error = None;
        match (key.code, key.ctrl) {
            (Code::Esc, _) => {
                dialog.file = None;
                dialog.inference = None;
                dialog.unlisted = None;
                dialog.fields = Fields::new([String::new(), String::new()]);
            }
            (Code::Char('n'), true) => dialog.next_guess(),
            (Code::Enter, _) => return self.compare(dialog, effects),
            _ => dialog.fields.key(key),
        }
        Some(Dialog::Adopt(dialog))
    }

    pub(super) fn adopt_paste(
        &mut self,
        mut dialog: Box<AdoptDialog>,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if dialog.file.is_some() {
            dialog.fields.paste(text);
            return Some(Dialog::Adopt(dialog));
        }
        let step = dialog.browser.paste(text);
        self.adopt_step(dialog, step, effects)
    }

    pub(super) fn adopt_mouse(
        &mut self,
        mut dialog: Box<AdoptDialog>,
        mouse: Mouse,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if dialog.file.is_some() {
            return Some(Dialog::Adopt(dialog));
        }
        let step = self.browser_mouse(&mut dialog.browser, mouse);
        self.adopt_step(dialog, step, effects)
    }

    pub(super) fn adopt_step(
        &mut self,
        mut dialog: Box<AdoptDialog>,
        step: Step,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match step {
            Step::Stay => {}
            Step::Read(want) => self.read_folder(&mut dialog.browser, want, effects),
            Step::Close => return None,
            Step::Choose(picked) => match picked.as_slice() {
                [only] if !only.is_directory => {
                    dialog.file = Some(only.clone());
                    self.infer_part_size(&mut dialog);
                }
                _ => {
                    let text = "an upload is of one file: choose one, not a directory";
                    dialog.browser.error = Some(text.to_owned());
                }
            },
        }
        Some(Dialog::Adopt(dialog))
    }

    /// The parts came: the form that waits for them is told.
    pub(super) fn infer_for_adoption(&mut self) {
        let is_adopt = |dialog: &mut Dialog| matches!(dialog, Dialog::Adopt(_));
        if let Some(Dialog::Adopt(mut dialog)) = self.dialog.take_if(is_adopt) {
            if dialog.file.is_some() && dialog.inference.is_none() {
                self.infer_part_size(&mut dialog);
            }
            self.dialog = Some(Dialog::Adopt(dialog));
        }
    }

    fn infer_part_size(&self, dialog: &mut AdoptDialog) {
        let size = dialog.file.as_ref().and_then(|file| file.size);
        let parts = self.parts.as_ref();
        let parts = parts.filter(|parts| parts.target == dialog.target);
        let (Some(size), Some(parts)) = (size, parts) else {
            return;
        };
        match &parts.state {
            PartsState::Loading(_) => {}
            PartsState::Failed(fault) => dialog.unlisted = Some(fault.to_string()),
            PartsState::Complete => {
                let limits = self.upload_rules().limits;
                let planned = plan::plan(Some(size), &Wish::default(), &limits).ok();
                let free = match planned.map(|plan| plan.method) {
                    Some(plan::Method::Parts(layout)) => layout.part_size,
                    _ => size.max(1),
                };
                dialog.infer(infer(&parts.parts, size, &limits), free);
            }
        }
    }

    fn compare(
        &mut self,
        mut dialog: Box<AdoptDialog>,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let chosen = &self.settings.upload;
        let adoption = match dialog.adoption(chosen.signing, chosen.pace) {
            Ok(adoption) => adoption,
            Err(why) => {
                dialog.error = Some(why);
                return Some(Dialog::Adopt(dialog));
            }
        };
        if let Some(why) = self.in_use(&adoption.target) {
            dialog.error = Some(why.to_owned());
            return Some(Dialog::Adopt(dialog));
        }
        self.compared = None;
        let file = adoption.file.display().to_string();
        let transfer = Transfer::of_upload(file, &adoption.target);
        let purpose = Purpose::Compare(Box::new(adoption.clone()));
        let job = self.add_transfer(purpose, TaskKind::Compare, transfer);
        let adoption = Box::new(adoption);
        effects.push(Effect::Send(Command::Compare { job, adoption }));
        None
    }

    pub(super) fn take_compared(&mut self, job: JobId, adoption: Adoption, comparison: Comparison) {
        let comparison = Arc::new(comparison);
        if let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) {
            transfer.compared = Some(Counts::of(&comparison, true));
        }
        self.compared = Some(Box::new(Compared::new(adoption, comparison)));
    }

    /// What was found is shown, unless something else is open.
    pub(super) fn compare_ended(&mut self, outcome: &Outcome) {
        if *outcome == Outcome::Done && self.dialog.is_none() && self.filter_edit.is_none() {
            self.show_review();
        }
    }

    fn show_review(&mut self) {
        if let Some(compared) = self.compared.clone() {
            let alive = self.may_be_alive(&compared.adoption.target);
            self.dialog = Some(Dialog::Review(Box::new(ReviewDialog {
                compared: *compared,
                alive,
                trust_size: false,
                confirm: None,
                scroll: 0,
            })));
        }
    }

    pub(super) fn adopt_review_key(
        &mut self,
        mut dialog: Box<ReviewDialog>,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        if let Some(confirm) = &mut dialog.confirm {
            match confirm.key(key) {
                Answer::Confirmed => {
                    self.begin_adopting(*dialog, effects);
                    return None;
                }
                Answer::Back => dialog.confirm = None,
                Answer::Open => {}
            }
            return Some(Dialog::Review(dialog));
        }
        match key.code {
            Code::Esc | Code::Char('q') => {
                let text = "nothing was sent; r on the upload shows what was found again";
                self.messages.hint(self.now, text);
                return None;
            }
            Code::Enter => dialog.confirm = Some(Confirm::new(dialog.wanted())),
            Code::Char('s') if dialog.counts().by_size > 0 => {
                dialog.trust_size = !dialog.trust_size;
            }
            Code::Char('f') => {
                self.compared = None;
                self.choose_file(dialog.compared.adoption.target, effects);
                return self.dialog.take();
            }
            _ => {
                let reach = self.reach.get();
                dialog.scroll = scrolled(key, dialog.scroll, reach).unwrap_or(dialog.scroll);
            }
        }
        Some(Dialog::Review(dialog))
    }

    fn begin_adopting(&mut self, dialog: ReviewDialog, effects: &mut Vec<Effect>) {
        let adoption = dialog.adoption();
        let target = adoption.target.clone();
        if let Some(why) = self.in_use(&target) {
            self.say(Severity::Warning, why);
            return;
        }
        self.compared = None;
        let mut transfer = Transfer::of_upload(adoption.file.display().to_string(), &target);
        transfer.pace = adoption.pace;
        if let Some((row, place)) = self.row_of(&target) {
            transfer.begun = place.table.row(row).and_then(|row| row.initiated());
            place.reasons.remove(&row);
        }
        let job = self.add_transfer(Purpose::Adopt(target), TaskKind::Send, transfer);
        let adoption = Box::new(adoption);
        effects.push(Effect::Send(Command::Adopt { job, adoption }));
    }

    /// Whether an upload showed a sign of life, or nothing tells whether somebody still sends it.
    pub(super) fn may_be_alive(&mut self, target: &Target) -> bool {
        let (now, thresholds) = (self.now, self.settings.thresholds);
        let Some((row, place)) = self.row_of(target) else {
            return false;
        };
        let Some(known) = place.table.row(row) else {
            return false;
        };
        let moved = known.moved_at();
        let moved = moved.is_some_and(|at| now.since(at) < thresholds.active);
        let measure = known.measure();
        match life(known.initiated(), &measure, now, &thresholds) {
            Life::Alive => true,
            // What was not looked at yet is looked at before anything is sent.
            Life::Undetermined => moved || measure.is_settled(),
            Life::Dead => moved,
        }
    }
}

/// What was compared, in one sentence.
pub fn compared_text(counts: &Counts) -> String {
    let count = |number: u32| human::count(u64::from(number));
    let kinds: Vec<String> = [
        (counts.by_checksum, "by checksum"),
        (counts.by_md5, "by MD5"),
        (counts.by_size, "by size alone"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| {
        if number == counts.equal() {
            word.to_owned()
        } else {
            format!("{} {word}", count(number))
        }
    })
    .collect();
    let how = if kinds.is_empty() {
        String::new()
    } else {
        format!(" ({})", kinds.join(", "))
    };
    let mut text = format!(
        "{} of {} parts equal the file{how}",
        count(counts.equal()),
        count(counts.parts)
    );
    for (number, word) in [
        (counts.different, "differ"),
        (counts.misfits, "of another size"),
        (counts.beyond, "beyond its end"),
        (counts.missing, "missing"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {} {word}", count(number)));
        }
    }
    text
}
