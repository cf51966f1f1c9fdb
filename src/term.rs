//! The terminal's modes: taken and given back, whatever happens.
