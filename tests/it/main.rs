//! One integration binary: each further one would cost a long link with the SDK in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod adopting;
mod by_keys;
mod catalog;
mod cli;
mod completing;
mod contract;
mod demo;
mod doctor;
mod ending_by_keys;
mod engine;
mod filter_terms;
mod filters;
mod hostile;
mod journeys;
mod layers;
mod pty;
mod pty_sending;
mod rolling_by_keys;
mod rules_by_keys;
mod screenshot;
mod sending;
mod servers;
mod support;
mod sweep_by_keys;
mod table;
mod watching;
mod watching_by_keys;
