//! The binary: parses, runs, exits; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    mopup::cli::main()
}
