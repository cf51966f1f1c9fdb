//! The built binary in a pseudo-terminal.
