//! What is wrong with a configuration file, shown with its line and a caret.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Why there are no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: cannot be read: {message}", path.display())]
    Unreadable { path: PathBuf, message: String },
    #[error(transparent)]
    Wrong(Box<Mistake>),
}

/// One mistake and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// How many characters are wrong, at least 1.
    pub width: usize,
    pub message: String,
}

impl Mistake {
    /// The mistake at the bytes `span` of `source`; of several lines, the first.
    pub fn at(path: &Path, source: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor(source, span.start);
        let end = floor(source, span.end).max(start);
        let begin = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let stop = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let line = source[begin..stop].trim_end_matches('\r');
        let width = source[start..end.min(begin + line.len()).max(start)]
            .chars()
            .count();
        Self {
            path: path.to_path_buf(),
            line: source[..begin].matches('\n').count() + 1,
            column: source[begin..start].chars().count() + 1,
            // One cell each, so that the caret stands below what it means.
            text: line
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
            width: width.max(1),
            message: message.into(),
        }
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            column,
            text,
            width,
            message,
        } = self;
        let gutter = line.to_string().len();
        writeln!(f, "{}:{line}:{column}: {message}", path.display())?;
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{line} | {text}")?;
        write!(
            f,
            "{:gutter$} | {:>indent$}{}",
            "",
            "",
            "^".repeat(*width),
            indent = column - 1
        )
    }
}

impl std::error::Error for Mistake {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_what_is_wrong() {
        let text = "a = 1\nüx = \"no\"\r\n";
        let span = text.find("\"no\"").unwrap();
        let mistake = Mistake::at(Path::new("c.toml"), text, span..span + 4, "no");
        assert_eq!(
            mistake.to_string(),
            "c.toml:2:6: no\n  |\n2 | üx = \"no\"\n  |      ^^^^"
        );
    }

    #[test]
    fn a_span_at_or_behind_the_end_still_has_a_place() {
        for span in [6..6, 90..99, 2..90] {
            let mistake = Mistake::at(Path::new("c"), "a = 1\n", span.clone(), "");
            assert!(mistake.width >= 1 && mistake.column >= 1, "{span:?}");
        }
    }
}
