//! What several suites need.

pub mod canned;
