//! What the person chose, as far as the app acts on it. Filled by the shell from configuration and arguments.

use std::sync::Arc;
use std::time::Duration;

use super::Keymap;
use crate::model::cost::Prices;
use crate::model::notice::Notify;
use crate::model::provider::Provider;
use crate::model::{Address, Thresholds, Timestamp, send};

/// The themes that can be switched to at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    #[default]
    Dark,
    Light,
    /// Only the terminal's own 16 colours.
    Sixteen,
    /// Weight and reverse video alone (`NO_COLOR`).
    Plain,
}

impl ThemeName {
    /// All, in the order in which they are switched through.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::Sixteen, Self::Plain];

    /// As configuration names it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Sixteen => "16",
            Self::Plain => "plain",
        }
    }
}

/// The choices of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Refuse every change.
    pub read_only: bool,
    /// The embedded demo: said in the header.
    pub demo: bool,
    pub thresholds: Thresholds,
    pub prices: Arc<Prices>,
    /// The provider whose rules hold: the named one, else the one that is recognised once it is known where
    /// requests go.
    pub provider: Option<Provider>,
    /// Those that can be recognised.
    pub providers: Vec<Provider>,
    pub keymap: Keymap,
    pub theme: ThemeName,
    /// Where to begin; `None`: at the buckets.
    pub start: Option<Address>,
    /// Look again by itself this often; `None`: only when asked.
    pub refresh: Option<Duration>,
    /// How somebody is told that a watched upload stalls or is over.
    pub notify: Notify,
    /// What a new upload begins with.
    pub upload: send::Defaults,
    /// The local zone's offset from UTC in seconds, for times on screen.
    pub utc_offset: i32,
    /// The time at the start.
    pub now: Timestamp,
}

impl Settings {
    /// The defaults, for a run that begins now.
    pub fn new(prices: Arc<Prices>, now: Timestamp) -> Self {
        Self {
            read_only: false,
            demo: false,
            thresholds: Thresholds::default(),
            prices,
            provider: None,
            providers: Vec::new(),
            keymap: Keymap::default(),
            theme: ThemeName::default(),
            start: None,
            refresh: None,
            notify: Notify::default(),
            upload: send::Defaults::default(),
            utc_offset: 0,
            now,
        }
    }
}
