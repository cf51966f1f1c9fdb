//! `mopup`: the multipart uploads in progress of S3 and S3-compatible buckets, in a terminal.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod model;
pub mod protocol;
pub mod run;
pub mod s3;
pub mod tasks;
pub mod term;
pub mod ui;
