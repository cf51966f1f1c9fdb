//! Configuration: the file and the defaults merged into settings, with errors that point at the line.
//!
//! Knows files and the environment; nothing of S3, tasks or the terminal.

mod error;
mod keys;
mod read;

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::app::{Keymap, ThemeName};
use crate::model::Thresholds;
use crate::model::cost::Prices;
use crate::model::provider::Provider;
use crate::ui::theme::Override;

pub use error::ConfigError;

/// What the person configured, over the defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `None`: chosen by what the terminal can show.
    pub theme: Option<ThemeName>,
    /// Styles laid over whatever theme is on.
    pub colors: Vec<Override>,
    pub keymap: Keymap,
    pub read_only: bool,
    /// How often to look again; `None`: when asked.
    pub refresh: Option<Duration>,
    pub thresholds: Thresholds,
    pub prices: Prices,
    pub providers: Vec<Provider>,
}

const PRICES: &str = include_str!("../../assets/prices.toml");
const PROVIDERS: &str = include_str!("../../assets/providers.toml");

/// Reads the configuration: `path`, which then has to be there, or the default place, which need not.
///
/// # Errors
/// What cannot be read, is no TOML, or names something unknown; the message shows the line.
pub fn load(path: Option<&Path>) -> Result<Settings, ConfigError> {
    let mut settings = defaults()?;
    let (file, required) = match path {
        Some(path) => (path.to_owned(), true),
        None => match default_path() {
            Some(path) => (path, false),
            None => return Ok(settings),
        },
    };
    match fs::read_to_string(&file) {
        Ok(text) => read::merge(&mut settings, &file.display().to_string(), &text)?,
        Err(error) if error.kind() == ErrorKind::NotFound && !required => {}
        Err(error) => return Err(ConfigError::unreadable(&file, &error)),
    }
    Ok(settings)
}

/// The defaults, with the prices and providers that come with the program.
fn defaults() -> Result<Settings, ConfigError> {
    let mut settings = Settings {
        theme: None,
        colors: Vec::new(),
        keymap: Keymap::default(),
        read_only: false,
        refresh: None,
        thresholds: Thresholds::default(),
        prices: Prices {
            storage: std::collections::BTreeMap::new(),
            fallback: 0.0,
            list_requests: 0.0,
        },
        providers: Vec::new(),
    };
    read::merge(&mut settings, "prices.toml", PRICES)?;
    read::merge(&mut settings, "providers.toml", PROVIDERS)?;
    Ok(settings)
}

fn default_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("mopup").join("config.toml"))
}

/// Where changes are recorded and jobs remembered; `None` without a home directory.
pub fn state_dir() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("mopup"))
}

/// What the environment says of the terminal's colours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colours {
    /// `NO_COLOR` is set and not empty.
    pub none: bool,
    pub term: String,
    pub colorterm: String,
}

impl Colours {
    pub fn from_env() -> Self {
        let get = |name| env::var(name).unwrap_or_default();
        Self {
            none: !get("NO_COLOR").is_empty(),
            term: get("TERM"),
            colorterm: get("COLORTERM"),
        }
    }

    /// The theme to use: none without colours, whatever is configured; 16 colours on terminals that are not
    /// known to have more, unless configured.
    pub fn theme(&self, configured: Option<ThemeName>) -> ThemeName {
        if self.none || self.term == "dumb" {
            return ThemeName::Plain;
        }
        let many = self.term.contains("256color")
            || !self.colorterm.is_empty()
            || [
                "kitty",
                "alacritty",
                "ghostty",
                "wezterm",
                "foot",
                "direct",
                "iterm",
            ]
            .iter()
            .any(|name| self.term.contains(name));
        configured.unwrap_or(if many {
            ThemeName::Dark
        } else {
            ThemeName::Sixteen
        })
    }
}

#[cfg(test)]
mod tests;
