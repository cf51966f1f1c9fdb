//! An S3 server inside this process: s3s over [`crate::s3::memory`], filled with a believable situation.
//!
//! Listens on the loopback interface only. Knows nothing of the program that looks at it.

pub mod server;
mod service;
pub mod situation;
pub mod uploader;
pub mod wire;

pub use server::{Options, Regions, Server};
pub use situation::{Situation, still};
pub use uploader::{Script, Step};
pub use wire::{Disturbance, Throttle, Trouble};
