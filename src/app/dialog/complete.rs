//! The question before an upload is completed: what would become of it, of which parts, and a word that has to be
//! typed.

use super::Confirm;
use crate::app::text::Line;
use crate::model::Target;
use crate::model::completion::{Remark, Ruling};
use crate::model::human;
use crate::model::orphan::{Choice, Judged, Keys};
use crate::model::send::KeySource;
use crate::protocol::{Fault, JobId};

/// The question, about one upload.
#[derive(Debug, Clone)]
pub struct CompleteDialog {
    pub target: Target,
    /// The judgement under way.
    pub judging: Option<JobId>,
    /// The newest answer.
    pub judged: Option<Box<Judged>>,
    /// Why there is none.
    pub fault: Option<Fault>,
    /// What could not be seen meanwhile.
    pub warnings: Vec<Fault>,
    /// Which parts the object is to be made of.
    pub choice: Choice,
    /// The highest part number that is held, once all parts were judged.
    pub last: Option<u32>,
    pub if_none_match: bool,
    /// Where the SSE-C key is.
    pub key: Option<KeySource>,
    pub step: CompleteStep,
    /// Why the last key did nothing.
    pub note: Option<String>,
    pub scroll: usize,
}

/// A line that is asked for, and why the last one was refused.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub input: Line,
    pub error: Option<String>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum CompleteStep {
    /// The verdict is read.
    Review,
    /// The number of the last part that is kept.
    Keep(Asked),
    /// Where the SSE-C key is.
    Key(Asked),
    Confirm(Confirm),
}

impl CompleteDialog {
    /// About an upload of which nothing was judged yet.
    pub const fn new(target: Target) -> Self {
        Self {
            target,
            judging: None,
            judged: None,
            fault: None,
            warnings: Vec::new(),
            choice: Choice::All,
            last: None,
            if_none_match: false,
            key: None,
            step: CompleteStep::Review,
            note: None,
            scroll: 0,
        }
    }

    /// How requests are made.
    pub fn keys(&self) -> Keys {
        Keys {
            customer_key_from: self.key.clone(),
            ..Keys::default()
        }
    }

    /// Takes an answer in.
    pub fn take(&mut self, judged: Judged) {
        if self.choice == Choice::All {
            self.last = judged.parts.last().map(|part| part.number);
        }
        self.fault = None;
        self.judged = Some(Box::new(judged));
    }

    fn has(&self, is_it: impl Fn(&Remark) -> bool) -> bool {
        let judged = self.judged.as_ref();
        judged.is_some_and(|judged| judged.completion.remarks.iter().any(is_it))
    }

    /// Whether somebody sends it still, or may.
    pub fn may_be_alive(&self) -> bool {
        self.has(|remark| matches!(remark, Remark::Alive(_) | Remark::MayBeAlive))
    }

    /// Whether an object would be replaced, or become an older version.
    pub fn replaces(&self) -> bool {
        let judged = self.judged.as_ref();
        judged.is_some_and(|judged| judged.existing.is_some()) && !self.if_none_match
    }

    /// What has to be typed: it names what is out of the ordinary.
    pub fn wanted(&self) -> &'static str {
        match (self.may_be_alive(), self.replaces()) {
            (false, false) => "complete",
            (true, false) => "complete active",
            (false, true) => "replace",
            (true, true) => "replace active",
        }
    }

    /// Why it cannot be asked for now; `None` if it can.
    pub fn obstacle(&self) -> Option<String> {
        let Some(judged) = &self.judged else {
            return Some(match self.judging {
                Some(_) => "it is still being judged".to_owned(),
                None => "it could not be judged; r tries again".to_owned(),
            });
        };
        if self.judging.is_some() {
            return Some("it is still being judged".to_owned());
        }
        if judged.completion.ruling == Ruling::Cannot {
            return Some(
                "it cannot be completed; n leaves parts behind the first ones out".to_owned(),
            );
        }
        (self.if_none_match && judged.existing.is_some()).then(|| {
            "the key holds an object, which is not to be overwritten: i allows it".to_owned()
        })
    }

    /// The parts of a choice that was typed: a number, or nothing for all.
    pub fn chosen(&self, text: &str) -> Result<Choice, String> {
        let text = text.trim().replace(',', "");
        if text.is_empty() {
            return Ok(Choice::All);
        }
        let number: u32 = text
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| format!("'{text}' is no part number"))?;
        match self.last {
            Some(last) if number > last => Err(format!(
                "the last part is {}",
                human::count(u64::from(last))
            )),
            Some(last) if number == last => Ok(Choice::All),
            _ => Ok(Choice::UpTo(number)),
        }
    }
}
