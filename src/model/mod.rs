//! What the program knows: plain data and pure functions over it.
//!
//! Knows no I/O, no async, no clock (time arrives as [`Timestamp`]), no terminal and no SDK type.

pub mod address;
pub mod bucket;
pub mod cost;
pub mod human;
pub mod liveness;
pub mod measure;
pub mod part;
pub mod provider;
pub mod time;
pub mod upload;

pub use address::Address;
pub use bucket::Bucket;
pub use liveness::{State, Thresholds};
pub use measure::{Extent, Measure};
pub use part::{Part, UploadInfo};
pub use time::Timestamp;
pub use upload::{RowId, Target, Upload};
