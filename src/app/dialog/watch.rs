//! The watch view: a screen of its own over the panes. What it shows is the app's; here is what is asked in it.

use std::path::PathBuf;
use std::time::Duration;

use super::Menu;
use crate::app::text::Line;
use crate::model::filter;
use crate::model::watch::Interval;
use crate::protocol::JobId;

/// The watch view while it is open.
#[derive(Debug, Clone, Default)]
pub struct WatchView {
    /// What is being typed.
    pub asked: Option<Asked>,
    /// What to copy.
    pub menu: Option<Menu>,
    /// Its keys are shown.
    pub helps: bool,
}

/// What a line is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Size,
    Interval,
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Asked {
    pub job: JobId,
    pub about: About,
    pub input: Line,
    pub error: Option<String>,
}

/// What was typed for the size of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sized {
    /// Bytes; `None`: it is not known.
    Bytes(Option<u64>),
    /// As long as this file is.
    File(PathBuf),
}

/// `12GiB`, bytes, nothing or `off`; anything else names a file.
pub fn parse_size(text: &str) -> Sized {
    let text = text.trim();
    if matches!(text, "" | "off" | "none") {
        return Sized::Bytes(None);
    }
    filter::parse_size(text).map_or_else(
        || Sized::File(PathBuf::from(text)),
        |bytes| Sized::Bytes(Some(bytes)),
    )
}

/// The steps of `+` and `-`, in seconds; before the first it is the upload's own rhythm.
const STEPS: [u64; 9] = [1, 2, 5, 10, 30, 60, 300, 900, 3600];

/// `10s`, or `auto`, which nothing stands for too.
pub fn parse_interval(text: &str) -> Result<Interval, String> {
    let text = text.trim();
    if matches!(text, "" | "auto" | "adaptive") {
        return Ok(Interval::Adaptive);
    }
    let every = filter::parse_duration(text)
        .ok_or_else(|| format!("'{text}' is no time span: write 10s, 2m or auto"))?;
    if every < Duration::from_secs(1) {
        return Err("at least 1s: each look is a request".to_owned());
    }
    Ok(Interval::Every(every))
}

/// The next longer or shorter step; `now`: how often it looks now.
pub fn stepped(interval: Interval, now: Option<Duration>, longer: bool) -> Interval {
    let at = match interval {
        Interval::Every(every) => every,
        Interval::Adaptive => now.unwrap_or(Duration::from_secs(2)),
    };
    let steps = || STEPS.map(Duration::from_secs).into_iter();
    let found = if longer {
        steps().find(|step| *step > at)
    } else {
        steps().rfind(|step| *step < at)
    };
    let end = if longer {
        steps().next_back()
    } else {
        steps().next()
    };
    found.or(end).map_or(interval, Interval::Every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_size_and_everything_else_a_file() {
        assert_eq!(parse_size(" 12GiB "), Sized::Bytes(Some(12 << 30)));
        assert_eq!(parse_size("65536"), Sized::Bytes(Some(65_536)));
        assert_eq!(parse_size("off"), Sized::Bytes(None));
        assert_eq!(parse_size(""), Sized::Bytes(None));
        assert_eq!(parse_size("~/dump.bin"), Sized::File("~/dump.bin".into()));
    }

    #[test]
    fn intervals_are_typed_and_stepped_through() {
        let every = |secs| Interval::Every(Duration::from_secs(secs));
        assert_eq!(parse_interval("2m"), Ok(every(120)));
        assert_eq!(parse_interval("auto"), Ok(Interval::Adaptive));
        assert!(parse_interval("soon").is_err());
        let four = Some(Duration::from_secs(4));
        assert_eq!(stepped(Interval::Adaptive, four, true), every(5));
        assert_eq!(stepped(Interval::Adaptive, four, false), every(2));
        assert_eq!(stepped(every(1), None, false), every(1));
        assert_eq!(stepped(every(3600), None, true), every(3600));
    }
}
