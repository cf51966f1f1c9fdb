//! Configuration: files and defaults merged into settings, with errors that point at the line.
