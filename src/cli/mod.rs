//! cli
pub mod tui;
