//! What was reported, so that no error message is lost when its line on screen is gone.

use std::collections::VecDeque;
use std::time::Duration;

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
    /// The one on screen: not always the newest, since some are only recorded.
    shown: Option<Message>,
    /// A word about a key, shown once and not kept: it reports nothing that happened.
    hint: Option<Message>,
    /// How many the bound pushed out.
    pub dropped: u64,
}

/// What is no warning leaves the keys their line after this.
const SHOWN: Duration = Duration::from_secs(10);
/// More than this many are not kept.
const KEPT: usize = 2_000;

impl Messages {
    /// Adds a message and shows it.
    pub fn add(&mut self, at: Timestamp, severity: Severity, text: impl Into<String>) {
        self.record(at, severity, text);
        self.shown = self.log.back().cloned();
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
        self.hint.as_ref().or(self.shown.as_ref())
    }

    /// Takes it off the screen; it stays in the log.
    pub fn dismiss(&mut self) -> bool {
        let hinted = self.hint.take().is_some();
        self.shown.take().is_some() || hinted
    }

    /// Takes what is no warning off the screen once it was there for long enough; it stays in the log.
    pub fn expire(&mut self, now: Timestamp) {
        let old = |message: &mut Message| passes(message) && now.since(message.at) >= SHOWN;
        self.hint.take_if(old);
        self.shown.take_if(old);
    }

    /// Whether anything on screen will expire.
    pub fn expires(&self) -> bool {
        self.hint.iter().chain(&self.shown).any(passes)
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

fn passes(message: &Message) -> bool {
    message.severity < Severity::Warning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_warning_gives_the_keys_their_line_back() {
        let mut messages = Messages::default();
        let at = Timestamp::from_secs(0);
        messages.add(at, Severity::Info, "sorted");
        messages.expire(at.plus(Duration::from_secs(9)));
        assert!(messages.current().is_some() && messages.expires());
        messages.expire(at.plus(SHOWN));
        assert!(messages.current().is_none() && !messages.expires());
        messages.add(at, Severity::Error, "denied");
        messages.hint(at, "x does nothing here");
        messages.expire(at.plus(SHOWN));
        let shown = messages.current().map(|message| message.severity);
        assert_eq!(shown, Some(Severity::Error), "an error waits to be read");
        assert_eq!(messages.len(), 2);
    }

    #[test]
    fn what_is_only_recorded_does_not_push_a_message_off_the_screen() {
        let mut messages = Messages::default();
        let at = Timestamp::from_secs(0);
        messages.add(at, Severity::Good, "copied");
        messages.record(at, Severity::Error, "another bucket is denied");
        assert_eq!(
            messages.current().map(|message| message.text.as_str()),
            Some("copied")
        );
        assert_eq!(messages.len(), 2);
        assert!(messages.dismiss());
        assert_eq!(messages.current(), None);
    }
}
