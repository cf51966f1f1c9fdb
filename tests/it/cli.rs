//! The built binary without a screen: the contract for scripts.
