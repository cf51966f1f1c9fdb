//! Questions about uploads that run: how to stop one, how fast it may go, how to leave while some run.

use super::Confirm;
use crate::app::text::Line;
use crate::model::filter;
use crate::protocol::JobId;

/// How an upload is to be stopped: kept for later, or aborted.
#[derive(Debug, Clone)]
pub struct StopDialog {
    pub job: JobId,
    /// Aborting was chosen and waits for its word.
    pub abort: Option<Confirm>,
    /// Opened from the task's details, which come back.
    pub from_report: bool,
}

/// The most bytes a second.
#[derive(Debug, Clone)]
pub struct RateDialog {
    pub job: JobId,
    pub input: Line,
    pub error: Option<String>,
    /// Opened from the task's details, which come back.
    pub from_report: bool,
}

/// Something still runs.
#[derive(Debug, Clone)]
pub struct QuitDialog {
    /// How many tasks ran when it was asked.
    pub running: usize,
    pub step: QuitStep,
}

/// How far the question is.
#[derive(Debug, Clone)]
pub enum QuitStep {
    Asked,
    /// The uploads are to be aborted, which waits for its word.
    Abort(Confirm),
    /// They are being aborted; the program ends with the last of them.
    Leaving,
}

impl QuitDialog {
    pub const fn new(running: usize) -> Self {
        Self {
            running,
            step: QuitStep::Asked,
        }
    }
}

/// Bytes a second as a person writes them: `10MiB/s`, `500k`; empty, `0`, `none` and `off` are no limit.
pub fn parse_rate(text: &str) -> Result<Option<u64>, String> {
    let text = text.trim();
    if matches!(text, "" | "none" | "off") {
        return Ok(None);
    }
    let size = text.strip_suffix("/s").unwrap_or(text).replace(' ', "");
    let wrong = || format!("'{text}' is no rate: write 10MiB/s or 500k, or nothing for no limit");
    let rate = filter::parse_size(&size).ok_or_else(wrong)?;
    Ok((rate > 0).then_some(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_sizes_a_second() {
        assert_eq!(parse_rate("10MiB/s"), Ok(Some(10 << 20)));
        assert_eq!(parse_rate(" 500k "), Ok(Some(500 << 10)));
        for none in ["", "0", "0 B/s", "none", "off"] {
            assert_eq!(parse_rate(none), Ok(None), "{none}");
        }
        assert!(parse_rate("fast").unwrap_err().contains("10MiB/s"));
    }
}
