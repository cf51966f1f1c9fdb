//! What the program knows: plain data and pure functions over it.
//!
//! Knows no I/O, no async, no clock (time arrives as [`Timestamp`]), no terminal and no SDK type.

pub mod account;
pub mod address;
pub mod bits;
pub mod bucket;
pub mod catalog;
pub mod checksum;
pub mod completion;
pub mod copy;
pub mod cost;
pub mod deadline;
pub mod examination;
pub mod filter;
pub mod human;
pub mod infer;
pub mod lifecycle;
pub mod liveness;
pub mod marks;
pub mod measure;
pub mod notice;
pub mod orphan;
pub mod pace;
pub mod part;
pub mod placing;
pub mod plan;
pub mod provider;
pub mod rollup;
pub mod send;
pub mod shell;
pub mod table;
pub mod tally;
pub mod targets;
pub mod time;
pub mod upload;
pub mod view;
pub mod watch;

pub use address::Address;
pub use bucket::Bucket;
pub use catalog::Row;
pub use checksum::{Algorithm, ChecksumWish};
pub use filter::{Filter, FilterError, Moment, Subject};
pub use liveness::{State, Thresholds};
pub use measure::{Extent, Measure};
pub use part::{Part, UploadInfo};
pub use table::{Table, TableSettings};
pub use tally::Tally;
pub use targets::Targets;
pub use time::Timestamp;
pub use upload::{RowId, Target, Upload};
pub use view::{Column, Sort};
