//! An error in a configuration file: where it is, the line itself, and what was probably meant.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    message: String,
    /// Line and column, both from 1, and the line's text.
    place: Option<(usize, usize, String)>,
}

impl ConfigError {
    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self {
            file: file.display().to_string(),
            message: format!("the configuration cannot be read: {error}"),
            place: None,
        }
    }

    pub(super) fn at(file: &str, text: &str, span: Range<usize>, message: String) -> Self {
        let start = text.floor_char_boundary(span.start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..]
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let column = text[line_start..start].chars().count() + 1;
        let number = before.matches('\n').count() + 1;
        Self {
            file: file.to_owned(),
            message,
            place: Some((number, column, line)),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            None => write!(f, "{}: {}", self.file, self.message),
            Some((number, column, line)) => {
                writeln!(f, "{}:{number}:{column}: {}", self.file, self.message)?;
                writeln!(f, "  {line}")?;
                write!(f, "  {:>column$}", "^")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// `; did you mean 'x'?` for the nearest of `known`, or the list of all when none is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = known
        .clone()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .min()
        .filter(|(distance, other)| *distance <= 1.max(other.len() / 3));
    if let Some((_, other)) = near {
        format!("; did you mean '{other}'?")
    } else {
        let all: Vec<&str> = known.collect();
        format!("; known are {}", all.join(", "))
    }
}
