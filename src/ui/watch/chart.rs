//! Bytes that arrived over time, as columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{heading, moment};
use crate::app::App;
use crate::app::watching::watched::Watched;
use crate::model::human;
use crate::model::watch::History;
use crate::ui::paint::{put, put_right, row};
use crate::ui::theme::Theme;

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Bytes a second in each of `width` columns.
pub fn rates(history: &History, width: usize) -> Vec<u64> {
    let slots = history.bytes.len();
    let millis = history.step.as_millis().max(1);
    if slots == 0 {
        return Vec::new();
    }
    (0..width)
        .map(|column| {
            let from = column * slots / width;
            let to = ((column + 1) * slots / width).max(from + 1);
            let bytes: u128 = history.bytes[from..to]
                .iter()
                .map(|of| u128::from(*of))
                .sum();
            let rate = bytes * 1000 / (millis * (to - from) as u128);
            u64::try_from(rate).unwrap_or(u64::MAX)
        })
        .collect()
}

/// The columns as lines of text, the highest line first: the greatest rate fills all of them.
pub fn columns(rates: &[u64], rows: usize) -> Vec<String> {
    let peak = u128::from(rates.iter().copied().max().unwrap_or(0).max(1));
    let full = (rows * 8) as u128;
    let heights: Vec<usize> = rates
        .iter()
        .map(|rate| {
            // Something is never shown as nothing.
            let eighths = (u128::from(*rate) * full).div_ceil(peak);
            usize::try_from(eighths).unwrap_or(0)
        })
        .collect();
    (0..rows)
        .rev()
        .map(|line| {
            let sign = |height: &usize| EIGHTHS[height.saturating_sub(line * 8).min(8)];
            heights.iter().map(sign).collect()
        })
        .collect()
}

pub fn draw(app: &App, watched: &Watched, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let vitals = watched.vitals.as_deref();
    let history = vitals.map(|vitals| &vitals.history);
    let known = history.filter(|history| !history.bytes.is_empty());
    let (Some(history), Some(from)) = (known, known.and_then(|history| history.from)) else {
        heading(row(area, 0), ("ARRIVALS", ""), theme, buffer);
        let text = match &watched.vitals {
            None => "The first look is under way.",
            Some(vitals) if vitals.parts == 0 => "No part has arrived yet.",
            Some(_) => "When they arrived is not told.",
        };
        put(buffer, row(area, 1), text, theme.dim);
        return;
    };
    let rates = rates(history, usize::from(area.width));
    let peak = rates.iter().copied().max().unwrap_or(0);
    let peak = format!("peak {}/s", human::size(peak));
    heading(row(area, 0), ("ARRIVALS", &peak), theme, buffer);
    let rows = usize::from(area.height) - 2;
    for (index, line) in columns(&rates, rows).iter().enumerate() {
        put(buffer, row(area, index + 1), line, theme.bar);
    }
    let slots = u32::try_from(history.bytes.len()).unwrap_or(u32::MAX);
    let line = row(area, rows + 1);
    let to = from.plus(history.step.saturating_mul(slots));
    // The last slot is not over yet, and may be hours long.
    let now = vitals.and_then(|vitals| Some(vitals.last_part?.plus(vitals.quiet?)));
    let to = now.map_or(to, |now| to.min(now.max(from)));
    let span = to.since(from);
    let rest = put(buffer, line, &moment(app, from), theme.dim);
    let rest = put_right(buffer, rest, &moment(app, to), theme.dim);
    let text = format!("{} in all", human::age(span));
    let taken = u16::try_from(text.len()).unwrap_or(u16::MAX);
    if taken + 2 <= rest.width {
        let gap = (rest.width - taken) / 2;
        put(buffer, crate::ui::paint::skip(rest, gap), &text, theme.dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn history(bytes: &[u64]) -> History {
        History {
            from: Some(crate::model::Timestamp::from_secs(0)),
            step: Duration::from_secs(2),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn slots_are_squeezed_and_stretched_without_changing_their_rate() {
        let four = history(&[0, 20, 40, 40]);
        assert_eq!(rates(&four, 4), [0, 10, 20, 20]);
        assert_eq!(rates(&four, 2), [5, 20]);
        assert_eq!(rates(&four, 8), [0, 0, 10, 10, 20, 20, 20, 20]);
        assert!(rates(&history(&[]), 8).is_empty());
    }

    #[test]
    fn the_peak_fills_the_chart_and_little_is_not_nothing() {
        assert_eq!(columns(&[0, 1, 8, 16], 2), ["   █", " ▁██"]);
        assert_eq!(columns(&[0, 0], 1), ["  "]);
        assert_eq!(columns(&[1, u64::MAX], 1), ["▁█"]);
    }
}
