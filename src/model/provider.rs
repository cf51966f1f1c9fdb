//! What is known of a provider beforehand, recognised by its endpoint or chosen by name.

use std::time::Duration;

/// A provider's rules, as far as the program acts on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provider {
    /// As `--provider` takes it.
    pub name: String,
    /// Substrings of endpoint hosts by which it is recognised.
    pub hosts: Vec<String>,
    /// How long after initiation the provider itself aborts an upload.
    pub abort_after: Option<Duration>,
    /// Whether a listing's prefix is honoured only as an exact key.
    pub exact_prefix_only: bool,
}
