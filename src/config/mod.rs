//! Configuration: a file over the defaults, merged into settings, with errors that point at the line.
//!
//! Reads files and the environment; knows no network and no terminal. Every default is in `assets/`.

mod colours;
mod error;
mod keys;
mod nearest;
mod prices;
mod providers;
mod read;
mod terminal;
mod upload;
mod watch;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::app::{Keymap, ThemeName};
use crate::model::Thresholds;
use crate::model::cost::Prices;
use crate::model::notice::Notify;
use crate::model::provider::Provider;
use crate::model::send;
use crate::ui::theme::Override;

pub use error::{ConfigError, Mistake};
/// The one of `known` that a mistyped word may mean.
pub fn nearest<'a>(word: &str, known: &'a [String]) -> Option<&'a str> {
    nearest::nearest(word, known.iter().map(String::as_str))
}

pub use providers::{UnknownProvider, provider_named, provider_names};
pub use terminal::Colours;
pub use upload::{WIDTHS, parse_rate};

/// The documented defaults, as a person would begin a file of their own.
pub const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// What can be configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `None`: as the terminal can, see [`Colours::theme`].
    pub theme: Option<ThemeName>,
    /// Laid over whatever theme is on.
    pub colors: Vec<Override>,
    pub keymap: Keymap,
    /// Refuse every change.
    pub read_only: bool,
    /// Look again by itself this often; `None`: only when asked.
    pub refresh: Option<Duration>,
    pub thresholds: Thresholds,
    /// How somebody is told that a watched upload stalls or is over.
    pub notify: Notify,
    /// What new uploads begin with.
    pub upload: send::Defaults,
    pub prices: Prices,
    /// Configured ones first.
    pub providers: Vec<Provider>,
    /// The one that is in force where none is named.
    pub provider: Option<String>,
}

impl Settings {
    /// The defaults. They are part of the program, so that an error is a mistake in it.
    pub fn defaults() -> Result<Self, ConfigError> {
        Ok(Self {
            theme: None,
            colors: Vec::new(),
            keymap: Keymap::default(),
            read_only: false,
            refresh: None,
            thresholds: Thresholds::default(),
            notify: Notify::default(),
            upload: send::Defaults::default(),
            prices: prices::defaults()?,
            providers: providers::defaults()?,
            provider: None,
        })
    }
}

/// `mopup/config.toml` where the platform keeps configuration (`$XDG_CONFIG_HOME`, else `~/.config`); `None`
/// when there is no home directory.
pub fn default_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("mopup").join("config.toml"))
}

/// Where changes are recorded; `None` when there is no home directory.
pub fn state_dir() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("mopup"))
}

/// Settings from `path`, which must exist, or else from the default path, which need not.
pub fn load(path: Option<&Path>) -> Result<Settings, ConfigError> {
    let chosen = path.map(Path::to_path_buf).or_else(default_path);
    let Some(file) = chosen else {
        return Settings::defaults();
    };
    match fs::read_to_string(&file) {
        Ok(text) => parse(&file, &text),
        Err(error) if path.is_none() && is_missing(&error) => Settings::defaults(),
        Err(error) => Err(ConfigError::Unreadable {
            path: file,
            message: match error.kind() {
                io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
                _ => error.to_string(),
            },
        }),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Settings from the text of the file at `path`.
pub fn parse(path: &Path, text: &str) -> Result<Settings, ConfigError> {
    let mut settings = Settings::defaults()?;
    let source = read::Source { path, text };
    let document = source.document()?;
    for (key, value) in &document {
        match key.get_ref().as_ref() {
            "theme" => settings.theme = colours::theme(&source, value)?,
            "colors" => colours::colors(&source, value, &mut settings.colors)?,
            "keys" => keys::keys(&source, value, &mut settings.keymap)?,
            "read_only" => settings.read_only = source.boolean(value)?,
            "refresh" => settings.refresh = source.span_or(value, "off", Duration::from_secs(1))?,
            "thresholds" => settings.thresholds = thresholds(&source, value)?,
            "watch" => watch::merge(&source, value, &mut settings.notify)?,
            "upload" => upload::merge(&source, value, &mut settings.upload)?,
            "prices" => prices::merge(&source, source.table(value)?, &mut settings.prices)?,
            "provider" => {
                let name = source.string(value)?;
                settings.provider = Some(name.to_owned()).filter(|name| !name.is_empty());
            }
            "providers" => {
                providers::merge(&source, source.table(value)?, &mut settings.providers)?;
            }
            _ => return Err(source.unknown("key", key, KEYS)),
        }
    }
    Ok(settings)
}

/// The keys of the file's top level.
const KEYS: &[&str] = &[
    "theme",
    "colors",
    "keys",
    "read_only",
    "refresh",
    "thresholds",
    "watch",
    "upload",
    "prices",
    "provider",
    "providers",
];

fn thresholds(source: &read::Source, value: &read::Value) -> Result<Thresholds, ConfigError> {
    let mut thresholds = Thresholds::default();
    for (key, value) in source.table(value)? {
        let slot = match key.get_ref().as_ref() {
            "active" => &mut thresholds.active,
            "stale" => &mut thresholds.stale,
            _ => return Err(source.unknown("key", key, &["active", "stale"])),
        };
        *slot = source.span(value, Duration::from_secs(60))?;
    }
    if thresholds.active < thresholds.stale {
        return Ok(thresholds);
    }
    Err(source.error(
        value.span(),
        "'stale' must be longer than 'active' (1h and 7d unless set)",
    ))
}

#[cfg(test)]
mod tests;
