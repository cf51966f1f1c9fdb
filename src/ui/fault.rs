//! Failures told in a pane: what happened, then what to do.

use ratatui::style::Style;

use super::theme::Theme;
use crate::model::human::escape;
use crate::protocol::{Fault, Kind};

/// Two words for a list.
pub const fn short(fault: &Fault) -> &'static str {
    match fault.kind {
        Kind::Denied => "access denied",
        Kind::NotFound => "no such bucket",
        Kind::UploadGone => "gone",
        Kind::Throttled => "throttled",
        Kind::Network => "unreachable",
        Kind::Credentials => "no credentials",
        Kind::Invalid => "refused",
        Kind::Unsupported => "unsupported",
        Kind::Garbled => "garbled answer",
        Kind::Precondition => "changed",
        Kind::Bug | Kind::Other => "failed",
    }
}

/// Paragraphs for [`super::paint::say`].
pub fn paragraphs(fault: &Fault, theme: &Theme) -> Vec<(String, Style)> {
    let mut hint = fault.hint.clone();
    if let Some(first) = hint.get(..1) {
        let first = first.to_uppercase();
        hint.replace_range(..1, &first);
    }
    let plain = Fault {
        hint: String::new(),
        ..fault.clone()
    };
    let mut lines = vec![(escape(&plain.to_string()).into_owned(), theme.bad)];
    if !hint.is_empty() {
        lines.push((String::new(), theme.text));
        lines.push((escape(&hint).into_owned(), theme.text));
    }
    lines
}
