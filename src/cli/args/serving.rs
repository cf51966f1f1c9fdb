//! What `demo-server` is told to serve, and how badly; how many pages a listing asks for at the same time.

use std::time::Duration;

use crate::demo::Throttle;
use crate::tasks::MOST_LISTING;

/// The longest delay, in milliseconds: clients give up on answers that take longer.
const LONGEST: u64 = 60_000;

pub(super) fn workers(text: &str) -> Result<usize, String> {
    let workers = text.parse().ok().filter(|n| (1..=MOST_LISTING).contains(n));
    workers.ok_or_else(|| format!("write 1 to {MOST_LISTING}"))
}

pub(super) fn delay(text: &str) -> Result<Duration, String> {
    let millis = text.parse().ok().filter(|millis| *millis <= LONGEST);
    millis
        .map(Duration::from_millis)
        .ok_or_else(|| format!("write milliseconds, 0 to {LONGEST}"))
}

pub(super) fn throttle(text: &str) -> Result<Throttle, String> {
    let (rate, burst) = match text.split_once(',') {
        None => (text, None),
        Some((rate, burst)) => (rate, Some(burst)),
    };
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let rate = number(rate)
        .filter(|rate| *rate > 0)
        .ok_or("write requests a second from 1, as in 50 or 50,10")?;
    let burst = match burst {
        None => rate,
        Some(burst) => number(burst)
            .filter(|burst| *burst > 0)
            .ok_or("write how many may come at once, from 1, behind the comma, as in 50,10")?,
    };
    Ok(Throttle { rate, burst })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command, DemoServer};

    fn served(more: &[&str]) -> Result<DemoServer, String> {
        let line = ["mopup", "demo-server"].iter().chain(more);
        match Cli::try_parse_from(line)
            .map_err(|error| error.to_string())?
            .command
        {
            Some(Command::DemoServer(server)) => Ok(server),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn how_badly_is_read_and_what_makes_no_sense_is_told() {
        let server = served(&["--delay", "30", "--throttle", "50"]).unwrap();
        assert_eq!(server.delay, Duration::from_millis(30));
        assert_eq!(
            server.throttle,
            Some(Throttle {
                rate: 50,
                burst: 50
            })
        );
        let server = served(&["--latency=7", "--throttle=50,10"]).unwrap();
        assert_eq!(server.delay, Duration::from_millis(7));
        assert_eq!(
            server.throttle,
            Some(Throttle {
                rate: 50,
                burst: 10
            })
        );
        for (wrong, told) in [
            (["--delay", "70000"], "0 to 60000"),
            (["--delay", "soon"], "0 to 60000"),
            (["--throttle", "0"], "from 1"),
            (["--throttle", "fast"], "as in 50"),
            (["--throttle", "50,0"], "behind the comma"),
            (["--throttle", "50,"], "behind the comma"),
        ] {
            let error = served(&wrong).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn workers_are_bounded() {
        for (text, workers) in [("1", Some(1)), ("16", Some(16)), ("0", None), ("17", None)] {
            let line = ["mopup", "ls", "--workers", text];
            let read = Cli::try_parse_from(line)
                .ok()
                .and_then(|cli| cli.connection.workers);
            assert_eq!(read, workers);
        }
    }
}
