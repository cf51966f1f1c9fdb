//! The command line: arguments, and one file for each command without a screen.
