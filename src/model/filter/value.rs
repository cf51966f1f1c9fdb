//! Values of terms: sizes, counts and time spans.

use std::time::Duration;

use super::{Dates, FilterError, Span};
use crate::model::Timestamp;

pub(super) fn error<T>(column: usize, message: impl Into<String>) -> Result<T, FilterError> {
    Err(FilterError {
        column,
        message: message.into(),
    })
}

/// What stands behind a field or for itself.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) quoted: bool,
    /// Of its first character, or the last one of the filter if there is none.
    pub(super) column: usize,
}

/// Splits `12.5GiB` behind the digits.
fn leading_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

pub(super) fn whole(value: &Value) -> Result<u64, FilterError> {
    value.text.parse().or_else(|_| {
        error(
            value.column,
            format!("'{}' is no count; write parts>=100", value.text),
        )
    })
}

pub(super) fn bytes(value: &Value) -> Result<u64, FilterError> {
    let wrong = || {
        format!(
            "'{}' is no size; write 10k, 500MB, 1.5GiB or bytes",
            value.text
        )
    };
    let (number, unit) = leading_number(&value.text);
    let unit = unit.to_ascii_lowercase();
    let (letter, thousand) = match unit.as_str() {
        "" | "b" => ("", 1024_u64),
        unit => match (unit.strip_suffix("ib"), unit.strip_suffix('b')) {
            (Some(letter), _) => (letter, 1024),
            (None, Some(letter)) => (letter, 1000),
            (None, None) => (unit, 1024),
        },
    };
    let powers = ["", "k", "m", "g", "t", "p", "e"];
    let Some(power) = powers.iter().position(|known| *known == letter) else {
        return error(value.column, wrong());
    };
    if letter.is_empty() && unit.len() > 1 {
        return error(value.column, wrong());
    }
    let factor = (0..power).fold(1_u64, |factor, _| factor.saturating_mul(thousand));
    if let Ok(number) = number.parse::<u64>() {
        return number
            .checked_mul(factor)
            .map_or_else(|| error(value.column, "this size is too large"), Ok);
    }
    match number.parse::<f64>() {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a fraction of a unit is an approximation; casts of floats saturate"
        )]
        Ok(number) => Ok((number * factor as f64).round() as u64),
        Err(_) => error(value.column, wrong()),
    }
}

/// A time span as filters and configuration write it: `30s`, `15m`, `12h`, `7d`, `2w`, `1d12h`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let value = Value {
        text: text.to_owned(),
        quoted: false,
        column: 1,
    };
    span(&value).ok().map(|span| span.length)
}

/// A size in bytes as filters, options and configuration write it: `16777216`, `10k`, `16MB`, `1.5GiB`.
/// `None` if it is none, or too large.
pub fn parse_size(text: &str) -> Option<u64> {
    let value = Value {
        text: text.to_owned(),
        quoted: false,
        column: 1,
    };
    bytes(&value).ok()
}

/// A day as `2026-11-20`, which is one in UTC, or a point in time as in RFC 3339, to the second.
pub(super) fn dates(value: &Value) -> Result<Dates, FilterError> {
    let text = &value.text;
    let (point, length) = if text.contains(['T', 't', ' ']) {
        (Timestamp::from_rfc3339(text), 1_000)
    } else {
        let midnight = format!("{text}T00:00:00Z");
        (Timestamp::from_rfc3339(&midnight), 86_400_000)
    };
    let Some(point) = point else {
        return error(
            value.column,
            format!("'{text}' is no date; write 2026-11-20, 2026-11-20T09:30:00Z or unknown"),
        );
    };
    let begin = point.millis();
    Ok(Dates {
        begin,
        end: begin.saturating_add(length),
    })
}

pub(super) fn span(value: &Value) -> Result<Span, FilterError> {
    let wrong = || {
        error(
            value.column,
            format!(
                "'{}' is no time span; write 30s, 15m, 12h, 7d, 2w or 1d12h",
                value.text
            ),
        )
    };
    let mut rest = value.text.as_str();
    let mut span = Span {
        length: Duration::ZERO,
        unit: Duration::ZERO,
    };
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let mut behind = behind.chars();
        let unit = match behind.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 7 * 86_400,
            _ => return wrong(),
        };
        let Ok(number) = number.parse::<u64>() else {
            return wrong();
        };
        let length = number
            .checked_mul(unit)
            .and_then(|secs| span.length.checked_add(Duration::from_secs(secs)));
        let Some(length) = length else {
            return error(value.column, "this time span is too long");
        };
        span = Span {
            length,
            unit: Duration::from_secs(unit),
        };
        rest = behind.as_str();
    }
    if span.unit.is_zero() {
        return wrong();
    }
    Ok(span)
}
