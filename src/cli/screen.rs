//! From arguments to the terminal UI, which needs a terminal.

use std::io::{self, Write};

use super::args::Connection;
use super::connect;
use super::failure::{Exit, Failure};
use super::tui::{self, Options, Service};
use crate::model::Address;
use crate::s3::Clock;
use crate::tasks::MOST_LISTING;

pub async fn run(
    connection: &Connection,
    start: Option<Address>,
    demo: bool,
) -> Result<Exit, Failure> {
    if !tui::is_possible() {
        return Err(Failure::Usage(tui::NO_TERMINAL.to_owned()));
    }
    let settings = connect::settings(connection)?;
    let clock = Clock::system();
    let named = connect::named(connection, &settings)?;
    let service = if demo {
        Service::Demo
    } else {
        Service::Real(connect::store(
            connection,
            named.as_ref(),
            &settings,
            &clock,
        )?)
    };
    let options = Options {
        start,
        read_only: connection.read_only,
        workers: connection.workers.unwrap_or(MOST_LISTING),
        provider: named,
        audit: connect::audit_path(),
        journal: connect::journal_path(),
        service,
        settings,
    };
    let ended = tui::run(options, clock).await;
    let (code, farewell) =
        ended.map_err(|error| Failure::Other(format!("the terminal failed: {error}")))?;
    if let Some(farewell) = farewell {
        // The screen is given back; that nobody reads this is no failure.
        let _ = writeln!(io::stdout().lock(), "{farewell}");
    }
    if let Some(signal) = signal(code) {
        let _ = writeln!(io::stderr().lock(), "mopup: ended by {signal}");
    }
    Ok(Exit::Code(code))
}

/// The signal that an exit code stands for, of those that end the screen.
const fn signal(code: u8) -> Option<&'static str> {
    match code {
        129 => Some("SIGHUP"),
        130 => Some("SIGINT"),
        143 => Some("SIGTERM"),
        _ => None,
    }
}
