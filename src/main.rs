//! The binary: parses, runs, exits; nothing else.

fn main() {}
