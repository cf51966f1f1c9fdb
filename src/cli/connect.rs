//! From arguments and settings to a store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::{AddressingStyle, Connection};
use super::failure::Failure;
use crate::config;
use crate::model::provider::Provider;
use crate::s3::sdk::{Addressing, ConnectOptions, SdkStore};
use crate::s3::{Clock, Store};

/// The audit log's file in the state folder.
const AUDIT: &str = "audit.jsonl";
/// The folder of the journals of our own uploads, beside it.
const JOURNALS: &str = "uploads";

/// The settings; a mistake in them is told with its line.
pub fn settings(connection: &Connection) -> Result<config::Settings, Failure> {
    config::load(connection.config.as_deref()).map_err(|error| Failure::Usage(error.to_string()))
}

/// "For ever", as the AWS CLI means by a time-out of 0.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// A store that connects when it is first asked.
pub fn store(connection: &Connection, named: Option<&Provider>, clock: &Clock) -> Arc<dyn Store> {
    let timeout = |seconds: Option<u64>| {
        seconds.map(|seconds| match seconds {
            0 => FOR_EVER,
            seconds => Duration::from_secs(seconds),
        })
    };
    let options = ConnectOptions {
        profile: connection.profile.clone(),
        region: connection.region.clone(),
        endpoint: connection.endpoint_url.clone(),
        sign: !connection.no_sign_request,
        addressing: match connection.addressing {
            AddressingStyle::Auto => Addressing::Auto,
            AddressingStyle::Path => Addressing::Path,
            AddressingStyle::Virtual => Addressing::Virtual,
        },
        connect_timeout: timeout(connection.cli_connect_timeout),
        read_timeout: timeout(connection.cli_read_timeout),
        credentials: None,
        provider: named.map(|provider| provider.name.clone()),
    };
    Arc::new(SdkStore::new(options, clock.clone()))
}

/// The provider that was named.
pub fn named(name: Option<&str>, known: &[Provider]) -> Result<Option<Provider>, Failure> {
    let named = name.map(|name| config::provider_named(known, name));
    named
        .transpose()
        .map_err(|error| Failure::Usage(error.to_string()))
}

/// Where changes are recorded; `None` without a home directory.
pub fn audit_path() -> Option<PathBuf> {
    config::state_dir().map(|folder| folder.join(AUDIT))
}

/// Where our own uploads are recorded; `None` without a home directory.
pub fn journal_path() -> Option<PathBuf> {
    config::state_dir().map(|folder| folder.join(JOURNALS))
}
