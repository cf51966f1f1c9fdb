//! A bucket's lifecycle rules, and a rule against orphans that is proposed. Changes nothing before its word is
//! typed.

use super::Confirm;
use crate::app::input::{Code, Key};
use crate::app::text::Line;
use crate::model::lifecycle::{Change, Line as DiffLine, Plan, Proposal, difference, propose};
use crate::protocol::{Fault, JobId, Prevention};

/// The word that has the rules written.
pub const WORD: &str = "write";

/// The dialog.
#[derive(Debug, Clone)]
pub struct RulesDialog {
    pub bucket: String,
    pub days: Line,
    pub prefix: Line,
    /// The prefix has the keys.
    pub on_prefix: bool,
    /// What is known of the rules; `None`: they are being asked for.
    pub found: Option<Prevention>,
    /// The change that the form comes to, or why there is none.
    pub plan: Option<Result<Plan, String>>,
    /// What that changes.
    pub lines: Vec<DiffLine>,
    pub step: RulesStep,
    /// Of what stands below the form.
    pub scroll: usize,
    /// Why the last write did not go well.
    pub fault: Option<Fault>,
    /// Nothing may be changed.
    pub read_only: bool,
}

/// How far the dialog is.
#[derive(Debug, Clone)]
pub enum RulesStep {
    /// The rules are asked for.
    Looking(JobId),
    Form,
    /// The change waits for its word.
    Confirm(Confirm, Box<Change>),
    Writing(JobId),
    /// Written and read back; what was done.
    Done(String),
}

impl RulesDialog {
    pub fn new(bucket: String, prefix: &str, job: JobId, read_only: bool) -> Self {
        Self {
            bucket,
            days: Line::new("7".to_owned()),
            prefix: Line::new(prefix.to_owned()),
            on_prefix: false,
            found: None,
            plan: None,
            lines: Vec::new(),
            step: RulesStep::Looking(job),
            scroll: 0,
            fault: None,
            read_only,
        }
    }

    /// What is known of the rules by now; the form is made up again from it.
    pub fn take(&mut self, found: Prevention) {
        self.found = Some(found);
        self.replan();
    }

    /// The proposal that stands in the form.
    fn proposal(&self) -> Result<Proposal, String> {
        let typed = self.days.text().trim();
        let days = typed.parse().ok().filter(|days| *days > 0);
        let days = days.ok_or_else(|| match typed {
            "" => "after how many days? write a number from 1 on".to_owned(),
            _ => format!("'{typed}' is no number of days"),
        })?;
        Ok(Proposal {
            days,
            // Blanks are part of a key.
            prefix: self.prefix.text().to_owned(),
        })
    }

    fn replan(&mut self) {
        self.lines.clear();
        self.plan = None;
        if let Some(Prevention::Known(configuration)) = &self.found
            && !self.read_only
        {
            let plan = self.proposal().and_then(|proposal| {
                propose(configuration, &proposal).map_err(|why| why.to_string())
            });
            if let Ok(Plan {
                change: Some(change),
                ..
            }) = &plan
            {
                let before = change.before.as_ref().map(|of| of.body.as_str());
                let lines = difference(before, Some(&change.after.body));
                self.lines = lines.unwrap_or_default();
            }
            self.plan = Some(plan);
        }
    }

    /// Whether there is something to fill in.
    pub fn has_form(&self) -> bool {
        matches!(self.found, Some(Prevention::Known(_))) && !self.read_only
    }

    /// Edits the form or scrolls what stands below it, which can be scrolled so far.
    pub fn form_key(&mut self, key: Key, reach: usize) {
        const PAGE: usize = 10;
        let at = self.scroll.min(reach);
        let down = |rows: usize| at.saturating_add(rows).min(reach);
        match key.code {
            Code::Down => self.scroll = down(1),
            Code::Up => self.scroll = at.saturating_sub(1),
            Code::PageDown => self.scroll = down(PAGE),
            Code::PageUp => self.scroll = at.saturating_sub(PAGE),
            Code::Tab | Code::BackTab => self.on_prefix = !self.on_prefix,
            _ if self.has_form() => {
                self.line().key(key);
                self.edited();
            }
            _ => {}
        }
    }

    pub fn paste(&mut self, text: &str) {
        if matches!(self.step, RulesStep::Form) && self.has_form() {
            self.line().paste(text);
            self.edited();
        }
    }

    fn line(&mut self) -> &mut Line {
        if self.on_prefix {
            &mut self.prefix
        } else {
            &mut self.days
        }
    }

    fn edited(&mut self) {
        self.fault = None;
        self.scroll = 0;
        self.replan();
    }

    /// Asks for the word, if there is something to write.
    pub fn confirm(&mut self) {
        if let Some(Ok(Plan {
            change: Some(change),
            ..
        })) = &self.plan
        {
            let change = Box::new(change.clone());
            self.step = RulesStep::Confirm(Confirm::new(WORD), change);
        }
    }
}
