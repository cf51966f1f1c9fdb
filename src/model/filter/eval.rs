//! Whether a term holds for an upload: yes, no, or not to be told until more of it is sized.
//!
//! An answer once given stays when the same upload is sized further.

use std::time::Duration;

use memchr::{memchr_iter, memchr2_iter, memmem};

use super::{Comparison, Dates, Moment, Pattern, Place, Span, Subject, Term, Test};
use crate::model::liveness;
use crate::model::{Extent, Measure, State, Timestamp};

/// What is known of a figure.
#[derive(Debug, Clone, Copy)]
enum Known<T: Copy> {
    /// It is this.
    Is(T),
    /// It is this or more.
    OrMore(T),
    /// It is this or less.
    OrLess(T),
    /// If it turns out to be known at all, then this or less.
    PerhapsOrLess(T),
    /// Nobody has looked.
    Open,
    /// It is missing, and will stay so: no comparison holds, nor does its negation.
    Missing,
}

pub(super) fn holds(term: &Term, subject: &Subject<'_>, moment: &Moment) -> Option<bool> {
    let negated = term.negated;
    match &term.test {
        Test::Age(comparison, span) => {
            let age = subject
                .initiated
                .map_or(Known::Missing, |at| Known::Is(moment.now.since(at)));
            decide_span(age, *comparison, *span, negated)
        }
        Test::Began(_, None) => Some(subject.initiated.is_none() != negated),
        Test::Began(comparison, Some(dates)) => {
            let held = |at: Timestamp| began(at.millis(), *comparison, *dates) != negated;
            Some(subject.initiated.is_some_and(held))
        }
        Test::Idle(comparison, span) => {
            decide_span(idle(subject, moment.now), *comparison, *span, negated)
        }
        Test::Deadline(comparison, span) => {
            decide_span(left(subject, moment.now), *comparison, *span, negated)
        }
        Test::Size(comparison, bytes) => decide(
            figure(&subject.measure, |extent| extent.bytes),
            *comparison,
            *bytes,
            negated,
        ),
        Test::Parts(comparison, parts) => decide(
            figure(&subject.measure, |extent| u64::from(extent.parts)),
            *comparison,
            *parts,
            negated,
        ),
        Test::State(wanted) => one_of(subject, moment, wanted).map(|held| held != negated),
        Test::Text(place, pattern) => Some(text(subject, *place, pattern) != negated),
    }
}

/// What is on the day itself is neither before nor after it.
const fn began(at: i64, comparison: Comparison, dates: Dates) -> bool {
    match comparison {
        Comparison::Greater => at >= dates.end,
        Comparison::AtLeast => at >= dates.begin,
        Comparison::Less => at < dates.begin,
        Comparison::AtMost => at < dates.end,
        Comparison::Equal => dates.begin <= at && at < dates.end,
    }
}

fn figure(measure: &Measure, of: impl Fn(&Extent) -> u64) -> Known<u64> {
    match measure {
        Measure::Unknown => Known::Open,
        Measure::AtLeast(extent) => Known::OrMore(of(extent)),
        Measure::Exact(extent) => Known::Is(of(extent)),
        Measure::Denied => Known::Missing,
    }
}

/// The time until it ends by itself; none once that is past. A service tells of a date only with the parts.
fn left(subject: &Subject<'_>, now: Timestamp) -> Known<Duration> {
    match (subject.deadline, &subject.measure) {
        (Some(at), _) => Known::Is(at.since(now)),
        (None, Measure::Unknown | Measure::AtLeast(_)) => Known::Open,
        (None, Measure::Exact(_) | Measure::Denied) => Known::Missing,
    }
}

fn idle(subject: &Subject<'_>, now: Timestamp) -> Known<Duration> {
    let sign = liveness::last_sign(subject.initiated, &subject.measure).max(subject.moved_at);
    let quiet = sign.map(|at| now.since(at));
    match (&subject.measure, quiet) {
        (Measure::Exact(extent), Some(quiet))
            if extent.parts == 0 || extent.last_part.is_some() || subject.moved_at.is_some() =>
        {
            Known::Is(quiet)
        }
        (Measure::Exact(_) | Measure::Denied, _) => Known::Missing,
        (Measure::AtLeast(extent), Some(quiet)) if extent.last_part.is_some() => {
            Known::OrLess(quiet)
        }
        (_, Some(quiet)) => Known::PerhapsOrLess(quiet),
        (_, None) => Known::Open,
    }
}

fn compare<T: PartialOrd + Copy>(value: T, comparison: Comparison, limit: T) -> bool {
    match comparison {
        Comparison::Greater => value > limit,
        Comparison::AtLeast => value >= limit,
        Comparison::Less => value < limit,
        Comparison::AtMost => value <= limit,
        Comparison::Equal => value == limit,
    }
}

fn decide<T: PartialOrd + Copy>(
    known: Known<T>,
    comparison: Comparison,
    limit: T,
    negated: bool,
) -> Option<bool> {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less};
    let held = match known {
        Known::Missing => return Some(false),
        Known::Open => return None,
        Known::Is(value) => compare(value, comparison, limit),
        Known::OrMore(least) => match comparison {
            Greater if least > limit => true,
            AtLeast if least >= limit => true,
            Less if least >= limit => false,
            AtMost | Equal if least > limit => false,
            _ => return None,
        },
        Known::OrLess(most) | Known::PerhapsOrLess(most) => match comparison {
            Less if most < limit => true,
            AtMost if most <= limit => true,
            Greater if most <= limit => false,
            AtLeast | Equal if most < limit => false,
            _ => return None,
        },
    };
    let held = held != negated;
    // It may yet turn out to be missing, and then the term does not hold either.
    if held && matches!(known, Known::PerhapsOrLess(_)) {
        return None;
    }
    Some(held)
}

fn decide_span(
    known: Known<Duration>,
    comparison: Comparison,
    span: Span,
    negated: bool,
) -> Option<bool> {
    if comparison != Comparison::Equal {
        return decide(known, comparison, span.length, negated);
    }
    let unit = span.unit.as_millis().max(1);
    let whole = |length: Duration| length.as_millis() / unit;
    let known = match known {
        Known::Is(length) => Known::Is(whole(length)),
        Known::OrMore(length) => Known::OrMore(whole(length)),
        Known::OrLess(length) => Known::OrLess(whole(length)),
        Known::PerhapsOrLess(length) => Known::PerhapsOrLess(whole(length)),
        Known::Open => Known::Open,
        Known::Missing => Known::Missing,
    };
    decide(known, comparison, whole(span.length), negated)
}

/// Whether the state is one of `wanted`, as far as what was seen leaves a choice.
fn one_of(subject: &Subject<'_>, moment: &Moment, wanted: &[State]) -> Option<bool> {
    let state = liveness::state_moved(
        &subject.measure,
        subject.moved_at,
        moment.now,
        &moment.thresholds,
    );
    if let Some(state) = state {
        return Some(wanted.contains(&state));
    }
    let may_be = |state: &State| match (&subject.measure, state) {
        (Measure::AtLeast(extent), State::Empty) => extent.parts == 0,
        (Measure::AtLeast(extent), State::Unknown) => extent.last_part.is_none(),
        (Measure::AtLeast(extent), State::Stale) => extent
            .last_part
            .is_none_or(|at| moment.now.since(at) >= moment.thresholds.stale),
        _ => true,
    };
    let mut possible = State::ALL.iter().filter(|state| may_be(state));
    let first = wanted.contains(possible.next()?);
    possible
        .all(|state| wanted.contains(state) == first)
        .then_some(first)
}

fn text(subject: &Subject<'_>, place: Place, pattern: &Pattern) -> bool {
    let value = match place {
        Place::Key => Some(subject.key),
        Place::Id => return matches(&subject.upload_id.text(), pattern),
        Place::Bucket => Some(subject.bucket),
        Place::Class => subject.storage_class,
        Place::Initiator => subject.initiator,
        Place::Owner => subject.owner,
    };
    value.is_some_and(|value| matches(value, pattern))
}

pub(super) fn matches(value: &str, pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Contains(needle) => needle.is_in(value),
        Pattern::Is(text) => text == value,
        Pattern::OneOf(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
        Pattern::Matches(regex) => regex.is_match(value),
    }
}

/// A text to look for in upper or lower case, prepared once.
#[derive(Debug, Clone)]
pub(super) enum Needle {
    /// Without letters: byte for byte.
    Bytes(Box<memmem::Finder<'static>>),
    /// ASCII: by its rarest byte, in both cases.
    Ascii { lower: Vec<u8>, at: usize, byte: u8 },
    /// Lower-cased; the text is lower-cased as well.
    Other(String),
}

/// How common a byte is in keys; rough, but `/` and vowels are no good to search by.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'/' | b'-' | b'0' | b'1' | b'2' => 4,
        b'e' | b'a' | b't' | b'o' | b'i' | b'n' | b's' | b'r' => 3,
        b'.' | b'_' | b'3'..=b'9' => 2,
        b'j' | b'q' | b'x' | b'z' | b'k' | b'w' | b'y' => 0,
        _ => 1,
    }
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        if !text.is_ascii() {
            return Self::Other(text.to_lowercase());
        }
        let lower = text.to_ascii_lowercase().into_bytes();
        let rarest = (0..lower.len()).min_by_key(|at| commonness(lower[*at]));
        match rarest {
            Some(at) if lower.iter().any(u8::is_ascii_alphabetic) => Self::Ascii {
                byte: lower[at],
                at,
                lower,
            },
            _ => Self::Bytes(Box::new(memmem::Finder::new(&lower).into_owned())),
        }
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Bytes(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Other(lower) => text.to_lowercase().contains(lower),
            Self::Ascii { lower, at, byte } => {
                let hay = text.as_bytes();
                if hay.len() < lower.len() {
                    return false;
                }
                // Where the rarest byte can lie in a match.
                let window = &hay[*at..hay.len() - (lower.len() - 1 - at)];
                let fits = |from: usize| hay[from..from + lower.len()].eq_ignore_ascii_case(lower);
                let upper = byte.to_ascii_uppercase();
                if upper == *byte {
                    memchr_iter(*byte, window).any(fits)
                } else {
                    memchr2_iter(*byte, upper, window).any(fits)
                }
            }
        }
    }
}
