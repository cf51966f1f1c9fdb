//! New uploads, and our own interrupted ones.
//!
//! An order becomes a queue of files; each goes in one piece or in parts, through one pool of buffers and the
//! bucket's pacer. What goes in parts has a journal from before its beginning to its end.

mod adopt;
mod attempt;
mod begin;
mod board;
mod carry;
mod copied;
mod copy;
mod existing;
mod finish;
mod held;
mod identity;
mod interrupted;
mod pace;
mod part;
mod place;
mod pool;
mod prepare;
mod put;
mod queue;
mod record;
mod resume;
mod same;
mod settle;
mod source;
mod transfer;
mod turn;

pub(super) use adopt::{adopt, compare};
pub(super) use copy::copy;
pub(super) use interrupted::{discard, interrupted};
pub(super) use place::place;
pub(super) use prepare::key;
pub(super) use queue::send;
pub(super) use record::{Record, blocking};
pub(super) use resume::resume;
pub(super) use settle::{Settling, is_opaque, judge as verdict};
