//! The command line: arguments, and one file for each command without a screen.
//!
//! Every command drives the same engine as the terminal UI, through commands and reports.

mod abort;
mod adopt;
pub mod args;
mod complete;
mod connect;
mod copy;
mod demo_server;
mod doctor;
mod du;
mod failure;
mod lifecycle;
mod ls;
mod meter;
mod ours;
mod output;
mod parts;
mod private;
mod providers;
mod put_part;
mod resume;
mod screen;
mod sends;
mod session;
mod sweep;
pub mod tui;
mod upload;
mod uploads;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use failure::{Exit, Failure};

/// Reads the arguments, runs the command and tells how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output with code 0, errors to standard error with 2.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let printed = error.print();
            return ExitCode::from(if printed.is_ok() { code } else { 2 });
        }
    };
    let code = match run(cli) {
        Ok(exit) => exit.code(),
        Err(failure) if failure.is_closed_pipe() => 0,
        Err(failure) => {
            output::complain(&failure.message());
            failure.code()
        }
    };
    ExitCode::from(code)
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    let connection = cli.connection;
    match cli.command {
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "mopup", &mut script);
            print(&script)
        }
        Some(Command::Man) => print(&manual()?),
        Some(Command::Ls(args)) => block_on(ls::run(&connection, args)),
        Some(Command::Du(args)) => block_on(du::run(&connection, args)),
        Some(Command::Parts(args)) => block_on(parts::run(&connection, args)),
        Some(Command::Abort(args)) => block_on(abort::run(&connection, args)),
        Some(Command::Complete(args)) => block_on(complete::run(&connection, *args)),
        Some(Command::Upload(args)) => block_on(upload::run(&connection, *args)),
        Some(Command::Copy(args)) => block_on(copy::run(&connection, *args)),
        Some(Command::PutPart(args)) => block_on(put_part::run(&connection, args)),
        Some(Command::Resume(args)) => block_on(resume::run(&connection, *args)),
        Some(Command::Uploads(args)) => block_on(uploads::run(&connection, args)),
        Some(Command::Watch(args)) => block_on(watch::run(&connection, *args)),
        Some(Command::Providers(args)) => providers::run(&connection, &args),
        Some(Command::Lifecycle(args)) => block_on(lifecycle::run(&connection, args)),
        Some(Command::Doctor(args)) => block_on(doctor::run(&connection, args)),
        Some(Command::DemoServer(args)) => block_on(demo_server::run(args)),
        None => block_on(screen::run(&connection, cli.address, cli.demo)),
    }
}

/// The page of the program, then one for each command.
fn manual() -> io::Result<Vec<u8>> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    clap_mangen::Man::new(program.clone()).render(&mut pages)?;
    for command in program.get_subcommands() {
        clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    }
    Ok(pages)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    io::stdout().lock().write_all(text)?;
    Ok(Exit::Done)
}

/// Runs a command on a runtime of its own. What still blocks at the end, such as a read from the terminal,
/// is left behind.
fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("no threads to run on: {error}")))?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}
