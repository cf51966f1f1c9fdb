//! A store that fails by script.
