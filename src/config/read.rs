//! Values with their place in the file; a wrong type is an error that points at it.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Mistake};
use super::nearest::nearest;
use crate::model::filter::{parse_duration, parse_size};

pub(super) type Value<'a> = Spanned<DeValue<'a>>;
pub(super) type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

/// A file's text and where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl<'a> Source<'a> {
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError::Wrong(Box::new(Mistake::at(self.path, self.text, span, message)))
    }

    /// A name that means nothing, with the known one that it resembles, else all.
    pub fn unknown(&self, what: &str, key: &Key, known: &[&str]) -> ConfigError {
        let name = key.get_ref();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("known: {}", known.join(", ")),
        };
        self.error(key.span(), format!("unknown {what} '{name}'; {hint}"))
    }

    pub fn document(&self) -> Result<DeTable<'a>, ConfigError> {
        DeTable::parse(self.text)
            .map(Spanned::into_inner)
            .map_err(|error| {
                let end = self.text.len();
                self.error(error.span().unwrap_or(end..end), error.message())
            })
    }

    fn wants(&self, value: &Value, what: &str) -> ConfigError {
        let found = value.get_ref().type_str();
        self.error(value.span(), format!("this wants {what}, not {found}"))
    }

    pub fn table<'v>(&self, value: &'v Value<'a>) -> Result<&'v DeTable<'a>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wants(value, "a table"))
    }

    pub fn string<'v>(&self, value: &'v Value<'a>) -> Result<&'v str, ConfigError> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wants(value, "text in quotes"))
    }

    pub fn boolean(&self, value: &Value) -> Result<bool, ConfigError> {
        value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.wants(value, "true or false"))
    }

    /// A number that is finite and not negative.
    pub fn amount(&self, value: &Value) -> Result<f64, ConfigError> {
        let digits = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.wants(value, "a number")),
        };
        digits
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite() && *number >= 0.0)
            .ok_or_else(|| {
                self.error(
                    value.span(),
                    "this wants a finite number that is not negative",
                )
            })
    }

    /// Bytes: a whole number, or a size such as `"16MiB"`.
    pub fn size(&self, value: &Value) -> Result<u64, ConfigError> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::String(text) => text.as_ref(),
            _ => return Err(self.wants(value, "a size such as \"16MiB\"")),
        };
        parse_size(text).ok_or_else(|| {
            let text = format!("'{text}' is no size; write 16MiB, 500MB or bytes");
            self.error(value.span(), text)
        })
    }

    /// One of `known` words, as `read` reads it.
    pub fn word<T>(
        &self,
        value: &Value<'a>,
        read: impl FnOnce(&str) -> Option<T>,
        known: &[&str],
    ) -> Result<T, ConfigError> {
        let word = self.string(value)?;
        read(word).ok_or_else(|| {
            let hint = match nearest(word, known.iter().copied()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("known: {}", known.join(", ")),
            };
            self.error(value.span(), format!("unknown word '{word}'; {hint}"))
        })
    }

    /// One text, or a list of them, each with its place.
    pub fn strings<'v>(
        &self,
        value: &'v Value<'a>,
    ) -> Result<Vec<(&'v str, Range<usize>)>, ConfigError> {
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            DeValue::String(_) => vec![value],
            _ => return Err(self.wants(value, "text in quotes, or a list of it")),
        };
        items
            .into_iter()
            .map(|item| Ok((self.string(item)?, item.span())))
            .collect()
    }

    /// A time span such as `"7d"` that is at least `least`.
    pub fn span(&self, value: &Value<'a>, least: Duration) -> Result<Duration, ConfigError> {
        let text = self.string(value)?;
        let span = parse_duration(text).ok_or_else(|| {
            self.error(
                value.span(),
                format!("'{text}' is no time span; write 30s, 15m, 12h, 7d, 2w or 1d12h"),
            )
        })?;
        if span < least {
            let least = least.as_secs();
            return Err(self.error(value.span(), format!("this must be at least {least}s")));
        }
        Ok(span)
    }

    /// A time span, or `none` where `word` stands.
    pub fn span_or(
        &self,
        value: &Value<'a>,
        word: &str,
        least: Duration,
    ) -> Result<Option<Duration>, ConfigError> {
        if self.string(value)? == word {
            return Ok(None);
        }
        self.span(value, least).map(Some)
    }
}
