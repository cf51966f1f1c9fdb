//! The line that is redrawn while uploads are found and aborted.

use std::fmt::Write as _;

use crate::cli::meter::Meter;
use crate::cli::output::Status;
use crate::cli::session::Session;
use crate::model::human;
use crate::protocol::Progress;

/// While the uploads are found and looked into.
#[derive(Debug)]
pub struct Sizing {
    status: Status,
    meter: Meter,
    pace: String,
    found: u64,
}

impl Default for Sizing {
    fn default() -> Self {
        Self {
            status: Status::new(),
            meter: Meter::default(),
            pace: String::new(),
            found: 0,
        }
    }
}

impl Sizing {
    /// So many passed so far.
    pub fn found(&mut self, found: u64) {
        self.found = found;
        self.show();
    }

    pub fn looked(&mut self, session: &Session, progress: &Progress) {
        let now = session.clock.now();
        if self.meter.note(now, progress) {
            self.pace = self.meter.words(now, progress, &session.prices);
            self.show();
        }
    }

    pub fn clear(&mut self) {
        self.status.clear();
    }

    fn show(&mut self) {
        let found = human::count(self.found);
        self.status
            .show(&format!("{found} uploads found{}", self.pace));
    }
}

/// While they are aborted.
#[derive(Debug)]
pub struct Aborting {
    status: Status,
    meter: Meter,
}

impl Aborting {
    pub fn new() -> Self {
        Self {
            status: Status::new(),
            meter: Meter::default(),
        }
    }

    pub fn show(&mut self, session: &Session, progress: &Progress, interrupted: bool) {
        let now = session.clock.now();
        if self.meter.note(now, progress) {
            let pace = self.meter.words(now, progress, &session.prices);
            self.status.show(&line(progress, &pace, interrupted));
        }
    }
}

fn line(progress: &Progress, pace: &str, interrupted: bool) -> String {
    let total = progress.total.unwrap_or(progress.done);
    let mut line = format!(
        "{} of {}, {} freed",
        human::count(progress.done),
        human::count(total),
        human::size(progress.bytes)
    );
    for (count, word) in [
        (progress.skipped, "skipped"),
        (progress.failed, "failed"),
        (progress.unverified, "to look at again"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {} {word}", human::count(count));
        }
    }
    line.push_str(pace);
    if interrupted {
        line.push_str(", stopping");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::cost::Prices;

    #[test]
    fn the_line_says_how_far_how_fast_and_what_it_costs() {
        let prices = Prices {
            list_requests: 0.005,
            ..Prices::default()
        };
        let at = |seconds: i64| Timestamp::from_secs(1_760_000_000 + seconds);
        let mut meter = Meter::default();
        meter.note(at(0), &Progress::default());
        let progress = Progress {
            done: 12_000,
            total: Some(100_000),
            bytes: 5 << 30,
            failed: 3,
            unverified: 11_990,
            requests: 12_000,
            ..Progress::default()
        };
        meter.note(at(4), &progress);
        let pace = meter.words(at(4), &progress, &prices);
        assert_eq!(
            line(&progress, &pace, true),
            "12,000 of 100,000, 5.00 GiB freed, 3 failed, 11,990 to look at again, 3,000/s, 29 s left, \
             ≈ $0.06 of $0.50, stopping"
        );
    }
}
