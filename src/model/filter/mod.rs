//! The filter language, the same on screen and in scripts: `video age>7d size>1GiB -state:active`.
//!
//! Terms stand apart by white space and all must hold. A term is true, false, or not yet to be told, because
//! only the parts could answer it. Knows subjects and moments, not tables.

mod eval;
mod group;
mod parse;
mod suggest;
mod value;

use std::time::Duration;

use regex::Regex;

pub use group::of_group;
pub use suggest::{applicable, suggestions};
pub use value::{parse_duration, parse_size};

use super::catalog::UploadId;
use super::{Measure, State, Thresholds, Timestamp, Upload, human};

/// What a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub upload_id: UploadId<'a>,
    pub initiated: Option<Timestamp>,
    pub storage_class: Option<&'a str>,
    pub initiator: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub measure: Measure,
    /// When its parts were last found to differ from an earlier look.
    pub moved_at: Option<Timestamp>,
    /// When it ends by itself, as far as that is known.
    pub deadline: Option<Timestamp>,
}

impl<'a> Subject<'a> {
    /// An entry of a listing, looked at once at most.
    pub fn of(bucket: &'a str, upload: &'a Upload, measure: Measure) -> Self {
        Self {
            bucket,
            key: &upload.key,
            upload_id: upload.upload_id.as_str().into(),
            initiated: upload.initiated,
            storage_class: upload.storage_class.as_deref(),
            initiator: upload.initiator.as_deref(),
            owner: upload.owner.as_deref(),
            measure,
            moved_at: None,
            deadline: None,
        }
    }
}

/// When a filter looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub now: Timestamp,
    pub thresholds: Thresholds,
}

/// A parsed filter. The empty one, which is the default, lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// `age`, by the initiation.
    Age(Comparison, Span),
    /// `began`, by the date of the initiation; `None`: there is none.
    Began(Comparison, Option<Dates>),
    /// `idle`, by the last sign of life.
    Idle(Comparison, Span),
    /// `deadline`, by the time that is left.
    Deadline(Comparison, Span),
    Size(Comparison, u64),
    Parts(Comparison, u64),
    State(Vec<State>),
    Text(Place, Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Greater,
    AtLeast,
    Less,
    AtMost,
    Equal,
}

/// A time span, and the unit down to which it was written: `age:7d` means seven days and some hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    length: Duration,
    unit: Duration,
}

/// A day in UTC, or a second, as it was written: milliseconds since 1970, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dates {
    begin: i64,
    end: i64,
}

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Key,
    Id,
    Bucket,
    Class,
    Initiator,
    Owner,
}

#[derive(Debug, Clone)]
enum Pattern {
    Contains(eval::Needle),
    Is(String),
    /// Any of these, in upper or lower case.
    OneOf(Vec<String>),
    Matches(Regex),
}

/// Why a text is no filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl FilterError {
    /// The filter with a caret under the place, and the message below: three lines.
    pub fn render(&self, text: &str) -> String {
        let before: String = text.chars().take(self.column.saturating_sub(1)).collect();
        let indent = human::escape(&before).chars().count();
        format!(
            "{}\n{}^\n{}",
            human::escape(text),
            " ".repeat(indent),
            self.message
        )
    }
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: text.to_owned(),
            terms: parse::terms(text)?,
        })
    }

    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything pass.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether there is a term that only the parts can answer.
    pub fn needs_sizes(&self) -> bool {
        self.terms.iter().any(|term| {
            matches!(
                term.test,
                Test::Idle(..)
                    | Test::Deadline(..)
                    | Test::Size(..)
                    | Test::Parts(..)
                    | Test::State(_)
            )
        })
    }

    /// Whether there is a term about deadlines.
    pub fn needs_deadlines(&self) -> bool {
        self.terms
            .iter()
            .any(|term| matches!(term.test, Test::Deadline(..)))
    }

    /// Whether the same upload may be judged otherwise as time passes.
    pub fn depends_on_time(&self) -> bool {
        self.terms.iter().any(|term| {
            matches!(
                term.test,
                Test::Age(..) | Test::Idle(..) | Test::Deadline(..) | Test::State(_)
            )
        })
    }

    /// What the key alone decides: whether all terms hold, or `None` if more has to be looked at.
    pub fn by_key(&self, key: &str) -> Option<bool> {
        let mut all = true;
        for term in &self.terms {
            match &term.test {
                Test::Text(Place::Key, pattern) => {
                    if eval::matches(key, pattern) == term.negated {
                        return Some(false);
                    }
                }
                _ => all = false,
            }
        }
        all.then_some(true)
    }

    /// Whether all terms hold; `None` when that cannot be told before the upload is sized.
    pub fn eval(&self, subject: &Subject<'_>, moment: &Moment) -> Option<bool> {
        let mut verdict = Some(true);
        for term in &self.terms {
            match eval::holds(term, subject, moment) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => verdict = None,
            }
        }
        verdict
    }
}
