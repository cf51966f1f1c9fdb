//! What a person changes about an upload while it runs: pause, width, rate, and how it is stopped.

use super::Effect;
use super::dialog::stop::parse_rate;
use super::dialog::{Answer, Confirm, Dialog, RateDialog, StopDialog};
use super::input::{Code, Key};
use super::layout::Pane;
use super::messages::Severity;
use super::state::App;
use super::tasks::{Task, TaskKind};
use super::text::Line;
use super::transfer::Transfer;
use crate::model::human;
use crate::model::send::Pace;
use crate::protocol::{Command, JobId};

/// What has to be typed before parts are deleted.
pub(super) const ABORT: &str = "abort";

impl App {
    /// The upload that a command means: the task under the cursor; from elsewhere the newest that runs. Says
    /// why there is none.
    fn meant_upload(&mut self) -> Option<JobId> {
        let elsewhere = self.focus != Pane::Tasks && !self.shows_report();
        let newest = self.tasks.uploads().next().map(|task| task.job);
        let task = self.tasks.current();
        let why = match task {
            Some(task) if task.is_upload() => return Some(task.job),
            _ if elsewhere && newest.is_some() => return newest,
            Some(task) if task.kind == TaskKind::Send => "this upload has ended",
            Some(_) if !elsewhere => "only uploads can be paused and paced; x cancels a task",
            _ => "no upload runs",
        };
        self.messages.hint(self.now, why);
        None
    }

    fn shows_report(&self) -> bool {
        matches!(self.dialog, Some(Dialog::Report { .. }))
    }

    pub(super) fn pause_upload(&mut self, effects: &mut Vec<Effect>) {
        if self.focus == Pane::Tasks
            && let Some(task) = self.tasks.current()
            && matches!(task.kind, TaskKind::Abort | TaskKind::Size)
        {
            let job = task.job;
            self.ask_to_go_on(job);
            return;
        }
        if self.focus == Pane::Tasks
            && let Some(task) = self.tasks.current()
            && task.kind == TaskKind::Watch
        {
            let job = task.job;
            self.freeze_watch(job, effects);
            return;
        }
        let Some(job) = self.meant_upload() else {
            return;
        };
        let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) else {
            return;
        };
        let paused = transfer.is_paused();
        transfer.wants_pause = !paused;
        let (command, text) = if paused {
            (Command::Continue(job), "it goes on")
        } else {
            let text = "paused: parts in flight end, no other begins; p goes on";
            (Command::Pause(job), text)
        };
        effects.push(Effect::Send(command));
        self.messages.hint(self.now, text);
    }

    /// One part more or fewer in flight.
    pub(super) fn change_width(&mut self, wider: bool, effects: &mut Vec<Effect>) {
        let Some((job, transfer)) = self.meant_transfer() else {
            return;
        };
        let pace = transfer.pace;
        let (now, most) = transfer
            .now
            .as_ref()
            .map_or((0, 0), |now| (now.width, now.max_width));
        if most == 0 {
            let text = "it is not sending yet: its width is not known";
            self.messages.hint(self.now, text);
            return;
        }
        let from = pace.width.unwrap_or(now).clamp(1, most);
        let width = if wider { from + 1 } else { from - 1 };
        if width == 0 || width > most {
            let text = if wider {
                format!("its buffers allow {most} at once; a new upload can have more")
            } else {
                "one part at a time is the least; p pauses".to_owned()
            };
            self.messages.hint(self.now, text);
            return;
        }
        let word = if width == 1 { "part" } else { "parts" };
        let text = format!("{width} {word} at once from now on; = follows the link again");
        let width = Some(width);
        self.set_pace(job, Pace { width, ..pace }, text, effects);
    }

    pub(super) fn automatic_width(&mut self, effects: &mut Vec<Effect>) {
        let Some((job, transfer)) = self.meant_transfer() else {
            return;
        };
        let pace = Pace {
            width: None,
            ..transfer.pace
        };
        let text = "as many parts at once as the link carries";
        self.set_pace(job, pace, text, effects);
    }

    pub(super) fn ask_rate(&mut self) {
        let from_report = self.shows_report();
        let Some((job, transfer)) = self.meant_transfer() else {
            return;
        };
        let text = transfer.pace.limit.map_or_else(String::new, |limit| {
            format!("{}/s", human::size_argument(limit))
        });
        self.dialog = Some(Dialog::Rate(RateDialog {
            job,
            input: Line::new(text),
            error: None,
            from_report,
        }));
    }

    pub(super) fn rate_key(
        &mut self,
        mut dialog: RateDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        match key.code {
            Code::Esc => {}
            Code::Enter => match parse_rate(dialog.input.text()) {
                Ok(limit) => self.limit_rate(dialog.job, limit, effects),
                Err(why) => {
                    dialog.error = Some(why);
                    return Some(Dialog::Rate(dialog));
                }
            },
            _ => {
                dialog.error = None;
                dialog.input.key(key);
                return Some(Dialog::Rate(dialog));
            }
        }
        report(dialog.job, dialog.from_report)
    }

    /// As the palette's command says it.
    pub(super) fn rate_verb(
        &mut self,
        argument: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let limit = parse_rate(argument)?;
        if let Some(job) = self.meant_upload() {
            self.limit_rate(job, limit, effects);
        }
        Ok(())
    }

    fn limit_rate(&mut self, job: JobId, limit: Option<u64>, effects: &mut Vec<Effect>) {
        let task = self.tasks.list.iter().find(|task| task.job == job);
        let transfer = task.filter(|task| task.is_upload());
        let Some(transfer) = transfer.and_then(|task| task.transfer.as_ref()) else {
            self.say(Severity::Info, "the upload has ended meanwhile");
            return;
        };
        let pace = Pace {
            limit,
            ..transfer.pace
        };
        let text = limit.map_or_else(
            || "no limit from now on".to_owned(),
            |limit| format!("at most {}/s from now on", human::size(limit)),
        );
        self.set_pace(job, pace, text, effects);
    }

    fn meant_transfer(&mut self) -> Option<(JobId, &Transfer)> {
        let job = self.meant_upload()?;
        let task = self.tasks.list.iter().find(|task| task.job == job)?;
        Some((job, task.transfer.as_deref()?))
    }

    fn set_pace(
        &mut self,
        job: JobId,
        pace: Pace,
        text: impl Into<String>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(transfer) = self.tasks.get_mut(job).and_then(Task::transfer_mut) {
            transfer.pace = pace;
            effects.push(Effect::Send(Command::Pace { job, pace }));
            self.messages.hint(self.now, text);
        }
    }

    /// Cancels a task; an upload is asked how.
    pub(super) fn cancel_task(&mut self, effects: &mut Vec<Effect>) {
        let current = self.tasks.current();
        let Some((job, kind, running)) = current.map(|of| (of.job, of.kind, of.is_running()))
        else {
            return;
        };
        if !running {
            self.messages.hint(self.now, "this task has ended");
        } else if kind == TaskKind::Send {
            self.dialog = Some(Dialog::Stop(StopDialog {
                job,
                abort: None,
                from_report: self.shows_report(),
            }));
        } else {
            self.stop(job, Command::Cancel(job), effects);
        }
    }

    pub(super) fn stop_key(
        &mut self,
        mut dialog: StopDialog,
        key: Key,
        effects: &mut Vec<Effect>,
    ) -> Option<Dialog> {
        let job = dialog.job;
        if let Some(confirm) = &mut dialog.abort {
            match confirm.key(key) {
                Answer::Confirmed => self.stop(job, Command::Drop(job), effects),
                Answer::Back => {
                    dialog.abort = None;
                    return Some(Dialog::Stop(dialog));
                }
                Answer::Open => return Some(Dialog::Stop(dialog)),
            }
        } else {
            match key.code {
                Code::Enter | Code::Char('k' | 'x') => {
                    self.stop(job, Command::Cancel(job), effects);
                }
                Code::Char('a') => {
                    dialog.abort = Some(Confirm::new(ABORT));
                    return Some(Dialog::Stop(dialog));
                }
                Code::Esc | Code::Char('n' | 'q') => {}
                _ => return Some(Dialog::Stop(dialog)),
            }
        }
        report(job, dialog.from_report)
    }

    fn stop(&mut self, job: JobId, command: Command, effects: &mut Vec<Effect>) {
        match self.tasks.get_mut(job).filter(|task| task.is_running()) {
            Some(task) => {
                task.cancelling = true;
                self.watching.note_stop(job);
                effects.push(Effect::Send(command));
            }
            None => self.say(Severity::Info, "the task has ended meanwhile"),
        }
    }
}

/// The details from which a dialog was opened.
fn report(job: JobId, from_report: bool) -> Option<Dialog> {
    from_report.then_some(Dialog::Report { job, scroll: 0 })
}
