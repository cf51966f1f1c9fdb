//! What the program decides: events in, effects out. Pure: no I/O, no async, no clock, no terminal.

pub mod action;
pub mod cursor;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod messages;
pub mod parts;
pub mod settings;
pub mod tasks;
pub mod text;

use crate::model::Timestamp;
use crate::protocol::{Command, Report};

pub use action::Action;
pub use input::{Key, Mouse};
pub use keymap::Keymap;
pub use settings::{Settings, ThemeName};

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
    /// Clear the screen and draw everything.
    Redraw,
    /// Give the terminal back and stop, as ctrl-z does.
    Suspend,
    Quit,
}
