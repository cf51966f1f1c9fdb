//! Keys as text through the real loop.
