//! What the program shows: draws the app's state, decides nothing.

pub mod theme;
