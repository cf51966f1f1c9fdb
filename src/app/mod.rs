//! What the program decides: events in, effects out. Pure: no I/O, no async, no clock, no terminal.

pub mod account;
mod act;
pub mod action;
pub mod adopting;
mod batches;
mod browsing;
pub mod columns;
mod commands;
mod completing;
pub mod cursor;
pub mod dialog;
mod examining;
mod filters;
pub mod folders;
pub mod footer;
pub mod input;
mod interrupted;
pub mod jobs;
mod keyed;
pub mod keymap;
mod keys;
pub mod layout;
mod leaving;
mod lifecycle;
mod looking;
mod menus;
pub mod messages;
mod pacing;
pub mod parts;
pub mod place;
mod placing;
mod pointer;
mod reports;
pub mod rolling;
mod sending;
pub mod settings;
pub mod state;
mod sums;
pub mod tasks;
pub mod text;
pub mod transfer;
mod update;
mod uploading;
mod uploads;
mod verdict;
mod wants;
pub mod watching;

use crate::model::Timestamp;
use crate::model::notice::Notify;
use crate::protocol::{Command, Report};

pub use action::Action;
pub use input::{Key, Mouse};
pub use interrupted::why_not_resumed;
pub use keymap::Keymap;
pub use settings::{Settings, ThemeName};
pub use state::App;

/// What happens to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    Mouse(Mouse),
    Paste(String),
    /// The terminal's size in cells.
    Resized {
        columns: u16,
        rows: u16,
    },
    Reports(Vec<Report>),
    Clock(Timestamp),
}

/// What the app wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Send(Command),
    /// To the clipboard, by OSC 52.
    Copy(String),
    /// A word to somebody who looks elsewhere; the text may come from strangers.
    Notify {
        how: Notify,
        text: String,
    },
    /// Clear the screen and draw everything.
    Redraw,
    /// Give the terminal back and stop, as ctrl-z does.
    Suspend,
    Quit,
}

#[cfg(test)]
mod tests;
