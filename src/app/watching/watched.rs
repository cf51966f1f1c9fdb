//! What is known of the uploads that are watched: figures, where their parts stand, and what happened. Bounded:
//! a part takes 32 bytes here, and of what happened the newest is kept.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::human;
use crate::model::watch::{Ending, Interval, Pulse, Vitals};
use crate::model::{Part, Target, Timestamp};
use crate::protocol::JobId;

/// Of what happened to one upload so much is kept.
const KEPT: usize = 200;
/// Numbers of parts that are named in one event.
const NAMED: usize = 4;

/// A part as far as the map needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dot {
    pub arrived: Option<Timestamp>,
    /// Bytes.
    pub size: u64,
    pub number: u32,
    /// It replaced another one.
    pub is_resent: bool,
    /// It came after one of a higher number.
    pub is_late: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What was there when one began to look.
    Found {
        parts: u32,
        bytes: u64,
    },
    Arrived {
        parts: u32,
        bytes: u64,
        /// The first and the last of their numbers.
        first: u32,
        last: u32,
    },
    /// The first of their numbers, and how many they are.
    Resent {
        named: Vec<u32>,
        parts: u32,
    },
    Stalled(Duration),
    /// Parts arrive again.
    Moving,
    /// A look failed.
    Trouble(String),
    /// The size became known, or is not counted on any more.
    Size(Option<u64>),
    Ended(Ending),
    /// Nobody watches any more, and why.
    Lost(String),
}

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Of several in a row: the first.
    pub since: Timestamp,
    pub at: Timestamp,
    pub what: What,
}

/// How watching ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The upload is over.
    Over(Ending),
    /// It cannot be watched any more, and why.
    Lost(String),
}

/// One watched upload.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub job: JobId,
    pub target: Target,
    pub started: Timestamp,
    /// `None` until the first look.
    pub vitals: Option<Box<Vitals>>,
    /// By number.
    pub dots: Vec<Dot>,
    /// The oldest first.
    pub events: VecDeque<Event>,
    pub end: Option<(Timestamp, End)>,
    /// What was asked for last.
    pub interval: Interval,
    pub wants_pause: bool,
    /// Bytes of the whole, as far as it was told here.
    pub size: Option<u64>,
    /// The person wants no more of it.
    pub stopping: bool,
}

impl Watched {
    pub fn new(job: JobId, target: Target, size: Option<u64>, now: Timestamp) -> Self {
        Self {
            job,
            target,
            started: now,
            vitals: None,
            dots: Vec::new(),
            events: VecDeque::new(),
            end: None,
            interval: Interval::default(),
            wants_pause: false,
            size,
            stopping: false,
        }
    }

    /// Whether it is still looked at.
    pub const fn runs(&self) -> bool {
        self.end.is_none()
    }

    pub fn is_paused(&self) -> bool {
        self.wants_pause || self.vitals.as_ref().is_some_and(|of| of.paused)
    }

    /// Whether all its parts were read once.
    fn is_caught_up(&self) -> bool {
        self.vitals.as_ref().is_some_and(|of| of.caught_up)
    }

    pub fn pulse(&self) -> Pulse {
        self.vitals.as_ref().map_or(Pulse::Waiting, |of| of.pulse)
    }

    /// A sign and a word for how it goes: told apart without colour.
    pub fn state(&self) -> (char, &'static str) {
        match &self.end {
            Some((_, End::Over(ending))) => match ending {
                Ending::Completed(_) => ('✓', ending.word()),
                Ending::Aborted => ('✗', ending.word()),
                Ending::Replaced(_) => ('≠', ending.word()),
                Ending::Untold(_) => ('?', ending.word()),
            },
            Some((_, End::Lost(_))) => ('!', "lost"),
            None if self.stopping => ('·', "stopping"),
            None if self.is_paused() => ('‖', "frozen"),
            None if self.vitals.is_none() => ('…', "looking"),
            None if !self.is_caught_up() => ('…', "reading"),
            None => match self.pulse() {
                Pulse::Waiting => ('…', Pulse::Waiting.word()),
                Pulse::Arriving => ('▲', Pulse::Arriving.word()),
                Pulse::Quiet => ('△', Pulse::Quiet.word()),
                Pulse::Stalled => ('■', Pulse::Stalled.word()),
            },
        }
    }

    /// How long no part has come, by now.
    pub fn quiet(&self, now: Timestamp) -> Option<Duration> {
        let vitals = self.vitals.as_ref()?;
        let since = match self.end {
            None if !vitals.paused => now.since(vitals.at),
            _ => Duration::ZERO,
        };
        Some(vitals.quiet?.saturating_add(since))
    }

    /// Notes what happened; of what happens in a row one event is made.
    pub(super) fn note(&mut self, at: Timestamp, what: What) {
        if let Some(last) = self.events.back_mut()
            && last.what.merge(&what)
        {
            last.at = at;
            return;
        }
        if self.events.len() == KEPT {
            self.events.pop_front();
        }
        let since = at;
        self.events.push_back(Event { since, at, what });
    }

    /// Parts that came; before all of them were read once they were there before.
    pub(super) fn take_arrived(&mut self, parts: &[Part], now: Timestamp) {
        let bytes = parts
            .iter()
            .map(|part| part.size)
            .fold(0, u64::saturating_add);
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let caught_up = self.is_caught_up();
        let numbers = || parts.iter().map(|part| part.number);
        let what = if caught_up {
            What::Arrived {
                parts: count,
                bytes,
                first: numbers().min().unwrap_or(0),
                last: numbers().max().unwrap_or(0),
            }
        } else {
            What::Found {
                parts: count,
                bytes,
            }
        };
        if count > 0 {
            self.note(now, what);
        }
        self.dot(parts, false);
    }

    pub(super) fn take_resent(&mut self, parts: &[Part], now: Timestamp) {
        let what = What::Resent {
            named: parts.iter().map(|part| part.number).take(NAMED).collect(),
            parts: u32::try_from(parts.len()).unwrap_or(u32::MAX),
        };
        self.note(now, what);
        self.dot(parts, true);
    }

    fn dot(&mut self, parts: &[Part], is_resent: bool) {
        for part in parts {
            let dot = Dot {
                arrived: part.last_modified,
                size: part.size,
                number: part.number,
                is_resent,
                is_late: false,
            };
            match self.dots.binary_search_by_key(&dot.number, |of| of.number) {
                Ok(at) => self.dots[at] = dot,
                Err(at) => self.dots.insert(at, dot),
            }
        }
        let mut earliest_above = None;
        for dot in self.dots.iter_mut().rev() {
            // When what was replaced came first is not known any more.
            let Some(arrived) = dot.arrived.filter(|_| !dot.is_resent) else {
                continue;
            };
            dot.is_late = earliest_above.is_some_and(|above| arrived > above);
            earliest_above = Some(earliest_above.map_or(arrived, |above| arrived.min(above)));
        }
    }
}

impl What {
    /// Takes in what happened next, if that is more of the same.
    fn merge(&mut self, next: &Self) -> bool {
        match (self, next) {
            (
                Self::Found { parts, bytes },
                Self::Found {
                    parts: more,
                    bytes: beside,
                },
            ) => {
                *parts = parts.saturating_add(*more);
                *bytes = bytes.saturating_add(*beside);
            }
            (
                Self::Arrived {
                    parts,
                    bytes,
                    first,
                    last,
                },
                Self::Arrived {
                    parts: more,
                    bytes: beside,
                    first: other_first,
                    last: other_last,
                },
            ) => {
                *parts = parts.saturating_add(*more);
                *bytes = bytes.saturating_add(*beside);
                *first = (*first).min(*other_first);
                *last = (*last).max(*other_last);
            }
            (
                Self::Resent { named, parts },
                Self::Resent {
                    named: others,
                    parts: more,
                },
            ) => {
                *parts = parts.saturating_add(*more);
                named.extend(others);
                named.truncate(NAMED);
            }
            (Self::Trouble(text), Self::Trouble(other)) => return text == other,
            _ => return false,
        }
        true
    }

    /// In words; not yet escaped.
    pub fn text(&self) -> String {
        let number = |number: u32| human::count(u64::from(number));
        let some = |parts: u32| {
            let word = if parts == 1 { "part" } else { "parts" };
            format!("{} {word}", number(parts))
        };
        match self {
            Self::Found { parts, bytes } => {
                let was = if *parts == 1 { "was" } else { "were" };
                format!("{}, {} {was} there", some(*parts), human::size(*bytes))
            }
            Self::Arrived {
                parts,
                bytes,
                first,
                last,
            } => {
                let range = if first == last {
                    format!("#{}", number(*first))
                } else {
                    format!("#{}–{}", number(*first), number(*last))
                };
                format!(
                    "{} arrived, {} ({range})",
                    some(*parts),
                    human::size(*bytes)
                )
            }
            Self::Resent { named, parts } => {
                let names: Vec<String> =
                    named.iter().map(|of| format!("#{}", number(*of))).collect();
                let beyond = parts.saturating_sub(u32::try_from(named.len()).unwrap_or(0));
                let more = if beyond > 0 {
                    format!(" and {} more", number(beyond))
                } else {
                    String::new()
                };
                format!("{} sent again: {}{more}", some(*parts), names.join(", "))
            }
            Self::Stalled(quiet) => format!("stalled: no part for {}", human::age(*quiet)),
            Self::Moving => "parts arrive again".to_owned(),
            Self::Trouble(why) => format!("a look failed: {why}"),
            Self::Size(Some(size)) => format!("the whole is {}", human::size(*size)),
            Self::Size(None) => "the size of the whole is not counted on".to_owned(),
            Self::Ended(ending) => ending_text(ending),
            Self::Lost(why) => format!("not watched any more: {why}"),
        }
    }
}

/// `completed: 12.0 GiB, ETag 9bb5…-1536`: how it ended, in one sentence; not yet escaped.
pub fn ending_text(ending: &Ending) -> String {
    match ending {
        Ending::Completed(object) => format!(
            "completed: {}, ETag {}",
            human::size(object.size),
            object.etag
        ),
        Ending::Aborted => "aborted by somebody: nothing of it is left".to_owned(),
        Ending::Replaced(object) => format!(
            "over, and replaced by another write: {}, ETag {}",
            human::size(object.size),
            object.etag
        ),
        Ending::Untold(why) => format!("over; what became of it cannot be told: {why}"),
    }
}
