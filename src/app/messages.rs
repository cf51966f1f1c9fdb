//! What was reported, so that no error message is lost when its line on screen is gone.

use std::collections::VecDeque;

use crate::model::Timestamp;

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Good,
    Warning,
    Error,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: Timestamp,
    pub severity: Severity,
    pub text: String,
    /// How often it came in a row.
    pub times: u32,
}

/// All messages, and the one that is on screen now.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    log: VecDeque<Message>,
    shown: bool,
    /// A word about a key, shown once and not kept: it reports nothing that happened.
    hint: Option<Message>,
    /// How many the bound pushed out.
    pub dropped: u64,
}

/// More than this many are not kept.
const KEPT: usize = 2_000;

impl Messages {
    /// Adds a message and shows it.
    pub fn add(&mut self, at: Timestamp, severity: Severity, text: impl Into<String>) {
        self.record(at, severity, text);
        self.shown = true;
        self.hint = None;
    }

    /// Shows a word about a key without keeping it.
    pub fn hint(&mut self, at: Timestamp, text: impl Into<String>) {
        self.hint = Some(Message {
            at,
            severity: Severity::Info,
            text: text.into(),
            times: 1,
        });
    }

    /// Adds a message of something that the person is not looking at: it takes no room on screen.
    pub fn record(&mut self, at: Timestamp, severity: Severity, text: impl Into<String>) {
        let text = text.into();
        if let Some(last) = self.log.back_mut().filter(|last| last.text == text) {
            last.times += 1;
            last.at = at;
            return;
        }
        if self.log.len() == KEPT {
            self.log.pop_front();
            self.dropped += 1;
        }
        self.log.push_back(Message {
            at,
            severity,
            text,
            times: 1,
        });
    }

    /// The message on screen.
    pub fn current(&self) -> Option<&Message> {
        let newest = self.log.back().filter(|_| self.shown);
        self.hint.as_ref().or(newest)
    }

    /// Takes it off the screen; it stays in the log.
    pub fn dismiss(&mut self) -> bool {
        let hinted = self.hint.take().is_some();
        std::mem::take(&mut self.shown) || hinted
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Message> {
        self.log.iter().rev()
    }

    pub fn len(&self) -> usize {
        self.log.len()
    }

    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }
}
