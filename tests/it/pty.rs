//! The built binary in a pseudo-terminal.

use std::time::Duration;

use crate::support::pty::{Pty, Start};

/// On screen as soon as the demo's buckets are listed.
const LISTED: &str = "media-archive";

#[test]
fn quitting_leaves_a_sane_terminal() {
    let mut pty = Pty::start(&Start::default());
    pty.until(LISTED).type_("q");
    assert_eq!(pty.end().code, 0);
}
