//! What several suites need.

pub mod canned;
pub mod pilot;
pub mod pty;
pub mod scene;
pub mod svg;
