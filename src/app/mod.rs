//! What the program decides: events in, effects out. Pure: no I/O, no async, no clock, no terminal.
