//! The line that is redrawn while something is sent.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::human::{self, escape};
use crate::model::send::{Phase, Sending};

/// Cells of the bar.
const BAR: u64 = 20;
/// Eighths of a cell.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// One line of at most `columns` cells; what matters most stands first.
pub fn line(sending: &Sending, columns: usize) -> String {
    let mut words = Vec::new();
    let sent = sending.stored.saturating_add(sending.in_flight);
    match sending.total {
        Some(total) => {
            let sent = sent.min(total);
            words.push(format!(
                "{} {:>3} %",
                bar(sent, total),
                percent(sending, total)
            ));
            let (sent, total) = (human::size(sent), human::size(total));
            words.push(format!("{sent} of {total}"));
        }
        None => words.push(human::size(sent)),
    }
    match sending.phase {
        Phase::Sending => {
            words.push(format!("{}/s", human::size(sending.rate)));
            words.extend(
                sending
                    .left
                    .map(|left| format!("{} left", human::age(left))),
            );
        }
        Phase::Waiting => words.push(waiting(sending)),
        phase => words.push(phase.word().to_owned()),
    }
    if sending.late {
        words.push("ends after its deadline".to_owned());
    }
    if sending.files > 1 {
        let (done, files) = (sending.files_done, sending.files);
        let of = format!("{} of {} files", human::count(done), human::count(files));
        words.push(of);
    }
    match sending.retries {
        0 => {}
        1 => words.push("1 retry".to_owned()),
        more => words.push(format!("{} retries", human::count(more))),
    }
    if !sending.source.is_empty() {
        words.push(escape(&sending.source).into_owned());
    }
    cut(&words.join("  "), columns)
}

/// What is waited for.
pub fn waiting(sending: &Sending) -> String {
    match &sending.trouble {
        Some(trouble) => format!("waiting: {}", escape(trouble)),
        None => Phase::Waiting.word().to_owned(),
    }
}

/// Rounded down; all only when the service has all.
fn percent(sending: &Sending, total: u64) -> u64 {
    if sending.stored >= total {
        return 100;
    }
    let sent = sending.stored.saturating_add(sending.in_flight);
    let percent = u128::from(sent) * 100 / u128::from(total.max(1));
    u64::try_from(percent).unwrap_or(99).min(99)
}

fn bar(sent: u64, total: u64) -> String {
    let steps = u128::from(BAR * 8);
    let filled = match total {
        0 => steps,
        total => u128::from(sent) * steps / u128::from(total),
    };
    let filled = usize::try_from(filled).unwrap_or_default();
    let (full, rest) = (filled / 8, filled % 8);
    let bar = format!("{}{}", "█".repeat(full), EIGHTHS[rest]);
    let missing = usize::try_from(BAR).unwrap_or_default() - bar.width();
    format!("▕{bar}{}▏", " ".repeat(missing))
}

pub fn cut(line: &str, columns: usize) -> String {
    if line.width() <= columns {
        return line.to_owned();
    }
    let mut taken = 0;
    let fits = line.chars().take_while(|c| {
        taken += c.width().unwrap_or(0);
        taken < columns
    });
    let mut short: String = fits.collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn sending() -> Sending {
        Sending {
            phase: Phase::Sending,
            source: "/data/dump.zst".to_owned(),
            stored: 600 * MIB,
            in_flight: 30 * MIB,
            total: Some(1000 * MIB),
            rate: 50 * MIB,
            left: Some(Duration::from_secs(190)),
            files: 1,
            ..Sending::default()
        }
    }

    #[test]
    fn the_line_says_how_far_how_fast_and_how_long() {
        assert_eq!(
            line(&sending(), 200),
            "▕████████████▌       ▏  63 %  630 MiB of 1000 MiB  50.0 MiB/s  3 min left  /data/dump.zst"
        );
        let several = Sending {
            files_done: 3,
            files: 12,
            retries: 2,
            late: true,
            ..sending()
        };
        let said = line(&several, 200);
        for word in ["3 of 12 files", "2 retries", "ends after its deadline"] {
            assert!(said.contains(word), "{said}");
        }
    }

    #[test]
    fn trouble_is_said_instead_of_a_rate() {
        let waiting = Sending {
            phase: Phase::Waiting,
            trouble: Some("connection refused, next try in 4 s\x1b[2J".to_owned()),
            ..sending()
        };
        let said = line(&waiting, 200);
        assert!(said.contains("waiting: connection refused, next try in 4 s\\x1b[2J"));
        assert!(!said.contains("/s"), "{said}");
        let paused = Sending {
            phase: Phase::Paused,
            ..sending()
        };
        assert!(line(&paused, 200).contains("  paused  "));
    }

    #[test]
    fn it_fits_the_terminal_and_never_says_all_too_early() {
        for columns in 2..120 {
            assert!(line(&sending(), columns).width() <= columns, "{columns}");
        }
        let nearly = Sending {
            in_flight: 400 * MIB,
            ..sending()
        };
        assert!(line(&nearly, 200).contains(" 99 %"));
        let all = Sending {
            stored: 1000 * MIB,
            in_flight: 0,
            phase: Phase::Completing,
            ..sending()
        };
        assert!(line(&all, 200).contains("100 %"));
    }

    #[test]
    fn a_stream_has_no_bar() {
        let stream = Sending {
            total: None,
            left: None,
            ..sending()
        };
        let said = line(&stream, 200);
        assert_eq!(said, "630 MiB  50.0 MiB/s  /data/dump.zst");
    }
}
