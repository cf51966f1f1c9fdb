//! What a store noticed of its server besides the answers.

/// Filled as answers come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Noticed {
    /// How far this machine's clock is ahead of the server's, in milliseconds, exact to about a second;
    /// negative when it is behind; `None` while no answer told the time.
    pub clock_ahead: Option<i64>,
    /// What became of asking for `EncodingType=url`; `None` while no listing was answered.
    pub encoding: Option<Encoding>,
}

/// What a server does when keys are to be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Keys were seen encoded.
    Heeded,
    /// It says that it encodes; no key was seen that would show it.
    Said,
    /// It does not say whether it encodes; no key was seen that would show it.
    Unsaid,
    /// It refuses, or keys were seen as they are.
    Ignored,
}
