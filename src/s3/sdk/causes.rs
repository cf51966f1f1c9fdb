//! What an error and its causes say.

use std::error::Error;
use std::io;

use super::beside::TooLong;

/// The input or output error among the causes.
pub(super) fn find_io<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Whether an answer was longer than is read of any.
pub(super) fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<TooLong>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether an answer began and then stood still.
pub(super) fn is_stall(error: &(dyn Error + 'static)) -> bool {
    deepest(error).contains("minimum throughput")
}

/// All that an error and its causes say.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        told.push_str(": ");
        told.push_str(&error.to_string());
        next = error.source();
    }
    told
}

/// What the innermost cause says, on one line.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    let text = last.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
