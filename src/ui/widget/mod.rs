//! Small pictures of numbers, made of text: they know nothing of the app.

pub mod bar;
pub mod cellmap;
pub mod partmap;
pub mod spark;
