//! What is configured, as far as commands without a screen need it.

use std::env;
use std::path::PathBuf;

use crate::model::Thresholds;
use crate::model::cost::Prices;
use crate::model::provider::Provider;

/// Prices, thresholds and providers.
#[derive(Debug, Clone)]
pub struct Preferences {
    pub prices: Prices,
    pub thresholds: Thresholds,
    pub providers: Vec<Provider>,
    pub read_only: bool,
}

impl Default for Preferences {
    /// List prices of us-east-1, in US dollars.
    fn default() -> Self {
        let storage = [
            ("STANDARD", 0.023),
            ("STANDARD_IA", 0.0125),
            ("ONEZONE_IA", 0.01),
            ("INTELLIGENT_TIERING", 0.023),
            ("GLACIER_IR", 0.004),
            ("REDUCED_REDUNDANCY", 0.024),
            // Parts of these are staged, and billed, as STANDARD.
            ("GLACIER", 0.023),
            ("DEEP_ARCHIVE", 0.023),
        ];
        Self {
            prices: Prices {
                storage: storage
                    .into_iter()
                    .map(|(class, price)| (class.to_owned(), price))
                    .collect(),
                fallback: 0.023,
                list_requests: 0.005,
            },
            thresholds: Thresholds::default(),
            providers: Vec::new(),
            read_only: false,
        }
    }
}

/// The folder for what is kept between runs; `None` without a home directory.
/// Source: XDG Base Directory Specification.
pub fn state_dir() -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .or_else(|| absolute("LOCALAPPDATA"))?;
    Some(base.join("mopup"))
}
