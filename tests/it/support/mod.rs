//! What several suites need.

pub mod canned;
pub mod pty;
